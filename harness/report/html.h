/* html.h - what the files of report.html share. The page is well-formed XML as well as HTML, so that a parser can
 * tell whether anything foreign got out of its place; it holds everything it needs and asks nobody for more. */
#ifndef TARE_HTML_H
#define TARE_HTML_H

#include "report-internal.h"

struct page {
	FILE *out;
	struct view *v;
	const struct chart_entry *charts;
	size_t n_charts;
	const char *missing; /* why no charts could be drawn, or NULL */
	bool *shown; /* of each chart: it stands on the page already */
	int chartsfd; /* where NAME.svg are; -1 = nowhere */
};

/* ---- html.c: the frame of any page: title, style, what it may fetch (nothing); the script at its end. ---- */

void html_head(FILE *out, const char *title);
void html_foot(FILE *out);

/* ---- html-text.c: elements. A tag is ours, such as "td class='n'"; everything called foreign is escaped. ---- */

/* clean_text() with < > & and both quotes as entities: for text and for a quoted attribute alike. */
void html_text(FILE *out, const char *foreign);
/* <tag>foreign</tag>; nothing inside when foreign is NULL. */
void html_element(FILE *out, const char *tag, const char *foreign);
/* fprintf with one foreign text, escaped, at the %s. */
void html_print(FILE *out, const char *fmt, const char *foreign)
	__attribute__((format(printf, 2, 0)));
/* Opens table, caption and head of a table in a box that scrolls sideways. heads end with NULL; one that begins with
 * '#' holds numbers. sorts: its columns can be sorted. The body follows, row by row; html_table_end() closes. */
void html_table(FILE *out, const char *caption, const char *const *heads, bool sorts);
void html_table_end(FILE *out);
/* <td> with a number for the eye, sorted by value (NaN comes last). */
void html_number(FILE *out, double value, const char *text);
/* <td> with median, interval and n, or why there is none, which is no number. */
void html_cell(FILE *out, const struct cell *cell);
/* The word of a verdict, in the colour that belongs to it. */
void html_verdict(FILE *out, const char *foreign);
/* The same, saying word, which is ours, instead. */
void html_verdict_as(FILE *out, const char *foreign, const char *word);

/* ---- html-chart.c ---- */

/* Copies a drawing of gnuplot as a part of a page: its names get prefix, so that they are those of this drawing alone,
 * each colour becomes a variable that a dark page sets anew, label is what it is called: where the drawing says
 * that itself, these words and their strip at the top are left out. -1 and nothing
 * written when it holds what no drawing of gnuplot does: scripts, handlers, references that leave it. */
int html_inline_svg(FILE *out, const char *svg, const char *prefix, const char *label);
/* A chart as a figure: its title once, as the caption, then the drawing in chartsfd (-1 = none), then its files. */
void html_chart(FILE *out, const struct chart_entry *e, int chartsfd);
/* The i-th chart as a figure, once; the rest as a section. */
void html_figure(struct page *p, size_t i);
void html_charts(struct page *p);

/* ---- the sections; each prints only what is inside ---- */

/* html-argument.c */
void html_argument(struct page *p);
bool html_has_argument(const struct page *p);
/* html-results.c */
void html_glance(struct page *p);
void html_results(struct page *p);
void html_slopes(struct page *p);
bool html_has_slopes(const struct page *p);
/* html-evidence.c */
void html_capacity(struct page *p);
bool html_has_capacity(const struct page *p);
void html_evidence(struct page *p);
bool html_has_evidence(const struct page *p);
/* html-ledger.c */
void html_memory(struct page *p);
bool html_has_memory(const struct page *p);
void html_processes(struct page *p);
bool html_has_processes(const struct page *p);
void html_equivalence(struct page *p);
bool html_has_equivalence(const struct page *p);
/* html-run.c */
void html_run(struct page *p);
void html_findings(struct page *p);
bool html_has_findings(const struct page *p);
void html_meter(struct page *p);
bool html_has_meter(const struct page *p);
void html_errors(struct page *p);
bool html_has_errors(const struct page *p);
void html_metrics(struct page *p);
void html_again(struct page *p);

/* html-page.c: page.css and page.js as the build found them. */
extern const char html_style[], html_script[];

#endif
