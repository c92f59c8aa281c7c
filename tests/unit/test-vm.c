/* test-vm.c - the platform vm with real guests, in a lab of its own that a forked child enters. Needs root, QEMU, and the guest
 * kernel in its cache. */
#include "accel.h"
#include "guest-kernel.h"
#include "json.h"
#include "lab.h"
#include "platform.h"
#include "util.h"
#include "wait.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "../../harness/platform/vm.h"

/* One for all: what libvirt learnt about QEMU is kept in it. */
#define STATE "/tmp/tare-test-vm"
#define MIB (1ULL << 20)
#define BOOT_TIME (30 * NSEC_PER_SEC)

static char agent_path[4096];
static const char *why_not, *connect_to;

struct bench {
	struct lab lab;
	struct arm arm;
	struct plan plan;
	struct workload workload;
	struct run_options options;
	struct stage stage;
	struct instance instance;
};

static void find_agent(void)
{
	const char *given = getenv("TARE_AGENT");
	ssize_t n = readlink("/proc/self/exe", agent_path, sizeof(agent_path) - 32);

	if (n > 0) {
		agent_path[n] = 0;
		*strrchr(agent_path, '/') = 0;
		strcpy(strrchr(agent_path, '/'), "/agent");
	}
	if (given)
		snprintf(agent_path, sizeof(agent_path), "%s", given);
}

static int prerequisites(void **state)
{
	static struct error err;
	struct guest_kernel k;
	char *qemu = emulator_find(&err);

	(void)state;
	find_agent();
	if (geteuid() != 0)
		why_not = "needs root";
	else if (access(agent_path, X_OK) < 0)
		why_not = "no agent beside the tests; run: make";
	else if (!qemu || guest_kernel_find(NULL, NULL, false, &k, &err) < 0)
		why_not = err.text;
	else
		guest_kernel_free(&k);
	free(qemu);
	return 0;
}

static int clear_up(void **state)
{
	(void)state;
	return remove_tree_at(AT_FDCWD, STATE);
}

/* Everything below runs in a child: the lab's namespaces stay there, and a failure is its exit code. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, err->text);    \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static int bench_try(struct bench *b, const char *options, struct error *err)
{
	mkdir(STATE, 0711);
	CHECK(interrupt_init(err) == 0);
	CHECK(lab_enter_at(&b->lab, STATE, err) == 0);
	b->arm = (struct arm){.name = (char *)(uintptr_t) "vm",
		.platform = platform_find("vm"),
		.options = json_loads(options, 0, NULL)};
	if (!b->plan.memory)
		b->plan.memory = 64 * MIB;
	b->workload.name = (char *)(uintptr_t) "idle";
	b->workload.verb = (char *)(uintptr_t) "idle";
	b->workload.timeout = 30;
	b->options.accel = "tcg";
	b->options.connect = connect_to;
	b->stage = (struct stage){.lab = &b->lab,
		.arm = &b->arm,
		.workload = &b->workload,
		.plan = &b->plan,
		.options = &b->options,
		.agent_path = agent_path};
	instance_init(&b->instance, "t1-0", 0);
	return platform_open(&b->stage, err);
}

static void bench_open(struct bench *b, const char *options, struct error *err)
{
	CHECK(bench_try(b, options, err) == 0);
}

static void bench_close(struct bench *b, struct error *err)
{
	struct error left = ERROR_INIT;

	platform_close(&b->stage);
	json_decref(b->arm.options);
	if (lab_leave(&b->lab, &left) < 0)
		error_set(err, left.code, "%s", left.text);
	CHECK(left.code == 0);
}

static double seconds(int64_t from, int64_t to)
{
	return (double)(to - from) / NSEC_PER_SEC;
}

static uint64_t rollup(pid_t pid, const char *key)
{
	cleanup_free char *path = xasprintf("/proc/%d/smaps_rollup", (int)pid);
	cleanup_free char *text = read_file_at(AT_FDCWD, path, 65536, NULL);
	const char *p = text ? strstr(text, key) : NULL;

	return p ? strtoull(p + strlen(key), NULL, 10) >> 10 : 0;
}

/* The milestones are there and in order; QEMU is in its cgroup and nowhere else. */
static void check_running(struct bench *b, struct error *err)
{
	struct instance *i = &b->instance;
	struct agent_reply r;
	pid_t *pids = NULL;
	size_t n = 0;
	uint64_t total, available;

	CHECK(i->at[AT_REQUEST] < i->at[AT_SPAWN]);
	CHECK(i->at[AT_SPAWN] < i->at[AT_RUNNING]);
	CHECK(i->at[AT_RUNNING] < i->at[AT_KERNEL]);
	CHECK(i->at[AT_KERNEL] < i->at[AT_INIT]);
	CHECK(i->own_kernel && i->emulated && i->pidfd >= 0);
	CHECK((*i->address && *i->link) || connect_to);
	CHECK(cgroup_pids(i->cgroup, &pids, &n, err) == 0);
	CHECK(n == 1 && pids[0] == i->root_pid);
	free(pids);
	CHECK(agent_call(&i->agent, &r, now_ns() + BOOT_TIME, err, "meminfo") == 0);
	CHECK(agent_field(&r, "total", UINT64_MAX, &total, err) == 0);
	CHECK(agent_field(&r, "available", UINT64_MAX, &available, err) == 0);
	fprintf(stderr,
		"spawn %.3f kernel %.3f init %.3f s after the request; QEMU rss %llu pss %llu MiB; "
		"guest total %llu available %llu MiB\n",
		seconds(i->at[AT_REQUEST], i->at[AT_SPAWN]),
		seconds(i->at[AT_REQUEST], i->at[AT_KERNEL]),
		seconds(i->at[AT_REQUEST], i->at[AT_INIT]),
		(unsigned long long)rollup(i->root_pid, "Rss:"),
		(unsigned long long)rollup(i->root_pid, "Pss:"), (unsigned long long)(total >> 20),
		(unsigned long long)(available >> 20));
	if (available < b->plan.memory)
		error_set(err, EXIT_ARM, "%llu B available", (unsigned long long)available);
	CHECK(available >= b->plan.memory);
}

static void check_stopped(struct bench *b, struct error *err)
{
	struct instance *i = &b->instance;
	pid_t qemu = i->root_pid;
	int64_t begin = now_ns();
	cleanup_free char *sockets = NULL;

	CHECK(platform_stop(&b->stage, i, err) == 0);
	CHECK(i->at[AT_STOP] && i->at[AT_STOPPED] > i->at[AT_STOP]);
	CHECK(qemu == 0 || process_start_time(qemu) == 0);
	CHECK(!i->platform_data && !i->cgroup && i->pidfd < 0);
	fprintf(stderr, "stop %.3f s, cleared up after %.3f s\n",
		seconds(i->at[AT_STOP], i->at[AT_STOPPED]), seconds(begin, now_ns()));
	sockets = xasprintf("%s/t1-0.control", b->lab.tmp);
	CHECK(access(sockets, F_OK) < 0);
}

static void boots(struct bench *b, struct error *err)
{
	cleanup_free char *tail = NULL;
	json_t *what = json_object();
	int64_t begin = now_ns();

	bench_open(b, "{\"nic\":\"virtio\",\"firmware\":\"auto\"}", err);
	fprintf(stderr, "open %.3f s\n", seconds(begin, now_ns()));
	for (int round = 0; round < 2; round++) {
		instance_init(&b->instance, "t1-0", 0);
		begin = now_ns();
		CHECK(platform_prepare(&b->stage, &b->instance, err) == 0);
		fprintf(stderr, "prepare %.3f s\n", seconds(begin, now_ns()));
		CHECK(platform_start(&b->stage, &b->instance, now_ns() + BOOT_TIME, err) == 0);
		check_running(b, err);
		free(steal_ptr(tail));
		tail = platform_tail(&b->stage, &b->instance);
		CHECK(tail && strstr(tail, "Linux version"));
		CHECK(platform_describe(&b->stage, what, err) == 0);
		check_stopped(b, err);
		CHECK(platform_stop(&b->stage, &b->instance, err) == 0);
	}
	CHECK(strstr(json_string_value(json_object_get(what, "domain_xml")), "qboot.rom") ||
		!firmware_find());
	CHECK(json_array_size(json_object_get(what, "qemu_command")) > 10);
	CHECK(json_array_size(json_object_get(what, "warnings")) == 0);
	json_decref(what);
	bench_close(b, err);
}

/* The command line that run.json keeps for use by hand boots the same guest: with a control channel added it
 * says hello. */
static double boot_by_hand(struct bench *b, struct error *err)
{
	char path[] = STATE "/by-hand.control", byte;
	struct vm_instance n = {.mac = "52:54:00:00:00:01", .tap = "TAP", .control_path = path};
	struct domain_spec spec = vm_spec(&b->stage, &n);
	char **argv = domain_standalone(&spec);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), c;
	int64_t begin, end;
	pid_t pid;

	unlink(path);
	strcpy(a.sun_path, path);
	CHECK(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 1) == 0);
	begin = now_ns();
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		interrupt_reset_child();
		dup2(null, 0);
		dup2(null, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	CHECK(wait_fd(fd, POLLIN, begin + BOOT_TIME, err) == 1);
	c = accept(fd, NULL, NULL);
	CHECK(wait_fd(c, POLLIN, begin + BOOT_TIME, err) == 1);
	end = now_ns();
	CHECK(read(c, &byte, 1) == 1 && byte == WIRE_HELLO[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(c);
	close(fd);
	unlink(path);
	strv_free(argv);
	return seconds(begin, end);
}

static void boots_by_hand(struct bench *b, struct error *err)
{
	struct instance *i = &b->instance;

	bench_open(b, "{}", err);
	for (int round = 0; round < 3; round++) {
		double mine;

		instance_init(i, "t1-0", 0);
		CHECK(platform_prepare(&b->stage, i, err) == 0);
		CHECK(platform_start(&b->stage, i, now_ns() + BOOT_TIME, err) == 0);
		mine = seconds(i->at[AT_SPAWN], i->at[AT_INIT]);
		check_stopped(b, err);
		fprintf(stderr, "QEMU's execution to init: by libvirt %.3f s, by hand %.3f s\n",
			mine, boot_by_hand(b, err));
	}
	bench_close(b, err);
}

/* The workload's root is a disk; its NIC and its modules work beside it. */
static void boots_from_disk(struct bench *b, const char *more, struct error *err)
{
	cleanup_free char *options =
		xasprintf("{\"disk\":\"" STATE "/root.img\",\"ram\":\"160 MiB\"%s}", more);
	const char *make = "cd " STATE " && rm -rf root && mkdir -p root/dev root/proc root/sys "
			   "root/tmp && truncate -s 16M root.img && mke2fs -q -F -t ext4 -d root "
			   "root.img";
	struct agent_reply r;
	json_t *what = json_object();

	mkdir(STATE, 0711);
	CHECK(system(make) == 0); /* NOLINT(cert-env33-c) */
	bench_open(b, options, err);
	CHECK(platform_prepare(&b->stage, &b->instance, err) == 0);
	CHECK(platform_start(&b->stage, &b->instance, now_ns() + BOOT_TIME, err) == 0);
	check_running(b, err);
	CHECK(agent_call(&b->instance.agent, &r, now_ns() + BOOT_TIME, err,
		      "start verb=idle ready=agent") == 0);
	CHECK(platform_describe(&b->stage, what, err) == 0);
	CHECK(json_integer_value(json_object_get(what, "ram")) == 160 * MIB);
	json_decref(what);
	check_stopped(b, err);
	bench_close(b, err);
}

static void has_a_disk(struct bench *b, struct error *err)
{
	boots_from_disk(b, "", err);
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#ifndef SANITIZED
/* The same by VMware's models. */
static void has_vmware_devices(struct bench *b, struct error *err)
{
	boots_from_disk(b, ",\"disk_bus\":\"pvscsi\",\"nic\":\"e1000e\"", err);
}
#endif

/* Two at once, each with its own console, cgroup and link; one is killed and ends as an error of the agent's. */
static void runs_two(struct bench *b, struct error *err)
{
	struct instance other;
	struct error got = ERROR_INIT;
	struct agent_reply r;

	bench_open(b, "{}", err);
	instance_init(&other, "t1-1", 1);
	CHECK(platform_prepare(&b->stage, &b->instance, err) == 0);
	CHECK(platform_prepare(&b->stage, &other, err) == 0);
	CHECK(platform_start(&b->stage, &b->instance, now_ns() + BOOT_TIME, err) == 0);
	CHECK(platform_start(&b->stage, &other, now_ns() + BOOT_TIME, err) == 0);
	CHECK(strcmp(other.address, b->instance.address) != 0);
	check_running(b, err);
	kill(other.root_pid, SIGKILL);
	CHECK(agent_call(&other.agent, &r, now_ns() + BOOT_TIME, &got, "meminfo") < 0);
	CHECK(strstr(got.text, "agent:"));
	CHECK(platform_stop(&b->stage, &other, err) == 0);
	check_running(b, err);
	check_stopped(b, err);
	bench_close(b, err);
}

/* A daemon of this host, where one runs: TARE_TEST_CONNECT=qemu:///system. */
static void boots_by_a_daemon(struct bench *b, struct error *err)
{
	connect_to = getenv("TARE_TEST_CONNECT");
	boots(b, err);
}

/* A guest that fails as the case says; whatever it is, it ends as that error and nothing is left. */
static void fails(
	struct bench *b, const char *options, double limit, const char *expected, struct error *err)
{
	struct error got = ERROR_INIT;
	int64_t begin;

	bench_open(b, options, err);
	CHECK(platform_prepare(&b->stage, &b->instance, err) == 0);
	begin = now_ns();
	CHECK(platform_start(
		      &b->stage, &b->instance, begin + (int64_t)(limit * NSEC_PER_SEC), &got) < 0);
	fprintf(stderr, "after %.1f s: %s\n", seconds(begin, now_ns()), got.text);
	CHECK(seconds(begin, now_ns()) < limit + 0.5);
	error_set(err, got.code, "%s", got.text);
	CHECK(got.code == EXIT_ARM && strstr(got.text, expected));
	*err = (struct error)ERROR_INIT;
	/* A panic is an error of stop too: the console says so until the end. */
	platform_stop(&b->stage, &b->instance, err);
	*err = (struct error)ERROR_INIT;
	CHECK(!b->instance.platform_data && !b->instance.cgroup);
	bench_close(b, err);
}

static void panics(struct bench *b, struct error *err)
{
	/* A program that ends at once is no PID 1. */
	strcpy(strrchr(agent_path, '/'), "/vm-launcher");
	fails(b, "{}", 20, "the guest's kernel panicked; its console ends", err);
}

static void is_too_slow(struct bench *b, struct error *err)
{
	fails(b, "{}", 0.9, " before the deadline", err);
}

static void is_no_kernel(struct bench *b, struct error *err)
{
	fails(b, "{\"kernel\":\"/etc/hostname\",\"firmware\":\"seabios\"}", 4, "vm: ", err);
}

static void has_no_emulator(struct bench *b, struct error *err)
{
	struct error got = ERROR_INIT;

	CHECK(bench_try(b, "{\"emulator\":\"/bin/true\"}", &got) < 0);
	*err = got;
	CHECK(strstr(got.text, "emulator /bin/true: libvirt: "));
	*err = (struct error)ERROR_INIT;
	bench_close(b, err);
}

static void test_refuses_remote(void **state)
{
	static const char *const remote[] = {"qemu+ssh://host/system",
		"qemu+tcp://localhost/system", "qemu://host/system", "xen:///system",
		"qemu:///systemd", "", "qemu:///embed?root=/x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(remote); i++) {
		struct run_options o = {.connect = remote[i], .accel = "tcg"};
		struct error err = ERROR_INIT;
		cleanup_free char *expected = xasprintf(
			"--connect: not a daemon on this host, got \"%s\", expected qemu:///system, "
			"qemu:///session or vmwareplayer:///session; run tare on that host",
			remote[i]);

		assert_int_equal(platform_find("vm")->check(&o, &err), -1);
		assert_int_equal(err.code, EXIT_USAGE);
		assert_string_equal(err.text, expected);
	}
}

static void run(void (*body)(struct bench *, struct error *))
{
	pid_t pid;
	int status;

	if (why_not) {
		fprintf(stdout, "SKIP: %s\n", why_not);
		fflush(stdout);
		skip();
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		static struct bench b;
		struct error err = ERROR_INIT;

		body(&b, &err);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		run(name);                                                                         \
	}
TEST(boots)
TEST(boots_by_hand)
TEST(boots_by_a_daemon)
TEST(has_a_disk)
#ifndef SANITIZED
TEST(has_vmware_devices)
#endif
TEST(runs_two)
TEST(panics)
TEST(is_too_slow)
TEST(is_no_kernel)
TEST(has_no_emulator)

int main(void)
{
	const struct CMUnitTest by_a_daemon[] = {cmocka_unit_test(test_boots_by_a_daemon)};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boots),
		cmocka_unit_test(test_refuses_remote),
		cmocka_unit_test(test_boots_by_hand),
		cmocka_unit_test(test_has_a_disk),
#ifndef SANITIZED /* once is enough: it boots the larger kernel */
		cmocka_unit_test(test_has_vmware_devices),
#endif
		cmocka_unit_test(test_runs_two),
		cmocka_unit_test(test_panics),
		cmocka_unit_test(test_is_too_slow),
		cmocka_unit_test(test_is_no_kernel),
		cmocka_unit_test(test_has_no_emulator),
	};

	if (getenv("TARE_TEST_CONNECT"))
		return cmocka_run_group_tests(by_a_daemon, prerequisites, clear_up);
	cmocka_set_test_filter(getenv("TARE_TEST_FILTER"));
	return cmocka_run_group_tests(tests, prerequisites, clear_up);
}
