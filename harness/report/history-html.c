/* history-html.c - history.html: what the newest night means, the trends, what changed, which nights are kept out. All
 * foreign text passes html_text(). */
#include "history-report.h"
#include "html.h"

#include "metric.h"
#include "util.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define MOST_ROWS 500 /* of a table: the newest */

static void open_section(FILE *out, const char *id, const char *title)
{
	fprintf(out, "<section id='%s' aria-labelledby='h-%s'>\n<h2 id='h-%s'>%s</h2>\n", id, id,
		id, title);
}

static void put_finding(FILE *out, const struct history *h, const struct history_finding *f)
{
	const char *unit = f->series->base ? "1" : metrics[f->series->id].unit;
	cleanup_free char *before = value_text(f->level.median, unit);
	cleanup_free char *reach = value_text(f->level.reach, unit);
	cleanup_free char *level = xasprintf("%s ± %s", before, reach);
	cleanup_free char *now = value_text(f->now, unit);
	cleanup_free char *change =
		isfinite(f->change) ? xasprintf("%+.1f %%", 100 * f->change) : xstrdup("");

	fputs("<tr>", out);
	html_element(out, "th scope='row'", f->series->name);
	html_number(out, 100 * f->change, change);
	html_element(out, "td", history_state_names[f->state]);
	html_number(out, NAN, level);
	fprintf(out, "<td class='n'>%zu</td>", f->level.n);
	html_number(out, NAN, now);
	fprintf(out, "<td>%.10s%s%s</td>", h->nights[f->since].started,
		f->extreme ? ", by one night" : "",
		f->series->emulated ? " <abbr title='emulated (TCG)'>†</abbr>" : "");
	html_element(out, "td", f->cause);
	fputs("</tr>\n", out);
}

static void put_clocks(FILE *out, const struct history *h)
{
	for (size_t i = h->n_clocks; i-- > 0 && h->n_clocks - i <= MOST_ROWS;) {
		const struct history_night *n = &h->nights[h->clocks[i].night];

		fprintf(out, "<p><strong>Clock:</strong> run <code>%s</code> of %s: %s.</p>\n",
			n->id, n->started, h->clocks[i].what);
	}
}

static void put_findings(
	FILE *out, const struct history *h, const struct judgement *j, bool weighty)
{
	static const char *const heads[] = {"Series", "#Change", "State", "#Level ± reach",
		"#Nights", "#Now", "Since", "What moved, what changed", NULL};
	bool any = false;

	for (size_t i = 0; i < j->n; i++) {
		if ((j->findings[i].state <= HISTORY_BEYOND) != weighty)
			continue;
		if (!any)
			html_table(out,
				weighty ? "What may alarm" : "Digest: moved, and decides nothing",
				heads, true);
		any = true;
		put_finding(out, h, &j->findings[i]);
	}
	if (any) {
		html_table_end(out);
	} else if (weighty) {
		cleanup_free char *quiet = history_quiet(j);

		fprintf(out, "<p>%c%s.</p>\n", toupper((unsigned char)*quiet), quiet + 1);
	} else {
		fputs("<p>Nothing else moved.</p>\n", out);
	}
}

static void put_newest(FILE *out, const struct history *h, const struct judgement *j)
{
	const struct history_night *n = &h->nights[j->newest];

	open_section(out, "newest", "The newest night");
	fprintf(out, "<p>%s, run <code>%s</code>, plan ", n->started, n->id);
	html_element(out, "b", n->plan);
	html_print(out, ", host <code>%s</code>. ", n->fingerprint);
	if (!n->valid)
		html_print(out, "<strong>It is kept out: %s.</strong> ", n->why);
	fprintf(out,
		"%zu series, %zu of them primary; %zu with fewer than %zu nights to be held against.</p>\n",
		j->series, j->primaries, j->learning, history_rule.least);
	put_clocks(out, h);
	put_findings(out, h, j, true);
	put_findings(out, h, j, false);
	fputs("</section>\n", out);
}

static void put_charts(
	FILE *out, const struct chart_entry *charts, size_t n, const char *missing, int chartsfd)
{
	open_section(out, "trends", "Trends");
	if (missing)
		html_print(out,
			"<p class='none'>Not drawn: %s. The scripts and their data are there.</p>\n",
			missing);
	for (size_t i = 0; i < n; i++)
		html_chart(out, &charts[i], missing ? -1 : chartsfd);
	fputs("</section>\n", out);
}

static void put_events(FILE *out, const struct history *h, const struct history_events *e)
{
	static const char *const heads[] = {"Night", "What is new", NULL};

	open_section(out, "changes", "What changed around the figures");
	if (!e->n) {
		fputs("<p>Nothing recorded.</p>\n</section>\n", out);
		return;
	}
	html_table(out, "Nights on which the environment was new", heads, true);
	for (size_t i = e->n; i-- > 0 && e->n - i <= MOST_ROWS;) {
		fprintf(out, "<tr><th scope='row'>%.10s</th>", h->nights[e->at[i].night].started);
		html_element(out, "td", e->at[i].text);
		fputs("</tr>\n", out);
	}
	html_table_end(out);
	fputs("</section>\n", out);
}

static void put_acts(FILE *out, const struct history *h)
{
	static const char *const heads[] = {"After", "Series", "Act", "Reason or verdict", NULL};
	static const char *const names[] = {[RULE_NO_ACT] = "measured again: unclear",
		[RULE_ACCEPTED] = "level accepted",
		[RULE_CONFIRMED] = "measured again: confirmed",
		[RULE_REFUTED] = "measured again: refuted"};

	if (!h->n_acts)
		return;
	open_section(out, "acts", "Named acts");
	html_table(out, "Levels accepted, candidates measured again", heads, true);
	for (size_t i = h->n_acts; i-- > 0 && h->n_acts - i <= MOST_ROWS;) {
		const struct history_act *a = &h->acts[i];

		fprintf(out, "<tr><th scope='row'>%.10s</th>", h->nights[a->night].started);
		html_element(out, "td", a->series);
		html_element(out, "td", names[a->act]);
		html_element(out, "td", a->text);
		fputs("</tr>\n", out);
	}
	html_table_end(out);
	fputs("</section>\n", out);
}

static void put_kept_out(FILE *out, const struct history *h)
{
	static const char *const heads[] = {"Night", "Plan", "Run", "Why", NULL};
	size_t n = 0;

	for (size_t i = 0; i < h->n_nights; i++)
		n += !h->nights[i].valid;
	if (!n)
		return;
	open_section(out, "noisy", "Nights kept out");
	html_table(out, "Drawn hollow, in no level", heads, true);
	for (size_t i = h->n_nights, rows = 0; i-- > 0 && rows < MOST_ROWS;) {
		const struct history_night *night = &h->nights[i];

		if (night->valid)
			continue;
		rows++;
		fprintf(out, "<tr><th scope='row'>%.10s</th>", night->started);
		html_element(out, "td", night->plan);
		fprintf(out, "<td><code>%s</code></td>", night->id);
		html_element(out, "td", night->why);
		fputs("</tr>\n", out);
	}
	html_table_end(out);
	fputs("</section>\n", out);
}

char *history_page(const struct history *h, const struct judgement *j,
	const struct history_events *e, const struct chart_entry *charts, size_t n_charts,
	const char *missing, int chartsfd)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	html_head(out, "tare: history");
	fputs("<a class='skip' href='#main'>Skip to the results</a>\n<header>\n<h1>tare: history</h1>\n",
		out);
	fprintf(out, "<p>%zu night%s, %.10s to %.10s.</p>\n</header>\n", h->n_nights,
		h->n_nights == 1 ? "" : "s", h->nights[0].started,
		h->nights[h->n_nights - 1].started);
	fputs("<nav aria-label='Contents'><ul>\n<li><a href='#newest'>The newest night</a></li>\n<li><a href='#trends'>Trends</a></li>\n<li><a href='#changes'>What changed around the figures</a></li>\n</ul></nav>\n",
		out);
	fputs("<main id='main' tabindex='-1'>\n", out);
	put_newest(out, h, j);
	put_charts(out, charts, n_charts, missing, chartsfd);
	put_events(out, h, e);
	put_acts(out, h);
	put_kept_out(out, h);
	fprintf(out,
		"</main>\n<footer>\n<p>A night is beyond when it is worse than the median of the last %zu nights that count by more than %g scaled MADs and the plan's margin; two in a row, or one by %g and %g %%, are a candidate, to be measured again; still worse it is an alarm. Emulated times (†), ratios and what is not primary decide nothing. Change points are notes. Nothing on this page is fetched from anywhere.</p>\n</footer>\n",
		history_rule.window, history_rule.spreads, history_rule.extreme_spreads,
		100 * history_rule.extreme);
	html_foot(out);
	fclose(out);
	return text;
}
