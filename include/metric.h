/* metric.h - the one table of metrics: name, unit, direction, kind. Public interface: the names.
 * To add a metric: one enum line, one table line in harness/metric.c. */
#ifndef TARE_METRIC_H
#define TARE_METRIC_H

#include <stdbool.h>

enum metric_better { BETTER_NEITHER, BETTER_LOWER, BETTER_HIGHER };
enum metric_compare { COMPARE_RATIO, COMPARE_DIFF };

enum metric_id {
	MEMORY_PSS,
	MEMORY_USS,
	MEMORY_RSS,
	MEMORY_VIRTUAL,
	MEMORY_EMULATOR_CODE,
	MEMORY_CGROUP,
	MEMORY_CGROUP_ANON,
	MEMORY_CGROUP_SHMEM,
	MEMORY_CGROUP_FILE,
	MEMORY_CGROUP_KERNEL,
	MEMORY_PEAK,
	MEMORY_HOST_DELTA,
	MEMORY_GUEST_TOTAL,
	MEMORY_GUEST_USED,
	MEMORY_PAYLOAD,
	MEMORY_FIXED,
	MEMORY_MAPPED_FILES,
	MEMORY_VMM_VIRTUAL,
	MEMORY_VMM_RESIDENT,
	MEMORY_PART_WORKLOAD,
	MEMORY_PART_GUEST_KERNEL,
	MEMORY_PART_GUEST_USERLAND,
	MEMORY_PART_GUEST_CACHE,
	MEMORY_PART_GUEST_FREED,
	MEMORY_PART_VMM,
	MEMORY_PART_TRANSLATION,
	MEMORY_PART_KERNEL,
	MEMORY_PART_KERNEL_OUTSIDE,
	MEMORY_PART_RUNTIME,
	MEMORY_PART_RESIDUAL,
	MEMORY_TARE_PSS,
	MEMORY_TARE,
	PROCESSES_HOST,
	PROCESSES_THREADS,
	PROCESSES_HOST_KERNEL,
	PROCESSES_GUEST_USER,
	PROCESSES_GUEST_KERNEL,
	PROCESSES_GUEST_POOL,
	PROCESSES_TOTAL,
	PROCESSES_TARE,
	PROCESSES_FIXED,
	BOOT_PREPARE,
	BOOT_SPAWN,
	BOOT_KERNEL,
	BOOT_INIT,
	BOOT_READY,
	BOOT_FIRST_RESPONSE,
	BOOT_CPU,
	BOOT_STOP,
	NETWORK_RX,
	NETWORK_TX,
	NETWORK_HTTP,
	NETWORK_HTTP_TTFB,
	NETWORK_RR_P50,
	NETWORK_RR_P99,
	NETWORK_CONNECTS,
	NETWORK_CPU,
	NETWORK_CPU_INSTANCE,
	NETWORK_CPU_PEER,
	NETWORK_CPU_REST,
	METRIC_COUNT
};

struct metric {
	const char *name; /* "memory.pss" */
	const char *unit; /* "B", "s", "bit/s", "1", "1/s", "s/GiB" */
	enum metric_better better;
	enum metric_compare compare;
	bool exact; /* a count: any spread between trials is a finding */
	bool derived; /* made from other samples by summary, never sampled */
	bool timing; /* a time or a rate: under TCG it is "emulated" */
	const char *help;
};

extern const struct metric metrics[METRIC_COUNT];
/* The metric's id, or -1. */
int metric_find(const char *name);

#endif
