/* test-history-rule.c - the alarming rule night by night, what moved, and E-divisive against a second, naive
 * implementation of its definition. */
#include "history-rule.h"
#include "stats.h"
#include "util.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MARGIN 0.05
#define MOST 64
#define near(a, b, e) assert_true(fabs((a) - (b)) <= (e))

/* 1 2 3 4 5 6: median 3.5, MAD 1.5. */
static void test_level(void **state)
{
	double x[] = {6, 1, 5, 2, 4, 3}, flat[] = {7, 7, 7};
	struct level l = rule_level(&history_rule, x, 6, MARGIN);

	(void)state;
	near(l.median, 3.5, 0);
	near(l.spread, 1.4826 * 1.5, 1e-12);
	near(l.reach, 2.5 * 1.4826 * 1.5, 1e-12);
	l = rule_level(&history_rule, flat, 3, MARGIN);
	near(l.reach, 0.35, 1e-12);
	l = rule_level(&history_rule, flat, 0, MARGIN);
	assert_true(isnan(l.median));
}

/* One letter a night: . within, X beyond (110), ! extreme (140), w wildly better (50); after it + accepted, c confirmed,
 * r refuted. Expected states: l learning, . calm, b beyond, C candidate, A alarm, q refuted. */
static void walk(const char *script, const char *expected, int worse)
{
	static const char letters[] = {[RULE_LEARNING] = 'l',
		[RULE_CALM] = '.',
		[RULE_BEYOND] = 'b',
		[RULE_CANDIDATE] = 'C',
		[RULE_ALARM] = 'A',
		[RULE_QUIET] = 'q'};
	double x[MOST] = {0};
	enum rule_act acts[MOST] = {RULE_NO_ACT};
	struct rule_night out[MOST];
	char got[MOST + 1] = "";
	size_t n = 0;

	for (const char *p = script; *p; p++) {
		if (*p == '+')
			acts[n - 1] = RULE_ACCEPTED;
		else if (*p == 'c')
			acts[n - 1] = RULE_CONFIRMED;
		else if (*p == 'r')
			acts[n - 1] = RULE_REFUTED;
		else
			x[n++] = *p == 'X' ? 110 : *p == '!' ? 140 : *p == 'w' ? 50 : 100;
	}
	rule_walk(&history_rule, x, acts, n, worse, MARGIN, out);
	for (size_t t = 0; t < n; t++)
		got[t] = letters[out[t].state];
	assert_string_equal(got, expected);
}

static void test_walk(void **state)
{
	(void)state;
	walk("..........", "lllll.....", 1);
	walk("...XXXX", "lllllbC", 1); /* the first five are taken as they are */
	walk("......X.......", "lllll.b.......", 1);
	walk("......XX", "lllll.bC", 1);
	walk("......XX.", "lllll.bC.", 1);
	walk("......XXXXXXXXXXXX", "lllll.bCCCCCCCCCCC", 1); /* an open candidate is no baseline */
	walk("......!", "lllll.C", 1);
	walk("......!.", "lllll.C.", 1);
	walk("......XXc.X.X..", "lllll.bAAAAAA.", 1); /* one night back does not end it, two do */
	walk("......XXr", "lllll.bq", 1);
	walk("......XXrXXXX.XX", "lllll.bqqqqq.bC", 1); /* back, and again: asked again */
	walk("......XXrX!!", "lllll.bqqqC", 1); /* a further step from the refuted level */
	walk("......XXc+XXXXXX", "lllll.bllll...",
		1); /* accepted: a baseline from its first night on */
	walk("......XXcXXXX+XX", "lllll.bAAAA...", 1);
	walk("......wwwww", "lllll......", 1); /* better is no excursion */
	walk("......wwww", "lllll.CCCC", -1);
	walk("......XXXX", "lllll.....", 0);
	walk("......X+XXXX", "lllll.lllll", 1);
}

static void test_walk_since(void **state)
{
	double x[] = {100, 100, 100, 100, 100, 100, 110, 111, 112};
	struct rule_night out[9];

	(void)state;
	rule_walk(&history_rule, x, NULL, 9, 1, MARGIN, out);
	assert_true(out[7].opened && !out[7].extreme && out[7].since == 6);
	assert_true(!out[8].opened && out[8].since == 6 && out[8].state == RULE_CANDIDATE);
	near(out[8].level.median, 100, 0);
	assert_int_equal(out[8].level.n, 6);
	assert_int_equal(out[5].since, 5);
}

/* A window of 30: what is older has no say. */
static void test_window(void **state)
{
	double x[62];
	struct rule_night out[62];

	(void)state;
	for (int t = 0; t < 62; t++)
		x[t] = t < 30 ? 200 : 100 + t % 2;
	x[61] = 120;
	rule_walk(&history_rule, x, NULL, 62, 1, MARGIN, out);
	assert_int_equal(out[61].level.n, 30);
	near(out[61].level.median, 100.5, 0.51);
	assert_int_equal(out[61].state, RULE_BEYOND);
}

/* Counts: margin 0 and no spread, so one process more for two nights is a candidate. */
static void test_counts(void **state)
{
	double x[] = {38, 38, 38, 38, 38, 39, 39};
	struct rule_night out[7];

	(void)state;
	rule_walk(&history_rule, x, NULL, 7, 1, 0, out);
	assert_int_equal(out[5].state, RULE_BEYOND);
	assert_int_equal(out[6].state, RULE_CANDIDATE);
}

static void test_last(void **state)
{
	double x[] = {100, 101, 99, 100, 100, 110, 111, 150};

	(void)state;
	assert_int_equal(rule_last(&history_rule, x, 6, 1, MARGIN).state, RULE_LEARNING);
	assert_int_equal(rule_last(&history_rule, x, 7, 1, MARGIN).state, RULE_CANDIDATE);
	assert_int_equal(rule_last(&history_rule, x, 7, 1, MARGIN).since, 5);
	assert_int_equal(rule_last(&history_rule, x, 7, -1, MARGIN).state, RULE_CALM);
	assert_int_equal(rule_last(&history_rule, x, 0, 1, MARGIN).state, RULE_LEARNING);
	assert_int_equal(rule_last(&history_rule, x, 1, 1, MARGIN).state, RULE_LEARNING);
	x[6] = 150;
	assert_true(rule_last(&history_rule, x, 7, 1, MARGIN).extreme);
}

static void test_attribution(void **state)
{
	(void)state;
	assert_int_equal(rule_attribute(0.1, 0.09, 0.01, 0.05, false), ATTRIBUTED_ENVIRONMENT);
	assert_int_equal(rule_attribute(-0.1, -0.09, 0.01, 0.05, false), ATTRIBUTED_ENVIRONMENT);
	assert_int_equal(rule_attribute(0.1, 0.09, 0.01, 0.05, true), ATTRIBUTED_PAYLOAD);
	assert_int_equal(rule_attribute(0.1, 0.09, 0.06, 0.05, false), ATTRIBUTED_ARM);
	assert_int_equal(rule_attribute(0.1, -0.09, 0.01, 0.05, false), ATTRIBUTED_ARM);
	assert_int_equal(rule_attribute(0.1, 0.04, 0.01, 0.05, true), ATTRIBUTED_ARM);
	assert_int_equal(rule_attribute(0.1, 0, 0.1, 0.05, false), ATTRIBUTED_ARM);
	assert_int_equal(rule_attribute(0.1, NAN, 0.01, 0.05, false), ATTRIBUTED_NONE);
	assert_int_equal(rule_attribute(0.1, 0.1, NAN, 0.05, true), ATTRIBUTED_NONE);
}

/* ---- E-divisive ---- */

static uint64_t random_state;

static double uniform(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (double)(random_state >> 11) / 9007199254740992.0;
}

/* The definition, by sums over all pairs: Matteson & James (2014), equations 2 to 5, alpha = 1. */
static double naive_split(const double *x, size_t n, size_t least, size_t *tau)
{
	double best = 0;

	for (size_t m = least; m + least <= n; m++)
		for (size_t end = m + least; end <= n; end++) {
			double ab = 0, aa = 0, bb = 0, k = (double)(end - m), q;

			for (size_t i = 0; i < m; i++)
				for (size_t j = m; j < end; j++)
					ab += fabs(x[i] - x[j]);
			for (size_t i = 0; i < m; i++)
				for (size_t j = i + 1; j < m; j++)
					aa += fabs(x[i] - x[j]);
			for (size_t i = m; i < end; i++)
				for (size_t j = i + 1; j < end; j++)
					bb += fabs(x[i] - x[j]);
			q = 2 / ((double)m * k) * ab - aa / ((double)m * ((double)m - 1) / 2) -
				bb / (k * (k - 1) / 2);
			q *= (double)m * k / ((double)m + k);
			if (q > best + 1e-12) {
				best = q;
				*tau = m;
			}
		}
	return best;
}

static void test_statistic_by_definition(void **state)
{
	(void)state;
	random_state = 7;
	for (int round = 0; round < 300; round++) {
		size_t n = 6 + (size_t)(30 * uniform()), mine = 0, naive = 0;
		double x[MOST], q;

		for (size_t i = 0; i < n; i++)
			x[i] = uniform() + (round % 3 && i >= n / 2 ? 0.3 * (round % 3) : 0);
		q = naive_split(x, n, 3, &naive);
		near(change_statistic(x, n, 3, &mine), q, 1e-9);
		assert_int_equal(mine, naive);
	}
}

/* By hand: A = 0 0 0, B = 6 6 6: E = 2 x 6 - 0 - 0 = 12, Q = 9/6 x 12 = 18. */
static void test_statistic_by_hand(void **state)
{
	double x[] = {0, 0, 0, 6, 6, 6};
	size_t tau;

	(void)state;
	near(change_statistic(x, 6, 3, &tau), 18, 1e-12);
	assert_int_equal(tau, 3);
	near(change_statistic(x, 5, 3, &tau), 0, 0);
	near(change_statistic(x, 0, 3, &tau), 0, 0);
}

static void expect_changes(const double *x, size_t n, const char *expected)
{
	size_t out[MOST];
	char got[128] = "";
	size_t found = change_points(x, n, 3, MARGIN, out), used = 0;

	for (size_t i = 0; i < found; i++)
		used += (size_t)snprintf(got + used, sizeof(got) - used, " %zu", out[i]);
	assert_string_equal(got, expected);
}

static void test_change_points(void **state)
{
	double x[60];

	(void)state;
	random_state = 11;
	for (size_t i = 0; i < 60; i++)
		x[i] = 100 + 3 * (uniform() - 0.5) + (i >= 20 ? 20 : 0) - (i >= 45 ? 20 : 0);
	expect_changes(x, 60, " 20 45"); /* up and back */
	expect_changes(x, 20, "");
	expect_changes(x, 0, "");
	expect_changes(x, 23, " 20"); /* three nights are a segment */
	expect_changes(x, 22, "");
	for (size_t i = 0; i < 60; i++)
		x[i] = 100 + (i >= 30 ? 4 : 0); /* sure, but within the margin */
	expect_changes(x, 60, "");
	for (size_t i = 0; i < 60; i++)
		x[i] = 100;
	expect_changes(x, 60, "");
	x[30] = 500; /* one night is no segment */
	expect_changes(x, 60, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_walk_since),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_attribution),
		cmocka_unit_test(test_statistic_by_definition),
		cmocka_unit_test(test_statistic_by_hand),
		cmocka_unit_test(test_change_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
