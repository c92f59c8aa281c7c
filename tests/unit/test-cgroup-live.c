/* test-cgroup-live.c - cgroups made in the hierarchies of this machine: needs the right to (root), else it is skipped
 * with the reason. */
#include "cgroup.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#define MIB (1ull << 20)
#define WITHIN(seconds) (now_ns() + (seconds)*NSEC_PER_SEC)

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
static void touch_16_pages(void)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(p, 65536, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < 65536; i += 4096)
		p[i] = 1;
}

/* The kernel puts small changes off for up to 2 s: without more than reading memory.stat most of these are 0. */
static void live_memory_is_not_put_off(void **state)
{
	struct error err = ERROR_INIT;
	struct cgroup_memory m;

	(void)state;
	need_cgroups();
	for (int i = 0; i < 5; i++) {
		struct cgroup *cg = make("small", NULL);
		pid_t pid = child_in(cg, touch_16_pages);

		assert_int_equal(cgroup_memory(cg, &m, &err), 0);
		assert_true(m.anon >= 65536);
		assert_true(m.anon < MIB);
		assert_int_equal(cgroup_kill(cg, WITHIN(5), &err), 0);
		must_end(pid);
		remove_all(cg);
	}
}

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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_memory_and_cpu),
		cmocka_unit_test(live_memory_is_not_put_off),
		cmocka_unit_test(live_limits_hold),
		cmocka_unit_test(live_kill_a_fork_bomb),
		cmocka_unit_test(live_kill_a_frozen_group),
		cmocka_unit_test(live_sweep_finds_a_leftover),
		cmocka_unit_test(live_failure_leaves_nothing),
		cmocka_unit_test(live_join_another_process),
		cmocka_unit_test(live_never_kills_itself),
	};

	return cmocka_run_group_tests(tests, live_setup, live_teardown);
}
