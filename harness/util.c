/* util.c - memory that does not fail quietly, strict numbers, safe text. Files: util-file.c. */
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

void cleanup_freep(void *p)
{
	free(*(void **)p);
}

void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void cleanup_filep(FILE **f)
{
	if (*f)
		fclose(*f);
}

static void out_of_memory(void)
{
	static const char text[] = "tare: memory: none left; end other programs or add memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_INTERNAL);
	_exit(EXIT_INTERNAL);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory();
	return copy;
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		if (__builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return -1;
	}
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

/* Leading digits of s as text in buf; what follows, or NULL if there are none or too many. */
static const char *split_digits(const char *s, char *buf, size_t size)
{
	size_t n = strspn(s, "0123456789");

	if (!n || n >= size)
		return NULL;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return s + n;
}

int parse_bytes(const char *s, uint64_t *out)
{
	static const struct {
		const char *name;
		unsigned shift;
	} units[] = {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
	char digits[24];
	const char *unit = split_digits(s, digits, sizeof(digits));
	uint64_t v;

	if (!unit || parse_u64(digits, 0, UINT64_MAX, &v) < 0)
		return -1;
	if (*unit == ' ')
		unit++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (v > UINT64_MAX >> units[i].shift)
			return -1;
		*out = v << units[i].shift;
		return 0;
	}
	return -1;
}

int parse_duration(const char *s, double *seconds)
{
	char digits[16];
	const char *unit = split_digits(s, digits, sizeof(digits));
	double scale;
	uint64_t v;

	if (!unit || parse_u64(digits, 1, 1000000000, &v) < 0)
		return -1;
	if (!strcmp(unit, "") || !strcmp(unit, "s"))
		scale = 1;
	else if (!strcmp(unit, "m") || !strcmp(unit, "min"))
		scale = 60;
	else if (!strcmp(unit, "h"))
		scale = 3600;
	else
		return -1;
	*seconds = (double)v * scale;
	return 0;
}

/* Length of the valid UTF-8 character at s, 0 if there is none (overlong, surrogate, cut, control). */
static size_t utf8_length(const unsigned char *s)
{
	static const unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned code;
	size_t n;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (s[0] >= 0xc2 && s[0] < 0xe0)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		n = 4;
	else
		return 0;
	code = s[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3fu);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	/* C1 controls and the characters that turn text around or hide it. */
	if ((code >= 0x80 && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
		(code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
		return 0;
	return n;
}

const char *safe_text(const char *s, char buf[SAFE_TEXT_SIZE])
{
	const unsigned char *p = (const unsigned char *)s;
	size_t used = 0, shown = 0;

	while (*p && shown < 80) {
		size_t n = utf8_length(p);

		if (n) {
			memcpy(buf + used, p, n);
			used += n;
			p += n;
		} else {
			used += (size_t)sprintf(buf + used, "\\x%02X", *p);
			p++;
		}
		shown++;
	}
	strcpy(buf + used, *p ? "..." : "");
	return buf;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Damerau-Levenshtein distance (optimal string alignment); words over 63 characters are "far". */
static size_t word_distance(const char *a, const char *b)
{
	size_t d[64][64], n = strlen(a), m = strlen(b);

	if (n > 63 || m > 63)
		return 64;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[n][m];
}

const char *did_you_mean(const char *word, const char *const *candidates)
{
	const char *best = NULL;
	size_t best_distance = 3;

	for (; *candidates; candidates++) {
		size_t d = word_distance(word, *candidates);

		if (d < best_distance && 2 * d < strlen(word) + 1) {
			best = *candidates;
			best_distance = d;
		}
	}
	return best;
}

bool name_is_valid(const char *name)
{
	size_t n =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-");

	return n >= 1 && n <= 64 && !name[n] && isalnum((unsigned char)name[0]);
}
