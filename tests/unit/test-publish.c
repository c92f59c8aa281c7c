/* test-publish.c - the parts of publishing: addresses, what waits in the spool and in which order, and what one exchange makes of
 * an endpoint's answers (a child process that answers as it is told). */
#include "publish.h"
#include "util.h"
#include "wait.h"

#include "cases.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/tare-test-publish-XXXXXX");
	unsetenv("TARE_PUBLISH_AUTHORIZATION");
	unsetenv("TARE_PUBLISH_USER");
	unsetenv("NETRC");
	return mkdtemp(folder) && setenv("HOME", folder, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return remove_tree_at(AT_FDCWD, folder);
}

static void addresses_are_shown_without_secrets(void **state)
{
	static const struct {
		const char *url, *shown;
	} rows[] = {
		{"http://h:9091/metrics/job/tare", "http://h:9091/metrics/job/tare"},
		{"http://h/write?db=a&token=s3cret", "http://h/write"},
		{"http://h/x#s3cret", "http://h/x"},
		{"https://me:s3cret@h/x", "https://***@h/x"},
		{"https://me:s3c@ret@h/x?y", "https://***@h/x"},
		{"https://me@h", "https://***@h"},
		{"http://h/a@b", "http://h/a@b"},
		{"me:s3cret@h/x", "***@h/x"},
		{"http://h/\x1b[31m", "http://h/\\x1B[31m"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *shown = publish_shown(rows[i].url);

		assert_string_equal(shown, rows[i].shown);
	}
}

static void pauses_grow_within_bounds(void **state)
{
	(void)state;
	for (unsigned try = 0; try < PUBLISH_TRIES; try++) {
		double least = publish_pause(try, 0, 0), most = publish_pause(try, 0, 255);

		assert_true(least >= (double)(1 << try) && least <= (double)(1 << try));
		assert_true(most > least && most < 1.25 * least);
	}
	/* What the endpoint asks for counts, up to what is waited at most. */
	assert_true(publish_pause(0, 7, 0) >= 7 && publish_pause(2, 7, 0) <= 7);
	assert_true(publish_pause(0, PUBLISH_WAIT_MAX, 255) < 1.25 * PUBLISH_WAIT_MAX);
	assert_true(publish_pause(0, PUBLISH_WAIT_MAX + 1, 0) < 0);
	assert_true(publish_pause(0, 1e18, 0) < 0);
}

struct endpoint {
	pid_t pid;
	char url[64];
	int count; /* a byte for each request */
};

/* Answers every request on a connection of its own with the same text. */
static void answer(int listening, const char *text, int count)
{
	char request[8192];

	for (;;) {
		int fd = accept(listening, NULL, NULL);

		if (fd < 0)
			_exit(1);
		if (read(fd, request, sizeof(request)) > 0 && write(count, "x", 1) == 1 &&
			write(fd, text, strlen(text)) > 0)
			shutdown(fd, SHUT_WR);
		while (read(fd, request, sizeof(request)) > 0)
			;
		close(fd);
	}
}

static void endpoint_open(struct endpoint *e, const char *text)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), pipes[2];
	socklen_t len = sizeof(at);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(pipe2(pipes, O_CLOEXEC | O_NONBLOCK), 0);
	snprintf(e->url, sizeof(e->url), "http://127.0.0.1:%u/x", ntohs(at.sin_port));
	e->pid = fork();
	assert_true(e->pid >= 0);
	if (e->pid == 0)
		answer(fd, text, pipes[1]);
	close(fd);
	close(pipes[1]);
	e->count = pipes[0];
}

/* How many requests it had. */
static ssize_t endpoint_close(struct endpoint *e)
{
	char seen[64];
	ssize_t n;

	kill(e->pid, SIGKILL);
	waitpid(e->pid, NULL, 0);
	n = read(e->count, seen, sizeof(seen));
	close(e->count);
	return n;
}

static void what_an_answer_asks_for(void **state)
{
	static const struct {
		const char *head; /* status line and headers */
		enum publish_outcome outcome;
		int requests;
		const char *why;
	} rows[] = {
		{"204 No Content", PUBLISH_SENT, 1, NULL},
		{"200 OK\r\nContent-Type: text/html", PUBLISH_LATER, 1,
			"answered 200 with a page of HTML: something else than the endpoint"},
		{"413 Large", PUBLISH_REFUSED, 1, "answered 413"},
		{"401 No", PUBLISH_LATER, 1, "answered 401; check the credentials"},
		{"302 Go\r\nLocation: http://127.0.0.1:1/", PUBLISH_LATER, 1,
			"answered 302, a redirect, which is not followed; give the address it leads to"},
		/* Retry-After: within what is waited for, beyond it, far beyond, a date to come, one that is past, no time. */
		{"429 Slow\r\nRetry-After: 1", PUBLISH_LATER, PUBLISH_TRIES, "answered 429"},
		{"429 Slow\r\nRetry-After: 31", PUBLISH_LATER, 1, "answered 429"},
		{"503 Slow\r\nRetry-After: 99999999999999999999", PUBLISH_LATER, 1, "answered 503"},
		{"429 Slow\r\nRetry-After: Fri, 01 Jan 2100 00:00:00 GMT", PUBLISH_LATER, 1,
			"answered 429"},
		{"429 Slow\r\nRetry-After: Sat, 01 Jan 2000 00:00:00 GMT", PUBLISH_LATER,
			PUBLISH_TRIES, "answered 429"},
		{"503 Slow\r\nRetry-After: soon", PUBLISH_LATER, PUBLISH_TRIES, "answered 503"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *text =
			xasprintf("HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
				rows[i].head);
		cleanup_free char *why = NULL;
		enum publish_outcome outcome = PUBLISH_SENT;
		struct error err = ERROR_INIT;
		struct endpoint e;
		bool uncertain;
		ssize_t n;

		endpoint_open(&e, text);
		int rc = publish_send(&(struct publish_request){.url = e.url,
					      .method = "POST",
					      .type = "text/plain",
					      .key = "k",
					      .body = "b",
					      .len = 1,
					      .timeout = 20},
			&outcome, &why, &uncertain, &err);

		n = endpoint_close(&e);
		if (rc || outcome != rows[i].outcome || n != rows[i].requests ||
			strcmp(why ? why : "", rows[i].why ? rows[i].why : ""))
			fail_msg("%s: got %d %d after %zd requests: %s", rows[i].head, rc, outcome,
				n, why ? why : err.text);
	}
}

static struct publish_request waiting(const char *url, const char *key, const char *body)
{
	return (struct publish_request){.url = url,
		.method = "POST",
		.type = "text/plain",
		.key = key,
		.body = body,
		.len = strlen(body)};
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.' && strcmp(e->d_name, "lock") != 0;
}

static void the_spool_keeps_order_and_one_of_a_key(void **state)
{
	static const struct {
		const char *url, *key;
	} rows[] = {{"http://a/", "k9"}, {"http://a/", "k1"}, {"http://a/", "k9"},
		{"http://b/", "k9"}, {"http://a/", "k5"}};
	static const char *const order[] = {"k9", "k1", "k9", "k5"};
	cleanup_free char *path = xasprintf("%s/spool", folder);
	struct dirent **names = NULL;
	struct error err = ERROR_INIT;
	struct spool s, other;

	(void)state;
	assert_int_equal(spool_open(path, &s, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct publish_request r = waiting(rows[i].url, rows[i].key, "body");

		assert_int_equal(spool_add(&s, &r, &err), 0);
	}
	int n = scandir(path, &names, not_hidden, alphasort);

	assert_int_equal(n, ARRAY_SIZE(order)); /* a key waits once an address */
	for (int i = 0; i < n; i++) {
		const char *dash = strrchr(names[i]->d_name, '-');

		assert_non_null(dash);
		assert_true(strlen(dash) == 8 && !strncmp(dash + 1, order[i], 2));
		free(names[i]);
	}
	free(names);
	assert_int_equal(spool_open(path, &other, &err), -1); /* one at a time */
	assert_int_equal(err.code, EXIT_PUBLISH);
	spool_close(&s);
	err = (struct error)ERROR_INIT;
	assert_int_equal(spool_open(path, &other, &err), 0);
	spool_close(&other);
}

int main(void)
{
	struct error err = ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_shown_without_secrets),
		cmocka_unit_test(pauses_grow_within_bounds),
		cmocka_unit_test_setup_teardown(what_an_answer_asks_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_spool_keeps_order_and_one_of_a_key, set_up, tear_down),
	};

	return interrupt_init(&err) < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
