/* host-lock.c - one run at a time per host: flock on <state>/lock, in which the holder signs with
 * "<pid> <start ticks>", a cleaner with " cleaning" after it. The file is permanent. */
#include "ledger.h"

#include "gc-process.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define CLEANER_WAIT (15 * NSEC_PER_SEC)

static int state_open(const char *state, struct error *err)
{
	cleanup_close int dir = -1;
	struct stat st;

	if (mkdir(state, 0700) < 0 && errno != EEXIST)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"lab: cannot make the state folder %s", state);
	dir = open(state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || fstat(dir, &st) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"lab: cannot open the state folder %s", state);
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return error_set(err, EXIT_PREREQUISITE,
			"lab: state folder %s, got owner %u and mode %03o, expected owner %u and no right to write for others; remove it",
			state, (unsigned)st.st_uid, (unsigned)(st.st_mode & 0777),
			(unsigned)geteuid());
	return steal_fd(&dir);
}

static void sign(int fd, const char *what)
{
	cleanup_free char *text = xasprintf("%ld %llu%s\n", (long)getpid(),
		(unsigned long long)process_start_time(getpid()), what);

	/* Only a hint for messages and waiters: the lock itself is the kernel's. */
	if (ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, strlen(text), 0);
}

enum holder { A_RUN, A_CLEANER, A_DEAD_RUN };

static enum holder who_holds(int fd, long *pid)
{
	char text[64] = "", *end = text;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	uint64_t start;

	*pid = n > 0 ? strtol(text, &end, 10) : 0;
	start = strtoull(end, &end, 10);
	if (*pid <= 0 || !process_is(*pid, start))
		return A_DEAD_RUN;
	return strstr(end, "cleaning") ? A_CLEANER : A_RUN;
}

/* Blocking with a deadline: a child blocks on the same open file, and what it gets is ours too. */
static bool lock_until(int fd, int64_t deadline)
{
	cleanup_close int pidfd = -1;
	pid_t parent = getpid(), pid;
	int status = -1;

	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		_exit(flock(fd, LOCK_EX) < 0);
	}
	pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return false;
	if (wait_child(pidfd, &status, deadline, NULL) == 1)
		return status == 0;
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	interrupt_enable(0);
	wait_child(pidfd, NULL, now_ns() + NSEC_PER_SEC, NULL);
	interrupt_enable(1);
	return false;
}

int host_lock(const char *state, struct error *err)
{
	cleanup_close int dir = state_open(state, err);
	cleanup_close int fd = -1;
	enum holder holder;
	long pid;

	if (dir < 0)
		return -1;
	fd = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "lab: cannot open %s/lock", state);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return error_errno(
				err, EXIT_INTERNAL, errno, "lab: cannot lock %s/lock", state);
		holder = who_holds(fd, &pid);
		/* A child of a dead run, forked without exec, still holds the lock: gc ends it. */
		if (holder == A_DEAD_RUN && gc_all(state, NULL, NULL, err) < 0)
			return -1;
		if (holder == A_RUN || !lock_until(fd, now_ns() + CLEANER_WAIT))
			return error_set(err, EXIT_PREREQUISITE,
				"lab: another run holds this host, got pid %ld, expected one run at a time; wait for it or end it",
				pid);
	}
	sign(fd, "");
	return steal_fd(&fd);
}

int host_lock_clean(const char *state, int *fd)
{
	cleanup_free char *path = xasprintf("%s/lock", state);
	cleanup_close int lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
		return 0;
	sign(lock, " cleaning");
	*fd = steal_fd(&lock);
	return 1;
}
