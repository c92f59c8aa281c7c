/* test-stats.c - estimators against R (tests/oracles/stats.json), brute force and known words. */
#include "stats.h"
#include "util.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static json_t *oracle;

static double *array(const json_t *row, const char *key, size_t *n)
{
	const json_t *list = json_object_get(row, key);
	double *x;
	json_t *v;
	size_t i;

	assert_true(json_is_array(list));
	*n = json_array_size(list);
	x = xcalloc(*n + 1, sizeof(*x));
	json_array_foreach ((json_t *)list, i, v)
		x[i] = json_number_value(v);
	return x;
}

static double value(const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	assert_non_null(v);
	return json_is_null(v) ? NAN : json_number_value(v);
}

static void near(double got, double want, double relative, const char *what)
{
	double allowed = relative * fmax(fabs(want), 1e-300);

	if (isnan(got) && isnan(want))
		return;
	if (!(fabs(got - want) <= allowed))
		fail_msg("%s: got %.17g, expected %.17g", what, got, want);
}

/* Calls check for every row of the kind; there must be some. */
static void each(const char *kind, size_t least, void (*check)(const json_t *row))
{
	size_t i, seen = 0;
	json_t *row;

	json_array_foreach (oracle, i, row) {
		if (strcmp(json_string_value(json_object_get(row, "kind")), kind) != 0)
			continue;
		check(row);
		seen++;
	}
	assert_true(seen >= least);
}

static void check_quantile(const json_t *row)
{
	size_t n;
	cleanup_free double *x = array(row, "x", &n);
	double p = value(row, "p");

	near(stats_quantile(x, n, p), value(row, "value"), 1e-14, "quantile");
	if (p > 0.49 && p < 0.51)
		near(stats_median(x, n), value(row, "value"), 1e-14, "median");
}

static void test_quantile(void **state)
{
	double none = 0, bad[] = {3, 1, 2};

	(void)state;
	each("quantile", 40, check_quantile);
	assert_true(isnan(stats_median(&none, 0)));
	assert_true(isnan(stats_quantile(&none, 0, 0.5)));
	assert_true(isnan(stats_quantile(bad, 3, -0.1)));
	assert_true(isnan(stats_quantile(bad, 3, 1.1)));
	assert_true(isnan(stats_quantile(bad, 3, NAN)));
}

static void test_median_does_not_overflow(void **state)
{
	double x[] = {1.5e308, 1.7e308};

	(void)state;
	near(stats_median(x, 2), 1.6e308, 1e-15, "median");
}

static void check_rank(const json_t *row)
{
	size_t n = (size_t)value(row, "n"), c = (size_t)value(row, "c");
	cleanup_free double *x = xcalloc(n, sizeof(*x));
	struct interval i;

	for (size_t k = 0; k < n; k++)
		x[k] = (double)(n - k); /* falls: the function sorts */
	i = stats_median_interval(x, n, 0.95);
	if (c == 0) {
		assert_true(isnan(i.lo) && isnan(i.hi));
		assert_true(i.coverage <= 0);
		return;
	}
	near(i.lo, (double)c, 0, "lower rank");
	near(i.hi, (double)(n + 1 - c), 0, "upper rank");
	near(i.coverage, value(row, "coverage"), 1e-10, "coverage");
}

static void test_median_interval(void **state)
{
	double x[] = {1, 2, 3, 4, 5};

	(void)state;
	each("rank", 60, check_rank);
	near(stats_median_interval(x, 5, 0.9375).coverage, 0.9375, 1e-12, "reached exactly");
	assert_true(isnan(stats_median_interval(x, 5, 0.9376).lo));
	assert_true(isnan(stats_median_interval(x, 5, 0).lo));
	assert_true(isnan(stats_median_interval(x, 5, 1).lo));
	assert_true(isnan(stats_median_interval(x, 5, NAN).lo));
	assert_true(isnan(stats_median_interval(x, 0, 0.95).lo));
}

/* Every way n values can fall above or below the median, counted one by one. */
static void test_coverage_by_enumeration(void **state)
{
	(void)state;
	for (size_t n = 6; n <= 16; n++) {
		double x[16];
		size_t inside = 0, c;
		struct interval i;

		for (size_t k = 0; k < n; k++)
			x[k] = (double)k + 1;
		i = stats_median_interval(x, n, 0.95);
		c = (size_t)i.lo;
		for (unsigned ways = 0; ways < 1u << n; ways++) {
			size_t below = (size_t)__builtin_popcount(ways);

			/* x(c) <= median <= x(n+1-c): at least c below and at least c above. */
			inside += below >= c && n - below >= c;
		}
		near(i.coverage, (double)inside / (double)(1u << n), 1e-12, "coverage");
		assert_true(i.coverage >= 0.95);
	}
}

static void check_sign(const json_t *row)
{
	size_t n;
	cleanup_free double *x = array(row, "x", &n);

	near(stats_sign_test(x, n, 0), value(row, "p"), 1e-12, "sign test");
}

static void test_sign(void **state)
{
	double ties[] = {4, 4, 4};

	(void)state;
	each("sign", 15, check_sign);
	near(stats_sign_test(ties, 3, 4), 1, 0, "all ties");
	near(stats_sign_test(ties, 0, 4), 1, 0, "nothing");
	near(stats_sign_test(ties, 3, 3), 0.25, 1e-14, "three above");
}

/* Two-sided p by trying all splits of n + m ranks. */
static double splits(unsigned n, unsigned m, double u)
{
	double low = fmin(u, n * m - u), ways = 0, as_low = 0;

	for (unsigned s = 0; s < 1u << (n + m); s++) {
		unsigned pairs = 0, below = 0;

		if (__builtin_popcount(s) != (int)n)
			continue;
		for (unsigned k = 0; k < n + m; k++) {
			if (s & 1u << k)
				pairs += below;
			else
				below++;
		}
		ways++;
		as_low += pairs <= low;
	}
	return fmin(1, 2 * as_low / ways);
}

static void test_mann_whitney_by_splits(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 6; n++)
		for (unsigned m = 1; m <= 6; m++)
			for (unsigned s = 1; s < 1u << (n + m); s += 7) {
				double x[12], y[12], u = 0;
				unsigned nx = 0, ny = 0;

				if (__builtin_popcount(s) != (int)n)
					continue;
				for (unsigned k = 0; k < n + m; k++) {
					if (s & 1u << k)
						x[nx++] = k, u += ny;
					else
						y[ny++] = k;
				}
				near(stats_mann_whitney(x, n, y, m), splits(n, m, u), 1e-12,
					"all splits");
			}
}

static void check_wilcox(const json_t *row)
{
	size_t n, m;
	cleanup_free double *x = array(row, "x", &n);
	cleanup_free double *y = array(row, "y", &m);
	struct interval i;

	near(stats_mann_whitney(x, n, y, m), value(row, "p"), 1e-9, "Mann-Whitney p");
	near(stats_mann_whitney(y, m, x, n), value(row, "p"), 1e-9,
		"Mann-Whitney p, sides swapped");
	near(stats_hodges_lehmann(x, n, y, m, 0.95, &i), value(row, "shift"), 1e-13, "shift");
	near(i.lo, value(row, "lo"), 1e-13, "shift's lower end");
	near(i.hi, value(row, "hi"), 1e-13, "shift's upper end");
	near(i.coverage, value(row, "coverage"), 1e-9, "shift's coverage");
	near(stats_hodges_lehmann(y, m, x, n, 0.95, NULL), -value(row, "shift"), 1e-13,
		"shift, sides swapped");
}

static void check_ties(const json_t *row)
{
	size_t n, m;
	cleanup_free double *x = array(row, "x", &n);
	cleanup_free double *y = array(row, "y", &m);
	struct interval i;

	near(stats_mann_whitney(x, n, y, m), value(row, "p"), 1e-9, "Mann-Whitney with ties");
	near(stats_hodges_lehmann(x, n, y, m, 0.95, &i), value(row, "shift"), 1e-13, "shift");
	assert_true(i.lo <= value(row, "shift") && i.hi >= value(row, "shift"));
}

static void test_rank_tests(void **state)
{
	double same[] = {2, 2, 2, 2, 2, 2}, none = 0;
	struct interval i;

	(void)state;
	each("wilcox", 18, check_wilcox);
	each("ties", 7, check_ties);
	near(stats_mann_whitney(same, 6, same, 6), 1, 0, "all equal");
	assert_true(isnan(stats_mann_whitney(&none, 0, same, 6)));
	assert_true(isnan(stats_hodges_lehmann(same, 6, &none, 0, 0.95, &i)));
	assert_true(isnan(i.lo));
	near(stats_hodges_lehmann(same, 6, same, 6, 0.95, &i), 0, 0, "no shift");
	near(i.lo, 0, 0, "no shift");
	near(i.hi, 0, 0, "no shift");
}

/* Where the normal takes over from the exact distribution, both must nearly agree. */
static void test_shift_far(void **state)
{
	double x[51], y[50], before[50];
	struct interval exact, far;

	(void)state;
	for (size_t k = 0; k < 51; k++)
		x[k] = sin((double)k * 12.9898) * 437.5;
	for (size_t k = 0; k < 50; k++)
		y[k] = sin((double)k * 78.233) * 437.5 + 100;
	memcpy(before, y, sizeof(y));
	stats_hodges_lehmann(x, 50, y, 50, 0.95, &exact);
	stats_hodges_lehmann(x, 51, y, 50, 0.95, &far);
	assert_memory_equal(before, y, sizeof(y));
	near(exact.coverage, 0.95, 5e-3, "exact coverage");
	near(far.coverage, 0.95, 5e-3, "normal coverage");
	near(far.hi - far.lo, exact.hi - exact.lo, 0.05, "width");
}

static void check_line(const json_t *row)
{
	size_t n, m;
	cleanup_free double *x = array(row, "x", &n);
	cleanup_free double *y = array(row, "y", &m);
	cleanup_free double *intercept = array(row, "intercept_interval", &m);
	cleanup_free double *slope = array(row, "slope_interval", &m);
	struct line l = stats_line(x, y, n, 0.95);

	near(l.intercept, value(row, "intercept"), 1e-9, "intercept");
	near(l.slope, value(row, "slope"), 1e-11, "slope");
	near(l.intercept_interval.lo, intercept[0], 1e-9, "intercept lo");
	near(l.intercept_interval.hi, intercept[1], 1e-9, "intercept hi");
	near(l.slope_interval.lo, slope[0], 1e-9, "slope lo");
	near(l.slope_interval.hi, slope[1], 1e-9, "slope hi");
	assert_int_equal(l.n, n);
}

static void test_line(void **state)
{
	double x[] = {1, 2, 2}, y[] = {10, 30, 30}, flat[] = {3, 3, 3};
	struct line l;

	(void)state;
	each("line", 6, check_line);
	l = stats_line(x, y, 2, 0.95);
	near(l.slope, 20, 1e-15, "two points");
	near(l.intercept, -10, 1e-15, "two points");
	assert_true(isnan(l.slope_interval.lo) && isnan(l.intercept_interval.hi));
	l = stats_line(flat, y, 3, 0.95);
	assert_true(isnan(l.slope) && isnan(l.intercept));
	assert_true(isnan(stats_line(x, y, 0, 0.95).slope));
	y[1] = NAN;
	assert_true(isnan(stats_line(x, y, 3, 0.95).slope));
}

static void check_student(const json_t *row)
{
	near(stats_student_quantile(value(row, "confidence"), (size_t)value(row, "df")),
		value(row, "value"), 1e-10, "Student's t");
}

static void check_normal(const json_t *row)
{
	near(stats_normal_quantile(value(row, "confidence")), value(row, "value"), 1e-10, "normal");
}

static void test_deviates(void **state)
{
	(void)state;
	each("student", 90, check_student);
	each("normal", 5, check_normal);
	assert_true(isnan(stats_student_quantile(0.95, 0)));
	assert_true(isnan(stats_student_quantile(1, 5)));
	assert_true(isnan(stats_normal_quantile(0)));
}

static void check_holm(const json_t *row)
{
	size_t n, m;
	cleanup_free double *p = array(row, "p", &n);
	cleanup_free double *want = array(row, "reject", &m);
	int got[16];

	assert_true(n <= 16);
	stats_holm(p, n, 0.05, got);
	for (size_t k = 0; k < n; k++)
		assert_int_equal(got[k], (int)want[k]);
}

static void test_holm(void **state)
{
	double p[] = {0.02, NAN, 0.03};
	int got[3] = {7, 7, 7};

	(void)state;
	each("holm", 13, check_holm);
	stats_holm(p, 3, 0.05, got); /* 0.02 > 0.05 / 3: the NaN counts */
	assert_int_equal(got[0] + got[1] + got[2], 0);
	stats_holm(p, 1, 0.05, got);
	assert_int_equal(got[0], 1);
	stats_holm(NULL, 0, 0.05, NULL);
}

static void word(double lo, double hi, double margin, const char *want)
{
	struct interval i = {.lo = lo, .hi = hi, .coverage = 0.97};

	assert_string_equal(verdict_names[stats_verdict(i, margin)], want);
}

static void test_verdict(void **state)
{
	(void)state;
	word(0.06, 0.09, 0.05, "higher");
	word(0.05, 0.09, 0.05, "unclear"); /* the end on the edge is not beyond */
	word(-0.09, -0.06, 0.05, "lower");
	word(-0.09, -0.05, 0.05, "unclear");
	word(-0.05, 0.05, 0.05, "same");
	word(0.01, 0.02, 0.05, "same");
	word(-0.01, 0.051, 0.05, "unclear");
	word(-0.2, 0.2, 0.05, "unclear");
	word(0, 0, 0, "same");
	word(0.001, 1, 0, "higher");
	word(-1, -0.001, 0, "lower");
	word(0, 1, 0, "unclear");
	word(NAN, NAN, 0.05, "unclear");
	word(0, 0, NAN, "unclear");
	assert_string_equal(verdict_names[VERDICT_NONE], "none");
}

static void test_blocks_needed(void **state)
{
	struct interval i = {.lo = -0.1, .hi = 0.1, .coverage = 0.95};

	(void)state;
	assert_int_equal(
		stats_blocks_needed(i, 10, 0.05), 30); /* half the width: four times as many */
	assert_int_equal(stats_blocks_needed(i, 10, 0.1), 0);
	assert_int_equal(stats_blocks_needed(i, 10, 0.0999), 1);
	assert_int_equal(stats_blocks_needed(i, 10, 0), 0);
	assert_int_equal(stats_blocks_needed(i, 10, NAN), 0);
	assert_int_equal(stats_blocks_needed(i, 10, 1e-300), 1000000);
	assert_int_equal(stats_blocks_needed(stats_no_interval(), 10, 0.05), 0);
}

static void test_two_modes(void **state)
{
	double modes[] = {10, 10.1, 20, 10.2, 20.2, 20.1, 10.3, 20.3, 10.4, 20.4};
	double even[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	double wide[] = {1, 2, 3, 4, 5, 9.5, 10, 11, 12, 13}; /* a gap of 4.5, sides 2 wide */
	double near_wide[] = {1, 2, 3, 4, 5, 8.5, 9, 10, 11, 12};
	double inner[] = {0, 0, 0, 3, 3, 8, 8, 8, 11, 11}; /* a gap of 5, quartiles 3 apart */
	double outlier[] = {1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 90};
	double same[] = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
	double two[] = {4, 5, 4, 5, 4, 5, 4, 5, 4, 5};

	(void)state;
	assert_int_equal(stats_two_modes(modes, 10), 1);
	assert_int_equal(stats_two_modes(even, 10), 0);
	assert_int_equal(stats_two_modes(wide, 10), 1);
	assert_int_equal(stats_two_modes(near_wide, 10), 0);
	assert_int_equal(stats_two_modes(inner, 10), 0);
	assert_int_equal(stats_two_modes(outlier, 10), 0); /* one value is no mode */
	assert_int_equal(stats_two_modes(same, 10), 0);
	assert_int_equal(stats_two_modes(two, 10), 1);
	assert_int_equal(stats_two_modes(two, 9), 0);
}

static int load(void **state)
{
	json_error_t e;

	(void)state;
	oracle = json_load_file("tests/oracles/stats.json", 0, &e);
	if (!oracle)
		print_error("tests/oracles/stats.json: %s\n", e.text);
	return oracle ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	json_decref(oracle);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantile),
		cmocka_unit_test(test_median_does_not_overflow),
		cmocka_unit_test(test_median_interval),
		cmocka_unit_test(test_coverage_by_enumeration),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_mann_whitney_by_splits),
		cmocka_unit_test(test_rank_tests),
		cmocka_unit_test(test_shift_far),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_deviates),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_blocks_needed),
		cmocka_unit_test(test_two_modes),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
