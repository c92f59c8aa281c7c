/* guardian.c - waits for the harness to die; if no word came that the end is orderly, runs gc for its run.
 * It keeps nothing of the harness: no lock, no descriptor, no terminal, no signal. */
#include "guardian.h"

#include "ledger.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define CLEAN_FOR (10 * NSEC_PER_SEC)

static void close_from(int first, int last)
{
	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	for (int fd = first; fd <= last && fd < 65536; fd++)
		close(fd);
}

/* Leaves 0, 1, 2 at /dev/null and the two given, which may move. */
static void keep_only(int *line, int *harness)
{
	int low, high, null;

	*line = fcntl(*line, F_DUPFD_CLOEXEC, 3);
	*harness = fcntl(*harness, F_DUPFD_CLOEXEC, 3);
	low = *line < *harness ? *line : *harness;
	high = *line < *harness ? *harness : *line;
	close_from(0, low - 1);
	close_from(low + 1, high - 1);
	close_from(high + 1, 0x7fffffff);
	null = open("/dev/null", O_RDWR);
	if (null == 0 && dup(0) == 1)
		(void)!dup(0);
}

/* True when the harness is gone without a word. The line's end alone is not its death: only a process
 * that is gone can be cleaned up after. */
static bool harness_died(int line, int harness)
{
	struct pollfd fds[2] = {{.fd = line, .events = POLLIN}, {.fd = harness, .events = POLLIN}};

	for (;;) {
		char byte = 0;

		if (wait_fds(fds, 2, now_ns() + 3600 * NSEC_PER_SEC, NULL) <= 0)
			continue;
		if (recv(line, &byte, 1, MSG_DONTWAIT) == 1 && byte == 'q')
			return false;
		if (fds[1].revents)
			return true;
		fds[0].fd = -1;
	}
}

static void guardian_main(const char *state, const char *id, int line, int harness)
{
	int64_t deadline;
	int lock = -1;

	setsid();
	prctl(PR_SET_NAME, "tare-guardian");
	interrupt_enable(0);
	keep_only(&line, &harness);
	(void)!chdir("/");
	if (!harness_died(line, harness))
		_exit(0);
	/* Keeps the next run waiting while we clean. If another holds it, that is a process which we are about to
	 * kill, or a run that has cleaned up after ours itself: never a reason to wait. */
	host_lock_clean(state, &lock);
	deadline = now_ns() + CLEAN_FOR;
	while (gc_run(state, id, NULL, NULL) < 0 && now_ns() < deadline)
		wait_until(now_ns() + 50 * NSEC_PER_MSEC, NULL);
	_exit(0);
}

int guardian_start(const char *state, const char *id, int *fd, pid_t *pid, struct error *err)
{
	cleanup_close int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	cleanup_close int ours = -1, theirs = -1;
	sigset_t all, old;
	int pair[2];
	pid_t child;

	if (self < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "guardian: cannot open a line to it");
	ours = pair[0];
	theirs = pair[1];
	/* Blocked before it is born and for ever: only SIGKILL ends it. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	child = fork();
	if (child == 0)
		guardian_main(state, id, theirs, self);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (child < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "guardian: cannot fork");
	*fd = steal_fd(&ours);
	*pid = child;
	return 0;
}

void guardian_dismiss(int fd, pid_t pid)
{
	cleanup_close int line = fd;
	cleanup_close int pidfd = -1;

	if (line < 0 || pid <= 0)
		return;
	send(line, "q", 1, MSG_NOSIGNAL);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return;
	if (wait_child(pidfd, NULL, now_ns() + 5 * NSEC_PER_SEC, NULL) == 1)
		return;
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	wait_child(pidfd, NULL, now_ns() + NSEC_PER_SEC, NULL);
}
