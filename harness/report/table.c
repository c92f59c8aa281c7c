/* table.c - the cells of the main table and of the comparisons, for Markdown and terminal alike. To show
 * another metric in the main table: one line in key_metrics[]. */
#include "report-internal.h"

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
	cleanup_free char *more = blocks > 0 ? xasprintf(" (+%.0f blocks)", blocks) : xstrdup("");

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
