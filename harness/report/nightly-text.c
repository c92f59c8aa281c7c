/* nightly-text.c - a night for those who did not watch it: Markdown for a step summary, JUnit for a job's page. Made from
 * the one object of the night (tare/nightly/1); every text in it is foreign. */
#include "nightly.h"
#include "report-internal.h"

#include "util.h"

#include <string.h>

static const char *text_at(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static int code_at(const json_t *o)
{
	return (int)json_integer_value(json_object_get(o, "code"));
}

static bool is_state(const json_t *finding, const char *state)
{
	return !strcmp(text_at(finding, "state"), state);
}

static const json_t *findings_of(const json_t *night)
{
	return json_object_get(json_object_get(night, "history"), "findings");
}

/* New: "+31.2 %, since 2026-11-23; cause". */
static char *finding_text(const json_t *f)
{
	const json_t *change = json_object_get(f, "change");
	cleanup_free char *percent = json_is_number(change)
		? xasprintf("%+.1f %%, ", 100 * json_number_value(change))
		: xstrdup("");

	return xasprintf("%ssince %.10s; %s", percent,
		text_at(json_object_get(f, "since"), "started"), text_at(f, "cause"));
}

/* Whether anything was measured again without the earlier side beside it. */
static bool is_by_level(const json_t *night)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(night, "confirmed"), i, row)
		if (!strcmp(text_at(row, "held_against"), "level"))
			return true;
	return false;
}

void nightly_markdown(FILE *out, const json_t *night)
{
	cleanup_free char *verdict = markdown_text(text_at(night, "verdict"));
	cleanup_free char *plan = markdown_text(text_at(night, "plan"));
	const json_t *row;
	size_t i;

	fprintf(out, "# tare nightly: %s\n\n%s (exit code %d)\n\n| step | |\n| --- | --- |\n", plan,
		verdict, code_at(night));
	json_array_foreach (json_object_get(night, "steps"), i, row) {
		cleanup_free char *name = markdown_text(text_at(row, "step"));
		cleanup_free char *text = markdown_text(text_at(row, "text"));

		fprintf(out, "| %s%s | %s |\n", name, code_at(row) ? " (!)" : "", text);
	}
	json_array_foreach ((json_t *)findings_of(night), i, row) {
		cleanup_free char *series = markdown_text(text_at(row, "series"));
		cleanup_free char *words = finding_text(row), *text = markdown_text(words);

		if (is_state(row, "alarm") || is_state(row, "candidate") ||
			is_state(row, "missing") || is_state(row, "environment"))
			fprintf(out, "\n**%s**: %s: %s\n", text_at(row, "state"), series, text);
	}
	json_array_foreach (json_object_get(json_object_get(night, "history"), "clocks"), i, row) {
		cleanup_free char *what = markdown_text(text_at(row, "what"));

		fprintf(out, "\n**clock**: run %s of %.20s: %s\n", text_at(row, "run"),
			text_at(row, "started"), what);
	}
	if (is_by_level(night))
		fputs("\n" NIGHTLY_BY_LEVEL ".\n", out);
}

struct cases {
	FILE *out;
	unsigned n, failures, errors, skipped;
};

/* what: "failure", "error", "skipped"; NULL = passed. */
static void put_case(
	struct cases *c, const char *class, const char *name, const char *what, const char *text)
{
	c->n++;
	fputs("    <testcase", c->out);
	xml_attribute(c->out, "classname", class);
	xml_attribute(c->out, "name", name);
	fputs(" time=\"0\">", c->out);
	if (what) {
		c->failures += !strcmp(what, "failure");
		c->errors += !strcmp(what, "error");
		c->skipped += !strcmp(what, "skipped");
		fprintf(c->out, "<%s", what);
		xml_attribute(c->out, "message", text);
		fputs(">", c->out);
		xml_text(c->out, text);
		fprintf(c->out, "</%s>", what);
	} else {
		fputs("<system-out>", c->out);
		xml_text(c->out, text);
		fputs("</system-out>", c->out);
	}
	fputs("</testcase>\n", c->out);
}

/* An alarm fails; what waits for another night is a skip. */
static void put_gate(struct cases *c, const json_t *night)
{
	const json_t *f;
	size_t i;

	json_array_foreach ((json_t *)findings_of(night), i, f) {
		cleanup_free char *text = finding_text(f);

		if (is_state(f, "alarm"))
			put_case(c, "gate", text_at(f, "series"), "failure", text);
		else if (is_state(f, "candidate") || is_state(f, "beyond") ||
			is_state(f, "missing"))
			put_case(c, "gate", text_at(f, "series"), "skipped", text);
		else if (is_state(f, "environment") || is_state(f, "refuted"))
			put_case(c, "gate", text_at(f, "series"), NULL, text);
	}
}

void nightly_junit(FILE *out, const json_t *night)
{
	char *text = NULL;
	size_t size, i;
	struct cases c = {.out = open_memstream(&text, &size)};
	const json_t *row;
	int code = code_at(night);

	if (!c.out)
		return;
	json_array_foreach (json_object_get(night, "steps"), i, row)
		put_case(&c, "night", text_at(row, "step"), code_at(row) ? "error" : NULL,
			text_at(row, "text"));
	put_gate(&c, night);
	put_case(&c, "night", "verdict", code == EXIT_FINE ? NULL : "failure",
		text_at(night, "verdict"));
	fclose(c.out);
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"tare nightly\" tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"0\">\n%s  </testsuite>\n</testsuites>\n",
		c.n, c.failures, c.errors, c.skipped, text);
	free(text);
}
