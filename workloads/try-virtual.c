/* One process maps far more than there is and touches a part of it in steps; after each step the kernel is asked how
 * much of the mapping is in RAM and how much in swap. device=D makes swap of a whole disk first (a machine of its own
 * only). */
#include "inside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#define MOST_STEPS 32
#define TIME_MS 120000

struct point {
	uint64_t touched, resident, swapped;
};

struct told { /* by the child, one at a time; error ends it */
	char error[128];
	struct point point;
};

/* Rss and Swap of the mapping that begins at start, from its entry in smaps. */
static int look(uintptr_t start, struct point *p)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[512], want[32];
	bool in_it = false, found = false;
	unsigned long long kb;

	snprintf(want, sizeof(want), "%lx-", (unsigned long)start);
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, want, strlen(want)) == 0)
			in_it = found = true;
		else if (in_it && strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
			break;
		else if (in_it && sscanf(line, "Rss: %llu kB", &kb) == 1)
			p->resident = kb * 1024;
		else if (in_it && sscanf(line, "Swap: %llu kB", &kb) == 1)
			p->swapped = kb * 1024;
	}
	if (f)
		fclose(f);
	return found ? 0 : -1;
}

static void touch_in_steps(int line, size_t promise, size_t touch, unsigned steps)
	__attribute__((noreturn));
static void touch_in_steps(int line, size_t promise, size_t touch, unsigned steps)
{
	struct told t = {.error = ""};
	uint64_t x = (uint64_t)now() | 1;
	size_t done = 0;
	char *map;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A mapping without neighbours of its kind: guards keep it from being merged into one entry. */
	map = mmap(NULL, promise + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		0);
	if (map == MAP_FAILED || mprotect(map + 4096, promise, PROT_READ | PROT_WRITE) < 0) {
		snprintf(
			t.error, sizeof(t.error), "cannot map %zu B: %s", promise, strerror(errno));
		(void)!write(line, &t, sizeof(t));
		_exit(1);
	}
	map += 4096;
	madvise(map, promise, MADV_NOHUGEPAGE);
	for (unsigned s = 0; s <= steps; s++) {
		size_t end = touch / steps * s & ~(size_t)4095;

		for (; done < end; done += 8) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(map + done, &x, sizeof(x));
		}
		t.point = (struct point){.touched = done};
		if (look((uintptr_t)map, &t.point) < 0)
			snprintf(t.error, sizeof(t.error), "its mapping is not in smaps");
		if (write(line, &t, sizeof(t)) != sizeof(t) || *t.error)
			_exit(1);
	}
	_exit(0);
}

/* The header of mkswap(8): version 1, pages beyond the first, the magic at the end of the first page. */
static int make_swap(const char *device, struct answer *a)
{
	static union {
		char page[4096];
		struct {
			char boot[1024];
			uint32_t version, last_page, bad_pages;
		} info;
	} head;
	int fd = open(device, O_RDWR | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	int outcome = 0;

	memset(&head, 0, sizeof(head));
	head.info.version = 1;
	head.info.last_page = (uint32_t)(size / 4096 - 1);
	memcpy(head.page + 4096 - 10, "SWAPSPACE2", 10);
	if (size < 10 * 4096 || sysconf(_SC_PAGESIZE) != 4096 ||
		pwrite(fd, &head, sizeof(head), 0) != sizeof(head) || fsync(fd) < 0)
		outcome = answer_fail(
			a, "virtual: %s: cannot be made swap: %s", device, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (outcome == 0 && swapon(device, 0) < 0 && errno != EBUSY)
		outcome = answer_fail(a, "virtual: swapon %s: %s", device, strerror(errno));
	return outcome;
}

static uint64_t swap_total(void)
{
	char text[4096], *at;
	unsigned long long kb = 0;

	if (read_small("/proc/meminfo", text, sizeof(text)) > 0 &&
		(at = strstr(text, "SwapTotal:")))
		sscanf(at + 10, " %llu", &kb);
	return kb * 1024;
}

/* " points=touched:resident:swapped,..." from the child; fails when it ends before its last step. */
static int collect(int line, pid_t pid, unsigned steps, struct answer *a)
{
	struct told t = {.error = ""};
	unsigned n = 0;
	int status = 0;
	char text[80];

	answer_raw(a, " points=");
	for (; n <= steps && !*t.error; n++) {
		struct pollfd p = {.fd = line, .events = POLLIN};

		if (poll(&p, 1, TIME_MS) <= 0 || read(line, &t, sizeof(t)) != sizeof(t))
			break;
		t.error[sizeof(t.error) - 1] = '\0';
		snprintf(text, sizeof(text), "%s%llu:%llu:%llu", n ? "," : "",
			(unsigned long long)t.point.touched, (unsigned long long)t.point.resident,
			(unsigned long long)t.point.swapped);
		answer_raw(a, text);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (*t.error)
		return answer_fail(a, "virtual: %s", t.error);
	if (n <= steps)
		return answer_fail(a, "virtual: ended in step %u of %u with status %u", n, steps,
			status_number(status));
	return 0;
}

static int run(struct inside *in, size_t promise, size_t touch, unsigned steps, struct answer *a)
{
	int pipe_fds[2], outcome;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return answer_fail(a, "virtual: pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(in->channel);
		touch_in_steps(pipe_fds[1], promise, touch, steps);
	}
	close(pipe_fds[1]);
	outcome = pid < 0 ? answer_fail(a, "virtual: fork: %s", strerror(errno))
			  : collect(pipe_fds[0], pid, steps, a);
	close(pipe_fds[0]);
	return outcome;
}

int do_virtual(struct inside *in, const struct request *r, struct answer *a)
{
	const char *device = request_get(r, "device");
	uint64_t promise, touch, steps;

	if (request_number(r, "promise", 1ULL << 46, 0, &promise) < 0 ||
		request_number(r, "touch", 1ULL << 40, 0, &touch) < 0 ||
		request_number(r, "steps", MOST_STEPS, 8, &steps) < 0 || steps == 0 ||
		touch > promise || promise % 4096)
		return answer_fail(a,
			"virtual: expected promise (whole pages), touch up to it, steps to %d",
			MOST_STEPS);
	if (device && in->place != PLACE_VM)
		return answer_fail(a, "virtual: only a VM makes swap of its disk");
	if (device && (load_block_device(in, device, a) < 0 || make_swap(device, a) < 0))
		return -1;
	answer_number(a, "swap_total", swap_total());
	return promise ? run(in, promise, touch, (unsigned)steps, a) : 0;
}
