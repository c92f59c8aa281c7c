/* spawn.c - the harness's end of starting a process: helper, handshake, milestones. The other end, which
 * runs in helper and child, is spawn-child.c; both speak single bytes over two SOCK_SEQPACKET pairs. */
#include "spawn-wire.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void spawn_init(struct spawn *s)
{
	*s = (struct spawn){.helper_fd = -1, .control = -1, .sync = -1, .report = -1, .wire = -1};
}

/* A failed step waits in the report pipe: make it the error. 0 when there is none, *ended at EOF. */
static int read_report(struct spawn *s, bool *ended, struct error *err)
{
	struct spawn_report r;
	ssize_t n = s->report < 0 ? 0 : read(s->report, &r, sizeof(r));

	*ended = n == 0;
	if (n < 0)
		return errno == EAGAIN ? 0
				       : error_errno(err, EXIT_INTERNAL, errno,
						 "%s: cannot read the report", s->spec.where);
	if (n != sizeof(r))
		return 0;
	r.step[sizeof(r.step) - 1] = '\0';
	return error_errno(err, EXIT_ARM, r.errnum, "%s: %s", s->spec.where, r.step);
}

static int too_late(const struct spawn *s, const char *what, struct error *err)
{
	return error_set(
		err, EXIT_ARM, "%s: %s: nothing heard by the deadline", s->spec.where, what);
}

/* Waits for one message of len bytes on fd; a report of failure comes first. */
static int expect(struct spawn *s, int fd, const char *what, void *buf, size_t len,
	int64_t deadline, struct error *err)
{
	struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->report, .events = POLLIN}};
	bool ended;
	int rc = wait_fds(fds, 2, deadline, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return too_late(s, what, err);
	if (read_report(s, &ended, err) < 0)
		return -1;
	if (recv(fd, buf, len, MSG_DONTWAIT) == (ssize_t)len)
		return 0;
	/* The socket may close an instant before the report is there to read. */
	rc = wait_fd(s->report, POLLIN, deadline, err);
	if (rc < 0 || (rc > 0 && read_report(s, &ended, err) < 0))
		return -1;
	return error_set(
		err, EXIT_ARM, "%s: %s: the process ended without a word", s->spec.where, what);
}

static int tell(struct spawn *s, int fd, char what, struct error *err)
{
	bool ended;

	if (send(fd, &what, 1, MSG_NOSIGNAL) == 1)
		return 0;
	if (read_report(s, &ended, err) < 0)
		return -1;
	return error_errno(
		err, EXIT_ARM, errno, "%s: cannot tell the child to go on", s->spec.where);
}

static int make_channels(struct spawn *s, int ends[SPAWN_FDS], struct error *err)
{
	int pairs[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
	int pipes[2] = {-1, -1};

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[0]) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pairs[1]) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pairs[2]) < 0 ||
		pipe2(pipes, O_CLOEXEC | O_NONBLOCK) < 0)
		error_errno(
			err, EXIT_INTERNAL, errno, "%s: cannot make its channels", s->spec.where);
	s->wire = pairs[0][0];
	s->sync = pairs[1][0];
	s->control = pairs[2][0];
	s->report = pipes[0];
	ends[SPAWN_WIRE] = pairs[0][1];
	ends[SPAWN_SYNC] = pairs[1][1];
	ends[SPAWN_CONTROL] = pairs[2][1];
	ends[SPAWN_REPORT] = pipes[1];
	return pipes[1] < 0 ? -1 : 0;
}

int spawn_prepare(
	struct spawn *s, const struct spawn_spec *spec, int64_t deadline, struct error *err)
{
	int ends[SPAWN_FDS] = {-1, -1, -1, -1, -1, -1, -1};
	char ready;
	int rc;

	s->spec = *spec;
	s->fail_step = getenv(SPAWN_FAIL_STEP);
	rc = make_channels(s, ends, err);
	if (rc == 0) {
		s->helper = fork();
		if (s->helper == 0)
			spawn_helper(s, ends);
		if (s->helper < 0) {
			s->helper = 0;
			rc = error_errno(err, EXIT_ARM, errno, "%s: fork", spec->where);
		}
	}
	/* Our copies would keep the ends of the child from ever being seen to close. */
	for (int fd = SPAWN_WIRE; fd < SPAWN_FDS; fd++)
		close_fd(&ends[fd]);
	if (rc < 0)
		return -1;
	s->helper_fd = (int)syscall(SYS_pidfd_open, s->helper, 0);
	if (s->helper_fd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: pidfd_open", spec->where);
	return expect(s, s->control, "helper", &ready, 1, deadline, err);
}

/* Takes over the child whose pid the helper tells. */
static int take_child(struct spawn *s, struct instance *i, pid_t pid, struct error *err)
{
	i->root_pid = pid;
	i->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (i->pidfd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "%s: pidfd_open", s->spec.where);
	return 0;
}

/* A hook of the platform. It may fail because the child has died meanwhile: then the child's word counts. */
static int run_hook(struct spawn *s, int (*hook)(pid_t, const void *, struct error *), pid_t pid,
	struct error *err)
{
	struct error mine = ERROR_INIT;
	bool ended;

	if (!hook || hook(pid, s->spec.data, &mine) == 0)
		return 0;
	if (read_report(s, &ended, err) < 0)
		return -1;
	return error_set(err, mine.code, "%s", mine.text);
}

/* Between clone and execve: maps, "go", the link (while the child mounts), "go". */
static int guide_child(struct spawn *s, struct instance *i, int64_t deadline, struct error *err)
{
	pid_t pid = -1;

	if (expect(s, s->control, "clone", &pid, sizeof(pid), deadline, err) < 0 ||
		take_child(s, i, pid, err) < 0)
		return -1;
	if (run_hook(s, s->spec.identity, pid, err) < 0 ||
		tell(s, s->sync, SPAWN_GO_IDENTITY, err) < 0)
		return -1;
	if (!s->spec.network)
		return 0;
	if (run_hook(s, s->spec.network, pid, err) < 0)
		return -1;
	return tell(s, s->sync, SPAWN_GO_NETWORK, err);
}

/* The agent, a service inside, has connected: that is the channel, not the pair that its init inherited. */
static int take_connection(struct spawn *s, struct error *err)
{
	int fd = accept4(s->spec.listen, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "%s: control channel", s->spec.where);
	close_fd(&s->wire);
	s->wire = fd;
	return 0;
}

/* The report pipe closes at execve: AT_SPAWN, and the helper may go while the agent begins. The first byte on
 * the control channel is AT_INIT. */
static int watch_milestones(
	struct spawn *s, struct instance *i, int64_t deadline, struct error *err)
{
	bool service = s->spec.init != NULL;
	struct pollfd fds[2] = {{.fd = service ? s->spec.listen : s->wire, .events = POLLIN},
		{.fd = s->report, .events = POLLIN}};

	while (!i->at[AT_INIT]) {
		bool ended;
		int64_t now;
		int rc = wait_fds(fds, 2, deadline, err);

		now = now_ns();
		if (rc < 0)
			return -1;
		if (rc == 0)
			return too_late(s, i->at[AT_SPAWN] ? "hello" : "execve", err);
		if (fds[1].revents) {
			if (read_report(s, &ended, err) < 0)
				return -1;
			i->at[AT_SPAWN] = now;
			close_fd(&s->control);
			fds[1].fd = -1;
		}
		if (fds[0].revents && service) {
			if (take_connection(s, err) < 0)
				return -1;
			fds[0].fd = s->wire;
			service = false;
		} else if (fds[0].revents) {
			i->at[AT_INIT] = now;
		}
	}
	if (!i->at[AT_SPAWN])
		i->at[AT_SPAWN] = i->at[AT_INIT];
	return 0;
}

/* A root process that died explains a missing hello better than the closed channel does. */
static int explain_death(struct spawn *s, struct instance *i, struct error *err)
{
	siginfo_t info = {0};

	if (i->pidfd < 0 || wait_fd(i->pidfd, POLLIN, now_ns() + 100 * NSEC_PER_MSEC, NULL) != 1 ||
		waitid(P_PIDFD, (id_t)i->pidfd, &info, WEXITED | WNOWAIT | WNOHANG) < 0)
		return -1;
	return error_wrap(err, "%s: the agent ended with %s %d", s->spec.where,
		info.si_code == CLD_EXITED ? "status" : "signal", info.si_status);
}

int spawn_start(struct spawn *s, struct instance *i, int64_t deadline, struct error *err)
{
	int status;

	i->at[AT_REQUEST] = now_ns();
	if (tell(s, s->control, SPAWN_START, err) < 0 || guide_child(s, i, deadline, err) < 0 ||
		watch_milestones(s, i, deadline, err) < 0)
		return -1;
	agent_init(&i->agent, steal_fd(&s->wire));
	if (agent_hello(&i->agent, deadline, err) < 0)
		return explain_death(s, i, err);
	/* Nothing of the helper may be counted by a probe. */
	close_fd(&s->control);
	if (wait_child(s->helper_fd, &status, deadline, err) != 1)
		return too_late(s, "helper", err);
	close_fd(&s->helper_fd);
	s->helper = 0;
	spawn_end(s, i);
	return 0;
}

/* The helper sends the pid as its last word, also when nobody waited for it any more. */
static void end_helper(struct spawn *s, struct instance *i)
{
	pid_t pid;
	int status;

	if (s->control >= 0)
		shutdown(s->control, SHUT_WR);
	if (s->helper_fd < 0 ||
		wait_child(s->helper_fd, &status, now_ns() + NSEC_PER_SEC, NULL) != 1) {
		kill(s->helper, SIGKILL); /* not reaped yet: the pid is still its own */
		waitpid(s->helper, &status, 0);
	}
	s->helper = 0;
	while (i->root_pid <= 0 && s->control >= 0) {
		ssize_t n = recv(s->control, &pid, sizeof(pid), MSG_DONTWAIT);

		if (n <= 0)
			break;
		if (n == sizeof(pid))
			take_child(s, i, pid, NULL);
	}
}

void spawn_end(struct spawn *s, struct instance *i)
{
	/* A child that still waits for "go" ends at this EOF. */
	close_fd(&s->sync);
	if (s->helper > 0)
		end_helper(s, i);
	close_fd(&s->helper_fd);
	close_fd(&s->control);
	close_fd(&s->report);
	close_fd(&s->wire);
	spawn_init(s);
}
