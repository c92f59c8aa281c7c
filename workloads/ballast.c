/* Known weights that the harness puts into a living instance and takes out again: memory and processes of the
 * agent's own. `tare selftest` finds them with the probes that runs use. */
#include "inside.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REGIONS 64
#define MOST_MIB (1 << 20)
#define MOST_PROCESSES 1000

static struct {
	void *map;
	size_t size;
} regions[REGIONS];
static size_t n_regions;
static pid_t children[MOST_PROCESSES];
static size_t n_children;

static int grow_memory(size_t mib, struct answer *a)
{
	void *map;

	if (n_regions == REGIONS)
		return answer_fail(a, "grow: more than %d times", REGIONS);
	map = map_random(mib << 20);
	if (!map)
		return answer_fail(a, "grow: cannot map %zu MiB: %s", mib, strerror(errno));
	regions[n_regions].map = map;
	regions[n_regions++].size = mib << 20;
	return 0;
}

static int grow_processes(struct inside *in, size_t count, struct answer *a)
{
	if (count > MOST_PROCESSES - n_children)
		return answer_fail(a, "grow: more than %d processes", MOST_PROCESSES);
	for (size_t i = 0; i < count; i++) {
		pid_t parent = getpid(), pid = fork();

		if (pid < 0)
			return answer_fail(a, "grow: fork: %s", strerror(errno));
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() != parent)
				_exit(1);
			close(in->channel);
			verb_pause();
		}
		children[n_children++] = pid;
	}
	return 0;
}

int do_grow(struct inside *in, const struct request *r, struct answer *a)
{
	uint64_t mib, count;

	if (request_number(r, "mib", MOST_MIB, 0, &mib) < 0 ||
		request_number(r, "count", MOST_PROCESSES, 0, &count) < 0)
		return answer_fail(
			a, "grow: expected mib to %d, count to %d", MOST_MIB, MOST_PROCESSES);
	if (mib > 0 && grow_memory((size_t)mib, a) < 0)
		return -1;
	return grow_processes(in, (size_t)count, a);
}

int do_shrink(struct inside *in, const struct request *r, struct answer *a)
{
	(void)in;
	(void)r;
	(void)a;
	while (n_regions > 0) {
		n_regions--;
		munmap(regions[n_regions].map, regions[n_regions].size);
	}
	for (size_t i = 0; i < n_children; i++)
		kill(children[i], SIGKILL);
	/* The answer says that they are gone. */
	while (n_children > 0)
		waitpid(children[--n_children], NULL, 0);
	return 0;
}
