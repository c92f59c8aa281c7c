/* route.h - the way that an instance's traffic takes in one trial, as the probe finds it: set-route.c opens it. */
#ifndef TARE_ROUTE_H
#define TARE_ROUTE_H

#include "agent.h"
#include "cgroup.h"
#include "instance.h"
#include "plan.h"

/* Everything is borrowed, and there until the end of PROBE_PATH. */
struct route {
	enum arm_path path;
	struct agent *near; /* of the host's own, in the lab's namespace, at LAB_GATEWAY */
	struct agent *far; /* the other end: near, the partner's, or the outside host's */
	const char *far_address;
	const struct cgroup *far_cgroup; /* what the far end costs */
	const struct instance *partner; /* with PATH_PAIR, else NULL */
};

#endif
