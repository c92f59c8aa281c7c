/* bencher.c - Bencher Metric Format: benchmark (arm/workload/instances), measure (the metric, in its base unit), value
 * with the interval's ends where there are any. */
#include "export-internal.h"

int export_bencher(FILE *out, const struct export_source *s, struct error *err)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->n_rows; i++) {
		const struct export_row *r = &s->rows[i];
		cleanup_free char *name = export_name(r, false);
		json_t *benchmark, *measure;

		if (!export_has_value(r))
			continue;
		benchmark = json_object_get(all, name);
		if (!benchmark) {
			benchmark = json_object();
			json_object_set_new(all, name, benchmark);
		}
		measure = json_object();
		export_put(measure, "value", r->median);
		export_put(measure, "lower_value", r->lo);
		export_put(measure, "upper_value", r->hi);
		json_object_set_new(benchmark, r->metric->name, measure);
	}
	return export_print(out, all, err);
}
