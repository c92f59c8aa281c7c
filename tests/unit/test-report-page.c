/* test-report-page.c - report.md, and the table on the terminal. */
#include "report-case.h"
#include "report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void markdown_is_sound_for_every_fixture(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_cases); i++) {
		struct fixture f;

		fixture_open(&f, all_cases[i]);
		struct chart_entry entry = {(char[]){"boot"}, (char[]){"![x](y) | <script>"}};
		cleanup_free char *text = markdown_report(&f.view, &entry, 1, NULL);

		check_markdown(all_cases[i], text);
		fixture_close(&f);
	}
}

static void ledger_is_judged_by_what_formed_no_part(void **state)
{
	static const char *const needed[] = {
		"## Memory ledger",
		"| **sum of the parts** |",
		"of memory.host\\_delta: within 5 %.",
		"One such instance is below the noise floor",
		"### Over the number of instances",
		"with at most 4 at once all are below the noise floor",
		"| `memory.part_residual` |",
	};
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "ledger");
	cleanup_free char *text = markdown_report(&f.view, NULL, 0, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!strstr(text, needed[i]))
			fail_msg("report.md does not hold: %s", needed[i]);
	assert_true(ledger_any(&f.view) && scaling_any(&f.view));
	chart_ledger(&c, &f.view);
	/* the parts of an arm touch each other and end at their sum */
	for (size_t a = 0; a < f.view.n_arms; a++) {
		double at = 0;

		for (size_t i = 0; ledger_parts[i].metric; i++) {
			const struct mark *m = &c.series[i].marks[a];

			if (m->status != CELL_OK)
				continue;
			assert_true(fabs(m->start - at) < 1);
			at = m->end;
		}
		assert_true(fabs(at - ledger_of(&f.view, a).sum) < 1);
	}
	chart_free(&c);
	/* the translation buffer alone is hatched, and so is an emulated line's point hollow */
	chart_scaling(&c, &f.view);
	cleanup_free char *script = chart_script(&c);
	cleanup_free char *data = chart_data(&c);

	assert_non_null(strstr(script, "vm: +1"));
	assert_non_null(strstr(script, "filledcurves"));
	assert_non_null(strstr(data, "# memory.host_delta, arm vm: instances total"));
	chart_free(&c);
	fixture_close(&f);
	fixture_open(&f, "usual");
	assert_false(ledger_any(&f.view) || scaling_any(&f.view));
	fixture_close(&f);
}

static void report_says_what_a_reader_needs(void **state)
{
	static const char *const needed[] = {
		"# tare: run 6d1f0c9a52b7e834",
		"AMD EPYC 7763",
		"seed 20260801",
		"| `memory.pss` |",
		"MiB † |",
		"† Emulated (TCG)",
		"| n/a (1) |",
		"(1) skipped: no guest kernel of its own",
		"| **higher** |",
		"emulated: no verdict about VMs",
		"## Findings",
		"## What PSS leaves out",
		"kernel memory ",
		"![boot title](charts/boot.png)",
		"[script](charts/boot.gp)",
		"tare run default --seed 20260801 --blocks 6",
		"| kernel release | declared | a VM has its own kernel |",
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, "usual");
	struct chart_entry entry = {(char[]){"boot"}, (char[]){"boot title"}};
	cleanup_free char *text = markdown_report(&f.view, &entry, 1, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!strstr(text, needed[i]))
			fail_msg("report.md does not hold: %s", needed[i]);
	fixture_close(&f);
	fixture_open(&f, "eight-arms");
	cleanup_free char *more = markdown_report(&f.view, NULL, 0, "gnuplot is not installed");

	assert_non_null(strstr(more, "## Errors of the run"));
	assert_non_null(strstr(more, "\n      [    1.3] Kernel panic - not syncing: VFS\n"));
	assert_non_null(strstr(more, "\n      # heading\n"));
	assert_non_null(strstr(more, "## Over the number of instances"));
	assert_non_null(strstr(more, "1.98×"));
	assert_non_null(strstr(more, "Not drawn: gnuplot is not installed"));
	fixture_close(&f);
}

/* A line under emulation is marked, and shown as verdicts see it too. */
static void emulated_slopes_are_marked(void **state)
{
	static const char *const needed[] = {
		"| memory.host\\_delta | vm | http | +8 MiB † | +6 MiB | 1 MiB † |  |\n",
		"| memory.host\\_delta | host | http | +1 MiB |  | 0 B |  |\n",
		"\n† Emulated (TCG)",
	};
	struct fixture f;
	const char *from;

	(void)state;
	fixture_open(&f, "usual");
	json_object_set_new(f.summary, "slopes",
		json_pack(
			"[{s:s, s:s, s:s, s:s, s:i, s:i, s:{s:i}, s:[s]}, {s:s, s:s, s:s, s:s, s:i, s:i, s:n}]",
			"metric", "memory.host_delta", "arm", "vm", "workload", "http", "unit", "B",
			"slope", 8 << 20, "intercept", 1 << 20, "less_emulator_code", "slope",
			6 << 20, "flags", "emulated", "metric", "memory.host_delta", "arm", "host",
			"workload", "http", "unit", "B", "slope", 1 << 20, "intercept", 0,
			"less_emulator_code"));
	cleanup_free char *text = markdown_report(&f.view, NULL, 0, NULL);

	from = strstr(text, "## Over the number of instances");
	assert_non_null(from);
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!strstr(from, needed[i]))
			fail_msg("the slopes do not hold: %s", needed[i]);
	check_markdown("slopes", text);
	fixture_close(&f);
}

static void the_argument_is_told_claim_by_claim(void **state)
{
	static const char *const needed[] = {
		"## The argument",
		"주장 1개 가운데 지지됨 0, 반박됨 1, 불분명 0",
		"Of 1 claims, judged by the figures of this run, 0 are supported, 1 refuted, 0 unclear",
		"8. **반박됨**: 배로 늘어남\n",
		"8. **refuted**: it \\| doubles",
		"> 배로 늘어남\n>\n> it \\| doubles",
		"| a condition<br>조건 | doubling(m; a, w) | 1.50 \\[1.40, 1.60\\], expected &gt;= 1.80, n = 10 | **refuted** |",
		"Why: it is 1.5, not &gt;= 1.8",
		"- a footnote\n  각주\n",
		"![boot title](charts/boot.png)",
		"## How many fit in this machine",
		"| vm | http | memory | 100 [90, 110] MiB | 10 GiB | 102 [93, 113] | 10.2 [9.30, 11.4] | less memory.emulator\\_code |",
		"| 10 GiB | at least 5120 |",
		"| vm | http | **102 \\[93, 113\\]** | memory |",
		"| host | http | **5120 to 16330** | memory or processes |",
		"| s | kept running (1), expected stood still (0), n = 10<br>멈추지 않음 (1), 기준 멈춤 (0) | **refuted** |",
		"| 4293668864 B, expected &lt; 4294967296 B, n = 10 |",
		"**unclear**: 2 blocks<br>블록이 2개 |",
		"이유: 1.5라서",
	};
	struct fixture f;

	(void)state;
	fixture_open(&f, "usual");
	put_argument(f.summary);
	struct chart_entry entry = {(char[]){"boot"}, (char[]){"boot title"}};
	cleanup_free char *text = markdown_report(&f.view, &entry, 1, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!strstr(text, needed[i]))
			fail_msg("report.md does not hold: %s", needed[i]);
	check_markdown("argument", text);
	fixture_close(&f);
}

static void the_table_ends_with_the_argument(void **state)
{
	json_t *run = case_json(CASES, "usual", "run.json"),
	       *summary = case_json(CASES, "usual", "summary.json");
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	put_argument(summary);
	assert_int_equal(report_table(out, run, summary, 80, false), 0);
	fclose(out);
	assert_non_null(
		strstr(text, "\nThe argument\n\n 8 refuted   x`id`: it is 1.5, not >= 1.8\n"));
	json_decref(run);
	json_decref(summary);
}

static char *table(const char *name, unsigned width, bool colour)
{
	cleanup_free char *buf = NULL;
	json_t *run = case_json(CASES, name, "run.json"),
	       *summary = case_json(CASES, name, "summary.json");
	size_t size;
	FILE *out = open_memstream(&buf, &size);

	assert_int_equal(report_table(out, run, summary, width, colour), 0);
	fclose(out);
	json_decref(run);
	json_decref(summary);
	return steal_ptr(buf);
}

static void drop_comparisons_with(json_t *summary, const char *base)
{
	json_t *list = json_object_get(summary, "comparisons");

	for (size_t i = json_array_size(list); i-- > 0;)
		if (!strcmp(json_text_at(json_array_get(list, i), "base", NULL), base))
			json_array_remove(list, i);
}

/* Lines of a table below a heading, up to the next heading, that hold a text. */
static size_t lines_below(const char *text, const char *heading, const char *what)
{
	const char *from = strstr(text, heading), *to = from ? strstr(from + 1, "\n##") : NULL;
	size_t n = 0;

	for (const char *p = from; p && (p = strstr(p, what)) && (!to || p < to); p++)
		n++;
	return n;
}

/* Against the container is not against the host: each base has a table that names it, and none without rows. */
static void each_base_has_its_own_table(void **state)
{
	static const char row[] = "\n| memory.host\\_delta", vm[] = " | vm |";
	struct error err = ERROR_INIT;
	struct fixture f;

	(void)state;
	fixture_open(&f, "ledger");
	cleanup_free char *text = markdown_report(&f.view, NULL, 0, NULL);

	assert_true(lines_below(text, "\n### Compared with host", row) == 2);
	assert_int_equal(lines_below(text, "\n### Compared with container", "| container |"), 0);
	assert_true(lines_below(text, "\n### Compared with container", vm) > 0);
	assert_int_equal(lines_below(text, "\n### Compared with host", vm),
		lines_below(text, "\n### Compared with host", "| container |"));
	cleanup_free char *screen = table("ledger", 160, false);

	assert_non_null(strstr(screen, "Compared with host, block by block"));
	assert_non_null(strstr(screen, "Compared with container, block by block"));
	assert_ptr_equal(
		view_comparison(&f.view, "container", "container", "memory.host_delta"), NULL);
	assert_string_equal(
		json_text_at(view_comparison(&f.view, "vm", "container", "memory.host_delta"),
			"base", NULL),
		"container");
	drop_comparisons_with(f.summary, "host");
	view_close(&f.view); /* it had read the summary */
	assert_int_equal(view_open(&f.view, f.run, f.summary, &err), 0);
	cleanup_free char *rest = markdown_report(&f.view, NULL, 0, NULL);

	assert_null(strstr(rest, "Compared with host"));
	assert_non_null(strstr(rest, "### Compared with container"));
	assert_null(view_comparison(&f.view, "vm", "host", "memory.host_delta"));
	fixture_close(&f);
}

static size_t widest(const char *text)
{
	size_t most = 0, columns = 0;

	for (; *text; text++) {
		if (*text == '\n')
			columns = 0;
		else if (((unsigned char)*text & 0xC0) != 0x80)
			columns++;
		most = columns > most ? columns : most;
	}
	return most;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void the_table_fits_the_width(void **state)
{
	static const unsigned widths[] = {60, 80, 100, 160, 240};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		cleanup_free char *text = table("usual", widths[i], false);

		assert_in_range(widest(text), 1, widths[i]);
		assert_null(strchr(text, '\033'));
	}
	cleanup_free char *narrow = table("usual", 80, false);
	cleanup_free char *wide = table("usual", 240, false);

	assert_int_equal(count(wide, "\nmemory.pss "), 2); /* values, verdicts */
	assert_in_range(count(narrow, "\nmemory.pss "), 3, 8);
}

/* Below six blocks each comparison would ask for the same: it is said once; exact counts keep their verdict. */
static void too_few_blocks_are_said_once(void **state)
{
	json_t *run = case_json(CASES, "usual", "run.json"),
	       *summary = case_json(CASES, "usual", "summary.json"), *c;
	cleanup_free char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	json_array_foreach (json_object_get(summary, "comparisons"), i, c) {
		const char *metric = json_text_at(c, "metric", NULL);

		json_object_set_new(c, "n", json_integer(1));
		if (strcmp(json_text_at(c, "verdict", NULL), "unclear") != 0 &&
			strncmp(metric, "memory.", 7) != 0)
			continue;
		json_object_set_new(c, "verdict", json_string("unclear"));
		json_object_set_new(c, "needs_blocks", json_integer(5));
	}
	assert_int_equal(report_table(out, run, summary, 200, false), 0);
	fclose(out);
	assert_null(strstr(text, "+5 blocks"));
	assert_null(strstr(text, "unclear"));
	assert_int_equal(count(text, "A comparison without a word has no verdict"), 1);
	assert_non_null(strstr(text, " higher"));
	json_decref(run);
	json_decref(summary);
}

/* What changes the meaning of a figure is seen, outliers are counted; nothing is cut, and foreign text is harmless. */
static void findings_and_meter_are_whole(void **state)
{
	static const char foreign[] = "no clean one is left \033[31m and nothing after "
				      "the eightieth character is left out of this line, END";
	json_t *run = case_json(CASES, "usual", "run.json"),
	       *summary = case_json(CASES, "usual", "summary.json");
	json_t *list = json_array();
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	json_array_append_new(list, json_pack("{s:s, s:s}", "kind", "disturbed", "text", foreign));
	for (unsigned i = 0; i < 3; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "kind", "outliers", "text", "OUT"));
	for (unsigned i = 0; i < 20; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "kind", "missing", "text", "MISS"));
	json_object_set_new(summary, "findings", list);
	json_object_set_new(run, "meter",
		json_pack("{s:s, s:s, s:i, s:s}", "status", "ok", "date", "2026-01-02T03:04:05Z",
			"weights", 42, "accelerator", "tcg"));
	assert_int_equal(report_table(out, run, summary, 200, false), 0);
	fclose(out);
	assert_non_null(strstr(text, "\nFindings\n\n- disturbed: no clean one is left"));
	assert_non_null(strstr(text, "left out of this line, END\n"));
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "OUT"));
	assert_int_equal(count(text, "MISS"), 11);
	assert_non_null(strstr(text, "\n- 12 more in report.md"));
	assert_non_null(strstr(text, "05Z, 42 rows, accelerator tcg)\n"));
	json_decref(run);
	json_decref(summary);
}

static void colour_only_if_asked_and_only_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_cases); i++) {
		cleanup_free char *plain = table(all_cases[i], 100, false);
		cleanup_free char *bright = table(all_cases[i], 100, true);

		assert_null(strchr(plain, '\033'));
		for (const char *p = bright; (p = strchr(p, '\033')); p++)
			assert_true(
				p[1] == '[' && strspn(p + 2, "0123456789") <= 2 && strchr(p, 'm'));
	}
	cleanup_free char *hostile = table("hostile", 100, true);

	assert_null(strstr(hostile, "\033[31m"));
	cleanup_free char *bright = table("usual", 100, true);

	assert_non_null(strstr(bright, "\033[33m"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markdown_is_sound_for_every_fixture),
		cmocka_unit_test(ledger_is_judged_by_what_formed_no_part),
		cmocka_unit_test(report_says_what_a_reader_needs),
		cmocka_unit_test(each_base_has_its_own_table),
		cmocka_unit_test(emulated_slopes_are_marked),
		cmocka_unit_test(the_argument_is_told_claim_by_claim),
		cmocka_unit_test(the_table_ends_with_the_argument),
		cmocka_unit_test(the_table_fits_the_width),
		cmocka_unit_test(too_few_blocks_are_said_once),
		cmocka_unit_test(findings_and_meter_are_whole),
		cmocka_unit_test(colour_only_if_asked_and_only_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
