/* What a link is, as its driver tells it: for the table of hops. */
#include "inside.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
	const char *key;
	uint32_t command;
} features[] = {
	{"tso", ETHTOOL_GTSO},
	{"gso", ETHTOOL_GGSO},
	{"gro", ETHTOOL_GGRO},
	{"checksum", ETHTOOL_GTXCSUM},
};

static bool ask(int fd, struct ifreq *r, void *what)
{
	r->ifr_data = what;
	return ioctl(fd, SIOCETHTOOL, r) == 0;
}

static void tell_driver(int fd, struct ifreq *r, struct answer *a)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_channels queues = {.cmd = ETHTOOL_GCHANNELS};

	if (ask(fd, r, &driver))
		answer_text(a, "driver", driver.driver);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		struct ethtool_value v = {.cmd = features[i].command};

		if (ask(fd, r, &v))
			answer_number(a, features[i].key, v.data != 0);
	}
	if (ask(fd, r, &queues)) {
		answer_number(a, "tx_queues", queues.tx_count + queues.combined_count);
		answer_number(a, "rx_queues", queues.rx_count + queues.combined_count);
	}
}

int do_link(struct inside *in, const struct request *r, struct answer *a)
{
	const char *name = request_get(r, "if");
	struct ifreq req = {0};
	const unsigned char *m;
	char mac[18];
	int fd;

	(void)in;
	if (!name || strlen(name) >= IFNAMSIZ)
		return answer_fail(a, "link: expected if");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return answer_fail(a, "link: socket: %s", strerror(errno));
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &req) < 0) {
		int error = errno;

		close(fd);
		return answer_fail(a, "link: %s: %s", name, strerror(error));
	}
	m = (const unsigned char *)req.ifr_hwaddr.sa_data;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
		m[5]);
	answer_text(a, "mac", mac);
	if (ioctl(fd, SIOCGIFMTU, &req) == 0)
		answer_number(a, "mtu", (uint64_t)req.ifr_mtu);
	tell_driver(fd, &req, a);
	close(fd);
	return 0;
}
