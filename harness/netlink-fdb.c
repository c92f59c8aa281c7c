/* netlink-fdb.c - what a bridge has learnt: its MAC table by rtnetlink (what "bridge fdb" shows). */
#include "netlink.h"

#include "util.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>

struct table {
	unsigned bridge;
	struct fdb_entry *list;
	size_t n;
};

static int take_entry(struct nl_msg *m, void *arg)
{
	static struct nla_policy policy[NDA_MAX + 1];
	struct table *t = arg;
	struct nlattr *attrs[NDA_MAX + 1];
	const struct ndmsg *nd = nlmsg_data(nlmsg_hdr(m));
	struct fdb_entry *e;

	if (nlmsg_hdr(m)->nlmsg_type != RTM_NEWNEIGH || nd->ndm_family != AF_BRIDGE ||
		nlmsg_parse(nlmsg_hdr(m), sizeof(*nd), attrs, NDA_MAX, policy) < 0)
		return NL_OK;
	if (!attrs[NDA_LLADDR] || nla_len(attrs[NDA_LLADDR]) != 6 || !attrs[NDA_MASTER] ||
		nla_get_u32(attrs[NDA_MASTER]) != t->bridge)
		return NL_OK;
	t->list = xrealloc(t->list, (t->n + 1) * sizeof(*t->list));
	e = &t->list[t->n++];
	*e = (struct fdb_entry){.learnt = !(nd->ndm_state & (NUD_PERMANENT | NUD_NOARP))};
	memcpy(e->mac, nla_data(attrs[NDA_LLADDR]), sizeof(e->mac));
	if (!if_indextoname((unsigned)nd->ndm_ifindex, e->port))
		e->port[0] = '\0';
	return NL_OK;
}

int bridge_fdb(const char *bridge, struct fdb_entry **out, size_t *n, struct error *err)
{
	struct ndmsg ask = {.ndm_family = AF_BRIDGE};
	struct table t = {.bridge = if_nametoindex(bridge)};
	struct nl_sock *s = nl_socket_alloc();
	char safe[SAFE_TEXT_SIZE];
	int rc = s ? nl_connect(s, NETLINK_ROUTE) : -NLE_NOMEM;

	if (rc == 0 && !t.bridge)
		rc = -NLE_NODEV;
	if (rc == 0)
		rc = nl_socket_modify_cb(s, NL_CB_VALID, NL_CB_CUSTOM, take_entry, &t);
	if (rc == 0)
		rc = nl_send_simple(s, RTM_GETNEIGH, NLM_F_DUMP, &ask, sizeof(ask));
	if (rc >= 0)
		rc = nl_recvmsgs_default(s);
	nl_socket_free(s);
	if (rc < 0) {
		free(t.list);
		return error_set(err, EXIT_INTERNAL,
			"link %s: cannot read its MAC table, got \"%s\"", safe_text(bridge, safe),
			nl_geterror(rc));
	}
	*out = t.list;
	*n = t.n;
	return 0;
}

bool fdb_learnt(
	const struct fdb_entry *list, size_t n, const unsigned char mac[6], const char *port)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].learnt && !memcmp(list[i].mac, mac, 6) && !strcmp(list[i].port, port))
			return true;
	return false;
}
