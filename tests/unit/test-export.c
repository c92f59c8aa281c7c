/* test-export.c - every format's writer held against a golden file, and over every fixture there is. `test-export --write
 * CASE DIR` writes each format of a fixture to DIR/NAME, for tests/system/test-export.sh to read back. */
#include "export.h"

#include "command.h"
#include "json.h"
#include "util.h"

#include "cases.h"

#include <math.h>
#include <sys/stat.h>

#define SMALL "tests/cases/export/small"
static const char *const fixtures[] = {SMALL, "tests/cases/report/usual",
	"tests/cases/report/one-arm", "tests/cases/report/eight-arms", "tests/cases/report/quick",
	"tests/cases/report/two-workloads", "tests/cases/report/hostile",
	"tests/cases/report/wrong-types", "tests/cases/report/empty-summary",
	"tests/cases/report/ledger", "tests/cases/report/argument", "tests/cases/report/path"};

static json_t *load(const char *folder, const char *file)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, file);
	json_error_t e;
	json_t *j = json_load_file(path, 0, &e);

	if (!j)
		fail_msg("%s:%d: %s", path, e.line, e.text);
	return j;
}

static char *written(const struct export *e, const char *folder, size_t *len, struct error *err)
{
	cleanup_json json_t *run = load(folder, "run.json");
	cleanup_json json_t *summary = load(folder, "summary.json");

	return export_text(e, run, summary, len, err);
}

static void every_format_is_as_it_was(void **state)
{
	int wrong = 0;

	(void)state;
	for (const struct export *e = exports; e->name; e++) {
		cleanup_free char *path = xasprintf("tests/cases/export/expected/%s", e->name);
		cleanup_free char *expected = NULL, *got = NULL;
		struct error err = ERROR_INIT;
		size_t len;

		got = written(e, SMALL, &len, &err);
		assert_non_null(got);
		assert_int_equal(strlen(got), len);
		if (getenv("TARE_GOLDEN"))
			assert_int_equal(write_new(AT_FDCWD, path, got), 0);
		expected = read_file_at(AT_FDCWD, path, 1 << 20, NULL);
		if (!expected || strcmp(expected, got) != 0) {
			print_error("%s: not as expected\n", path);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* Whatever the two files hold: text or one message, no control bytes, JSON where it says so. */
static void every_fixture_is_written(void **state)
{
	(void)state;
	for (size_t f = 0; f < ARRAY_SIZE(fixtures); f++)
		for (const struct export *e = exports; e->name; e++) {
			struct error err = ERROR_INIT;
			size_t len;
			cleanup_free char *text = written(e, fixtures[f], &len, &err);

			if (!text) {
				assert_int_equal(err.code, EXIT_USAGE);
				continue;
			}
			for (size_t i = 0; i < len; i++)
				assert_true((unsigned char)text[i] >= ' ' || text[i] == '\n');
			if (strcmp(e->type, "application/json") == 0) {
				cleanup_json json_t *j =
					json_loads(text, JSON_REJECT_DUPLICATES, NULL);

				assert_non_null(j);
			}
		}
}

static void no_time_is_refused_where_it_is_needed(void **state)
{
	cleanup_json json_t *run = load(SMALL, "run.json");
	cleanup_json json_t *summary = load(SMALL, "summary.json");
	struct error err = ERROR_INIT;
	size_t len;

	(void)state;
	json_object_set_new(run, "started", json_string("yester\nday"));
	assert_null(export_text(export_find("influx", &err), run, summary, &len, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text,
		"run.json: started: not a time, got \"yester day\", expected one such as 2026-01-31T03:00:00Z");
}

static void unknown_formats_are_refused(void **state)
{
	struct error near = ERROR_INIT, far = ERROR_INIT;

	(void)state;
	assert_null(export_find("junt", &near));
	assert_string_equal(
		near.text, "--format: unknown format, got \"junt\"; did you mean junit?");
	assert_null(export_find("\x1b[1m", &far));
	assert_int_equal(far.code, EXIT_USAGE);
	assert_string_equal(far.text,
		"--format: unknown format, got \"\\x1B[1m\", expected one of tare export --help");
}

/* A step summary over 1 MiB is thrown away whole by GitHub. */
static void the_step_summary_stays_under_its_limit(void **state)
{
	cleanup_json json_t *run = load(SMALL, "run.json");
	cleanup_json json_t *summary = load(SMALL, "summary.json");
	json_t *rows = json_object_get(summary, "metrics");
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	char reason[16001];
	size_t len;

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	for (int i = 0; i < 80; i++) {
		json_t *row = json_deep_copy(json_array_get(rows, 0));

		json_object_set_new(row, "instances", json_integer(10 + i));
		json_object_set_new(row, "status", json_string("failed"));
		json_object_set_new(row, "reason", json_string(reason));
		json_array_append_new(rows, row);
	}
	text = export_text(export_find("markdown", &err), run, summary, &len, &err);
	assert_non_null(text);
	assert_true(len > 500000 && len < 1 << 20);
	assert_non_null(strstr(text, "sections are left out: a page holds 1 MiB"));
}

/* As many tables as a hostile run can ask for: each cell is looked up, not searched for (that took hours). */
static void thousands_of_settings(void **state)
{
	cleanup_json json_t *run = load(SMALL, "run.json");
	cleanup_json json_t *summary = load(SMALL, "summary.json");
	json_t *rows = json_object_get(summary, "metrics");
	json_t *compared = json_object_get(summary, "comparisons");
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	size_t len;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		json_t *row = json_deep_copy(json_array_get(rows, 0));
		json_t *beside = json_deep_copy(json_array_get(compared, 0));

		json_object_set_new(row, "instances", json_integer(10 + i));
		json_object_set_new(beside, "instances", json_integer(10 + i));
		json_array_append_new(rows, row);
		json_array_append_new(compared, beside);
	}
	text = export_text(export_find("markdown", &err), run, summary, &len, &err);
	assert_non_null(text);
	assert_true(len > 500000 && len < 1 << 20);
	assert_non_null(strstr(text, ", 77 instances"));
}

static void the_help_names_every_format(void **state)
{
	(void)state;
	for (const struct export *e = exports; e->name; e++) {
		cleanup_free char *word = xasprintf("\n  %s ", e->name);
		cleanup_free char *help = xasprintf(" %s\n", e->help);

		assert_non_null(strstr(command_export.text, word));
		assert_non_null(strstr(command_export.text, help));
		assert_non_null(e->type);
	}
}

static int write_all_formats(const char *folder, const char *to)
{
	for (const struct export *e = exports; e->name; e++) {
		cleanup_free char *path = xasprintf("%s/%s", to, e->name);
		struct error err = ERROR_INIT;
		size_t len;
		cleanup_free char *text = written(e, folder, &len, &err);

		if (text && write_new(AT_FDCWD, path, text) < 0)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_is_as_it_was),
		cmocka_unit_test(every_fixture_is_written),
		cmocka_unit_test(no_time_is_refused_where_it_is_needed),
		cmocka_unit_test(unknown_formats_are_refused),
		cmocka_unit_test(the_step_summary_stays_under_its_limit),
		cmocka_unit_test(thousands_of_settings),
		cmocka_unit_test(the_help_names_every_format),
	};

	if (argc == 4 && strcmp(argv[1], "--write") == 0)
		return write_all_formats(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
