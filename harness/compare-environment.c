/* compare-environment.c - what is not the same around both sides: listed before the figures. Another fact of a run: a line in facts_of(); a key of an arm that says nothing: left_out[]. */
#include "compare-parts.h"

#include "json.h"
#include "util.h"

#include <string.h>

/* Keys of an arm that differ from run to run, or are compared elsewhere. */
static const char *const left_out[] = {"open_seconds", "domain_xml", "qemu_command", "standalone",
	"guest_available", "tree_sha256", "payload_sha256", "accelerator", "accelerator_reason",
	"initramfs", "against", NULL};

static bool in_list(const char *const *list, const char *key)
{
	for (size_t i = 0; list[i]; i++)
		if (!strcmp(list[i], key))
			return true;
	return false;
}

/* Takes what. A text with the run's own id is a path made for that run only. */
static void add_fact(json_t *facts, char *what, const json_t *value, const char *id)
{
	cleanup_free char *own = what;
	cleanup_free char *text = json_is_string(value)
		? xstrdup(json_string_value(value))
		: json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (text && !(id && strstr(text, id)))
		json_object_set_new(facts, own, json_text(text));
}

static bool is_plain(const json_t *value)
{
	return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
}

/* The plain values of an object as "PREFIX: KEY", one level of objects deep. */
static void add_object(
	json_t *facts, const char *prefix, const json_t *object, const char *id, bool deeper)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)object, key, value) {
		if (in_list(left_out, key))
			continue;
		if (is_plain(value))
			add_fact(facts, xasprintf("%s: %s", prefix, key), value, id);
		else if (deeper && json_is_object(value))
			add_object(facts, prefix, value, id, false);
	}
}

static json_t *arm_facts(const json_t *run, const char *arm, const char *shown)
{
	const char *id = json_string_value(json_object_get(run, "id"));
	cleanup_free char *prefix = xasprintf("arm %s", shown);
	json_t *facts = json_object();

	add_object(facts, prefix, json_object_get(json_object_get(run, "arms"), arm), id, true);
	return facts;
}

/* What a run says about everything around its figures: "host: kernel" -> text. */
static json_t *facts_of(const json_t *run)
{
	static const char *const settings[] = {
		"memory", "settle", "network", "page_cache", "margins", "primary", "limits", NULL};
	const json_t *plan = json_object_get(run, "plan"), *arms = json_object_get(run, "arms");
	const json_t *tare = json_object_get(json_object_get(run, "tare"), "version");
	const json_t *agent = json_object_get(run, "agent_sha256");
	json_t *facts = json_object();
	const char *arm;
	json_t *value;

	add_object(facts, "host", json_object_get(run, "host"), NULL, true);
	json_object_del(facts, "host: fingerprint"); /* a refusal says more */
	if (tare)
		add_fact(facts, xstrdup("tare: version"), tare, NULL);
	if (agent)
		add_fact(facts, xstrdup("tare: agent_sha256"), agent, NULL);
	for (size_t i = 0; settings[i]; i++)
		if (json_object_get(plan, settings[i]))
			add_fact(facts, xasprintf("plan: %s", settings[i]),
				json_object_get(plan, settings[i]), NULL);
	json_object_foreach ((json_t *)arms, arm, value) {
		cleanup_json json_t *more = arm_facts(run, arm, arm);

		json_object_update(facts, more);
	}
	return facts;
}

/* Object: fact -> list of the different texts that the side's runs have. */
static json_t *facts_of_side(const struct compare_side *side)
{
	json_t *all = json_object();

	for (size_t i = 0; i < side->n; i++) {
		cleanup_json json_t *facts = facts_of(side->runs[i].run);
		const char *key;
		json_t *text;

		json_object_foreach (facts, key, text) {
			json_t *list = json_object_get(all, key), *known;
			bool there = false;
			size_t k;

			if (!list) {
				list = json_array();
				json_object_set_new(all, key, list);
			}
			json_array_foreach (list, k, known)
				there = there || json_equal(known, text);
			if (!there)
				json_array_append(list, text);
		}
	}
	return all;
}

static json_t *joined(const json_t *list)
{
	cleanup_free char *text = NULL;
	json_t *one;
	size_t i;

	if (!list)
		return json_null();
	json_array_foreach ((json_t *)list, i, one) {
		char *longer = xasprintf(
			"%s%s%s", text ? text : "", text ? ", " : "", json_string_value(one));

		free(text);
		text = longer;
	}
	return json_string(text ? text : "");
}

static void add_change(json_t *changes, const char *what, const json_t *base, const json_t *new)
{
	if (!base || !new || !json_equal(base, new) || json_array_size(base) > 1)
		json_array_append_new(changes,
			json_pack("{s:s, s:o, s:o}", "what", what, "base", joined(base), "new",
				joined(new)));
}

/* An arm that only one side has is told once, not with each of its facts. */
static bool arm_is_missing(const char *what, const json_t *other)
{
	cleanup_free char *prefix = strndup(what, strcspn(what, ":"));
	const char *key;
	json_t *value;

	if (strncmp(what, "arm ", 4) != 0)
		return false;
	json_object_foreach ((json_t *)other, key, value)
		if (prefix && !strncmp(key, prefix, strlen(prefix)) && key[strlen(prefix)] == ':')
			return false;
	return true;
}

json_t *compare_environment(const struct compare_side *base, const struct compare_side *new)
{
	cleanup_json json_t *a = facts_of_side(base), *b = facts_of_side(new);
	json_t *changes = json_array(), *value;
	const char *what;

	json_object_foreach (a, what, value)
		if (!arm_is_missing(what, b))
			add_change(changes, what, value, json_object_get(b, what));
	json_object_foreach (b, what, value)
		if (!json_object_get(a, what) && !arm_is_missing(what, a))
			add_change(changes, what, NULL, value);
	return changes;
}

static void add_payloads(json_t *changes, const json_t *run)
{
	const json_t *first = json_object_get(run, "payload_sha256");
	const json_t *second = json_object_get(run, "payload_sha256_new");
	const char *workload;
	json_t *is;

	json_object_foreach ((json_t *)second, workload, is) {
		const json_t *was = json_object_get(first, workload);

		if (was && !json_equal(was, is))
			json_array_append_new(changes,
				json_pack("{s:o, s:O, s:O}", "what",
					json_sprintf("workload %s: payload_sha256", workload),
					"base", was, "new", is));
	}
}

/* What was asked for, but for the options of arms, which are told with each arm. */
static void add_asked(json_t *changes, const json_t *run)
{
	static const char *const keys[] = {"payload", "agent", "plan"};
	const json_t *asked = json_object_get(json_object_get(run, "plan"), "against");

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		json_t *value = json_object_get(asked, keys[i]);

		if (json_is_string(value))
			json_array_append_new(changes,
				json_pack("{s:o, s:n, s:O}", "what",
					json_sprintf("against: %s", keys[i]), "base", "new",
					value));
	}
}

json_t *compare_environment_within(const json_t *run)
{
	const json_t *arms = json_object_get(run, "arms");
	json_t *changes = json_array(), *arm, *value;
	const char *name, *what;

	add_asked(changes, run);
	json_object_foreach ((json_t *)arms, name, arm) {
		const char *first = json_string_value(json_object_get(arm, "against"));
		cleanup_json json_t *a = NULL, *b = NULL;

		if (!first)
			continue;
		a = arm_facts(run, first, first);
		b = arm_facts(run, name, first);
		json_object_foreach (b, what, value) {
			const json_t *was = json_object_get(a, what);

			if (!was || !json_equal(was, value))
				json_array_append_new(changes,
					json_pack("{s:s, s:O?, s:O}", "what", what, "base", was,
						"new", value));
		}
	}
	add_payloads(changes, run);
	return changes;
}
