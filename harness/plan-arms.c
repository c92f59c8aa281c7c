/* plan-arms.c - the arms of a plan: predefined ones by name, own ones with the options of their platform.
 * A predefined arm is one line in standard_arms[]. */
#include "json.h"
#include "plan-parse.h"
#include "platform.h"
#include "util.h"

#include <string.h>

#define MAX_OPTION_TEXT 4096

/* A row for each option that is not the platform's standard; the first of a name has its help. */
static const struct {
	const char *name, *platform, *option, *value, *help;
} standard_arms[] = {
	{"host", "host", NULL, NULL, "a bare process: the floor"},
	{"netns", "host", "network", "veth",
		"the same behind a veth: the fair baseline of the network path"},
	{"container", "container", NULL, NULL, "all namespaces, limits, no capabilities, seccomp"},
	{"docker", "docker", NULL, NULL, "a container of a Docker Engine"},
	{"vm", "vm", NULL, NULL, "a minimal guest: a kernel and the workload"},
	{"container-debian", "container", "image", "debian",
		"the workload alone over the files of a whole Debian"},
	{"docker-debian", "docker", "image", "debian", "the same as Docker does it"},
	{"vm-debian", "vm", "image", "debian", "what a user's VM is: Debian with systemd"},
	{"system-container", "container", "image", "debian", "Debian with systemd in a container"},
	{"system-container", "container", "init", "systemd", NULL},
};

const char *predefined_arm(size_t i)
{
	return i < ARRAY_SIZE(standard_arms) ? standard_arms[i].name : NULL;
}

const char *const arm_path_names[] = {"peer", "pair", "nat", NULL};
const struct option_spec arm_options[] = {
	{"path", OPTION_CHOICE, arm_path_names, "peer",
		"how its traffic goes: peer: to the native peer on the same bridge; pair: to a second instance "
		"of the arm, the bridge as switch; nat: through a NAT to an outside host"},
	{.name = NULL},
};

static const char *const arm_names_rule =
	"1 to 64 letters, digits or \"_.+-\", starting with a letter or digit";

static bool spells_true(const char *s)
{
	return !strcmp(s, "true") || !strcmp(s, "yes") || !strcmp(s, "on") || !strcmp(s, "1");
}

static json_t *standard_value(const struct option_spec *spec)
{
	uint64_t bytes;

	if (!spec->standard)
		return NULL;
	if (spec->type == OPTION_BOOL)
		return json_boolean(spells_true(spec->standard));
	if (spec->type == OPTION_BYTES && parse_bytes(spec->standard, &bytes) == 0)
		return json_integer((json_int_t)bytes);
	return json_string(spec->standard);
}

static int read_choice(
	const struct option_spec *spec, const json_t *v, const char *where, struct error *err)
{
	cleanup_free char *list = xstrdup("");

	for (size_t i = 0; spec->choices[i]; i++) {
		char *longer;

		if (json_is_string(v) && strcmp(json_string_value(v), spec->choices[i]) == 0)
			return 0;
		longer = xasprintf("%s%s%s", list, i ? ", " : "", spec->choices[i]);
		free(list);
		list = longer;
	}
	return json_fail(err, where, spec->name, "unknown choice", v, "one of %s", list);
}

static json_t *absolute(const char *path, const char *folder)
{
	cleanup_free char *cwd = folder ? NULL : getcwd(NULL, 0);
	cleanup_free char *full = NULL;

	if (path[0] == '/' || (!folder && !cwd))
		return json_string(path);
	full = xasprintf("%s/%s", folder ? folder : cwd, path);
	return json_string(full);
}

/* One option's value in canonical form; NULL and no error when it is not given and has no default. */
static json_t *read_option(const struct option_spec *spec, const json_t *arm,
	const struct plan_source *s, const char *where, struct error *err)
{
	const json_t *v = json_object_get(arm, spec->name);
	const char *text = NULL;
	uint64_t bytes = 0;

	if (!v)
		return standard_value(spec);
	if (spec->type == OPTION_BOOL) {
		if (json_is_boolean(v))
			return json_boolean(json_is_true(v));
		json_fail(err, where, spec->name, "wrong type", v, "true or false");
		return NULL;
	}
	if (spec->type == OPTION_BYTES)
		return json_get_bytes(arm, spec->name, 1, PLAN_MAX_MEMORY, &bytes, where, err) < 0
			? NULL
			: json_integer((json_int_t)bytes);
	if (spec->type == OPTION_CHOICE)
		return read_choice(spec, v, where, err) < 0 ? NULL : json_copy((json_t *)v);
	if (json_get_text(arm, spec->name, &text, where, err) < 0)
		return NULL;
	if ((!*text && spec->type == OPTION_PATH) || strlen(text) > MAX_OPTION_TEXT ||
		strchr(text, '\n')) {
		json_fail(err, where, spec->name, "not usable", v,
			"at most %d bytes on one line, no empty path", MAX_OPTION_TEXT);
		return NULL;
	}
	return spec->type == OPTION_PATH ? absolute(text, s->folder) : json_string(text);
}

static int check_keys(
	const json_t *arm, const struct platform *platform, const char *where, struct error *err)
{
	const char *keys[PLAN_MAX_LIST + 8] = {"name", "platform"};
	size_t n = 2;

	for (const struct option_spec *o = platform->options; o && o->name; o++)
		if (n < PLAN_MAX_LIST)
			keys[n++] = o->name;
	for (const struct option_spec *o = arm_options; o->name; o++)
		keys[n++] = o->name;
	keys[n] = NULL;
	return json_known_keys(arm, keys, where, err);
}

static const struct platform *need_platform(const json_t *arm, const char *where, struct error *err)
{
	const json_t *v = json_object_get(arm, "platform");
	cleanup_free char *list = xstrdup("");
	const struct platform *found = NULL;

	if (json_is_string(v))
		found = platform_find(json_string_value(v));
	if (found)
		return found;
	for (size_t i = 0; platforms[i]; i++) {
		char *longer = xasprintf("%s%s%s", list, i ? ", " : "", platforms[i]->name);

		free(list);
		list = longer;
	}
	json_fail(
		err, where, "platform", !v ? "missing" : "unknown platform", v, "one of %s", list);
	return NULL;
}

static int read_options(json_t *options, const struct option_spec *specs, const json_t *object,
	const struct plan_source *s, const char *where, struct error *err)
{
	for (const struct option_spec *o = specs; o && o->name; o++) {
		struct error own = ERROR_INIT;
		json_t *value = read_option(o, object, s, where, &own);

		if (own.code)
			return error_set(err, own.code, "%s", own.text);
		if (value)
			json_object_set_new(options, o->name, value);
	}
	return 0;
}

/* The loopback leads nowhere. */
static int check_path(const json_t *options, const char *where, struct error *err)
{
	const char *network = json_string_value(json_object_get(options, "network"));
	const json_t *path = json_object_get(options, "path");

	if (!strcmp(json_string_value(path), arm_path_names[PATH_PEER]) || !network ||
		strcmp(network, "loopback") != 0)
		return 0;
	return json_fail(err, where, "path", "needs a link", path,
		"\"peer\", or \"network\": \"veth\" beside it");
}

enum arm_path arm_path(const struct arm *a)
{
	const char *name = json_string_value(json_object_get(a->options, "path"));

	for (int i = 0; name && arm_path_names[i]; i++)
		if (strcmp(name, arm_path_names[i]) == 0)
			return (enum arm_path)i;
	return PATH_PEER;
}

int plan_read_arm(struct arm *arm, const json_t *object, const struct plan_source *s,
	const char *where, struct error *err)
{
	const json_t *name = json_object_get(object, "name");
	const struct platform *platform;
	cleanup_json json_t *options = json_object();

	if (!json_is_string(name) || !name_is_valid(json_string_value(name)))
		return json_fail(err, where, "name", name ? "not a name" : "missing", name, "%s",
			arm_names_rule);
	platform = need_platform(object, where, err);
	if (!platform || check_keys(object, platform, where, err) < 0)
		return -1;
	if (read_options(options, platform->options, object, s, where, err) < 0 ||
		read_options(options, arm_options, object, s, where, err) < 0 ||
		check_path(options, where, err) < 0)
		return -1;
	*arm = (struct arm){.name = xstrdup(json_string_value(name)),
		.platform = platform,
		.options = steal_ptr(options)};
	return 0;
}

/* The definition of a predefined arm: new reference, NULL if there is none of that name. */
static json_t *standard_arm(const char *name)
{
	json_t *object = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(standard_arms); i++) {
		if (strcmp(standard_arms[i].name, name) != 0)
			continue;
		if (!object)
			object = json_pack(
				"{ss ss}", "name", name, "platform", standard_arms[i].platform);
		if (standard_arms[i].option)
			json_object_set_new(object, standard_arms[i].option,
				json_string(standard_arms[i].value));
	}
	return object;
}

json_t *plan_standard_arms(void)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(standard_arms); i++) {
		const char *option = standard_arms[i].option;
		cleanup_free char *set =
			option ? xasprintf("%s=%s", option, standard_arms[i].value) : xstrdup("");
		cleanup_free char *all = NULL;
		json_t *last = json_array_get(rows, json_array_size(rows) - 1);

		if (standard_arms[i].help) {
			json_array_append_new(rows,
				json_pack("{ss ss ss ss}", "name", standard_arms[i].name,
					"platform", standard_arms[i].platform, "options", set,
					"help", standard_arms[i].help));
			continue;
		}
		all = xasprintf("%s %s", json_string_value(json_object_get(last, "options")), set);
		json_object_set_new(last, "options", json_string(all));
	}
	return rows;
}

/* own: the plan's list, whose objects define arms too. */
static int unknown_arm(const json_t *name, const json_t *own, const char *where, struct error *err)
{
	const char *names[ARRAY_SIZE(standard_arms) + PLAN_MAX_LIST + 1];
	const char *near, *word = json_string_value(name);
	char safe[SAFE_TEXT_SIZE];
	const json_t *arm;
	size_t n = 0, i;

	for (; n < ARRAY_SIZE(standard_arms); n++)
		names[n] = standard_arms[n].name;
	json_array_foreach (own, i, arm) {
		const char *given = json_string_value(json_object_get(arm, "name"));

		if (given && n < ARRAY_SIZE(names) - 1)
			names[n++] = given;
	}
	names[n] = NULL;
	near = did_you_mean(word, names);
	if (near)
		return error_set(err, EXIT_USAGE,
			"%s: unknown arm, got \"%s\"; did you mean \"%s\"?", where,
			safe_text(word, safe), near);
	return error_set(err, EXIT_USAGE,
		"%s: unknown arm, got \"%s\", expected a predefined one or an arm of the plan; see tare list arms",
		where, safe_text(word, safe));
}

/* One entry of the list: a name, or a definition. The plan's own definitions win over predefined ones. */
static int add_arm(struct plan *p, const json_t *entry, const json_t *own,
	const struct plan_source *s, const char *where, struct error *err)
{
	cleanup_json json_t *object = NULL;
	const json_t *arm;
	struct arm *new_arm;
	size_t i;

	if (json_is_object(entry))
		object = json_incref((json_t *)entry);
	else if (!json_is_string(entry))
		return json_fail(
			err, where, NULL, "wrong type", entry, "an arm's name or an object");
	json_array_foreach (own, i, arm) {
		const json_t *name = json_object_get(arm, "name");

		if (!object && json_is_object(arm) && json_equal(name, entry))
			object = json_incref((json_t *)arm);
	}
	if (!object)
		object = standard_arm(json_string_value(entry));
	if (!object)
		return unknown_arm(entry, own, where, err);
	p->arms = xrealloc(p->arms, (p->n_arms + 1) * sizeof(*p->arms));
	new_arm = &p->arms[p->n_arms];
	if (plan_read_arm(new_arm, object, s, where, err) < 0)
		return -1;
	p->n_arms++;
	for (i = 0; i + 1 < p->n_arms; i++)
		if (strcmp(p->arms[i].name, new_arm->name) == 0)
			return error_set(err, EXIT_USAGE,
				"%s: arm \"%s\" is there twice, expected each arm once", where,
				new_arm->name);
	return 0;
}

static void forget_arms(struct plan *p)
{
	for (size_t i = 0; i < p->n_arms; i++) {
		free(p->arms[i].name);
		json_decref(p->arms[i].options);
	}
	p->n_arms = 0;
}

/* Arms of the command line take the place of the plan's, which are checked all the same. */
static int override_arms(
	struct plan *p, const json_t *own, const struct plan_source *s, struct error *err)
{
	if (!s->override->n_arms)
		return 0;
	forget_arms(p);
	for (size_t i = 0; i < s->override->n_arms; i++) {
		cleanup_json json_t *name = json_text(s->override->arms[i]);

		if (add_arm(p, name, own, s, "--arm", err) < 0)
			return -1;
	}
	return 0;
}

int plan_read_arms(struct plan *p, const struct plan_source *s, struct error *err)
{
	const json_t *list = NULL, *entry;
	size_t i;

	if (json_get_list(s->json, "arms", &list, s->where, err) < 0)
		return -1;
	if (!json_array_size(list))
		return json_fail(err, s->where, "arms", list ? "empty" : "missing", NULL,
			"at least one arm, such as \"host\"");
	if (json_array_size(list) > PLAN_MAX_LIST)
		return json_fail(
			err, s->where, "arms", "too many", NULL, "at most %d arms", PLAN_MAX_LIST);
	json_array_foreach (list, i, entry) {
		cleanup_free char *place = json_place_at(s->where, "arms", i);

		if (add_arm(p, entry, list, s, place, err) < 0)
			return -1;
	}
	return override_arms(p, list, s, err);
}

json_t *plan_arms_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_arms; i++) {
		json_t *arm;

		if (p->arms[i].against) /* made from the others when it is read again */
			continue;
		arm = json_pack(
			"{ss ss}", "name", p->arms[i].name, "platform", p->arms[i].platform->name);
		json_object_update(arm, p->arms[i].options);
		json_array_append_new(list, arm);
	}
	return list;
}
