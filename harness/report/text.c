/* text.c - foreign text made harmless for gnuplot, Markdown and SVG; numbers for the eye. To add a unit:
 * one line in scales[]. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

void text_locale_enter(struct text_locale *l)
{
	l->mine = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (l->mine)
		l->before = uselocale(l->mine);
}

void text_locale_leave(struct text_locale *l)
{
	if (!l->mine)
		return;
	uselocale(l->before);
	freelocale(l->mine);
}

/* One code point of UTF-8; its length, or 0 when the bytes are no valid one. */
static size_t decode(const char *s, uint32_t *out)
{
	const unsigned char *u = (const unsigned char *)s;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = u[0] < 0x80  ? 1
		: u[0] >> 5 == 6  ? 2
		: u[0] >> 4 == 14 ? 3
		: u[0] >> 3 == 30 ? 4
				  : 0;
	uint32_t c = len == 1 ? u[0] : u[0] & (0x7Fu >> len);

	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3F);
	}
	if (len == 0 || (len > 1 && c < least[len]) || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	*out = c;
	return len;
}

/* Not for display: C1 controls, marks that reorder or hide text, what XML 1.0 cannot hold. */
static bool is_unwanted(uint32_t c)
{
	return (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
		(c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
		c == 0xFFFE || c == 0xFFFF;
}

/* Length of a terminal escape at s: ESC [ parameters final, or ESC and one byte. */
static size_t escape_length(const char *s)
{
	size_t n = 1;

	if (s[n] != '[')
		return s[n] > ' ' && s[n] < 0x7F ? 2 : 1;
	for (n = 2; s[n] >= 0x20 && s[n] < 0x40; n++)
		;
	return s[n] >= 0x40 && s[n] < 0x7F ? n + 1 : n;
}

char *clean_text(const char *s)
{
	size_t size = s ? strlen(s) : 0, o = 0;
	char *out = xmalloc(3 * size + 1); /* an invalid byte becomes three */

	for (size_t i = 0; i < size;) {
		uint32_t c = 0;
		size_t len = decode(s + i, &c);

		if (len == 0) {
			memcpy(out + o, "\xEF\xBF\xBD", 3);
			o += 3;
			len = 1;
		} else if (c == 0x1B) {
			len = escape_length(s + i);
		} else if (c == '\n' || c == '\t' || c == '\r') {
			out[o++] = ' ';
		} else if (c >= ' ' && !is_unwanted(c)) {
			memcpy(out + o, s + i, len);
			o += len;
		}
		i += len;
	}
	out[o] = 0;
	return out;
}

char *gnuplot_quote(const char *s)
{
	cleanup_free char *clean = clean_text(s);
	size_t len = strlen(clean), o = 0;
	char *out = xmalloc(2 * len + 3);

	out[o++] = '\'';
	for (size_t i = 0; i < len; i++) {
		if (clean[i] == '\'')
			out[o++] = '\'';
		out[o++] = clean[i];
	}
	out[o++] = '\'';
	out[o] = 0;
	return out;
}

char *markdown_text(const char *s)
{
	cleanup_free char *clean = clean_text(s);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	for (const char *p = clean; *p; p++) {
		if (*p == '&')
			fputs("&amp;", out);
		else if (*p == '<')
			fputs("&lt;", out);
		else if (*p == '>')
			fputs("&gt;", out);
		else if (strchr("\\`*_[]|#~!", *p))
			fprintf(out, "\\%c", *p);
		else
			fputc(*p, out);
	}
	fclose(out);
	return text;
}

static unsigned columns_of(uint32_t c)
{
	int w = wcwidth((wchar_t)c);

	return w < 0 ? 1 : (unsigned)w;
}

unsigned text_columns(const char *s)
{
	unsigned columns = 0;

	while (*s) {
		uint32_t c = 0;
		size_t len = decode(s, &c);

		columns += len ? columns_of(c) : 1;
		s += len ? len : 1;
	}
	return columns;
}

/* Bytes at the start of s that fill at most columns. */
static size_t bytes_within(const char *s, unsigned columns)
{
	size_t bytes = 0;
	unsigned used = 0;

	while (s[bytes]) {
		uint32_t c = 0;
		size_t len = decode(s + bytes, &c);

		used += len ? columns_of(c) : 1;
		if (used > columns)
			break;
		bytes += len ? len : 1;
	}
	return bytes;
}

char *cut_text(const char *s, unsigned columns)
{
	cleanup_free char *clean = clean_text(s);

	if (text_columns(clean) <= columns)
		return xstrdup(clean);
	return xasprintf("%.*s…", (int)bytes_within(clean, columns - 1), clean);
}

char *shorten(const char *s, unsigned columns)
{
	cleanup_free char *clean = clean_text(s);
	unsigned all = text_columns(clean), head = (columns - 1) / 2;

	if (all <= columns)
		return xstrdup(clean);
	size_t tail = bytes_within(clean, all - (columns - 1 - head));

	return xasprintf("%.*s…%s", (int)bytes_within(clean, head), clean, clean + tail);
}

/* Advances of DejaVu Sans in em, by classes. */
static double advance(uint32_t c)
{
	if (c >= 0x1100) /* arrows; the ellipsis and whatever is written in squares */
		return c >= 0x2190 && c < 0x3000 ? 0.84 : 1;
	if (c < 0x80 && strchr(" ijl.,:;'|!()[]-/\\·It", (int)c))
		return 0.38;
	if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '%' || c == '@')
		return 0.97;
	if ((c >= 'A' && c <= 'Z') || (c < 0x80 && strchr("+<=>#~&", (int)c)) || c == 0xD7)
		return 0.78;
	return c < 0x80 && strchr("rsfczkvxy", (int)c) ? 0.56 : 0.63;
}

double text_pixels(const char *s, double size)
{
	double em = 0;

	while (*s) {
		uint32_t c = '?';
		size_t len = decode(s, &c);

		em += advance(c);
		s += len ? len : 1;
	}
	return em * size * 4 / 3;
}

char *cut_pixels(const char *s, double size, double room)
{
	cleanup_free char *clean = clean_text(s);
	unsigned columns = text_columns(clean);
	char *cut = xstrdup(clean);

	while (columns > 2 && text_pixels(cut, size) > room) {
		free(cut);
		cut = cut_text(clean, --columns);
	}
	return cut;
}

char *shorten_pixels(const char *s, double size, double room)
{
	unsigned columns = 40;
	char *cut = shorten(s, columns);

	while (columns > 3 && text_pixels(cut, size) > room) {
		free(cut);
		cut = shorten(s, --columns);
	}
	return cut;
}

char **wrap_pixels(const char *s, double size, double room)
{
	cleanup_free char *clean = clean_text(s);
	const char *gap = strstr(clean, " · ") ? " · " : " ";
	char **lines = xcalloc(strlen(clean) + 2, sizeof(*lines)), *line = NULL;
	size_t n = 0;

	for (char *part = clean, *end; part; part = end ? end + strlen(gap) : NULL) {
		end = strstr(part, gap);
		if (end)
			*end = 0;
		cleanup_free char *longer = line ? xasprintf("%s%s%s", line, gap, part) : NULL;

		if (longer && text_pixels(longer, size) <= room) {
			free(line);
			line = steal_ptr(longer);
			continue;
		}
		if (line)
			lines[n++] = line;
		line = cut_pixels(part, size, room);
	}
	lines[n] = line;
	return lines;
}

static const struct {
	const char *base;
	struct scale scale;
} scales[] = {
	{"B", {1, "B"}},
	{"B", {1024, "KiB"}},
	{"B", {1048576, "MiB"}},
	{"B", {1073741824, "GiB"}},
	{"B", {1099511627776, "TiB"}},
	{"s", {1e-9, "ns"}},
	{"s", {1e-6, "µs"}},
	{"s", {1e-3, "ms"}},
	{"s", {1, "s"}},
	{"bit/s", {1, "bit/s"}},
	{"bit/s", {1e3, "kbit/s"}},
	{"bit/s", {1e6, "Mbit/s"}},
	{"bit/s", {1e9, "Gbit/s"}},
	{"s/GiB", {1e-3, "ms/GiB"}},
	{"s/GiB", {1, "s/GiB"}},
	{"1/s", {1, "/s"}},
	{"1/s", {1e3, "k/s"}},
	{"1", {1, ""}},
};

struct scale scale_for(const char *unit, double magnitude)
{
	struct scale best = {1, "(unknown unit)"}; /* a unit is foreign text too: never passed on */
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(scales); i++) {
		if (strcmp(scales[i].base, unit) != 0)
			continue;
		if (!found || fabs(magnitude) >= scales[i].scale.divisor)
			best = scales[i].scale;
		found = true;
	}
	/* zero has no size of its own: plain base units */
	for (size_t i = 0; magnitude == 0 && i < ARRAY_SIZE(scales); i++)
		if (strcmp(scales[i].base, unit) == 0 && scales[i].scale.divisor == 1)
			best = scales[i].scale;
	return best;
}

char *number_text(double value)
{
	double size = fabs(value);

	if (!isfinite(value))
		return xstrdup("n/a");
	if (value == round(value) && size < 1e6)
		return xasprintf("%.0f", value == 0 ? 0 : value);
	if (size >= 1e6)
		return xasprintf("%.3g", value);
	if (size < 0.09995)
		return xasprintf("%.3g", value);
	return xasprintf("%.*f",
		size >= 99.95            ? 0
			: size >= 9.995  ? 1
			: size >= 0.9995 ? 2
					 : 3,
		value);
}

char *value_text(double value, const char *unit)
{
	struct scale scale = scale_for(unit, value);
	cleanup_free char *number = number_text(value / scale.divisor);

	return xasprintf("%s%s%s", number, *scale.unit ? " " : "", scale.unit);
}

char *interval_text(double value, double lo, double hi, const char *unit, bool signed_value)
{
	/* a value far below its interval is told in the interval's unit */
	double wide = fmax(fabs(lo), fabs(hi)) / (value != 0 ? 10 : 1);
	struct scale scale = scale_for(unit, fabs(value) < wide ? wide : value);
	cleanup_free char *v = number_text(value / scale.divisor);
	cleanup_free char *l = number_text(lo / scale.divisor);
	cleanup_free char *h = number_text(hi / scale.divisor);
	const char *plus = signed_value && value > 0 ? "+" : "";
	const char *space = *scale.unit ? " " : "";

	if (!isfinite(lo) || !isfinite(hi) || (lo == value && hi == value))
		return xasprintf("%s%s%s%s", plus, v, space, scale.unit);
	return xasprintf("%s%s [%s, %s]%s%s", plus, v, l, h, space, scale.unit);
}

char *ratio_text(double ratio)
{
	cleanup_free char *number = number_text(ratio);

	return xasprintf("%s×", number);
}
