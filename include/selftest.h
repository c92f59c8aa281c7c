/* selftest.h - known weights are planted and looked for with the probes that runs use. A weight more: a function in
 * one of harness/selftest-*.c and its line in selftest_parts[] (harness/selftest.c). */
#ifndef TARE_SELFTEST_H
#define TARE_SELFTEST_H

#include "error.h"
#include "metric.h"
#include "platform.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SELFTEST_SCHEMA "tare/selftest/1"
#define SELFTEST_VALUES 64

enum weight_status {
	WEIGHT_OK,
	WEIGHT_OFF, /* the meter is off */
	WEIGHT_FINDING, /* worth knowing, no fault of the meter */
	WEIGHT_SKIPPED, /* could not be planted here; the note says why */
};
extern const char *const weight_status_names[];

/* How far from the planted value the found one may be. */
enum weight_rule {
	RULE_EXACT,
	RULE_MEMORY, /* max(2 %, 1 MiB) */
	RULE_GUEST_MEMORY, /* max(2 %, 2 MiB) */
	RULE_TIME, /* 5 ms */
	RULE_RATE, /* 3 % */
	RULE_INTERVAL, /* the planted value lies in the interval of the found ones, widened by 5 ms */
	RULE_SAME, /* two equal arms: nothing is planted, and no metric may differ */
	RULE_NONE, /* a finding */
};
/* In the unit of the metric. Pure; 0 for the rules that have no figure of their own. */
double weight_tolerance(enum weight_rule rule, double planted);

struct weight {
	char name[64]; /* "64 MiB touched" */
	const char *arm; /* of constant text */
	enum metric_id metric;
	enum weight_rule rule;
	double planted;
	double values[SELFTEST_VALUES];
	size_t n;
	/* by weight_judge() */
	double found, tolerance, lo, hi; /* median; interval of it, NaN below n = 6 */
	enum weight_status status;
	bool noisy; /* skipped: too few values that nothing disturbed */
	char note[240];
};
/* One more found value; beyond SELFTEST_VALUES and not finite ones are left out (the weight is then off). */
void weight_add(struct weight *w, double value);
/* Median, interval, tolerance and status of the values at hand; none at all is WEIGHT_OFF. Pure. */
void weight_judge(struct weight *w);

/* What the blocks of one arm against itself resolve: half the width of the interval. */
struct resolved {
	const char *arm;
	enum metric_id metric;
	bool ratio; /* value is a fraction: 0.05 = 5 %; else in the metric's unit */
	double value; /* NaN: too few blocks */
};
/* Half width as a fraction of a ratio's interval [lo, hi], both > 0. Pure. */
double resolved_ratio(double lo, double hi);

struct selftest {
	/* what is asked */
	bool quick;
	struct run_options options;
	const char *folder; /* NULL = nothing is kept but the result */
	int argc;
	char **argv;
	/* what came of it */
	struct weight *weights;
	size_t n_weights;
	struct resolved *resolved;
	size_t n_resolved;
	json_t *host; /* host_describe() */
	const char *accel; /* "kvm", "tcg", "none" */
	double seconds;
	char date[32];
};
/* Runs all. 0, also when the meter is off; -1 with err when it could not be asked. */
int selftest_run(struct selftest *t, struct error *err);
void selftest_free(struct selftest *t);
/* New row, borrowed until the next one. */
struct weight *selftest_weight(struct selftest *t, const char *arm, enum metric_id metric,
	enum weight_rule rule, double planted, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* The first weight that is off, or NULL. */
const struct weight *selftest_off(const struct selftest *t);
/* New object, as results/schema/selftest.schema.json has it. */
json_t *selftest_json(const struct selftest *t);
/* A value of a metric in the unit that reads best: MiB, ms, Mbit/s, counts. */
void weight_figure(char *buf, size_t size, enum metric_id id, double v);
void selftest_table(FILE *out, const struct selftest *t);

/* selftest-store.c: one result a fingerprint, <cache>/selftest-<fingerprint>.json. Kept for the fingerprint of the
 * accelerator, and for that of runs without a VM. */
int selftest_store(const struct selftest *t, struct error *err);
/* What runs quote in run.json "meter": the result without its values, or JSON null when there is none that can be
 * read. New reference. */
json_t *selftest_recall(const char *fingerprint);

#endif
