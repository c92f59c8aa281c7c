/* memory-parts.h - the memory ledger: what memory.host_delta is made of. Used by the memory probe. */
#ifndef TARE_MEMORY_PARTS_H
#define TARE_MEMORY_PARTS_H

#include "probe.h"
#include "procfs.h"

/* What was there just before the start, when the baseline of memory.host_delta was read: sums over the set. */
struct parts_base {
	double kernel, shmem; /* of the instances' cgroups */
	double host_kernel; /* of the whole host: unreclaimable slab, stacks, page tables, per-CPU */
	double fixed; /* anonymous memory and kernel memory of the daemons that serve the set */
};

/* Adds what every process of the groups holds. */
int memory_of_groups(struct measurement *m, struct cgroup *const *groups, size_t n,
	struct process_memory *sum, struct error *err);
/* New array of the instances' cgroups. */
struct cgroup **memory_groups(const struct measurement *m);

int memory_parts_before(struct measurement *m, struct parts_base *base, struct error *err);
/* Fills memory.part_*, memory.mapped_files, memory.vmm_*. What only the inside knows becomes a failed sample when
 * it does not answer. */
int memory_parts_measure(struct measurement *m, const struct parts_base *base, struct error *err);

/* A guest's RAM divided up, pure. All in B. */
struct guest_memory {
	uint64_t ram; /* size of the machine's RAM */
	uint64_t resident; /* of it on the host, charged (not hugetlb) */
	uint64_t free, percpu_free, anon, cached,
		buffers; /* the guest's /proc/meminfo and /proc/zoneinfo */
	uint64_t payload_anon, payload_shmem; /* PSS of the workload's processes inside */
};
struct guest_parts {
	double workload, kernel, userland, cache, freed; /* sum: resident */
};
struct guest_parts guest_parts_of(const struct guest_memory *g);

#endif
