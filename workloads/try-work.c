/* A process that works hard: system calls and arithmetic without a pause, counted in memory that the agent reads. With
 * supervised=1 its system calls pass a supervisor (a seccomp notification each), which step=freeze stops and step=thaw
 * lets go on: the control of "does it go on without its runtime?". The supervisor is a process inside, so nothing
 * stays stopped when the instance ends. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 10000

static struct {
	pid_t worker, supervisor; /* 0 = none */
	_Atomic uint64_t *count;
} work;

static void send_fd(int line, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 'N';
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	sendmsg(line, &m, MSG_NOSIGNAL);
}

static int receive_fd(int line)
{
	char control[CMSG_SPACE(sizeof(int))] = {0}, byte;
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	int fd = -1;

	if (recvmsg(line, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/* line: to the supervisor, or -1; begun: closed once it has counted. */
static void worker(int line, int begun) __attribute__((noreturn));
static void worker(int line, int begun)
{
	volatile uint64_t x = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "work");
	if (line >= 0) {
		int notify = notify_install(SYS_getppid);

		if (notify < 0)
			_exit(1);
		send_fd(line, notify);
		close(notify);
		close(line);
	}
	for (;;) {
		syscall(SYS_getppid);
		for (int i = 0; i < 200; i++)
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		*work.count += 1;
		if (begun >= 0) {
			(void)!write(begun, "b", 1);
			close(begun);
			begun = -1;
		}
	}
}

static void supervisor(int line) __attribute__((noreturn));
static void supervisor(int line)
{
	int notify;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "supervisor");
	notify = receive_fd(line);
	while (notify >= 0) {
		struct pollfd p = {.fd = notify, .events = POLLIN};

		if (poll(&p, 1, -1) <= 0 || !(p.revents & POLLIN))
			break;
		listen_notify_answer(notify);
	}
	_exit(0);
}

static void end_one(pid_t *pid)
{
	if (!*pid)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void end(void)
{
	end_one(&work.worker);
	end_one(&work.supervisor);
}

/* The worker's line is -1 without a supervisor. */
static int fork_both(struct inside *in, bool supervised, int begun, struct answer *a)
{
	int pair[2] = {-1, -1};
	pid_t pid;

	if (supervised) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
			return answer_fail(a, "work: socketpair: %s", strerror(errno));
		pid = fork();
		if (pid == 0) {
			close(in->channel);
			close(pair[1]);
			supervisor(pair[0]);
		}
		close(pair[0]);
		work.supervisor = pid > 0 ? pid : 0;
	}
	pid = fork();
	if (pid == 0) {
		close(in->channel);
		worker(pair[1], begun);
	}
	if (pair[1] >= 0)
		close(pair[1]);
	work.worker = pid > 0 ? pid : 0;
	if (work.worker && (!supervised || work.supervisor))
		return 0;
	end();
	return answer_fail(a, "work: fork: %s", strerror(errno));
}

static bool make_count(void)
{
	void *page = work.count;

	if (!page)
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return false;
	work.count = page;
	*work.count = 0;
	return true;
}

/* Answers once it counts. */
static int begin(struct inside *in, bool supervised, struct answer *a)
{
	struct pollfd p = {.events = POLLIN};
	int begun[2], outcome;
	char byte;

	end();
	if (!make_count() || pipe2(begun, O_CLOEXEC) < 0)
		return answer_fail(a, "work: %s", strerror(errno));
	outcome = fork_both(in, supervised, begun[1], a);
	close(begun[1]);
	p.fd = begun[0];
	/* Its end without a byte: it could not begin. */
	if (outcome == 0 && (poll(&p, 1, START_MS) <= 0 || read(begun[0], &byte, 1) != 1)) {
		end();
		outcome = answer_fail(a,
			supervised ? "work: cannot be supervised here (seccomp notification)"
				   : "work: it does not begin");
	}
	close(begun[0]);
	return outcome;
}

int do_work(struct inside *in, const struct request *r, struct answer *a)
{
	const char *step = request_get(r, "step");
	uint64_t supervised;

	if (!step || request_number(r, "supervised", 1, 0, &supervised) < 0)
		return answer_fail(a, "work: expected step, and supervised 0 or 1");
	if (strcmp(step, "begin") == 0)
		return begin(in, supervised, a);
	if (strcmp(step, "end") == 0) {
		end();
		return 0;
	}
	if (!work.worker)
		return answer_fail(a, "work: nothing was begun");
	if (strcmp(step, "count") == 0) {
		answer_number(a, "count", *work.count);
		answer_number(a, "ns", (uint64_t)now());
		return 0;
	}
	if (!work.supervisor || (strcmp(step, "freeze") != 0 && strcmp(step, "thaw") != 0))
		return answer_fail(a,
			"work: expected step=begin, count, end, and with a supervisor freeze or thaw");
	kill(work.supervisor, *step == 'f' ? SIGSTOP : SIGCONT);
	if (*step == 'f') {
		siginfo_t info;

		/* Until it has stopped, which is not when the signal was sent. */
		waitid(P_PID, (id_t)work.supervisor, &info, WSTOPPED);
	}
	return 0;
}
