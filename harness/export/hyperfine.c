/* hyperfine.c - hyperfine's --export-json: one result for each time, in seconds, a time each counted block. user, system
 * and exit_codes are not measured apart and left out, as hyperfine's own readers of times allow. */
#include "export-internal.h"

#include <math.h>
#include <string.h>

static double mean_of(const json_t *times, double *deviation)
{
	size_t n = json_array_size(times), i;
	double sum = 0, squares = 0, mean;
	json_t *t;

	json_array_foreach ((json_t *)times, i, t)
		sum += json_number_value(t);
	mean = sum / (double)n;
	json_array_foreach ((json_t *)times, i, t)
		squares += pow(json_number_value(t) - mean, 2);
	*deviation = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
	return mean;
}

static json_t *parameters_of(const struct export_source *s, const struct export_row *r)
{
	cleanup_free char *instances = xasprintf("%lld", (long long)r->instances);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "metric", r->metric->name, "arm",
		r->arm, "workload", r->workload, "instances", instances, "emulated",
		r->emulated ? "true" : "false", "host", s->host, "run", s->id);
}

static void add_result(json_t *results, const struct export_source *s, const struct export_row *r)
{
	cleanup_free char *name = export_name(r, true);
	json_t *times = json_array(), *o;
	double deviation, mean;

	for (size_t i = 0; i < json_array_size(r->values); i++)
		if (isfinite(export_value(r, i)))
			json_array_append_new(times, json_real(export_value(r, i)));
	if (!json_array_size(times)) {
		json_decref(times);
		return;
	}
	mean = mean_of(times, &deviation);
	o = json_pack("{s:s, s:f}", "command", name, "mean", mean);
	/* hyperfine's own word for a deviation of one run. */
	json_object_set_new(o, "stddev", isfinite(deviation) ? json_real(deviation) : json_null());
	export_put(o, "median", r->median);
	export_put(o, "min", json_number_at(r->json, "min", NULL));
	export_put(o, "max", json_number_at(r->json, "max", NULL));
	json_object_set_new(o, "times", times);
	json_object_set_new(o, "parameters", parameters_of(s, r));
	json_array_append_new(results, o);
}

int export_hyperfine(FILE *out, const struct export_source *s, struct error *err)
{
	json_t *results = json_array();

	for (size_t i = 0; i < s->n_rows; i++)
		if (!strcmp(s->rows[i].metric->unit, "s") && export_has_value(&s->rows[i]))
			add_result(results, s, &s->rows[i]);
	return export_print(out, json_pack("{s:o}", "results", results), err);
}
