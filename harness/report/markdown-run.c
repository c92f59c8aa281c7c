/* markdown-run.c - the sections of report.md about the run itself: what was measured, what PSS leaves
 * out, how the arms differ, what failed, how to do it again. */
#include "report-internal.h"

#include "util.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static void about_arms(FILE *out, const struct view *v)
{
	fputs("\n| arm | platform | accelerator |\n| :--- | :--- | :--- |\n", out);
	for (size_t a = 0; a < v->n_arms; a++) {
		const struct view_arm *arm = &v->arms[a];

		markdown_print(out, "| %s", arm->shown);
		fputs(strcmp(arm->name, v->base) == 0 ? " (base) |" : " |", out);
		markdown_print(out, " %s |", arm->platform);
		if (arm->emulated)
			fputs(" TCG (emulated) |\n", out);
		else
			markdown_print(
				out, " %s |\n", *arm->accelerator ? arm->accelerator : "none");
	}
}

void markdown_about(FILE *out, const struct view *v)
{
	cleanup_free char *host = view_host_text(v);
	cleanup_free char *kernel = view_kernel_text(v);
	cleanup_free char *accelerator = view_accelerator_text(v);
	cleanup_free char *blocks = view_blocks_text(v);
	cleanup_free char *seed = json_dumps(json_object_get(v->run, "seed"), JSON_ENCODE_ANY);
	const char *plan = json_text_at(v->run, "plan", "name", NULL);

	markdown_print(out, "# tare: run %s\n\n", json_text_at(v->run, "id", NULL));
	markdown_print(out, "- **Host**: %s", host);
	markdown_print(out, ", %s", kernel);
	markdown_print(out, ", cgroup %s", json_text_at(v->run, "host", "cgroup", NULL));
	markdown_print(out, ", %s\n", accelerator);
	markdown_print(out, "- **Date**: %s to ", json_text_at(v->run, "started", NULL));
	markdown_print(out, "%s, ", json_text_at(v->run, "finished", NULL));
	markdown_print(out, "status %s\n", json_text_at(v->run, "status", NULL));
	markdown_print(out, "- **Plan**: %s, ", *plan ? plan : "unnamed");
	markdown_print(out, "seed %s, ", seed ? seed : "unknown");
	fprintf(out, "%s\n", blocks);
	if (!strcmp(json_text_at(v->run, "plan", "page_cache", NULL), "cold"))
		fputs("- **Page cache**: cold, dropped before each preparation\n", out);
	markdown_print(
		out, "- **tare**: version %s\n", json_text_at(v->run, "tare", "version", NULL));
	if (path_any(v))
		fprintf(out, "- **Paths**: %s\n", path_words);
	about_arms(out, v);
}

static void pss_row(FILE *out, const struct view *v, size_t a)
{
	cleanup_free char *text = pss_leaves_out(v, a, false);

	if (!text)
		return;
	markdown_print(out, "- **%s**: ", v->arms[a].shown);
	markdown_print(out, "%s.\n", text);
}

void markdown_pss(FILE *out, const struct view *v)
{
	bool any = false;

	for (size_t a = 0; a < v->n_arms; a++)
		any = any || view_cell(v, a, "memory.pss").status == CELL_OK;
	if (!any)
		return;
	fputs("\n## What PSS leaves out\n\n"
	      "PSS adds up what the instance's processes map. It sees neither the kernel's own memory made for them (slab, "
	      "stacks, page tables, sockets: `memory.cgroup_kernel`) nor daemons shared by all (`memory.fixed`, `processes.fixed`).\n\n",
		out);
	for (size_t a = 0; a < v->n_arms; a++)
		pss_row(out, v, a);
}

void markdown_equivalence(FILE *out, const struct view *v)
{
	size_t i, different = 0;
	json_t *e;

	json_array_foreach ((json_t *)json_list(v->run, "equivalence"), i, e)
		different += strcmp(json_text_at(e, "status", NULL), "equal") != 0;
	if (i == 0)
		return;
	fprintf(out,
		"\n## How the arms differ\n\n%zu of %zu aspects, seen from inside each arm, are equal.\n",
		i - different, i);
	if (different)
		fputs("\n| aspect | status | reason | values |\n| :--- | :--- | :--- | :--- |\n",
			out);
	json_array_foreach ((json_t *)json_list(v->run, "equivalence"), i, e) {
		cleanup_free char *values =
			json_dumps(json_object_get(e, "values"), JSON_ENCODE_ANY);
		cleanup_free char *shown = cut_text(values ? values : "", 160);

		if (strcmp(json_text_at(e, "status", NULL), "equal") == 0)
			continue;
		markdown_print(out, "| %s |", json_text_at(e, "aspect", NULL));
		markdown_print(out, " %s |", json_text_at(e, "status", NULL));
		markdown_print(out, " %s |", json_text_at(e, "reason", NULL));
		markdown_print(out, " %s |\n", shown);
	}
}

/* A console's tail as code: each line cleaned and indented, so that nothing in it can end the block. */
static void print_tail(FILE *out, const char *tail)
{
	cleanup_free char *copy = xstrdup(tail);
	char *save = NULL;

	fputc('\n', out);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		cleanup_free char *clean = cut_text(line, 200);

		fprintf(out, "      %s\n", clean);
	}
	fputc('\n', out);
}

void markdown_errors(FILE *out, const struct view *v)
{
	size_t i;
	json_t *e;

	if (json_array_size(json_list(v->run, "errors")) == 0)
		return;
	fputs("\n## Errors of the run\n\n", out);
	json_array_foreach ((json_t *)json_list(v->run, "errors"), i, e) {
		const char *tail = json_text_at(e, "tail", NULL);

		fprintf(out, "- Block %.0f, trial %.0f, arm ", json_number_at(e, "block", NULL),
			json_number_at(e, "trial", NULL));
		markdown_print(out, "%s, ", json_text_at(e, "arm", NULL));
		markdown_print(out, "workload %s: ", json_text_at(e, "workload", NULL));
		markdown_print(out, "%s\n", json_text_at(e, "text", NULL));
		if (*tail)
			print_tail(out, tail);
	}
}

static bool is_plain_word(const char *s)
{
	if (!*s || *s == '-')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("._+-/", *s))
			return false;
	return true;
}

char *again_text(const struct view *v)
{
	const char *plan = json_text_at(v->run, "plan", "name", NULL);
	double blocks = json_number_at(v->summary, "blocks", "planned", NULL);
	const json_t *seed = json_object_get(v->run, "seed");
	cleanup_free char *with_seed = json_is_integer(seed)
		? xasprintf(" --seed %" JSON_INTEGER_FORMAT, json_integer_value(seed))
		: xstrdup("");
	cleanup_free char *with_blocks =
		blocks > 0 ? xasprintf(" --blocks %.0f", blocks) : xstrdup("");

	return xasprintf(
		"tare run %s%s%s", is_plain_word(plan) ? plan : "PLAN", with_seed, with_blocks);
}

void markdown_reproduce(FILE *out, const struct view *v)
{
	cleanup_free char *command = again_text(v);

	fputs("\n## Again\n\nThe whole plan, the host, and what each arm really was are in `run.json`, every value in `samples.jsonl`. `tare report` makes the rest of this folder from them.\n\n",
		out);
	fprintf(out, "    %s\n    tare report DIR\n", command);
}
