/* run.c - the trial loop: enter the lab, set every arm up once, run the shuffled trials, leave nothing. */
#include "run.h"

#include "host.h"
#include "probe.h"
#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#define FAILURES_ALLOWED 2 /* in a row, before the rest of an arm's trials are given up */

char *program_file(const char *name, struct error *err)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *path, *slash;

	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	path = xasprintf("%s/%s", exe, name);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	path = xasprintf("%s/../lib/tare/%s", exe, name);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	error_set(err, EXIT_PREREQUISITE,
		"%s: not found beside tare or in ../lib/tare; build it with: make", name);
	return NULL;
}

struct stage *run_stage(struct run *r, const struct trial *t)
{
	for (size_t i = 0; i < r->n_stages; i++)
		if (r->stages[i].arm == t->arm && r->stages[i].workload == t->workload)
			return &r->stages[i];
	return NULL;
}

static int open_stages(struct run *r, const char *agent_path, struct error *err)
{
	const struct plan *p = r->plan;

	r->stages = xcalloc(p->n_arms * p->n_workloads, sizeof(*r->stages));
	r->failed_in_a_row = xcalloc(p->n_arms * p->n_workloads, sizeof(*r->failed_in_a_row));
	for (size_t a = 0; a < p->n_arms; a++) {
		for (size_t w = 0; w < p->n_workloads; w++) {
			struct stage *s = &r->stages[r->n_stages];

			*s = (struct stage){.lab = &r->lab, .arm = &p->arms[a],
				.workload = p->workloads[w], .plan = p,
				.options = &r->request->options, .agent_path = agent_path};
			progress_note(&r->progress, "preparing %s with %s", s->arm->name,
				s->workload->name);
			r->n_stages++;
			if (platform_open(s, err) < 0)
				return error_wrap(err, "arm %s", s->arm->name);
		}
	}
	return 0;
}

static double seconds_left(const struct run *r, const struct trial *trials, size_t from, size_t n)
{
	double left = 0, scale = r->estimated > 0 ? r->spent / r->estimated : 1;

	for (size_t i = from; i < n; i++) {
		struct stage *s = run_stage((struct run *)r, &trials[i]);

		left += trial_estimate(&trials[i], r->plan, s->emulated);
	}
	return left * scale;
}

/* The rest of an arm that failed again and again is not tried, and each of its cells says so. */
static int give_up(struct run *r, const struct trial *t, struct error *err)
{
	struct sample s = {.block = t->block, .trial = t->index, .attempt = t->attempt,
		.arm = t->arm->name, .workload = t->workload->name, .instances = t->instances,
		.status = SAMPLE_SKIPPED, .reason = "the arm failed twice in a row and was given up"};

	for (unsigned i = 0; probes[i]; i++) {
		for (unsigned id = probes[i]->first; id <= probes[i]->last; id++) {
			s.metric = (enum metric_id)id;
			if (!r->plan->probe_enabled[i] || metrics[id].derived)
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

	if (*row >= FAILURES_ALLOWED)
		return give_up(r, t, err);
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

static int loop(struct run *r, const struct trial *trials, size_t n, bool *out_of_time,
	struct error *err)
{
	int64_t begin = now_ns();

	for (size_t i = 0; i < n; i++) {
		const struct trial *t = &trials[i];
		bool new_block = i == 0 || trials[i - 1].block != t->block;
		double spent = (double)(now_ns() - begin) / NSEC_PER_SEC;
		char what[160];

		if (new_block && i && r->request->max_time > 0) {
			size_t end = i;

			while (end < n && trials[end].block == t->block)
				end++;
			*out_of_time = spent + seconds_left(r, trials, i, end) > r->request->max_time;
			if (*out_of_time)
				return 0;
		}
		snprintf(what, sizeof(what), "block %u of %u%s, %s %s", t->block + 1,
			r->plan->blocks + r->plan->warmup,
			t->block < r->plan->warmup ? " (warm-up)" : "", t->arm->name,
			t->workload->name);
		progress_trial(&r->progress, (unsigned)i, (unsigned)n, what,
			seconds_left(r, trials, i, n));
		if (one_trial(r, t, err) < 0)
			return -1;
	}
	return 0;
}

static int measure_all(struct run *r, bool *out_of_time, struct error *err)
{
	cleanup_free struct trial *trials = NULL;
	size_t n;

	trials = plan_trials(r->plan, &n);
	r->peer = lab_cgroup(&r->lab, "peer", NULL, err);
	if (!r->peer || run_json_begin(r, err) < 0)
		return -1;
	r->writer = sample_writer_open(r->folder.dirfd, false, err);
	if (!r->writer)
		return -1;
	return loop(r, trials, n, out_of_time, err);
}

static void close_all(struct run *r, struct error *err)
{
	interrupt_enable(0);
	for (size_t i = r->n_stages; i-- > 0;)
		platform_close(&r->stages[i]);
	cgroup_free(r->peer);
	r->peer = NULL;
	lab_leave(&r->lab, err);
	sample_writer_close(r->writer);
	r->writer = NULL;
	interrupt_enable(1);
}

static const char *status_of(const struct run *r, int rc, bool out_of_time, const struct error *err)
{
	if (rc < 0)
		return err->code == EXIT_INTERRUPTED || err->code == EXIT_TERMINATED ?
			       "interrupted" :
			       "failed";
	if (out_of_time)
		return "partial";
	return r->failed ? "failed" : "complete";
}

/* What can be refused is refused before the folder exists: nothing is created on bad input. */
static int check_platforms(const struct run_request *q, struct error *err)
{
	for (size_t i = 0; i < q->plan->n_arms; i++) {
		const struct platform *p = q->plan->arms[i].platform;

		if (p->check && p->check(&q->options, err) < 0)
			return error_wrap(err, "arm %s", q->plan->arms[i].name);
	}
	return 0;
}

int run_plan(const struct run_request *request, struct run_folder *folder, struct error *err)
{
	cleanup_free char *agent = program_file("agent", err);
	struct run r = {.request = request, .plan = request->plan};
	struct error late = ERROR_INIT;
	bool out_of_time = false;
	int rc;

	folder->dirfd = -1;
	if (!agent || check_platforms(request, err) < 0)
		return -1;
	progress_init(&r.progress);
	if (run_folder_create(request->folder, &r.folder, err) < 0)
		return -1;
	memcpy(r.lab.id, r.folder.id, sizeof(r.lab.id));
	rc = lab_enter(&r.lab, err);
	if (rc == 0)
		rc = open_stages(&r, agent, err);
	if (rc == 0)
		rc = measure_all(&r, &out_of_time, err);
	close_all(&r, &late);
	progress_clear(&r.progress);
	if (r.json && run_json_end(&r, status_of(&r, rc, out_of_time, err), &late) < 0 && rc == 0)
		rc = -1;
	if (late.code && rc == 0)
		rc = error_set(err, late.code, "%s", late.text);
	if (!r.json)
		run_folder_discard(&r.folder);
	*folder = r.folder;
	json_decref(r.json);
	free(r.stages);
	free(r.failed_in_a_row);
	if (rc < 0)
		return -1;
	return out_of_time ? EXIT_PARTIAL : r.failed ? EXIT_ARM : EXIT_FINE;
}
