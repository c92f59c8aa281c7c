/* strict-text.h - strict reading of the small text files of /proc, /sys and cgroups: what is missing or
 * malformed is an error that names the file, never 0. Private to harness/host/. */
#ifndef TARE_STRICT_TEXT_H
#define TARE_STRICT_TEXT_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX ((size_t)64 << 20) /* no file read here is larger */

/* Whole file as new text, or NULL with err ("<where>: cannot read: ..."). */
char *text_read(int dir, const char *path, const char *where, struct error *err);

/* How the lines of a file look. */
struct text_format {
	char after_key; /* ':' in /proc/meminfo, ' ' in memory.stat */
	const char *suffix; /* behind the number: " kB" or "" */
	uint64_t unit; /* what the number is multiplied with */
};
extern const struct text_format text_colon_kb; /* "MemFree:  24400632 kB" */
extern const struct text_format text_flat; /* "total_rss 23920640" */

struct text_field {
	const char *key;
	uint64_t *out;
	bool optional; /* a missing line is no error; *out stays as it was */
	bool found; /* set by text_fields() */
};
/* Picks n fields out of text. 0, or -1 when one is missing, malformed, or there twice. */
int text_fields(const char *where, const char *text, const struct text_format *format,
	struct text_field *fields, size_t n, struct error *err);

/* A file that holds one number and a newline. */
int text_number(int dir, const char *path, const char *where, uint64_t *out, struct error *err);
/* n unsigned numbers separated by spaces at the start of text, up to the end of its line; more may follow
 * them. 0, or -1 (no message). */
int text_numbers(const char *text, uint64_t *out, size_t n);
/* "<where>: <what> is malformed, got <line>, expected <rule>"; line is cut at its newline. -1. */
int text_malformed(
	const char *where, const char *what, const char *line, const char *rule, struct error *err);
/* First line of text, without its newline: new string. */
char *text_line(const char *text);
/* Start of the line after this one, or NULL. */
const char *text_next(const char *line);

#endif
