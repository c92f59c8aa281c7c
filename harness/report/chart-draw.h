/* chart-draw.h - what the files that turn the chart model into a gnuplot script share. */
#ifndef TARE_CHART_DRAW_H
#define TARE_CHART_DRAW_H

#include "report-internal.h"

/* Pixels of the canvas for four to eight arms; more make it taller, fewer lower. */
enum {
	WIDTH = 1200,
	HEIGHT = 720,
	LEFT = 190,
	RIGHT = 1184,
	BOTTOM = 104,
	GAP = 36,
	LEGEND_LINE = 22
};
/* Okabe and Ito (2008), distinguishable with any colour vision; the pattern of an emulated bar differs too. */
struct chart_style {
	const char *colour;
	int pattern, dot, hollow_dot;
};
extern const struct chart_style chart_styles[];
extern const size_t chart_style_count;
/* What an arm is drawn with wherever it is a line or points: the same in every chart of a run. */
const struct chart_style *arm_style(size_t arm);

/* The box of one plot among several, in pixels of the whole canvas. */
struct box {
	double left, right, bottom, top;
};

struct drawing {
	const struct chart *c;
	FILE *out;
	double width, height, top; /* pixels; top of the panels */
	double row_height; /* pixels */
	unsigned objects, labels;
	/* the panel at hand */
	const struct panel *p;
	double left, right; /* pixels */
	struct scale scale;
	double from, to, cut; /* axis range and where bars are cut, in axis units */
};

/* chart-data.c */
bool has_points(const struct series *s, size_t rows);
/* chart-head.c: text anywhere; place is gnuplot's. x, y in pixels. */
void put_label(struct drawing *d, const char *text, const char *place, double size,
	const char *colour, const char *align);
void put_screen_label(struct drawing *d, const char *text, double x, double y, double size,
	const char *colour, const char *align);
bool any_mark(const struct drawing *d, const struct series *s, bool emulated);
int series_dot(const struct series *s, bool emulated);
/* Draws the legend or only counts its lines. */
unsigned chart_legend(struct drawing *d, bool draw);
void chart_head(struct drawing *d);
/* Margins and the two visible axes of a plot in a box. */
void put_box(struct drawing *d, const struct box *b);
/* The last line of a script: from the drawing as SVG to that as PNG. */
void chart_tail(struct drawing *d);
/* chart-plot.c: the clauses of one series in the panel at hand; block is its first in the data file. */
void plot_series(struct drawing *d, const struct series *s, unsigned block, bool *first);

#endif
