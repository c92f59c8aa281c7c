/* chart-draw.c - the chart model as a complete gnuplot script: panels, their ranges, what is missing or cut.
 * Pure: text in memory only. */
#include "chart-draw.h"

#include "json.h"
#include "util.h"

#include <math.h>
#include <string.h>

#define NOTE_SIZE 9.0 /* points */
#define NOTE_LINE 14.0 /* pixels */
#define NOTE_PLACE 0.16 /* of a row, below its middle: what its bars leave free begins there */

static double panel_width(const struct chart *c)
{
	return (RIGHT - LEFT - GAP * ((double)c->n_panels - 1)) / (double)c->n_panels;
}

/* Lines of the longest note, which stays inside the first panel. */
static size_t note_lines(const struct chart *c)
{
	size_t most = 0;

	for (size_t a = 0; a < c->n_rows; a++) {
		cleanup_strv char **lines = c->rows[a].note
			? wrap_pixels(c->rows[a].note, NOTE_SIZE, panel_width(c) - 6)
			: NULL;

		for (size_t i = 0; lines && lines[i]; i++)
			most = i + 1 > most ? i + 1 : most;
	}
	return most;
}

static void put_note(struct drawing *d, const char *note, double middle)
{
	cleanup_strv char **lines = wrap_pixels(note, NOTE_SIZE, panel_width(d->c) - 6);
	double y = middle - NOTE_PLACE * d->row_height - NOTE_LINE / 2 - 1;

	for (size_t i = 0; lines[i]; i++, y -= NOTE_LINE)
		put_screen_label(d, lines[i], LEFT + 3, y, NOTE_SIZE, "#444444", "left");
}

/* The first panel carries everything that stands outside the panels. */
static void script_rows(struct drawing *d)
{
	for (size_t a = 0; a < d->c->n_rows; a++) {
		const struct row *r = &d->c->rows[a];
		double y = d->top - d->row_height * ((double)a + 0.5);
		double lines = 1 + (*r->detail ? 1 : 0) + (r->extra ? 1 : 0);

		y += 8 * (lines - 1);
		put_screen_label(d, r->name, LEFT - 10, y, ROW_NAME_SIZE, "#000000", "right");
		if (*r->detail)
			put_screen_label(d, r->detail, LEFT - 10, y - 16, 9, "#555555", "right");
		y -= *r->detail ? 16 : 0;
		if (r->extra)
			put_screen_label(d, r->extra, LEFT - 10, y - 16, 9, "#000000", "right");
		if (r->note)
			put_note(d, r->note, d->top - d->row_height * ((double)a + 0.5));
	}
}

/* A label stands behind its bar, whisker and points, behind zero when they go to the left. */
static double label_at(const struct mark *m)
{
	return fmax(fmax(0, m->most), fmax(m->end, isnan(m->hi) ? 0 : m->hi));
}

static double panel_x(const struct drawing *d, double value)
{
	double x = value / d->scale.divisor;

	return x > d->cut ? d->cut : x;
}

static const char *mark_text(const struct drawing *d, const struct mark *m, char **owned)
{
	if (m->end / d->scale.divisor <= d->cut)
		return m->label;
	return *owned = xasprintf("→ %s", m->label);
}

/* Of the values in the panel: the largest, the least above 0, the lowest if below 0 (a difference may be). */
static void panel_extent(const struct drawing *d, double *most, double *least, double *lowest)
{
	*most = *lowest = 0;
	*least = INFINITY;
	for (size_t i = d->p->first; i < d->p->first + d->p->count; i++)
		for (size_t a = 0; a < d->c->n_rows; a++) {
			const struct mark *m = &d->c->series[i].marks[a];

			if (m->status != CELL_OK)
				continue;
			*most = fmax(*most, label_at(m));
			*lowest = fmin(*lowest, fmin(m->end, isnan(m->lo) ? 0 : m->lo));
			if (m->end > 0)
				*least = fmin(*least, m->lo > 0 ? m->lo : m->end);
		}
}

/* The end of the range at which what stands behind x has room. */
static double end_with_room(const struct drawing *d, double x, double pixels)
{
	double part = fmax(0.2, 1 - pixels / (d->right - d->left));

	return d->p->log && d->from > 0 ? d->from * pow(x / d->from, 1 / part)
					: d->from + (x - d->from) / part;
}

/* Units, range and cut of the panel: wide enough that the longest label stays inside. */
static void panel_range(struct drawing *d)
{
	const struct panel *p = d->p;
	double most, least, lowest;

	panel_extent(d, &most, &least, &lowest);
	d->scale = scale_for(p->unit, p->limit > 0 ? p->limit : fmax(most, -lowest));
	d->cut = p->limit > 0 ? 1.12 * p->limit / d->scale.divisor : INFINITY;
	d->from = fmax(1.05 * lowest / d->scale.divisor, -d->cut);
	if (p->log)
		d->from = isfinite(least) ? least / d->scale.divisor / 1.6 : 0;
	d->to = p->limit > 0 ? d->cut : most > 0 ? most / d->scale.divisor : lowest < 0 ? 0 : 1;
	for (size_t i = p->first; i < p->first + p->count; i++)
		for (size_t a = 0; a < d->c->n_rows; a++) {
			const struct mark *m = &d->c->series[i].marks[a];
			bool ok = m->status == CELL_OK;
			cleanup_free char *owned = NULL;

			/* what is missing at the start of the axis is cut to its room instead */
			if (!m->label || (!ok && m->start <= 0))
				continue;
			double x = panel_x(d, ok ? label_at(m) : m->start);
			double pixels = text_pixels(mark_text(d, m, &owned), 10) + (ok ? 14 : 54);

			d->to = fmax(d->to, end_with_room(d, x, pixels));
		}
}

static void panel_frame(struct drawing *d)
{
	const struct panel *p = d->p;
	cleanup_free char *axis = xasprintf("%s%s%s%s", p->axis, *d->scale.unit ? " (" : "",
		d->scale.unit, *d->scale.unit ? ")" : "");
	cleanup_free char *quoted = gnuplot_quote(axis);

	fprintf(d->out,
		"\n# panel: %s\nset lmargin at screen %.5f\nset rmargin at screen %.5f\n"
		"set bmargin at screen %.5f\nset tmargin at screen %.5f\n"
		"set xrange [%.10g:%.10g] noextend\nset yrange [%.10g:0.5] noextend\n"
		"set xlabel %s noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3\n",
		axis, d->left / d->width, d->right / d->width, BOTTOM / d->height,
		d->top / d->height, d->from, d->to, -((d->top - BOTTOM) / d->row_height - 0.5),
		quoted);
	fputs(d->p->log && d->from > 0 ? "set logscale x\n" : "unset logscale x\n", d->out);
	/* half a process is no mark on an axis */
	if (strcmp(p->unit, "1") == 0 && d->to < 12)
		fputs("set xtics 1\n", d->out);
	else
		fprintf(d->out, "set xtics autofreq%s\n",
			d->c->n_panels > 2 ? " font 'DejaVu Sans,9'" : "");
	fprintf(d->out, "set grid xtics lt 1 lc rgb '#e8e8e8' lw 1\nset grid back\n");
	if (p->heading)
		put_screen_label(d, p->heading, d->left, d->top + 13, 11, "#000000", "left");
	if (d->from < 0)
		fputs("set arrow 1000 from first 0,graph 0 to first 0,graph 1 nohead lt 1 lc rgb '#888888' back\n",
			d->out);
	for (size_t a = 1; a < d->c->n_rows; a++)
		fprintf(d->out,
			"set arrow %zu from graph 0,first %g to graph 1,first %g nohead lt 1 lc rgb '#dddddd' back\n",
			a, 0.5 - (double)a, 0.5 - (double)a);
}

/* A grey hatched outline where a bar would be, and why there is none. */
static void draw_missing(struct drawing *d, const struct series *s, size_t a)
{
	const struct mark *m = &s->marks[a];
	double width = d->right - d->left, y = d->top - d->row_height * ((double)a + 0.5);
	double from = d->p->log ? 0 : (m->start / d->scale.divisor - d->from) / (d->to - d->from);
	double x = d->left + 2 + width * from;
	double high = y + s->top * d->row_height, low = y + s->bottom * d->row_height;
	double room = d->right - x - 44;
	cleanup_free char *text = cut_pixels(m->label, 10, room < 60 ? 60 : room);

	if (s->kind == SERIES_DOT && high - low > 16) {
		high = (high + low) / 2 + 6;
		low = high - 12;
	}
	fprintf(d->out,
		"set object %u rectangle from screen %.5f,%.5f to screen %.5f,%.5f front fs pattern 6 border lc rgb '#999999' dt 2 fc rgb '#aaaaaa'\n",
		++d->objects, x / d->width, low / d->height, (x + 36) / d->width, high / d->height);
	put_screen_label(d, text, x + 42, (high + low) / 2,
		high - low < 12           ? 8.5
			: high - low < 15 ? 9
					  : 10,
		"#666666", "left");
}

/* Where a zoomed panel cuts a bar, a slanted white band says so. */
static void draw_cut(struct drawing *d, const struct series *s, size_t a)
{
	double x = d->cut * 0.955, w = d->to * 0.007, y = -(double)a;

	fprintf(d->out,
		"set object %u polygon from %.10g,%.10g to %.10g,%.10g to %.10g,%.10g to %.10g,%.10g to %.10g,%.10g front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'\n",
		++d->objects, x - w, y + s->bottom - 0.02, x, y + s->bottom - 0.02, x + 2 * w,
		y + s->top + 0.02, x + w, y + s->top + 0.02, x - w, y + s->bottom - 0.02);
}

static void draw_texts(struct drawing *d, const struct series *s)
{
	double slot = (s->top - s->bottom) * d->row_height;

	for (size_t a = 0; a < d->c->n_rows; a++) {
		const struct mark *m = &s->marks[a];
		cleanup_free char *owned = NULL;

		if (m->status != CELL_OK) {
			if (m->status != CELL_ABSENT && d->p->limit <= 0 && m->label)
				draw_missing(d, s, a);
			continue;
		}
		if (m->start / d->scale.divisor < d->cut && m->end / d->scale.divisor > d->cut)
			draw_cut(d, s, a);
		if (!m->label)
			continue;
		double x = panel_x(d, label_at(m));
		cleanup_free char *place = xasprintf("first %.10g,%.10g offset character 0.8,0",
			d->p->log ? fmax(x, d->from) : x, (s->top + s->bottom) / 2 - (double)a);

		put_label(d, mark_text(d, m, &owned), place,
			slot < 12           ? 8.5
				: slot < 15 ? 9
					    : 10,
			"#000000", "left");
	}
}

static void panel_draw(struct drawing *d, size_t index)
{
	const struct chart *c = d->c;
	double width = panel_width(c);
	unsigned block = 0;
	bool first = true;

	d->p = &c->panels[index];
	d->left = LEFT + (width + GAP) * (double)index;
	d->right = d->left + width;
	panel_range(d);
	panel_frame(d);
	for (size_t i = d->p->first; i < d->p->first + d->p->count; i++)
		draw_texts(d, &c->series[i]);
	if (index + 1 == c->n_panels)
		script_rows(d);
	fprintf(d->out,
		"S = %.10g; cut = %.10g; low = %.10g # one axis unit in base units; where bars are cut\n"
		"clip(x) = x / S > cut ? cut : x / S < low ? low : x / S\n"
		"inside(x) = x / S > cut || x / S < low ? NaN : x / S\n"
		"pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN\n",
		d->scale.divisor, isfinite(d->cut) ? d->cut : 1e300, d->from);
	for (size_t i = 0; i < c->n_series; i++) {
		const struct series *s = &c->series[i];

		if (i >= d->p->first && i < d->p->first + d->p->count) {
			plot_series(d, s, block, &first);
		}
		block += has_points(s, c->n_rows) ? 2 : 1;
	}
	if (first)
		fputs("plot -1e9 notitle", d->out);
	fputs("\nunset label\nunset object\nunset arrow\n", d->out);
	d->objects = d->labels = 0;
}

char *chart_script(const struct chart *c)
{
	struct drawing d = {.c = c, .width = WIDTH, .height = HEIGHT};
	char *text = NULL;
	size_t size, rows = c->n_rows;
	double least = (NOTE_LINE * (double)note_lines(c) + 5) / (0.5 - NOTE_PLACE), head;

	if (c->script)
		return xstrdup(c->script);
	d.height += rows > 8 ? 58 * (double)(rows - 8) : rows < 4 ? -114 * (double)(4 - rows) : 0;
	d.out = open_memstream(&text, &size);
	if (!d.out)
		return xstrdup("");
	head = 84 + LEGEND_LINE * chart_legend(&d, false) + (c->n_panels > 1 ? 28 : 4);
	d.height = fmax(d.height, head + BOTTOM + least * (double)rows);
	d.top = d.height - head;
	d.row_height = (d.top - BOTTOM) / (double)rows;
	chart_head(&d);
	for (size_t i = 0; i < c->n_panels; i++)
		panel_draw(&d, i);
	chart_tail(&d);
	fclose(d.out);
	return text;
}
