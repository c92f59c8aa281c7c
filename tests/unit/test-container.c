/* test-container.c - the platforms host and container on a real lab: their life, every step that can fail, what
 * a workload sees inside, workloads that will not end. Needs root; the agent and jail-probe (a static build of
 * tests/system/jail-probe.c) beside the folder of this executable. */
#include "platform.h"

#include "netlink.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static const char *const defaults[][2] = {
	{"host", "{\"network\": \"loopback\", \"pids\": \"512\"}"},
	{"host", "{\"network\": \"veth\", \"pids\": \"512\"}"},
	{"container", "{\"userns\": true, \"seccomp\": true, \"pids\": \"512\"}"},
};

/* In the order in which a start takes them; host: whether the platform host has them too. */
static const struct {
	const char *name;
	bool host, container;
} steps[] = {
	{"helper", true, true},
	{"cgroup", true, true},
	{"tree", true, true},
	{"channels", true, true},
	{"clone", true, true},
	{"identity", true, true},
	{"ids", false, true},
	{"keyring", false, true},
	{"propagation", false, true},
	{"root", false, true},
	{"proc", false, true},
	{"dev", false, true},
	{"tmp", false, true},
	{"masks", false, true},
	{"pivot_root", false, true},
	{"read-only", false, true},
	{"hostname", false, true},
	{"network", true, true},
	{"chroot", true, false},
	{"limits", true, true},
	{"capabilities", false, true},
	{"no_new_privs", false, true},
	{"directory", false, true},
	{"descriptors", true, true},
	{"seccomp", false, true},
	{"execve", true, true},
};

static struct lab lab;
static char state[32], agent_path[4096], probe_path[4096];
static char folder[64]; /* laid over the tree: it holds the probe */
static char *no_strings[] = {NULL};
static char test_name[] = "test", arm_name[] = "arm", idle[] = "idle", colon[] = ":", slash[] = "/";
static char no_failure[] = ", 0 failed";
static struct plan plan = {.memory = 64 << 20};
static const struct run_options run_options;
static unsigned trial;

/* One stage with one instance. */
struct bench {
	struct workload workload;
	char *files[2];
	struct arm arm;
	struct stage stage;
	struct instance instance;
	struct error err;
};

static void bench_open(struct bench *b, const char *platform, const char *options, char **command)
{
	char name[32];

	memset(b, 0, sizeof(*b));
	b->files[0] = command ? folder : NULL;
	b->workload = (struct workload){.name = test_name,
		.folder = state,
		.verb = command ? NULL : idle,
		.command = command ? command : no_strings,
		.env = no_strings,
		.files = b->files,
		.ready = command ? READY_LINE : READY_AGENT,
		.ready_text = colon,
		.ready_path = slash,
		.timeout = 20};
	b->arm = (struct arm){.name = arm_name,
		.platform = platform_find(platform),
		.options = json_loads(options, 0, NULL)};
	b->stage = (struct stage){.lab = &lab,
		.arm = &b->arm,
		.workload = &b->workload,
		.plan = &plan,
		.options = &run_options,
		.agent_path = agent_path};
	snprintf(name, sizeof(name), "t%u-0", trial++);
	instance_init(&b->instance, name, 0);
	if (platform_open(&b->stage, &b->err) < 0)
		fail_msg("%s", b->err.text);
}

static int bench_start(struct bench *b)
{
	if (platform_prepare(&b->stage, &b->instance, &b->err) < 0)
		return -1;
	return platform_start(&b->stage, &b->instance, now_ns() + 5 * NSEC_PER_SEC, &b->err);
}

static int bench_workload(struct bench *b)
{
	int64_t deadline = now_ns() + 20 * NSEC_PER_SEC;
	unsigned n = 0;

	if (agent_start_workload(&b->instance.agent, &b->workload, 0, &n, &b->err) < 0)
		return -1;
	while (n-- > 0)
		if (agent_answer(&b->instance.agent, NULL, deadline, &b->err) < 0)
			return -1;
	return 0;
}

static bool cgroup_is_there(const char *instance)
{
	cleanup_free char *v1 = xasprintf("/sys/fs/cgroup/memory/%s/%s", lab.cgroup, instance);
	cleanup_free char *v2 = xasprintf("/sys/fs/cgroup/%s/%s", lab.cgroup, instance);
	struct stat st;

	return stat(v1, &st) == 0 || stat(v2, &st) == 0;
}

static unsigned open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Stops, and sees that nothing of the instance is left. */
static void bench_stop(struct bench *b)
{
	struct link_counters counters;
	pid_t pid = b->instance.root_pid;
	struct error err = ERROR_INIT;

	if (platform_stop(&b->stage, &b->instance, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(platform_stop(&b->stage, &b->instance, &err), 0);
	assert_null(b->instance.platform_data);
	assert_null(b->instance.cgroup);
	assert_int_equal(b->instance.agent.fd, -1);
	assert_int_equal(b->instance.pidfd, -1);
	assert_true(b->instance.at[AT_STOPPED] >= b->instance.at[AT_STOP]);
	if (pid > 0)
		assert_true(kill(pid, 0) < 0 && errno == ESRCH);
	assert_false(cgroup_is_there(b->instance.name));
	if (b->instance.link[0])
		assert_int_equal(link_counters(b->instance.link, &counters, NULL), -1);
	/* No child: neither alive nor unreaped, but for the guardian. */
	assert_true(waitpid(-1, NULL, WNOHANG) <= 0);
}

static void bench_close(struct bench *b)
{
	struct stat st;
	cleanup_free char *tree = xasprintf("%s/arm-test", lab.tmp);

	platform_close(&b->stage);
	assert_true(lstat(tree, &st) < 0 && errno == ENOENT);
	json_decref(b->arm.options);
}

static void check_milestones(const struct instance *i)
{
	assert_true(i->at[AT_REQUEST] > 0);
	assert_true(i->at[AT_SPAWN] > i->at[AT_REQUEST]);
	assert_true(i->at[AT_INIT] >= i->at[AT_SPAWN]);
	assert_true(i->at[AT_KERNEL] == 0);
}

/* What the agent itself found open beside its channel. */
static void check_descriptors(struct bench *b)
{
	struct agent_reply reply;
	int64_t deadline = now_ns() + 5 * NSEC_PER_SEC;
	char *fds;

	if (agent_call(&b->instance.agent, &reply, deadline, &b->err, "facts") < 0)
		fail_msg("%s", b->err.text);
	fds = agent_field_text(&reply, "fds");
	assert_non_null(fds);
	assert_string_equal(fds, "0,1,2");
	free(fds);
}

static void an_instance_lives(void **data)
{
	unsigned before;

	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(defaults); n++) {
		struct bench b;
		pid_t *pids = NULL;
		size_t count = 0;

		before = open_descriptors();
		bench_open(&b, defaults[n][0], defaults[n][1], NULL);
		if (bench_start(&b) < 0)
			fail_msg("%s", b.err.text);
		check_descriptors(&b);
		if (bench_workload(&b) < 0)
			fail_msg("%s", b.err.text);
		check_milestones(&b.instance);
		assert_false(b.instance.own_kernel);
		assert_false(b.instance.emulated);
		assert_int_equal(b.instance.memory_limit, plan.memory);
		assert_int_equal(b.instance.link[0] != 0, strstr(defaults[n][1], "loop") == NULL);
		assert_int_equal(cgroup_pids(b.instance.cgroup, &pids, &count, &b.err), 0);
		/* The agent and the workload: the helper is gone. */
		assert_int_equal(count, 2);
		assert_int_equal(pids[0], b.instance.root_pid);
		free(pids);
		bench_stop(&b);
		bench_close(&b);
		assert_int_equal(open_descriptors(), before);
	}
}

static void stop_takes_what_was_only_prepared(void **data)
{
	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(defaults); n++) {
		struct bench b;

		bench_open(&b, defaults[n][0], defaults[n][1], NULL);
		assert_int_equal(platform_prepare(&b.stage, &b.instance, &b.err), 0);
		bench_stop(&b);
		bench_close(&b);
	}
}

static void fail_one_step(size_t arm, const char *step)
{
	char expected[128];
	struct bench b;
	int64_t begin;
	unsigned before = open_descriptors();
	char *tail;

	bench_open(&b, defaults[arm][0], defaults[arm][1], NULL);
	setenv("TARE_FAIL_STEP", step, 1);
	begin = now_ns();
	assert_int_equal(bench_start(&b), -1);
	unsetenv("TARE_FAIL_STEP");
	snprintf(expected, sizeof(expected), "%s: %s: Operation not permitted", defaults[arm][0],
		step);
	assert_string_equal(b.err.text, expected);
	assert_int_equal(b.err.code, EXIT_ARM);
	tail = platform_tail(&b.stage, &b.instance);
	if (tail)
		assert_string_equal(tail, expected);
	free(tail);
	bench_stop(&b);
	assert_true(now_ns() - begin < 2 * NSEC_PER_SEC);
	bench_close(&b);
	assert_int_equal(open_descriptors(), before);
}

static void every_failing_step_is_named(void **data)
{
	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(steps); n++) {
		if (steps[n].host)
			fail_one_step(1, steps[n].name);
		if (steps[n].container)
			fail_one_step(2, steps[n].name);
	}
}

static void a_missing_agent_is_named(void **data)
{
	cleanup_free char *agent = xasprintf("%s/arm-test/tare/agent", lab.tmp);
	struct bench b;

	(void)data;
	bench_open(&b, defaults[2][0], defaults[2][1], NULL);
	assert_int_equal(unlink(agent), 0);
	assert_int_equal(bench_start(&b), -1);
	assert_string_equal(b.err.text, "container: execve: No such file or directory");
	bench_stop(&b);
	bench_close(&b);
}

static void a_hostile_tree_is_refused(void **data)
{
	static const char *const folders[] = {"proc", "dev", "tmp"};

	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(folders); n++) {
		cleanup_free char *path = xasprintf("%s/arm-test/%s", lab.tmp, folders[n]);
		char expected[128];
		struct bench b;

		bench_open(&b, defaults[2][0], defaults[2][1], NULL);
		assert_int_equal(rmdir(path), 0);
		assert_int_equal(symlink("/tare", path), 0);
		assert_int_equal(bench_start(&b), -1);
		snprintf(expected, sizeof(expected), "container: %s: %s", folders[n],
			strerror(ENOTDIR));
		assert_string_equal(b.err.text, expected);
		bench_stop(&b);
		bench_close(&b);
	}
}

/* Runs jail-probe inside; extra: descriptors that the harness has open without CLOEXEC meanwhile. */
static void probe_inside(const char *options, const char *userns, const char *seccomp, int extra)
{
	static const char *const names[] = {"mnt", "pid", "net", "ipc", "uts", "cgroup", "user"};
	char *command[16] = {(char[]){"/jail-probe"}};
	char ns[ARRAY_SIZE(names)][80], host[64], address[64];
	int fds[32];
	size_t used = 1;
	struct bench b;

	for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
		char path[64], target[64] = "";

		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[n]);
		assert_true(readlink(path, target, sizeof(target) - 1) > 0);
		snprintf(ns[n], sizeof(ns[n]), "ns=%s", target);
		command[used++] = ns[n];
	}
	snprintf(host, sizeof(host), "hostname=t%u-0", trial);
	command[used++] = host;
	command[used++] = (char *)userns;
	command[used++] = (char *)seccomp;
	command[used++] = address;
	command[used++] = (char[]){"stay"};
	for (int n = 0; n < extra; n++)
		fds[n] = open("/", O_RDONLY | O_DIRECTORY);
	bench_open(&b, "container", options, command);
	b.workload.ready_text = no_failure;
	if (bench_start(&b) < 0)
		fail_msg("%s", b.err.text);
	check_descriptors(&b);
	snprintf(address, sizeof(address), "address=%s", b.instance.address);
	if (bench_workload(&b) < 0)
		fail_msg("%s", b.err.text);
	bench_stop(&b);
	bench_close(&b);
	for (int n = 0; n < extra; n++)
		close(fds[n]);
}

static void the_jail_holds(void **data)
{
	(void)data;
	if (access(probe_path, X_OK) < 0) {
		print_message("SKIP: %s is not built\n", probe_path);
		skip();
	}
	probe_inside(defaults[2][1], "userns=1", "seccomp=1", 20);
	probe_inside("{\"userns\": false, \"seccomp\": true, \"pids\": \"512\"}", "userns=0",
		"seccomp=1", 0);
	probe_inside("{\"userns\": true, \"seccomp\": false, \"pids\": \"512\"}", "userns=1",
		"seccomp=0", 0);
}

/* Forks up to the limit, ignores SIGTERM, leaves its session: gone within 2 s. */
static void a_bomb_is_ended(void **data)
{
	char *command[] = {(char[]){"/jail-probe"}, (char[]){"bomb"}, NULL};

	(void)data;
	if (access(probe_path, X_OK) < 0) {
		print_message("SKIP: %s is not built\n", probe_path);
		skip();
	}
	for (size_t n = 0; n < ARRAY_SIZE(defaults); n++) {
		cleanup_free char *options = xstrdup(defaults[n][1]);
		struct bench b;
		int64_t begin;

		memcpy(strstr(options, "512"), "100", 3);
		bench_open(&b, defaults[n][0], options, command);
		if (bench_start(&b) < 0 || bench_workload(&b) < 0)
			fail_msg("%s", b.err.text);
		begin = now_ns();
		bench_stop(&b);
		assert_true(now_ns() - begin < 2 * NSEC_PER_SEC);
		bench_close(&b);
	}
}

/* A root process that is killed is an error of the arm at the next word, and stop still works. */
static void a_killed_agent_is_noticed(void **data)
{
	struct bench b;

	(void)data;
	bench_open(&b, defaults[2][0], defaults[2][1], NULL);
	if (bench_start(&b) < 0)
		fail_msg("%s", b.err.text);
	kill(b.instance.root_pid, SIGKILL);
	assert_int_equal(bench_workload(&b), -1);
	assert_int_equal(b.err.code, EXIT_ARM);
	bench_stop(&b);
	bench_close(&b);
}

static void the_arm_says_what_it_is(void **data)
{
	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(defaults); n++) {
		json_t *o = json_object();
		struct bench b;

		bench_open(&b, defaults[n][0], defaults[n][1], NULL);
		assert_int_equal(platform_describe(&b.stage, o, &b.err), 0);
		assert_int_equal(json_integer_value(json_object_get(o, "memory")), plan.memory);
		assert_int_equal(json_integer_value(json_object_get(o, "pids")), 512);
		assert_int_equal(json_string_length(json_object_get(o, "tree_sha256")), 64);
		assert_non_null(json_object_get(o, "isolation"));
		if (strcmp(defaults[n][0], "container") == 0)
			assert_true(json_integer_value(json_object_get(o, "seccomp_instructions")) >
				50);
		json_decref(o);
		bench_close(&b);
	}
}

static void a_wrong_limit_is_refused(void **data)
{
	struct bench b;

	(void)data;
	memset(&b, 0, sizeof(b));
	bench_open(&b, defaults[0][0], defaults[0][1], NULL);
	platform_close(&b.stage);
	json_object_set_new(b.arm.options, "pids", json_string("many"));
	assert_int_equal(platform_open(&b.stage, &b.err), -1);
	assert_int_equal(b.err.code, EXIT_USAGE);
	assert_string_equal(
		b.err.text, "option pids, got many, expected a number from 8 to 4194304");
	json_decref(b.arm.options);
}

static void an_impossible_system_is_refused(void **data)
{
	static const char *const rows[][2] = {
		{"{\"userns\":true,\"seccomp\":true,\"pids\":\"64\",\"cpus\":\"1\",\"image\":\"minimal\",\"init\":\"systemd\"}",
			"init systemd without an image, expected \"image\": \"debian\""},
		{"{\"userns\":false,\"seccomp\":true,\"pids\":\"64\",\"cpus\":\"1\",\"image\":\"debian\",\"init\":\"systemd\"}",
			"init systemd needs a user namespace with 65536 ids, which the arm or the user does not have"},
	};
	struct bench b;

	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(rows); n++) {
		memset(&b, 0, sizeof(b));
		bench_open(&b, defaults[2][0], defaults[2][1], NULL);
		platform_close(&b.stage);
		json_decref(b.arm.options);
		b.arm.options = json_loads(rows[n][0], 0, NULL);
		assert_int_equal(platform_open(&b.stage, &b.err), -1);
		assert_string_equal(b.err.text, rows[n][1]);
		json_decref(b.arm.options);
	}
}

static int fill_folder(void)
{
	cleanup_free char *copy = xasprintf("%s/files/jail-probe", state);
	cleanup_free char *bytes = NULL;
	size_t len = 0;
	int fd, rc;

	snprintf(folder, sizeof(folder), "%s/files", state);
	if (mkdir(folder, 0755) < 0)
		return -1;
	bytes = read_file_at(AT_FDCWD, probe_path, 64 << 20, &len);
	if (!bytes)
		return 0; /* the tests that need it say so */
	fd = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	rc = fd < 0 ? -1 : write_all(fd, bytes, len);
	close(fd);
	return rc;
}

static int enter(void **data)
{
	struct error err = ERROR_INIT;
	char exe[3000] = "";

	(void)data;
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) <= 0 || !strrchr(exe, '/'))
		return -1;
	*strrchr(exe, '/') = '\0';
	snprintf(agent_path, sizeof(agent_path), "%s/../agent", exe);
	snprintf(probe_path, sizeof(probe_path), "%s/../jail-probe", exe);
	strcpy(state, "/tmp/tare-test-XXXXXX");
	if (interrupt_init(&err) < 0 || !mkdtemp(state) || lab_enter_at(&lab, state, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return fill_folder();
}

static int leave(void **data)
{
	struct error err = ERROR_INIT;

	(void)data;
	if (lab_leave(&lab, &err) < 0)
		print_error("%s\n", err.text);
	return remove_tree_at(AT_FDCWD, state) < 0 || err.code ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_lives),
		cmocka_unit_test(stop_takes_what_was_only_prepared),
		cmocka_unit_test(every_failing_step_is_named),
		cmocka_unit_test(a_missing_agent_is_named),
		cmocka_unit_test(a_hostile_tree_is_refused),
		cmocka_unit_test(the_jail_holds),
		cmocka_unit_test(a_bomb_is_ended),
		cmocka_unit_test(a_killed_agent_is_noticed),
		cmocka_unit_test(the_arm_says_what_it_is),
		cmocka_unit_test(a_wrong_limit_is_refused),
		cmocka_unit_test(an_impossible_system_is_refused),
	};

	if (geteuid() != 0) {
		printf("SKIP: namespaces, cgroups and a lab need root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, enter, leave);
}
