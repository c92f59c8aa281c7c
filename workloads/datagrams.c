/* Small datagrams: how many arrive, how many are lost. The end "udp" counts what comes, and sends where it is asked to,
 * so that a client behind a NAT can have both directions. What a datagram is: wire.h. */
#include "client.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS NSEC_PER_MSEC /* a paced sender sends in bursts of one tick */
#define AGAIN_MS 100 /* until what was not answered is sent again */
#define AGAIN_MAX 50
#define PATIENCE_NS (10 * NSEC_PER_SEC) /* of a receiver, beyond the time of the series */

/* One side of a series. */
struct counted {
	uint64_t series, n;
	int64_t first, last;
};

static void count(struct counted *c, const struct wire_datagram *d)
{
	int64_t at = now();

	if (c->series != d->series)
		*c = (struct counted){.series = d->series, .first = at};
	c->n++;
	c->last = at;
}

static struct wire_datagram told(const struct counted *c, uint64_t series)
{
	struct wire_datagram d = {.kind = WIRE_UDP_ENDED, .series = series};

	if (c->series == series) {
		d.count = c->n;
		d.ns = (uint64_t)(c->last - c->first);
	}
	return d;
}

static void sleep_until(int64_t at)
{
	struct timespec ts = {.tv_sec = at / NSEC_PER_SEC, .tv_nsec = at % NSEC_PER_SEC};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* How many were sent: those that the socket took. */
static uint64_t flood(
	int fd, const struct sockaddr_in *to, uint64_t series, uint64_t rate, uint64_t ns)
{
	struct wire_datagram d = {.kind = WIRE_UDP_DATA, .series = series};
	int64_t begin = now(), end = begin + (int64_t)ns;
	uint64_t tried = 0, due;

	for (int64_t at = begin; at < end; at = now()) {
		due = rate ? rate * (uint64_t)(at - begin + TICK_NS) / NSEC_PER_SEC : tried + 16;
		for (; tried < due; tried++) {
			d.count += sendto(fd, &d, sizeof(d), MSG_NOSIGNAL,
					   (const struct sockaddr *)to, sizeof(*to)) == sizeof(d);
		}
		if (rate)
			sleep_until(at + TICK_NS);
	}
	return d.count;
}

static void set_patience(int fd, int ms)
{
	struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* What the end does once it has flooded a client: asks until it is told how many came. */
struct asking {
	struct sockaddr_in to;
	struct wire_datagram end;
	unsigned left;
};

static void ask(int fd, struct asking *k)
{
	set_patience(fd, AGAIN_MS);
	k->left--;
	sendto(fd, &k->end, sizeof(k->end), MSG_NOSIGNAL, (struct sockaddr *)&k->to, sizeof(k->to));
}

/* The TTL that arrived with it. */
static uint64_t ttl_of(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		int ttl;

		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_TTL)
			continue;
		memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
		return (uint64_t)ttl;
	}
	return 0;
}

static ssize_t take(
	int fd, struct wire_datagram *d, struct sockaddr_in *from, struct datagram_result *seen)
{
	char control[64];
	struct iovec v = {.iov_base = d, .iov_len = sizeof(*d)};
	struct msghdr m = {.msg_name = from,
		.msg_namelen = sizeof(*from),
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, 0);

	if (n == (ssize_t)sizeof(*d)) {
		seen->address = ntohl(from->sin_addr.s_addr);
		seen->port = ntohs(from->sin_port);
		seen->ttl = ttl_of(&m);
		atomic_fetch_add(&seen->datagrams, 1);
	}
	return n;
}

void datagrams_serve(int fd, struct datagram_result *seen)
{
	struct counted c = {.series = 0};
	struct asking asking = {.left = 0};
	uint64_t served = 0;
	int one = 1;

	setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one));
	for (;;) {
		struct wire_datagram d, back;
		struct sockaddr_in from;
		ssize_t n = take(fd, &d, &from, seen);

		if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
			_exit(1);
		if (n < 0 && errno == EAGAIN && asking.left)
			ask(fd, &asking);
		if (!asking.left)
			set_patience(fd, 0);
		if (n != (ssize_t)sizeof(d))
			continue;
		if (d.kind == WIRE_UDP_DATA) {
			count(&c, &d);
		} else if (d.kind == WIRE_UDP_END) {
			back = told(&c, d.series);
			sendto(fd, &back, sizeof(back), MSG_NOSIGNAL, (struct sockaddr *)&from,
				sizeof(from));
		} else if (d.kind == WIRE_UDP_ENDED && d.series == asking.end.series) {
			asking.left = 0;
		} else if (d.kind == WIRE_UDP_ASK && d.series != served &&
			d.ns <= CLIENT_TIME_MAX) {
			served = d.series;
			asking = (struct asking){.to = from, .left = AGAIN_MAX};
			asking.end = (struct wire_datagram){.kind = WIRE_UDP_END,
				.series = d.series,
				.count = flood(fd, &from, d.series, d.count, d.ns)};
			ask(fd, &asking);
		}
	}
}

static int open_socket(
	const struct client_task *t, struct sockaddr_in *to, struct client_result *out)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ttl = WIRE_TTL;

	*to = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(WIRE_PORT_UDP), .sin_addr = t->address};
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) < 0)
		client_fail(out, "socket: %s", strerror(errno));
	set_patience(fd, AGAIN_MS);
	return fd;
}

/* Sends what until a datagram of that kind and series comes back. */
static struct wire_datagram call(int fd, const struct sockaddr_in *to,
	const struct wire_datagram *what, uint64_t kinds, struct client_result *out)
{
	struct wire_datagram d;

	for (unsigned i = 0; i < AGAIN_MAX; i++) {
		ssize_t n;

		sendto(fd, what, sizeof(*what), MSG_NOSIGNAL, (const struct sockaddr *)to,
			sizeof(*to));
		while ((n = recv(fd, &d, sizeof(d), 0)) > 0)
			if (n == (ssize_t)sizeof(d) && d.series == what->series && d.kind < 64 &&
				kinds & 1ULL << d.kind)
				return d;
	}
	client_fail(out, "no answer from port %u", ntohs(to->sin_port));
}

static void answer_counts(uint64_t sent, uint64_t received, uint64_t ns, struct client_result *out)
{
	client_value(out, "sent", sent);
	client_value(out, "received", received);
	client_value(out, "ns", ns);
	client_value(out, "ttl", WIRE_TTL);
}

void client_datagrams_send(const struct client_task *t, struct client_result *out)
{
	struct wire_datagram d, end = {.kind = WIRE_UDP_END, .series = (uint64_t)now()};
	struct sockaddr_in to;
	int fd = open_socket(t, &to, out);

	end.count = flood(fd, &to, end.series, t->rate, t->ns);
	d = call(fd, &to, &end, 1ULL << WIRE_UDP_ENDED, out);
	answer_counts(end.count, d.count, d.ns, out);
}

void client_datagrams_receive(const struct client_task *t, struct client_result *out)
{
	struct wire_datagram d, back,
		ask = {.kind = WIRE_UDP_ASK,
			.series = (uint64_t)now(),
			.count = t->rate,
			.ns = t->ns};
	int64_t end = now() + (int64_t)t->ns + PATIENCE_NS;
	struct counted c = {.series = 0};
	struct sockaddr_in to;
	int fd = open_socket(t, &to, out);

	/* All data may be lost: the end alone is an answer too. */
	d = call(fd, &to, &ask, 1ULL << WIRE_UDP_DATA | 1ULL << WIRE_UDP_END, out);
	while (d.kind != WIRE_UDP_END) {
		ssize_t n;

		if (d.kind == WIRE_UDP_DATA)
			count(&c, &d);
		do
			n = recv(fd, &d, sizeof(d), 0);
		while ((n != (ssize_t)sizeof(d) || d.series != ask.series) && now() < end);
		if (now() >= end)
			client_fail(out, "the series did not end");
	}
	back = told(&c, ask.series);
	sendto(fd, &back, sizeof(back), MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to));
	answer_counts(d.count, back.count, back.ns, out);
}
