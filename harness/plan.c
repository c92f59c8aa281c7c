/* plan.c - a plan found, read and put into its canonical form. Its keys: plan_keys[] here, their readers
 * in plan-arms.c, plan-parse.c, plan-settings.c and plan-parts.c. */
#include "claims.h"
#include "json.h"
#include "plan-parse.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const char *const plan_keys[] = {"schema", "name", "help", "blocks", "warmup", "seed",
	"arms", "workloads", "instances", "memory", "settle", "network", "probes", "base",
	"margins", "primary", "limits", "allow", "keep_census", "page_cache", "parts", "claims",
	"against", "most_blocks", NULL};

static int read_name(
	struct plan *p, const struct plan_source *s, const char *standard_name, struct error *err)
{
	const char *name = standard_name, *help = "";

	if (json_get_text(s->json, "name", &name, s->where, err) < 0 ||
		json_get_text(s->json, "help", &help, s->where, err) < 0)
		return -1;
	if (!name_is_valid(name))
		return json_fail(err, s->where, "name", "not a name",
			json_object_get(s->json, "name"),
			"1 to 64 letters, digits or \"_.+-\", starting with a letter or digit");
	p->name = xstrdup(name);
	p->help = xstrdup(help);
	return 0;
}

json_t *plan_seed_json(uint64_t seed)
{
	char digits[24];

	if (seed <= 1ull << 53)
		return json_integer((json_int_t)seed);
	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)seed);
	return json_string(digits);
}

/* Installed ones by name; others say where they are, so that the plan can be read again from anywhere. */
static json_t *workload_reference(const struct workload *w)
{
	cleanup_free char *installed = data_path("workloads", w->name);
	cleanup_free char *found = realpath(installed, NULL);

	if (!w->path || (found && strcmp(found, w->path) == 0))
		return json_string(w->name);
	return json_pack("{ss so}", "name", w->name, "path", json_text(w->path));
}

static json_t *names_json(const struct plan *p, const char *which)
{
	json_t *list = json_array();

	for (size_t i = 0; *which == 'w' && i < p->n_workloads; i++)
		json_array_append_new(list, workload_reference(p->workloads[i]));
	for (size_t i = 0; *which == 'i' && i < p->n_instances; i++)
		json_array_append_new(list, json_integer(p->instances[i]));
	for (size_t i = 0; *which == 'p' && i < p->n_primary; i++)
		json_array_append_new(list, json_string(metrics[p->primary[i]].name));
	return list;
}

/* Every key with the value in force: reading it again gives the same plan. */
static json_t *canonical(const struct plan *p)
{
	json_t *o = json_object();

	json_object_set_new(o, "schema", json_string(PLAN_SCHEMA));
	json_object_set_new(o, "name", json_string(p->name));
	json_object_set_new(o, "help", json_string(p->help));
	json_object_set_new(o, "blocks", json_integer(p->blocks));
	json_object_set_new(o, "warmup", json_integer(p->warmup));
	json_object_set_new(o, "seed", plan_seed_json(p->seed));
	json_object_set_new(o, "arms", plan_arms_json(p));
	json_object_set_new(o, "workloads", names_json(p, "workloads"));
	json_object_set_new(o, "instances", names_json(p, "instances"));
	json_object_set_new(o, "memory", json_integer((json_int_t)p->memory));
	json_object_set_new(o, "settle", json_value_of(p->settle));
	json_object_set_new(o, "network",
		json_pack("{so so}", "seconds", json_value_of(p->network_seconds), "omit",
			json_value_of(p->network_omit)));
	json_object_set_new(o, "probes", plan_probes_json(p));
	json_object_set_new(o, "base", json_string(p->base));
	json_object_set_new(o, "margins",
		json_pack("{so so}", "time", json_value_of(p->margin_ratio_time), "memory",
			json_value_of(p->margin_ratio_memory)));
	json_object_set_new(o, "primary", names_json(p, "primary"));
	json_object_set_new(o, "limits",
		json_pack("{so so so so}", "foreign_cpu", json_value_of(p->limits.foreign_cpu),
			"steal", json_value_of(p->limits.steal), "swap_ins",
			json_value_of(p->limits.swap_ins), "throttled",
			json_value_of(p->limits.throttled)));
	json_object_set(o, "allow", p->allow);
	json_object_set_new(o, "page_cache", json_string(p->cold ? "cold" : "warm"));
	if (p->n_parts)
		json_object_set_new(o, "parts", plan_parts_json(p));
	if (p->claims)
		json_object_set(o, "claims", p->claims);
	if (p->keep_census)
		json_object_set_new(o, "keep_census", json_true());
	if (p->second) {
		json_object_set(o, "against", p->second);
		json_object_set_new(o, "most_blocks", json_integer(p->most_blocks));
	}
	return o;
}

/* A name, a path, or the object itself: the canonical form keeps it whole, so that thresholds are those with which
 * the run began. */
static int read_claims(struct plan *p, const struct plan_source *s, struct error *err)
{
	json_t *v = json_object_get(s->json, "claims");
	cleanup_free char *place = json_place(s->where, "claims");

	if (!v)
		return 0;
	if (json_is_object(v))
		p->claims = claims_check(v, place, err) < 0 ? NULL : json_incref(v);
	else if (json_is_string(v))
		p->claims = claims_load(json_string_value(v), s->folder, place, err);
	else
		return json_fail(err, s->where, "claims", "wrong type", v,
			"the name of a claims file, a path or an object");
	return p->claims ? 0 : -1;
}

static struct plan *from_json(
	const struct plan_source *s, const char *standard_name, struct error *err)
{
	struct plan *p = xcalloc(1, sizeof(*p));

	if (json_need_schema(s->json, PLAN_SCHEMA, s->where, err) < 0 ||
		json_known_keys(s->json, plan_keys, s->where, err) < 0 ||
		read_name(p, s, standard_name, err) < 0 || plan_read_arms(p, s, err) < 0 ||
		plan_read_lists(p, s, err) < 0 || plan_read_settings(p, s, err) < 0 ||
		plan_read_parts(p, s, err) < 0 || read_claims(p, s, err) < 0 ||
		plan_read_against(p, s, err) < 0) {
		plan_free(p);
		return NULL;
	}
	p->json = canonical(p);
	return p;
}

struct plan *plan_parse(const char *text, size_t len, const char *where,
	const struct plan_override *o, struct error *err)
{
	static const struct plan_override nothing;
	cleanup_json json_t *json = json_parse_object(text, len, where, err);
	struct plan_source s = {.json = json, .where = where, .override = o ? o : &nothing};

	return json ? from_json(&s, "plan", err) : NULL;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_arms; i++) {
		free(p->arms[i].name);
		json_decref(p->arms[i].options);
	}
	free(p->arms);
	for (size_t i = 0; i < p->n_workloads; i++)
		workload_free(p->workloads[i]);
	for (size_t i = 0; p->second_workloads && i < p->n_workloads; i++)
		workload_free(p->second_workloads[i]);
	free(p->second_workloads);
	free(p->second_agent);
	json_decref(p->second);
	free(p->workloads);
	plan_free_parts(p);
	free(p->instances);
	free(p->name);
	free(p->help);
	free(p->base);
	json_decref(p->allow);
	json_decref(p->claims);
	json_decref(p->json);
	free(p);
}

static char *unknown_plan(const char *name, struct error *err)
{
	cleanup_strv char **names = data_list("workloads/plans");
	const char *near = names ? did_you_mean(name, (const char *const *)names) : NULL;
	char safe[SAFE_TEXT_SIZE];

	if (near)
		error_set(err, EXIT_USAGE, "plan: unknown plan, got \"%s\"; did you mean \"%s\"?",
			safe_text(name, safe), near);
	else
		error_set(err, EXIT_USAGE,
			"plan: unknown plan, got \"%s\", expected an installed one or a path; see tare list plans",
			safe_text(name, safe));
	return NULL;
}

/* New path of the plan's file. */
static char *find_plan(const char *name, struct error *err)
{
	cleanup_free char *path = NULL;

	if (is_path_name(name))
		return xstrdup(name);
	if (!name_is_valid(name))
		return unknown_plan(name, err);
	path = data_path("workloads/plans", name);
	if (access(path, F_OK) < 0)
		return unknown_plan(name, err);
	return steal_ptr(path);
}

struct plan *plan_load(const char *name, const struct plan_override *o, struct error *err)
{
	static const struct plan_override nothing;
	cleanup_free char *path = find_plan(name, err), *folder = NULL, *stem = NULL;
	cleanup_json json_t *json = NULL;
	struct plan_source s = {.override = o ? o : &nothing};
	char safe[SAFE_TEXT_SIZE];
	char *slash;

	if (!path)
		return NULL;
	s.where = safe_text(path, safe);
	json = json_read_object(AT_FDCWD, path, JSON_MAX_SIZE, s.where, err);
	folder = json ? realpath(path, NULL) : NULL;
	if (!json)
		return NULL;
	if (!folder) {
		error_errno(err, EXIT_USAGE, errno, "%s: cannot be resolved", s.where);
		return NULL;
	}
	slash = strrchr(folder, '/');
	*slash = '\0';
	stem = xstrdup(slash + 1);
	if (is_path_name(stem))
		stem[strlen(stem) - strlen(".json")] = '\0';
	s.json = json;
	s.folder = folder;
	return from_json(&s, stem, err);
}
