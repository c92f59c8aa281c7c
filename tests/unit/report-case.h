/* report-case.h - for tests of the report: a fixture with its view, and what must hold for any page or script. */
#ifndef TARE_TEST_REPORT_CASE_H
#define TARE_TEST_REPORT_CASE_H

#include "../../harness/report/report-internal.h"

#include "cases.h"
#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CASES "tests/cases/report"
static const char *const all_cases[] = {"usual", "one-arm", "eight-arms", "quick", "two-workloads",
	"hostile", "wrong-types", "empty-summary", "ledger", "argument"};

struct fixture {
	json_t *run, *summary;
	struct view view;
};

static inline void fixture_open(struct fixture *f, const char *name)
{
	struct error err = ERROR_INIT;

	f->run = case_json(CASES, name, "run.json");
	f->summary = case_json(CASES, name, "summary.json");
	if (view_open(&f->view, f->run, f->summary, &err))
		fail_msg("%s: %s", name, err.text);
}

static inline void fixture_close(struct fixture *f)
{
	view_close(&f->view);
	json_decref(f->run);
	json_decref(f->summary);
}

/* What gnuplot would interpret: the script without its quoted words and comments. */
static inline char *bare_script(const char *script)
{
	char *out = xmalloc(strlen(script) + 1);
	size_t o = 0;
	bool quoted = false, comment = false;

	for (const char *p = script; *p; p++) {
		if (*p == '\n') {
			assert_false(quoted); /* a word never goes over the end of its line */
			comment = false;
		}
		if (!comment && *p == '\'')
			quoted = !quoted; /* a doubled quote leaves and enters again */
		else if (!quoted && *p == '#' && (p == script || p[-1] == '\n' || p[-1] == ' '))
			comment = true;
		if (!quoted && !comment && *p != '\'')
			out[o++] = *p;
	}
	out[o] = 0;
	return out;
}

/* Unescaped bars of a line: its table columns. */
static inline size_t bars(const char *line, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (line[i] == '\\')
			i++;
		else if (line[i] == '|')
			n++;
	return n;
}

static inline void check_markdown(const char *name, const char *text)
{
	size_t columns = 0, line_number = 0;

	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n");

		line_number++;
		if (len && *p == '|') {
			size_t n = bars(p, len);

			if (columns && n != columns)
				fail_msg("%s: report.md:%zu: %zu bars, expected %zu", name,
					line_number, n, columns);
			columns = n;
		} else {
			columns = 0;
		}
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)p[i] < ' ')
				fail_msg("%s: report.md:%zu: control byte %d", name, line_number,
					p[i]);
		/* raw HTML only from us; code blocks show theirs as it is */
		const char *tag = strncmp(p, "      ", 6) ? memmem(p, len, "<script", 7) : NULL;

		if (tag)
			fail_msg("%s: report.md:%zu: a tag", name, line_number);
		p += len + (p[len] == '\n');
	}
}

/* One claim that is refuted, its words not to be trusted, and a row of each resource. */
static inline void put_argument(json_t *summary)
{
	static const char claims[] =
		"[{\"id\":\"x`id`\",\"number\":8,\"quote\":{\"ko\":\"배로 늘어남\",\"en\":\"it | doubles\\u001b[31m\"},"
		"\"measurement\":{\"ko\":\"잰 것\",\"en\":\"<b>what</b>\"},\"verdict\":\"refuted\",\"reason\":\"it is 1.5, not >= 1.8\",\"reason_ko\":\"1.5라서\","
		"\"expression\":\"e\",\"unit\":\"1\",\"value\":1.5,\"lo\":1.4,\"hi\":1.6,\"coverage\":0.9,\"n\":10,\"op\":\">=\",\"threshold\":1.8,"
		"\"conditions\":[{\"text\":{\"ko\":\"조건\",\"en\":\"a condition\"},\"control\":false,\"expression\":\"doubling(m; a, w)\","
		"\"unit\":\"1\",\"value\":1.5,\"lo\":1.4,\"hi\":1.6,\"n\":10,\"op\":\">=\",\"threshold\":1.8,\"verdict\":\"refuted\",\"reason\":\"r\"},"
		"{\"text\":{\"ko\":\"멈춘다\",\"en\":\"it stands still\"},\"control\":false,\"expression\":\"s\",\"unit\":\"1\",\"value\":1,\"lo\":1,\"hi\":1,"
		"\"n\":10,\"op\":\"=\",\"threshold\":0,\"verdict\":\"refuted\",\"reason\":\"r\",\"words\":{\"no\":{\"ko\":\"멈춤\",\"en\":\"stood still\"},"
		"\"yes\":{\"ko\":\"멈추지 않음\",\"en\":\"kept running\"}}},"
		"{\"text\":{\"ko\":\"적다\",\"en\":\"it gets less\"},\"control\":false,\"expression\":\"g\",\"unit\":\"B\",\"value\":4293668864,"
		"\"lo\":4293668864,\"hi\":4293668864,\"n\":10,\"op\":\"<\",\"threshold\":4294967296,\"verdict\":\"supported\",\"reason\":null},"
		"{\"text\":{\"ko\":\"없다\",\"en\":\"nothing\"},\"control\":false,\"expression\":\"h\",\"unit\":\"B\",\"value\":null,\"lo\":null,\"hi\":null,"
		"\"n\":2,\"op\":\"<\",\"threshold\":1,\"verdict\":\"unclear\",\"reason\":\"2 blocks\",\"reason_ko\":\"블록이 2개\"}],"
		"\"picture\":\"boot\",\"footnotes\":[{\"ko\":\"각주\",\"en\":\"a footnote\"}]}]";
	static const char capacity[] =
		"[{\"resource\":\"memory\",\"unit\":\"B\",\"arm\":\"vm\",\"workload\":\"http\",\"each\":104857600,\"each_lo\":94371840,"
		"\"each_hi\":115343360,\"fixed\":0,\"available\":10737418240,\"fit\":102,\"fit_lo\":93,\"fit_hi\":113,\"per_gib\":10.24,"
		"\"per_gib_lo\":9.3,\"per_gib_hi\":11.4,\"reason\":null,\"note\":\"less memory.emulator_code\"},"
		"{\"resource\":\"memory\",\"unit\":\"B\",\"arm\":\"host\",\"workload\":\"http\",\"each\":1048576,\"each_lo\":-1,"
		"\"each_hi\":2097152,\"available\":10737418240,\"fit\":10240,\"fit_lo\":5120,\"fit_hi\":null,\"reason\":\"no upper bound\",\"note\":null},"
		"{\"resource\":\"processes\",\"unit\":\"1\",\"arm\":\"host\",\"workload\":\"http\",\"each\":2,\"each_lo\":2,"
		"\"each_hi\":2,\"available\":32660,\"fit\":16330,\"fit_lo\":16330,\"fit_hi\":16330,\"reason\":null,\"note\":null},"
		"{\"resource\":\"processes\",\"unit\":\"1\",\"arm\":\"vm\",\"workload\":\"http\",\"each\":4,\"each_lo\":4,"
		"\"each_hi\":4,\"available\":32660,\"fit\":8165,\"fit_lo\":8165,\"fit_hi\":8165,\"reason\":null,\"note\":null}]";

	json_object_set_new(summary, "claims", json_loads(claims, 0, NULL));
	json_object_set_new(summary, "capacity", json_loads(capacity, 0, NULL));
	assert_int_equal(json_array_size(json_object_get(summary, "claims")), 1);
	assert_int_equal(json_array_size(json_object_get(summary, "capacity")), 4);
}

#endif
