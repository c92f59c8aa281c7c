/* memory-parts.c - the memory ledger. Only what MemAvailable charges is a part: anonymous memory, shared memory,
 * unreclaimable kernel memory. No part is made from memory.host_delta, so that the residual (summary-derive.c) can
 * show what was missed. A part more: its row in metric.c, its line in put_parts(), results/README.md. */
#include "memory-parts.h"

#include "util.h"
#include "wait.h"

#include <math.h>

#define ANSWER_NS (10 * NSEC_PER_SEC)
#define MOST (1ULL << 50)

/* Sums over the set. */
struct parts {
	struct guest_parts guest;
	double vmm, translation, kernel, host_kernel, runtime;
	double vmm_virtual, vmm_resident, mapped_files;
	bool has_kernel, any_guest, all_guests, hugetlb;
	struct error inside; /* why guest and workload are not known */
};

struct cgroup **memory_groups(const struct measurement *m)
{
	struct cgroup **groups = xcalloc(m->n + 1, sizeof(struct cgroup *));

	for (size_t i = 0; i < m->n; i++)
		groups[i] = m->instances[i].cgroup;
	return groups;
}

int memory_of_groups(struct measurement *m, struct cgroup *const *groups, size_t n,
	struct process_memory *sum, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_free pid_t *pids = NULL;
		size_t count;

		if (cgroup_pids(groups[i], &pids, &count, err) < 0)
			return -1;
		for (size_t k = 0; k < count; k++) {
			bool gone = false;

			if (proc_memory_add(m->lab->root, pids[k], sum, &gone, err) < 0)
				return -1;
		}
	}
	return 0;
}

/* Daemons that serve the set: an adopted group may have no memory controller of its own, then only their
 * processes count. */
static int fixed_now(struct measurement *m, double *out, struct error *err)
{
	struct cgroup *group = (struct cgroup *)m->fixed;
	struct process_memory sum = {0};
	struct error ignored = ERROR_INIT;
	struct cgroup_memory c = {0};

	*out = 0;
	if (!group)
		return 0;
	if (memory_of_groups(m, &group, 1, &sum, err) < 0)
		return -1;
	*out = (double)(sum.pss_anon + sum.pss_shmem);
	if (cgroup_memory(group, &c, &ignored) == 0 && c.has_kernel)
		*out += (double)c.kernel;
	return 0;
}

/* What MemAvailable never counts as available, and is no part of its formula. */
static int host_kernel_now(struct measurement *m, double *out, struct error *err)
{
	struct meminfo i = {0};

	if (proc_meminfo(m->lab->root, &i, err) < 0)
		return -1;
	*out = (double)i.sunreclaim + (double)i.kernel_stack + (double)i.page_tables +
		(double)i.percpu;
	return 0;
}

int memory_parts_before(struct measurement *m, struct parts_base *base, struct error *err)
{
	*base = (struct parts_base){0};
	for (size_t i = 0; i < m->n; i++) {
		struct cgroup_memory c;

		if (!m->instances[i].cgroup)
			continue;
		if (cgroup_memory(m->instances[i].cgroup, &c, err) < 0)
			return -1;
		base->kernel += (double)c.kernel;
		base->shmem += (double)c.shmem;
	}
	if (fixed_now(m, &base->fixed, err) < 0)
		return -1;
	return host_kernel_now(m, &base->host_kernel, err);
}

/* Inside guest RAM everything is told by the guest but two: what it uses and nothing names is its kernel's, and
 * what is resident but not used was freed. Where less is resident than used, the kernel has pages reserved that it
 * never touched. */
struct guest_parts guest_parts_of(const struct guest_memory *g)
{
	double used = (double)g->ram - (double)g->free - (double)g->percpu_free;
	double resident = (double)g->resident;
	struct guest_parts p = {
		.workload = (double)g->payload_anon + (double)g->payload_shmem,
		.userland = fmax(0, (double)g->anon - (double)g->payload_anon),
		.cache = fmax(0, (double)g->cached + (double)g->buffers - (double)g->payload_shmem),
		.freed = fmax(0, resident - used),
	};

	p.kernel = resident - p.freed - p.workload - p.userland - p.cache;
	return p;
}

static int ask_payload(struct instance *i, uint64_t *anon, uint64_t *shmem, struct error *err)
{
	struct agent_reply reply;

	if (i->agent.fd < 0)
		return error_set(err, EXIT_ARM, "no agent inside to ask");
	if (agent_call(&i->agent, &reply, now_ns() + ANSWER_NS, err, "payload") < 0 ||
		agent_field(&reply, "anon", MOST, anon, err) < 0 ||
		agent_field(&reply, "shmem", MOST, shmem, err) < 0)
		return -1;
	return 0;
}

static int ask_guest(struct instance *i, struct guest_memory *g, struct error *err)
{
	struct agent_reply reply;
	const struct {
		const char *key;
		uint64_t *out;
	} fields[] = {{"free", &g->free}, {"percpu_free", &g->percpu_free}, {"anon", &g->anon},
		{"cached", &g->cached}, {"buffers", &g->buffers}};

	if (ask_payload(i, &g->payload_anon, &g->payload_shmem, err) < 0 ||
		agent_call(&i->agent, &reply, now_ns() + ANSWER_NS, err, "meminfo") < 0)
		return -1;
	for (size_t k = 0; k < ARRAY_SIZE(fields); k++)
		if (agent_field(&reply, fields[k].key, g->ram, fields[k].out, err) < 0)
			return -1;
	return 0;
}

static void add_guest(struct parts *p, const struct guest_parts *g)
{
	p->guest.workload += g->workload;
	p->guest.kernel += g->kernel;
	p->guest.userland += g->userland;
	p->guest.cache += g->cache;
	p->guest.freed += g->freed;
}

static int mappings_of(struct measurement *m, const struct instance *i,
	struct process_mappings *sum, struct error *err)
{
	cleanup_free pid_t *pids = NULL;
	size_t n;

	if (cgroup_pids(i->cgroup, &pids, &n, err) < 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		bool gone = false;

		if (proc_mappings_add(m->lab->root, pids[k], i->ram, sum, &gone, err) < 0)
			return -1;
	}
	return 0;
}

/* An instance with a machine of its own: its monitor from the host's smaps, its RAM from the guest. */
static int add_machine(struct measurement *m, struct instance *i, uint64_t shmem, struct parts *p,
	struct error *err)
{
	struct process_mappings maps = {0};
	struct guest_memory g = {.ram = i->ram};
	struct guest_parts parts;

	if (mappings_of(m, i, &maps, err) < 0)
		return -1;
	p->any_guest = true;
	if (maps.ram_areas != 1) {
		error_set(&p->inside, EXIT_ARM,
			"%u writable mappings have the size of the guest's RAM, expected one",
			maps.ram_areas);
		return 0;
	}
	p->hugetlb = p->hugetlb || maps.ram_hugetlb;
	p->vmm += (double)maps.rest_anon +
		(shmem > maps.ram_shmem ? (double)(shmem - maps.ram_shmem) : 0);
	p->translation += (double)maps.buffer;
	p->vmm_virtual += (double)maps.rest_writable;
	p->vmm_resident += (double)maps.rest_resident;
	g.resident = maps.ram_anon + maps.ram_shmem;
	if (p->inside.code || ask_guest(i, &g, &p->inside) < 0)
		return 0;
	parts = guest_parts_of(&g);
	add_guest(p, &parts);
	return 0;
}

/* Under the host's kernel: the workload from inside, all other anonymous memory is the runtime's. */
static void add_process(struct instance *i, uint64_t host_anon, uint64_t shmem, struct parts *p)
{
	uint64_t anon = 0, mapped = 0;

	p->all_guests = false;
	if (p->inside.code || ask_payload(i, &anon, &mapped, &p->inside) < 0)
		return;
	p->guest.workload += (double)anon + (double)shmem;
	p->runtime += (double)host_anon - (double)anon;
}

static int add_instance(
	struct measurement *m, struct instance *i, struct parts *p, struct error *err)
{
	struct process_memory sum = {0};
	struct cgroup_memory c;

	if (cgroup_memory(i->cgroup, &c, err) < 0 ||
		memory_of_groups(m, &i->cgroup, 1, &sum, err) < 0)
		return -1;
	p->kernel += (double)c.kernel;
	p->has_kernel = p->has_kernel && c.has_kernel;
	/* A tree on a tmpfs of the lab is charged to who made it: for the instance it is a file like any other. */
	p->mapped_files += (double)sum.pss_file +
		(sum.pss_shmem > c.shmem ? (double)(sum.pss_shmem - c.shmem) : 0);
	if (i->ram)
		return add_machine(m, i, c.shmem, p, err);
	add_process(i, sum.pss_anon, c.shmem, p);
	return 0;
}

static void put(struct measurement *m, enum metric_id id, double total, unsigned flags)
{
	measured(m, id, total / (m->n ? (double)m->n : 1.0), flags);
}

static void put_inside(struct measurement *m, const struct parts *p)
{
	static const enum metric_id inside[] = {MEMORY_PART_WORKLOAD, MEMORY_PART_GUEST_KERNEL,
		MEMORY_PART_GUEST_USERLAND, MEMORY_PART_GUEST_CACHE, MEMORY_PART_GUEST_FREED};
	const double value[] = {p->guest.workload, p->guest.kernel, p->guest.userland,
		p->guest.cache, p->guest.freed};

	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		if (p->inside.code)
			not_measured(m, inside[i], SAMPLE_FAILED, "%s", p->inside.text);
		else if (p->hugetlb)
			not_measured(m, inside[i], SAMPLE_SKIPPED,
				"guest RAM is in huge pages of a pool, which MemAvailable does not charge");
		else
			put(m, inside[i], value[i], 0);
	}
}

static void put_parts(struct measurement *m, const struct parts *p)
{
	put_inside(m, p);
	if (p->any_guest && p->inside.code && p->translation <= 0 && p->vmm <= 0) {
		not_measured(m, MEMORY_PART_VMM, SAMPLE_FAILED, "%s", p->inside.text);
		not_measured(m, MEMORY_PART_TRANSLATION, SAMPLE_FAILED, "%s", p->inside.text);
	} else {
		put(m, MEMORY_PART_VMM, p->vmm, 0);
		put(m, MEMORY_PART_TRANSLATION, p->translation,
			p->translation > 0 ? FLAG_EMULATED : 0);
	}
	if (p->inside.code && !p->all_guests)
		not_measured(m, MEMORY_PART_RUNTIME, SAMPLE_FAILED, "%s", p->inside.text);
	else
		put(m, MEMORY_PART_RUNTIME, p->runtime, 0);
	/* Where the cgroup does not tell, all of it is outside. */
	put(m, MEMORY_PART_KERNEL, p->has_kernel ? p->kernel : 0, 0);
	put(m, MEMORY_PART_KERNEL_OUTSIDE, p->host_kernel - (p->has_kernel ? p->kernel : 0), 0);
	put(m, MEMORY_MAPPED_FILES, p->mapped_files, 0);
	if (p->any_guest && !p->inside.code) {
		put(m, MEMORY_VMM_VIRTUAL, p->vmm_virtual, 0);
		put(m, MEMORY_VMM_RESIDENT, p->vmm_resident, 0);
		return;
	}
	for (int id = MEMORY_VMM_VIRTUAL; id <= MEMORY_VMM_RESIDENT; id++)
		not_measured(m, (enum metric_id)id, p->inside.code ? SAMPLE_FAILED : SAMPLE_SKIPPED,
			"%s",
			p->inside.code ? p->inside.text
				: m->n ? "no machine of its own, so no monitor"
				       : "an empty set");
}

int memory_parts_measure(struct measurement *m, const struct parts_base *base, struct error *err)
{
	struct parts p = {.has_kernel = true, .all_guests = true};
	double fixed;

	if (host_kernel_now(m, &p.host_kernel, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (add_instance(m, &m->instances[i], &p, err) < 0)
			return -1;
	if (fixed_now(m, &fixed, err) < 0)
		return -1;
	/* What was there before the start is in the baseline of memory.host_delta, and so in no part. */
	p.kernel -= base->kernel;
	p.host_kernel -= base->host_kernel;
	p.runtime += fixed - base->fixed;
	p.guest.workload -= p.any_guest ? 0 : base->shmem;
	put_parts(m, &p);
	return 0;
}
