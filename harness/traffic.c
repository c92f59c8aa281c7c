/* TCP between the native peer and an instance's network ends: streams, round trips, connections. */
#include "traffic.h"

#include "traffic-parts.h"
#include "util.h"
#include "wire.h"

#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define MESSAGE 8
#define ROUND_TRIPS_MAX (4U << 20)

static char block[TRAFFIC_BLOCK];

double traffic_percentile(const double *sorted, unsigned n, double p)
{
	double rank = ceil(p * n);

	return sorted[rank < 1 ? 0 : rank >= n ? n - 1 : (unsigned)rank - 1];
}

static int64_t ns_of(double seconds)
{
	return (int64_t)(seconds * (double)NSEC_PER_SEC);
}

/* Blocking, but no call longer than the grace: the parent's deadline kills what takes longer. */
static int connect_to(const struct peer_task *t, struct error *err)
{
	struct timeval limit = {.tv_sec = TRAFFIC_GRACE};
	int one = 1;
	cleanup_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "traffic: socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (const struct sockaddr *)&t->to, sizeof(t->to)) < 0)
		return error_errno(err, EXIT_ARM, errno, "traffic: cannot connect to port %u",
			ntohs(t->to.sin_port));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return steal_fd(&fd);
}

static int send_preamble(int fd, double omit, struct error *err)
{
	uint64_t ns = (uint64_t)ns_of(omit);
	unsigned char raw[WIRE_PREAMBLE];

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (unsigned char)(ns >> (8 * i));
	if (send(fd, raw, sizeof(raw), MSG_NOSIGNAL) != (ssize_t)sizeof(raw))
		return error_errno(err, EXIT_ARM, errno, "traffic: cannot send to the instance");
	return 0;
}

/* The peer's share of a stream in [begin + omit, begin + omit + seconds). */
static int send_until_end(
	int fd, const struct peer_task *t, struct traffic_flow *flow, struct error *err)
{
	int64_t begin = now_ns(), now = begin, first = 0;
	int64_t end = begin + ns_of(t->omit) + ns_of(t->seconds);

	while (now < end) {
		ssize_t n = send(fd, block, sizeof(block), MSG_NOSIGNAL);

		if (n < 0)
			return error_errno(err, EXIT_ARM, errno,
				"traffic: the stream into the instance broke after %llu B",
				(unsigned long long)flow->bytes_all);
		now = now_ns();
		flow->bytes_all += (uint64_t)n;
		if (first) {
			flow->bytes += (uint64_t)n;
			flow->ns = now - first;
		} else if (now - begin >= ns_of(t->omit)) {
			first = now;
		}
	}
	return 0;
}

static int send_work(const struct peer_task *t, struct peer_report *out, struct error *err)
{
	cleanup_close int fd = connect_to(t, err);
	struct traffic_flow flow = {0};
	int off = 0;

	if (fd < 0 || send_preamble(fd, t->omit, err) < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off));
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 167 + (i >> 8));
	if (send_until_end(fd, t, &flow, err) < 0)
		return -1;
	/* The sink closes once it has read and noted everything. */
	shutdown(fd, SHUT_WR);
	if (recv(fd, block, 1, 0) != 0)
		return error_set(err, EXIT_ARM,
			"traffic: the sink did not close its connection after the end of the stream");
	if (flow.bytes == 0 || flow.ns <= 0)
		return error_set(
			err, EXIT_ARM, "traffic: the instance took nothing after the omitted part");
	out->flow = flow;
	return 0;
}

/* Counts from the first read that ends past the omitted part until the last one, as the sink does. */
static int receive_work(const struct peer_task *t, struct peer_report *out, struct error *err)
{
	cleanup_close int fd = connect_to(t, err);
	int64_t begin, end, now, first = 0;
	struct traffic_flow flow = {0};

	if (fd < 0 || send_preamble(fd, t->omit, err) < 0)
		return -1;
	begin = now = now_ns();
	end = begin + ns_of(t->omit) + ns_of(t->seconds);
	while (now < end) {
		ssize_t n = recv(fd, block, sizeof(block), 0);

		if (n < 0)
			return error_errno(err, EXIT_ARM, errno,
				"traffic: the stream out of the instance broke after %llu B",
				(unsigned long long)flow.bytes_all);
		if (n == 0)
			return error_set(err, EXIT_ARM,
				"traffic: the source closed the connection after %llu B",
				(unsigned long long)flow.bytes_all);
		now = now_ns();
		flow.bytes_all += (uint64_t)n;
		if (first) {
			flow.bytes += (uint64_t)n;
			flow.ns = now - first;
		} else if (now - begin >= ns_of(t->omit)) {
			first = now;
		}
	}
	if (flow.bytes == 0 || flow.ns <= 0)
		return error_set(err, EXIT_ARM,
			"traffic: nothing came out of the instance after the omitted part");
	out->flow = flow;
	return 0;
}

/* 8 bytes there and the same 8 back. */
static int exchange(int fd, uint64_t number, struct error *err)
{
	char back[MESSAGE];
	size_t used = 0;

	if (send(fd, &number, MESSAGE, MSG_NOSIGNAL) != MESSAGE)
		return error_errno(err, EXIT_ARM, errno, "traffic: cannot send a request");
	while (used < MESSAGE) {
		ssize_t n = recv(fd, back + used, MESSAGE - used, 0);

		if (n < 0)
			return error_errno(err, EXIT_ARM, errno, "traffic: no response");
		if (n == 0)
			return error_set(err, EXIT_ARM,
				"traffic: the instance closed the connection instead of a response");
		used += (size_t)n;
	}
	if (memcmp(back, &number, MESSAGE) != 0)
		return error_set(err, EXIT_ARM,
			"traffic: got a response that is not the request, expected an echo");
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int round_trips_work(const struct peer_task *t, struct peer_report *out, struct error *err)
{
	cleanup_close int fd = connect_to(t, err);
	cleanup_free double *times = NULL;
	unsigned n = 0, room = 0;
	int64_t now, end;

	if (fd < 0)
		return -1;
	now = now_ns();
	end = now + ns_of(t->seconds);
	while (now < end && n < ROUND_TRIPS_MAX) {
		int64_t begin;

		if (n == room) {
			room = room ? 2 * room : 65536;
			times = xrealloc(times, room * sizeof(*times));
		}
		begin = now_ns();
		if (exchange(fd, n, err) < 0)
			return -1;
		now = now_ns();
		times[n++] = (double)(now - begin) / (double)NSEC_PER_SEC;
	}
	if (n == 0)
		return error_set(err, EXIT_INTERNAL, "traffic: no time for a round trip");
	qsort(times, n, sizeof(*times), by_value);
	out->latency = (struct traffic_latency){.n = n,
		.p50 = traffic_percentile(times, n, 0.50),
		.p99 = traffic_percentile(times, n, 0.99)};
	return 0;
}

static int connects_work(const struct peer_task *t, struct peer_report *out, struct error *err)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int64_t begin = now_ns(), now = begin, end = begin + ns_of(t->seconds);
	uint64_t n = 0;

	while (now < end) {
		cleanup_close int fd = connect_to(t, err);

		if (fd < 0 || exchange(fd, n, err) < 0)
			return -1;
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		n++;
		now = now_ns();
	}
	out->per_second = (double)n * (double)NSEC_PER_SEC / (double)(now - begin);
	return 0;
}

static int run(const struct traffic_peer *p, const char *address, uint16_t port, double seconds,
	double omit, peer_fn *work, struct peer_report *out, struct error *err)
{
	struct peer_task t = {.seconds = seconds, .omit = omit};

	if (!(seconds > 0 && seconds <= 86400 && omit >= 0 && omit <= 86400))
		return error_set(err, EXIT_INTERNAL,
			"traffic: time, got %g s after %g s, expected more than 0 after 0 or more",
			seconds, omit);
	if (peer_target(address, port, &t.to, err) < 0)
		return -1;
	return peer_run(p, &t, work, out, err);
}

int traffic_send(const struct traffic_peer *p, const char *address, double seconds, double omit,
	struct traffic_flow *out, struct error *err)
{
	struct peer_report report = {0};

	if (run(p, address, WIRE_PORT_SINK, seconds, omit, send_work, &report, err) < 0)
		return -1;
	*out = report.flow;
	return 0;
}

int traffic_receive(const struct traffic_peer *p, const char *address, double seconds, double omit,
	struct traffic_flow *out, struct error *err)
{
	struct peer_report report = {0};

	if (run(p, address, WIRE_PORT_SOURCE, seconds, omit, receive_work, &report, err) < 0)
		return -1;
	*out = report.flow;
	return 0;
}

int traffic_round_trips(const struct traffic_peer *p, const char *address, double seconds,
	struct traffic_latency *out, struct error *err)
{
	struct peer_report report = {0};

	if (run(p, address, WIRE_PORT_ECHO, seconds, 0, round_trips_work, &report, err) < 0)
		return -1;
	*out = report.latency;
	return 0;
}

int traffic_connects(const struct traffic_peer *p, const char *address, double seconds,
	double *per_second, struct error *err)
{
	struct peer_report report = {0};

	if (run(p, address, WIRE_PORT_ECHO, seconds, 0, connects_work, &report, err) < 0)
		return -1;
	*per_second = report.per_second;
	return 0;
}
