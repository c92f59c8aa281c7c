/* chart-history.c - the trend of one metric over the nights: a panel for each arm and ratio, with the level it is held
 * against, noisy nights, change points, accepted levels, and what changed in the environment. */
#include "chart-draw.h"
#include "history-report.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

enum { PANEL = 112, BETWEEN = 36, HEAD = 118, FOOT = 66, LINE = 15, SIDE = 96 };
#define MOST_EVENTS 8 /* listed below the panels: the newest */
#define FEW 150 /* nights: up to there each gets a dot */
#define DAY 86400.0

#define COLOUR_LINE "#0072B2"
#define COLOUR_BAND "#56B4E9"
#define COLOUR_NOISY "#888888"
#define COLOUR_BEYOND "#E69F00"
#define COLOUR_ALARM "#D00000"
#define COLOUR_CHANGE "#882255"
#define COLOUR_ACCEPTED "#007A53"
#define COLOUR_EVENT "#555555"

struct trend_panel {
	const struct history_series *s;
	struct history_walk walk;
	double low, high; /* of what is drawn, base units */
	size_t noisy;
};

struct trend_chart {
	struct drawing d;
	const struct history *h;
	const struct history_events *events;
	const struct trend *t;
	struct trend_panel panel[8];
	double from, to; /* s since 1970 */
	size_t first_event; /* of those listed */
};

static double time_of(const struct trend_chart *c, size_t night)
{
	return (double)c->h->nights[night].time;
}

static void widen(struct trend_panel *p, double v)
{
	p->low = fmin(p->low, v);
	p->high = fmax(p->high, v);
}

/* Nights of the same series on other hosts: one more line each. */
static void data_line(FILE *out, struct trend_chart *c, struct trend_panel *p)
{
	bool any = false;

	fputs("# nights that count, a block of lines a host: time value\n", out);
	for (size_t i = 0; i < c->h->n_series; i++) {
		const struct history_series *s = &c->h->series[i];

		if (strcmp(s->name, p->s->name) != 0)
			continue;
		if (any)
			fputs("\n", out);
		for (size_t k = 0; k < s->n; k++) {
			if (!c->h->nights[s->points[k].night].valid)
				continue;
			fprintf(out, "%.0f %.9g\n", time_of(c, s->points[k].night),
				s->points[k].value);
			widen(p, s->points[k].value);
			any = true;
		}
	}
	fputs(any ? "\n\n" : "NaN NaN\n\n\n", out);
}

static void data_noisy(FILE *out, const struct trend_chart *c, struct trend_panel *p)
{
	fputs("# nights kept out: time value, at the edge when beyond it\n", out);
	for (size_t k = 0; k < p->s->n; k++) {
		if (c->h->nights[p->s->points[k].night].valid)
			continue;
		fprintf(out, "%.0f %.9g\n", time_of(c, p->s->points[k].night),
			fmax(p->low, fmin(p->high, p->s->points[k].value)));
		p->noisy++;
	}
	fputs(p->noisy ? "\n\n" : "NaN NaN\n\n\n", out);
}

static void data_band(FILE *out, const struct trend_chart *c, struct trend_panel *p)
{
	fputs("# level each night was held against: time median low high\n", out);
	for (size_t k = 0; k < p->walk.n; k++) {
		const struct level *l = &p->walk.rule[k].level;

		if (l->n < history_rule.least) {
			fprintf(out, "%.0f NaN NaN NaN\n", time_of(c, p->walk.night[k]));
			continue;
		}
		fprintf(out, "%.0f %.9g %.9g %.9g\n", time_of(c, p->walk.night[k]), l->median,
			l->median - l->reach, l->median + l->reach);
		widen(p, l->median - l->reach);
		widen(p, l->median + l->reach);
	}
	fputs(p->walk.n ? "\n\n" : "NaN NaN NaN NaN\n\n\n", out);
}

/* Only of what may alarm: on the rest the rule's words would promise too much. */
static void data_states(FILE *out, const struct trend_chart *c, struct trend_panel *p, bool alarm)
{
	bool any = false;

	fprintf(out, "# %s: time value\n", alarm ? "an alarm is open" : "beyond, or a candidate");
	for (size_t k = 0; history_alarms(c->h, p->s) && k < p->walk.n; k++) {
		enum rule_state state = p->walk.rule[k].state;

		if (alarm ? state != RULE_ALARM : state != RULE_BEYOND && state != RULE_CANDIDATE)
			continue;
		fprintf(out, "%.0f %.9g\n", time_of(c, p->walk.night[k]), p->walk.x[k]);
		any = true;
	}
	fputs(any ? "\n\n" : "NaN NaN\n\n\n", out);
}

#define BLOCKS 5 /* of a panel, in this order */
static char *make_data(struct trend_chart *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	fputs("# times in s since 1970 (UTC), values in base units\n", out);
	for (size_t i = 0; i < c->t->n; i++) {
		struct trend_panel *p = &c->panel[i];
		cleanup_free char *name = clean_text(p->s->name);

		p->low = INFINITY;
		p->high = -INFINITY;
		fprintf(out, "# ---- %s\n", name);
		data_line(out, c, p);
		data_band(out, c, p);
		data_noisy(out, c, p);
		data_states(out, c, p, false);
		data_states(out, c, p, true);
	}
	fclose(out);
	return text;
}

/* ---- the script ---- */

static void upright(
	const struct trend_chart *c, double x, const char *colour, const char *dash, double width)
{
	fprintf(c->d.out,
		"set arrow from %.0f, graph 0 to %.0f, graph 1 nohead back lc rgb '%s' lw %g dt %s\n",
		x, x, colour, width, dash);
}

/* Between the night before and this one. */
static double before_night(const struct trend_chart *c, size_t night)
{
	return night ? (time_of(c, night - 1) + time_of(c, night)) / 2 : time_of(c, night);
}

static void put_uprights(struct trend_chart *c, const struct trend_panel *p, bool numbers)
{
	for (size_t i = 0; i < c->events->n; i++) {
		const struct history_event *e = &c->events->at[i];
		double x = before_night(c, e->night);

		upright(c, x, COLOUR_EVENT, e->host ? "1" : "3", e->host ? 3 : 1);
		if (!numbers || i < c->first_event)
			continue;
		cleanup_free char *number = xasprintf("%zu", i + 1 - c->first_event);
		cleanup_free char *place = xasprintf("first %.0f, graph 1.09", x);

		put_label(&c->d, number, place, 8, COLOUR_EVENT, "center");
	}
	for (size_t i = 0; i < p->walk.n_changes; i++) {
		size_t k = p->walk.changes[i];

		upright(c, (time_of(c, p->walk.night[k - 1]) + time_of(c, p->walk.night[k])) / 2,
			COLOUR_CHANGE, "2", 1.6);
	}
	for (size_t i = 0; i < c->h->n_acts; i++) {
		const struct history_act *a = &c->h->acts[i];

		if (a->act == RULE_ACCEPTED && !strcmp(a->series, p->s->name) &&
			!strcmp(a->fingerprint, p->s->fingerprint))
			upright(c, time_of(c, a->night) + DAY / 4, COLOUR_ACCEPTED, "1", 1.6);
	}
}

static const char *unit_of(const struct trend_panel *p)
{
	return p->s->base ? "1" : metrics[p->s->id].unit;
}

static char *heading(const struct trend_chart *c, const struct trend_panel *p)
{
	cleanup_free char *arm = cut_text(p->s->arm, 30);
	cleanup_free char *base = p->s->base ? cut_text(p->s->base, 30) : NULL;
	cleanup_free char *now = NULL, *level = NULL, *reach = NULL, *place = NULL;

	if (!p->walk.n)
		return xasprintf("%s: no night that counts", arm);
	const struct level *l = &p->walk.rule[p->walk.n - 1].level;

	now = value_text(p->walk.x[p->walk.n - 1], unit_of(p));
	level = value_text(l->median, unit_of(p));
	reach = value_text(l->reach, unit_of(p));
	place = l->n >= history_rule.least
		? xasprintf("; level %s ± %s over %zu nights", level, reach, l->n)
		: xstrdup("; too few nights for a level");
	return xasprintf("%s%s%s: %s%s%s%s", arm, base ? " over " : "", base ? base : "", now,
		place, p->s->emulated ? "; emulated (TCG)" : "",
		history_alarms(c->h, p->s) ? "" : "; digest only");
}

static void put_panel(struct trend_chart *c, size_t i, double top)
{
	struct trend_panel *p = &c->panel[i];
	struct drawing *d = &c->d;
	bool drawn = p->high >= p->low;
	double low = drawn ? p->low : 0, high = drawn ? p->high : 1;
	struct scale scale = scale_for(unit_of(p), fmax(fabs(low), fabs(high)));
	double room = high > low ? 0.06 * (high - low) : fmax(fabs(high) * 0.05, 1e-12);
	cleanup_free char *head = heading(c, p);
	size_t block = i * BLOCKS;
	bool dots = p->s->n <= FEW, last = i + 1 == c->t->n;

	fprintf(d->out,
		"set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\nset bmargin at screen %.5f\n"
		"set xrange [%.0f:%.0f]\nset yrange [%.10g:%.10g]\nset border 3 lc rgb '#888888'\nset ytics nomirror autofreq font ',8' textcolor rgb '#444444'\n"
		"set xtics time nomirror font ',8' textcolor rgb '#444444'\nset format x '%s'%s\nset ylabel '%s' textcolor rgb '#444444'\nS = %.10g\n",
		SIDE / d->width, 1 - 24 / d->width, top / d->height, (top - PANEL) / d->height,
		c->from, c->to, (low - room) / scale.divisor, (high + room) / scale.divisor,
		last ? "%Y-%m-%d" : "", last ? " timedate" : "", scale.unit, scale.divisor);
	put_screen_label(d, head, SIDE, top + 20, 11, "#000000", "left");
	put_uprights(c, p, true);
	fprintf(d->out,
		"plot '%s.dat' index %zu using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.25 noborder lc rgb '" COLOUR_BAND
		"', \\\n     '' index %zu using 1:($2/S) with lines lw 1 dt 2 lc rgb '" COLOUR_BAND
		"', \\\n     '' index %zu using 1:($2/S) with %s lw 1.2%s lc rgb '" COLOUR_LINE
		"', \\\n     '' index %zu using 1:($2/S) with points pt 6 ps 0.7 lc rgb '" COLOUR_NOISY
		"', \\\n     '' index %zu using 1:($2/S) with points pt 7 ps 0.7 lc rgb '" COLOUR_BEYOND
		"', \\\n     '' index %zu using 1:($2/S) with points pt 9 ps 1 lc rgb '" COLOUR_ALARM
		"'\nunset label\nunset arrow\n",
		d->c->name, block + 1, block + 1, block, dots ? "linespoints" : "lines",
		dots ? " pt 7 ps 0.35" : "", block + 2, block + 3, block + 4);
	d->labels = 0;
}

static double legend_item(struct trend_chart *c, double x, const char *text, const char *colour)
{
	put_screen_label(&c->d, text, x, c->d.height - 84, 9, colour, "left");
	return x + text_pixels(text, 9) + 16;
}

static void put_legend(struct trend_chart *c)
{
	double x = 20;

	x = legend_item(c, x, "— night", "#1E77B4");
	x = legend_item(c, x, "▒ level ± reach", "#1E77B4");
	x = legend_item(c, x, "○ noisy, kept out", "#666666");
	x = legend_item(c, x, "● beyond, candidate", "#9A6700");
	x = legend_item(c, x, "▲ alarm", COLOUR_ALARM);
	x = legend_item(c, x, "┆ change point (a note)", COLOUR_CHANGE);
	x = legend_item(c, x, "│ level accepted", COLOUR_ACCEPTED);
	x = legend_item(c, x, "┊ 1 environment changed", COLOUR_EVENT);
	legend_item(c, x, "┃ another host", COLOUR_EVENT);
}

static void put_events(struct trend_chart *c, double y)
{
	for (size_t i = c->first_event; i < c->events->n; i++) {
		const struct history_event *e = &c->events->at[i];
		cleanup_free char *text = xasprintf("%zu  %.10s  %s", i + 1 - c->first_event,
			c->h->nights[e->night].started, e->text);
		cleanup_free char *cut = cut_pixels(text, 9, c->d.width - 40);

		put_screen_label(&c->d, cut, 20, y, 9, COLOUR_EVENT, "left");
		y -= LINE;
	}
}

static char *make_script(struct trend_chart *c)
{
	size_t listed = c->events->n - c->first_event;
	char *text = NULL;
	double top, foot = FOOT + (double)(LINE * listed) + (listed ? 8 : 0);
	size_t size;

	c->d.width = WIDTH;
	c->d.height = HEAD + foot + (double)(c->t->n * (PANEL + BETWEEN)) + 10;
	c->d.out = open_memstream(&text, &size);
	if (!c->d.out)
		return xstrdup("");
	chart_head(&c->d);
	put_legend(c);
	put_events(c, foot - 16);
	top = c->d.height - HEAD - 14;
	for (size_t i = 0; i < c->t->n; i++, top -= PANEL + BETWEEN)
		put_panel(c, i, top);
	fputs("unset multiplot\nunset output\nif (pass < 2) reread\nundefine pass\n", c->d.out);
	fclose(c->d.out);
	return text;
}

static void put_words(struct chart *chart, const struct trend_chart *c)
{
	const struct history *h = c->h;
	cleanup_free char *workload = cut_text(c->t->workload, 40);
	const struct history_night *first = &h->nights[0], *last = &h->nights[h->n_nights - 1];
	cleanup_free char *host = cut_text(last->fingerprint, 20);

	chart->title = xasprintf("%s over %zu nights: workload %s, %u instance%s", c->t->metric,
		h->n_nights, workload, c->t->instances, c->t->instances == 1 ? "" : "s");
	chart->subtitle = xasprintf("%s", metrics[metric_find(c->t->metric)].help);
	chart->footer[0] = xasprintf(
		"Medians of each night. Level: median of the last %zu nights that count; reach: the larger of %g scaled MADs and the plan's margin.",
		history_rule.window, history_rule.spreads);
	chart->footer[1] =
		xasprintf("%.10s to %.10s · host %s · change points: E-divisive, last 60 nights",
			first->started, last->started, host);
}

void chart_history(struct chart *chart, const struct history *h, const struct history_events *e,
	const struct trend *t)
{
	struct trend_chart c = {.h = h, .events = e, .t = t, .d = {.c = chart}};

	c.first_event = e->n > MOST_EVENTS ? e->n - MOST_EVENTS : 0;
	c.from = time_of(&c, 0) - DAY;
	c.to = time_of(&c, h->n_nights - 1) + DAY;
	for (size_t i = 0; i < t->n; i++) {
		c.panel[i].s = t->panel[i];
		history_walk(h, t->panel[i], &c.panel[i].walk);
	}
	put_words(chart, &c);
	chart->data = make_data(&c);
	chart->script = make_script(&c);
	for (size_t i = 0; i < t->n; i++)
		history_walk_free(&c.panel[i].walk);
}
