/* stats.h - estimators, intervals, tests. Pure: no I/O, no clock, no global state. Formulas name their
 * source. NaN marks "not defined" (too few); callers turn it into null with a reason. */
#ifndef TARE_STATS_H
#define TARE_STATS_H

#include <stddef.h>

enum verdict { VERDICT_NONE, VERDICT_HIGHER, VERDICT_LOWER, VERDICT_SAME, VERDICT_UNCLEAR };
extern const char *const verdict_names[]; /* "none", "higher", "lower", "same", "unclear" */

#define LEAST_BLOCKS 6 /* below it no exact 95 % interval of a median exists */

struct interval {
	double lo, hi, coverage;
}; /* NaN, NaN, 0 when n is too small */

/* P(B <= k) of a fair coin thrown n times, Binomial(n, 1/2); no underflow for large n. */
double stats_binomial_half(size_t k, size_t n);
/* Normal deviate z with P(|Z| <= z) = confidence, 0 < confidence < 1; else NaN. */
double stats_normal_quantile(double confidence);
/* Student deviate t with P(|T| <= t) = confidence (Abramowitz & Stegun 26.7.3, 26.7.4; beyond 400
 * degrees of freedom 26.7.5). NaN for df = 0 or another confidence. */
double stats_student_quantile(double confidence, size_t df);
/* The interval of too few values: NaN, NaN, 0. */
struct interval stats_no_interval(void);
void stats_sort(double *x, size_t n);

/* The array is sorted in place by all of these. n = 0 gives NaN. */
double stats_median(double *x, size_t n);
/* Type 7 quantile (Hyndman & Fan 1996), p in [0, 1]. */
double stats_quantile(double *x, size_t n, double p);
/* Exact order-statistic interval of the median (binomial ranks, Conover 1999, 3.2); none below n = 6 at 95 %. */
struct interval stats_median_interval(double *x, size_t n, double confidence);
/* Two-sided exact sign test of "median = m" against x; ties dropped, 1 when nothing is left. */
double stats_sign_test(const double *x, size_t n, double m);

/* Exact two-sided Mann-Whitney p (Loeffler recurrence without ties up to n*m = 2500; with ties or more:
 * normal with tie and continuity correction, as R's wilcox.test). NaN when a side is empty. */
double stats_mann_whitney(const double *x, size_t n, const double *y, size_t m);
/* Hodges-Lehmann shift (median of y_j - x_i) with its interval from the same distribution: order statistics
 * of the n*m differences, closed, so ties only make it wider. O((n + m) log) time, n + m memory. */
double stats_hodges_lehmann(const double *x, size_t n, const double *y, size_t m, double confidence,
	struct interval *out);

struct line {
	double intercept, slope;
	struct interval intercept_interval, slope_interval;
	size_t n;
};
/* Least squares y = intercept + slope x with Student-t intervals (Draper & Smith 1998, 1.4). NaN without two
 * different x; intervals NaN below n = 3. */
struct line stats_line(const double *x, const double *y, size_t n, double confidence);

/* Verdict of an interval [lo, hi] against the margin [-m, +m] (ln ratio or difference): higher when lo > m, lower
 * when hi < -m, same when inside (ends included), else unclear; unclear too when something is NaN. */
enum verdict stats_verdict(struct interval i, double margin);
/* About how many more blocks until the interval's half width is at most target (n grows with
 * width^2), at most 1000000. 0 = none, or not to be said (no interval, target <= 0). */
size_t stats_blocks_needed(struct interval i, size_t n, double target);
/* Holm (1979): reject[k] for p[k] at family level alpha. A NaN counts in the family and is never rejected. */
void stats_holm(const double *p, size_t n, double alpha, int *reject);
/* 1 when the sorted data split into two groups far apart: the largest gap that leaves n/4 on both sides is over 4
 * times the median gap within and over twice either side's interquartile range (without the latter, 2 of 10 samples
 * with one mode were told to have two). 0 below n = 10. Sorts x. */
int stats_two_modes(double *x, size_t n);

/* stats-change.c: E-divisive (Matteson & James 2014, alpha = 1): change points of x, at least `least` nights a
 * segment. A split is kept when at most 1 of 199 random orders of its segment gives as large a statistic (p <= 0.01),
 * and when the medians beside it differ by more than margin x the larger. The random orders come from a fixed seed:
 * equal input, equal answer. Writes the first night of each new segment, ascending; returns how many (room: n). */
size_t change_points(const double *x, size_t n, size_t least, double margin, size_t *out);
/* The best single split of x[0..n): Q = mk/(m+k) E, E = 2/(mk) S(A,B) - S(A,A)/C(m,2) - S(B,B)/C(k,2) with S the sum of
 * |differences| over pairs, over all tau and all ends kappa. *tau: first of B. 0 when n < 2 x least. */
double change_statistic(const double *x, size_t n, size_t least, size_t *tau);

#endif
