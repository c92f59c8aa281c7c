/* spawn count=K: K child processes beside its own one. */
#include "inside.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void run(const struct verb_call *c)
{
	uint64_t count = verb_number(c, "count", 0, 100000, 4);

	for (uint64_t i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			verb_fail(c, "spawn: fork %llu of %llu: %s", (unsigned long long)i + 1,
				(unsigned long long)count, strerror(errno));
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(c->sync);
			verb_pause();
		}
	}
	verb_ready(c);
	verb_pause();
}

const struct verb verb_spawn = {.name = "spawn", .keys = "count", .run = run};
