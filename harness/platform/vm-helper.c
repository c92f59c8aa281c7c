/* vm-helper.c - the harness's side of the libvirt helper: fork, requests with deadlines, end. */
#include "vm-helper.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CONSOLES_SIZE (CONSOLE_SLOTS * sizeof(struct vm_console))

/* libvirt leaves every QEMU to whoever takes orphans, and tries until it has been reaped. Not every init is quick at
 * that (2 s a domain, 4 s a probe were seen), so the parent of the process that calls libvirt does it. Returns in
 * that process. */
static void become_reaper(void)
{
	pid_t reaper = getpid(), libvirt, pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	libvirt = fork();
	if (libvirt == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != reaper)
			_exit(0);
		return;
	}
	syscall(SYS_close_range, 0, ~0U, 0);
	prctl(PR_SET_NAME, "tare-reaper");
	while (libvirt > 0 && ((pid = waitpid(-1, NULL, 0)) > 0 || errno == EINTR))
		if (pid == libvirt)
			break;
	_exit(0);
}

/* Keeps what the helper needs as 0, 1, 2, 3, 4 and closes all else: the lab's lock, the guardian's line, other
 * instances' channels. */
static void child(const char *uri, const struct cgroup *cg, const char *folder, int fd, int event,
	struct vm_console *consoles, pid_t parent)
{
	cleanup_free char *path = xasprintf("%s/libvirt.log", folder);
	int null, log;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	setsid();
	interrupt_reset_child();
	signal(SIGPIPE, SIG_IGN);
	if (cg && cgroup_join(cg, 0) < 0)
		_exit(1);
	become_reaper();
	prctl(PR_SET_NAME, "tare-libvirt");
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	event = fcntl(event, F_DUPFD_CLOEXEC, 10);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || fd < 0 || event < 0 || log < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 ||
		dup2(log, 2) < 0 || dup3(fd, 3, O_CLOEXEC) < 0 || dup3(event, 4, O_CLOEXEC) < 0)
		_exit(1);
	syscall(SYS_close_range, 5, ~0U, 0);
	if (helper_lend_names(folder) < 0)
		perror("tare: cannot lend names to libvirt");
	helper_main(uri, 3, 4, consoles);
}

static struct vm_helper *helper_fork(
	const char *uri, const struct cgroup *cg, const char *folder, struct error *err)
{
	struct vm_helper *h = xcalloc(1, sizeof(*h));
	pid_t parent = getpid();
	int pair[2] = {-1, -1};

	h->fd = h->pidfd = -1;
	h->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->consoles = mmap(NULL, CONSOLES_SIZE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->event < 0 || h->consoles == MAP_FAILED ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		error_errno(err, EXIT_INTERNAL, errno, "vm: cannot prepare the libvirt helper");
		helper_close(h);
		return NULL;
	}
	h->fd = pair[0];
	h->pid = fork();
	if (h->pid == 0)
		child(uri, cg, folder, pair[1], h->event, h->consoles, parent);
	close(pair[1]);
	if (h->pid > 0)
		h->pidfd = (int)syscall(SYS_pidfd_open, h->pid, 0);
	if (h->pidfd < 0) {
		error_errno(err, EXIT_INTERNAL, errno, "vm: cannot start the libvirt helper");
		helper_close(h);
		return NULL;
	}
	h->pending = true; /* the opening of the connection */
	return h;
}

struct vm_helper *helper_open(const char *uri, const struct cgroup *cg, const char *folder,
	int64_t deadline, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	struct vm_helper *h = helper_fork(uri, cg, folder, err);

	if (h && helper_wait(h, deadline, err) < 0) {
		error_wrap(err, "vm: cannot connect to %s", safe_text(uri, safe));
		helper_close(h);
		return NULL;
	}
	return h;
}

void helper_close(struct vm_helper *h)
{
	if (!h)
		return;
	if (h->pid > 0) {
		kill(h->pid, SIGKILL);
		while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (h->fd >= 0)
		close(h->fd);
	if (h->event >= 0)
		close(h->event);
	if (h->pidfd >= 0)
		close(h->pidfd);
	if (h->consoles && h->consoles != MAP_FAILED)
		munmap(h->consoles, CONSOLES_SIZE);
	free(h);
}

static int send_message(struct vm_helper *h, int fd, const char *text, struct error *err)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.space = {0}};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (h->fd < 0 || iov.iov_len >= HELPER_MESSAGE)
		return error_set(err, EXIT_ARM, "vm: the libvirt helper is gone");
	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = control.space;
		m.msg_controllen = sizeof(control.space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(h->fd, &m, MSG_NOSIGNAL) < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: the libvirt helper");
	h->pending = true;
	return 0;
}

int helper_send(struct vm_helper *h, int fd, struct error *err, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return send_message(h, fd, text, err);
}

int helper_answer(struct vm_helper *h, struct error *err)
{
	char text[1024], safe[SAFE_TEXT_SIZE];
	ssize_t n = h->fd < 0 ? 0 : recv(h->fd, text, sizeof(text) - 1, 0);

	h->pending = false;
	if (n <= 0) {
		if (h->fd >= 0)
			close(steal_fd(&h->fd));
		return error_set(err, EXIT_ARM, "vm: the libvirt helper has died");
	}
	text[n] = 0;
	if (!strcmp(text, "ok"))
		return 0;
	/* libvirt's texts are long, and their end says what happened. */
	if (n > 400)
		return error_set(err, EXIT_ARM, "libvirt: ...%s", safe_text(text + n - 79, safe));
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	return error_set(err, EXIT_ARM, "libvirt: %s", text);
}

int helper_wait(struct vm_helper *h, int64_t deadline, struct error *err)
{
	int rc;

	if (!h->pending)
		return 0;
	rc = h->fd < 0 ? 1 : wait_fd(h->fd, POLLIN, deadline, err);
	if (rc > 0)
		return helper_answer(h, err);
	/* What it is doing cannot be called off: it ends with its process. */
	kill(h->pid, SIGKILL);
	close(steal_fd(&h->fd));
	h->pending = false;
	if (rc < 0)
		return -1;
	return error_set(err, EXIT_ARM, "libvirt: no answer before the deadline");
}

int helper_call(
	struct vm_helper *h, int fd, int64_t deadline, struct error *err, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (send_message(h, fd, text, err) < 0)
		return -1;
	return helper_wait(h, deadline, err);
}
