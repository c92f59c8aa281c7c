/* test-agent-ready.c - every readiness of a workload, and a workload that never is ready, with the real agent as a plain
 * child. */
#include "real-agent.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cmocka.h>

#define PORT 18396

static void test_dies_before_ready(void **state)
{
	arguments(*state, "sh|-c|echo first; echo 'cannot open x' >&2; exit 3");
	refused(*state, "start command=1 ready=line text=never",
		"agent: workload ended with status 3 before it was ready: first | cannot open x");
	refused(*state, "payload", "agent: workload ended with status 3: first | cannot open x");
}

/* The agent says it, not the harness's deadline: it has the last words. */
static void test_not_ready_in_time(void **state)
{
	arguments(*state, "sh|-c|echo still thinking; exec sleep 1000");
	refused(*state, "start command=1 timeout_ms=200 ready=line text=never",
		"agent: workload was not ready in time: still thinking");
}

/* The verb with a delay before listen(2): the agent must not have needed luck. */
static void http_ready(void **state, const char *start, int limit_ms)
{
	struct real_agent *r = *state;
	cleanup_free char *port = xasprintf("port=%d|delay_ms=100", PORT);
	struct agent_reply a;
	int64_t begin, took;

	arguments(r, port);
	begin = now_ns();
	a = ask(r, start);
	took = now_ns() - begin;
	expect_text(&a, "how", "listen");
	assert_true(took >= 100 * NSEC_PER_MSEC && took < limit_ms * NSEC_PER_MSEC);
	a = ask(r, "facts");
	expect_text(&a, "seccomp", "2");
	expect_text(&a, "no_new_privs", "1");
}

static void test_ready_tcp(void **state)
{
	http_ready(state, "start verb=http ready=tcp port=18396", 600);
}

static void test_ready_http(void **state)
{
	http_ready(state, "start verb=http ready=http port=18396 path=/small", 600);
}

/* Ready is who answers as expected, not who accepts. */
static void test_ready_exchange(void **state)
{
	http_ready(state,
		"start verb=http ready=tcp port=18396 send=GET%20/small%20HTTP/1.0%0D%0A%0D%0A "
		"expect=HTTP/1.1%20200",
		600);
}

static void test_not_ready_exchange(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;

	arguments(r, "port=18396");
	assert_int_equal(
		agent_call(&r->agent, NULL, now_ns() + 400 * NSEC_PER_MSEC, &err,
			"start verb=http ready=tcp port=18396 send=GET%%20/nosuch%%20HTTP/1.0%%0D%%0A%%0D%%0A "
			"expect=HTTP/1.1%%20200"),
		-1);
	assert_string_equal(err.text, "agent: no answer to request 2 before the deadline");
}

static void test_exchange_refused(void **state)
{
	struct real_agent *r = *state;

	refused(r, "start verb=http ready=tcp port=18396 send=x",
		"agent: start: send and expect go together, with ready=tcp");
	refused(r, "start verb=http ready=http port=18396 path=/ send=x expect=y",
		"agent: start: send and expect go together, with ready=tcp");
}

/* A second listener in one process tree is refused (EBUSY): the port is then tried by the clock. */
static void take_the_listener(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {.len = 1, .filter = &allow};
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	/* It counts as long as somebody holds it: past execve. */
	if (fd < 0 || dup(fd) < 0)
		_exit(126);
}

static void test_ready_without_notification(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;
	struct agent_reply a;

	assert_int_equal(real_agent_end(r), 0);
	r->before = take_the_listener;
	real_agent_start(r);
	assert_int_equal(agent_hello(&r->agent, SECONDS(10), &err), 0);
	arguments(r, "port=18396|delay_ms=100");
	a = ask(r, "start verb=http ready=http port=18396 path=/small");
	expect_text(&a, "how", "poll");
}

/* A listen(2) on another port is no readiness; a 404 is none either. */
static void test_not_ready(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;

	arguments(r, "port=18396");
	assert_int_equal(agent_call(&r->agent, NULL, now_ns() + 400 * NSEC_PER_MSEC, &err,
				 "start verb=http ready=http port=18396 path=/nosuch"),
		-1);
	assert_string_equal(err.text, "agent: no answer to request 2 before the deadline");
}

static void test_not_ready_other_port(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;

	arguments(r, "port=18396");
	assert_int_equal(agent_call(&r->agent, NULL, now_ns() + 400 * NSEC_PER_MSEC, &err,
				 "start verb=http ready=tcp port=18392"),
		-1);
	assert_string_equal(err.text, "agent: no answer to request 2 before the deadline");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AGENT_TEST(test_dies_before_ready),
		AGENT_TEST(test_ready_tcp),
		AGENT_TEST(test_ready_http),
		AGENT_TEST(test_ready_tcp),
		AGENT_TEST(test_ready_exchange),
		AGENT_TEST(test_ready_tcp),
		AGENT_TEST(test_not_ready_exchange),
		AGENT_TEST(test_ready_tcp),
		AGENT_TEST(test_exchange_refused),
		AGENT_TEST(test_ready_without_notification),
		AGENT_TEST(test_not_ready),
		AGENT_TEST(test_not_ready_in_time),
		AGENT_TEST(test_not_ready_other_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
