/* html-evidence.c - what stands behind single values in report.html: evidence.jsonl as tables, whatever its kinds hold;
 * and how many instances fit in this machine. */
#include "html.h"

#include "util.h"

#include <math.h>
#include <string.h>

#define MAX_ROWS 64 /* of a table; the file has all */
#define MAX_DEPTH 3

/* ---- capacity ---- */

bool html_has_capacity(const struct page *p)
{
	return json_array_size(json_list(p->v->summary, "capacity")) > 0;
}

static void put_range(FILE *out, const json_t *row, const char *key)
{
	cleanup_free char *lo = xasprintf("%s_lo", key);
	cleanup_free char *hi = xasprintf("%s_hi", key);
	cleanup_free char *text = range_text(row, key, lo, hi);

	/* sorted by what is shown */
	html_number(out, json_number_at(row, strncmp(text, "at least", 8) ? key : lo, NULL), text);
}

static void capacity_row(FILE *out, const json_t *row)
{
	const char *unit = json_text_at(row, "unit", NULL),
		   *reason = json_text_at(row, "reason", NULL);
	double each = json_number_at(row, "each", NULL), n = json_number_at(row, "n", NULL);
	double available = json_number_at(row, "available", NULL);
	cleanup_free char *each_text = isnan(each)
		? xstrdup("")
		: interval_text(each, json_number_at(row, "each_lo", NULL),
			  json_number_at(row, "each_hi", NULL), unit, false);
	cleanup_free char *there = isnan(available) ? xstrdup("") : value_text(available, unit);
	cleanup_free char *values = isnan(n) ? xstrdup("") : number_text(n);

	fputs("<tr>", out);
	html_element(out, "th scope='row'", json_text_at(row, "arm", NULL));
	html_element(out, "td", json_text_at(row, "workload", NULL));
	html_element(out, "td", json_text_at(row, "resource", NULL));
	html_number(out, each, each_text);
	html_number(out, available, there);
	put_range(out, row, "fit");
	put_range(out, row, "per_gib");
	html_number(out, n, values);
	fputs("<td>", out);
	html_text(out, reason);
	fputs(*reason ? " " : "", out);
	html_text(out, json_text_at(row, "note", NULL));
	fputs("</td></tr>\n", out);
}

/* The answer: the smaller of the resources. */
static void capacity_answer(struct page *p, const json_t *list)
{
	static const char *const heads[] = {"Arm", "Workload", "#Fit", "Full first", NULL};

	html_table(p->out, "How many fit: the smaller of the resources", heads, false);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		cleanup_free char *bound = NULL;
		cleanup_free char *fit = capacity_fits(list, i, &bound);

		if (!fit)
			continue;
		fputs("<tr>", p->out);
		html_element(p->out, "th scope='row'", json_text_at(row, "arm", NULL));
		html_element(p->out, "td", json_text_at(row, "workload", NULL));
		html_element(p->out, "td class='n'", *fit ? fit : "not known");
		html_element(p->out, "td", *fit ? bound : "");
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
}

void html_capacity(struct page *p)
{
	const json_t *list = json_list(p->v->summary, "capacity");
	static const char *const heads[] = {"Arm", "Workload", "Of", "#One more takes",
		"#Available", "#Fit", "#Per GiB", "#n", "Note", NULL};
	size_t i;
	json_t *row;

	fputs("<p>What was available when the run began, less what is taken without any, by what one more takes. It is a straight line drawn far beyond what was measured: nothing else is to run, and none is to do more than here. "
	      "Where the interval of what one more takes reaches 0 there is only a least number.</p>\n",
		p->out);
	capacity_answer(p, list);
	html_table(p->out, "How many fit by each resource, with 95 % intervals", heads, true);
	json_array_foreach ((json_t *)list, i, row)
		capacity_row(p->out, row);
	html_table_end(p->out);
}

/* ---- evidence: objects as lists of names and values, lists of objects as tables ---- */

static void put_json(struct page *p, const json_t *value, const char *caption, unsigned depth);

static void put_scalar(FILE *out, const json_t *value)
{
	cleanup_free char *text = json_is_string(value)
		? xstrdup(json_string_value(value))
		: json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
	cleanup_free char *shown = cut_text(text, 120);

	html_text(out, shown);
}

static bool is_table(const json_t *list)
{
	return json_array_size(list) && json_is_object(json_array_get(list, 0)) &&
		json_object_size(json_array_get(list, 0));
}

/* The columns are the keys of the first row. */
static void put_rows(struct page *p, const json_t *list, const char *caption)
{
	json_t *first = json_array_get(list, 0), *row, *value;
	const char **heads = xcalloc(json_object_size(first) + 1, sizeof(*heads)), *key;
	size_t i, n = 0;

	json_object_foreach (first, key, value)
		heads[n++] = *key == '#' ? key + 1 : key;
	html_table(p->out, caption, heads, true);
	json_array_foreach ((json_t *)list, i, row) {
		if (i == MAX_ROWS)
			break;
		fputs("<tr>", p->out);
		json_object_foreach (first, key, value) {
			const json_t *cell = json_object_get(row, key);

			if (json_is_number(cell))
				fprintf(p->out, "<td class='n' data-sort='%.10g'>",
					json_number_value(cell));
			else
				fputs("<td>", p->out);
			if (cell)
				put_scalar(p->out, cell);
			fputs("</td>", p->out);
		}
		fputs("</tr>\n", p->out);
	}
	html_table_end(p->out);
	free(heads);
	if (json_array_size(list) > MAX_ROWS)
		fprintf(p->out, "<p>%zu more rows are in <code>evidence.jsonl</code>.</p>\n",
			json_array_size(list) - MAX_ROWS);
}

static void put_object(struct page *p, const json_t *o, const char *caption, unsigned depth)
{
	const char *key;
	json_t *value;
	size_t plain = 0;

	json_object_foreach ((json_t *)o, key, value) {
		if (json_is_object(value) || is_table(value))
			continue;
		fputs(plain++ ? "" : "<dl class='facts'>\n", p->out);
		html_print(p->out, "<dt>%s</dt><dd>", key);
		put_scalar(p->out, value);
		fputs("</dd>\n", p->out);
	}
	fputs(plain ? "</dl>\n" : "", p->out);
	json_object_foreach ((json_t *)o, key, value) {
		cleanup_free char *clean = clean_text(key);
		cleanup_free char *longer = xasprintf("%s: %s", caption, clean);

		if (json_is_object(value) || is_table(value))
			put_json(p, value, longer, depth + 1);
	}
}

static void put_json(struct page *p, const json_t *value, const char *caption, unsigned depth)
{
	if (is_table(value)) {
		put_rows(p, value, caption);
	} else if (json_is_object(value) && depth < MAX_DEPTH) {
		if (depth)
			html_element(p->out, "p", caption);
		put_object(p, value, caption, depth);
	} else {
		fputs("<p><code>", p->out);
		put_scalar(p->out, value);
		fputs("</code></p>\n", p->out);
	}
}

bool html_has_evidence(const struct page *p)
{
	return json_array_size(p->v->evidence) > 0;
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(json_text_at(a, key, NULL), json_text_at(b, key, NULL)) == 0;
}

/* Whether a later line tells the same again: the last of an arm, workload and number of instances counts. */
static bool is_repeated(const json_t *list, size_t at)
{
	const json_t *line = json_array_get(list, at), *later;

	for (size_t i = at + 1; i < json_array_size(list); i++) {
		later = json_array_get(list, i);
		if (same_text(line, later, "kind") && same_text(line, later, "arm") &&
			same_text(line, later, "workload") &&
			json_equal(json_object_get(line, "instances"),
				json_object_get(later, "instances")))
			return true;
	}
	return false;
}

static void one_line(struct page *p, const json_t *line)
{
	cleanup_free char *kind = clean_text(json_text_at(line, "kind", NULL));
	cleanup_free char *arm = clean_text(json_text_at(line, "arm", NULL));
	cleanup_free char *workload = clean_text(json_text_at(line, "workload", NULL));
	cleanup_free char *caption = xasprintf("%s, arm %s, workload %s, N = %.0f", kind, arm,
		workload, json_number_at(line, "instances", NULL));

	html_print(p->out, "<details><summary>%s</summary>\n", caption);
	put_json(p, json_object_get(line, "data"), caption, 0);
	fputs("</details>\n", p->out);
}

void html_evidence(struct page *p)
{
	const json_t *list = p->v->evidence;

	fputs("<p>What stands behind single values: tables, curves and hops as they were seen, of each arm the last trial. All trials are in <code>evidence.jsonl</code>.</p>\n",
		p->out);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!is_repeated(list, i))
			one_line(p, json_array_get(list, i));
}
