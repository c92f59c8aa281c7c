/* claims.c - a claims file, read and checked. A new key of a claim: claim_keys[] or condition_keys[] here,
 * results/schema/claims.schema.json; a new word of expressions: claims-expression.c. */
#include "claims.h"

#include "json.h"
#include "util.h"
#include "workload.h"

#include <fcntl.h>
#include <string.h>

static const char *const file_keys[] = {"schema", "name", "help", "claims", NULL};
static const char *const claim_keys[] = {
	"id", "number", "quote", "measurement", "conditions", "picture", "footnotes", NULL};
static const char *const condition_keys[] = {
	"text", "value", "op", "threshold", "control", "words", NULL};
static const char *const operators[] = {"<", "<=", "=", ">=", ">", NULL};

/* {"ko": ..., "en": ...}, both there. */
static int check_words(const json_t *o, const char *key, const char *where, struct error *err)
{
	static const char *const keys[] = {"ko", "en", NULL};
	cleanup_free char *place = key ? json_place(where, key) : xstrdup(where);
	const json_t *words = key ? json_object_get(o, key) : o;

	if (!json_is_object(words))
		return json_fail(err, place, NULL, words ? "wrong type" : "missing", words,
			"an object with \"ko\" and \"en\"");
	if (json_known_keys(words, keys, place, err) < 0)
		return -1;
	for (size_t i = 0; keys[i]; i++) {
		const char *text = json_string_value(json_object_get(words, keys[i]));

		if (!text || !*text)
			return json_fail(err, place, keys[i], text ? "empty" : "missing",
				json_object_get(words, keys[i]), "a sentence");
	}
	return 0;
}

/* What 0 and 1 mean, for a condition that asks yes or no. */
static int check_yes_no(const json_t *c, const char *where, struct error *err)
{
	static const char *const keys[] = {"no", "yes", NULL};
	const json_t *words = json_object_get(c, "words");
	cleanup_free char *place = json_place(where, "words");

	if (!words)
		return 0;
	if (!json_is_object(words))
		return json_fail(
			err, place, NULL, "wrong type", words, "an object with \"no\" and \"yes\"");
	if (json_known_keys(words, keys, place, err) < 0 ||
		check_words(words, "no", place, err) < 0 ||
		check_words(words, "yes", place, err) < 0)
		return -1;
	return 0;
}

static int check_condition(const json_t *c, const char *where, struct error *err)
{
	const json_t *op = json_object_get(c, "op"), *threshold = json_object_get(c, "threshold");
	bool control, known = false;
	char unit[32];

	if (!json_is_object(c))
		return json_fail(err, where, NULL, "wrong type", c, "an object");
	if (json_known_keys(c, condition_keys, where, err) < 0 ||
		check_words(c, "text", where, err) < 0 ||
		json_get_bool(c, "control", &control, where, err) < 0 ||
		check_yes_no(c, where, err) < 0)
		return -1;
	for (size_t i = 0; operators[i]; i++)
		known = known ||
			(json_is_string(op) && !strcmp(json_string_value(op), operators[i]));
	if (!known)
		return json_fail(err, where, "op", op ? "unknown comparison" : "missing", op,
			"one of <, <=, =, >=, >");
	if (!json_is_number(threshold))
		return json_fail(err, where, "threshold", threshold ? "wrong type" : "missing",
			threshold, "a number in base units");
	if (!json_object_get(c, "value"))
		return json_fail(err, where, "value", "missing", NULL, "an expression");
	return claims_unit(json_object_get(c, "value"), where, unit, err);
}

static int check_lists(const json_t *claim, const char *where, struct error *err)
{
	const json_t *conditions = json_object_get(claim, "conditions"), *notes = NULL, *one;
	bool judges = false;
	size_t i;

	if (!json_is_array(conditions) || !json_array_size(conditions) ||
		json_array_size(conditions) > CLAIMS_MAX)
		return json_fail(err, where, "conditions", conditions ? "not usable" : "missing",
			conditions, "a list of 1 to %d conditions", CLAIMS_MAX);
	json_array_foreach (conditions, i, one) {
		cleanup_free char *place = json_place_at(where, "conditions", i);

		if (check_condition(one, place, err) < 0)
			return -1;
		judges = judges || !json_is_true(json_object_get(one, "control"));
	}
	if (!judges)
		return json_fail(err, where, "conditions", "controls only", NULL,
			"at least one that can refute");
	if (json_get_list(claim, "footnotes", &notes, where, err) < 0)
		return -1;
	json_array_foreach (notes, i, one) {
		cleanup_free char *place = json_place_at(where, "footnotes", i);

		if (check_words(one, NULL, place, err) < 0)
			return -1;
	}
	return 0;
}

static int check_claim(const json_t *claim, const char *where, struct error *err)
{
	const json_t *id = json_object_get(claim, "id"),
		     *picture = json_object_get(claim, "picture");
	uint64_t number = 0;

	if (!json_is_object(claim))
		return json_fail(err, where, NULL, "wrong type", claim, "an object");
	if (json_known_keys(claim, claim_keys, where, err) < 0 ||
		json_get_count(claim, "number", 1, 1000, &number, where, err) < 0)
		return -1;
	if (!json_is_string(id) || !name_is_valid(json_string_value(id)))
		return json_fail(err, where, "id", id ? "not a name" : "missing", id,
			"1 to 64 letters, digits or \"_.+-\", starting with a letter or digit");
	if (!number)
		return json_fail(err, where, "number", "missing", NULL, "a whole number above 0");
	if (picture && (!json_is_string(picture) || !name_is_valid(json_string_value(picture))))
		return json_fail(err, where, "picture", "not a chart's name", picture,
			"a file name of charts/ without its suffix");
	if (check_words(claim, "quote", where, err) < 0 ||
		check_words(claim, "measurement", where, err) < 0)
		return -1;
	return check_lists(claim, where, err);
}

int claims_check(const json_t *claims, const char *where, struct error *err)
{
	const json_t *list = json_object_get(claims, "claims"), *one, *other;
	size_t i, k;

	if (json_need_schema(claims, CLAIMS_SCHEMA, where, err) < 0 ||
		json_known_keys(claims, file_keys, where, err) < 0)
		return -1;
	if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > CLAIMS_MAX)
		return json_fail(err, where, "claims", list ? "not usable" : "missing", list,
			"a list of 1 to %d claims", CLAIMS_MAX);
	json_array_foreach (list, i, one) {
		cleanup_free char *place = json_place_at(where, "claims", i);

		if (check_claim(one, place, err) < 0)
			return -1;
		json_array_foreach (list, k, other)
			if (k < i &&
				json_equal(
					json_object_get(one, "id"), json_object_get(other, "id")))
				return json_fail(err, place, "id", "there twice",
					json_object_get(one, "id"), "each claim once");
	}
	return 0;
}

static json_t *unknown_claims(const char *name, const char *where, struct error *err)
{
	cleanup_strv char **names = data_list("workloads/claims");
	const char *near = names ? did_you_mean(name, (const char *const *)names) : NULL;
	char safe[SAFE_TEXT_SIZE];

	if (near)
		error_set(err, EXIT_USAGE, "%s: unknown claims, got \"%s\"; did you mean \"%s\"?",
			where, safe_text(name, safe), near);
	else
		error_set(err, EXIT_USAGE,
			"%s: unknown claims, got \"%s\", expected an installed file of claims or a path",
			where, safe_text(name, safe));
	return NULL;
}

json_t *claims_load(const char *name, const char *folder, const char *where, struct error *err)
{
	cleanup_free char *path = NULL;
	cleanup_json json_t *claims = NULL;
	char safe[SAFE_TEXT_SIZE];

	if (is_path_name(name))
		path = folder && name[0] != '/' ? xasprintf("%s/%s", folder, name) : xstrdup(name);
	else if (name_is_valid(name))
		path = data_path("workloads/claims", name);
	if (!path || (!is_path_name(name) && access(path, F_OK) < 0))
		return unknown_claims(name, where, err);
	claims = json_read_object(AT_FDCWD, path, JSON_MAX_SIZE, safe_text(path, safe), err);
	if (!claims || claims_check(claims, safe, err) < 0)
		return NULL;
	return steal_ptr(claims);
}
