/* json.h - strict reading of JSON objects: duplicate and unknown keys, wrong types, sizes, depth. Every
 * message names where (file and path, "plan.json: arms[2].ram") and what was expected. */
#ifndef TARE_JSON_H
#define TARE_JSON_H

#include "error.h"
#include "util.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void cleanup_jsonp(json_t **j);
#define cleanup_json __attribute__((cleanup(cleanup_jsonp)))
void cleanup_strvp(char ***list);
#define cleanup_strv __attribute__((cleanup(cleanup_strvp)))

#define JSON_MAX_SIZE (16u << 20)
#define JSON_MAX_DEPTH 32

/* where is the file's name at the root ("plan.json") and "plan.json: arms[2]" below it; it must be safe
 * to print (safe_text). All errors are EXIT_USAGE. */

/* Whole text; BOM, NUL, duplicate keys, depth over 32, not-an-object are errors. New, or NULL. */
json_t *json_parse_object(const char *text, size_t len, const char *where, struct error *err);
/* The same from one line of a file, which where names already: messages tell the column alone. */
json_t *json_parse_line(const char *text, size_t len, const char *where, struct error *err);
/* The same from a regular file of at most max bytes. */
json_t *json_read_object(
	int dirfd, const char *path, size_t max, const char *where, struct error *err);
/* Every key of object is in the NULL-terminated list, else EXIT_USAGE with did-you-mean. */
int json_known_keys(
	const json_t *object, const char *const *keys, const char *where, struct error *err);
/* Typed access; absent key: *out untouched and 0. Wrong type or range: -1. Texts are borrowed. */
int json_get_text(
	const json_t *o, const char *key, const char **out, const char *where, struct error *err);
int json_get_bool(
	const json_t *o, const char *key, bool *out, const char *where, struct error *err);
int json_get_count(const json_t *o, const char *key, uint64_t min, uint64_t max, uint64_t *out,
	const char *where, struct error *err);
int json_get_number(const json_t *o, const char *key, double min, double max, double *out,
	const char *where, struct error *err);
/* A JSON integer or text as parse_bytes() reads it. */
int json_get_bytes(const json_t *o, const char *key, uint64_t min, uint64_t max, uint64_t *out,
	const char *where, struct error *err);
/* A list of texts: new NULL-terminated array, free with strv_free(). */
int json_get_texts(
	const json_t *o, const char *key, char ***out, const char *where, struct error *err);
/* A nested object or list, borrowed. */
int json_get_object(
	const json_t *o, const char *key, const json_t **out, const char *where, struct error *err);
int json_get_list(
	const json_t *o, const char *key, const json_t **out, const char *where, struct error *err);
/* The key must be there and hold exactly this schema name ("tare/plan/1"). */
int json_need_schema(const json_t *o, const char *expected, const char *where, struct error *err);

/* "WHERE: KEY: WHAT, got VALUE, expected RULE" as EXIT_USAGE; -1. key NULL = the place is where itself,
 * got NULL = the clause is left out. */
int json_fail(struct error *err, const char *where, const char *key, const char *what,
	const json_t *got, const char *rule, ...) __attribute__((format(printf, 6, 7)));
/* "plan.json" + "arms" -> "plan.json: arms"; "plan.json: arms[2]" + "ram" -> "plan.json: arms[2].ram". New string. */
char *json_place(const char *where, const char *key);
/* The same with an index: "plan.json: arms[2]". New string. */
char *json_place_at(const char *where, const char *key, size_t index);
/* A value fit for a message, in buf or constant. */
const char *json_safe_value(const json_t *value, char buf[SAFE_TEXT_SIZE]);
/* A text that may hold invalid UTF-8 (a guest's words): such bytes become \xNN. New reference. */
json_t *json_text(const char *s);
/* A number: an integer when it is one and exact in a double. NULL when not finite. */
json_t *json_value_of(double v);
void strv_free(char **list);
/* Appends a copy; list may be NULL. */
void strv_add(char ***list, const char *s);
size_t strv_length(char *const *list);

#endif
