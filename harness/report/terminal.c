/* terminal.c - the main table and the verdicts for a terminal, split where the arms do not fit. Foreign
 * text passes safe_text(). */
#include "report-internal.h"

#include "report.h"
#include "stats.h"
#include "util.h"

#include <string.h>

struct screen {
	FILE *out;
	unsigned width;
	bool colour;
};

static void pad(const struct screen *s, unsigned n)
{
	while (n--)
		fputc(' ', s->out);
}

static const char *style(const struct screen *s, const char *code)
{
	return s->colour ? code : "";
}
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* A foreign word for display. New. */
static char *safe_word(const char *text, unsigned columns)
{
	char buf[SAFE_TEXT_SIZE];

	return shorten(safe_text(text, buf), columns);
}

static void put_wrapped(const struct screen *s, const char *prefix, const char *foreign)
{
	cleanup_free char *clean = clean_text(foreign);
	unsigned indent = text_columns(prefix), used = indent;
	char *save = NULL;

	fputs(prefix, s->out);
	for (char *word = strtok_r(clean, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		unsigned need = text_columns(word) + (used > indent ? 1 : 0);

		if (used > indent && used + need > s->width) {
			fputc('\n', s->out);
			pad(s, indent);
			used = indent;
			need = text_columns(word);
		}
		fprintf(s->out, "%s%s", used > indent ? " " : "", word);
		used += need;
	}
	fputc('\n', s->out);
}

/* One text per metric and arm; "" where there is nothing at all. */
struct grid {
	size_t rows, columns;
	const char **metric;
	char **cell;
	const char **colour; /* of a cell; "" = none */
	unsigned *column_width;
	unsigned metric_width;
};

static void grid_free(struct grid *g)
{
	for (size_t i = 0; g->cell && i < g->rows * g->columns; i++)
		free(g->cell[i]);
	free(g->cell);
	free(g->colour);
	free(g->metric);
	free(g->column_width);
}
#define cleanup_grid __attribute__((cleanup(grid_free)))

static void grid_init(struct grid *g, const struct view *v, char **heads)
{
	size_t all = 0;

	while (key_metrics[all])
		all++;
	g->columns = v->n_arms;
	g->metric = xcalloc(all, sizeof(*g->metric));
	g->cell = xcalloc(all * g->columns, sizeof(*g->cell));
	g->colour = xcalloc(all * g->columns, sizeof(*g->colour));
	g->column_width = xcalloc(g->columns, sizeof(*g->column_width));
	for (size_t a = 0; a < g->columns; a++)
		g->column_width[a] = text_columns(heads[a]);
}

/* Takes text. */
static void grid_set(struct grid *g, size_t a, char *text, const char *colour)
{
	g->cell[g->rows * g->columns + a] = text;
	g->colour[g->rows * g->columns + a] = colour;
	if (text_columns(text) > g->column_width[a])
		g->column_width[a] = text_columns(text);
}

static void grid_end_row(struct grid *g, const char *metric)
{
	unsigned columns = text_columns(metric);

	g->metric[g->rows++] = metric;
	g->metric_width = columns > g->metric_width ? columns : g->metric_width;
}

static void grid_of_values(
	struct grid *g, const struct view *v, struct note_list *notes, bool *emulated)
{
	for (size_t i = 0; key_metrics[i]; i++) {
		bool any = false;

		for (size_t a = 0; a < g->columns; a++)
			any = any || view_cell(v, a, key_metrics[i]).status != CELL_ABSENT;
		for (size_t a = 0; any && a < g->columns; a++) {
			struct cell cell = view_cell(v, a, key_metrics[i]);

			grid_set(g, a, table_cell(&cell, notes, emulated), "");
		}
		if (any)
			grid_end_row(g, key_metrics[i]);
	}
}

static const char *verdict_colour(const json_t *c)
{
	static const struct {
		const char *verdict, *colour;
	} colours[] = {
		{"higher", "\033[33m"},
		{"lower", "\033[36m"},
		{"same", "\033[32m"},
		{"unclear", "\033[35m"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(colours); i++)
		if (strcmp(json_text_at(c, "verdict", NULL), colours[i].verdict) == 0)
			return colours[i].colour;
	return "";
}

/* Unclear for want of blocks: that is said once below the tables, not in each cell. */
static bool is_too_few(const json_t *c)
{
	return strcmp(json_text_at(c, "verdict", NULL), "unclear") == 0 &&
		json_number_at(c, "n", NULL) < LEAST_BLOCKS;
}

/* What is seen below the tables of a setting. */
struct remarks {
	bool emulated;
	bool too_few; /* a comparison stands without a verdict because blocks are too few */
};

static char *verdict_cell(const json_t *c, struct remarks *r)
{
	char *text, *word;

	if (!c)
		return xstrdup("");
	text = verdict_text(c, &r->emulated);
	if (is_too_few(c)) {
		r->too_few = true;
		word = strstr(text, " unclear");
		if (word)
			*word = '\0';
	}
	return text;
}

static void grid_of_verdicts(
	struct grid *g, const struct view *v, const char *base, struct remarks *remarks)
{
	for (size_t i = 0; key_metrics[i]; i++) {
		bool any = false;

		for (size_t a = 0; a < g->columns; a++)
			any = any || view_comparison(v, v->arms[a].name, base, key_metrics[i]);
		for (size_t a = 0; any && a < g->columns; a++) {
			const json_t *c = view_comparison(v, v->arms[a].name, base, key_metrics[i]);

			grid_set(g, a, verdict_cell(c, remarks),
				c && !is_too_few(c) ? verdict_colour(c) : "");
		}
		if (any)
			grid_end_row(g, key_metrics[i]);
	}
}

static void print_cell(const struct screen *s, const struct grid *g, size_t a, const char *text,
	const char *colour)
{
	pad(s, 2 + g->column_width[a] - text_columns(text));
	fprintf(s->out, "%s%s%s", style(s, colour), text, style(s, *colour ? PLAIN : ""));
}

static bool column_has_text(const struct grid *g, size_t a)
{
	for (size_t i = 0; i < g->rows; i++)
		if (*g->cell[i * g->columns + a])
			return true;
	return false;
}

/* As many arms beside each other as fit; at least one. A column without any text is left out. */
static void print_grid(const struct screen *s, const struct grid *g, char **heads)
{
	for (size_t first = 0, end; first < g->columns; first = end) {
		unsigned used = g->metric_width;

		for (end = first; end < g->columns; end++) {
			unsigned need = column_has_text(g, end) ? 2 + g->column_width[end] : 0;

			if (end > first && used > g->metric_width && used + need > s->width)
				break;
			used += need;
		}
		if (used == g->metric_width)
			continue;
		pad(s, g->metric_width);
		for (size_t a = first; a < end; a++)
			if (column_has_text(g, a))
				print_cell(s, g, a, heads[a], BOLD);
		fputc('\n', s->out);
		for (size_t i = 0; i < g->rows; i++) {
			fputs(g->metric[i], s->out);
			pad(s, g->metric_width - text_columns(g->metric[i]));
			for (size_t a = first; a < end; a++)
				if (column_has_text(g, a))
					print_cell(s, g, a, g->cell[i * g->columns + a],
						g->colour[i * g->columns + a]);
			fputc('\n', s->out);
		}
		fputc('\n', s->out);
	}
}

static void print_comparisons(const struct screen *s, const struct view *v, char **heads, int base,
	struct remarks *remarks)
{
	cleanup_grid struct grid g = {0};

	grid_init(&g, v, heads);
	grid_of_verdicts(&g, v, v->arms[base].name, remarks);
	if (!g.rows)
		return;
	fprintf(s->out, "%sCompared with %s, block by block%s\n\n", style(s, BOLD), heads[base],
		style(s, PLAIN));
	print_grid(s, &g, heads);
}

/* One line an arm: nobody shall take PSS for the whole. */
static void print_left_out(const struct screen *s, const struct view *v, char **heads)
{
	for (size_t a = 0; a < v->n_arms; a++) {
		cleanup_free char *text = pss_leaves_out(v, a, true);
		cleanup_free char *prefix = text ? xasprintf("%s: ", heads[a]) : NULL;

		if (text)
			put_wrapped(s, prefix, text);
	}
}

static void print_setting(const struct screen *s, const struct view *v, char **heads)
{
	cleanup_grid struct grid g = {0};
	cleanup_notes struct note_list notes = {0};
	cleanup_free char *setting = setting_text(&v->at);
	int base = view_find_arm(v, v->base), container = view_find_arm(v, "container");
	struct remarks remarks = {false, false};

	grid_init(&g, v, heads);
	grid_of_values(&g, v, &notes, &remarks.emulated);
	fprintf(s->out, "%sWorkload %s: median [exact interval]%s\n\n", style(s, BOLD), setting,
		style(s, PLAIN));
	print_grid(s, &g, heads);
	print_comparisons(s, v, heads, base, &remarks);
	if (container >= 0 && container != base)
		print_comparisons(s, v, heads, container, &remarks);
	if (remarks.too_few)
		put_wrapped(s, "",
			"A comparison without a word has no verdict: it takes 6 counted blocks, and only exact counts need fewer.");
	if (remarks.emulated)
		put_wrapped(s, "† ",
			"emulated (TCG): a time or rate under it is no evidence about VMs; memory holds less memory.emulator_code");
	for (size_t i = 0; i < notes.n; i++) {
		cleanup_free char *number = xasprintf("(%zu) ", i + 1);

		put_wrapped(s, number, notes.text[i]);
	}
	print_left_out(s, v, heads);
	fputc('\n', s->out);
}

/* A line a claim: its number, name, verdict, and the figure that decided. */
static void print_claims(const struct screen *s, const struct view *v)
{
	const json_t *claims = json_list(v->summary, "claims");
	size_t i;
	json_t *c;

	if (!json_array_size(claims))
		return;
	fprintf(s->out, "%sThe argument%s\n\n", style(s, BOLD), style(s, PLAIN));
	json_array_foreach ((json_t *)claims, i, c) {
		char *id = safe_word(json_text_at(c, "id", NULL), 24);
		char *verdict = safe_word(json_text_at(c, "verdict", NULL), 12);
		cleanup_free char *figure = claim_figure(c);
		cleanup_free char *prefix = xasprintf(
			"%2.0f %-9s %s: ", json_number_at(c, "number", NULL), verdict, id);
		const char *why = json_text_at(c, "reason", NULL);

		put_wrapped(s, prefix, *why ? why : figure);
		free(id);
		free(verdict);
	}
	fputc('\n', s->out);
}

static void print_meter(const struct screen *s, const struct view *v)
{
	cleanup_free char *text = meter_text(v);

	if (text)
		put_wrapped(s, "The meter: ", text);
}

#define MOST_FINDINGS 12

/* What changes how a figure is to be read; all others are only counted here. */
static bool finding_is_weighty(const char *kind)
{
	static const char *const quiet[] = {"outliers", "precision", "repeated"};

	for (size_t i = 0; i < ARRAY_SIZE(quiet); i++)
		if (strcmp(kind, quiet[i]) == 0)
			return false;
	return true;
}

static void print_findings(const struct screen *s, const struct view *v)
{
	const json_t *list = json_list(v->summary, "findings");
	size_t i, shown = 0, all = json_array_size(list);
	json_t *f;

	if (!all)
		return;
	fprintf(s->out, "%sFindings%s\n\n", style(s, BOLD), style(s, PLAIN));
	json_array_foreach ((json_t *)list, i, f) {
		char *kind = safe_word(json_text_at(f, "kind", NULL), 16);
		cleanup_free char *prefix = xasprintf("- %s: ", kind);

		if (finding_is_weighty(kind) || all == 1) {
			if (shown < MOST_FINDINGS)
				put_wrapped(s, prefix, json_text_at(f, "text", NULL));
			shown++;
		}
		free(kind);
	}
	shown = shown < MOST_FINDINGS ? shown : MOST_FINDINGS;
	if (all > shown)
		fprintf(s->out, "%s%zu %s in report.md (outliers and the like)\n",
			shown ? "- " : "", all - shown, shown ? "more" : "stand");
	fputc('\n', s->out);
}

int report_table(FILE *out, const json_t *run, const json_t *summary, unsigned width, bool colour)
{
	struct screen s = {.out = out, .width = width < 20 ? 20 : width, .colour = colour};
	cleanup_locale struct text_locale locale = {0};
	cleanup_view struct view v = {0};
	struct error err = ERROR_INIT;
	char **heads;

	if (view_open(&v, run, summary, &err))
		return -1;
	text_locale_enter(&locale);
	heads = xcalloc(v.n_arms, sizeof(*heads));
	for (size_t a = 0; a < v.n_arms; a++)
		heads[a] = safe_word(v.arms[a].name, 24);
	for (size_t i = 0; i < v.n_settings; i++) {
		v.at = v.settings[i];
		print_setting(&s, &v, heads);
	}
	print_claims(&s, &v);
	print_findings(&s, &v);
	print_meter(&s, &v);
	for (size_t a = 0; a < v.n_arms; a++)
		free(heads[a]);
	free(heads);
	return ferror(out) || fflush(out) ? -1 : 0;
}
