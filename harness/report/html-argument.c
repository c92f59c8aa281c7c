/* html-argument.c - the chapter "The argument" of report.html: the claims of summary.json with their verdicts, first as a
 * summary in Korean and English, then one by one with the conditions that decided and the picture that shows it. */
#include "html.h"

#include "util.h"

#include <math.h>
#include <string.h>

bool html_has_argument(const struct page *p)
{
	return json_array_size(json_list(p->v->summary, "claims")) > 0;
}

static const char *verdict_of(const json_t *claim)
{
	return json_text_at(claim, "verdict", NULL);
}

/* Below the English, where it is words. */
static void put_korean(FILE *out, const json_t *row, const char *text)
{
	if (claim_has_words(row))
		html_print(out, "<br /><span lang='ko'>%s</span>", text);
}

/* The value of a claim or a condition with its interval and n, as a cell. */
static void put_value(FILE *out, const json_t *row)
{
	double value = json_number_at(row, "value", NULL), n = json_number_at(row, "n", NULL);
	cleanup_free char *korean = claim_value(row, true);
	cleanup_free char *text = claim_value(row, false);

	if (isfinite(value))
		fprintf(out, "<td class='n' data-sort='%.10g'>", value);
	else
		fputs("<td class='n none' data-sort=''>", out);
	html_text(out, text);
	put_korean(out, row, korean);
	if (n > 0 && isfinite(value))
		fprintf(out, " <small>n = %.0f</small>", n);
	fputs("</td>", out);
}

static void put_expected(FILE *out, const json_t *row, bool against)
{
	cleanup_free char *text = claim_expected(row, against, false);
	cleanup_free char *korean = claim_expected(row, against, true);

	fputs("<td class='n'>", out);
	html_text(out, text);
	put_korean(out, row, korean);
	fputs("</td>", out);
}

/* Each word that depends on the language of the reader. */
static const struct words {
	const char *language;
	const char *how, *counts, *decided, *expected, *measured, *why;
} languages[] = {
	{"ko",
		"문서의 주장을 하나씩 인용하고, 이 실행에서 잰 값과 판정을 보인다. 기준은 실행 전에 정해 두었다. 값 하나가 아니라 구간으로 판정한다. "
		"모든 조건에서 구간 전체가 기준을 만족하면 <b>지지됨</b>, 어느 조건에서든 구간 전체가 기준을 벗어나면 <b>반박됨</b>, 둘 다 아니면 <b>불분명</b>이다. "
		"대조군은 실험 결과가 다르게 나올 수도 있었음을 보인다. 대조군이 확인되지 않은 주장은 불분명으로 남는다.",
		"주장 %zu개 가운데 지지됨 %zu, 반박됨 %zu, 불분명 %zu.", "판정을 정한 조건", "기준",
		"측정", "이유"},
	{"en",
		"The document's claims one by one: what it says, what was measured in this run, and the verdict. Thresholds were fixed before the run, and an interval decides, never a point. "
		"A claim is <b>supported</b> when in every condition the whole interval is on its side of the threshold, <b>refuted</b> when in one of them the whole of it is on the other side, else <b>unclear</b>. "
		"A control shows that the experiment could have come out otherwise; while it is not shown its claim stays unclear.",
		"Of %zu claims %zu are supported, %zu refuted, %zu unclear.", "What decided",
		"expected", "Measured", "Why"},
};

/* "What decided: the condition: 1 [1, 1], expected = 0" as a part of a paragraph. */
static void put_decided(FILE *out, const json_t *claim, const struct words *w)
{
	const json_t *c = claim_deciding(claim);
	bool korean = w == &languages[0];
	cleanup_free char *value = claim_value(claim, korean);
	cleanup_free char *expected = claim_expected(claim, false, korean);

	if (!c || isnan(json_number_at(claim, "value", NULL)))
		return;
	fprintf(out, "%s: ", w->decided);
	html_text(out, json_text_at(c, "text", w->language, NULL));
	html_print(out, ": <b>%s</b>, ", value);
	fprintf(out, "%s ", w->expected);
	html_text(out, expected);
}

/* ---- the summary, once in each language ---- */

static void summary_in(struct page *p, const struct words *w)
{
	const json_t *list = json_list(p->v->summary, "claims");
	bool korean = w == &languages[0];
	size_t n[CLAIM_VERDICTS], i;
	json_t *c;

	claim_counts(list, n);
	fprintf(p->out, "<div lang='%s'>\n<h3>%s</h3>\n<p>%s</p>\n<p><strong>", w->language,
		korean ? "요약" : "Summary", w->how);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(p->out, w->counts, json_array_size(list), n[0], n[1], n[2]);
#pragma GCC diagnostic pop
	fputs("</strong></p>\n<ol class='claims'>\n", p->out);
	json_array_foreach ((json_t *)list, i, c) {
		double number = json_number_at(c, "number", NULL);

		fputs("<li", p->out);
		if (isfinite(number))
			fprintf(p->out, " value='%.0f'", number);
		fputs(">", p->out);
		html_verdict_as(p->out, verdict_of(c), claim_verdict_word(c, korean));
		fprintf(p->out, " <a href='#claim-%zu'>", i + 1);
		html_print(
			p->out, "%s</a><br /><small>", json_text_at(c, "quote", w->language, NULL));
		put_decided(p->out, c, w);
		if (!strcmp(verdict_of(c), "unclear")) {
			fprintf(p->out, "<br />%s: ", w->why);
			html_text(p->out, claim_reason(c, korean));
		}
		fputs("</small></li>\n", p->out);
	}
	fputs("</ol>\n</div>\n", p->out);
}

static void overview(struct page *p)
{
	static const char *const heads[] = {
		"#No.", "Verdict", "Claim", "#What decided", "#Expected", "Reason", NULL};
	size_t i;
	json_t *c;

	html_table(p->out, "The claims, their verdicts, and the figure that decided each", heads,
		true);
	json_array_foreach ((json_t *)json_list(p->v->summary, "claims"), i, c) {
		double number = json_number_at(c, "number", NULL);
		cleanup_free char *shown = isnan(number) ? xstrdup("") : number_text(number);

		fputs("<tr>", p->out);
		html_number(p->out, number, shown);
		fputs("<td>", p->out);
		html_verdict(p->out, verdict_of(c));
		fprintf(p->out, "</td><th scope='row'><a href='#claim-%zu'>", i + 1);
		html_print(p->out, "%s</a></th>", json_text_at(c, "id", NULL));
		put_value(p->out, c);
		put_expected(p->out, c, false);
		html_print(p->out, "<td>%s", claim_reason(c, false));
		if (*claim_reason(c, false))
			html_print(
				p->out, "<br /><span lang='ko'>%s</span>", claim_reason(c, true));
		fputs("</td>", p->out);
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
}

/* ---- one claim ---- */

static void one_condition(FILE *out, const json_t *c)
{
	bool control = json_is_true(json_object_get(c, "control"));

	html_print(out, "<tr><th scope='row'>%s", json_text_at(c, "text", "en", NULL));
	html_print(out, "<br /><span lang='ko'>%s</span>", json_text_at(c, "text", "ko", NULL));
	html_print(out, "<br /><code>%s</code><br />", json_text_at(c, "expression", NULL));
	html_verdict(out, verdict_of(c));
	if (json_has_text(json_list(c, "flags"), "emulated"))
		fputs(" <small>emulated</small>", out);
	fputs("</th>", out);
	put_value(out, c);
	put_expected(out, c, false);
	if (control)
		fputs("<td class='none'>a control: it refutes nothing</td>", out);
	else
		put_expected(out, c, true);
	fputs("</tr>\n", out);
}

static void conditions(struct page *p, const json_t *claim)
{
	static const char *const heads[] = {
		"Condition and verdict", "#Measured", "#Expected", "#Refuted by", NULL};
	const json_t *list = json_list(claim, "conditions");
	cleanup_free char *id = clean_text(json_text_at(claim, "id", NULL));
	cleanup_free char *caption = xasprintf("What was asked of the figures: %s", id);
	size_t i;
	json_t *c;

	if (!json_array_size(list))
		return;
	html_table(p->out, caption, heads, false);
	json_array_foreach ((json_t *)list, i, c)
		one_condition(p->out, c);
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
	const json_t *words = key ? json_object_get(o, key) : o;

	for (size_t i = 0; i < ARRAY_SIZE(languages); i++) {
		const char *text = json_text_at(words, languages[i].language, NULL);

		if (!*text)
			continue;
		fprintf(out, "<%s lang='%s'>", element, languages[i].language);
		html_text(out, text);
		fprintf(out, "</%s>\n", element);
	}
}

/* What was measured, and what of it decided. */
static void measured(FILE *out, const json_t *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(languages); i++) {
		const struct words *w = &languages[i];
		bool value = isfinite(json_number_at(c, "value", NULL));

		fprintf(out, "<p lang='%s'><strong>%s:</strong> ", w->language, w->measured);
		html_text(out, json_text_at(c, "measurement", w->language, NULL));
		fputs(value ? "<br />" : "", out);
		put_decided(out, c, w);
		fputs(value ? ".</p>\n" : "</p>\n", out);
	}
}

static void one_claim(struct page *p, const json_t *c, size_t place)
{
	double number = json_number_at(c, "number", NULL);
	const char *reason = json_text_at(c, "reason", NULL);
	size_t i;
	json_t *note;

	fprintf(p->out,
		"<article class='claim' id='claim-%zu' aria-labelledby='h-claim-%zu'>\n<h3 id='h-claim-%zu'>",
		place, place, place);
	if (isfinite(number))
		fprintf(p->out, "%.0f. ", number);
	html_print(p->out, "%s ", json_text_at(c, "id", NULL));
	html_verdict(p->out, verdict_of(c));
	fputs("</h3>\n", p->out);
	both_languages(p->out, "blockquote", c, "quote");
	measured(p->out, c);
	for (i = 0; *reason && i < ARRAY_SIZE(languages); i++) {
		fprintf(p->out, "<p lang='%s'><strong>%s:</strong> ", languages[i].language,
			languages[i].why);
		html_text(p->out, claim_reason(c, i == 0));
		fputs("</p>\n", p->out);
	}
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

	fputs("<div class='two'>\n", p->out);
	for (i = 0; i < ARRAY_SIZE(languages); i++)
		summary_in(p, &languages[i]);
	fputs("</div>\n", p->out);
	overview(p);
	json_array_foreach ((json_t *)json_list(p->v->summary, "claims"), i, c)
		one_claim(p, c, i + 1);
}
