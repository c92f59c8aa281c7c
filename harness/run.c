/* run.c - the trial loop: enter the lab, set every arm up once, run the shuffled trials, leave nothing. */
#include "run.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

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

static const char *agent_of(const struct plan *p, const struct arm *arm, const char *standard)
{
	return arm->against && p->second_agent ? p->second_agent : standard;
}

static int open_stages(struct run *r, const char *agent_path, struct error *err)
{
	const struct plan *p = r->plan;

	r->stages = xcalloc(p->n_arms * p->n_workloads, sizeof(*r->stages));
	r->failed_in_a_row = xcalloc(p->n_arms * p->n_workloads, sizeof(*r->failed_in_a_row));
	r->unasked = xcalloc(p->n_arms * p->n_workloads, sizeof(*r->unasked));
	for (size_t a = 0; a < p->n_arms; a++) {
		for (size_t w = 0; w < p->n_workloads; w++) {
			struct stage *s = &r->stages[r->n_stages];

			if (!plan_has(p, a, w))
				continue;
			*s = (struct stage){.lab = &r->lab,
				.arm = &p->arms[a],
				.workload = plan_workload(p, &p->arms[a], w),
				.plan = p,
				.options = &r->request->options,
				.agent_path = agent_of(p, &p->arms[a], agent_path),
				.beside = agent_path};
			progress_note(&r->progress, "preparing %s with %s", s->arm->name,
				s->workload->name);
			r->n_stages++;
			s->open_seconds = -(double)now_ns() / NSEC_PER_SEC;
			if (platform_open(s, err) < 0)
				return error_wrap(err, "arm %s", s->arm->name);
			s->open_seconds += (double)now_ns() / NSEC_PER_SEC;
		}
	}
	return 0;
}

/* New samples follow the last whole trial: what a crash left behind it is cut and said. */
static int open_writer(struct run *r, struct error *err)
{
	const struct resume *z = r->request->resume;

	r->writer = sample_writer_open(r->folder.dirfd, z && z->has_samples, err);
	if (!r->writer)
		return -1;
	if (!z || (!z->set.torn_bytes && !z->set.unfinished))
		return 0;
	progress_clear(&r->progress);
	fprintf(stderr,
		"tare: samples.jsonl: cut after the last finished trial: a torn last line of %zu bytes, %zu samples of a trial that runs again\n",
		z->set.torn_bytes, z->set.unfinished);
	return sample_writer_cut(r->writer, z->set.finished_bytes, err);
}

static int measure_all(struct run *r, bool *out_of_time, struct error *err)
{
	if (run_json_begin(r, err) < 0 || run_check_equivalence(r, err) < 0 ||
		open_writer(r, err) < 0)
		return -1;
	return run_loop(r, out_of_time, err);
}

int run_enter(struct run *r, const char *agent_path, struct error *err)
{
	if (lab_enter(&r->lab, err) < 0 || open_stages(r, agent_path, err) < 0)
		return -1;
	r->peer = lab_cgroup(&r->lab, "peer", NULL, err);
	r->group = r->peer ? cgroup_open(r->lab.cgroups, r->lab.cgroup, err) : NULL;
	return r->group ? 0 : -1;
}

void run_leave(struct run *r, struct error *err)
{
	interrupt_enable(0);
	for (size_t i = r->n_stages; i-- > 0;)
		platform_close(&r->stages[i]);
	cgroup_free(r->peer);
	cgroup_free(r->group);
	r->peer = r->group = NULL;
	lab_leave(&r->lab, err);
	sample_writer_close(r->writer);
	r->writer = NULL;
	interrupt_enable(1);
}

static const char *status_of(const struct run *r, int rc, bool out_of_time, const struct error *err)
{
	if (rc < 0)
		return err->code == EXIT_INTERRUPTED || err->code == EXIT_TERMINATED ? "interrupted"
										     : "failed";
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

/* A new folder, or the one that is to be finished. */
static int open_folder(struct run *r, struct error *err)
{
	struct resume *z = r->request->resume;

	if (schedule_init(&r->schedule, r->plan, z ? &z->set : NULL, err) < 0)
		return -1;
	if (!z)
		return run_folder_create(r->request->folder, &r->folder, err);
	r->folder = z->folder;
	z->folder = (struct run_folder){.dirfd = -1};
	return 0;
}

/* Everything between entering the lab and leaving it. */
static int run_in_lab(struct run *r, const char *agent, bool *out_of_time, struct error *err)
{
	struct error late = ERROR_INIT;
	int rc;

	memcpy(r->lab.id, r->folder.id, sizeof(r->lab.id));
	rc = run_enter(r, agent, err);
	if (rc == 0)
		rc = measure_all(r, out_of_time, err);
	run_leave(r, &late);
	progress_clear(&r->progress);
	if (late.code && rc == 0)
		rc = error_set(err, late.code, "%s", late.text);
	return rc;
}

/* All was measured, only the end is missing: no lab is needed. */
static int finish_measured(struct run *r, struct error *err)
{
	run_json_again(r);
	if (open_writer(r, err) < 0)
		return -1;
	sample_writer_close(r->writer);
	r->writer = NULL;
	return run_look(r, plan_most_blocks(r->plan), &(bool){false}, err);
}

static void too_noisy(const struct run *r, struct error *err)
{
	struct schedule_blocks b = schedule_blocks(&r->schedule);
	const struct guard_figures *w = &r->schedule.worst;
	char what[256] = "";
	size_t used = 0;

	if (b.flags & FLAG_FOREIGN_CPU)
		used += (size_t)snprintf(what + used, sizeof(what) - used,
			", foreign CPU up to %.2f CPUs", w->foreign_cpu);
	if (b.flags & FLAG_STEAL)
		used += (size_t)snprintf(
			what + used, sizeof(what) - used, ", steal up to %.2f CPUs", w->steal);
	if (b.flags & FLAG_SWAP)
		used += (size_t)snprintf(what + used, sizeof(what) - used,
			", up to %.0f pages from swap", w->swap_ins);
	if (b.flags & FLAG_THROTTLED)
		snprintf(what + used, sizeof(what) - used, ", up to %.0f throttled periods",
			w->throttled);
	error_set(err, EXIT_NOISY,
		"host: too noisy to trust, got %u clean blocks of %u%s, expected at least %d and half of them; quieten the host, or raise \"limits\" in the plan",
		b.clean, b.counted, what, SCHEDULE_ENOUGH);
}

static void forget(struct run *r)
{
	schedule_free(&r->schedule);
	json_decref(r->json);
	free(r->stages);
	free(r->failed_in_a_row);
	free(r->unasked);
}

static int exit_of(const struct run *r, bool out_of_time, struct error *err)
{
	if (r->failed)
		return EXIT_ARM;
	if (out_of_time)
		return EXIT_PARTIAL;
	if (!schedule_too_noisy(&r->schedule))
		return r->regression ? EXIT_REGRESSION : EXIT_FINE;
	too_noisy(r, err);
	return EXIT_NOISY;
}

/* A run keeps some dozen files open for each instance; a limit met halfway would look like another fault. */
static int raise_files(const struct plan *p, struct error *err)
{
	rlim_t wanted = 256 + 16 * (rlim_t)p->instances[p->n_instances - 1];
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "open files: their limit cannot be read");
	if (l.rlim_cur >= wanted)
		return 0;
	if (l.rlim_max < wanted)
		return error_set(err, EXIT_PREREQUISITE,
			"open files: too low a limit, got %llu, expected at least %llu; raise it with: ulimit -n %llu",
			(unsigned long long)l.rlim_max, (unsigned long long)wanted,
			(unsigned long long)wanted);
	l.rlim_cur = wanted;
	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "open files: their limit cannot be raised");
	return 0;
}

int run_plan(const struct run_request *request, struct run_folder *folder, struct error *err)
{
	cleanup_free char *agent = program_file("agent", err);
	struct run r = {.request = request, .plan = request->plan};
	struct error late = ERROR_INIT;
	bool out_of_time = false;
	int rc = 0;

	folder->dirfd = -1;
	if (!agent || raise_files(request->plan, err) < 0 || check_platforms(request, err) < 0)
		return -1;
	progress_init(&r.progress);
	if (open_folder(&r, err) < 0) {
		forget(&r);
		return -1;
	}
	if (request->resume && !schedule_next(&r.schedule))
		rc = finish_measured(&r, err);
	else
		rc = run_in_lab(&r, agent, &out_of_time, err);
	if (r.json && run_json_end(&r, status_of(&r, rc, out_of_time, err), &late) < 0 && rc == 0)
		rc = error_set(err, late.code, "%s", late.text);
	if (!r.json && !request->resume)
		run_folder_discard(&r.folder);
	*folder = r.folder;
	rc = rc < 0 ? -1 : exit_of(&r, out_of_time, err);
	forget(&r);
	return rc;
}
