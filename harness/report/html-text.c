/* html-text.c - elements of report.html: escaping, tables, cells. Foreign text passes html_text(), nothing else. */
#include "html.h"

#include "util.h"

#include <math.h>
#include <string.h>

void html_text(FILE *out, const char *foreign)
{
	markup_text(out, foreign, "&#39;");
}

void html_element(FILE *out, const char *tag, const char *foreign)
{
	fprintf(out, "<%s>", tag);
	html_text(out, foreign);
	fprintf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_print(FILE *out, const char *fmt, const char *foreign)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	html_text(memory, foreign);
	fclose(memory);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(out, fmt, text);
#pragma GCC diagnostic pop
	free(text);
}

void html_table(FILE *out, const char *caption, const char *const *heads, bool sorts)
{
	html_print(out, "<div class='scroll' role='region' tabindex='0' aria-label='%s'>", caption);
	fprintf(out, "<table%s>\n", sorts ? " class='sorts'" : "");
	html_element(out, "caption", caption);
	fputs("\n<thead><tr>", out);
	for (; *heads; heads++)
		if (**heads == '#')
			html_element(out, "th scope='col' class='n'", *heads + 1);
		else
			html_element(out, "th scope='col'", *heads);
	fputs("</tr></thead>\n<tbody>\n", out);
}

void html_table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

void html_number(FILE *out, double value, const char *text)
{
	if (isfinite(value))
		fprintf(out, "<td class='n' data-sort='%.10g'>", value);
	else
		fputs("<td class='n' data-sort=''>", out);
	html_text(out, text);
	fputs("</td>", out);
}

static const char dagger[] = " <abbr title='emulated (TCG)'>†</abbr>";

void html_cell(FILE *out, const struct cell *cell)
{
	if (cell->status == CELL_ABSENT) {
		fputs("<td class='n' data-sort=''></td>", out);
		return;
	}
	if (cell->status != CELL_OK) {
		fprintf(out, "<td class='n none' data-sort=''>%s: ",
			cell->status == CELL_FAILED ? "failed" : "skipped");
		html_text(out, cell->reason);
		fputs("</td>", out);
		return;
	}
	struct scale scale = scale_for(cell->unit, cell->median);
	cleanup_free char *value = value_text(cell->median, cell->unit);
	cleanup_free char *lo = number_text(cell->lo / scale.divisor);
	cleanup_free char *hi = number_text(cell->hi / scale.divisor);

	fprintf(out, "<td class='n' data-sort='%.10g'>", cell->median);
	html_text(out, value);
	if (cell->emulated)
		fputs(dagger, out);
	if (isfinite(cell->lo))
		fprintf(out, " <small>[%s, %s] n = %zu</small></td>", lo, hi, cell->n);
	else
		fprintf(out, " <small>n = %zu, no interval</small></td>", cell->n);
}

void html_verdict_as(FILE *out, const char *foreign, const char *word)
{
	static const char *const known[] = {"higher", "lower", "same", "unclear", "none",
		"supported", "refuted", "doubles", "less", "more", NULL};
	const char *class = "other";

	for (size_t i = 0; known[i]; i++)
		if (strcmp(known[i], foreign) == 0)
			class = known[i];
	fprintf(out, "<span class='verdict %s'>", class);
	html_text(out, word);
	fputs("</span>", out);
}

void html_verdict(FILE *out, const char *foreign)
{
	html_verdict_as(out, foreign, strcmp(foreign, "none") == 0 ? "no verdict" : foreign);
}
