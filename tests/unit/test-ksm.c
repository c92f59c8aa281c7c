/* test-ksm.c - the host's page merging in a captured tree: saved in a ledger, set, read back, restored. */
#include "ksm.h"

#include "json.h"
#include "lab.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char tree[] = "/tmp/tare-test-ksm-XXXXXX";
static struct lab lab;

static void put(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("sys/kernel/mm/ksm/%s", name);
	cleanup_close int fd =
		openat(lab.root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_int_equal(write_all(fd, text, strlen(text)), 0);
}

static void holds(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("sys/kernel/mm/ksm/%s", name);
	cleanup_free char *is = read_file_at(lab.root, path, 64, NULL);

	is[strcspn(is, "\n")] = '\0';
	assert_string_equal(is, text);
}

/* As many digits as what is written over them: files of a kernel are replaced, these are not. */
static int setup(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	if (!mkdtemp(tree))
		return -1;
	lab.root = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(lab.root, "sys", 0755);
	mkdirat(lab.root, "sys/kernel", 0755);
	mkdirat(lab.root, "sys/kernel/mm", 0755);
	mkdirat(lab.root, "sys/kernel/mm/ksm", 0755);
	put("run", "0\n");
	put("pages_to_scan", "10000\n");
	put("sleep_millisecs", "20\n");
	put("full_scans", "7\n");
	put("pages_shared", "1\n");
	put("pages_sharing", "2\n");
	lab.ledger = ledger_create(tree, "0123456789abcdef", &err);
	return lab.ledger ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ledger_close(lab.ledger);
	close(lab.root);
	return remove_tree_at(AT_FDCWD, tree);
}

static void set_and_restored(void **state)
{
	struct error err = ERROR_INIT;
	struct ledger_text text;
	json_t *figures;

	(void)state;
	assert_null(ksm_figures(&lab));
	assert_int_equal(ksm_end(&lab, &err), 0);
	assert_int_equal(ksm_begin(&lab, true, &err), 0);
	assert_int_equal(ksm_begin(&lab, true, &err), 0);
	holds("run", "1");
	holds("pages_to_scan", "20000");
	holds("sleep_millisecs", "10");
	figures = ksm_figures(&lab);
	assert_true(json_is_true(json_object_get(figures, "on")));
	assert_int_equal(json_integer_value(json_object_get(figures, "pages_sharing")), 2);
	json_decref(figures);
	assert_int_equal(ksm_end(&lab, &err), 0);
	holds("run", "1");
	assert_int_equal(ksm_end(&lab, &err), 0);
	holds("run", "0");
	holds("pages_to_scan", "10000");
	holds("sleep_millisecs", "20");
	assert_int_equal(ledger_read(lab.root, "ledger", &text, &err), 0);
	assert_int_equal(text.n, 1);
	assert_string_equal(text.lines[0].kind, "ksm");
	assert_string_equal(text.lines[0].value, "0 10000 20");
	ledger_text_free(&text);
}

static void off_only_stops(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	put("run", "1\n");
	assert_int_equal(ksm_begin(&lab, false, &err), 0);
	holds("run", "0");
	holds("pages_to_scan", "10000");
	assert_int_equal(ksm_settle(&lab, 0, &err), 0);
	assert_int_equal(ksm_end(&lab, &err), 0);
	holds("run", "1");
	put("run", "0\n");
}

static void scans_are_waited_for(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(ksm_begin(&lab, true, &err), 0);
	assert_int_equal(ksm_settle(&lab, now_ns(), &err), -1);
	assert_string_equal(err.text, "ksm: got 0 full scans by the deadline, expected 3");
	err = (struct error)ERROR_INIT;
	assert_int_equal(ksm_end(&lab, &err), 0);
}

static void restored_from_a_ledger(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	put("run", "1\n");
	assert_int_equal(ksm_restore(lab.root, "0 10000 20", &err), 1);
	holds("run", "0");
	assert_int_equal(ksm_restore(lab.root, "0 10000 20", &err), 0);
	assert_int_equal(ksm_restore(lab.root, "0 x 20", &err), -1);
	assert_string_equal(err.text, "ksm: ledger, got \"0 x 20\", expected three numbers");
}

static void missing(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_close int empty = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(ksm_check(lab.root, &err), 0);
	assert_int_equal(ksm_check(empty, &err), -1);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_non_null(strstr(err.text,
		"ksm: cannot read /sys/kernel/mm/ksm/run, expected a kernel with CONFIG_KSM; leave the arm's option ksm out"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_and_restored),
		cmocka_unit_test(off_only_stops),
		cmocka_unit_test(scans_are_waited_for),
		cmocka_unit_test(restored_from_a_ledger),
		cmocka_unit_test(missing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
