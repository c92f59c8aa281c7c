/* netlink-limit.c - a known rate on a link: a token bucket (tbf) by libnl-route. */
#include "netlink.h"

#include "util.h"

#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/tbf.h>
#include <netlink/route/tc.h>

static void cleanup_socketp(struct nl_sock **s)
{
	nl_socket_free(*s);
}
static void cleanup_qdiscp(struct rtnl_qdisc **q)
{
	rtnl_qdisc_put(*q);
}

/* The bucket holds more than the largest packet that TCP's offload makes (64 KiB): tbf cuts larger ones up itself, and
 * counts what they are on the wire, headers of every segment included. The queue is bounded to some milliseconds. */
int link_limit(const char *name, uint64_t bytes_per_second, struct error *err)
{
	__attribute__((cleanup(cleanup_socketp))) struct nl_sock *s = nl_socket_alloc();
	__attribute__((cleanup(cleanup_qdiscp))) struct rtnl_qdisc *q = rtnl_qdisc_alloc();
	int index = (int)if_nametoindex(name), rc = -NLE_NOMEM;
	char safe[SAFE_TEXT_SIZE];

	if (s && q && index && (rc = nl_connect(s, NETLINK_ROUTE)) == 0) {
		rtnl_tc_set_ifindex(TC_CAST(q), index);
		rtnl_tc_set_parent(TC_CAST(q), TC_H_ROOT);
		rtnl_tc_set_handle(TC_CAST(q), TC_HANDLE(1, 0));
		rc = rtnl_tc_set_kind(TC_CAST(q), "tbf");
		if (rc == 0) {
			rtnl_qdisc_tbf_set_rate(q, (int)bytes_per_second, LINK_LIMIT_BURST, 0);
			rtnl_qdisc_tbf_set_limit(q, LINK_LIMIT_QUEUE);
			rc = rtnl_qdisc_add(s, q, NLM_F_CREATE | NLM_F_REPLACE);
		}
	} else if (s && q && !index) {
		rc = -NLE_NODEV;
	}
	return rc < 0 ? error_set(err, EXIT_INTERNAL, "link %s: cannot limit its rate, got \"%s\"",
				safe_text(name, safe), nl_geterror(rc))
		      : 0;
}
