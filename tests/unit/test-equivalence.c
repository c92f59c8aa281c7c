/* test-equivalence.c - what is equal, declared and undeclared; the built-in list does not grow unseen. */
#include "equivalence.h"
#include "json.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct equivalence_arm arm(
	const char *name, const char *platform, const char *aspect, const char *value)
{
	json_t *values = json_object();

	for (size_t i = 0; equivalence_aspects[i]; i++)
		json_object_set_new(values, equivalence_aspects[i], json_string("same"));
	if (value)
		json_object_set_new(values, aspect, json_string(value));
	else
		json_object_del(values, aspect);
	return (struct equivalence_arm){.name = name, .platform = platform, .values = values};
}

/* Status and reason of one aspect; everything else must be equal. */
static json_t *judge(
	struct equivalence_arm *arms, size_t n, const char *aspect, const json_t *allow)
{
	json_t *ledger = equivalence_ledger(arms, n, "w", allow), *found = NULL, *one;
	size_t i;

	json_array_foreach (ledger, i, one) {
		if (!strcmp(json_string_value(json_object_get(one, "aspect")), aspect))
			found = json_incref(one);
		else
			assert_string_equal(
				json_string_value(json_object_get(one, "status")), "equal");
	}
	assert_non_null(found);
	json_decref(ledger);
	for (i = 0; i < n; i++)
		json_decref((json_t *)arms[i].values);
	return found;
}

static void expect(json_t *entry, const char *status, const char *reason)
{
	const char *got = json_string_value(json_object_get(entry, "reason"));

	assert_string_equal(json_string_value(json_object_get(entry, "status")), status);
	if (reason)
		assert_string_equal(got ? got : "(none)", reason);
	else
		assert_null(got);
	json_decref(entry);
}

static void statuses(void **state)
{
	json_t *allow = json_pack("{s:s}", "cpus", "on purpose");
	struct equivalence_arm one[] = {
		arm("h", "host", "cpus", "1"), arm("c", "container", "cpus", "1")};
	struct equivalence_arm two[] = {
		arm("h", "host", "cpus", "1"), arm("c", "container", "cpus", "2")};
	struct equivalence_arm said[] = {
		arm("h", "host", "cpus", "1"), arm("c", "container", "cpus", "2")};
	struct equivalence_arm none[] = {
		arm("h", "host", "cpus", "1"), arm("c", "container", "cpus", NULL)};

	(void)state;
	expect(judge(one, 2, "cpus", NULL), "equal", NULL);
	expect(judge(two, 2, "cpus", NULL), "undeclared", NULL);
	expect(judge(said, 2, "cpus", allow), "declared", "on purpose");
	expect(judge(none, 2, "cpus", NULL), "undeclared", NULL);
	json_decref(allow);
}

/* A rule excuses its platform and its value, nobody else. */
static void rules(void **state)
{
	struct equivalence_arm vm[] = {
		arm("h", "host", "kernel", "6"), arm("v", "vm", "kernel", "5")};
	struct equivalence_arm both[] = {arm("h", "host", "kernel", "6"),
		arm("c", "container", "kernel", "7"), arm("v", "vm", "kernel", "5")};
	struct equivalence_arm off[] = {arm("h", "host", "no_new_privs", "0"),
		arm("c", "container", "no_new_privs", "1"), arm("v", "vm", "no_new_privs", "0")};
	struct equivalence_arm odd[] = {arm("h", "host", "capabilities", "ff"),
		arm("c", "container", "capabilities", "0f")};
	struct equivalence_arm loop[] = {arm("h", "host", "mtu", "none"),
		arm("n", "host", "mtu", "1500"), arm("c", "container", "mtu", "9000")};

	(void)state;
	expect(judge(vm, 2, "kernel", NULL), "declared", "a VM runs a kernel of its own");
	expect(judge(both, 3, "kernel", NULL), "undeclared", NULL);
	expect(judge(off, 3, "no_new_privs", NULL), "declared",
		"a container sets it; that is part of what it is");
	expect(judge(odd, 2, "capabilities", NULL), "undeclared", NULL);
	expect(judge(loop, 3, "mtu", NULL), "undeclared", NULL);
}

static void message(void **state)
{
	struct equivalence_arm arms[] = {
		arm("h", "host", "uid", "0"), arm("c", "container", "uid", "7\x1b")};
	json_t *ledger = equivalence_ledger(arms, 2, "w", NULL);
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(equivalence_check(ledger, &err), -1);
	assert_int_equal(err.code, EXIT_ARM);
	assert_string_equal(err.text,
		"arms: uid differs with workload w, got h 0, c 7\\x1B, expected the same in every arm; "
		"mend the arm, or declare it in the plan: \"allow\": {\"uid\": \"why\"}");
	json_decref(ledger);
	json_decref((json_t *)arms[0].values);
	json_decref((json_t *)arms[1].values);
}

static char *list_rules(const struct equivalence_rule *r, const char *end)
{
	char *got = xstrdup("");

	for (; r->aspect; r++) {
		char *longer = xasprintf("%s%s %s %s%s\n", got, r->aspect, r->platform,
			r->value ? r->value : "*", end);
		bool known = false;

		for (size_t i = 0; equivalence_aspects[i]; i++)
			known = known || !strcmp(equivalence_aspects[i], r->aspect);
		assert_true(known && r->reason && *r->reason);
		free(got);
		got = longer;
	}
	return got;
}

/* Whoever adds a rule changes tests/cases/equivalence/rules too, and is asked why. */
static void the_list_does_not_grow_unseen(void **state)
{
	cleanup_free char *want =
		read_file_at(AT_FDCWD, "tests/cases/equivalence/rules", 1 << 16, NULL);
	cleanup_free char *all = list_rules(equivalence_rules, "");
	cleanup_free char *more = list_rules(equivalence_system_rules, " with systemd");
	cleanup_free char *got = xasprintf("%s%s", all, more);

	(void)state;
	assert_non_null(want);
	assert_string_equal(got, want);
}

/* Two sides, each judged for itself: what only they tell apart is what was asked for. */
static void two_sides(void **state)
{
	static const struct {
		const char *first[2], *second[2], *status;
	} cases[] = {
		{{"1", "1"}, {"1", "1"}, "equal"},
		{{"1", "1"}, {"2", "2"}, "declared"},
		{{"1", "2"}, {"1", "1"}, "undeclared"},
		{{"1", "1"}, {"1", "2"}, "undeclared"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct equivalence_arm a[] = {arm("h", "host", "cpus", cases[i].first[0]),
			arm("c", "container", "cpus", cases[i].first[1])};
		struct equivalence_arm b[] = {arm("h.new", "host", "cpus", cases[i].second[0]),
			arm("c.new", "container", "cpus", cases[i].second[1])};
		json_t *first = equivalence_ledger(a, 2, "w", NULL);
		json_t *second = equivalence_ledger(b, 2, "w", NULL), *one;
		size_t k;

		equivalence_join(first, second);
		json_array_foreach (first, k, one) {
			bool cpus =
				!strcmp(json_string_value(json_object_get(one, "aspect")), "cpus");

			assert_string_equal(json_string_value(json_object_get(one, "status")),
				cpus ? cases[i].status : "equal");
			assert_int_equal(json_object_size(json_object_get(one, "values")), 4);
		}
		json_decref(first);
		json_decref(second);
		for (k = 0; k < 2; k++) {
			json_decref((json_t *)a[k].values);
			json_decref((json_t *)b[k].values);
		}
	}
}

/* What is excused by its systemd is excused to no other arm of the platform. */
static void judge_root(const char *init, const char *status, const char *reason)
{
	struct equivalence_arm arms[] = {arm("c", "container", "root", "read-only"),
		arm("s", "container", "root", "writable")};

	for (size_t i = 0; i < 2; i++)
		json_object_set_new((json_t *)(uintptr_t)arms[i].values, "init", json_string(init));
	expect(judge(arms, 2, "root", NULL), status, reason);
}

static void systems(void **state)
{
	(void)state;
	judge_root("agent", "undeclared", NULL);
	judge_root("systemd", "declared", "a system container's services write to its root");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(rules),
		cmocka_unit_test(message),
		cmocka_unit_test(two_sides),
		cmocka_unit_test(the_list_does_not_grow_unseen),
		cmocka_unit_test(systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
