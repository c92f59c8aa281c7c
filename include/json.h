/* json.h - strict reading of JSON objects: duplicate and unknown keys, wrong types, sizes, depth. Every
 * message names where (file and path, "plan.json: arms[2].ram") and what was expected. */
#ifndef TARE_JSON_H
#define TARE_JSON_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void cleanup_jsonp(json_t **j);
#define cleanup_json __attribute__((cleanup(cleanup_jsonp)))

#define JSON_MAX_SIZE (16u << 20)
#define JSON_MAX_DEPTH 32

/* Whole text; BOM, NUL, duplicate keys, depth over 32, not-an-object are errors. New, or NULL. */
json_t *json_parse_object(const char *text, size_t len, const char *where, struct error *err);
json_t *json_read_object(int dirfd, const char *path, size_t max, const char *where,
	struct error *err);
/* Every key of object is in the NULL-terminated list, else EXIT_USAGE with did-you-mean. */
int json_known_keys(const json_t *object, const char *const *keys, const char *where,
	struct error *err);
/* Typed access; absent key: *out untouched and 0. Wrong type or range: -1. */
int json_get_text(const json_t *o, const char *key, const char **out, const char *where, struct error *err);
int json_get_bool(const json_t *o, const char *key, bool *out, const char *where, struct error *err);
int json_get_count(const json_t *o, const char *key, uint64_t min, uint64_t max, uint64_t *out, const char *where, struct error *err);
int json_get_number(const json_t *o, const char *key, double min, double max, double *out, const char *where, struct error *err);
/* A JSON integer or text as parse_bytes() reads it. */
int json_get_bytes(const json_t *o, const char *key, uint64_t min, uint64_t max, uint64_t *out, const char *where, struct error *err);
int json_get_texts(const json_t *o, const char *key, char ***out, const char *where, struct error *err);
void strv_free(char **list);

#endif
