/* chart-boot.c - the boot timeline: from the start request to the first response, stacked by phase. A
 * phase is the difference of two milestones' medians; a milestone that an arm has not is passed over. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

static const struct phase {
	const char *metric, *name, *meaning;
} phases[] = {
	{"boot.spawn", "spawn", "spawn: until its root process runs"},
	{"boot.kernel", "kernel", "kernel: firmware, until the guest kernel speaks"},
	{"boot.init", "init", "init: until PID 1 speaks"},
	{"boot.ready", "ready", "ready: until it accepts work"},
	{"boot.first_response", "response", "first response over the network"},
};
#define PHASES ARRAY_SIZE(phases)

static const char *const names[] = {
	"boot.spawn", "boot.kernel", "boot.init", "boot.ready", "boot.first_response", NULL};

/* The milestone at which a timeline ends: the first response, or readiness where no arm has a port to ask. */
static size_t last_phase(const struct view *v)
{
	for (size_t i = PHASES; i-- > 0;)
		for (size_t a = 0; a < v->n_arms; a++)
			if (view_cell(v, a, phases[i].metric).status == CELL_OK)
				return i;
	return PHASES - 1;
}

static void note_phase(FILE *out, const struct phase *p, double duration)
{
	cleanup_free char *text = value_text(duration, "s");

	fprintf(out, "%s %s · ", p->name, text);
}

/* The whiskers, points and total of a row belong to its last phase. */
static void end_row(
	struct chart *c, const struct view *v, size_t a, size_t end, double at, FILE *note)
{
	struct cell last = view_cell(v, a, phases[end].metric);
	struct mark *m = &c->series[end].marks[a];
	double start = m->status == CELL_OK ? m->start : at;

	mark_from_cell(c, m, &last, "");
	m->start = start;
	if (m->status == CELL_OK && m->end < start)
		m->start = m->end;
	if (m->status == CELL_OK || at <= 0)
		return;
	cleanup_free char *reason = clean_text(last.reason);

	fprintf(note, "%s: no data: %s · ", phases[end].name, reason);
	free(m->label);
	m->label = xstrdup("no data");
}

static void add_row(struct chart *c, const struct view *v, size_t a, size_t end)
{
	double at = 0;
	char *note = NULL;
	size_t size;
	FILE *out = open_memstream(&note, &size);

	if (!out)
		return;
	for (size_t i = 0; i <= end; i++) {
		struct cell cell = view_cell(v, a, phases[i].metric);
		struct mark *m = &c->series[i].marks[a];

		if (cell.status != CELL_OK)
			continue;
		m->status = CELL_OK;
		m->emulated = cell.emulated;
		m->start = at;
		m->end = fmax(at, cell.median);
		note_phase(out, &phases[i], m->end - at);
		at = m->end;
	}
	end_row(c, v, a, end, at, out);
	struct cell prepare = view_cell(v, a, "boot.prepare");

	if (prepare.status == CELL_OK) {
		cleanup_free char *text = value_text(prepare.median, prepare.unit);

		fprintf(out, "before the clock: prepare %s", text);
	}
	fclose(out);
	c->rows[a].note = note;
	for (size_t i = strlen(note); i > 2 && strcmp(note + i - 3, "· ") == 0; i -= 3)
		note[i - 3] = 0;
}

/* Container and VM where there are both, else the first two that were measured; the fast one first. */
static void sentence(struct chart *c, const struct view *v, size_t end)
{
	const char *metric = phases[end].metric;
	const char *does = end == PHASES - 1 ? "answers its first request" : "is ready for work";
	int a = view_light(v, metric), b = view_measured(v, "vm", metric);
	struct cell fast, slow;

	for (size_t i = 0; (b < 0 || b == a) && i < v->n_arms; i++)
		b = (int)i != a && view_cell(v, i, metric).status == CELL_OK ? (int)i : b;
	if (a < 0) {
		c->title = xstrdup("Boot: no first response was measured in the arm compared here");
		return;
	}
	fast = view_cell(v, (size_t)a, metric);
	slow = b < 0 ? fast : view_cell(v, (size_t)b, metric);
	if (slow.median < fast.median) {
		struct cell other = fast;
		int arm = a;

		fast = slow;
		slow = other;
		a = b;
		b = arm;
	}
	cleanup_free char *fast_text = value_text(fast.median, "s");

	if (b < 0 || b == a || fast.median <= 0) {
		c->title = xasprintf(
			"%s %s %s after the start request", c->rows[a].name, does, fast_text);
		return;
	}
	cleanup_free char *slow_text = value_text(slow.median, "s");
	cleanup_free char *ratio = ratio_text(slow.median / fast.median);

	c->title = xasprintf("%s %s after %s, %s after %s: %s%s", c->rows[a].name, does, fast_text,
		c->rows[b].name, slow_text, ratio, slow.emulated ? " (emulated CPU)" : "");
}

bool boot_any(const struct view *v)
{
	return view_planned(v, names);
}

void chart_boot(struct chart *c, const struct view *v)
{
	size_t end = last_phase(v);

	chart_init(c, "boot", v);
	for (size_t i = 0; i <= end; i++)
		chart_add_series(c, phases[i].meaning, SERIES_BAR, (unsigned)i, 0.32, -0.14);
	for (size_t a = 0; a < v->n_arms; a++)
		add_row(c, v, a, end);
	sentence(c, v, end);
	c->subtitle = xasprintf(
		"Boot timeline from the start request, stacked by phase (differences of medians). The number is %s.",
		end == PHASES - 1 ? "the first response"
				  : "when it is ready: this workload has no port to ask");
	chart_add_linear(c, "time since the start request", "s", c->n_series);
	chart_footer(c, v, names, "Preparing is outside the clock.");
}
