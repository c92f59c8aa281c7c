/* stats-line.c - the straight line by least squares. Pure. Sums are taken about the means, so that bytes by the
 * billion lose no digits. */
#include "stats.h"

#include <math.h>

static struct interval around(double at, double half, double confidence)
{
	if (!isfinite(at) || !isfinite(half))
		return stats_no_interval();
	return (struct interval){.lo = at - half, .hi = at + half, .coverage = confidence};
}

struct line stats_line(const double *x, const double *y, size_t n, double confidence)
{
	struct line l = {.intercept = NAN, .slope = NAN, .n = n};
	double mean_x = 0, mean_y = 0, sxx = 0, sxy = 0, rest = 0, dn = (double)n, t, s;

	l.intercept_interval = l.slope_interval = stats_no_interval();
	for (size_t i = 0; i < n; i++) {
		mean_x += (x[i] - mean_x) / (double)(i + 1);
		mean_y += (y[i] - mean_y) / (double)(i + 1);
	}
	for (size_t i = 0; i < n; i++) {
		sxx += (x[i] - mean_x) * (x[i] - mean_x);
		sxy += (x[i] - mean_x) * (y[i] - mean_y);
	}
	if (!(sxx > 0))
		return l;
	l.slope = sxy / sxx;
	l.intercept = mean_y - l.slope * mean_x;
	if (n < 3)
		return l;
	for (size_t i = 0; i < n; i++) {
		double r = (y[i] - mean_y) - l.slope * (x[i] - mean_x);

		rest += r * r;
	}
	t = stats_student_quantile(confidence, n - 2);
	s = sqrt(rest / (dn - 2));
	l.slope_interval = around(l.slope, t * s / sqrt(sxx), confidence);
	l.intercept_interval =
		around(l.intercept, t * s * sqrt(1 / dn + mean_x * mean_x / sxx), confidence);
	return l;
}
