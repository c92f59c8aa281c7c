/* chart-ledger.c - the memory ledger: the parts of an arm one after the other up to their sum, and below them what
 * the machine really has less. A part more: a line in parts[]. */
#include "report-internal.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

const struct ledger_part ledger_parts[] = {
	{"memory.part_workload", "workload", "the workload's own"},
	{"memory.part_guest_kernel", "guest kernel", "the guest's kernel"},
	{"memory.part_guest_userland", "guest userland", "other processes of the guest"},
	{"memory.part_guest_cache", "guest page cache", "the guest's page cache"},
	{"memory.part_guest_freed", "freed in the guest, still resident",
		"freed in the guest and still resident"},
	{"memory.part_vmm", "VMM", "the VMM's own"},
	{"memory.part_translation", "translation buffer (TCG)", "the translation buffer"},
	{"memory.part_kernel", "host kernel", "the host kernel's, made for it"},
	{"memory.part_kernel_outside", "host kernel, in no cgroup",
		"the host kernel's, charged to no cgroup"},
	{"memory.part_runtime", "agent and helpers", "agent and helpers"},
	{NULL, NULL, NULL},
};

struct ledger ledger_of(const struct view *v, size_t a)
{
	struct ledger l = {.total = view_cell(v, a, "memory.host_delta"),
		.residual = view_cell(v, a, "memory.part_residual")};

	l.kept = l.residual.status != CELL_ABSENT;
	for (size_t i = 0; ledger_parts[i].metric; i++) {
		struct cell part = view_cell(v, a, ledger_parts[i].metric);

		l.sum += part.status == CELL_OK ? part.median : NAN;
	}
	return l;
}

bool ledger_any(const struct view *v)
{
	for (size_t a = 0; a < v->n_arms; a++)
		if (ledger_of(v, a).kept)
			return true;
	return false;
}

static size_t count_parts(void)
{
	size_t n = 0;

	while (ledger_parts[n].metric)
		n++;
	return n;
}

/* A part's bar begins where the one before it ends; a negative one goes back. */
static void stack_arm(struct chart *c, const struct view *v, size_t a)
{
	double at = 0;

	for (size_t i = 0; ledger_parts[i].metric; i++) {
		struct cell part = view_cell(v, a, ledger_parts[i].metric);
		struct mark *m = &c->series[i].marks[a];

		if (part.status != CELL_OK || part.median == 0)
			continue;
		m->status = CELL_OK;
		m->start = fmin(at, at + part.median);
		m->end = fmax(at, at + part.median);
		m->emulated = part.emulated;
		c->any_emulated = c->any_emulated || part.emulated;
		at += part.median;
	}
}

static void note_residual(struct chart *c, const struct view *v, size_t a, double sum)
{
	struct ledger l = ledger_of(v, a);

	if (l.residual.status != CELL_OK) {
		cleanup_free char *reason = clean_text(l.residual.reason);

		c->rows[a].note = xasprintf("no balance: %s", reason);
		return;
	}
	cleanup_free char *parts = value_text(sum, "B");
	cleanup_free char *rest = value_text(l.residual.median, "B");
	cleanup_free char *percent =
		number_text(l.total.median > 0 ? 100 * l.residual.median / l.total.median : NAN);

	if (!(sum >= LEDGER_FLOOR))
		c->rows[a].note = xasprintf(
			"parts %s, residual %s: one such instance is below the host's noise", parts,
			rest);
	else
		c->rows[a].note = xasprintf("parts %s, residual %s (%s %%)", parts, rest, percent);
}

static void title(struct chart *c, const struct view *v)
{
	int big = view_platform(v, "vm");
	const struct ledger_part *most = NULL;
	double best = 0;

	if (big < 0)
		big = view_platform(v, "container");
	big = big < 0 ? 0 : big;
	struct ledger l = ledger_of(v, (size_t)big);

	for (size_t i = 0; ledger_parts[i].metric; i++) {
		struct cell part = view_cell(v, (size_t)big, ledger_parts[i].metric);

		if (part.status == CELL_OK && part.median > best) {
			best = part.median;
			most = &ledger_parts[i];
		}
	}
	if (l.residual.status != CELL_OK || !most) {
		c->title = xstrdup("Memory ledger: not all parts were measured");
		return;
	}
	cleanup_free char *total = value_text(l.total.median, "B");
	cleanup_free char *part = value_text(best, "B");

	c->title = xasprintf("%s takes %s from the host; %s of it are %s", c->rows[big].name, total,
		part, most->meaning);
}

void chart_ledger(struct chart *c, const struct view *v)
{
	static const char *const names[] = {"memory.host_delta", NULL};
	size_t n = count_parts();
	struct series *total;

	chart_init(c, "ledger", v);
	for (size_t i = 0; i < n; i++)
		chart_add_series(c, ledger_parts[i].name, SERIES_BAR, (unsigned)i, 0.40, 0.10);
	total = chart_add_series(c, "what the machine has less (memory.host_delta)", SERIES_HOLLOW,
		(unsigned)n, 0.06, -0.16);
	for (size_t a = 0; a < v->n_arms; a++) {
		struct ledger l = ledger_of(v, a);

		mark_from_cell(c, &total->marks[a], &l.total, "");
		total->marks[a].points = NULL;
		total->marks[a].most = 0;
		total->marks[a].emulated = false; /* a sum: its emulated part is hatched above */
		stack_arm(c, v, a);
		note_residual(c, v, a, l.sum);
	}
	c->any_points = false;
	title(c, v);
	chart_add_linear(c, "memory of one instance", "B", n + 1);
	c->subtitle = xstrdup(
		"What MemAvailable charges, part by part. The hollow bar formed no part: the gap to it is what the ledger does not explain.");
	chart_footer(c, v, names, "Parts are medians.");
}
