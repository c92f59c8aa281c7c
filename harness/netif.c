/* netif.c - address and "up" by ioctl only: no malloc and no libnl, so that a child between clone and exec may
 * call it. */
#include "netlink.h"

#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void set_in(struct sockaddr *to, struct in_addr in)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr = in};

	memcpy(to, &sin, sizeof(sin));
}

static int set_address(int fd, struct ifreq r, const char *address, unsigned prefix)
{
	struct in_addr in, mask;

	if (inet_pton(AF_INET, address, &in) != 1 || prefix < 1 || prefix > 32) {
		errno = EINVAL;
		return -1;
	}
	mask.s_addr = htonl(~(uint32_t)0 << (32 - prefix));
	set_in(&r.ifr_addr, in);
	if (ioctl(fd, SIOCSIFADDR, &r) < 0)
		return -1;
	set_in(&r.ifr_netmask, mask);
	return ioctl(fd, SIOCSIFNETMASK, &r);
}

int netif_gateway(const char *gateway)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct rtentry e = {.rt_flags = RTF_UP | RTF_GATEWAY};
	struct in_addr via, any = {.s_addr = 0};

	if (fd < 0 || inet_pton(AF_INET, gateway, &via) != 1)
		return -1;
	set_in(&e.rt_gateway, via);
	set_in(&e.rt_dst, any);
	set_in(&e.rt_genmask, any);
	return ioctl(fd, SIOCADDRT, &e);
}

int netif_configure(const char *name, const char *address, unsigned prefix)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = {0};

	if (fd < 0)
		return -1;
	if (strlen(name) >= sizeof(r.ifr_name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(r.ifr_name, name, strlen(name));
	if (address && set_address(fd, r, address, prefix) < 0)
		return -1;
	if (ioctl(fd, SIOCGIFFLAGS, &r) < 0)
		return -1;
	r.ifr_flags = (short)(r.ifr_flags | IFF_UP);
	return ioctl(fd, SIOCSIFFLAGS, &r);
}
