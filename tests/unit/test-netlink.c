/* test-netlink.c - links in namespaces of the test's own. Needs root. */
#include "netlink.h"

#include "in-child.h"
#include "util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

static bool sys_is(const char *path, const char *value)
{
	cleanup_free char *full = xasprintf("/sys/class/net/%s", path);
	cleanup_free char *text = read_file_at(AT_FDCWD, full, 4096, NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text && strcmp(text, value) == 0;
}

/* The kernel tells a carrier by a work queue, so a link's state follows within a moment. */
static bool sys_becomes(const char *path, const char *value)
{
	for (int i = 0; i < 200; i++) {
		if (sys_is(path, value))
			return true;
		usleep(5000);
	}
	return false;
}

static bool sys_has(const char *path)
{
	cleanup_free char *full = xasprintf("/sys/class/net/%s", path);

	return access(full, F_OK) == 0;
}

static void bridge_body(void)
{
	CHECK(link_add_bridge("b0", &err) == 0);
	CHECK(sys_is("b0/bridge/stp_state", "0"));
	CHECK(sys_is("b0/bridge/forward_delay", "0"));
	CHECK(sys_is("b0/address", "02:74:61:72:65:00"));
	CHECK(link_add_address("b0", "10.222.0.1", 16, &err) == 0);
	CHECK(link_up("b0", &err) == 0);
	CHECK(link_add_veth("v0", "v1", 0, &err) == 0);
	CHECK(link_set_master("v0", "b0", &err) == 0);
	CHECK(link_up("v0", &err) == 0 && link_up("v1", &err) == 0);
	CHECK(sys_has("b0/brif/v0"));
	CHECK(sys_becomes("v0/brport/state", "3")); /* forwarding, without STP's 15 s */
	CHECK(sys_is("b0/address", "02:74:61:72:65:00"));
	CHECK(link_add_tap("t0", &err) == 0);
	CHECK(sys_has("t0/tun_flags")); /* persistent: no descriptor is open */
	CHECK(link_set_master("t0", "b0", &err) == 0);
	CHECK(link_delete("v0", &err) == 0 && link_delete("t0", &err) == 0);
	CHECK(!sys_has("v0") && !sys_has("v1") && !sys_has("t0"));
	CHECK(link_delete("v0", &err) == 0 && err.code == 0);
}

static void bridge_veth_tap(void **state)
{
	(void)state;
	in_namespace(NULL, bridge_body);
}

static void expect(int rc, const char *text)
{
	CHECK(rc == -1);
	if (strcmp(err.text, text) != 0) {
		fprintf(stderr, "got:      %s\nexpected: %s\n", err.text, text);
		_exit(1);
	}
	err.code = 0;
	err.text[0] = '\0';
}

static void error_body(void)
{
	static const char rule[] = ", expected 1 to 15 characters without / : or blanks";
	cleanup_free char *slash = xasprintf("link: name, got \"a/b\"%s", rule);
	cleanup_free char *lang = xasprintf("link: name, got \"sixteen-chars-xx\"%s", rule);

	expect(link_up("none", &err), "link none: cannot bring it up, got \"No such device\"");
	expect(link_add_bridge("a/b", &err), slash);
	expect(link_add_veth("v0", "sixteen-chars-xx", 0, &err), lang);
	CHECK(link_add_bridge("b0", &err) == 0);
	expect(link_add_bridge("b0", &err), "link b0: cannot make a bridge, got \"Object exists\"");
	expect(link_add_tap("b0", &err), "link b0: cannot make a tap, got \"Object exists\"");
	expect(link_add_address("b0", "10.1", 16, &err),
		"link b0: address, got \"10.1\" with prefix 16, expected IPv4 and 1 to 32");
	expect(link_set_master("b0", "none", &err),
		"link none: cannot find it, got \"No such device\"");
	expect(link_counters("none", &(struct link_counters){0}, &err),
		"link none: cannot read its counters, got \"No such device\"");
	CHECK(netif_configure("none", "10.0.0.1", 8) == -1 && errno == ENODEV);
	CHECK(netif_configure("b0", "10.0.0", 8) == -1 && errno == EINVAL);
	CHECK(netif_configure("a-name-much-too-long", NULL, 0) == -1 && errno == ENAMETOOLONG);
}

static void errors(void **state)
{
	(void)state;
	in_namespace(NULL, error_body);
}

/* The far end: waits for its interface, takes an address by ioctl, answers one datagram. */
static void far_end(int go, int ready)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(7777)}, from;
	socklen_t len = sizeof(from);
	char byte = 'r';
	int s;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK(unshare(CLONE_NEWNET) == 0);
	CHECK(write(ready, &byte, 1) == 1 && read(go, &byte, 1) == 1);
	CHECK(netif_configure("lo", NULL, 0) == 0);
	CHECK(netif_configure("eth0", "10.222.0.2", 16) == 0);
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(bind(s, (struct sockaddr *)&a, sizeof(a)) == 0);
	CHECK(write(ready, &byte, 1) == 1);
	CHECK(recvfrom(s, &byte, 1, 0, (struct sockaddr *)&from, &len) == 1);
	CHECK(sendto(s, &byte, 1, 0, (struct sockaddr *)&from, len) == 1);
	_exit(0);
}

static void pair_body(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(7777)};
	struct link_counters before, after;
	int go[2], ready[2], s, status;
	char byte = 'x';
	pid_t pid;

	CHECK(pipe2(go, O_CLOEXEC) == 0 && pipe2(ready, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0)
		far_end(go[0], ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1);
	CHECK(link_add_bridge("b0", &err) == 0 && link_up("b0", &err) == 0);
	CHECK(link_add_address("b0", "10.222.0.1", 16, &err) == 0);
	CHECK(link_add_veth("v0", "eth0", pid, &err) == 0);
	CHECK(!sys_has("eth0")); /* made directly inside */
	CHECK(link_set_master("v0", "b0", &err) == 0 && link_up("v0", &err) == 0);
	CHECK(link_counters("v0", &before, &err) == 0 && before.mtu == 1500);
	CHECK(write(go[1], &byte, 1) == 1 && read(ready[0], &byte, 1) == 1);
	inet_pton(AF_INET, "10.222.0.2", &to.sin_addr);
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	byte = 'x';
	CHECK(sendto(s, &byte, 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1);
	CHECK(recv(s, &byte, 1, 0) == 1 && byte == 'x');
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(link_delete("v0", &err) == 0);
	CHECK(link_add_veth("v0", "v1", 0, &err) == 0);
	CHECK(link_counters("v0", &after, &err) == 0 && after.tx_packets == 0);
	CHECK(link_add_veth("v2", "eth0", 0x3fffff, &err) == -1);
}

static void pair_across_namespaces(void **state)
{
	(void)state;
	in_namespace(NULL, pair_body);
}

static void counter_body(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct link_counters before, after;
	char data[1000] = {0};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK(link_up("lo", &err) == 0);
	CHECK(link_counters("lo", &before, &err) == 0);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	CHECK(connect(s, (struct sockaddr *)&to, sizeof(to)) == 0);
	for (int i = 0; i<10; i += send(s, data, sizeof(data), 0)> 0)
		;
	CHECK(link_counters("lo", &after, &err) == 0);
	CHECK(after.tx_bytes - before.tx_bytes >= 10 * (sizeof(data) + 28));
	CHECK(after.rx_packets - before.rx_packets >= 10 && after.mtu == 65536);
}

static void counters(void **state)
{
	(void)state;
	in_namespace(NULL, counter_body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bridge_veth_tap),
		cmocka_unit_test(errors),
		cmocka_unit_test(pair_across_namespaces),
		cmocka_unit_test(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
