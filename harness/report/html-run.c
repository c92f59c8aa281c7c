/* html-run.c - the sections of report.html about the run itself: what was measured, what was found, what failed, what
 * the metrics mean, how to do it again. */
#include "html.h"

#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

static void fact(struct page *p, const char *name, const char *foreign)
{
	html_print(p->out, "<dt>%s</dt>", name);
	html_print(p->out, "<dd>%s</dd>\n", *foreign ? foreign : "unknown");
}

static void arms_table(struct page *p)
{
	static const char *const heads[] = {"Arm", "Platform", "Accelerator", "Options", NULL};
	const struct view *v = p->v;

	html_table(p->out, "The arms", heads, true);
	for (size_t a = 0; a < v->n_arms; a++) {
		const json_t *options = json_object_get(
			json_object_get(json_object_get(v->run, "arms"), v->arms[a].name),
			"options");
		cleanup_free char *text = options ? json_dumps(options, JSON_ENCODE_ANY) : NULL;
		cleanup_free char *shown = cut_text(text, 300);

		html_print(p->out, "<tr><th scope='row'>%s", v->arms[a].shown);
		fputs(strcmp(v->arms[a].name, v->base) == 0 ? " (base)</th>" : "</th>", p->out);
		html_element(p->out, "td", v->arms[a].platform);
		html_element(p->out, "td",
			v->arms[a].emulated               ? "TCG (emulated)"
				: *v->arms[a].accelerator ? v->arms[a].accelerator
							  : "none");
		html_print(p->out, "<td><code>%s</code></td></tr>\n", shown);
	}
	html_table_end(p->out);
}

void html_run(struct page *p)
{
	const struct view *v = p->v;
	cleanup_free char *host = view_host_text(v);
	cleanup_free char *kernel = view_kernel_text(v);
	cleanup_free char *accelerator = view_accelerator_text(v);
	cleanup_free char *blocks = view_blocks_text(v);
	cleanup_free char *seed = json_dumps(json_object_get(v->run, "seed"), JSON_ENCODE_ANY);

	fputs("<dl class='facts'>\n", p->out);
	fact(p, "Run", json_text_at(v->run, "id", NULL));
	fact(p, "Status", json_text_at(v->run, "status", NULL));
	fact(p, "Started", json_text_at(v->run, "started", NULL));
	fact(p, "Finished", json_text_at(v->run, "finished", NULL));
	fact(p, "Host", host);
	fact(p, "Kernel", kernel);
	fact(p, "cgroups", json_text_at(v->run, "host", "cgroup", NULL));
	fact(p, "Accelerator", accelerator);
	fact(p, "Plan", json_text_at(v->run, "plan", "name", NULL));
	fact(p, "Seed", seed ? seed : "");
	fact(p, "Blocks", blocks);
	if (strcmp(json_text_at(v->run, "plan", "page_cache", NULL), "cold") == 0)
		fact(p, "Page cache", "cold, dropped before each preparation");
	fact(p, "tare", json_text_at(v->run, "tare", "version", NULL));
	if (path_any(v))
		fact(p, "Paths", path_words);
	fputs("</dl>\n", p->out);
	arms_table(p);
}

bool html_has_findings(const struct page *p)
{
	return json_array_size(json_list(p->v->summary, "findings")) > 0;
}

void html_findings(struct page *p)
{
	static const char *const heads[] = {"Kind", "Metric", "Arm", "Finding", NULL};
	size_t i;
	json_t *f;

	html_table(p->out, "What the values themselves tell about this run", heads, true);
	json_array_foreach ((json_t *)json_list(p->v->summary, "findings"), i, f) {
		fputs("<tr>", p->out);
		html_element(p->out, "th scope='row'", json_text_at(f, "kind", NULL));
		html_element(p->out, "td", json_text_at(f, "metric", NULL));
		html_element(p->out, "td", json_text_at(f, "arm", NULL));
		html_element(p->out, "td", json_text_at(f, "text", NULL));
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
}

bool html_has_meter(const struct page *p)
{
	cleanup_free char *text = meter_text(p->v);

	return text != NULL;
}

static void resolved_row(FILE *out, const json_t *r)
{
	double value = json_number_at(r, "value", NULL);
	bool ratio = strcmp(json_text_at(r, "kind", NULL), "ratio") == 0;
	cleanup_free char *shown = isnan(value) ? xstrdup("")
		: ratio                         ? xasprintf("%.2g %%", 100 * value)
						: value_text(value, json_text_at(r, "unit", NULL));

	fputs("<tr>", out);
	html_element(out, "th scope='row'", json_text_at(r, "metric", NULL));
	html_element(out, "td", json_text_at(r, "arm", NULL));
	html_number(out, value, shown);
	fputs("</tr>\n", out);
}

void html_meter(struct page *p)
{
	static const char *const heads[] = {"Metric", "Platform", "#Smallest effect", NULL};
	const json_t *list = json_list(json_object_get(p->v->run, "meter"), "resolves");
	cleanup_free char *text = meter_text(p->v);
	size_t i;
	json_t *r;

	html_print(p->out, "<p>The meter: %s.</p>\n", text);
	if (!json_array_size(list))
		return;
	fputs("<details><summary>Smallest effects that one arm against itself resolves here</summary>\n",
		p->out);
	html_table(p->out, "Half the width of the interval over the blocks of the self-test", heads,
		true);
	json_array_foreach ((json_t *)list, i, r)
		resolved_row(p->out, r);
	html_table_end(p->out);
	fputs("</details>\n", p->out);
}

bool html_has_errors(const struct page *p)
{
	return json_array_size(json_list(p->v->run, "errors")) > 0;
}

/* A console's tail keeps its lines. */
static void tail(FILE *out, const char *text)
{
	cleanup_free char *copy = xstrdup(text);
	char *save = NULL;

	fputs("<pre tabindex='0'>", out);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		html_text(out, line);
		fputc('\n', out);
	}
	fputs("</pre>\n", out);
}

void html_errors(struct page *p)
{
	size_t i;
	json_t *e;

	fputs("<ul>\n", p->out);
	json_array_foreach ((json_t *)json_list(p->v->run, "errors"), i, e) {
		const char *last = json_text_at(e, "tail", NULL);

		fprintf(p->out, "<li>Block %.0f, trial %.0f, arm ",
			json_number_at(e, "block", NULL), json_number_at(e, "trial", NULL));
		html_print(p->out, "%s, ", json_text_at(e, "arm", NULL));
		html_print(p->out, "workload %s: ", json_text_at(e, "workload", NULL));
		html_text(p->out, json_text_at(e, "text", NULL));
		if (*last)
			tail(p->out, last);
		fputs("</li>\n", p->out);
	}
	fputs("</ul>\n", p->out);
}

static bool was_measured(const struct page *p, const char *metric)
{
	size_t i;
	json_t *row;

	json_array_foreach ((json_t *)json_list(p->v->summary, "metrics"), i, row)
		if (strcmp(json_text_at(row, "metric", NULL), metric) == 0)
			return true;
	return false;
}

void html_metrics(struct page *p)
{
	static const char *const heads[] = {"Metric", "Unit", "Definition", NULL};

	fputs("<details><summary>Definitions of the metrics of this run</summary>\n", p->out);
	html_table(p->out, "Metrics, units, definitions", heads, true);
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		if (!was_measured(p, metrics[i].name))
			continue;
		fputs("<tr>", p->out);
		html_element(p->out, "th scope='row'", metrics[i].name);
		html_element(p->out, "td", metrics[i].unit);
		html_element(p->out, "td", metrics[i].help);
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
	fputs("</details>\n", p->out);
}

void html_again(struct page *p)
{
	cleanup_free char *command = again_text(p->v);

	fputs("<p>The whole plan, the host, and what each arm really was are in <code>run.json</code>, every value in <code>samples.jsonl</code>. <code>tare report</code> makes the rest of this folder from them.</p>\n",
		p->out);
	html_print(p->out, "<pre tabindex='0'>%s\ntare report DIR</pre>\n", command);
}
