/* stats-change.c - change points of a short series by E-divisive, deterministic. They annotate charts and decide
 * nothing. */
#include "stats.h"

#include "util.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define ORDERS 199
#define ALLOWED 1 /* orders as extreme as what was seen: (1 + 1) / (199 + 1) = 0.01 */

/* Sums of |x[i] - x[j]| over any rectangle of pairs, from the corner. */
struct table {
	size_t n;
	double *sum; /* (n + 1) x (n + 1) */
};

static double *corner(const struct table *t, size_t i, size_t j)
{
	return &t->sum[i * (t->n + 1) + j];
}

static void fill(struct table *t, const double *x)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t j = 0; j < t->n; j++)
			*corner(t, i + 1, j + 1) = *corner(t, i, j + 1) + *corner(t, i + 1, j) -
				*corner(t, i, j) + fabs(x[i] - x[j]);
}

/* Over i in [a, b), j in [c, d). */
static double over(const struct table *t, size_t a, size_t b, size_t c, size_t d)
{
	return *corner(t, b, d) - *corner(t, a, d) - *corner(t, b, c) + *corner(t, a, c);
}

static double best_split(const struct table *t, size_t least, size_t *tau)
{
	double best = 0;

	for (size_t m = least; m + least <= t->n; m++) {
		double within_a = over(t, 0, m, 0, m) / (double)(m * (m - 1));

		for (size_t end = m + least; end <= t->n; end++) {
			size_t k = end - m;
			double across = 2 * over(t, 0, m, m, end) / (double)(m * k);
			double within_b = over(t, m, end, m, end) / (double)(k * (k - 1));
			double q =
				(double)(m * k) / (double)(m + k) * (across - within_a - within_b);

			if (q > best) {
				best = q;
				*tau = m;
			}
		}
	}
	return best;
}

static double statistic(struct table *t, const double *x, size_t n, size_t least, size_t *tau)
{
	t->n = n;
	memset(t->sum, 0, (n + 1) * (n + 1) * sizeof(*t->sum));
	fill(t, x);
	return best_split(t, least, tau);
}

double change_statistic(const double *x, size_t n, size_t least, size_t *tau)
{
	cleanup_free double *room = xcalloc((n + 1) * (n + 1), sizeof(*room));
	struct table t = {.sum = room};

	*tau = 0;
	return n >= 2 * least && least >= 2 ? statistic(&t, x, n, least, tau) : 0;
}

/* SplitMix64 (Steele, Lea & Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Fisher and Yates. */
static void shuffle(double *x, size_t n, uint64_t *state)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = next_random(state) % i;
		double v = x[i - 1];

		x[i - 1] = x[k];
		x[k] = v;
	}
}

struct search {
	const double *x;
	size_t least, *out, found;
	double margin;
	struct table table;
	double *copy;
};

static bool is_rare(struct search *s, size_t from, size_t n, double seen)
{
	uint64_t state = 20240601;
	size_t as_large = 0, tau;

	memcpy(s->copy, s->x + from, n * sizeof(*s->copy));
	for (size_t k = 0; k < ORDERS && as_large <= ALLOWED; k++) {
		shuffle(s->copy, n, &state);
		as_large += statistic(&s->table, s->copy, n, s->least, &tau) >= seen;
	}
	return as_large <= ALLOWED;
}

/* The median of x[from..to). */
static double middle(struct search *s, size_t from, size_t to)
{
	memcpy(s->copy, s->x + from, (to - from) * sizeof(*s->copy));
	return stats_median(s->copy, to - from);
}

/* Splits [from, to) as long as a split is rare; depth is bounded by the segments' length. */
static void split(struct search *s, size_t from, size_t to) /* NOLINT(misc-no-recursion) */
{
	size_t n = to - from, tau = 0;
	double seen;

	if (n < 2 * s->least)
		return;
	seen = statistic(&s->table, s->x + from, n, s->least, &tau);
	if (!(seen > 0) || !is_rare(s, from, n, seen))
		return;
	split(s, from, from + tau);
	s->out[s->found++] = from + tau;
	split(s, from + tau, to);
}

/* A split that the medians of the segments beside it do not bear out is taken back. */
static void drop_small(struct search *s, size_t n)
{
	for (size_t i = 0; i < s->found;) {
		double a = middle(s, i ? s->out[i - 1] : 0, s->out[i]);
		double b = middle(s, s->out[i], i + 1 < s->found ? s->out[i + 1] : n);

		if (fabs(b - a) > s->margin * fmax(fabs(a), fabs(b))) {
			i++;
			continue;
		}
		memmove(s->out + i, s->out + i + 1, (s->found - i - 1) * sizeof(*s->out));
		s->found--;
		i = i ? i - 1 : 0; /* its neighbour has other segments beside it now */
	}
}

size_t change_points(const double *x, size_t n, size_t least, double margin, size_t *out)
{
	cleanup_free double *room = xcalloc((n + 1) * (n + 1), sizeof(*room));
	cleanup_free double *copy = xcalloc(n, sizeof(*copy));
	struct search s = {.x = x,
		.least = least,
		.margin = margin,
		.out = out,
		.table = {.sum = room},
		.copy = copy};

	if (least < 2)
		return 0;
	split(&s, 0, n);
	drop_small(&s, n);
	return s.found;
}
