/* test-report.c - the report: foreign text, units, the charts' data and scripts, Markdown, the table, gnuplot's
 * failures. `test-report --draw CASE DIR` draws one fixture into DIR, for tests/system/test-charts.sh. */
#include "../../harness/report/report-internal.h"

#include "cases.h"
#include "report.h"
#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define CASES "tests/cases/report"
static const char *const all_cases[] = {"usual", "one-arm", "eight-arms", "quick", "two-workloads",
	"hostile", "wrong-types", "empty-summary", "ledger", "argument"};

struct fixture {
	json_t *run, *summary;
	struct view view;
};

static void fixture_open(struct fixture *f, const char *name)
{
	struct error err = ERROR_INIT;

	f->run = case_json(CASES, name, "run.json");
	f->summary = case_json(CASES, name, "summary.json");
	if (view_open(&f->view, f->run, f->summary, &err))
		fail_msg("%s: %s", name, err.text);
}

static void fixture_close(struct fixture *f)
{
	view_close(&f->view);
	json_decref(f->run);
	json_decref(f->summary);
}

/* ---- text ---- */

static void clean_text_drops_what_a_display_obeys(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain é 한", "plain é 한"},
		{"a\nb\tc\rd", "a b c d"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"\x1b]0;title\x07", "0;title"},
		{"a\x01\x7f", "a"},
		{"\xc2\x9b"
		 "31m",
			"31m"},
		{"x\xe2\x80\xae"
		 "y",
			"xy"},
		{"bad \xff\xc3", "bad \xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xef\xbf\xbf", ""},
		{"\x1b", ""},
		{"\x1b[", ""},
		{NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *got = clean_text(rows[i].in);

		assert_string_equal(got, rows[i].out);
	}
}

static void gnuplot_words_stay_in_their_quotes(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"vm", "'vm'"},
		{"it's", "'it''s'"},
		{"`id`", "'`id`'"},
		{"'; system('id'); '", "'''; system(''id''); '''"},
		{"a\n!id", "'a !id'"},
		{"\\", "'\\'"},
		{"", "''"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *got = gnuplot_quote(rows[i].in);

		assert_string_equal(got, rows[i].out);
	}
}

static void markdown_shows_what_is_there(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"a|b", "a\\|b"},
		{"<script>&", "&lt;script&gt;&amp;"},
		{"`x` *y* _z_", "\\`x\\` \\*y\\* \\_z\\_"},
		{"![a](b)\n# c", "\\!\\[a\\](b) \\# c"},
		{"back\\|slash", "back\\\\\\|slash"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *got = markdown_text(rows[i].in);

		assert_string_equal(got, rows[i].out);
	}
}

static void units_are_scaled_for_the_eye(void **state)
{
	static const struct {
		double value;
		const char *unit, *out;
	} rows[] = {
		{0, "B", "0 B"},
		{1023, "B", "1023 B"},
		{1024, "B", "1 KiB"},
		{1536, "B", "1.50 KiB"},
		{159383552, "B", "152 MiB"},
		{-1048576, "B", "-1 MiB"},
		{0, "s", "0 s"},
		{0.0000131, "s", "13.1 µs"},
		{0.00506, "s", "5.06 ms"},
		{4.216, "s", "4.22 s"},
		{1.62e9, "bit/s", "1.62 Gbit/s"},
		{64, "1", "64"},
		{2.5, "1", "2.50"},
		{9100, "1/s", "9.10 k/s"},
		{0.61, "s/GiB", "610 ms/GiB"},
		{1e300, "s", "1e+300 s"},
		{3, "`id`", "3 (unknown unit)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *got = value_text(rows[i].value, rows[i].unit);

		assert_string_equal(got, rows[i].out);
	}
}

static void intervals_share_the_scale_of_their_median(void **state)
{
	cleanup_free char *plain = interval_text(1048576, 1e6, 2097152, "B", false);
	cleanup_free char *none = interval_text(1048576, (double)NAN, (double)NAN, "B", true);
	cleanup_free char *exact = interval_text(64, 64, 64, "1", false);
	cleanup_free char *zero = interval_text(0, -1048576, 2097152, "B", true);
	cleanup_free char *small = ratio_text(0.0412);
	cleanup_free char *large = ratio_text(41.23);

	(void)state;
	assert_string_equal(plain, "1 [0.954, 2] MiB");
	assert_string_equal(none, "+1 MiB");
	assert_string_equal(exact, "64");
	assert_string_equal(zero, "0 [-1, 2] MiB");
	assert_string_equal(small, "0.0412×");
	assert_string_equal(large, "41.2×");
}

static void long_names_keep_both_ends(void **state)
{
	cleanup_free char *middle = shorten("container-without-seccomp", 11);
	cleanup_free char *end = cut_text("container-without-seccomp", 11);
	cleanup_free char *whole = shorten("vm", 2);

	(void)state;
	assert_string_equal(middle, "conta…ccomp");
	assert_string_equal(end, "container-…");
	assert_string_equal(whole, "vm");
}

static void the_largest_gap_splits_small_from_large(void **state)
{
	double far[] = {4.2, 0.004, 0.0016, 0.0014}, near[] = {1, 2, 4, 8}, zero[] = {0, 0, 5};

	(void)state;
	assert_float_equal(scale_gap(far, 4, 6), 0.004, 0);
	assert_float_equal(scale_gap(near, 4, 6), 0, 0);
	assert_float_equal(scale_gap(zero, 3, 6), 0, 0);
}

/* ---- charts ---- */

static void mark_is(const struct chart *c, size_t series, size_t row, double start, double end)
{
	const struct mark *m = &c->series[series].marks[row];

	if (m->status != CELL_OK || fabs(m->start - start) > 1e-9 || fabs(m->end - end) > 1e-9)
		fail_msg(
			"%s: series %zu row %zu: status %d, %.12g to %.12g, expected %.12g to %.12g",
			c->name, series, row, (int)m->status, m->start, m->end, start, end);
}

static void the_process_ledger_adds_up_by_layer(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "usual");
	chart_processes(&c, &f.view);
	assert_string_equal(
		c.title, "One workload in vm is 49 processes and kernel threads, in container 3");
	mark_is(&c, 0, 0, 0, 1); /* host: the workload and the agent beside it */
	mark_is(&c, 1, 0, 1, 2);
	mark_is(&c, 0, 3, 0, 1); /* vm: workload, QEMU, guest OS, threads apart */
	mark_is(&c, 2, 3, 1, 2);
	mark_is(&c, 3, 3, 2, 49);
	mark_is(&c, 5, 3, 49, 53);
	assert_int_equal(c.series[1].marks[3].status, CELL_ABSENT);
	assert_string_equal(c.series[5].marks[3].label, "49, and 4 threads");
	assert_int_equal(c.n_panels, 2);
	chart_free(&c);
	fixture_close(&f);
}

static double median(const struct fixture *f, size_t arm, const char *metric)
{
	return view_cell(&f->view, arm, metric).median;
}

static void boot_phases_are_stacked_between_milestones(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "usual");
	chart_boot(&c, &f.view);
	mark_is(&c, 0, 3, 0, median(&f, 3, "boot.spawn"));
	mark_is(&c, 1, 3, median(&f, 3, "boot.spawn"), median(&f, 3, "boot.kernel"));
	mark_is(&c, 2, 3, median(&f, 3, "boot.kernel"), median(&f, 3, "boot.init"));
	mark_is(&c, 4, 3, median(&f, 3, "boot.ready"), median(&f, 3, "boot.first_response"));
	assert_true(c.series[4].marks[3].emulated);
	/* no guest kernel in a container: that phase is passed over, not drawn as missing or zero */
	assert_int_equal(c.series[1].marks[2].status, CELL_ABSENT);
	mark_is(&c, 2, 2, median(&f, 2, "boot.spawn"), median(&f, 2, "boot.init"));
	assert_non_null(strstr(c.rows[2].note, "before the clock: prepare"));
	chart_free(&c);
	fixture_close(&f);
}

static void the_title_is_made_from_the_data(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "usual");
	double ratio = view_pss_held(&f.view, 3) / median(&f, 2, "memory.pss");
	cleanup_free char *text = ratio_text(ratio);
	cleanup_free char *expected = xasprintf(
		"vm holds %s the memory of container running the same workload (PSS, without translation buffer)",
		text);

	assert_true(view_pss_held(&f.view, 3) < median(&f, 3, "memory.pss"));
	chart_memory(&c, &f.view);
	assert_string_equal(c.title, expected);
	assert_int_equal(c.series[4].marks[3].status, CELL_OK);
	assert_true(c.series[4].marks[3].end == c.series[0].marks[3].end);
	assert_int_equal(strncmp(c.rows[3].extra, "tare +", 6), 0);
	chart_free(&c);
	fixture_close(&f);
}

static void missing_is_said_and_never_zero(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "eight-arms");
	chart_memory(&c, &f.view);
	cleanup_free char *data = chart_data(&c);
	cleanup_free char *script = chart_script(&c);

	assert_non_null(strstr(data, "\n7 NaN NaN NaN NaN 0\n"));
	assert_null(strstr(data, "\n7 0 "));
	assert_true(c.any_missing);
	assert_non_null(strstr(script, "'PSS: no data: docker: connect to"));
	assert_non_null(strstr(script, "no data, not zero"));
	chart_free(&c);
	fixture_close(&f);
}

/* A difference may be negative: it is drawn to the left, behind a line at zero, not left out. */
static void negative_values_go_to_the_left(void **state)
{
	struct fixture f;
	struct chart c;
	json_t *row;
	size_t i;

	(void)state;
	fixture_open(&f, "one-arm");
	json_array_foreach (json_object_get(f.summary, "metrics"), i, row)
		if (strcmp(json_text_at(row, "metric", NULL), "memory.host_delta") == 0) {
			json_object_set_new(row, "median", json_real(-2097152));
			json_object_set_new(row, "lo", json_real(-4194304));
			json_object_set_new(row, "hi", json_real(-1048576));
		}
	chart_memory(&c, &f.view);
	cleanup_free char *script = chart_script(&c);

	assert_non_null(strstr(script, "set xrange [-4.2:"));
	assert_non_null(strstr(script, "from first 0,graph 0 to first 0,graph 1 nohead"));
	assert_non_null(strstr(script, "'host -2 MiB' at first 0,"));
	chart_free(&c);
	fixture_close(&f);
}

/* A round trip in its two parts, and below each arm what proves its way. */
static void path_hop_by_hop(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "usual");
	assert_false(path_any(&f.view));
	fixture_close(&f);
	fixture_open(&f, "path");
	assert_true(path_any(&f.view));
	cleanup_free char *page = markdown_report(&f.view, NULL, 0, NULL);

	assert_non_null(strstr(page, "- **Paths**: the network paths are an analogue of VMware's"));
	chart_path(&c, &f.view);
	assert_true(c.series[0].marks[2].start == 0 && c.series[0].marks[2].end == 230e-6);
	assert_true(c.series[1].marks[2].start == 230e-6 && c.series[1].marks[2].end == 480e-6);
	assert_string_equal(c.series[1].marks[2].label, "480 µs");
	assert_string_equal(c.rows[2].note,
		"path pair: 5 links; the bridge has learnt both MAC addresses, 0 packets passed the host's forward hook");
	assert_string_equal(
		c.rows[1].note, "path nat: 5 links; source rewritten, TTL lowered by 1");
	assert_string_equal(c.title,
		"vmnet1-vmxnet3 has the longest way: 480 µs there and back (emulated CPU), 48 % of it up to the bridge");
	chart_free(&c);
	fixture_close(&f);
}

static void emulated_bars_are_hatched_and_named(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "usual");
	for (const struct chart_kind *k = chart_kinds; k->name; k++) {
		struct chart c;

		if (k->worth && !k->worth(&f.view))
			continue;
		k->make(&c, &f.view);
		cleanup_free char *script = chart_script(&c);

		/* counts hold under emulation: those bars are plain, the arm is named */
		assert_int_equal(!!strstr(script, "boxxyerror fs pattern 4"),
			!c.script && strcmp(k->name, "processes") != 0);
		assert_non_null(strstr(script, c.script ? "emulated (TCG)" : "'emulated (TCG)'"));
		assert_non_null(strstr(script, "accelerator: TCG (emulated)"));
		chart_free(&c);
	}
	fixture_close(&f);
}

static void intervals_or_points(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "quick");
	chart_memory(&c, &f.view);
	cleanup_free char *few = chart_script(&c);

	assert_null(strstr(few, "xerrorbars"));
	assert_non_null(strstr(few, "with points pt 7 ps 0.55"));
	assert_non_null(strstr(few, "n = 1, medians; too few for intervals"));
	chart_free(&c);
	fixture_close(&f);
	fixture_open(&f, "usual");
	chart_memory(&c, &f.view);
	cleanup_free char *many = chart_script(&c);

	assert_non_null(strstr(many, "xerrorbars"));
	assert_null(strstr(many, "with points pt 7 ps 0.55"));
	assert_non_null(
		strstr(many, "n = 6, medians; whiskers: exact 96.9 % order-statistic intervals"));
	chart_free(&c);
	fixture_close(&f);
}

/* What gnuplot would interpret: the script without its quoted words and comments. */
static char *bare_script(const char *script)
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

static void no_foreign_text_reaches_gnuplot_as_code(void **state)
{
	static const char *const forbidden[] = {
		"PWNED", "touch", "`", "\"", "system", "@", "print ", "$(", "Bold x"};
	struct fixture f;

	(void)state;
	fixture_open(&f, "hostile");
	for (const struct chart_kind *k = chart_kinds; k->name; k++) {
		struct chart c;

		k->make(&c, &f.view);
		cleanup_free char *script = chart_script(&c);
		cleanup_free char *data = chart_data(&c);
		cleanup_free char *bare = bare_script(script);

		assert_non_null(strstr(script, "`touch"));
		for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++)
			if (strstr(bare, forbidden[i]))
				fail_msg("%s.gp: %s outside of quotes", k->name, forbidden[i]);
		for (const char *p = script; *p; p++)
			assert_true(*p == '\n' || (unsigned char)*p >= ' ');
		for (char *save = NULL, *line = strtok_r(data, "\n", &save); line;
			line = strtok_r(NULL, "\n", &save))
			if (line[0] != '#' && strspn(line, "0123456789.eE+-Na ") != strlen(line))
				fail_msg("%s.dat: %s", k->name, line);
		chart_free(&c);
	}
	fixture_close(&f);
}

/* ---- Markdown and the table ---- */

/* Unescaped bars of a line: its table columns. */
static size_t bars(const char *line, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (line[i] == '\\')
			i++;
		else if (line[i] == '|')
			n++;
	return n;
}

static void check_markdown(const char *name, const char *text)
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

/* One claim that is refuted, its words not to be trusted, and a row of each resource. */
static void put_argument(json_t *summary)
{
	static const char claims[] =
		"[{\"id\":\"x`id`\",\"number\":8,\"quote\":{\"ko\":\"배로 늘어남\",\"en\":\"it | doubles\\u001b[31m\"},"
		"\"measurement\":{\"ko\":\"잰 것\",\"en\":\"<b>what</b>\"},\"verdict\":\"refuted\",\"reason\":\"it is 1.5, not >= 1.8\","
		"\"expression\":\"e\",\"unit\":\"1\",\"value\":1.5,\"lo\":1.4,\"hi\":1.6,\"coverage\":0.9,\"n\":10,\"op\":\">=\",\"threshold\":1.8,"
		"\"conditions\":[{\"text\":{\"ko\":\"조건\",\"en\":\"a condition\"},\"control\":false,\"expression\":\"doubling(m; a, w)\","
		"\"unit\":\"1\",\"value\":1.5,\"lo\":1.4,\"hi\":1.6,\"n\":10,\"op\":\">=\",\"threshold\":1.8,\"verdict\":\"refuted\",\"reason\":\"r\"}],"
		"\"picture\":\"boot\",\"footnotes\":[{\"ko\":\"각주\",\"en\":\"a footnote\"}]}]";
	static const char capacity[] =
		"[{\"resource\":\"memory\",\"unit\":\"B\",\"arm\":\"vm\",\"workload\":\"http\",\"each\":104857600,\"each_lo\":94371840,"
		"\"each_hi\":115343360,\"fixed\":0,\"available\":10737418240,\"fit\":102,\"fit_lo\":93,\"fit_hi\":113,\"per_gib\":10.24,"
		"\"per_gib_lo\":9.3,\"per_gib_hi\":11.4,\"reason\":null,\"note\":\"less memory.emulator_code\"},"
		"{\"resource\":\"memory\",\"unit\":\"B\",\"arm\":\"host\",\"workload\":\"http\",\"each\":1048576,\"each_lo\":-1,"
		"\"each_hi\":2097152,\"available\":10737418240,\"fit\":10240,\"fit_lo\":5120,\"fit_hi\":null,\"reason\":\"no upper bound\",\"note\":null}]";

	json_object_set_new(summary, "claims", json_loads(claims, 0, NULL));
	json_object_set_new(summary, "capacity", json_loads(capacity, 0, NULL));
	assert_int_equal(json_array_size(json_object_get(summary, "claims")), 1);
	assert_int_equal(json_array_size(json_object_get(summary, "capacity")), 2);
}

static void the_argument_is_told_claim_by_claim(void **state)
{
	static const char *const needed[] = {
		"## The argument",
		"주장 1개: 지지됨 0, 반박됨 1, 불분명 0",
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
		"| 10 GiB | 10240, at least 5120 |",
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

/* ---- damaged input ---- */

static void make_all(const json_t *run, const json_t *summary)
{
	static unsigned times;
	struct error err = ERROR_INIT;
	struct view v;

	if (view_open(&v, run, summary, &err)) {
		assert_int_equal(err.code, EXIT_USAGE);
		return;
	}
	for (const struct chart_kind *k = chart_kinds; k->name; k++) {
		struct chart c;

		k->make(&c, &v);
		cleanup_free char *script = chart_script(&c);
		cleanup_free char *data = chart_data(&c);
		cleanup_free char *bare = bare_script(script);

		assert_non_null(c.title);
		assert_true(*data == '#' && *bare);
		assert_null(strstr(bare, " nan"));
		assert_null(strstr(bare, "inf,"));
		chart_free(&c);
	}
	if (times++ % 5 == 0) /* it is long; 7 changes of a key: each is met by some key */
		free(html_report(&v, NULL, 0, NULL, -1));
	cleanup_free char *text = markdown_report(&v, NULL, 0, NULL);

	check_markdown("damaged", text);
	view_close(&v);
}

static json_t *wrong_value(int kind)
{
	switch (kind) {
	case 0:
		return json_null();
	case 1:
		return json_integer(-7);
	case 2:
		return json_string("'`id`\n");
	case 3:
		return json_array();
	case 4:
		return json_object();
	default:
		return json_real(1e308);
	}
}
#define WRONG_VALUES 6

static void damage_object(const json_t *run, const json_t *summary, json_t *object)
{
	json_t *keys = json_object(), *value;
	const char *key;

	json_object_update(keys, object);
	json_object_foreach (keys, key, value) {
		for (int kind = 0; kind < WRONG_VALUES; kind++) {
			json_object_set_new(object, key, wrong_value(kind));
			make_all(run, summary);
		}
		json_object_del(object, key);
		make_all(run, summary);
		json_object_set(object, key, value);
	}
	json_decref(keys);
}

static void wrong_types_anywhere_are_survived(void **state)
{
	struct fixture f;
	const char *name;
	json_t *arm;

	(void)state;
	fixture_open(&f, "usual");
	damage_object(f.run, f.summary, f.run);
	damage_object(f.run, f.summary, f.summary);
	damage_object(f.run, f.summary, json_object_get(f.run, "host"));
	json_object_foreach (json_object_get(f.run, "arms"), name, arm)
		damage_object(f.run, f.summary, arm);
	damage_object(f.run, f.summary, json_array_get(json_object_get(f.summary, "metrics"), 0));
	damage_object(
		f.run, f.summary, json_array_get(json_object_get(f.summary, "comparisons"), 0));
	put_argument(f.summary);
	arm = json_array_get(json_object_get(f.summary, "claims"), 0);
	damage_object(f.run, f.summary, arm);
	damage_object(f.run, f.summary, json_array_get(json_object_get(arm, "conditions"), 0));
	damage_object(f.run, f.summary, json_array_get(json_object_get(f.summary, "capacity"), 0));
	fixture_close(&f);
	fixture_open(&f, "argument");
	json_t *claim = json_array_get(json_object_get(f.summary, "claims"), 0);

	damage_object(f.run, f.summary, claim);
	damage_object(f.run, f.summary, json_array_get(json_object_get(claim, "conditions"), 0));
	fixture_close(&f);
	for (size_t i = 0; i < ARRAY_SIZE(all_cases); i++) {
		fixture_open(&f, all_cases[i]);
		make_all(f.run, f.summary);
		fixture_close(&f);
	}
}

static void a_run_without_arms_is_refused(void **state)
{
	json_t *run = json_pack("{s:{}}", "arms"), *summary = json_object();
	struct error err = ERROR_INIT;
	char *missing = NULL;

	(void)state;
	assert_int_equal(report_write(AT_FDCWD, run, summary, &missing, &err), -1);
	assert_string_equal(
		err.text, "run.json: arms: got none, expected an object with at least one arm");
	assert_int_equal(err.code, EXIT_USAGE);
	json_decref(run);
	json_decref(summary);
}

/* ---- gnuplot ---- */

struct place {
	char path[32];
	int fd;
	char *old_path;
};

/* A folder, and a PATH that holds only what gnuplot (a script, NULL = none) says. */
static void place_make(struct place *p, const char *gnuplot)
{
	strcpy(p->path, "/tmp/tare-report-XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(p->fd, "bin", 0755), 0);
	if (gnuplot) {
		int fd = openat(p->fd, "bin/gnuplot", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

		assert_int_equal(write_all(fd, gnuplot, strlen(gnuplot)), 0);
		close(fd);
	}
	p->old_path = xstrdup(getenv("PATH"));
	cleanup_free char *bin = xasprintf("%s/bin", p->path);

	setenv("PATH", bin, 1);
}

static void place_remove(struct place *p)
{
	setenv("PATH", p->old_path, 1);
	free(p->old_path);
	close(p->fd);
	remove_tree_at(AT_FDCWD, p->path);
}

static int draw(int fd, const char *name, char **missing, struct error *err)
{
	json_t *run = case_json(CASES, name, "run.json"),
	       *summary = case_json(CASES, name, "summary.json");
	int rc = report_write(fd, run, summary, missing, err);

	json_decref(run);
	json_decref(summary);
	return rc;
}

static bool exists(const struct place *p, const char *name)
{
	return faccessat(p->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void without_gnuplot_scripts_and_words_remain(void **state)
{
	struct place p;
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;

	(void)state;
	place_make(&p, NULL);
	assert_int_equal(mkdirat(p.fd, "charts", 0755), 0);
	close(openat(p.fd, "charts/boot.png", O_WRONLY | O_CREAT, 0644));
	assert_int_equal(draw(p.fd, "usual", &missing, &err), 0);
	assert_string_equal(missing,
		"gnuplot is not installed; install gnuplot-nox and run `tare report` again");
	assert_true(exists(&p, "charts/network.gp") && exists(&p, "charts/network.dat"));
	assert_false(exists(&p, "charts/boot.png")); /* a picture of an older script */
	cleanup_free char *text = read_file_at(p.fd, "report.md", 1 << 20, NULL);

	assert_non_null(strstr(text, "Not drawn: gnuplot is not installed"));
	assert_null(strstr(text, ".png"));
	place_remove(&p);
}

static void gnuplot_failures_are_named(void **state)
{
	static const struct {
		const char *gnuplot, *text;
	} rows[] = {
		{"#!/bin/sh\necho '\"boot.gp\" line 1: warning: w' >&2; echo 'plot x' >&2; echo '     ^' >&2\necho '\"boot.gp\" line 3: bad \033[31m' >&2\n"
		 ": >${4%.gp}.svg.part\nexit 1\n",
			"charts/boot.gp: gnuplot failed (exit code 1): \"boot.gp\" line 3: bad \\x1B[31m"},
		{"#!/bin/sh\nexit 0\n", "charts/boot.svg: gnuplot ended well but wrote nothing"},
		{"#!/bin/sh\n: >${4%.gp}.svg.part; echo x >${4%.gp}.png.part\n",
			"charts/boot.svg: gnuplot ended well but wrote nothing"},
		{"#!/bin/sh\nkill -9 $$\n",
			"charts/boot.gp: gnuplot failed (signal 9): no message"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct place p;
		struct error err = ERROR_INIT;
		cleanup_free char *missing = NULL;

		place_make(&p, rows[i].gnuplot);
		assert_int_equal(draw(p.fd, "one-arm", &missing, &err), -1);
		assert_string_equal(err.text, rows[i].text);
		assert_int_equal(err.code, EXIT_INTERNAL);
		assert_false(exists(&p, "charts/boot.svg") || exists(&p, "charts/boot.svg.part"));
		assert_false(exists(&p, "charts/boot.png") || exists(&p, "charts/boot.png.part"));
		assert_true(exists(&p, "report.md"));
		place_remove(&p);
	}
}

static void a_flood_on_stderr_does_not_block(void **state)
{
	struct place p;
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;
	char all[64];

	(void)state;
	/* a megabyte, by the shell alone: PATH holds nothing else */
	place_make(&p,
		"#!/bin/sh\ni=0; while [ $i -lt 16384 ]; do echo 0123456789012345678901234567890123456789012345678901234567890 >&2;"
		" i=$((i+1)); done\nexit 3\n");
	assert_int_equal(draw(p.fd, "one-arm", &missing, &err), -1);
	snprintf(all, sizeof(all), "charts/boot.gp: gnuplot failed (exit code 3)");
	assert_memory_equal(err.text, all, strlen(all));
	place_remove(&p);
}

static void charts_as_a_link_are_refused(void **state)
{
	struct place p;
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;

	(void)state;
	place_make(&p, NULL);
	assert_int_equal(mkdirat(p.fd, "elsewhere", 0755), 0);
	assert_int_equal(symlinkat("elsewhere", p.fd, "charts"), 0);
	assert_int_equal(draw(p.fd, "usual", &missing, &err), -1);
	assert_memory_equal(err.text, "charts: cannot be opened", 24);
	assert_false(exists(&p, "elsewhere/boot.gp"));
	place_remove(&p);
}

static int draw_case(const char *name, const char *folder)
{
	struct error err = ERROR_INIT;
	cleanup_free char *missing = NULL;
	cleanup_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *path = xasprintf(CASES "/%s/evidence.jsonl", name);
	cleanup_free char *evidence = read_file_at(AT_FDCWD, path, 1 << 20, NULL);
	int rc = evidence ? replace_file_at(fd, "evidence.jsonl", evidence, strlen(evidence), &err)
			  : 0;

	rc = rc ? rc : draw(fd, name, &missing, &err);
	if (rc || missing)
		fprintf(stderr, "%s\n", rc ? err.text : missing);
	return rc ? 1 : missing ? 5 : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_text_drops_what_a_display_obeys),
		cmocka_unit_test(gnuplot_words_stay_in_their_quotes),
		cmocka_unit_test(markdown_shows_what_is_there),
		cmocka_unit_test(units_are_scaled_for_the_eye),
		cmocka_unit_test(intervals_share_the_scale_of_their_median),
		cmocka_unit_test(long_names_keep_both_ends),
		cmocka_unit_test(the_largest_gap_splits_small_from_large),
		cmocka_unit_test(the_process_ledger_adds_up_by_layer),
		cmocka_unit_test(boot_phases_are_stacked_between_milestones),
		cmocka_unit_test(the_title_is_made_from_the_data),
		cmocka_unit_test(missing_is_said_and_never_zero),
		cmocka_unit_test(negative_values_go_to_the_left),
		cmocka_unit_test(path_hop_by_hop),
		cmocka_unit_test(emulated_bars_are_hatched_and_named),
		cmocka_unit_test(intervals_or_points),
		cmocka_unit_test(no_foreign_text_reaches_gnuplot_as_code),
		cmocka_unit_test(markdown_is_sound_for_every_fixture),
		cmocka_unit_test(ledger_is_judged_by_what_formed_no_part),
		cmocka_unit_test(report_says_what_a_reader_needs),
		cmocka_unit_test(each_base_has_its_own_table),
		cmocka_unit_test(emulated_slopes_are_marked),
		cmocka_unit_test(the_argument_is_told_claim_by_claim),
		cmocka_unit_test(the_table_ends_with_the_argument),
		cmocka_unit_test(the_table_fits_the_width),
		cmocka_unit_test(colour_only_if_asked_and_only_ours),
		cmocka_unit_test(wrong_types_anywhere_are_survived),
		cmocka_unit_test(a_run_without_arms_is_refused),
		cmocka_unit_test(without_gnuplot_scripts_and_words_remain),
		cmocka_unit_test(gnuplot_failures_are_named),
		cmocka_unit_test(a_flood_on_stderr_does_not_block),
		cmocka_unit_test(charts_as_a_link_are_refused),
	};
	struct error err = ERROR_INIT;

	if (interrupt_init(&err))
		return 1;
	if (argc == 4 && strcmp(argv[1], "--draw") == 0)
		return draw_case(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
