/* chart-plot.c - the clauses of gnuplot's plot command: bars, dots, whiskers, single values. */
#include "chart-draw.h"

#include <math.h>

/* Commas between the clauses of one plot command. */
static void clause(struct drawing *d, bool *first)
{
	fputs(*first ? "plot " : ", \\\n     ", d->out);
	*first = false;
}

static void plot_bars(
	struct drawing *d, const struct series *s, unsigned block, bool emulated, bool *first)
{
	const char *colour = s->kind == SERIES_OVERLAY ? "#000000" : chart_styles[s->style].colour;
	int pattern = s->kind == SERIES_HOLLOW ? 0
		: s->kind == SERIES_OVERLAY    ? 2
					       : chart_styles[s->style].pattern;

	if (!any_mark(d, s, emulated))
		return;
	clause(d, first);
	if (s->kind == SERIES_DOT) {
		fprintf(d->out,
			"'%s.dat' index %u using (pick($3, $6, %d)):(-$1 + %g) with points pt %d ps 1.2 lw 1.5 lc rgb '%s'",
			d->c->name, block, emulated, (s->top + s->bottom) / 2,
			series_dot(s, emulated), colour);
		return;
	}
	fprintf(d->out,
		"'%s.dat' index %u using (pick($2, $6, %d)):(-$1):(clip($2)):(clip($3)):(-$1 + %g):(-$1 + %g) with boxxyerror fs ",
		d->c->name, block, emulated, s->bottom, s->top);
	if (emulated || s->kind != SERIES_BAR)
		fprintf(d->out, "%spattern %d", s->kind == SERIES_OVERLAY ? "transparent " : "",
			pattern);
	else
		fputs("solid 1", d->out);
	fprintf(d->out, " border lc rgb '#333333' fc rgb '%s'", colour);
}

static void plot_spread(struct drawing *d, const struct series *s, unsigned block, bool *first)
{
	bool whiskers = false;

	for (size_t a = 0; a < d->c->n_rows; a++)
		whiskers = whiskers || (s->marks[a].status == CELL_OK && isfinite(s->marks[a].lo));
	if (whiskers) {
		clause(d, first);
		fprintf(d->out,
			"'%s.dat' index %u using (inside($3)):(-$1 + %g):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'",
			d->c->name, block, (s->top + s->bottom) / 2);
	}
	if (has_points(s, d->c->n_rows)) {
		clause(d, first);
		fprintf(d->out,
			"'%s.dat' index %u using (inside($2)):(-$1 + %g) with points pt 7 ps 0.55 lc rgb '#000000'",
			d->c->name, block + 1, (s->top + s->bottom) / 2);
	}
}

void plot_series(struct drawing *d, const struct series *s, unsigned block, bool *first)
{
	plot_bars(d, s, block, false, first);
	plot_bars(d, s, block, true, first);
	plot_spread(d, s, block, first);
}
