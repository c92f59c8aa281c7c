/* test-host.c - the host object and the fingerprint, on captured trees and on this machine. */
#include "host.h"

#include "tree.h"
#include "wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sched.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../harness/host/host-internal.h"

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "(no text)";
}

static void an_arm_machine(void **state)
{
	cleanup_close int root = tree_captured("v2");
	struct error err = ERROR_INIT;
	json_t *o = host_describe(root, CGROUP_V2, "tcg", &err);

	(void)state;
	assert_non_null(o);
	assert_string_equal(text(o, "name"), "arm");
	assert_string_equal(text(o, "cpu_model"), "implementer 0x41 part 0xd0c");
	assert_int_equal(json_integer_value(json_object_get(o, "cores")), 4);
	assert_int_equal(json_integer_value(json_object_get(o, "ram_bytes")), 8139224ll * 1024);
	assert_string_equal(text(o, "kernel"), "6.1.0-13-arm64");
	assert_string_equal(text(o, "cgroup"), "v2");
	assert_int_equal(json_integer_value(json_object_get(o, "ksm")), 1);
	assert_string_equal(text(o, "thp"), "always");
	assert_string_equal(text(o, "governor"), "schedutil");
	assert_int_equal(json_integer_value(json_object_get(o, "swap_bytes")), 1000444ll * 1024);
	assert_int_equal(json_integer_value(json_object_get(o, "overcommit")), 1);
	assert_true(json_is_null(json_object_get(o, "microcode")));
	assert_string_equal(text(o, "distribution"), "Example Linux 7");
	/* A captured tree has no programs to ask. */
	assert_true(json_is_null(json_object_get(json_object_get(o, "tools"), "qemu")));
	assert_true(json_is_null(json_object_get(json_object_get(o, "tools"), "gnuplot")));
	json_decref(o);
}

static void the_captured_hybrid_machine(void **state)
{
	cleanup_close int root = tree_captured("hybrid");
	struct error err = ERROR_INIT;
	json_t *o = host_describe(root, CGROUP_HYBRID, "kvm", &err);
	cleanup_free char *print = host_fingerprint("Intel(R) Xeon(R) Processor", 2,
		(uint64_t)json_integer_value(json_object_get(o, "ram_bytes")), "kvm", "hybrid");

	(void)state;
	assert_non_null(o);
	assert_string_equal(text(o, "microcode"), "0x1");
	assert_string_equal(text(o, "thp"), "madvise");
	assert_string_equal(text(o, "distribution"), "Debian GNU/Linux 12 (bookworm)");
	assert_true(json_is_null(json_object_get(o, "governor")));
	assert_string_equal(text(o, "fingerprint"), print);
	json_decref(o);
}

/* The expected value was made by an independent FNV-1a over "Test CPU\n4\n32\ntcg\nv2\n". */
static void fingerprint(void **state)
{
	const uint64_t gib8 = (uint64_t)8 << 30, mib = 1 << 20;
	cleanup_free char *a = host_fingerprint("Test CPU", 4, gib8, "tcg", "v2");
	cleanup_free char *same = host_fingerprint("Test CPU", 4, gib8 - 100 * mib, "tcg", "v2");
	cleanup_free char *ram = host_fingerprint("Test CPU", 4, gib8 - 200 * mib, "tcg", "v2");
	cleanup_free char *cores = host_fingerprint("Test CPU", 5, gib8, "tcg", "v2");
	cleanup_free char *model = host_fingerprint("Test CPV", 4, gib8, "tcg", "v2");
	cleanup_free char *accel = host_fingerprint("Test CPU", 4, gib8, "kvm", "v2");
	cleanup_free char *mode = host_fingerprint("Test CPU", 4, gib8, "tcg", "v1");

	(void)state;
	assert_string_equal(a, "7ceb608ae873a544");
	assert_string_equal(a, same);
	assert_string_not_equal(a, ram);
	assert_string_not_equal(a, cores);
	assert_string_not_equal(a, model);
	assert_string_not_equal(a, accel);
	assert_string_not_equal(a, mode);
}

static void a_host_that_tells_nothing(void **state)
{
	struct tree t = tree_new();
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(host_describe(t.fd, CGROUP_NONE, "none", &err));
	assert_string_equal(err.text, "/proc/cpuinfo: cannot read: No such file or directory");
	tree_put(&t, "proc/cpuinfo", "processor\t: 0\n");
	tree_put(&t, "proc/meminfo",
		"MemTotal: 1 kB\nMemFree: 1 kB\nMemAvailable: 1 kB\nCached: 1 kB\nAnonPages: 1 kB\n"
		"Shmem: 1 kB\nSlab: 1 kB\nSUnreclaim: 1 kB\nKernelStack: 1 kB\nPageTables: 1 kB\n"
		"SwapTotal: 1 kB\nSwapFree: 1 kB\n");
	err = (struct error)ERROR_INIT;
	assert_null(host_describe(t.fd, CGROUP_NONE, "none", &err));
	assert_string_equal(err.text,
		"/proc/cpuinfo: no CPU model, expected \"processor\" and \"model name\" lines");
	tree_free(&t);
}

static void this_machine(void **state)
{
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	json_t *o = host_describe(root, CGROUP_V2, "none", &err);

	(void)state;
	assert_non_null(o);
	assert_int_equal(
		json_integer_value(json_object_get(o, "cores")), sysconf(_SC_NPROCESSORS_ONLN));
	assert_int_equal(strlen(text(o, "fingerprint")), 16);
	json_decref(o);
}

/* Puts a program of that name first in PATH, and asks it. */
static char *ask(const char *script)
{
	struct tree t = tree_new();
	cleanup_free char *old = xstrdup(getenv("PATH"));
	cleanup_free char *path = xasprintf("%s:%s", t.path, old);
	char *version;

	tree_put(&t, "tool", script);
	fchmodat(t.fd, "tool", 0755, 0);
	setenv("PATH", path, 1);
	version = tool_version("tool");
	setenv("PATH", old, 1);
	tree_free(&t);
	return version;
}

static void versions_of_tools(void **state)
{
	cleanup_free char *fine = ask("#!/bin/sh\necho \"tool $1 1.2\"\necho more\n");
	cleanup_free char *wild = ask("#!/bin/sh\nprintf 'a\\033[2Jb\\n'\n");
	cleanup_free char *fails = ask("#!/bin/sh\necho 1.2\nexit 3\n");
	cleanup_free char *silent = ask("#!/bin/sh\n");
	cleanup_free char *none = tool_version("no-such-program-anywhere");
	int64_t start = now_ns();

	(void)state;
	assert_string_equal(fine, "tool --version 1.2");
	assert_string_equal(wild, "a\\x1B[2Jb");
	assert_null(fails);
	assert_null(silent);
	assert_null(none);
	assert_null(ask("#!/bin/sh\nexec sleep 60\n")); /* ends by its deadline */
	assert_in_range(now_ns() - start, NSEC_PER_SEC, 20 * NSEC_PER_SEC);
}

static void cpus_follow_the_affinity(void **state)
{
	unsigned cpus[1024];
	size_t all = 0, n = 0;
	cpu_set_t before, one;

	(void)state;
	assert_int_equal(host_cpus(cpus, ARRAY_SIZE(cpus), &all, NULL), 0);
	assert_true(all >= 1);
	for (size_t i = 1; i < all; i++)
		assert_true(cpus[i] > cpus[i - 1]);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET(cpus[all - 1], &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(host_cpus(cpus, ARRAY_SIZE(cpus), &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_true(CPU_ISSET(cpus[0], &one));
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(host_cpus(cpus, 1, &n, NULL), 0);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arm_machine),
		cmocka_unit_test(the_captured_hybrid_machine),
		cmocka_unit_test(fingerprint),
		cmocka_unit_test(a_host_that_tells_nothing),
		cmocka_unit_test(this_machine),
		cmocka_unit_test(versions_of_tools),
		cmocka_unit_test(cpus_follow_the_affinity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
