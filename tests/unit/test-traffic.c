/* The native peer over loopback: against the real agent, and against ends that break off, stall or lie. */
#include "real-agent.h"
#include "traffic.h"
#include "wait.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#define PORT 18392
static const struct traffic_peer peer = {.cpu = -1};
static struct real_agent real;

static int start_agent(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	real_agent_start(&real);
	if (agent_hello(&real.agent, SECONDS(10), &err) < 0)
		return -1;
	ask(&real, "arg value=port%3D18392");
	ask(&real, "start verb=http ready=agent");
	ask(&real, "listen kind=sink");
	ask(&real, "listen kind=source");
	ask(&real, "listen kind=echo");
	return 0;
}

static int end_agent(void **state)
{
	(void)state;
	return real_agent_end(&real);
}

/* A server of one connection on port: reads what comes first, then says the text (len bytes) and ends,
 * or stays silent. */
struct server {
	pid_t pid;
};

static struct server serve(uint16_t port, const char *text, size_t len, bool stay)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct server s;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 5), 0);
	s.pid = fork();
	if (s.pid == 0) {
		char request[4096];
		int c = accept(fd, NULL, NULL);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		recv(c, request, sizeof(request), 0);
		write_all(c, text, len);
		while (stay)
			pause();
		shutdown(c, SHUT_WR);
		recv(c, request, sizeof(request), 0);
		_exit(0);
	}
	close(fd);
	return s;
}

static void end_server(struct server s)
{
	kill(s.pid, SIGKILL);
	waitpid(s.pid, NULL, 0);
}

/* No child of ours is left behind by a call, whatever its outcome. */
static void expect_no_children(void)
{
	pid_t known = waitpid(-1, NULL, WNOHANG);

	assert_int_equal(known, 0); /* the agent lives, nothing else has ended unreaped */
}

static void test_percentile(void **state)
{
	const double v[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	double hundred[101];

	(void)state;
	for (int i = 0; i < 101; i++)
		hundred[i] = i + 1;
	assert_true(traffic_percentile(v, 10, 0.5) == 5);
	assert_true(traffic_percentile(v, 10, 0.51) == 6);
	assert_true(traffic_percentile(v, 10, 0.99) == 10);
	assert_true(traffic_percentile(v, 10, 1) == 10);
	assert_true(traffic_percentile(v, 1, 0.99) == 1);
	assert_true(traffic_percentile(v, 10, 0.001) == 1);
	assert_true(traffic_percentile(hundred, 100, 0.99) == 99);
	assert_true(traffic_percentile(hundred, 101, 0.99) == 100);
}

/* What the sink has counted is what was sent; the two counts of one window agree. */
static void test_send(void **state)
{
	struct traffic_flow flow;
	struct error err = ERROR_INIT;
	struct agent_reply r;
	uint64_t bytes, ns, all;
	int64_t took = now_ns();

	(void)state;
	if (traffic_send(&peer, "127.0.0.1", 0.5, 0.2, &flow, &err) < 0)
		fail_msg("%s", err.text);
	took = now_ns() - took;
	assert_int_equal(
		agent_call(&real.agent, &r, SECONDS(5), &err, "result kind=sink omit=200000000"),
		0);
	agent_field(&r, "bytes", UINT64_MAX, &bytes, &err);
	agent_field(&r, "ns", UINT64_MAX, &ns, &err);
	agent_field(&r, "bytes_all", UINT64_MAX, &all, &err);
	assert_int_equal(err.code, 0);
	assert_true(all == flow.bytes_all);
	assert_true(bytes < all && bytes > all / 3);
	/* The counted time holds no part of the omitted one. */
	assert_true(ns > 400 * NSEC_PER_MSEC && (int64_t)ns <= took - 200 * NSEC_PER_MSEC);
	assert_true(flow.bytes < flow.bytes_all);
	assert_int_equal(
		agent_call(&real.agent, &r, SECONDS(5), &err, "result kind=sink omit=1"), -1);
	assert_string_equal(err.text, "agent: result: the last connection omitted 200000000 ns");
	expect_no_children();
}

static void test_receive(void **state)
{
	struct traffic_flow flow;
	struct error err = ERROR_INIT;

	(void)state;
	if (traffic_receive(&peer, "127.0.0.1", 0.4, 0.2, &flow, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(flow.ns > 300 * NSEC_PER_MSEC && flow.ns <= 1000 * NSEC_PER_MSEC);
	assert_true(flow.bytes < flow.bytes_all && flow.bytes > flow.bytes_all / 3);
	/* 0.1 Gbit/s is far under any loopback. */
	assert_true((double)flow.bytes * 8e9 / (double)flow.ns > 1e8);
	expect_no_children();
}

static void test_round_trips(void **state)
{
	struct traffic_latency l;
	struct error err = ERROR_INIT;

	(void)state;
	if (traffic_round_trips(&peer, "127.0.0.1", 0.2, &l, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(l.n > 100);
	assert_true(l.p50 > 0 && l.p50 <= l.p99 && l.p99 < 0.2);
	/* The median's round trips fill about the time. */
	assert_true(l.p50 * l.n < 0.4);
}

static void test_connects(void **state)
{
	double rate = 0;
	struct error err = ERROR_INIT;

	(void)state;
	if (traffic_connects(&peer, "127.0.0.1", 0.2, &rate, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(rate > 100);
}

static void test_http(void **state)
{
	struct traffic_http h;
	struct error err = ERROR_INIT;

	(void)state;
	if (traffic_http(&peer, "http://127.0.0.1:18392/large", 20, &h, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(h.status, 200);
	assert_true(h.bytes == (double)WIRE_LARGE);
	assert_true(h.ttfb > 0 && h.ttfb < h.seconds);
	/* An error page is no payload. */
	assert_int_equal(traffic_http(&peer, "http://127.0.0.1:18392/nosuch", 20, &h, &err), -1);
	assert_string_equal(
		err.text, "traffic: the server answered with status 404, expected 200 to 299");
}

/* Other schemes are not spoken, redirects not followed. */
static void test_http_bounds(void **state)
{
	static const char redirect[] =
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:18392/small\r\n"
		"Content-Length: 0\r\n\r\n";
	static const char endless[] = "HTTP/1.1 200 OK\r\n\r\nbody";
	static const char huge[] = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
	static const char torn[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort";
	struct traffic_http h;
	struct error err = ERROR_INIT;
	struct server s;
	int64_t begin;

	(void)state;
	assert_int_equal(traffic_http(&peer, "file:///etc/passwd", 5, &h, &err), -1);
	assert_string_equal(err.text,
		"traffic: GET failed: Protocol \"file\" not supported or disabled in libcurl");
	s = serve(18393, redirect, strlen(redirect), false);
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_http(&peer, "http://127.0.0.1:18393/", 5, &h, &err), -1);
	assert_string_equal(
		err.text, "traffic: the server answered with status 302, expected 200 to 299");
	end_server(s);
	s = serve(18393, endless, strlen(endless), true);
	begin = now_ns();
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_http(&peer, "http://127.0.0.1:18393/", 0.3, &h, &err), -1);
	assert_non_null(strstr(err.text, "traffic: GET failed: Operation timed out after 30"));
	assert_true(now_ns() - begin < 2 * NSEC_PER_SEC);
	end_server(s);
	s = serve(18393, huge, strlen(huge), true);
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_http(&peer, "http://127.0.0.1:18393/", 5, &h, &err), -1);
	assert_string_equal(err.text, "traffic: GET failed: Maximum file size exceeded");
	end_server(s);
	s = serve(18393, torn, strlen(torn), false);
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_http(&peer, "http://127.0.0.1:18393/", 5, &h, &err), -1);
	assert_non_null(strstr(err.text, "traffic: GET failed: "));
	end_server(s);
	expect_no_children();
}

static void test_first_response(void **state)
{
	struct error err = ERROR_INIT;
	int64_t at = 0, begin = now_ns();

	(void)state;
	if (traffic_first_response(&peer, "127.0.0.1", PORT, "/small", SECONDS(5), &at, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(at > begin && at <= now_ns());
	at = 0;
	if (traffic_first_response(&peer, "127.0.0.1", PORT, NULL, SECONDS(5), &at, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(at > begin && at <= now_ns());
	assert_int_equal(
		traffic_first_response(&peer, "127.0.0.1", PORT, "/nosuch", SECONDS(5), &at, &err),
		-1);
	assert_string_equal(
		err.text, "traffic: first response, got status 404, expected 200 to 399");
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_first_response(&peer, "127.0.0.1", 18394, "/",
				 now_ns() + 50 * NSEC_PER_MSEC, &at, &err),
		-1);
	assert_string_equal(err.text,
		"traffic: no complete first response from port 18394 before the deadline");
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_first_response(&peer, "127.0.0.1", 18394, NULL,
				 now_ns() + 50 * NSEC_PER_MSEC, &at, &err),
		-1);
	assert_string_equal(err.text,
		"traffic: no complete first response from port 18394 before the deadline");
	assert_int_equal(err.code, EXIT_ARM);
}

/* It begins to listen only after the first attempts. */
static void test_first_response_late(void **state)
{
	struct error err = ERROR_INIT;
	int64_t at = 0, begin = now_ns();
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

		poll(NULL, 0, 100);
		waitpid(serve(18395, text, strlen(text), false).pid, NULL, 0);
		_exit(0);
	}
	if (traffic_first_response(&peer, "127.0.0.1", 18395, "/", SECONDS(5), &at, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(at - begin > 100 * NSEC_PER_MSEC && at - begin < NSEC_PER_SEC);
	waitpid(pid, NULL, 0);
}

/* Ends that break their side, on the ports of the real ones. */
static void test_bad_ends(void **state)
{
	struct traffic_flow flow;
	struct traffic_latency l;
	struct error err = ERROR_INIT;
	struct server s;

	(void)state;
	ask(&real, "unlisten");
	assert_int_equal(traffic_send(&peer, "127.0.0.1", 0.2, 0, &flow, &err), -1);
	assert_string_equal(err.text, "traffic: cannot connect to port 7001: Connection refused");
	assert_int_equal(err.code, EXIT_ARM);
	s = serve(WIRE_PORT_SOURCE, "x", 1, false);
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_receive(&peer, "127.0.0.1", 0.2, 0, &flow, &err), -1);
	assert_string_equal(err.text, "traffic: the source closed the connection after 1 B");
	end_server(s);
	s = serve(WIRE_PORT_ECHO, "notecho!", 8, true);
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_round_trips(&peer, "127.0.0.1", 0.2, &l, &err), -1);
	assert_string_equal(
		err.text, "traffic: got a response that is not the request, expected an echo");
	end_server(s);
	s = serve(WIRE_PORT_SINK, "surprise", 8, true);
	err = (struct error)ERROR_INIT;
	assert_int_equal(traffic_send(&peer, "127.0.0.1", 0.2, 0, &flow, &err), -1);
	assert_int_equal(err.code, EXIT_ARM);
	end_server(s);
	ask(&real, "listen kind=sink");
	expect_no_children();
}

static void test_bad_arguments(void **state)
{
	struct traffic_flow flow;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(traffic_send(&peer, "nowhere", 1, 0, &flow, &err), -1);
	assert_string_equal(
		err.text, "traffic: address, got \"nowhere\", expected an IPv4 address");
	assert_int_equal(traffic_send(&peer, "127.0.0.1", 0, 0, &flow, NULL), -1);
	assert_int_equal(traffic_send(&peer, "127.0.0.1", 1, -1, &flow, NULL), -1);
	assert_int_equal(traffic_send(&peer, "127.0.0.1", 0.0 / 0.0, 0, &flow, NULL), -1);
}

/* Pinned to a CPU that is not there: the error comes out of the forked peer. */
static void test_place(void **state)
{
	struct traffic_peer bad = {.cpu = 1000}, good = {.cpu = 0};
	struct traffic_flow flow;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(traffic_send(&bad, "127.0.0.1", 0.1, 0, &flow, &err), -1);
	assert_string_equal(err.text, "traffic: cannot run on CPU 1000: Invalid argument");
	if (traffic_send(&good, "127.0.0.1", 0.1, 0, &flow, NULL) < 0)
		fail_msg("CPU 0 was refused");
}

/* Ctrl-C ends the wait and the peer with it. Last: an interrupt stays pending. */
static void test_interrupt(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct traffic_flow flow;
		struct error err = ERROR_INIT;
		pid_t self = getpid(), helper;
		int64_t begin = now_ns();

		interrupt_init(&err);
		helper = fork();
		if (helper == 0) {
			poll(NULL, 0, 100);
			kill(self, SIGINT);
			_exit(0);
		}
		traffic_send(&peer, "127.0.0.1", 20, 0, &flow, &err);
		waitpid(helper, NULL, 0);
		/* 130, soon, and no child left */
		_exit(err.code == EXIT_INTERRUPTED && now_ns() - begin < 2 * NSEC_PER_SEC &&
					waitpid(-1, NULL, 0) < 0
				? 0
				: 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_percentile),
		cmocka_unit_test(test_send), cmocka_unit_test(test_receive),
		cmocka_unit_test(test_round_trips), cmocka_unit_test(test_connects),
		cmocka_unit_test(test_http), cmocka_unit_test(test_http_bounds),
		cmocka_unit_test(test_first_response), cmocka_unit_test(test_first_response_late),
		cmocka_unit_test(test_bad_ends), cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_place), cmocka_unit_test(test_interrupt)};

	return cmocka_run_group_tests(tests, start_agent, end_agent);
}
