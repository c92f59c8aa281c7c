/* vm-helper-child.c - inside the libvirt helper: the main thread serves requests, a second one runs libvirt's
 * event loop, which also drains the guests' consoles. */
#include "vm-helper.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* A remote daemon that says nothing for this long is dead: 5 s, 3 times. */
#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_COUNT 3

struct drain {
	struct vm_console *console;
	int event, watch;
};

static void tell(const struct drain *d)
{
	uint64_t one = 1;

	/* Full means that the harness has been told already. */
	if (write(d->event, &one, sizeof(one)) < 0)
		return;
}

static void on_data(int watch, int fd, int events, void *data)
{
	struct drain *d = data;
	int64_t at = now_ns();
	char buffer[4096];
	ssize_t n;

	(void)events;
	n = read(fd, buffer, sizeof(buffer));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		if (console_put(d->console, buffer, (size_t)n, at))
			tell(d);
		return;
	}
	console_end(d->console);
	tell(d);
	virEventRemoveHandle(watch);
	close(fd);
	free(d);
}

static void on_connect(int watch, int fd, int events, void *data)
{
	struct drain *d = data;
	int c = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (c < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	virEventRemoveHandle(watch);
	close(fd);
	if (c < 0) {
		free(d);
		return;
	}
	atomic_store(&d->console->state, CONSOLE_OPEN);
	if (virEventAddHandle(c, VIR_EVENT_HANDLE_READABLE, on_data, d, NULL) < 0) {
		close(c);
		free(d);
	}
}

static void *event_loop(void *data)
{
	(void)data;
	for (;;)
		if (virEventRunDefaultImpl() < 0)
			return NULL;
}

static void answer(int fd, int ok)
{
	const char *text = "ok";

	if (!ok) {
		text = virGetLastErrorMessage();
		if (!text || !*text || !strcmp(text, "no error"))
			text = "unknown error";
	}
	/* Nobody there: the harness has died, and so does this process. */
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		_exit(0);
	virResetLastError();
}

/* Requests are served one by one: the machine that is let run is the one being created. */
static _Atomic(struct vm_console *) creating;

static int on_lifecycle(virConnectPtr c, virDomainPtr d, int event, int detail, void *data)
{
	struct vm_console *console = atomic_load(&creating);

	(void)c;
	(void)d;
	(void)detail;
	(void)data;
	if (console && event == VIR_DOMAIN_EVENT_RESUMED && !atomic_load(&console->running))
		atomic_store(&console->running, now_ns());
	return 0;
}

/* "<slot> <XML>" */
static int create(virConnectPtr c, const char *text, struct vm_console *consoles)
{
	const char *xml = text + strspn(text, "0123456789");
	cleanup_free char *slot = xasprintf("%.*s", (int)(xml - text), text);
	virDomainPtr d;
	uint64_t n;

	if (parse_u64(slot, 0, CONSOLE_SLOTS - 1, &n) < 0)
		return 0;
	atomic_store(&creating, &consoles[n]);
	d = virDomainCreateXML(c, xml, 0);
	if (!d)
		return 0;
	virDomainFree(d);
	return 1;
}

/* Makes libvirt ask QEMU what it can, which takes seconds the first time. */
static int probe(virConnectPtr c, const char *emulator)
{
	char *text = virConnectGetDomainCapabilities(c, emulator, "x86_64", "q35", NULL, 0);

	if (!text)
		return 0;
	free(text);
	return 1;
}

static int destroy(virConnectPtr c, const char *name)
{
	virDomainPtr d = virDomainLookupByName(c, name);
	int ok;

	if (!d)
		return virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;
	ok = virDomainDestroy(d) == 0 || virGetLastErrorCode() == VIR_ERR_NO_DOMAIN ||
		virGetLastErrorCode() == VIR_ERR_OPERATION_INVALID;
	virDomainFree(d);
	return ok;
}

static int drain(const char *slot, int fd, int event, struct vm_console *consoles)
{
	uint64_t n;
	struct drain *d;

	if (fd < 0 || parse_u64(slot, 0, CONSOLE_SLOTS - 1, &n) < 0)
		return 0;
	d = xcalloc(1, sizeof(*d));
	*d = (struct drain){.console = &consoles[n], .event = event};
	return virEventAddHandle(fd, VIR_EVENT_HANDLE_READABLE, on_connect, d, NULL) >= 0;
}

/* One request; *passed is the descriptor that came with it, or -1. */
static ssize_t receive(int fd, char *text, size_t size, int *passed)
{
	struct iovec iov = {.iov_base = text, .iov_len = size - 1};
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr m = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space)};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c;

	*passed = -1;
	if (n <= 0)
		return n;
	text[n] = 0;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(passed, CMSG_DATA(c), sizeof(*passed));
	return n;
}

static void quiet(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

void helper_main(const char *uri, int fd, int event, struct vm_console *consoles)
{
	char *text = xmalloc(HELPER_MESSAGE);
	virConnectPtr c = NULL;
	pthread_t thread;
	int passed;

	virSetErrorFunc(NULL, quiet);
	if (virEventRegisterDefaultImpl() == 0 &&
		pthread_create(&thread, NULL, event_loop, NULL) == 0)
		c = virConnectOpen(uri);
	answer(fd, c != NULL);
	if (!c)
		_exit(1);
	/* Refused by drivers that have no wire in between. */
	if (virConnectSetKeepAlive(c, KEEPALIVE_SECONDS, KEEPALIVE_COUNT) < 0)
		virResetLastError();
	if (virConnectDomainEventRegisterAny(c, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
		    VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), NULL, NULL) < 0)
		virResetLastError();
	while (receive(fd, text, HELPER_MESSAGE, &passed) > 0) {
		char *rest = text + strcspn(text, " ");

		if (*rest)
			*rest++ = 0;
		if (!strcmp(text, "create"))
			answer(fd, create(c, rest, consoles));
		else if (!strcmp(text, "probe"))
			answer(fd, probe(c, rest));
		else if (!strcmp(text, "destroy"))
			answer(fd, destroy(c, rest));
		else
			answer(fd, !strcmp(text, "drain") && drain(rest, passed, event, consoles));
	}
	/* The harness is gone: no orderly closing, which could wait for a daemon. */
	_exit(0);
}
