/* table.c - the cells of the main table and of the comparisons, for Markdown and terminal alike. To show
 * another metric in the main table: one line in key_metrics[]. */
#include "report-internal.h"

#include "plan.h"
#include "util.h"

#include <math.h>
#include <string.h>

const char *const key_metrics[] = {
	"memory.pss",
	"memory.uss",
	"memory.cgroup",
	"memory.cgroup_kernel",
	"memory.peak",
	"memory.host_delta",
	"memory.emulator_code",
	"memory.fixed",
	"memory.tare",
	"processes.host",
	"processes.threads",
	"processes.guest_user",
	"processes.guest_kernel",
	"processes.total",
	"processes.tare",
	"boot.prepare",
	"boot.spawn",
	"boot.kernel",
	"boot.init",
	"boot.ready",
	"boot.first_response",
	"boot.cpu",
	"boot.stop",
	"network.rx",
	"network.tx",
	"network.http",
	"network.http_ttfb",
	"network.rr_p50",
	"network.rr_p99",
	"network.connects",
	"network.cpu",
	NULL,
};

size_t note_add(struct note_list *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->text[i], text) == 0)
			return i + 1;
	l->text = xrealloc(l->text, (l->n + 1) * sizeof(*l->text));
	l->text[l->n++] = xstrdup(text);
	return l->n;
}

void note_list_free(struct note_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->text[i]);
	free(l->text);
	*l = (struct note_list){0};
}

char *table_cell(const struct cell *cell, struct note_list *notes, bool *emulated)
{
	if (cell->status == CELL_ABSENT)
		return xstrdup("");
	if (cell->status != CELL_OK) {
		cleanup_free char *why = xasprintf(
			"%s: %s", cell->status == CELL_FAILED ? "failed" : "skipped", cell->reason);

		return xasprintf("n/a (%zu)", note_add(notes, why));
	}
	cleanup_free char *value =
		interval_text(cell->median, cell->lo, cell->hi, cell->unit, false);

	*emulated = *emulated || cell->emulated;
	return xasprintf("%s%s", value, cell->emulated ? " †" : "");
}

char *comparison_text(const json_t *c)
{
	const char *unit = json_text_at(c, "unit", NULL);
	double lo = json_number_at(c, "lo", NULL), hi = json_number_at(c, "hi", NULL);
	double ratio = json_number_at(c, "ratio", NULL);
	double difference = json_number_at(c, "difference", NULL);

	if (isfinite(difference))
		return interval_text(difference, lo, hi, unit, true);
	if (!isfinite(ratio))
		return xstrdup("n/a");
	cleanup_free char *value = ratio_text(ratio);

	if (!isfinite(lo) || !isfinite(hi) || (lo == ratio && hi == ratio))
		return steal_ptr(value);
	cleanup_free char *low = number_text(lo);
	cleanup_free char *high = number_text(hi);

	return xasprintf("%s [%s, %s]", value, low, high);
}

char *blocks_text(double blocks)
{
	return blocks > PLAN_MAX_BLOCKS ? xasprintf("over %d", PLAN_MAX_BLOCKS)
					: xasprintf("%.0f", blocks);
}

char *verdict_text(const json_t *c, bool *emulated)
{
	double ratio = json_number_at(c, "ratio", NULL),
	       difference = json_number_at(c, "difference", NULL);
	double blocks = json_number_at(c, "needs_blocks", NULL);
	bool dagger = json_has_text(json_list(c, "flags"), "emulated");
	cleanup_free char *value = isfinite(difference)
		? interval_text(difference, NAN, NAN, json_text_at(c, "unit", NULL), true)
		: isfinite(ratio) ? ratio_text(ratio)
				  : xstrdup("n/a");
	cleanup_free char *verdict = cut_text(json_text_at(c, "verdict", NULL), 12);
	cleanup_free char *count = blocks_text(blocks);
	cleanup_free char *more = blocks > 0 ? xasprintf(" (+%s blocks)", count) : xstrdup("");

	*emulated = *emulated || dagger;
	return xasprintf("%s%s %s%s", value, dagger ? " †" : "",
		strcmp(verdict, "none") == 0 ? "no verdict" : verdict, more);
}

char *setting_text(const struct setting *s)
{
	cleanup_free char *workload = cut_text(s->workload, 40);

	return xasprintf("%s, %" JSON_INTEGER_FORMAT " instance%s",
		*workload ? workload : "unnamed", s->instances, s->instances == 1 ? "" : "s");
}

/* "164 KiB", or "unknown (reason)". New. */
static char *known_text(const struct cell *c)
{
	if (c->status == CELL_OK)
		return value_text(c->median, c->unit);
	cleanup_free char *reason = clean_text(c->reason);

	return xasprintf("unknown (%s)", reason);
}

char *pss_leaves_out(const struct view *v, size_t a, bool brief)
{
	struct cell pss = view_cell(v, a, "memory.pss");
	struct cell kernel = view_cell(v, a, "memory.cgroup_kernel");
	struct cell fixed = view_cell(v, a, "memory.fixed");
	struct cell daemons = view_cell(v, a, "processes.fixed");
	struct cell code = view_cell(v, a, "memory.emulator_code");
	char *text;

	if (pss.status != CELL_OK)
		return NULL;
	cleanup_free char *held = known_text(&pss);
	cleanup_free char *kernel_text = known_text(&kernel);
	cleanup_free char *fixed_text = known_text(&fixed);
	cleanup_free char *count = daemons.status == CELL_OK ? number_text(daemons.median) : NULL;
	cleanup_free char *part =
		number_text(pss.median > 0 ? 100 * kernel.median / pss.median : NAN);

	if (brief)
		return xasprintf("PSS %s leaves out %s of kernel memory and %s of daemons for all",
			held, kernel_text, fixed_text);
	text = xasprintf("PSS %s; beside it kernel memory %s%s%s%s, daemons for all %s%s%s%s", held,
		kernel_text, kernel.status == CELL_OK ? " (" : "",
		kernel.status == CELL_OK ? part : "",
		kernel.status == CELL_OK ? " % of the PSS)" : "", fixed_text, count ? " in " : "",
		count ? count : "", count ? (daemons.median == 1 ? " process" : " processes") : "");
	if (code.status == CELL_OK && code.median > 0) {
		cleanup_free char *buffer = known_text(&code);
		cleanup_free char *shorter = text;

		text = xasprintf(
			"%s; %s of the PSS are the emulator's translation buffer, which a real CPU does not need",
			shorter, buffer);
	}
	return text;
}
