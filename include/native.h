/* native.h - an agent of the host's own as the far end of a path: a process in the peer's cgroup on the peer's CPU, in
 * the lab's network namespace or another. */
#ifndef TARE_NATIVE_H
#define TARE_NATIVE_H

#include "agent.h"
#include "error.h"
#include "traffic.h"

#include <sys/types.h>

struct native {
	struct agent agent;
	pid_t pid; /* 0 = none */
};
#define NATIVE_INIT                                                                                \
	{                                                                                          \
		.agent = AGENT_INIT                                                                \
	}
/* netns: a network namespace, -1 = the caller's. Errors are EXIT_ARM. native_stop() after it, whatever it returned. */
int native_start(struct native *n, const char *agent_path, const struct traffic_peer *place,
	int netns, int64_t deadline, struct error *err);
/* Ended and reaped. May be called twice. */
void native_stop(struct native *n);

#endif
