/* test-compare-within.c - the second side of one run (--against) and the fault that is put in (--inject); how often a
 * gate errs, by simulation. */
#include "made-run.h"
#include "plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* The second side of one run, block by block. */
static json_t *within_of(
	const struct tree *t, const char *primary, double factor, unsigned blocks, unsigned looks)
{
	struct made m = made("000000000000000a");
	struct compare_side side = {0};
	struct error err = ERROR_INIT;
	cleanup_free char *path = xasprintf("%s/w", t->path);
	json_t *doc;

	m.blocks = blocks;
	m.primary = primary;
	m.more_arms =
		"\"container.new\": {\"platform\": \"container\", \"against\": \"container\", \"options\": {\"seccomp\": false}}";
	for (unsigned b = 0; b < blocks; b++) {
		/* the host gets slower all the time: blocks do not care */
		struct value x = {"boot.ready", "s", 1 + b};
		struct value y = {"boot.ready", "s", (1 + b) * factor * (1 + 0.001 * (b % 3))};

		add_trial(&m, b, "container", &x, 1, "");
		add_trial(&m, b, "container.new", &y, 1, "");
	}
	put(t, "w", &m);
	assert_int_equal(compare_side_open(path, &side, &err), 0);
	json_object_set_new(json_object_get(side.runs[0].run, "plan"), "most_blocks",
		json_integer(looks * blocks));
	doc = compare_within(side.runs[0].run, &side.runs[0].set, &err);
	assert_string_equal(err.text, "");
	compare_side_close(&side);
	return doc;
}

static json_t *within(const struct tree *t, double factor, unsigned blocks, unsigned looks)
{
	return within_of(t, "\"boot.ready\"", factor, blocks, looks);
}

/* "Fine" is said of what was compared, never of nothing. */
static void test_nothing_judged(void **state)
{
	struct tree t = tree_new();
	json_t *doc = within_of(&t, "\"memory.pss\"", 1.2, 8, 1);

	(void)state;
	assert_string_equal(text_of(doc, "result"), "unclear");
	assert_non_null(strstr(text_of(json_array_get(json_object_get(doc, "findings"), 0), "text"),
		"no primary metric has a verdict"));
	json_decref(doc);
	tree_free(&t);
}

static void test_within(void **state)
{
	struct tree t = tree_new();
	json_t *doc = within(&t, 1.2, 8, 1), *row = row_of(doc, "boot.ready");

	(void)state;
	assert_string_equal(text_of(row, "arm"), "container");
	assert_string_equal(text_of(row, "verdict"), "higher");
	assert_true(fabs(number_of(row, "ratio") - 1.2012) < 1e-4);
	assert_true(fabs(number_of(row, "p_margin") - ldexp(1, -7)) < 1e-12);
	assert_int_equal(compare_exit(doc, false), 3);
	assert_true(compare_suspected(doc));
	assert_int_equal(json_array_size(json_object_get(doc, "environment")), 1);
	assert_true(has_change(doc, "arm container: seccomp", "true", "false"));
	json_decref(doc);
	/* each of three looks has a third: 6 blocks cannot confirm, 8 can */
	doc = within(&t, 1.2, 6, 3);
	assert_int_equal(compare_exit(doc, false), 0);
	assert_true(compare_suspected(doc));
	assert_non_null(finding(doc, "primary"));
	json_decref(doc);
	doc = within(&t, 1.2, 8, 3);
	assert_int_equal(compare_exit(doc, false), 3);
	json_decref(doc);
	doc = within(&t, 1, 8, 3);
	assert_string_equal(text_of(row_of(doc, "boot.ready"), "verdict"), "same");
	assert_false(compare_suspected(doc));
	json_decref(doc);
	tree_free(&t);
}

static void test_no_second_side(void **state)
{
	struct tree t = tree_new();
	cleanup_free char *path = xasprintf("%s/a", t.path);
	struct compare_side side = {0};
	struct error err = ERROR_INIT;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	assert_int_equal(compare_side_open(path, &side, &err), 0);
	assert_null(compare_within(side.runs[0].run, &side.runs[0].set, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text,
		"run.json: no second side, expected a run of tare run --against, or two runs to compare");
	compare_side_close(&side);
	tree_free(&t);
}

/* The gate is seen to fail, whichever way is worse. */
static void test_inject(void **state)
{
	static const struct {
		const char *metric, *unit;
		double value, made;
	} cases[] = {{"boot.ready", "s", 1, 1.2}, {"network.rx", "bit/s", 12, 10},
		{"processes.total", "1", 2, 3}, {"memory.host_delta", "B", -10, -8},
		{"memory.emulator_code", "B", 7, 7}, {"memory.guest_total", "B", 7, 7}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sample s = {.metric = (enum metric_id)metric_find(cases[i].metric),
			.value = cases[i].value};
		struct compare_run run = {.set = {.samples = &s, .n = 1}};
		struct compare_side side = {.runs = &run, .n = 1};

		compare_inject(&side, false);
		assert_true(fabs(s.value - cases[i].made) < 1e-12);
	}
}

static double normal(struct rng *r)
{
	double sum = 0;

	for (int i = 0; i < 12; i++) /* close enough to a normal deviate */
		sum += (double)rng_below(r, 1u << 30) / (1u << 30);
	return sum - 6;
}

static const struct value simulated_metrics[] = {{"boot.ready", "s", 1}, {"boot.cpu", "s", 1},
	{"network.rx", "bit/s", 1}, {"memory.pss", "B", 1}, {"network.rr_p50", "s", 1}};

/* What compare says of samples made here: five primaries, factor on the worse side for each. */
static int simulate(struct rng *r, const double factor[5], double noise, unsigned blocks)
{
	static struct sample samples[2][5 * 20];
	static struct trial_mark marks[2][20];
	const char *ids[2] = {"000000000000000a", "000000000000000b"};
	struct compare_run run[2];
	struct compare_options o = {0};
	struct error err = ERROR_INIT;
	json_t *doc;
	int code;

	for (unsigned side = 0; side < 2; side++) {
		for (unsigned i = 0; i < 5 * blocks; i++) {
			unsigned m = i % 5;
			double f = side ? factor[m] : 1;
			int id = metric_find(simulated_metrics[m].metric);

			samples[side][i] = (struct sample){.block = i / 5,
				.trial = i / 5,
				.arm = "container",
				.workload = "http",
				.instances = 1,
				.metric = (enum metric_id)id,
				.value = (metrics[id].better == BETTER_HIGHER ? 1 / f : f) *
					exp(noise * normal(r))};
		}
		for (unsigned b = 0; b < blocks; b++)
			marks[side][b] = (struct trial_mark){.block = b,
				.trial = b,
				.instances = 1,
				.arm = "container",
				.workload = "http"};
		run[side] = (struct compare_run){.path = (char *)ids[side],
			.run = json_pack(
				"{s:s, s:s, s:{s:s, s:[sssss], s:{s:f, s:f}}, s:{s:s}, s:{s:{s:s}}}",
				"id", ids[side], "started", "", "plan", "base", "container",
				"primary", "boot.ready", "boot.cpu", "network.rx", "memory.pss",
				"network.rr_p50", "margins", "time", 0.05, "memory", 0.05, "host",
				"fingerprint", "a", "arms", "container", "platform", "container"),
			.set = {.samples = samples[side],
				.n = 5 * blocks,
				.done = marks[side],
				.n_done = blocks}};
		assert_non_null(run[side].run);
	}
	doc = compare_runs(
		&(struct compare_side){&run[0], 1}, &(struct compare_side){&run[1], 1}, &o, &err);
	assert_string_equal(err.text, "");
	code = compare_exit(doc, false);
	json_decref(doc);
	json_decref(run[0].run);
	json_decref(run[1].run);
	return code;
}

/* False regressions at the hardest place, a true change as large as the margin in all five; and how often a change in
 * one is found. No run effect here: what differs between whole runs is what --against is for. */
static void test_rates(void **state)
{
	static const double edge[5] = {1.05, 1.05, 1.05, 1.05, 1.05}, none[5] = {1, 1, 1, 1, 1};
	static const double one[5] = {1.2, 1, 1, 1, 1};
	unsigned runs = 400, wrong = 0, quiet = 0, found = 0;
	struct rng r;

	(void)state;
	rng_seed(&r, 20261123);
	for (unsigned i = 0; i < runs; i++) {
		wrong += simulate(&r, edge, 0.05, 10) == EXIT_REGRESSION;
		quiet += simulate(&r, none, 0.05, 10) == EXIT_REGRESSION;
		found += simulate(&r, one, 0.05, 10) == EXIT_REGRESSION;
	}
	print_message(
		"of %u: %u false at the margin, %u false without a change, +20 %% found %u times\n",
		runs, wrong, quiet, found);
	assert_true(wrong <= runs * 8 / 100); /* 5 % and three standard errors */
	assert_true(quiet <= runs / 100);
	assert_true(found >= runs * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_nothing_judged),
		cmocka_unit_test(test_no_second_side),
		cmocka_unit_test(test_inject),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
