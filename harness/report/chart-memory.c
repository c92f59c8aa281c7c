/* chart-memory.c - what the host pays in memory, by four ways of looking, and the tare. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

static const struct view_of_memory {
	const char *metric, *name, *meaning;
} ways[] = {
	{"memory.pss", "PSS", "PSS: its processes, shared pages divided"},
	{"memory.uss", "USS", "USS: private pages only"},
	{"memory.cgroup", "cgroup", "cgroup: charged to it, kernel memory too"},
	{"memory.host_delta", "host", "host: what the machine has less"},
};
#define WAYS ARRAY_SIZE(ways)
#define CODE WAYS

static const char *const names[] = {
	"memory.pss", "memory.uss", "memory.cgroup", "memory.host_delta", NULL};

/* The part of the PSS bar that exists only because the CPU is emulated. */
static void add_code(struct chart *c, const struct view *v, size_t a)
{
	struct mark *pss = &c->series[0].marks[a], *m = &c->series[CODE].marks[a];
	struct cell code = view_cell(v, a, "memory.emulator_code");

	if (code.status != CELL_OK || code.median <= 0 || pss->status != CELL_OK)
		return;
	m->status = CELL_OK;
	m->start = fmax(0, pss->end - code.median);
	m->end = pss->end;
	m->emulated = code.emulated;
}

/* The tare under the arm's name: what one more costs beyond the bare process. */
static void add_tare(struct chart *c, const struct view *v, size_t a)
{
	struct cell tare = view_cell_anywhere(v, a, "memory.tare");

	if (strcmp(v->arms[a].name, v->base) == 0)
		return;
	if (tare.status != CELL_OK)
		tare = view_cell_anywhere(v, a, "memory.tare_pss");
	if (tare.status != CELL_OK)
		return;
	cleanup_free char *text = value_text(tare.median, tare.unit);

	c->rows[a].extra = xasprintf("tare %s%s", tare.median > 0 ? "+" : "", text);
}

static int largest(const struct view *v)
{
	int best = -1;

	for (size_t a = 0; a < v->n_arms; a++)
		if (view_pss_held(v, a) > (best < 0 ? -1 : view_pss_held(v, (size_t)best)))
			best = (int)a;
	return best;
}

static void sentence(struct chart *c, const struct view *v)
{
	int small = view_light(v, "memory.pss"), big = view_measured(v, "vm", "memory.pss");

	if (big < 0)
		big = largest(v);
	if (big < 0 || !(view_pss_held(v, (size_t)big) >= 0)) {
		c->title = xstrdup("Memory: no PSS was measured in the arm compared here");
		return;
	}
	cleanup_free char *big_text = value_text(view_pss_held(v, (size_t)big), "B");
	struct cell code = view_cell(v, (size_t)big, "memory.emulator_code");
	const char *less =
		code.status == CELL_OK && code.median > 0 ? ", without translation buffer" : "";

	if (small < 0 || big == small || !(view_pss_held(v, (size_t)small) > 0)) {
		c->title = xasprintf("%s holds %s of the host's memory (PSS%s)", c->rows[big].name,
			big_text, less);
		return;
	}
	cleanup_free char *ratio =
		ratio_text(view_pss_held(v, (size_t)big) / view_pss_held(v, (size_t)small));

	c->title = xasprintf("%s holds %s the memory of %s running the same workload (PSS%s)",
		c->rows[big].name, ratio, c->rows[small].name, less);
}

bool memory_any(const struct view *v)
{
	return view_planned(v, names);
}

void chart_memory(struct chart *c, const struct view *v)
{
	chart_init(c, "memory", v);
	for (size_t i = 0; i < WAYS; i++) {
		double top = 0.44 - 0.22 * (double)i;
		struct series *s = chart_add_series(
			c, ways[i].meaning, SERIES_BAR, (unsigned)i, top, top - 0.19);

		for (size_t a = 0; a < v->n_arms; a++) {
			struct cell cell = view_cell(v, a, ways[i].metric);

			mark_from_cell(c, &s->marks[a], &cell, ways[i].name);
		}
	}
	sentence(c, v);
	chart_add_linear(c, "memory of one instance", "B", WAYS);
	chart_add_series(
		c, "of it the emulator's translation buffer", SERIES_OVERLAY, 0, 0.44, 0.25);
	for (size_t a = 0; a < v->n_arms; a++) {
		add_code(c, v, a);
		add_tare(c, v, a);
	}
	for (size_t i = 0; i < c->n_panels; i++)
		c->panels[i].count = c->n_series;
	cleanup_free char *base = shorten(v->base, 30);

	c->subtitle = xasprintf(
		"What one instance takes from the host, seen in four ways. The tare is what it takes beyond the arm %s.",
		base);
	chart_footer(c, v, names, "PSS and USS see no kernel memory.");
}
