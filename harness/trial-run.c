/* trial-run.c - one trial: prepare, start, ready, settle, measure, stop. Whatever fails, stop follows. */
#include "run.h"

#include "probe.h"
#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define HELLO_SECONDS 30.0
#define EMULATED_FACTOR 4.0 /* TCG boots and runs several times slower: deadlines grow with it */

struct set {
	struct run *run;
	const struct trial *trial;
	struct stage *stage;
	struct instance *instances;
	size_t n, prepared; /* how many prepare() was called on: those are stopped */
	struct measurement m;
};

static int64_t deadline_in(const struct set *s, double seconds)
{
	if (s->stage->emulated)
		seconds *= EMULATED_FACTOR;
	return now_ns() + (int64_t)(seconds * NSEC_PER_SEC);
}

static int prepare_all(struct set *s, struct error *err)
{
	int64_t begin = now_ns();

	for (size_t i = 0; i < s->n; i++) {
		s->prepared = i + 1;
		if (platform_prepare(s->stage, &s->instances[i], err) < 0)
			return -1;
	}
	s->m.prepare_ns = now_ns() - begin;
	return 0;
}

/* The workload is started by the agent; its last answer comes when it is ready. */
static int make_ready(struct set *s, struct instance *i, struct error *err)
{
	const struct workload *w = s->stage->workload;
	unsigned answers;
	int64_t deadline;

	if (i->agent.fd < 0)
		return error_set(err, EXIT_ARM, "%s: no agent inside to start the workload", i->name);
	if (agent_start_workload(&i->agent, w, &answers, err) < 0)
		return -1;
	deadline = deadline_in(s, w->timeout);
	for (unsigned k = 0; k < answers; k++)
		if (agent_answer(&i->agent, NULL, deadline, err) < 0)
			return -1;
	i->at[AT_READY] = now_ns();
	if (!w->port || !i->address[0])
		return 0;
	return traffic_first_response(&s->m.peer, i->address, w->port, w->http_small,
		deadline_in(s, w->timeout), &i->at[AT_FIRST_RESPONSE], err);
}

static int start_all(struct set *s, struct error *err)
{
	for (size_t i = 0; i < s->n; i++) {
		struct instance *inst = &s->instances[i];

		if (platform_start(s->stage, inst, deadline_in(s, HELLO_SECONDS), err) < 0 ||
			make_ready(s, inst, err) < 0)
			return -1;
	}
	return 0;
}

/* Settling is part of the method; an instance that speaks unasked or dies meanwhile ends it. */
static int settle(struct set *s, struct error *err)
{
	int64_t deadline = now_ns() + (int64_t)(s->run->plan->settle * NSEC_PER_SEC);
	struct pollfd fds[48];
	size_t n = s->n < ARRAY_SIZE(fds) ? s->n : ARRAY_SIZE(fds);
	int rc;

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){.fd = s->instances[i].agent.fd, .events = POLLIN};
	rc = wait_fds(fds, n, deadline, err);
	for (size_t i = 0; rc > 0 && i < n; i++)
		if (fds[i].revents)
			return error_set(err, EXIT_ARM, "%s: ended or spoke unasked while it settled",
				s->instances[i].name);
	return rc < 0 ? -1 : 0;
}

/* Every instance must answer at the moment of sampling. */
static int all_alive(struct set *s, struct error *err)
{
	for (size_t i = 0; i < s->n; i++) {
		struct instance *inst = &s->instances[i];

		if (inst->agent.fd >= 0 && agent_call(&inst->agent, NULL, deadline_in(s, 5), err,
						   "census") < 0)
			return error_wrap(err, "%s: not alive when it was to be measured",
				inst->name);
	}
	return 0;
}

static int measure(struct set *s, struct error *err)
{
	if (probes_step(&s->m, PROBE_READY, err) < 0 || settle(s, err) < 0 ||
		all_alive(s, err) < 0 || probes_step(&s->m, PROBE_MEASURE, err) < 0)
		return -1;
	return all_alive(s, err);
}

static int stop_all(struct set *s, struct error *err)
{
	int rc = 0;

	/* One Ctrl-C must not stop the clean-up. */
	interrupt_enable(0);
	for (size_t i = 0; i < s->prepared; i++)
		if (platform_stop(s->stage, &s->instances[i], err) < 0)
			rc = -1;
	interrupt_enable(1);
	return rc;
}

static unsigned sample_flags(const struct set *s, enum metric_id id, unsigned flags)
{
	bool holds_buffer = id <= MEMORY_HOST_DELTA && id != MEMORY_CGROUP_SHMEM &&
		id != MEMORY_CGROUP_FILE && id != MEMORY_CGROUP_KERNEL;

	if (s->stage->emulated && (metrics[id].timing || holds_buffer))
		flags |= FLAG_EMULATED;
	return flags | s->m.extra_flags;
}

static int write_samples(struct set *s, struct error *err)
{
	const struct trial *t = s->trial;

	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct measured_value *v = &s->m.out[id];
		struct sample sample = {.block = t->block, .trial = t->index, .attempt = t->attempt,
			.arm = t->arm->name, .workload = t->workload->name,
			.instances = t->instances, .metric = (enum metric_id)id, .status = v->status,
			.value = v->value, .reason = v->reason};

		if (!v->filled)
			continue;
		if (v->status == SAMPLE_OK)
			sample.flags = sample_flags(s, sample.metric, v->flags);
		if (sample_write(s->run->writer, &sample, err) < 0)
			return -1;
	}
	return sample_trial_done(s->run->writer, t->block, t->index, t->attempt, t->arm->name,
		t->workload->name, t->instances, err);
}

/* The reason and the console's tail: in run.json, in failures/, in the error's text. */
static void keep_failure(struct set *s, struct error *err)
{
	cleanup_free char *tail = NULL, *text = NULL, *name = NULL;
	struct error ignored = ERROR_INIT;

	for (size_t i = 0; i < s->prepared && !tail; i++)
		tail = platform_tail(s->stage, &s->instances[i]);
	run_json_failure(s->run, s->trial, err->text, tail);
	mkdirat(s->run->folder.dirfd, "failures", 0755);
	name = xasprintf("failures/t%u.txt", s->trial->index);
	text = xasprintf("%s %s, block %u, trial %u\n%s\n%s%s", s->trial->arm->name,
		s->trial->workload->name, s->trial->block, s->trial->index, err->text,
		tail ? "\n" : "", tail ? tail : "");
	replace_file_at(s->run->folder.dirfd, name, text, strlen(text), &ignored);
}

static void set_init(struct set *s, struct run *r, const struct trial *t)
{
	memset(s, 0, sizeof(*s));
	s->run = r;
	s->trial = t;
	s->stage = run_stage(r, t);
	s->n = t->instances;
	s->instances = xcalloc(s->n, sizeof(*s->instances));
	for (size_t i = 0; i < s->n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "t%u-%zu", t->index, i);
		instance_init(&s->instances[i], name, (unsigned)i);
		s->instances[i].memory_limit = r->plan->memory;
	}
	measurement_init(&s->m);
	s->m.lab = &r->lab;
	s->m.plan = r->plan;
	s->m.workload = t->workload;
	s->m.instances = s->instances;
	s->m.n = s->n;
	s->m.fixed = s->stage->fixed;
	s->m.peer = (struct traffic_peer){.cgroup = r->peer, .cpu = (int)r->lab.cpu_peer};
}

static bool is_interrupt(const struct error *err)
{
	return err->code == EXIT_INTERRUPTED || err->code == EXIT_TERMINATED;
}

int trial_run(struct run *r, const struct trial *t, struct error *err)
{
	struct error stop_err = ERROR_INIT;
	bool begun = false;
	struct set s;
	int rc;

	set_init(&s, r, t);
	rc = prepare_all(&s, err);
	if (rc == 0) {
		begun = true;
		rc = probes_step(&s.m, PROBE_BEFORE, err);
	}
	if (rc == 0)
		rc = start_all(&s, err);
	if (rc == 0)
		rc = measure(&s, err);
	if (rc < 0 && !is_interrupt(err))
		keep_failure(&s, err);
	if (stop_all(&s, &stop_err) < 0 && rc == 0)
		rc = error_set(err, stop_err.code, "%s", stop_err.text);
	if (begun && probes_step(&s.m, PROBE_AFTER, &stop_err) < 0 && rc == 0)
		rc = error_set(err, stop_err.code, "%s", stop_err.text);
	/* A trial cut by Ctrl-C leaves no record: it was not measured. A failed one says so. */
	if (rc == 0 || !is_interrupt(err)) {
		measurement_fill(&s.m, rc < 0 ? err->text : "the probe said nothing");
		if (write_samples(&s, &stop_err) < 0) {
			rc = -1;
			*err = stop_err;
			err->code = EXIT_INTERNAL;
		}
	}
	measurement_free(&s.m);
	free(s.instances);
	return rc;
}
