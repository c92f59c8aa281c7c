/* equivalence.c - what the arms say of themselves, compared. */
#include "equivalence.h"

#include "util.h"

#include <string.h>

static const json_t *value_of(const struct equivalence_arm *arm, const char *aspect)
{
	return json_object_get(arm->values, aspect);
}

static bool alike(const json_t *a, const json_t *b)
{
	return a && b && json_equal(a, b);
}

static const struct equivalence_rule *rule_in(
	const struct equivalence_rule *rules, const struct equivalence_arm *arm, const char *aspect)
{
	const char *value = json_string_value(value_of(arm, aspect));

	for (const struct equivalence_rule *r = rules; value && r->aspect; r++)
		if (!strcmp(r->aspect, aspect) && !strcmp(r->platform, arm->platform) &&
			(!r->value || !strcmp(r->value, value)))
			return r;
	return NULL;
}

/* The rule that excuses this arm's value, or NULL. */
static const struct equivalence_rule *rule_for(
	const struct equivalence_arm *arm, const char *aspect)
{
	const char *init = json_string_value(value_of(arm, "init"));
	const struct equivalence_rule *r = rule_in(equivalence_rules, arm, aspect);

	if (!r && init && !strcmp(init, "systemd"))
		r = rule_in(equivalence_system_rules, arm, aspect);
	return r;
}

static bool all_alike(const struct equivalence_arm *arms, size_t n, const char *aspect)
{
	for (size_t i = 0; i < n; i++)
		if (!alike(value_of(&arms[0], aspect), value_of(&arms[i], aspect)))
			return false;
	return true;
}

/* The first arm that no rule excuses; NULL when every one is. */
static const struct equivalence_arm *first_unexcused(
	const struct equivalence_arm *arms, size_t n, const char *aspect)
{
	for (size_t i = 0; i < n; i++)
		if (!rule_for(&arms[i], aspect))
			return &arms[i];
	return NULL;
}

static void add_reason(char **reasons, const char *reason)
{
	char *longer;

	if (*reasons && strstr(*reasons, reason))
		return;
	longer = xasprintf("%s%s%s", *reasons ? *reasons : "", *reasons ? "; " : "", reason);
	free(*reasons);
	*reasons = longer;
}

/* Whether those that no rule excuses are alike; *reasons: new text of the rules that were needed. */
static bool alike_but_for_rules(
	const struct equivalence_arm *arms, size_t n, const char *aspect, char **reasons)
{
	const struct equivalence_arm *first = first_unexcused(arms, n, aspect);

	for (size_t i = 0; i < n; i++) {
		const struct equivalence_rule *rule = rule_for(&arms[i], aspect);

		if (first && alike(value_of(first, aspect), value_of(&arms[i], aspect)))
			continue;
		if (!rule)
			return false;
		add_reason(reasons, rule->reason);
	}
	return true;
}

static json_t *values_json(const struct equivalence_arm *arms, size_t n, const char *aspect)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++) {
		const json_t *v = value_of(&arms[i], aspect);

		json_object_set_new(o, arms[i].name, v ? json_copy((json_t *)v) : json_null());
	}
	return o;
}

static json_t *entry(const struct equivalence_arm *arms, size_t n, const char *aspect,
	const char *workload, const json_t *allow)
{
	const char *said = json_string_value(json_object_get(allow, aspect));
	cleanup_free char *reasons = NULL;
	const char *status = "undeclared", *reason = NULL;

	if (all_alike(arms, n, aspect)) {
		status = "equal";
	} else if (alike_but_for_rules(arms, n, aspect, &reasons)) {
		status = "declared";
		reason = reasons;
	} else if (said) {
		status = "declared";
		reason = said;
	}
	return json_pack("{s:s, s:s, s:o, s:s, s:s?}", "aspect", aspect, "workload", workload,
		"values", values_json(arms, n, aspect), "status", status, "reason", reason);
}

json_t *equivalence_ledger(
	const struct equivalence_arm *arms, size_t n, const char *workload, const json_t *allow)
{
	json_t *list = json_array();

	for (size_t i = 0; n && equivalence_aspects[i]; i++)
		json_array_append_new(
			list, entry(arms, n, equivalence_aspects[i], workload, allow));
	return list;
}

static const json_t *any_value(const json_t *row)
{
	return json_object_iter_value(json_object_iter(json_object_get(row, "values")));
}

void equivalence_join(json_t *first, const json_t *second)
{
	json_t *a;
	size_t i;

	json_array_foreach (first, i, a) {
		const json_t *b = json_array_get(second, i);
		const char *x = json_string_value(json_object_get(a, "status"));
		const char *y = json_string_value(json_object_get(b, "status"));
		bool both_equal = !strcmp(x, "equal") && !strcmp(y, "equal");

		if (both_equal && !json_equal(any_value(a), any_value(b))) {
			json_object_set_new(a, "status", json_string("declared"));
			json_object_set_new(a, "reason",
				json_string(
					"the second side is another one; that is what is measured"));
		} else if (!strcmp(x, "equal") || !strcmp(y, "undeclared")) {
			json_object_set(a, "status", json_object_get(b, "status"));
			json_object_set(a, "reason", json_object_get(b, "reason"));
		}
		json_object_update(json_object_get(a, "values"), json_object_get(b, "values"));
	}
}

/* "host 1, container 2" as new text. */
static char *values_text(const json_t *values)
{
	char *text = xstrdup("");
	const char *arm;
	json_t *v;

	json_object_foreach ((json_t *)values, arm, v) {
		char safe[SAFE_TEXT_SIZE];
		const char *s = json_is_string(v) ? json_string_value(v) : "nothing";
		char *longer =
			xasprintf("%s%s%s %s", text, *text ? ", " : "", arm, safe_text(s, safe));

		free(text);
		text = longer;
	}
	return text;
}

int equivalence_check(const json_t *ledger, struct error *err)
{
	const json_t *one;
	size_t i;

	json_array_foreach (ledger, i, one) {
		const char *aspect = json_string_value(json_object_get(one, "aspect"));
		const char *status = json_string_value(json_object_get(one, "status"));
		cleanup_free char *values = NULL;

		if (strcmp(status, "undeclared") != 0)
			continue;
		values = values_text(json_object_get(one, "values"));
		return error_set(err, EXIT_ARM,
			"arms: %s differs with workload %s, got %s, expected the same in every arm; mend the arm, or declare it in the plan: \"allow\": {\"%s\": \"why\"}",
			aspect, json_string_value(json_object_get(one, "workload")), values,
			aspect);
	}
	return 0;
}
