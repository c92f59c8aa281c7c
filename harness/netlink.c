/* netlink.c - links of the lab by libnl-route. Each call opens its own socket: links are made outside every
 * clock, and a socket kept open would belong to the namespace it was opened in. */
#include "netlink.h"

#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <string.h>
#include <sys/ioctl.h>

static void cleanup_socketp(struct nl_sock **s)
{
	nl_socket_free(*s);
}
static void cleanup_linkp(struct rtnl_link **l)
{
	rtnl_link_put(*l);
}
static void cleanup_addrp(struct rtnl_addr **a)
{
	rtnl_addr_put(*a);
}
static void cleanup_naddrp(struct nl_addr **a)
{
	nl_addr_put(*a);
}
static void cleanup_msgp(struct nl_msg **m)
{
	nlmsg_free(*m);
}
#define cleanup_socket __attribute__((cleanup(cleanup_socketp)))
#define cleanup_link __attribute__((cleanup(cleanup_linkp)))
#define cleanup_addr __attribute__((cleanup(cleanup_addrp)))
#define cleanup_naddr __attribute__((cleanup(cleanup_naddrp)))
#define cleanup_msg __attribute__((cleanup(cleanup_msgp)))

static int link_error(struct error *err, const char *name, const char *what, int nlerr)
{
	char safe[SAFE_TEXT_SIZE];

	return error_set(err, EXIT_INTERNAL, "link %s: cannot %s, got \"%s\"",
		safe_text(name, safe), what, nl_geterror(nlerr));
}

static int out_of_memory(struct error *err)
{
	return error_set(err, EXIT_INTERNAL, "link: out of memory");
}

static int name_check(const char *name, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	if (!*name || strlen(name) >= IF_NAMESIZE || strpbrk(name, "/ \t\n:") || name[0] == '.')
		return error_set(err, EXIT_INTERNAL,
			"link: name, got \"%s\", expected 1 to 15 characters without / : or blanks",
			safe_text(name, safe));
	return 0;
}

static struct nl_sock *route_socket(struct error *err)
{
	struct nl_sock *s = nl_socket_alloc();
	int rc = s ? nl_connect(s, NETLINK_ROUTE) : -NLE_NOMEM;

	if (rc == 0)
		return s;
	error_set(err, EXIT_INTERNAL, "netlink: cannot open a route socket, got \"%s\"",
		nl_geterror(rc));
	nl_socket_free(s);
	return NULL;
}

static int link_index(const char *name, struct error *err)
{
	int index = (int)if_nametoindex(name);

	return index ? index : link_error(err, name, "find it", -NLE_NODEV);
}

/* Applies the change to the link called name. */
static int link_change(
	const char *name, struct rtnl_link *change, const char *what, struct error *err)
{
	cleanup_socket struct nl_sock *s = NULL;
	cleanup_link struct rtnl_link *old = rtnl_link_alloc();
	int index = (int)if_nametoindex(name), rc;

	if (!index)
		return link_error(err, name, what, -NLE_NODEV);
	if (!old || !change)
		return out_of_memory(err);
	s = route_socket(err);
	if (!s)
		return -1;
	rtnl_link_set_ifindex(old, index);
	rc = rtnl_link_change(s, old, change, 0);
	return rc < 0 ? link_error(err, name, what, rc) : 0;
}

int link_up(const char *name, struct error *err)
{
	cleanup_link struct rtnl_link *change = rtnl_link_alloc();

	if (change)
		rtnl_link_set_flags(change, IFF_UP);
	return link_change(name, change, "bring it up", err);
}

int link_set_master(const char *name, const char *bridge, struct error *err)
{
	cleanup_link struct rtnl_link *change = rtnl_link_alloc();
	int master = link_index(bridge, err);

	if (master < 0)
		return -1;
	if (change)
		rtnl_link_set_master(change, master);
	return link_change(name, change, "put it on the bridge", err);
}

/* libnl has no setters for a bridge's STP and forward delay, so the message is written out. The address is
 * fixed because a bridge without one takes that of its lowest port: it would change with each instance. */
static int bridge_message(struct nl_msg *m, const char *name)
{
	static const unsigned char address[6] = {0x02, 0x74, 0x61, 0x72, 0x65, 0x00};
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
	struct nlattr *link, *data;

	if (nlmsg_append(m, &info, sizeof(info), NLMSG_ALIGNTO) < 0 ||
		nla_put_string(m, IFLA_IFNAME, name) < 0 ||
		nla_put(m, IFLA_ADDRESS, sizeof(address), address) < 0)
		return -NLE_NOMEM;
	link = nla_nest_start(m, IFLA_LINKINFO);
	if (!link || nla_put_string(m, IFLA_INFO_KIND, "bridge") < 0)
		return -NLE_NOMEM;
	data = nla_nest_start(m, IFLA_INFO_DATA);
	if (!data || nla_put_u32(m, IFLA_BR_STP_STATE, 0) < 0 ||
		nla_put_u32(m, IFLA_BR_FORWARD_DELAY, 0) < 0)
		return -NLE_NOMEM;
	nla_nest_end(m, data);
	nla_nest_end(m, link);
	return 0;
}

int link_add_bridge(const char *name, struct error *err)
{
	cleanup_socket struct nl_sock *s = NULL;
	cleanup_msg struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	int rc = m ? bridge_message(m, name) : -NLE_NOMEM;

	if (name_check(name, err) < 0 || !(s = route_socket(err)))
		return -1;
	if (rc == 0)
		rc = nl_send_sync(s, steal_ptr(m)); /* takes the message, also when it fails */
	return rc < 0 ? link_error(err, name, "make a bridge", rc) : 0;
}

int link_add_address(const char *name, const char *address, unsigned prefix, struct error *err)
{
	cleanup_socket struct nl_sock *s = NULL;
	cleanup_addr struct rtnl_addr *a = rtnl_addr_alloc();
	cleanup_naddr struct nl_addr *local = NULL;
	struct in_addr in;
	char safe[SAFE_TEXT_SIZE];
	int index, rc;

	if (inet_pton(AF_INET, address, &in) != 1 || prefix < 1 || prefix > 32)
		return error_set(err, EXIT_INTERNAL,
			"link %s: address, got \"%s\" with prefix %u, expected IPv4 and 1 to 32",
			name, safe_text(address, safe), prefix);
	index = link_index(name, err);
	if (index < 0 || !(s = route_socket(err)))
		return -1;
	local = nl_addr_build(AF_INET, &in, sizeof(in));
	if (!a || !local)
		return out_of_memory(err);
	nl_addr_set_prefixlen(local, (int)prefix);
	rtnl_addr_set_ifindex(a, index);
	rc = rtnl_addr_set_local(a, local);
	if (rc == 0)
		rc = rtnl_addr_add(s, a, 0);
	return rc < 0 ? link_error(err, name, "give it an address", rc) : 0;
}

int link_add_veth(const char *name, const char *peer_name, pid_t pid, struct error *err)
{
	cleanup_socket struct nl_sock *s = NULL;
	cleanup_link struct rtnl_link *link = rtnl_link_veth_alloc();
	struct rtnl_link *peer;
	int rc;

	if (name_check(name, err) < 0 || name_check(peer_name, err) < 0)
		return -1;
	s = route_socket(err);
	if (!s)
		return -1;
	if (!link)
		return out_of_memory(err);
	peer = rtnl_link_veth_get_peer(link);
	rtnl_link_set_name(link, name);
	rtnl_link_set_name(peer, peer_name);
	if (pid > 0)
		rtnl_link_set_ns_pid(peer, pid);
	rtnl_link_put(peer);
	rc = rtnl_link_add(s, link, NLM_F_CREATE | NLM_F_EXCL);
	return rc < 0 ? link_error(err, name, "make a veth pair", rc) : 0;
}

int link_move(const char *name, int netns, const char *new_name, struct error *err)
{
	cleanup_link struct rtnl_link *change = rtnl_link_alloc();

	if (name_check(new_name, err) < 0)
		return -1;
	if (change) {
		rtnl_link_set_ns_fd(change, netns);
		rtnl_link_set_name(change, new_name);
	}
	return link_change(name, change, "move it", err);
}

int link_add_tap(const char *name, struct error *err)
{
	struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	cleanup_close int fd = -1;

	if (name_check(name, err) < 0)
		return -1;
	if (if_nametoindex(name))
		return link_error(err, name, "make a tap", -NLE_EXIST);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"tap %s: cannot open /dev/net/tun, expected the tun driver (try modprobe tun)",
			name);
	memcpy(r.ifr_name, name, strlen(name));
	if (ioctl(fd, TUNSETIFF, &r) < 0 || ioctl(fd, TUNSETPERSIST, 1) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "link %s: cannot make a tap", name);
	return 0;
}

int link_delete(const char *name, struct error *err)
{
	cleanup_socket struct nl_sock *s = NULL;
	cleanup_link struct rtnl_link *link = rtnl_link_alloc();
	int rc;

	if (name_check(name, err) < 0 || !(s = route_socket(err)))
		return -1;
	if (!link)
		return out_of_memory(err);
	rtnl_link_set_name(link, name);
	rc = rtnl_link_delete(s, link);
	if (rc == -NLE_NODEV || rc == -NLE_OBJ_NOTFOUND)
		return 0;
	return rc < 0 ? link_error(err, name, "delete it", rc) : 0;
}

int link_counters(const char *name, struct link_counters *out, struct error *err)
{
	cleanup_socket struct nl_sock *s = NULL;
	cleanup_link struct rtnl_link *link = NULL;
	int rc;

	if (name_check(name, err) < 0 || !(s = route_socket(err)))
		return -1;
	rc = rtnl_link_get_kernel(s, 0, name, &link);
	if (rc < 0)
		return link_error(err, name, "read its counters", rc);
	*out = (struct link_counters){
		.rx_bytes = rtnl_link_get_stat(link, RTNL_LINK_RX_BYTES),
		.tx_bytes = rtnl_link_get_stat(link, RTNL_LINK_TX_BYTES),
		.rx_packets = rtnl_link_get_stat(link, RTNL_LINK_RX_PACKETS),
		.tx_packets = rtnl_link_get_stat(link, RTNL_LINK_TX_PACKETS),
		.mtu = rtnl_link_get_mtu(link),
	};
	return 0;
}
