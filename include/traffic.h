/* traffic.h - the native peer: a process in the lab's namespace, in its own cgroup on its own CPU, that
 * talks to an instance's network ends. Each call forks it, has it do one thing, and reaps it (traffic_first_response()
 * alone runs in the caller: a fork and a cgroup's first attach would count as the instance's time). What
 * talks back is untrusted: every call ends by its time plus TRAFFIC_GRACE, receives into a bounded buffer
 * and answers a breach with EXIT_ARM and a text that begins with "traffic:". seconds > 0, omit >= 0. */
#ifndef TARE_TRAFFIC_H
#define TARE_TRAFFIC_H

#include "error.h"

#include <stdint.h>

#define TRAFFIC_GRACE 10 /* s */
#define TRAFFIC_BLOCK (128 * 1024) /* B, one read or write, as iperf3 has it */
#define TRAFFIC_HTTP_MAX (1LL << 30) /* B, of one body */

struct traffic_peer {
	const struct cgroup *cgroup; /* where it runs; NULL = the caller's */
	int cpu; /* -1 = not pinned */
};

struct traffic_flow { /* one TCP stream */
	uint64_t
		bytes; /* payload that the peer received, or handed to its socket, after the omitted part */
	int64_t ns; /* time in which they were counted, on the peer's clock */
	uint64_t bytes_all; /* payload in all, the omitted part too */
};
/* The nearest-rank percentile (p in (0, 1]) of n > 0 sorted values. */
double traffic_percentile(const double *sorted, unsigned n, double p);
/* Peer sends to the sink / receives from the source at address for omit + seconds. */
int traffic_send(const struct traffic_peer *p, const char *address, double seconds, double omit,
	struct traffic_flow *out, struct error *err);
int traffic_receive(const struct traffic_peer *p, const char *address, double seconds, double omit,
	struct traffic_flow *out, struct error *err);

struct traffic_latency {
	double p50, p99;
	unsigned n;
}; /* s, nearest rank */
/* Requests and responses of 8 bytes, one after another on one connection (TCP_NODELAY). */
int traffic_round_trips(const struct traffic_peer *p, const char *address, double seconds,
	struct traffic_latency *out, struct error *err);
/* Connections opened, used once (8 bytes there and back), closed: how many in how long. Closed by a
 * reset, or the peer would run out of ports (TIME_WAIT) within two seconds. */
int traffic_connects(const struct traffic_peer *p, const char *address, double seconds,
	double *per_second, struct error *err);

struct traffic_http {
	double ttfb;
	double bytes, seconds;
	long status;
};
/* One GET by libcurl: time to first byte, body length, total time; no redirects, http only, bounded. */
int traffic_http(const struct traffic_peer *p, const char *url, double timeout,
	struct traffic_http *out, struct error *err);
/* First request from outside: connects, does GET path (or only connects where path is NULL); *at = when
 * the complete answer was there. */
int traffic_first_response(const struct traffic_peer *p, const char *address, uint16_t port,
	const char *path, int64_t deadline, int64_t *at, struct error *err);

#endif
