/* chart.c - the model that all charts share: rows of arms, series of bars, panels. To add a chart: a file
 * chart-NAME.c with one function that fills the model, and one line in chart_kinds[]. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

const struct chart_kind chart_kinds[] = {
	{"boot", chart_boot, boot_any},
	{"cdf", chart_cdf, cdf_any},
	{"memory", chart_memory, memory_any},
	{"ledger", chart_ledger, ledger_any},
	{"scaling", chart_scaling, scaling_any},
	{"promised", chart_promised, promised_any},
	{"processes", chart_processes, processes_any},
	{"network", chart_network, network_any},
	{"path", chart_path, path_any},
	{NULL, NULL, NULL},
};

void chart_entries_free(struct chart_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(entries[i].file);
		free(entries[i].title);
	}
	free(entries);
}

int chart_named(const struct chart_entry *charts, size_t n, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; *name && i < n; i++) {
		const char *rest = charts[i].file + len;

		if (strncmp(charts[i].file, name, len) == 0 &&
			(!*rest ||
				(*rest == '-' &&
					strspn(rest + 1, "0123456789") + 1 == strlen(rest))))
			return (int)i;
	}
	return -1;
}

void chart_init(struct chart *c, const char *name, const struct view *v)
{
	memset(c, 0, sizeof(*c));
	c->name = v->number ? xasprintf("%s-%zu", name, v->number + 1) : xstrdup(name);
	c->n_rows = v->n_arms;
	c->rows = xcalloc(v->n_arms, sizeof(*c->rows));
	for (size_t a = 0; a < v->n_arms; a++) {
		const struct view_arm *arm = &v->arms[a];
		bool plain = strcmp(arm->platform, arm->shown) == 0;
		cleanup_free char *platform = shorten_pixels(arm->platform, 9, 70);

		c->rows[a].name = shorten_pixels(arm->shown, ROW_NAME_SIZE, ROW_NAME_ROOM);
		c->rows[a].detail = xasprintf("%s%s%s", plain ? "" : platform,
			*platform && !plain && arm->emulated ? ", " : "",
			arm->emulated ? "emulated (TCG)" : "");
	}
}

void chart_free(struct chart *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		free(c->rows[i].name);
		free(c->rows[i].detail);
		free(c->rows[i].extra);
		free(c->rows[i].note);
	}
	for (size_t i = 0; i < c->n_series; i++) {
		for (size_t a = 0; a < c->n_rows; a++)
			free(c->series[i].marks[a].label);
		free(c->series[i].marks);
		free(c->series[i].name);
	}
	for (size_t i = 0; i < c->n_panels; i++) {
		free(c->panels[i].heading);
		free(c->panels[i].axis);
	}
	free(c->name);
	free(c->rows);
	free(c->series);
	free(c->title);
	free(c->subtitle);
	free(c->left_out);
	free(c->footer[0]);
	free(c->footer[1]);
	free(c->script);
	free(c->data);
	memset(c, 0, sizeof(*c));
}

struct series *chart_add_series(struct chart *c, const char *name, enum series_kind kind,
	unsigned style, double top, double bottom)
{
	struct series *s;

	c->series = xrealloc(c->series, (c->n_series + 1) * sizeof(*c->series));
	s = &c->series[c->n_series++];
	*s = (struct series){.name = xstrdup(name),
		.kind = kind,
		.style = style,
		.top = top,
		.bottom = bottom,
		.marks = xcalloc(c->n_rows, sizeof(*s->marks))};
	for (size_t a = 0; a < c->n_rows; a++)
		s->marks[a].lo = s->marks[a].hi = NAN;
	return s;
}

struct panel *chart_add_panel(struct chart *c, const char *heading, const char *axis,
	const char *unit, size_t first, size_t count)
{
	struct panel *p = &c->panels[c->n_panels++];

	*p = (struct panel){.heading = heading ? xstrdup(heading) : NULL,
		.axis = xstrdup(axis),
		.unit = unit,
		.first = first,
		.count = count};
	return p;
}

void mark_from_cell(struct chart *c, struct mark *m, const struct cell *cell, const char *prefix)
{
	const char *space = *prefix ? " " : "";

	m->status = cell->status == CELL_ABSENT ? CELL_SKIPPED : cell->status;
	m->unplanned = cell->status == CELL_ABSENT;
	if (cell->status != CELL_OK) {
		cleanup_free char *reason = clean_text(cell->reason);

		m->label = xasprintf("%s%sno data: %s", prefix, *prefix ? ": " : "", reason);
		c->any_missing = true;
		return;
	}
	cleanup_free char *value = value_text(cell->median, cell->unit);

	m->label = xasprintf("%s%s%s", prefix, space, value);
	m->end = cell->median;
	m->lo = cell->lo;
	m->hi = cell->hi;
	m->emulated = cell->emulated;
	c->any_emulated = c->any_emulated || cell->emulated;
	if (isnan(cell->lo) && json_array_size(cell->values) > 0) {
		size_t i;
		json_t *one;

		m->points = cell->values;
		json_array_foreach ((json_t *)m->points, i, one)
			m->most = fmax(m->most, json_number_value(one));
		c->any_points = true;
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double scale_gap(double *values, size_t n, double factor)
{
	double best = factor, below = 0;

	qsort(values, n, sizeof(*values), by_size);
	for (size_t i = 0; i + 1 < n; i++) {
		if (values[i] <= 0 || values[i + 1] / values[i] < best)
			continue;
		best = values[i + 1] / values[i];
		below = values[i];
	}
	return below;
}

void chart_add_linear(struct chart *c, const char *axis, const char *unit, size_t count)
{
	cleanup_free double *ends = xcalloc(c->n_rows, sizeof(*ends));
	double limit;

	for (size_t a = 0; a < c->n_rows; a++)
		for (size_t s = 0; s < count; s++)
			if (c->series[s].marks[a].status == CELL_OK)
				ends[a] = fmax(ends[a], c->series[s].marks[a].end);
	limit = scale_gap(ends, c->n_rows, 6);
	if (limit <= 0) {
		chart_add_panel(c, NULL, axis, unit, 0, count);
		return;
	}
	chart_add_panel(c, "All arms on one scale", axis, unit, 0, count);
	chart_add_panel(
		c, "The small ones enlarged (cut bars go on to the right)", axis, unit, 0, count)
		->limit = limit;
}

static bool has_row(const struct chart *c, size_t a)
{
	for (size_t i = 0; i < c->n_series; i++) {
		const struct mark *m = &c->series[i].marks[a];

		if (m->status != CELL_ABSENT && !m->unplanned)
			return true;
	}
	return false;
}

static void drop_row(struct chart *c, size_t a)
{
	char *before = c->left_out;
	struct row *r = &c->rows[a];

	c->left_out = xasprintf("%s%s%s", before ? before : "", before ? ", " : "", r->name);
	free(before);
	free(r->name);
	free(r->detail);
	free(r->extra);
	free(r->note);
	c->n_rows--;
	memmove(r, r + 1, (c->n_rows - a) * sizeof(*r));
	for (size_t i = 0; i < c->n_series; i++) {
		struct mark *m = &c->series[i].marks[a];

		free(m->label);
		memmove(m, m + 1, (c->n_rows - a) * sizeof(*m));
	}
}

/* Rows without anything leave room to the others; where all are so, they stay and say why. */
static void drop_rows(struct chart *c)
{
	size_t kept = 0;

	for (size_t a = 0; a < c->n_rows; a++)
		kept += has_row(c, a);
	if (!kept)
		return;
	for (size_t a = 0; a < c->n_rows;)
		if (has_row(c, a))
			a++;
		else
			drop_row(c, a);
	c->any_missing = false;
	for (size_t i = 0; i < c->n_series; i++)
		for (size_t a = 0; a < c->n_rows; a++)
			c->any_missing = c->any_missing ||
				c->series[i].marks[a].status == CELL_SKIPPED ||
				c->series[i].marks[a].status == CELL_FAILED;
}

void chart_footer(struct chart *c, const struct view *v, const char *const *names, const char *more)
{
	cleanup_free char *method = names ? view_method_text(v, names) : NULL;
	cleanup_free char *setting = setting_text(&v->at);
	cleanup_free char *host = view_host_text(v);
	cleanup_free char *kernel = view_kernel_text(v);
	cleanup_free char *accelerator = view_accelerator_text(v);
	cleanup_free char *date = cut_text(json_text_at(v->run, "started", NULL), 20);
	cleanup_free char *id = cut_text(json_text_at(v->run, "id", NULL), 16);

	drop_rows(c);
	c->footer[0] = method ? xasprintf("%s. Workload %s. %s", method, setting, more)
			      : xasprintf("%s Workload %s.", more, setting);
	c->footer[1] = xasprintf("%s · %s · %s · %s · run %s", host, kernel, accelerator, date, id);
}
