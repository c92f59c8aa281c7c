/* test-summary.c - samples -> summary: golden cases (tests/cases/summary; TARE_GOLDEN=1 writes them anew), blocks, and
 * samples that are missing, bad, extreme or many. */
#include "cases.h"
#include "made-summary.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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
	char where[512] = "";
	json_t *made = summary_of_case(name), *want;

	if (getenv("TARE_GOLDEN"))
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

static void test_halved_page_cache_is_a_finding(void **state)
{
	(void)state;
	for (int halved = 0; halved < 2; halved++) {
		struct made m = begin("{}");
		json_t *s;

		json_object_set_new(m.run, "host", json_pack("{s:b}", "cache_halved", halved));
		add(&m, 0, "a", 1, BOOT_READY, 1);
		done(&m, 0, "a", 1, 0);
		s = end(&m);
		assert_int_equal(found(s, "cache") != NULL, halved);
		json_decref(s);
	}
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
		unsigned first_host, again_host; /* of the other arm's trial */
	} rows[] = {{FLAG_STEAL, 0, 200, 0, 0}, {FLAG_STEAL, FLAG_STEAL, 100, 0, 0},
		{FLAG_STEAL, FLAG_FOREIGN_CPU, 100, 0, 0},
		{FLAG_STEAL | FLAG_SWAP, FLAG_FOREIGN_CPU, 200, 0, 0},
		{FLAG_STEAL, FLAG_STEAL | FLAG_SWAP, 100, 0, 0},
		{FLAG_STEAL, FLAG_STEAL, 200, FLAG_STEAL, 0},
		{FLAG_STEAL | FLAG_SWAP, FLAG_STEAL, 100, 0, FLAG_STEAL}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = begin("{\"blocks\": 1}");
		bool again = rows[i].want > 150;
		unsigned left = again ? rows[i].again | rows[i].again_host
				      : rows[i].first | rows[i].first_host;
		json_t *s, *note;

		add(&m, 0, "a", 1, BOOT_READY, 100)->flags = rows[i].first;
		add(&m, 0, "host", 1, BOOT_READY, 10)->flags = rows[i].first_host;
		add(&m, 0, "a", 1, BOOT_READY, 200)->flags = rows[i].again;
		add(&m, 0, "host", 1, BOOT_READY, 10)->flags = rows[i].again_host;
		m.set.samples[1].trial = m.set.samples[3].trial = 1;
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

/* A cost cannot be negative: told, once for each arm whose median is. */
static void test_negative_cost(void **state)
{
	static const double arm[] = {-0.2, -0.3, 0.1, -0.2, -0.1, -0.2},
			    host[] = {1, 1, 1, 1, 1, 1};
	struct made m = begin("{\"blocks\":6,\"base\":\"host\"}");
	json_t *s, *row;
	size_t i, n = 0;

	(void)state;
	two_arms(&m, "vm", NETWORK_CPU, arm, host, 6);
	s = end(&m);
	json_array_foreach (json_object_get(s, "findings"), i, row) {
		const char *text = json_string_value(json_object_get(row, "text"));

		if (!strstr(text, "less than noise"))
			continue;
		n++;
		assert_string_equal(text,
			"network.cpu, arm vm, workload w, 1 instance: the median of -0.2 s/GiB is negative: less than noise, which is taken off as measured while idle");
	}
	assert_int_equal(n, 1);
	json_decref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_negative_cost),
		cmocka_unit_test(test_halved_page_cache_is_a_finding),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_repetition_must_be_cleaner),
		cmocka_unit_test(test_missing_and_skipped),
		cmocka_unit_test(test_bad_run),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
