/* strict-text.c - strict reading of small kernel text files; see strict-text.h. */
#include "strict-text.h"

#include "util.h"

#include <errno.h>
#include <string.h>

const struct text_format text_colon_kb = {':', " kB", 1024};
const struct text_format text_flat = {' ', "", 1};

char *text_read(int dir, const char *path, const char *where, struct error *err)
{
	char *text = read_file_at(dir, path, TEXT_MAX, NULL);

	if (!text)
		error_errno(err, EXIT_PREREQUISITE, errno, "%s: cannot read", where);
	return text;
}

char *text_line(const char *text)
{
	return xasprintf("%.*s", (int)strcspn(text, "\n"), text);
}

const char *text_next(const char *line)
{
	const char *end = strchr(line, '\n');

	return end && end[1] ? end + 1 : NULL;
}

int text_malformed(
	const char *where, const char *what, const char *line, const char *rule, struct error *err)
{
	cleanup_free char *cut = text_line(line);
	char safe[SAFE_TEXT_SIZE];

	return error_set(err, EXIT_INTERNAL, "%s: %s is malformed, got \"%s\", expected %s", where,
		what, safe_text(cut, safe), rule);
}

/* The number of "<key><after_key>  <number><suffix>\n". */
static int field_value(const char *value, const struct text_format *format, uint64_t *out)
{
	char digits[24];
	uint64_t number;
	size_t len;

	value += strspn(value, " \t");
	len = strspn(value, "0123456789");
	if (len == 0 || len >= sizeof(digits))
		return -1;
	memcpy(digits, value, len);
	digits[len] = '\0';
	value += len;
	if (strncmp(value, format->suffix, strlen(format->suffix)) != 0)
		return -1;
	value += strlen(format->suffix);
	if (*value != '\n' && *value != '\0')
		return -1;
	if (parse_u64(digits, 0, UINT64_MAX, &number) < 0)
		return -1;
	return __builtin_mul_overflow(number, format->unit, out) ? -1 : 0;
}

static int field_line(const char *where, const char *line, const struct text_format *format,
	struct text_field *f, struct error *err)
{
	size_t len = strlen(f->key);
	uint64_t value;

	if (strncmp(line, f->key, len) != 0 || line[len] != format->after_key)
		return 0;
	if (f->found)
		return text_malformed(where, f->key, line, "it only once", err);
	if (field_value(line + len + 1, format, &value) < 0)
		return text_malformed(
			where, f->key, line, *format->suffix ? "a number in kB" : "a number", err);
	*f->out = value;
	f->found = true;
	return 0;
}

int text_fields(const char *where, const char *text, const struct text_format *format,
	struct text_field *fields, size_t n, struct error *err)
{
	for (const char *line = text; line; line = text_next(line))
		for (size_t i = 0; i < n; i++)
			if (field_line(where, line, format, &fields[i], err) < 0)
				return -1;
	for (size_t i = 0; i < n; i++)
		if (!fields[i].found && !fields[i].optional)
			return error_set(err, EXIT_INTERNAL,
				"%s: %s is missing, expected a line \"%s%s N%s\"", where,
				fields[i].key, fields[i].key, format->after_key == ':' ? ":" : "",
				format->suffix);
	return 0;
}

int text_number(int dir, const char *path, const char *where, uint64_t *out, struct error *err)
{
	cleanup_free char *text = text_read(dir, path, where, err);
	uint64_t value;

	if (!text)
		return -1;
	if (field_value(text, &text_flat, &value) < 0)
		return text_malformed(where, "the content", text, "one number", err);
	*out = value;
	return 0;
}

int text_numbers(const char *text, uint64_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char digits[24];
		size_t len;

		text += strspn(text, " ");
		len = strspn(text, "0123456789");
		if (len == 0 || len >= sizeof(digits) || !strchr(" \n", text[len]))
			return -1; /* strchr finds the end of the text too */
		memcpy(digits, text, len);
		digits[len] = '\0';
		if (parse_u64(digits, 0, UINT64_MAX, &out[i]) < 0)
			return -1;
		text += len;
	}
	return 0;
}
