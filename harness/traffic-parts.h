/* traffic-parts.h - what traffic.c, traffic-http.c and traffic-peer.c share: the forked peer. */
#ifndef TARE_TRAFFIC_PARTS_H
#define TARE_TRAFFIC_PARTS_H

#include "error.h"
#include "traffic.h"

#include <netinet/in.h>

/* What the peer is told, and what it tells. One write of a pipe carries a report. */
struct peer_task {
	struct sockaddr_in to;
	const char *url;
	double seconds, omit;
};
struct peer_report {
	int code; /* enum exit_code; EXIT_FINE = the values count */
	char text[1024];
	union {
		struct traffic_flow flow;
		struct traffic_latency latency;
		struct traffic_http http;
		double per_second;
	};
};
typedef int peer_fn(const struct peer_task *t, struct peer_report *out, struct error *err);

/* Forks the peer, lets it do work(), waits seconds + TRAFFIC_GRACE at the most and reaps it. */
int peer_run(const struct traffic_peer *p, const struct peer_task *t, peer_fn *work,
	struct peer_report *out, struct error *err);
/* A numeric IPv4 address. */
int peer_target(const char *address, uint16_t port, struct sockaddr_in *to, struct error *err);

#endif
