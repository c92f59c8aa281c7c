/* test-summary-slopes.c - what one more instance costs: tare's own base, slopes, two counts. */
#include "made-summary.h"
#include "stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

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

/* The first instance brings what the others share: 0 without any is a definition, no point of the line. What the host
 * itself has less is measured without any too. */
static void test_foot(void **state)
{
	struct made m = begin("{}");
	const json_t *l;
	json_t *s;

	(void)state;
	for (unsigned block = 0; block < 6; block++)
		for (unsigned n = 0; n <= 4; n += n ? n : 1) {
			add(&m, block, "host", n, MEMORY_PSS, n ? 100 + 900.0 / n : 0);
			add(&m, block, "host", n, MEMORY_HOST_DELTA, n ? 100 + 900.0 / n : 900);
			done(&m, block, "host", n, 0);
		}
	s = end(&m);
	l = row(s, "slopes", "memory.pss", "host", NULL, 0);
	is_number(l, "counts", 3);
	is_number(l, "slope", 100);
	is_number(l, "intercept", 900);
	is_number(l, "ratio_2_1", 1.1);
	l = row(s, "slopes", "memory.host_delta", "host", NULL, 0);
	is_number(l, "counts", 4);
	is_number(l, "slope", 100);
	json_decref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tare_one_count),
		cmocka_unit_test(test_tare_slope),
		cmocka_unit_test(test_emulated_slope),
		cmocka_unit_test(test_two_counts),
		cmocka_unit_test(test_foot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
