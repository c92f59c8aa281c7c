/* plan-parts.c - the parts of a plan: sub-plans that share its arms, workloads and blocks. A new key of a part:
 * part_keys[], read_part() and plan_parts_json() here, results/schema/plan.schema.json. */
#include "json.h"
#include "plan-parse.h"
#include "probe.h"
#include "util.h"

#include <string.h>

static const char *const part_keys[] = {
	"name", "arms", "workloads", "instances", "probes", "blocks", "quick", NULL};

/* What a part may choose from: the names in a list of the plan (as it was written: what the command line left out is
 * known all the same) and those that this run has. */
struct choice {
	const char *key, *what;
	const json_t *written;
	const char *here[PLAN_MAX_LIST];
	size_t n;
};

static const char *entry_name(const json_t *entry)
{
	return json_string_value(
		json_is_object(entry) ? json_object_get(entry, "name") : (json_t *)entry);
}

static int find_here(const struct choice *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->here[i], name) == 0)
			return (int)i;
	return -1;
}

static bool is_written(const struct choice *c, const char *name)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (c->written, i, entry) {
		const char *known = entry_name(entry);

		if (known && strcmp(known, name) == 0)
			return true;
	}
	return false;
}

/* Bits of the chosen; all of them when the part does not say. */
static int read_choice(const struct choice *c, const json_t *part, const char *where, uint64_t *out,
	struct error *err)
{
	cleanup_strv char **names = NULL;
	char safe[SAFE_TEXT_SIZE];

	if (json_get_texts(part, c->key, &names, where, err) < 0)
		return -1;
	*out = names ? 0 : c->n < 64 ? (1ull << c->n) - 1 : UINT64_MAX;
	if (names && !names[0])
		return json_fail(err, where, c->key, "empty", NULL, "at least one %s", c->what);
	for (size_t i = 0; names && names[i]; i++) {
		cleanup_free char *place = json_place_at(where, c->key, i);
		int at = find_here(c, names[i]);

		if (at >= 0)
			*out |= 1ull << at;
		else if (!is_written(c, names[i]))
			return error_set(err, EXIT_USAGE,
				"%s: unknown %s, got \"%s\", expected one of the plan's %s", place,
				c->what, safe_text(names[i], safe), c->key);
	}
	return 0;
}

static bool in_list(const json_t *list, const json_t *count)
{
	const json_t *v;
	size_t i;

	json_array_foreach (list, i, v)
		if (json_equal(v, count))
			return true;
	return false;
}

/* The part's counts, those of them that the run has; all of the run's when the part does not say. written: the plan's
 * list. */
static int read_instances(const struct plan *p, struct plan_part *part, const json_t *json,
	const json_t *written, const char *where, struct error *err)
{
	const json_t *list = NULL, *v;
	size_t i;

	if (json_get_list(json, "instances", &list, where, err) < 0)
		return -1;
	if (list && !json_array_size(list))
		return json_fail(err, where, "instances", "empty", NULL, "at least one count");
	json_array_foreach (list, i, v) {
		cleanup_free char *at = json_place_at(where, "instances", i);

		if (!in_list(written, v))
			return json_fail(
				err, at, NULL, "unknown count", v, "one of the plan's instances");
	}
	part->instances = xcalloc(p->n_instances, sizeof(*part->instances));
	for (i = 0; i < p->n_instances; i++) {
		bool chosen = !list;
		size_t k;

		json_array_foreach (list, k, v)
			chosen = chosen || json_integer_value(v) == p->instances[i];
		if (chosen)
			part->instances[part->n_instances++] = p->instances[i];
	}
	return 0;
}

static int read_probes(const struct plan *p, struct plan_part *part, const json_t *json,
	const char *where, struct error *err)
{
	cleanup_strv char **names = NULL;
	char safe[SAFE_TEXT_SIZE];

	if (json_get_texts(json, "probes", &names, where, err) < 0)
		return -1;
	if (names && !names[0])
		return json_fail(err, where, "probes", "empty", NULL, "at least one probe");
	for (unsigned i = 0; !names && i < ARRAY_SIZE(p->probe_enabled) && probes[i]; i++)
		part->probes |= (unsigned)p->probe_enabled[i] << i;
	for (size_t i = 0; names && names[i]; i++) {
		cleanup_free char *place = json_place_at(where, "probes", i);
		int at = probe_find(names[i]);

		if (at < 0 || at >= (int)ARRAY_SIZE(p->probe_enabled))
			return error_set(err, EXIT_USAGE,
				"%s: unknown probe, got \"%s\", expected one of tare list probes",
				place, safe_text(names[i], safe));
		part->probes |= 1u << at;
	}
	return 0;
}

/* Fills *part; *runs: false when --quick leaves it out. What was read is the part's even on error. */
static int read_part(struct plan *p, struct plan_part *part, const struct choice *arms,
	const struct choice *workloads, const struct plan_source *s, const json_t *json,
	const char *where, bool *runs, struct error *err)
{
	const char *name = NULL;
	uint64_t blocks = p->blocks;
	bool quick = true;

	if (!json_is_object(json))
		return json_fail(err, where, NULL, "wrong type", json, "an object");
	if (json_known_keys(json, part_keys, where, err) < 0 ||
		json_get_text(json, "name", &name, where, err) < 0)
		return -1;
	if (!name || !name_is_valid(name))
		return json_fail(err, where, "name", name ? "not a name" : "missing",
			json_object_get(json, "name"),
			"1 to 64 letters, digits or \"_.+-\", starting with a letter or digit");
	part->name = xstrdup(name);
	if (read_choice(arms, json, where, &part->arms, err) < 0 ||
		read_choice(workloads, json, where, &part->workloads, err) < 0 ||
		read_instances(p, part, json, json_object_get(s->json, "instances"), where, err) <
			0 ||
		read_probes(p, part, json, where, err) < 0 ||
		json_get_count(json, "blocks", 1, PLAN_MAX_BLOCKS, &blocks, where, err) < 0 ||
		json_get_bool(json, "quick", &quick, where, err) < 0)
		return -1;
	part->blocks = blocks < p->blocks ? (unsigned)blocks : p->blocks;
	*runs = (quick || !s->override->quick) && part->arms && part->workloads &&
		part->n_instances;
	return 0;
}

static void free_part(struct plan_part *part)
{
	free(part->name);
	free(part->instances);
	*part = (struct plan_part){.name = NULL};
}

void plan_free_parts(struct plan *p)
{
	for (size_t i = 0; i < p->n_parts; i++)
		free_part(&p->parts[i]);
	free(p->parts);
	p->parts = NULL;
	p->n_parts = 0;
}

static uint64_t squeeze(uint64_t bits, uint64_t used)
{
	uint64_t out = 0;
	unsigned to = 0;

	for (unsigned from = 0; from < 64; from++)
		if (used >> from & 1)
			out |= (bits >> from & 1) << to++;
	return out;
}

/* Arms, workloads and counts that no part names any more are not set up. */
static void drop_unused(struct plan *p)
{
	uint64_t arms = 0, workloads = 0, counts = 0;
	size_t kept = 0;
	bool has_base = false;

	for (size_t k = 0; k < p->n_parts; k++) {
		arms |= p->parts[k].arms;
		workloads |= p->parts[k].workloads;
		for (size_t i = 0; i < p->n_instances; i++)
			for (size_t j = 0; j < p->parts[k].n_instances; j++)
				counts |= (uint64_t)(p->parts[k].instances[j] == p->instances[i])
					<< i;
	}
	for (size_t k = 0; k < p->n_parts; k++) {
		p->parts[k].arms = squeeze(p->parts[k].arms, arms);
		p->parts[k].workloads = squeeze(p->parts[k].workloads, workloads);
	}
	for (size_t i = 0; i < p->n_arms; i++) {
		if (arms >> i & 1) {
			p->arms[kept++] = p->arms[i];
		} else {
			free(p->arms[i].name);
			json_decref(p->arms[i].options);
		}
	}
	p->n_arms = kept;
	for (size_t i = 0; i < kept; i++)
		has_base = has_base || strcmp(p->arms[i].name, p->base) == 0;
	if (!has_base) {
		free(p->base);
		p->base = xstrdup(p->arms[0].name);
	}
	kept = 0;
	for (size_t i = 0; i < p->n_workloads; i++) {
		if (workloads >> i & 1)
			p->workloads[kept++] = p->workloads[i];
		else
			workload_free(p->workloads[i]);
	}
	p->n_workloads = kept;
	kept = 0;
	for (size_t i = 0; i < p->n_instances; i++)
		if (counts >> i & 1)
			p->instances[kept++] = p->instances[i];
	p->n_instances = kept;
}

/* Nothing stands in a plan for nothing. */
static int check_used(const struct choice *c, uint64_t named, const char *where, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	for (size_t i = 0; i < c->n; i++)
		if (!(named >> i & 1) && is_written(c, c->here[i]))
			return error_set(err, EXIT_USAGE,
				"%s: %s: %s \"%s\" is in no part, expected each in one", where,
				c->key, c->what, safe_text(c->here[i], safe));
	return 0;
}

static int read_all(
	struct plan *p, const struct plan_source *s, const json_t *list, struct error *err)
{
	struct choice arms = {.key = "arms",
		.what = "arm",
		.written = json_object_get(s->json, "arms"),
		.n = p->n_arms};
	struct choice workloads = {.key = "workloads",
		.what = "workload",
		.written = json_object_get(s->json, "workloads"),
		.n = p->n_workloads};
	uint64_t named_arms = 0, named_workloads = 0;
	const json_t *entry;
	unsigned blocks = 0;
	size_t i;

	for (i = 0; i < p->n_arms; i++)
		arms.here[i] = p->arms[i].name;
	for (i = 0; i < p->n_workloads; i++)
		workloads.here[i] = p->workloads[i]->name;
	p->parts = xcalloc(json_array_size(list), sizeof(*p->parts));
	json_array_foreach (list, i, entry) {
		cleanup_free char *where = json_place_at(s->where, "parts", i);
		struct plan_part *part = &p->parts[p->n_parts++];
		bool runs = false;

		if (read_part(p, part, &arms, &workloads, s, entry, where, &runs, err) < 0)
			return -1;
		for (size_t k = 0; k + 1 < p->n_parts; k++)
			if (strcmp(p->parts[k].name, part->name) == 0)
				return error_set(err, EXIT_USAGE,
					"%s: part \"%s\" is there twice, expected each part once",
					where, part->name);
		named_arms |= part->arms;
		named_workloads |= part->workloads;
		if (!runs) {
			free_part(part);
			p->n_parts--;
		} else if (part->blocks > blocks) {
			blocks = part->blocks;
		}
	}
	p->blocks = blocks ? blocks : p->blocks; /* none is empty */
	if (check_used(&arms, named_arms, s->where, err) < 0 ||
		check_used(&workloads, named_workloads, s->where, err) < 0)
		return -1;
	return 0;
}

int plan_read_parts(struct plan *p, const struct plan_source *s, struct error *err)
{
	const json_t *list = NULL;

	if (json_get_list(s->json, "parts", &list, s->where, err) < 0)
		return -1;
	if (!list)
		return 0;
	if (!json_array_size(list) || json_array_size(list) > PLAN_MAX_LIST)
		return json_fail(err, s->where, "parts",
			json_array_size(list) ? "too many" : "empty", NULL, "1 to %d parts",
			PLAN_MAX_LIST);
	if (read_all(p, s, list, err) < 0)
		return -1;
	if (!p->n_parts)
		return error_set(err, EXIT_USAGE,
			"%s: parts: nothing is left of them, got arms, workloads or counts that no part names, expected some of the plan's own",
			s->where);
	drop_unused(p);
	if (p->n_instances == 1 && p->instances[0] == 0)
		return error_set(err, EXIT_USAGE,
			"%s: parts: 0 instances alone, expected 0 only beside other counts, where it is the foot of a slope",
			s->where);
	return 0;
}

json_t *plan_parts_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t k = 0; k < p->n_parts; k++) {
		const struct plan_part *part = &p->parts[k];
		json_t *arms = json_array(), *workloads = json_array(), *counts = json_array(),
		       *names = json_array();

		for (size_t i = 0; i < p->n_arms; i++)
			if (part->arms >> i & 1 && !p->arms[i].against)
				json_array_append_new(arms, json_string(p->arms[i].name));
		for (size_t i = 0; i < p->n_workloads; i++)
			if (part->workloads >> i & 1)
				json_array_append_new(
					workloads, json_string(p->workloads[i]->name));
		for (size_t i = 0; i < part->n_instances; i++)
			json_array_append_new(counts, json_integer(part->instances[i]));
		for (size_t i = 0; i < ARRAY_SIZE(p->probe_enabled) && probes[i]; i++)
			if (part->probes >> i & 1)
				json_array_append_new(names, json_string(probes[i]->name));
		json_array_append_new(list,
			json_pack("{ss so so so so si}", "name", part->name, "arms", arms,
				"workloads", workloads, "instances", counts, "probes", names,
				"blocks", (int)part->blocks));
	}
	return list;
}
