/* boot.c - one timeline, one clock: the milestones that platforms and the run loop stamped, and the CPU
 * time it took to get there. */
#include "probes.h"

#include "util.h"

#include <time.h>

static int64_t own_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* CPU time so far of the instances, the daemons that serve them, and the harness. */
static int cpu_ns(struct measurement *m, int64_t *out, struct error *err)
{
	int64_t sum = own_cpu_ns();
	uint64_t ns;

	for (size_t i = 0; i < m->n; i++) {
		if (!m->instances[i].cgroup)
			continue;
		if (cgroup_cpu_ns(m->instances[i].cgroup, &ns, err) < 0)
			return -1;
		sum += (int64_t)ns;
	}
	if (m->fixed) {
		if (cgroup_cpu_ns(m->fixed, &ns, err) < 0)
			return -1;
		sum += (int64_t)ns;
	}
	*out = sum;
	return 0;
}

static int boot_before(struct measurement *m, unsigned slot, struct error *err)
{
	int64_t *start = m->data[slot] = xcalloc(1, sizeof(*start));

	return cpu_ns(m, start, err);
}

static int boot_ready(struct measurement *m, unsigned slot, struct error *err)
{
	const int64_t *start = m->data[slot];
	int64_t end;

	if (cpu_ns(m, &end, err) < 0)
		return -1;
	measured(m, BOOT_CPU, (double)(end - *start) / NSEC_PER_SEC / (m->n ? (double)m->n : 1.0),
		0);
	return 0;
}

/* Mean over the set of the time from one milestone to another; false if one was not passed. */
static bool mean_time(
	const struct measurement *m, enum milestone from, enum milestone to, double *out)
{
	double sum = 0;

	for (size_t i = 0; i < m->n; i++) {
		const int64_t *at = m->instances[i].at;

		if (!at[from] || at[to] < at[from])
			return false;
		sum += (double)(at[to] - at[from]) / NSEC_PER_SEC;
	}
	*out = m->n ? sum / (double)m->n : 0;
	return m->n > 0;
}

/* Why nobody outside asked. */
static const char *no_first_response(const struct measurement *m)
{
	if (m->n && m->workload->port && !m->instances[0].address[0])
		return "it has no address in the lab (an engine outside keeps its own bridge and NAT), so no client there can reach it";
	return "the workload serves no TCP port that a client outside could ask";
}

static int boot_after(struct measurement *m, unsigned slot, struct error *err)
{
	static const struct {
		enum metric_id id;
		enum milestone from, to;
		const char *reason; /* NULL: no_first_response() */
	} rows[] = {
		{BOOT_ENGINE, AT_REQUEST, AT_ENGINE, "no container engine that executes a shim"},
		{BOOT_SHIM, AT_REQUEST, AT_SHIM, "no shim that executes an OCI runtime"},
		{BOOT_SPAWN, AT_REQUEST, AT_SPAWN,
			"the execution of the root process was not seen"},
		{BOOT_RUNNING, AT_REQUEST, AT_RUNNING,
			"nothing holds it still once it is executed, or nobody tells"},
		{BOOT_KERNEL, AT_REQUEST, AT_KERNEL, "no guest kernel: it runs on the host's"},
		{BOOT_INIT, AT_REQUEST, AT_INIT, "nothing came from PID 1 inside"},
		{BOOT_READY, AT_REQUEST, AT_READY, "it did not become ready"},
		{BOOT_FIRST_RESPONSE, AT_REQUEST, AT_FIRST_RESPONSE, NULL},
		{BOOT_STOP, AT_STOP, AT_STOPPED, "it was not stopped in order"},
	};
	double value;

	(void)err;
	free(m->data[slot]);
	m->data[slot] = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (mean_time(m, rows[i].from, rows[i].to, &value))
			measured(m, rows[i].id, value, 0);
		else
			not_measured(m, rows[i].id, SAMPLE_SKIPPED, "%s",
				!m->n                    ? "an empty set"
					: rows[i].reason ? rows[i].reason
							 : no_first_response(m));
	}
	if (m->n)
		measured(m, BOOT_PREPARE, (double)m->prepare_ns / NSEC_PER_SEC / (double)m->n, 0);
	else
		not_measured(m, BOOT_PREPARE, SAMPLE_SKIPPED, "an empty set");
	return 0;
}

const struct probe probe_boot = {
	.name = "boot",
	.help = "milestones from the start request to the first answer, and CPU time until ready",
	.first = BOOT_PREPARE,
	.last = BOOT_STOP,
	.before = boot_before,
	.ready = boot_ready,
	.after = boot_after,
};
