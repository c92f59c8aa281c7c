/* markdown-argument.c - report.md: the chapter "The argument", claim by claim, and how many instances fit in this
 * machine. Both from summary.json alone. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

char *claim_figure(const json_t *row)
{
	double value = json_number_at(row, "value", NULL), n = json_number_at(row, "n", NULL);
	bool word = claim_has_words(row) && !strcmp(json_text_at(row, "op", NULL), "=");
	cleanup_free char *is = claim_value(row, false);
	cleanup_free char *than = claim_threshold(row, false);
	cleanup_free char *op = clean_text(word ? "" : json_text_at(row, "op", NULL));
	cleanup_free char *many =
		n > 0 && isfinite(value) ? xasprintf(", n = %.0f", n) : xstrdup("");

	return xasprintf("%s, expected %s%s%s%s", is, op, word ? "" : " ", than, many);
}

static void summary_in(FILE *out, const json_t *claims, bool korean)
{
	size_t n[CLAIM_VERDICTS], i;
	json_t *c;

	claim_counts(claims, n);
	fprintf(out,
		korean ? "\n### 요약\n\n이 실행의 수치로 판단한 주장 %zu개 가운데 지지됨 %zu, 반박됨 %zu, 불분명 %zu.\n\n"
		       : "\n### Summary\n\nOf %zu claims, judged by the figures of this run, %zu are supported, %zu refuted, %zu unclear.\n\n",
		json_array_size(claims), n[0], n[1], n[2]);
	json_array_foreach ((json_t *)claims, i, c) {
		fprintf(out, "%.0f. **%s**: ", json_number_at(c, "number", NULL),
			claim_verdict_word(c, korean));
		markdown_print(out, "%s", json_text_at(c, "quote", korean ? "ko" : "en", NULL));
		if (!strcmp(json_text_at(c, "verdict", NULL), "unclear"))
			markdown_print(out, korean ? "<br>이유: %s" : "<br>Why: %s",
				claim_reason(c, korean));
		fputc('\n', out);
	}
}

static void conditions(FILE *out, const json_t *claim)
{
	size_t i;
	json_t *c;

	fputs("\n| condition | expression | measured | verdict |\n| :--- | :--- | ---: | :--- |\n",
		out);
	json_array_foreach ((json_t *)json_list(claim, "conditions"), i, c) {
		cleanup_free char *figure = claim_figure(c);

		markdown_print(out, "| %s", json_text_at(c, "text", "en", NULL));
		markdown_print(out, "<br>%s |", json_text_at(c, "text", "ko", NULL));
		markdown_print(out, " %s |", json_text_at(c, "expression", NULL));
		markdown_print(out, " %s", figure);
		if (claim_has_words(c)) {
			cleanup_free char *is = claim_value(c, true);
			cleanup_free char *than = claim_threshold(c, true);

			markdown_print(out, "<br>%s, 기준 ", is);
			markdown_print(out, "%s", than);
		}
		fputs(" |", out);
		markdown_print(out, " **%s**", json_text_at(c, "verdict", NULL));
		if (strcmp(json_text_at(c, "verdict", NULL), "supported") != 0 &&
			isnan(json_number_at(c, "value", NULL))) {
			markdown_print(out, ": %s", claim_reason(c, false));
			markdown_print(out, "<br>%s", claim_reason(c, true));
		}
		fputs(" |\n", out);
	}
}

static void picture(
	FILE *out, const json_t *claim, const struct chart_entry *charts, size_t n, bool drawn)
{
	int i = chart_named(charts, n, json_text_at(claim, "picture", NULL));

	if (!drawn || i < 0)
		return;
	markdown_print(out, "\n![%s]", charts[i].title);
	fprintf(out, "(charts/%s.png)\n", charts[i].file);
}

static void one_claim(
	FILE *out, const json_t *claim, const struct chart_entry *charts, size_t n, bool drawn)
{
	size_t i;
	json_t *note;

	fprintf(out, "\n### %.0f. ", json_number_at(claim, "number", NULL));
	markdown_print(out, "%s: ", json_text_at(claim, "id", NULL));
	markdown_print(out, "%s\n\n", json_text_at(claim, "verdict", NULL));
	markdown_print(out, "> %s\n>\n", json_text_at(claim, "quote", "ko", NULL));
	markdown_print(out, "> %s\n\n", json_text_at(claim, "quote", "en", NULL));
	markdown_print(out, "%s\n\n", json_text_at(claim, "measurement", "en", NULL));
	markdown_print(out, "%s\n", json_text_at(claim, "measurement", "ko", NULL));
	conditions(out, claim);
	if (*claim_reason(claim, false)) {
		markdown_print(out, "\nWhy: %s\n", claim_reason(claim, false));
		markdown_print(out, "\n이유: %s\n", claim_reason(claim, true));
	}
	json_array_foreach ((json_t *)json_list(claim, "footnotes"), i, note) {
		markdown_print(out, "\n- %s\n", json_text_at(note, "en", NULL));
		markdown_print(out, "  %s\n", json_text_at(note, "ko", NULL));
	}
	picture(out, claim, charts, n, drawn);
}

void markdown_argument(
	FILE *out, const struct view *v, const struct chart_entry *charts, size_t n, bool drawn)
{
	const json_t *claims = json_list(v->summary, "claims");
	size_t i;
	json_t *c;

	if (!json_array_size(claims))
		return;
	fputs("\n## The argument\n\nThe claims of a text on virtual machines and containers, each with the figures of this run and a threshold that was fixed before it. "
	      "An interval that lies on one side of the threshold decides, a point never does; emulated times decide nothing about VMs.\n",
		out);
	summary_in(out, claims, true);
	summary_in(out, claims, false);
	json_array_foreach ((json_t *)claims, i, c)
		one_claim(out, c, charts, n, drawn);
}

/* The answer: the smaller of the resources. */
static void capacity_answer(FILE *out, const json_t *list)
{
	fputs("| arm | workload | fit [95 %] | full first |\n| :--- | :--- | ---: | :--- |\n", out);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		cleanup_free char *bound = NULL;
		cleanup_free char *fit = capacity_fits(list, i, &bound);

		if (!fit)
			continue;
		markdown_print(out, "| %s |", json_text_at(row, "arm", NULL));
		markdown_print(out, " %s |", json_text_at(row, "workload", NULL));
		markdown_print(out, " **%s** |", *fit ? fit : "not known");
		markdown_print(out, " %s |\n", *fit ? bound : "");
	}
	fputs("\nEach resource by itself:\n\n", out);
}

void markdown_capacity(FILE *out, const struct view *v)
{
	const json_t *list = json_list(v->summary, "capacity");
	size_t i;
	json_t *row;

	if (!json_array_size(list))
		return;
	fputs("\n## How many fit in this machine\n\nWhat was available when the run began, less what is taken without any, by what one more takes. "
	      "It is a straight line drawn far beyond what was measured: nothing else is to run, and none is to do more than here. "
	      "Where the interval of what one more takes reaches 0 there is only a least number.\n\n",
		out);
	capacity_answer(out, list);
	fputs("| arm | workload | of | one more takes | available | fit [95 %] | per GiB [95 %] | note |\n"
	      "| :--- | :--- | :--- | ---: | ---: | ---: | ---: | :--- |\n",
		out);
	json_array_foreach ((json_t *)list, i, row) {
		const char *unit = json_text_at(row, "unit", NULL);
		double available = json_number_at(row, "available", NULL);
		cleanup_free char *each = interval_text(json_number_at(row, "each", NULL),
			json_number_at(row, "each_lo", NULL), json_number_at(row, "each_hi", NULL),
			unit, false);
		cleanup_free char *there =
			isnan(available) ? xstrdup("") : value_text(available, unit);
		cleanup_free char *fit = range_text(row, "fit", "fit_lo", "fit_hi");
		cleanup_free char *gib = range_text(row, "per_gib", "per_gib_lo", "per_gib_hi");
		const char *reason = json_text_at(row, "reason", NULL);
		const char *note = json_text_at(row, "note", NULL);

		markdown_print(out, "| %s |", json_text_at(row, "arm", NULL));
		markdown_print(out, " %s |", json_text_at(row, "workload", NULL));
		markdown_print(out, " %s |", json_text_at(row, "resource", NULL));
		fprintf(out, " %s | %s | %s | %s |", each, there, fit, gib);
		markdown_print(out, " %s", reason);
		markdown_print(out, *reason && *note ? "; %s |\n" : "%s |\n", note);
	}
}
