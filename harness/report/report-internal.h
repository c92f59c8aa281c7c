/* report-internal.h - what the files of harness/report share: the view of a run, text, the chart model.
 * Every string in run.json and summary.json is foreign: it reaches a file only through text.c. */
#ifndef TARE_REPORT_INTERNAL_H
#define TARE_REPORT_INTERNAL_H

#include "error.h"

#include <jansson.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* ---- text.c: foreign text made harmless, numbers made readable ---- */

/* Decimal points and UTF-8 whatever the user's locale: from the call to the end of its block. Without C.UTF-8 nothing is
 * changed. */
struct text_locale {
	locale_t mine, before;
};
void text_locale_enter(struct text_locale *l);
void text_locale_leave(struct text_locale *l);
#define cleanup_locale __attribute__((cleanup(text_locale_leave)))
/* New: valid UTF-8 in one line; no control bytes, terminal escapes or bidirectional overrides. NULL gives "". */
char *clean_text(const char *s);
/* New: clean_text() as a gnuplot word in single quotes: no backtick, macro or escape works in there. */
char *gnuplot_quote(const char *s);
/* New: clean_text() for running text and table cells of Markdown. */
char *markdown_text(const char *s);
/* New: clean text of at most columns, the middle replaced by an ellipsis; both ends stay readable. */
char *shorten(const char *s, unsigned columns);
/* New: the same, cut at the end. */
char *cut_text(const char *s, unsigned columns);
/* xml.c: clean_text() as text or as " name="value"" of XML. */
/* Any foreign text, cleaned, its five special characters escaped; apostrophe: how one is written. */
void markup_text(FILE *out, const char *foreign, const char *apostrophe);
void xml_text(FILE *out, const char *foreign);
void xml_attribute(FILE *out, const char *name, const char *foreign);
/* Width in pixels of valid UTF-8 in DejaVu Sans of size points (4/3 pixel each), estimated by classes of letters. */
double text_pixels(const char *s, double size);
/* New: clean text that fits room, cut at the end, or (shorten_pixels) in the middle. */
char *cut_pixels(const char *s, double size, double room);
char *shorten_pixels(const char *s, double size, double room);
/* New, ends with NULL: the same in lines that fit room, broken at " · " or, where there is none, between words. */
char **wrap_pixels(const char *s, double size, double room);
/* Columns on a terminal of valid UTF-8. */
unsigned text_columns(const char *s);

/* A unit for the eye: base value / divisor, named. */
struct scale {
	double divisor;
	const char *unit;
};
/* The scale at which magnitude (base unit of a metric) reads best; "(unknown unit)" for any other. */
struct scale scale_for(const char *unit, double magnitude);
/* New: three significant digits, counts whole; no unit. */
char *number_text(double value);
/* New: "152 MiB", "5.06 ms", "64". */
char *value_text(double value, const char *unit);
/* New: "152 [151, 153] MiB"; without an interval only the value. signed_value: a plus is shown. */
char *interval_text(double value, double lo, double hi, const char *unit, bool signed_value);
/* New: "41.2x". */
char *ratio_text(double ratio);

/* ---- view.c: one (workload, instances) of a run ---- */

enum cell_status { CELL_ABSENT, CELL_OK, CELL_SKIPPED, CELL_FAILED };
struct cell {
	enum cell_status status;
	double median, lo, hi; /* NaN where there is none */
	double coverage; /* of [lo, hi]; NaN without */
	size_t n;
	const json_t *values; /* array by block, or NULL; borrowed */
	const char *reason; /* borrowed; "" when OK */
	const char *unit; /* borrowed; "" unknown */
	double less_code; /* median less the translation buffer; NaN where that does not apply */
	bool emulated;
};

struct view_arm {
	const char *name; /* as in the files; borrowed */
	char *shown; /* clean, whole */
	char *platform, *accelerator; /* clean, "" unknown */
	bool emulated;
};

struct view {
	const json_t *run, *summary; /* borrowed */
	const json_t *evidence; /* list of the lines of evidence.jsonl, borrowed; NULL = none */
	struct view_arm *arms;
	size_t n_arms;
	const char *base; /* name of the arm the others are compared with; borrowed */
	/* every (workload, instances) of the summary, in order */
	struct setting {
		const char *workload;
		json_int_t instances;
		/* its rows: of "metrics" by arm and metric, of "comparisons" in their order; borrowed */
		const json_t *cells, *compared;
	} * settings;
	size_t n_settings;
	struct setting at; /* the one looked at now */
	json_t *index; /* private: what the settings borrow */
	size_t number; /* workloads whose charts are drawn already: "NAME-2" is the second's */
};

/* Indexes the rows once: what is changed in the summary later is not seen. */
int view_open(struct view *v, const json_t *run, const json_t *summary, struct error *err);
void view_close(struct view *v);
#define cleanup_view __attribute__((cleanup(view_close)))
/* The value of metric for an arm at v->at; CELL_ABSENT when the summary has none. */
struct cell view_cell(const struct view *v, size_t arm, const char *metric);
/* The same, if absent there at any other number of instances (the tare as a slope over them). */
struct cell view_cell_anywhere(const struct view *v, size_t arm, const char *metric);
/* The line of metric for an arm and the workload at v->at, of "slopes"; borrowed, or NULL. */
const json_t *view_slope(const struct view *v, size_t arm, const char *metric);
/* PSS that would be held on a real CPU as well: less the translation buffer. NaN if not known. */
double view_pss_held(const struct view *v, size_t arm);
/* Index of the first arm on a platform, one that is not emulated before one that is; or -1. */
int view_platform(const struct view *v, const char *platform);
int view_find_arm(const struct view *v, const char *name);
/* The same among the arms that have a value of metric; or -1. */
int view_measured(const struct view *v, const char *platform, const char *metric);
/* The arm that a VM is held against: the container, the engine's, else the base, the first that has a value; or -1. */
int view_light(const struct view *v, const char *metric);
/* Whether the summary has anything of an arm at v->at. */
bool view_has_arm(const struct view *v, size_t arm);
/* Whether the summary has a row of any of these metrics (NULL-terminated) at v->at, or is empty as a whole: then a chart
 * has to say so. */
bool view_planned(const struct view *v, const char *const *names);
/* New: "Not measured here: a, b" of the arms without anything at v->at; NULL when there is none. */
char *view_absent_text(const struct view *v);
/* Text or number at a path of keys ending with NULL; "" and NaN when absent or of another type. */
const char *json_text_of(const json_t *o, const char *const *keys);
double json_number_of(const json_t *o, const char *const *keys);
#define json_text_at(o, ...) json_text_of((o), (const char *const[]){__VA_ARGS__})
#define json_number_at(o, ...) json_number_of((o), (const char *const[]){__VA_ARGS__})
const json_t *json_list(const json_t *o, const char *key);
bool json_has_text(const json_t *list, const char *text);
/* evidence-read.c. *list: every whole line of evidence.jsonl, new; untouched where there is no such file. Damage in the
 * middle is an error (EXIT_USAGE), a torn last line is left out. */
int evidence_read(int dirfd, json_t **list, struct error *err);
/* "data" of the last line of a kind for an arm in the workload of v->at (only the last counts), or NULL. Borrowed. */
const json_t *view_evidence(const struct view *v, size_t arm, const char *kind);
/* New: "name (CPU model, 2 cores, 24.0 GiB)", "Linux 6.1", date of the run, accelerators. */
char *view_host_text(const struct view *v);
char *view_accelerator_text(const struct view *v);
char *view_kernel_text(const struct view *v);
char *view_blocks_text(const struct view *v);
/* New: "n = 6 · whiskers: exact 96.9 % intervals" from the cells of these metrics (NULL-terminated). */
char *view_method_text(const struct view *v, const char *const *names);

/* ---- chart.c: the model that all charts share ---- */

/* A horizontal bar (or dot) of one arm in one series. All values in base units. */
struct mark {
	enum cell_status status; /* CELL_ABSENT: nothing is drawn */
	double start, end;
	double lo, hi; /* whisker, NaN = none */
	bool emulated;
	bool unplanned; /* its arm was not to be measured here at all */
	const json_t *points; /* drawn one by one; NULL = none */
	double most; /* of the points; 0 = none */
	char *label; /* at its end, or what to say instead; NULL = none */
};
#define ROW_NAME_SIZE 11.0 /* points */
#define ROW_NAME_ROOM 174.0 /* pixels */

enum series_kind { SERIES_BAR, SERIES_DOT, SERIES_HOLLOW, SERIES_OVERLAY };
struct series {
	char *name;
	enum series_kind kind;
	unsigned style; /* index in the palette and the patterns */
	double top, bottom; /* slot within its row: 0.5 is the upper edge, -0.5 the lower */
	struct mark *marks; /* one per arm */
};

struct panel {
	char *heading; /* above it */
	char *axis; /* what the axis is; the unit is added */
	const char *unit; /* base unit of its series */
	size_t first, count; /* its series */
	double limit; /* > 0: a zoom; bars beyond are cut and marked */
	bool log;
};

struct chart {
	char *name; /* file name without suffix */
	char *title, *subtitle;
	size_t n_rows;
	struct row {
		char *name, *detail, *extra; /* beside it, one below the other; extra may be NULL */
		char *note; /* below its bar, or NULL */
	} * rows;
	struct series *series;
	size_t n_series;
	struct panel panels[3];
	size_t n_panels;
	char *left_out; /* names of the arms without a row; NULL = none */
	char *footer[2];
	char *script, *data; /* of a chart that is not made of bars; else NULL */
	bool any_emulated, any_missing, any_points;
};

void chart_init(struct chart *c, const char *name, const struct view *v);
void chart_free(struct chart *c);
#define cleanup_chart __attribute__((cleanup(chart_free)))
struct series *chart_add_series(struct chart *c, const char *name, enum series_kind kind,
	unsigned style, double top, double bottom);
struct panel *chart_add_panel(struct chart *c, const char *heading, const char *axis,
	const char *unit, size_t first, size_t count);
/* Takes a cell as a bar from 0 to its median, labelled "prefix value", or as missing with its reason. */
void mark_from_cell(struct chart *c, struct mark *m, const struct cell *cell, const char *prefix);
/* One linear panel; where some arms would vanish beside others, a second one that shows only the small. */
void chart_add_linear(struct chart *c, const char *axis, const char *unit, size_t count);
/* Largest value in a gap of at least factor in the sorted values; 0 when they are of one size. */
double scale_gap(double *values, size_t n, double factor);
/* Rows of which nothing was to be measured go, and are named instead; then the two lines at the foot. names: the metrics
 * whose n and intervals stand there; NULL = more says it all. To be called last: rows are no arms any more. */
void chart_footer(
	struct chart *c, const struct view *v, const char *const *names, const char *more);

/* chart-draw.c: the model as text. New strings. */
char *chart_data(const struct chart *c);
char *chart_script(const struct chart *c);

/* chart-*.c: the charts. */
void chart_boot(struct chart *c, const struct view *v);
bool boot_any(const struct view *v);
void chart_memory(struct chart *c, const struct view *v);
bool memory_any(const struct view *v);
void chart_processes(struct chart *c, const struct view *v);
bool processes_any(const struct view *v);
/* The process ledger of an arm by layer (process_layers[], ends with NULL; threads, the last one, are counted apart): the
 * workload's own processes are processes.total less processes.tare. */
enum layer { WORKLOAD, RUNTIME, HARDWARE, GUEST, HOST_KERNEL, THREADS, LAYERS };
extern const char *const process_layers[];
void process_split(const struct view *v, size_t a, double out[LAYERS]);
void chart_network(struct chart *c, const struct view *v);
bool network_any(const struct view *v);
void chart_ledger(struct chart *c, const struct view *v);
void chart_path(struct chart *c, const struct view *v);
bool path_any(const struct view *v);
extern const char path_words[]; /* what the paths are, and are not */
void chart_scaling(struct chart *c, const struct view *v);
void chart_cdf(struct chart *c, const struct view *v);
bool cdf_any(const struct view *v);
void chart_promised(struct chart *c, const struct view *v);
bool promised_any(const struct view *v);
struct chart_kind {
	const char *name;
	void (*make)(struct chart *c, const struct view *v);
	bool (*worth)(const struct view
			*v); /* whether the run has anything for it; NULL = always drawn */
};

/* ---- chart-ledger.c: the memory ledger ---- */

#define LEDGER_FLOOR                                                                               \
	(8 << 20) /* B: below it the host's own noise is larger than the share that may be missing */
struct ledger_part {
	const char *metric, *name, *meaning;
};
extern const struct ledger_part ledger_parts[]; /* ends with metric NULL */
struct ledger {
	bool kept; /* the run has one */
	struct cell total, residual;
	double sum; /* of the parts' medians; NaN when one is missing */
};
struct ledger ledger_of(const struct view *v, size_t arm);
bool ledger_any(const struct view *v);
/* markdown-ledger.c: one sentence about an arm without its full stop, new; NULL where there is nothing to say. Whether
 * the ledger balances at v->at, whether its slopes do, what the VMM takes counted both ways. */
char *ledger_balance(const struct view *v, size_t a);
char *ledger_slope_balance(const struct view *v, size_t a);
char *ledger_vmm_text(const struct view *v, size_t a);
bool scaling_any(const struct view *v);
extern const struct chart_kind chart_kinds[]; /* ends with name NULL */

/* gnuplot.c: NAME.svg and NAME.png from NAME.gp in chartsfd. 0; 1 with *missing (new) when there is no
 * gnuplot; -1 with err. Pictures of an earlier script never stay beside a new one. */
int gnuplot_render(int chartsfd, const char *name, char **missing, struct error *err);

/* ---- table.c: the main table, for Markdown and terminal alike ---- */

struct note_list {
	char **text; /* foreign text, not yet escaped */
	size_t n;
};
/* Number of a note, from 1; the same text keeps its number. */
size_t note_add(struct note_list *l, const char *text);
void note_list_free(struct note_list *l);
#define cleanup_notes __attribute__((cleanup(note_list_free)))

extern const char *const key_metrics[]; /* NULL-terminated: the main table's rows */
/* New text of a cell: "152 MiB [151, 153]", dagger when emulated, "n/a [1]" with its note when missing. */
char *table_cell(const struct cell *cell, struct note_list *notes, bool *emulated);
/* Whether a row of the comparisons is one with this base at v->at. */
bool view_compares(const struct view *v, const json_t *row, const char *base);
/* The comparison of an arm with a base at v->at, or NULL. Borrowed. */
const json_t *view_comparison(
	const struct view *v, const char *arm, const char *base, const char *metric);
/* New: "41.2x [40.8, 41.9]", "+152 MiB [151, 153]" or "n/a". */
char *comparison_text(const json_t *comparison);
/* "24", or "over 1000": more than a plan may hold is no advice. New. */
char *blocks_text(double blocks);
/* New: "1.27× higher", "+29.4 MiB † unclear (+8 blocks)", "n/a". */
char *verdict_text(const json_t *comparison, bool *emulated);
/* New: "PSS 1.2 MiB; beside it kernel memory 300 KiB (24.4 % of the PSS), daemons for all 0 B in 0 processes":
 * what PSS leaves out in an arm, foreign text cleaned; NULL where there is no PSS. */
char *pss_leaves_out(const struct view *v, size_t a, bool brief);
/* New: "http, 1 instance". */
char *setting_text(const struct setting *s);

/* markdown.c: report.md. New string. pictures: whether the charts could be drawn. */
struct chart_entry {
	char *file, *title;
};
void chart_entries_free(struct chart_entry *entries, size_t n);
/* Index of the chart of that name, of the first workload that has it (NAME, else NAME-2, ...); or -1. */
int chart_named(const struct chart_entry *charts, size_t n, const char *name);
char *markdown_report(struct view *v, const struct chart_entry *charts, size_t n_charts,
	const char *charts_missing);
/* Its tables of results, of comparisons at v->at, and its findings: for the step summary as well. */
void markdown_results(FILE *out, const struct view *v);
void markdown_comparisons(FILE *out, const struct view *v);
void markdown_findings(FILE *out, const struct view *v);
/* markdown-run.c: sections about the run itself. */
void markdown_about(FILE *out, const struct view *v);
/* markdown-argument.c: nothing where the run has no claims, or no slopes. drawn: the charts are there. */
void markdown_argument(
	FILE *out, const struct view *v, const struct chart_entry *charts, size_t n, bool drawn);
void markdown_capacity(FILE *out, const struct view *v);
/* argument-text.c: of a claim of summary.json or one of its conditions. The verdict in a word; "" when it is none. */
#define CLAIM_VERDICTS 3
const char *claim_verdict_word(const json_t *row, bool korean);
/* How many are supported, refuted, unclear, in this order. */
void claim_counts(const json_t *claims, size_t n[CLAIM_VERDICTS]);
/* New: "172 [162, 181] MiB", "no value". A unit may be an expression's own ("B/s"): base units then. */
char *claim_amount(double value, double lo, double hi, const char *unit);
/* As many digits as tell it from the threshold, and words where it is asked yes or no: "kept running (1)". New. */
char *claim_value(const json_t *row, bool korean);
char *claim_threshold(const json_t *row, bool korean);
bool claim_has_words(const json_t *row);
/* New: "≥ 1.8"; against: what would refute it, "< 1.8". */
char *claim_expected(const json_t *row, bool against, bool korean);
/* Why it is not supported; English where there is no Korean (an earlier run). Borrowed, foreign. */
const char *claim_reason(const json_t *row, bool korean);
/* The condition that decided, the first whose figures are the claim's; NULL when none has them. Borrowed. */
const json_t *claim_deciding(const json_t *claim);
/* "1.98 [1.95, 2.01], expected >= 1.8, n = 10" of a claim or a condition: new text. */
char *claim_figure(const json_t *row);
/* capacity-text.c. Of a row of "capacity": "12 [10, 14]", or "at least 10" where nothing bounds it above (no middle
 * then, whatever the row says); "" where nothing is known. New. */
char *range_text(const json_t *row, const char *key, const char *lo_key, const char *hi_key);
/* How many of the arm and workload of the row at place fit by all resources together: the smaller of them, new, and *bound
 * the resource that is full first, or "memory or processes" where the intervals do not tell, new. NULL and *bound untouched
 * where an earlier row is of the same arm and workload. Foreign text. */
char *capacity_fits(const json_t *list, size_t place, char **bound);
void markdown_pss(FILE *out, const struct view *v);
/* What the self-test of the host said, quoted from run.json. meter_text(): one sentence, new; NULL where nothing is quoted. */
void markdown_meter(FILE *out, const struct view *v);
char *meter_text(const struct view *v);
/* markdown-ledger.c */
void markdown_ledger(FILE *out, const struct view *v);
void markdown_equivalence(FILE *out, const struct view *v);
void markdown_reproduce(FILE *out, const struct view *v);
/* New: the command that does the run again; of foreign words only what a shell takes as one. */
char *again_text(const struct view *v);
void markdown_errors(FILE *out, const struct view *v);
/* html.c: report.html. New string; chartsfd: where the drawings are, or -1. */
char *html_report(struct view *v, const struct chart_entry *charts, size_t n_charts,
	const char *charts_missing, int chartsfd);
/* fprintf with one foreign text, escaped for Markdown, at the %s. */
void markdown_print(FILE *out, const char *fmt, const char *foreign)
	__attribute__((format(printf, 2, 0)));

#endif
