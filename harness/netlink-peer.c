/* netlink-peer.c - which link here belongs to an instance whose veth pair somebody else has made. */
#include "netlink.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <sched.h>

static void cleanup_socketp(struct nl_sock **s)
{
	nl_socket_free(*s);
}

static void cleanup_linkp(struct rtnl_link **l)
{
	rtnl_link_put(*l);
}

/* A socket belongs to the namespace in which it was opened, wherever it is used. */
static int connect_in(struct nl_sock *s, int there, struct error *err)
{
	cleanup_close int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int rc;

	if (here < 0 || setns(there, CLONE_NEWNET) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "link: cannot enter a network namespace");
	rc = nl_connect(s, NETLINK_ROUTE);
	if (setns(here, CLONE_NEWNET) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "link: cannot leave a network namespace");
	if (rc < 0)
		return error_set(err, EXIT_INTERNAL,
			"netlink: cannot open a route socket, got \"%s\"", nl_geterror(rc));
	return 0;
}

int link_find_peer(pid_t pid, const char *inside, char name[IF_NAMESIZE], struct error *err)
{
	__attribute__((cleanup(cleanup_socketp))) struct nl_sock *s = nl_socket_alloc();
	__attribute__((cleanup(cleanup_linkp))) struct rtnl_link *link = NULL;
	cleanup_free char *path = xasprintf("/proc/%d/ns/net", (int)pid);
	cleanup_close int there = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (there < 0 || !s)
		return error_errno(err, EXIT_ARM, errno, "link: cannot open %s", path);
	if (connect_in(s, there, err) < 0)
		return -1;
	rc = rtnl_link_get_kernel(s, 0, inside, &link);
	if (rc < 0)
		return error_set(err, EXIT_ARM, "link %s of process %d: got \"%s\"", inside,
			(int)pid, nl_geterror(rc));
	if (!if_indextoname((unsigned)rtnl_link_get_link(link), name))
		return error_set(err, EXIT_ARM,
			"link %s of process %d: its other end, got index %d, expected a link here",
			inside, (int)pid, rtnl_link_get_link(link));
	return 0;
}
