/* plan-parse.c - the lists of a plan. A new key: here, plan_keys[] and the canonical form in
 * plan.c, results/schema/plan.schema.json. */
#include "json.h"
#include "plan-parse.h"
#include "probe.h"
#include "util.h"

#include <string.h>

static const char *const default_primary[] = {
	"memory.pss", "processes.total", "boot.ready", "network.rx", "memory.host_delta"};

static int add_workload(
	struct plan *p, const char *name, const char *base, const char *where, struct error *err)
{
	struct workload *w = workload_load_from(name, base, err);

	if (!w)
		return error_wrap(err, "%s", where);
	for (size_t i = 0; i < p->n_workloads; i++) {
		if (strcmp(p->workloads[i]->name, w->name) != 0)
			continue;
		error_set(err, EXIT_USAGE,
			"%s: workload \"%s\" is there twice, expected each workload once", where,
			w->name);
		workload_free(w);
		return -1;
	}
	p->workloads = xrealloc(p->workloads, (p->n_workloads + 1) * sizeof(struct workload *));
	p->workloads[p->n_workloads++] = w;
	return 0;
}

/* An entry is a name, a path, or {"name", "path"} as the canonical form has it. */
static int add_entry(
	struct plan *p, const json_t *entry, const char *base, const char *where, struct error *err)
{
	static const char *const keys[] = {"name", "path", NULL};
	const char *path = NULL;

	if (json_is_string(entry))
		return add_workload(p, json_string_value(entry), base, where, err);
	if (!json_is_object(entry))
		return json_fail(err, where, NULL, "wrong type", entry,
			"a workload's name, a path or an object with \"path\"");
	if (json_known_keys(entry, keys, where, err) < 0 ||
		json_get_text(entry, "path", &path, where, err) < 0)
		return -1;
	if (!path || !is_path_name(path))
		return json_fail(err, where, "path", path ? "not a path" : "missing",
			json_object_get(entry, "path"), "a path with \"/\" or ending in .json");
	return add_workload(p, path, base, where, err);
}

static int read_workloads(struct plan *p, const struct plan_source *s, struct error *err)
{
	const struct plan_override *o = s->override;
	const json_t *list = NULL, *entry;
	size_t i;

	if (json_get_list(s->json, "workloads", &list, s->where, err) < 0)
		return -1;
	if (!json_array_size(list))
		return json_fail(err, s->where, "workloads", list ? "empty" : "missing", NULL,
			"at least one workload, such as \"http\"");
	if (json_array_size(list) > PLAN_MAX_LIST || o->n_workloads > PLAN_MAX_LIST)
		return json_fail(err, s->where, "workloads", "too many", NULL,
			"at most %d workloads", PLAN_MAX_LIST);
	for (i = 0; i < o->n_workloads; i++)
		if (add_workload(p, o->workloads[i], NULL, "--workload", err) < 0)
			return -1;
	if (o->n_workloads)
		return 0;
	json_array_foreach (list, i, entry) {
		cleanup_free char *place = json_place_at(s->where, "workloads", i);

		if (add_entry(p, entry, s->folder, place, err) < 0)
			return -1;
	}
	return 0;
}

/* Keeps p->instances sorted. */
static int add_instances(struct plan *p, uint64_t n, const char *where, struct error *err)
{
	size_t at = p->n_instances;

	for (size_t i = 0; i < p->n_instances; i++)
		if (p->instances[i] == n)
			return error_set(err, EXIT_USAGE,
				"%s: count %llu is there twice, expected each count once", where,
				(unsigned long long)n);
	p->instances = xrealloc(p->instances, (at + 1) * sizeof(*p->instances));
	for (; at > 0 && p->instances[at - 1] > n; at--)
		p->instances[at] = p->instances[at - 1];
	p->instances[at] = (unsigned)n;
	p->n_instances++;
	return 0;
}

static int split_instances(struct plan *p, const char *text, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	const char *at = text;

	for (;;) {
		size_t len = strcspn(at, ",");
		cleanup_free char *part = strndup(at, len);
		uint64_t n;

		if (!part || parse_u64(part, 0, PLAN_MAX_INSTANCES, &n) < 0 ||
			p->n_instances >= PLAN_MAX_LIST)
			return error_set(err, EXIT_USAGE,
				"--instances: not a list of counts, got \"%s\", expected whole numbers from 0 to %d such as 1,2,4",
				safe_text(text, safe), PLAN_MAX_INSTANCES);
		if (add_instances(p, n, "--instances", err) < 0)
			return -1;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

static int list_instances(struct plan *p, const struct plan_source *s, struct error *err)
{
	cleanup_free char *place = json_place(s->where, "instances");
	const json_t *list = NULL, *v;
	size_t i;

	if (json_get_list(s->json, "instances", &list, s->where, err) < 0)
		return -1;
	if (!list)
		return add_instances(p, 1, place, err);
	if (!json_array_size(list) || json_array_size(list) > PLAN_MAX_LIST)
		return json_fail(err, place, NULL, json_array_size(list) ? "too many" : "empty",
			NULL, "1 to %d counts, such as [1]", PLAN_MAX_LIST);
	json_array_foreach (list, i, v) {
		cleanup_free char *at = json_place_at(s->where, "instances", i);

		if (!json_is_integer(v) || json_integer_value(v) < 0 ||
			json_integer_value(v) > PLAN_MAX_INSTANCES)
			return json_fail(err, at, NULL,
				json_is_integer(v) ? "out of range" : "wrong type", v,
				"a whole number from 0 to %d", PLAN_MAX_INSTANCES);
		if (add_instances(p, (uint64_t)json_integer_value(v), place, err) < 0)
			return -1;
	}
	return 0;
}

static int read_instances(struct plan *p, const struct plan_source *s, struct error *err)
{
	const char *typed = s->override->instances;
	cleanup_free char *place =
		typed ? xstrdup("--instances") : json_place(s->where, "instances");

	if ((typed ? split_instances(p, typed, err) : list_instances(p, s, err)) < 0)
		return -1;
	if (p->n_instances == 1 && p->instances[0] == 0)
		return error_set(err, EXIT_USAGE,
			"%s: 0 alone, expected 0 only beside other counts, where it is the foot of a slope",
			place);
	return 0;
}

static int read_probes(struct plan *p, const struct plan_source *s, struct error *err)
{
	cleanup_strv char **names = NULL;
	const char *known[ARRAY_SIZE(p->probe_enabled) + 1] = {NULL};
	char safe[SAFE_TEXT_SIZE];

	if (json_get_texts(s->json, "probes", &names, s->where, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(p->probe_enabled) && probes[i]; i++) {
		known[i] = probes[i]->name;
		p->probe_enabled[i] = !names && !probes[i]->optional;
	}
	for (size_t i = 0; names && names[i]; i++) {
		cleanup_free char *place = json_place_at(s->where, "probes", i);
		const char *near = did_you_mean(names[i], known);
		int at = probe_find(names[i]);

		if (at < 0 && near)
			return error_set(err, EXIT_USAGE,
				"%s: unknown probe, got \"%s\"; did you mean \"%s\"?", place,
				safe_text(names[i], safe), near);
		if (at < 0 || at >= (int)ARRAY_SIZE(p->probe_enabled))
			return error_set(err, EXIT_USAGE,
				"%s: unknown probe, got \"%s\", expected one of tare list probes",
				place, safe_text(names[i], safe));
		p->probe_enabled[at] = true;
	}
	if (names && !names[0])
		return json_fail(err, s->where, "probes", "empty", NULL, "at least one probe");
	return 0;
}

json_t *plan_probes_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(p->probe_enabled) && probes[i]; i++)
		if (p->probe_enabled[i])
			json_array_append_new(list, json_string(probes[i]->name));
	return list;
}

static int add_primary(struct plan *p, const char *name, const char *where, struct error *err)
{
	const char *names[METRIC_COUNT + 1] = {NULL};
	int id = metric_find(name);
	char safe[SAFE_TEXT_SIZE];
	const char *near;

	for (size_t i = 0; i < p->n_primary; i++)
		if ((int)p->primary[i] == id)
			return error_set(err, EXIT_USAGE,
				"%s: metric \"%s\" is there twice, expected each metric once",
				where, metrics[id].name);
	if (id >= 0) {
		p->primary[p->n_primary++] = (enum metric_id)id;
		return 0;
	}
	for (size_t i = 0; i < METRIC_COUNT; i++)
		names[i] = metrics[i].name;
	near = did_you_mean(name, names);
	if (near)
		return error_set(err, EXIT_USAGE,
			"%s: unknown metric, got \"%s\"; did you mean \"%s\"?", where,
			safe_text(name, safe), near);
	return error_set(err, EXIT_USAGE,
		"%s: unknown metric, got \"%s\", expected one of tare list metrics", where,
		safe_text(name, safe));
}

static int read_primary(struct plan *p, const struct plan_source *s, struct error *err)
{
	cleanup_strv char **names = NULL;

	if (json_get_texts(s->json, "primary", &names, s->where, err) < 0)
		return -1;
	if (strv_length(names) > ARRAY_SIZE(p->primary))
		return json_fail(err, s->where, "primary", "too many",
			json_object_get(s->json, "primary"),
			"at most %zu metrics: only they decide", ARRAY_SIZE(p->primary));
	for (size_t i = 0; !names && i < ARRAY_SIZE(default_primary); i++)
		if (add_primary(p, default_primary[i], s->where, err) < 0)
			return -1;
	for (size_t i = 0; names && names[i]; i++) {
		cleanup_free char *place = json_place_at(s->where, "primary", i);

		if (add_primary(p, names[i], place, err) < 0)
			return -1;
	}
	return 0;
}

int plan_read_lists(struct plan *p, const struct plan_source *s, struct error *err)
{
	if (read_workloads(p, s, err) < 0 || read_instances(p, s, err) < 0 ||
		read_probes(p, s, err) < 0 || read_primary(p, s, err) < 0)
		return -1;
	return 0;
}
