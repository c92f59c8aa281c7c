/* set.c - the steps of one instance set, each with its deadline. */
#include "set.h"

#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MERGE_SECONDS 60.0 /* until page merging has looked at everything */
#define HELLO_SECONDS 30.0
#define EMULATED_FACTOR 4.0 /* TCG boots and runs several times slower: deadlines grow with it */

void set_init(struct set *s, struct run *r, const struct trial *t)
{
	memset(s, 0, sizeof(*s));
	s->run = r;
	s->trial = t;
	s->stage = run_stage(r, t);
	s->n = t->instances;
	s->instances = xcalloc(s->n, sizeof(*s->instances));
	for (size_t i = 0; i < s->n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "t%u%s-%zu", t->index, t->attempt ? "r" : "", i);
		instance_init(&s->instances[i], name, (unsigned)i);
		s->instances[i].memory_limit = r->plan->memory;
	}
	measurement_init(&s->m);
	s->m.lab = &r->lab;
	s->m.plan = r->plan;
	s->m.workload = t->workload;
	s->m.probes = t->probes;
	s->m.instances = s->instances;
	s->m.n = s->n;
	s->m.fixed = s->stage->fixed;
	s->m.fixed_outside = s->stage->fixed_outside;
	s->m.fixed_unknown = s->stage->fixed_unknown;
	s->m.peer = (struct traffic_peer){.cgroup = r->peer, .cpu = (int)r->lab.cpu_peer};
}

void set_free(struct set *s)
{
	measurement_free(&s->m);
	free(s->instances);
	s->instances = NULL;
}

int64_t set_deadline(const struct set *s, double seconds)
{
	if (s->stage->emulated)
		seconds *= EMULATED_FACTOR;
	return now_ns() + (int64_t)(seconds * NSEC_PER_SEC);
}

/* What was written must be on disk before it can be dropped. */
static int drop_page_cache(const struct set *s, struct error *err)
{
	sync();
	if (write_file_at(s->run->lab.root, "proc/sys/vm/drop_caches", "3") == 0)
		return 0;
	return error_errno(err, EXIT_PREREQUISITE, errno,
		"page cache: cannot be dropped, expected to be root of this host; or plan \"page_cache\": \"warm\"");
}

int set_baseline(struct set *s, struct error *err)
{
	/* Dropped before the baseline: what the drop frees is no instance's doing. */
	if (s->run->plan->cold && drop_page_cache(s, err) < 0)
		return -1;
	return probes_step(&s->m, PROBE_BASELINE, err);
}

int set_prepare(struct set *s, struct error *err)
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

int set_start_one(struct set *s, struct instance *i, struct error *err)
{
	return platform_start(s->stage, i, set_deadline(s, HELLO_SECONDS), err);
}

/* The workload is started by the agent; its last answer comes when it is ready. */
int set_make_ready(struct set *s, struct instance *i, struct error *err)
{
	const struct workload *w = s->m.workload;
	double seconds = w->timeout * (s->stage->emulated ? EMULATED_FACTOR : 1);
	unsigned answers;
	int64_t deadline;

	if (i->agent.fd < 0)
		return error_set(
			err, EXIT_ARM, "%s: no agent inside to start the workload", i->name);
	if (agent_start_workload(&i->agent, w, seconds, &answers, err) < 0)
		return -1;
	/* The agent says it first: it has the workload's last words. */
	deadline = set_deadline(s, w->timeout + 2);
	for (unsigned k = 0; k < answers; k++)
		if (agent_answer(&i->agent, NULL, deadline, err) < 0)
			return -1;
	i->at[AT_READY] = now_ns();
	return 0;
}

int set_first_response(struct set *s, struct instance *i, struct error *err)
{
	const struct workload *w = s->m.workload;

	if (!w->port || !i->address[0])
		return 0;
	return traffic_first_response(&s->m.peer, i->address, w->port, w->http_small,
		set_deadline(s, w->timeout), &i->at[AT_FIRST_RESPONSE], err);
}

int set_settle(struct set *s, struct error *err)
{
	int64_t deadline;
	cleanup_free struct pollfd *fds = xcalloc(s->n, sizeof(*fds));
	int rc;

	if (s->n && ksm_settle(&s->run->lab, set_deadline(s, MERGE_SECONDS), err) < 0)
		return -1;
	deadline = now_ns() + (int64_t)(s->run->plan->settle * NSEC_PER_SEC);

	for (size_t i = 0; i < s->n; i++)
		fds[i] = (struct pollfd){.fd = s->instances[i].agent.fd, .events = POLLIN};
	rc = wait_fds(fds, s->n, deadline, err);
	for (size_t i = 0; rc > 0 && i < s->n; i++)
		if (fds[i].revents)
			return error_set(err, EXIT_ARM,
				"%s: ended or spoke unasked while it settled",
				s->instances[i].name);
	evidence_add(&s->m, "ksm", ksm_figures(&s->run->lab));
	return rc < 0 ? -1 : 0;
}

int set_all_alive(struct set *s, struct error *err)
{
	for (size_t i = 0; i < s->n; i++) {
		struct instance *inst = &s->instances[i];
		struct agent_reply reply;
		uint64_t payload;

		if (inst->agent.fd < 0)
			continue;
		if (agent_call(&inst->agent, &reply, set_deadline(s, 5), err, "census") < 0 ||
			agent_field(&reply, "payload", 1 << 22, &payload, err) < 0)
			return error_wrap(
				err, "%s: not alive when it was to be measured", inst->name);
		if (payload == 0)
			return error_set(err, EXIT_ARM,
				"%s: its workload has ended before it was measured, expected it to go on",
				inst->name);
	}
	return 0;
}

int set_stop(struct set *s, struct error *err)
{
	int rc = 0;

	/* One Ctrl-C must not stop the clean-up. */
	interrupt_enable(0);
	for (size_t i = 0; i < s->prepared; i++)
		if (platform_stop(s->stage, &s->instances[i], err) < 0)
			rc = -1;
	if (s->has_partner && platform_stop(s->stage, &s->partner, err) < 0)
		rc = -1;
	interrupt_enable(1);
	return rc;
}

void set_keep_failure(struct set *s, const struct error *err)
{
	cleanup_free char *tail = NULL, *text = NULL, *name = NULL;
	struct error ignored = ERROR_INIT;
	cleanup_close int dir = -1;

	for (size_t i = 0; i < s->prepared && !tail; i++)
		tail = platform_tail(s->stage, &s->instances[i]);
	if (!tail && s->has_partner)
		tail = platform_tail(s->stage, &s->partner);
	run_json_failure(s->run, s->trial, err->text, tail);
	/* The folder is the calling user's: a link planted there is not followed. */
	mkdirat(s->run->folder.dirfd, "failures", 0755);
	dir = openat(
		s->run->folder.dirfd, "failures", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	name = xasprintf("t%u%s.txt", s->trial->index, s->trial->attempt ? "r" : "");
	text = xasprintf("%s %s, block %u, trial %u\n%s\n%s%s", s->trial->arm->name,
		s->trial->workload->name, s->trial->block, s->trial->index, err->text,
		tail ? "\n" : "", tail ? tail : "");
	if (dir >= 0)
		replace_file_at(dir, name, text, strlen(text), &ignored);
}
