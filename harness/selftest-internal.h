/* selftest-internal.h - what the files of the self-test share: the bench on which weights are planted. */
#ifndef TARE_SELFTEST_INTERNAL_H
#define TARE_SELFTEST_INTERNAL_H

#include "selftest.h"
#include "set.h"

#define SELFTEST_MIB 1048576.0

/* The lab with an arm "container" and, where a VM can run, an arm "vm". */
struct bench {
	struct selftest *t;
	struct run run;
	struct run_request request;
	struct plan *plan; /* its enabled probes change from part to part */
	struct rng rng;
	unsigned trial; /* of the next instance */
	double left; /* s: of the parts after this one */
	double part; /* s: what this one was estimated to take */
};

/* One instance with a weight that comes and goes. */
struct living {
	struct bench *bench;
	struct trial trial;
	struct workload workload;
	char *arguments[2];
	struct set set;
};

/* Values by metric; NaN = not measured. */
typedef double readings[METRIC_COUNT];

/* selftest-living.c. verb and argument ("mib=16", NULL = none) are borrowed. Whatever fails, living_end(). */
int living_start(struct living *l, struct bench *b, const char *arm, const char *verb,
	const char *argument, struct error *err);
/* The probes' baseline is now. */
int living_baseline(struct living *l, struct error *err);
int living_settle(struct living *l, struct error *err);
int living_look(struct living *l, readings out, struct error *err);
/* A request to the agent, with the deadline of a slow guest. */
int living_ask(struct living *l, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* out may be NULL: late metrics (boot.ready) are added to it. 0, or -1 with err when it could not be stopped. */
int living_end(struct living *l, readings out, struct error *err);
/* Start, and with settle what the probes see then; stopped. */
int living_once(struct bench *b, const char *arm, const char *verb, const char *argument,
	bool settle, readings out, struct error *err);

/* Only the probes with these names, NULL-terminated, run from here on. */
void bench_probes(struct bench *b, const char *const *names);
bool bench_has_vm(const struct bench *b);
/* done of total steps of this part. */
void bench_progress(struct bench *b, const char *what, unsigned done, unsigned total);
/* A random order of n items. */
void bench_shuffle(struct bench *b, unsigned *order, unsigned n);
/* Judges the rows from first on; true when one is off. */
bool bench_off(struct bench *b, size_t first);

/* What others do to the host between two looks: their memory is in the fall of the host's too. begin may be NULL with
 * nothing to compare yet. true when the guards would flag it; *now is the reading. */
bool bench_disturbed(struct bench *b, const struct living *l, const struct guard_counters *begin,
	struct guard_counters *now);

/* The parts. */
int selftest_memory(struct bench *b, const char *arm, struct error *err);
int selftest_processes(struct bench *b, const char *arm, struct error *err);
int selftest_time(struct bench *b, const char *arm, struct error *err);
int selftest_rate(struct bench *b, const char *arm, struct error *err);
/* One arm against itself, by a run of its own: outside the lab. */
int selftest_twins(struct selftest *t, const char *platform, struct error *err);

#endif
