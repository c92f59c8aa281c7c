/* test-cgroup.c - cgroups in captured trees of each mode. */
#include "cgroup.h"

#include "tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define MIB (1ull << 20)
#define WITHIN(seconds) (now_ns() + (seconds)*NSEC_PER_SEC)

static struct cgroups *open_tree(const char *name, int *root)
{
	struct error err = ERROR_INIT;
	struct cgroups *h;

	*root = tree_captured(name);
	h = cgroups_open(*root, &err);
	assert_non_null(h);
	return h;
}

static void modes(void **state)
{
	static const struct {
		const char *root;
		enum cgroup_mode mode;
	} want[] = {{"none", CGROUP_NONE}, {"v1", CGROUP_V1}, {"hybrid", CGROUP_HYBRID},
		{"v2", CGROUP_V2}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		int root;
		struct cgroups *h = open_tree(want[i].root, &root);

		assert_int_equal(cgroups_mode(h), want[i].mode);
		assert_string_equal(cgroup_mode_names[cgroups_mode(h)], want[i].root);
		cgroups_close(h);
		close(root);
	}
}

static void assert_paths(const struct cgroup *cg, const char *const *want)
{
	char **paths = cgroup_procs_paths(cg);
	size_t n = 0;

	for (; paths[n]; n++) {
		assert_non_null(want[n]);
		assert_string_equal(paths[n], want[n]);
		free(paths[n]);
	}
	assert_null(want[n]);
	free(paths);
}

static void memory_is(const struct cgroup *cg, uint64_t anon, uint64_t shmem, uint64_t file,
	uint64_t kernel, uint64_t peak)
{
	struct error err = ERROR_INIT;
	struct cgroup_memory m;

	assert_int_equal(cgroup_memory(cg, &m, &err), 0);
	assert_int_equal(m.anon, anon);
	assert_int_equal(m.shmem, shmem);
	assert_int_equal(m.file, file);
	assert_int_equal(m.kernel, kernel);
	assert_int_equal(m.total, anon + shmem + file + kernel);
	assert_int_equal(m.peak, peak);
	assert_int_equal(m.has_peak, peak != 0);
	assert_int_equal(m.has_kernel, kernel != 0);
}

static void figures_of_v1(void **state)
{
	static const char *const paths[] = {
		"/sys/fs/cgroup/pids/tare-00c0ffee00c0ffee/t3-0/cgroup.procs",
		"/sys/fs/cgroup/freezer/tare-00c0ffee00c0ffee/t3-0/cgroup.procs",
		"/sys/fs/cgroup/memory/tare-00c0ffee00c0ffee/t3-0/cgroup.procs",
		"/sys/fs/cgroup/cpuset/tare-00c0ffee00c0ffee/t3-0/cgroup.procs",
		"/sys/fs/cgroup/cpu,cpuacct/tare-00c0ffee00c0ffee/t3-0/cgroup.procs", NULL};
	int root;
	struct cgroups *h = open_tree("v1", &root);
	struct error err = ERROR_INIT;
	struct cgroup *cg = cgroup_adopt(h, 4242, &err);
	uint64_t v = 0;
	pid_t *pids;
	size_t n;

	(void)state;
	assert_non_null(cg);
	assert_paths(cg, paths);
	/* total_*, not the group's own; sockets are kernel memory */
	memory_is(cg, 16777216, 2097152, 6291456 - 2097152, 1310720 + 65536, 33554432);
	assert_int_equal(cgroup_cpu_ns(cg, &v, &err), 0);
	assert_int_equal(v, 123456789);
	assert_int_equal(cgroup_throttled(cg, &v, &err), 0);
	assert_int_equal(v, 7);
	assert_int_equal(cgroup_memory_limit(cg, &v, &err), 0);
	assert_int_equal(v, 256 * MIB);
	assert_int_equal(cgroup_pids(cg, &pids, &n, &err), 0);
	assert_int_equal(n, 3); /* of the child group too, ascending */
	assert_int_equal(pids[0], 4242);
	assert_int_equal(pids[1], 4250);
	assert_int_equal(pids[2], 4251);
	assert_int_equal(cgroup_clone_fd(cg), -1);
	free(pids);
	cgroup_free(cg);
	cgroups_close(h);
	close(root);
}

/* Where libvirt gave the process no group of its own, the caller's group is not taken for it. */
static void adopting_on_v1(void **state)
{
	static const char *const paths[] = {
		"/sys/fs/cgroup/memory/machine/qemu-embed-1-vm.libvirt-qemu/cgroup.procs",
		"/sys/fs/cgroup/cpu,cpuacct/machine/qemu-embed-1-vm.libvirt-qemu/cgroup.procs",
		NULL};
	int root;
	struct cgroups *h = open_tree("v1", &root);
	struct error err = ERROR_INIT;
	struct cgroup *cg = cgroup_adopt(h, 4300, &err);
	struct cgroup_memory m;
	uint64_t v = 1;

	(void)state;
	assert_non_null(cg);
	assert_paths(cg, paths);
	assert_int_equal(cgroup_memory(cg, &m, &err), 0);
	assert_false(m.has_kernel);
	assert_false(m.has_peak);
	assert_int_equal(m.total, 50331648 + 8388608);
	assert_int_equal(cgroup_memory_limit(cg, &v, &err), 0);
	assert_int_equal(v, 0); /* unlimited */
	/* Never removed: the files stay. */
	assert_int_equal(cgroup_remove(cg, WITHIN(1), &err), 0);
	assert_int_equal(cgroup_memory(cg, &m, &err), 0);
	cgroup_free(cg);
	assert_null(cgroup_adopt(h, 4400, &err));
	assert_string_equal(
		err.text, "/proc/4400/cgroup: the process is in no group of its own, expected one");
	err = (struct error)ERROR_INIT;
	assert_null(cgroup_adopt(h, 4999, &err));
	assert_string_equal(err.text, "/proc/4999/cgroup: cannot read: No such file or directory");
	cgroups_close(h);
	close(root);
}

static void figures_of_hybrid(void **state)
{
	int root;
	struct cgroups *h = open_tree("hybrid", &root);
	struct error err = ERROR_INIT;
	struct cgroup *cg = cgroup_adopt(h, 4242, &err);
	char **paths = cgroup_procs_paths(cg);
	uint64_t v = 0;
	pid_t *pids;
	size_t n = 0;

	(void)state;
	while (paths[n])
		free(paths[n++]);
	free(paths);
	assert_int_equal(n, 7); /* cpu cpuacct cpuset memory freezer pids unified; not systemd */
	memory_is(cg, 21950464, 0, 25788416, 385024, 54984704);
	assert_int_equal(cgroup_cpu_ns(cg, &v, &err), 0);
	assert_int_equal(v, 109737502);
	assert_int_equal(cgroup_memory_limit(cg, &v, &err), 0);
	assert_int_equal(v, 256 * MIB);
	assert_int_equal(cgroup_pids(cg, &pids, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(pids[0], 4242);
	assert_int_equal(cgroup_clone_fd(cg), -1);
	free(pids);
	cgroup_free(cg);
	cgroups_close(h);
	close(root);
}

static void figures_of_v2(void **state)
{
	int root;
	struct cgroups *h = open_tree("v2", &root);
	struct error err = ERROR_INIT;
	struct cgroup *cg = cgroup_adopt(h, 4242, &err);
	uint64_t v = 0;
	pid_t *pids;
	size_t n;

	(void)state;
	assert_non_null(cg);
	memory_is(cg, 20971520, 1048576, 9437184 - 1048576, 3145728 + 32768, 40894464);
	assert_int_equal(cgroup_cpu_ns(cg, &v, &err), 0);
	assert_int_equal(v, 2500123000);
	assert_int_equal(cgroup_throttled(cg, &v, &err), 0);
	assert_int_equal(v, 3);
	assert_int_equal(cgroup_memory_limit(cg, &v, &err), 0);
	assert_int_equal(v, 256 * MIB);
	assert_int_equal(cgroup_pids(cg, &pids, &n, &err), 0);
	assert_int_equal(n, 2); /* one was listed twice */
	assert_int_equal(pids[0], 4242);
	assert_int_equal(pids[1], 4251);
	assert_true(cgroup_clone_fd(cg) >= 0);
	free(pids);
	cgroup_free(cg);
	cgroups_close(h);
	close(root);
}

/* Linux 5.15 has no "kernel" line: the parts are added. No cpu controller: nothing was throttled. */
static void figures_of_older_v2(void **state)
{
	int root;
	struct cgroups *h = open_tree("v2", &root);
	struct error err = ERROR_INIT;
	struct cgroup *cg = cgroup_adopt(h, 4300, &err);
	uint64_t v = 1;

	(void)state;
	assert_non_null(cg);
	memory_is(cg, 104857600, 0, 2097152, 212992 + 1048576 + 11520 + 204800 + 614400 + 16384, 0);
	assert_int_equal(cgroup_throttled(cg, &v, &err), 0);
	assert_int_equal(v, 0);
	v = 1;
	assert_int_equal(cgroup_memory_limit(cg, &v, &err), 0);
	assert_int_equal(v, 0);
	cgroup_free(cg);
	assert_null(cgroup_adopt(h, 4400, &err)); /* "/../outside" */
	cgroups_close(h);
	close(root);
}

static void names_by_prefix(void **state)
{
	int root;
	struct cgroups *h = open_tree("v1", &root);
	char **names = cgroups_list(h, "tare-");

	(void)state;
	assert_string_equal(names[0], "tare-00c0ffee00c0ffee");
	assert_string_equal(names[1], "tare-0123456789abcdef"); /* in one hierarchy only */
	assert_null(names[2]);
	free(names[0]);
	free(names[1]);
	free(names);
	cgroups_close(h);
	close(root);
}

static void a_host_without_cgroups(void **state)
{
	int root;
	struct cgroups *h = open_tree("none", &root);
	struct error err = ERROR_INIT;
	char **names = cgroups_list(h, "tare-");
	bool found = true;

	(void)state;
	assert_null(names[0]);
	free(names);
	assert_int_equal(cgroups_check(h, &err), -1);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_string_equal(err.text,
		"cgroup: no controller is mounted, expected cgroup v1 or v2; "
		"mount -t cgroup2 none /sys/fs/cgroup");
	err = (struct error)ERROR_INIT;
	assert_null(cgroup_create(h, "tare-x/y", NULL, &err));
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	assert_int_equal(cgroups_sweep(h, "tare-x", WITHIN(1), &found, &err), 0);
	assert_false(found);
	cgroups_close(h);
	close(root);
}

static void a_controller_that_is_missing(void **state)
{
	struct tree t = tree_new();
	struct error err = ERROR_INIT;
	struct cgroups *h;

	(void)state;
	/* The mount point holds an escaped space. */
	tree_put(&t, "proc/self/mountinfo",
		"31 21 0:26 / /sys/fs/c\\040group rw - cgroup2 cgroup2 rw,nsdelegate\n");
	tree_put(&t, "sys/fs/c group/cgroup.controllers", "cpuset cpu io pids\n");
	h = cgroups_open(t.fd, &err);
	assert_non_null(h);
	assert_int_equal(cgroups_mode(h), CGROUP_V2);
	assert_int_equal(cgroups_check(h, &err), -1);
	assert_string_equal(err.text,
		"cgroup: controller memory is missing (mode v2), expected it mounted or in "
		"cgroup.controllers; enable it in the kernel or delegate it");
	cgroups_close(h);
	tree_free(&t);
}

static void malformed_files(void **state)
{
	struct tree t = tree_new();
	struct error err = ERROR_INIT;
	struct cgroup_memory m;
	struct cgroups *h;
	struct cgroup *cg;
	uint64_t v = 42;
	pid_t *pids = NULL;
	size_t n;

	(void)state;
	tree_put(&t, "proc/self/mountinfo", "31 21 0:26 /sys/fs/cgroup\n");
	assert_null(cgroups_open(t.fd, &err));
	assert_string_equal(err.text,
		"/proc/self/mountinfo: a line is malformed, got \"31 21 0:26 /sys/fs/cgroup\", expected "
		"\"ID PARENT DEV ROOT POINT OPTIONS - TYPE SOURCE OPTIONS\"");
	tree_put(&t, "proc/self/mountinfo", "31 21 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
	tree_put(&t, "proc/self/cgroup", "0::/\n");
	tree_put(&t, "proc/7/cgroup", "0::/a\n");
	tree_put(&t, "cg/cgroup.controllers", "memory pids\n");
	tree_put(&t, "cg/a/cgroup.procs", "7\n0\n");
	tree_put(&t, "cg/a/memory.stat", "anon 5\nfile x\n");
	tree_put(&t, "cg/a/cpu.stat", "");
	tree_put(&t, "cg/a/memory.max", "much\n");
	h = cgroups_open(t.fd, NULL);
	cg = cgroup_adopt(h, 7, NULL);
	assert_non_null(cg);
	err = (struct error)ERROR_INIT;
	assert_int_equal(cgroup_memory(cg, &m, &err), -1);
	assert_string_equal(err.text,
		"/cg/a/memory.stat: file is malformed, got \"file x\", expected a number");
	err = (struct error)ERROR_INIT;
	assert_int_equal(cgroup_cpu_ns(cg, &v, &err), -1);
	assert_string_equal(err.text,
		"/cg/a/cpu.stat: usage_usec is missing, expected a line \"usage_usec N\"");
	err = (struct error)ERROR_INIT;
	assert_int_equal(cgroup_memory_limit(cg, &v, &err), -1);
	assert_string_equal(err.text,
		"/cg/a/memory.max: the content is malformed, got \"much\", expected one number");
	err = (struct error)ERROR_INIT;
	assert_int_equal(cgroup_pids(cg, &pids, &n, &err), -1);
	assert_string_equal(
		err.text, "cgroup a/cgroup.procs: a line is malformed, got \"0\", expected a pid");
	assert_int_equal(v, 42);
	assert_null(pids);
	cgroup_free(cg);
	cgroups_close(h);
	tree_free(&t);
}

static void bad_names(void **state)
{
	static const char *const names[] = {
		"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/."};
	int root;
	struct cgroups *h = open_tree("v2", &root);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = ERROR_INIT;
		bool found;

		assert_null(cgroup_create(h, names[i], NULL, &err));
		assert_non_null(strstr(err.text, "cgroup: bad name, got \""));
		assert_int_equal(cgroups_sweep(h, names[i], WITHIN(1), &found, NULL), -1);
	}
	cgroups_close(h);
	close(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),
		cmocka_unit_test(figures_of_v1),
		cmocka_unit_test(adopting_on_v1),
		cmocka_unit_test(figures_of_hybrid),
		cmocka_unit_test(figures_of_v2),
		cmocka_unit_test(figures_of_older_v2),
		cmocka_unit_test(names_by_prefix),
		cmocka_unit_test(a_host_without_cgroups),
		cmocka_unit_test(a_controller_that_is_missing),
		cmocka_unit_test(malformed_files),
		cmocka_unit_test(bad_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
