/* test-summary.c - samples -> summary: golden cases (tests/cases/summary; TARE_GOLDEN=update writes them anew), and
 * each rule on samples made here. */
#include "summary.h"

#include "cases.h"
#include "stats.h"
#include "util.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CASES "tests/cases/summary"

/* Equal but for the last digits, which the machine's log and exp decide. Names the place that differs. */
static bool alike(const json_t *a, const json_t *b, char *where, size_t size)
{
	size_t at = strlen(where);
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_number(a) && json_is_number(b)) {
		double x = json_number_value(a), y = json_number_value(b);

		/* What should be 0 is what rounding left of it. */
		return fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y)) ||
			(fabs(x) < 1e-7 && fabs(y) < 1e-7);
	}
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a)) {
		json_object_foreach ((json_t *)a, key, value) {
			const json_t *other = json_object_get(b, key);

			snprintf(where + at, size - at, ".%s", key);
			if (!other || !alike(value, other, where, size))
				return false;
		}
		where[at] = '\0';
		return json_object_size(a) == json_object_size(b);
	}
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			return false;
		json_array_foreach ((json_t *)a, i, value) {
			snprintf(where + at, size - at, "[%zu]", i);
			if (!alike(value, json_array_get(b, i), where, size))
				return false;
		}
		where[at] = '\0';
		return true;
	}
	return json_equal((json_t *)a, (json_t *)b);
}

static json_t *summary_of_case(const char *name)
{
	cleanup_free char *path = xasprintf(CASES "/%s", name);
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct sample_set set = {0};
	json_t *run = case_json(CASES, name, "run.json"), *made;

	if (sample_set_read(fd, &set, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	made = summary_make(run, &set, &err);
	if (!made)
		fail_msg("%s: %s", path, err.text);
	sample_set_free(&set);
	json_decref(run);
	return made;
}

static void check_case(const char *name)
{
	cleanup_free char *path = xasprintf(CASES "/%s/summary.json", name);
	const char *golden = getenv("TARE_GOLDEN");
	char where[512] = "";
	json_t *made = summary_of_case(name), *want;

	if (golden && !strcmp(golden, "update"))
		assert_int_equal(json_dump_file(made, path, JSON_INDENT(1)), 0);
	want = case_json(CASES, name, "summary.json");
	if (!alike(want, made, where, sizeof(where)))
		fail_msg("%s differs at %s", path, where);
	json_decref(want);
	json_decref(made);
}

static void test_cases(void **state)
{
	DIR *dir = opendir(CASES);
	const struct dirent *e;
	unsigned n = 0;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.') {
			check_case(e->d_name);
			n++;
		}
	closedir(dir);
	assert_true(n >= 5);
}

/* The comparison above must see what it is there to see. */
static void test_alike(void **state)
{
	json_t *a = json_pack("{s:[i,f,n],s:s}", "x", 1, 2.5, "y", "word");
	json_t *b = json_deep_copy(a);
	char where[64] = "";

	(void)state;
	assert_true(alike(a, b, where, sizeof(where)));
	json_array_set_new(json_object_get(b, "x"), 1, json_real(2.5000001));
	assert_false(alike(a, b, where, sizeof(where)));
	assert_string_equal(where, ".x[1]");
	json_decref(b);
	b = json_deep_copy(a);
	json_object_set_new(b, "z", json_null());
	where[0] = '\0';
	assert_false(alike(a, b, where, sizeof(where)));
	json_decref(a);
	json_decref(b);
}

/* A sample set built by hand. */
struct made {
	struct sample_set set;
	json_t *run;
};

static struct made begin(const char *plan)
{
	struct made m = {.run = json_object()};

	json_object_set_new(m.run, "plan", json_loads(plan, 0, NULL));
	assert_true(json_is_object(json_object_get(m.run, "plan")));
	return m;
}

static void emulate(struct made *m, const char *arm)
{
	json_object_set_new(
		m->run, "arms", json_pack("{s:{s:s,s:b}}", arm, "platform", "vm", "emulated", 1));
}

static struct sample *add(struct made *m, unsigned block, const char *arm, unsigned instances,
	enum metric_id metric, double value)
{
	struct sample_set *set = &m->set;

	set->samples = xrealloc(set->samples, (set->n + 1) * sizeof(*set->samples));
	set->samples[set->n] = (struct sample){.block = block,
		.arm = arm,
		.workload = "w",
		.instances = instances,
		.metric = metric,
		.value = value};
	return &set->samples[set->n++];
}

static void done(
	struct made *m, unsigned block, const char *arm, unsigned instances, unsigned attempt)
{
	struct sample_set *set = &m->set;

	set->done = xrealloc(set->done, (set->n_done + 1) * sizeof(*set->done));
	set->done[set->n_done++] = (struct trial_mark){.block = block,
		.attempt = attempt,
		.arm = arm,
		.workload = "w",
		.instances = instances};
}

/* One value a block for two arms, all of them finished. */
static void two_arms(struct made *m, const char *arm, enum metric_id metric, const double *a,
	const double *host, unsigned n)
{
	for (unsigned block = 0; block < n; block++) {
		add(m, block, arm, 1, metric, a[block]);
		add(m, block, "host", 1, metric, host[block]);
		done(m, block, arm, 1, 0);
		done(m, block, "host", 1, 0);
	}
}

static json_t *end(struct made *m)
{
	struct error err = ERROR_INIT;
	json_t *summary = summary_make(m->run, &m->set, &err);

	if (!summary)
		fail_msg("%s", err.text);
	free(m->set.samples);
	free(m->set.done);
	json_decref(m->run);
	return summary;
}

/* The row of a list with these texts; base NULL = any. instances 0 = any. */
static json_t *row(const json_t *summary, const char *list, const char *metric, const char *arm,
	const char *base, unsigned instances)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(summary, list), i, one) {
		const char *b = json_string_value(json_object_get(one, "base"));

		if (!strcmp(json_string_value(json_object_get(one, "metric")), metric) &&
			!strcmp(json_string_value(json_object_get(one, "arm")), arm) &&
			(!base || (b && !strcmp(b, base))) &&
			(!instances ||
				json_integer_value(json_object_get(one, "instances")) == instances))
			return one;
	}
	return NULL;
}

static void is_number(const json_t *o, const char *key, double want)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_number(v) || !(fabs(json_number_value(v) - want) <= 1e-9 * fabs(want)))
		fail_msg("%s: got %.17g, expected %.17g", key, json_number_value(v), want);
}

static void is_null(const json_t *o, const char *key)
{
	assert_non_null(o);
	if (!json_is_null(json_object_get(o, key)))
		fail_msg("%s is not null", key);
}

static void is_text(const json_t *o, const char *key, const char *want)
{
	const char *got = json_string_value(json_object_get(o, key));

	assert_non_null(got);
	assert_string_equal(got, want);
}

static bool has_flag(const json_t *o, const char *flag)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(o, "flags"), i, one)
		if (!strcmp(json_string_value(one), flag))
			return true;
	return false;
}

static const json_t *found(const json_t *summary, const char *kind)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(summary, "findings"), i, one)
		if (!strcmp(json_string_value(json_object_get(one, "kind")), kind))
			return one;
	return NULL;
}

static const double up[] = {11, 12, 11.5, 12.5, 11.2, 11.8, 12.2};
static const double low[] = {10, 10, 10, 10, 10, 10, 10};

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

static void test_blocks(void **state)
{
	struct made m = begin("{\"warmup\": 1, \"blocks\": 4}");
	const json_t *v;
	json_t *s, *blocks;

	(void)state;
	for (unsigned block = 0; block < 5; block++) {
		add(&m, block, "a", 1, BOOT_READY, 100 + block);
		done(&m, block, "a", 1, 0);
		add(&m, block, "host", 1, BOOT_READY, 10);
		if (block != 2)
			done(&m, block, "host", 1, 0);
	}
	/* Block 3 again, whole; block 4 again, cut short. */
	m.set.samples[6].flags = FLAG_STEAL; /* block 3's first attempt */
	add(&m, 3, "a", 1, BOOT_READY, 200)->attempt = 1;
	add(&m, 3, "host", 1, BOOT_READY, 20)->attempt = 1;
	done(&m, 3, "a", 1, 1);
	done(&m, 3, "host", 1, 1);
	add(&m, 4, "a", 1, BOOT_READY, 300)->attempt = 1;
	done(&m, 4, "a", 1, 1);
	s = end(&m);
	blocks = json_object_get(s, "blocks");
	is_number(blocks, "planned", 4);
	is_number(blocks, "complete", 3);
	is_number(blocks, "warmup", 1);
	is_number(blocks, "incomplete", 1);
	is_number(blocks, "repeated", 1);
	v = row(s, "metrics", "boot.ready", "a", NULL, 1);
	is_number(v, "n", 3);
	is_number(v, "min", 101); /* 100 is the warm-up's */
	is_number(v, "median", 104);
	is_number(v, "max", 200);
	assert_true(has_flag(v, "repeated"));
	assert_non_null(found(s, "blocks"));
	assert_non_null(found(s, "repeated"));
	json_decref(s);
}

/* A repetition that was disturbed no less is no better than what it repeats. */
static void test_repetition_must_be_cleaner(void **state)
{
	static const struct {
		unsigned first, again;
		double want;
	} rows[] = {{FLAG_STEAL, 0, 200}, {FLAG_STEAL, FLAG_STEAL, 100},
		{FLAG_STEAL, FLAG_FOREIGN_CPU, 100},
		{FLAG_STEAL | FLAG_SWAP, FLAG_FOREIGN_CPU, 200},
		{FLAG_STEAL, FLAG_STEAL | FLAG_SWAP, 100}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = begin("{\"blocks\": 1}");
		bool again = rows[i].want > 150;
		unsigned left = again ? rows[i].again : rows[i].first;
		json_t *s, *note;

		add(&m, 0, "a", 1, BOOT_READY, 100)->flags = rows[i].first;
		add(&m, 0, "host", 1, BOOT_READY, 10);
		add(&m, 0, "a", 1, BOOT_READY, 200)->flags = rows[i].again;
		add(&m, 0, "host", 1, BOOT_READY, 10);
		m.set.samples[2].attempt = m.set.samples[3].attempt = 1;
		for (unsigned attempt = 0; attempt < 2; attempt++) {
			done(&m, 0, "a", 1, attempt);
			done(&m, 0, "host", 1, attempt);
		}
		s = end(&m);
		is_number(row(s, "metrics", "boot.ready", "a", NULL, 1), "median", rows[i].want);
		is_number(json_object_get(s, "blocks"), "repeated", again);
		is_number(json_object_get(s, "blocks"), "disturbed", left != 0);
		note = json_object_get(row(s, "comparisons", "boot.ready", "a", "host", 1), "note");
		assert_int_equal(
			strstr(json_string_value(note), "; 1 of 1 blocks disturbed") != NULL,
			left != 0);
		json_decref(s);
	}
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

static void test_tare_one_count(void **state)
{
	static const double vm[] = {90, 92, 94, 96, 98, 100, 102},
			    host[] = {3, 2, 1, 0, -1, -2, -3};
	struct made m = begin("{}");
	const json_t *v, *c;
	json_t *s;

	(void)state;
	two_arms(&m, "vm", MEMORY_HOST_DELTA, vm, host, 7);
	s = end(&m);
	v = row(s, "metrics", "memory.tare", "vm", NULL, 1);
	is_text(v, "kind", "difference");
	is_number(v, "median", 96);
	is_number(v, "lo", 87);
	is_number(v, "hi", 105);
	is_number(v, "noise_floor", 3);
	assert_true(json_is_string(json_object_get(v, "note")));
	c = row(s, "comparisons", "memory.tare", "vm", "host", 1);
	is_number(c, "difference", 96);
	is_number(c, "margin", 0.03 * 96);
	is_text(c, "verdict", "higher");
	assert_null(row(s, "metrics", "memory.tare", "host", NULL, 0));
	assert_int_equal(json_array_size(json_object_get(s, "slopes")), 0);
	json_decref(s);
}

static void test_tare_slope(void **state)
{
	static const unsigned counts[] = {0, 1, 2, 4};
	struct made m = begin("{}");
	const json_t *v, *l;
	json_t *s;

	(void)state;
	for (unsigned block = 0; block < 6; block++)
		for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
			double n = counts[i], each = n > 0 ? n : 1;

			/* Totals: 50 + (90 + block) n, and 50 + 10 n; the value is per instance. */
			add(&m, block, "vm", counts[i], MEMORY_HOST_DELTA,
				(50 + (90 + block) * n) / each);
			add(&m, block, "host", counts[i], MEMORY_HOST_DELTA, (50 + 10 * n) / each);
			add(&m, block, "vm", counts[i], MEMORY_FIXED, 7);
			done(&m, block, "vm", counts[i], 0);
			done(&m, block, "host", counts[i], 0);
		}
	s = end(&m);
	for (size_t i = 0; i < json_array_size(json_object_get(s, "comparisons")); i++)
		assert_true(json_integer_value(json_object_get(
				    json_array_get(json_object_get(s, "comparisons"), i),
				    "instances")) > 0);
	v = row(s, "metrics", "memory.tare", "vm", NULL, 0);
	is_text(v, "kind", "slope");
	is_number(v, "instances", 1);
	is_number(v, "median", 82.5);
	is_number(v, "lo", 80);
	is_number(v, "hi", 85);
	l = row(s, "slopes", "memory.host_delta", "vm", NULL, 0);
	is_number(l, "intercept", 50);
	is_number(l, "slope", 92.5);
	is_number(l, "counts", 4);
	is_number(l, "n", 24);
	is_number(l, "ratio_2_1", (234.0 / 142 + 236.0 / 143) / 2);
	assert_true(json_number_value(json_object_get(l, "slope_lo")) < 92.5);
	l = row(s, "slopes", "memory.host_delta", "host", NULL, 0);
	is_number(l, "slope", 10);
	l = row(s, "slopes", "memory.fixed", "vm", NULL, 0);
	assert_true(fabs(json_number_value(json_object_get(l, "slope"))) < 1e-12);
	json_decref(s);
}

/* Under emulation the raw line stays, and beside it stands the one that verdicts use. */
static void test_emulated_slope(void **state)
{
	struct made m = begin("{}");
	const json_t *l;
	json_t *s;

	(void)state;
	emulate(&m, "vm");
	for (unsigned block = 0; block < 6; block++)
		for (unsigned n = 1; n <= 4; n *= 2) {
			add(&m, block, "vm", n, MEMORY_HOST_DELTA, 100 + block);
			add(&m, block, "vm", n, MEMORY_EMULATOR_CODE, 30);
			add(&m, block, "vm", n, MEMORY_PAYLOAD, 5);
			add(&m, block, "host", n, MEMORY_HOST_DELTA, 10);
			add(&m, block, "host", n, MEMORY_EMULATOR_CODE, 0);
			done(&m, block, "vm", n, 0);
			done(&m, block, "host", n, 0);
		}
	s = end(&m);
	l = row(s, "slopes", "memory.host_delta", "vm", NULL, 0);
	is_number(l, "slope", 102.5);
	is_number(json_object_get(l, "less_emulator_code"), "slope", 72.5);
	assert_true(json_is_number(
		json_object_get(json_object_get(l, "less_emulator_code"), "slope_lo")));
	assert_true(has_flag(l, "emulated"));
	l = row(s, "slopes", "memory.tare", "vm", NULL, 0);
	is_number(l, "slope", 92.5);
	is_number(json_object_get(l, "less_emulator_code"), "slope", 62.5);
	assert_true(has_flag(l, "emulated"));
	is_null(row(s, "slopes", "memory.host_delta", "host", NULL, 0), "less_emulator_code");
	is_null(row(s, "slopes", "memory.payload", "vm", NULL, 0), "less_emulator_code");
	json_decref(s);

	/* with the buffer unknown at one count there is no such line */
	m = begin("{}");
	emulate(&m, "vm");
	for (unsigned n = 1; n <= 4; n *= 2) {
		add(&m, 0, "vm", n, MEMORY_PSS, 100);
		if (n < 4)
			add(&m, 0, "vm", n, MEMORY_EMULATOR_CODE, 30);
		done(&m, 0, "vm", n, 0);
	}
	s = end(&m);
	is_null(row(s, "slopes", "memory.pss", "vm", NULL, 0), "less_emulator_code");
	json_decref(s);
}

/* Two counts give a slope that nothing says is one. */
static void test_two_counts(void **state)
{
	struct made m = begin("{}");
	const json_t *l;
	json_t *s;

	(void)state;
	for (unsigned block = 0; block < 6; block++)
		for (unsigned n = 1; n <= 2; n++) {
			add(&m, block, "host", n, MEMORY_PSS, 10 + block);
			done(&m, block, "host", n, 0);
		}
	s = end(&m);
	l = row(s, "slopes", "memory.pss", "host", NULL, 0);
	is_number(l, "slope", 12.5);
	is_null(l, "slope_lo");
	is_null(l, "intercept_hi");
	is_number(l, "ratio_2_1", 2);
	json_decref(s);
}

static void test_missing_and_skipped(void **state)
{
	struct made m =
		begin("{\"arms\": [\"host\", \"vm\"], \"workloads\": [\"w\"], \"instances\": [1]}");
	struct sample *one;
	const json_t *v;
	json_t *s;

	(void)state;
	for (unsigned block = 0; block < 6; block++) {
		one = add(&m, block, "host", 1, BOOT_KERNEL, 0);
		one->status = SAMPLE_SKIPPED;
		one->reason = "no kernel of its own";
		add(&m, block, "host", 1, BOOT_READY, block == 1 ? INFINITY : 1);
		done(&m, block, "host", 1, 0);
	}
	s = end(&m);
	v = row(s, "metrics", "boot.kernel", "host", NULL, 1);
	is_text(v, "status", "skipped");
	is_text(v, "reason", "no kernel of its own");
	is_number(v, "skipped", 6);
	is_null(v, "median");
	is_null(v, "min");
	v = row(s, "metrics", "boot.ready", "host", NULL, 1);
	is_text(v, "status", "ok");
	is_null(v, "reason");
	is_number(v, "n", 5);
	is_number(v, "failed", 1);
	assert_true(json_is_null(json_array_get(json_object_get(v, "values"), 1)));
	is_text(found(s, "missing"), "arm", "vm");
	json_decref(s);
}

static void refused(const char *run, const char *want)
{
	json_t *j = json_loads(run, 0, NULL);
	struct sample_set set = {0};
	struct error err = ERROR_INIT;

	assert_non_null(j);
	assert_null(summary_make(j, &set, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	if (!strstr(err.text, want))
		fail_msg("got '%s', expected '%s' in it", err.text, want);
	json_decref(j);
}

static void test_bad_run(void **state)
{
	(void)state;
	refused("{}", "plan");
	refused("{\"plan\": []}", "plan");
	refused("{\"plan\": {\"warmup\": -1}}", "warmup");
	refused("{\"plan\": {\"warmup\": \"1\"}}", "warmup");
	refused("{\"plan\": {\"base\": 3}}", "base");
	refused("{\"plan\": {\"margins\": 3}}", "margins");
	refused("{\"plan\": {\"margins\": {\"time\": -0.1}}}", "time");
	refused("{\"plan\": {\"primary\": [\"memory.pss\", \"a\\u001bb\"]}}",
		"plan.primary[1], got 'a\\x1Bb'");
	refused("{\"plan\": {\"primary\": [7]}}", "plan.primary[0]");
}

/* Values at the ends of what a double holds give null, not a crash or text that is no JSON. */
static void test_extremes(void **state)
{
	double big[] = {1.7e308, 1.7e308, 1.7e308, 1.7e308, 1.7e308, 1.7e308};
	double small[] = {5e-324, -1.7e308, 5e-324, 5e-324, 5e-324, 5e-324};
	struct made m = begin("{}");
	char *text;
	json_t *s, *again;

	(void)state;
	two_arms(&m, "vm", MEMORY_PSS, big, small, 6);
	two_arms(&m, "vm", MEMORY_HOST_DELTA, big, small, 6);
	s = end(&m);
	text = json_dumps(s, 0);
	assert_non_null(text);
	again = json_loads(text, 0, NULL);
	assert_non_null(again);
	free(text);
	json_decref(again);
	json_decref(s);
}

/* 10^6 samples in a few seconds: nothing is searched in a loop. */
static void test_many(void **state)
{
	static const unsigned arms = 20, blocks = 1250;
	char names[20][8];
	struct sample_set set = {0};
	json_t *run = json_pack("{s:{s:i}}", "plan", "warmup", 0), *s;
	struct error err = ERROR_INIT;
	clock_t before;
	double seconds;

	(void)state;
	set.samples = xcalloc(1000000, sizeof(*set.samples));
	set.done = xcalloc((size_t)arms * blocks, sizeof(*set.done));
	for (unsigned arm = 0; arm < arms; arm++)
		snprintf(names[arm], sizeof(names[arm]), arm ? "arm%u" : "host", arm);
	for (unsigned block = 0; block < blocks; block++)
		for (unsigned arm = 0; arm < arms; arm++) {
			for (unsigned k = 0; k < 40; k++)
				set.samples[set.n++] = (struct sample){.block = block,
					.arm = names[arm],
					.workload = "w",
					.instances = 1,
					.metric = (enum metric_id)k,
					.value = 1 + sin(block * 7.0 + arm + k) / 8};
			set.done[set.n_done++] = (struct trial_mark){
				.block = block, .arm = names[arm], .workload = "w", .instances = 1};
		}
	before = clock();
	s = summary_make(run, &set, &err);
	seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
	assert_non_null(s);
	is_number(json_object_get(s, "blocks"), "complete", blocks);
	printf("%zu samples summarised in %.2f s of CPU time\n", set.n, seconds);
	assert_true(seconds < 20); /* sanitizers included; a square law takes minutes */
	json_decref(s);
	json_decref(run);
	free(set.samples);
	free(set.done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_repetition_must_be_cleaner),
		cmocka_unit_test(test_no_ratio),
		cmocka_unit_test(test_emulated),
		cmocka_unit_test(test_what_holds_the_buffer),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_tare_one_count),
		cmocka_unit_test(test_tare_slope),
		cmocka_unit_test(test_emulated_slope),
		cmocka_unit_test(test_two_counts),
		cmocka_unit_test(test_missing_and_skipped),
		cmocka_unit_test(test_bad_run),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
