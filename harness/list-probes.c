/* list-probes.c - rows of `tare list probes` and `tare list metrics`, from their tables. */
#include "command.h"
#include "json.h"
#include "metric.h"
#include "probe.h"

json_t *list_probes(void)
{
	json_t *rows = json_array();

	for (size_t i = 0; probes[i]; i++) {
		json_t *names = json_array();

		for (int id = (int)probes[i]->first; id <= (int)probes[i]->last; id++)
			json_array_append_new(names, json_string(metrics[id].name));
		json_array_append_new(rows,
			json_pack("{ss ss sb so}", "name", probes[i]->name, "help", probes[i]->help,
				"optional", probes[i]->optional, "metrics", names));
	}
	return rows;
}

json_t *list_metrics(void)
{
	static const char *const better[] = {
		[BETTER_NEITHER] = "neither",
		[BETTER_LOWER] = "lower",
		[BETTER_HIGHER] = "higher",
	};
	json_t *rows = json_array();

	for (size_t i = 0; i < METRIC_COUNT; i++) {
		const struct metric *m = &metrics[i];

		json_array_append_new(rows,
			json_pack("{ss ss ss ss sb sb ss}", "name", m->name, "unit", m->unit,
				"better", better[m->better], "compare",
				m->compare == COMPARE_DIFF ? "difference" : "ratio", "exact",
				m->exact, "derived", m->derived, "help", m->help ? m->help : ""));
	}
	return rows;
}
