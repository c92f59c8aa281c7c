/* trial-run.c - one trial: prepare, start, ready, settle, measure, stop. Whatever fails, stop follows. */
#include "census.h"
#include "evidence.h"
#include "run.h"

#include "probe.h"
#include "set.h"
#include "util.h"

static int start_all(struct set *s, struct error *err)
{
	for (size_t i = 0; i < s->n; i++) {
		if (set_start_one(s, &s->instances[i], err) < 0 ||
			set_make_ready(s, &s->instances[i], err) < 0)
			return -1;
		/* Before the first request, whose cost is not the boot's. */
		if (i + 1 == s->n && probes_step(&s->m, PROBE_READY, err) < 0)
			return -1;
		if (set_first_response(s, &s->instances[i], err) < 0)
			return -1;
	}
	return s->n ? 0 : probes_step(&s->m, PROBE_READY, err);
}

static int measure(struct set *s, struct error *err)
{
	if (set_settle(s, err) < 0 || set_all_alive(s, err) < 0 ||
		probes_step(&s->m, PROBE_MEASURE, err) < 0 || set_measure_path(s, err) < 0)
		return -1;
	return set_all_alive(s, err);
}

/* The guards look from before the start to before the stop, while every group is there. */
static int read_guards(const struct set *s, struct guard_counters *out, struct error *err)
{
	struct guard_sources from = {.root = s->run->lab.root,
		.hierarchies = s->run->lab.cgroups,
		.run = s->run->group,
		.fixed = s->stage->fixed,
		.instances = s->instances,
		.n = s->n};

	return guard_read(&from, out, err);
}

static unsigned sample_flags(const struct set *s, enum metric_id id, unsigned flags)
{
	bool holds_buffer = id <= MEMORY_HOST_DELTA && id != MEMORY_CGROUP_SHMEM &&
		id != MEMORY_CGROUP_FILE && id != MEMORY_CGROUP_KERNEL;
	bool borders = id == MEMORY_VMM_VIRTUAL || id == MEMORY_VMM_RESIDENT ||
		id == MEMORY_PART_VMM || id == MEMORY_PART_TRANSLATION;

	if (s->stage->emulated && (metrics[id].timing || holds_buffer || borders))
		flags |= FLAG_EMULATED;
	return flags | s->m.extra_flags;
}

static int write_samples(struct set *s, struct error *err)
{
	const struct trial *t = s->trial;
	struct trial_mark mark = {.block = t->block,
		.trial = t->index,
		.attempt = t->attempt,
		.instances = t->instances,
		.arm = t->arm->name,
		.workload = t->workload->name,
		.guarded = s->run->guarded,
		.guard = s->run->guard};

	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct measured_value *v = &s->m.out[id];
		struct sample sample = {.block = t->block,
			.trial = t->index,
			.attempt = t->attempt,
			.arm = t->arm->name,
			.workload = t->workload->name,
			.instances = t->instances,
			.metric = (enum metric_id)id,
			.status = v->status,
			.value = v->value,
			.reason = v->reason};

		if (!v->filled)
			continue;
		if (v->status == SAMPLE_OK)
			sample.flags = sample_flags(s, sample.metric, v->flags);
		if (sample_write(s->run->writer, &sample, err) < 0)
			return -1;
	}
	return sample_mark(s->run->writer, &mark, err);
}

static bool is_interrupt(const struct error *err)
{
	return err->code == EXIT_INTERRUPTED || err->code == EXIT_TERMINATED;
}

static int start_and_measure(struct set *s, struct error *err)
{
	if (probes_step(&s->m, PROBE_BEFORE, err) < 0 || start_all(s, err) < 0)
		return -1;
	return measure(s, err);
}

/* What the guards saw since before is in the run from here on, and on every sample. */
static int judge_guards(struct set *s, const struct guard_counters *before, struct error *err)
{
	struct run *r = s->run;
	struct guard_counters after;

	if (read_guards(s, &after, err) < 0)
		return -1;
	r->guard = guard_between(before, &after);
	r->guarded = true;
	s->m.extra_flags |= guard_flags(&r->guard, r->plan);
	return 0;
}

int trial_run(struct run *r, const struct trial *t, struct error *err)
{
	struct error stop_err = ERROR_INIT, write_err = ERROR_INIT;
	struct guard_counters before;
	struct set s;
	int rc;

	set_init(&s, r, t);
	r->guarded = false;
	if (t->attempt)
		s.m.extra_flags |= FLAG_REPEATED;
	rc = set_baseline(&s, err);
	if (rc == 0)
		rc = set_prepare(&s, err);
	if (rc == 0)
		rc = read_guards(&s, &before, err);
	if (rc == 0)
		rc = start_and_measure(&s, err);
	if (rc == 0)
		rc = judge_guards(&s, &before, err);
	if (rc < 0 && !is_interrupt(err))
		set_keep_failure(&s, err);
	if (set_stop(&s, &stop_err) < 0 && rc == 0)
		rc = error_set(err, stop_err.code, "%s", stop_err.text);
	if (probes_step(&s.m, PROBE_AFTER, &stop_err) < 0 && rc == 0)
		rc = error_set(err, stop_err.code, "%s", stop_err.text);
	/* A trial cut by Ctrl-C leaves no record: it was not measured. A failed one says so. */
	if (rc == 0 || !is_interrupt(err)) {
		if (rc < 0)
			measurement_fail(&s.m, err->text);
		else
			measurement_fill(&s.m, "the probe said nothing");
		if (census_write(r->folder.dirfd, t, s.m.census, &write_err) < 0 ||
			evidence_write(r->folder.dirfd, t, s.m.evidence, &write_err) < 0 ||
			write_samples(&s, &write_err) < 0) {
			rc = -1;
			*err = write_err;
			err->code = EXIT_INTERNAL;
		}
	}
	set_free(&s);
	return rc;
}
