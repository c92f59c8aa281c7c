/* markdown.c - report.md: tables and pictures. Every foreign text passes markdown_text() or a fence. To
 * add a section: a function that prints it, one line in markdown_report(). */
#include "report-internal.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

void markdown_print(FILE *out, const char *fmt, const char *foreign)
{
	cleanup_free char *text = markdown_text(foreign);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(out, fmt, text);
#pragma GCC diagnostic pop
}

static void table_head(FILE *out, const struct view *v)
{
	fputs("| metric |", out);
	for (size_t a = 0; a < v->n_arms; a++)
		if (view_has_arm(v, a))
			markdown_print(out, " %s |", v->arms[a].shown);
	fputs("\n| :--- |", out);
	for (size_t a = 0; a < v->n_arms; a++)
		if (view_has_arm(v, a))
			fputs(" ---: |", out);
	fputc('\n', out);
}

static void table_row(FILE *out, const struct view *v, const char *metric, struct note_list *notes,
	bool *emulated)
{
	bool any = false;

	for (size_t a = 0; a < v->n_arms; a++)
		any = any || view_cell(v, a, metric).status != CELL_ABSENT;
	if (!any)
		return;
	fprintf(out, "| `%s` |", metric);
	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell cell = view_cell(v, a, metric);
		cleanup_free char *text = table_cell(&cell, notes, emulated);

		if (view_has_arm(v, a))
			fprintf(out, " %s |", text);
	}
	fputc('\n', out);
}

static bool is_key(const char *name)
{
	for (size_t i = 0; key_metrics[i]; i++)
		if (strcmp(key_metrics[i], name) == 0)
			return true;
	return false;
}

static const char emulated_note[] =
	"\n† Emulated (TCG): a time or rate under it is no evidence about VMs; memory holds less `memory.emulator_code`.\n";

static void table_notes(FILE *out, const struct note_list *notes, bool emulated)
{
	if (emulated)
		fputs(emulated_note, out);
	for (size_t i = 0; i < notes->n; i++) {
		fprintf(out, "%s(%zu) ", i ? "  \n" : "\n", i + 1);
		markdown_print(out, "%s", notes->text[i]);
	}
	if (notes->n)
		fputc('\n', out);
}

/* The key metrics, then all others folded away. */
void markdown_results(FILE *out, const struct view *v)
{
	cleanup_free char *setting = setting_text(&v->at);
	cleanup_free char *absent = view_absent_text(v);
	cleanup_notes struct note_list notes = {0}, more = {0};
	bool emulated = false, emulated_more = false;

	markdown_print(out, "\n## Results: %s\n\nMedian [exact interval], per instance.", setting);
	markdown_print(out, absent ? " %s.\n\n" : "%s\n\n", absent);
	table_head(out, v);
	for (size_t i = 0; key_metrics[i]; i++)
		table_row(out, v, key_metrics[i], &notes, &emulated);
	table_notes(out, &notes, emulated);
	fputs("\n<details><summary>All other metrics</summary>\n\n", out);
	table_head(out, v);
	for (size_t i = 0; i < METRIC_COUNT; i++)
		if (!is_key(metrics[i].name))
			table_row(out, v, metrics[i].name, &more, &emulated_more);
	table_notes(out, &more, emulated_more);
	fputs("\n</details>\n", out);
}

static void comparison_row(FILE *out, const json_t *c)
{
	cleanup_free char *value = comparison_text(c);
	double margin = json_number_at(c, "margin", NULL),
	       blocks = json_number_at(c, "needs_blocks", NULL);
	double p = json_number_at(c, "p", NULL);
	bool ratio = isfinite(json_number_at(c, "ratio", NULL));

	markdown_print(out, "| %s", json_text_at(c, "metric", NULL));
	fputs(json_is_true(json_object_get(c, "primary")) ? " (primary) |" : " |", out);
	markdown_print(out, " %s |", json_text_at(c, "arm", NULL));
	fprintf(out, " %s%s |", value,
		json_has_text(json_list(c, "flags"), "emulated") ? " †" : "");
	if (isnan(margin))
		fputs(" |", out);
	else if (ratio)
		fprintf(out, " ±%.3g %% |", 100 * margin);
	else {
		cleanup_free char *text = value_text(margin, json_text_at(c, "unit", NULL));

		fprintf(out, " ±%s |", text);
	}
	markdown_print(out, " **%s**", json_text_at(c, "verdict", NULL));
	if (json_is_boolean(json_object_get(c, "holm")))
		fprintf(out, " (p = %.3g, %s after Holm)", p,
			json_is_true(json_object_get(c, "holm")) ? "holds" : "does not hold");
	fputs(" |", out);
	cleanup_free char *more = blocks_text(blocks);

	if (blocks > 0)
		fprintf(out, " about %s |", more);
	else
		fputs(" |", out);
	markdown_print(out, " %s |\n", json_text_at(c, "note", NULL));
}

/* The key metrics' comparisons with a base, or all others. */
static void comparison_rows(FILE *out, const struct view *v, const char *base, bool key)
{
	size_t i;
	json_t *c;

	fputs("| metric | arm | ratio or difference | margin | verdict | more blocks | note |\n"
	      "| :--- | :--- | ---: | ---: | :--- | ---: | :--- |\n",
		out);
	json_array_foreach ((json_t *)v->at.compared, i, c)
		if (view_compares(v, c, base) && is_key(json_text_at(c, "metric", NULL)) == key)
			comparison_row(out, c);
}

/* The first comparison with a base at v->at: its position, or that of the end. */
static size_t first_with(const struct view *v, const char *base)
{
	size_t i;
	json_t *c;

	json_array_foreach ((json_t *)v->at.compared, i, c)
		if (view_compares(v, c, base))
			break;
	return i;
}

static void comparisons_with(FILE *out, const struct view *v, const char *base)
{
	markdown_print(out, "\n### Compared with %s\n\n", base);
	fputs("Block by block: the median ratio (or difference) with its exact sign-test interval, judged against the margin. † is emulated.\n\n",
		out);
	comparison_rows(out, v, base, true);
	fputs("\n<details><summary>All other comparisons</summary>\n\n", out);
	comparison_rows(out, v, base, false);
	fputs("\n</details>\n", out);
}

/* The plan's base first; any other in a table of its own. No table where nothing is compared with it. */
void markdown_comparisons(FILE *out, const struct view *v)
{
	const json_t *list = v->at.compared;
	size_t i;
	json_t *c;

	if (first_with(v, v->base) < json_array_size(list))
		comparisons_with(out, v, v->base);
	json_array_foreach ((json_t *)list, i, c) {
		const char *base = json_text_at(c, "base", NULL);

		if (*base && strcmp(base, v->base) != 0 && first_with(v, base) == i)
			comparisons_with(out, v, base);
	}
}

/* The line without the translation buffer; "" where nothing is taken off. New. */
static char *slope_less_text(const json_t *s, const char *unit)
{
	const json_t *less = json_object_get(s, "less_emulator_code");
	double slope = json_number_at(less, "slope", NULL);

	if (isnan(slope))
		return xstrdup("");
	return interval_text(slope, json_number_at(less, "slope_lo", NULL),
		json_number_at(less, "slope_hi", NULL), unit, true);
}

static void section_slopes(FILE *out, const struct view *v)
{
	bool emulated = false;
	size_t i;
	json_t *s;

	if (json_array_size(json_list(v->summary, "slopes")) == 0)
		return;
	fputs("\n## Over the number of instances\n\n"
	      "| metric | arm | workload | one more instance | the same less `memory.emulator_code` | without any | M(2)/M(1) |\n"
	      "| :--- | :--- | :--- | ---: | ---: | ---: | ---: |\n",
		out);
	json_array_foreach ((json_t *)json_list(v->summary, "slopes"), i, s) {
		const char *unit = json_text_at(s, "unit", NULL);
		cleanup_free char *slope = interval_text(json_number_at(s, "slope", NULL),
			json_number_at(s, "slope_lo", NULL), json_number_at(s, "slope_hi", NULL),
			unit, true);
		cleanup_free char *at_zero = interval_text(json_number_at(s, "intercept", NULL),
			json_number_at(s, "intercept_lo", NULL),
			json_number_at(s, "intercept_hi", NULL), unit, false);
		double two = json_number_at(s, "ratio_2_1", NULL);
		cleanup_free char *ratio = isnan(two) ? xstrdup("") : ratio_text(two);
		cleanup_free char *less = slope_less_text(s, unit);
		bool dagger = json_has_text(json_list(s, "flags"), "emulated");

		emulated = emulated || dagger;
		markdown_print(out, "| %s |", json_text_at(s, "metric", NULL));
		markdown_print(out, " %s |", json_text_at(s, "arm", NULL));
		markdown_print(out, " %s |", json_text_at(s, "workload", NULL));
		markdown_print(out, dagger ? " %s † |" : " %s |", slope);
		markdown_print(out, " %s |", less);
		markdown_print(out, dagger ? " %s † |" : " %s |", at_zero);
		fprintf(out, " %s |\n", ratio);
	}
	if (emulated)
		fputs(emulated_note, out);
}

void markdown_findings(FILE *out, const struct view *v)
{
	size_t i;
	json_t *f;

	if (json_array_size(json_list(v->summary, "findings")) == 0)
		return;
	fputs("\n## Findings\n\n", out);
	json_array_foreach ((json_t *)json_list(v->summary, "findings"), i, f) {
		markdown_print(out, "- %s: ", json_text_at(f, "kind", NULL));
		markdown_print(out, "%s\n", json_text_at(f, "text", NULL));
	}
}

static void section_charts(
	FILE *out, const struct chart_entry *charts, size_t n, const char *missing)
{
	fputs("\n## Charts\n", out);
	if (missing)
		markdown_print(
			out, "\nNot drawn: %s. The scripts and their data are there.\n", missing);
	for (size_t i = 0; i < n; i++) {
		const char *f = charts[i].file;

		if (!missing) {
			markdown_print(out, "\n![%s]", charts[i].title);
			fprintf(out, "(charts/%s.png)\n", f);
		} else {
			markdown_print(out, "\n%s\n", charts[i].title);
		}
		if (!missing)
			fprintf(out, "\n[SVG](charts/%s.svg) · ", f);
		fprintf(out, "%s[script](charts/%s.gp) · [data](charts/%s.dat)\n",
			missing ? "\n" : "", f, f);
	}
}

char *markdown_report(struct view *v, const struct chart_entry *charts, size_t n_charts,
	const char *charts_missing)
{
	struct setting kept = v->at;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	markdown_about(out, v);
	markdown_argument(out, v, charts, n_charts, !charts_missing);
	section_charts(out, charts, n_charts, charts_missing);
	for (size_t i = 0; i < v->n_settings; i++) {
		v->at = v->settings[i];
		markdown_results(out, v);
		markdown_comparisons(out, v);
	}
	v->at = kept;
	section_slopes(out, v);
	markdown_capacity(out, v);
	markdown_ledger(out, v);
	markdown_findings(out, v);
	markdown_pss(out, v);
	markdown_meter(out, v);
	markdown_equivalence(out, v);
	markdown_errors(out, v);
	markdown_reproduce(out, v);
	fclose(out);
	return text;
}
