/* The harness's end of the channel against agents that lie, stall and flood: each row of "Agent inside a
 * guest" is a test with its exact message. The fake agent is the other end of a socketpair. */
#include "agent.h"
#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SECONDS(n) (now_ns() + (n)*NSEC_PER_SEC)
#define SOON (now_ns() + 30 * NSEC_PER_MSEC)
#define HELLO "tare-agent 1 boot_id=0c1f-22 pid=1\n"

struct fake {
	struct agent agent;
	int other;
	struct error err;
};

static int setup(void **state)
{
	struct fake *f = xcalloc(1, sizeof(*f));
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	agent_init(&f->agent, pair[0]);
	f->other = pair[1];
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fake *f = *state;

	agent_close(&f->agent);
	if (f->other >= 0)
		close(f->other);
	free(f);
	return 0;
}

static void say(struct fake *f, const char *text)
{
	assert_int_equal(write_all(f->other, text, strlen(text)), 0);
}

static void expect_error(struct fake *f, int outcome, const char *text)
{
	assert_int_equal(outcome, -1);
	assert_string_equal(f->err.text, text);
	assert_int_equal(f->err.code, EXIT_ARM);
}

/* After a breach nothing more is read, whatever comes. */
static void expect_given_up(struct fake *f)
{
	struct error err = ERROR_INIT;

	assert_true(f->agent.broken);
	assert_int_equal(agent_send(&f->agent, &err, "facts"), -1);
	assert_string_equal(err.text, "agent: the channel was given up after an earlier error");
}

static void test_hello(void **state)
{
	struct fake *f = *state;

	say(f, HELLO);
	assert_int_equal(agent_hello(&f->agent, SECONDS(5), &f->err), 0);
	assert_string_equal(f->agent.boot_id, "0c1f-22");
}

static void test_silent(void **state)
{
	struct fake *f = *state;

	expect_error(
		f, agent_hello(&f->agent, SOON, &f->err), "agent: no hello before the deadline");
	expect_given_up(f);
}

static void test_wrong_hello(void **state)
{
	static const char *const bad[] = {"SSH-2.0-x\n", "tare-agent 2 boot_id=a pid=1\n",
		"tare-agent 1\n", "tare-agent 1 boot_id= pid=1\n", "tare-agent 1 boot_id=a pid=0\n",
		"tare-agent 1 boot_id=a pid=-1\n", "tare-agent 1 boot_id=a/../b pid=1\n",
		"tare-agent 1 boot_id=a pid=1 x\n", "\n",
		"tare-agent 1 boot_id=0000000000000000000000000000000000000000000000000000000000000000 pid=1\n"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		void *own;
		struct fake *f;

		(void)state;
		setup(&own);
		f = own;
		say(f, bad[i]);
		assert_int_equal(agent_hello(&f->agent, SECONDS(5), &f->err), -1);
		if (i == 0)
			assert_string_equal(f->err.text,
				"agent: hello, got \"SSH-2.0-x\", expected \"tare-agent 1 boot_id=ID pid=N\"; "
				"is the agent inside of this version?");
		expect_given_up(f);
		teardown(&own);
	}
}

static void test_byte_by_byte(void **state)
{
	struct fake *f = *state;
	pid_t pid = fork();

	if (pid == 0) {
		const char *text = HELLO "1 ok cpus=2\n";

		for (; *text; text++) {
			write_all(f->other, text, 1);
			usleep(200);
		}
		_exit(0);
	}
	assert_int_equal(agent_hello(&f->agent, SECONDS(5), &f->err), 0);
	/* Part of an answer before its request would be a breach: the request goes out by hand. */
	f->agent.sent = 1;
	struct agent_reply r;
	assert_int_equal(agent_answer(&f->agent, &r, SECONDS(5), &f->err), 0);
	assert_string_equal(r.line, "cpus=2");
	waitpid(pid, NULL, 0);
}

static void test_no_newline(void **state)
{
	struct fake *f = *state;
	pid_t pid = fork();

	if (pid == 0) {
		char *much = malloc(1 << 20);

		memset(much, 'x', 1 << 20);
		close(f->agent.fd);
		for (int i = 0; i < 16; i++)
			if (send(f->other, much, 1 << 20, MSG_NOSIGNAL) < 0)
				break;
		_exit(0);
	}
	expect_error(f, agent_hello(&f->agent, SECONDS(5), &f->err),
		"agent: line, got more than 4096 bytes, expected at most 4096");
	expect_given_up(f);
	agent_close(&f->agent);
	waitpid(pid, NULL, 0);
}

static void test_line_length_limit(void **state)
{
	struct fake *f = *state;
	char line[WIRE_LINE + 2];
	struct agent_reply r;

	/* Exactly WIRE_LINE bytes with the newline is allowed, one more is not. */
	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	memset(line, 'x', sizeof(line));
	memcpy(line, "1 ok a=", 7);
	line[WIRE_LINE - 1] = '\n';
	line[WIRE_LINE] = '\0';
	say(f, line);
	assert_int_equal(agent_answer(&f->agent, &r, SECONDS(5), &f->err), 0);
	assert_int_equal(strlen(r.line), WIRE_LINE - 1 - 5);
	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	line[0] = '2';
	line[WIRE_LINE - 1] = 'x';
	line[WIRE_LINE] = '\n';
	line[WIRE_LINE + 1] = '\0';
	say(f, line);
	expect_error(f, agent_answer(&f->agent, &r, SECONDS(5), &f->err),
		"agent: line, got more than 4096 bytes, expected at most 4096");
}

static void test_numbers(void **state)
{
	static const struct {
		const char *value, *text;
	} bad[] = {{"abc", "agent: pss, got abc, expected a number from 0 to 1000"},
		{"-1", "agent: pss, got -1, expected a number from 0 to 1000"},
		{"9223372036854775808",
			"agent: pss, got 9223372036854775808, expected a number from 0 to 1000"},
		{"18446744073709551616",
			"agent: pss, got 18446744073709551616, expected a number from 0 to 1000"},
		{"1e308", "agent: pss, got 1e308, expected a number from 0 to 1000"},
		{"1001", "agent: pss, got 1001, expected a number from 0 to 1000"},
		{"", "agent: pss, got , expected a number from 0 to 1000"},
		{"0x10", "agent: pss, got 0x10, expected a number from 0 to 1000"},
		{"+5", "agent: pss, got +5, expected a number from 0 to 1000"},
		{"1 pss=2", "agent: pss, got nothing, expected a number from 0 to 1000"}};
	struct agent_reply r;
	uint64_t v = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;

		snprintf(r.line, sizeof(r.line), "uss=5 pss=%s x=1", bad[i].value);
		assert_int_equal(agent_field(&r, "pss", 1000, &v, &err), -1);
		assert_string_equal(err.text, bad[i].text);
		assert_int_equal(v, 77);
	}
	snprintf(r.line, sizeof(r.line), "upss=5 pss=1000 ss=3");
	assert_int_equal(agent_field(&r, "pss", 1000, &v, NULL), 0);
	assert_int_equal(v, 1000);
	assert_int_equal(agent_field(&r, "s", 1000, &v, NULL), -1);
	snprintf(r.line, sizeof(r.line), "pss=18446744073709551615");
	assert_int_equal(agent_field(&r, "pss", UINT64_MAX, &v, NULL), 0);
	assert_true(v == UINT64_MAX);
}

static void test_unasked_answer(void **state)
{
	struct fake *f = *state;

	say(f, "1 ok\n");
	expect_error(f, agent_send(&f->agent, &f->err, "facts"),
		"agent: got \"1 ok\\x0A\", expected nothing: no request is open");
	expect_given_up(f);
}

static void test_two_answers(void **state)
{
	struct fake *f = *state;

	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	say(f, "1 ok a=1\n1 ok a=2\n");
	assert_int_equal(agent_answer(&f->agent, NULL, SECONDS(5), &f->err), 0);
	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), -1);
	assert_string_equal(
		f->err.text, "agent: got \"1 ok a=2\\x0A\", expected nothing: no request is open");
	expect_given_up(f);
}

static void test_wrong_sequence(void **state)
{
	static const char *const bad[] = {"2 ok\n", "11 ok\n", "ok\n", "1 okay\n", "1 \n",
		"01 ok\n", "1 error\n", "-1 ok\n", "1\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		void *own;
		struct fake *f;

		setup(&own);
		f = own;
		assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
		say(f, bad[i]);
		assert_int_equal(agent_answer(&f->agent, NULL, SECONDS(5), &f->err), -1);
		if (i == 0)
			assert_string_equal(f->err.text,
				"agent: answer, got \"2 ok\", expected \"1 ok\" or \"1 error\"");
		expect_given_up(f);
		teardown(&own);
	}
}

static void test_late_answer(void **state)
{
	struct fake *f = *state;

	assert_int_equal(agent_send(&f->agent, &f->err, "payload"), 0);
	expect_error(f, agent_answer(&f->agent, NULL, SOON, &f->err),
		"agent: no answer to request 1 before the deadline");
	say(f, "1 ok pss=1\n");
	expect_given_up(f);
}

static void test_flood(void **state)
{
	struct fake *f = *state;
	pid_t pid = fork();

	if (pid == 0) {
		close(f->agent.fd);
		while (send(f->other, "1 ok\n1 ok\n1 ok\n1 ok\n", 20, MSG_NOSIGNAL) > 0)
			;
		_exit(0);
	}
	/* The first may find its answer in the flood; the second finds an old one. */
	if (agent_call(&f->agent, NULL, SECONDS(5), &f->err, "facts") == 0)
		assert_int_equal(agent_call(&f->agent, NULL, SECONDS(5), &f->err, "facts"), -1);
	assert_non_null(strstr(f->err.text, "expected"));
	assert_true(f->agent.used <= sizeof(f->agent.buffer));
	expect_given_up(f);
	agent_close(&f->agent);
	waitpid(pid, NULL, 0);
}

static void test_control_bytes(void **state)
{
	struct fake *f = *state;

	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	say(f, "1 ok a=\033[2J\n");
	expect_error(f, agent_answer(&f->agent, NULL, SECONDS(5), &f->err),
		"agent: line, got byte 0x1b, expected printable ASCII");
	expect_given_up(f);
}

static void test_error_answer(void **state)
{
	struct fake *f = *state;

	assert_int_equal(agent_send(&f->agent, &f->err, "start"), 0);
	say(f, "1 error workload ended: a%0Ab%1B[2J%FF 100%25\n");
	expect_error(f, agent_answer(&f->agent, NULL, SECONDS(5), &f->err),
		"agent: workload ended: a | b?[2J? 100%");
	/* An error is an answer like any other: the channel goes on. */
	assert_false(f->agent.broken);
	f->err = (struct error)ERROR_INIT;
	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	say(f, "2 ok\n");
	assert_int_equal(agent_answer(&f->agent, NULL, SECONDS(5), &f->err), 0);
}

static void test_closed(void **state)
{
	struct fake *f = *state;

	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	say(f, "1 ok trunc");
	close(f->other);
	f->other = -1;
	expect_error(f, agent_answer(&f->agent, NULL, SECONDS(5), &f->err),
		"agent: the instance closed the channel");
	expect_given_up(f);
}

static void test_nothing_asked(void **state)
{
	struct fake *f = *state;

	assert_int_equal(agent_answer(&f->agent, NULL, SECONDS(5), &f->err), -1);
	assert_string_equal(f->err.text, "agent: waited for an answer without a request");
	struct agent none = AGENT_INIT;
	struct error err = ERROR_INIT;
	assert_int_equal(agent_send(&none, &err, "facts"), -1);
	assert_string_equal(err.text, "agent: there is no channel into the instance");
}

/* What goes out is checked too: a foreign value must not become a second request. */
static void test_requests(void **state)
{
	struct fake *f = *state;
	char line[WIRE_LINE + 10], got[64];
	cleanup_free char *encoded = wire_encode("a b%=\n\x7f\xc3,");

	assert_string_equal(encoded, "a%20b%25%3D%0A%7F%C3,");
	assert_int_equal(agent_send(&f->agent, &f->err, "arg value=a\nb"), -1);
	assert_string_equal(f->err.text, "agent: request, got byte 0x0a, expected printable ASCII");
	f->err = (struct error)ERROR_INIT;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(agent_send(&f->agent, &f->err, "%s", line), -1);
	assert_int_equal(f->err.code, EXIT_USAGE);
	f->err = (struct error)ERROR_INIT;
	/* "1 " + 4093 + newline is exactly WIRE_LINE. */
	line[WIRE_LINE - 3] = '\0';
	assert_int_equal(agent_send(&f->agent, &f->err, "%s", line), 0);
	assert_int_equal(recv(f->other, line, sizeof(line), 0), WIRE_LINE);
	assert_int_equal(agent_send(&f->agent, &f->err, "facts"), 0);
	assert_int_equal(recv(f->other, got, sizeof(got), 0), 8);
	assert_memory_equal(got, "2 facts\n", 8);
}

static void test_text_fields(void **state)
{
	struct agent_reply r = {.line = "a=x%20y b=%zz c=%00 d=%e2%82%ac e= f=1 f=2 g=%2"};
	cleanup_free char *a = agent_field_text(&r, "a"), *d = agent_field_text(&r, "d"),
			  *e = agent_field_text(&r, "e");

	(void)state;
	assert_string_equal(a, "x y");
	assert_null(agent_field_text(&r, "b"));
	assert_null(agent_field_text(&r, "c"));
	assert_string_equal(d, "\xe2\x82\xac");
	assert_string_equal(e, "");
	assert_null(agent_field_text(&r, "f"));
	assert_null(agent_field_text(&r, "g"));
	assert_null(agent_field_text(&r, "nosuch"));
}

static void test_start_requests(void **state)
{
	struct fake *f = *state;
	char *command[] = {"/bin/x", "a b", NULL}, *env[] = {"K=V", NULL}, got[512];
	struct workload w = {.name = "x",
		.command = command,
		.env = env,
		.ready = READY_HTTP,
		.ready_port = 80,
		.ready_path = "/a=b"};
	static const char expected[] = "1 arg value=/bin/x\n2 arg value=a%20b\n3 env value=K%3DV\n"
				       "4 start command=1 timeout_ms=2500 ready=http port=80 "
				       "path=/a%3Db\n";
	unsigned n = 0;

	assert_int_equal(agent_start_workload(&f->agent, &w, 2.5, &n, &f->err), 0);
	assert_int_equal(n, 4);
	assert_int_equal(recv(f->other, got, sizeof(got), 0), strlen(expected));
	assert_memory_equal(got, expected, strlen(expected));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_hello), TEST(test_silent),
		TEST(test_wrong_hello), TEST(test_byte_by_byte), TEST(test_no_newline),
		TEST(test_line_length_limit), TEST(test_numbers), TEST(test_unasked_answer),
		TEST(test_two_answers), TEST(test_wrong_sequence), TEST(test_late_answer),
		TEST(test_flood), TEST(test_control_bytes), TEST(test_error_answer),
		TEST(test_closed), TEST(test_nothing_asked), TEST(test_requests),
		TEST(test_text_fields), TEST(test_start_requests)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
