/* test-simulation.c - how often the verdicts are wrong: blocks under drift, skewed noise, outliers, fixed seed.
 * Prints its rates. A design without blocks must fail the same limits, or the simulation shows nothing. */
#include "seeded.h"
#include "stats.h"
#include "util.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define ROUNDS 8000
#define MOST_BLOCKS 20
#define MARGIN 0.05
#define DRIFT_SD 0.05
#define DRIFT_KEPT 0.9 /* AR(1): how much of the drift is left at the next trial */
#define NOISE_SD 0.05

/* Lognormal with a long right tail; one in twenty is slower by up to three quarters. */
static double noise(void)
{
	double skewed = exp(2 * NOISE_SD * normal()) - 1;

	return log1p(skewed * 0.5 + (uniform() < 0.05 ? 0.75 * uniform() : 0));
}

struct rates {
	double higher, lower, same, covered;
};

/* ln ratios of n blocks; effect is the true ln ratio of the second arm over the first. */
static void one_run(size_t n, double effect, bool blocks, double *d)
{
	double drift = DRIFT_SD * normal(), ln[2][MOST_BLOCKS];
	size_t taken[2] = {0, 0}, first = 0;

	for (size_t trial = 0; trial < 2 * n; trial++) {
		size_t arm;

		if (trial % 2 == 0)
			first = next_random() >> 63;
		arm = blocks ? (trial % 2 ? 1 - first : first) : trial >= n;
		ln[arm][taken[arm]++] = drift + noise() + (arm ? effect : 0);
		drift = DRIFT_KEPT * drift +
			DRIFT_SD * sqrt(1 - DRIFT_KEPT * DRIFT_KEPT) * normal();
	}
	for (size_t i = 0; i < n; i++)
		d[i] = ln[1][i] - ln[0][i];
}

static struct rates simulate(size_t n, double effect, double margin, bool blocks)
{
	struct rates r = {0};
	double d[MOST_BLOCKS];

	seed_state = 20240601;
	for (int round = 0; round < ROUNDS; round++) {
		struct interval i;
		enum verdict v;

		one_run(n, effect, blocks, d);
		i = stats_median_interval(d, n, 0.95);
		v = stats_verdict(i, margin);
		r.higher += v == VERDICT_HIGHER;
		r.lower += v == VERDICT_LOWER;
		r.same += v == VERDICT_SAME;
		r.covered += i.lo <= effect && effect <= i.hi;
	}
	r.higher /= ROUNDS;
	r.lower /= ROUNDS;
	r.same /= ROUNDS;
	r.covered /= ROUNDS;
	printf("n=%zu, true effect %+.1f %%, margin %.1f %%, %s: higher %.2f %%, lower %.2f %%, "
	       "same %.2f %%, covered %.2f %%\n",
		n, 100 * expm1(effect), 100 * expm1(margin),
		blocks ? "blocks" : "one arm after the other", 100 * r.higher, 100 * r.lower,
		100 * r.same, 100 * r.covered);
	return r;
}

/* (a) nothing differs, and no margin hides a false verdict; (c) the interval holds the truth. */
static void test_no_difference(void **state)
{
	static const size_t sizes[] = {10, 20};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct rates r = simulate(sizes[i], 0, 0, true);

		assert_true(r.higher + r.lower <= 0.05);
		assert_true(r.higher + r.lower > 0); /* an interval that never errs is too wide */
		assert_true(r.covered >= 0.94);
	}
}

/* (b) the truth lies on the edge of the margin: beyond it is wrong. */
static void test_on_the_edge(void **state)
{
	static const size_t sizes[] = {10, 20};
	double edge = log1p(MARGIN);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct rates up = simulate(sizes[i], edge, edge, true);
		struct rates down = simulate(sizes[i], -edge, edge, true);

		assert_true(up.higher <= 0.05 && up.lower <= 0.05);
		assert_true(down.lower <= 0.05 && down.higher <= 0.05);
		assert_true(up.same <= 0.05 && down.same <= 0.05);
		assert_true(up.covered >= 0.94 && down.covered >= 0.94);
	}
}

/* A difference that matters is found, more often with more blocks. */
static void test_power(void **state)
{
	double few, many;

	(void)state;
	few = simulate(10, log(1.2), log1p(MARGIN), true).higher;
	many = simulate(20, log(1.2), log1p(MARGIN), true).higher;
	assert_true(many > 0.8);
	assert_true(many > few);
}

/* The same noise without blocks: if this passed, the tests above could not fail. */
static void test_without_blocks(void **state)
{
	struct rates r;

	(void)state;
	r = simulate(20, 0, 0, false);
	assert_true(r.higher + r.lower > 0.10);
	assert_true(r.covered < 0.94);
}

/* Skewed values with one mode are seldom told to have two; two modes are told. */
static void test_modes(void **state)
{
	static const size_t sizes[] = {10, 12, 20};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		double x[MOST_BLOCKS], one = 0, two = 0;

		seed_state = 20240601;
		for (int round = 0; round < ROUNDS; round++) {
			for (size_t k = 0; k < sizes[i]; k++)
				x[k] = noise();
			one += stats_two_modes(x, sizes[i]);
			for (size_t k = 0; k < sizes[i]; k++)
				x[k] = noise() + (k % 2 ? 10 * NOISE_SD : 0);
			two += stats_two_modes(x, sizes[i]);
		}
		printf("n=%zu: two modes told of one %.2f %%, of two %.2f %%\n", sizes[i],
			100 * one / ROUNDS, 100 * two / ROUNDS);
		assert_true(one / ROUNDS <= 0.05);
		assert_true(two / ROUNDS >= 0.5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_difference),
		cmocka_unit_test(test_on_the_edge),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_without_blocks),
		cmocka_unit_test(test_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
