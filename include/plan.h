/* plan.h - a plan is data: which arms, workloads, instance counts, how many blocks, seed. Pure: reading,
 * checking, expanding to trials and shuffling touch nothing but the JSON text. */
#ifndef TARE_PLAN_H
#define TARE_PLAN_H

#include "error.h"
#include "metric.h"
#include "workload.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One option of a platform's arms: checked by plan.c against the platform's table. */
enum option_type { OPTION_STRING, OPTION_PATH, OPTION_BYTES, OPTION_BOOL, OPTION_CHOICE };
struct option_spec {
	const char *name;
	enum option_type type;
	const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
	const char *standard; /* default as text, NULL = none */
	const char *help;
};

/* How the traffic of an arm goes: an option ("path") that every platform has. */
enum arm_path {
	PATH_PEER, /* between the instance and the native peer, both on the lab's bridge */
	PATH_PAIR, /* between two instances of the arm, the bridge as L2 switch */
	PATH_NAT, /* from the instance through the lab's NAT to an outside host */
};
/* Options of every platform's arms, behind the platform's own: ends with name == NULL. */
extern const struct option_spec arm_options[];
/* Name of a predefined arm; NULL behind the last. A name may come more than once, one after the other. */
const char *predefined_arm(size_t i);
/* What --against takes beside the options of arms; ends with NULL. */
extern const char *const against_keys[];

struct arm {
	char *name;
	const struct platform *platform; /* borrowed, from the platform table */
	json_t *options; /* object, checked: every option of the platform, defaults filled in; paths absolute */
	const char
		*against; /* second side: name of the arm it stands against, borrowed; else NULL */
};

#define PLAN_PROBES 24 /* room for the probe table: a unit test compares */

/* A part of a plan: its own arms, workloads, counts and probes, in so many of the blocks. A cell that two parts name is
 * one trial with the probes of both. */
struct plan_part {
	char *name;
	uint64_t arms, workloads; /* bits, by index in the plan's lists */
	unsigned *instances; /* sorted, unique, of the plan's */
	size_t n_instances;
	unsigned probes; /* bits, by index in the probe table */
	unsigned blocks; /* it is in each warm-up block and in the first so many counted ones */
};

struct plan {
	char *name, *help;
	unsigned blocks; /* counted blocks; with two sides until the first look */
	unsigned most_blocks; /* two sides: counted blocks at most; 0 = blocks */
	unsigned warmup; /* declared warm-up blocks before them, not counted */
	uint64_t seed;
	bool seed_given;
	struct arm *arms;
	size_t n_arms;
	struct workload **workloads;
	size_t n_workloads;
	unsigned *instances; /* sorted, unique; 0 only in a slope list (more than one entry) */
	size_t n_instances;
	struct plan_part *parts; /* none: every arm with every workload and count, in every block */
	size_t n_parts;
	uint64_t memory; /* B the workload may use, the same in every arm */
	double settle; /* s between ready and the memory reading */
	double network_seconds, network_omit; /* per direction; omit < seconds */
	bool probe_enabled[PLAN_PROBES]; /* by index in the probe table */
	double probe_seconds[PLAN_PROBES]; /* by the same: rough time in one trial */
	bool cold; /* page cache: dropped before each preparation; else as warm as it is */
	bool keep_census; /* the names of what was counted go to census.jsonl */
	char *base; /* arm the others are compared with; "host" by default */
	double margin_ratio_time, margin_ratio_memory; /* 0.05, 0.03 */
	enum metric_id primary[5];
	size_t n_primary;
	struct {
		double foreign_cpu, steal, swap_ins, throttled;
	} limits; /* guards; fractions of one CPU, counts */
	json_t *allow; /* declared differences: object aspect -> reason */
	json_t *claims; /* what the run is to decide: the object of a claims file (claims.h); NULL = nothing */
	/* The second side (plan-against.c): what it has of its own; its arms are in arms[], behind those of the first. */
	json_t *second; /* canonical object KEY -> value; NULL = one side only */
	struct workload **
		second_workloads; /* by position in workloads[], NULL entries = the same; NULL = all */
	char *second_agent; /* path; NULL = the same */
	json_t *json; /* canonical, whole: what run.json keeps */
};

enum arm_path arm_path(const struct arm *a);
extern const char *const arm_path_names[]; /* by enum arm_path; NULL-terminated */

static inline unsigned plan_most_blocks(const struct plan *p)
{
	return p->most_blocks ? p->most_blocks : p->blocks;
}
/* The workload at this position as an arm's side runs it: the same name, perhaps another payload. */
static inline struct workload *plan_workload(const struct plan *p, const struct arm *arm, size_t at)
{
	return arm->against && p->second_workloads && p->second_workloads[at]
		? p->second_workloads[at]
		: p->workloads[at];
}

/* What the command line may override; NULL or 0 = leave. */
struct plan_override {
	const char *const *arms;
	size_t n_arms;
	const char *const *workloads;
	size_t n_workloads;
	const char *instances; /* "1,2,4" */
	const char *blocks,
		*seed; /* as typed: checked here with the option's name in the message */
	bool keep_census; /* --keep-census: as the plan's key */
	const char *const *against; /* "KEY=VALUE": the second side, in place of the plan's */
	size_t n_against;
	const char *max_blocks; /* as typed */
	bool quick; /* no warm-up, one block, shorter times */
};

#define PLAN_SCHEMA "tare/plan/1"
#define PLAN_MAX_BLOCKS 1000
#define PLAN_MAX_INSTANCES 4096
#define PLAN_MAX_LIST 64 /* arms, workloads, counts, parts */
#define PLAN_MIN_MEMORY (16ull << 20)
#define PLAN_MAX_MEMORY (1ull << 40)

/* name: installed plan or path. New, or NULL. Relative paths in it start at the plan's folder. */
struct plan *plan_load(const char *name, const struct plan_override *o, struct error *err);
/* The same from text, for tests and fuzzing; where names the text in messages. */
struct plan *plan_parse(const char *text, size_t len, const char *where,
	const struct plan_override *o, struct error *err);
void plan_free(struct plan *p);
/* A seed for JSON: an integer up to 2^53, digits in a text above (other programs read doubles). New. */
json_t *plan_seed_json(uint64_t seed);

/* xoshiro256** (Blackman, Vigna 2018) seeded by splitmix64 (Steele, Lea, Flood 2014). */
struct rng {
	uint64_t s[4];
};
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Uniform in [0, n), n > 0, by rejection. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* One cell of the executed order. */
struct trial {
	unsigned block, index, attempt;
	const struct arm *arm; /* borrowed from the plan */
	const struct workload *workload; /* borrowed */
	unsigned instances;
	unsigned probes; /* bits, by index in the probe table; 0 = those of the plan */
};
/* Complete blocks, each holding every arm once per workload and count (of each part that it holds) in an order
 * shuffled by the plan's seed (Fisher-Yates over xoshiro256**, unbiased). New array of *n, owned by the caller. */
struct trial *plan_trials(const struct plan *p, size_t *n);
/* The same cells at the same positions of each block, as attempt 1, in an order of their own. */
struct trial *plan_repetitions(const struct plan *p, size_t *n);
/* Whether the plan measures a workload in an arm (indices in its lists). */
bool plan_has(const struct plan *p, size_t arm, size_t workload);
/* Whether a probe, by its index, is to look at a trial with these probes. */
bool plan_probes(const struct plan *p, unsigned trial_probes, unsigned index);
/* The arms that every plan can name: new list of "name", "platform", "options" ("KEY=VALUE ...", ""), "help". */
json_t *plan_standard_arms(void);
/* Estimated seconds of one trial, from the platform's table; for --dry-run and the time left. */
double trial_estimate(const struct trial *t, const struct plan *p, bool emulated);

#endif
