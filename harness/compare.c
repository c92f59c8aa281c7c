/* compare.c - two sides put together into tare/compare/1, and what its result is. A further reason for a result:
 * result_of(). */
#include "compare-parts.h"

#include "json.h"
#include "util.h"

#include <math.h>
#include <string.h>

#define SCHEMA "tare/compare/1"
#define ENOUGH 6 /* clean blocks a run needs, as in schedule_too_noisy() */

const char *const compare_result_names[] = {
	[COMPARE_FINE] = "fine",
	[COMPARE_UNCLEAR] = "unclear",
	[COMPARE_FAILED] = "failed",
	[COMPARE_REGRESSION] = "regression",
	[COMPARE_NOISY] = "noisy",
	NULL,
};

static void finding_of(json_t *doc, const char *kind, const struct compare_row *row,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void finding_of(
	json_t *doc, const char *kind, const struct compare_row *row, const char *fmt, ...)
{
	char *words;
	va_list args;

	va_start(args, fmt);
	words = xvasprintf(fmt, args);
	va_end(args);
	json_array_append_new(json_object_get(doc, "findings"),
		json_pack("{s:s, s:s?, s:s?, s:o}", "kind", kind, "metric",
			row ? metrics[row->metric].name : NULL, "arm", row ? row->arm : NULL,
			"text", json_text(words)));
	free(words);
}

static json_t *run_object(const struct compare_run *r, const struct summary *s)
{
	return json_pack("{s:s, s:O, s:O, s:O?, s:i, s:i}", "path", r->path, "run",
		json_object_get(r->run, "id"), "started", json_object_get(r->run, "started"),
		"status", json_object_get(r->run, "status"), "blocks", (int)s->n_blocks,
		"disturbed", (int)s->disturbed);
}

/* A run of 6 blocks or more with fewer than 6 clean ones, or than half: the rule of tare run. */
static bool too_noisy(const struct summary *s)
{
	size_t clean = s->n_blocks - s->disturbed;

	return s->disturbed && s->n_blocks >= ENOUGH && (clean < ENOUGH || 2 * clean < s->n_blocks);
}

static void take_settings(struct compare_rows *rows, const struct summary *s)
{
	rows->margin_time = s->margin_time;
	rows->margin_memory = s->margin_memory;
	memcpy(rows->primary, s->primary, sizeof(rows->primary));
}

static int read_run(json_t *doc, struct compare_rows *rows, const struct compare_side *side,
	unsigned which, unsigned run, struct error *err)
{
	const struct compare_run *r = &side->runs[run];
	struct summary s = {.run = r->run, .set = &r->set};
	const char *name = which ? "new" : "base";

	if (summary_gather(&s, false, err) < 0)
		return error_wrap(err, "%s", r->path);
	compare_add_run(rows, &s, which, run);
	json_array_append_new(json_object_get(doc, name), run_object(r, &s));
	if (too_noisy(&s))
		finding_of(doc, "noisy", NULL,
			"%s: too noisy to trust, %zu clean blocks of %zu, expected at least %d and half of them",
			r->path, s.n_blocks - s.disturbed, s.n_blocks, ENOUGH);
	if (which && run == 0) /* the newer plan decides what is asked */
		take_settings(rows, &s);
	summary_release(&s);
	return 0;
}

static bool is_worse(const struct compare_row *row, enum verdict v)
{
	enum metric_better b = metrics[row->metric].better;

	return (b == BETTER_LOWER && v == VERDICT_HIGHER) ||
		(b == BETTER_HIGHER && v == VERDICT_LOWER);
}

/* The estimate lies beyond the margin in the worse direction, whatever the interval says. */
static bool is_suspected(const struct compare_row *row, const struct compare_judged *j)
{
	enum metric_better b = metrics[row->metric].better;

	if (j->verdict == VERDICT_NONE || isnan(j->estimate))
		return false;
	return (b == BETTER_LOWER && j->estimate > j->edge) ||
		(b == BETTER_HIGHER && j->estimate < -j->edge);
}

static double shown(const struct compare_judged *j, double d)
{
	return j->ratio ? exp(d) : d;
}

static json_t *side_object(const struct compare_values *v, double median, double apart)
{
	return json_pack("{s:o, s:i, s:i, s:o}", "median", number(median), "n", (int)v->n, "runs",
		(int)v->runs, "apart", number(apart));
}

static json_t *row_object(
	const struct compare_row *row, const struct compare_judged *j, bool primary)
{
	const struct metric *m = &metrics[row->metric];
	static const char *const better[] = {
		[BETTER_NEITHER] = "neither", [BETTER_LOWER] = "lower", [BETTER_HIGHER] = "higher"};
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:b}", "metric", m->name, "unit",
		m->unit, "better", better[m->better], "arm", row->arm, "workload", row->workload,
		"instances", (int)row->instances, "primary", primary);

	json_object_set_new(o, "base", side_object(&row->side[0], j->median[0], j->apart[0]));
	json_object_set_new(o, "new", side_object(&row->side[1], j->median[1], j->apart[1]));
	json_object_set_new(o, "kind", json_string(j->ratio ? "ratio" : "difference"));
	json_object_set_new(o, j->ratio ? "ratio" : "difference", number(shown(j, j->estimate)));
	json_object_set_new(o, "lo", number(shown(j, j->i.lo)));
	json_object_set_new(o, "hi", number(shown(j, j->i.hi)));
	json_object_set_new(o, "coverage", number(isnan(j->i.lo) ? NAN : j->i.coverage));
	json_object_set_new(o, "margin", number(j->margin));
	json_object_set_new(o, "verdict", json_string(verdict_names[j->verdict]));
	json_object_set_new(o, "worse", json_boolean(is_worse(row, j->verdict)));
	json_object_set_new(o, "suspected", json_boolean(primary && is_suspected(row, j)));
	json_object_set_new(
		o, "needs", j->needs ? json_integer((json_int_t)j->needs) : json_null());
	json_object_set_new(o, "p", number(j->p));
	json_object_set_new(o, "p_margin", number(j->p_margin));
	json_object_set_new(o, "holm", json_null());
	json_object_set_new(o, "regression", json_false());
	json_object_set_new(o, "runs_differ", json_boolean(j->runs_differ));
	json_object_set_new(o, "flags", flag_names(row->side[0].flags | row->side[1].flags));
	json_object_set_new(o, "note", text(j->note));
	return o;
}

/* The primaries decide one exit code together, so they are one family (Holm 1979), each tested against its margin.
 * Counts that never vary need no test. */
struct family {
	double *p;
	json_t **row; /* borrowed */
	size_t n;
	double least; /* the smallest p that the largest test can give */
};

static void decide(const struct compare_rows *rows, struct family *f, json_t *doc)
{
	cleanup_free int *reject = xcalloc(f->n + 1, sizeof(*reject));

	stats_holm(f->p, f->n, rows->alpha, reject);
	for (size_t i = 0; i < f->n; i++) {
		json_object_set_new(f->row[i], "holm", json_boolean(reject[i]));
		if (reject[i] && json_is_true(json_object_get(f->row[i], "worse")))
			json_object_set_new(f->row[i], "regression", json_true());
	}
	/* Sides that nothing is suspected of need no more blocks. */
	if (f->n && f->least * (double)f->n > rows->alpha &&
		(!rows->paired || compare_suspected(doc)))
		finding_of(doc, "primary", NULL,
			"too few values: Holm's correction over %zu primary comparisons asks for p <= %.2g, the least that can come out is %.2g; measure more blocks",
			f->n, rows->alpha / (double)f->n, f->least);
}

/* What is said about a primary beyond its figures. */
static void note_row(json_t *doc, const struct compare_row *row, const struct compare_judged *j)
{
	if (row->side[0].n && !row->side[1].n)
		finding_of(doc, row->side[1].failed ? "failed" : "missing", row,
			"%s, arm %s, workload %s, %u instance%s: base has a value, new has none: %s",
			metrics[row->metric].name, row->arm, row->workload, row->instances,
			row->instances == 1 ? "" : "s",
			row->side[1].reason          ? row->side[1].reason
				: row->side[1].there ? "no counted block"
						     : "it was not measured");
	if (j->runs_differ)
		finding_of(doc, "runs", row,
			"%s, arm %s, workload %s: runs of one side differ by more than the margin; a verdict needs every new run beyond every base run",
			metrics[row->metric].name, row->arm, row->workload);
}

static void add_rows(json_t *doc, const struct compare_rows *rows)
{
	struct family f = {.p = xcalloc(rows->n + 1, sizeof(*f.p)),
		.row = xcalloc(rows->n + 1, sizeof(json_t *))};
	json_t *list = json_object_get(doc, "comparisons");

	for (size_t i = 0; i < rows->n; i++) {
		const struct compare_row *row = &rows->row[i];
		struct compare_judged j = compare_judge(rows, row);
		bool primary = rows->primary[row->metric];
		json_t *o = row_object(row, &j, primary);

		if (primary)
			note_row(doc, row, &j);
		if (primary && !isnan(j.p_margin) && j.verdict != VERDICT_NONE) {
			f.least = fmax(f.least, compare_least_p(rows, row));
			f.p[f.n] = j.p_margin;
			f.row[f.n++] = o;
		} else if (primary && isnan(j.p) && is_worse(row, j.verdict)) {
			json_object_set_new(o, "regression", json_true());
		}
		json_array_append_new(list, o);
		free(j.note);
	}
	decide(rows, &f, doc);
	free(f.p);
	free(f.row);
}

static bool has_finding(const json_t *doc, const char *kind)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(doc, "findings"), i, one)
		if (!strcmp(json_string_value(json_object_get(one, "kind")), kind))
			return true;
	return false;
}

static bool any_row(const json_t *doc, bool (*is)(const json_t *row))
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(doc, "comparisons"), i, row)
		if (is(row))
			return true;
	return false;
}

static bool is_regression(const json_t *row)
{
	return json_is_true(json_object_get(row, "regression"));
}

static bool is_unclear(const json_t *row)
{
	const char *verdict = json_string_value(json_object_get(row, "verdict"));

	/* Worse beyond the margin, but not beyond what so many tests give by chance. */
	return json_is_true(json_object_get(row, "primary")) &&
		(!strcmp(verdict, "unclear") ||
			(json_is_true(json_object_get(row, "worse")) && !is_regression(row)));
}

/* A row that has been judged, whatever came out. */
static bool is_judged(const json_t *row)
{
	return json_is_true(json_object_get(row, "primary")) &&
		strcmp(json_string_value(json_object_get(row, "verdict")), "none") != 0;
}

static bool row_suspected(const json_t *row)
{
	return json_is_true(json_object_get(row, "suspected"));
}

bool compare_suspected(const json_t *doc)
{
	return any_row(doc, row_suspected);
}

static enum compare_result result_of(const json_t *doc)
{
	if (has_finding(doc, "noisy"))
		return COMPARE_NOISY;
	if (any_row(doc, is_regression))
		return COMPARE_REGRESSION;
	if (has_finding(doc, "failed"))
		return COMPARE_FAILED;
	if (has_finding(doc, "missing") || any_row(doc, is_unclear))
		return COMPARE_UNCLEAR;
	return COMPARE_FINE;
}

enum compare_result compare_result(const json_t *doc)
{
	const char *name = json_string_value(json_object_get(doc, "result"));

	for (unsigned i = 0; compare_result_names[i]; i++)
		if (name && !strcmp(name, compare_result_names[i]))
			return (enum compare_result)i;
	return COMPARE_UNCLEAR;
}

int compare_exit(const json_t *doc, bool strict)
{
	static const int codes[] = {
		[COMPARE_FINE] = EXIT_FINE,
		[COMPARE_UNCLEAR] = EXIT_FINE,
		[COMPARE_FAILED] = EXIT_ARM,
		[COMPARE_REGRESSION] = EXIT_REGRESSION,
		[COMPARE_NOISY] = EXIT_NOISY,
	};
	enum compare_result result = compare_result(doc);

	return strict && result == COMPARE_UNCLEAR ? EXIT_UNCLEAR : codes[result];
}

static json_t *new_document(const char *kind)
{
	return json_pack("{s:s, s:s, s:n, s:[], s:[], s:[], s:[], s:[]}", "schema", SCHEMA, "kind",
		kind, "result", "base", "new", "environment", "comparisons", "findings");
}

static bool anything_common(const struct compare_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].side[0].there && rows->row[i].side[1].there)
			return true;
	return false;
}

static void end_document(json_t *doc, const struct compare_rows *rows)
{
	add_rows(doc, rows);
	if (!any_row(doc, is_judged) && !has_finding(doc, "failed") && !has_finding(doc, "missing"))
		finding_of(doc, "missing", NULL,
			"no primary metric has a verdict: nothing that the plan calls primary could be compared");
	json_object_set_new(doc, "alpha", json_real(rows->alpha));
	json_object_set_new(doc, "result", json_string(compare_result_names[result_of(doc)]));
}

static int fill_runs(json_t *doc, struct compare_rows *rows, const struct compare_side *base,
	const struct compare_side *new, struct error *err)
{
	const struct compare_side *sides[2] = {base, new};

	for (unsigned k = 0; k < 2; k++)
		for (size_t i = 0; i < sides[k]->n; i++)
			if (read_run(doc, rows, sides[k], k, (unsigned)i, err) < 0)
				return -1;
	if (!anything_common(rows))
		return error_set(err, EXIT_USAGE,
			"%s: nothing in common with %s, got no metric of the same arm, workload and number of instances, expected at least one",
			new->runs[0].path, base->runs[0].path);
	return 0;
}

json_t *compare_runs(const struct compare_side *base, const struct compare_side *new,
	const struct compare_options *o, struct error *err)
{
	struct compare_rows rows = {.index = json_object(), .alpha = 1 - CONFIDENCE};
	cleanup_json json_t *doc = new_document("runs"), *forced = json_array();
	json_t *reason;
	size_t i;

	if (compare_refuse(base, new, o, forced, err) < 0 ||
		fill_runs(doc, &rows, base, new, err) < 0) {
		compare_rows_free(&rows);
		return NULL;
	}
	json_object_set_new(doc, "environment", compare_environment(base, new));
	json_array_foreach (forced, i, reason)
		finding_of(doc, "forced", NULL, "%s", json_string_value(reason));
	if (base->n == 1 || new->n == 1)
		finding_of(doc, "single", NULL,
			"%s one run only: what differs between whole runs (boot, placement, hour) cannot be told from a change; give several runs as A,B,C, or measure both at once with tare run --against",
			base->n == 1 && new->n == 1 ? "both sides are" : "one side is");
	end_document(doc, &rows);
	compare_rows_free(&rows);
	return steal_ptr(doc);
}

static unsigned planned_looks(const json_t *run)
{
	const json_t *plan = json_object_get(run, "plan");
	json_int_t blocks = json_integer_value(json_object_get(plan, "blocks"));
	json_int_t most = json_integer_value(json_object_get(plan, "most_blocks"));

	return blocks > 0 && most > blocks ? (unsigned)((most + blocks - 1) / blocks) : 1;
}

json_t *compare_within(const json_t *run, const struct sample_set *set, struct error *err)
{
	struct compare_rows rows = {.index = json_object(),
		.paired = true,
		.alpha = (1 - CONFIDENCE) / planned_looks(run)};
	struct summary s = {.run = run, .set = set};
	json_t *doc = NULL;

	if (summary_gather(&s, false, err) < 0) {
		compare_rows_free(&rows);
		return NULL;
	}
	compare_add_pairs(&rows, &s);
	take_settings(&rows, &s);
	if (!rows.n) {
		error_set(err, EXIT_USAGE,
			"run.json: no second side, expected a run of tare run --against, or two runs to compare");
	} else {
		doc = new_document("sides");
		json_object_set_new(doc, "environment", compare_environment_within(run));
		if (too_noisy(&s))
			finding_of(doc, "noisy", NULL,
				"too noisy to trust, %zu clean blocks of %zu, expected at least %d and half of them",
				s.n_blocks - s.disturbed, s.n_blocks, ENOUGH);
		end_document(doc, &rows);
	}
	compare_rows_free(&rows);
	summary_release(&s);
	return doc;
}
