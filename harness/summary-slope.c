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

/* The series of the base arm beside one; NULL without a base (-1). */
static const struct series *beside(const struct summary *s, const struct series *one, int base)
{
	struct cell cell = one->cell;

	if (base < 0)
		return NULL;
	cell.arm = (unsigned)base;
	return series_find(s, cell, one->metric);
}

struct points {
	double *x, *y;
	size_t n, counts; /* counts: how many different N have a value */
};

static void points_free(struct points *p)
{
	free(p->x);
	free(p->y);
}
#define cleanup_points __attribute__((cleanup(points_free)))

/* Set totals of n series of one arm and metric, less those of the series of base at the same N where base >= 0. less:
 * of what verdicts use. */
static struct points line_points(
	const struct summary *s, struct series *const *list, size_t n, int base, bool less)
{
	struct points p = {.x = xcalloc(n * s->n_blocks, sizeof(*p.x)),
		.y = xcalloc(n * s->n_blocks, sizeof(*p.y))};

	for (size_t i = 0; i < n; i++) {
		const struct series *b = beside(s, list[i], base);
		const double *va = less ? verdict_values(list[i]) : list[i]->value;
		const double *vb = !b ? NULL : less ? verdict_values(b) : b->value;
		size_t before = p.n;

		if (!list[i]->cell.instances && !metrics[list[i]->metric].empty_set)
			continue;
		for (size_t block = 0; (b || base < 0) && block < s->n_blocks; block++) {
			if (isnan(va[block]) || (b && isnan(vb[block])))
				continue;
			p.x[p.n] = list[i]->cell.instances;
			p.y[p.n++] =
				set_total(list[i], va, block) - (b ? set_total(b, vb, block) : 0);
		}
		p.counts += p.n > before;
	}
	return p;
}

/* Whether verdicts about any of these are judged less the translation buffer, and all of them can be. */
static bool has_less(const struct summary *s, struct series *const *list, size_t n, int base)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct series *both[2] = {list[i], beside(s, list[i], base)};

		for (size_t k = 0; k < 2; k++) {
			if (both[k] && both[k]->emulated_memory && !both[k]->less)
				return false;
			any = any || (both[k] && both[k]->less);
		}
	}
	return any;
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
		if (set_total(one, one->value, block) > 0 && !isnan(two->value[block]))
			ratio[k++] = set_total(two, two->value, block) /
				set_total(one, one->value, block);
	return stats_median(ratio, k);
}

static struct line line_of(const struct points *p)
{
	struct line l = stats_line(p->x, p->y, p->n, CONFIDENCE);

	if (p->counts < 3) /* nothing says that it is a line */
		l.intercept_interval = l.slope_interval = stats_no_interval();
	return l;
}

/* The line's slope without the translation buffer, as verdicts see it; null where that does not apply. */
static json_t *slope_less(struct summary *s, struct series *const *list, size_t n, int base)
{
	cleanup_points struct points p = {0};
	struct line l;
	json_t *o;

	if (!has_less(s, list, n, base))
		return json_null();
	p = line_points(s, list, n, base, true);
	l = line_of(&p);
	o = json_object();
	put(s, o, "slope", number(l.slope));
	put(s, o, "slope_lo", number(l.slope_interval.lo));
	put(s, o, "slope_hi", number(l.slope_interval.hi));
	return o;
}

#define DOUBLES 0.2 /* two that take 1.8 to 2.2 times what one takes have doubled it */

/* What the line says of two against one: (a + 2b) / (a + b) over the box of both intervals, where it falls with a and
 * rises with b. Together they cover at least 1 less what each may miss (Bonferroni). */
static struct interval two_to_one(const struct line *l, double *ratio)
{
	struct interval a = l->intercept_interval, b = l->slope_interval, i = {NAN, NAN, 0};

	*ratio = 1 + l->slope / (l->intercept + l->slope);
	if (isnan(a.lo) || isnan(b.lo) || !(a.lo + b.lo > 0) || !(b.lo > 0))
		return i;
	i.lo = 1 + fmin(b.lo / (a.hi + b.lo), b.hi / (a.hi + b.hi));
	i.hi = 1 + fmax(b.hi / (a.lo + b.hi), b.lo / (a.lo + b.lo));
	i.coverage = a.coverage + b.coverage - 1;
	return i;
}

static json_t *doubling(
	struct summary *s, struct series *const *list, size_t n, int base, struct line l)
{
	const char *verdict = "unclear", *reason = NULL;
	json_t *o = json_object();
	struct interval i;
	double ratio;

	if (has_less(s, list, n, base)) {
		cleanup_points struct points p = line_points(s, list, n, base, true);

		l = line_of(&p);
	}
	i = two_to_one(&l, &ratio);
	if (isnan(l.slope_interval.lo))
		reason = "below 3 instance counts a line has no interval";
	else if (isnan(i.lo))
		reason = "the line's interval reaches 0: there is nothing that could double";
	else if (i.lo >= 2 - DOUBLES && i.hi <= 2 + DOUBLES)
		verdict = "doubles";
	else if (i.hi < 2 - DOUBLES)
		verdict = "less";
	else if (i.lo > 2 + DOUBLES)
		verdict = "more";
	else
		reason = "the interval reaches over 1.8 or 2.2";
	put(s, o, "ratio", number(ratio));
	put_interval(s, o, i);
	put(s, o, "verdict", text(verdict));
	put(s, o, "reason", text(reason));
	return o;
}

static unsigned all_flags(const struct summary *s, struct series *const *list, size_t n, int base)
{
	unsigned flags = 0;

	for (size_t i = 0; i < n; i++) {
		const struct series *b = beside(s, list[i], base);

		flags |= list[i]->flags | (b ? b->flags : 0u);
	}
	return flags;
}

/* The line through n series of one arm and metric. base: less that arm's, which is memory.tare where the metric is
 * memory.host_delta; -1 = as it is. */
static void slope_row(struct summary *s, struct series *const *list, size_t n, int base)
{
	cleanup_points struct points p = line_points(s, list, n, base, false);
	const struct metric *m = &metrics[base < 0 ? list[0]->metric : MEMORY_TARE];
	struct line l = line_of(&p);
	json_t *row;

	if (p.counts < 2)
		return;
	row = json_object();
	put(s, row, "metric", text(m->name));
	put(s, row, "unit", text(m->unit));
	put(s, row, "arm", text(s->arms.name[list[0]->cell.arm]));
	put(s, row, "workload", text(s->workloads.name[list[0]->cell.workload]));
	put(s, row, "counts", json_integer((json_int_t)p.counts));
	put(s, row, "n", json_integer((json_int_t)l.n));
	put(s, row, "intercept", number(l.intercept));
	put(s, row, "intercept_lo", number(l.intercept_interval.lo));
	put(s, row, "intercept_hi", number(l.intercept_interval.hi));
	put(s, row, "slope", number(l.slope));
	put(s, row, "slope_lo", number(l.slope_interval.lo));
	put(s, row, "slope_hi", number(l.slope_interval.hi));
	put(s, row, "ratio_2_1", number(base < 0 ? ratio_2_1(s, list, n) : NAN));
	put(s, row, "less_emulator_code", slope_less(s, list, n, base));
	put(s, row, "doubling", doubling(s, list, n, base, l));
	put(s, row, "flags", flag_names(all_flags(s, list, n, base)));
	append(s, s->slopes, row);
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
			slope_row(s, &list[i], end - i, -1);
		if (list[i]->metric == MEMORY_HOST_DELTA && base >= 0 &&
			list[i]->cell.arm != (unsigned)base)
			slope_row(s, &list[i], end - i, base);
	}
}
