/* compare-refuse.c - what must not be compared: another host, accelerator or payload, the same run twice. A further
 * reason: a function here, a line in compare_refuse(). */
#include "compare-parts.h"

#include "json.h"
#include "util.h"

#include <string.h>

static const char *text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "unknown";
}

/* One reason: an error, or with force a line of the list. */
static int refuse(bool force, json_t *forced, struct error *err, const char *words)
{
	if (!force)
		return error_set(err, EXIT_USAGE, "%s; --force compares all the same", words);
	json_array_append_new(forced, json_text(words));
	return 0;
}

static int refuse_host(const struct compare_run *a, const struct compare_run *b, bool force,
	json_t *forced, struct error *err)
{
	const json_t *x = json_object_get(a->run, "host"), *y = json_object_get(b->run, "host");
	char is[SAFE_TEXT_SIZE], was[SAFE_TEXT_SIZE], model[SAFE_TEXT_SIZE];
	cleanup_free char *words = NULL;

	if (!strcmp(text_at(x, "fingerprint"), text_at(y, "fingerprint")))
		return 0;
	words = xasprintf("%s: another host, got fingerprint %s (%s), expected %s as in %s",
		b->path, safe_text(text_at(y, "fingerprint"), is),
		safe_text(text_at(y, "cpu_model"), model),
		safe_text(text_at(x, "fingerprint"), was), a->path);
	return refuse(force, forced, err, words);
}

static int refuse_accelerators(const struct compare_run *a, const struct compare_run *b, bool force,
	json_t *forced, struct error *err)
{
	const json_t *arms = json_object_get(a->run, "arms");
	const char *name;
	json_t *arm;

	json_object_foreach ((json_t *)arms, name, arm) {
		const json_t *other = json_object_get(json_object_get(b->run, "arms"), name);
		const json_t *x = json_object_get(arm, "accelerator");
		const json_t *y = json_object_get(other, "accelerator");
		char is[SAFE_TEXT_SIZE], was[SAFE_TEXT_SIZE];
		cleanup_free char *words = NULL;

		if (!json_is_string(x) || !json_is_string(y) || json_equal(x, y))
			continue;
		words = xasprintf(
			"%s: arm %s has another accelerator, got %s, expected %s as in %s", b->path,
			name, safe_text(json_string_value(y), is),
			safe_text(json_string_value(x), was), a->path);
		if (refuse(force, forced, err, words) < 0)
			return -1;
	}
	return 0;
}

static int refuse_payloads(const struct compare_run *a, const struct compare_run *b, bool force,
	json_t *forced, struct error *err)
{
	const json_t *first = json_object_get(a->run, "payload_sha256");
	const char *name;
	json_t *was;

	json_object_foreach ((json_t *)first, name, was) {
		const json_t *is = json_object_get(json_object_get(b->run, "payload_sha256"), name);
		char shown[SAFE_TEXT_SIZE];
		cleanup_free char *words = NULL;

		if (!is || json_equal(was, is))
			continue;
		words = xasprintf(
			"%s: workload %s is another payload, got %.12s, expected %.12s as in %s; measure both at once with tare run --against payload=FILE",
			b->path, safe_text(name, shown),
			text_at(json_object_get(b->run, "payload_sha256"), name),
			text_at(first, name), a->path);
		if (refuse(force, forced, err, words) < 0)
			return -1;
	}
	return 0;
}

static int refuse_same(const struct compare_run *a, const struct compare_run *b, bool force,
	json_t *forced, struct error *err)
{
	cleanup_free char *words = NULL;

	if (strcmp(text_at(a->run, "id"), text_at(b->run, "id")) != 0)
		return 0;
	words = xasprintf("%s: the same run as %s, got id %s on both sides, expected two runs",
		b->path, a->path, text_at(a->run, "id"));
	return refuse(force, forced, err, words);
}

/* Every run against the first of the base. */
int compare_refuse(const struct compare_side *base, const struct compare_side *new,
	const struct compare_options *o, json_t *forced, struct error *err)
{
	const struct compare_side *sides[2] = {base, new};
	const struct compare_run *first = &base->runs[0];

	for (unsigned k = 0; k < 2; k++) {
		for (size_t i = 0; i < sides[k]->n; i++) {
			const struct compare_run *one = &sides[k]->runs[i];

			if (one == first)
				continue;
			for (size_t b = 0; k && !o->same && b < base->n; b++)
				if (refuse_same(&base->runs[b], one, o->force, forced, err) < 0)
					return -1;
			if (refuse_host(first, one, o->force, forced, err) < 0 ||
				refuse_accelerators(first, one, o->force, forced, err) < 0 ||
				refuse_payloads(first, one, o->force, forced, err) < 0)
				return -1;
		}
	}
	return 0;
}
