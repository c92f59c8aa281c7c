/* compare-text.c - tare/compare/1 as a table for a terminal and as Markdown. Foreign text passes clean_text() or
 * markdown_text(). A further column: columns[] and cells_of(). */
#include "compare.h"
#include "report-internal.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

static const char *const columns[] = {
	"metric", "arm", "workload", "base", "new", "ratio or difference", "verdict"};
#define COLUMNS ARRAY_SIZE(columns)

static char *factor_text(double r)
{
	return isfinite(r) ? xasprintf(r < 10 ? "%.3f" : "%.1f", r) : xstrdup("n/a");
}

/* "1.034 [1.012, 1.056]" or "+12 MiB [10, 14]". */
static char *change_text(const json_t *row)
{
	double lo = json_number_at(row, "lo", NULL), hi = json_number_at(row, "hi", NULL);
	double ratio = json_number_at(row, "ratio", NULL);
	cleanup_free char *middle = NULL, *low = NULL, *high = NULL;

	if (strcmp(json_text_at(row, "kind", NULL), "ratio") != 0) {
		double d = json_number_at(row, "difference", NULL);

		return isfinite(d) ? interval_text(d, lo, hi, json_text_at(row, "unit", NULL), true)
				   : xstrdup("n/a");
	}
	middle = factor_text(ratio);
	if (!isfinite(lo) || !isfinite(hi))
		return xstrdup(middle);
	low = factor_text(lo);
	high = factor_text(hi);
	return xasprintf("%s [%s, %s]", middle, low, high);
}

static char *verdict_words(const json_t *row)
{
	const char *verdict = json_text_at(row, "verdict", NULL);
	double needs = json_number_at(row, "needs", NULL);

	if (json_is_true(json_object_get(row, "regression")))
		return xasprintf("%s: REGRESSION", verdict);
	if (json_is_true(json_object_get(row, "worse")) &&
		json_is_false(json_object_get(row, "holm")))
		return xasprintf("%s, not after Holm", verdict);
	if (needs > 0)
		return xasprintf("%s (about %.0f more)", verdict, needs);
	return strcmp(verdict, "none") ? xstrdup(verdict) : xstrdup("-");
}

static char *side_text(const json_t *row, const char *side)
{
	double median = json_number_at(row, side, "median", NULL);

	return isfinite(median) ? value_text(median, json_text_at(row, "unit", NULL))
				: xstrdup("n/a");
}

/* New texts. */
static void cells_of(const json_t *row, char *cell[COLUMNS])
{
	bool emulated = json_has_text(json_list(row, "flags"), "emulated");
	cleanup_free char *workload = clean_text(json_text_at(row, "workload", NULL));
	cleanup_free char *change = change_text(row);

	cell[0] = clean_text(json_text_at(row, "metric", NULL));
	cell[1] = clean_text(json_text_at(row, "arm", NULL));
	cell[2] = xasprintf("%s, %.0f", workload, json_number_at(row, "instances", NULL));
	cell[3] = side_text(row, "base");
	cell[4] = side_text(row, "new");
	cell[5] = xasprintf("%s%s", change, emulated ? " †" : "");
	cell[6] = verdict_words(row);
}

static bool is_primary(const json_t *row)
{
	return json_is_true(json_object_get(row, "primary"));
}

/* Primaries, and of the others what is told to be different. */
static bool is_shown(const json_t *row, bool primary, bool all)
{
	const char *verdict = json_text_at(row, "verdict", NULL);

	if (is_primary(row) != primary)
		return false;
	return primary || all || !strcmp(verdict, "higher") || !strcmp(verdict, "lower");
}

static void widths_of(const json_t *doc, bool all, unsigned width[COLUMNS])
{
	const json_t *row;
	size_t i;

	for (size_t c = 0; c < COLUMNS; c++)
		width[c] = text_columns(columns[c]);
	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row) {
		char *cell[COLUMNS];

		if (!is_shown(row, is_primary(row), all))
			continue;
		cells_of(row, cell);
		for (size_t c = 0; c < COLUMNS; c++) {
			width[c] =
				text_columns(cell[c]) > width[c] ? text_columns(cell[c]) : width[c];
			free(cell[c]);
		}
	}
}

static void put_cells(FILE *out, const char *const cell[COLUMNS], const unsigned width[COLUMNS])
{
	for (size_t c = 0; c < COLUMNS; c++) {
		bool right = c >= 3 && c <= 5;
		unsigned fill = width[c] - text_columns(cell[c]);

		if (right || c + 1 == COLUMNS)
			fprintf(out, "%*s%s", right ? (int)fill : 0, "", cell[c]);
		else
			fprintf(out, "%s%*s", cell[c], (int)fill, "");
		fputs(c + 1 < COLUMNS ? "  " : "\n", out);
	}
}

static size_t put_rows(
	FILE *out, const json_t *doc, bool primary, bool all, const unsigned width[COLUMNS])
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row) {
		char *cell[COLUMNS];

		if (!is_shown(row, primary, all))
			continue;
		if (n++ == 0) {
			fprintf(out, "\n%s\n",
				primary ? "Primary metrics: they decide" : "Other metrics");
			put_cells(out, columns, width);
		}
		cells_of(row, cell);
		put_cells(out, (const char *const *)cell, width);
		for (size_t c = 0; c < COLUMNS; c++)
			free(cell[c]);
	}
	return n;
}

static size_t count_hidden(const json_t *doc)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row)
		n += !is_primary(row) && !is_shown(row, false, false);
	return n;
}

static const char *result_words(const json_t *doc)
{
	static const char *const words[] = {
		[COMPARE_FINE] = "fine: no primary metric is shown to be worse",
		[COMPARE_UNCLEAR] =
			"unclear: a primary metric is neither shown to be worse nor to be within its margin",
		[COMPARE_FAILED] = "failed: a primary metric could not be measured any more",
		[COMPARE_REGRESSION] =
			"regression: a primary metric is worse by more than its margin",
		[COMPARE_NOISY] = "noisy: too few clean blocks to trust any verdict",
	};

	return words[compare_result(doc)];
}

static void put_text(FILE *out, const char *before, const char *foreign, const char *after)
{
	cleanup_free char *clean = clean_text(foreign);

	fprintf(out, "%s%s%s", before, clean, after);
}

static void table_runs(FILE *out, const json_t *doc, const char *side)
{
	const json_t *run;
	size_t i;

	json_array_foreach ((json_t *)json_list(doc, side), i, run) {
		fprintf(out, "%-5s", i ? "" : side);
		put_text(out, " ", json_text_at(run, "path", NULL), "");
		put_text(out, ", ", json_text_at(run, "started", NULL), "");
		fprintf(out, ", %.0f blocks", json_number_at(run, "blocks", NULL));
		if (json_number_at(run, "disturbed", NULL) > 0)
			fprintf(out, ", %.0f disturbed", json_number_at(run, "disturbed", NULL));
		fputc('\n', out);
	}
}

static void table_environment(FILE *out, const json_t *doc)
{
	const json_t *change;
	size_t i;

	if (!json_array_size(json_list(doc, "environment"))) {
		fputs("environment: the same on both sides\n", out);
		return;
	}
	fputs("environment: not the same on both sides\n", out);
	json_array_foreach ((json_t *)json_list(doc, "environment"), i, change) {
		const char *base = json_text_at(change, "base", NULL);
		const char *new = json_text_at(change, "new", NULL);

		put_text(out, "  ", json_text_at(change, "what", NULL), ": ");
		put_text(out, "", *base ? base : "nothing", " -> ");
		put_text(out, "", *new ? new : "nothing", "\n");
	}
}

static bool any_flag(const json_t *doc, bool all, bool less)
{
	const json_t *row;
	size_t i;

	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row) {
		if (!is_shown(row, is_primary(row), all))
			continue;
		if (less ? strstr(json_text_at(row, "note", NULL), "memory.emulator_code") != NULL
			 : json_has_text(json_list(row, "flags"), "emulated"))
			return true;
	}
	return false;
}

static const char dagger_words[] =
	"† emulated (TCG): a time or rate under it is no evidence about VMs and has no verdict";
static const char less_words[] =
	"emulated memory stands here less memory.emulator_code, the translation buffer: the tables of a run show it with it";

int compare_table(FILE *out, const json_t *doc, bool all)
{
	const json_t *found;
	unsigned width[COLUMNS];
	size_t i;

	table_runs(out, doc, "base");
	table_runs(out, doc, "new");
	table_environment(out, doc);
	widths_of(doc, all, width);
	put_rows(out, doc, true, all, width);
	put_rows(out, doc, false, all, width);
	if (!all && count_hidden(doc))
		fprintf(out, "\n%zu other rows show no difference; --all shows them\n",
			count_hidden(doc));
	if (any_flag(doc, all, false))
		fprintf(out, "\n%s\n", dagger_words);
	if (any_flag(doc, all, true))
		fprintf(out, "%s\n", less_words);
	if (json_array_size(json_list(doc, "findings")))
		fputc('\n', out);
	json_array_foreach ((json_t *)json_list(doc, "findings"), i, found)
		put_text(out, "note: ", json_text_at(found, "text", NULL), "\n");
	fprintf(out, "\n%s\n", result_words(doc));
	return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}

static void markdown_rows(FILE *out, const json_t *doc, bool primary, bool all)
{
	const json_t *row;
	size_t i;

	fputs("| metric | arm | workload, instances | base | new | ratio or difference | margin | verdict | note |\n"
	      "| :--- | :--- | :--- | ---: | ---: | ---: | ---: | :--- | :--- |\n",
		out);
	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row) {
		double margin = json_number_at(row, "margin", NULL);
		bool ratio = !strcmp(json_text_at(row, "kind", NULL), "ratio");
		cleanup_free char *around = value_text(margin, json_text_at(row, "unit", NULL));
		char *cell[COLUMNS];

		if (!is_shown(row, primary, all))
			continue;
		cells_of(row, cell);
		for (size_t c = 0; c + 1 < COLUMNS; c++)
			markdown_print(out, "| %s ", cell[c]);
		if (ratio)
			fprintf(out, "| ±%.3g %% ", 100 * margin);
		else
			fprintf(out, "| ±%s ", around);
		markdown_print(out, "| **%s** ", cell[COLUMNS - 1]);
		markdown_print(out, "| %s |\n", json_text_at(row, "note", NULL));
		for (size_t c = 0; c < COLUMNS; c++)
			free(cell[c]);
	}
}

static void markdown_runs(FILE *out, const json_t *doc, const char *side)
{
	const json_t *run;
	size_t i;

	json_array_foreach ((json_t *)json_list(doc, side), i, run) {
		fprintf(out, "- **%s**: ", side);
		markdown_print(out, "%s, ", json_text_at(run, "path", NULL));
		markdown_print(out, "%s, ", json_text_at(run, "started", NULL));
		fprintf(out, "%.0f blocks, %.0f disturbed\n", json_number_at(run, "blocks", NULL),
			json_number_at(run, "disturbed", NULL));
	}
}

int compare_markdown(FILE *out, const json_t *doc, bool all)
{
	const json_t *one;
	size_t i;

	fprintf(out, "## tare compare: %s\n\n", result_words(doc));
	markdown_runs(out, doc, "base");
	markdown_runs(out, doc, "new");
	fputs("\n### Environment\n\n", out);
	if (!json_array_size(json_list(doc, "environment")))
		fputs("The same on both sides.\n", out);
	else
		fputs("| what | base | new |\n| :--- | :--- | :--- |\n", out);
	json_array_foreach ((json_t *)json_list(doc, "environment"), i, one) {
		markdown_print(out, "| %s ", json_text_at(one, "what", NULL));
		markdown_print(out, "| %s ", json_text_at(one, "base", NULL));
		markdown_print(out, "| %s |\n", json_text_at(one, "new", NULL));
	}
	fputs("\n### Primary metrics: they decide\n\n", out);
	markdown_rows(out, doc, true, all);
	fputs("\n<details><summary>Other metrics</summary>\n\n", out);
	markdown_rows(out, doc, false, all);
	fputs("\n</details>\n", out);
	if (any_flag(doc, all, false))
		fprintf(out, "\n%s.\n", dagger_words);
	if (any_flag(doc, all, true))
		fprintf(out, "\n%s.\n", less_words);
	if (json_array_size(json_list(doc, "findings")))
		fputs("\n### Notes\n\n", out);
	json_array_foreach ((json_t *)json_list(doc, "findings"), i, one)
		markdown_print(out, "- %s\n", json_text_at(one, "text", NULL));
	return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
