/* summary.c - samples -> summary.json: reads what the plan says, calls the passes, packs the result. Pure. A new
 * list of summary.json: a make_ function in a file of its own, its line in results/README.md. */
#include "summary.h"

#include "claims.h"
#include "json.h"
#include "summary-parts.h"
#include "util.h"

#include <math.h>
#include <stdarg.h>

void put(struct summary *s, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		s->broken = true;
}

void append(struct summary *s, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) < 0)
		s->broken = true;
}

json_t *number(double d)
{
	return isfinite(d) ? json_real(d) : json_null();
}

json_t *text(const char *string)
{
	return string ? json_string(string) : json_null();
}

json_t *flag_names(unsigned flags)
{
	json_t *list = json_array();

	for (unsigned i = 0; sample_flag_names[i]; i++)
		if (flags & 1u << i)
			json_array_append_new(list, json_string(sample_flag_names[i]));
	return list;
}

void put_interval(struct summary *s, json_t *object, struct interval i)
{
	put(s, object, "lo", number(i.lo));
	put(s, object, "hi", number(i.hi));
	put(s, object, "coverage", number(isnan(i.lo) ? NAN : i.coverage));
}

void put_cell(struct summary *s, json_t *object, struct cell cell, const char *base)
{
	put(s, object, "arm", text(s->arms.name[cell.arm]));
	if (base)
		put(s, object, "base", text(base));
	put(s, object, "workload", text(s->workloads.name[cell.workload]));
	put(s, object, "instances", json_integer(cell.instances));
}

void finding(struct summary *s, const char *kind, const char *metric_name, const char *arm,
	const char *fmt, ...)
{
	cleanup_free char *words = NULL;
	json_t *row = json_object();
	va_list args;

	va_start(args, fmt);
	words = xvasprintf(fmt, args);
	va_end(args);
	put(s, row, "kind", text(kind));
	put(s, row, "metric", text(metric_name));
	put(s, row, "arm", text(arm));
	put(s, row, "text", text(words));
	append(s, s->findings, row);
}

char *cell_text(const struct summary *s, struct cell cell, enum metric_id metric)
{
	return xasprintf("%s, arm %s, workload %s, %u instance%s", metrics[metric].name,
		s->arms.name[cell.arm], s->workloads.name[cell.workload], cell.instances,
		cell.instances == 1 ? "" : "s");
}

static int read_primary(struct summary *s, struct error *err)
{
	const json_t *list = json_object_get(s->plan, "primary");
	char shown[SAFE_TEXT_SIZE];
	json_t *value;
	size_t i;

	json_array_foreach ((json_t *)list, i, value) {
		const char *name = json_string_value(value);
		int id = name ? metric_find(name) : -1;

		if (id < 0)
			return error_set(err, EXIT_USAGE,
				"run.json: plan.primary[%zu], got '%s', expected the name of a metric; see: tare list metrics",
				i, safe_text(name ? name : "not a text", shown));
		s->primary[id] = true;
	}
	return 0;
}

/* Those with which the run began: thresholds are fixed before anything is measured. */
static int read_claims(struct summary *s, struct error *err)
{
	s->claims = json_object_get(s->plan, "claims");
	return s->claims ? claims_check(s->claims, "run.json: plan.claims", err) : 0;
}

static int read_plan(struct summary *s, struct error *err)
{
	uint64_t warmup = 0;
	const json_t *margins;

	s->base = "host";
	s->margin_time = 0.05;
	s->margin_memory = 0.03;
	s->plan = json_object_get(s->run, "plan");
	if (!json_is_object(s->plan))
		return error_set(err, EXIT_USAGE,
			"run.json: plan is missing or no object, expected the plan of the run");
	if (json_get_count(s->plan, "warmup", 0, 1000000, &warmup, "run.json: plan", err) < 0 ||
		json_get_text(s->plan, "base", &s->base, "run.json: plan", err) < 0)
		return -1;
	s->warmup = (unsigned)warmup;
	margins = json_object_get(s->plan, "margins");
	if (margins && !json_is_object(margins))
		return error_set(err, EXIT_USAGE,
			"run.json: plan.margins is no object, expected {\"time\": 0.05, \"memory\": 0.03}");
	if (json_get_number(
		    margins, "time", 0, 10, &s->margin_time, "run.json: plan.margins", err) < 0 ||
		json_get_number(margins, "memory", 0, 10, &s->margin_memory,
			"run.json: plan.margins", err) < 0)
		return -1;
	if (read_claims(s, err) < 0)
		return -1;
	return read_primary(s, err);
}

static void note_blocks(struct summary *s)
{
	if (s->set->torn_bytes)
		finding(s, "torn", NULL, NULL,
			"the last line of samples.jsonl was torn: %zu bytes left out",
			s->set->torn_bytes);
	if (s->incomplete)
		finding(s, "blocks", NULL, NULL, "%zu block%s incomplete and left out, %zu counted",
			s->incomplete, s->incomplete == 1 ? " is" : "s are", s->n_blocks);
	if (s->repeated)
		finding(s, "repeated", NULL, NULL,
			"%zu block%s disturbed and measured again; the repetition counts",
			s->repeated, s->repeated == 1 ? " was" : "s were");
	if (s->n_blocks < LEAST_BLOCKS)
		finding(s, "few", NULL, NULL,
			"%zu counted block%s: below %d there is no 95 %% interval", s->n_blocks,
			s->n_blocks == 1 ? "" : "s", LEAST_BLOCKS);
	if (json_is_true(json_object_get(json_object_get(s->run, "host"), "cache_halved")))
		finding(s, "cache", "memory.host_delta", NULL,
			"the host had so little page cache that MemAvailable counts it by halves: what an instance reads from disk is half in memory.host_delta");
	find_missing(s);
}

static json_t *blocks_object(struct summary *s)
{
	const json_t *planned = json_object_get(s->plan, "blocks");
	json_t *o = json_object(), *counted = json_array();

	for (size_t i = 0; i < s->n_blocks; i++)
		append(s, counted, json_integer(s->blocks[i].block));
	put(s, o, "planned",
		json_is_integer(planned) ? json_integer(json_integer_value(planned)) : json_null());
	put(s, o, "complete", json_integer((json_int_t)s->n_blocks));
	put(s, o, "warmup", json_integer(s->warmup));
	put(s, o, "incomplete", json_integer((json_int_t)s->incomplete));
	put(s, o, "repeated", json_integer((json_int_t)s->repeated));
	put(s, o, "disturbed", json_integer((json_int_t)s->disturbed));
	put(s, o, "counted", counted);
	return o;
}

static json_t *claims_list(const struct summary *s, const json_t *summary)
{
	return s->claims ? claims_judge(s->claims, summary) : json_array();
}

static json_t *summary_object(struct summary *s)
{
	const char *id = json_string_value(json_object_get(s->run, "id"));
	json_t *o = json_object();

	put(s, o, "schema", text("tare/summary/1"));
	put(s, o, "run", text(id));
	put(s, o, "blocks", blocks_object(s));
	put(s, o, "metrics", json_incref(s->metrics));
	put(s, o, "comparisons", json_incref(s->comparisons));
	put(s, o, "slopes", json_incref(s->slopes));
	put(s, o, "capacity", json_incref(s->capacity));
	put(s, o, "findings", json_incref(s->findings));
	return o;
}

void summary_release(struct summary *s)
{
	for (size_t i = 0; i < s->n_series; i++) {
		free(s->series[i].value);
		free(s->series[i].less);
	}
	free(s->series);
	free(s->blocks);
	free(s->cells);
	free(s->emulated);
	free(s->arms.name);
	free(s->workloads.name);
	json_decref(s->arms.index);
	json_decref(s->workloads.index);
	json_decref(s->metrics);
	json_decref(s->comparisons);
	json_decref(s->slopes);
	json_decref(s->capacity);
	json_decref(s->findings);
}

int summary_gather(struct summary *s, bool clean_only, struct error *err)
{
	if (read_plan(s, err) < 0)
		return -1;
	s->metrics = json_array();
	s->comparisons = json_array();
	s->slopes = json_array();
	s->capacity = json_array();
	s->findings = json_array();
	names_init(s);
	count_blocks(s);
	count_disturbed(s);
	if (clean_only)
		leave_disturbed(s);
	group_samples(s);
	derive_series(s);
	return 0;
}

/* All passes; clean_only: over the blocks that nothing disturbed. */
static int summarise(struct summary *s, bool clean_only, struct error *err)
{
	if (summary_gather(s, clean_only, err) < 0)
		return -1;
	note_blocks(s);
	make_metrics(s);
	make_comparisons(s);
	make_slopes(s);
	make_capacity(s);
	return 0;
}

/* What would have been found without the disturbed blocks. */
static void with_and_without(struct summary *s, struct error *err)
{
	struct summary clean = {.run = s->run, .set = s->set};
	bool any = s->disturbed && s->disturbed < s->n_blocks;

	if (any && summarise(&clean, true, err) == 0)
		note_disturbed(s, &clean);
	else
		note_disturbed(s, NULL);
	if (any)
		summary_release(&clean);
}

json_t *summary_make(const json_t *run, const struct sample_set *set, struct error *err)
{
	struct summary s = {.run = run, .set = set};
	json_t *result = NULL;

	if (summarise(&s, false, err) < 0)
		return NULL;
	with_and_without(&s, err);
	result = summary_object(&s);
	put(&s, result, "claims", claims_list(&s, result));
	if (s.broken) {
		json_decref(result);
		result = NULL;
		error_set(err, EXIT_INTERNAL,
			"summary.json: a value could not be made; memory is out, or a name is not UTF-8");
	}
	summary_release(&s);
	return result;
}
