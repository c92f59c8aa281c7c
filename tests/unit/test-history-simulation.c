/* test-history-simulation.c - years of nights with a fixed seed: how often the rule alarms when nothing changed, and
 * how often it finds a step in time. Prints its rates. A rule without confirmation must fail the same limit, or the
 * simulation shows nothing. Plain build only: under sanitizers it looks at few years. */
#include "history-rule.h"
#include "seeded.h"
#include "stats.h"
#include "util.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define YEARS 20
#define STEPS 60
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define YEARS 20
#define STEPS 60
#endif
#endif
#ifndef YEARS
#define YEARS 200
#define STEPS 1000
#endif

#define NIGHTS 365
#define SERIES 400
#define PRIMARY 5
#define NOISE 0.03 /* sd of ln(night's median) */
#define SHARED 0.5 /* share of its variance that all series of a night have in common */
#define SPIKES 0.01 /* nights on which something that no guard caught slowed the host */
#define MARGIN 0.05
#define STEP_AT 200
#define BLOCKS 10 /* of a confirmation; measured up to three times as many while it is unclear */

/* What all series of a night have in common. kept: how much of it is left the night after (AR(1)). */
static void make_nights(double *common, double *spike, double kept)
{
	double drift = normal();

	for (size_t t = 0; t < NIGHTS; t++) {
		common[t] = drift;
		drift = kept * drift + sqrt(1 - kept * kept) * normal();
		spike[t] = uniform() < SPIKES ? 0.1 + 0.7 * uniform() : 0;
	}
}

static void make_series(double *x, const double *common, const double *spike, double step)
{
	for (size_t t = 0; t < NIGHTS; t++)
		x[t] = exp(NOISE * (sqrt(SHARED) * common[t] + sqrt(1 - SHARED) * normal()) +
			log1p(spike[t] * uniform()) + (t >= STEP_AT ? step : 0));
}

/* Old and new side by side, interleaved: what slows the host slows both; each has its own noise. */
static enum rule_act confirm(double effect)
{
	double d[3 * BLOCKS], edge = log1p(MARGIN);

	for (size_t n = 0; n < 3 * BLOCKS;) {
		double sorted[3 * BLOCKS];
		enum verdict v;

		for (size_t k = 0; k < BLOCKS; k++)
			d[n++] = effect + NOISE * sqrt(2) * normal();
		memcpy(sorted, d, sizeof(d));
		v = stats_verdict(stats_median_interval(sorted, n, 0.95), edge);
		if (v == VERDICT_HIGHER)
			return RULE_CONFIRMED;
		if (v == VERDICT_SAME || v == VERDICT_LOWER)
			return RULE_REFUTED;
	}
	return RULE_NO_ACT;
}

struct year {
	unsigned candidates, asked, alarms;
	size_t first; /* night of the first alarm; NIGHTS = none */
};

/* One primary series: each candidate is measured again the same night, and again while that was unclear. */
static struct year one_series(const struct rule *r, const double *x, double step)
{
	struct rule_night out[NIGHTS];
	enum rule_act acts[NIGHTS] = {RULE_NO_ACT};
	struct year y = {.first = NIGHTS};

	rule_walk(r, x, acts, NIGHTS, 1, MARGIN, out);
	for (size_t t = 0; t < NIGHTS; t++) {
		y.candidates += out[t].opened;
		if (out[t].state != RULE_CANDIDATE)
			continue;
		y.asked++;
		acts[t] = confirm(t >= STEP_AT ? step : 0);
		if (acts[t] == RULE_NO_ACT)
			continue;
		y.alarms += acts[t] == RULE_CONFIRMED;
		if (acts[t] == RULE_CONFIRMED && y.first == NIGHTS)
			y.first = t;
		rule_walk(r, x, acts, NIGHTS, 1, MARGIN, out);
	}
	return y;
}

struct quiet {
	double candidates, asked, alarms;
};

static struct quiet quiet_years(const struct rule *r, double kept, const char *what)
{
	double common[NIGHTS], spike[NIGHTS], x[NIGHTS];
	struct quiet q = {0};

	seed_state = 20240601;
	for (int year = 0; year < YEARS; year++) {
		make_nights(common, spike, kept);
		for (int k = 0; k < PRIMARY; k++) {
			struct year y;

			make_series(x, common, spike, 0);
			y = one_series(r, x, 0);
			q.candidates += y.candidates;
			q.asked += y.asked;
			q.alarms += y.alarms;
		}
	}
	q.candidates /= YEARS;
	q.asked /= YEARS;
	q.alarms /= YEARS;
	printf("%s, %g scaled MADs, no change, %d years of %d primaries: %.3f candidates, %.3f measured "
	       "again, %.4f alarms a year and plan\n",
		what, r->spreads, YEARS, PRIMARY, q.candidates, q.asked, q.alarms);
	return q;
}

/* Share of the steps that alarmed by the given night after the step (0 = the same). */
static double found(const struct rule *r, double step, size_t within)
{
	double common[NIGHTS], spike[NIGHTS], x[NIGHTS];
	unsigned in_time = 0, ever = 0;

	seed_state = 20240602;
	for (int k = 0; k < STEPS; k++) {
		struct year y;

		make_nights(common, spike, 0);
		make_series(x, common, spike, log1p(step));
		y = one_series(r, x, log1p(step));
		in_time += y.first >= STEP_AT && y.first < STEP_AT + within;
		ever += y.first >= STEP_AT && y.first < NIGHTS;
	}
	printf("step of %+.0f %%, %g scaled MADs: alarm within %zu nights %.1f %%, at all %.1f %%\n",
		100 * step, r->spreads, within, 100.0 * in_time / STEPS, 100.0 * ever / STEPS);
	return (double)in_time / STEPS;
}

static void test_quiet_without_a_change(void **state)
{
	(void)state;
	assert_true(quiet_years(&history_rule, 0, "nights of their own").alarms <= 1);
	assert_true(quiet_years(&history_rule, 0.7, "nights like the one before").alarms <= 1);
}

static void test_steps_are_found(void **state)
{
	(void)state;
	assert_true(found(&history_rule, 0.20, 3) >= 0.90);
	assert_true(found(&history_rule, 0.10, 14) >= 0.70);
}

/* Four scaled MADs, as first designed: as quiet, but a step of 10 % is found too seldom. That is why it is 2.5. */
static void test_why_less_than_four(void **state)
{
	struct rule four = history_rule;

	(void)state;
	four.spreads = 4;
	quiet_years(&four, 0, "nights of their own");
	found(&four, 0.20, 3);
	assert_true(found(&four, 0.10, 14) < 0.70);
}

/* Without confirmation, on one night, at the margin: must be over the limit. */
static void test_the_limit_can_fail(void **state)
{
	struct rule hasty = {.window = 30, .least = 5, .spreads = 2.5, .extreme = 0};
	double common[NIGHTS], spike[NIGHTS], x[NIGHTS], alarms = 0;

	(void)state;
	seed_state = 20240603;
	for (int year = 0; year < YEARS; year++) {
		make_nights(common, spike, 0);
		for (int k = 0; k < PRIMARY; k++) {
			make_series(x, common, spike, 0);
			alarms += one_series(&hasty, x, 0).candidates;
		}
	}
	alarms /= YEARS;
	printf("one night beyond 2.5 scaled MADs, not confirmed: %.1f alarms a year and plan\n",
		alarms);
	assert_true(alarms > 1);
}

/* ---- what moved ---- */

/* ln of the median of x[from..to), over that of the window before since. */
static double shift(const double *x, size_t since, size_t to, struct level *before)
{
	double y[NIGHTS];
	size_t window = history_rule.window;

	for (size_t i = 0; i < window; i++)
		y[i] = log(x[since - window + i]);
	*before = rule_level(&history_rule, y, window, 0);
	for (size_t i = since; i < to; i++)
		y[i - since] = log(x[i]);
	return stats_median(y, to - since) - before->median;
}

/* Of the candidates that a step opened in arm a within a fortnight: how many are told to be the environment. beside: step
 * of the arm beside it. */
static double environment(double step, double beside)
{
	double common[NIGHTS], spike[NIGHTS], a[NIGHTS], b[NIGHTS], ratio[NIGHTS];
	unsigned opened = 0, environment = 0;

	seed_state = 20240606;
	for (int k = 0; k < STEPS; k++) {
		struct rule_night out[NIGHTS];

		make_nights(common, spike, 0);
		make_series(a, common, spike, log1p(step));
		make_series(b, common, spike, log1p(beside));
		for (size_t t = 0; t < NIGHTS; t++)
			ratio[t] = a[t] / b[t];
		rule_walk(&history_rule, a, NULL, NIGHTS, 1, MARGIN, out);
		for (size_t t = STEP_AT; t < STEP_AT + 14; t++) {
			struct level la, lb, lr;
			double sa, sb, sr;

			if (!out[t].opened || out[t].since < STEP_AT)
				continue;
			sa = shift(a, out[t].since, t + 1, &la);
			sb = shift(b, out[t].since, t + 1, &lb);
			sr = shift(ratio, out[t].since, t + 1, &lr);
			environment += rule_attribute(sa, sb, sr, fmax(lr.reach, log1p(MARGIN)),
					       false) == ATTRIBUTED_ENVIRONMENT;
			opened++;
			break;
		}
	}
	printf("candidates by a step of %+.0f %% in one arm and %+.0f %% in the one beside it: %u, told to be the "
	       "environment %.1f %%\n",
		100 * step, 100 * beside, opened, 100.0 * environment / opened);
	assert_true(opened > STEPS / 2);
	return (double)environment / opened;
}

static void test_attribution(void **state)
{
	(void)state;
	assert_true(environment(0.20, 0.20) >= 0.90);
	assert_true(environment(0.10, 0.10) >= 0.80);
	assert_true(environment(0.20, 0) <= 0.02);
	assert_true(environment(0.10, 0) <= 0.10);
}

/* The 395 others: no alarm, a digest. How long is it? */
static void test_digest(void **state)
{
	static double x[SERIES - PRIMARY][NIGHTS];
	double common[NIGHTS], spike[NIGHTS];
	size_t lines = 0, nights = 0;

	(void)state;
	seed_state = 20240604;
	make_nights(common, spike, 0);
	for (size_t k = 0; k < SERIES - PRIMARY; k++)
		make_series(x[k], common, spike, 0);
	for (size_t t = 7; t <= NIGHTS; t += YEARS > 100 ? 1 : 20, nights++)
		for (size_t k = 0; k < SERIES - PRIMARY; k++)
			lines += rule_last(&history_rule, x[k], t, 1, MARGIN).state ==
				RULE_CANDIDATE;
	printf("digest of %d series that are not primary: %.2f lines a night without a change\n",
		SERIES - PRIMARY, (double)lines / (double)nights);
	assert_true((double)lines / (double)nights < 4);
}

/* Change points only annotate: how often noise gets one, and whether a step gets its own. */
static void test_change_points(void **state)
{
	double common[NIGHTS], spike[NIGHTS], x[NIGHTS];
	size_t out[60], noise = 0, exact = 0;
	const size_t tries = STEPS > 500 ? STEPS / 10 : STEPS / 2;

	(void)state;
	seed_state = 20240605;
	for (size_t k = 0; k < tries; k++) {
		make_nights(common, spike, 0);
		make_series(x, common, spike, 0);
		noise += change_points(x, 60, 3, MARGIN, out) > 0;
		make_series(x, common, spike, log1p(0.2));
		for (size_t i = 0, n = change_points(x + STEP_AT - 50, 60, 3, MARGIN, out); i < n;
			i++)
			exact += out[i] >= 49 && out[i] <= 51;
	}
	printf("change points: in %.1f %% of 60 nights of noise; a step of 20 %% 10 nights before the end is "
	       "found within a night in %.1f %%\n",
		100.0 * (double)noise / (double)tries, 100.0 * (double)exact / (double)tries);
	assert_true((double)noise / (double)tries < 0.05);
	assert_true((double)exact / (double)tries > 0.9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet_without_a_change),
		cmocka_unit_test(test_steps_are_found),
		cmocka_unit_test(test_why_less_than_four),
		cmocka_unit_test(test_the_limit_can_fail),
		cmocka_unit_test(test_attribution),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_change_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
