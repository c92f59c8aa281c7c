/* test-summary-verdicts.c - comparisons of arms in a summary: ratios, counts, flags, how many are judged at once. */
#include "made-summary.h"
#include "stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_ratio(void **state)
{
	struct made m = begin("{\"primary\": [\"boot.ready\"]}");
	const json_t *c, *v;
	json_t *s;

	(void)state;
	two_arms(&m, "vm", BOOT_READY, up, low, 7);
	s = end(&m);
	c = row(s, "comparisons", "boot.ready", "vm", "host", 1);
	is_text(c, "kind", "ratio");
	is_number(c, "ratio", 1.18);
	is_number(c, "lo", 1.1); /* n = 7: the whole range, 98.4 % */
	is_number(c, "hi", 1.25);
	is_number(c, "coverage", 1 - 2.0 / 128);
	is_number(c, "p", 2.0 / 128);
	is_number(c, "margin", 0.05);
	is_text(c, "verdict", "higher");
	is_null(c, "needs_blocks");
	is_null(c, "note");
	assert_true(json_is_true(json_object_get(c, "primary")));
	assert_true(json_is_true(json_object_get(c, "holm")));
	assert_null(row(s, "comparisons", "boot.ready", "host", NULL, 0));
	v = row(s, "metrics", "boot.ready", "vm", NULL, 1);
	is_number(v, "median", 11.8);
	is_number(v, "min", 11);
	is_number(v, "max", 12.5);
	is_number(v, "n", 7);
	is_null(v, "p95");
	json_decref(s);
}

/* Five blocks have no 95 % interval: one more is asked for. */
static void test_few(void **state)
{
	struct made m = begin("{}");
	const json_t *c;
	json_t *s;

	(void)state;
	two_arms(&m, "vm", BOOT_READY, up, low, 5);
	s = end(&m);
	c = row(s, "comparisons", "boot.ready", "vm", "host", 1);
	is_null(c, "lo");
	is_null(c, "hi");
	is_null(c, "coverage");
	is_text(c, "verdict", "unclear");
	is_number(c, "needs_blocks", 1);
	is_text(c, "note", "5 blocks: below 6 there is no 95 % interval");
	assert_true(json_is_false(json_object_get(c, "primary")));
	is_null(c, "holm");
	assert_non_null(found(s, "few"));
	json_decref(s);
}

/* An effect on the margin's edge is settled by no number of blocks: a quarter of the margin is the least asked for. */
static void test_on_the_edge(void **state)
{
	static const double off[] = {-0.04, -0.02, -0.01, 0.01, 0.02, 0.04};
	struct made m = begin("{}");
	const json_t *c;
	double x[6];
	json_t *s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(off); i++)
		x[i] = 10 * 1.05 * exp(off[i]);
	two_arms(&m, "vm", BOOT_READY, x, low, 6);
	s = end(&m);
	c = row(s, "comparisons", "boot.ready", "vm", "host", 1);
	is_text(c, "verdict", "unclear");
	/* 6 (0.04 / (ln 1.05 / 4))^2 = 64.5 */
	is_number(c, "needs_blocks", 65 - 6);
	json_decref(s);
}

static void test_words(void **state)
{
	static const struct {
		double from, to;
		const char *verdict;
	} rows[] = {{1.06, 1.10, "higher"}, {0.90, 0.94, "lower"}, {0.97, 1.03, "same"},
		{1.03, 1.08, "unclear"}, {0.80, 1.30, "unclear"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = begin("{}");
		double x[6];
		json_t *s;

		for (unsigned k = 0; k < 6; k++)
			x[k] = 10 * (rows[i].from + (rows[i].to - rows[i].from) * k / 5);
		two_arms(&m, "vm", BOOT_READY, x, low, 6);
		s = end(&m);
		is_text(row(s, "comparisons", "boot.ready", "vm", "host", 1), "verdict",
			rows[i].verdict);
		json_decref(s);
	}
}

/* Counts that never vary are decided by one block; counts that vary are a finding. */
static void test_counts(void **state)
{
	static const double three[] = {3, 3}, one[] = {1, 1}, none[] = {0, 0}, mixed[] = {3, 4};
	struct made m = begin("{}");
	const json_t *c;
	json_t *s;

	(void)state;
	two_arms(&m, "vm", PROCESSES_HOST, three, one, 2);
	two_arms(&m, "vm", PROCESSES_GUEST_USER, one, none, 2);
	two_arms(&m, "vm", PROCESSES_HOST_KERNEL, none, none, 2);
	two_arms(&m, "vm", PROCESSES_THREADS, mixed, one, 2);
	s = end(&m);
	c = row(s, "comparisons", "processes.host", "vm", "host", 1);
	is_text(c, "verdict", "higher");
	is_text(c, "kind", "difference");
	is_number(c, "difference", 2);
	is_number(c, "lo", 2);
	is_number(c, "hi", 2);
	is_number(c, "margin", 0);
	is_null(c, "p");
	is_text(row(s, "comparisons", "processes.guest_user", "vm", "host", 1), "verdict",
		"higher");
	is_text(row(s, "comparisons", "processes.host_kernel", "vm", "host", 1), "verdict", "same");
	c = row(s, "comparisons", "processes.threads", "vm", "host", 1);
	is_text(c, "verdict", "unclear");
	is_number(c, "needs_blocks", 4);
	is_text(found(s, "spread"), "text",
		"processes.threads, arm vm, workload w, 1 instance: between 3 and 4 in 2 blocks, expected one "
		"count");
	json_decref(s);
}

/* What is not 0 or less has no logarithm: left out and said. */
static void test_no_ratio(void **state)
{
	double a[] = {11, 0, 11, 11, 11, 11, 11};
	struct made m = begin("{}");
	const json_t *c;
	json_t *s;

	(void)state;
	two_arms(&m, "vm", MEMORY_PSS, a, low, 7);
	two_arms(&m, "vm", MEMORY_RSS, low, (double[]){0, 0, 0, 0, 0, 0, 0}, 7);
	s = end(&m);
	c = row(s, "comparisons", "memory.pss", "vm", "host", 1);
	is_number(c, "n", 6);
	is_text(c, "note", "1 block with a value of 0 or less left out");
	is_text(c, "verdict", "higher");
	c = row(s, "comparisons", "memory.rss", "vm", "host", 1);
	is_text(c, "verdict", "none");
	is_null(c, "ratio");
	json_decref(s);
}

static void test_emulated(void **state)
{
	double code[] = {1.8, 1.8, 1.8, 1.8, 1.8, 1.8, 1.8}, none[7] = {0};
	struct made m = begin("{\"primary\": [\"boot.ready\"]}");
	const json_t *c, *v;
	json_t *s;

	(void)state;
	emulate(&m, "vm");
	two_arms(&m, "vm", BOOT_READY, up, low, 7);
	for (size_t i = 0; i < m.set.n; i += 2)
		m.set.samples[i].flags = FLAG_EMULATED;
	two_arms(&m, "vm", MEMORY_PSS, up, low, 7);
	two_arms(&m, "vm", MEMORY_EMULATOR_CODE, code, none, 7);
	s = end(&m);
	c = row(s, "comparisons", "boot.ready", "vm", "host", 1);
	is_text(c, "verdict", "none");
	is_text(c, "note", "emulated times decide no verdict");
	is_number(c, "ratio", 1.18);
	is_null(c, "holm");
	assert_true(has_flag(c, "emulated"));
	c = row(s, "comparisons", "memory.pss", "vm", "host", 1);
	is_text(c, "note", "less memory.emulator_code");
	is_number(c, "ratio", 1.0);
	is_text(c, "verdict", "unclear");
	assert_true(has_flag(c, "emulated"));
	v = row(s, "metrics", "memory.pss", "vm", NULL, 1);
	is_number(v, "median", 11.8);
	is_number(json_object_get(v, "less_emulator_code"), "median", 10.0);
	assert_true(has_flag(v, "emulated"));
	c = row(s, "comparisons", "memory.tare_pss", "vm", "host", 1);
	is_number(row(s, "metrics", "memory.tare_pss", "vm", NULL, 1), "median", 1.8);
	assert_true(fabs(json_number_value(json_object_get(c, "difference"))) < 1e-12);
	json_decref(s);

	m = begin("{}");
	emulate(&m, "vm");
	two_arms(&m, "vm", MEMORY_PSS, up, low, 7);
	s = end(&m);
	c = row(s, "comparisons", "memory.pss", "vm", "host", 1);
	is_text(c, "verdict", "none");
	is_text(c, "note", "emulated, and memory.emulator_code was not measured");
	json_decref(s);
}

/* Only memory that holds the translation buffer is compared without it. */
static void test_what_holds_the_buffer(void **state)
{
	static const struct {
		enum metric_id metric;
		bool holds;
	} rows[] = {{MEMORY_PSS, true}, {MEMORY_USS, true}, {MEMORY_RSS, true},
		{MEMORY_CGROUP, true}, {MEMORY_CGROUP_ANON, true}, {MEMORY_PEAK, true},
		{MEMORY_CGROUP_KERNEL, false}, {MEMORY_GUEST_USED, false}, {MEMORY_PAYLOAD, false}};
	static const enum metric_id uncorrected[] = {MEMORY_VIRTUAL, MEMORY_VMM_VIRTUAL,
		MEMORY_VMM_RESIDENT, MEMORY_PART_WORKLOAD, MEMORY_PART_VMM, MEMORY_PART_TRANSLATION,
		MEMORY_PART_RUNTIME};
	double twenty[] = {20, 20, 20, 20, 20, 20}, ten[] = {10, 10, 10, 10, 10, 10};
	struct made m = begin("{}");
	json_t *s;

	(void)state;
	emulate(&m, "vm");
	two_arms(&m, "vm", MEMORY_EMULATOR_CODE, ten, (double[6]){0}, 6);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		two_arms(&m, "vm", rows[i].metric, twenty, ten, 6);
	for (size_t i = 0; i < ARRAY_SIZE(uncorrected); i++)
		two_arms(&m, "vm", uncorrected[i], twenty, ten, 6);
	s = end(&m);
	for (size_t i = 0; i < ARRAY_SIZE(uncorrected); i++) {
		const json_t *c =
			row(s, "comparisons", metrics[uncorrected[i]].name, "vm", "host", 1);

		is_text(c, "verdict", "none");
		is_text(c, "note", "emulated: holds or borders on the translation buffer");
		is_null(c, "needs_blocks");
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *name = metrics[rows[i].metric].name;
		const json_t *c = row(s, "comparisons", name, "vm", "host", 1);

		is_number(c, "ratio", rows[i].holds ? 1 : 2);
		is_text(c, "verdict", rows[i].holds ? "same" : "higher");
		is_number(row(s, "metrics", name, "vm", NULL, 1), "median", 20);
	}
	json_decref(s);
}

static void test_pairs(void **state)
{
	static const char *const arms[] = {"host", "netns", "container", "vm"};
	struct made m = begin("{}");
	json_t *s;

	(void)state;
	for (unsigned block = 0; block < 6; block++)
		for (unsigned i = 0; i < 4; i++) {
			add(&m, block, arms[i], 1, NETWORK_RX, 1e9 * (i + 1));
			add(&m, block, arms[i], 1, BOOT_READY, i + 1);
			done(&m, block, arms[i], 1, 0);
		}
	s = end(&m);
	assert_int_equal(json_array_size(json_object_get(s, "comparisons")), 3 + 1 + 2 + 3 + 1);
	is_number(row(s, "comparisons", "network.rx", "vm", "container", 1), "ratio", 4.0 / 3);
	is_number(row(s, "comparisons", "network.rx", "vm", "netns", 1), "ratio", 2);
	is_number(row(s, "comparisons", "network.rx", "container", "netns", 1), "ratio", 1.5);
	is_number(row(s, "comparisons", "network.rx", "netns", "host", 1), "ratio", 2);
	is_number(row(s, "comparisons", "boot.ready", "vm", "container", 1), "ratio", 4.0 / 3);
	assert_null(row(s, "comparisons", "boot.ready", "vm", "netns", 1));
	json_decref(s);
}

static void holm_with(unsigned blocks, bool rejected, bool told)
{
	static const enum metric_id five[] = {
		MEMORY_PSS, MEMORY_RSS, BOOT_READY, BOOT_INIT, NETWORK_RX};
	struct made m = begin("{\"primary\": [\"memory.pss\", \"memory.rss\", \"boot.ready\", "
			      "\"boot.init\", \"network.rx\"]}");
	json_t *s;

	for (unsigned block = 0; block < blocks; block++) {
		for (size_t i = 0; i < ARRAY_SIZE(five); i++) {
			add(&m, block, "vm", 1, five[i], 2);
			add(&m, block, "host", 1, five[i], 1);
		}
		done(&m, block, "vm", 1, 0);
		done(&m, block, "host", 1, 0);
	}
	s = end(&m);
	for (size_t i = 0; i < ARRAY_SIZE(five); i++) {
		const json_t *c = row(s, "comparisons", metrics[five[i]].name, "vm", "host", 1);

		is_text(c, "verdict", "higher");
		assert_int_equal(json_is_true(json_object_get(c, "holm")), rejected);
	}
	assert_int_equal(found(s, "primary") != NULL, told);
	json_decref(s);
}

static void test_holm(void **state)
{
	(void)state;
	holm_with(6, false, true);
	holm_with(7, false, true);
	holm_with(8, true, true); /* just enough, without a tie */
	holm_with(9, true, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_on_the_edge),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_no_ratio),
		cmocka_unit_test(test_emulated),
		cmocka_unit_test(test_what_holds_the_buffer),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_holm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
