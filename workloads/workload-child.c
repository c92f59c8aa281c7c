/* The workload's own process between fork and what it is there for: a clean slate of descriptors and signals, its root
 * and environment, and what it tells the agent. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static void sync_send(int sync, char letter, const char *text, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec parts[2] = {{&letter, 1}, {(void *)text, strlen(text)}};
	struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};

	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	sendmsg(sync, &m, MSG_NOSIGNAL);
}

void verb_ready(const struct verb_call *c)
{
	sync_send(c->sync, SYNC_READY, "", -1);
}

void verb_fail(const struct verb_call *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sync_send(c->sync, SYNC_FAILED, text, -1);
	_exit(125);
}

/* execve with the search of a shell, in the workload's own PATH. Returns errno. */
static int run_command(char *const *argv)
{
	const char *p = getenv("PATH");
	int error = ENOENT;

	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, environ);
		return errno;
	}
	while (p && *p) {
		char path[4096];
		size_t len = strcspn(p, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)len, p, argv[0]);
		execve(path, argv, environ);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
		p += len + (p[len] == ':');
	}
	return error;
}

static void child_descriptors(int output, int *sync)
{
	int null = open("/dev/null", O_RDONLY);

	if (null >= 0)
		dup2(null, 0);
	dup2(output, 1);
	dup2(output, 2);
	/* Nothing else of the agent's: not the channel, not the network ends. */
	*sync = dup3(*sync, 4, O_CLOEXEC) < 0 ? *sync : 4;
	if (*sync == 4) {
		close(3);
		syscall(SYS_close_range, 5, ~0U, 0);
	}
}

static void child_signals(void)
{
	/* The kernel's own structure: libc hides 32 and 33, which make(1) passes on ignored. */
	static const struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		unsigned long mask;
	} standard;
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		syscall(SYS_rt_sigaction, s, &standard, NULL, sizeof(standard.mask));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void workload_child(struct inside *in, const struct verb *verb, int output, int sync)
{
	struct verb_call call = {.sync = -1, .arguments = in->arguments.items};
	enum ready ready = in->workload.ready;

	setsid();
	child_signals();
	child_descriptors(output, &sync);
	call.sync = sync;
	if (in->root && (chroot(in->root) < 0 || chdir("/") < 0))
		verb_fail(&call, "chroot %s: %s", in->root, strerror(errno));
	environ = in->environment.items;
	if (ready == READY_TCP || ready == READY_HTTP) {
		int notify = listen_notify_install();

		sync_send(sync, notify < 0 ? SYNC_NO_NOTIFY : SYNC_NOTIFY, "", notify);
		if (notify >= 0)
			close(notify);
	}
	if (verb) {
		prctl(PR_SET_NAME, verb->name);
		verb_delay(&call);
		verb->run(&call);
		verb_fail(&call, "%s: ended by itself", verb->name);
	}
	verb_fail(&call, "cannot run %.200s: %s", in->arguments.items[0],
		strerror(run_command(in->arguments.items)));
}
