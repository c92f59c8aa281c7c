/* Requests and answers of the wire, and the few helpers that the agent's files share. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

int write_whole(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t read_small(const char *path, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while (used + 1 < size) {
		n = read(fd, buf + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	close(fd);
	if (n < 0)
		return -1;
	buf[used] = '\0';
	return (ssize_t)used;
}

int parse_number(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return -1;
	for (; *s; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	if (v > max)
		return -1;
	*out = v;
	return 0;
}

int request_parse(char *line, struct request *r)
{
	uint64_t seq;
	char *save = NULL, *word;

	memset(r, 0, sizeof(*r));
	for (const char *p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			return -1;
	word = strtok_r(line, " ", &save);
	if (!word || parse_number(word, UINT32_MAX, &seq) < 0)
		return -1;
	r->seq = seq;
	r->verb = strtok_r(NULL, " ", &save);
	if (!r->verb)
		return -1;
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strchr(word, '=');

		if (!value || value == word || r->n == REQUEST_KEYS)
			return -1;
		*value++ = '\0';
		if (wire_decode(value) < 0)
			return -1;
		r->keys[r->n] = word;
		r->values[r->n++] = value;
	}
	return 0;
}

const char *request_get(const struct request *r, const char *key)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->keys[i], key) == 0)
			return r->values[i];
	return NULL;
}

int request_number(
	const struct request *r, const char *key, uint64_t max, uint64_t standard, uint64_t *out)
{
	const char *value = request_get(r, key);

	if (!value) {
		*out = standard;
		return 0;
	}
	return parse_number(value, max, out);
}

int encode(const char *s, char *out, size_t size)
{
	size_t used = 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = c > ' ' && c < 0x7f && !strchr("%=", c);

		if (used + (plain ? 1 : 3) >= size)
			return -1;
		if (plain)
			out[used++] = (char)c;
		else
			used += (size_t)snprintf(out + used, size - used, "%%%02X", c);
	}
	out[used] = '\0';
	return (int)used;
}

bool answer_raw(struct answer *a, const char *text)
{
	size_t len = strlen(text);

	if (a->used + len >= sizeof(a->text))
		return false;
	memcpy(a->text + a->used, text, len + 1);
	a->used += len;
	return true;
}

void answer_text(struct answer *a, const char *key, const char *value)
{
	size_t before = a->used;
	int len;

	if (answer_raw(a, " ") && answer_raw(a, key) && answer_raw(a, "=")) {
		len = encode(value, a->text + a->used, sizeof(a->text) - a->used);
		if (len >= 0) {
			a->used += (size_t)len;
			return;
		}
	}
	a->used = before;
	a->text[before] = '\0';
}

void answer_number(struct answer *a, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	answer_text(a, key, text);
}

int answer_fail(struct answer *a, const char *fmt, ...)
{
	char text[sizeof(a->text)], *out = a->text;
	size_t left = sizeof(a->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A message keeps its spaces and equals signs; what could break the line is encoded. */
	for (const char *p = text; *p && left > 4; p++) {
		unsigned char c = (unsigned char)*p;
		bool plain = c >= ' ' && c < 0x7f && c != '%';
		int n = snprintf(out, left, plain ? "%c" : "%%%02X", c);

		out += n;
		left -= (size_t)n;
	}
	*out = '\0';
	a->used = (size_t)(out - a->text);
	return -1;
}

bool list_add(struct list *l, const char *s)
{
	char **items = realloc(l->items, (l->n + 2) * sizeof(*items));
	char *copy = strdup(s);

	if (items)
		l->items = items;
	if (!items || !copy) {
		free(copy);
		return false;
	}
	l->items[l->n++] = copy;
	l->items[l->n] = NULL;
	return true;
}
