/* test-compare-bad.c - runs that may not be compared, damaged folders, foreign words. */
#include "made-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void refused(const struct tree *t, const char *a, const char *b, const char *message)
{
	struct error err = ERROR_INIT;
	json_t *doc = compare(t, a, b, false, &err);

	assert_null(doc);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text, message);
}

/* Refused; with force it is compared and said. */
static void forced(const struct tree *t, const char *a, const char *b, const char *words)
{
	cleanup_free char *message = xasprintf("%s; --force compares all the same", words);
	struct error err = ERROR_INIT;
	json_t *doc;

	refused(t, a, b, message);
	doc = compare(t, a, b, true, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(finding(doc, "forced"), words);
	json_decref(doc);
}

static void test_refused(void **state)
{
	struct tree t = tree_new();
	struct made m;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	put_run(&t, "twin", "000000000000000a", 1);
	m = made("000000000000000b");
	m.fingerprint = "00000000000000bb";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "host", &m);
	m = made("000000000000000c");
	m.accelerator = "tcg";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "accelerator", &m);
	m = made("000000000000000d");
	m.payload = "bbbbbbbbbbbbbbbb";
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "payload", &m);
	m = made("000000000000000e");
	put(&t, "empty", &m);
	m = made("000000000000000f");
	m.schema = "tare/run/2";
	put(&t, "future", &m);
	forced(&t, "a", "host",
		"host: another host, got fingerprint 00000000000000bb (a CPU), expected 00000000000000aa as in a");
	forced(&t, "a", "accelerator",
		"accelerator: arm vm has another accelerator, got tcg, expected kvm as in a");
	forced(&t, "a", "payload",
		"payload: workload http is another payload, got bbbbbbbbbbbb, expected aaaa as in a; measure both at once with tare run --against payload=FILE");
	forced(&t, "a", "a",
		"a: the same run as a, got id 000000000000000a on both sides, expected two runs");
	refused(&t, "a,twin", "host",
		"twin: the same run as a, got id 000000000000000a twice on one side, expected each run once");
	refused(&t, "a,,host", "host",
		"compare: an empty name among the runs, expected folders as \"A,B,C\"");
	refused(&t, "", "host",
		"compare: an empty name among the runs, expected folders as \"A,B,C\"");
	refused(&t, "a", "none",
		"none: cannot be opened as a run's folder: No such file or directory");
	refused(&t, "a", "a/run.json",
		"a/run.json: cannot be opened as a run's folder: Not a directory");
	refused(&t, "a", "empty",
		"empty: nothing in common with a, got no metric of the same arm, workload and number of instances, expected at least one");
	refused(&t, "a", "future",
		"future: run.json: schema: unknown schema, got \"tare/run/2\", expected \"tare/run/1\"");
	tree_free(&t);
}

/* Damage: each ends with exit 2 and one line that names the folder and the file. */
static void test_damaged(void **state)
{
	static const struct {
		const char *samples, *message;
	} cases[] = {
		{"{\"block\":0,\n", "bad: samples.jsonl"},
		{"\001\002\n", "bad: samples.jsonl"},
		{"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":1,\"metric\":\"boot.ready\",\"unit\":\"s\",\"value\":NaN,\"status\":\"ok\"}\n",
			"bad: samples.jsonl"},
		{"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":1,\"metric\":\"boot.ready\",\"unit\":\"s\",\"value\":1e999,\"status\":\"ok\"}\n",
			"bad: samples.jsonl"},
		{"{\"block\":0,\"trial\":0,\"attempt\":0,\"arm\":\"a\",\"workload\":\"w\",\"instances\":1,\"metric\":\"boot.raedy\",\"unit\":\"s\",\"value\":1,\"status\":\"ok\"}\n",
			"bad: samples.jsonl"},
		{"[]\n", "bad: samples.jsonl"},
	};
	struct tree t = tree_new();
	struct made m;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;

		m = made("000000000000000b");
		put(&t, "bad", &m);
		tree_put(&t, "bad/samples.jsonl", cases[i].samples);
		assert_null(compare(&t, "a", "bad", true, &err));
		assert_int_equal(err.code, EXIT_USAGE);
		assert_ptr_equal(strstr(err.text, cases[i].message), err.text);
		assert_null(strchr(err.text, '\n'));
	}
	tree_free(&t);
}

/* Cut at every byte: read as far as it goes or refused, never a crash, never another exit code. */
static void test_cut(void **state)
{
	struct tree t = tree_new();
	cleanup_free char *whole = NULL;
	struct made m = made("000000000000000b");
	size_t len;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	m.blocks = 2;
	add_series(&m, "boot.ready", "s", 1, 0.01);
	put(&t, "b", &m);
	for (unsigned file = 0; file < 2; file++) {
		const char *name = file ? "b/run.json" : "b/samples.jsonl";

		free(whole);
		whole = read_file_at(t.fd, name, 1 << 20, &len);
		for (size_t n = len; n-- > 0;) {
			struct error err = ERROR_INIT;
			json_t *doc;

			whole[n] = '\0';
			tree_put(&t, name, whole);
			doc = compare(&t, "a", "b", false, &err);
			if (!doc)
				assert_int_equal(err.code, EXIT_USAGE);
			json_decref(doc);
		}
		m.blocks = 2;
		add_series(&m, "boot.ready", "s", 1, 0.01);
		put(&t, "b", &m);
	}
	tree_free(&t);
}

static char *printed(int (*print)(FILE *, const json_t *, bool), const json_t *doc)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(print(out, doc, true), 0);
	fclose(out);
	return text;
}

static int print_junit(FILE *out, const json_t *doc, bool all)
{
	(void)all;
	return compare_junit(out, doc);
}

/* Foreign words stay words, wherever they go. */
static void test_hostile(void **state)
{
	struct tree t = tree_new();
	struct made b = made("000000000000000b");
	struct error err = ERROR_INIT;
	cleanup_free char *table = NULL, *markdown = NULL, *junit = NULL;
	json_t *doc;

	(void)state;
	put_run(&t, "a", "000000000000000a", 1);
	b.kernel = "`id` $(id) <b>&\\\"'\\n\\u001b[31m|";
	add_series(&b, "boot.ready", "s", 1.5, 0.01);
	put(&t, "b", &b);
	doc = compare(&t, "a", "b", false, &err);
	table = printed(compare_table, doc);
	markdown = printed(compare_markdown, doc);
	junit = printed(print_junit, doc);
	assert_null(strchr(table, 033));
	assert_non_null(strstr(table, "host: kernel: 6.1.0 -> `id` $(id) <b>&\"' |\n"));
	assert_null(strchr(markdown, 033));
	assert_null(strstr(markdown, "<b>"));
	assert_null(strstr(markdown, "`id`"));
	assert_null(strchr(junit, 033));
	assert_null(strstr(junit, "<b>"));
	assert_non_null(strstr(junit, "`id` $(id) &lt;b&gt;&amp;&quot;&apos; |"));
	assert_non_null(strstr(junit, "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\""));
	assert_non_null(strstr(junit, "<failure message=\"ratio 1.5"));
	json_decref(doc);
	tree_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
