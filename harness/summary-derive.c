/* summary-derive.c - series made from series: memory.tare_pss, memory.tare, and memory less the translation
 * buffer, which verdicts use under emulation, the memory ledger's residual. To derive another metric: its D mark in metric.c, its pass here. */
#include "summary-parts.h"

#include "util.h"

#include <math.h>

size_t pack_values(const double *value, size_t n, double *out)
{
	size_t packed = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(value[i]))
			out[packed++] = value[i];
	return packed;
}

const double *verdict_values(const struct series *one)
{
	return one->less ? one->less : one->value;
}

double set_total(const struct series *one, const double *value, size_t block)
{
	bool per_set = one->metric == MEMORY_FIXED || one->metric == PROCESSES_FIXED;

	return value[block] * (per_set || !one->cell.instances ? 1 : (double)one->cell.instances);
}

/* The translation buffer is anonymous private memory of the VMM: these hold it. */
static bool holds_emulator_code(enum metric_id metric)
{
	switch (metric) {
	case MEMORY_PSS:
	case MEMORY_USS:
	case MEMORY_RSS:
	case MEMORY_CGROUP:
	case MEMORY_CGROUP_ANON:
	case MEMORY_PEAK:
	case MEMORY_HOST_DELTA:
		return true;
	default:
		return false;
	}
}

/* These hold the buffer or are told apart from it by a guess, and nothing corrects them. */
static bool borders_emulator_code(enum metric_id metric)
{
	return metric == MEMORY_VIRTUAL || metric == MEMORY_VMM_VIRTUAL ||
		metric == MEMORY_VMM_RESIDENT ||
		(metric >= MEMORY_PART_WORKLOAD && metric <= MEMORY_PART_RUNTIME);
}

static double *difference(const double *a, const double *b, size_t n)
{
	double *d = xcalloc(n, sizeof(*d));

	for (size_t i = 0; i < n; i++)
		d[i] = a[i] - b[i];
	return d;
}

static void find_emulated(struct summary *s)
{
	s->emulated = xcalloc(s->arms.n + 1, sizeof(*s->emulated));
	for (size_t i = 0; i < s->arms.n; i++) {
		const json_t *arm =
			json_object_get(json_object_get(s->run, "arms"), s->arms.name[i]);

		s->emulated[i] = json_is_true(json_object_get(arm, "emulated"));
	}
	for (size_t i = 0; i < s->n_series; i++)
		if (s->series[i].flags & FLAG_EMULATED)
			s->emulated[s->series[i].cell.arm] = true;
}

static void take_emulator_code_off(struct summary *s)
{
	for (size_t i = 0; i < s->n_series; i++) {
		struct series *one = &s->series[i];
		const struct series *code;

		if (!s->emulated[one->cell.arm])
			continue;
		one->uncorrected = borders_emulator_code(one->metric);
		if (!holds_emulator_code(one->metric))
			continue;
		one->flags |= FLAG_EMULATED;
		one->emulated_memory = true;
		code = series_find(s, one->cell, MEMORY_EMULATOR_CODE);
		if (code && code->n)
			one->less = difference(one->value, code->value, s->n_blocks);
	}
}

static double middle(const double *value, size_t n)
{
	cleanup_free double *x = xcalloc(n + 1, sizeof(*x));

	return stats_median(x, pack_values(value, n, x));
}

static double half_width(const double *value, size_t n)
{
	cleanup_free double *x = xcalloc(n + 1, sizeof(*x));
	struct interval i = stats_median_interval(x, pack_values(value, n, x), CONFIDENCE);

	return (i.hi - i.lo) / 2;
}

/* Starts a series derived from a in one arm and b in the base arm. */
static struct series derived(const struct summary *s, const struct series *a,
	const struct series *b, enum metric_id metric, enum series_kind kind)
{
	struct series one = {
		.cell = a->cell,
		.metric = metric,
		.kind = kind,
		.flags = a->flags | b->flags,
		.reason = a->reason ? a->reason : b->reason,
		.emulated_memory = a->emulated_memory || b->emulated_memory,
		.noise_floor = NAN,
	};

	one.scale = fmax(fabs(middle(verdict_values(a), s->n_blocks)),
		fabs(middle(verdict_values(b), s->n_blocks)));
	return one;
}

/* from: what it was made from; where that was tried and gave nothing, it failed. */
static void add_series(struct summary *s, struct series *one, const struct series *from)
{
	size_t tried = from->n + from->skipped + from->failed;

	for (size_t i = 0; i < s->n_blocks; i++)
		if (!isnan(one->value[i]))
			one->n++;
	one->failed = tried > one->n ? tried - one->n : 0;
	if (one->failed && !one->reason)
		one->reason = "the arm or the base arm has no value in this block";
	s->series[s->n_series++] = *one;
}

static bool without_code(const struct series *one)
{
	return one->emulated_memory && !one->less;
}

static void add_difference(
	struct summary *s, const struct series *a, const struct series *b, enum metric_id metric)
{
	struct series one = derived(s, a, b, metric, SERIES_DIFFERENCE);

	one.value = difference(a->value, b->value, s->n_blocks);
	if (one.emulated_memory && !without_code(a) && !without_code(b))
		one.less = difference(verdict_values(a), verdict_values(b), s->n_blocks);
	if (metric == MEMORY_TARE)
		one.noise_floor = half_width(b->value, s->n_blocks);
	add_series(s, &one, a);
}

/* Slope over N of set totals, block by block, of n series of one arm less those of the base arm (b NULL: alone). */
static double *block_slopes(const struct summary *s, struct series *const *a,
	struct series *const *b, size_t n, bool less)
{
	double *slope = xcalloc(s->n_blocks, sizeof(*slope));
	cleanup_free double *x = xcalloc(n, sizeof(*x));
	cleanup_free double *y = xcalloc(n, sizeof(*y));

	for (size_t block = 0; block < s->n_blocks; block++) {
		for (size_t i = 0; i < n; i++) {
			double times = fmax(a[i]->cell.instances, 1);
			const double *va = less ? verdict_values(a[i]) : a[i]->value;
			const double *vb = !b ? NULL : less ? verdict_values(b[i]) : b[i]->value;

			x[i] = a[i]->cell.instances;
			y[i] = (va[block] - (vb ? vb[block] : 0)) * times;
		}
		slope[block] = stats_line(x, y, n, CONFIDENCE).slope; /* NaN when one is missing */
	}
	return slope;
}

static void add_slope(struct summary *s, struct series *const *a, struct series *const *b, size_t n)
{
	size_t first = a[0]->cell.instances ? 0 : 1;
	struct series one = derived(s, a[first], b[first], MEMORY_TARE, SERIES_SLOPE);
	cleanup_free double *own = block_slopes(s, a, NULL, n, true);
	cleanup_free double *floor_less = block_slopes(s, b, NULL, n, true);
	cleanup_free double *floor_raw = block_slopes(s, b, NULL, n, false);
	bool less = one.emulated_memory;

	for (size_t i = 0; i < n; i++) {
		one.flags |= a[i]->flags | b[i]->flags;
		less = less && !without_code(a[i]) && !without_code(b[i]);
	}
	one.scale = fmax(fabs(middle(own, s->n_blocks)), fabs(middle(floor_less, s->n_blocks)));
	one.noise_floor = half_width(floor_raw, s->n_blocks);
	one.value = block_slopes(s, a, b, n, false);
	if (less)
		one.less = block_slopes(s, a, b, n, true);
	add_series(s, &one, a[first]);
}

/* list: the n series of memory.host_delta of one arm, by rising N. */
static void derive_tare(struct summary *s, struct series *const *list, size_t n, unsigned base)
{
	cleanup_free struct series **a = xcalloc(n, sizeof(struct series *));
	cleanup_free struct series **b = xcalloc(n, sizeof(struct series *));
	size_t pairs = 0;

	for (size_t i = 0; i < n; i++) {
		struct cell cell = list[i]->cell;

		cell.arm = base;
		a[pairs] = list[i];
		b[pairs] = series_find(s, cell, MEMORY_HOST_DELTA);
		pairs += b[pairs] && b[pairs]->n && list[i]->n;
	}
	if (pairs == 1 && a[0]->cell.instances)
		add_difference(s, a[0], b[0], MEMORY_TARE);
	else if (pairs > 1)
		add_slope(s, a, b, pairs);
}

static void derive_from(struct summary *s, struct series *const *list, size_t n, unsigned base)
{
	if (list[0]->cell.arm == base)
		return;
	if (list[0]->metric == MEMORY_HOST_DELTA)
		derive_tare(s, list, n, base);
	if (list[0]->metric != MEMORY_PSS)
		return;
	for (size_t i = 0; i < n; i++) {
		struct cell cell = list[i]->cell;
		const struct series *b;

		cell.arm = base;
		b = series_find(s, cell, MEMORY_PSS);
		if (b && b->n && list[i]->n && cell.instances)
			add_difference(s, list[i], b, MEMORY_TARE_PSS);
	}
}

/* The memory ledger's residual: memory.host_delta, which formed no part, less the sum of the parts. Nothing where
 * the ledger was not kept. A part without a value leaves the block without a residual. */
static void derive_residual(struct summary *s, const struct series *total)
{
	struct series one = {
		.cell = total->cell,
		.metric = MEMORY_PART_RESIDUAL,
		.kind = SERIES_DIFFERENCE,
		.flags = total->flags,
		.reason = total->reason,
		.scale = fabs(middle(total->value, s->n_blocks)),
		.noise_floor = NAN,
	};
	const struct series *part[MEMORY_PART_RESIDUAL - MEMORY_PART_WORKLOAD] = {0};

	for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
		part[i] = series_find(
			s, total->cell, (enum metric_id)(MEMORY_PART_WORKLOAD + (int)i));
		if (!part[i])
			return;
	}
	one.value = xcalloc(s->n_blocks, sizeof(*one.value));
	for (size_t block = 0; block < s->n_blocks; block++) {
		one.value[block] = total->value[block];
		for (size_t i = 0; i < ARRAY_SIZE(part); i++)
			one.value[block] -= part[i]->value[block];
	}
	for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
		one.flags |= part[i]->flags;
		one.reason = one.reason ? one.reason : part[i]->reason;
	}
	add_series(s, &one, total);
}

void derive_series(struct summary *s)
{
	int base = name_find(&s->arms, s->base);
	size_t sampled = s->n_series, end;
	struct series *grown;
	cleanup_free struct series **lines = NULL;

	find_emulated(s);
	take_emulator_code_off(s);
	/* At most one more for each there is (a residual needs ten parts); grown first, so that pointers into it
	 * hold. */
	grown = xrealloc(s->series, (2 * sampled + 1) * sizeof(*grown));
	s->series = grown;
	for (size_t i = 0; i < sampled; i++)
		if (s->series[i].metric == MEMORY_HOST_DELTA && s->series[i].n)
			derive_residual(s, &s->series[i]);
	if (base < 0) {
		sort_series(s);
		return;
	}
	sampled = s->n_series;
	lines = series_by_line(s);
	for (size_t i = 0; i < sampled; i = end) {
		for (end = i + 1; end < sampled && same_line(lines[i], lines[end]); end++)
			;
		derive_from(s, &lines[i], end - i, (unsigned)base);
	}
	sort_series(s);
}
