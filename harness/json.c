/* json.c - strict reading of JSON objects over jansson: what it cannot refuse by itself (depth, BOM,
 * unknown keys, ranges) and one shape for every message. */
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#define EXACT_INTEGER 9007199254740992.0 /* 2^53: beyond it a double skips integers */

void cleanup_jsonp(json_t **j)
{
	json_decref(*j);
}

void cleanup_strvp(char ***list)
{
	strv_free(*list);
}

void strv_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

size_t strv_length(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

void strv_add(char ***list, const char *s)
{
	size_t n = strv_length(*list);

	*list = xrealloc(*list, (n + 2) * sizeof(**list));
	(*list)[n] = xstrdup(s);
	(*list)[n + 1] = NULL;
}

char *json_place(const char *where, const char *key)
{
	return xasprintf("%s%s%s", where, strstr(where, ": ") ? "." : ": ", key);
}

char *json_place_at(const char *where, const char *key, size_t index)
{
	cleanup_free char *place = json_place(where, key);

	return xasprintf("%s[%zu]", place, index);
}

const char *json_safe_value(const json_t *value, char buf[SAFE_TEXT_SIZE])
{
	cleanup_free char *text = NULL;

	if (json_is_object(value))
		return "an object";
	if (json_is_array(value))
		return "a list";
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	return safe_text(text ? text : "nothing", buf);
}

json_t *json_text(const char *s)
{
	json_t *text = json_string(s);
	cleanup_free char *clean = NULL;
	size_t used = 0;

	if (text)
		return text;
	/* json_string() takes valid UTF-8 only */
	clean = xmalloc(strlen(s) * 4 + 1);
	for (const unsigned char *c = (const unsigned char *)s; *c; c++) {
		if (*c < 0x80)
			clean[used++] = (char)*c;
		else
			used += (size_t)snprintf(clean + used, 5, "\\x%02x", *c);
	}
	clean[used] = '\0';
	return json_string(clean);
}

json_t *json_value_of(double v)
{
	if (!isfinite(v))
		return NULL;
	if (v == floor(v) && fabs(v) < EXACT_INTEGER)
		return json_integer((json_int_t)v);
	return json_real(v);
}

int json_fail(struct error *err, const char *where, const char *key, const char *what,
	const json_t *got, const char *rule, ...)
{
	cleanup_free char *place = key ? json_place(where, key) : xstrdup(where);
	char expected[512], value[SAFE_TEXT_SIZE];
	va_list ap;

	va_start(ap, rule);
	vsnprintf(expected, sizeof(expected), rule, ap);
	va_end(ap);
	if (!got)
		return error_set(err, EXIT_USAGE, "%s: %s, expected %s", place, what, expected);
	return error_set(err, EXIT_USAGE, "%s: %s, got %s, expected %s", place, what,
		json_safe_value(got, value), expected);
}

/* What jansson refuses, in the words of our rules. */
static const char *syntax_rule(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_premature_end_of_input:
		return "a complete JSON object";
	case json_error_duplicate_key:
		return "each key once";
	case json_error_numeric_overflow:
		return "a number that 64 bits can hold";
	case json_error_invalid_utf8:
		return "UTF-8";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "text without NUL";
	default:
		return "one JSON object";
	}
}

static const char *syntax_fault(const json_error_t *e, char safe[SAFE_TEXT_SIZE])
{
	bool nul = json_error_code(e) == json_error_null_character ||
		json_error_code(e) == json_error_null_byte_in_key;

	return nul ? "\\u0000" : safe_text(e->text, safe);
}

/* Jansson recurses up to 2048 levels; a plan or a run needs far fewer. Returns the line on which the
 * text goes too deep, or 0. */
static size_t too_deep_at(const char *text, size_t len)
{
	size_t depth = 0, line = 1;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\n')
			line++;
		else if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '[') && ++depth > JSON_MAX_DEPTH)
			return line;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
	}
	return 0;
}

static int check_text(
	const char *text, size_t len, bool one_line, const char *where, struct error *err)
{
	const char *nul = memchr(text, '\0', len);
	size_t line;

	if (len == 0)
		return error_set(err, EXIT_USAGE, "%s: empty, expected one JSON object", where);
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return error_set(err, EXIT_USAGE,
			"%s: starts with a byte order mark, expected plain UTF-8; save it without BOM",
			where);
	if (nul)
		return error_set(err, EXIT_USAGE,
			"%s: not text, got a NUL byte at offset %zu, expected one JSON object",
			where, (size_t)(nul - text));
	line = too_deep_at(text, len);
	if (line && one_line)
		return error_set(err, EXIT_USAGE, "%s: nested too deep, expected at most %d levels",
			where, JSON_MAX_DEPTH);
	if (line)
		return error_set(err, EXIT_USAGE,
			"%s: line %zu: nested too deep, expected at most %d levels", where, line,
			JSON_MAX_DEPTH);
	return 0;
}

static json_t *parse(
	const char *text, size_t len, bool one_line, const char *where, struct error *err)
{
	char safe[SAFE_TEXT_SIZE], line[32];
	json_error_t e;
	json_t *value;

	if (check_text(text, len, one_line, where, err) < 0)
		return NULL;
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (!value) {
		line[0] = '\0';
		if (!one_line)
			snprintf(line, sizeof(line), "line %d, ", e.line);
		error_set(err, EXIT_USAGE, "%s: %scolumn %d: not readable, got %s, expected %s",
			where, line, e.column, syntax_fault(&e, safe), syntax_rule(&e));
		return NULL;
	}
	if (!json_is_object(value)) {
		json_fail(err, where, NULL, "wrong type", value, "one JSON object");
		json_decref(value);
		return NULL;
	}
	return value;
}

json_t *json_parse_object(const char *text, size_t len, const char *where, struct error *err)
{
	return parse(text, len, false, where, err);
}

json_t *json_parse_line(const char *text, size_t len, const char *where, struct error *err)
{
	return parse(text, len, true, where, err);
}

json_t *json_read_object(
	int dirfd, const char *path, size_t max, const char *where, struct error *err)
{
	cleanup_free char *text = NULL;
	struct stat st;
	size_t len;

	if (fstatat(dirfd, path, &st, 0) < 0) {
		error_errno(err, EXIT_USAGE, errno, "%s: cannot be read", where);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		error_set(err, EXIT_USAGE, "%s: %s, expected a regular file", where,
			S_ISDIR(st.st_mode) ? "is a folder" : "is not a file");
		return NULL;
	}
	text = read_file_at(dirfd, path, max, &len);
	if (!text && errno == EFBIG) {
		error_set(err, EXIT_USAGE, "%s: too large, got %lld bytes, expected at most %zu",
			where, (long long)st.st_size, max);
		return NULL;
	}
	if (!text) {
		error_errno(err, EXIT_USAGE, errno, "%s: cannot be read", where);
		return NULL;
	}
	return json_parse_object(text, len, where, err);
}

int json_known_keys(
	const json_t *object, const char *const *keys, const char *where, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	const char *key, *near;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key) != 0)
			i++;
		if (keys[i])
			continue;
		near = did_you_mean(key, keys);
		if (near)
			return error_set(err, EXIT_USAGE,
				"%s: unknown key, got \"%s\"; did you mean \"%s\"?", where,
				safe_text(key, safe), near);
		return error_set(err, EXIT_USAGE,
			"%s: unknown key, got \"%s\", expected a key of the schema", where,
			safe_text(key, safe));
	}
	return 0;
}

int json_get_text(
	const json_t *o, const char *key, const char **out, const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		return 0;
	if (!json_is_string(v))
		return json_fail(err, where, key, "wrong type", v, "a text");
	*out = json_string_value(v);
	return 0;
}

int json_get_bool(const json_t *o, const char *key, bool *out, const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		return 0;
	if (!json_is_boolean(v))
		return json_fail(err, where, key, "wrong type", v, "true or false");
	*out = json_is_true(v);
	return 0;
}

int json_get_count(const json_t *o, const char *key, uint64_t min, uint64_t max, uint64_t *out,
	const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		return 0;
	if (!json_is_integer(v))
		return json_fail(err, where, key, "wrong type", v,
			"a whole number from %llu to %llu", (unsigned long long)min,
			(unsigned long long)max);
	if (json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) < min ||
		(uint64_t)json_integer_value(v) > max)
		return json_fail(err, where, key, "out of range", v,
			"a whole number from %llu to %llu", (unsigned long long)min,
			(unsigned long long)max);
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

int json_get_number(const json_t *o, const char *key, double min, double max, double *out,
	const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);
	double x;

	if (!v)
		return 0;
	if (!json_is_number(v))
		return json_fail(
			err, where, key, "wrong type", v, "a number from %g to %g", min, max);
	x = json_number_value(v);
	if (!(x >= min && x <= max))
		return json_fail(
			err, where, key, "out of range", v, "a number from %g to %g", min, max);
	*out = x;
	return 0;
}

int json_get_bytes(const json_t *o, const char *key, uint64_t min, uint64_t max, uint64_t *out,
	const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);
	uint64_t bytes;

	if (!v)
		return 0;
	if (json_is_string(v)) {
		if (parse_bytes(json_string_value(v), &bytes) < 0)
			return json_fail(err, where, key, "not a size", v,
				"bytes such as 67108864 or \"64 MiB\"");
	} else if (json_is_integer(v) && json_integer_value(v) >= 0) {
		bytes = (uint64_t)json_integer_value(v);
	} else {
		return json_fail(
			err, where, key, "not a size", v, "bytes such as 67108864 or \"64 MiB\"");
	}
	if (bytes < min || bytes > max)
		return json_fail(err, where, key, "out of range", v, "%llu to %llu B",
			(unsigned long long)min, (unsigned long long)max);
	*out = bytes;
	return 0;
}

int json_get_texts(
	const json_t *o, const char *key, char ***out, const char *where, struct error *err)
{
	const json_t *list = json_object_get(o, key);
	cleanup_strv char **texts = NULL;

	if (!list)
		return 0;
	if (!json_is_array(list))
		return json_fail(err, where, key, "wrong type", list, "a list of texts");
	texts = xcalloc(json_array_size(list) + 1, sizeof(*texts));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);
		cleanup_free char *place = json_place_at(where, key, i);

		if (!json_is_string(v))
			return json_fail(err, place, NULL, "wrong type", v, "a text");
		texts[i] = xstrdup(json_string_value(v));
	}
	*out = steal_ptr(texts);
	return 0;
}

int json_get_object(
	const json_t *o, const char *key, const json_t **out, const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_object(v))
		return json_fail(err, where, key, "wrong type", v, "an object");
	if (v)
		*out = v;
	return 0;
}

int json_get_list(
	const json_t *o, const char *key, const json_t **out, const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, key);

	if (v && !json_is_array(v))
		return json_fail(err, where, key, "wrong type", v, "a list");
	if (v)
		*out = v;
	return 0;
}

int json_need_schema(const json_t *o, const char *expected, const char *where, struct error *err)
{
	const json_t *v = json_object_get(o, "schema");

	if (!v)
		return json_fail(err, where, "schema", "missing", NULL, "\"%s\"", expected);
	if (!json_is_string(v) || strcmp(json_string_value(v), expected) != 0)
		return json_fail(err, where, "schema", "unknown schema", v, "\"%s\"", expected);
	return 0;
}
