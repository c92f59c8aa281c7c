/* test-report-text.c - foreign text in each notation, units, intervals, names cut to a width. */
#include "../../harness/report/report-internal.h"

#include "util.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_text_drops_what_a_display_obeys),
		cmocka_unit_test(gnuplot_words_stay_in_their_quotes),
		cmocka_unit_test(markdown_shows_what_is_there),
		cmocka_unit_test(units_are_scaled_for_the_eye),
		cmocka_unit_test(intervals_share_the_scale_of_their_median),
		cmocka_unit_test(long_names_keep_both_ends),
		cmocka_unit_test(the_largest_gap_splits_small_from_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
