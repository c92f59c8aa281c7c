/* real-agent.h - for tests: the real static agent as a plain child, as the host platform runs it. */
#ifndef TARE_TEST_REAL_AGENT_H
#define TARE_TEST_REAL_AGENT_H

#include "agent.h"
#include "util.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define SECONDS(n) (now_ns() + (n)*NSEC_PER_SEC)

struct real_agent {
	pid_t pid;
	struct agent agent;
	int leak; /* a descriptor to be open in it, 0 = none */
	void (*before)(void); /* in its process before it is executed, NULL = nothing */
};

static inline const char *agent_path(void)
{
	const char *path = getenv("TARE_AGENT");

	return path ? path : "build/agent";
}

static inline void real_agent_start(struct real_agent *r)
{
	int pair[2];

	if (access(agent_path(), X_OK) < 0) {
		printf("FAIL: %s is not there; make builds it, TARE_AGENT names another\n",
			agent_path());
		exit(1);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	r->pid = fork();
	if (r->pid == 0) {
		/* It listens: a test that is ended must not leave it behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pair[1] == WIRE_FD)
			fcntl(pair[1], F_SETFD, 0);
		else
			dup2(pair[1], WIRE_FD);
		close_range(WIRE_FD + 1, ~0U, 0);
		if (r->leak)
			dup2(0, r->leak);
		if (r->before)
			r->before();
		execl(agent_path(), agent_path(), (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	agent_init(&r->agent, pair[0]);
}

/* Waits 10 s for its end, then kills it. Its wait status; a killed one is no success. */
static inline int real_agent_wait(struct real_agent *r)
{
	struct pollfd p = {.fd = pidfd_open(r->pid, 0), .events = POLLIN};
	int status = -1;

	if (poll(&p, 1, 10000) != 1)
		kill(r->pid, SIGKILL);
	close(p.fd);
	waitpid(r->pid, &status, 0);
	return status;
}

/* Closing the channel is what ends an agent. Its wait status. */
static inline int real_agent_end(struct real_agent *r)
{
	agent_close(&r->agent);
	return real_agent_wait(r);
}

#endif
