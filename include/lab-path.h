/* lab-path.h - what a path needs of the lab beyond the bridge: a counter where the host's IP layer would forward, and
 * for "nat" an outside host in a network namespace of its own behind a masquerade. Made for one trial; all of it is in
 * the lab's namespaces and dies with them. */
#ifndef TARE_LAB_PATH_H
#define TARE_LAB_PATH_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

/* TEST-NET-2 (RFC 5737). The outside host has no route back into the lab: an answer proves the translation. */
#define LAB_OUTSIDE_ADDRESS "198.51.100.2"
#define LAB_NAT_ADDRESS "198.51.100.1"
#define LAB_OUTSIDE_PREFIX 24
#define LAB_UPLINK "tareout0" /* the lab's end of the way out; the other is eth0 outside */

struct lab_path {
	bool counting, nat,
		forwards; /* forwards: it did before, which an engine in the lab may want */
	int outside; /* network namespace of the outside host, -1 = none; owned */
};
#define LAB_PATH_INIT                                                                              \
	{                                                                                          \
		.outside = -1                                                                      \
	}

/* Whether this kernel takes the rules of both paths: tried in a network namespace of a child's own. EXIT_PREREQUISITE with
 * what mends it. */
int lab_path_check(struct error *err);
/* Inside the lab. lab_path_close() after it, whatever it returned. */
int lab_path_open(struct lab_path *p, bool nat, struct error *err);
/* Packets at the host's IP forward hook since lab_path_open(): all, and those from the bridge's network into it. */
int lab_path_forwarded(uint64_t *all, uint64_t *between, struct error *err);
void lab_path_close(struct lab_path *p);

/* The conntrack entry that translates protocol ("udp", "tcp") from source to destination: true and its line, as the
 * kernel prints it, in out. text: /proc/net/nf_conntrack. Pure. */
bool conntrack_find(const char *text, const char *protocol, const char *source,
	const char *destination, char *out, unsigned size);
/* The same of the lab now. False also where this kernel does not show its table. */
bool lab_path_conntrack(const char *protocol, const char *source, char *out, unsigned size);

/* nft.c: commands in nft's language, by libnftables, in the caller's network namespace. */
int nft_run(const char *commands, struct error *err);
/* Packets of a named counter of table ip TABLE. */
int nft_counter(const char *table, const char *name, uint64_t *packets, struct error *err);

#endif
