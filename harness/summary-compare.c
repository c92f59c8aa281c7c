/* summary-compare.c - the rows of "comparisons": two arms of one run, block by block. A further pair of arms: a
 * line in compare_bucket(). */
#include "summary-parts.h"

#include "util.h"

#include <math.h>
#include <string.h>

/* What one arm's blocks say beside the other's. */
struct pairs {
	double *a, *b; /* values of the blocks in which both have one */
	double *d; /* ln(a / b) or a - b */
	size_t n, dropped; /* dropped: no logarithm */
	size_t disturbed; /* of n */
	bool ratio;
};

struct judged {
	struct interval i; /* of d */
	double middle, margin, p; /* margin: fraction of a ratio, else in the metric's unit */
	enum verdict verdict;
	size_t needs; /* 0 = not to be said */
	char *note; /* owned, or NULL */
};

static void pairs_free(struct pairs *p)
{
	free(p->a);
	free(p->b);
	free(p->d);
}

static void add_note(struct judged *j, const char *words)
{
	char *longer = j->note ? xasprintf("%s; %s", j->note, words) : xstrdup(words);

	free(j->note);
	j->note = longer;
}

/* b NULL: the base arm, of which the metric is 0 by its definition (memory.tare of the base arm itself). */
static struct pairs pair_up(const struct summary *s, const struct series *a, const struct series *b)
{
	struct pairs p = {.ratio = b && metrics[a->metric].compare == COMPARE_RATIO};

	p.a = xcalloc(s->n_blocks, sizeof(*p.a));
	p.b = xcalloc(s->n_blocks, sizeof(*p.b));
	p.d = xcalloc(s->n_blocks, sizeof(*p.d));
	for (size_t i = 0; i < s->n_blocks; i++) {
		double va = verdict_values(a)[i], vb = b ? verdict_values(b)[i] : 0;

		if (isnan(va) || isnan(vb))
			continue;
		if (p.ratio && (va <= 0 || vb <= 0)) {
			p.dropped++;
			continue;
		}
		p.disturbed += s->blocks[i].guards != 0;
		p.a[p.n] = va;
		p.b[p.n] = vb;
		p.d[p.n++] = p.ratio ? log(va) - log(vb) : va - vb;
	}
	return p;
}

static bool all_equal(const double *x, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (x[i] < x[0] || x[i] > x[0])
			return false;
	return n > 0;
}

double margin_fraction(const struct summary *s, enum metric_id id)
{
	if (metrics[id].exact)
		return 0;
	return strncmp(metrics[id].name, "memory.", 7) ? s->margin_time : s->margin_memory;
}

/* Sorts the pairs' values: called when nothing asks for their order any more. */
static double margin_of(
	const struct summary *s, const struct series *a, const struct series *b, struct pairs *p)
{
	double part = margin_fraction(s, a->metric);

	if (p->ratio)
		return part;
	if (!b)
		return part * a->scale;
	return part * fmax(fabs(stats_median(p->a, p->n)), fabs(stats_median(p->b, p->n)));
}

/* Half width that would settle it: the way from the estimate to the nearer edge of the margin. An effect on the
 * edge is settled by no number of blocks, so a quarter of the margin is the least that is asked for. */
static size_t blocks_needed(const struct judged *j, size_t n, double edge)
{
	double target = fmax(fabs(fabs(j->middle) - edge), edge / 4);
	size_t needed;

	if (n < LEAST_BLOCKS)
		return LEAST_BLOCKS - n;
	needed = stats_blocks_needed(j->i, n, target);
	return needed || !(target > 0) ? needed : 1;
}

/* Why there is no verdict at all, or NULL. */
static const char *refusal(const struct series *a, const struct series *b, const struct pairs *p)
{
	unsigned flags = a->flags | (b ? b->flags : 0u);
	const struct series *both[2] = {a, b};

	if (metrics[a->metric].timing && flags & FLAG_EMULATED)
		return "emulated times decide no verdict";
	for (size_t i = 0; i < 2; i++) {
		if (both[i] && both[i]->uncorrected)
			return "emulated: holds or borders on the translation buffer";
		if (both[i] && both[i]->emulated_memory && !both[i]->less)
			return "emulated, and memory.emulator_code was not measured";
	}
	if (!p->n)
		return "no block has a ratio";
	return NULL;
}

static void note_pairs(
	struct judged *j, const struct series *a, const struct series *b, const struct pairs *p)
{
	cleanup_free char *dropped = NULL;

	if (a->less || (b && b->less))
		add_note(j, "less memory.emulator_code");
	if (!p->dropped)
		return;
	dropped = xasprintf("%zu block%s with a value of 0 or less left out", p->dropped,
		p->dropped == 1 ? "" : "s");
	add_note(j, dropped);
}

static struct judged judge(
	const struct summary *s, const struct series *a, const struct series *b, struct pairs *p)
{
	bool counts = metrics[a->metric].exact && all_equal(p->a, p->n) && all_equal(p->b, p->n);
	const char *no = refusal(a, b, p);
	struct judged j = {.p = p->n && !counts ? stats_sign_test(p->d, p->n, 0) : NAN};
	double edge;

	j.i = stats_median_interval(p->d, p->n, CONFIDENCE);
	j.middle = stats_median(p->d, p->n);
	if (counts) /* nothing varies, nothing to estimate */
		j.i = (struct interval){.lo = j.middle, .hi = j.middle, .coverage = 1};
	j.margin = margin_of(s, a, b, p);
	edge = p->ratio ? log1p(j.margin) : j.margin;
	note_pairs(&j, a, b, p);
	if (no) {
		j.verdict = VERDICT_NONE;
		add_note(&j, no);
		return j;
	}
	j.verdict = stats_verdict(j.i, edge);
	if (j.verdict == VERDICT_UNCLEAR)
		j.needs = blocks_needed(&j, p->n, edge);
	if (isnan(j.i.lo)) {
		cleanup_free char *few =
			xasprintf("%zu block%s: below %d there is no 95 %% interval", p->n,
				p->n == 1 ? "" : "s", LEAST_BLOCKS);

		add_note(&j, few);
	}
	return j;
}

static void note_guards(struct judged *j, const struct pairs *p)
{
	cleanup_free char *words = NULL;

	if (!p->disturbed)
		return;
	words = xasprintf("%zu of %zu blocks disturbed", p->disturbed, p->n);
	add_note(j, words);
}

static void put_judged(
	struct summary *s, json_t *row, const struct pairs *p, const struct judged *j)
{
	struct interval i = j->i;

	if (p->ratio) {
		i.lo = exp(i.lo);
		i.hi = exp(i.hi);
	}
	put(s, row, "kind", text(p->ratio ? "ratio" : "difference"));
	put(s, row, p->ratio ? "ratio" : "difference",
		number(p->ratio ? exp(j->middle) : j->middle));
	put_interval(s, row, i);
	put(s, row, "n", json_integer((json_int_t)p->n));
	put(s, row, "margin", number(j->margin));
	put(s, row, "verdict", text(verdict_names[j->verdict]));
	put(s, row, "needs_blocks", j->needs ? json_integer((json_int_t)j->needs) : json_null());
}

static void note_precision(
	struct summary *s, const struct series *a, const char *base, const struct judged *j)
{
	cleanup_free char *where = NULL;

	if (j->verdict != VERDICT_UNCLEAR || isnan(j->i.lo))
		return;
	where = cell_text(s, a->cell, a->metric);
	if (j->needs)
		finding(s, "precision", metrics[a->metric].name, s->arms.name[a->cell.arm],
			"%s: unclear against %s; about %zu more block%s would settle it", where,
			base, j->needs, j->needs == 1 ? "" : "s");
	else
		finding(s, "precision", metrics[a->metric].name, s->arms.name[a->cell.arm],
			"%s: unclear against %s", where, base);
}

static void compare_pair(struct summary *s, struct primaries *all, const struct series *a,
	const struct series *b, unsigned base)
{
	const struct metric *m = &metrics[a->metric];
	const char *base_name = s->arms.name[base];
	struct pairs p = pair_up(s, a, b);
	struct judged j;
	json_t *row;

	if (!p.n && !p.dropped) {
		pairs_free(&p);
		return;
	}
	j = judge(s, a, b, &p);
	note_guards(&j, &p);
	row = json_object();
	put(s, row, "metric", text(m->name));
	put(s, row, "unit", text(m->unit));
	put_cell(s, row, a->cell, base_name);
	put_judged(s, row, &p, &j);
	put(s, row, "primary", json_boolean(s->primary[a->metric]));
	put(s, row, "p", number(j.p));
	put(s, row, "holm", json_null());
	put(s, row, "flags", flag_names(a->flags | (b ? b->flags : 0u)));
	put(s, row, "note", text(j.note));
	append(s, s->comparisons, row);
	if (s->primary[a->metric]) {
		note_precision(s, a, base_name, &j);
		if (j.verdict != VERDICT_NONE && !isnan(j.p))
			primary_keep(all, (struct primary){a->cell, base, p.n, j.p, row});
	}
	free(j.note);
	pairs_free(&p);
}

static bool is_vm(const struct summary *s, unsigned arm)
{
	const json_t *one = json_object_get(json_object_get(s->run, "arms"), s->arms.name[arm]);
	const char *platform = json_string_value(json_object_get(one, "platform"));

	return !strcmp(platform ? platform : s->arms.name[arm], "vm");
}

/* list: the n arms that have a metric at one workload and instance count, by arm. */
static const struct series *in_bucket(
	const struct summary *s, const struct series *list, size_t n, const char *arm)
{
	int at = name_find(&s->arms, arm);

	for (size_t i = 0; at >= 0 && i < n; i++)
		if (list[i].cell.arm == (unsigned)at)
			return &list[i];
	return NULL;
}

/* What an arm of the second side stands against, or NULL. */
static const struct series *first_side(
	const struct summary *s, const struct series *list, size_t n, unsigned arm)
{
	const json_t *one = json_object_get(json_object_get(s->run, "arms"), s->arms.name[arm]);
	const char *first = json_string_value(json_object_get(one, "against"));

	return first ? in_bucket(s, list, n, first) : NULL;
}

static void compare_bucket(
	struct summary *s, struct primaries *all, const struct series *list, size_t n)
{
	bool network = !strncmp(metrics[list->metric].name, "network.", 8);
	const struct series *base = in_bucket(s, list, n, s->base);
	const struct series *container = in_bucket(s, list, n, "container");
	const struct series *netns = network ? in_bucket(s, list, n, "netns") : NULL;
	int base_arm = name_find(&s->arms, s->base);

	if (list->metric ==
		MEMORY_PART_RESIDUAL) /* judged against its own arm's total, not another arm's */
		return;
	for (size_t i = 0; i < n; i++) {
		const struct series *a = &list[i], *first;

		if (a == base)
			continue;
		if (base || (a->kind != SERIES_SAMPLED && base_arm >= 0))
			compare_pair(s, all, a, base, (unsigned)base_arm);
		if (container && container != base && a != container && is_vm(s, a->cell.arm))
			compare_pair(s, all, a, container, container->cell.arm);
		if (netns && netns != base && a != netns)
			compare_pair(s, all, a, netns, netns->cell.arm);
		first = first_side(s, list, n, a->cell.arm);
		if (first && first != base && first != netns)
			compare_pair(s, all, a, first, first->cell.arm);
	}
}

void make_comparisons(struct summary *s)
{
	struct primaries all = {0};
	size_t end;

	for (size_t i = 0; i < s->n_series; i = end) {
		const struct series *first = &s->series[i];

		for (end = i + 1; end < s->n_series; end++) {
			const struct series *next = &s->series[end];

			if (next->metric != first->metric ||
				next->cell.workload != first->cell.workload ||
				next->cell.instances != first->cell.instances)
				break;
		}
		if (first->cell.instances) /* the empty set is there for the line only */
			compare_bucket(s, &all, first, end - i);
	}
	primaries_correct(s, &all);
}
