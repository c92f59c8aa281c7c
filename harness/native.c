/* native.c - starts the agent as a plain child, where the path wants it. */
#include "native.h"

#include "util.h"
#include "wait.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "cgroup.h"

/* Its place first: what it costs is the peer's from its first instruction on. */
static void become(const char *path, const struct traffic_peer *place, int netns, int channel,
	pid_t parent) __attribute__((noreturn));
static void become(
	const char *path, const struct traffic_peer *place, int netns, int channel, pid_t parent)
{
	char *const argv[] = {(char *)(uintptr_t)path, NULL}, *const environment[] = {NULL};
	cpu_set_t set;

	interrupt_reset_child();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || (place->cgroup && cgroup_join(place->cgroup, 0) < 0) ||
		(netns >= 0 && setns(netns, CLONE_NEWNET) < 0))
		_exit(126);
	CPU_ZERO(&set);
	if (place->cpu >= 0) {
		CPU_SET((unsigned)place->cpu, &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
	if (channel == WIRE_FD)
		fcntl(channel, F_SETFD, 0);
	else if (dup2(channel, WIRE_FD) < 0)
		_exit(126);
	execve(path, argv, environment);
	_exit(127);
}

int native_start(struct native *n, const char *agent_path, const struct traffic_peer *place,
	int netns, int64_t deadline, struct error *err)
{
	pid_t parent = getpid();
	int pair[2];

	*n = (struct native)NATIVE_INIT;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, EXIT_ARM, errno, "path: socketpair");
	n->pid = fork();
	if (n->pid == 0)
		become(agent_path, place, netns, pair[1], parent);
	close(pair[1]);
	agent_init(&n->agent, pair[0]);
	if (n->pid < 0) {
		n->pid = 0;
		return error_errno(err, EXIT_ARM, errno, "path: fork");
	}
	if (agent_hello(&n->agent, deadline, err) < 0)
		return error_wrap(err, "path: the native end");
	return 0;
}

void native_stop(struct native *n)
{
	agent_close(&n->agent);
	if (!n->pid)
		return;
	/* Its ends die with it (PR_SET_PDEATHSIG). */
	kill(n->pid, SIGKILL);
	while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
		;
	n->pid = 0;
}
