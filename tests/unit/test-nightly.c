/* test-nightly.c - the order of a night's exit codes, what of the doctor's findings a plan needs, the verdict of a second
 * measurement against a level, the night as Markdown and JUnit, lines that are read with a history but not written. */
#include "json.h"
#include "nightly.h"
#include "plan.h"
#include "util.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_order(void **state)
{
	/* as results/README.md and the help have it */
	static const int stated[] = {143, 130, 3, 1, 2, 5, 9, 7, 6, 8, 4, 75, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stated); i++) {
		assert_int_equal(nightly_order[i], stated[i]);
		for (size_t k = i; k < ARRAY_SIZE(stated); k++) {
			assert_int_equal(nightly_graver(stated[i], stated[k]), stated[i]);
			assert_int_equal(nightly_graver(stated[k], stated[i]), stated[i]);
		}
		assert_string_not_equal(nightly_words(stated[i]), "unknown");
	}
	assert_int_equal(nightly_graver(EXIT_FINE, 99), 99);
	assert_string_equal(nightly_words(99), "unknown");
}

static struct plan *plan_with(const char *arms)
{
	cleanup_free char *text = xasprintf(
		"{\"schema\": \"tare/plan/1\", \"arms\": [%s], \"workloads\": [\"idle\"], \"base\": \"host\"}",
		arms);
	struct error err = ERROR_INIT;
	struct plan *p = plan_parse(text, strlen(text), "p", NULL, &err);

	if (!p)
		fail_msg("%s", err.text);
	return p;
}

static void test_needs(void **state)
{
	struct plan *bare = plan_with("\"host\""), *guests = plan_with("\"host\", \"vm\"");

	(void)state;
	assert_true(nightly_needs(bare, "root"));
	assert_true(nightly_needs(bare, "cgroups"));
	assert_true(nightly_needs(bare, "a check of tomorrow"));
	assert_false(nightly_needs(bare, "gnuplot"));
	assert_true(nightly_needs(bare, "platform host"));
	assert_false(nightly_needs(bare, "platform docker"));
	assert_false(nightly_needs(bare, "platform vm"));
	assert_false(nightly_needs(bare, "tun"));
	assert_false(nightly_needs(bare, "accelerator"));
	assert_true(nightly_needs(guests, "platform vm"));
	assert_true(nightly_needs(guests, "tun"));
	assert_true(nightly_needs(guests, "guest kernel"));
	plan_free(bare);
	plan_free(guests);
}

static void test_verdict(void **state)
{
	const struct level l = {.median = 100, .spread = 2, .reach = 5, .n = 9};

	(void)state;
	assert_int_equal(nightly_verdict(&l, 106, 120), VERDICT_HIGHER);
	assert_int_equal(nightly_verdict(&l, 104, 120), VERDICT_UNCLEAR);
	assert_int_equal(nightly_verdict(&l, 96, 104), VERDICT_SAME);
	assert_int_equal(nightly_verdict(&l, 80, 94), VERDICT_LOWER);
	assert_int_equal(nightly_verdict(&l, NAN, NAN), VERDICT_UNCLEAR);
}

static json_t *night_with(const char *state, int code, const char *foreign)
{
	json_t *night = json_pack(
		"{s:s, s:s, s:[{s:s, s:i, s:s}, {s:s, s:i, s:s}], s:{s:[{s:s, s:s, s:f, s:s, s:{s:s}}]}, s:s, s:i}",
		"schema", "tare/nightly/1", "plan", foreign, "steps", "step", "run", "code", 0,
		"text", "fine", "step", "publish", "code", 75, "text", foreign, "history",
		"findings", "series", foreign, "state", state, "change", 0.5, "cause", foreign,
		"since", "started", "2026-11-23T00:00:00Z", "verdict", foreign, "code", code);

	assert_non_null(night);
	return night;
}

static char *written(void (*write)(FILE *, const json_t *), json_t *night)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(out, night);
	fclose(out);
	json_decref(night);
	return text;
}

#define HOSTILE "<b>&\"x\" | `y`\x1b[31m\nz"

static void test_junit(void **state)
{
	cleanup_free char *alarm = written(nightly_junit, night_with("alarm", 3, HOSTILE));
	cleanup_free char *candidate = written(nightly_junit, night_with("candidate", 0, "s"));
	cleanup_free char *calm = written(nightly_junit, night_with("worse", 0, "s"));

	(void)state;
	assert_non_null(strstr(alarm, "tests=\"4\" failures=\"2\" errors=\"1\" skipped=\"0\""));
	assert_non_null(strstr(alarm, "+50.0 %, since 2026-11-23; "));
	assert_null(strstr(alarm, "<b>"));
	assert_null(strchr(alarm, '\x1b'));
	assert_non_null(strstr(candidate, "tests=\"4\" failures=\"0\" errors=\"1\" skipped=\"1\""));
	assert_non_null(strstr(calm, "tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"0\""));
}

/* A slow hour of the host looks the same when only later nights are held against earlier ones. */
static void test_by_level_is_told(void **state)
{
	json_t *night = night_with("alarm", 3, "s"), *other = night_with("missing", 0, "s");
	cleanup_free char *level = NULL, *earlier = NULL;

	(void)state;
	json_object_set_new(night, "confirmed", json_pack("[{s:s}]", "held_against", "level"));
	json_object_set_new(other, "confirmed", json_pack("[{s:s}]", "held_against", "earlier"));
	json_object_set_new(json_object_get(other, "history"), "clocks",
		json_pack("[{s:s, s:s, s:s}]", "run", "0123456789abcdef", "started",
			"2036-01-01T00:00:00Z", "what", "dated in the future"));
	level = written(nightly_markdown, night);
	earlier = written(nightly_markdown, other);
	assert_non_null(strstr(level,
		"\nmeasured again against the nights' level; a slow hour is not told apart.\n"));
	assert_null(strstr(level, "**clock**"));
	assert_null(strstr(earlier, "slow hour"));
	assert_non_null(strstr(earlier, "**missing**: s: "));
	assert_non_null(strstr(earlier,
		"**clock**: run 0123456789abcdef of 2036-01-01T00:00:00Z: dated in the future\n"));
}

static void test_markdown(void **state)
{
	cleanup_free char *alarm = written(nightly_markdown, night_with("alarm", 3, HOSTILE));
	cleanup_free char *calm = written(nightly_markdown, night_with("worse", 0, "s"));

	(void)state;
	assert_non_null(strstr(alarm, "(exit code 3)"));
	assert_non_null(strstr(alarm, "| publish (!) | "));
	assert_non_null(strstr(alarm, "**alarm**: "));
	assert_null(strstr(alarm, "<b>"));
	assert_null(strstr(alarm, "x\" | "));
	assert_null(strchr(alarm, '\x1b'));
	assert_non_null(strstr(calm, "| run | fine |"));
	assert_null(strstr(calm, "**"));
}

/* ---- lines with a history ---- */

static json_t *line_of(const char *id)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:n, s:i, s:[s], s:{s:f, s:f}, s:[], s:{s:s}, s:[{s:s, s:s, s:i, s:{s:f}}], s:[]}",
		"schema", HISTORY_SCHEMA, "kind", "run", "id", id, "started",
		"2026-11-23T00:00:00Z", "plan", "p", "fingerprint", "h", "valid", 1, "why",
		"blocks", 6, "primary", "boot.ready", "margins", "time", 0.05, "memory", 0.03,
		"emulated", "environment", "kernel", "6.1", "cells", "arm", "host", "workload", "w",
		"instances", 1, "values", "boot.ready", 0.01, "ratios");
}

static void read_with(const char *path, const json_t *lines, size_t nights)
{
	cleanup_history struct history h = {0};
	struct error err = ERROR_INIT;

	if (history_read_with(path, lines, &h, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(h.n_nights, nights);
}

static void test_lines_are_read_not_written(void **state)
{
	char path[] = "/tmp/tare-unit-nightly-XXXXXX";
	cleanup_close int fd = mkstemp(path);
	cleanup_json json_t *lines = json_pack("[o]", line_of("00000000000000a1"));
	cleanup_json json_t *first = line_of("00000000000000a0");
	cleanup_free char *text = json_dumps(first, JSON_COMPACT), *after = NULL;
	struct error err = ERROR_INIT;
	cleanup_history struct history h = {0};

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	read_with(path, lines, 1); /* there is no file yet, and there is none after it */
	assert_int_equal(access(path, F_OK), -1);
	/* an end of line that is missing, then a torn line behind it */
	assert_int_equal(replace_file_at(AT_FDCWD, path, text, strlen(text), &err), 0);
	read_with(path, lines, 2);
	after = xasprintf("%s\n{\"schema\":\"ta", text);
	assert_int_equal(replace_file_at(AT_FDCWD, path, after, strlen(after), &err), 0);
	read_with(path, lines, 2);
	free(after);
	after = read_file_at(AT_FDCWD, path, 1 << 20, NULL);
	assert_non_null(strstr(after, "{\"schema\":\"ta"));
	assert_int_equal(replace_file_at(AT_FDCWD, path, "{}\n", 3, &err), 0);
	assert_int_equal(history_read_with(path, lines, &h, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_by_level_is_told),
		cmocka_unit_test(test_lines_are_read_not_written),
	};

	setenv("TARE_DATA", ".", 1); /* where the workload idle is */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
