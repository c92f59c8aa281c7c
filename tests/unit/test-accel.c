/* test-accel.c - the proof of an accelerator, with programs in QEMU's place, and with QEMU itself where it and a guest kernel
 * are here. */
#include "accel.h"

#include "guest-kernel.h"
#include "tree.h"
#include "util.h"
#include "wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct tree t;

static int setup(void **state)
{
	(void)state;
	t = tree_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_free(&t);
	return 0;
}

/* A shell script is QEMU. */
static int prove(const char *script, int64_t quiet, int64_t most, struct error *err)
{
	cleanup_free char *text = xasprintf("#!/bin/sh\n%s\n", script);
	cleanup_free char *path = xasprintf("%s/qemu", t.path);

	tree_put(&t, "qemu", text);
	assert_int_equal(fchmodat(t.fd, "qemu", 0755, 0), 0);
	return accel_prove("kvm", path, "/dev/null", quiet, most, err);
}

static void test_boots(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		prove("echo Linux version; echo VFS: Unable to mount root fs on x; exec sleep 100",
			20 * NSEC_PER_SEC, 20 * NSEC_PER_SEC, &err),
		0);
}

static void test_silent(void **state)
{
	struct error err = ERROR_INIT;
	int64_t begin = now_ns();

	(void)state;
	assert_int_equal(prove("exec sleep 100", NSEC_PER_SEC / 5, 20 * NSEC_PER_SEC, &err), -1);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_string_equal(err.text, "kvm: a guest kernel printed nothing within 0.2 s");
	assert_true(now_ns() - begin < 5 * NSEC_PER_SEC);
}

static void test_hangs(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(prove("printf 'Linux version 6.1\\nProbing'; exec sleep 100", NSEC_PER_SEC,
				 20 * NSEC_PER_SEC, &err),
		-1);
	assert_string_equal(
		err.text, "kvm: a guest kernel makes no progress; its console ends \"Probing\"");
}

/* Two consoles on one port. */
static void test_hangs_twice(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(prove("printf '6\\n\\nPPrroobbiinngg  ookk'; exec sleep 100",
				 NSEC_PER_SEC / 2, 20 * NSEC_PER_SEC, &err),
		-1);
	assert_string_equal(
		err.text, "kvm: a guest kernel makes no progress; its console ends \"Probing ok\"");
}

static void test_dies(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(
		prove("echo \"Could not access KVM kernel module: `printf '\\033'`\" >&2; exit 1",
			5 * NSEC_PER_SEC, 20 * NSEC_PER_SEC, &err),
		-1);
	assert_string_equal(err.text,
		"kvm: QEMU ended before its guest kernel had booted: \"Could not access KVM kernel "
		"module: \\x1B\"");
}

/* It prints and prints and gets nowhere. */
static void test_floods(void **state)
{
	struct error err = ERROR_INIT;
	int64_t begin = now_ns();

	(void)state;
	assert_int_equal(
		prove("while :; do echo again; done", 5 * NSEC_PER_SEC, NSEC_PER_SEC, &err), -1);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_true(now_ns() - begin < 5 * NSEC_PER_SEC);
}

static void test_tcg_is_taken_at_its_word(void **state)
{
	struct error err = ERROR_INIT;
	struct accel a = {.kvm = true};

	(void)state;
	assert_int_equal(accel_choose("tcg", &a, &err), 0);
	assert_false(a.kvm);
	assert_string_equal(a.reason, "tcg: asked for");
}

static void need_qemu(char **qemu, struct guest_kernel *k)
{
	struct error err = ERROR_INIT;

	*qemu = emulator_find(&err);
	if (*qemu && guest_kernel_find(NULL, NULL, false, k, &err) == 0)
		return;
	free(*qemu);
	printf("SKIP: %s\n", err.text);
	skip();
}

/* The proof itself is sound: a kernel that boots is seen to boot. */
static void test_tcg_boots(void **state)
{
	struct error err = ERROR_INIT;
	struct guest_kernel k;
	char *qemu;

	(void)state;
	need_qemu(&qemu, &k);
	assert_int_equal(
		accel_prove("tcg", qemu, k.image, 30 * NSEC_PER_SEC, 60 * NSEC_PER_SEC, &err), 0);
	free(qemu);
	guest_kernel_free(&k);
}

/* Whatever it says, it says so within seconds, with a reason, and the second time at once. */
static void test_auto(void **state)
{
	struct error err = ERROR_INIT;
	struct guest_kernel k;
	struct accel first, second;
	int64_t begin = now_ns(), then;
	char *qemu;

	(void)state;
	need_qemu(&qemu, &k);
	free(qemu);
	guest_kernel_free(&k);
	assert_int_equal(accel_choose("auto", &first, &err), 0);
	then = now_ns();
	assert_int_equal(accel_choose("auto", &second, &err), 0);
	assert_true(then - begin < 15 * NSEC_PER_SEC);
	assert_true(now_ns() - then < NSEC_PER_SEC);
	assert_int_equal(first.kvm, second.kvm);
	assert_true(*first.reason != 0);
	assert_string_equal(first.reason, second.reason);
	print_message("auto: %s\n", first.reason);
	assert_int_equal(accel_choose("kvm", &second, &err), first.kvm ? 0 : -1);
	assert_int_equal(err.code, first.kvm ? 0 : EXIT_PREREQUISITE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_boots, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hangs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hangs_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_floods, setup, teardown),
		cmocka_unit_test(test_tcg_is_taken_at_its_word),
		cmocka_unit_test(test_tcg_boots),
		cmocka_unit_test(test_auto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
