/* selftest-weight.c - planted and found: tolerances and the judgement. Pure. */
#include "selftest.h"

#include "stats.h"
#include "util.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define MIB 1048576.0
#define TIME_TOLERANCE 0.005 /* s */

const char *const weight_status_names[] = {"ok", "off", "finding", "skipped", NULL};

double weight_tolerance(enum weight_rule rule, double planted)
{
	switch (rule) {
	case RULE_MEMORY:
		return fmax(0.02 * planted, 1 * MIB);
	case RULE_GUEST_MEMORY:
		return fmax(0.02 * planted, 2 * MIB);
	case RULE_TIME:
	case RULE_INTERVAL:
		return TIME_TOLERANCE;
	case RULE_RATE:
		return 0.03 * planted;
	case RULE_EXACT:
	case RULE_SAME:
	case RULE_NONE:
		break;
	}
	return 0;
}

void weight_add(struct weight *w, double value)
{
	if (isfinite(value) && w->n < SELFTEST_VALUES)
		w->values[w->n++] = value;
	else if (!*w->note)
		snprintf(w->note, sizeof(w->note), "a value was not measured");
}

/* One count that is not exact is not made good by the others. */
static bool all_exact(const struct weight *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->values[i] != w->planted)
			return false;
	return true;
}

static bool is_found(const struct weight *w)
{
	if (w->rule == RULE_EXACT)
		return all_exact(w);
	if (w->rule == RULE_INTERVAL && !isnan(w->lo))
		return w->planted >= w->lo - TIME_TOLERANCE && w->planted <= w->hi + TIME_TOLERANCE;
	return fabs(w->found - w->planted) <= w->tolerance;
}

void weight_judge(struct weight *w)
{
	double sorted[SELFTEST_VALUES];
	struct interval i;

	if (w->status == WEIGHT_SKIPPED || w->rule == RULE_SAME)
		return;
	memcpy(sorted, w->values, sizeof(sorted));
	w->found = stats_median(sorted, w->n);
	i = stats_median_interval(sorted, w->n, 0.95);
	w->lo = i.lo;
	w->hi = i.hi;
	w->tolerance = weight_tolerance(w->rule, w->planted);
	if (w->rule == RULE_INTERVAL && !isnan(w->lo))
		w->tolerance += fmax(w->hi - w->found, w->found - w->lo);
	if (!w->n)
		w->status = WEIGHT_OFF;
	else if (w->rule == RULE_NONE)
		w->status = WEIGHT_FINDING;
	else
		w->status = is_found(w) ? WEIGHT_OK : WEIGHT_OFF;
	/* A value that is missing is no weight found. */
	if (w->status == WEIGHT_OK && !strcmp(w->note, "a value was not measured"))
		w->status = WEIGHT_OFF;
}

double resolved_ratio(double lo, double hi)
{
	return lo > 0 && hi >= lo ? sqrt(hi / lo) - 1 : NAN;
}

struct weight *selftest_weight(struct selftest *t, const char *arm, enum metric_id metric,
	enum weight_rule rule, double planted, const char *fmt, ...)
{
	struct weight *w;
	va_list ap;

	t->weights = xrealloc(t->weights, (t->n_weights + 1) * sizeof(*t->weights));
	w = &t->weights[t->n_weights++];
	*w = (struct weight){.arm = arm,
		.metric = metric,
		.rule = rule,
		.planted = planted,
		.found = NAN,
		.lo = NAN,
		.hi = NAN};
	va_start(ap, fmt);
	vsnprintf(w->name, sizeof(w->name), fmt, ap);
	va_end(ap);
	return w;
}

const struct weight *selftest_off(const struct selftest *t)
{
	for (size_t i = 0; i < t->n_weights; i++)
		if (t->weights[i].status == WEIGHT_OFF)
			return &t->weights[i];
	return NULL;
}

void selftest_free(struct selftest *t)
{
	free(t->weights);
	free(t->resolved);
	json_decref(t->host);
	t->weights = NULL;
	t->resolved = NULL;
	t->host = NULL;
	t->n_weights = t->n_resolved = 0;
}
