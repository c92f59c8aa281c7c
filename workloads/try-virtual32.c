/* Runs the 32-bit payload that is carried in the agent (payload32.c) and asks the kernel what it holds. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME_MS 60000

#ifdef PAYLOAD32
__asm__(".section .rodata\n.globl payload32_begin\n.globl payload32_end\npayload32_begin:\n"
	".incbin \"" PAYLOAD32 "\"\npayload32_end:\n.previous\n");
extern const char payload32_begin[], payload32_end[];
#else
static const char payload32_begin[1], *const payload32_end = payload32_begin;
#endif

static size_t payload_size(void)
{
	return (size_t)((uintptr_t)payload32_end - (uintptr_t)payload32_begin);
}

/* A program in memory: the root may be read-only, and /tmp not executable. */
static int program(void)
{
	int fd = memfd_create("tare-payload32", MFD_CLOEXEC);

	if (fd >= 0 && write_whole(fd, payload32_begin, payload_size()) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void child(int fd, int input, int output) __attribute__((noreturn));
static void child(int fd, int input, int output)
{
	static char *const argv[] = {(char *)"payload32", NULL}, *const envp[] = {NULL};
	struct rlimit none = {0, 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &none);
	dup2(input, 0);
	dup2(output, 1);
	fexecve(fd, argv, envp);
	_exit(errno == ENOEXEC ? 126 : 127);
}

/* "Anonymous:" of smaps_rollup: all that it wrote to, its stack included. */
static uint64_t anonymous(pid_t pid)
{
	char path[64], text[4096], *at;
	unsigned long long kb = 0;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	if (read_small(path, text, sizeof(text)) > 0 && (at = strstr(text, "\nAnonymous:")))
		sscanf(at + 11, " %llu", &kb);
	return kb * 1024;
}

static int tell(int from, pid_t pid, struct answer *a)
{
	struct pollfd p = {.fd = from, .events = POLLIN};
	uint32_t told[2];
	int status = 0;

	if (poll(&p, 1, TIME_MS) > 0 && read(from, told, sizeof(told)) == sizeof(told)) {
		answer_number(a, "granted", told[0] * 4096ULL);
		answer_number(a, "touched", told[1] * 4096ULL);
		answer_number(a, "resident", anonymous(pid));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 0;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
		answer_text(a, "refused", "the kernel here runs no 32-bit programs");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		answer_text(a, "refused", "the system call filter here allows no 32-bit programs");
	else
		return answer_fail(
			a, "virtual32: the payload ended with status %u", status_number(status));
	return 0;
}

int do_virtual32(struct inside *in, const struct request *r, struct answer *a)
{
	int to[2], from[2], fd, outcome;
	pid_t pid;

	(void)r;
	if (payload_size() == 0) {
		answer_text(a, "refused", "the agent was built without the 32-bit payload");
		return 0;
	}
	fd = program();
	if (fd < 0 || pipe2(to, O_CLOEXEC) < 0)
		return answer_fail(a, "virtual32: memfd: %s", strerror(errno));
	if (pipe2(from, O_CLOEXEC) < 0)
		return answer_fail(a, "virtual32: pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(in->channel);
		child(fd, to[0], from[1]);
	}
	close(fd);
	close(to[0]);
	close(from[1]);
	outcome = pid < 0 ? answer_fail(a, "virtual32: fork: %s", strerror(errno))
			  : tell(from[0], pid, a);
	close(to[1]);
	close(from[0]);
	return outcome;
}
