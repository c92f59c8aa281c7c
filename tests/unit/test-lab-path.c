/* test-lab-path.c - the forward counter, the NAT, the MAC table and conntrack, in namespaces of the test's own; and
 * how a claim is held against a link. Needs root but for the pure ones. */
#include "lab-path.h"

#include "in-child.h"
#include "lab.h"
#include "native.h"
#include "netlink.h"
#include "util.h"
#include "../../harness/lab-network.h"
#include "../../harness/probe/network-parts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <cmocka.h>

static void make_network(void)
{
	CHECK(lab_network_make(&err) == 0);
}

static void in_lab(void (*body)(void))
{
	in_namespace(make_network, body);
}

static int here(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* A guest: a namespace with eth0 on the bridge. Its namespace. */
static int make_guest(const char *link, const char *address)
{
	int home = here(), guest;

	CHECK(unshare(CLONE_NEWNET) == 0);
	guest = here();
	CHECK(setns(home, CLONE_NEWNET) == 0);
	CHECK(link_add_veth(link, "moving", 0, &err) == 0);
	CHECK(link_move("moving", guest, "eth0", &err) == 0);
	CHECK(link_set_master(link, LAB_BRIDGE, &err) == 0 && link_up(link, &err) == 0);
	CHECK(setns(guest, CLONE_NEWNET) == 0);
	CHECK(netif_configure("eth0", address, LAB_PREFIX) == 0);
	CHECK(netif_gateway(LAB_GATEWAY) == 0);
	CHECK(setns(home, CLONE_NEWNET) == 0);
	close(home);
	return guest;
}

static int socket_in(int netns, const char *address)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(7004)};
	int home = here(), fd, one = 1;

	CHECK(setns(netns, CLONE_NEWNET) == 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(setns(home, CLONE_NEWNET) == 0);
	close(home);
	CHECK(inet_pton(AF_INET, address, &at.sin_addr) == 1);
	CHECK(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	CHECK(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one)) == 0);
	return fd;
}

/* Sends until one arrives: a port of the bridge forwards as soon as its carrier is told. From whom, and its TTL. */
static void deliver(int from, int to, const char *address, struct sockaddr_in *source, int *ttl)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(7004)};
	char byte = 'x', control[64];
	struct iovec v = {.iov_base = &byte, .iov_len = 1};
	struct msghdr m = {.msg_name = source,
		.msg_namelen = sizeof(*source),
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct pollfd p = {.fd = to, .events = POLLIN};
	int tries = 0;

	CHECK(inet_pton(AF_INET, address, &at.sin_addr) == 1);
	do
		CHECK(sendto(from, &byte, 1, 0, (struct sockaddr *)&at, sizeof(at)) == 1 &&
			++tries < 200);
	while (poll(&p, 1, 100) == 0);
	CHECK(recvmsg(to, &m, 0) == 1);
	*ttl = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_type == IP_TTL)
			memcpy(ttl, CMSG_DATA(c), sizeof(*ttl));
}

static bool has_source(const struct sockaddr_in *s, const char *address)
{
	char text[INET_ADDRSTRLEN];

	return strcmp(inet_ntop(AF_INET, &s->sin_addr, text, sizeof(text)), address) == 0;
}

static bool learnt(int guest, const char *port)
{
	struct fdb_entry *list = NULL;
	int home = here();
	struct ifreq r = {.ifr_name = "eth0"};
	size_t n, own = 0;
	bool found;
	int fd;

	CHECK(setns(guest, CLONE_NEWNET) == 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(ioctl(fd, SIOCGIFHWADDR, &r) == 0);
	close(fd);
	CHECK(setns(home, CLONE_NEWNET) == 0);
	close(home);
	CHECK(bridge_fdb(LAB_BRIDGE, &list, &n, &err) == 0);
	found = fdb_learnt(list, n, (unsigned char *)r.ifr_hwaddr.sa_data, port);
	/* The port's own address is in the table too, but was not learnt. */
	for (size_t i = 0; i < n; i++)
		own += !list[i].learnt && !strcmp(list[i].port, port);
	CHECK(strcmp(port, "ga") != 0 || !found || own > 0);
	free(list);
	return found;
}

static void switch_body(void)
{
	int a = make_guest("ga", "10.222.0.2"), b = make_guest("gb", "10.222.0.3");
	int from, to, ttl;
	struct lab_path path;
	struct sockaddr_in source;
	uint64_t all = 9, between = 9;

	CHECK(lab_path_open(&path, false, &err) == 0);
	from = socket_in(a, "10.222.0.2");
	to = socket_in(b, "10.222.0.3");
	deliver(from, to, "10.222.0.3", &source, &ttl);
	CHECK(has_source(&source, "10.222.0.2") && ttl == 64);
	CHECK(learnt(a, "ga") && learnt(b, "gb") && !learnt(a, "gb"));
	CHECK(lab_path_forwarded(&all, &between, &err) == 0);
	CHECK(all == 0 && between == 0);
	/* The counter can count: with bridged frames let into the host's IP hooks it does. */
	if (access("/proc/sys/net/bridge/bridge-nf-call-iptables", W_OK) == 0) {
		CHECK(write_file_at(
			      AT_FDCWD, "/proc/sys/net/bridge/bridge-nf-call-iptables", "1") == 0);
		deliver(from, to, "10.222.0.3", &source, &ttl);
		CHECK(lab_path_forwarded(&all, &between, &err) == 0);
		CHECK(all > 0 && between > 0);
	}
	lab_path_close(&path);
	lab_path_close(&path);
	CHECK(lab_path_forwarded(&all, &between, &err) == -1);
}

static void test_switch(void **state)
{
	(void)state;
	in_lab(switch_body);
}

static bool reads(const char *path, char expected)
{
	cleanup_free char *text = read_file_at(AT_FDCWD, path, 16, NULL);

	return text && text[0] == expected;
}

static void nat_body(void)
{
	int a = make_guest("ga", "10.222.0.2"), from, to, ttl;
	struct lab_path path;
	struct sockaddr_in source;
	uint64_t all, between;
	char entry[512];

	CHECK(lab_path_open(&path, true, &err) == 0);
	from = socket_in(a, "10.222.0.2");
	to = socket_in(path.outside, LAB_OUTSIDE_ADDRESS);
	CHECK(!lab_path_conntrack("udp", "10.222.0.2", entry, sizeof(entry)));
	deliver(from, to, LAB_OUTSIDE_ADDRESS, &source, &ttl);
	CHECK(has_source(&source, LAB_NAT_ADDRESS) && ttl == 63);
	CHECK(lab_path_forwarded(&all, &between, &err) == 0);
	CHECK(all > 0 && between == 0);
	if (access("/proc/self/net/nf_conntrack", R_OK) == 0) {
		CHECK(lab_path_conntrack("udp", "10.222.0.2", entry, sizeof(entry)));
		CHECK(strstr(entry, "dst=" LAB_NAT_ADDRESS));
	}
	lab_path_close(&path);
	CHECK(if_nametoindex(LAB_UPLINK) == 0);
	CHECK(reads("/proc/sys/net/ipv4/ip_forward", '0'));
	CHECK(write_file_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "1") == 0);
	/* Twice in one lab, one after the other. */
	CHECK(lab_path_open(&path, true, &err) == 0);
	lab_path_close(&path);
	CHECK(reads("/proc/sys/net/ipv4/ip_forward", '1'));
}

/* bit/s that the guest receives through the NAT, by two agents. */
static double by_agents(int guest, int outside)
{
	const struct traffic_peer place = {.cgroup = NULL, .cpu = -1};
	const char *path = getenv("TARE_AGENT");
	int64_t until = now_ns() + 30 * NSEC_PER_SEC;
	struct native near, far;
	struct agent_reply r;
	uint64_t bytes, ns;

	path = path ? path : "build/agent";
	CHECK(native_start(&near, path, &place, guest, until, &err) == 0);
	CHECK(native_start(&far, path, &place, outside, until, &err) == 0);
	CHECK(agent_call(&far.agent, NULL, until, &err, "listen kind=source") == 0);
	CHECK(agent_call(&near.agent, &r, until, &err,
		      "connect kind=receive address=" LAB_OUTSIDE_ADDRESS
		      " ns=1000000000 omit=200000000") == 0);
	CHECK(agent_field(&r, "bytes", UINT64_MAX, &bytes, &err) == 0);
	CHECK(agent_field(&r, "ns", UINT64_MAX, &ns, &err) == 0);
	native_stop(&near);
	native_stop(&far);
	native_stop(&far);
	return 8e9 * (double)bytes / (double)ns;
}

/* Runs a shell's command in a network namespace: its process. */
static pid_t command_in(int netns, const char *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		setns(netns, CLONE_NEWNET);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* The same by iperf3: its last line of summary says what the receiver counted. */
static double by_iperf3(int guest, int outside)
{
	char name[] = "/tmp/tare-test-iperf3-XXXXXX";
	int fd = mkstemp(name), status = 1;
	/* It ends with 0 and an "error" where nobody listens yet. */
	cleanup_free char *client = xasprintf(
		"for i in 1 2 3 4 5 6 7 8 9; do iperf3 -c " LAB_OUTSIDE_ADDRESS
		" -R -t 1 -O 0.2 -J >%s; grep -q sum_received %s && exit 0; sleep 0.2; done; exit 1",
		name, name);
	pid_t server = command_in(outside, "exec iperf3 -s -1 >/dev/null"), c;
	cleanup_free char *text = NULL;
	const char *at;
	double rate = 0;

	CHECK(fd >= 0);
	c = command_in(guest, client);
	waitpid(c, &status, 0);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	text = read_file_at(AT_FDCWD, name, 1 << 20, NULL);
	unlink(name);
	close(fd);
	CHECK(status == 0 && text && (at = strstr(text, "\"sum_received\"")) != NULL);
	at = strstr(at, "\"bits_per_second\":");
	CHECK(at && sscanf(at, "\"bits_per_second\": %lf", &rate) == 1);
	return rate;
}

/* Loosely: the machine may be busy with other work during one of the two. */
static void iperf3_body(void)
{
	int guest = make_guest("ga", "10.222.0.2");
	struct lab_path path;
	double mine = 0, theirs = 0;

	CHECK(lab_path_open(&path, true, &err) == 0);
	for (int i = 0; i < 4; i++) {
		mine = by_agents(guest, path.outside);
		theirs = by_iperf3(guest, path.outside);
		if (mine > 0 && theirs > 0 && mine < 3 * theirs && theirs < 3 * mine)
			break;
	}
	fprintf(stderr, "through the NAT: %.3g bit/s by agents, %.3g by iperf3\n", mine, theirs);
	CHECK(mine < 3 * theirs && theirs < 3 * mine);
	lab_path_close(&path);
}

static void test_iperf3(void **state)
{
	(void)state;
	if (system("command -v iperf3 >/dev/null") != 0) { /* NOLINT(cert-env33-c) */
		print_message("SKIP: no iperf3\n");
		skip();
	}
	in_lab(iperf3_body);
}

static void test_nat(void **state)
{
	(void)state;
	in_lab(nat_body);
}

static void refused_body(void)
{
	uint64_t packets;

	CHECK(nft_run("table ip x {\n counter c { }\n}\n", &err) == 0);
	CHECK(nft_counter("x", "c", &packets, &err) == 0 && packets == 0);
	CHECK(nft_counter("x", "d", &packets, &err) == -1);
	CHECK(err.code == EXIT_PREREQUISITE && !strchr(err.text, '\n'));
	err = (struct error)ERROR_INIT;
	CHECK(nft_run("table ip x { chain ", &err) == -1);
	CHECK(strstr(err.text, "nft: rules refused, got \"") && !strchr(err.text, '\n'));
}

static void test_refused(void **state)
{
	(void)state;
	in_lab(refused_body);
}

static void test_conntrack(void **state)
{
	static const char text[] =
		"ipv4     2 tcp      6 9 ESTABLISHED src=10.222.0.2 dst=198.51.100.2 sport=1 dport=2 src=198.51.100.2 dst=198.51.100.1 sport=2 dport=1 use=1\n"
		"ipv4     2 udp      17 29 src=10.222.0.20 dst=198.51.100.2 sport=3 dport=4 src=198.51.100.2 dst=198.51.100.1 sport=4 dport=3 use=1\n"
		"ipv4     2 udp      17 29 src=198.51.100.2 dst=10.222.0.2 sport=5 dport=6 src=10.222.0.2 dst=198.51.100.2 sport=6 dport=5 use=1\n";
	char out[512];

	(void)state;
	assert_true(conntrack_find(text, "tcp", "10.222.0.2", "198.51.100.2", out, sizeof(out)));
	assert_non_null(strstr(out, "ESTABLISHED"));
	assert_null(strchr(out, '\n'));
	/* A longer address that begins alike, and an entry of the other way. */
	assert_false(conntrack_find(text, "udp", "10.222.0.2", "198.51.100.2", out, sizeof(out)));
	assert_true(conntrack_find(text, "udp", "10.222.0.20", "198.51.100.2", out, sizeof(out)));
	assert_false(conntrack_find("", "udp", "10.222.0.20", "198.51.100.2", out, sizeof(out)));
}

static void test_claims(void **state)
{
	struct link_counters a = {.rx_bytes = 1000, .tx_bytes = 5, .rx_packets = 10}, b = a;

	(void)state;
	b.rx_bytes += 100000 * 1514ull;
	b.rx_packets += 100000;
	assert_true(network_payload(&a, &b, true) == 100000 * 1448.0);
	assert_true(network_payload(&a, &b, false) == 0);
	assert_int_equal(network_refuted(144800000, 144800000), 0);
	assert_int_equal(network_refuted(151e6, 144800000), 0);
	assert_int_equal(network_refuted(153e6, 144800000), FLAG_DISPUTED);
	/* What a socket held unread may be missing, not more. */
	assert_int_equal(network_refuted(131e6, 144800000), 0);
	assert_int_equal(network_refuted(128e6, 144800000), FLAG_DISPUTED);
	assert_int_equal(network_refuted(1, 0), FLAG_DISPUTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_iperf3),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_conntrack),
		cmocka_unit_test(test_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
