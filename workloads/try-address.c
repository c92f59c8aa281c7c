/* Two processes that write different values at one virtual address and read it back; with shared=1 the address is
 * the same memory of both, which is the control. They live from step=begin to step=end, so that other instances can
 * write at that address meanwhile. */
#include "inside.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Below the 39 bits that the smallest user address space has, above any program: 64 GiB. */
#define ADDRESS 0x1000000000ULL
#define SIZE 4096
#define SIDES 2

static struct {
	pid_t pid;
	int line; /* a byte asks, a uint64_t answers */
	uint64_t wrote;
} sides[SIDES];

static void side(int line, int memory, uint64_t value) __attribute__((noreturn));
static void side(int line, int memory, uint64_t value)
{
	volatile uint64_t *word = mmap((void *)(uintptr_t)ADDRESS, SIZE, PROT_READ | PROT_WRITE,
		(memory < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED) | MAP_FIXED_NOREPLACE,
		memory, 0);
	uint64_t out;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (word != (void *)(uintptr_t)ADDRESS)
		_exit(1);
	*word = value;
	/* First "written", then the word as often as it is asked for. */
	for (out = value;; out = *word) {
		if (write_whole(line, &out, sizeof(out)) < 0 || read(line, &byte, 1) != 1)
			_exit(0);
	}
}

static void end_all(void)
{
	for (int i = 0; i < SIDES; i++) {
		if (!sides[i].pid)
			continue;
		kill(sides[i].pid, SIGKILL);
		waitpid(sides[i].pid, NULL, 0);
		close(sides[i].line);
		sides[i].pid = 0;
	}
}

static int begin_one(struct inside *in, int i, int memory, uint64_t value, struct answer *a)
{
	int pair[2];
	uint64_t wrote;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return answer_fail(a, "address: socketpair: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(in->channel);
		close(pair[0]);
		side(pair[1], memory, value);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return answer_fail(a, "address: fork: %s", strerror(errno));
	}
	sides[i].pid = pid;
	sides[i].line = pair[0];
	sides[i].wrote = value;
	if (recv(pair[0], &wrote, sizeof(wrote), 0) != sizeof(wrote) || wrote != value)
		return answer_fail(a, "address: cannot map %llx", ADDRESS);
	return 0;
}

static int begin(struct inside *in, uint64_t value, bool shared, struct answer *a)
{
	int memory = -1, outcome = 0;

	end_all();
	if (shared) {
		memory = memfd_create("tare-address", MFD_CLOEXEC);
		if (memory < 0 || ftruncate(memory, SIZE) < 0)
			return answer_fail(a, "address: memfd: %s", strerror(errno));
	}
	for (int i = 0; i < SIDES && outcome == 0; i++)
		outcome = begin_one(in, i, memory, value + (uint64_t)i, a);
	if (memory >= 0)
		close(memory);
	if (outcome < 0)
		end_all();
	return outcome;
}

static int read_all(struct answer *a)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", ADDRESS);
	answer_text(a, "address", text);
	for (int i = 0; i < SIDES; i++) {
		uint64_t is;

		if (!sides[i].pid)
			return answer_fail(a, "address: nothing was begun");
		if (send(sides[i].line, "r", 1, MSG_NOSIGNAL) != 1 ||
			recv(sides[i].line, &is, sizeof(is), 0) != sizeof(is))
			return answer_fail(a, "address: process %d has ended", i);
		snprintf(text, sizeof(text), "wrote%d", i);
		answer_number(a, text, sides[i].wrote);
		snprintf(text, sizeof(text), "read%d", i);
		answer_number(a, text, is);
	}
	return 0;
}

int do_address(struct inside *in, const struct request *r, struct answer *a)
{
	const char *step = request_get(r, "step");
	uint64_t value, shared;

	if (request_number(r, "value", UINT32_MAX, 1, &value) < 0 ||
		request_number(r, "shared", 1, 0, &shared) < 0)
		return answer_fail(a, "address: expected value to 2^32 - 1, shared 0 or 1");
	if (step && strcmp(step, "begin") == 0)
		return begin(in, value, shared, a);
	if (step && strcmp(step, "read") == 0)
		return read_all(a);
	if (!step || strcmp(step, "end") != 0)
		return answer_fail(a, "address: expected step=begin, read or end");
	end_all();
	return 0;
}
