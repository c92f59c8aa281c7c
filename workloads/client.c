/* The network's other way round: on request the agent connects out, one exchange at a time, in a process of its
 * own. A new kind of exchange is one line in kinds[]; datagrams are in datagrams.c. */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK (128 * 1024)
#define MESSAGE 8
#define PATIENCE 10 /* s, of one call */
#define ROUND_TRIPS_MAX (1U << 20)

static char block[BLOCK];

void client_fail(struct client_result *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->error, sizeof(out->error), fmt, ap);
	va_end(ap);
	_exit(1);
}

void client_value(struct client_result *out, const char *key, uint64_t value)
{
	if (out->n == CLIENT_VALUES)
		client_fail(out, "too many values");
	out->keys[out->n] = key;
	out->values[out->n++] = value;
}

static int connect_to(const struct client_task *t, uint16_t port, struct client_result *out)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = t->address};
	struct timeval limit = {.tv_sec = PATIENCE};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		client_fail(out, "socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		client_fail(out, "cannot connect to port %u: %s", port, strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

/* A stream's connection: 8 bytes of what to omit, then Nagle's algorithm as any bulk sender has it. */
static int open_stream(const struct client_task *t, uint16_t port, struct client_result *out)
{
	int fd = connect_to(t, port, out), off = 0;
	unsigned char raw[WIRE_PREAMBLE];

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (unsigned char)(t->omit >> (8 * i));
	if (send(fd, raw, sizeof(raw), MSG_NOSIGNAL) != (ssize_t)sizeof(raw))
		client_fail(out, "cannot send: %s", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off));
	return fd;
}

/* In [begin + omit, begin + omit + ns), as the native peer counts (traffic.c). */
static void stream(const struct client_task *t, int fd, bool sending, struct client_result *out)
{
	int64_t begin = now(), at = begin, first = 0, last = 0;
	uint64_t all = 0, counted = 0;

	while (at - begin < (int64_t)(t->omit + t->ns)) {
		ssize_t n =
			sending ? send(fd, block, BLOCK, MSG_NOSIGNAL) : recv(fd, block, BLOCK, 0);

		if (n <= 0)
			client_fail(out, "the stream broke after %llu B: %s",
				(unsigned long long)all, n < 0 ? strerror(errno) : "closed");
		at = now();
		all += (uint64_t)n;
		if (first) {
			counted += (uint64_t)n;
			last = at;
		} else if (at - begin >= (int64_t)t->omit) {
			first = last = at;
		}
	}
	if (sending) {
		/* The sink closes once it has read and noted everything. */
		shutdown(fd, SHUT_WR);
		if (recv(fd, block, 1, 0) != 0)
			client_fail(out, "the sink did not close its connection");
	}
	client_value(out, "bytes", counted);
	client_value(out, "ns", (uint64_t)(last - first));
	client_value(out, "bytes_all", all);
}

static void do_send(const struct client_task *t, struct client_result *out)
{
	for (size_t i = 0; i < BLOCK; i++)
		block[i] = (char)(i * 167 + (i >> 8));
	stream(t, open_stream(t, WIRE_PORT_SINK, out), true, out);
}

static void do_receive(const struct client_task *t, struct client_result *out)
{
	stream(t, open_stream(t, WIRE_PORT_SOURCE, out), false, out);
}

static void exchange(int fd, uint64_t number, struct client_result *out)
{
	char back[MESSAGE];
	size_t used = 0;

	if (send(fd, &number, MESSAGE, MSG_NOSIGNAL) != MESSAGE)
		client_fail(out, "cannot send a request: %s", strerror(errno));
	while (used < MESSAGE) {
		ssize_t n = recv(fd, back + used, MESSAGE - used, 0);

		if (n <= 0)
			client_fail(out, "no response: %s", n < 0 ? strerror(errno) : "closed");
		used += (size_t)n;
	}
	if (memcmp(back, &number, MESSAGE) != 0)
		client_fail(out, "got a response that is not the request");
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Nearest rank. */
static uint64_t percentile(const uint64_t *sorted, uint64_t n, uint64_t percent)
{
	uint64_t rank = (n * percent + 99) / 100;

	return sorted[rank ? rank - 1 : 0];
}

static void do_round_trips(const struct client_task *t, struct client_result *out)
{
	int fd = connect_to(t, WIRE_PORT_ECHO, out);
	uint64_t *times = NULL, n = 0, room = 0;
	int64_t begin = now(), at = begin;

	while (at - begin < (int64_t)t->ns && n < ROUND_TRIPS_MAX) {
		int64_t asked;

		if (n == room) {
			room = room ? 2 * room : 16384;
			times = realloc(times, room * sizeof(*times));
			if (!times)
				client_fail(out, "out of memory");
		}
		asked = now();
		exchange(fd, n, out);
		at = now();
		times[n++] = (uint64_t)(at - asked);
	}
	if (n == 0)
		client_fail(out, "no time for a round trip");
	qsort(times, n, sizeof(*times), by_value);
	client_value(out, "n", n);
	client_value(out, "p50", percentile(times, n, 50));
	client_value(out, "p99", percentile(times, n, 99));
	free(times);
}

static void do_connects(const struct client_task *t, struct client_result *out)
{
	/* Closed by a reset, or the ports would be used up (TIME_WAIT). */
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int64_t begin = now(), at = begin;
	uint64_t n = 0;

	while (at - begin < (int64_t)t->ns) {
		int fd = connect_to(t, WIRE_PORT_ECHO, out);

		exchange(fd, n, out);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
		n++;
		at = now();
	}
	client_value(out, "n", n);
	client_value(out, "ns", (uint64_t)(at - begin));
}

static const struct {
	const char *name;
	void (*run)(const struct client_task *t, struct client_result *out);
} kinds[] = {
	{"send", do_send},
	{"receive", do_receive},
	{"rr", do_round_trips},
	{"connects", do_connects},
	{"udp-send", client_datagrams_send},
	{"udp-receive", client_datagrams_receive},
};

static void client_process(struct inside *in, size_t kind, const struct client_task *t)
	__attribute__((noreturn));
static void client_process(struct inside *in, size_t kind, const struct client_task *t)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "client");
	signal(SIGTERM, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close(in->channel);
	kinds[kind].run(t, in->client.result);
	_exit(0);
}

int do_connect(struct inside *in, const struct request *r, struct answer *a)
{
	const char *name = request_get(r, "kind"), *address = request_get(r, "address");
	struct client_task t = {.ns = 0};
	size_t kind = 0;

	while (kind < ARRAY_SIZE(kinds) && (!name || strcmp(kinds[kind].name, name) != 0))
		kind++;
	if (kind == ARRAY_SIZE(kinds) || !address || inet_pton(AF_INET, address, &t.address) != 1)
		return answer_fail(a, "connect: expected kind and address");
	if (request_number(r, "ns", CLIENT_TIME_MAX, 0, &t.ns) < 0 || t.ns == 0 ||
		request_number(r, "omit", CLIENT_TIME_MAX, 0, &t.omit) < 0 ||
		request_number(r, "rate", 10000000, 0, &t.rate) < 0)
		return answer_fail(a, "connect: expected ns and perhaps omit and rate");
	if (!in->client.result) {
		void *page = mmap(NULL, sizeof(*in->client.result), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			return answer_fail(a, "connect: %s", strerror(errno));
		in->client.result = page;
	}
	memset(in->client.result, 0, sizeof(*in->client.result));
	in->client.pid = fork();
	if (in->client.pid == 0)
		client_process(in, kind, &t);
	if (in->client.pid < 0) {
		in->client.pid = 0;
		return answer_fail(a, "connect: fork: %s", strerror(errno));
	}
	in->client.seq = r->seq;
	return LATER;
}

void client_ended(struct inside *in, int status)
{
	const struct client_result *c = in->client.result;
	unsigned long seq = in->client.seq;
	struct answer a = {.used = 0};
	int outcome = 0;

	in->client.pid = 0;
	in->client.seq = 0;
	if (c->error[0])
		outcome = answer_fail(&a, "connect: %.180s", c->error);
	else if (status != 0)
		outcome = answer_fail(
			&a, "connect: the client ended with status %u", status_number(status));
	/* The child shares our image: the keys are where they are here. */
	for (size_t i = 0; outcome == 0 && i < c->n && i < CLIENT_VALUES; i++)
		answer_number(&a, c->keys[i], c->values[i]);
	reply(in, seq, outcome, &a);
}
