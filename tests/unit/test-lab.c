/* test-lab.c - the lab entered, left, refused, and killed at random moments. Needs root. Each lab is entered by a
 * forked child, because it changes the caller's namespaces. TARE_TEST_SEED repeats a sequence of moments,
 * TARE_TEST_KILLS sets how many. */
#include "lab.h"

#include "in-child.h"
#include "netlink.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static char state[64];
static struct lab lab;

static int setup(void **data)
{
	(void)data;
	strcpy(state, "/tmp/tare-lab-test-XXXXXX");
	err = (struct error){0};
	lab = (struct lab){0};
	/* What a killed child leaves becomes our child: nothing can hide from reap_all(). */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return mkdtemp(state) ? 0 : -1;
}

static int teardown(void **data)
{
	(void)data;
	return remove_tree_at(AT_FDCWD, state);
}

static void need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("SKIP: needs root to make cgroups and namespaces\n");
	skip();
}

static pid_t in_child(void (*body)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(60);
		body();
		_exit(0);
	}
	return pid;
}

static void run_child(void (*body)(void))
{
	int status = -1;

	waitpid(in_child(body), &status, 0);
	assert_int_equal(status, 0);
}

/* Reaps what ended; true when no child, and so no descendant, is left. */
static bool reap_all(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, WNOHANG);
	while (pid > 0);
	return pid < 0 && errno == ECHILD;
}

/* The first thing that is left of the run, or NULL. Static text. */
static const char *leftover(const char *id)
{
	static char text[512];
	DIR *d = opendir("/sys/fs/cgroup");
	struct dirent *e;

	text[0] = '\0';
	while (d && (e = readdir(d))) {
		char path[512];

		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/tare-%s", e->d_name, id);
		if (access(path, F_OK) == 0)
			strcpy(text, path);
	}
	closedir(d);
	d = opendir(state);
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && strcmp(e->d_name, "lock") != 0)
			snprintf(text, sizeof(text), "%s/%s", state, e->d_name);
	closedir(d);
	if (!text[0] && !reap_all())
		strcpy(text, "a process");
	return text[0] ? text : NULL;
}

/* Seconds until nothing was left, or -1 with what is after 2 s. */
static double gone_after(const char *id, const char **what)
{
	int64_t start = now_ns();

	do {
		*what = leftover(id);
		if (!*what)
			return (double)(now_ns() - start) / 1e9;
		usleep(2000);
	} while (now_ns() < start + 2 * NSEC_PER_SEC);
	return -1;
}

static bool in_proc(const char *path, const char *text)
{
	cleanup_free char *all = read_file_at(AT_FDCWD, path, 1 << 20, NULL);

	return all && strstr(all, text);
}

static ino_t inode(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void enter_body(void)
{
	ino_t net = inode("/proc/self/ns/net"), mnt = inode("/proc/self/ns/mnt");
	struct cgroup_limits limits = {.pids = 10};
	char home_mounts[64];
	struct cgroup *cg;
	struct stat st;

	snprintf(home_mounts, sizeof(home_mounts), "/proc/%d/mountinfo", getppid());
	CHECK(in_proc(home_mounts, " / "));
	CHECK(lab_enter_at(&lab, state, &err) == 0);
	CHECK(inode("/proc/self/ns/net") != net && inode("/proc/self/ns/mnt") != mnt);
	CHECK(stat(lab.tmp, &st) == 0 && (st.st_mode & 07777) == 0700);
	CHECK(in_proc("/proc/self/mountinfo", lab.tmp) && !in_proc(home_mounts, lab.tmp));
	CHECK(in_proc("/proc/net/route", LAB_BRIDGE));
	CHECK(in_proc("/proc/net/fib_trie", LAB_GATEWAY));
	CHECK(!in_proc("/proc/net/dev", "eth0"));
	CHECK(in_proc("/proc/sys/net/ipv4/ip_forward", "0"));
	CHECK(access("/proc/sys/net/bridge", F_OK) < 0 ||
		in_proc("/proc/sys/net/bridge/bridge-nf-call-iptables", "0"));
	CHECK(!in_proc("/proc/net/if_inet6", LAB_BRIDGE));
	cg = lab_cgroup(&lab, "t1-0", &limits, &err);
	CHECK(cg && strlen(lab.id) == 16);
	cgroup_free(cg);
	CHECK(lab_leave(&lab, &err) == 0);
	CHECK(inode("/proc/self/ns/net") == net && inode("/proc/self/ns/mnt") == mnt);
	CHECK(!leftover(lab.id));
	CHECK(lab_leave(&lab, &err) == 0);
	CHECK(lab_enter_at(&lab, state, &err) == 0); /* a second time, in the same process */
	CHECK(lab_leave(&lab, &err) == 0 && !leftover(lab.id) && err.code == 0);
}

static void enter_and_leave(void **data)
{
	(void)data;
	need_root();
	assert_int_equal(lab_leave(&(struct lab){0}, NULL), 0);
	run_child(enter_body);
	assert_true(reap_all());
}

static void addresses(void **data)
{
	struct lab l = {.next_address = 2};
	char text[INET_ADDRSTRLEN];
	unsigned n = 0;

	(void)data;
	assert_int_equal(lab_address(&l, text, &err), 0);
	assert_string_equal(text, "10.222.0.2");
	for (n = 1; lab_address(&l, text, &err) == 0; n++)
		;
	assert_string_equal(text, "10.222.255.254");
	assert_int_equal(n, 65533);
	assert_string_equal(err.text, "lab: addresses, got all 65534 used up in this run");
}

static void not_root_body(void)
{
	CHECK(setresuid(65534, 65534, 65534) == 0);
	CHECK(lab_enter_at(&lab, "/tmp/nothing-here", &err) == -1);
	CHECK(err.code == EXIT_PREREQUISITE);
	CHECK(!strcmp(err.text,
		"lab: needs root to make cgroups and namespaces, got uid 65534; "
		"run it with sudo"));
	CHECK(access("/tmp/nothing-here", F_OK) < 0);
}

static void needs_root(void **data)
{
	(void)data;
	need_root();
	run_child(not_root_body);
}

static void one_at_a_time(void **data)
{
	cleanup_free char *expected = NULL;
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)data;
	need_root();
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		alarm(60);
		CHECK(lab_enter_at(&lab, state, &err) == 0 && write(ready[1], "r", 1) == 1);
		pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	expected = xasprintf("lab: another run holds this host, got pid %d, expected one run at a "
			     "time; wait for it or end it",
		pid);
	assert_int_equal(lab_enter_at(&lab, state, &err), -1);
	assert_string_equal(err.text, expected);
	assert_int_equal(err.code, EXIT_PREREQUISITE);
	/* The next one starts right when it is killed: it waits for the guardian, or cleans up itself. */
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	err = (struct error){0};
	run_child(enter_body);
	assert_true(gone_after("none", &(const char *){NULL}) >= 0);
	close(ready[0]);
	close(ready[1]);
}

static void refuses_loose_state_folder(void **data)
{
	(void)data;
	need_root();
	chmod(state, 0777);
	assert_int_equal(lab_enter_at(&lab, state, &err), -1);
	assert_non_null(strstr(err.text,
		"got owner 0 and mode 777, expected owner 0 and no right to "
		"write for others; remove it"));
}

/* The nth system call of this number fails with EPERM. */
static int failing_call;

static void fail_body(void)
{
	ino_t net = inode("/proc/self/ns/net");
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	const struct scmp_arg_cmp new_net = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWNET, CLONE_NEWNET);

	CHECK(f &&
		seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), failing_call,
			failing_call == SCMP_SYS(unshare), new_net) == 0);
	CHECK(seccomp_load(f) == 0);
	CHECK(lab_enter_at(&lab, state, &err) == -1);
	CHECK(err.code && strchr(err.text, ':') && !strchr(err.text, '\n'));
	CHECK(!lab.entered && inode("/proc/self/ns/net") == net);
	CHECK(!leftover(lab.id));
}

static void undone_when_a_step_fails(void **data)
{
	static const int calls[] = {SCMP_SYS(mount), SCMP_SYS(unshare), SCMP_SYS(socketpair),
		SCMP_SYS(fdatasync), SCMP_SYS(mkdir), SCMP_SYS(socket), SCMP_SYS(flock),
		SCMP_SYS(fsync), SCMP_SYS(pidfd_open), SCMP_SYS(sched_getaffinity)};

	(void)data;
	need_root();
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		failing_call = calls[i];
		run_child(fail_body);
		assert_true(reap_all());
	}
}

/* Makes one thing of each kind, for ever. */
static void busy_body(void)
{
	CHECK(lab_enter_at(&lab, state, &err) == 0);
	for (unsigned n = 0;; n++) {
		cleanup_free char *name = xasprintf("t%u-0", n);
		cleanup_free char *file = xasprintf("%s/%s", lab.tmp, name);
		cleanup_free char *veth = xasprintf("tarev%u", n);
		cleanup_free char *tap = xasprintf("taret%u", n);
		struct cgroup *cg = lab_cgroup(&lab, name, NULL, &err);
		pid_t pid = cg ? fork() : -1;

		if (pid == 0) {
			signal(SIGTERM, SIG_IGN);
			setsid();
			if (n % 2 || cgroup_join(cg, 0) <= 0) /* the odd ones stay outside */
				for (;;)
					pause();
		}
		cgroup_free(cg);
		CHECK(pid > 0 && mkdir(file, 0700) == 0);
		CHECK(link_add_veth(veth, "peer", pid, &err) < 0 || true);
		CHECK(link_add_tap(tap, &err) == 0);
		CHECK(link_set_master(tap, LAB_BRIDGE, &err) == 0);
		CHECK(link_delete(veth, &err) == 0);
	}
}

static void killed_at_random_moments(void **data)
{
	const char *given = getenv("TARE_TEST_SEED"), *count = getenv("TARE_TEST_KILLS");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)now_ns();
	unsigned kills = count ? (unsigned)strtoul(count, NULL, 10) : 12;
	double worst = 0;

	(void)data;
	need_root();
	print_message("TARE_TEST_SEED=%u\n", seed);
	for (unsigned i = 0; i < kills; i++) {
		struct gc_report r = {0};
		const char *what;
		double took;
		pid_t pid;

		seed = seed * 1103515245u + 12345u;
		snprintf(lab.id, sizeof(lab.id), "%08x%08x", (unsigned)getpid(), i);
		pid = in_child(busy_body);
		usleep((seed >> 8) % 120000);
		kill(pid, SIGKILL);
		took = gone_after(lab.id, &what);
		if (took < 0)
			fail_msg("kill %u: left after 2 s: %s", i, what);
		worst = took > worst ? took : worst;
		assert_int_equal(gc_all(state, NULL, &r, &err), 0);
		assert_int_equal(r.runs + r.processes + r.cgroups + r.files, 0);
		json_decref(r.names);
	}
	print_message("%u kills, all gone after at most %.3f s\n", kills, worst);
}

static int told[2]; /* the guardian's pid */

static void tell_body(void)
{
	struct cgroup *cg;
	pid_t pid;

	for (int i = 0; i < 20; i++)
		(void)!open("/",
			O_RDONLY | O_DIRECTORY); /* not CLOEXEC: the guardian must close them */
	CHECK(lab_enter_at(&lab, state, &err) == 0);
	cg = lab_cgroup(&lab, "t1-0", NULL, &err);
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	CHECK(cgroup_join(cg, pid) == 0);
	CHECK(write(told[1], &lab.guardian_pid, sizeof(pid_t)) == sizeof(pid_t));
	for (;;)
		pause();
}

static pid_t start_telling(pid_t *guardian)
{
	pid_t pid;

	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	snprintf(lab.id, sizeof(lab.id), "%016x", (unsigned)getpid());
	pid = in_child(tell_body);
	assert_int_equal(read(told[0], guardian, sizeof(*guardian)), sizeof(*guardian));
	close(told[0]);
	close(told[1]);
	return pid;
}

static void guardian_killed_too(void **data)
{
	struct gc_report r = {0};
	const char *what;
	pid_t guardian, pid;

	(void)data;
	need_root();
	pid = start_telling(&guardian);
	kill(guardian, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	usleep(100000);
	assert_non_null(leftover(lab.id)); /* else this test shows nothing */
	assert_int_equal(gc_all(state, NULL, &r, &err), 0);
	assert_int_equal(r.runs, 1);
	assert_int_equal(r.cgroups, 1);
	assert_true(r.processes >= 1);
	assert_true(gone_after(lab.id, &what) >= 0);
	json_decref(r.names);
}

static void next_run_cleans(void **data)
{
	pid_t guardian, pid;

	(void)data;
	need_root();
	pid = start_telling(&guardian);
	kill(guardian, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_non_null(leftover(lab.id));
	lab.id[0] = '\0';
	run_child(enter_body);
	assert_true(reap_all());
}

static void guardian_holds_nothing(void **data)
{
	unsigned sockets = 0, pidfds = 0, nulls = 0, others = 0;
	cleanup_free char *path = NULL;
	const char *what;
	struct dirent *e;
	pid_t guardian, pid;
	DIR *d;

	(void)data;
	need_root();
	pid = start_telling(&guardian);
	path = xasprintf("/proc/%d/fd", guardian);
	for (int i = 0; i < 100; i++) { /* it closes them right after its birth */
		char target[256];

		sockets = pidfds = nulls = others = 0;
		d = opendir(path);
		while (d && (e = readdir(d))) {
			ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

			if (n <= 0)
				continue;
			target[n] = '\0';
			if (strncmp(target, "socket:", 7) == 0)
				sockets++;
			else if (strncmp(target, "anon_inode:[pidfd]", 18) == 0 ||
				strncmp(target, "pidfd:", 6) == 0)
				pidfds++;
			else if (strcmp(target, "/dev/null") == 0)
				nulls++;
			else
				others++;
		}
		closedir(d);
		if (!others)
			break;
		usleep(10000);
	}
	assert_int_equal(sockets, 1);
	assert_int_equal(pidfds, 1);
	assert_int_equal(nulls, 3);
	assert_int_equal(others, 0);
	kill(pid, SIGKILL);
	assert_true(gone_after(lab.id, &what) >= 0);
}

static void survives_signals(void **data)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE, SIGALRM};
	const char *what;
	pid_t guardian, pid;

	(void)data;
	need_root();
	pid = start_telling(&guardian);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		kill(guardian, signals[i]);
	usleep(20000);
	assert_int_equal(kill(guardian, 0), 0);
	kill(pid, SIGINT); /* and the harness dies of Ctrl-C without a word */
	assert_true(gone_after(lab.id, &what) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(enter_and_leave, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(needs_root, setup, teardown),
		cmocka_unit_test_setup_teardown(one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_loose_state_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(undone_when_a_step_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(guardian_holds_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(guardian_killed_too, setup, teardown),
		cmocka_unit_test_setup_teardown(next_run_cleans, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_signals, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_at_random_moments, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
