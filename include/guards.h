/* guards.h - what disturbed a trial: CPU that others took, CPU the hypervisor below took, memory that came back from
 * swap, periods in which an instance was held back. Read before the start and before the stop; the difference is
 * judged against the limits of the plan. */
#ifndef TARE_GUARDS_H
#define TARE_GUARDS_H

#include "cgroup.h"
#include "error.h"
#include "instance.h"
#include "plan.h"
#include "sample.h"

#include <stddef.h>
#include <stdint.h>

/* Counters at one moment. */
struct guard_counters {
	int64_t at; /* CLOCK_MONOTONIC ns */
	double busy, steal; /* CPU seconds of the host, in ticks of 4 ms on most kernels */
	double own; /* CPU seconds of the harness and of the run's groups */
	uint64_t swap_ins; /* pages */
	uint64_t
		throttled; /* periods, of the instances' groups and those that hold the run; and how often heat
			       slowed a CPU */
};

/* Whose work is not foreign: the harness, everything below the run's parent group (instances, peer, libvirt's
 * helper), and groups that a daemon made elsewhere. */
struct guard_sources {
	int root; /* fd of "/" */
	const struct cgroups *hierarchies; /* the host's; NULL = none */
	const struct cgroup *run; /* the run's parent group; NULL = none */
	const struct cgroup *fixed; /* daemons that serve the instances; NULL = none */
	const struct instance *instances;
	size_t n;
};
/* 0, or -1 with *out untouched. */
int guard_read(const struct guard_sources *s, struct guard_counters *out, struct error *err);

/* What counting by ticks may be off, in CPU seconds: five of 4 ms. It matters in short trials only. */
#define GUARD_TICKS 0.02

/* Figures of the time between two readings. Pure. foreign_cpu and steal are CPU seconds per second; never below 0
 * (ticks and nanoseconds differ a little). */
struct guard_figures guard_between(
	const struct guard_counters *before, const struct guard_counters *after);
/* FLAG_FOREIGN_CPU and so on for what is over the plan's limits. Pure. */
unsigned guard_flags(const struct guard_figures *f, const struct plan *p);
/* The flags that only guards set. */
#define GUARD_FLAGS (FLAG_FOREIGN_CPU | FLAG_STEAL | FLAG_SWAP | FLAG_THROTTLED)

#endif
