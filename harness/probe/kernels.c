/* kernels.c - one kernel or N: how many different boot_ids the set has, and how much of its memory is shared. */
#include "probes.h"

#include "procfs.h"
#include "util.h"

#include <string.h>

static void count_kernels(struct measurement *m)
{
	size_t different = 0;

	for (size_t i = 0; i < m->n; i++) {
		size_t k = 0;

		if (!m->instances[i].agent.boot_id[0] ||
			!strcmp(m->instances[i].agent.boot_id, "unknown")) {
			not_measured(m, KERNEL_INSTANCES, SAMPLE_FAILED,
				"%s does not tell its boot_id", m->instances[i].name);
			return;
		}
		while (k < i &&
			strcmp(m->instances[k].agent.boot_id, m->instances[i].agent.boot_id) != 0)
			k++;
		different += k == i;
	}
	measured(m, KERNEL_INSTANCES, (double)different, 0);
}

static int kernels_measure(struct measurement *m, unsigned slot, struct error *err)
{
	struct process_memory sum = {0};

	(void)slot;
	if (!m->n) {
		probe_say(m, &probe_kernels, SAMPLE_SKIPPED, "an empty set");
		return 0;
	}
	count_kernels(m);
	for (size_t i = 0; i < m->n; i++) {
		cleanup_free pid_t *pids = NULL;
		size_t n;

		if (cgroup_pids(m->instances[i].cgroup, &pids, &n, err) < 0)
			return -1;
		for (size_t k = 0; k < n; k++) {
			bool gone = false;

			if (proc_memory_add(m->lab->root, pids[k], &sum, &gone, err) < 0)
				return -1;
		}
	}
	measured(m, MEMORY_SHARED_TEXT, ((double)sum.rss - (double)sum.pss) / (double)m->n, 0);
	return 0;
}

const struct probe probe_kernels = {
	.name = "kernels",
	.help = "how many kernels run the set, and how much of its memory is shared",
	.optional = true,
	.first = KERNEL_INSTANCES,
	.last = MEMORY_SHARED_TEXT,
	.measure = kernels_measure,
};
