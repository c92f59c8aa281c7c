/* markdown-ledger.c - the memory ledger in report.md: each part of each arm, their sum, what formed no part, the
 * residual and whether it balances; the VMM's size both ways. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

/* How much may be missing: of one VM, and of the slope over many containers. */
#define VM_SHARE 0.05
#define SLOPE_SHARE 0.10
#define SLOPE_INSTANCES 64

static void row_of_cells(FILE *out, const struct view *v, const char *name, const char *metric)
{
	fprintf(out, "| %s |", name);
	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell cell = view_cell(v, a, metric);
		cleanup_free char *text = cell.status == CELL_OK
			? interval_text(cell.median, cell.lo, cell.hi, "B", false)
			: xstrdup("n/a");

		fprintf(out, " %s%s |", text, cell.emulated ? " †" : "");
	}
	fputc('\n', out);
}

static void row_of_sums(FILE *out, const struct view *v)
{
	fputs("| **sum of the parts** |", out);
	for (size_t a = 0; a < v->n_arms; a++) {
		double sum = ledger_of(v, a).sum;
		cleanup_free char *text = isnan(sum) ? xstrdup("n/a") : value_text(sum, "B");

		fprintf(out, " **%s** |", text);
	}
	fputc('\n', out);
}

static void table(FILE *out, const struct view *v)
{
	cleanup_free char *setting = setting_text(&v->at);

	markdown_print(out, "\n### %s\n\n| part |", setting);
	for (size_t a = 0; a < v->n_arms; a++)
		markdown_print(out, " %s |", v->arms[a].shown);
	fputs("\n| :--- |", out);
	for (size_t a = 0; a < v->n_arms; a++)
		fputs(" ---: |", out);
	fputc('\n', out);
	for (size_t i = 0; ledger_parts[i].metric; i++)
		row_of_cells(out, v, ledger_parts[i].name, ledger_parts[i].metric);
	row_of_sums(out, v);
	row_of_cells(out, v, "`memory.host_delta`, which formed no part", "memory.host_delta");
	row_of_cells(out, v, "**residual** (median over blocks)", "memory.part_residual");
	row_of_cells(out, v, "memo: mapped files (PSS)", "memory.mapped_files");
	fputc('\n', out);
}

char *ledger_balance(const struct view *v, size_t a)
{
	struct ledger l = ledger_of(v, a);

	if (!l.kept)
		return NULL;
	if (l.residual.status != CELL_OK) {
		cleanup_free char *reason = clean_text(l.residual.reason);

		return xasprintf("no balance (%s)", reason);
	}
	cleanup_free char *rest = value_text(l.residual.median, "B");
	double share = fabs(l.residual.median) / l.total.median;

	if (!(l.sum >= LEDGER_FLOOR))
		return xasprintf(
			"residual %s. One such instance is below the noise floor of the host's own memory: only the slope over many can balance",
			rest);
	if (!(l.total.median > 0))
		return xasprintf(
			"residual %s: the host had more memory afterwards than before, it was not quiet",
			rest);
	return xasprintf("residual %s, %.1f %% of memory.host_delta: %swithin %g %%", rest,
		100 * share, share <= VM_SHARE ? "" : "NOT ", 100 * VM_SHARE);
}

static json_int_t most_instances(const struct view *v)
{
	json_int_t most = 0;

	for (size_t i = 0; i < v->n_settings; i++)
		if (!strcmp(v->settings[i].workload, v->at.workload) &&
			v->settings[i].instances > most)
			most = v->settings[i].instances;
	return most;
}

char *ledger_slope_balance(const struct view *v, size_t a)
{
	const json_t *total = view_slope(v, a, "memory.host_delta");
	const json_t *rest = view_slope(v, a, "memory.part_residual");
	double slope = json_number_at(total, "slope", NULL);
	double left = json_number_at(rest, "slope", NULL), share = fabs(left) / slope;
	json_int_t most = most_instances(v);

	if (!total || !rest || isnan(slope) || isnan(left))
		return NULL;
	cleanup_free char *each = interval_text(slope, json_number_at(total, "slope_lo", NULL),
		json_number_at(total, "slope_hi", NULL), "B", true);
	cleanup_free char *missing = interval_text(left, json_number_at(rest, "slope_lo", NULL),
		json_number_at(rest, "slope_hi", NULL), "B", true);
	cleanup_free char *both =
		xasprintf("one more takes %s; of it the ledger does not explain %s", each, missing);

	if (!(slope > 0))
		return xasprintf("%s (the slope is not above 0: the host was not quiet)", both);
	if (slope * (double)most < LEDGER_FLOOR)
		return xasprintf("%s; with at most %" JSON_INTEGER_FORMAT
				 " at once all are below the noise floor",
			both, most);
	return xasprintf("%s, %.1f %%: %swithin %g %%%s", both, 100 * share,
		share <= SLOPE_SHARE ? "" : "NOT ", 100 * SLOPE_SHARE,
		most < SLOPE_INSTANCES && slope < LEDGER_FLOOR
			? " (fewer than 64 at once: not judged)"
			: "");
}

char *ledger_vmm_text(const struct view *v, size_t a)
{
	struct cell size = view_cell(v, a, "memory.vmm_virtual");
	struct cell held = view_cell(v, a, "memory.vmm_resident");

	if (size.status != CELL_OK || held.status != CELL_OK)
		return NULL;
	cleanup_free char *virtual = value_text(size.median, "B");
	cleanup_free char *resident = value_text(held.median, "B");

	return xasprintf(
		"the VMM's overhead as NSDI'20 (Firecracker) counts it, the virtual size of writable mappings less guest RAM, is %s; resident in the same process, its code and libraries too, are %s. Both without the translation buffer",
		virtual, resident);
}

/* A sentence about each arm that has one. */
static void sentences(
	FILE *out, const struct view *v, char *(*text_of)(const struct view *v, size_t a))
{
	for (size_t a = 0; a < v->n_arms; a++) {
		cleanup_free char *text = text_of(v, a);

		if (!text)
			continue;
		markdown_print(out, "- **%s**: ", v->arms[a].shown);
		markdown_print(out, "%s.\n", text);
	}
}

void markdown_ledger(FILE *out, const struct view *v)
{
	struct view at = *v;
	bool any = false;

	for (size_t i = 0; i < v->n_settings; i++) {
		at.at = v->settings[i];
		if (at.at.instances <= 0 || !ledger_any(&at))
			continue;
		if (!any)
			fputs("\n## Memory ledger\n\nWhat an instance takes from the host, part by part, per instance. Only what MemAvailable charges is a part: anonymous and shared memory, kernel memory. How each part is got: `tare list metrics`, and results/README.md. MemAvailable belongs to the whole host: other work on it is in the residual.\n",
				out);
		any = true;
		table(out, &at);
		sentences(out, &at, ledger_balance);
		sentences(out, &at, ledger_vmm_text);
	}
	if (!any || !scaling_any(v))
		return;
	fputs("\n### Over the number of instances\n\n", out);
	sentences(out, v, ledger_slope_balance);
}
