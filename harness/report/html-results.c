/* html-results.c - the measured values in report.html: at a glance, the tables of each workload and number of
 * instances, the comparisons, the lines over N. */
#include "html.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

static const char dagger[] = " <abbr title='emulated (TCG)'>†</abbr>";

static const struct {
	const char *metric, *name;
} headline[] = {
	{"memory.tare", "Memory beyond the bare process"},
	{"memory.pss", "Memory mapped (PSS)"},
	{"processes.total", "Processes and kernel threads"},
	{"boot.first_response", "First response after the start"},
	{"boot.ready", "Ready for work after the start"},
	{"network.rx", "Network, one stream in"},
};

/* What no arm has takes no column, and readiness only where nothing answers over the network. */
static bool is_headline(const struct view *v, size_t i)
{
	bool ready = strcmp(headline[i].metric, "boot.ready") == 0;

	for (size_t a = 0; a < v->n_arms; a++)
		if (view_cell_anywhere(v, a, headline[i].metric).status == CELL_OK)
			return !ready || !is_headline(v, i - 1);
	return false;
}

static bool has_headline(const struct view *v, size_t a)
{
	for (size_t i = 0; i < ARRAY_SIZE(headline); i++)
		if (view_cell_anywhere(v, a, headline[i].metric).status != CELL_ABSENT)
			return true;
	return false;
}

void html_glance(struct page *p)
{
	const char *heads[ARRAY_SIZE(headline) + 2] = {"Arm"};
	cleanup_free char *setting = setting_text(&p->v->at);
	cleanup_free char *caption = xasprintf("One instance of each arm: %s", setting);
	char *numeric[ARRAY_SIZE(headline)] = {NULL};
	size_t n = 1;

	for (size_t i = 0; i < ARRAY_SIZE(headline); i++)
		if (is_headline(p->v, i))
			heads[n++] = numeric[i] = xasprintf("#%s", headline[i].name);
	html_table(p->out, caption, heads, true);
	for (size_t a = 0; a < p->v->n_arms; a++) {
		if (!has_headline(p->v, a))
			continue;
		fputs("<tr>", p->out);
		html_element(p->out, "th scope='row'", p->v->arms[a].shown);
		for (size_t i = 0; i < ARRAY_SIZE(headline); i++) {
			struct cell cell = view_cell_anywhere(p->v, a, headline[i].metric);

			if (numeric[i])
				html_cell(p->out, &cell);
		}
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
	for (size_t i = 0; i < ARRAY_SIZE(headline); i++)
		free(numeric[i]);
	for (size_t a = 0; a < p->v->n_arms; a++)
		if (!has_headline(p->v, a))
			html_print(p->out, "<p>None of these of the arm %s.</p>\n",
				p->v->arms[a].shown);
	if (p->n_charts)
		fputs("<ul>\n", p->out);
	for (size_t i = 0; i < p->n_charts; i++) {
		fprintf(p->out, "<li><a href='#chart-%s'>", p->charts[i].file);
		html_text(p->out, p->charts[i].title);
		fputs("</a></li>\n", p->out);
	}
	if (p->n_charts)
		fputs("</ul>\n", p->out);
}

/* ---- tables of values ---- */

static bool any_cell(const struct view *v, const char *metric)
{
	for (size_t a = 0; a < v->n_arms; a++)
		if (view_cell(v, a, metric).status != CELL_ABSENT)
			return true;
	return false;
}

static void value_row(struct page *p, const char *metric)
{
	if (!any_cell(p->v, metric))
		return;
	fputs("<tr>", p->out);
	html_element(p->out, "th scope='row'", metric);
	for (size_t a = 0; a < p->v->n_arms; a++) {
		struct cell cell = view_cell(p->v, a, metric);

		if (view_has_arm(p->v, a))
			html_cell(p->out, &cell);
	}
	fputs("</tr>\n", p->out);
}

static bool is_key(const char *name)
{
	for (size_t i = 0; key_metrics[i]; i++)
		if (strcmp(key_metrics[i], name) == 0)
			return true;
	return false;
}

static void value_table(struct page *p, const char *caption, bool key)
{
	const char **heads = xcalloc(p->v->n_arms + 2, sizeof(*heads));
	char **names = xcalloc(p->v->n_arms, sizeof(*names));
	size_t n = 0;

	heads[n++] = "Metric";
	for (size_t a = 0; a < p->v->n_arms; a++)
		if (view_has_arm(p->v, a))
			heads[n++] = names[a] = xasprintf("#%s", p->v->arms[a].shown);
	html_table(p->out, caption, heads, true);
	if (key)
		for (size_t i = 0; key_metrics[i]; i++)
			value_row(p, key_metrics[i]);
	else
		for (size_t i = 0; i < METRIC_COUNT; i++)
			if (!is_key(metrics[i].name))
				value_row(p, metrics[i].name);
	html_table_end(p->out);
	for (size_t a = 0; a < p->v->n_arms; a++)
		free(names[a]);
	free(names);
	free(heads);
}

/* ---- comparisons ---- */

static void put_margin(FILE *out, const json_t *c)
{
	double margin = json_number_at(c, "margin", NULL);
	cleanup_free char *text = isnan(margin)              ? xstrdup("")
		: isfinite(json_number_at(c, "ratio", NULL)) ? xasprintf("±%.3g %%", 100 * margin)
							     : NULL;

	if (!text) {
		cleanup_free char *value = value_text(margin, json_text_at(c, "unit", NULL));

		text = xasprintf("±%s", value);
	}
	html_number(out, margin, text);
}

static void comparison_row(FILE *out, const json_t *c)
{
	cleanup_free char *value = comparison_text(c);
	double ratio = json_number_at(c, "ratio", NULL), n = json_number_at(c, "n", NULL);
	double difference = json_number_at(c, "difference", NULL);
	double p = json_number_at(c, "p", NULL), blocks = json_number_at(c, "needs_blocks", NULL);
	cleanup_free char *pairs = isnan(n) ? xstrdup("") : number_text(n);
	cleanup_free char *more = blocks > 0 ? xasprintf("about %.0f", blocks) : xstrdup("");

	fputs("<tr>", out);
	html_print(out, "<th scope='row'>%s", json_text_at(c, "metric", NULL));
	fputs(json_is_true(json_object_get(c, "primary")) ? " (primary)</th>" : "</th>", out);
	html_element(out, "td", json_text_at(c, "arm", NULL));
	fprintf(out, "<td class='n' data-sort='");
	if (isfinite(ratio) || isfinite(difference))
		fprintf(out, "%.10g", isfinite(difference) ? difference : ratio);
	html_print(out, "'>%s", value);
	fprintf(out, "%s</td>", json_has_text(json_list(c, "flags"), "emulated") ? dagger : "");
	html_number(out, n, pairs);
	put_margin(out, c);
	fputs("<td>", out);
	html_verdict(out, json_text_at(c, "verdict", NULL));
	if (json_is_boolean(json_object_get(c, "holm")))
		fprintf(out, " <small>p = %.3g, %s after Holm</small>", p,
			json_is_true(json_object_get(c, "holm")) ? "holds" : "does not hold");
	fputs("</td>", out);
	html_number(out, blocks, more);
	html_element(out, "td", json_text_at(c, "note", NULL));
	fputs("</tr>\n", out);
}

static const char *const comparison_heads[] = {"Metric", "Arm", "#Ratio or difference", "#n",
	"#Margin", "Verdict", "#More blocks", "Note", NULL};

static void comparisons_with(struct page *p, const char *base, bool key)
{
	cleanup_free char *setting = setting_text(&p->v->at);
	cleanup_free char *clean = clean_text(base);
	cleanup_free char *caption = xasprintf(
		"Compared with %s: %s%s", clean, setting, key ? "" : ", all other metrics");
	size_t i;
	json_t *c;

	html_table(p->out, caption, comparison_heads, true);
	json_array_foreach ((json_t *)p->v->at.compared, i, c)
		if (view_compares(p->v, c, base) && is_key(json_text_at(c, "metric", NULL)) == key)
			comparison_row(p->out, c);
	html_table_end(p->out);
}

/* Each base once, in the order of the file. */
static void all_comparisons(struct page *p, bool key)
{
	const json_t *list = p->v->at.compared;
	size_t i, k;
	json_t *c, *other;

	json_array_foreach ((json_t *)list, i, c) {
		const char *base = json_text_at(c, "base", NULL);
		bool known = !*base || !view_compares(p->v, c, base);

		json_array_foreach ((json_t *)list, k, other) {
			if (k == i)
				break;
			known = known || view_compares(p->v, other, base);
		}
		if (!known)
			comparisons_with(p, base, key);
	}
}

static void one_setting(struct page *p)
{
	cleanup_free char *setting = setting_text(&p->v->at);
	cleanup_free char *caption =
		xasprintf("Medians per instance with exact intervals: %s", setting);
	cleanup_free char *rest = xasprintf("All other metrics: %s", setting);
	cleanup_free char *absent = view_absent_text(p->v);

	html_element(p->out, "h3", setting);
	value_table(p, caption, true);
	if (absent)
		html_print(p->out, "<p>%s.</p>\n", absent);
	all_comparisons(p, true);
	html_print(p->out, "<details><summary>%s</summary>\n", rest);
	value_table(p, rest, false);
	all_comparisons(p, false);
	fputs("</details>\n", p->out);
}

void html_results(struct page *p)
{
	struct setting kept = p->v->at;

	fputs("<p>Comparisons go block by block: the median ratio or difference with its exact sign-test interval, judged against the margin. A click on a column's head sorts.</p>\n",
		p->out);
	for (size_t i = 0; i < p->v->n_settings; i++) {
		p->v->at = p->v->settings[i];
		one_setting(p);
	}
	p->v->at = kept;
}

/* ---- lines over N ---- */

bool html_has_slopes(const struct page *p)
{
	return json_array_size(json_list(p->v->summary, "slopes")) > 0;
}

static void line_cell(FILE *out, const json_t *s, const char *key, const char *unit, bool emulated)
{
	cleanup_free char *low = xasprintf("%s_lo", key);
	cleanup_free char *high = xasprintf("%s_hi", key);
	double value = json_number_at(s, key, NULL), lo = json_number_at(s, low, NULL);
	cleanup_free char *text = isnan(value)
		? xstrdup("")
		: interval_text(value, lo, json_number_at(s, high, NULL), unit,
			  strcmp(key, "slope") == 0);

	if (isnan(value)) {
		html_number(out, value, "");
		return;
	}
	fprintf(out, "<td class='n' data-sort='%.10g'>", value);
	html_text(out, text);
	fprintf(out, "%s%s</td>", emulated ? dagger : "",
		isnan(lo) ? " <small>no interval</small>" : "");
}

static void put_doubling(FILE *out, const json_t *d)
{
	double ratio = json_number_at(d, "ratio", NULL);
	cleanup_free char *text = isnan(ratio) ? NULL
					       : interval_text(ratio, json_number_at(d, "lo", NULL),
							 json_number_at(d, "hi", NULL), "1", false);

	fputs("<td>", out);
	if (json_is_object(d))
		html_verdict(out, json_text_at(d, "verdict", NULL));
	html_print(out, " <small>%s</small> ", text);
	html_text(out, json_text_at(d, "reason", NULL));
	fputs("</td>", out);
}

void html_slopes(struct page *p)
{
	static const char *const heads[] = {"Metric", "Arm", "Workload", "#One more instance",
		"#The same less memory.emulator_code", "#Without any", "#n", "#M(2)/M(1)",
		"Two are twice one", NULL};
	size_t i;
	json_t *s;

	html_table(p->out, "Least squares over all blocks, intervals by Student's t", heads, true);
	json_array_foreach ((json_t *)json_list(p->v->summary, "slopes"), i, s) {
		bool emulated = json_has_text(json_list(s, "flags"), "emulated");
		double n = json_number_at(s, "n", NULL), two = json_number_at(s, "ratio_2_1", NULL);
		cleanup_free char *count = isnan(n) ? xstrdup("") : number_text(n);
		cleanup_free char *ratio = isnan(two) ? xstrdup("") : ratio_text(two);
		const char *unit = json_text_at(s, "unit", NULL);

		fputs("<tr>", p->out);
		html_element(p->out, "th scope='row'", json_text_at(s, "metric", NULL));
		html_element(p->out, "td", json_text_at(s, "arm", NULL));
		html_element(p->out, "td", json_text_at(s, "workload", NULL));
		line_cell(p->out, s, "slope", unit, emulated);
		line_cell(p->out, json_object_get(s, "less_emulator_code"), "slope", unit, false);
		line_cell(p->out, s, "intercept", unit, emulated);
		html_number(p->out, n, count);
		html_number(p->out, two, ratio);
		put_doubling(p->out, json_object_get(s, "doubling"));
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
}
