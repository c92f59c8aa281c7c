/* test-html.c - report.html: escaping, what a reader needs, drawings taken in, and that nothing foreign gets out of its
 * place. How it looks and behaves in a browser: tests/system/test-html.sh. */
#include "../../harness/report/html.h"

#include "cases.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CASES "tests/cases/report"

/* The page of a fixture without drawings. New. */
static char *page_of(const char *name, const char *missing)
{
	json_t *run = case_json(CASES, name, "run.json"),
	       *summary = case_json(CASES, name, "summary.json");
	struct chart_entry charts[] = {{(char[]){"memory"}, (char[]){"a title <b> & \"more\""}},
		{(char[]){"boot"}, (char[]){"boot title"}}};
	struct error err = ERROR_INIT;
	struct view v;
	char *text;

	if (view_open(&v, run, summary, &err))
		fail_msg("%s: %s", name, err.text);
	text = html_report(&v, charts, ARRAY_SIZE(charts), missing, -1);
	view_close(&v);
	json_decref(run);
	json_decref(summary);
	return text;
}

static char *to_text(void (*print)(FILE *out, const char *s), const char *s)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(out, s);
	fclose(out);
	return text;
}

static void text_cannot_leave_its_place(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"\"' onload='x", "&quot;&#39; onload=&#39;x"},
		{"&lt;", "&amp;lt;"},
		{"a\xe2\x80\xa8"
		 "b\xe2\x80\xae"
		 "c",
			"abc"},
		{"\x1b[31mred\x1b[0m\x01", "red"},
		{"]]> --> `id`", "]]&gt; --&gt; `id`"},
		{"bad \xff", "bad \xef\xbf\xbd"},
		{"한글 é", "한글 é"},
		{NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *got = to_text(html_text, rows[i].in);

		assert_string_equal(got, rows[i].out);
	}
}

static void only_known_verdicts_name_a_class(void **state)
{
	cleanup_free char *known = to_text(html_verdict, "refuted");
	cleanup_free char *foreign = to_text(html_verdict, "x' onclick='y");

	(void)state;
	assert_string_equal(known, "<span class='verdict refuted'>refuted</span>");
	assert_string_equal(foreign, "<span class='verdict other'>x&#39; onclick=&#39;y</span>");
}

/* A new drawing, or NULL when it is refused. */
static char *inlined(const char *svg)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int rc = html_inline_svg(out, svg, "p-", "say \"this\"");

	fclose(out);
	if (!rc)
		return text;
	assert_int_equal(size, 0); /* nothing of it */
	free(text);
	return NULL;
}

static void a_drawing_becomes_part_of_the_page(void **state)
{
	cleanup_free char *got = inlined(
		"<?xml version=\"1.0\"?>\n<svg width=\"1200\" height=\"7\" viewBox=\"0 0 1 1\">"
		"<title>own</title><!-- no --><defs><path id='a' d='M0,0'/></defs>"
		"<use xlink:href='#a' color=\"black\"/>Z <rect width='3' fill = 'url(#a)' stroke='rgb( 51,  51,  51)'/>"
		"<path style='fill:none; stroke:rgb(0,114,178)' class=\"x\"/><g fill=\"#ffffff\"><text>a &lt; b</text></g></svg>\n");

	(void)state;
	assert_non_null(got);
	assert_string_equal(got,
		"<svg role=\"img\" aria-label=\"say &quot;this&quot;\" viewBox=\"0 0 1 1\">"
		"<defs><path id=\"p-a\" d=\"M0,0\"/></defs>"
		"<use xlink:href=\"#p-a\" color=\"var(--x000000,#000000)\"/><rect width=\"3\" fill=\"url(#p-a)\" stroke=\"var(--x333333,#333333)\"/>"
		"<path style=\"fill:none; stroke:var(--x0072b2,#0072b2)\"/><g fill=\"var(--xffffff,#ffffff)\"><text>a &lt; b</text></g></svg>\n");
}

/* The caption says the title: the drawing's own, whole or cut, goes with the strip it stands in. */
static void a_title_is_said_once(void **state)
{
	cleanup_free char *got = inlined(
		"<svg viewBox=\"0 0 1200 720\"><g font-family=\"DejaVu Sans:Bold\"><text>say \"this\"</text></g>"
		"<g font-family=\"DejaVu Sans\"><text>say \"that\"</text></g></svg>");
	cleanup_free char *cut =
		inlined("<svg viewBox=\"0 0 1200 720\"><text>say \"this…</text></svg>");

	(void)state;
	assert_string_equal(got,
		"<svg role=\"img\" aria-label=\"say &quot;this&quot;\" viewBox=\"0 40 1200 680\">"
		"<g font-family=\"DejaVu Sans, Verdana, sans-serif\" font-weight=\"bold\"></g>"
		"<g font-family=\"DejaVu Sans, Verdana, sans-serif\"><text>say \"that\"</text></g></svg>");
	assert_null(strstr(cut, "<text>"));
}

static void what_gnuplot_never_draws_is_not_taken_in(void **state)
{
	static const char *const rows[] = {
		"<svg><script>alert(1)</script></svg>",
		"<svg><foreignObject/></svg>",
		"<svg><image href='http://x/'/></svg>",
		"<svg onload=\"alert(1)\"/>",
		"<svg ONLOAD='alert(1)'/>",
		"<svg><use href='http://x/#a'/></svg>",
		"<svg><use xlink:href='x.svg#a'/></svg>",
		"<svg><rect fill='url(http://x/)'/></svg>",
		"<svg><rect fill='a\"b'/></svg>",
		"<!DOCTYPE svg [<!ENTITY x 'y'>]><svg/>",
		"<svg><![CDATA[<script>]]></svg>",
		"<svg><a href='#x'/></svg>",
		"<svg><rect fill=red/></svg>",
		"<svg><rect fill='red/></svg>",
		"<svg",
		"<svg><rect =''/></svg>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *got = inlined(rows[i]);

		if (got)
			fail_msg("taken in: %s", rows[i]);
	}
}

static void must_hold(const char *text, const char *const *needed)
{
	for (; *needed; needed++)
		if (!strstr(text, *needed))
			fail_msg("report.html does not hold: %s", *needed);
}

static void the_page_says_what_a_reader_needs(void **state)
{
	static const char *const needed[] = {
		"<!DOCTYPE html>",
		"<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">",
		"script-src 'sha256-",
		"<a class='skip' href='#main'>",
		"<h1>tare: default on bench-1, 2026-08-01</h1>",
		"Run <code>6d1f0c9a52b7e834</code>.",
		"AMD EPYC 7763",
		"<table class='sorts'>",
		"<th scope='col' class='n'>container</th>",
		"<th scope='row'>memory.pss</th>",
		"n = 6</small></td>",
		"<abbr title='emulated (TCG)'>†</abbr>",
		"<td class='n none' data-sort=''>skipped: no guest kernel of its own</td>",
		"<span class='verdict higher'>higher</span>",
		"<figcaption>a title &lt;b&gt; &amp; &quot;more&quot;</figcaption>",
		"Aspects in which the arms differ",
		"What PSS leaves out",
		"tare run default --seed 20260801 --blocks 6",
		NULL,
	};
	cleanup_free char *text = page_of("usual", NULL);
	cleanup_free char *ledger = page_of("ledger", NULL);
	cleanup_free char *eight = page_of("eight-arms", "gnuplot is not installed");

	(void)state;
	must_hold(text, needed);
	assert_null(strstr(text, "id='argument'"));
	assert_null(strstr(text, "<svg"));
	assert_non_null(strstr(eight, "Not drawn: gnuplot is not installed"));
	assert_non_null(strstr(eight, "Kernel panic - not syncing: VFS\n"));
	assert_non_null(strstr(ledger, "residual, block by block"));
	assert_non_null(strstr(ledger, "of memory.host_delta: within 5 %."));
}

static void the_argument_is_told_in_both_languages(void **state)
{
	static const char *const needed[] = {
		"<section id='argument'",
		"<div lang='ko'>\n<h3>요약</h3>",
		"주장 3개 가운데 지지됨 1, 반박됨 1, 불분명 1.",
		"Of 3 claims 1 are supported, 1 refuted, 1 unclear.",
		"<li value='8'><span class='verdict",
		"<span class='verdict supported'>지지됨</span> <a href='#claim-1'>",
		"<th scope='col' class='n'>Refuted by</th>",
		"<td class='none'>a control: it refutes nothing</td>",
		"<strong>측정:</strong> ",
		"<article class='claim' id='claim-1' aria-labelledby='h-claim-1'>",
		"<blockquote lang='ko'>운영체제는",
		"172 [162, 181] MiB <small>n = 6</small>",
		"&gt; 1 MiB</td>",
		"<td class='n none' data-sort=''>no value</td>",
		"&gt; 1.049e+06 B/s</td>",
		"<section id='capacity'",
		"at least 61000",
		"<span class='verdict doubles'>doubles</span>",
		"<caption>How many fit: the smaller of the resources</caption>",
		"<th scope='col'>Condition and verdict</th>",
		"<strong>이유:</strong> ",
		"<strong>Why:</strong> memory.pss is 3 [2, 4], not &gt; 5",
		NULL,
	};
	cleanup_free char *text = page_of("argument", NULL);
	const char *figure = strstr(text, "<figure id='chart-memory'>");

	(void)state;
	must_hold(text, needed);
	/* its picture stands with the first claim that needs it, once; the second links to it */
	assert_non_null(figure);
	assert_true(figure < strstr(text, "id='claim-2'"));
	assert_null(strstr(figure + 1, "<figure id='chart-memory'>"));
	assert_non_null(strstr(strstr(text, "id='claim-2'"), "Picture: <a href='#chart-memory'>"));
	assert_true(strstr(text, "<figure id='chart-boot'>") > strstr(text, "id='charts'"));
}

static json_t *evidence_of(const char *text)
{
	json_error_t e;
	json_t *list = json_loads(text, 0, &e);

	if (!list)
		fail_msg("%d: %s", e.column, e.text);
	return list;
}

/* Whatever a kind holds is shown; the last line of a kind and arm counts; foreign keys are text. */
static void evidence_is_shown_as_it_is(void **state)
{
	static const char *const needed[] = {
		"<summary>identity, arm vm, workload http, N = 1</summary>",
		"<th scope='col'>aspect</th>",
		"<td>kernel &lt;b&gt;</td>",
		"<dt>x&#39; onclick=&#39;y</dt><dd>null</dd>",
		"<caption>identity, arm vm, workload http, N = 1: table</caption>",
		"<td class='n' data-sort='7'>7</td>",
		NULL,
	};
	json_t *run = case_json(CASES, "usual", "run.json"),
	       *summary = case_json(CASES, "usual", "summary.json");
	json_t *list = evidence_of(
		"[{\"kind\":\"identity\",\"arm\":\"vm\",\"workload\":\"http\",\"instances\":1,\"data\":{\"old\":\"first\"}},"
		"{\"kind\":\"identity\",\"arm\":\"vm\",\"workload\":\"http\",\"instances\":1,\"data\":{\"x' onclick='y\":null,"
		"\"table\":[{\"aspect\":\"kernel <b>\",\"value\":7}, 3, {\"value\":[1]}],\"deep\":{\"a\":{\"b\":{\"c\":{}}}}}}, 5, {}]");
	struct error err = ERROR_INIT;
	struct view v;

	(void)state;
	assert_int_equal(view_open(&v, run, summary, &err), 0);
	v.evidence = list;
	cleanup_free char *text = html_report(&v, NULL, 0, NULL, -1);

	must_hold(text, needed);
	assert_null(strstr(text, "first</dd>"));
	view_close(&v);
	json_decref(run);
	json_decref(summary);
	json_decref(list);
}

/* Every element is closed in its order and every attribute quoted: whatever got out of its place would not be. */
static void pages_are_well_formed(void **state)
{
	static const char *const all[] = {"usual", "one-arm", "eight-arms", "quick",
		"two-workloads", "hostile", "wrong-types", "empty-summary", "ledger", "argument"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		cleanup_free char *text = page_of(all[i], NULL);
		unsigned open = 0;

		assert_null(strstr(text, "<img"));
		assert_null(strstr(text, "<script>alert"));
		assert_null(strstr(text, "\xe2\x80\xa8"));
		for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<')) {
			const char *end = strchr(p, '>');

			if (p[1] == '!')
				continue;
			if (!end || (p[1] != '/' && !(p[1] >= 'a' && p[1] <= 'z')))
				fail_msg("%s: a stray <: %.40s", all[i], p);
			open += p[1] == '/' ? -1u : end[-1] == '/' ? 0 : 1;
		}
		assert_int_equal(open, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cannot_leave_its_place),
		cmocka_unit_test(only_known_verdicts_name_a_class),
		cmocka_unit_test(a_drawing_becomes_part_of_the_page),
		cmocka_unit_test(a_title_is_said_once),
		cmocka_unit_test(what_gnuplot_never_draws_is_not_taken_in),
		cmocka_unit_test(the_page_says_what_a_reader_needs),
		cmocka_unit_test(the_argument_is_told_in_both_languages),
		cmocka_unit_test(evidence_is_shown_as_it_is),
		cmocka_unit_test(pages_are_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
