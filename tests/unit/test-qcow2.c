/* test-qcow2.c - the empty copy-on-write disk, held against the format's specification and, where it is installed, qemu-img. */
#include "qcow2.h"

#include "tree.h"
#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ULL << 20)

static uint64_t number(const unsigned char *at, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | at[i];
	return v;
}

/* Offsets are the specification's. */
static void test_header(void **state)
{
	static const char backing[] = "/var/cache/tare/debian-1/disk.ext4";
	unsigned char *d = NULL;
	size_t n = qcow2_empty(backing, 640 * MIB, &d);
	uint64_t at;

	(void)state;
	assert_int_equal(n, 4 * 65536);
	assert_memory_equal(d, "QFI\xfb", 4);
	assert_int_equal(number(d + 4, 4), 3);
	at = number(d + 8, 8);
	assert_int_equal(number(d + 16, 4), strlen(backing));
	assert_memory_equal(d + at, backing, strlen(backing));
	assert_int_equal(number(d + 20, 4), 16);
	assert_int_equal(number(d + 24, 8), 640 * MIB);
	assert_int_equal(number(d + 36, 4), 2); /* 512 MiB an entry */
	assert_int_equal(number(d + 100, 4), 104);
	assert_int_equal(number(d + 104, 4), 0xe2792aca);
	assert_memory_equal(d + 112, "raw", 4);
	/* Four clusters are in use, each once. */
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(number(d + 2 * 65536 + 2 * i, 2), i < 4);
	free(d);
}

static void test_refused(void **state)
{
	char longest[1025];
	unsigned char *d = NULL;

	(void)state;
	memset(longest, 'x', 1024);
	longest[1024] = 0;
	assert_int_equal(qcow2_empty("/x", 0, &d), 0);
	assert_int_equal(qcow2_empty(longest, MIB, &d), 0);
	assert_int_equal(qcow2_empty("/x", 1ULL << 50, &d), 0);
	assert_null(d);
}

static void test_create(void **state)
{
	struct error err = ERROR_INIT;
	struct tree t = tree_new();
	cleanup_free char *raw = xasprintf("%s/raw", t.path), *over = xasprintf("%s/over", t.path);
	cleanup_free char *check = xasprintf("qemu-img check -q %s >/dev/null 2>&1 && "
					     "qemu-img compare -q %s %s >/dev/null 2>&1",
		over, raw, over);
	cleanup_free char *gone = xasprintf("disk %s/none: No such file or directory", t.path);
	cleanup_free char *none = xasprintf("%s/none", t.path);
	cleanup_free char *twice = xasprintf("cannot write %s: File exists", over);

	(void)state;
	tree_put(&t, "raw", "what the image holds");
	assert_int_equal(truncate(raw, 2 * MIB), 0);
	assert_int_equal(qcow2_create(over, raw, &err), 0);
	if (system("command -v qemu-img >/dev/null") == 0)
		assert_int_equal(system(check), 0);
	assert_int_equal(qcow2_create(over, raw, &err), -1);
	assert_string_equal(err.text, twice);
	err = (struct error)ERROR_INIT;
	assert_int_equal(qcow2_create(over, none, &err), -1);
	assert_string_equal(err.text, gone);
	tree_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_header),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_create)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
