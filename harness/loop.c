/* loop.c - trial after trial, block after block; a disturbed block once more. */
#include "run.h"

#include "probe.h"
#include "util.h"

#define FAILURES_ALLOWED 2 /* in a row, before the rest of an arm's trials are given up */

struct stage *run_stage(struct run *r, const struct trial *t)
{
	for (size_t i = 0; i < r->n_stages; i++)
		if (r->stages[i].arm == t->arm && r->stages[i].workload == t->workload)
			return &r->stages[i];
	return NULL;
}

/* Of the cells that are left: all, or those of one block and attempt. */
static double seconds_left(struct run *r, const struct trial *only)
{
	double left = 0, scale = r->estimated > 0 ? r->spent / r->estimated : 1;
	size_t n;
	cleanup_free struct trial *cells = schedule_left(&r->schedule, only, &n);

	for (size_t i = 0; i < n; i++)
		left += trial_estimate(&cells[i], r->plan, run_stage(r, &cells[i])->emulated);
	return left * scale;
}

/* The rest of an arm that failed again and again is not tried, and each of its cells says so. */
static int give_up(struct run *r, const struct trial *t, const char *reason, struct error *err)
{
	struct sample s = {.block = t->block,
		.trial = t->index,
		.attempt = t->attempt,
		.arm = t->arm->name,
		.workload = t->workload->name,
		.instances = t->instances,
		.status = SAMPLE_SKIPPED,
		.reason = reason};

	r->guarded = false;
	for (unsigned i = 0; probes[i]; i++) {
		for (unsigned id = probes[i]->first; id <= probes[i]->last; id++) {
			s.metric = (enum metric_id)id;
			if (!plan_probes(r->plan, t->probes, i) || metrics[id].derived)
				continue;
			if (sample_write(r->writer, &s, err) < 0)
				return -1;
		}
	}
	return sample_trial_done(r->writer, t->block, t->index, t->attempt, t->arm->name,
		t->workload->name, t->instances, err);
}

/* 0 when the loop goes on (a failed trial is recorded and counted), -1 when it can't. */
static int one_trial(struct run *r, const struct trial *t, struct error *err)
{
	struct stage *s = run_stage(r, t);
	unsigned *row = &r->failed_in_a_row[s - r->stages];
	struct error trial_err = ERROR_INIT;
	int64_t begin = now_ns();

	if (r->unasked[s - r->stages])
		return give_up(r, t,
			"the arm failed when it was asked whether it is like the others", err);
	if (*row >= FAILURES_ALLOWED)
		return give_up(r, t, "the arm failed twice in a row and was given up", err);
	if (trial_run(r, t, &trial_err) == 0) {
		*row = 0;
	} else if (trial_err.code == EXIT_INTERRUPTED || trial_err.code == EXIT_TERMINATED ||
		trial_err.code == EXIT_INTERNAL) {
		return error_set(err, trial_err.code, "%s", trial_err.text);
	} else {
		r->failed++;
		++*row;
		progress_clear(&r->progress);
		fprintf(stderr, "tare: %s %s, trial %u: %s\n", t->arm->name, t->workload->name,
			t->index, trial_err.text);
	}
	r->spent += (double)(now_ns() - begin) / NSEC_PER_SEC;
	r->estimated += trial_estimate(t, r->plan, s->emulated);
	return 0;
}

static void show(struct run *r, const struct trial *t)
{
	const char *kind = t->block < r->plan->warmup ? " (warm-up)"
		: t->attempt                          ? " (disturbed, once more)"
						      : "";
	size_t n, done = schedule_count_done(&r->schedule);
	char what[192];

	free(schedule_left(&r->schedule, NULL, &n));
	snprintf(what, sizeof(what), "block %u of %u%s, %s %s", t->block + 1,
		plan_most_blocks(r->plan) + r->plan->warmup, kind, t->arm->name, t->workload->name);
	progress_trial(
		&r->progress, (unsigned)done, (unsigned)(done + n), what, seconds_left(r, NULL));
}

/* No cell of it is done: what is before it is whole. */
static bool is_untouched(const struct run *r, unsigned block)
{
	const struct schedule *s = &r->schedule;

	for (size_t i = s->first[block]; i < s->first[block + 1]; i++)
		if (s->done[0][i])
			return false;
	return true;
}

int run_loop(struct run *r, bool *out_of_time, struct error *err)
{
	unsigned block = UINT32_MAX, attempt = 0;
	int64_t begin = now_ns();
	const struct trial *t;

	while ((t = schedule_next(&r->schedule))) {
		double spent = (double)(now_ns() - begin) / NSEC_PER_SEC;
		bool first = block == UINT32_MAX, end = false;

		if (t->block > r->plan->warmup && !t->attempt && is_untouched(r, t->block) &&
			run_look(r, t->block - r->plan->warmup, &end, err) < 0)
			return -1;
		if (end)
			return 0;
		/* ends after a whole block; a repetition counts as one */
		if (!first && (t->block != block || t->attempt != attempt) &&
			r->request->max_time > 0 &&
			spent + seconds_left(r, t) > r->request->max_time) {
			*out_of_time = true;
			return 0;
		}
		block = t->block;
		attempt = t->attempt;
		show(r, t);
		if (one_trial(r, t, err) < 0)
			return -1;
		schedule_done(&r->schedule, t, r->guarded ? &r->guard : NULL);
	}
	return run_look(r, plan_most_blocks(r->plan), &(bool){false}, err);
}
