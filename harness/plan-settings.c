/* plan-settings.c - the single values of a plan: blocks, seed, times, margins, limits. A new key: here,
 * plan_keys[] and the canonical form in plan.c, results/schema/plan.schema.json. */
#include "json.h"
#include "plan-parse.h"
#include "probe.h"
#include "util.h"

#include <string.h>
#include <sys/random.h>

static int read_blocks(struct plan *p, const struct plan_source *s, struct error *err)
{
	const struct plan_override *o = s->override;
	uint64_t blocks = 6, warmup = 1;
	char safe[SAFE_TEXT_SIZE];

	if (json_get_count(s->json, "blocks", 1, PLAN_MAX_BLOCKS, &blocks, s->where, err) < 0 ||
		json_get_count(s->json, "warmup", 0, PLAN_MAX_BLOCKS, &warmup, s->where, err) < 0)
		return -1;
	if (o->quick) {
		blocks = 1;
		warmup = 0;
	}
	if (o->blocks && parse_u64(o->blocks, 1, PLAN_MAX_BLOCKS, &blocks) < 0)
		return error_set(err, EXIT_USAGE,
			"--blocks: not a count, got \"%s\", expected a whole number from 1 to %d",
			safe_text(o->blocks, safe), PLAN_MAX_BLOCKS);
	p->blocks = (unsigned)blocks;
	p->warmup = (unsigned)warmup;
	return 0;
}

/* A text holds what JSON integers of other programs cannot: seeds above 2^53. */
static int read_seed(struct plan *p, const struct plan_source *s, struct error *err)
{
	const json_t *v = json_object_get(s->json, "seed");
	const char *typed = s->override->seed;
	char safe[SAFE_TEXT_SIZE];

	p->seed_given = v || typed;
	if (json_is_integer(v) && json_integer_value(v) >= 0)
		p->seed = (uint64_t)json_integer_value(v);
	else if (v &&
		(!json_is_string(v) ||
			parse_u64(json_string_value(v), 0, UINT64_MAX, &p->seed) < 0))
		return json_fail(err, s->where, "seed", "not a seed", v,
			"a whole number from 0 to 18446744073709551615");
	if (typed && parse_u64(typed, 0, UINT64_MAX, &p->seed) < 0)
		return error_set(err, EXIT_USAGE,
			"--seed: not a seed, got \"%s\", expected a whole number from 0 to 18446744073709551615",
			safe_text(typed, safe));
	if (!p->seed_given) {
		if (getrandom(&p->seed, sizeof(p->seed), 0) != sizeof(p->seed))
			return error_set(err, EXIT_INTERNAL, "seed: no random bytes");
		p->seed >>= 11; /* 53 bits: exact in every JSON reader */
	}
	return 0;
}

/* The network probe moves data both ways, asks and connects for the same time and fetches two bodies; the others
 * read files, or say how long they take. */
static void estimate_probes(struct plan *p)
{
	int network = probe_find("network");

	for (size_t i = 0; i < ARRAY_SIZE(p->probe_seconds) && probes[i]; i++)
		p->probe_seconds[i] = probes[i]->seconds;
	if (network >= 0)
		p->probe_seconds[network] = 4 * p->network_seconds + 2 * p->network_omit + 0.5;
}

static int read_times(struct plan *p, const struct plan_source *s, struct error *err)
{
	static const char *const keys[] = {"seconds", "omit", NULL};
	cleanup_free char *place = json_place(s->where, "network");
	const json_t *network = NULL;

	p->settle = 0.5;
	p->network_seconds = 1.0;
	p->network_omit = 0.2;
	p->memory = 64ull << 20;
	if (json_get_bytes(s->json, "memory", PLAN_MIN_MEMORY, PLAN_MAX_MEMORY, &p->memory,
		    s->where, err) < 0 ||
		json_get_number(s->json, "settle", 0, 600, &p->settle, s->where, err) < 0 ||
		json_get_object(s->json, "network", &network, s->where, err) < 0 ||
		(network && json_known_keys(network, keys, place, err) < 0) ||
		json_get_number(network, "seconds", 0.05, 600, &p->network_seconds, place, err) <
			0 ||
		json_get_number(network, "omit", 0, 600, &p->network_omit, place, err) < 0)
		return -1;
	if (p->network_omit >= p->network_seconds)
		return error_set(err, EXIT_USAGE,
			"%s: omits all, got omit %g of %g s, expected omit below seconds", place,
			p->network_omit, p->network_seconds);
	if (s->override->quick) {
		p->settle = 0.2;
		p->network_seconds = 0.4;
		p->network_omit = 0.1;
	}
	estimate_probes(p);
	return 0;
}

static int read_margins(struct plan *p, const struct plan_source *s, struct error *err)
{
	static const char *const keys[] = {"time", "memory", NULL};
	cleanup_free char *place = json_place(s->where, "margins");
	const json_t *margins = NULL;

	p->margin_ratio_time = 0.05;
	p->margin_ratio_memory = 0.03;
	if (json_get_object(s->json, "margins", &margins, s->where, err) < 0 ||
		(margins && json_known_keys(margins, keys, place, err) < 0) ||
		json_get_number(margins, "time", 0, 1, &p->margin_ratio_time, place, err) < 0 ||
		json_get_number(margins, "memory", 0, 1, &p->margin_ratio_memory, place, err) < 0)
		return -1;
	return 0;
}

static int read_limits(struct plan *p, const struct plan_source *s, struct error *err)
{
	static const char *const keys[] = {"foreign_cpu", "steal", "swap_ins", "throttled", NULL};
	cleanup_free char *place = json_place(s->where, "limits");
	const json_t *limits = NULL;

	p->limits.foreign_cpu = 0.25;
	p->limits.steal = 0.05;
	if (json_get_object(s->json, "limits", &limits, s->where, err) < 0 ||
		(limits && json_known_keys(limits, keys, place, err) < 0) ||
		json_get_number(limits, "foreign_cpu", 0, 1e6, &p->limits.foreign_cpu, place, err) <
			0 ||
		json_get_number(limits, "steal", 0, 1e6, &p->limits.steal, place, err) < 0 ||
		json_get_number(limits, "swap_ins", 0, 1e12, &p->limits.swap_ins, place, err) < 0 ||
		json_get_number(limits, "throttled", 0, 1e12, &p->limits.throttled, place, err) < 0)
		return -1;
	return 0;
}

static int read_allow(struct plan *p, const struct plan_source *s, struct error *err)
{
	cleanup_free char *place = json_place(s->where, "allow");
	const json_t *allow = NULL, *reason;
	const char *aspect;

	if (json_get_object(s->json, "allow", &allow, s->where, err) < 0)
		return -1;
	json_object_foreach ((json_t *)allow, aspect, reason) {
		if (!name_is_valid(aspect))
			return json_fail(err, place, NULL, "not an aspect's name", NULL,
				"keys such as \"kernel\"");
		if (!json_is_string(reason) || !*json_string_value(reason))
			return json_fail(err, place, aspect, "no reason", reason,
				"a text that says why they may differ");
	}
	p->allow = allow ? json_deep_copy(allow) : json_object();
	return 0;
}

static int read_base(struct plan *p, const struct plan_source *s, struct error *err)
{
	const char *base = NULL;
	bool there = false;

	if (json_get_text(s->json, "base", &base, s->where, err) < 0)
		return -1;
	for (size_t i = 0; i < p->n_arms; i++)
		there = there || strcmp(p->arms[i].name, base ? base : "host") == 0;
	if (base && !there && !s->override->n_arms)
		return json_fail(err, s->where, "base", "not an arm of the plan",
			json_object_get(s->json, "base"), "the name of one of its arms");
	/* arms chosen on the command line may leave the base out: then the first one is it */
	p->base = xstrdup(there ? base ? base : "host" : p->arms[0].name);
	return 0;
}

static int read_census(struct plan *p, const struct plan_source *s, struct error *err)
{
	if (json_get_bool(s->json, "keep_census", &p->keep_census, s->where, err) < 0)
		return -1;
	p->keep_census = p->keep_census || s->override->keep_census;
	return 0;
}

/* Two declared conditions: nothing of what starts was read before, or all of it. */
static int read_page_cache(struct plan *p, const struct plan_source *s, struct error *err)
{
	const char *text = "warm";

	if (json_get_text(s->json, "page_cache", &text, s->where, err) < 0)
		return -1;
	p->cold = !strcmp(text, "cold");
	if (!p->cold && strcmp(text, "warm") != 0)
		return json_fail(err, s->where, "page_cache", "unknown condition",
			json_object_get(s->json, "page_cache"), "\"warm\" or \"cold\"");
	return 0;
}

int plan_read_settings(struct plan *p, const struct plan_source *s, struct error *err)
{
	if (read_blocks(p, s, err) < 0 || read_seed(p, s, err) < 0 || read_times(p, s, err) < 0 ||
		read_margins(p, s, err) < 0 || read_limits(p, s, err) < 0 ||
		read_page_cache(p, s, err) < 0 || read_allow(p, s, err) < 0 ||
		read_base(p, s, err) < 0 || read_census(p, s, err) < 0)
		return -1;
	return 0;
}
