/* lab-path.c - the counter at the forward hook, the way out, and what proves that a translation took place. */
#include "lab-path.h"

#include "lab.h"
#include "lab-network.h"
#include "netlink.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define TABLE "tare"
#define FORWARD "/proc/sys/net/ipv4/ip_forward"
#define CONNTRACK "/proc/thread-self/net/nf_conntrack"
#define CONNTRACK_MAX (16U << 20)

/* The hook sees bridged frames only if bridge-nf-call-* let them in: the lab says they may not. */
static const char rules_count[] =
	"table ip " TABLE " {\n"
	" counter forwarded { }\n"
	" counter between { }\n"
	" chain forward {\n"
	"  type filter hook forward priority filter; policy accept;\n"
	"  counter name forwarded\n"
	"  ip saddr " LAB_GATEWAY "/16 ip daddr " LAB_GATEWAY "/16 counter name between\n"
	" }\n"
	"}\n";
static const char rules_nat[] = "table ip " TABLE " {\n"
				" chain source {\n"
				"  type nat hook postrouting priority srcnat; policy accept;\n"
				"  oifname " LAB_UPLINK " masquerade\n"
				" }\n"
				"}\n";

static int enter(int netns, struct error *err)
{
	return setns(netns, CLONE_NEWNET) == 0
		? 0
		: error_errno(err, EXIT_INTERNAL, errno, "path: cannot enter a network namespace");
}

/* A namespace without a way to the host's: this thread goes there and comes back. */
static int make_outside(struct lab_path *p, int home, struct error *err)
{
	int rc;

	if (unshare(CLONE_NEWNET) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"path: cannot make a network namespace for the outside host");
	p->outside = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	rc = p->outside < 0 ? error_errno(err, EXIT_INTERNAL, errno, "path: namespace")
			    : lab_network_settings(err);
	if (rc == 0)
		rc = link_up("lo", err);
	return enter(home, err) < 0 ? -1 : rc;
}

static int connect_outside(struct lab_path *p, int home, struct error *err)
{
	int rc;

	if (link_add_veth(LAB_UPLINK, "tareout1", 0, err) < 0 ||
		link_move("tareout1", p->outside, "eth0", err) < 0 ||
		link_add_address(LAB_UPLINK, LAB_NAT_ADDRESS, LAB_OUTSIDE_PREFIX, err) < 0 ||
		link_up(LAB_UPLINK, err) < 0 || enter(p->outside, err) < 0)
		return -1;
	rc = link_add_address("eth0", LAB_OUTSIDE_ADDRESS, LAB_OUTSIDE_PREFIX, err);
	if (rc == 0)
		rc = link_up("eth0", err);
	return enter(home, err) < 0 ? -1 : rc;
}

static int open_nat(struct lab_path *p, struct error *err)
{
	cleanup_close int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	cleanup_free char *before = NULL;

	if (home < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "path: namespace");
	before = read_file_at(AT_FDCWD, FORWARD, 16, NULL);
	p->forwards = before && before[0] == '1';
	p->nat = true;
	if (make_outside(p, home, err) < 0 || connect_outside(p, home, err) < 0 ||
		nft_run(rules_nat, err) < 0)
		return -1;
	if (write_file_at(AT_FDCWD, FORWARD, "1") < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "path: cannot set " FORWARD " to 1");
	return 0;
}

int lab_path_open(struct lab_path *p, bool nat, struct error *err)
{
	*p = (struct lab_path)LAB_PATH_INIT;
	p->counting = true;
	if (nft_run(rules_count, err) < 0)
		return error_wrap(err, "path");
	return nat ? open_nat(p, err) : 0;
}

/* The child's end: never returns. */
static _Noreturn void try_rules(int to)
{
	struct error err = ERROR_INIT;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* libnftables says some things there itself. */
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	if (unshare(CLONE_NEWNET) < 0)
		error_set(&err, EXIT_PREREQUISITE,
			"nft: cannot make a network namespace to try in: %s; run: sudo tare doctor",
			strerror(errno));
	else if (nft_run(rules_count, &err) == 0)
		nft_run(rules_nat, &err);
	_exit(write_all(to, err.text, strlen(err.text)) < 0);
}

int lab_path_check(struct error *err)
{
	int pipes[2], status = 0;
	char text[sizeof(err->text)];
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "nft: pipe");
	pid = fork();
	if (pid == 0)
		try_rules(pipes[1]);
	close(pipes[1]);
	while (used < sizeof(text) - 1 &&
		(n = read(pipes[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(pipes[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return error_set(err, EXIT_INTERNAL, "nft: it could not be tried");
	return used ? error_set(err, EXIT_PREREQUISITE, "%s", text) : 0;
}

int lab_path_forwarded(uint64_t *all, uint64_t *between, struct error *err)
{
	return nft_counter(TABLE, "forwarded", all, err) < 0
		? -1
		: nft_counter(TABLE, "between", between, err);
}

void lab_path_close(struct lab_path *p)
{
	struct error ignored = ERROR_INIT;

	if (p->nat) {
		if (!p->forwards)
			write_file_at(AT_FDCWD, FORWARD, "0");
		link_delete(LAB_UPLINK, &ignored);
	}
	if (p->counting)
		nft_run("delete table ip " TABLE, &ignored);
	p->nat = p->counting = false;
	cleanup_closep(&p->outside);
	p->outside = -1;
}

/* " key=value" with nothing behind the value but a blank; the first of the line is of the way there. */
static bool first_is(const char *line, const char *key, const char *value)
{
	const char *at = strstr(line, key);
	size_t n = strlen(value);

	return at && !strncmp(at + strlen(key), value, n) && strchr(" \n", at[strlen(key) + n]);
}

bool conntrack_find(const char *text, const char *protocol, const char *source,
	const char *destination, char *out, unsigned size)
{
	cleanup_free char *word = xasprintf(" %s ", protocol);

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, "\n");
		cleanup_free char *line = xasprintf("%.*s ", (int)len, at);

		if (strstr(line, word) && first_is(line, "src=", source) &&
			first_is(line, "dst=", destination)) {
			line[len] = '\0';
			snprintf(out, size, "%s", line);
			return true;
		}
		at += len + (at[len] == '\n');
	}
	return false;
}

bool lab_path_conntrack(const char *protocol, const char *source, char *out, unsigned size)
{
	cleanup_free char *text = read_file_at(AT_FDCWD, CONNTRACK, CONNTRACK_MAX, NULL);

	return text && conntrack_find(text, protocol, source, LAB_OUTSIDE_ADDRESS, out, size);
}
