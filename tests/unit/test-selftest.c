/* test-selftest.c - planted and found: tolerances, the judgement, the table, what is kept and quoted. */
#include "json.h"
#include "probe.h"
#include "selftest.h"
#include "util.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIB 1048576.0

static void tolerances(void **state)
{
	(void)state;
	assert_true(weight_tolerance(RULE_MEMORY, 16 * MIB) == 1 * MIB);
	assert_true(weight_tolerance(RULE_MEMORY, 50 * MIB) == 1 * MIB);
	assert_true(fabs(weight_tolerance(RULE_MEMORY, 128 * MIB) - 2.56 * MIB) < 1);
	assert_true(weight_tolerance(RULE_GUEST_MEMORY, 64 * MIB) == 2 * MIB);
	assert_true(fabs(weight_tolerance(RULE_GUEST_MEMORY, 128 * MIB) - 2.56 * MIB) < 1);
	assert_true(weight_tolerance(RULE_TIME, 0.2) == 0.005);
	assert_true(fabs(weight_tolerance(RULE_RATE, 1e8) - 3e6) < 1);
	assert_true(weight_tolerance(RULE_EXACT, 100) == 0);
}

static struct weight weighed(enum weight_rule rule, double planted, size_t n, const double *values)
{
	struct weight w = {.arm = "container", .rule = rule, .planted = planted};

	snprintf(w.name, sizeof(w.name), "a weight");
	for (size_t i = 0; i < n; i++)
		weight_add(&w, values[i]);
	weight_judge(&w);
	return w;
}

static void medians_decide(void **state)
{
	const double wild[] = {16 * MIB, -50 * MIB, 16.5 * MIB, 90 * MIB, 16.2 * MIB};
	const double skewed[] = {17.6 * MIB, 17.6 * MIB, 17.6 * MIB};
	struct weight w = weighed(RULE_MEMORY, 16 * MIB, 5, wild);

	(void)state;
	assert_int_equal(w.status, WEIGHT_OK);
	assert_true(w.found == 16.2 * MIB);
	w = weighed(RULE_MEMORY, 16 * MIB, 3, skewed);
	assert_int_equal(w.status, WEIGHT_OFF);
	w = weighed(RULE_NONE, 16 * MIB, 3, skewed);
	assert_int_equal(w.status, WEIGHT_FINDING);
}

/* The edge belongs to it. */
static void edges(void **state)
{
	const double in[] = {17 * MIB}, out[] = {17 * MIB + 1};

	(void)state;
	assert_int_equal(weighed(RULE_MEMORY, 16 * MIB, 1, in).status, WEIGHT_OK);
	assert_int_equal(weighed(RULE_MEMORY, 16 * MIB, 1, out).status, WEIGHT_OFF);
}

static void counts_are_exact_each_time(void **state)
{
	const double one_off[] = {10, 10, 11}, exact[] = {10, 10, 10};

	(void)state;
	assert_int_equal(weighed(RULE_EXACT, 10, 3, one_off).status, WEIGHT_OFF);
	assert_int_equal(weighed(RULE_EXACT, 10, 3, exact).status, WEIGHT_OK);
}

static void nothing_found_is_off(void **state)
{
	const double missing[] = {64 * MIB, NAN, 64 * MIB};

	(void)state;
	assert_int_equal(weighed(RULE_MEMORY, 16 * MIB, 0, NULL).status, WEIGHT_OFF);
	assert_int_equal(weighed(RULE_MEMORY, 64 * MIB, 3, missing).status, WEIGHT_OFF);
}

static void interval_rule(void **state)
{
	/* n = 6: the interval is from the least to the greatest. */
	const double around[] = {0.04, 0.05, 0.06, 0.045, 0.09, 0.052};
	const double above[] = {0.07, 0.08, 0.09, 0.075, 0.1, 0.082};
	const double few[] = {0.07, 0.08, 0.09};
	struct weight w = weighed(RULE_INTERVAL, 0.05, 6, around);

	(void)state;
	assert_int_equal(w.status, WEIGHT_OK);
	assert_true(w.lo == 0.04 && w.hi == 0.09);
	assert_true(w.tolerance > 0.005 + 0.03 && w.tolerance < 0.05);
	assert_int_equal(weighed(RULE_INTERVAL, 0.05, 6, above).status, WEIGHT_OFF);
	assert_int_equal(weighed(RULE_INTERVAL, 0.05, 3, few).status, WEIGHT_OFF);
}

static void half_widths(void **state)
{
	(void)state;
	assert_true(fabs(resolved_ratio(1 / 1.05, 1.05) - 0.05) < 1e-12);
	assert_true(resolved_ratio(1, 1) == 0);
	assert_true(isnan(resolved_ratio(0, 1)));
	assert_true(isnan(resolved_ratio(NAN, 1)));
}

static void skew_is_of_one_metric(void **state)
{
	(void)state;
	unsetenv("TARE_SKEW");
	assert_true(measured_skew(MEMORY_PSS) == 1);
	setenv("TARE_SKEW", "memory.pss=1.1", 1);
	assert_true(measured_skew(MEMORY_PSS) == 1.1);
	assert_true(measured_skew(MEMORY_USS) == 1);
	setenv("TARE_SKEW", "memory.pss=much", 1);
	assert_true(measured_skew(MEMORY_PSS) == 1);
	unsetenv("TARE_SKEW");
}

static struct selftest example(void)
{
	struct selftest t = {.quick = true, .accel = "tcg", .date = "2026-01-02T03:04:05Z"};
	struct weight *w = selftest_weight(
		&t, "container", MEMORY_PSS, RULE_MEMORY, 64 * MIB, "64 MiB touched");

	weight_add(w, 64.5 * MIB);
	weight_judge(w);
	w = selftest_weight(&t, "vm", MEMORY_PSS, RULE_NONE, 64 * MIB, "64 MiB, not primed");
	weight_add(w, 40 * MIB);
	weight_judge(w);
	t.host = json_pack("{s:s, s:s, s:i, s:I, s:s}", "fingerprint", "0123456789abcdef",
		"cpu_model", "example", "cores", 2, "ram_bytes", (json_int_t)1 << 32, "cgroup",
		"v2");
	t.resolved = xcalloc(1, sizeof(*t.resolved));
	t.resolved[t.n_resolved++] = (struct resolved){
		.arm = "container", .metric = BOOT_READY, .ratio = true, .value = 0.07};
	return t;
}

static void table_tells_all(void **state)
{
	struct selftest t = example();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	selftest_table(out, &t);
	fclose(out);
	assert_non_null(strstr(text, "64 MiB touched"));
	assert_non_null(strstr(text, "64.50 MiB"));
	assert_non_null(strstr(text, "1.28 MiB"));
	assert_non_null(strstr(text, "finding"));
	assert_non_null(strstr(text, "7.00 %"));
	free(text);
	selftest_free(&t);
}

static void kept_and_quoted(void **state)
{
	char folder[] = "/tmp/tare-selftest-XXXXXX";
	struct selftest t = example();
	struct error err = ERROR_INIT;
	cleanup_json json_t *nothing = NULL, *meter = NULL, *torn = NULL;
	cleanup_free char *path = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("TARE_CACHE", folder, 1);
	nothing = selftest_recall("0123456789abcdef");
	assert_true(json_is_null(nothing));
	assert_int_equal(selftest_store(&t, &err), 0);
	meter = selftest_recall("0123456789abcdef");
	assert_string_equal(json_string_value(json_object_get(meter, "status")), "ok");
	assert_string_equal(
		json_string_value(json_object_get(meter, "date")), "2026-01-02T03:04:05Z");
	assert_int_equal(json_integer_value(json_object_get(meter, "weights")), 2);
	assert_int_equal(json_array_size(json_object_get(meter, "resolves")), 1);
	/* What cannot be read is not quoted. */
	path = xasprintf("%s/selftest-0123456789abcdef.json", folder);
	assert_int_equal(replace_file_at(AT_FDCWD, path, "{\"schema\": ", 11, &err), 0);
	torn = selftest_recall("0123456789abcdef");
	assert_true(json_is_null(torn));
	unsetenv("TARE_CACHE");
	assert_int_equal(remove_tree_at(AT_FDCWD, folder), 0);
	selftest_free(&t);
}

/* A run without a VM has another fingerprint, and finds it too. */
static void kept_without_a_vm(void **state)
{
	char folder[] = "/tmp/tare-selftest-XXXXXX", *left = NULL;
	struct selftest t = example();
	struct error err = ERROR_INIT;
	unsigned n = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("TARE_CACHE", folder, 1);
	assert_int_equal(selftest_store(&t, &err), 0);
	left = xasprintf("ls %s | grep -c '^selftest-'", folder);
	FILE *f = popen(left, "r");
	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	assert_int_equal(n, 2);
	free(left);
	unsetenv("TARE_CACHE");
	assert_int_equal(remove_tree_at(AT_FDCWD, folder), 0);
	selftest_free(&t);
}

static void the_first_off_is_named(void **state)
{
	struct selftest t = example();
	struct weight *w;

	(void)state;
	assert_null(selftest_off(&t));
	w = selftest_weight(&t, "vm", PROCESSES_GUEST_USER, RULE_EXACT, 10, "10 processes");
	weight_add(w, 9);
	weight_judge(w);
	assert_non_null(selftest_off(&t));
	assert_string_equal(selftest_off(&t)->name, "10 processes");
	cleanup_json json_t *json = selftest_json(&t);
	assert_string_equal(json_string_value(json_object_get(json, "status")), "off");
	assert_string_equal(json_string_value(json_object_get(json, "off")), "10 processes");
	selftest_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tolerances),
		cmocka_unit_test(medians_decide),
		cmocka_unit_test(edges),
		cmocka_unit_test(counts_are_exact_each_time),
		cmocka_unit_test(nothing_found_is_off),
		cmocka_unit_test(interval_rule),
		cmocka_unit_test(half_widths),
		cmocka_unit_test(skew_is_of_one_metric),
		cmocka_unit_test(table_tells_all),
		cmocka_unit_test(kept_and_quoted),
		cmocka_unit_test(kept_without_a_vm),
		cmocka_unit_test(the_first_off_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
