/* summary-slope.c - the rows of "slopes": totals of the whole set over the number of instances, a straight line. */
#include "summary-parts.h"

#include "util.h"

#include <math.h>
#include <string.h>

static bool has_slope(const struct series *one)
{
	const char *name = metrics[one->metric].name;

	if (one->metric == MEMORY_PART_RESIDUAL)
		return true;
	return one->kind == SERIES_SAMPLED &&
		(!strncmp(name, "memory.", 7) || !strncmp(name, "processes.", 10));
}

/* Points of n series that belong to one arm and metric; *counts: how many different N have a value. */
static size_t line_points(const struct summary *s, struct series *const *list, size_t n, double *x,
	double *y, size_t *counts)
{
	size_t points = 0;

	*counts = 0;
	for (size_t i = 0; i < n; i++) {
		size_t before = points;

		for (size_t block = 0; block < s->n_blocks; block++) {
			if (isnan(list[i]->value[block]))
				continue;
			x[points] = list[i]->cell.instances;
			y[points++] = set_total(list[i], block);
		}
		*counts += points > before;
	}
	return points;
}

static const struct series *at_instances(struct series *const *list, size_t n, unsigned instances)
{
	for (size_t i = 0; i < n; i++)
		if (list[i]->cell.instances == instances)
			return list[i];
	return NULL;
}

/* Median over the blocks of total(2) / total(1); NaN without both. */
static double ratio_2_1(const struct summary *s, struct series *const *list, size_t n)
{
	const struct series *one = at_instances(list, n, 1), *two = at_instances(list, n, 2);
	cleanup_free double *ratio = NULL;
	size_t k = 0;

	if (!one || !two)
		return NAN;
	ratio = xcalloc(s->n_blocks, sizeof(*ratio));
	for (size_t block = 0; block < s->n_blocks; block++)
		if (set_total(one, block) > 0 && !isnan(two->value[block]))
			ratio[k++] = set_total(two, block) / set_total(one, block);
	return stats_median(ratio, k);
}

static void put_line(struct summary *s, const struct metric *m, struct series *const *list,
	size_t counts, struct line l, double ratio, unsigned flags)
{
	json_t *row = json_object();

	if (counts < 3) /* nothing says that it is a line */
		l.intercept_interval = l.slope_interval = stats_no_interval();
	put(s, row, "metric", text(m->name));
	put(s, row, "unit", text(m->unit));
	put(s, row, "arm", text(s->arms.name[list[0]->cell.arm]));
	put(s, row, "workload", text(s->workloads.name[list[0]->cell.workload]));
	put(s, row, "counts", json_integer((json_int_t)counts));
	put(s, row, "n", json_integer((json_int_t)l.n));
	put(s, row, "intercept", number(l.intercept));
	put(s, row, "intercept_lo", number(l.intercept_interval.lo));
	put(s, row, "intercept_hi", number(l.intercept_interval.hi));
	put(s, row, "slope", number(l.slope));
	put(s, row, "slope_lo", number(l.slope_interval.lo));
	put(s, row, "slope_hi", number(l.slope_interval.hi));
	put(s, row, "ratio_2_1", number(ratio));
	put(s, row, "flags", flag_names(flags));
	append(s, s->slopes, row);
}

static unsigned all_flags(struct series *const *list, size_t n)
{
	unsigned flags = 0;

	for (size_t i = 0; i < n; i++)
		flags |= list[i]->flags;
	return flags;
}

static void slope_row(struct summary *s, struct series *const *list, size_t n)
{
	cleanup_free double *x = xcalloc(n * s->n_blocks, sizeof(*x));
	cleanup_free double *y = xcalloc(n * s->n_blocks, sizeof(*y));
	size_t counts, points = line_points(s, list, n, x, y, &counts);

	if (counts < 2)
		return;
	put_line(s, &metrics[list[0]->metric], list, counts, stats_line(x, y, points, CONFIDENCE),
		ratio_2_1(s, list, n), all_flags(list, n));
}

/* memory.tare: the line through the set's memory.host_delta less the base arm's at the same N in the same block. */
static void tare_row(struct summary *s, struct series *const *list, size_t n, unsigned base)
{
	cleanup_free double *x = xcalloc(n * s->n_blocks, sizeof(*x));
	cleanup_free double *y = xcalloc(n * s->n_blocks, sizeof(*y));
	unsigned flags = all_flags(list, n);
	size_t points = 0, counts = 0;

	for (size_t i = 0; i < n; i++) {
		struct cell cell = list[i]->cell;
		const struct series *b;
		size_t before = points;

		cell.arm = base;
		b = series_find(s, cell, MEMORY_HOST_DELTA);
		for (size_t block = 0; b && block < s->n_blocks; block++) {
			if (isnan(list[i]->value[block]) || isnan(b->value[block]))
				continue;
			x[points] = cell.instances;
			y[points++] = set_total(list[i], block) - set_total(b, block);
		}
		flags |= b ? b->flags : 0u;
		counts += points > before;
	}
	if (counts >= 2)
		put_line(s, &metrics[MEMORY_TARE], list, counts,
			stats_line(x, y, points, CONFIDENCE), NAN, flags);
}

void make_slopes(struct summary *s)
{
	cleanup_free struct series **list = series_by_line(s);
	int base = name_find(&s->arms, s->base);
	size_t end;

	for (size_t i = 0; i < s->n_series; i = end) {
		for (end = i + 1; end < s->n_series && same_line(list[i], list[end]); end++)
			;
		if (has_slope(list[i]))
			slope_row(s, &list[i], end - i);
		if (list[i]->metric == MEMORY_HOST_DELTA && base >= 0 &&
			list[i]->cell.arm != (unsigned)base)
			tare_row(s, &list[i], end - i, (unsigned)base);
	}
}
