/* step-summary.c - Markdown for a job's page (GitHub's step summary and the like), verdicts first. One that is larger
 * than 1 MiB is thrown away as a whole by its reader: what would not fit is left out by sections, and that is said. */
#include "export-internal.h"

#define MOST ((1 << 20) - 4096) /* B; the rest is for the last sentence */

static void put_verdicts(FILE *out, const struct view *v)
{
	bool emulated = false;
	const json_t *c;
	size_t i;

	json_array_foreach ((json_t *)json_list(v->summary, "comparisons"), i, c) {
		if (!json_is_true(json_object_get(c, "primary")))
			continue;
		cleanup_free char *verdict = verdict_text(c, &emulated);

		markdown_print(out, "- %s, ", json_text_at(c, "metric", NULL));
		markdown_print(out, "%s against ", json_text_at(c, "arm", NULL));
		markdown_print(out, "%s, ", json_text_at(c, "base", NULL));
		markdown_print(out, "%s: ", json_text_at(c, "workload", NULL));
		markdown_print(out, "**%s**\n", verdict);
	}
	if (emulated)
		fputs("\n† Emulated (TCG): no evidence about VMs.\n", out);
}

static void put_about(FILE *out, const struct export_source *s, struct view *v)
{
	markdown_print(out, "## tare: plan %s on ", *s->plan ? s->plan : "unnamed");
	markdown_print(out, "%s\n\n", s->host);
	markdown_print(out, "Run %s of ", s->id);
	markdown_print(out, "%s, ", s->started);
	fprintf(out, "%.0f counted blocks. Every primary metric against its base:\n\n",
		json_number_at(s->summary, "blocks", "complete", NULL));
	put_verdicts(out, v);
}

/* 0: about, 1 to n: the settings, the last: findings. */
static void put_section(FILE *out, const struct export_source *s, struct view *v, size_t i)
{
	if (i == 0) {
		put_about(out, s, v);
	} else if (i <= v->n_settings) {
		v->at = v->settings[i - 1];
		markdown_results(out, v);
		markdown_comparisons(out, v);
	} else {
		markdown_findings(out, v);
	}
}

int export_step_summary(FILE *out, const struct export_source *s, struct error *err)
{
	cleanup_view struct view v = {0};
	size_t used = 0, left_out = 0;

	if (view_open(&v, s->run, s->summary, err) < 0)
		return -1;
	for (size_t i = 0; i < v.n_settings + 2; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *section = open_memstream(&text, &len);

		if (!section)
			return error_set(err, EXIT_INTERNAL, "export: no memory");
		put_section(section, s, &v, i);
		fclose(section);
		if (used + len > MOST) {
			left_out++;
		} else {
			used += len;
			fwrite(text, 1, len, out);
		}
		free(text);
	}
	if (left_out)
		fprintf(out,
			"\n%zu of %zu sections are left out: a page holds 1 MiB. They are in the run's report.md.\n",
			left_out, v.n_settings + 2);
	return 0;
}
