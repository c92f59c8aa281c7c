/* chart-cdf.c - the cumulative distribution of the boot times: of every arm the part of its starts that had answered
 * after so long. A step is one start. It is no chart of bars, so it writes its script and data itself. */
#include "chart-draw.h"

#include "util.h"

#include <math.h>
#include <string.h>

#define METRIC "boot.first_response"
enum { BESIDE = 340, CDF_LEFT = 76, CDF_GAP = 60, CDF_BOTTOM = 104, LINE = 34 };

struct steps {
	double *values; /* sorted; s */
	size_t n;
	struct cell cell;
};

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A log axis has no place for 0. */
static void read_steps(const struct view *v, size_t a, struct steps *s)
{
	size_t i;
	json_t *value;

	s->cell = view_cell(v, a, METRIC);
	s->values = xcalloc(json_array_size(s->cell.values) + 1, sizeof(*s->values));
	json_array_foreach ((json_t *)s->cell.values, i, value) {
		double x = json_number_value(value);

		if (s->cell.status == CELL_OK && json_is_number(value) && isfinite(x) && x > 0)
			s->values[s->n++] = x;
	}
	qsort(s->values, s->n, sizeof(*s->values), by_size);
}

bool cdf_any(const struct view *v)
{
	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell cell = view_cell(v, a, METRIC);

		if (cell.status == CELL_OK && json_array_size(cell.values) > 1)
			return true;
	}
	return false;
}

static char *make_data(const struct view *v, const struct chart *c, const struct steps *all)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	fputs("# cdf: s until the first response, part of the starts that had answered by then\n",
		out);
	for (size_t a = 0; a < v->n_arms; a++) {
		const struct steps *s = &all[a];

		fprintf(out, "# arm %s: seconds part\n", c->rows[a].name);
		if (s->n)
			fprintf(out, "%.10g 0\n", s->values[0]);
		for (size_t i = 0; i < s->n; i++)
			fprintf(out, "%.10g %.10g\n", s->values[i], (double)(i + 1) / (double)s->n);
		fputs(s->n ? "\n\n" : "NaN NaN\n\n\n", out);
	}
	fclose(out);
	return text;
}

/* Beside the plot: the arm, its median, its n. */
static void put_arm(
	struct drawing *d, const struct view *v, size_t a, const struct steps *s, size_t line)
{
	double x = d->width - BESIDE + 24, y = d->top - 8 - LINE * (double)line;
	const struct chart_style *style = arm_style(a);
	cleanup_free char *value = s->n
		? interval_text(s->cell.median, s->cell.lo, s->cell.hi, "s", false)
		: xasprintf("no data: %s", s->cell.reason);
	cleanup_free char *text =
		s->n ? xasprintf("median %s, n = %zu", value, s->n) : xstrdup(value);
	cleanup_free char *name = xasprintf(
		"%s%s", d->c->rows[a].name, v->arms[a].emulated ? ", emulated (TCG)" : "");
	cleanup_free char *cut = cut_pixels(text, 9, BESIDE - 50);

	fprintf(d->out,
		"set label %u '' at screen %.5f,%.5f point pt %d ps 1.2 lc rgb '%s' front\n",
		++d->labels, x / d->width, y / d->height,
		v->arms[a].emulated ? style->hollow_dot : style->dot, style->colour);
	put_screen_label(d, name, x + 14, y, 11, "#000000", "left");
	put_screen_label(d, cut, x + 14, y - 15, 9, "#444444", "left");
}

/* The range of the times, or of the times by their arm's median. */
static void extent(
	const struct view *v, const struct steps *all, bool relative, double *least, double *most)
{
	*least = INFINITY;
	*most = 0;
	for (size_t a = 0; a < v->n_arms; a++) {
		double by = relative ? all[a].cell.median : 1;

		if (!all[a].n)
			continue;
		*least = fmin(*least, all[a].values[0] / by);
		*most = fmax(*most, all[a].values[all[a].n - 1] / by);
	}
	if (!(*most > 0))
		*least = *most = 1;
}

static void put_plot(struct drawing *d, const struct view *v, const struct steps *all,
	const struct box *b, bool relative)
{
	double least, most;
	bool first = true;

	extent(v, all, relative, &least, &most);
	put_box(d, b);
	fprintf(d->out,
		"%s logscale x\nset xrange [%.10g:%.10g]\nset yrange [0:1.04]\n"
		"set xtics nomirror textcolor rgb '#444444'\nset ytics nomirror 0,0.25,1 textcolor rgb '#444444'\n"
		"set grid xtics ytics lt 1 lc rgb '#e8e8e8' lw 1\nset grid back\nset format x '%%g'\n"
		"set xlabel '%s' textcolor rgb '#444444'\nset ylabel '%s' textcolor rgb '#444444'\n",
		relative ? "unset" : "set",
		relative ? fmax(0, least - 0.1 * (most - least) - 0.01) : least / 1.5,
		relative ? most + 0.1 * (most - least) + 0.01 : most * 1.5,
		relative ? "time by the median of its arm"
			 : "time from the start request to the first response (s, log)",
		relative ? "" : "part of the starts");
	for (size_t a = 0; a < v->n_arms; a++) {
		const struct chart_style *style = arm_style(a);
		bool emulated = v->arms[a].emulated;
		double by = relative ? all[a].cell.median : 1;

		if (!all[a].n)
			continue;
		fprintf(d->out,
			"%s'%s.dat' index %zu using ($1/%.10g):2 with steps lw 1.6 dt %d lc rgb '%s', \\\n"
			"     '' index %zu every ::1 using ($1/%.10g):2 with points pt %d ps 0.8 lc rgb '%s'",
			first ? "plot " : ", \\\n     ", d->c->name, a, by, emulated ? 2 : 1,
			style->colour, a, by, emulated ? style->hollow_dot : style->dot,
			style->colour);
		first = false;
	}
	fputs(first ? "plot -1 notitle\n" : "\n", d->out);
	fputs("unset label\n", d->out);
	d->labels = 0;
}

static char *make_script(const struct view *v, const struct chart *c, const struct steps *all)
{
	struct drawing d = {.c = c, .width = WIDTH, .height = 560};
	double middle, need = LINE * (double)v->n_arms + CDF_BOTTOM + 96;
	char *text = NULL;
	size_t size;

	d.height = fmax(d.height, need);
	d.top = d.height - 90;
	d.out = open_memstream(&text, &size);
	if (!d.out)
		return xstrdup("");
	chart_head(&d);
	for (size_t a = 0, line = 0; a < v->n_arms; a++)
		if (all[a].cell.status != CELL_ABSENT)
			put_arm(&d, v, a, &all[a], line++);
	middle = (CDF_LEFT + d.width - BESIDE) / 2;
	put_plot(&d, v, all, &(struct box){CDF_LEFT, middle - CDF_GAP / 2.0, CDF_BOTTOM, d.top},
		false);
	put_plot(&d, v, all,
		&(struct box){middle + CDF_GAP / 2.0, d.width - BESIDE, CDF_BOTTOM, d.top}, true);
	chart_tail(&d);
	fclose(d.out);
	return text;
}

/* The arm whose starts differ most, slowest by fastest. */
static char *sentence(const struct view *v, const struct chart *c, const struct steps *all)
{
	size_t widest = 0;
	double most = 0;

	for (size_t a = 0; a < v->n_arms; a++) {
		double ratio = all[a].n > 1 ? all[a].values[all[a].n - 1] / all[a].values[0] : 0;

		if (ratio <= most)
			continue;
		most = ratio;
		widest = a;
	}
	if (!(most > 0))
		return xstrdup("Boot times: too few starts for a distribution");
	cleanup_free char *fast = value_text(all[widest].values[0], "s");
	cleanup_free char *slow = value_text(all[widest].values[all[widest].n - 1], "s");

	return xasprintf("Boot times differ most in %s: the fastest start took %s, the slowest %s",
		c->rows[widest].name, fast, slow);
}

void chart_cdf(struct chart *c, const struct view *v)
{
	struct steps *all = xcalloc(v->n_arms, sizeof(*all));

	chart_init(c, "cdf", v);
	for (size_t a = 0; a < v->n_arms; a++)
		read_steps(v, a, &all[a]);
	c->title = sentence(v, c, all);
	c->subtitle = xstrdup(
		"Cumulative distribution of the boot times: each step is one start, a fresh instance. Dashed and hollow: emulated (TCG), no evidence about VMs.");
	chart_footer(c, v, NULL,
		"Left: all arms on one log axis. Right: each arm beside its own median.");
	c->data = make_data(v, c, all);
	c->script = make_script(v, c, all);
	for (size_t a = 0; a < v->n_arms; a++)
		free(all[a].values);
	free(all);
}
