/* compare-junit.c - tare/compare/1 as JUnit XML: a test case for each primary row, and one for what holds of the whole
 * comparison. Regression is a failure, noise and what could not be measured an error, unclear a skip. */
#include "compare.h"
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

struct counts {
	unsigned tests, failures, errors, skipped;
};

/* What a row's test case holds: "failure", "error", "skipped", or NULL when it passed. */
static const char *outcome(const json_t *row)
{
	const char *verdict = json_text_at(row, "verdict", NULL);

	if (json_is_true(json_object_get(row, "regression")))
		return "failure";
	if (json_number_at(row, "base", "n", NULL) > 0 &&
		!(json_number_at(row, "new", "n", NULL) > 0))
		return "error";
	if (!strcmp(verdict, "unclear") || !strcmp(verdict, "none") ||
		json_is_true(json_object_get(row, "worse")))
		return "skipped";
	return NULL;
}

static bool is_case(const json_t *row)
{
	return json_is_true(json_object_get(row, "primary"));
}

static void count(struct counts *c, const char *what)
{
	c->tests++;
	c->failures += what && !strcmp(what, "failure");
	c->errors += what && !strcmp(what, "error");
	c->skipped += what && !strcmp(what, "skipped");
}

static struct counts count_all(const json_t *doc)
{
	struct counts c = {0};
	const json_t *row;
	size_t i;

	count(&c, compare_result(doc) == COMPARE_NOISY ? "error" : NULL);
	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row)
		if (is_case(row))
			count(&c, outcome(row));
	return c;
}

/* "1.203 [1.18, 1.23] (margin 0.05), higher" as new text. */
static char *words_of(const json_t *row)
{
	const char *kind = json_text_at(row, "kind", NULL), *note = json_text_at(row, "note", NULL);

	return xasprintf("%s %.6g [%.6g, %.6g] %s, margin %.6g, base %.6g, new %.6g: %s%s%s", kind,
		json_number_at(row, kind, NULL), json_number_at(row, "lo", NULL),
		json_number_at(row, "hi", NULL), json_text_at(row, "unit", NULL),
		json_number_at(row, "margin", NULL), json_number_at(row, "base", "median", NULL),
		json_number_at(row, "new", "median", NULL), json_text_at(row, "verdict", NULL),
		*note ? "; " : "", note);
}

static void put_case(FILE *out, const json_t *row)
{
	const char *what = outcome(row);
	cleanup_free char *words = words_of(row);
	cleanup_free char *class = xasprintf("%s.%s.%.0f", json_text_at(row, "arm", NULL),
		json_text_at(row, "workload", NULL), json_number_at(row, "instances", NULL));

	fputs("    <testcase", out);
	xml_attribute(out, "classname", class);
	xml_attribute(out, "name", json_text_at(row, "metric", NULL));
	fputs(" time=\"0\">\n", out);
	if (what) {
		fprintf(out, "      <%s", what);
		xml_attribute(out, "message", words);
		if (strcmp(what, "skipped") != 0)
			xml_attribute(out, "type", json_text_at(row, "verdict", NULL));
		fputs("/>\n", out);
	} else {
		fputs("      <system-out>", out);
		xml_text(out, words);
		fputs("</system-out>\n", out);
	}
	fputs("    </testcase>\n", out);
}

static void put_noise(FILE *out, const json_t *doc)
{
	const json_t *one;
	size_t i;

	fputs("    <testcase classname=\"compare\" name=\"clean blocks\" time=\"0\">\n", out);
	json_array_foreach ((json_t *)json_list(doc, "findings"), i, one) {
		if (strcmp(json_text_at(one, "kind", NULL), "noisy") != 0)
			continue;
		fputs("      <error type=\"noisy\"", out);
		xml_attribute(out, "message", json_text_at(one, "text", NULL));
		fputs("/>\n", out);
		break; /* one outcome a test case */
	}
	fputs("    </testcase>\n", out);
}

static void put_notes(FILE *out, const json_t *doc)
{
	const json_t *one;
	size_t i;

	fputs("    <system-out>", out);
	json_array_foreach ((json_t *)json_list(doc, "environment"), i, one) {
		xml_text(out, json_text_at(one, "what", NULL));
		fputs(": ", out);
		xml_text(out, json_text_at(one, "base", NULL));
		fputs(" -&gt; ", out);
		xml_text(out, json_text_at(one, "new", NULL));
		fputc('\n', out);
	}
	json_array_foreach ((json_t *)json_list(doc, "findings"), i, one) {
		xml_text(out, json_text_at(one, "text", NULL));
		fputc('\n', out);
	}
	fputs("</system-out>\n", out);
}

int compare_junit(FILE *out, const json_t *doc)
{
	struct counts c = count_all(doc);
	const json_t *row;
	size_t i;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"tare compare\"",
		out);
	fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"0\">\n",
		c.tests, c.failures, c.errors, c.skipped);
	put_noise(out, doc);
	json_array_foreach ((json_t *)json_list(doc, "comparisons"), i, row)
		if (is_case(row))
			put_case(out, row);
	put_notes(out, doc);
	fputs("  </testsuite>\n</testsuites>\n", out);
	return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}
