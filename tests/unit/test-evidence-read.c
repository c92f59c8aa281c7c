/* test-evidence-read.c - evidence.jsonl read back, and the charts that are no bars: the distribution of boot times,
 * promised against resident memory. */
#include "../../harness/report/report-internal.h"

#include "cases.h"
#include "json.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define CASES "tests/cases/report"

struct place {
	char path[40];
	int fd;
};

static void place_make(struct place *p, const char *text)
{
	struct error err = ERROR_INIT;

	strcpy(p->path, "/tmp/tare-evidence-XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (text)
		assert_int_equal(
			replace_file_at(p->fd, "evidence.jsonl", text, strlen(text), &err), 0);
}

static void place_remove(struct place *p)
{
	close(p->fd);
	remove_tree_at(AT_FDCWD, p->path);
}

static void whole_lines_are_read(void **state)
{
	static const struct {
		const char *text;
		size_t lines;
	} rows[] = {
		{"", 0},
		{"{}\n{\"kind\":\"curve\"}\n", 2},
		{"{}\n{\"kind\":\"cur", 1}, /* cut by a crash */
		{"{\"kind\"", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_json json_t *list = NULL;
		struct error err = ERROR_INIT;
		struct place p;

		place_make(&p, rows[i].text);
		assert_int_equal(evidence_read(p.fd, &list, &err), 0);
		assert_int_equal(json_array_size(list), rows[i].lines);
		place_remove(&p);
	}
}

static void damage_is_named(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"{}\n{\"a\":\n{}\n",
			"evidence.jsonl:2: column 5: not readable, got unexpected token near end of file, expected one JSON object; the file is damaged"},
		{"[1]\n",
			"evidence.jsonl:1: wrong type, expected one JSON object; the file is damaged"},
		{"{\"a\":1,\"a\":2}\n",
			"evidence.jsonl:1: column 10: not readable, got duplicate object key near '\"a\"', expected one JSON object; the file is damaged"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *list = NULL;
		struct error err = ERROR_INIT;
		struct place p;

		place_make(&p, rows[i].text);
		assert_int_equal(evidence_read(p.fd, &list, &err), -1);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(err.code, EXIT_USAGE);
		assert_null(list);
		place_remove(&p);
	}
}

static void what_is_no_file_is_refused(void **state)
{
	json_t *list = NULL;
	struct error err = ERROR_INIT;
	struct place p;

	(void)state;
	place_make(&p, NULL);
	assert_int_equal(evidence_read(p.fd, &list, &err), 0); /* none is fine */
	assert_null(list);
	assert_int_equal(mkfifoat(p.fd, "evidence.jsonl", 0600), 0);
	assert_int_equal(evidence_read(p.fd, &list, &err), -1); /* and does not wait for a writer */
	assert_string_equal(err.text, "evidence.jsonl: is not a file, expected a regular file");
	unlinkat(p.fd, "evidence.jsonl", 0);
	assert_int_equal(symlinkat("/etc/passwd", p.fd, "evidence.jsonl"), 0);
	err = (struct error)ERROR_INIT;
	assert_int_equal(evidence_read(p.fd, &list, &err), -1);
	assert_memory_equal(err.text, "evidence.jsonl: cannot be opened", 32);
	place_remove(&p);
}

/* ---- the charts ---- */

struct fixture {
	json_t *run, *summary, *evidence;
	struct view view;
};

static void fixture_open(struct fixture *f, const char *name)
{
	cleanup_free char *path = xasprintf(CASES "/%s", name);
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = ERROR_INIT;

	*f = (struct fixture){.run = case_json(CASES, name, "run.json"),
		.summary = case_json(CASES, name, "summary.json")};
	assert_int_equal(view_open(&f->view, f->run, f->summary, &err), 0);
	assert_int_equal(evidence_read(fd, &f->evidence, &err), 0);
	f->view.evidence = f->evidence;
}

static void fixture_close(struct fixture *f)
{
	view_close(&f->view);
	json_decref(f->run);
	json_decref(f->summary);
	json_decref(f->evidence);
}

static void the_last_curve_of_an_arm_counts(void **state)
{
	struct fixture f;
	struct chart c;

	(void)state;
	fixture_open(&f, "argument");
	assert_true(promised_any(&f.view));
	chart_promised(&c, &f.view);
	assert_string_equal(c.title, "A process in host is promised 1 GiB and has 32.2 MiB in RAM");
	cleanup_free char *data = chart_data(&c);
	cleanup_free char *script = chart_script(&c);

	/* nothing touched yet, nothing swapped: no value, never 0 on a log axis */
	assert_non_null(strstr(data,
		"# arm host: touched resident swapped promised limit\n0 NaN NaN 1073741824 67108864\n"));
	assert_non_null(strstr(data, "\n103313408 56011980 47506228 1488191488 93011968\n"));
	assert_non_null(strstr(script, "'vm' at screen"));
	assert_null(strstr(script, "index 4"));
	chart_free(&c);
	f.view.evidence = NULL;
	assert_false(promised_any(&f.view));
	fixture_close(&f);
}

static void each_start_is_a_step(void **state)
{
	struct fixture f;
	struct chart c;
	json_t *row, *values = json_pack("[f, f, n, f, f]", 0.004, 0.002, 0.0, 0.003);
	size_t i;

	(void)state;
	fixture_open(&f, "usual");
	json_array_foreach (json_object_get(f.summary, "metrics"), i, row)
		if (!strcmp(json_text_at(row, "metric", NULL), "boot.first_response") &&
			!strcmp(json_text_at(row, "arm", NULL), "container"))
			json_object_set(row, "values", values);
	assert_true(cdf_any(&f.view));
	chart_cdf(&c, &f.view);
	cleanup_free char *data = chart_data(&c);
	cleanup_free char *script = chart_script(&c);

	/* sorted; what is missing is no start, and 0 has no place on a log axis */
	assert_non_null(strstr(data,
		"# arm container: seconds part\n0.002 0\n0.002 0.3333333333\n0.003 0.6666666667\n0.004 1\n\n\n"));
	assert_non_null(strstr(script, "'vm, emulated (TCG)'")); /* the VM beside its line */
	assert_non_null(strstr(script, "dt 2"));
	chart_free(&c);
	json_decref(values);
	fixture_close(&f);
	fixture_open(&f, "empty-summary");
	assert_false(cdf_any(&f.view));
	chart_cdf(&c, &f.view);
	assert_string_equal(c.title, "Boot times: too few starts for a distribution");
	chart_free(&c);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_lines_are_read),
		cmocka_unit_test(damage_is_named),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(the_last_curve_of_an_arm_counts),
		cmocka_unit_test(each_start_is_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
