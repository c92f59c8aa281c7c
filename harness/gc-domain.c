/* gc-domain.c - destroys a domain of an outside libvirt daemon. The call runs in a child, because a stopped
 * daemon blocks even the opening of the connection. */
#include "ledger.h"

#include "util.h"
#include "wait.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define DEADLINE (10 * NSEC_PER_SEC)

enum outcome { DESTROYED, ABSENT, NO_CONNECTION, REFUSED };

static void quiet(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

static enum outcome destroy(const char *uri, const char *name)
{
	virConnectPtr c;
	virDomainPtr d;
	enum outcome o;

	virSetErrorFunc(NULL, quiet);
	c = virConnectOpen(uri);
	if (!c)
		return NO_CONNECTION;
	d = virDomainLookupByName(c, name);
	if (!d) {
		o = virGetLastErrorCode() == VIR_ERR_NO_DOMAIN ? ABSENT : REFUSED;
	} else {
		o = virDomainDestroy(d) == 0 || virGetLastErrorCode() == VIR_ERR_NO_DOMAIN ||
				virGetLastErrorCode() == VIR_ERR_OPERATION_INVALID
			? DESTROYED
			: REFUSED;
		virDomainFree(d);
	}
	virConnectClose(c);
	return o;
}

/* The child's outcome, or -1: it did not end in time and was killed, or could not be started. */
static int destroy_in_child(const char *uri, const char *name)
{
	cleanup_close int pidfd = -1;
	pid_t parent = getpid(), pid = fork();
	int status = -1;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(REFUSED);
		_exit((int)destroy(uri, name));
	}
	pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return -1;
	if (wait_child(pidfd, &status, now_ns() + DEADLINE, NULL) == 1)
		return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	wait_child(pidfd, NULL, now_ns() + NSEC_PER_SEC, NULL);
	return -1;
}

int gc_domain(const char *uri, const char *name, struct error *err)
{
	char safe_uri[SAFE_TEXT_SIZE], safe_name[SAFE_TEXT_SIZE];
	int outcome = destroy_in_child(uri, name);

	safe_text(uri, safe_uri);
	safe_text(name, safe_name);
	switch (outcome) {
	case DESTROYED:
		return 1;
	case ABSENT:
		return 0;
	case NO_CONNECTION:
		return error_set(err, EXIT_PREREQUISITE,
			"domain %s: cannot connect to %s to remove it, expected a running libvirt daemon; start it and run \"tare gc\"",
			safe_name, safe_uri);
	case REFUSED:
		return error_set(err, EXIT_INTERNAL,
			"domain %s: libvirt at %s did not remove it; run \"virsh -c %s destroy %s\"",
			safe_name, safe_uri, safe_uri, safe_name);
	default:
		return error_set(err, EXIT_PREREQUISITE,
			"domain %s: libvirt at %s gave no answer in 10 s; restart the daemon and run \"tare gc\"",
			safe_name, safe_uri);
	}
}
