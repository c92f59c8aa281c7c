/* probe.h - what is measured. A probe is one file ending in one const table, and one line in probes[]
 * (harness/probe/probes.c). It sees instances, never platforms. */
#ifndef TARE_PROBE_H
#define TARE_PROBE_H

#include "error.h"
#include "instance.h"
#include "lab.h"
#include "metric.h"
#include "plan.h"
#include "route.h"
#include "sample.h"
#include "traffic.h"
#include "workload.h"

#include <jansson.h>
#include <stddef.h>

/* One instance set while it is measured. */
struct measurement {
	struct lab *lab;
	const struct plan *plan;
	const struct workload *workload;
	unsigned probes; /* of the trial, as plan_probes() takes them */
	struct instance *instances; /* n of them; n may be 0 (the empty set of a slope) */
	size_t n;
	const struct cgroup *fixed; /* daemons that serve the whole set; NULL = none */
	bool fixed_outside; /* they are the host's own, not started by us */
	const char *fixed_unknown; /* why they cannot be told; NULL */
	struct traffic_peer peer; /* the native end of every network measurement */
	const struct route
		*route; /* the way of its traffic, open during PROBE_PATH only; else NULL */
	int64_t prepare_ns; /* time spent in prepare, all instances */
	unsigned extra_flags; /* set on every sample (guards) */
	void *data[PLAN_PROBES]; /* one slot a probe, by its index in probes[]; freed by after() */
	json_t *evidence; /* what stands behind the values: list of {"kind","data"}; NULL; owned */
	json_t *census; /* names of what was counted, by layer, with "keep_census"; NULL; owned */
	struct measured_value {
		enum sample_status status;
		double value; /* with SAMPLE_OK */
		char *reason; /* owned; NULL with SAMPLE_OK */
		unsigned flags;
		bool filled;
	} out[METRIC_COUNT];
};

void measurement_init(struct measurement *m);
void measurement_free(struct measurement *m);
/* "TARE_SKEW=METRIC=FACTOR" in the environment: the factor of a metric, 1 without it. The self-test's self-test
 * (harness/probe/README.md). */
double measured_skew(enum metric_id id);
/* One value, per instance; a non-finite one becomes a failed sample. */
void measured(struct measurement *m, enum metric_id id, double value, unsigned flags);
void not_measured(struct measurement *m, enum metric_id id, enum sample_status status,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Keeps structured evidence (a curve, a table) beside the samples. kind: one word; data is stolen, also NULL. */
void evidence_add(struct measurement *m, const char *kind, json_t *data);

struct probe {
	const char *name, *help;
	bool optional; /* only where a plan names it in "probes" */
	double seconds; /* rough time that one trial takes longer for it */
	enum metric_id first, last; /* the metrics it answers for: all of them, every time */
	/* Before prepare: nothing of the set is there yet. NULL = nothing. */
	int (*baseline)(struct measurement *m, unsigned slot, struct error *err);
	/* Just before the start, after prepare. NULL = nothing. */
	int (*before)(struct measurement *m, unsigned slot, struct error *err);
	/* All are ready; nobody has asked them for work yet (the last of them). NULL = nothing. */
	int (*ready)(struct measurement *m, unsigned slot, struct error *err);
	/* Everything runs and has settled. NULL = nothing. */
	int (*measure)(struct measurement *m, unsigned slot, struct error *err);
	/* All has been measured that needs the set alone: from here on its traffic may have a partner beside it.
	 * NULL = nothing. */
	int (*path)(struct measurement *m, unsigned slot, struct error *err);
	/* After stop: late metrics; frees m->data[slot]. NULL = nothing. Called in any case after baseline()
	 * or before(). */
	int (*after)(struct measurement *m, unsigned slot, struct error *err);
};

extern const struct probe *const probes[]; /* NULL-terminated */
int probe_find(const char *name); /* index or -1 */

enum probe_step {
	PROBE_BASELINE,
	PROBE_BEFORE,
	PROBE_READY,
	PROBE_MEASURE,
	PROBE_PATH,
	PROBE_AFTER
};
/* Runs a step of every probe the plan enables, in table order; the first error ends it, but for PROBE_AFTER,
 * which always reaches all of them. */
int probes_step(struct measurement *m, enum probe_step step, struct error *err);
/* Metrics of enabled probes that nothing was said about become failed samples with this reason. */
void measurement_fill(struct measurement *m, const char *reason);
/* The trial failed: what was found on the way is no number, every metric becomes a failed sample. */
void measurement_fail(struct measurement *m, const char *reason);

#endif
