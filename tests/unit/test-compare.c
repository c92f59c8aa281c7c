/* test-compare.c - runs made here, compared: verdicts, refusals, what is printed; and how often a gate errs, by
 * simulation. */
#include "compare.h"

#include "json.h"
#include "plan.h"
#include "stats.h"

#include "tree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* A run to be made: standard values, then what the test sets. */
struct made {
	const char *id, *kernel, *fingerprint, *accelerator, *payload, *schema, *primary;
	const char *more_arms; /* JSON members of "arms" after container */
	unsigned blocks;
	unsigned disturbed; /* the first of them are over a guard's limit */
	char *samples; /* lines; owned */
	size_t trials;
};

static struct made made(const char *id)
{
	return (struct made){.id = id,
		.kernel = "6.1.0",
		.fingerprint = "00000000000000aa",
		.accelerator = "kvm",
		.payload = "aaaa",
		.schema = "tare/run/1",
		.primary = "\"boot.ready\"",
		.more_arms = "",
		.blocks = 8};
}

static void add_text(struct made *m, char *line)
{
	char *longer = xasprintf("%s%s", m->samples ? m->samples : "", line);

	free(m->samples);
	free(line);
	m->samples = longer;
}

/* One trial of an arm with n values; flags as JSON. */
struct value {
	const char *metric, *unit;
	double value; /* NaN: failed */
};

static void add_trial(struct made *m, unsigned block, const char *arm, const struct value *v,
	size_t n, const char *flags)
{
	for (size_t i = 0; i < n; i++)
		add_text(m,
			isnan(v[i].value)
				? xasprintf(
					  "{\"block\":%u,\"trial\":%zu,\"attempt\":0,\"arm\":\"%s\",\"workload\":\"http\",\"instances\":1,\"metric\":\"%s\",\"unit\":\"%s\",\"value\":null,\"status\":\"failed\",\"reason\":\"it fell over\"}\n",
					  block, m->trials, arm, v[i].metric, v[i].unit)
				: xasprintf(
					  "{\"block\":%u,\"trial\":%zu,\"attempt\":0,\"arm\":\"%s\",\"workload\":\"http\",\"instances\":1,\"metric\":\"%s\",\"unit\":\"%s\",\"value\":%.17g,\"status\":\"ok\",\"flags\":[%s]}\n",
					  block, m->trials, arm, v[i].metric, v[i].unit, v[i].value,
					  flags));
	add_text(m,
		xasprintf(
			"{\"block\":%u,\"trial\":%zu,\"attempt\":0,\"arm\":\"%s\",\"workload\":\"http\",\"instances\":1,\"done\":true}\n",
			block, m->trials, arm));
	m->trials++;
}

static const char *disturbed(const struct made *m, unsigned block)
{
	return block < m->disturbed ? "\"foreign_cpu\"" : "";
}

/* A metric of the container, a value a block: middle x (1 + spread x a fixed wave). */
static void add_series(
	struct made *m, const char *metric, const char *unit, double middle, double spread)
{
	static const double wave[] = {0.1, -0.7, 0.6, -0.2, 0.9, -1, 0.4, -0.5, 0.75, -0.35};

	for (unsigned b = 0; b < m->blocks; b++) {
		struct value v = {metric, unit, middle * (1 + spread * wave[b % 10])};

		add_trial(m, b, "container", &v, 1, disturbed(m, b));
	}
}

static void put(const struct tree *t, const char *folder, struct made *m)
{
	cleanup_free char *run = NULL, *run_path = xasprintf("%s/run.json", folder);
	cleanup_free char *samples_path = xasprintf("%s/samples.jsonl", folder);

	run = xasprintf(
		"{\"schema\": \"%s\", \"id\": \"%s\", \"started\": \"2026-01-01T00:00:00Z\", \"status\": \"complete\", \"seed\": 1,"
		" \"plan\": {\"schema\": \"tare/plan/1\", \"name\": \"p\", \"blocks\": %u, \"warmup\": 0, \"base\": \"container\", \"primary\": [%s], \"instances\": [1]},"
		" \"host\": {\"fingerprint\": \"%s\", \"cpu_model\": \"a CPU\", \"kernel\": \"%s\", \"tools\": {\"qemu\": \"7\"}},"
		" \"arms\": {\"container\": {\"platform\": \"container\", \"options\": {\"seccomp\": true}, \"accelerator\": null, \"connection\": \"made for %s\"}%s%s%s%s},"
		" \"payload_sha256\": {\"http\": \"%s\"}}",
		m->schema, m->id, m->blocks, m->primary, m->fingerprint, m->kernel, m->id,
		*m->more_arms ? ", " : "", m->more_arms,
		", \"vm\": {\"platform\": \"vm\", \"options\": {}, \"emulated\": false, \"accelerator\": \"",
		"KVM\"}", m->payload);
	/* the accelerator is the only one of these words that tests change */
	char *at = strstr(run, "KVM\"");

	memcpy(at, m->accelerator, 3);
	tree_put(t, run_path, run);
	tree_put(t, samples_path, m->samples ? m->samples : "");
	free(m->samples);
	m->samples = NULL;
	m->trials = 0;
}

static json_t *compare(
	const struct tree *t, const char *a, const char *b, bool force, struct error *err)
{
	struct compare_options o = {.force = force};
	struct compare_side base = {0}, new = {0};
	json_t *doc = NULL;
	char home[4096];

	assert_non_null(getcwd(home, sizeof(home)));
	assert_int_equal(fchdir(t->fd), 0);
	if (compare_side_open(a, &base, err) == 0 && compare_side_open(b, &new, err) == 0)
		doc = compare_runs(&base, &new, &o, err);
	compare_side_close(&base);
	compare_side_close(&new);
	assert_int_equal(chdir(home), 0);
	return doc;
}

static json_t *row_of(const json_t *doc, const char *metric)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(doc, "comparisons"), i, row)
		if (!strcmp(json_string_value(json_object_get(row, "metric")), metric))
			return row;
	fail_msg("no row of %s", metric);
	return NULL;
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static double number_of(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static const char *finding(const json_t *doc, const char *kind)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(doc, "findings"), i, one)
		if (!strcmp(text_of(one, "kind"), kind))
			return text_of(one, "text");
	return NULL;
}

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
	json_decref(doc);
	tree_free(&t);
}

static void put_run(const struct tree *t, const char *folder, const char *id, double middle)
{
	struct made m = made(id);

	add_series(&m, "boot.ready", "s", middle, 0.01);
	put(t, folder, &m);
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

static void refused(const struct tree *t, const char *a, const char *b, const char *message)
{
	struct error err = ERROR_INIT;
	json_t *doc = compare(t, a, b, false, &err);

	assert_null(doc);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text, message);
}

/* Refused; with force it is compared and said. */
static void forced(const struct tree *t, const char *a, const char *b, const char *words)
{
	cleanup_free char *message = xasprintf("%s; --force compares all the same", words);
	struct error err = ERROR_INIT;
	json_t *doc;

	refused(t, a, b, message);
	doc = compare(t, a, b, true, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(finding(doc, "forced"), words);
	json_decref(doc);
}

static void test_refused(void **state)
{
	struct tree t = tree_new();
	struct made m;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	put_run(&t, "twin", "000000000000000a", 1);
	m = made("000000000000000b");
	m.fingerprint = "00000000000000bb";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "host", &m);
	m = made("000000000000000c");
	m.accelerator = "tcg";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "accelerator", &m);
	m = made("000000000000000d");
	m.payload = "bbbbbbbbbbbbbbbb";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "payload", &m);
	m = made("000000000000000e");
	put(&t, "empty", &m);
	m = made("000000000000000f");
	m.schema = "tare/run/2";
	put(&t, "future", &m);
	forced(&t, "a", "host",
		"host: another host, got fingerprint 00000000000000bb (a CPU), expected 00000000000000aa as in a");
	forced(&t, "a", "accelerator",
		"accelerator: arm vm has another accelerator, got tcg, expected kvm as in a");
	forced(&t, "a", "payload",
		"payload: workload http is another payload, got bbbbbbbbbbbb, expected aaaa as in a; measure both at once with tare run --against payload=FILE");
	forced(&t, "a", "a",
		"a: the same run as a, got id 000000000000000a on both sides, expected two runs");
	refused(&t, "a,twin", "host",
		"twin: the same run as a, got id 000000000000000a twice on one side, expected each run once");
	refused(&t, "a,,host", "host",
		"compare: an empty name among the runs, expected folders as \"A,B,C\"");
	refused(&t, "", "host",
		"compare: an empty name among the runs, expected folders as \"A,B,C\"");
	refused(&t, "a", "none",
		"none: cannot be opened as a run's folder: No such file or directory");
	refused(&t, "a", "a/run.json",
		"a/run.json: cannot be opened as a run's folder: Not a directory");
	refused(&t, "a", "empty",
		"empty: nothing in common with a, got no metric of the same arm, workload and number of instances, expected at least one");
	refused(&t, "a", "future",
		"future: run.json: schema: unknown schema, got \"tare/run/2\", expected \"tare/run/1\"");
	tree_free(&t);
}

/* Damage: each ends with exit 2 and one line that names the folder and the file. */
static void test_damaged(void **state)
{
	static const struct {
		const char *samples, *message;
	} cases[] = {
		{"{\"block\":0,\n", "bad: samples.jsonl"},
		{"\001\002\n", "bad: samples.jsonl"},
		{"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":1,\"metric\":\"boot.ready\",\"unit\":\"s\",\"value\":NaN,\"status\":\"ok\"}\n",
			"bad: samples.jsonl"},
		{"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":1,\"metric\":\"boot.ready\",\"unit\":\"s\",\"value\":1e999,\"status\":\"ok\"}\n",
			"bad: samples.jsonl"},
		{"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":1,\"metric\":\"boot.raedy\",\"unit\":\"s\",\"value\":1,\"status\":\"ok\"}\n",
			"bad: samples.jsonl"},
		{"[]\n", "bad: samples.jsonl"},
	};
	struct tree t = tree_new();
	struct made m;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;

		m = made("000000000000000b");
		put(&t, "bad", &m);
		tree_put(&t, "bad/samples.jsonl", cases[i].samples);
		assert_null(compare(&t, "a", "bad", true, &err));
		assert_int_equal(err.code, EXIT_USAGE);
		assert_ptr_equal(strstr(err.text, cases[i].message), err.text);
		assert_null(strchr(err.text, '\n'));
	}
	tree_free(&t);
}

/* Cut at every byte: read as far as it goes or refused, never a crash, never another exit code. */
static void test_cut(void **state)
{
	struct tree t = tree_new();
	cleanup_free char *whole = NULL;
	struct made m = made("000000000000000b");
	size_t len;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	m.blocks = 2;
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "b", &m);
	for (unsigned file = 0; file < 2; file++) {
		const char *name = file ? "b/run.json" : "b/samples.jsonl";

		free(whole);
		whole = read_file_at(t.fd, name, 1 << 20, &len);
		for (size_t n = len; n-- > 0;) {
			struct error err = ERROR_INIT;
			json_t *doc;

			whole[n] = '\0';
			tree_put(&t, name, whole);
			doc = compare(&t, "a", "b", false, &err);
			if (!doc)
				assert_int_equal(err.code, EXIT_USAGE);
			json_decref(doc);
		}
		m.blocks = 2;
		add_series(&m, "boot.ready", "s", 1, 0.01);
		put(&t, "b", &m);
	}
	tree_free(&t);
}

static bool has_change(const json_t *doc, const char *what, const char *base, const char *new)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(doc, "environment"), i, one) {
		const char *was = text_of(one, "base"), *is = text_of(one, "new");

		if (!strcmp(text_of(one, "what"), what))
			return !strcmp(was ? was : "null", base) && !strcmp(is ? is : "null", new);
	}
	return false;
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

static char *printed(int (*print)(FILE *, const json_t *, bool), const json_t *doc)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(print(out, doc, true), 0);
	fclose(out);
	return text;
}

static int print_junit(FILE *out, const json_t *doc, bool all)
{
	(void)all;
	return compare_junit(out, doc);
}

/* Foreign words stay words, wherever they go. */
static void test_hostile(void **state)
{
	struct tree t = tree_new();
	struct made b = made("000000000000000b");
	struct error err = ERROR_INIT;
	cleanup_free char *table = NULL, *markdown = NULL, *junit = NULL;
	json_t *doc;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	b.kernel = "`id` $(id) <b>&\\\"'\\n\\u001b[31m|";
	add_series(&b, "boot.ready", "s", 1.5, 0.01);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	table = printed(compare_table, doc);
	markdown = printed(compare_markdown, doc);
	junit = printed(print_junit, doc);
	assert_null(strchr(table, 033));
	assert_non_null(strstr(table, "host: kernel: 6.1.0 -> `id` $(id) <b>&\"' |\n"));
	assert_null(strchr(markdown, 033));
	assert_null(strstr(markdown, "<b>"));
	assert_null(strstr(markdown, "`id`"));
	assert_null(strchr(junit, 033));
	assert_null(strstr(junit, "<b>"));
	assert_non_null(strstr(junit, "`id` $(id) &lt;b&gt;&amp;&quot;&apos; |"));
	assert_non_null(strstr(junit, "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\""));
	assert_non_null(strstr(junit, "<failure message=\"ratio 1.5"));
	json_decref(doc);
	tree_free(&t);
}

/* The second side of one run, block by block. */
static json_t *within(const struct tree *t, double factor, unsigned blocks, unsigned looks)
{
	struct made m = made("000000000000000a");
	struct compare_side side = {0};
	struct error err = ERROR_INIT;
	cleanup_free char *path = xasprintf("%s/w", t->path);
	json_t *doc;

	m.blocks = blocks;
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
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_emulated),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_noisy),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_no_second_side),
		cmocka_unit_test(test_inject),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
