/* gha-benchmark.c - github-action-benchmark's custom formats: one list for metrics of which less is better, one for the
 * others. What is neither belongs to none. */
#include "export-internal.h"

#include <math.h>

static void add(json_t *list, const struct export_source *s, const struct export_row *r)
{
	char lo[EXPORT_NUMBER_SIZE], hi[EXPORT_NUMBER_SIZE];
	cleanup_free char *name = export_name(r, true);
	cleanup_free char *extra = xasprintf("%s, n = %lld, run %s on %s",
		r->emulated ? "emulated (TCG)" : "measured", (long long)r->n, s->id, s->host);
	json_t *o = json_pack("{s:s, s:s}", "name", name, "unit", r->metric->unit);

	export_put(o, "value", r->median);
	if (isfinite(r->lo) && isfinite(r->hi)) {
		cleanup_free char *range =
			xasprintf("[%s, %s]", export_number(r->lo, lo), export_number(r->hi, hi));

		json_object_set_new(o, "range", json_string(range));
	}
	json_object_set_new(o, "extra", json_string(extra));
	json_array_append_new(list, o);
}

static int print(
	FILE *out, const struct export_source *s, enum metric_better better, struct error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].metric->better == better && export_has_value(&s->rows[i]))
			add(list, s, &s->rows[i]);
	return export_print(out, list, err);
}

int export_gha_smaller(FILE *out, const struct export_source *s, struct error *err)
{
	return print(out, s, BETTER_LOWER, err);
}

int export_gha_bigger(FILE *out, const struct export_source *s, struct error *err)
{
	return print(out, s, BETTER_HIGHER, err);
}
