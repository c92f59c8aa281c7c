/* traffic.h - the native peer: a process in the lab's namespace, in its own cgroup on its own CPU, that
 * talks to an instance's network ends. Each call forks it, has it do one thing, and reaps it. */
#ifndef TARE_TRAFFIC_H
#define TARE_TRAFFIC_H

#include "error.h"

#include <stdint.h>

struct traffic_peer {
	const struct cgroup *cgroup; /* where it runs; NULL = the caller's */
	int cpu;                     /* -1 = not pinned */
};

struct traffic_flow { /* one TCP stream */
	uint64_t bytes; /* payload counted by the peer after the omitted part (receiving) or in all (sending) */
	int64_t ns;     /* time in which they were counted, on the peer's clock */
	uint64_t bytes_all; /* payload in all, the omitted part too */
};
/* Peer sends to the sink / receives from the source at address for omit + seconds. */
int traffic_send(const struct traffic_peer *p, const char *address, double seconds, double omit,
	struct traffic_flow *out, struct error *err);
int traffic_receive(const struct traffic_peer *p, const char *address, double seconds, double omit,
	struct traffic_flow *out, struct error *err);

struct traffic_latency { double p50, p99; unsigned n; };
/* Requests and responses of 8 bytes, one after another on one connection (TCP_NODELAY). */
int traffic_round_trips(const struct traffic_peer *p, const char *address, double seconds,
	struct traffic_latency *out, struct error *err);
/* Connections opened, used once (8 bytes there and back), closed: how many in how long. */
int traffic_connects(const struct traffic_peer *p, const char *address, double seconds,
	double *per_second, struct error *err);

struct traffic_http { double ttfb; double bytes, seconds; long status; };
/* One GET by libcurl: time to first byte, body length, total time; no redirects, http only, bounded. */
int traffic_http(const struct traffic_peer *p, const char *url, double timeout,
	struct traffic_http *out, struct error *err);
/* First request from outside: connects, does GET path (or only connects where path is NULL); *at = when
 * the complete answer was there. */
int traffic_first_response(const struct traffic_peer *p, const char *address, uint16_t port,
	const char *path, int64_t deadline, int64_t *at, struct error *err);

#endif
