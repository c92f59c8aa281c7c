/* google-benchmark.c - Google Benchmark's JSON: each time is a benchmark with one repetition a counted block, in ns.
 * boot.ready carries boot.cpu of the same block as cpu_time and everything that is no time as counters; no other time has
 * a CPU time of its own, so theirs is left out. */
#include "export-internal.h"

#include <math.h>
#include <string.h>

static bool is_time(const struct export_row *r)
{
	return !strcmp(r->metric->unit, "s") && export_has_value(r);
}

static bool is_boot(const struct export_row *r)
{
	return r->metric == &metrics[BOOT_READY];
}

static void put_counters(
	json_t *o, const struct export_source *s, const struct export_row *r, size_t block)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct export_row *c = &s->rows[i];

		if (c->instances == r->instances && !strcmp(c->arm, r->arm) &&
			!strcmp(c->workload, r->workload) && strcmp(c->metric->unit, "s") != 0 &&
			export_has_value(c))
			export_put(o, c->metric->name, export_value(c, block));
	}
}

static size_t repetitions_of(const struct export_row *r)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(r->values); i++)
		n += isfinite(export_value(r, i));
	return n;
}

static void add_repetition(json_t *list, const struct export_source *s, const struct export_row *r,
	size_t block, size_t family)
{
	const struct export_row *cpu = is_boot(r) ? export_beside(s, r, BOOT_CPU) : NULL;
	cleanup_free char *name = export_name(r, true);
	size_t index = 0;
	json_t *o;

	for (size_t i = 0; i < block; i++)
		index += isfinite(export_value(r, i));
	o = json_pack("{s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:i, s:i}", "name", name, "family_index",
		(json_int_t)family, "per_family_instance_index", (json_int_t)0, "run_name", name,
		"run_type", "iteration", "repetitions", (json_int_t)repetitions_of(r),
		"repetition_index", (json_int_t)index, "threads", 1, "iterations", 1);
	export_put(o, "real_time", export_value(r, block) * 1e9);
	if (cpu)
		export_put(o, "cpu_time", export_value(cpu, block) * 1e9);
	json_object_set_new(o, "time_unit", json_string("ns"));
	if (r->emulated)
		json_object_set_new(o, "label", json_string("emulated"));
	if (is_boot(r))
		put_counters(o, s, r, block);
	json_array_append_new(list, o);
}

int export_google_benchmark(FILE *out, const struct export_source *s, struct error *err)
{
	double cores = json_number_at(s->run, "host", "cores", NULL);
	json_t *list = json_array();
	json_t *context = json_pack(
		"{s:s, s:s, s:s}", "date", s->started, "host_name", s->host, "executable", "tare");
	size_t family = 0;

	export_put(context, "num_cpus", cores);
	json_object_set_new(context, "library_build_type", json_string("release"));
	json_object_set_new(context, "tare_run", json_string(s->id));
	json_object_set_new(context, "tare_fingerprint", json_string(s->fingerprint));
	for (size_t i = 0; i < s->n_rows; i++) {
		const struct export_row *r = &s->rows[i];

		if (!is_time(r))
			continue;
		for (size_t block = 0; block < json_array_size(r->values); block++)
			if (isfinite(export_value(r, block)))
				add_repetition(list, s, r, block, family);
		family++;
	}
	return export_print(
		out, json_pack("{s:o, s:o}", "context", context, "benchmarks", list), err);
}
