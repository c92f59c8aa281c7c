/* processes.c - how many things exist because of one workload: by cgroup on the host, never by name; by
 * the agent inside a kernel of its own. */
#include "probes.h"

#include "procfs.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_NS (10 * NSEC_PER_SEC)

struct census {
	double host, threads, host_kernel, guest_user, guest_kernel, guest_pool, payload;
};

/* One more of that name in a layer; foreign bytes, if any, are left out of the name. */
static void note(struct measurement *m, const char *layer, const char *name)
{
	json_t *names, *count;

	if (!m->plan->keep_census)
		return;
	if (!m->census)
		m->census = json_object();
	names = json_object_get(m->census, layer);
	if (!names) {
		names = json_object();
		json_object_set_new(m->census, layer, names);
	}
	count = json_object_get(names, name);
	if (json_object_set_new(names, name, json_integer(json_integer_value(count) + 1)) < 0)
		json_object_set_new(names, "?", json_integer(1));
}

static int count_host(struct measurement *m, const char *layer, const struct cgroup *cg,
	double *processes, double *threads, struct error *err)
{
	cleanup_free pid_t *pids = NULL;
	size_t n;

	if (cgroup_pids(cg, &pids, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct process_stat st;
		bool gone = false;

		if (proc_stat(m->lab->root, pids[i], &st, &gone, err) < 0)
			return -1;
		if (gone)
			continue;
		note(m, layer, st.comm);
		*processes += 1;
		*threads += st.threads - 1;
	}
	return 0;
}

/* A kernel thread made for a process carries its pid in its name (kvm-nx-lpage-recovery-PID, kvm-pit/PID,
 * vhost-PID): the number is looked for, not the name. */
static bool named_after(const char *comm, pid_t pid)
{
	cleanup_free char *digits = xasprintf("%ld", (long)pid);
	const char *at = strstr(comm, digits);
	size_t n = strlen(digits);

	for (; at; at = strstr(at + 1, digits)) {
		bool starts = at > comm && (at[-1] < '0' || at[-1] > '9');

		if (starts && (at[n] < '0' || at[n] > '9') && strncmp(comm, "kworker", 7) != 0)
			return true;
	}
	return false;
}

static int count_host_kernel(struct measurement *m, double *count, struct error *err)
{
	cleanup_free pid_t *pids = NULL;
	size_t n;

	if (proc_pids(m->lab->root, &pids, &n, err) < 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		struct process_stat st;
		bool gone = false;

		if (proc_stat(m->lab->root, pids[k], &st, &gone, err) < 0)
			return -1;
		for (size_t i = 0; !gone && st.kernel_thread && i < m->n; i++)
			if (named_after(st.comm, m->instances[i].root_pid)) {
				/* the number in the name is a pid: another one each time */
				st.comm[strcspn(st.comm, "0123456789")] = '\0';
				note(m, "host_kernel", st.comm);
				*count += 1;
				break;
			}
	}
	return 0;
}

/* A comma between names; kernel threads in brackets; a pool's workers under one name. */
static int note_inside(struct measurement *m, struct instance *i, struct error *err)
{
	cleanup_free char *names = NULL;
	struct agent_reply reply;
	char *save = NULL;

	if (!m->plan->keep_census)
		return 0;
	if (agent_call(&i->agent, &reply, now_ns() + ANSWER_NS, err, "census names=1") < 0)
		return -1;
	names = agent_field_text(&reply, "names");
	for (char *n = strtok_r(names ? names : (char[]){""}, ",", &save); n;
		n = strtok_r(NULL, ",", &save)) {
		bool kernel = *n == '[';

		if (!strncmp(n, "[kworker", 8) || !strcmp(n, "(udev-worker)"))
			note(m, "guest_pool", kernel ? "[kworker]" : n);
		else
			note(m,
				!i->own_kernel   ? "inside"
					: kernel ? "guest_kernel"
						 : "guest_user",
				n);
	}
	return 0;
}

static int count_inside(
	struct measurement *m, struct instance *i, struct census *c, struct error *err)
{
	struct agent_reply reply;
	uint64_t user, kernel, pool, payload;

	if (agent_call(&i->agent, &reply, now_ns() + ANSWER_NS, err, "census") < 0 ||
		agent_field(&reply, "user", 1 << 22, &user, err) < 0 ||
		agent_field(&reply, "kernel", 1 << 22, &kernel, err) < 0 ||
		agent_field(&reply, "pool", 1 << 22, &pool, err) < 0 ||
		agent_field(&reply, "payload", 1 << 22, &payload, err) < 0)
		return -1;
	if (note_inside(m, i, err) < 0)
		return -1;
	c->payload += (double)payload;
	if (i->own_kernel) {
		c->guest_user += (double)user;
		c->guest_kernel += (double)kernel;
		c->guest_pool += (double)pool;
	}
	return 0;
}

static void report_inside(struct measurement *m, const struct census *c, const struct error *err)
{
	double n = m->n ? (double)m->n : 1.0;
	double total = c->host + c->host_kernel + c->guest_user + c->guest_kernel;

	if (err->code) {
		static const enum metric_id unknown[] = {PROCESSES_GUEST_USER,
			PROCESSES_GUEST_KERNEL, PROCESSES_GUEST_POOL, PROCESSES_TOTAL,
			PROCESSES_TARE};

		for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
			not_measured(m, unknown[i], SAMPLE_FAILED, "%s", err->text);
		return;
	}
	measured(m, PROCESSES_GUEST_USER, c->guest_user / n, 0);
	measured(m, PROCESSES_GUEST_KERNEL, c->guest_kernel / n, 0);
	measured(m, PROCESSES_GUEST_POOL, c->guest_pool / n, 0);
	measured(m, PROCESSES_TOTAL, total / n, 0);
	measured(m, PROCESSES_TARE, (total - c->payload) / n, 0);
}

static int processes_measure(struct measurement *m, unsigned slot, struct error *err)
{
	struct error inside = ERROR_INIT;
	struct census c = {0};
	double fixed = 0, fixed_threads = 0, n = m->n ? (double)m->n : 1.0;

	(void)slot;
	for (size_t i = 0; i < m->n; i++) {
		if (count_host(m, "host", m->instances[i].cgroup, &c.host, &c.threads, err) < 0)
			return -1;
		if (m->instances[i].agent.fd < 0)
			error_set(&inside, EXIT_ARM, "no agent inside to ask");
		else if (!inside.code)
			count_inside(m, &m->instances[i], &c, &inside);
	}
	if (count_host_kernel(m, &c.host_kernel, err) < 0)
		return -1;
	if (m->fixed && count_host(m, "fixed", m->fixed, &fixed, &fixed_threads, err) < 0)
		return -1;
	measured(m, PROCESSES_HOST, c.host / n, 0);
	measured(m, PROCESSES_THREADS, c.threads / n, 0);
	measured(m, PROCESSES_HOST_KERNEL, c.host_kernel / n, 0);
	if (m->fixed_unknown)
		not_measured(m, PROCESSES_FIXED, SAMPLE_SKIPPED, "%s", m->fixed_unknown);
	else
		measured(m, PROCESSES_FIXED, fixed, 0);
	report_inside(m, &c, &inside);
	return 0;
}

const struct probe probe_processes = {
	.name = "processes",
	.help = "how many processes and threads exist because of the workload, host and guest",
	.first = PROCESSES_HOST,
	.last = PROCESSES_FIXED,
	.measure = processes_measure,
};
