/* test-ledger.c - the ledger: whole, torn at every byte, damaged, foreign. Needs no root. */
#include "ledger.h"

#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char id[] = "0123456789abcdef";
static char folder[64];
static int dir;

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tare-ledger-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	close(dir);
	return remove_tree_at(AT_FDCWD, folder);
}

static void put(const void *text, size_t len)
{
	int fd = openat(dir, "ledger", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, text, len), 0);
	close(fd);
}

static int read_text(const char *text, struct ledger_text *t, struct error *err)
{
	put(text, strlen(text));
	return ledger_read(dir, "ledger", t, err);
}

static void writes_and_reads(void **state)
{
	struct error err = ERROR_INIT;
	struct ledger *l = ledger_create(folder, id, &err);
	struct ledger_text t;

	(void)state;
	assert_non_null(l);
	assert_int_equal(ledger_intent(l, "cgroup", "tare-0123456789abcdef", &err), 0);
	assert_int_equal(ledger_intent(l, "domain", "qemu:///system tare-x", &err), 0);
	assert_int_equal(ledger_intent(l, "file", "/a b/c", &err), 0);
	assert_int_equal(ledger_read(dir, "ledger", &t, &err), 0);
	assert_string_equal(t.id, id);
	assert_int_equal(t.pid, getpid());
	assert_true(t.start == process_start_time(getpid()));
	assert_int_equal(t.n, 3);
	assert_string_equal(t.lines[1].kind, "domain");
	assert_string_equal(t.lines[1].value, "qemu:///system tare-x");
	assert_string_equal(t.lines[2].value, "/a b/c");
	assert_int_equal(err.code, 0);
	ledger_text_free(&t);
	assert_int_equal(t.n, 0);
	ledger_close(l);
	ledger_close(NULL);
	assert_int_equal(faccessat(dir, "ledger.new", F_OK, 0), -1);
}

static void refuses_odd_lines(void **state)
{
	static const char *const bad[][2] = {{"cgroup", "a\nrun x"}, {"cgroup", ""},
		{"network", "x"}, {"run", "x"}, {"file", "/\x01"}, {"", "x"}};
	struct ledger *l = ledger_create(folder, id, NULL);
	struct ledger_text t;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(ledger_intent(l, bad[i][0], bad[i][1], &err), -1);
		assert_int_equal(err.code, EXIT_INTERNAL);
		assert_null(strchr(err.text, '\n'));
	}
	assert_int_equal(ledger_read(dir, "ledger", &t, NULL), 0);
	assert_int_equal(t.n, 0);
	ledger_text_free(&t);
	ledger_close(l);
}

/* Cut anywhere: the whole lines before the cut, or refused when not even the first is whole. */
static void torn_at_every_byte(void **state)
{
	static const char text[] =
		"run 0123456789abcdef 12 345\ncgroup tare-0123456789abcdef\nfile "
		"/tmp/x\n";
	size_t first = (size_t)(strchr(text, '\n') - text);

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct error err = ERROR_INIT;
		struct ledger_text t = {0};
		size_t lines = 0;
		int rc;

		for (size_t i = 0; i < len; i++)
			lines += text[i] == '\n';
		put(text, len);
		rc = ledger_read(dir, "ledger", &t, &err);
		assert_int_equal(rc, len > first ? 0 : -1);
		assert_int_equal(t.n, lines ? lines - 1 : 0);
		ledger_text_free(&t);
	}
}

static void refuses_damage(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"cgroup tare-x\n",
		"run 0123456789abcdef 12\n",
		"run 0123456789abcdef 12 3 4\n",
		"run 0123456789abcdeF 12 3\n",
		"run 0123456789abcde 12 3\n",
		"run 0123456789abcdef 0 3\n",
		"run 0123456789abcdef -1 3\n",
		"run 0123456789abcdef 99999999999 3\n",
		"run 0123456789abcdef 12 3\ncgroup\nfile /x\n",
		"run 0123456789abcdef 12 3\ncgroup \nfile /x\n",
		"run 0123456789abcdef 12 3\nnothing x\n",
		"run 0123456789abcdef 12 3\n\nfile /x\n",
		"run 0123456789abcdef 12 3\nrun 0123456789abcdef 12 3\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;
		struct ledger_text t = {0};

		if (read_text(bad[i], &t, &err) != -1)
			fail_msg("accepted \"%s\"", bad[i]);
		assert_int_equal(t.n, 0);
		assert_non_null(strstr(err.text, "expected \"run ID PID START\" first"));
	}
	put("run 0123456789abcdef 12 3\nfile /a\0b\n", 37);
	assert_int_equal(ledger_read(dir, "ledger", &(struct ledger_text){0}, NULL), -1);
}

static void missing_and_foreign(void **state)
{
	struct error err = ERROR_INIT;
	struct ledger_text t;

	(void)state;
	assert_int_equal(ledger_read(dir, "ledger", &t, &err), 1);
	assert_int_equal(err.code, 0);
	assert_int_equal(symlinkat("/etc/passwd", dir, "ledger"), 0);
	assert_int_equal(ledger_read(dir, "ledger", &t, &err), -1);
	assert_non_null(strstr(err.text, "expected a file of ours"));
	assert_null(ledger_create("/nonexistent/folder", id, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_and_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_odd_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(torn_at_every_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_and_foreign, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
