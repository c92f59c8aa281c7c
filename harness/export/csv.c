/* csv.c - RFC 4180 with a header line and plain line feeds. What is missing is an empty field; a text that a spreadsheet
 * would take for a formula begins with an apostrophe. */
#include "export-internal.h"

#include <math.h>
#include <string.h>

static void put_text(FILE *out, const char *text)
{
	fputc('"', out);
	if (*text && strchr("=+-@", *text))
		fputc('\'', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputs("\",", out);
}

static void put_number(FILE *out, double v, const char *end)
{
	char buf[EXPORT_NUMBER_SIZE];

	fprintf(out, "%s%s", isfinite(v) ? export_number(v, buf) : "", end);
}

static const char *const numbers[] = {
	"median", "lo", "hi", "coverage", "min", "max", "q1", "q3", "p95"};
static const char *const directions[] = {
	[BETTER_NEITHER] = "neither", [BETTER_LOWER] = "lower", [BETTER_HIGHER] = "higher"};

static void put_row(FILE *out, const struct export_source *s, const struct export_row *r)
{
	put_text(out, s->id);
	put_text(out, s->started);
	put_text(out, s->plan);
	put_text(out, s->host);
	put_text(out, s->fingerprint);
	put_text(out, r->metric->name);
	put_text(out, r->metric->unit);
	put_text(out, directions[r->metric->better]);
	put_text(out, r->arm);
	put_text(out, r->workload);
	fprintf(out, "%lld,", (long long)r->instances);
	put_text(out, r->emulated ? "true" : "false");
	put_text(out, r->status);
	put_text(out, r->reason);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		put_number(out, json_number_at(r->json, numbers[i], NULL), ",");
	put_number(out, json_number_at(r->json, "less_emulator_code", "median", NULL), ",");
	fprintf(out, "%lld\n", (long long)r->n);
}

int export_csv(FILE *out, const struct export_source *s, struct error *err)
{
	(void)err;
	fputs("run,started,plan,host,fingerprint,metric,unit,better,arm,workload,instances,emulated,status,reason,",
		out);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		fprintf(out, "%s,", numbers[i]);
	fputs("median_less_emulator_code,n\n", out);
	for (size_t i = 0; i < s->n_rows; i++)
		put_row(out, s, &s->rows[i]);
	return 0;
}
