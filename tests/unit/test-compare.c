/* test-compare.c - runs made here, compared: verdicts, figures, several runs a side, what changed around them. */
#include "made-run.h"
#include "stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Base and new of one metric, compared. */
static json_t *two(struct tree *t, const char *metric, const char *unit, double base, double new,
	double spread, unsigned blocks)
{
	struct made a = made("000000000000000a"), b = made("000000000000000b");
	struct error err = ERROR_INIT;
	json_t *doc;

	a.primary = b.primary = xasprintf("\"%s\"", metric);
	a.blocks = b.blocks = blocks;
	add_series(&a, metric, unit, base, spread);
	add_series(&b, metric, unit, new, spread);
	put(t, "a", &a);
	put(t, "b", &b);
	free((char *)a.primary);
	doc = compare(t, "a", "b", false, &err);
	assert_string_equal(err.text, "");
	assert_non_null(doc);
	return doc;
}

static void check_verdict(const char *metric, const char *unit, double base, double new,
	unsigned blocks, const char *verdict, const char *result, int code, int strict)
{
	struct tree t = tree_new();
	json_t *doc = two(&t, metric, unit, base, new, 0.02, blocks);

	assert_string_equal(text_of(row_of(doc, metric), "verdict"), verdict);
	assert_string_equal(text_of(doc, "result"), result);
	assert_int_equal(compare_exit(doc, false), code);
	assert_int_equal(compare_exit(doc, true), strict);
	json_decref(doc);
	tree_free(&t);
}

static void test_verdicts(void **state)
{
	(void)state;
	check_verdict("boot.ready", "s", 1, 1.2, 8, "higher", "regression", 3, 3);
	check_verdict("boot.ready", "s", 1.2, 1, 8, "lower", "fine", 0, 0);
	check_verdict("boot.ready", "s", 1, 1, 8, "same", "fine", 0, 0);
	check_verdict("boot.ready", "s", 1, 1.05, 8, "unclear", "unclear", 0, 4);
	check_verdict("boot.ready", "s", 1, 2, 3, "unclear", "unclear", 0, 4);
	check_verdict("network.rx", "bit/s", 1e9, 0.8e9, 8, "lower", "regression", 3, 3);
	check_verdict("network.rx", "bit/s", 1e9, 1.3e9, 8, "higher", "fine", 0, 0);
	check_verdict("memory.host_delta", "B", 1e8, 1.2e8, 8, "higher", "regression", 3, 3);
	check_verdict("memory.host_delta", "B", 1e8, 1e8, 8, "same", "fine", 0, 0);
	/* neither direction is better */
	check_verdict("memory.guest_total", "B", 1e8, 2e8, 8, "higher", "fine", 0, 0);
}

/* Counts that never vary: one block decides, without a test. */
static void test_counts(void **state)
{
	struct tree t = tree_new();
	json_t *doc = two(&t, "processes.total", "1", 2, 3, 0, 1), *row;

	(void)state;
	row = row_of(doc, "processes.total");
	assert_string_equal(text_of(row, "verdict"), "higher");
	assert_true(number_of(row, "difference") == 1);
	assert_true(json_is_null(json_object_get(row, "p")));
	assert_int_equal(compare_exit(doc, false), 3);
	json_decref(doc);
	tree_free(&t);
}

/* The figures of a row, by brute force and by hand: the median of all n x m differences of logarithms; with 8 and 8
 * apart, p = 2 / (16 over 8). */
static void test_figures(void **state)
{
	static const double wave[] = {0.1, -0.7, 0.6, -0.2, 0.9, -1, 0.4, -0.5};
	struct tree t = tree_new();
	json_t *doc = two(&t, "boot.ready", "s", 1, 1.3, 0.02, 8);
	json_t *row = row_of(doc, "boot.ready");
	double d[64];

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		d[i] = log(1.3 * (1 + 0.02 * wave[i / 8])) - log(1 + 0.02 * wave[i % 8]);
	assert_true(fabs(number_of(row, "ratio") - exp(stats_median(d, 64))) < 1e-12);
	/* 95 %: the 14th of the 64 from either end (Conover 1999, table A7: w = 13 for 8 and 8) */
	assert_true(fabs(number_of(row, "lo") - exp(d[13])) < 1e-12);
	assert_true(fabs(number_of(row, "hi") - exp(d[50])) < 1e-12);
	assert_true(fabs(number_of(row, "p") - 2.0 / 12870) < 1e-12);
	assert_true(fabs(number_of(row, "p_margin") - 2.0 / 12870) < 1e-12);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "new"), "n")), 8);
	json_decref(doc);
	tree_free(&t);
}

/* 4 and 4 give p = 2/70 at the least: enough for one test, not for two. */
static void test_holm(void **state)
{
	struct tree t = tree_new();
	struct made a = made("000000000000000a"), b = made("000000000000000b");
	struct error err = ERROR_INIT;
	json_t *doc = two(&t, "boot.ready", "s", 1, 2, 0.02, 4);

	(void)state;
	assert_int_equal(compare_exit(doc, false), 3);
	json_decref(doc);
	a.primary = b.primary = "\"boot.ready\", \"boot.cpu\"";
	a.blocks = b.blocks = 4;
	for (unsigned i = 0; i < 4; i++) {
		struct value x[] = {{"boot.ready", "s", 1 + i / 100.0}, {"boot.cpu", "s", 1}};
		struct value y[] = {{"boot.ready", "s", 2 + i / 100.0}, {"boot.cpu", "s", 1}};

		add_trial(&a, i, "container", x, 2, "");
		add_trial(&b, i, "container", y, 2, "");
	}
	put(&t, "a", &a);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	assert_string_equal(text_of(row_of(doc, "boot.ready"), "verdict"), "higher");
	assert_true(json_is_false(json_object_get(row_of(doc, "boot.ready"), "holm")));
	assert_int_equal(compare_exit(doc, false), 0);
	assert_int_equal(compare_exit(doc, true), 4);
	assert_string_equal(finding(doc, "primary"),
		"too few values: Holm's correction over 2 primary comparisons asks for p <= 0.025, the least that can come out is 0.029; measure more blocks");
	json_decref(doc);
	tree_free(&t);
}

static void test_emulated(void **state)
{
	struct tree t = tree_new();
	struct made a = made("000000000000000a"), b = made("000000000000000b");
	struct error err = ERROR_INIT;
	cleanup_free char *table = NULL;
	size_t size;
	FILE *out;
	json_t *doc;

	(void)state;
	a.primary = b.primary = "\"boot.ready\", \"memory.pss\"";
	for (unsigned i = 0; i < 8; i++) {
		/* less the buffer both sides hold 100 */
		struct value x[] = {{"boot.ready", "s", 1}, {"memory.pss", "B", 140e6 + i},
			{"memory.emulator_code", "B", 40e6}};
		struct value y[] = {{"boot.ready", "s", 2}, {"memory.pss", "B", 200e6 + i},
			{"memory.emulator_code", "B", 100e6}};

		add_trial(&a, i, "vm", x, 3, "\"emulated\"");
		add_trial(&b, i, "vm", y, 3, "\"emulated\"");
	}
	a.accelerator = b.accelerator = "tcg";
	put(&t, "a", &a);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	assert_non_null(doc);
	assert_string_equal(text_of(row_of(doc, "boot.ready"), "verdict"), "none");
	assert_string_equal(
		text_of(row_of(doc, "boot.ready"), "note"), "emulated times decide no verdict");
	assert_string_equal(text_of(row_of(doc, "memory.pss"), "verdict"), "same");
	assert_int_equal(compare_exit(doc, true), 0);
	out = open_memstream(&table, &size);
	assert_int_equal(compare_table(out, doc, false), 0);
	fclose(out);
	assert_non_null(strstr(table, "\n† emulated (TCG): a time or rate"));
	assert_non_null(strstr(table, "\nemulated memory stands here less memory.emulator_code"));
	json_decref(doc);
	tree_free(&t);
}

/* Runs of one side that lie further apart than the margin. */
static void test_runs(void **state)
{
	struct tree t = tree_new();
	struct error err = ERROR_INIT;
	json_t *doc;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	put_run(&t, "b", "000000000000000b", 1.2);
	put_run(&t, "c", "000000000000000c", 1.19);
	put_run(&t, "d", "000000000000000d", 1.21);
	put_run(&t, "e", "000000000000000e", 2);
	/* apart, and not beyond: pooled it would be told to be higher */
	doc = compare(&t, "a,b", "c,d", false, &err);
	assert_true(json_is_true(json_object_get(row_of(doc, "boot.ready"), "runs_differ")));
	assert_string_equal(text_of(row_of(doc, "boot.ready"), "verdict"), "unclear");
	assert_non_null(finding(doc, "runs"));
	assert_int_equal(compare_exit(doc, false), 0);
	json_decref(doc);
	/* apart, and every new run beyond every base run */
	doc = compare(&t, "a,b", "e", false, &err);
	assert_string_equal(text_of(row_of(doc, "boot.ready"), "verdict"), "higher");
	assert_int_equal(compare_exit(doc, false), 3);
	json_decref(doc);
	/* alike */
	doc = compare(&t, "b,c", "d", false, &err);
	assert_string_equal(text_of(row_of(doc, "boot.ready"), "verdict"), "same");
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(row_of(doc, "boot.ready"), "base"), "runs")),
		2);
	assert_non_null(finding(doc, "single"));
	json_decref(doc);
	tree_free(&t);
}

static void test_gone(void **state)
{
	struct tree t = tree_new();
	struct made a = made("000000000000000a"), b = made("000000000000000b");
	struct error err = ERROR_INIT;
	json_t *doc;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct value x[] = {{"boot.ready", "s", 1}, {"boot.cpu", "s", 1}};
		struct value y[] = {{"boot.ready", "s", (double)NAN}, {"boot.cpu", "s", 1}};

		add_trial(&a, i, "container", x, 2, "");
		add_trial(&b, i, "container", y, 2, "");
	}
	put(&t, "a", &a);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	assert_int_equal(compare_exit(doc, false), 7);
	assert_string_equal(finding(doc, "failed"),
		"boot.ready, arm container, workload http, 1 instance: base has a value, new has none: it fell over");
	json_decref(doc);
	b = made("000000000000000b");
	add_series(&b, "boot.cpu", "s", 1, 0.01);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	assert_int_equal(compare_exit(doc, false), 0);
	assert_int_equal(compare_exit(doc, true), 4);
	assert_string_equal(finding(doc, "missing"),
		"boot.ready, arm container, workload http, 1 instance: base has a value, new has none: it was not measured");
	json_decref(doc);
	tree_free(&t);
}

/* More noise than the host may have outweighs everything. */
static void test_noisy(void **state)
{
	struct tree t = tree_new();
	struct made b = made("000000000000000b");
	struct error err = ERROR_INIT;
	json_t *doc;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	b.disturbed = 2;
	add_series(&b, "boot.ready", "s", 2, 0.01);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	assert_int_equal(compare_exit(doc, false), 3);
	json_decref(doc);
	b = made("000000000000000b");
	b.disturbed = 3;
	add_series(&b, "boot.ready", "s", 2, 0.01);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	assert_int_equal(compare_exit(doc, false), 6);
	assert_string_equal(finding(doc, "noisy"),
		"b: too noisy to trust, 5 clean blocks of 8, expected at least 6 and half of them");
	json_decref(doc);
	tree_free(&t);
}

static void test_environment(void **state)
{
	struct tree t = tree_new();
	struct made m;
	struct error err = ERROR_INIT;
	json_t *doc;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	put_run(&t, "b", "000000000000000b", 1);
	m = made("000000000000000c");
	m.kernel = "6.2.0";
	m.more_arms = "\"host\": {\"platform\": \"host\", \"options\": {\"pids\": \"512\"}}";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "c", &m);
	/* paths that hold the run's id are no change */
	doc = compare(&t, "a", "b", false, &err);
	assert_int_equal(json_array_size(json_object_get(doc, "environment")), 0);
	json_decref(doc);
	doc = compare(&t, "a", "c", false, &err);
	assert_int_equal(json_array_size(json_object_get(doc, "environment")), 1);
	assert_true(has_change(doc, "host: kernel", "6.1.0", "6.2.0"));
	json_decref(doc);
	doc = compare(&t, "a,c", "b", false, &err);
	assert_true(has_change(doc, "host: kernel", "6.1.0, 6.2.0", "6.1.0"));
	json_decref(doc);
	tree_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_emulated),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_noisy),
		cmocka_unit_test(test_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
