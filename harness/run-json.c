/* run-json.c - run.json: plan, seed, host, what each arm really was, what failed, what tare itself cost. */
#include "run.h"

#include "command.h"
#include "host.h"
#include "json.h"
#include "selftest.h"
#include "sha256.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static json_t *utc_now(void)
{
	char text[32];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static const char *accelerator(const struct run *r)
{
	for (size_t i = 0; i < r->n_stages; i++)
		if (r->stages[i].arm->platform->guest)
			return r->stages[i].emulated ? "tcg" : "kvm";
	return "none";
}

/* By workload; a second side with a payload or agent of its own has a list of its own. */
static json_t *payloads_of(struct run *r, const struct stage *s)
{
	bool own = s->arm->against && (r->plan->second_workloads || r->plan->second_agent);
	const char *key = own ? "payload_sha256_new" : "payload_sha256";
	json_t *all = json_object_get(r->json, key);

	if (all)
		return all;
	all = json_object();
	json_object_set_new(r->json, key, all);
	return all;
}

/* The payload must be the same bytes in every arm of a side: the trees' hashes are compared. */
static int note_payload(struct run *r, const struct stage *s, json_t *arm, struct error *err)
{
	json_t *all = payloads_of(r, s);
	json_t *tree = json_object_get(arm, "tree_sha256");
	json_t *mine = tree ? tree : json_object_get(arm, "payload_sha256");
	json_t *known = json_object_get(all, s->workload->name);

	if (!mine)
		return 0;
	if (known && strcmp(json_string_value(known), json_string_value(mine)) != 0)
		return error_set(err, EXIT_ARM,
			"arm %s: its payload of %s differs from the other arms', expected the same bytes",
			s->arm->name, s->workload->name);
	return json_object_set(all, s->workload->name, mine);
}

static int describe_arms(struct run *r, struct error *err)
{
	json_t *arms = json_object_get(r->json, "arms");

	for (size_t i = 0; i < r->n_stages; i++) {
		struct stage *s = &r->stages[i];
		cleanup_json json_t *arm = json_object();

		json_object_set_new(arm, "platform", json_string(s->arm->platform->name));
		json_object_set(arm, "options", s->arm->options);
		json_object_set_new(arm, "accelerator",
			s->arm->platform->guest ? json_string(s->emulated ? "tcg" : "kvm")
						: json_null());
		json_object_set_new(arm, "emulated", json_boolean(s->emulated));
		json_object_set_new(arm, "open_seconds", json_real(s->open_seconds));
		if (s->arm->against)
			json_object_set_new(arm, "against", json_string(s->arm->against));
		if (platform_describe(s, arm, err) < 0 || note_payload(r, s, arm, err) < 0)
			return -1;
		if (!json_object_get(arms, s->arm->name))
			json_object_set(arms, s->arm->name, arm);
	}
	return 0;
}

static json_t *command_line(const struct run_request *q)
{
	json_t *list = json_array();

	for (int i = 0; i < q->argc; i++)
		if (json_array_append_new(list, json_string(q->argv[i])) < 0)
			json_array_append_new(list, json_string("(not UTF-8)"));
	return list;
}

/* The definitions (command, environment, ...), whose files the payload's hash covers; by workload. */
static json_t *definitions_of(const struct plan *p)
{
	json_t *all = json_object();

	for (size_t i = 0; i < p->n_workloads; i++) {
		char hex[65];

		json_sha256(p->workloads[i]->json, hex);
		json_object_set_new(all, p->workloads[i]->name, json_string(hex));
	}
	return all;
}

/* What a resumed run must find unchanged, beside host and payload. */
static int note_sources(struct run *r, struct error *err)
{
	const struct run_options *o = &r->request->options;
	char plan[65], agent[65];

	plan_sha256(r->plan, plan);
	if (file_sha256(r->stages[0].agent_path, agent) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "agent: cannot be read");
	json_object_set_new(r->json, "plan_sha256", json_string(plan));
	json_object_set_new(r->json, "agent_sha256", json_string(agent));
	json_object_set_new(r->json, "workload_sha256", definitions_of(r->plan));
	json_object_set_new(r->json, "options",
		json_pack("{s:s?, s:s}", "connect", o->connect, "accel", o->accel));
	return 0;
}

void run_json_again(struct run *r)
{
	const struct resume *z = r->request->resume;
	json_t *times = json_object_get(z->json, "resumed");

	json_decref(r->json);
	r->json = json_incref(z->json);
	if (!json_is_array(times)) {
		times = json_array();
		json_object_set_new(r->json, "resumed", times);
	}
	json_array_append_new(times, utc_now());
	json_object_set_new(r->json, "status", json_string("running"));
	json_object_set_new(r->json, "finished", json_null());
	r->failed = (unsigned)json_array_size(json_object_get(r->json, "errors"));
}

/* A refused one stays as it is. */
static int begin_again(struct run *r, struct error *err)
{
	if (resume_check(r->request->resume, r->json, err) == 0) {
		run_json_again(r);
		return 0;
	}
	json_decref(r->json);
	r->json = NULL;
	return -1;
}

int run_json_begin(struct run *r, struct error *err)
{
	json_t *host =
		host_describe(r->lab.root, cgroups_mode(r->lab.cgroups), accelerator(r), err);

	if (!host)
		return -1;
	r->json = json_pack("{s:s, s:s, s:o, s:n, s:s, s:o, s:O, s:o, s:{}, s:{}, s:[], s:[]}",
		"schema", "tare/run/1", "id", r->folder.id, "started", utc_now(), "finished",
		"status", "running", "seed", plan_seed_json(r->plan->seed), "plan", r->plan->json,
		"host", host, "arms", "payload_sha256", "equivalence", "errors");
	if (!r->json)
		return error_set(err, EXIT_INTERNAL, "run.json: cannot be assembled");
	json_object_set_new(r->json, "lab",
		json_pack("{s:s, s:s, s:i, s:i}", "bridge", LAB_BRIDGE, "gateway", LAB_GATEWAY,
			"cpu_instance", (int)r->lab.cpu_instance, "cpu_peer",
			(int)r->lab.cpu_peer));
	json_object_set_new(r->json, "command", command_line(r->request));
	json_object_set_new(r->json, "tare", json_pack("{s:s}", "version", TARE_VERSION));
	json_object_set_new(r->json, "meter",
		selftest_recall(json_string_value(json_object_get(host, "fingerprint"))));
	if (describe_arms(r, err) < 0 || note_sources(r, err) < 0)
		return -1;
	if (r->request->resume && begin_again(r, err) < 0)
		return -1;
	return run_folder_write_json(&r->folder, "run.json", r->json, err);
}

void run_json_failure(struct run *r, const struct trial *t, const char *text, const char *tail)
{
	/* The words of a guest may be anything: json_text() shows what is not UTF-8. */
	json_t *e = json_pack("{s:i, s:i, s:s, s:s, s:o, s:o}", "block", (int)t->block, "trial",
		(int)t->index, "arm", t->arm->name, "workload", t->workload->name, "text",
		json_text(text), "tail", tail ? json_text(tail) : json_null());
	struct error ignored = ERROR_INIT;

	if (!e)
		return;
	json_array_append_new(json_object_get(r->json, "errors"), e);
	/* Now, not at the end: a run that is killed keeps what failed in it. */
	run_folder_write_json(&r->folder, "run.json", r->json, &ignored);
}

int run_json_end(struct run *r, const char *status, struct error *err)
{
	struct rusage self, children;
	json_t *tare = json_object_get(r->json, "tare");

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	json_object_set_new(tare, "max_rss_bytes", json_integer(self.ru_maxrss * 1024));
	json_object_set_new(tare, "cpu_seconds",
		json_real((double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec) +
			(double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec) / 1e6));
	json_object_set_new(tare, "max_rss_child_bytes", json_integer(children.ru_maxrss * 1024));
	json_object_set_new(r->json, "finished", utc_now());
	json_object_set_new(r->json, "status", json_string(status));
	if (run_folder_write_json(&r->folder, "run.json", r->json, err) < 0)
		return -1;
	return run_folder_give(&r->folder, err);
}
