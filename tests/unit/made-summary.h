/* made-summary.h - for tests: samples made by hand, their summary, and what stands in it. */
#ifndef TARE_TEST_MADE_SUMMARY_H
#define TARE_TEST_MADE_SUMMARY_H

#include "summary.h"
#include "util.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A sample set built by hand. */
struct made {
	struct sample_set set;
	json_t *run;
};

static inline struct made begin(const char *plan)
{
	struct made m = {.run = json_object()};

	json_object_set_new(m.run, "plan", json_loads(plan, 0, NULL));
	assert_true(json_is_object(json_object_get(m.run, "plan")));
	return m;
}

static inline void emulate(struct made *m, const char *arm)
{
	json_object_set_new(
		m->run, "arms", json_pack("{s:{s:s,s:b}}", arm, "platform", "vm", "emulated", 1));
}

static inline struct sample *add(struct made *m, unsigned block, const char *arm,
	unsigned instances, enum metric_id metric, double value)
{
	struct sample_set *set = &m->set;

	set->samples = xrealloc(set->samples, (set->n + 1) * sizeof(*set->samples));
	set->samples[set->n] = (struct sample){.block = block,
		.arm = arm,
		.workload = "w",
		.instances = instances,
		.metric = metric,
		.value = value};
	return &set->samples[set->n++];
}

static inline void done(
	struct made *m, unsigned block, const char *arm, unsigned instances, unsigned attempt)
{
	struct sample_set *set = &m->set;

	set->done = xrealloc(set->done, (set->n_done + 1) * sizeof(*set->done));
	set->done[set->n_done++] = (struct trial_mark){.block = block,
		.attempt = attempt,
		.arm = arm,
		.workload = "w",
		.instances = instances};
}

/* One value a block for two arms, all of them finished. */
static inline void two_arms(struct made *m, const char *arm, enum metric_id metric, const double *a,
	const double *host, unsigned n)
{
	for (unsigned block = 0; block < n; block++) {
		add(m, block, arm, 1, metric, a[block]);
		add(m, block, "host", 1, metric, host[block]);
		done(m, block, arm, 1, 0);
		done(m, block, "host", 1, 0);
	}
}

static inline json_t *end(struct made *m)
{
	struct error err = ERROR_INIT;
	json_t *summary = summary_make(m->run, &m->set, &err);

	if (!summary)
		fail_msg("%s", err.text);
	free(m->set.samples);
	free(m->set.done);
	json_decref(m->run);
	return summary;
}

/* The row of a list with these texts; base NULL = any. instances 0 = any. */
static inline json_t *row(const json_t *summary, const char *list, const char *metric,
	const char *arm, const char *base, unsigned instances)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(summary, list), i, one) {
		const char *b = json_string_value(json_object_get(one, "base"));

		if (!strcmp(json_string_value(json_object_get(one, "metric")), metric) &&
			!strcmp(json_string_value(json_object_get(one, "arm")), arm) &&
			(!base || (b && !strcmp(b, base))) &&
			(!instances ||
				json_integer_value(json_object_get(one, "instances")) == instances))
			return one;
	}
	return NULL;
}

static inline void is_number(const json_t *o, const char *key, double want)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_number(v) || !(fabs(json_number_value(v) - want) <= 1e-9 * fabs(want)))
		fail_msg("%s: got %.17g, expected %.17g", key, json_number_value(v), want);
}

static inline void is_null(const json_t *o, const char *key)
{
	assert_non_null(o);
	if (!json_is_null(json_object_get(o, key)))
		fail_msg("%s is not null", key);
}

static inline void is_text(const json_t *o, const char *key, const char *want)
{
	const char *got = json_string_value(json_object_get(o, key));

	assert_non_null(got);
	assert_string_equal(got, want);
}

static inline bool has_flag(const json_t *o, const char *flag)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(o, "flags"), i, one)
		if (!strcmp(json_string_value(one), flag))
			return true;
	return false;
}

static inline const json_t *found(const json_t *summary, const char *kind)
{
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(summary, "findings"), i, one)
		if (!strcmp(json_string_value(json_object_get(one, "kind")), kind))
			return one;
	return NULL;
}

static const double up[] = {11, 12, 11.5, 12.5, 11.2, 11.8, 12.2};
static const double low[] = {10, 10, 10, 10, 10, 10, 10};

#endif
