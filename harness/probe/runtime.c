/* runtime.c - do the instances ask their runtime, or the kernel? While a process in each works hard, the system calls and
 * the CPU time of the runtime's processes are taken, less idle; then these are stopped, and the work must go on. The
 * control is a process whose system calls do pass a supervisor: when that one is stopped it must hang. */
#include "probes.h"
#include "runtime-watch.h"

#include "util.h"
#include "wait.h"

#define WINDOW (NSEC_PER_SEC / 2)
#define CALM (NSEC_PER_SEC / 10) /* what was under way when it was stopped is over by then */

struct use { /* of the runtime, in a window */
	double syscalls, cpu; /* 1/s, CPUs */
};

static int all(struct measurement *m, const char *request, struct error *err)
{
	for (size_t i = 0; i < m->n; i++)
		if (agent_call(&m->instances[i].agent, NULL, probe_deadline(&m->instances[i]), err,
			    "%s", request) < 0)
			return -1;
	return 0;
}

static int read_counts(struct measurement *m, uint64_t *counts, struct error *err)
{
	for (size_t i = 0; i < m->n; i++) {
		struct instance *inst = &m->instances[i];
		struct agent_reply reply;

		if (agent_call(&inst->agent, &reply, probe_deadline(inst), err, "work step=count") <
				0 ||
			agent_field(&reply, "count", UINT64_MAX, &counts[i], err) < 0)
			return -1;
	}
	return 0;
}

/* How far the slowest of them got in a window. */
static int progress(struct measurement *m, uint64_t *least, struct error *err)
{
	cleanup_free uint64_t *before = xcalloc(m->n, sizeof(*before));
	cleanup_free uint64_t *after = xcalloc(m->n, sizeof(*after));

	if (read_counts(m, before, err) < 0 || wait_until(now_ns() + WINDOW, err) < 0 ||
		read_counts(m, after, err) < 0)
		return -1;
	*least = UINT64_MAX;
	for (size_t i = 0; i < m->n; i++)
		if (after[i] - before[i] < *least)
			*least = after[i] - before[i];
	return 0;
}

/* Of the daemons, and of what keeps each instance. */
static int cpu_ns(struct measurement *m, uint64_t *sum, struct error *err)
{
	uint64_t one;

	if (cgroup_cpu_ns(m->fixed, sum, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		if (!m->instances[i].keeper)
			continue;
		if (cgroup_cpu_ns(m->instances[i].keeper, &one, err) < 0)
			return -1;
		*sum += one;
	}
	return 0;
}

static int open_watch(struct measurement *m, struct runtime_watch *w, struct error *err)
{
	if (runtime_watch_open(w, m->lab->root, m->fixed, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (m->instances[i].keeper &&
			runtime_watch_add(w, m->instances[i].keeper, err) < 0) {
			runtime_watch_close(w);
			return -1;
		}
	return 0;
}

static int take(struct measurement *m, const struct syscall_count *calls, struct use *out,
	struct error *err)
{
	uint64_t cpu[2], count = syscall_count_read(calls);
	int64_t begin = now_ns();
	double seconds;

	if (cpu_ns(m, &cpu[0], err) < 0 || wait_until(begin + WINDOW, err) < 0 ||
		cpu_ns(m, &cpu[1], err) < 0)
		return -1;
	seconds = (double)(now_ns() - begin) / NSEC_PER_SEC;
	out->syscalls = (double)(syscall_count_read(calls) - count) / seconds;
	out->cpu = (double)(cpu[1] - cpu[0]) / NSEC_PER_SEC / seconds;
	return 0;
}

static double less_idle(double busy, double idle)
{
	return busy > idle ? busy - idle : 0;
}

static void report_use(
	struct measurement *m, const struct use *idle, const struct use *busy, const char *reason)
{
	if (reason)
		not_measured(m, RUNTIME_SYSCALLS, SAMPLE_SKIPPED, "%s", reason);
	else
		measured(m, RUNTIME_SYSCALLS, less_idle(busy->syscalls, idle->syscalls), 0);
	measured(m, RUNTIME_CPU, less_idle(busy->cpu, idle->cpu), 0);
}

/* Between them the workers run: idle first, then busy. */
static int watch_use(
	struct measurement *m, const struct runtime_watch *w, json_t *data, struct error *err)
{
	cleanup_free char *reason = NULL;
	struct use idle = {0}, busy = {0};
	struct syscall_count calls;
	int rc;

	syscall_count_open(&calls, m->lab, w, &reason);
	rc = take(m, &calls, &idle, err);
	if (rc == 0)
		rc = all(m, "work step=begin", err);
	if (rc == 0)
		rc = take(m, &calls, &busy, err);
	syscall_count_close(&calls);
	if (rc < 0)
		return -1;
	report_use(m, &idle, &busy, reason);
	json_object_set_new(data, "processes", runtime_watch_names(w));
	json_object_set_new(
		data, "cpu", json_pack("{s:f, s:f}", "idle", idle.cpu, "busy", busy.cpu));
	if (!reason)
		json_object_set_new(data, "syscalls",
			json_pack("{s:f, s:f}", "idle", idle.syscalls, "busy", busy.syscalls));
	return 0;
}

static int stop_and_look(
	struct measurement *m, struct runtime_watch *w, json_t *data, struct error *err)
{
	uint64_t running, stopped = 0;
	int rc;

	if (progress(m, &running, err) < 0 || runtime_watch_stop(w, err) < 0)
		return -1;
	rc = wait_until(now_ns() + CALM, err) < 0 ? -1 : progress(m, &stopped, err);
	runtime_watch_continue(w);
	if (rc < 0)
		return -1;
	measured(m, RUNTIME_SURVIVES_STOP, stopped > 0, 0);
	json_object_set_new(data, "runtime",
		json_pack("{s:I, s:I}", "running", (json_int_t)running, "stopped",
			(json_int_t)stopped));
	return 0;
}

static int look_at_runtime(struct measurement *m, json_t *data, struct error *err)
{
	struct runtime_watch w = {0};
	int rc;

	if (!m->fixed || open_watch(m, &w, err) < 0) {
		if (err->code)
			return -1;
		for (unsigned id = RUNTIME_SYSCALLS; id <= RUNTIME_SURVIVES_STOP; id++)
			not_measured(m, id, SAMPLE_SKIPPED, "%s",
				m->fixed_unknown
					? m->fixed_unknown
					: "no runtime is left once it has started: no process serves it");
		return 0;
	}
	rc = watch_use(m, &w, data, err);
	if (rc == 0 && (m->fixed_outside || m->fixed_unknown))
		not_measured(m, RUNTIME_SURVIVES_STOP, SAMPLE_SKIPPED,
			"its runtime is the host's own, which is never stopped");
	else if (rc == 0)
		rc = stop_and_look(m, &w, data, err);
	runtime_watch_close(&w);
	return rc < 0 ? -1 : all(m, "work step=end", err);
}

/* It must run, hang while its supervisor is stopped, and run again: else the control proves nothing. */
static int control(struct measurement *m, json_t *data, struct error *err)
{
	uint64_t before, stopped, after;

	if (all(m, "work step=begin supervised=1", err) < 0) {
		if (probe_failed(m, &probe_runtime, err) < 0)
			return -1;
		return 0;
	}
	if (progress(m, &before, err) < 0 || all(m, "work step=freeze", err) < 0 ||
		wait_until(now_ns() + CALM, err) < 0 || progress(m, &stopped, err) < 0 ||
		all(m, "work step=thaw", err) < 0 || progress(m, &after, err) < 0 ||
		all(m, "work step=end", err) < 0)
		return -1;
	json_object_set_new(data, "control",
		json_pack("{s:I, s:I, s:I}", "running", (json_int_t)before, "stopped",
			(json_int_t)stopped, "again", (json_int_t)after));
	if (before && after)
		measured(m, RUNTIME_SUPERVISED_SURVIVES_STOP, stopped > 0, 0);
	else
		not_measured(m, RUNTIME_SUPERVISED_SURVIVES_STOP, SAMPLE_FAILED,
			"the supervised process did not run %s its supervisor was stopped",
			before ? "after" : "before");
	return 0;
}

static int runtime_measure(struct measurement *m, unsigned slot, struct error *err)
{
	json_t *data;
	int rc;

	(void)slot;
	if (!probe_can_ask(m, &probe_runtime))
		return 0;
	data = json_object();
	rc = look_at_runtime(m, data, err);
	if (rc == 0)
		rc = control(m, data, err);
	evidence_add(m, "runtime", data);
	return rc < 0 ? probe_failed(m, &probe_runtime, err) : 0;
}

const struct probe probe_runtime = {
	.name = "runtime",
	.help = "system calls and CPU of the runtime while the instances work hard, and whether they go on without it",
	.optional = true,
	.seconds = 4,
	.first = RUNTIME_SYSCALLS,
	.last = RUNTIME_SUPERVISED_SURVIVES_STOP,
	.measure = runtime_measure,
};
