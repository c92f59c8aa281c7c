/* spawn-child.c - the helper and the child it clones. Nothing here returns to the harness's code; only
 * system calls and buffers that exist already are used. */
#include "spawn-wire.h"

#include "util.h"
#include "wait.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

_Static_assert((int)SPAWN_WIRE == WIRE_FD, "the agent finds its channel at WIRE_FD");

#define STACK_SIZE (128 * 1024)

struct born {
	const struct spawn_spec *spec;
	struct spawn_child child;
};

/* Never raised: where the hard limit is lower already, it stays. */
static const struct {
	int resource;
	rlim_t soft, hard;
} rlimits[] = {
	{RLIMIT_NOFILE, 1024, 1024},
	{RLIMIT_CORE, 0, 0},
	{RLIMIT_STACK, 8 << 20, RLIM_INFINITY},
	{RLIMIT_MEMLOCK, 64 << 10, 64 << 10},
	{RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY},
};

/* The environment of every agent; the workload's own comes over the control channel. */
static char address[32] = "TARE_ADDRESS=";
static char *environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/", "TERM=linux", NULL, NULL};
#define ENVIRONMENT_MORE                                                                           \
	3 /* one of the two: the address, or what tells systemd that it is in a container */
static char in_container[] = "container=tare";

static _Noreturn void report(const struct spawn_child *c)
{
	struct spawn_report r = {.errnum = errno};

	strncpy(r.step, c->step, sizeof(r.step) - 1);
	write_all(c->report, &r, sizeof(r));
	_exit(126);
}

int spawn_step(struct spawn_child *c, const char *name)
{
	c->step = name;
	if (!c->fail_step || strcmp(c->fail_step, name) != 0)
		return 0;
	errno = EPERM;
	return -1;
}

int spawn_die_with_harness(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/* EOF: the harness died or gave up, and nobody reads reports any more. */
static int wait_word(int fd, char word)
{
	char got = 0;
	ssize_t n = read(fd, &got, 1);

	if (n == 0)
		_exit(125);
	if (n == 1 && got == word)
		return 0;
	if (n == 1)
		errno = EPROTO;
	return -1;
}

int spawn_wait_identity(struct spawn_child *c)
{
	if (spawn_step(c, "identity") < 0 || spawn_die_with_harness() < 0)
		return -1;
	return wait_word(SPAWN_SYNC, SPAWN_GO_IDENTITY);
}

int spawn_wait_network(struct spawn_child *c)
{
	return spawn_step(c, "network") < 0 ? -1 : wait_word(SPAWN_SYNC, SPAWN_GO_NETWORK);
}

int spawn_limits(struct spawn_child *c)
{
	if (spawn_step(c, "limits") < 0)
		return -1;
	for (size_t n = 0; n < ARRAY_SIZE(rlimits); n++) {
		struct rlimit now, want = {rlimits[n].soft, rlimits[n].hard};

		if (getrlimit(rlimits[n].resource, &now) < 0)
			return -1;
		if (want.rlim_max > now.rlim_max)
			want.rlim_max = now.rlim_max;
		if (want.rlim_cur > want.rlim_max)
			want.rlim_cur = want.rlim_max;
		if (setrlimit(rlimits[n].resource, &want) < 0)
			return -1;
	}
	return 0;
}

int spawn_close_fds(struct spawn_child *c)
{
	if (spawn_step(c, "descriptors") < 0)
		return -1;
	return (int)syscall(SYS_close_range, SPAWN_REPORT + 1, ~0U, 0);
}

static int child_main(void *arg)
{
	struct born *b = arg;
	char *const argv[] = {
		b->spec->init ? (char *)(uintptr_t)b->spec->init : "/tare/agent", NULL};

	if (b->spec->child(&b->child, b->spec->data) == 0 && spawn_step(&b->child, "execve") == 0)
		execve(argv[0], argv, environment);
	report(&b->child);
}

/* Descriptors to their places. Two rounds, because a place may still hold the source of another. */
static int arrange(const int ends[SPAWN_FDS])
{
	int moved[SPAWN_FDS] = {0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	null = fcntl(null, F_DUPFD_CLOEXEC, 2 * SPAWN_FDS);
	if (null < 0)
		return -1;
	for (int fd = SPAWN_WIRE; fd < SPAWN_FDS; fd++) {
		moved[fd] = fcntl(ends[fd], F_DUPFD_CLOEXEC, 2 * SPAWN_FDS);
		if (moved[fd] < 0)
			return -1;
	}
	for (int fd = 0; fd < SPAWN_FDS; fd++)
		if (dup3(fd < SPAWN_WIRE ? null : moved[fd], fd, fd <= SPAWN_WIRE ? 0 : O_CLOEXEC) <
			0)
			return -1;
	return (int)syscall(SYS_close_range, SPAWN_FDS, ~0U, 0);
}

/* A session of its own keeps the terminal's Ctrl-C away: the harness decides when to end. The cgroup comes
 * before the descriptors, whose rearrangement closes the harness's. */
static int settle_in(struct spawn_child *c, const struct spawn *s, const int ends[SPAWN_FDS])
{
	interrupt_reset_child();
	setsid();
	umask(022);
	if (spawn_step(c, "helper") < 0 || spawn_die_with_harness() < 0)
		return -1;
	if (spawn_step(c, "cgroup") < 0 || (s->spec.cgroup && cgroup_join(s->spec.cgroup, 0) < 0))
		return -1;
	if (spawn_step(c, "tree") < 0 || chdir(s->spec.root) < 0)
		return -1;
	if (spawn_step(c, "channels") < 0 || arrange(ends) < 0)
		return -1;
	c->report = SPAWN_REPORT;
	return 0;
}

/* The child runs on a stack of its own in our memory. Until it has been executed we only make system
 * calls that cannot fail: errno and malloc belong to it. CLOEXEC on the child's table is not ours. */
static int clone_child(struct born *b, char *stack)
{
	int flags = b->spec->namespaces | CLONE_VM | CLONE_PARENT;

	return clone(child_main, stack + STACK_SIZE, flags, b);
}

_Noreturn void spawn_helper(const struct spawn *s, const int ends[SPAWN_FDS])
{
	static char stack[STACK_SIZE] __attribute__((aligned(16)));
	struct born b = {.spec = &s->spec,
		.child = {.fail_step = s->fail_step, .report = ends[SPAWN_REPORT]}};
	char ready = SPAWN_READY, last;
	pid_t pid;

	if (s->spec.address) {
		strncat(address, s->spec.address, sizeof(address) - strlen(address) - 1);
		environment[ENVIRONMENT_MORE] = address;
	}
	if (s->spec.init)
		environment[ENVIRONMENT_MORE] = in_container;
	if (settle_in(&b.child, s, ends) < 0)
		report(&b.child);
	if (write(SPAWN_CONTROL, &ready, 1) != 1 || wait_word(SPAWN_CONTROL, SPAWN_START) < 0)
		_exit(125);
	pid = spawn_step(&b.child, "clone") < 0 ? -1 : clone_child(&b, stack);
	if (pid < 0)
		report(&b.child);
	if (write(SPAWN_CONTROL, &pid, sizeof(pid)) != sizeof(pid))
		kill(pid, SIGKILL);
	/* Else the harness would not see the child's end of the report pipe close. */
	syscall(SYS_close_range, SPAWN_REPORT, SPAWN_SYNC, 0);
	while (read(SPAWN_CONTROL, &last, 1) > 0)
		;
	_exit(0);
}
