/* summary-metric.c - the rows of "metrics": one series, its estimators, and what is odd about it. */
#include "summary-parts.h"

#include "util.h"

#include <math.h>
#include <string.h>

static const char *const better_names[] = {
	[BETTER_NEITHER] = "neither", [BETTER_LOWER] = "lower", [BETTER_HIGHER] = "higher"};
static const char *const kind_names[] = {
	[SERIES_SAMPLED] = "sampled", [SERIES_DIFFERENCE] = "difference", [SERIES_SLOPE] = "slope"};

/* Beyond 3 interquartile ranges from the quartiles (Tukey 1977, "far out"). Kept, only counted. */
static size_t far_out(const double *x, size_t n, double q1, double q3)
{
	double reach = 3 * (q3 - q1);
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += x[i] < q1 - reach || x[i] > q3 + reach;
	return count;
}

static json_t *by_block(const struct summary *s, const double *value)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_blocks; i++)
		json_array_append_new(list, number(value[i]));
	return list;
}

static json_t *less_emulator_code(struct summary *s, const struct series *one)
{
	cleanup_free double *x = NULL;
	json_t *o;
	size_t n;

	if (!one->less)
		return json_null();
	x = xcalloc(s->n_blocks, sizeof(*x));
	n = pack_values(one->less, s->n_blocks, x);
	o = json_object();
	put(s, o, "median", number(stats_median(x, n)));
	put_interval(s, o, stats_median_interval(x, n, CONFIDENCE));
	return o;
}

static void note_spread(
	struct summary *s, const struct series *one, double *x, size_t n, size_t outliers)
{
	const char *arm = s->arms.name[one->cell.arm], *name = metrics[one->metric].name;
	cleanup_free char *where = cell_text(s, one->cell, one->metric);

	if (metrics[one->metric].exact) {
		if (x[0] < x[n - 1])
			finding(s, "spread", name, arm,
				"%s: between %.15g and %.15g in %zu blocks, expected one count",
				where, x[0], x[n - 1], n);
		return;
	}
	if (stats_two_modes(x, n))
		finding(s, "modes", name, arm,
			"%s: the %zu values fall into two groups; a median may jump between them",
			where, n);
	if (outliers)
		finding(s, "outliers", name, arm,
			"%s: %zu of %zu values beyond 3 interquartile ranges; kept", where,
			outliers, n);
}

/* A cost less an idle baseline that was disturbed itself can end below 0; nothing costs that little. The rest of the
 * host (compared as a difference) is around 0 anyhow. */
static void note_negative(struct summary *s, const struct series *one, double median)
{
	cleanup_free char *where = NULL;

	if (strcmp(metrics[one->metric].unit, "s/GiB") != 0 ||
		metrics[one->metric].compare != COMPARE_RATIO || !(median < 0))
		return;
	where = cell_text(s, one->cell, one->metric);
	finding(s, "precision", metrics[one->metric].name, s->arms.name[one->cell.arm],
		"%s: the median of %.3g s/GiB is negative: less than noise, which is taken off as measured while idle",
		where, median);
}

static void put_estimators(struct summary *s, json_t *row, const struct series *one)
{
	cleanup_free double *x = xcalloc(s->n_blocks, sizeof(*x));
	size_t n = pack_values(one->value, s->n_blocks, x), outliers = 0;
	struct interval i = stats_median_interval(x, n, CONFIDENCE); /* sorts */
	double q1 = stats_quantile(x, n, 0.25), q3 = stats_quantile(x, n, 0.75);

	if (n >= LEAST_BLOCKS)
		outliers = far_out(x, n, q1, q3);
	put(s, row, "n", json_integer((json_int_t)n));
	put(s, row, "median", number(stats_median(x, n)));
	put_interval(s, row, i);
	put(s, row, "min", number(n ? x[0] : NAN));
	put(s, row, "max", number(n ? x[n - 1] : NAN));
	put(s, row, "q1", number(q1));
	put(s, row, "q3", number(q3));
	put(s, row, "p95", number(n >= LEAST_P95 ? stats_quantile(x, n, 0.95) : NAN));
	put(s, row, "values", by_block(s, one->value));
	put(s, row, "skipped", json_integer((json_int_t)one->skipped));
	put(s, row, "failed", json_integer((json_int_t)one->failed));
	put(s, row, "outliers", json_integer((json_int_t)outliers));
	if (!n)
		return;
	note_spread(s, one, x, n, outliers);
	note_negative(s, one, stats_median(x, n));
}

static const char *status_of(const struct series *one)
{
	if (one->n)
		return "ok";
	return one->failed ? "failed" : "skipped";
}

static const char *note_of(const struct series *one)
{
	if (one->metric == MEMORY_TARE && one->kind == SERIES_DIFFERENCE)
		return "one instance count only: the difference of memory.host_delta, beside this host's noise floor";
	if (one->emulated_memory && !one->less)
		return "emulated, and memory.emulator_code was not measured";
	return NULL;
}

static json_t *metric_row(struct summary *s, const struct series *one)
{
	const struct metric *m = &metrics[one->metric];
	json_t *row = json_object();

	put(s, row, "metric", text(m->name));
	put(s, row, "unit", text(m->unit));
	put(s, row, "better", text(better_names[m->better]));
	put(s, row, "exact", json_boolean(m->exact));
	put_cell(s, row, one->cell, NULL);
	put(s, row, "kind", text(kind_names[one->kind]));
	put(s, row, "status", text(status_of(one)));
	put(s, row, "reason", text(one->n ? NULL : one->reason));
	put_estimators(s, row, one);
	put(s, row, "less_emulator_code", less_emulator_code(s, one));
	put(s, row, "noise_floor", number(one->noise_floor));
	put(s, row, "flags", flag_names(one->flags));
	put(s, row, "note", text(note_of(one)));
	return row;
}

void make_metrics(struct summary *s)
{
	for (size_t i = 0; i < s->n_series; i++)
		append(s, s->metrics, metric_row(s, &s->series[i]));
}
