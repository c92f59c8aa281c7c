/* plan-against.c - the second side of a plan ("against"): every arm that it changes is doubled as NAME.new, in the same
 * blocks. KEY is payload, agent, plan, or an option of an arm's platform (emulator, kernel, ...): a platform's options
 * need nothing here. */
#include "json.h"
#include "plan-parse.h"
#include "platform.h"
#include "util.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX ".new"
#define LOOKS 3 /* as long as nothing else is said */

const char *const against_keys[] = {"payload", "agent", "plan", NULL};

/* What is being read: from the plan, or from the command line. */
struct second {
	struct plan *p;
	const json_t *json; /* KEY -> value */
	char *where; /* of the object */
	struct plan_source source; /* folder: where its paths start */
	struct plan *other; /* plan=FILE */
	size_t first_arms; /* how many of p->arms are the first side's */
	bool *used; /* by key of json, in order: some arm has that option */
};

static const struct option_spec *option_of(const struct platform *platform, const char *key)
{
	for (const struct option_spec *o = platform->options; o && o->name; o++)
		if (!strcmp(o->name, key))
			return o;
	for (const struct option_spec *o = arm_options; o->name; o++)
		if (!strcmp(o->name, key))
			return o;
	return NULL;
}

static bool is_own(const char *key)
{
	for (size_t i = 0; against_keys[i]; i++)
		if (!strcmp(against_keys[i], key))
			return true;
	return false;
}

/* ["KEY=VALUE", ...] as an object. New, or NULL. */
static json_t *from_words(const struct plan_override *o, struct error *err)
{
	cleanup_json json_t *json = json_object();

	for (size_t i = 0; i < o->n_against; i++) {
		const char *word = o->against[i], *equals = strchr(word, '=');
		cleanup_free char *key = strndup(word, equals ? (size_t)(equals - word) : 0);
		char safe[SAFE_TEXT_SIZE];

		if (!equals || !key || !*key || !equals[1]) {
			error_set(err, EXIT_USAGE,
				"--against: not KEY=VALUE, got \"%s\", expected such as emulator=/opt/qemu/bin/qemu-system-x86_64",
				safe_text(word, safe));
			return NULL;
		}
		if (json_object_get(json, key)) {
			error_set(err, EXIT_USAGE,
				"--against: \"%s\" is there twice, expected each key once",
				safe_text(key, safe));
			return NULL;
		}
		json_object_set_new(json, key, json_text(equals + 1));
	}
	return steal_ptr(json);
}

/* A word of the command line as the type that its option has. New. */
static json_t *typed(const struct option_spec *spec, const json_t *value)
{
	const char *word = json_string_value(value);

	if (word && spec->type == OPTION_BOOL && !strcmp(word, "true"))
		return json_true();
	if (word && spec->type == OPTION_BOOL && !strcmp(word, "false"))
		return json_false();
	return json_incref((json_t *)value);
}

static char *new_name(const char *name)
{
	return xasprintf("%s" SUFFIX, name);
}

/* Adds the arm that stands against p->arms[first]. */
static int double_arm(
	struct second *t, size_t first, const struct arm *from, json_t *object, struct error *err)
{
	struct plan *p = t->p;
	cleanup_free char *name = new_name(p->arms[first].name);

	if (!name_is_valid(name))
		return error_set(err, EXIT_USAGE,
			"%s: arm \"%s\" has too long a name for its second side, expected at most %zu letters",
			t->where, p->arms[first].name, 64 - strlen(SUFFIX));
	if (p->n_arms == PLAN_MAX_LIST)
		return error_set(err, EXIT_USAGE,
			"%s: too many arms on both sides, expected at most %d", t->where,
			PLAN_MAX_LIST);
	for (size_t i = 0; i < p->n_arms; i++)
		if (!strcmp(p->arms[i].name, name))
			return error_set(err, EXIT_USAGE,
				"%s: arm \"%s\" is there already, expected that name to be free for the second side",
				t->where, name);
	json_object_set_new(object, "name", json_string(name));
	json_object_set_new(object, "platform", json_string(from->platform->name));
	p->arms = xrealloc(p->arms, (p->n_arms + 1) * sizeof(*p->arms));
	if (plan_read_arm(&p->arms[p->n_arms], object, &t->source, t->where, err) < 0)
		return -1;
	p->arms[p->n_arms].against = p->arms[first].name;
	for (size_t k = 0; k < p->n_parts; k++)
		p->parts[k].arms |= (p->parts[k].arms >> first & 1) << p->n_arms;
	p->n_arms++;
	return 0;
}

/* The arm with the options that are asked for; nothing when it has none of them and no payload of its own. */
static int change_arm(struct second *t, size_t first, struct error *err)
{
	const struct arm *arm = &t->p->arms[first];
	const struct arm *from = arm;
	bool changed = t->p->second_workloads || t->p->second_agent;
	cleanup_json json_t *object = NULL;
	const char *key;
	json_t *value;
	size_t at = 0;

	for (size_t i = 0; t->other && i < t->other->n_arms; i++)
		if (!strcmp(t->other->arms[i].name, arm->name)) {
			from = &t->other->arms[i];
			changed = true;
		}
	object = json_deep_copy(from->options);
	json_object_foreach ((json_t *)t->json, key, value) {
		const struct option_spec *spec = option_of(from->platform, key);

		if (spec && !is_own(key)) {
			json_object_set_new(object, key, typed(spec, value));
			t->used[at] = changed = true;
		}
		at++;
	}
	return changed ? double_arm(t, first, from, object, err) : 0;
}

static int unknown_key(const struct second *t, const char *key, struct error *err)
{
	const char *names[ARRAY_SIZE(against_keys) + 4 * PLAN_MAX_LIST] = {NULL};
	char safe[SAFE_TEXT_SIZE];
	const char *near;
	size_t n = 0;

	for (; against_keys[n]; n++)
		names[n] = against_keys[n];
	for (size_t i = 0; i < t->first_arms; i++)
		for (const struct option_spec *o = t->p->arms[i].platform->options; o && o->name;
			o++)
			if (n + 1 < ARRAY_SIZE(names))
				names[n++] = o->name;
	near = did_you_mean(key, names);
	if (near)
		return error_set(err, EXIT_USAGE,
			"%s: no arm of the plan has this option, got \"%s\"; did you mean \"%s\"?",
			t->where, safe_text(key, safe), near);
	return error_set(err, EXIT_USAGE,
		"%s: no arm of the plan has this option, got \"%s\", expected payload, agent, plan or an option such as emulator, kernel",
		t->where, safe_text(key, safe));
}

static int check_used(const struct second *t, struct error *err)
{
	const char *key;
	json_t *value;
	size_t at = 0;

	json_object_foreach ((json_t *)t->json, key, value)
		if (!t->used[at++] && !is_own(key))
			return unknown_key(t, key, err);
	return 0;
}

/* Text of one of against_keys, or NULL. */
static int own_text(const struct second *t, const char *key, const char **out, struct error *err)
{
	*out = NULL;
	return json_get_text(t->json, key, out, t->where, err);
}

/* The position of the workload that this one takes the place of. */
static int place_of(const struct second *t, const struct workload *w, size_t *at, struct error *err)
{
	const struct plan *p = t->p;

	for (*at = 0; *at < p->n_workloads; ++*at)
		if (!strcmp(p->workloads[*at]->name, w->name))
			return 0;
	*at = 0;
	if (p->n_workloads == 1)
		return 0;
	return error_set(err, EXIT_USAGE,
		"%s: payload \"%s\" is none of the plan's workloads, expected the name of the one it stands against, or a plan with one workload",
		t->where, w->name);
}

static int read_payload(struct second *t, struct error *err)
{
	struct plan *p = t->p;
	struct workload *w;
	const char *name;
	size_t at;

	if (own_text(t, "payload", &name, err) < 0)
		return -1;
	if (!name)
		return 0;
	w = workload_load_from(name, t->source.folder, err);
	if (!w)
		return error_wrap(err, "%s", t->where);
	if (place_of(t, w, &at, err) < 0) {
		workload_free(w);
		return -1;
	}
	json_object_set_new(p->second, "payload", json_text(w->path ? w->path : w->name));
	free(w->name); /* one row of every table */
	w->name = xstrdup(p->workloads[at]->name);
	if (!p->second_workloads)
		p->second_workloads = xcalloc(p->n_workloads, sizeof(struct workload *));
	workload_free(p->second_workloads[at]);
	p->second_workloads[at] = w;
	return 0;
}

/* Absolute. New, or NULL with errno. */
static char *resolve(const struct second *t, const char *path)
{
	cleanup_free char *full = *path == '/' || !t->source.folder
		? xstrdup(path)
		: xasprintf("%s/%s", t->source.folder, path);

	return realpath(full, NULL);
}

static int read_agent(struct second *t, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	const char *path;

	if (own_text(t, "agent", &path, err) < 0)
		return -1;
	if (!path)
		return 0;
	t->p->second_agent = resolve(t, path);
	if (!t->p->second_agent || access(t->p->second_agent, X_OK) < 0)
		return error_errno(err, EXIT_USAGE, errno, "%s: agent \"%s\" cannot be executed",
			t->where, safe_text(path, safe));
	json_object_set_new(t->p->second, "agent", json_text(t->p->second_agent));
	return 0;
}

/* One block holds both sides: what belongs to the block must be the same. */
static int check_other(const struct second *t, struct error *err)
{
	static const char *const keys[] = {"memory", "settle", "network", "page_cache", NULL};
	const struct plan *a = t->p, *b = t->other;

	if (b->second)
		return error_set(err, EXIT_USAGE,
			"%s: plan \"%s\" has a second side itself, expected one without \"against\"",
			t->where, b->name);
	if (a->memory != b->memory || a->cold != b->cold || a->settle > b->settle ||
		a->settle < b->settle || a->network_seconds > b->network_seconds ||
		a->network_seconds < b->network_seconds || a->network_omit > b->network_omit ||
		a->network_omit < b->network_omit)
		return error_set(err, EXIT_USAGE,
			"%s: plan \"%s\" has other settings, expected the same %s, %s, %s and %s on both sides of a block",
			t->where, b->name, keys[0], keys[1], keys[2], keys[3]);
	return 0;
}

/* Its arms and workloads of the same names are the second side. */
static int read_plan(struct second *t, struct error *err)
{
	struct plan_override quick = {.quick = t->source.override->quick};
	struct plan *p = t->p;
	cleanup_free char *path = NULL;
	const char *name;

	if (own_text(t, "plan", &name, err) < 0)
		return -1;
	if (!name)
		return 0;
	path = is_path_name(name) ? resolve(t, name) : NULL;
	t->other = plan_load(path ? path : name, &quick, err);
	if (!t->other)
		return error_wrap(err, "%s", t->where);
	json_object_set_new(p->second, "plan", json_text(path ? path : name));
	if (check_other(t, err) < 0)
		return -1;
	for (size_t i = 0; i < p->n_workloads; i++) {
		for (size_t k = 0; k < t->other->n_workloads; k++) {
			struct workload **w = &t->other->workloads[k];

			if (strcmp((*w)->name, p->workloads[i]->name) != 0 ||
				json_equal((*w)->json, p->workloads[i]->json))
				continue;
			if (!p->second_workloads)
				p->second_workloads =
					xcalloc(p->n_workloads, sizeof(struct workload *));
			if (!p->second_workloads[i]) {
				p->second_workloads[i] = *w;
				/* the other plan keeps one to free */
				*w = xcalloc(1, sizeof(**w));
				break;
			}
		}
	}
	return 0;
}

/* The options as they were read: absolute paths, so that run.json can be read from anywhere. */
static void keep_options(const struct second *t)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)t->json, key, value) {
		for (size_t i = t->first_arms; i < t->p->n_arms; i++) {
			json_t *is = json_object_get(t->p->arms[i].options, key);

			if (is && !is_own(key) && !json_object_get(t->p->second, key))
				json_object_set(t->p->second, key, is);
		}
	}
}

static int read_most(struct plan *p, const struct plan_source *s, struct error *err)
{
	uint64_t most = LOOKS * (uint64_t)p->blocks;
	const char *typed_most = s->override->max_blocks;
	char safe[SAFE_TEXT_SIZE];

	if (most > PLAN_MAX_BLOCKS)
		most = PLAN_MAX_BLOCKS;
	if (!s->override->blocks && !s->override->quick &&
		json_get_count(s->json, "most_blocks", p->blocks, PLAN_MAX_BLOCKS, &most, s->where,
			err) < 0)
		return -1;
	if (typed_most && parse_u64(typed_most, p->blocks, PLAN_MAX_BLOCKS, &most) < 0)
		return error_set(err, EXIT_USAGE,
			"--max-blocks: not a count, got \"%s\", expected a whole number from %u (the plan's blocks) to %d",
			safe_text(typed_most, safe), p->blocks, PLAN_MAX_BLOCKS);
	p->most_blocks = (unsigned)most;
	return 0;
}

static int read_second(struct second *t, struct error *err)
{
	struct plan *p = t->p;

	if (!json_object_size(t->json))
		return json_fail(err, t->where, NULL, "empty", NULL,
			"at least one key, such as \"emulator\"");
	p->second = json_object();
	t->used = xcalloc(json_object_size(t->json), sizeof(*t->used));
	if (read_plan(t, err) < 0 || read_payload(t, err) < 0 || read_agent(t, err) < 0)
		return -1;
	for (size_t i = 0; i < t->first_arms; i++)
		if (change_arm(t, i, err) < 0)
			return -1;
	if (check_used(t, err) < 0)
		return -1;
	if (p->n_arms == t->first_arms)
		return error_set(err, EXIT_USAGE,
			"%s: no arm has a second side, expected arms of the same name in both plans",
			t->where);
	keep_options(t);
	return 0;
}

static int no_second(const struct plan_source *s, struct error *err)
{
	if (s->override->max_blocks)
		return error_set(err, EXIT_USAGE,
			"--max-blocks: without a second side, expected it only with --against; --blocks says how many");
	if (json_object_get(s->json, "most_blocks"))
		return json_fail(err, s->where, "most_blocks", "without a second side",
			json_object_get(s->json, "most_blocks"), "it only beside \"against\"");
	return 0;
}

int plan_read_against(struct plan *p, const struct plan_source *s, struct error *err)
{
	bool typed_words = s->override->n_against > 0;
	cleanup_json json_t *words = typed_words ? from_words(s->override, err) : NULL;
	const json_t *given = words;
	struct second t = {.p = p, .source = *s, .first_arms = p->n_arms};
	int rc;

	if (typed_words && !words)
		return -1;
	if (!words && json_get_object(s->json, "against", &given, s->where, err) < 0)
		return -1;
	if (!given)
		return no_second(s, err);
	t.json = given;
	t.where = typed_words ? xstrdup("--against") : json_place(s->where, "against");
	if (typed_words)
		t.source.folder = NULL;
	rc = read_most(p, s, err);
	if (rc == 0)
		rc = read_second(&t, err);
	plan_free(t.other);
	free(t.used);
	free(t.where);
	return rc;
}
