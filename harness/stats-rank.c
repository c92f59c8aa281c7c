/* stats-rank.c - rank statistics: sign test, Mann-Whitney, Hodges-Lehmann. Pure. The exact null distribution of U
 * is Loeffler's recurrence (Loeffler 1982, Mathematische Operationsforschung und Statistik 13). */
#include "stats.h"

#include "util.h"

#include <math.h>
#include <string.h>

#define EXACT_LIMIT 2500 /* n * m up to which the exact distribution is used */

double stats_sign_test(const double *x, size_t n, double m)
{
	size_t above = 0, below = 0;

	for (size_t i = 0; i < n; i++) {
		above += x[i] > m;
		below += x[i] < m;
	}
	if (above + below == 0)
		return 1;
	return fmin(1, 2 * stats_binomial_half(above < below ? above : below, above + below));
}

/* Signed sum of divisors of Loeffler's recurrence: divisors 1..n count, m+1..m+n count against. */
static double *divisor_sums(size_t n, size_t m, size_t top)
{
	double *sums = xcalloc(top + 1, sizeof(*sums));

	for (size_t d = 1; d <= n && d <= top; d++)
		for (size_t j = d; j <= top; j += d)
			sums[j] += (double)d;
	for (size_t d = m + 1; d <= m + n && d <= top; d++)
		for (size_t j = d; j <= top; j += d)
			sums[j] -= (double)d;
	return sums;
}

/* P(U <= u) for u = 0..top under the null hypothesis without ties. New array. */
static double *mann_whitney_cdf(size_t n, size_t m, size_t top)
{
	cleanup_free double *sums = divisor_sums(n, m, top);
	cleanup_free long double *count = xcalloc(top + 1, sizeof(*count));
	double *cdf = xcalloc(top + 1, sizeof(*cdf));
	long double ways = 1, total = 0;

	for (size_t i = 1; i <= n; i++) /* n + m over n */
		ways = ways * (long double)(m + i) / (long double)i;
	count[0] = 1;
	for (size_t u = 1; u <= top; u++) {
		long double sum = 0;

		for (size_t i = 0; i < u; i++)
			sum += count[i] * (long double)sums[u - i];
		/* Counts are whole: rounding keeps errors from growing where they still fit. */
		count[u] = roundl(sum / (long double)u);
	}
	for (size_t u = 0; u <= top; u++) {
		total += count[u];
		cdf[u] = (double)(total / ways);
	}
	return cdf;
}

struct ranked {
	double value;
	bool first; /* from x */
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* U of x (pairs with x above y, ties half) and the sum of t^3 - t over groups of t equal values. */
static double rank_sum(const double *x, size_t n, const double *y, size_t m, double *ties)
{
	cleanup_free struct ranked *all = xcalloc(n + m, sizeof(*all));
	double ranks = 0;
	size_t end;

	for (size_t i = 0; i < n; i++)
		all[i] = (struct ranked){.value = x[i], .first = true};
	for (size_t j = 0; j < m; j++)
		all[n + j].value = y[j];
	qsort(all, n + m, sizeof(*all), compare_ranked);
	*ties = 0;
	for (size_t i = 0; i < n + m; i = end) {
		double t, mid;

		for (end = i; end < n + m && all[end].value <= all[i].value; end++)
			;
		t = (double)(end - i);
		mid = ((double)i + 1 + (double)end) / 2;
		*ties += t * (t * t - 1);
		for (size_t k = i; k < end; k++)
			ranks += all[k].first ? mid : 0;
	}
	return ranks - (double)n * ((double)n + 1) / 2;
}

double stats_mann_whitney(const double *x, size_t n, const double *y, size_t m)
{
	double dn = (double)n, dm = (double)m, ties, u, low, variance, z;

	if (n == 0 || m == 0)
		return NAN;
	u = rank_sum(x, n, y, m, &ties);
	low = fmin(u, dn * dm - u);
	if (!(ties > 0) && dn * dm <= EXACT_LIMIT) {
		size_t top = (size_t)low;
		cleanup_free double *cdf = NULL;

		cdf = n <= m ? mann_whitney_cdf(n, m, top) : mann_whitney_cdf(m, n, top);
		return fmin(1, 2 * cdf[top]);
	}
	variance = dn * dm / 12 * (dn + dm + 1 - ties / ((dn + dm) * (dn + dm - 1)));
	if (!(variance > 0)) /* all equal */
		return 1;
	z = fmax(dn * dm / 2 - low - 0.5, 0) / sqrt(variance);
	return fmin(1, erfc(z / M_SQRT2));
}

/* Doubles in order as whole numbers, so that a bisection over them ends on an exact value. */
static uint64_t key_of(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

static double of_key(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(1ULL << 63) : ~key;
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d + 0.0; /* no negative zero */
}

/* How many differences y_j - x_i are at most t; both sorted. */
static size_t count_up_to(const double *x, size_t n, const double *y, size_t m, double t)
{
	size_t count = 0, j = 0;

	for (size_t i = 0; i < n; i++) {
		while (j < m && y[j] - x[i] <= t)
			j++;
		count += j;
	}
	return count;
}

/* The k-th smallest difference, k from 1. */
static double nth_difference(const double *x, size_t n, const double *y, size_t m, size_t k)
{
	uint64_t lo = key_of(y[0] - x[n - 1]), hi = key_of(y[m - 1] - x[0]);

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (count_up_to(x, n, y, m, of_key(mid)) >= k)
			hi = mid;
		else
			lo = mid + 1;
	}
	return of_key(lo);
}

/* The largest rank c with 2 P(U <= c - 1) <= 1 - confidence, 0 = none; its exact or normal coverage. */
static size_t shift_rank(size_t n, size_t m, double confidence, double *coverage)
{
	double dn = (double)n, dm = (double)m, sigma, c;
	size_t rank = 0;

	if (dn * dm <= EXACT_LIMIT) {
		cleanup_free double *cdf = NULL;

		cdf = n <= m ? mann_whitney_cdf(n, m, n * m / 2)
			     : mann_whitney_cdf(m, n, n * m / 2);
		while (rank < n * m / 2 && 2 * cdf[rank] <= 1 - confidence + 1e-12)
			rank++;
		*coverage = rank ? 1 - 2 * cdf[rank - 1] : 0;
		return rank;
	}
	sigma = sqrt(dn * dm / 12 * (dn + dm + 1));
	c = floor(dn * dm / 2 + 0.5 - stats_normal_quantile(confidence) * sigma);
	if (!(c >= 1))
		return 0;
	*coverage = erf((dn * dm / 2 + 0.5 - c) / sigma / M_SQRT2);
	return (size_t)c;
}

static double *sorted_copy(const double *x, size_t n)
{
	double *copy = xcalloc(n, sizeof(*copy));

	memcpy(copy, x, n * sizeof(*copy));
	stats_sort(copy, n);
	return copy;
}

double stats_hodges_lehmann(const double *x, size_t n, const double *y, size_t m, double confidence,
	struct interval *out)
{
	cleanup_free double *a = NULL;
	cleanup_free double *b = NULL;
	double coverage = 0;
	size_t pairs = n * m, c = 0;

	if (out)
		*out = stats_no_interval();
	if (pairs == 0)
		return NAN;
	a = sorted_copy(x, n);
	b = sorted_copy(y, m);
	if (out && confidence > 0 && confidence < 1)
		c = shift_rank(n, m, confidence, &coverage);
	if (c > 0)
		*out = (struct interval){
			.lo = nth_difference(a, n, b, m, c),
			.hi = nth_difference(a, n, b, m, pairs + 1 - c),
			.coverage = coverage,
		};
	if (pairs % 2)
		return nth_difference(a, n, b, m, pairs / 2 + 1);
	return nth_difference(a, n, b, m, pairs / 2) / 2 +
		nth_difference(a, n, b, m, pairs / 2 + 1) / 2;
}
