/* markdown-meter.c - what the run's host is known to resolve: its last self-test, as run.json quotes it. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

char *meter_text(const struct view *v)
{
	const json_t *meter = json_object_get(v->run, "meter");

	if (!meter)
		return NULL;
	if (!json_is_object(meter))
		return xstrdup("not weighed on this host before the run; run: tare selftest");
	if (strcmp(json_text_at(meter, "status", NULL), "ok") != 0)
		return xasprintf(
			"OFF at \"%s\" in the self-test of %s: figures of this run are not to be trusted",
			json_text_at(meter, "off", NULL), json_text_at(meter, "date", NULL));
	return xasprintf(
		"all known weights were found on this host (tare selftest of %s, %.0f rows, accelerator %s)",
		json_text_at(meter, "date", NULL), json_number_at(meter, "weights", NULL),
		json_text_at(meter, "accelerator", NULL));
}

static void resolved_row(FILE *out, const json_t *r)
{
	double value = json_number_at(r, "value", NULL);
	cleanup_free char *shown = NULL;

	if (isnan(value))
		return;
	if (!strcmp(json_text_at(r, "kind", NULL), "ratio"))
		shown = xasprintf("%.2g %%", 100 * value);
	else
		shown = value_text(value, json_text_at(r, "unit", NULL));
	markdown_print(out, "| %s |", json_text_at(r, "metric", NULL));
	markdown_print(out, " %s |", json_text_at(r, "arm", NULL));
	markdown_print(out, " %s |\n", shown);
}

void markdown_meter(FILE *out, const struct view *v)
{
	const json_t *list = json_list(json_object_get(v->run, "meter"), "resolves");
	cleanup_free char *text = meter_text(v);
	size_t i;
	json_t *r;

	if (!text)
		return;
	markdown_print(out, "\n## The meter\n\nThe meter: %s.\n", text);
	if (!json_array_size(list))
		return;
	fputs("\n<details><summary>Smallest effects that one arm against itself resolves here</summary>\n\n"
	      "Half the width of the interval over the blocks of the self-test.\n\n"
	      "| metric | platform | smallest effect |\n| :--- | :--- | ---: |\n",
		out);
	json_array_foreach ((json_t *)list, i, r)
		resolved_row(out, r);
	fputs("\n</details>\n", out);
}
