/* benchfmt.c - Go's benchmark format: a line for each arm, workload, number of instances and counted block with a value
 * and a unit ("B/memory.pss") for each metric. What is missing is not on the line. */
#include "export-internal.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *ours, *theirs;
} units[] = {{"B", "B"}, {"s", "sec"}, {"bit/s", "bit/sec"}, {"1", "count"}, {"1/s", "count/sec"},
	{"s/GiB", "sec/GiB"}};

static char *unit_of(const struct metric *m)
{
	const char *unit = m->unit;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(units[i].ours, m->unit) == 0)
			unit = units[i].theirs;
	return xasprintf("%s/%s", unit, m->name);
}

static bool in_run(const struct export_source *s, const struct metric *m)
{
	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].metric == m && export_has_value(&s->rows[i]))
			return true;
	return false;
}

static void put_units(FILE *out, const struct export_source *s)
{
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		const struct metric *m = &metrics[i];
		cleanup_free char *unit = unit_of(m);

		if (!in_run(s, m))
			continue;
		fprintf(out, "Unit %s", unit);
		if (m->better != BETTER_NEITHER)
			fprintf(out, " better=%s", m->better == BETTER_LOWER ? "lower" : "higher");
		fprintf(out, " assume=%s\n", m->exact ? "exact" : "nothing");
	}
}

static bool same_cell(const struct export_row *a, const struct export_row *b)
{
	return a->instances == b->instances && !strcmp(a->arm, b->arm) &&
		!strcmp(a->workload, b->workload);
}

/* Emulated is what any of its metrics is. */
static bool cell_emulated(const struct export_source *s, const struct export_row *r)
{
	for (size_t i = 0; i < s->n_rows; i++)
		if (same_cell(&s->rows[i], r) && s->rows[i].emulated)
			return true;
	return false;
}

static void put_line(
	FILE *out, const struct export_source *s, const struct export_row *r, size_t block)
{
	cleanup_free char *arm = export_word(r->arm, "/=", true);
	cleanup_free char *workload = export_word(r->workload, "/=", true);
	bool any = false;
	char buf[EXPORT_NUMBER_SIZE];

	for (size_t i = 0; i < s->n_rows; i++) {
		const struct export_row *c = &s->rows[i];
		cleanup_free char *unit = unit_of(c->metric);

		if (!same_cell(c, r) || !export_has_value(c) || !isfinite(export_value(c, block)))
			continue;
		/* Not last in the name: "-2" at its end would be a number of processors. */
		if (!any)
			fprintf(out,
				"BenchmarkTare/arm=%s/workload=%s/emulated=%s/instances=%lld 1",
				arm, workload, cell_emulated(s, r) ? "true" : "false",
				(long long)r->instances);
		any = true;
		fprintf(out, " %s %s", export_number(export_value(c, block), buf), unit);
	}
	if (any)
		fputc('\n', out);
}

static bool is_first(const struct export_source *s, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_cell(&s->rows[i], &s->rows[at]))
			return false;
	return true;
}

/* Blocks that any metric of the cell has a place for. */
static size_t blocks_of(const struct export_source *s, const struct export_row *r)
{
	size_t most = 0;

	for (size_t i = 0; i < s->n_rows; i++)
		if (same_cell(&s->rows[i], r) && json_array_size(s->rows[i].values) > most)
			most = json_array_size(s->rows[i].values);
	return most;
}

int export_benchfmt(FILE *out, const struct export_source *s, struct error *err)
{
	cleanup_free char *cpu = clean_text(json_text_at(s->run, "host", "cpu_model", NULL));

	(void)err;
	fprintf(out, "goos: linux\npkg: tare\ncpu: %s\n", cpu);
	fprintf(out, "run: %s\nplan: %s\nhost: %s\nfingerprint: %s\n", s->id, s->plan, s->host,
		s->fingerprint);
	put_units(out, s);
	for (size_t i = 0; i < s->n_rows; i++)
		for (size_t b = 0; is_first(s, i) && b < blocks_of(s, &s->rows[i]); b++)
			put_line(out, s, &s->rows[i], b);
	return 0;
}
