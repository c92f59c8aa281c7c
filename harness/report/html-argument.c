/* html-argument.c - the chapter "The argument" of report.html: the claims of summary.json with their verdicts, first as a
 * summary in Korean and English, then one by one with the conditions that decided and the picture that shows it. */
#include "html.h"

#include "util.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *word, *en, *ko;
} verdicts[] = {
	{"supported", "supported", "지지됨"},
	{"refuted", "refuted", "반박됨"},
	{"unclear", "unclear", "불분명"},
};

bool html_has_argument(const struct page *p)
{
	return json_array_size(json_list(p->v->summary, "claims")) > 0;
}

static const char *verdict_of(const json_t *claim)
{
	return json_text_at(claim, "verdict", NULL);
}

/* A number in a unit that may be one of an expression's own, such as "B/s". New. */
static char *amount(double value, double lo, double hi, const char *unit)
{
	if (isnan(value))
		return xstrdup("no value");
	if (*scale_for(unit, value).unit != '(')
		return interval_text(value, lo, hi, unit, false);
	return isfinite(lo) && isfinite(hi) ? xasprintf("%.4g [%.4g, %.4g] %s", value, lo, hi, unit)
					    : xasprintf("%.4g %s", value, unit);
}

/* "12.3 [12.1, 12.6] MiB, n = 6" as a cell, of a claim or of a condition. */
static void put_value(FILE *out, const json_t *row)
{
	double value = json_number_at(row, "value", NULL), n = json_number_at(row, "n", NULL);
	cleanup_free char *text = amount(value, json_number_at(row, "lo", NULL),
		json_number_at(row, "hi", NULL), json_text_at(row, "unit", NULL));

	if (isfinite(value))
		fprintf(out, "<td class='n' data-sort='%.10g'>", value);
	else
		fputs("<td class='n none' data-sort=''>", out);
	html_text(out, text);
	if (n > 0 && isfinite(value))
		fprintf(out, " <small>n = %.0f</small>", n);
	fputs("</td>", out);
}

static void put_expected(FILE *out, const json_t *row)
{
	double threshold = json_number_at(row, "threshold", NULL);
	cleanup_free char *value = amount(threshold, NAN, NAN, json_text_at(row, "unit", NULL));

	fputs("<td class='n'>", out);
	html_print(out, "%s ", json_text_at(row, "op", NULL));
	html_print(out, "%s</td>", value);
}

/* ---- the summary, once in each language ---- */

static void summary_in(struct page *p, bool korean)
{
	const json_t *list = json_list(p->v->summary, "claims");
	size_t n[ARRAY_SIZE(verdicts)] = {0}, i;
	json_t *c;

	json_array_foreach ((json_t *)list, i, c)
		for (size_t k = 0; k < ARRAY_SIZE(verdicts); k++)
			n[k] += strcmp(verdict_of(c), verdicts[k].word) == 0;
	fprintf(p->out, "<div lang='%s'>\n", korean ? "ko" : "en");
	fprintf(p->out,
		korean ? "<h3>요약</h3>\n<p>이 실행의 수치로 판단한 주장 %zu개: 지지됨 %zu, 반박됨 %zu, 불분명 %zu.</p>\n<ol>\n"
		       : "<h3>Summary</h3>\n<p>Of %zu claims, judged by the figures of this run: %zu supported, %zu refuted, %zu unclear.</p>\n<ol>\n",
		json_array_size(list), n[0], n[1], n[2]);
	json_array_foreach ((json_t *)list, i, c) {
		const char *word = verdict_of(c);

		for (size_t k = 0; korean && k < ARRAY_SIZE(verdicts); k++)
			if (strcmp(verdict_of(c), verdicts[k].word) == 0)
				word = verdicts[k].ko;
		double number = json_number_at(c, "number", NULL);

		fputs("<li", p->out);
		if (isfinite(number))
			fprintf(p->out, " value='%.0f'", number);
		fprintf(p->out, "><a href='#claim-%zu'>", i + 1);
		html_print(p->out, "%s</a> <strong>",
			json_text_at(c, "quote", korean ? "ko" : "en", NULL));
		html_print(p->out, "%s</strong></li>\n", word);
	}
	fputs("</ol>\n</div>\n", p->out);
}

static void overview(struct page *p)
{
	static const char *const heads[] = {
		"#No.", "Claim", "Verdict", "#What decided", "#Expected", "Reason", NULL};
	size_t i;
	json_t *c;

	html_table(p->out, "The claims, their verdicts, and the figure that decided each", heads,
		true);
	json_array_foreach ((json_t *)json_list(p->v->summary, "claims"), i, c) {
		double number = json_number_at(c, "number", NULL);
		cleanup_free char *shown = isnan(number) ? xstrdup("") : number_text(number);

		fputs("<tr>", p->out);
		html_number(p->out, number, shown);
		fprintf(p->out, "<th scope='row'><a href='#claim-%zu'>", i + 1);
		html_print(p->out, "%s</a></th><td>", json_text_at(c, "id", NULL));
		html_verdict(p->out, verdict_of(c));
		fputs("</td>", p->out);
		put_value(p->out, c);
		put_expected(p->out, c);
		html_element(p->out, "td", json_text_at(c, "reason", NULL));
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
}

/* ---- one claim ---- */

static void conditions(struct page *p, const json_t *claim)
{
	static const char *const heads[] = {
		"Condition", "Expression", "#Value", "#Expected", "Verdict", NULL};
	const json_t *list = json_list(claim, "conditions");
	cleanup_free char *id = clean_text(json_text_at(claim, "id", NULL));
	cleanup_free char *caption = xasprintf("What was asked of the figures: %s", id);
	size_t i;
	json_t *c;

	if (!json_array_size(list))
		return;
	html_table(p->out, caption, heads, false);
	json_array_foreach ((json_t *)list, i, c) {
		html_print(p->out, "<tr><th scope='row'>%s", json_text_at(c, "text", "en", NULL));
		html_print(p->out, "<br /><span lang='ko'>%s</span>",
			json_text_at(c, "text", "ko", NULL));
		fputs(json_is_true(json_object_get(c, "control")) ? " (control)</th>" : "</th>",
			p->out);
		html_print(p->out, "<td><code>%s</code></td>", json_text_at(c, "expression", NULL));
		put_value(p->out, c);
		put_expected(p->out, c);
		fputs("<td>", p->out);
		html_verdict(p->out, verdict_of(c));
		if (json_has_text(json_list(c, "flags"), "emulated"))
			fputs(" <small>emulated</small>", p->out);
		fputs("</td></tr>\n", p->out);
	}
	html_table_end(p->out);
}

/* A chart is drawn where it is first needed, and linked to from everywhere else. */
static void picture(struct page *p, const char *name)
{
	int i = chart_named(p->charts, p->n_charts, name);

	if (i < 0)
		return;
	if (!p->shown[i]) {
		html_figure(p, (size_t)i);
		return;
	}
	fprintf(p->out, "<p>Picture: <a href='#chart-%s'>", p->charts[i].file);
	html_text(p->out, p->charts[i].title);
	fputs("</a></p>\n", p->out);
}

/* The same words in each language they are there in, as elements of a kind. */
static void both_languages(FILE *out, const char *element, const json_t *o, const char *key)
{
	static const char *const languages[] = {"ko", "en"};
	const json_t *words = key ? json_object_get(o, key) : o;

	for (size_t i = 0; i < ARRAY_SIZE(languages); i++) {
		const char *text = json_text_at(words, languages[i], NULL);

		if (!*text)
			continue;
		fprintf(out, "<%s lang='%s'>", element, languages[i]);
		html_text(out, text);
		fprintf(out, "</%s>\n", element);
	}
}

static void one_claim(struct page *p, const json_t *c, size_t place)
{
	double number = json_number_at(c, "number", NULL);
	const char *reason = json_text_at(c, "reason", NULL);
	size_t i;
	json_t *note;

	fprintf(p->out, "<article class='claim' id='claim-%zu'>\n<h3>", place);
	if (isfinite(number))
		fprintf(p->out, "%.0f. ", number);
	html_print(p->out, "%s ", json_text_at(c, "id", NULL));
	html_verdict(p->out, verdict_of(c));
	fputs("</h3>\n", p->out);
	both_languages(p->out, "blockquote", c, "quote");
	both_languages(p->out, "p", c, "measurement");
	if (*reason)
		html_print(p->out, "<p><strong>Why:</strong> %s</p>\n", reason);
	conditions(p, c);
	json_array_foreach ((json_t *)json_list(c, "footnotes"), i, note)
		both_languages(p->out, "p", note, NULL);
	picture(p, json_text_at(c, "picture", NULL));
	fputs("</article>\n", p->out);
}

void html_argument(struct page *p)
{
	size_t i;
	json_t *c;

	fputs("<p>The document's argument, claim by claim: what it says, what was measured, and whether the figures of this run support it. Thresholds were fixed before the run; a control that is not shown leaves its claim open.</p>\n<div class='two'>\n",
		p->out);
	summary_in(p, true);
	summary_in(p, false);
	fputs("</div>\n", p->out);
	overview(p);
	json_array_foreach ((json_t *)json_list(p->v->summary, "claims"), i, c)
		one_claim(p, c, i + 1);
}
