/* test-workload.c - workloads read, checked and refused. A case is a folder in tests/cases/workload. */
#include "json.h"
#include "util.h"
#include "workload.h"

#include "cases.h"

static void answer(const char *text, size_t len, struct error *err)
{
	workload_free(workload_parse(text, len, "workload.json", "/srv", "mine", err));
}

static void cases(void **state)
{
	(void)state;
	run_cases("tests/cases/workload", "workload.json", 39, answer);
}

static void every_key(void **state)
{
	struct error err = ERROR_INIT;
	struct workload *w = workload_load("./tests/cases/workload/ok-all/workload.json", &err);
	cleanup_free char *cwd = getcwd(NULL, 0), *folder = NULL;

	(void)state;
	assert_string_equal(err.text, "");
	folder = xasprintf("%s/tests/cases/workload/ok-all", cwd);
	assert_string_equal(w->name, "mine");
	assert_string_equal(w->folder, folder);
	assert_null(w->verb);
	assert_string_equal(w->command[0], "/usr/bin/x");
	assert_null(w->command[1]);
	assert_string_equal(w->env[0], "A=1");
	assert_string_equal(w->env[1], "B=");
	assert_null(w->env[2]);
	assert_string_equal(w->files[1], "/usr/bin/x");
	assert_int_equal(w->ready, READY_HTTP);
	assert_int_equal(w->ready_port, 80);
	assert_string_equal(w->ready_path, "/x");
	assert_int_equal(w->port, 81);
	assert_string_equal(w->http_small, "/s");
	assert_string_equal(w->http_large, "/l");
	assert_true(w->timeout == 5);
	workload_free(w);
}

static void standards(void **state)
{
	static const char text[] = "{\"schema\":\"tare/workload/1\",\"command\":[\"/x\"],"
				   "\"ready\":{\"http\":80}}";
	struct error err = ERROR_INIT;
	struct workload *w =
		workload_parse(text, strlen(text), "workload.json", "/srv", "mine", &err);

	(void)state;
	assert_string_equal(err.text, "");
	assert_string_equal(w->name, "mine");
	assert_string_equal(w->ready_path, "/");
	assert_int_equal(w->port, 80); /* the port it gets ready on serves */
	assert_true(w->timeout == 30);
	workload_free(w);
}

static void unknown_names(void **state)
{
	static const struct {
		const char *name, *message;
	} rows[] = {
		{"htpp", "unknown workload, got \"htpp\"; did you mean \"http\"?"},
		{"",
			"unknown workload, got \"\", expected an installed one or a path; see tare "
			"list workloads"},
		{"\033[31m",
			"unknown workload, got \"\\x1B[31m\", expected an installed one or a "
			"path; see tare list workloads"},
		{"../x", "../x: cannot be read: No such file or directory"},
		{"./tests", "./tests: is a folder, expected a regular file"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;

		assert_null(workload_load(rows[i].name, &err));
		assert_int_equal(err.code, EXIT_USAGE);
		assert_string_equal(err.text, rows[i].message);
	}
}

static void installed_workloads(void **state)
{
	cleanup_strv char **list = NULL;

	(void)state;
	setenv("TARE_DATA", ".", 1);
	list = data_list("workloads");
	assert_true(strv_length(list) >= 1);
	for (size_t i = 0; list[i]; i++) {
		struct error err = ERROR_INIT;
		struct workload *w = workload_load(list[i], &err);

		assert_string_equal(err.text, "");
		assert_string_equal(w->name, list[i]);
		workload_free(w);
	}
	setenv("TARE_DATA", "tests/cases/data", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(every_key),
		cmocka_unit_test(standards),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(installed_workloads),
	};

	setenv("TARE_DATA", "tests/cases/data", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
