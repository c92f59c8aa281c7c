/* stats.c - order statistics of one sample, quantiles of distributions, verdicts. Pure. To add an estimator:
 * its contract with the source of the formula in stats.h, its oracle in tests/oracles. */
#include "stats.h"

#include "util.h"

#include <math.h>

const char *const verdict_names[] = {"none", "higher", "lower", "same", "unclear", NULL};

struct interval stats_no_interval(void)
{
	return (struct interval){.lo = NAN, .hi = NAN, .coverage = 0};
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *x, size_t n)
{
	if (n > 1)
		qsort(x, n, sizeof(*x), compare_doubles);
}

/* The largest term comes from lgamma, the others fall from it: 2^-n itself would underflow. */
static double lower_tail(size_t k, size_t n)
{
	int sign;
	double dn = (double)n, dk = (double)k;
	double term = exp(lgamma_r(dn + 1, &sign) - lgamma_r(dk + 1, &sign) -
		lgamma_r(dn - dk + 1, &sign) - dn * M_LN2);
	double sum = term;

	for (size_t i = k; i > 0 && term > sum * 1e-18; i--) {
		term *= (double)i / (double)(n - i + 1);
		sum += term;
	}
	return sum;
}

double stats_binomial_half(size_t k, size_t n)
{
	if (k >= n)
		return 1;
	if (k >= n - k)
		return 1 - lower_tail(n - k - 1, n);
	return lower_tail(k, n);
}

double stats_normal_quantile(double confidence)
{
	double lo = 0, hi = 40;

	if (!(confidence > 0 && confidence < 1))
		return NAN;
	for (int i = 0; i < 100; i++) {
		double mid = (lo + hi) / 2;

		if (erf(mid / M_SQRT2) < confidence)
			lo = mid;
		else
			hi = mid;
	}
	return (lo + hi) / 2;
}

/* P(|T| <= t) for whole degrees of freedom, Abramowitz & Stegun 26.7.3 (odd) and 26.7.4 (even). */
static double student_within(double t, size_t df)
{
	double theta = atan(t / sqrt((double)df));
	double c = cos(theta), s = sin(theta), c2 = c * c;
	bool odd = df % 2;
	double term = odd ? c : 1, sum = df > 1 ? term : 0;

	for (size_t k = odd ? 3 : 2; k + 2 <= df; k += 2) {
		term *= c2 * (double)(k - 1) / (double)k;
		sum += term;
	}
	return odd ? M_2_PI * (theta + s * sum) : s * sum;
}

/* Abramowitz & Stegun 26.7.5: the error is of the order df^-5. */
static double student_far(double z, double df)
{
	double z2 = z * z;
	double g1 = z * (z2 + 1) / 4;
	double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
	double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
	double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;

	return z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df;
}

double stats_student_quantile(double confidence, size_t df)
{
	double lo = 0, hi = 1;

	if (df == 0 || !(confidence > 0 && confidence < 1))
		return NAN;
	if (df > 400)
		return student_far(stats_normal_quantile(confidence), (double)df);
	while (student_within(hi, df) < confidence && hi < 1e300)
		hi *= 2;
	for (int i = 0; i < 200 && lo < hi; i++) {
		double mid = lo + (hi - lo) / 2;

		if (student_within(mid, df) < confidence)
			lo = mid;
		else
			hi = mid;
	}
	return lo + (hi - lo) / 2;
}

static double sorted_median(const double *x, size_t n)
{
	if (n == 0)
		return NAN;
	return n % 2 ? x[n / 2] : x[n / 2 - 1] / 2 + x[n / 2] / 2;
}

double stats_median(double *x, size_t n)
{
	stats_sort(x, n);
	return sorted_median(x, n);
}

static double sorted_quantile(const double *x, size_t n, double p)
{
	double at, below;
	size_t i;

	if (n == 0 || !(p >= 0 && p <= 1))
		return NAN;
	at = (double)(n - 1) * p;
	below = floor(at);
	i = (size_t)below;
	if (i + 1 >= n)
		return x[n - 1];
	return x[i] + (at - below) * (x[i + 1] - x[i]);
}

double stats_quantile(double *x, size_t n, double p)
{
	stats_sort(x, n);
	return sorted_quantile(x, n, p);
}

/* The largest rank c with 2 P(B <= c - 1) <= 1 - confidence; 0 = none. The tiny slack lets a confidence that is
 * reached exactly (n = 5, 93.75 %) count as reached. */
static size_t median_rank(size_t n, double confidence)
{
	double alpha = 1 - confidence + 1e-12;
	size_t good = 0, bad = n / 2 + 1;

	while (bad - good > 1) {
		size_t mid = good + (bad - good) / 2;

		if (2 * stats_binomial_half(mid - 1, n) <= alpha)
			good = mid;
		else
			bad = mid;
	}
	return good;
}

struct interval stats_median_interval(double *x, size_t n, double confidence)
{
	size_t c;

	stats_sort(x, n);
	if (n == 0 || !(confidence > 0 && confidence < 1))
		return stats_no_interval();
	c = median_rank(n, confidence);
	if (c == 0)
		return stats_no_interval();
	return (struct interval){
		.lo = x[c - 1],
		.hi = x[n - c],
		.coverage = 1 - 2 * stats_binomial_half(c - 1, n),
	};
}

enum verdict stats_verdict(struct interval i, double margin)
{
	if (i.lo > margin)
		return VERDICT_HIGHER;
	if (i.hi < -margin)
		return VERDICT_LOWER;
	if (i.lo >= -margin && i.hi <= margin)
		return VERDICT_SAME;
	return VERDICT_UNCLEAR;
}

size_t stats_blocks_needed(struct interval i, size_t n, double target)
{
	const double most = 1000000;
	double half = (i.hi - i.lo) / 2, needed;

	if (!(half > target) || !(target > 0))
		return 0;
	needed = ceil((double)n * (half / target) * (half / target)) - (double)n;
	return needed < most ? (size_t)fmax(needed, 1) : (size_t)most;
}

struct ranked_p {
	double p;
	size_t index;
};

static int compare_p(const void *a, const void *b)
{
	const struct ranked_p *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

void stats_holm(const double *p, size_t n, double alpha, int *reject)
{
	cleanup_free struct ranked_p *order = n ? xcalloc(n, sizeof(*order)) : NULL;
	bool going = true;

	for (size_t k = 0; k < n; k++)
		order[k] = (struct ranked_p){.p = isnan(p[k]) ? INFINITY : p[k], .index = k};
	if (n > 1)
		qsort(order, n, sizeof(*order), compare_p);
	for (size_t k = 0; k < n; k++) {
		going = going && order[k].p * (double)(n - k) <= alpha;
		reject[order[k].index] = going;
	}
}

static double spread_within(const double *x, size_t n)
{
	return sorted_quantile(x, n, 0.75) - sorted_quantile(x, n, 0.25);
}

int stats_two_modes(double *x, size_t n)
{
	size_t least = (n + 3) / 4, at = 0, n_within = 0;
	cleanup_free double *within = NULL;
	double gap = 0;

	stats_sort(x, n);
	if (n < 10)
		return 0;
	for (size_t i = least; i + least <= n; i++)
		if (x[i] - x[i - 1] > gap) {
			gap = x[i] - x[i - 1];
			at = i;
		}
	if (at == 0)
		return 0;
	within = xcalloc(n, sizeof(*within));
	for (size_t i = 1; i < n; i++)
		if (i != at)
			within[n_within++] = x[i] - x[i - 1];
	return gap > 4 * stats_median(within, n_within) && gap > 2 * spread_within(x, at) &&
		gap > 2 * spread_within(x + at, n - at);
}
