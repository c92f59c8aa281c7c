/* test-cgroup.c - cgroups in captured trees of each mode, and live: that part makes groups in the
 * hierarchies of this machine and needs the right to (root), else it is skipped with the reason. */
#include "cgroup.h"

#include "tree.h"
#include "wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#define MIB (1ull << 20)
#define WITHIN(seconds) (now_ns() + (seconds)*NSEC_PER_SEC)

/* ---- captured trees */

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

/* ---- live */

static int live_root = -1;
static struct cgroups *live;
static char live_name[32];
static char skip_reason[1536];

static int live_setup(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	live_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	live = cgroups_open(live_root, &err);
	if (!live || cgroups_check(live, &err) < 0)
		snprintf(skip_reason, sizeof(skip_reason), "%s", err.text);
	snprintf(live_name, sizeof(live_name), "tare-test%d", (int)getpid());
	return 0;
}

static bool is_left(void)
{
	char **names = cgroups_list(live, live_name);
	bool left = names[0] != NULL;

	for (size_t i = 0; names[i]; i++)
		free(names[i]);
	free(names);
	return left;
}

/* Nothing may be left by any test, also not by one that failed. */
static int live_teardown(void **state)
{
	bool found = false;

	(void)state;
	if (!*skip_reason)
		cgroups_sweep(live, live_name, WITHIN(10), &found, NULL);
	cgroups_close(live);
	live = NULL;
	close(live_root);
	return 0;
}

static void need_cgroups(void)
{
	if (*skip_reason) {
		printf("SKIP: %s\n", skip_reason);
		skip();
	}
}

static struct cgroup *make(const char *leaf, const struct cgroup_limits *limits)
{
	cleanup_free char *path = xasprintf("%s/%s", live_name, leaf);
	struct error err = ERROR_INIT;
	struct cgroup *cg = cgroup_create(live, path, limits, &err);

	if (!cg)
		print_error("%s\n", err.text);
	assert_non_null(cg);
	return cg;
}

static void remove_all(struct cgroup *cg)
{
	struct error err = ERROR_INIT;
	bool found = false;

	assert_int_equal(cgroup_remove(cg, WITHIN(5), &err), 0);
	assert_int_equal(cgroup_remove(cg, WITHIN(5), &err), 0); /* missing is fine */
	cgroup_free(cg);
	assert_int_equal(cgroups_sweep(live, live_name, WITHIN(5), &found, &err), 0);
	assert_true(found); /* the parent */
	assert_false(is_left());
}

/* Runs body in a child inside the group; returns when the child says that it is ready. */
static pid_t child_in(const struct cgroup *cg, void (*body)(void))
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (cgroup_join(cg, 0) < 0)
			_exit(99);
		body();
		(void)!write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void touch_16_mib(void)
{
	char *p = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 1, 16 * MIB);
}

static int64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

/* Of which all is spent inside the group. */
static void burn_50_ms(void)
{
	int64_t start = cpu_time();

	while (cpu_time() - start < 50 * NSEC_PER_MSEC)
		;
}

static void nothing(void)
{
}

static void must_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void live_memory_and_cpu(void **state)
{
	struct cgroup_limits limits = {.memory = 64 * MIB, .cpus = "0", .pids = 5};
	struct error err = ERROR_INIT;
	struct cgroup_memory m;
	struct cgroup *cg;
	uint64_t before = 0, after = 0, limit = 0;
	pid_t pid, burner, *pids;
	size_t n;

	(void)state;
	need_cgroups();
	cg = make("used", &limits);
	assert_int_equal(cgroup_memory_limit(cg, &limit, &err), 0);
	assert_int_equal(limit, 64 * MIB);
	pid = child_in(cg, touch_16_mib);
	assert_int_equal(cgroup_memory(cg, &m, &err), 0);
	assert_in_range(m.anon, 15 * MIB, 20 * MIB);
	assert_in_range(m.peak, 15 * MIB, 24 * MIB);
	assert_true(m.has_kernel && m.kernel > 0);
	assert_int_equal(cgroup_cpu_ns(cg, &before, &err), 0);
	burner = child_in(cg, burn_50_ms);
	assert_int_equal(cgroup_cpu_ns(cg, &after, &err), 0);
	assert_in_range(after - before, 49 * NSEC_PER_MSEC, 500 * NSEC_PER_MSEC);
	assert_int_equal(cgroup_pids(cg, &pids, &n, &err), 0);
	assert_int_equal(n, 2);
	free(pids);
	/* Busy until it is killed. */
	assert_int_equal(cgroup_remove(cg, now_ns() + 20 * NSEC_PER_MSEC, &err), -1);
	assert_non_null(strstr(err.text, "the group is still in use at the deadline"));
	err = (struct error)ERROR_INIT;
	assert_int_equal(cgroup_kill(cg, WITHIN(5), &err), 0);
	must_end(pid);
	must_end(burner);
	assert_int_equal(cgroup_pids(cg, &pids, &n, &err), 0);
	assert_int_equal(n, 0);
	free(pids);
	remove_all(cg);
}

static void over_the_limit(void)
{
	char *p = mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 1, 64 * MIB);
}

/* The limits are not only readable, they hold. */
static void live_limits_hold(void **state)
{
	struct cgroup_limits limits = {.memory = 32 * MIB, .cpus = "0", .pids = 1};
	struct cgroup *cg;
	int status;
	pid_t pid;

	(void)state;
	need_cgroups();
	cg = make("limited", &limits);
	pid = fork();
	if (pid == 0) {
		if (cgroup_join(cg, 0) < 0)
			_exit(99);
		if (fork() != -1 || errno != EAGAIN)
			_exit(98);
		over_the_limit();
		_exit(97);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* out of memory */
	remove_all(cg);
}

static void ignore_and_multiply(void)
{
	signal(SIGTERM, SIG_IGN);
	if (fork() == 0)
		for (;;) /* ends when the group's pids.max and SIGKILL say so */
			if (fork() == 0)
				setsid();
}

static void live_kill_a_fork_bomb(void **state)
{
	struct cgroup_limits limits = {.pids = 200};
	struct error err = ERROR_INIT;
	struct cgroup *cg;
	int64_t start;
	pid_t pid, *pids;
	size_t n = 0;

	(void)state;
	need_cgroups();
	cg = make("bomb", &limits);
	pid = child_in(cg, ignore_and_multiply);
	while (n < 100) {
		assert_int_equal(cgroup_pids(cg, &pids, &n, &err), 0);
		free(pids);
	}
	start = now_ns();
	assert_int_equal(cgroup_kill(cg, WITHIN(10), &err), 0);
	assert_true(now_ns() - start < 2 * NSEC_PER_SEC);
	must_end(pid);
	remove_all(cg);
}

/* Freezes the group, or the group levels above it: through the v1 freezer where there is one, else by
 * v2's own file. */
static void freeze_group(const struct cgroup *cg, int levels)
{
	char **paths = cgroup_procs_paths(cg);
	bool done = false;

	for (size_t i = 0; paths[i]; i++) {
		for (int k = 0; k <= levels; k++)
			*strrchr(paths[i], '/') = '\0';
		cleanup_free char *v1 = xasprintf("%s/freezer.state", paths[i]);
		cleanup_free char *v2 = xasprintf("%s/cgroup.freeze", paths[i]);

		done = done || write_file_at(AT_FDCWD, v1, "FROZEN") == 0 ||
			(!paths[i + 1] && write_file_at(AT_FDCWD, v2, "1") == 0);
		free(paths[i]);
	}
	free(paths);
	assert_true(done);
}

static void live_kill_a_frozen_group(void **state)
{
	struct error err = ERROR_INIT;
	struct cgroup *cg, *inner;
	pid_t pid, deep;

	(void)state;
	need_cgroups();
	inner = make("cold/inner", NULL);
	cgroup_free(inner);
	cleanup_free char *path = xasprintf("%s/cold/leaf", live_name);
	cg = cgroup_create(live, path, NULL, &err);
	assert_non_null(cg);
	pid = child_in(cg, nothing);
	freeze_group(cg, 0);
	assert_int_equal(cgroup_kill(cg, WITHIN(5), &err), 0);
	must_end(pid);
	deep = child_in(cg, nothing);
	freeze_group(cg, 0);
	freeze_group(cg, 1);
	cgroup_free(cg);
	/* A sweep of the parent thaws and kills at any depth. */
	bool found = false;

	assert_int_equal(cgroups_sweep(live, live_name, WITHIN(5), &found, &err), 0);
	assert_true(found);
	must_end(deep);
	assert_false(is_left());
}

/* A leftover in one hierarchy only, as a crash in the middle leaves it, is found and removed. */
static void live_sweep_finds_a_leftover(void **state)
{
	struct error err = ERROR_INIT;
	struct cgroup *cg;
	bool found = true;
	char **paths, **names;

	(void)state;
	need_cgroups();
	assert_int_equal(cgroups_sweep(live, live_name, WITHIN(5), &found, &err), 0);
	assert_false(found);
	cg = make("x", NULL);
	paths = cgroup_procs_paths(cg);
	for (size_t i = 0; paths[i]; i++) {
		for (int k = 0; k < 2; k++) {
			*strrchr(paths[i], '/') = '\0';
			if (paths[i + 1])
				assert_int_equal(rmdir(paths[i]), 0);
		}
		free(paths[i]);
	}
	free(paths);
	cgroup_free(cg);
	names = cgroups_list(live, live_name);
	assert_string_equal(names[0], live_name);
	assert_null(names[1]);
	free(names[0]);
	free(names);
	assert_int_equal(cgroups_sweep(live, live_name, WITHIN(5), &found, &err), 0);
	assert_true(found);
	assert_false(is_left());
}

static void live_failure_leaves_nothing(void **state)
{
	struct cgroup_limits impossible = {.memory = 64 * MIB, .cpus = "4095"};
	struct error err = ERROR_INIT;
	struct cgroup *cg;

	(void)state;
	need_cgroups();
	cleanup_free char *path = xasprintf("%s/x/y", live_name);

	assert_null(cgroup_create(live, path, &impossible, &err));
	assert_non_null(strstr(err.text, "cpuset.cpus: cannot set \"4095\""));
	assert_false(is_left()); /* not the parents either */
	cg = cgroup_create(live, path, NULL, NULL);
	assert_non_null(cg);
	err = (struct error)ERROR_INIT;
	assert_null(cgroup_create(live, path, NULL, &err));
	assert_non_null(strstr(err.text, "the group exists already"));
	remove_all(cg); /* the second call has not removed what the first made */
}

static void live_join_another_process(void **state)
{
	struct error err = ERROR_INIT;
	struct cgroup *cg, *seen;
	char **a, **b;
	pid_t pid;

	(void)state;
	need_cgroups();
	cg = make("j", NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	assert_int_equal(cgroup_join(cg, pid), 0);
	seen = cgroup_adopt(live, pid, &err);
	assert_non_null(seen);
	a = cgroup_procs_paths(cg);
	b = cgroup_procs_paths(seen);
	for (size_t i = 0; a[i] || b[i]; i++) {
		assert_string_equal(a[i], b[i]);
		free(a[i]);
		free(b[i]);
	}
	free(a);
	free(b);
	assert_int_equal(cgroup_kill(seen, WITHIN(5), &err), 0);
	must_end(pid);
	cgroup_free(seen);
	remove_all(cg);
}

/* The harness must not end itself: it refuses, and nothing is killed. */
static void live_never_kills_itself(void **state)
{
	struct error err = ERROR_INIT;
	struct cgroup *cg;
	int status;
	pid_t pid;

	(void)state;
	need_cgroups();
	cg = make("self", NULL);
	pid = fork();
	if (pid == 0) {
		if (cgroup_join(cg, 0) < 0)
			_exit(99);
		_exit(cgroup_kill(cg, WITHIN(1), &err) == -1 &&
					strstr(err.text, "this process is in it")
				? 0
				: 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	remove_all(cg);
}

int main(void)
{
	const struct CMUnitTest captured[] = {
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
	const struct CMUnitTest on_this_machine[] = {
		cmocka_unit_test(live_memory_and_cpu),
		cmocka_unit_test(live_limits_hold),
		cmocka_unit_test(live_kill_a_fork_bomb),
		cmocka_unit_test(live_kill_a_frozen_group),
		cmocka_unit_test(live_sweep_finds_a_leftover),
		cmocka_unit_test(live_failure_leaves_nothing),
		cmocka_unit_test(live_join_another_process),
		cmocka_unit_test(live_never_kills_itself),
	};
	int failed = cmocka_run_group_tests(captured, NULL, NULL);

	return failed + cmocka_run_group_tests(on_this_machine, live_setup, live_teardown);
}
