/* equivalence-ask.c - one instance of each stage is started outside the count and asked what it is. An aspect that
 * only the host's side can tell is added in host_side(). */
#include "equivalence.h"

#include "json.h"
#include "run.h"
#include "set.h"
#include "util.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define ANSWER_SECONDS 10.0

static void put_text(json_t *values, const char *aspect, const char *text)
{
	if (!text || json_object_set_new(values, aspect, json_string(text)) < 0)
		json_object_set_new(values, aspect, json_string("unknown"));
}

static void put_bytes(json_t *values, const char *aspect, uint64_t bytes)
{
	char text[24] = "unlimited";

	if (bytes)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	put_text(values, aspect, text);
}

/* What the workload may use: the limit on the group, or what a kernel of its own has to give away at idle. There
 * the plan's figure is a floor that it must not fall below. */
static int ask_memory(struct set *s, struct instance *i, json_t *values, struct error *err)
{
	struct agent_reply reply;
	uint64_t bytes = 0, wanted = s->run->plan->memory;

	if (!i->own_kernel) {
		if (cgroup_memory_limit(i->limited ? i->limited : i->cgroup, &bytes, err) < 0)
			return -1;
		put_bytes(values, "memory", bytes);
		return 0;
	}
	if (agent_call(&i->agent, &reply, set_deadline(s, ANSWER_SECONDS), err, "meminfo") < 0 ||
		agent_field(&reply, "available", UINT64_MAX, &bytes, err) < 0)
		return -1;
	put_bytes(values, "memory", bytes >= wanted ? wanted : bytes);
	return 0;
}

/* Of the one kernel there is; not every tree has a /sys to read it from. */
static void put_clocksource(const struct set *s, json_t *values)
{
	cleanup_free char *text = read_file_at(s->run->lab.root,
		"sys/devices/system/clocksource/clocksource0/current_clocksource", 4096, NULL);

	if (!text)
		return;
	text[strcspn(text, "\n")] = '\0';
	put_text(values, "clocksource", text);
}

static int ask_facts(struct set *s, struct instance *i, json_t *values, struct error *err)
{
	struct agent_reply reply;

	if (agent_call(&i->agent, &reply, set_deadline(s, ANSWER_SECONDS), err, "facts") < 0)
		return -1;
	for (size_t k = 0; equivalence_aspects[k]; k++) {
		cleanup_free char *text = agent_field_text(&reply, equivalence_aspects[k]);

		if (text)
			put_text(values, equivalence_aspects[k], text);
	}
	if (!i->own_kernel)
		put_clocksource(s, values);
	return 0;
}

/* "tso=on gso=off ..." of the host's end of the link; "none" without one. */
static void host_side(const struct instance *i, json_t *values)
{
	static const struct {
		const char *name;
		unsigned get;
	} features[] = {{"tso", ETHTOOL_GTSO}, {"gso", ETHTOOL_GGSO}, {"gro", ETHTOOL_GGRO},
		{"tx", ETHTOOL_GTXCSUM}, {"rx", ETHTOOL_GRXCSUM}};
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[128] = "none";
	size_t used = 0;

	for (size_t k = 0; i->link[0] && k < ARRAY_SIZE(features); k++) {
		struct ethtool_value v = {.cmd = features[k].get};
		struct ifreq r = {.ifr_data = (void *)&v};
		const char *is;

		memcpy(r.ifr_name, i->link, sizeof(r.ifr_name));
		is = fd < 0 || ioctl(fd, SIOCETHTOOL, &r) < 0 ? "?" : v.data ? "on" : "off";
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%s", k ? " " : "",
			features[k].name, is);
	}
	put_text(values, "offloads", text);
}

static int ask_one(struct set *s, json_t *values, struct error *err)
{
	struct instance *i = &s->instances[0];

	if (set_prepare(s, err) < 0 || set_start_one(s, i, err) < 0 ||
		ask_memory(s, i, values, err) < 0 || set_make_ready(s, i, err) < 0 ||
		ask_facts(s, i, values, err) < 0)
		return -1;
	host_side(i, values);
	return 0;
}

/* New object of the stage's values, or NULL. */
static json_t *ask_stage(struct run *r, struct stage *stage, struct error *err)
{
	struct trial t = {.arm = stage->arm, .workload = stage->workload, .instances = 1};
	struct error stop_err = ERROR_INIT;
	json_t *values = json_object();
	struct set s;
	int rc;

	progress_note(&r->progress, "checking that the arms are alike: %s with %s",
		stage->arm->name, stage->workload->name);
	set_init(&s, r, &t);
	rc = ask_one(&s, values, err);
	if (rc < 0)
		set_keep_failure(&s, err);
	if (set_stop(&s, &stop_err) < 0 && rc == 0)
		rc = error_set(err, stop_err.code, "%s", stop_err.text);
	set_free(&s);
	if (rc == 0)
		return values;
	error_wrap(err, "arm %s", stage->arm->name);
	json_decref(values);
	return NULL;
}

/* An arm that cannot be asked cannot be trusted either: it is given up, the others go on. */
static int leave_out(
	struct run *r, const struct stage *s, const struct error *own, struct error *err)
{
	if (own->code == EXIT_INTERRUPTED || own->code == EXIT_TERMINATED ||
		own->code == EXIT_INTERNAL)
		return error_set(err, own->code, "%s", own->text);
	progress_clear(&r->progress);
	fprintf(stderr, "tare: %s\n", own->text);
	r->failed++;
	r->unasked[s - r->stages] = true;
	return 0;
}

/* The arms of one side with one workload: its ledger. New, or NULL. */
static json_t *ask_side(struct run *r, const struct workload *w, bool second, struct error *err)
{
	cleanup_free struct equivalence_arm *arms = xcalloc(r->n_stages, sizeof(*arms));
	json_t *list = NULL;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n_stages; i++) {
		struct stage *s = &r->stages[i];
		struct error own = ERROR_INIT;

		if (strcmp(s->workload->name, w->name) != 0 || (s->arm->against != NULL) != second)
			continue;
		arms[n] = (struct equivalence_arm){.name = s->arm->name,
			.platform = s->arm->platform->name,
			.values = ask_stage(r, s, &own)};
		if (arms[n].values)
			n++;
		else
			rc = leave_out(r, s, &own, err);
	}
	if (rc == 0)
		list = equivalence_ledger(arms, n, w->name, r->plan->allow);
	for (size_t i = 0; i < n; i++)
		json_decref((json_t *)arms[i].values);
	return list;
}

/* The arms with one workload; those of a second side among themselves. */
static int ask_workload(struct run *r, const struct workload *w, json_t *all, struct error *err)
{
	cleanup_json json_t *first = ask_side(r, w, false, err), *second = NULL;

	if (!first)
		return -1;
	if (r->plan->second) {
		second = ask_side(r, w, true, err);
		if (!second)
			return -1;
		if (json_array_size(second))
			equivalence_join(first, second);
	}
	return json_array_extend(all, first);
}

int run_check_equivalence(struct run *r, struct error *err)
{
	json_t *all = json_array();

	json_object_set_new(r->json, "equivalence", all);
	for (size_t i = 0; i < r->plan->n_workloads; i++)
		if (ask_workload(r, r->plan->workloads[i], all, err) < 0)
			return -1;
	if (run_folder_write_json(&r->folder, "run.json", r->json, err) < 0)
		return -1;
	return equivalence_check(all, err);
}
