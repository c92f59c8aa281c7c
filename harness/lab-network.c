/* lab-network.c - loopback, the bridge and the settings of the lab's network namespace. */
#include "lab-network.h"

#include "lab.h"
#include "netlink.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct setting {
	const char *path, *value;
	bool must; /* figures or paths would be others without it */
};

/* A new namespace takes ip_forward over from the host, where a container engine may have turned it on. IPv6
 * would add neighbour discovery to every count. Bridged frames must not pass the host's IP hooks. */
static const struct setting settings[] = {
	{"/proc/sys/net/ipv4/ip_forward", "0", true},
	{"/proc/sys/net/ipv6/conf/all/disable_ipv6", "1", false},
	{"/proc/sys/net/ipv6/conf/default/disable_ipv6", "1", false},
	{"/proc/sys/net/ipv6/conf/all/accept_dad", "0", false},
	{"/proc/sys/net/ipv6/conf/default/accept_dad", "0", false},
	{"/proc/sys/net/bridge/bridge-nf-call-iptables", "0", true},
	{"/proc/sys/net/bridge/bridge-nf-call-ip6tables", "0", true},
	{"/proc/sys/net/bridge/bridge-nf-call-arptables", "0", true},
};

static int apply(const struct setting *s, struct error *err)
{
	cleanup_free char *now = read_file_at(AT_FDCWD, s->path, 64, NULL);
	int saved;

	if (!now || strncmp(now, s->value, strlen(s->value)) == 0)
		return 0; /* not in this kernel, or right already */
	if (write_file_at(AT_FDCWD, s->path, s->value) == 0 || !s->must)
		return 0;
	saved = errno;
	return error_errno(
		err, EXIT_PREREQUISITE, saved, "lab: cannot set %s to %s", s->path, s->value);
}

int lab_network_settings(struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (apply(&settings[i], err) < 0)
			return -1;
	return 0;
}

int lab_network_make(struct error *err)
{
	if (lab_network_settings(err) < 0)
		return -1;
	if (link_up("lo", err) < 0 || link_add_bridge(LAB_BRIDGE, err) < 0 ||
		link_add_address(LAB_BRIDGE, LAB_GATEWAY, LAB_PREFIX, err) < 0)
		return -1;
	return link_up(LAB_BRIDGE, err);
}
