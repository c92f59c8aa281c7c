/* What only PID 1 of a VM does: mounts, the serial port, modules, a root disk, the link, power off. */
#include "inside.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define MODULES "/tare/modules"
#define DISK_ROOT "/tare/root"
#define APPEAR_NS (5 * NSEC_PER_SEC)

static int mount_at(const char *what, const char *where, const char *type, unsigned long flags)
{
	mkdir(where, 0755);
	return mount(what, where, type, flags, NULL);
}

/* The channel is raw: no echo, no signals, no flow control by characters. */
static void make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	cfsetspeed(&t, B115200);
	tcsetattr(fd, TCSANOW, &t);
}

int vm_open_tty(void)
{
	int fd = open(WIRE_TTY, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		make_raw(fd);
	return fd;
}

int vm_open_channel(void)
{
	int fd;

	mount_at("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	/* EBUSY: the kernel has done it (CONFIG_DEVTMPFS_MOUNT). */
	mount_at("dev", "/dev", "devtmpfs", MS_NOSUID);
	/* A kernel without a console leaves 0, 1 and 2 closed. */
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= 2)
		;
	if (fd > 2)
		close(fd);
	return vm_open_tty();
}

void vm_after_hello(void)
{
	mount_at("sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
	mount_at("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV);
	mount_at("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV);
	mount_at("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV);
	mount_at("pts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC);
	sethostname("tare", 4);
}

void vm_seal_root(const struct inside *in)
{
	if (in->place == PLACE_VM && !in->root)
		mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

void vm_power_off(int channel)
{
	if (channel >= 0)
		tcdrain(channel);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static int is_module(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 3 && strcmp(e->d_name + len - 3, ".ko") == 0;
}

static int in_byte_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_module(const char *name)
{
	char path[512];
	int fd, error = 0;

	snprintf(path, sizeof(path), MODULES "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
		error = errno;
	close(fd);
	return error;
}

static int load_modules(struct inside *in, struct answer *a, uint64_t *count)
{
	struct dirent **names = NULL;
	int n, error = 0;

	*count = 0;
	if (in->modules_loaded)
		return 0;
	n = scandir(MODULES, &names, is_module, in_byte_order);
	for (int i = 0; i < n; i++) {
		if (!error)
			error = load_module(names[i]->d_name);
		if (error && !a->used)
			answer_fail(a, "modules: %s: %s", names[i]->d_name,
				error == ENOENT ? "a module that it needs was not loaded before it"
						: strerror(error));
		*count += !error;
		free(names[i]);
	}
	free(names);
	in->modules_loaded = !error;
	return error ? -1 : 0;
}

static int only_in_vm(const struct inside *in, const char *verb, struct answer *a)
{
	return in->place == PLACE_VM || in->place == PLACE_SERVICE_VM
		? 0
		: answer_fail(a, "%s: only for a VM", verb);
}

int do_modules(struct inside *in, const struct request *r, struct answer *a)
{
	uint64_t count;

	(void)r;
	if (only_in_vm(in, "modules", a) < 0 || load_modules(in, a, &count) < 0)
		return -1;
	answer_number(a, "count", count);
	return 0;
}

/* A driver may bring its device up after its module was loaded: the kernel's own events say when. */
static bool wait_appears(int events, bool (*there)(const char *name), const char *name)
{
	int64_t end = now() + APPEAR_NS;

	for (;;) {
		struct pollfd p = {.fd = events, .events = POLLIN};
		int64_t left = end - now();
		char event[8192];

		if (there(name))
			return true;
		if (left <= 0 || poll(&p, 1, (int)(left / NSEC_PER_MSEC) + 1) <= 0)
			return there(name);
		if (recv(events, event, sizeof(event), 0) < 0 && errno != ENOBUFS)
			return there(name);
	}
}

static int open_uevents(void)
{
	struct sockaddr_nl at = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Modules, then the device that they bring. */
static int load_and_wait(
	struct inside *in, bool (*there)(const char *name), const char *name, struct answer *a)
{
	uint64_t count;
	int events = open_uevents();
	int outcome = load_modules(in, a, &count);

	if (outcome == 0 && !wait_appears(events, there, name))
		outcome = answer_fail(a, "%s does not appear", name);
	if (events >= 0)
		close(events);
	return outcome;
}

static bool device_there(const char *name)
{
	return access(name, F_OK) == 0;
}

int load_block_device(struct inside *in, const char *device, struct answer *a)
{
	return load_and_wait(in, device_there, device, a);
}

int do_root(struct inside *in, const struct request *r, struct answer *a)
{
	static const struct {
		const char *what, *where, *type;
		bool needed;
	} inner[] = {{"proc", DISK_ROOT "/proc", "proc", true},
		{"sys", DISK_ROOT "/sys", "sysfs", true},
		{"dev", DISK_ROOT "/dev", "devtmpfs", true},
		{"tmp", DISK_ROOT "/tmp", "tmpfs", true},
		{"run", DISK_ROOT "/run", "tmpfs", false}};
	const char *device = request_get(r, "device"), *type = request_get(r, "fstype");

	if (only_in_vm(in, "root", a) < 0)
		return -1;
	if (!device || !type || device[0] != '/')
		return answer_fail(a, "root: expected device and fstype");
	if (in->root)
		return answer_fail(a, "root: is mounted already");
	if (load_and_wait(in, device_there, device, a) < 0)
		return -1;
	if (mount_at(device, DISK_ROOT, type, MS_RDONLY) < 0)
		return answer_fail(a, "root: mount %s: %s", device, strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(inner); i++)
		if (mount(inner[i].what, inner[i].where, inner[i].type, 0, NULL) < 0 &&
			inner[i].needed)
			return answer_fail(
				a, "root: mount %s: %s", inner[i].where, strerror(errno));
	in->root = DISK_ROOT;
	return 0;
}

static bool link_there(const char *name)
{
	return if_nametoindex(name) != 0;
}

static int link_up(int fd, const char *name)
{
	struct ifreq r = {0};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &r) < 0)
		return -1;
	r.ifr_flags |= IFF_UP | IFF_RUNNING;
	return ioctl(fd, SIOCSIFFLAGS, &r);
}

static void put_address(struct sockaddr *to, struct in_addr address)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = address};

	memcpy(to, &in, sizeof(in));
}

static int set_address(int fd, const char *name, struct in_addr address, unsigned prefix)
{
	struct in_addr mask = {.s_addr = prefix ? htonl(~0U << (32 - prefix)) : 0};
	struct ifreq r = {0};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	put_address(&r.ifr_addr, address);
	if (ioctl(fd, SIOCSIFADDR, &r) < 0)
		return -1;
	put_address(&r.ifr_netmask, mask);
	return ioctl(fd, SIOCSIFNETMASK, &r);
}

static int add_gateway(int fd, struct in_addr gateway)
{
	struct rtentry e = {.rt_flags = RTF_UP | RTF_GATEWAY};

	put_address(&e.rt_gateway, gateway);
	put_address(&e.rt_dst, (struct in_addr){0});
	put_address(&e.rt_genmask, (struct in_addr){0});
	return ioctl(fd, SIOCADDRT, &e);
}

static void tell_link(int fd, const char *name, struct answer *a)
{
	struct ifreq r = {0};
	char mac[18];

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (link_mac(name, mac) == 0)
		answer_text(a, "mac", mac);
	if (ioctl(fd, SIOCGIFMTU, &r) == 0)
		answer_number(a, "mtu", (uint64_t)r.ifr_mtu);
}

int do_net(struct inside *in, const struct request *r, struct answer *a)
{
	const char *name = request_get(r, "if"), *gateway = request_get(r, "gateway");
	struct in_addr address, via;
	uint64_t prefix;
	int fd, outcome = 0;

	if (only_in_vm(in, "net", a) < 0)
		return -1;
	if (!name || strlen(name) >= IFNAMSIZ || !request_get(r, "address") ||
		inet_pton(AF_INET, request_get(r, "address"), &address) != 1 ||
		request_number(r, "prefix", 32, 24, &prefix) < 0 ||
		(gateway && inet_pton(AF_INET, gateway, &via) != 1))
		return answer_fail(a, "net: expected if, address, prefix and perhaps gateway");
	if (load_and_wait(in, link_there, name, a) < 0)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return answer_fail(a, "net: socket: %s", strerror(errno));
	if (link_up(fd, "lo") < 0)
		outcome = answer_fail(a, "net: lo: %s", strerror(errno));
	else if (set_address(fd, name, address, (unsigned)prefix) < 0 || link_up(fd, name) < 0)
		outcome = answer_fail(a, "net: %s: %s", name, strerror(errno));
	else if (gateway && add_gateway(fd, via) < 0)
		outcome = answer_fail(a, "net: gateway: %s", strerror(errno));
	else
		tell_link(fd, name, a);
	close(fd);
	return outcome;
}
