/* The forked peer: its place (cgroup, CPU), its report and its end. */
#include "traffic-parts.h"

#include "cgroup.h"
#include "util.h"
#include "wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

int peer_target(const char *address, uint16_t port, struct sockaddr_in *to, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	memset(to, 0, sizeof(*to));
	to->sin_family = AF_INET;
	to->sin_port = htons(port);
	if (inet_pton(AF_INET, address, &to->sin_addr) == 1)
		return 0;
	return error_set(err, EXIT_INTERNAL,
		"traffic: address, got \"%s\", expected an IPv4 address", safe_text(address, safe));
}

static int take_place(const struct traffic_peer *p, pid_t parent, struct error *err)
{
	cpu_set_t set;

	interrupt_reset_child();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_INTERNAL);
	if (p->cgroup && cgroup_join(p->cgroup, 0) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "traffic: cannot join the peer's cgroup");
	if (p->cpu < 0)
		return 0;
	CPU_ZERO(&set);
	CPU_SET((unsigned)p->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "traffic: cannot run on CPU %d", p->cpu);
	return 0;
}

static void peer_main(const struct traffic_peer *p, pid_t parent, const struct peer_task *t,
	peer_fn *work, int out) __attribute__((noreturn));
static void peer_main(const struct traffic_peer *p, pid_t parent, const struct peer_task *t,
	peer_fn *work, int out)
{
	struct error err = ERROR_INIT;
	struct peer_report report;

	memset(&report, 0, sizeof(report));
	if (take_place(p, parent, &err) < 0 || work(t, &report, &err) < 0) {
		report.code = err.code ? err.code : EXIT_INTERNAL;
		snprintf(report.text, sizeof(report.text), "%.*s", (int)sizeof(report.text) - 1,
			err.text);
	}
	_exit(write_all(out, &report, sizeof(report)) < 0);
}

/* 0 with the report, or -1; in any case the peer may be killed after it. */
static int await_report(int in, int64_t deadline, struct peer_report *out, struct error *err)
{
	int ready = wait_fd(in, POLLIN, deadline, err);
	ssize_t n;

	if (ready < 0)
		return -1;
	if (ready == 0)
		return error_set(err, EXIT_ARM,
			"traffic: the peer got no end of its exchange with the instance before the deadline");
	n = read(in, out, sizeof(*out));
	if (n != (ssize_t)sizeof(*out))
		return error_set(err, EXIT_INTERNAL, "traffic: the peer ended without a report");
	out->text[sizeof(out->text) - 1] = '\0';
	return out->code ? error_set(err, out->code, "%s", out->text) : 0;
}

static void reap(pid_t pid)
{
	/* It has reported, or is of no more use: its end is certain, and short. */
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int peer_run(const struct traffic_peer *p, const struct peer_task *t, peer_fn *work,
	struct peer_report *out, struct error *err)
{
	int64_t deadline =
		now_ns() + (int64_t)((t->seconds + t->omit + TRAFFIC_GRACE) * (double)NSEC_PER_SEC);
	pid_t parent = getpid(), pid;
	int pipe_fds[2], r;

	_Static_assert(sizeof(*out) <= PIPE_BUF, "a report is one write");
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "traffic: pipe");
	pid = fork();
	if (pid == 0)
		peer_main(p, parent, t, work, pipe_fds[1]);
	close(pipe_fds[1]);
	if (pid < 0) {
		r = error_errno(err, EXIT_INTERNAL, errno, "traffic: fork");
	} else {
		r = await_report(pipe_fds[0], deadline, out, err);
		reap(pid);
	}
	close(pipe_fds[0]);
	return r;
}
