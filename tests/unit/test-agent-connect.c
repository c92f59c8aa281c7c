/* test-agent-connect.c - two real agents, one as client of the other's network ends, in a network namespace of their
 * own. Needs root. */
#include "netlink.h"
#include "real-agent.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct real_agent client, server;
static const char *why_not;

static int setup(void **state)
{
	static const char *const kinds[] = {"sink", "source", "echo", "udp"};
	struct error err = ERROR_INIT;

	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0) {
		why_not = "SKIP: needs root for a network namespace\n";
		return 0;
	}
	if (netif_configure("lo", "127.0.0.1", 8) < 0)
		return -1;
	real_agent_start(&client);
	real_agent_start(&server);
	if (agent_hello(&client.agent, SECONDS(10), &err) < 0 ||
		agent_hello(&server.agent, SECONDS(10), &err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (agent_call(&server.agent, NULL, SECONDS(10), &err, "listen kind=%s", kinds[i]) <
			0)
			return -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (why_not)
		return 0;
	return real_agent_end(&client) | real_agent_end(&server);
}

static void check_able(void)
{
	if (why_not) {
		print_message("%s", why_not);
		skip();
	}
}

/* What the sender handed over is what the receiver counted, to the byte. */
static void test_send(void **state)
{
	struct agent_reply sent, got;

	(void)state;
	check_able();
	sent = ask(&client, "connect kind=send address=127.0.0.1 ns=200000000 omit=50000000");
	got = ask(&server, "result kind=sink omit=50000000");
	assert_true(number(&sent, "bytes") > 0);
	assert_int_equal(number(&sent, "bytes_all"), number(&got, "bytes_all"));
	assert_true(number(&got, "bytes") <= number(&got, "bytes_all"));
}

static void test_receive(void **state)
{
	struct agent_reply got;

	(void)state;
	check_able();
	got = ask(&client, "connect kind=receive address=127.0.0.1 ns=200000000");
	assert_true(number(&got, "bytes") > 0 && number(&got, "ns") > 0);
	assert_true(number(&got, "bytes") <= number(&got, "bytes_all"));
}

static void test_small(void **state)
{
	struct agent_reply r;

	(void)state;
	check_able();
	r = ask(&client, "connect kind=rr address=127.0.0.1 ns=100000000");
	assert_true(number(&r, "n") > 0 && number(&r, "p50") > 0);
	assert_true(number(&r, "p50") <= number(&r, "p99"));
	r = ask(&client, "connect kind=connects address=127.0.0.1 ns=100000000");
	assert_true(number(&r, "n") > 0 && number(&r, "ns") >= 100000000);
}

/* On the loopback a paced series loses nothing, and its rate is what was asked for, however slow the machine. */
static void test_paced(void **state)
{
	static const char *const kinds[] = {"udp-send", "udp-receive"};

	(void)state;
	check_able();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		cleanup_free char *request = xasprintf(
			"connect kind=%s address=127.0.0.1 ns=200000000 rate=1000", kinds[i]);
		struct agent_reply r = ask(&client, request);

		assert_true(number(&r, "sent") >= 1 && number(&r, "sent") <= 201);
		assert_int_equal(number(&r, "received"), number(&r, "sent"));
		assert_int_equal(number(&r, "ttl"), 64);
	}
}

/* A receiver that is flooded never counts more than was sent; the end knows where it came from. */
static void test_flood(void **state)
{
	struct agent_reply r, seen;
	cleanup_free char *from = NULL;

	(void)state;
	check_able();
	r = ask(&client, "connect kind=udp-send address=127.0.0.1 ns=100000000");
	assert_true(number(&r, "received") > 0 && number(&r, "received") <= number(&r, "sent"));
	seen = ask(&server, "result kind=udp");
	from = agent_field_text(&seen, "address");
	assert_string_equal(from, "127.0.0.1");
	assert_int_equal(number(&seen, "ttl"), 64);
	r = ask(&client, "connect kind=udp-receive address=127.0.0.1 ns=100000000");
	assert_true(number(&r, "received") > 0 && number(&r, "received") <= number(&r, "sent"));
}

static void test_bad(void **state)
{
	(void)state;
	check_able();
	refused(&client, "connect kind=dance address=127.0.0.1 ns=1",
		"agent: connect: expected kind and address");
	refused(&client, "connect kind=rr address=localhost ns=1",
		"agent: connect: expected kind and address");
	refused(&client, "connect kind=rr address=127.0.0.1",
		"agent: connect: expected ns and perhaps omit and rate");
	refused(&client, "connect kind=rr address=127.0.0.1 ns=-1",
		"agent: connect: expected ns and perhaps omit and rate");
	ask(&server, "unlisten");
	refused(&client, "connect kind=rr address=127.0.0.1 ns=1000000",
		"agent: connect: cannot connect to port 7003: Connection refused");
	refused(&client, "connect kind=udp-send address=127.0.0.1 ns=1000000 rate=1000",
		"agent: connect: no answer from port 7004");
}

static void test_link(void **state)
{
	struct agent_reply r;

	(void)state;
	check_able();
	r = ask(&client, "link if=lo");
	assert_int_equal(number(&r, "mtu"), 65536);
	refused(&client, "link if=none", "agent: link: none: No such device");
	refused(&client, "link", "agent: link: expected if");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send),
		cmocka_unit_test(test_receive),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_paced),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
