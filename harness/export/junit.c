/* junit.c - a run as JUnit XML: a test case for the counted blocks, each primary metric of each arm, each aspect of
 * equivalence and each claim. Could not be measured is an error, a difference that nobody declared or a refuted claim
 * a failure, a missing capability or an unclear claim a skip. Gates between runs: tare compare --format junit. */
#include "export-internal.h"

#include <string.h>

struct test {
	const char *class, *name, *text; /* foreign */
	const char *what; /* "failure", "error", "skipped"; NULL = passed */
};

struct suite {
	FILE *out;
	unsigned tests, failures, errors, skipped;
};

static void add(struct suite *s, const struct test *t)
{
	s->tests++;
	fputs("    <testcase", s->out);
	xml_attribute(s->out, "classname", t->class);
	xml_attribute(s->out, "name", t->name);
	fputs(" time=\"0\">\n", s->out);
	if (!t->what) {
		fputs("      <system-out>", s->out);
		xml_text(s->out, t->text);
		fputs("</system-out>\n    </testcase>\n", s->out);
		return;
	}
	s->failures += !strcmp(t->what, "failure");
	s->errors += !strcmp(t->what, "error");
	s->skipped += !strcmp(t->what, "skipped");
	fprintf(s->out, "      <%s", t->what);
	xml_attribute(s->out, "message", t->text);
	if (strcmp(t->what, "skipped") != 0)
		xml_attribute(s->out, "type", t->class);
	/* Some readers show the body, others the attribute. */
	fputs(">", s->out);
	xml_text(s->out, t->text);
	fprintf(s->out, "</%s>\n    </testcase>\n", t->what);
}

static void add_blocks(struct suite *suite, const struct export_source *s)
{
	double complete = json_number_at(s->summary, "blocks", "complete", NULL);
	cleanup_free char *text = xasprintf("%.0f counted blocks of %.0f, %.0f of them disturbed",
		complete, json_number_at(s->summary, "blocks", "planned", NULL),
		json_number_at(s->summary, "blocks", "disturbed", NULL));

	add(suite, &(struct test){"run", "counted blocks", text, complete > 0 ? NULL : "error"});
}

static void add_metric(struct suite *suite, const struct export_row *r)
{
	cleanup_free char *class =
		xasprintf("%s.%s.%lld", r->arm, r->workload, (long long)r->instances);
	bool ok = export_has_value(r);
	cleanup_free char *value =
		ok ? interval_text(r->median, r->lo, r->hi, r->metric->unit, false) : NULL;
	cleanup_free char *text = ok ? xasprintf("%s, n = %lld%s", value, (long long)r->n,
					       r->emulated ? ", emulated (TCG)" : "")
				     : xasprintf("not measured: %s", r->reason);

	add(suite,
		&(struct test){class, r->metric->name, text,
			ok                                      ? NULL
				: !strcmp(r->status, "skipped") ? "skipped"
								: "error"});
}

static void add_equivalence(struct suite *suite, const json_t *e)
{
	const char *status = json_text_at(e, "status", NULL);
	cleanup_free char *class = xasprintf("equivalence.%s", json_text_at(e, "workload", NULL));
	cleanup_free char *text = xasprintf("%s: %s", status, json_text_at(e, "reason", NULL));

	add(suite,
		&(struct test){class, json_text_at(e, "aspect", NULL), text,
			!strcmp(status, "different") ? "failure" : NULL});
}

static void add_claim(struct suite *suite, const json_t *c)
{
	const char *verdict = json_text_at(c, "verdict", NULL);
	cleanup_free char *figure = claim_figure(c);
	cleanup_free char *text =
		xasprintf("%s: %s; %s%s%s", verdict, json_text_at(c, "quote", "en", NULL),
			json_text_at(c, "expression", NULL), *figure ? "; " : "", figure);

	add(suite,
		&(struct test){"claim", json_text_at(c, "id", NULL), text,
			!strcmp(verdict, "refuted")           ? "failure"
				: !strcmp(verdict, "unclear") ? "skipped"
							      : NULL});
}

static void add_all(struct suite *suite, const struct export_source *s)
{
	const json_t *primary = json_list(json_object_get(s->run, "plan"), "primary"), *one;
	size_t i;

	add_blocks(suite, s);
	for (i = 0; i < s->n_rows; i++)
		if (json_has_text(primary, s->rows[i].metric->name))
			add_metric(suite, &s->rows[i]);
	json_array_foreach ((json_t *)json_list(s->run, "equivalence"), i, one)
		add_equivalence(suite, one);
	json_array_foreach ((json_t *)json_list(s->summary, "claims"), i, one)
		add_claim(suite, one);
}

int export_junit(FILE *out, const struct export_source *s, struct error *err)
{
	char *cases = NULL;
	size_t len;
	struct suite suite = {.out = open_memstream(&cases, &len)};

	if (!suite.out)
		return error_set(err, EXIT_INTERNAL, "export: no memory");
	add_all(&suite, s);
	fclose(suite.out);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"tare\"",
		out);
	fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"0\"",
		suite.tests, suite.failures, suite.errors, suite.skipped);
	xml_attribute(out, "hostname", s->host);
	if (s->started_s > 0)
		fprintf(out, " timestamp=\"%.19s\"", s->started);
	fprintf(out, ">\n%s  </testsuite>\n</testsuites>\n", cases);
	free(cases);
	return 0;
}
