/* test-gc.c - gc removes what a ledger names and nothing else. The tests with cgroups need root. */
#include "ledger.h"

#include "cgroup.h"
#include "util.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

/* Of this process, so that test runs at the same time do not meet in the cgroups. */
static char id[17], other[17];
static char state[64], outside[64];

static int setup(void **data)
{
	(void)data;
	snprintf(id, sizeof(id), "aaaa%012x", (unsigned)getpid());
	snprintf(other, sizeof(other), "bbbb%012x", (unsigned)getpid());
	strcpy(state, "/tmp/tare-gc-test-XXXXXX");
	strcpy(outside, "/tmp/tare-gc-test-XXXXXX");
	return mkdtemp(state) && mkdtemp(outside) ? 0 : -1;
}

static int teardown(void **data)
{
	(void)data;
	remove_tree_at(AT_FDCWD, outside);
	return remove_tree_at(AT_FDCWD, state);
}

static char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *path_of(const char *format, ...)
{
	static char paths[512][1024];
	static unsigned next;
	char *p = paths[next++ % 512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(p, 1024, format, ap);
	va_end(ap);
	return p;
}

static bool there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, text, strlen(text)), 0);
	close(fd);
}

/* A run folder whose ledger has a "run" line with this pid and start, and these lines. */
static void run_with(const char *run, long pid, uint64_t start, const char *lines)
{
	char text[4096];

	snprintf(text, sizeof(text), "run %s %ld %llu\n%s", run, pid, (unsigned long long)start,
		lines);
	mkdir(path_of("%s/%s", state, run), 0700);
	put(path_of("%s/%s/ledger", state, run), text);
}

static bool named(const struct gc_report *r, const char *part)
{
	const json_t *name;
	size_t i;

	json_array_foreach (r->names, i, name)
		if (strstr(json_string_value(name), part))
			return true;
	return false;
}

static void removes_files_and_folders(void **data)
{
	struct gc_report r = {0};
	struct error err = ERROR_INIT;
	char *tmp = path_of("%s/.run.json.1.tmp", outside);
	char *sub = path_of("%s/extra", state);

	(void)data;
	put(tmp, "half");
	mkdir(sub, 0700);
	mkdir(path_of("%s/deep", sub), 0700);
	put(path_of("%s/deep/file", sub), "x");
	assert_int_equal(symlink(outside, path_of("%s/link", sub)), 0);
	put(path_of("%s/keep", outside), "x");
	run_with(id, 1, 1, path_of("file %s\nfolder %s\nfile /nonexistent/x\n", tmp, sub));
	put(path_of("%s/%s/socket", state, id), "x");
	assert_int_equal(gc_run(state, id, &r, &err), 0);
	assert_false(there(tmp));
	assert_false(there(sub));
	assert_false(there(path_of("%s/%s", state, id)));
	assert_true(there(path_of("%s/keep", outside)));
	assert_int_equal(r.runs, 1);
	assert_int_equal(r.files, 2);
	assert_int_equal(json_array_size(r.names), 3);
	assert_int_equal(gc_run(state, id, &r, &err), 0);
	assert_int_equal(r.runs, 1);
	assert_int_equal(err.code, 0);
	json_decref(r.names);
}

static void refuses_foreign_paths(void **data)
{
	struct gc_report r = {0};
	struct error err = ERROR_INIT;
	char *keep = path_of("%s/keep", outside);

	(void)data;
	put(keep, "x");
	put(path_of("%s/keep", state), "x"); /* outside/keep must not be taken for it */
	put(path_of("%s/lock", state), "1\n");
	run_with(other, getpid(), process_start_time(getpid()), "");
	mkdir(path_of("%s/real", state), 0700);
	assert_int_equal(symlink(outside, path_of("%s/link", state)), 0);
	run_with(id, 1, 1,
		path_of("folder %s/keep\nfolder %s/lock\nfolder %s/%s\nfolder %s/real/../%s\n"
			"file %s\nfolder %s/link/keep\nfile relative\ncgroup user.slice\n",
			outside, state, state, other, state, other, outside, state));
	assert_int_equal(gc_run(state, id, &r, &err), 0);
	assert_true(there(keep));
	assert_true(there(path_of("%s/keep", state)));
	assert_true(there(path_of("%s/lock", state)));
	assert_true(there(path_of("%s/%s/ledger", state, other)));
	assert_int_equal(r.files, 0);
	assert_int_equal(json_array_size(r.names), 8); /* 7 refused, and the run */
	assert_true(named(&r, "refused: cgroup user.slice, expected tare-<run id>; left alone"));
	json_decref(r.names);
}

static void only_dead_runs(void **data)
{
	struct gc_report r = {0}, again = {0};
	struct error err = ERROR_INIT;
	uint64_t mine = process_start_time(getpid());
	char zombie[17];
	siginfo_t info;
	pid_t pid;

	(void)data;
	put(path_of("%s/lock", state), "");
	run_with(id, getpid(), mine, ""); /* alive */
	run_with(other, getpid(), mine + 1, ""); /* its pid is another process now */
	snprintf(zombie, sizeof(zombie), "cccc%s", id + 4);
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	run_with(zombie, pid, process_start_time(pid), "");
	assert_int_equal(gc_all(state, NULL, &r, &err), 0);
	assert_true(there(path_of("%s/%s/ledger", state, id)));
	assert_false(there(path_of("%s/%s", state, other)));
	assert_false(there(path_of("%s/%s", state, zombie)));
	assert_int_equal(r.runs, 2);
	waitpid(pid, NULL, 0);
	assert_int_equal(gc_all(state, NULL, &again, &err), 0);
	assert_int_equal(again.runs, 0);
	assert_false(named(&again, other));
	run_with(other, getpid(), mine + 1, "");
	assert_int_equal(gc_all(state, other, NULL, &err), 0);
	assert_true(there(path_of("%s/%s/ledger", state, other)));
	json_decref(r.names);
	json_decref(again.names);
}

static void bare_and_damaged_folders(void **data)
{
	struct gc_report r = {0};
	struct error err = ERROR_INIT;
	char *damaged = path_of("%s/%s", state, other), *bare = path_of("%s/%s", state, id);
	int lock;

	(void)data;
	mkdir(bare, 0700);
	put(path_of("%s/ledger.new", bare), "run");
	put(path_of("%s/lock", state), "");
	lock = open(path_of("%s/lock", state), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(gc_all(state, NULL, &r, &err), 0);
	assert_true(there(bare)); /* the lock's holder may be about to write its ledger */
	flock(lock, LOCK_UN);
	close(lock);
	mkdir(damaged, 0700);
	put(path_of("%s/ledger", damaged), "run x\n");
	mkdir(path_of("%s/dddddddddddddddd", state), 0700);
	put(path_of("%s/dddddddddddddddd/file", state), "");
	assert_int_equal(gc_all(state, NULL, &r, &err), 0);
	assert_false(there(bare));
	assert_true(there(path_of("%s/ledger", damaged)));
	assert_true(there(path_of("%s/dddddddddddddddd/file", state)));
	assert_true(named(&r, "ledger: line 1, got \"run x\""));
	assert_true(named(&r, "unknown: folder dddddddddddddddd holds no ledger; left alone"));
	assert_int_equal(r.runs, 0);
	json_decref(r.names);
}

static void no_state_folder(void **data)
{
	struct gc_report r = {0};
	struct error err = ERROR_INIT;

	(void)data;
	assert_int_equal(gc_all("/nonexistent/tare", NULL, &r, &err), 0);
	assert_int_equal(r.runs, 0);
	assert_non_null(r.names);
	assert_int_equal(gc_run("/nonexistent/tare", id, NULL, &err), 0);
	assert_int_equal(gc_run(state, "../etc", NULL, &err), -1);
	assert_string_equal(err.text, "gc: run id, got \"../etc\", expected 16 hex digits");
	json_decref(r.names);
}

/* A process whose command line looks like the QEMU of a domain. */
static pid_t fake_guest(const char *argument)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", "kill -STOP $$", "-name", argument, (char *)NULL);
		_exit(1);
	}
	/* Closed by the exec: from then on the command line is the new one. */
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 0);
	close(ready[0]);
	return pid;
}

/* libvirt's own test driver: a daemon in the process, with the domains of a file. */
static void domains(void **data)
{
	pid_t guest, stranger;
	int status;
	struct gc_report r = {0};
	struct error err = ERROR_INIT;
	char *xml = path_of("%s/node.xml", outside), *uri = path_of("test://%s", xml);

	(void)data;
	put(xml,
		"<node><domain type='test'><name>tare-x</name><memory>8192</memory><os><type>hvm"
		"</type></os></domain></node>");
	assert_int_equal(gc_domain(uri, "tare-none", &err), 0);
	assert_int_equal(err.code, 0);
	run_with(id, 1, 1, path_of("domain %s tare-x\ndomain %s other\n", uri, uri));
	assert_int_equal(gc_run(state, id, &r, &err), 0);
	assert_int_equal(r.domains, 1);
	assert_true(named(&r, path_of("domain %s tare-x", uri)));
	assert_true(named(&r, path_of("refused: domain %s other", uri)));
	/* No daemon any more: its guest is ended by pid, a look-alike is not; nothing blocks the next run. */
	guest = fake_guest("guest=tare-x,debug-threads=on");
	stranger = fake_guest("guest=tare-xy");
	run_with(id, 1, 1, "domain test:///nonexistent.xml tare-x\n");
	put(path_of("%s/%s/socket", state, id), "x");
	assert_int_equal(gc_run(state, id, &r, &err), 0);
	assert_true(named(&r, "domain test:///nonexistent.xml tare-x, without its daemon"));
	assert_false(there(path_of("%s/%s/ledger", state, id)));
	assert_int_equal(waitpid(guest, &status, 0), guest);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(waitpid(stranger, &status, WNOHANG), 0);
	kill(stranger, SIGKILL);
	waitpid(stranger, NULL, 0);
	json_decref(r.names);
}

static void need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("SKIP: needs root to make cgroups\n");
	skip();
}

static pid_t sleeper(struct cgroup *cg)
{
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	assert_int_equal(cgroup_join(cg, pid), 0);
	return pid;
}

static bool group_left(const char *name)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cgroups *h = cgroups_open(root, NULL);
	char **list = cgroups_list(h, name);
	bool left = list && list[0];

	for (char **n = list; n && *n; n++)
		free(*n);
	free(list);
	cgroups_close(h);
	close(root);
	return left;
}

static void kills_by_cgroup(void **data)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct gc_report r = {0};
	struct error err = ERROR_INIT;
	struct cgroups *h;
	struct cgroup *ours, *alike;
	char *name = path_of("tare-%s", id), *look = path_of("tare-deadbeef%x", getpid());
	pid_t in, out;
	int status;

	(void)data;
	need_root();
	h = cgroups_open(root, &err);
	ours = cgroup_create(h, path_of("%s/t1-0", name), NULL, &err);
	alike = cgroup_create(h, look, NULL, &err);
	assert_non_null(ours);
	assert_non_null(alike);
	in = sleeper(ours);
	out = sleeper(alike);
	run_with(id, 1, 1, path_of("cgroup %s\n", name));
	assert_int_equal(gc_all(state, NULL, &r, &err), 0);
	assert_int_equal(waitpid(in, &status, WNOHANG), in);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_false(group_left(name));
	assert_int_equal(r.cgroups, 1);
	assert_int_equal(r.processes, 1);
	assert_true(named(&r, path_of("cgroup %s", name)));
	assert_true(named(&r, path_of("process %d (test-gc)", in)));
	assert_true(named(&r, path_of("unknown: cgroup %s, no ledger names it; left alone", look)));
	assert_int_equal(waitpid(out, &status, WNOHANG), 0);
	assert_true(group_left(look));
	kill(out, SIGKILL);
	waitpid(out, &status, 0);
	assert_int_equal(cgroup_remove(alike, now_ns() + NSEC_PER_SEC, &err), 0);
	cgroup_free(ours);
	cgroup_free(alike);
	cgroups_close(h);
	close(root);
	json_decref(r.names);
}

/* A gc that is killed at any moment can be repeated until all is gone. */
static void killed_gc_can_be_repeated(void **data)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *name = path_of("tare-%s", id), *sub = path_of("%s/many", state);
	struct error err = ERROR_INIT;
	struct cgroups *h;
	unsigned tries = 0;
	int status = -1;
	pid_t in;

	(void)data;
	need_root();
	h = cgroups_open(root, &err);
	struct cgroup *cg = cgroup_create(h, path_of("%s/t1-0", name), NULL, &err);

	assert_non_null(cg);
	in = sleeper(cg);
	mkdir(sub, 0700);
	for (int i = 0; i < 200; i++)
		put(path_of("%s/%d", sub, i), "x");
	run_with(id, 1, 1, path_of("cgroup %s\nfolder %s\n", name, sub));
	for (; status != 0; tries++) {
		pid_t pid = fork();

		assert_true(tries < 1000);
		if (pid == 0)
			_exit(gc_run(state, id, NULL, NULL) < 0 ? 1 : 0);
		usleep(100 * tries);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	assert_true(tries > 1);
	assert_false(there(sub));
	assert_false(there(path_of("%s/%s", state, id)));
	assert_false(group_left(name));
	assert_int_equal(waitpid(in, &status, WNOHANG), in);
	cgroup_free(cg);
	cgroups_close(h);
	close(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(removes_files_and_folders, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_foreign_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(only_dead_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(bare_and_damaged_folders, setup, teardown),
		cmocka_unit_test_setup_teardown(no_state_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(domains, setup, teardown),
		cmocka_unit_test_setup_teardown(kills_by_cgroup, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_gc_can_be_repeated, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
