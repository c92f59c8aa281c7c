/* netlink.h - links in the lab by libnl-route: bridge, veth, tap, addresses, counters. */
#ifndef TARE_NETLINK_H
#define TARE_NETLINK_H

#include "error.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

int link_up(const char *name, struct error *err);
/* STP off, forward delay 0 (a new port forwards at once), an address that ports do not change. */
int link_add_bridge(const char *name, struct error *err);
int link_add_address(const char *name, const char *address, unsigned prefix, struct error *err);
int link_set_master(const char *name, const char *bridge, struct error *err);
/* A veth pair: name here, peer as peer_name inside the network namespace of pid (0 = here). */
int link_add_veth(const char *name, const char *peer_name, pid_t pid, struct error *err);
/* Into another network namespace, under a name that is free there. */
int link_move(const char *name, int netns, const char *new_name, struct error *err);
/* A persistent tap. */
int link_add_tap(const char *name, struct error *err);
/* Deleted at once; missing is fine. */
int link_delete(const char *name, struct error *err);
/* The link here whose other end is called inside in the network namespace of pid: its name. The caller has one
 * thread; it looks from there and comes back. */
int link_find_peer(pid_t pid, const char *inside, char name[IF_NAMESIZE], struct error *err);
struct link_counters {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, mtu;
};
int link_counters(const char *name, struct link_counters *out, struct error *err);
/* What leaves through the link is held to this rate on the wire by a token bucket (tbf), up to 2 GB/s. */
#define LINK_LIMIT_BURST (128 * 1024)
#define LINK_LIMIT_QUEUE (1024 * 1024)
int link_limit(const char *name, uint64_t bytes_per_second, struct error *err);

/* One entry of a bridge's MAC table; learnt: from a frame that came in by the port. */
struct fdb_entry {
	unsigned char mac[6];
	char port[IF_NAMESIZE];
	bool learnt;
};
/* New array of *n; NULL when it is empty. */
int bridge_fdb(const char *bridge, struct fdb_entry **out, size_t *n, struct error *err);
bool fdb_learnt(
	const struct fdb_entry *list, size_t n, const unsigned char mac[6], const char *port);

/* Inside the caller's own namespace, by ioctl and without libnl (for a child between clone and exec):
 * sets address (NULL: leaves it) and up. -1 with errno. */
int netif_configure(const char *name, const char *address, unsigned prefix);
/* The same for the way out of its network. */
int netif_gateway(const char *gateway);

#endif
