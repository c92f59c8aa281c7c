/* memory.c - what the host pays: PSS and its kin from /proc, charges from the cgroup, the fall of the
 * host's available memory, and what the inside says of itself. The ledger's parts: memory-parts.c. */
#include "probes.h"

#include "memory-parts.h"
#include "procfs.h"
#include "util.h"
#include "wait.h"

#include <string.h>

#define ANSWER_NS (10 * NSEC_PER_SEC)

struct baseline {
	uint64_t available;
	struct parts_base parts;
};

/* Before prepare: a helper that prepare forks and that ends with the start would be in the baseline and not in
 * the reading, and make each instance lighter by itself. The host's memory last: the readings before it take some
 * themselves. */
static int memory_baseline(struct measurement *m, unsigned slot, struct error *err)
{
	struct baseline *b = m->data[slot] = xcalloc(1, sizeof(*b));

	if (memory_parts_before(m, &b->parts, err) < 0)
		return -1;
	return proc_host_available(m->lab->root, &b->available, err);
}

static int memory_before(struct measurement *m, unsigned slot, struct error *err)
{
	return m->data[slot] ? 0 : memory_baseline(m, slot, err);
}

/* The empty set of a slope has totals instead of values per instance. */
static double per_instance(const struct measurement *m, double total)
{
	return total / (m->n ? (double)m->n : 1.0);
}

/* A stranger that maps the same binary halves the PSS of its pages: the sample is flagged. */
static int shared_binary(struct measurement *m, unsigned *flags, struct error *err)
{
	cleanup_free pid_t *all = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		cleanup_free pid_t *pids = NULL;
		size_t count;

		if (cgroup_pids(m->instances[i].cgroup, &pids, &count, err) < 0)
			return -1;
		all = xrealloc(all, (n + count + 1) * sizeof(*all));
		memcpy(all + n, pids, count * sizeof(*all));
		n += count;
	}
	for (size_t i = 0; i < m->n; i++) {
		unsigned strangers = 0;

		if (proc_strangers_with_binary(
			    m->lab->root, m->instances[i].root_pid, all, n, &strangers, err) < 0)
			return -1;
		if (strangers)
			*flags |= FLAG_SHARED_BINARY;
	}
	return 0;
}

static int host_processes(struct measurement *m, struct error *err)
{
	cleanup_free struct cgroup **groups = memory_groups(m);
	struct process_memory sum = {0};
	unsigned flags = 0;

	if (memory_of_groups(m, groups, m->n, &sum, err) < 0 || shared_binary(m, &flags, err) < 0)
		return -1;
	measured(m, MEMORY_PSS, per_instance(m, (double)(sum.pss + sum.hugetlb)), flags);
	measured(m, MEMORY_USS, per_instance(m, (double)(sum.uss + sum.hugetlb)), flags);
	measured(m, MEMORY_RSS, per_instance(m, (double)(sum.rss + sum.hugetlb)), 0);
	measured(m, MEMORY_VIRTUAL, per_instance(m, (double)sum.virtual), 0);
	measured(m, MEMORY_EMULATOR_CODE, per_instance(m, (double)sum.writable_code), 0);
	return 0;
}

static int charges(struct measurement *m, struct error *err)
{
	struct cgroup_memory sum = {.has_kernel = true, .has_peak = true};

	for (size_t i = 0; i < m->n; i++) {
		struct cgroup_memory c;

		if (cgroup_memory(m->instances[i].cgroup, &c, err) < 0)
			return -1;
		sum.total += c.total;
		sum.anon += c.anon;
		sum.shmem += c.shmem;
		sum.file += c.file;
		sum.kernel += c.kernel;
		sum.peak += c.peak;
		sum.has_kernel &= c.has_kernel;
		sum.has_peak &= c.has_peak;
	}
	measured(m, MEMORY_CGROUP, per_instance(m, (double)sum.total), 0);
	measured(m, MEMORY_CGROUP_ANON, per_instance(m, (double)sum.anon), 0);
	measured(m, MEMORY_CGROUP_SHMEM, per_instance(m, (double)sum.shmem), 0);
	measured(m, MEMORY_CGROUP_FILE, per_instance(m, (double)sum.file), 0);
	if (sum.has_kernel)
		measured(m, MEMORY_CGROUP_KERNEL, per_instance(m, (double)sum.kernel), 0);
	else
		not_measured(m, MEMORY_CGROUP_KERNEL, SAMPLE_SKIPPED,
			"this kernel does not tell what it keeps for a cgroup");
	if (sum.has_peak)
		measured(m, MEMORY_PEAK, per_instance(m, (double)sum.peak), 0);
	else
		not_measured(m, MEMORY_PEAK, SAMPLE_SKIPPED,
			"this kernel keeps no high-water mark of a cgroup (memory.peak)");
	return 0;
}

/* One figure of a reply summed over the set; 0, or -1 with err. */
static int ask(
	struct measurement *m, const char *verb, const char *key, double *sum, struct error *err)
{
	*sum = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct agent_reply reply;
		uint64_t value;

		if (agent_call(&m->instances[i].agent, &reply, now_ns() + ANSWER_NS, err, "%s",
			    verb) < 0 ||
			agent_field(&reply, key, 1ULL << 50, &value, err) < 0)
			return -1;
		*sum += (double)value;
	}
	return 0;
}

static void asked(struct measurement *m, enum metric_id id, const char *verb, const char *key)
{
	struct error err = ERROR_INIT;
	double sum;

	if (ask(m, verb, key, &sum, &err) == 0)
		measured(m, id, per_instance(m, sum), 0);
	else
		not_measured(m, id, SAMPLE_FAILED, "%s", err.text);
}

static bool all_have_agents(const struct measurement *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->instances[i].agent.fd < 0)
			return false;
	return true;
}

/* What a guest kernel says of itself. Without one the limit is all there is to tell. */
static void inside(struct measurement *m)
{
	bool agents = all_have_agents(m);
	double total, available;
	struct error err = ERROR_INIT;

	if (!agents)
		not_measured(m, MEMORY_PAYLOAD, SAMPLE_SKIPPED, "no agent inside to ask");
	else
		asked(m, MEMORY_PAYLOAD, "payload", "pss");
	if (m->n && !m->instances[0].own_kernel) {
		measured(m, MEMORY_GUEST_TOTAL, (double)m->instances[0].memory_limit, 0);
		not_measured(m, MEMORY_GUEST_USED, SAMPLE_SKIPPED,
			"no kernel of its own: its memory is the host's");
	} else if (!m->n || !agents) {
		not_measured(m, MEMORY_GUEST_TOTAL, SAMPLE_SKIPPED, "no guest to ask");
		not_measured(m, MEMORY_GUEST_USED, SAMPLE_SKIPPED, "no guest to ask");
	} else if (ask(m, "meminfo", "total", &total, &err) < 0 ||
		ask(m, "meminfo", "available", &available, &err) < 0) {
		not_measured(m, MEMORY_GUEST_TOTAL, SAMPLE_FAILED, "%s", err.text);
		not_measured(m, MEMORY_GUEST_USED, SAMPLE_FAILED, "%s", err.text);
	} else {
		measured(m, MEMORY_GUEST_TOTAL, per_instance(m, total), 0);
		measured(m, MEMORY_GUEST_USED, per_instance(m, total - available), 0);
	}
}

static int fixed(struct measurement *m, struct error *err)
{
	struct process_memory sum = {0};
	struct cgroup *group = (struct cgroup *)m->fixed;

	if (m->fixed_unknown) {
		not_measured(m, MEMORY_FIXED, SAMPLE_SKIPPED, "%s", m->fixed_unknown);
		return 0;
	}
	if (group && memory_of_groups(m, &group, 1, &sum, err) < 0)
		return -1;
	measured(m, MEMORY_FIXED, (double)sum.pss, 0);
	return 0;
}

static int memory_measure(struct measurement *m, unsigned slot, struct error *err)
{
	const struct baseline *b = m->data[slot];
	uint64_t available;

	/* First, before the readings below take memory themselves. */
	if (proc_host_available(m->lab->root, &available, err) < 0)
		return -1;
	measured(
		m, MEMORY_HOST_DELTA, per_instance(m, (double)b->available - (double)available), 0);
	if (charges(m, err) < 0 || host_processes(m, err) < 0 || fixed(m, err) < 0 ||
		memory_parts_measure(m, &b->parts, err) < 0)
		return -1;
	inside(m);
	return 0;
}

static int memory_after(struct measurement *m, unsigned slot, struct error *err)
{
	(void)err;
	free(m->data[slot]);
	m->data[slot] = NULL;
	return 0;
}

const struct probe probe_memory = {
	.name = "memory",
	.help = "what the host pays in memory: PSS, cgroup charges, fall of available memory",
	.first = MEMORY_PSS,
	.last = MEMORY_TARE,
	.baseline = memory_baseline,
	.before = memory_before,
	.measure = memory_measure,
	.after = memory_after,
};
