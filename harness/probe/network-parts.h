/* network-parts.h - what the files of the probe "network" share: network.c (the native peer's streams, HTTP),
 * network-route.c (over any path, agent to agent), network-datagrams.c, network-proof.c (what the path was). */
#ifndef TARE_NETWORK_PARTS_H
#define TARE_NETWORK_PARTS_H

#include "probe.h"

#include "netlink.h"
#include "util.h"

#define ANSWER_NS (15 * NSEC_PER_SEC)
#define DISPUTE 0.05 /* a claim further from the host's own count than this is flagged */

struct cpu_reading {
	double instance, peer, host, own; /* s */
	int64_t at; /* ns */
};

struct network_data {
	struct cpu_reading ready, settled; /* how busy the host is by itself in between */
	json_t *evidence; /* what is known of the path so far; NULL; owned */
};

/* peer: whoever is at the far end. */
int network_read_cpu(struct measurement *m, struct cpu_reading *out, struct error *err);
/* bytes moved between a and b. */
void network_report_cpu(struct measurement *m, const struct network_data *d,
	const struct cpu_reading *a, const struct cpu_reading *b, double bytes);
/* bit/s */
double network_rate(double bytes, double ns);
unsigned network_disputed(double claimed, double counted);
/* Opens the agent's ends, kinds NULL-terminated. */
int network_listen(struct agent *a, const char *const *kinds, struct error *err);

/* network-route.c: streams, round trips, connections from the instance to the far end. Pair and nat. */
int network_over_route(struct measurement *m, struct network_data *d, struct error *err);
/* The TCP payload that the link carried between two readings, as far as the headers of its packets tell: out of the
 * instance or into it. Pure. */
double network_payload(
	const struct link_counters *a, const struct link_counters *b, bool out_of_instance);
/* FLAG_DISPUTED where a claimed number of bytes is not what the link carried: more than DISPUTE above, or so much and
 * what a socket may hold unread below. Pure. */
unsigned network_refuted(double claimed, double carried);

/* network-datagrams.c: network.pps and network.loss, on every path. */
int network_datagrams(struct measurement *m, struct network_data *d, struct error *err);

/* network-proof.c: path.*, and the table of hops. */
int network_proofs(struct measurement *m, struct network_data *d, struct error *err);

#endif
