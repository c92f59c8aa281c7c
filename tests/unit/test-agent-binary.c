/* The real static agent as a plain child, as the host platform runs it: every request, every verb, and its
 * end; readiness: test-agent-ready.c. TARE_AGENT names the binary (default build/agent). */
#include "procfs.h"
#include "real-agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#define PORT 18391

static void test_hello(void **state)
{
	struct real_agent *r = *state;
	cleanup_free char *id = read_file_at(-1, "/proc/sys/kernel/random/boot_id", 64, NULL);

	id[strcspn(id, "\n")] = '\0';
	assert_string_equal(r->agent.boot_id, id);
}

static void test_facts(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply f;
	cleanup_free char *command = xasprintf("sha256sum < %s", agent_path());
	char hash[65] = "";
	FILE *p = popen(command, "r");

	ask(r, "env value=B%3D2");
	ask(r, "env value=A%3D1");
	f = ask(r, "facts");
	assert_int_equal(fscanf(p, "%64s", hash), 1);
	pclose(p);
	expect_text(&f, "payload", hash);
	expect_text(&f, "agent", hash);
	/* printf 'A=1\0B=2\0' | sha256sum */
	expect_text(&f, "env", "22ee4d94a93a2f30a119c526110772278f3469e2e234c85c8c13b3c80d88989e");
	assert_true(number(&f, "cpus") >= 1);
	assert_int_equal(number(&f, "uid"), getuid());
	expect_text(&f, "fds", "0,1,2");
}

/* What leaks in is told, and does not reach the workload. */
static void test_leaked_descriptor(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;
	struct agent_reply f;

	assert_int_equal(real_agent_end(r), 0);
	r->leak = 20;
	real_agent_start(r);
	assert_int_equal(agent_hello(&r->agent, SECONDS(10), &err), 0);
	f = ask(r, "facts");
	expect_text(&f, "fds", "0,1,2,20");
	arguments(r,
		"sh|-c|for i in 3 4 5 6 7 8 20; do [ ! -e /proc/$$/fd/$i ] || exit 1; done; "
		"echo clean; exec sleep 1000");
	ask(r, "start command=1 ready=line text=clean");
}

static void test_meminfo(void **state)
{
	struct agent_reply m = ask(*state, "meminfo");

	assert_int_equal(number(&m, "total"),
		(uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
	assert_true(number(&m, "available") <= number(&m, "total"));
	assert_true(number(&m, "anon") > 0 && number(&m, "slab") > 0);
	assert_true(number(&m, "cached") + number(&m, "buffers") >= number(&m, "shmem"));
	assert_true(number(&m, "tables") > 0 && number(&m, "stacks") > 0);
	assert_true(number(&m, "percpu_free") < number(&m, "total"));
}

static void test_idle(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply a = ask(r, "start verb=idle ready=agent"), p, c;

	expect_text(&a, "how", "agent");
	p = ask(r, "payload");
	assert_int_equal(number(&p, "processes"), 1);
	assert_true(number(&p, "pss") > 0 && number(&p, "pss") <= number(&p, "rss"));
	assert_true(number(&p, "anon") > 0 && number(&p, "anon") < number(&p, "pss"));
	assert_int_equal(number(&p, "shmem"), 0);
	c = ask(r, "census names=1");
	assert_int_equal(number(&c, "user"), 2);
	assert_int_equal(number(&c, "kernel"), 0);
	assert_int_equal(number(&c, "pool"), 0);
	assert_int_equal(number(&c, "payload"), 1);
	assert_int_equal(number(&c, "threads"), 0);
	expect_text(&c, "names", "agent,idle");
	refused(r, "start verb=idle ready=agent", "agent: start: the workload was started before");
	a = ask(r, "stop");
	assert_int_equal(number(&a, "status"), 128 + SIGTERM);
	refused(r, "payload", "agent: workload ended with status 143");
}

static void test_touch(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply p;
	uint64_t empty;

	arguments(r, "mib=32");
	ask(r, "start verb=touch ready=agent");
	p = ask(r, "payload");
	empty = number(&p, "uss") - (32 << 20);
	/* The known weight, exactly; the rest is the process itself. */
	assert_true(empty < 512 << 10);
}

static void test_spawn(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply c;

	arguments(r, "count=7");
	ask(r, "start verb=spawn ready=agent");
	c = ask(r, "census");
	assert_int_equal(number(&c, "payload"), 8);
	assert_int_equal(number(&c, "user"), 9);
	ask(r, "stop");
	c = ask(r, "census");
	assert_int_equal(number(&c, "payload"), 0);
	assert_int_equal(number(&c, "user"), 1);
}

/* Known weights in a living agent: found by its own figures, and gone again. */
static void test_ballast(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply a = ask(r, "census");
	uint64_t user = number(&a, "user");
	struct error err = ERROR_INIT;
	struct process_memory before = {0}, after = {0}, left = {0};
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool gone = false;

	assert_int_equal(proc_memory_add(root, r->pid, &before, &gone, &err), 0);
	ask(r, "grow mib=8");
	assert_int_equal(proc_memory_add(root, r->pid, &after, &gone, &err), 0);
	assert_in_range(after.rss - before.rss, 8 << 20, (8 << 20) + (1 << 18));
	ask(r, "grow count=10");
	a = ask(r, "census");
	assert_int_equal(number(&a, "user"), user + 10);
	ask(r, "shrink");
	a = ask(r, "census");
	assert_int_equal(number(&a, "user"), user);
	assert_int_equal(proc_memory_add(root, r->pid, &left, &gone, &err), 0);
	assert_in_range(left.rss + (1 << 18), 0, after.rss - (7 << 20));
	assert_int_equal(agent_call(&r->agent, NULL, SECONDS(5), &err, "grow count=1001"), -1);
}

static void test_delay(void **state)
{
	struct real_agent *r = *state;
	int64_t begin = now_ns(), took;

	arguments(r, "delay_ms=150");
	ask(r, "start verb=idle ready=agent");
	took = now_ns() - begin;
	assert_true(took >= 150 * NSEC_PER_MSEC && took < 1000 * NSEC_PER_MSEC);
}

static void test_bad_verbs(void **state)
{
	struct real_agent *r = *state;

	refused(r, "start verb=nosuch ready=agent", "agent: start: unknown verb nosuch");
	refused(r, "start ready=agent", "agent: start: expected either verb or command");
	refused(r, "start verb=idle ready=soon", "agent: start: unknown ready soon");
	refused(r, "start verb=idle ready=tcp", "agent: start: ready=tcp needs a port");
	refused(r, "start command=1 ready=agent", "agent: start: the command has no arguments");
	refused(r, "nosuch", "agent: unknown request nosuch");
	refused(r, "facts all=1", "agent: facts: unknown key all");
	refused(r, "modules", "agent: modules: only for a VM");
	refused(r, "net if=lo address=10.0.0.1 prefix=8", "agent: net: only for a VM");
	refused(r, "stop", "agent: stop: no workload was started");
	arguments(r, "mib=0");
	refused(r, "start verb=idle ready=agent",
		"agent: start: idle does not know the argument mib=0");
	refused(r, "start verb=touch ready=agent", "agent: mib: got 0, expected 1 to 16777216");
}

static void test_command(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply a;

	/* The environment is what was sent and a PATH; the shell is found in it. */
	ask(r, "env value=GREETING%3Dhello");
	arguments(
		r, "sh|-c|printf '<'; tr '\\0' ';' < /proc/$$/environ; echo '>'; exec sleep 1000");
	a = ask(r,
		"start command=1 ready=line text=<GREETING%3Dhello;PATH%3D/usr/local/sbin:"
		"/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin;>");
	expect_text(&a, "how", "line");
	a = ask(r, "stop");
	assert_int_equal(number(&a, "status"), 143);
}

static void test_command_exec(void **state)
{
	struct agent_reply a;

	arguments(*state, "sleep|1000");
	a = ask(*state, "start command=1 ready=agent");
	expect_text(&a, "how", "exec");
	a = ask(*state, "census names=1");
	expect_text(&a, "names", "agent,sleep");
}

static void test_command_missing(void **state)
{
	arguments(*state, "/nosuch/program");
	refused(*state, "start command=1 ready=agent",
		"agent: cannot run /nosuch/program: No such file or directory");
}

/* 100 KB of output: the last of it is what is told, within a line. */
static void test_tail_is_bounded(void **state)
{
	struct error err = ERROR_INIT;

	arguments(*state,
		"sh|-c|i=0; while [ $i -lt 10000 ]; do echo line $i; i=$((i+1)); done; "
		"printf '\\001\\377 the end'; exit 1");
	assert_int_equal(agent_call(&((struct real_agent *)*state)->agent, NULL, SECONDS(20), &err,
				 "start command=1 ready=line text=never"),
		-1);
	assert_non_null(strstr(err.text, "line 9999 | ?? the end"));
	assert_null(strstr(err.text, "line 5000 "));
}

/* A daemon: its first process ends well, the server lives on and is found and ended. */
static void test_daemon(void **state)
{
	struct agent_reply a;

	arguments(*state, "sh|-c|(sleep 0.1; echo up; exec setsid sleep 1000) & exit 0");
	ask(*state, "start command=1 ready=line text=up");
	a = ask(*state, "payload");
	assert_int_equal(number(&a, "processes"), 1);
	a = ask(*state, "stop");
	assert_int_equal(number(&a, "status"), 0);
	a = ask(*state, "census");
	assert_int_equal(number(&a, "payload"), 0);
}

/* Ignores SIGTERM, and so do its double-forked children: gone after the second it is given. */
static void test_stubborn(void **state)
{
	struct agent_reply a;
	int64_t begin, took;

	arguments(*state,
		"sh|-c|trap '' TERM; (setsid sleep 1000 &) ; echo up; while :; do sleep 1000; done");
	ask(*state, "start command=1 ready=line text=up");
	begin = now_ns();
	a = ask(*state, "stop");
	took = now_ns() - begin;
	assert_int_equal(number(&a, "status"), 137);
	assert_true(took >= 900 * NSEC_PER_MSEC && took < 1900 * NSEC_PER_MSEC);
	a = ask(*state, "census");
	assert_int_equal(number(&a, "user"), 1);
}

static int connect_port(uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Sends text to the http verb; the answer until the connection ends. */
static char *http(const char *text)
{
	int fd = connect_port(PORT);
	char *answer = xcalloc(1, 65536);
	size_t used = 0;
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, text, strlen(text)), 0);
	while (used < 65535 && (n = recv(fd, answer + used, 65535 - used, 0)) > 0)
		used += (size_t)n;
	close(fd);
	return answer;
}

static void expect_http(const char *request, const char *start)
{
	cleanup_free char *answer = http(request);

	if (strncmp(answer, start, strlen(start)) != 0)
		fail_msg("%s -> %s", request, answer);
}

static void test_http_verb(void **state)
{
	cleanup_free char *long_head = xmalloc(20000), *two = NULL;
	const char *second;

	arguments(*state, "port=18391");
	ask(*state, "start verb=http ready=agent");
	expect_http("GET /small HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n");
	expect_http("GET /nosuch HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 404 ");
	expect_http("POST /small HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ");
	expect_http("GET /small HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde", "HTTP/1.1 413 ");
	expect_http("hello\r\n\r\n", "HTTP/1.1 400 ");
	expect_http("HEAD /large HTTP/1.0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 67108864\r\n");
	memset(long_head, 'x', 20000);
	memcpy(long_head, "GET /", 5);
	long_head[8192] = '\0';
	expect_http(long_head, "HTTP/1.1 431 ");
	/* Keep-alive, two requests in one packet. */
	two = http("GET /small HTTP/1.1\r\n\r\nGET /small HTTP/1.1\r\nConnection: close\r\n\r\n");
	second = strstr(two + 1, "HTTP/1.1 200 OK");
	assert_non_null(second);
	assert_int_equal(strlen(strstr(second, "\r\n\r\n") + 4), WIRE_SMALL);
}

/* More connections than it has room for: it goes on serving, the oldest gives way. */
static void own_loopback_address(void)
{
	setenv("TARE_ADDRESS", "127.0.0.9", 1);
}

/* Several bare processes share the loopback: each serves its own address, and only that one. */
static void test_own_address(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(18391)};
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;
	struct agent_reply a;
	int fd, wrong;

	assert_int_equal(real_agent_end(r), 0);
	r->before = own_loopback_address;
	real_agent_start(r);
	assert_int_equal(agent_hello(&r->agent, SECONDS(10), &err), 0);
	arguments(r, "port=18391");
	a = ask(r, "start verb=http ready=http port=18391 path=/small");
	expect_text(&a, "how", "listen");
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	wrong = connect(fd, (struct sockaddr *)&to, sizeof(to));
	assert_int_equal(wrong, -1);
	assert_int_equal(errno, ECONNREFUSED);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 8);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	close(fd);
}

static void test_http_crowd(void **state)
{
	int fds[100];

	arguments(*state, "port=18391");
	ask(*state, "start verb=http ready=agent");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = connect_port(PORT);
	expect_http("GET /small HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

/* A line that is no request ends the agent, and its children with it. */
static void ends_after(void **state, const char *bytes, size_t len)
{
	struct real_agent *r = *state;
	struct agent_reply a = ask(r, "start verb=idle ready=agent");
	pid_t child = (pid_t)number(&a, "pid");

	if (bytes)
		assert_int_equal(send(r->agent.fd, bytes, len, MSG_NOSIGNAL), len);
	else
		shutdown(r->agent.fd, SHUT_WR);
	assert_int_equal(real_agent_wait(r), 0);
	assert_int_equal(kill(child, 0), -1);
	/* teardown reaps an agent of its own */
	agent_close(&r->agent);
	real_agent_start(r);
}

static void test_end_of_channel(void **state)
{
	ends_after(state, NULL, 0);
}

static void test_unreadable_line(void **state)
{
	ends_after(state, "hello\n", 6);
}

static void test_wrong_sequence(void **state)
{
	ends_after(state, "7 facts\n", 8);
}

static void test_overlong_line(void **state)
{
	char line[WIRE_LINE];

	memset(line, 'x', sizeof(line));
	ends_after(state, line, sizeof(line));
}

static void test_zero_byte(void **state)
{
	ends_after(state, "2 facts\0x\n", 10);
}

/* EOF while an answer is pending. */
static void test_end_while_starting(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;

	arguments(r, "delay_ms=60000");
	assert_int_equal(agent_send(&r->agent, &err, "start verb=idle ready=agent"), 0);
	agent_close(&r->agent);
	assert_int_equal(real_agent_wait(r), 0);
	real_agent_start(r);
}

static void test_sigterm(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply a = ask(r, "start verb=idle ready=agent");

	kill(r->pid, SIGTERM);
	assert_int_equal(real_agent_wait(r), 0);
	assert_int_equal(kill((pid_t)number(&a, "pid"), 0), -1);
	agent_close(&r->agent);
	real_agent_start(r);
}

static void test_without_channel(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(WIRE_FD);
		freopen("/dev/null", "w", stderr);
		execl(agent_path(), agent_path(), (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AGENT_TEST(test_hello),
		AGENT_TEST(test_facts),
		AGENT_TEST(test_leaked_descriptor),
		AGENT_TEST(test_meminfo),
		AGENT_TEST(test_idle),
		AGENT_TEST(test_touch),
		AGENT_TEST(test_spawn),
		AGENT_TEST(test_ballast),
		AGENT_TEST(test_delay),
		AGENT_TEST(test_bad_verbs),
		AGENT_TEST(test_command),
		AGENT_TEST(test_command_exec),
		AGENT_TEST(test_command_missing),
		AGENT_TEST(test_tail_is_bounded),
		AGENT_TEST(test_daemon),
		AGENT_TEST(test_stubborn),
		AGENT_TEST(test_stubborn),
		AGENT_TEST(test_stubborn),
		AGENT_TEST(test_stubborn),
		AGENT_TEST(test_http_verb),
		AGENT_TEST(test_http_crowd),
		AGENT_TEST(test_own_address),
		AGENT_TEST(test_end_of_channel),
		AGENT_TEST(test_unreadable_line),
		AGENT_TEST(test_wrong_sequence),
		AGENT_TEST(test_overlong_line),
		AGENT_TEST(test_zero_byte),
		AGENT_TEST(test_end_while_starting),
		AGENT_TEST(test_sigterm),
		cmocka_unit_test(test_without_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
