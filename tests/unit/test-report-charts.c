/* test-report-charts.c - the charts' data, titles and scripts, and what of a run reaches gnuplot. */
#include "report-case.h"

#include "json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

/* A copy of a fixture's summary without the rows of an arm, or of a metric in every arm. */
static json_t *without(const json_t *summary, const char *arm, const char *metric)
{
	json_t *copy = json_deep_copy(summary), *list = json_object_get(copy, "metrics");

	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *row = json_array_get(list, i);

		if ((arm && !strcmp(json_text_at(row, "arm", NULL), arm)) ||
			(metric && !strcmp(json_text_at(row, "metric", NULL), metric)))
			json_array_remove(list, i);
	}
	return copy;
}

static void look_without(struct fixture *f, const char *arm, const char *metric)
{
	json_t *less = without(f->summary, arm, metric);
	struct error err = ERROR_INIT;

	view_close(&f->view);
	json_decref(f->summary);
	f->summary = less;
	assert_int_equal(view_open(&f->view, f->run, less, &err), 0);
}

/* An arm that a run does not measure here takes no row and no column, and is named. */
static void what_is_not_measured_is_named_and_takes_no_room(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "usual");
	look_without(&f, "netns", NULL);
	chart_memory(&c, &f.view);
	cleanup_free char *script = chart_script(&c);
	cleanup_free char *absent = view_absent_text(&f.view);
	cleanup_free char *page = markdown_report(&f.view, NULL, 0, NULL);

	assert_int_equal(c.n_rows, 3);
	assert_string_equal(c.rows[1].name, "container");
	assert_string_equal(c.left_out, "netns");
	assert_non_null(strstr(script, "'not measured here: netns'"));
	assert_null(strstr(script, "'no data, not zero'"));
	assert_string_equal(absent, "Not measured here: netns");
	assert_non_null(strstr(page, "| metric | host | container | vm |"));
	chart_free(&c);
	fixture_close(&f);
}

/* Without a port there is no first response: the timeline ends when the workload is ready. */
static void a_timeline_without_a_port_ends_at_readiness(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "usual");
	look_without(&f, NULL, "boot.first_response");
	chart_boot(&c, &f.view);
	assert_int_equal(strncmp(c.title, "container is ready for work after ", 34), 0);
	assert_int_equal(c.n_series, 4);
	mark_is(&c, 3, 3, median(&f, 3, "boot.init"), median(&f, 3, "boot.ready"));
	assert_false(c.any_missing);
	assert_null(strstr(c.rows[3].note, "no data"));
	chart_free(&c);
	fixture_close(&f);
}

static void notes_stay_in_their_panel(void **state)
{
	char **lines = wrap_pixels("spawn 21.0 ms · kernel 270 ms · init 1.85 s", 9, 230);
	char **words = wrap_pixels("one two three four five", 9, 90);
	struct fixture f;
	struct chart c;

	(void)state;
	assert_string_equal(lines[0], "spawn 21.0 ms · kernel 270 ms");
	assert_string_equal(lines[1], "init 1.85 s");
	assert_null(lines[2]);
	for (size_t i = 0; words[i]; i++)
		assert_true(text_pixels(words[i], 9) <= 90);
	assert_non_null(words[1]);
	strv_free(lines);
	strv_free(words);
	fixture_open(&f, "usual");
	chart_boot(&c, &f.view);
	cleanup_free char *script = chart_script(&c);
	size_t whole = 0;

	/* the left one of two panels is 479 pixels wide */
	for (size_t a = 0; a < c.n_rows; a++)
		whole += text_pixels(c.rows[a].note, 9) > 479 && strstr(script, c.rows[a].note);
	assert_int_equal(c.n_panels, 2);
	assert_int_equal(whole, 0);
	assert_true(text_pixels(c.rows[3].note, 9) > 479);
	assert_non_null(strstr(script, "fontscale 1.333")); /* points, in SVG as in PNG */
	chart_free(&c);
	fixture_close(&f);
}

/* Below 6 blocks every value is a point: none may lie beyond its panel, or under the label. */
static void points_have_room(void **state)
{
	struct fixture f;
	struct chart c;
	double most = 0;
	size_t i;
	json_t *value;

	(void)state;
	fixture_open(&f, "quick");
	chart_memory(&c, &f.view);
	json_array_foreach ((json_t *)c.series[0].marks[0].points, i, value)
		most = fmax(most, json_number_value(value));
	assert_true(most > 0 && c.series[0].marks[0].most == most);
	/* one far beyond its bar widens the axis */
	cleanup_free char *before = chart_script(&c);

	for (size_t a = 0; a < c.n_rows; a++)
		c.series[0].marks[a].most *= 50;
	cleanup_free char *after = chart_script(&c);

	assert_string_not_equal(before, after);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_process_ledger_adds_up_by_layer),
		cmocka_unit_test(boot_phases_are_stacked_between_milestones),
		cmocka_unit_test(what_is_not_measured_is_named_and_takes_no_room),
		cmocka_unit_test(a_timeline_without_a_port_ends_at_readiness),
		cmocka_unit_test(notes_stay_in_their_panel),
		cmocka_unit_test(points_have_room),
		cmocka_unit_test(the_title_is_made_from_the_data),
		cmocka_unit_test(missing_is_said_and_never_zero),
		cmocka_unit_test(negative_values_go_to_the_left),
		cmocka_unit_test(path_hop_by_hop),
		cmocka_unit_test(emulated_bars_are_hatched_and_named),
		cmocka_unit_test(intervals_or_points),
		cmocka_unit_test(no_foreign_text_reaches_gnuplot_as_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
