/* test-history-append.c - history.jsonl is continued, whoever else writes; the line that a run becomes. */
#include "made-nights.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[] = "/tmp/tare-history-XXXXXX";
static char *file;

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	file = xasprintf("%s/history.jsonl", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	free(file);
	return remove_tree_at(AT_FDCWD, folder);
}

static struct history_appended append_night(unsigned number)
{
	cleanup_json json_t *line = make_line(number, &usual);
	struct history_appended done;
	struct error err = ERROR_INIT;

	if (history_append(file, line, &done, &err) < 0)
		fail_msg("%s", err.text);
	return done;
}

static size_t nights_in_file(void)
{
	cleanup_history struct history h = {0};
	struct error err = ERROR_INIT;

	if (history_read(file, &h, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(h.torn_bytes, 0);
	return h.n_nights;
}

static void tear(const char *more)
{
	cleanup_close int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write_all(fd, more, strlen(more)), 0);
}

static void test_append(void **state)
{
	struct error err = ERROR_INIT;
	struct history h;

	(void)state;
	assert_int_equal(history_check(file, &err), 0);
	assert_int_equal(history_read(file, &h, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_false(append_night(1).known);
	assert_false(append_night(2).known);
	assert_true(append_night(1).known);
	assert_int_equal(nights_in_file(), 2);
	tear("{\"schema\":\"tare/hist");
	assert_int_equal(append_night(3).cut, 20);
	assert_int_equal(nights_in_file(), 3);
	tear("{\"schema\":\"tare/hist");
	assert_int_equal(append_night(3).cut, 20); /* known: cut all the same */
	assert_int_equal(nights_in_file(), 3);
	assert_int_equal(unlink(file), 0);
}

/* A line that only lost its end of line is kept and ended. */
static void test_append_to_unended(void **state)
{
	cleanup_free char *text = NULL;
	size_t len;

	(void)state;
	append_night(1);
	text = read_file_at(AT_FDCWD, file, 1 << 20, &len);
	assert_non_null(text);
	assert_int_equal(truncate(file, (off_t)len - 1), 0);
	assert_int_equal(append_night(2).cut, 0);
	assert_int_equal(nights_in_file(), 2);
	assert_int_equal(unlink(file), 0);
}

static void test_append_refused(void **state)
{
	cleanup_json json_t *line = make_line(1, &usual);
	cleanup_free char *other = xasprintf("%s/other", folder);
	struct history_appended done;
	struct error err = ERROR_INIT, link = ERROR_INIT, at_folder = ERROR_INIT;

	(void)state;
	append_night(1);
	tear("{}\n");
	assert_int_equal(history_append(file, line, &done, &err), -1);
	assert_non_null(strstr(err.text, "line 2.schema: missing"));
	assert_int_equal(history_check(file, &link), -1);
	assert_int_equal(rename(file, other), 0);
	link = (struct error)ERROR_INIT;
	assert_int_equal(symlink(other, file), 0);
	assert_int_equal(history_append(file, line, &done, &link), -1); /* never through a link */
	assert_non_null(strstr(link.text, ": is a symbolic link, expected a regular file;"));
	link = (struct error)ERROR_INIT;
	assert_int_equal(history_check(file, &link), -1); /* told before anything is measured */
	assert_int_equal(link.code, EXIT_USAGE);
	assert_non_null(strstr(link.text, ": is a symbolic link, expected a regular file;"));
	assert_int_equal(history_append(folder, line, &done, &at_folder), -1);
	assert_int_equal(at_folder.code, EXIT_USAGE);
	unlink(file);
	unlink(other);
}

#define WRITERS 6
#define EACH 25

/* Writers at the same time: every line whole, none lost. */
static void test_many_writers(void **state)
{
	pid_t pids[WRITERS];
	int start[2];
	char none;

	(void)state;
	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (unsigned w = 0; w < WRITERS; w++) {
		pids[w] = fork();
		assert_true(pids[w] >= 0);
		if (pids[w])
			continue;
		close(start[1]);
		if (read(start[0], &none, 1) != 0) /* all begin at once */
			_exit(2);
		for (unsigned i = 0; i < EACH; i++) {
			cleanup_json json_t *line = make_line(w * EACH + i, &usual);
			struct history_appended done;
			struct error err = ERROR_INIT;

			if (history_append(file, line, &done, &err) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(start[0]);
	close(start[1]);
	for (unsigned w = 0; w < WRITERS; w++) {
		int status = -1;

		waitpid(pids[w], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(nights_in_file(), WRITERS * EACH);
	assert_int_equal(unlink(file), 0);
}

static double value_in(const json_t *line, const char *list, const char *arm, const char *metric)
{
	size_t i;
	json_t *cell;

	json_array_foreach (json_object_get(line, list), i, cell)
		if (!strcmp(json_string_value(json_object_get(cell, "arm")), arm))
			return json_number_value(
				json_object_get(json_object_get(cell, "values"), metric));
	return NAN;
}

static void test_line_of_a_run(void **state)
{
	cleanup_json json_t *run = read_json("results/reference/default/run.json");
	cleanup_json json_t *summary = read_json("results/reference/default/summary.json");
	cleanup_json json_t *line = NULL, *noisy = NULL;
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	size_t i;
	json_t *row, *blocks = json_object_get(summary, "blocks");

	(void)state;
	line = history_line(run, summary, &err);
	assert_non_null(line);
	json_array_foreach (json_object_get(summary, "metrics"), i, row) {
		const char *arm = json_string_value(json_object_get(row, "arm"));
		const char *metric = json_string_value(json_object_get(row, "metric"));
		const json_t *less = json_object_get(row, "less_emulator_code");
		double expected = json_number_value(
			json_object_get(json_is_object(less) ? less : row, "median"));

		near(value_in(line, "cells", arm, metric), expected, fabs(expected) * 1e-8);
	}
	assert_true(value_in(line, "ratios", "vm", "boot.ready") > 100);
	text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(10));
	assert_true(strlen(text) < 12000); /* compact: a thousand nights fit a CI cache */
	assert_true(json_is_true(json_object_get(line, "valid")));
	json_object_set_new(blocks, "disturbed", json_integer(4));
	noisy = history_line(run, summary, &err);
	assert_true(json_is_false(json_object_get(noisy, "valid")));
	assert_string_equal(
		json_string_value(json_object_get(noisy, "why")), "too noisy: 2 clean blocks of 6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_append_to_unended),
		cmocka_unit_test(test_append_refused),
		cmocka_unit_test(test_many_writers),
		cmocka_unit_test(test_line_of_a_run),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
