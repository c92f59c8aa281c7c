/* html-ledger.c - the three ledgers in report.html: memory by part, processes by layer, what each arm looks like from
 * inside. */
#include "html.h"

#include "util.h"

#include <math.h>
#include <string.h>

/* The arms as the columns of a table, behind its first one. Array new, names in *owned. */
static const char **arm_heads(const struct view *v, const char *first, char ***owned)
{
	const char **heads = xcalloc(v->n_arms + 2, sizeof(*heads));

	*owned = xcalloc(v->n_arms + 1, sizeof(**owned));
	heads[0] = first;
	for (size_t a = 0; a < v->n_arms; a++)
		heads[a + 1] = (*owned)[a] = xasprintf("#%s", v->arms[a].shown);
	return heads;
}

static void free_heads(const char **heads, char **owned)
{
	for (char **s = owned; *s; s++)
		free(*s);
	free(owned);
	free(heads);
}

/* ---- memory ---- */

static void part_row(struct page *p, const struct view *v, const char *name, const char *metric)
{
	fputs("<tr>", p->out);
	html_element(p->out, "th scope='row'", name);
	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell cell = view_cell(v, a, metric);

		html_cell(p->out, &cell);
	}
	fputs("</tr>\n", p->out);
}

static void sum_row(struct page *p, const struct view *v)
{
	fputs("<tr><th scope='row'>sum of the parts (medians)</th>", p->out);
	for (size_t a = 0; a < v->n_arms; a++) {
		double sum = ledger_of(v, a).sum;
		cleanup_free char *text = isnan(sum) ? xstrdup("") : value_text(sum, "B");

		html_number(p->out, sum, text);
	}
	fputs("</tr>\n", p->out);
}

static void sentences(
	struct page *p, const struct view *v, char *(*text_of)(const struct view *v, size_t a))
{
	size_t any = 0;

	for (size_t a = 0; a < v->n_arms; a++) {
		cleanup_free char *text = text_of(v, a);

		if (!text)
			continue;
		fputs(any++ ? "" : "<ul>\n", p->out);
		html_print(p->out, "<li><strong>%s</strong>: ", v->arms[a].shown);
		html_print(p->out, "%s.</li>\n", text);
	}
	fputs(any ? "</ul>\n" : "", p->out);
}

static void memory_at(struct page *p, const struct view *v)
{
	cleanup_free char *setting = setting_text(&v->at);
	cleanup_free char *caption = xasprintf("Memory by part: %s", setting);
	char **owned;
	const char **heads = arm_heads(v, "Part", &owned);

	html_table(p->out, caption, heads, true);
	for (size_t i = 0; ledger_parts[i].metric; i++)
		part_row(p, v, ledger_parts[i].name, ledger_parts[i].metric);
	sum_row(p, v);
	part_row(p, v, "what the machine has less (memory.host_delta), which formed no part",
		"memory.host_delta");
	part_row(p, v, "residual, block by block", "memory.part_residual");
	part_row(p, v, "memo: mapped files (PSS)", "memory.mapped_files");
	html_table_end(p->out);
	free_heads(heads, owned);
	sentences(p, v, ledger_balance);
	sentences(p, v, ledger_vmm_text);
}

/* Whether the run has a ledger at its i-th setting, which *at looks at then. */
static bool ledger_at(const struct view *v, size_t i, struct view *at)
{
	*at = *v;
	at->at = v->settings[i];
	return at->at.instances > 0 && ledger_any(at);
}

static char *pss_text(const struct view *v, size_t a)
{
	return pss_leaves_out(v, a, false);
}

bool html_has_memory(const struct page *p)
{
	struct view at;

	for (size_t i = 0; i < p->v->n_settings; i++)
		if (ledger_at(p->v, i, &at))
			return true;
	for (size_t a = 0; a < p->v->n_arms; a++)
		if (view_cell(p->v, a, "memory.pss").status == CELL_OK)
			return true;
	return false;
}

void html_memory(struct page *p)
{
	struct view at;

	fputs("<p>What an instance takes from the host, part by part, per instance. Only what MemAvailable charges is a part: anonymous and shared memory, kernel memory. MemAvailable belongs to the whole host: other work on it is in the residual.</p>\n",
		p->out);
	for (size_t i = 0; i < p->v->n_settings; i++)
		if (ledger_at(p->v, i, &at))
			memory_at(p, &at);
	if (scaling_any(p->v)) {
		fputs("<h3>Over the number of instances</h3>\n", p->out);
		sentences(p, p->v, ledger_slope_balance);
	}
	fputs("<h3>What PSS leaves out</h3>\n", p->out);
	sentences(p, p->v, pss_text);
}

/* ---- processes ---- */

bool html_has_processes(const struct page *p)
{
	for (size_t a = 0; a < p->v->n_arms; a++)
		if (view_cell(p->v, a, "processes.total").status == CELL_OK)
			return true;
	return false;
}

static void layer_row(struct page *p, size_t layer)
{
	fputs("<tr>", p->out);
	html_element(p->out, "th scope='row'", process_layers[layer]);
	for (size_t a = 0; a < p->v->n_arms; a++) {
		double layers[LAYERS] = {0};

		if (view_cell(p->v, a, "processes.total").status != CELL_OK) {
			html_number(p->out, NAN, "no data");
			continue;
		}
		process_split(p->v, a, layers);
		cleanup_free char *text = number_text(layers[layer]);

		html_number(p->out, layers[layer], text);
	}
	fputs("</tr>\n", p->out);
}

void html_processes(struct page *p)
{
	cleanup_free char *setting = setting_text(&p->v->at);
	cleanup_free char *caption = xasprintf("Processes by layer: %s", setting);
	char **owned;
	const char **heads = arm_heads(p->v, "Layer", &owned);

	fputs("<p>Everything that runs because of one workload. Medians of exact counts: they need no interval and hold under emulation.</p>\n",
		p->out);
	html_table(p->out, caption, heads, true);
	for (size_t i = 0; i < THREADS; i++)
		layer_row(p, i);
	part_row(p, p->v, "total (processes.total)", "processes.total");
	layer_row(p, THREADS);
	part_row(p, p->v, "daemons that serve the whole set (processes.fixed)", "processes.fixed");
	html_table_end(p->out);
	free_heads(heads, owned);
}

/* ---- equivalence ---- */

bool html_has_equivalence(const struct page *p)
{
	return json_array_size(json_list(p->v->run, "equivalence")) > 0;
}

static void aspect_row(struct page *p, const json_t *e)
{
	const char *status = json_text_at(e, "status", NULL);

	fputs("<tr>", p->out);
	html_element(p->out, "th scope='row'", json_text_at(e, "aspect", NULL));
	html_element(p->out, "td", json_text_at(e, "workload", NULL));
	fputs("<td>", p->out);
	html_print(p->out,
		strcmp(status, "undeclared") == 0 ? "<strong>%s</strong></td>" : "%s</td>", status);
	for (size_t a = 0; a < p->v->n_arms; a++) {
		const json_t *value =
			json_object_get(json_object_get(e, "values"), p->v->arms[a].name);
		cleanup_free char *text = json_is_string(value) ? xstrdup(json_string_value(value))
			: value                                 ? json_dumps(value, JSON_ENCODE_ANY)
								: NULL;
		cleanup_free char *shown = shorten(text, 48);

		html_element(p->out, "td", shown);
	}
	html_element(p->out, "td", json_text_at(e, "reason", NULL));
	fputs("</tr>\n", p->out);
}

static void aspect_table(struct page *p, const char *caption, bool equal)
{
	const struct view *v = p->v;
	const char **heads = xcalloc(v->n_arms + 5, sizeof(*heads));
	size_t i;
	json_t *e;

	heads[0] = "Aspect";
	heads[1] = "Workload";
	heads[2] = "Status";
	for (size_t a = 0; a < v->n_arms; a++)
		heads[3 + a] = v->arms[a].shown;
	heads[3 + v->n_arms] = "Reason";
	html_table(p->out, caption, heads, true);
	json_array_foreach ((json_t *)json_list(v->run, "equivalence"), i, e)
		if ((strcmp(json_text_at(e, "status", NULL), "equal") == 0) == equal)
			aspect_row(p, e);
	html_table_end(p->out);
	free(heads);
}

void html_equivalence(struct page *p)
{
	const json_t *list = json_list(p->v->run, "equivalence");
	size_t i, equal = 0;
	json_t *e;

	json_array_foreach ((json_t *)list, i, e)
		equal += strcmp(json_text_at(e, "status", NULL), "equal") == 0;
	fprintf(p->out,
		"<p>%zu of %zu aspects, seen from inside each arm, are equal. The others are declared in the plan with their reason.</p>\n",
		equal, json_array_size(list));
	if (equal < json_array_size(list))
		aspect_table(p, "Aspects in which the arms differ", false);
	if (!equal)
		return;
	fputs("<details><summary>What is equal</summary>\n", p->out);
	aspect_table(p, "Aspects in which the arms are equal", true);
	fputs("</details>\n", p->out);
}
