/* wait.c - every wait of the harness: an event, a deadline, or the user's Ctrl-C. */
#include "wait.h"

#include "util.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

static int signal_fd = -1;
static int enabled = 1;
static int came; /* exit code of the first signal */

static void signals_of_interest(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int interrupt_init(struct error *err)
{
	sigset_t set;

	signals_of_interest(&set);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "signals: cannot block");
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "signals: cannot make a signalfd");
	return 0;
}

int interrupt_pending(void)
{
	struct signalfd_siginfo info;

	while (signal_fd >= 0 && read(signal_fd, &info, sizeof(info)) == sizeof(info))
		if (!came)
			came = info.ssi_signo == SIGINT ? EXIT_INTERRUPTED : EXIT_TERMINATED;
	return came;
}

void interrupt_heeded(void)
{
	interrupt_pending();
	came = 0;
}

void interrupt_enable(int on)
{
	enabled = on;
}

void interrupt_reset_child(void)
{
	sigset_t none;

	if (signal_fd >= 0)
		close(signal_fd);
	signal_fd = -1;
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int poll_timeout(int64_t deadline)
{
	int64_t left = deadline - now_ns();

	if (left <= 0)
		return 0;
	left = (left + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	return left > 3600000 ? 3600000 : (int)left;
}

static int interrupted(struct error *err)
{
	int code = interrupt_pending();

	return code ? error_set(err, code, "interrupted: by a signal; what was measured is kept")
		    : 0;
}

int wait_fds(struct pollfd *fds, size_t n, int64_t deadline, struct error *err)
{
	cleanup_free struct pollfd *all = xcalloc(n + 1, sizeof(*all));

	for (;;) {
		bool watch = enabled && signal_fd >= 0;
		int rc;

		if (watch && interrupted(err) < 0)
			return -1;
		if (n)
			memcpy(all, fds, n * sizeof(*fds));
		all[n] = (struct pollfd){.fd = watch ? signal_fd : -1, .events = POLLIN};
		rc = poll(all, n + 1, poll_timeout(deadline));
		if (rc < 0 && errno != EINTR)
			return error_errno(err, EXIT_INTERNAL, errno, "wait: poll failed");
		for (size_t i = 0; i < n; i++)
			fds[i].revents = rc > 0 ? all[i].revents : 0;
		if (rc > 0 && !all[n].revents)
			return rc;
		if (rc > 1)
			return rc - 1;
		if (rc == 0 && now_ns() >= deadline)
			return 0;
	}
}

int wait_fd(int fd, short events, int64_t deadline, struct error *err)
{
	struct pollfd p = {.fd = fd, .events = events};

	return wait_fds(&p, 1, deadline, err);
}

int wait_until(int64_t deadline, struct error *err)
{
	return wait_fds(NULL, 0, deadline, err) < 0 ? -1 : 0;
}

int wait_child(int pidfd, int *status, int64_t deadline, struct error *err)
{
	siginfo_t info = {0};
	int rc = wait_fd(pidfd, POLLIN, deadline, err);

	if (rc <= 0)
		return rc;
	if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "wait: cannot reap a child");
	if (status)
		*status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8
						     : info.si_status & 0x7f;
	return 1;
}
