/* chart-scaling.c - memory over the number of instances: every value, the straight line through them and its 95 %
 * band. It is no chart of bars, so it writes its script and data itself. A further panel: a line in shown[]. */
#include "chart-draw.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *metric, *name;
} shown[] = {
	{"memory.host_delta", "what the machine has less"},
	{"memory.pss", "PSS"},
	{"memory.cgroup", "charged to the cgroups"},
};
#define PANELS ARRAY_SIZE(shown)
#define STEPS 24 /* of a band */
enum { FLOOR = 108, CEILING = 96, TEXT = 15, MARGIN = 76 };

struct fit {
	bool there;
	double intercept, slope, lo, hi;
	double n, mean, spread; /* of the points' N: count, mean, sum of squares */
	double most, least; /* of the values; least at most 0 */
	double most_n;
};

/* A line and at least one value of its. */
bool scaling_any(const struct view *v)
{
	for (size_t a = 0; a < v->n_arms; a++)
		for (size_t i = 0; i < PANELS; i++)
			if (view_slope(v, a, shown[i].metric) &&
				view_cell_anywhere(v, a, shown[i].metric).status == CELL_OK)
				return true;
	return false;
}

/* Writes one arm's points ("N total") of one metric and gathers what the band needs. */
static void put_points(FILE *out, const struct view *v, size_t a, const char *metric, struct fit *f)
{
	enum metric_id id = (enum metric_id)metric_find(metric);
	double sum = 0, squares = 0;

	for (size_t s = 0; s < v->n_settings; s++) {
		struct view at = *v;
		struct cell cell;
		json_t *value;
		size_t i;

		if (strcmp(v->settings[s].workload, v->at.workload) != 0 ||
			(!v->settings[s].instances && !metrics[id].empty_set))
			continue;
		at.at = v->settings[s];
		cell = view_cell(&at, a, metric);
		json_array_foreach ((json_t *)cell.values, i, value) {
			double n = (double)at.at.instances;
			double total = json_number_value(value) * fmax(n, 1);

			if (!json_is_number(value) || !isfinite(total))
				continue;
			fprintf(out, "%.10g %.10g\n", n, total);
			sum += n;
			squares += n * n;
			f->n++;
			f->most = fmax(f->most, total);
			f->least = fmin(f->least, total);
			f->most_n = fmax(f->most_n, n);
		}
	}
	f->mean = f->n > 0 ? sum / f->n : 0;
	f->spread = f->n > 0 ? squares - sum * sum / f->n : 0;
}

/* The 95 % band of a least-squares line (Draper and Smith 1998, 1.4): half width of the slope's interval times
 * sqrt(Sxx / n + (N - mean)^2). */
static void put_band(FILE *out, const struct fit *f)
{
	double half = (f->hi - f->lo) / 2;

	for (int k = 0; k <= STEPS; k++) {
		double n = f->most_n * k / STEPS, y = f->intercept + f->slope * n;
		double band =
			half * sqrt(f->spread / fmax(f->n, 1) + (n - f->mean) * (n - f->mean));

		if (isfinite(band))
			fprintf(out, "%.10g %.10g %.10g %.10g\n", n, y, y - band, y + band);
		else
			fprintf(out, "%.10g %.10g NaN NaN\n", n, y);
	}
}

/* Two blocks for each metric and arm: points, then line and band. */
static char *make_data(const struct view *v, const struct chart *c, struct fit *fits)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return xstrdup("");
	fputs("# scaling: totals of the whole set in B over the number of instances\n", out);
	for (size_t i = 0; i < PANELS; i++)
		for (size_t a = 0; a < v->n_arms; a++) {
			struct fit *f = &fits[i * v->n_arms + a];
			const json_t *row = view_slope(v, a, shown[i].metric);

			fprintf(out, "# %s, arm %s: instances total\n", shown[i].metric,
				c->rows[a].name);
			put_points(out, v, a, shown[i].metric, f);
			f->there = row && f->n > 0;
			f->intercept = json_number_at(row, "intercept", NULL);
			f->slope = json_number_at(row, "slope", NULL);
			f->lo = json_number_at(row, "slope_lo", NULL);
			f->hi = json_number_at(row, "slope_hi", NULL);
			fputs(f->n > 0 ? "\n\n# line: instances fit low high\n"
				       : "NaN NaN\n\n\n# line: none\n",
				out);
			if (f->there && isfinite(f->slope) && isfinite(f->intercept))
				put_band(out, f);
			else
				fputs("NaN NaN NaN NaN\n", out);
			fputs("\n\n", out);
		}
	fclose(out);
	return text;
}

/* Largest total that is still small beside the others: the second row of panels shows up to there. */
static double small_limit(const struct view *v, const struct fit *fits)
{
	cleanup_free double *ends = xcalloc(v->n_arms, sizeof(*ends));

	for (size_t a = 0; a < v->n_arms; a++)
		for (size_t i = 0; i < PANELS; i++)
			if (fits[i * v->n_arms + a].there)
				ends[a] = fmax(ends[a], fits[i * v->n_arms + a].most);
	return scale_gap(ends, v->n_arms, 6);
}

static void put_slope_text(
	struct drawing *d, const struct view *v, size_t a, const struct fit *f, double x, double *y)
{
	cleanup_free char *each = interval_text(f->slope, f->lo, f->hi, "B", true);
	cleanup_free char *text = xasprintf("%s: %s each%s", d->c->rows[a].name,
		isfinite(f->slope) ? each : "no line", v->arms[a].emulated ? ", emulated" : "");

	fprintf(d->out, "set label %u '' at screen %.5f,%.5f point pt %d ps 1 lc rgb '%s' front\n",
		++d->labels, x / d->width, *y / d->height,
		v->arms[a].emulated ? arm_style(a)->hollow_dot : arm_style(a)->dot,
		arm_style(a)->colour);
	put_screen_label(d, text, x + 10, *y, 9, "#000000", "left");
	*y -= TEXT;
}

/* i: which of shown[]; b: the box of heading and plot. */
static void panel(struct drawing *d, const struct view *v, const struct fit *fits, size_t i,
	double limit, struct box b)
{
	double y = b.top - 4;
	double most = 0, least = 0, most_n = 0;
	bool first = true;
	size_t in = 0;

	for (size_t a = 0; a < v->n_arms; a++) {
		const struct fit *f = &fits[i * v->n_arms + a];

		if (!f->there || (limit > 0 && f->most > limit))
			continue;
		most = fmax(most, f->most);
		least = fmin(least, f->least);
		most_n = fmax(most_n, f->most_n);
		in++;
	}
	cleanup_free char *heading =
		xasprintf("%s%s", shown[i].name, limit > 0 ? ": the small ones" : "");
	struct scale scale = scale_for("B", most);

	put_screen_label(d, heading, b.left, y, 11, "#000000", "left");
	y -= TEXT + 4;
	for (size_t a = 0; a < v->n_arms; a++) {
		const struct fit *f = &fits[i * v->n_arms + a];

		if (f->there && (limit <= 0 || f->most <= limit))
			put_slope_text(d, v, a, f, b.left + 6, &y);
	}
	b.top = y;
	put_box(d, &b);
	fprintf(d->out,
		"set xrange [%g:%g]\nset yrange [%.10g:%.10g]\n"
		"set xtics nomirror %s textcolor rgb '#444444'\nset ytics nomirror autofreq textcolor rgb '#444444'\n"
		"set xlabel 'instances' textcolor rgb '#444444'\nset ylabel '%s, whole set' textcolor rgb '#444444'\nS = %.10g\n",
		-0.02 * most_n, 1.04 * fmax(most_n, 1),
		1.08 * least / scale.divisor - (most > 0 ? 0.02 * most / scale.divisor : 0),
		most > 0 ? 1.08 * most / scale.divisor : 1, most_n <= 10 ? "0,1" : "autofreq",
		scale.unit, scale.divisor);
	for (size_t a = 0; a < v->n_arms; a++) {
		const struct fit *f = &fits[i * v->n_arms + a];
		const struct chart_style *style = arm_style(a);
		size_t block = 2 * (i * v->n_arms + a);

		if (!f->there || (limit > 0 && f->most > limit))
			continue;
		fprintf(d->out,
			"%s'%s.dat' index %zu using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '%s', \\\n"
			"     '' index %zu using 1:($2/S) with lines lw 1.6 dt %d lc rgb '%s', \\\n"
			"     '' index %zu using 1:($2/S) with points pt %d ps 0.9 lc rgb '%s'",
			first ? "plot " : ", \\\n     ", d->c->name, block + 1, style->colour,
			block + 1, v->arms[a].emulated ? 2 : 1, style->colour, block,
			v->arms[a].emulated ? style->hollow_dot : style->dot, style->colour);
		first = false;
	}
	fputs(in ? "\n" : "set yrange [0:1]\nplot -1e9 notitle\n", d->out);
	fputs("unset label\n", d->out);
	d->labels = 0;
}

/* Whether any arm has a line in the i-th of shown[]. */
static bool has_line(const struct view *v, const struct fit *fits, size_t i)
{
	for (size_t a = 0; a < v->n_arms; a++)
		if (fits[i * v->n_arms + a].there)
			return true;
	return false;
}

/* One row of panels: all arms, or only those up to limit. What was not measured has none. */
static void row(struct drawing *d, const struct view *v, const struct fit *fits, double limit,
	double bottom, double top)
{
	size_t panels = 0, place = 0;

	for (size_t i = 0; i < PANELS; i++)
		panels += has_line(v, fits, i);
	for (size_t i = 0; i < PANELS; i++) {
		double width = (d->width - 16 - MARGIN * (double)panels) / (double)panels;
		double left = MARGIN + (width + MARGIN) * (double)place;

		if (!has_line(v, fits, i))
			continue;
		place++;
		panel(d, v, fits, i, limit, (struct box){left, left + width, bottom, top});
	}
}

static char *make_script(const struct view *v, const struct chart *c, const struct fit *fits)
{
	struct drawing d = {.c = c, .width = WIDTH, .height = HEIGHT};
	double limit = small_limit(v, fits), top, middle;
	char *text = NULL;
	size_t size;

	if (v->n_arms > 4) /* their names stand above the plots */
		d.height += TEXT * (double)(v->n_arms - 4) * (limit > 0 ? 2 : 1);
	d.out = open_memstream(&text, &size);
	if (!d.out)
		return xstrdup("");
	top = d.height - CEILING + 10;
	middle = limit > 0 ? (top + FLOOR) / 2 + 24 : FLOOR;
	chart_head(&d);
	row(&d, v, fits, 0, middle + (limit > 0 ? 44 : 0), top);
	if (limit > 0)
		row(&d, v, fits, limit, FLOOR, middle - 14);
	chart_tail(&d);
	fclose(d.out);
	return text;
}

/* Points of a line, of the whole chart: "n = 10" or "n = 6 to 10". New. */
static char *count_text(const struct fit *fits, size_t n)
{
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < n; i++) {
		least = fits[i].there ? fmin(least, fits[i].n) : least;
		most = fits[i].there ? fmax(most, fits[i].n) : most;
	}
	return least < most ? xasprintf("n = %.0f to %.0f sets a line", least, most)
			    : xasprintf("n = %.0f sets a line", most);
}

/* The VM that has a line of what the machine has less, else the arm with the steepest; or -1. */
static int steepest(const struct view *v, const struct fit *fits)
{
	int best = -1;
	double most = -INFINITY;

	for (size_t a = 0; a < v->n_arms; a++) {
		bool vm = strcmp(v->arms[a].platform, "vm") == 0;

		if (!fits[a].there || !isfinite(fits[a].slope))
			continue;
		if (vm)
			return (int)a;
		if (fits[a].slope <= most)
			continue;
		most = fits[a].slope;
		best = (int)a;
	}
	return best;
}

void chart_scaling(struct chart *c, const struct view *v)
{
	cleanup_free struct fit *fits = xcalloc(PANELS * v->n_arms, sizeof(*fits));
	int big;

	chart_init(c, "scaling", v);
	c->data = make_data(v, c, fits);
	big = steepest(v, fits);
	cleanup_free char *each = value_text(big < 0 ? NAN : fits[big].slope, "B");
	cleanup_free char *count = count_text(fits, PANELS * v->n_arms);
	cleanup_free char *workload = cut_text(v->at.workload, 40);
	char *method = xasprintf(
		"%s, least squares over all blocks, bands and intervals by Student's t. Workload %s. Totals of the set; PSS sees no kernel memory.",
		count, workload);

	if (big >= 0)
		c->title = xasprintf("One more instance of %s takes %s from the machine",
			c->rows[big].name, each);
	else
		c->title = xstrdup("Memory over the number of instances: no line");
	c->subtitle = xstrdup(
		"Every value, the straight line through them, its 95 % band; slopes with their intervals. Hollow and dashed: emulated (TCG).");
	chart_footer(c, v, NULL, "");
	free(c->footer[0]);
	c->footer[0] = method; /* of all N, not of one */
	c->script = make_script(v, c, fits);
}
