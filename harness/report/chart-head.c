/* chart-head.c - the upper part of a chart's script: terminals, title, legend, footer; text anywhere. All
 * foreign text passes gnuplot_quote(). To add a colour: a line in chart_styles[]. */
#include "chart-draw.h"

#include "util.h"

#include <string.h>

#define BOLD_FACTOR 1.13

const struct chart_style chart_styles[] = {
	{"#0072B2", 4, 7, 6},
	{"#E69F00", 5, 5, 4},
	{"#56B4E9", 6, 9, 8},
	{"#009E73", 7, 13, 12},
	{"#CC79A7", 2, 11, 10},
	{"#F0E442", 1, 15, 14},
	/* Tol (2021), muted: where six are not enough */
	{"#882255", 4, 7, 6},
	{"#999933", 5, 5, 4},
	{"#666666", 6, 9, 8},
	{"#D55E00", 7, 13, 12},
	{"#DDCC77", 2, 11, 10},
};
const size_t chart_style_count = ARRAY_SIZE(chart_styles);

/* Thin lines need more contrast than bars with an edge: at least 3:1 on both grounds (WCAG 2.2, 1.4.11). Colours that are
 * alike to some eyes have other points. */
static const struct chart_style arm_styles[] = {
	{"#0072B2", 4, 7, 6},
	{"#B07800", 5, 5, 4},
	{"#009E73", 6, 9, 8},
	{"#CC79A7", 7, 13, 12},
	{"#D55E00", 2, 11, 10},
	{"#332288", 1, 15, 14},
	{"#000000", 4, 5, 4},
	{"#882255", 5, 7, 6},
	{"#999933", 6, 13, 12},
	{"#666666", 7, 9, 8},
};

const struct chart_style *arm_style(size_t arm)
{
	return &arm_styles[arm % ARRAY_SIZE(arm_styles)];
}

void put_label(struct drawing *d, const char *text, const char *place, double size,
	const char *colour, const char *align)
{
	cleanup_free char *quoted = gnuplot_quote(text);

	fprintf(d->out,
		"set label %u %s at %s %s noenhanced font 'DejaVu Sans%s,%g' textcolor rgb '%s' front\n",
		++d->labels, quoted, place, align, size > 11 ? ":Bold" : "", size, colour);
}

void put_screen_label(struct drawing *d, const char *text, double x, double y, double size,
	const char *colour, const char *align)
{
	cleanup_free char *place = xasprintf("screen %.5f,%.5f", x / d->width, y / d->height);

	put_label(d, text, place, size, colour, align);
}

/* pattern 3 is solid, 0 empty. */
static void put_swatch(
	struct drawing *d, double x, double y, int pattern, const char *colour, const char *border)
{
	fprintf(d->out,
		"set object %u rectangle from screen %.5f,%.5f to screen %.5f,%.5f front fs pattern %d border lc rgb '%s' fc rgb '%s'\n",
		++d->objects, x / d->width, (y - 6) / d->height, (x + 26) / d->width,
		(y + 6) / d->height, pattern, border, colour);
}

int series_dot(const struct series *s, bool emulated)
{
	return emulated ? chart_styles[s->style].hollow_dot : chart_styles[s->style].dot;
}

/* The largest of the sizes at which text fits in the whole width; cut only at the smallest. */
static void put_headline(struct drawing *d, const char *text, double y, double size, double least,
	const char *colour)
{
	double room = d->width - 36;

	while (size > least && text_pixels(text, size) * (size > 11 ? BOLD_FACTOR : 1) > room)
		size -= 1;
	cleanup_free char *cut = cut_pixels(text, size, room);

	put_screen_label(d, cut, 20, y, size, colour, "left");
}

bool any_mark(const struct drawing *d, const struct series *s, bool emulated)
{
	for (size_t a = 0; a < d->c->n_rows; a++)
		if (s->marks[a].status == CELL_OK && s->marks[a].emulated == emulated)
			return true;
	return false;
}

struct legend {
	double x, y;
	unsigned lines;
	bool draw;
};

static double legend_width(const char *text)
{
	return 34 + text_pixels(text, 10) + 20;
}

static bool legend_next(struct drawing *d, struct legend *l, const char *text)
{
	double need = legend_width(text);

	if (l->x + need > d->width - 10 && l->x > 20) {
		l->x = 20;
		l->y -= LEGEND_LINE;
		l->lines++;
	}
	if (l->draw)
		put_screen_label(d, text, l->x + 33, l->y, 10, "#222222", "left");
	l->x += need;
	return l->draw;
}

static void legend_series(struct drawing *d, struct legend *l, const struct series *s)
{
	double x;

	legend_next(d, l, s->name);
	x = l->x - legend_width(s->name);
	if (!l->draw)
		return;
	if (s->kind == SERIES_DOT)
		fprintf(d->out,
			"set label %u '' at screen %.5f,%.5f point pt %d ps 1.3 lc rgb '%s' front\n",
			++d->labels, (x + 14) / d->width, l->y / d->height, series_dot(s, false),
			chart_styles[s->style].colour);
	else if (s->kind == SERIES_HOLLOW)
		put_swatch(d, x, l->y, 0, "#ffffff", "#333333");
	else if (s->kind == SERIES_OVERLAY)
		put_swatch(d, x, l->y, 2, "#000000", "#333333");
	else
		put_swatch(d, x, l->y, 3, chart_styles[s->style].colour, "#333333");
}

static void legend_extra(struct drawing *d, struct legend *l, const char *text, int pattern,
	const char *colour, const char *border)
{
	legend_next(d, l, text);
	if (l->draw)
		put_swatch(d, l->x - legend_width(text), l->y, pattern, colour, border);
}

/* Runs twice: once to count the lines, once to draw. */
unsigned chart_legend(struct drawing *d, bool draw)
{
	struct legend l = {.x = 20, .y = d->height - 84, .lines = 1, .draw = draw};
	bool dots = false;

	for (size_t i = 0; i < d->c->n_series; i++) {
		if (!any_mark(d, &d->c->series[i], false) && !any_mark(d, &d->c->series[i], true))
			continue;
		legend_series(d, &l, &d->c->series[i]);
		dots = dots || d->c->series[i].kind == SERIES_DOT;
	}
	if (d->c->any_emulated)
		legend_extra(d, &l,
			dots ? "hatched bar, hollow point: emulated (TCG)"
			     : "hatched: emulated (TCG)",
			4, "#555555", "#333333");
	if (d->c->any_missing)
		legend_extra(d, &l, "no data, not zero", 6, "#aaaaaa", "#999999");
	if (d->c->any_points)
		legend_next(d, &l, "• one value each (n < 6)");
	if (d->c->left_out) {
		cleanup_free char *text = xasprintf("not measured here: %s", d->c->left_out);
		cleanup_free char *cut = cut_pixels(text, 10, d->width - 80);

		legend_next(d, &l, cut);
	}
	return l.lines;
}

void chart_head(struct drawing *d)
{
	const struct chart *c = d->c;
	cleanup_free char *id = xstrdup(c->name); /* gnuplot takes letters, digits and _ */

	for (char *p = id; *p; p++)
		*p = *p == '-' ? '_' : *p;
	fprintf(d->out,
		"# %s.gp - a chart of tare. Run it in this folder: gnuplot %s.gp\n"
		"# It reads %s.dat and writes %s.svg, then %s.png (it reads itself twice).\n"
		"pass = exists('pass') ? pass + 1 : 1\n"
		"suffix = exists('suffix') ? suffix : ''\n"
		"reset\nset encoding utf8\nset decimalsign '.'\nset datafile missing 'NaN'\n"
		"if (pass == 1) set terminal svg size %.0f,%.0f fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 "
		"background '#ffffff' name 'tare_%s'\n"
		"if (pass == 1) set output '%s.svg'.suffix\n"
		"if (pass == 2) set terminal pngcairo size %.0f,%.0f noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'\n"
		"if (pass == 2) set output '%s.png'.suffix\n"
		"set multiplot\nunset key\nset border 1 lc rgb '#888888'\n"
		"set tics nomirror out scale 0.6 textcolor rgb '#444444'\nunset ytics\n",
		c->name, c->name, c->name, c->name, c->name, d->width, d->height, id, c->name,
		d->width, d->height, c->name);
	put_headline(d, c->title, d->height - 26, 16, 10, "#000000");
	put_headline(d, c->subtitle, d->height - 54, 11, 9, "#444444");
	put_headline(d, c->footer[0], 34, 9, 8, "#555555");
	put_headline(d, c->footer[1], 16, 9, 8, "#555555");
	chart_legend(d, true);
}

void put_box(struct drawing *d, const struct box *b)
{
	fprintf(d->out,
		"set lmargin at screen %.5f\nset rmargin at screen %.5f\nset bmargin at screen %.5f\nset tmargin at screen %.5f\n"
		"set border 3 lc rgb '#888888'\n",
		b->left / d->width, b->right / d->width, b->bottom / d->height, b->top / d->height);
}

void chart_tail(struct drawing *d)
{
	fputs("unset multiplot\nunset output\nif (pass < 2) reread\nundefine pass\n", d->out);
}
