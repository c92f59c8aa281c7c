/* chart-promised.c - memory promised against memory resident: for each arm that tried it, what a process was promised,
 * its limit, and what of the pages it touched is in RAM or swapped out. From the evidence of kind "curve". It is
 * no chart of bars, so it writes its script and data itself; promise and use differ too much for one linear axis. */
#include "chart-draw.h"

#include "util.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 4, PANEL_HEIGHT = 290, SIDE = 66, GROUND = 104, ROOF = 100, BETWEEN = 80 };

struct curve {
	size_t arm;
	const json_t *data; /* borrowed */
	double promised, limit, touched, resident, swapped; /* B; at its end */
};

/* The last curve of an arm in this workload. */
static const json_t *curve_of(const struct view *v, size_t a)
{
	const json_t *data = view_evidence(v, a, "curve");

	return json_array_size(json_list(data, "points")) ? data : NULL;
}

bool promised_any(const struct view *v)
{
	for (size_t a = 0; a < v->n_arms; a++)
		if (curve_of(v, a))
			return true;
	return false;
}

static size_t read_curves(const struct view *v, struct curve *curves)
{
	size_t n = 0;

	for (size_t a = 0; a < v->n_arms; a++) {
		const json_t *data = curve_of(v, a), *list = json_list(data, "points"), *last;

		if (!data)
			continue;
		last = json_array_get(list, json_array_size(list) - 1);
		curves[n++] = (struct curve){.arm = a,
			.data = data,
			.promised = json_number_at(data, "promised", NULL),
			.limit = json_number_at(data, "limit", NULL),
			.touched = json_number_at(last, "touched", NULL),
			.resident = json_number_at(last, "resident", NULL),
			.swapped = json_number_at(last, "swapped", NULL)};
	}
	return n;
}

static void put_or_nan(FILE *out, double value)
{
	if (isfinite(value) && value > 0) /* a log axis has no place for 0 */
		fprintf(out, " %.10g", value);
	else
		fputs(" NaN", out);
}

static char *make_data(const struct chart *c, const struct curve *curves, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	fputs("# promised: B; NaN = nothing (a log axis has no 0)\n", out);
	for (size_t k = 0; k < n; k++) {
		size_t i;
		json_t *p;

		fprintf(out, "# arm %s: touched resident swapped promised limit\n",
			c->rows[curves[k].arm].name);
		json_array_foreach ((json_t *)json_list(curves[k].data, "points"), i, p) {
			double touched = json_number_at(p, "touched", NULL);

			fprintf(out, "%.10g", isnan(touched) ? 0 : touched);
			put_or_nan(out, json_number_at(p, "resident", NULL));
			put_or_nan(out, json_number_at(p, "swapped", NULL));
			put_or_nan(out, curves[k].promised);
			put_or_nan(out, curves[k].limit);
			fputc('\n', out);
		}
		fputs("\n\n", out);
	}
	fclose(out);
	return text;
}

static const struct {
	const char *name, *colour;
	unsigned column;
	int point, dash, width;
} lines[] = {
	{"promised: mapped", "#882255", 4, -1, 1, 3},
	{"its limit", "#000000", 5, -1, 2, 1},
	{"resident", "#0072B2", 2, 7, 1, 2},
	{"swapped out", "#D55E00", 3, 5, 1, 2},
};

static void put_legend(struct drawing *d)
{
	double x = 20, y = d->height - 84;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		fprintf(d->out,
			"set arrow %zu from screen %.5f,%.5f to screen %.5f,%.5f nohead dt %d lw %d lc rgb '%s' front\n",
			i + 1, x / d->width, y / d->height, (x + 26) / d->width, y / d->height,
			lines[i].dash, lines[i].width, lines[i].colour);
		if (lines[i].point > 0)
			fprintf(d->out,
				"set label %u '' at screen %.5f,%.5f point pt %d ps 1 lc rgb '%s' front\n",
				++d->labels, (x + 13) / d->width, y / d->height, lines[i].point,
				lines[i].colour);
		put_screen_label(d, lines[i].name, x + 33, y, 10, "#222222", "left");
		x += 33 + text_pixels(lines[i].name, 10) + 30;
	}
}

static void put_texts(
	struct drawing *d, const struct view *v, const struct curve *k, const struct box *b)
{
	cleanup_free char *promised = value_text(k->promised, "B");
	cleanup_free char *touched = value_text(k->touched, "B");
	cleanup_free char *resident = value_text(k->resident, "B");
	cleanup_free char *swapped = value_text(k->swapped, "B");
	cleanup_free char *name = shorten_pixels(v->arms[k->arm].shown, 11, b->right - b->left);
	cleanup_free char *first = xasprintf("promised %s, touched %s", promised, touched);
	cleanup_free char *second = xasprintf("resident %s, swapped %s", resident, swapped);

	put_screen_label(d, name, b->left, b->top + 42, 11, "#000000", "left");
	put_screen_label(d, first, b->left, b->top + 26, 9, "#444444", "left");
	put_screen_label(d, second, b->left, b->top + 12, 9, "#444444", "left");
}

/* Least and most of all panels, in MiB: they share their axis. */
static void extent(const struct curve *curves, size_t n, double *least, double *most)
{
	*least = INFINITY;
	*most = 0;
	for (size_t k = 0; k < n; k++) {
		size_t i;
		json_t *p;

		*most = fmax(*most, fmax(curves[k].promised, curves[k].limit));
		json_array_foreach ((json_t *)json_list(curves[k].data, "points"), i, p) {
			double x = json_number_at(p, "resident", NULL);
			double y = json_number_at(p, "swapped", NULL);

			*least = fmin(*least, x > 0 ? x : INFINITY);
			*least = fmin(*least, y > 0 ? y : INFINITY);
			*most = fmax(*most, fmax(x, y));
		}
	}
	*most = (*most > 0 ? *most : 1 << 20) / 1048576;
	*least = isfinite(*least) ? *least / 1048576 : *most / 10;
}

static void put_panel(struct drawing *d, const struct curve *curves, size_t k, const struct box *b,
	double least, double most)
{
	put_box(d, b);
	fprintf(d->out,
		"set logscale y\nset xrange [0:%.10g]\nset yrange [%.10g:%.10g]\nset format y '%%g'\n"
		"set xtics nomirror autofreq textcolor rgb '#444444' font 'DejaVu Sans,9'\n"
		"set ytics nomirror textcolor rgb '#444444' font 'DejaVu Sans,9'\n"
		"set grid ytics lt 1 lc rgb '#e8e8e8' lw 1\nset grid back\n"
		"set xlabel 'touched (MiB)' textcolor rgb '#444444' font 'DejaVu Sans,9'\n"
		"set ylabel '%s' textcolor rgb '#444444' font 'DejaVu Sans,9'\n",
		1.04 * fmax(curves[k].touched / 1048576, 1e-3), least / 1.5, most * 1.6,
		k % COLUMNS ? "" : "MiB, log");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		fprintf(d->out,
			"%s'%s.dat' index %zu using ($1/1048576):($%u/1048576) with %s dt %d lw %d lc rgb '%s'",
			i ? ", \\\n     " : "plot ", d->c->name, k, lines[i].column,
			lines[i].point > 0 ? "linespoints" : "lines", lines[i].dash, lines[i].width,
			lines[i].colour);
		if (lines[i].point > 0)
			fprintf(d->out, " pt %d ps 0.8", lines[i].point);
	}
	fputs("\nunset label\nunset arrow\n", d->out);
	d->labels = 0;
}

static char *make_script(
	const struct view *v, const struct chart *c, const struct curve *curves, size_t n)
{
	struct drawing d = {.c = c, .width = WIDTH};
	size_t rows = n ? (n + COLUMNS - 1) / COLUMNS : 1, columns = n < COLUMNS ? n : COLUMNS;
	double width = (WIDTH - 16 - SIDE * (double)columns) / (double)(columns ? columns : 1);
	double least, most;
	char *text = NULL;
	size_t size;

	d.height = ROOF + 20 + GROUND + (PANEL_HEIGHT + BETWEEN) * (double)rows - BETWEEN;
	d.out = open_memstream(&text, &size);
	if (!d.out)
		return xstrdup("");
	chart_head(&d);
	put_legend(&d);
	extent(curves, n, &least, &most);
	for (size_t k = 0; k < n; k++) {
		size_t line = k / COLUMNS;
		double left = SIDE + (width + SIDE) * (double)(k % COLUMNS);
		double top = d.height - ROOF - 50 - (PANEL_HEIGHT + BETWEEN) * (double)line;
		struct box b = {left, left + width, top - PANEL_HEIGHT + 30, top};

		put_texts(&d, v, &curves[k], &b);
		put_panel(&d, curves, k, &b, least, most);
	}
	chart_tail(&d);
	fclose(d.out);
	return text;
}

static char *sentence(const struct chart *c, const struct curve *curves, size_t n)
{
	size_t most = 0;

	for (size_t k = 1; k < n; k++)
		if (curves[k].promised / curves[k].resident >
			curves[most].promised / curves[most].resident)
			most = k;
	if (!n || !(curves[most].promised > 0) || !isfinite(curves[most].resident))
		return xstrdup("Promised against resident memory: not measured");
	cleanup_free char *promised = value_text(curves[most].promised, "B");
	cleanup_free char *resident = value_text(curves[most].resident, "B");

	return xasprintf("A process in %s is promised %s and has %s in RAM",
		c->rows[curves[most].arm].name, promised, resident);
}

void chart_promised(struct chart *c, const struct view *v)
{
	struct curve *curves = xcalloc(v->n_arms, sizeof(*curves));
	size_t n = read_curves(v, curves);

	chart_init(c, "promised", v);
	c->title = sentence(c, curves, n);
	c->subtitle = xstrdup(
		"One process maps many times its limit and touches a part of it, step by step; the curve of each arm's last trial. What is only promised is in no RAM.");
	chart_footer(c, v, NULL,
		"One trial each; the medians over all are in the tables (virtual.*). Swap, where there is any, is the VM's own disk.");
	c->data = make_data(c, curves, n);
	c->script = make_script(v, c, curves, n);
	free(curves);
}
