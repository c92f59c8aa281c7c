/* history-judge.c - the newest night of every series, and what it means: alarms, candidates, the environment, a digest of
 * the rest. Pure. */
#include "history-internal.h"

#include "json.h"
#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

const char *const history_state_names[] = {[HISTORY_ALARM] = "alarm",
	[HISTORY_CANDIDATE] = "candidate",
	[HISTORY_MISSING] = "missing",
	[HISTORY_ENVIRONMENT] = "environment",
	[HISTORY_REFUTED] = "refuted",
	[HISTORY_BEYOND] = "beyond",
	[HISTORY_WORSE] = "worse",
	[HISTORY_BETTER] = "better"};

static double middle(const double *x, size_t n)
{
	cleanup_free double *copy = xcalloc(n, sizeof(*copy));

	memcpy(copy, x, n * sizeof(*copy));
	return stats_median(copy, n);
}

/* since: number in the walk. */
static void add(struct judgement *j, const struct history *h, const struct history_series *s,
	const struct history_walk *w, enum history_state state, const struct rule_night *at)
{
	size_t since = at->since, before = since ? since - 1 : 0;
	struct history_finding f = {.series = s,
		.state = state,
		.extreme = at->extreme,
		.primary = history_is_primary(h, s),
		.since = w->night[since],
		.good = w->night[before],
		.level = at->level,
		.now = middle(w->x + since, w->n - since)};

	f.change = f.level.median != 0 ? f.now / f.level.median - 1 : NAN;
	if (s->base)
		f.cause = xstrdup("");
	else
		history_attribute(h, &f, w, since);
	if (state == HISTORY_CANDIDATE && f.attribution == ATTRIBUTED_ENVIRONMENT)
		f.state = HISTORY_ENVIRONMENT;
	j->findings = xrealloc(j->findings, (j->n + 1) * sizeof(*j->findings));
	j->findings[j->n++] = f;
}

bool history_asks(const struct history_finding *f)
{
	return f->state == HISTORY_CANDIDATE && !f->missing;
}

/* Two nights in a row beyond the same reach on the good side. */
static bool is_better(const struct history_walk *w, int worse)
{
	const struct level *l = &w->rule[w->n - 1].level;

	return w->n >= 2 && -worse * (w->x[w->n - 1] - l->median) > l->reach &&
		-worse * (w->x[w->n - 2] - l->median) > l->reach;
}

static void judge_alarming(
	struct judgement *j, const struct history *h, const struct history_series *s)
{
	static const enum history_state states[] = {[RULE_BEYOND] = HISTORY_BEYOND,
		[RULE_CANDIDATE] = HISTORY_CANDIDATE,
		[RULE_ALARM] = HISTORY_ALARM,
		[RULE_QUIET] = HISTORY_REFUTED};
	cleanup_walk struct history_walk w = {0};
	const struct rule_night *last;

	history_walk(h, s, &w);
	last = &w.rule[w.n - 1];
	if (last->state == RULE_LEARNING) {
		size_t nights = last->level.n + 1;

		j->learning++;
		j->early++;
		nights = nights < history_rule.least ? nights : history_rule.least;
		j->early_nights = nights > j->early_nights ? nights : j->early_nights;
	} else if (last->state != RULE_CALM) {
		add(j, h, s, &w, states[last->state], last);
	} else if (is_better(&w, history_worse(s))) {
		struct rule_night better = *last;

		better.since = w.n - 2;
		add(j, h, s, &w, HISTORY_BETTER, &better);
	}
}

/* The last nights of a series are enough for its digest. */
static size_t tail_of(
	const struct history *h, const struct history_series *s, struct history_walk *w)
{
	size_t most = history_rule.window + 2;

	w->night = xcalloc(most, sizeof(*w->night));
	w->x = xcalloc(most, sizeof(*w->x));
	for (size_t i = s->n; i-- > 0 && w->n < most;) {
		if (!h->nights[s->points[i].night].valid)
			continue;
		w->n++;
		w->night[most - w->n] = s->points[i].night;
		w->x[most - w->n] = s->points[i].value;
	}
	memmove(w->night, w->night + most - w->n, w->n * sizeof(*w->night));
	memmove(w->x, w->x + most - w->n, w->n * sizeof(*w->x));
	return w->n;
}

static void judge_other(
	struct judgement *j, const struct history *h, const struct history_series *s)
{
	cleanup_walk struct history_walk w = {0};
	int worse = history_worse(s);

	if (!worse || !tail_of(h, s, &w))
		return;
	for (int way = worse, k = 0; k < 2; k++, way = -worse) {
		struct rule_night last =
			rule_last(&history_rule, w.x, w.n, way, history_margin(h, s));

		if (last.state == RULE_LEARNING) {
			j->learning++;
			return;
		}
		if (last.opened)
			add(j, h, s, &w, k ? HISTORY_BETTER : HISTORY_WORSE, &last);
	}
}

/* Whether a series goes on: it has a value on the newest valid night of its plan. */
static bool is_living(const struct history *h, const struct history_series *s)
{
	const char *plan = h->nights[s->points[s->n - 1].night].plan;
	size_t last = s->n;

	while (last > 0 && !h->nights[s->points[last - 1].night].valid)
		last--;
	if (!last)
		return false;
	for (size_t t = h->n_nights; t-- > 0;) {
		const struct history_night *n = &h->nights[t];

		if (!n->valid || strcmp(n->plan, plan) != 0 ||
			strcmp(n->fingerprint, s->fingerprint) != 0)
			continue;
		return s->points[last - 1].night == t;
	}
	return false;
}

static char *why_missing(
	const struct history *h, const struct history_series *s, size_t last, size_t since)
{
	const struct history_night *n = &h->nights[since];
	bool measured = false;

	for (size_t i = 0; i < s->n; i++)
		measured = measured || s->points[i].night == since;
	return xasprintf(
		"%s in run %s of plan %s, nor since; last %s in run %s; accept it if that is meant",
		measured ? "no longer primary" : "no value", n->id, n->plan,
		measured ? "primary" : "measured", h->nights[last].id);
}

static void add_missing(struct judgement *j, const struct history_series *s,
	const struct level *level, size_t last, size_t since, char *why)
{
	j->findings = xrealloc(j->findings, (j->n + 1) * sizeof(*j->findings));
	j->findings[j->n++] = (struct history_finding){.series = s,
		.state = HISTORY_MISSING,
		.primary = true,
		.missing = true,
		.since = since,
		.good = last,
		.level = *level,
		.now = NAN,
		.change = NAN,
		.cause = why};
}

/* What was open stays open: what is not there has not come back, and cannot be measured again. */
static void judge_lost(struct judgement *j, const struct history *h, const struct history_series *s,
	size_t last, size_t since)
{
	cleanup_walk struct history_walk w = {0};
	cleanup_free char *why = why_missing(h, s, last, since), *cause = NULL;
	const struct rule_night *end;
	struct history_finding *f;

	history_walk(h, s, &w);
	if (!w.n)
		return;
	end = &w.rule[w.n - 1];
	if (!history_alarms(h, s) || (end->state != RULE_ALARM && end->state != RULE_CANDIDATE)) {
		add_missing(j, s, &end->level, last, since, steal_ptr(why));
		return;
	}
	add(j, h, s, &w, end->state == RULE_ALARM ? HISTORY_ALARM : HISTORY_CANDIDATE, end);
	f = &j->findings[j->n - 1];
	f->primary = f->missing = true;
	cause = f->cause;
	f->cause = xasprintf("%s; %s", why, cause);
}

/* Somebody said that it is meant to be gone. */
static bool is_let_go(const struct history *h, const struct history_series *s, size_t since)
{
	for (size_t i = 0; i < h->n_acts; i++) {
		const struct history_act *a = &h->acts[i];

		if (a->act == RULE_ACCEPTED && a->night >= since && !strcmp(a->series, s->name) &&
			!strcmp(a->fingerprint, s->fingerprint))
			return true;
	}
	return false;
}

static int by_weight(const void *a, const void *b)
{
	const struct history_finding *x = a, *y = b;
	double d = fabs(y->change) - fabs(x->change);

	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	if (x->primary != y->primary)
		return x->primary ? -1 : 1;
	if (d != 0 && !isnan(d))
		return d > 0 ? 1 : -1;
	return strcmp(x->series->name, y->series->name);
}

static void judge_series(
	struct judgement *j, const struct history *h, const struct history_series *s)
{
	size_t last, since;
	bool lost = history_is_lost(h, s, &last, &since), gone = lost && is_let_go(h, s, since);

	if (!is_living(h, s) && (!lost || gone))
		return;
	j->series++;
	if (lost && !gone) {
		j->primaries++;
		judge_lost(j, h, s, last, since);
	} else if (!lost && history_alarms(h, s)) {
		j->primaries++;
		judge_alarming(j, h, s);
	} else {
		judge_other(j, h, s);
	}
}

void history_judge(const struct history *h, struct judgement *out)
{
	struct judgement j = {0};

	if (h->n_nights) {
		j.newest = h->n_nights - 1;
		j.fingerprint = h->nights[j.newest].fingerprint;
	}
	for (size_t i = 0; j.fingerprint && i < h->n_series; i++) {
		const struct history_series *s = &h->series[i];

		if (!strcmp(s->fingerprint, j.fingerprint))
			judge_series(&j, h, s);
	}
	if (j.n)
		qsort(j.findings, j.n, sizeof(*j.findings), by_weight);
	*out = j;
}

void judgement_free(struct judgement *j)
{
	for (size_t i = 0; i < j->n; i++)
		free(j->findings[i].cause);
	free(j->findings);
	*j = (struct judgement){0};
}

int judgement_exit(const struct history *h, const struct judgement *j, bool strict)
{
	bool candidate = false;

	for (size_t i = 0; i < j->n; i++) {
		if (j->findings[i].state == HISTORY_ALARM)
			return EXIT_REGRESSION;
		candidate = candidate || j->findings[i].state == HISTORY_CANDIDATE;
	}
	if (h->n_nights && !h->nights[j->newest].valid)
		return EXIT_NOISY;
	return strict && candidate ? EXIT_UNCLEAR : EXIT_FINE;
}

static json_t *number(double v)
{
	json_t *n = json_value_of(v);

	return n ? n : json_null();
}

static json_t *night_json(const struct history_night *n)
{
	return json_pack("{s:s, s:s, s:s}", "run", n->id, "started", n->started, "plan", n->plan);
}

static json_t *finding_json(const struct history *h, const struct history_finding *f)
{
	const struct history_series *s = f->series;

	return json_pack(
		"{s:s, s:s, s:s, s:s?, s:s, s:i, s:s, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:s, s:o, s:o, s:o}",
		"series", s->name, "metric", s->metric, "arm", s->arm, "base", s->base, "workload",
		s->workload, "instances", (int)s->instances, "state", history_state_names[f->state],
		"primary", f->primary, "missing", f->missing, "extreme", f->extreme, "before",
		number(f->level.median), "now", number(f->now), "change", number(f->change),
		"reach", number(f->level.reach), "spread", number(f->level.spread), "nights",
		(int)f->level.n, "emulated", json_boolean(s->emulated), "attribution",
		attribution_names[f->attribution], "cause", json_text(f->cause), "since",
		night_json(&h->nights[f->since]), "good", night_json(&h->nights[f->good]));
}

static json_t *clocks_json(const struct history *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->n_clocks; i++) {
		const struct history_night *n = &h->nights[h->clocks[i].night];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "run", n->id, "started", n->started, "what",
				h->clocks[i].what));
	}
	return list;
}

json_t *judgement_json(const struct history *h, const struct judgement *j)
{
	json_t *findings = json_array();
	const struct history_night *newest = h->n_nights ? &h->nights[j->newest] : NULL;
	size_t invalid = 0;

	for (size_t i = 0; i < h->n_nights; i++)
		invalid += !h->nights[i].valid;
	for (size_t i = 0; i < j->n; i++)
		json_array_append_new(findings, finding_json(h, &j->findings[i]));
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:s?, s:o, s:b, s:s?, s:i, s:i, s:i, s:o}",
		"schema", "tare/history-report/1", "nights", (int)h->n_nights, "kept_out",
		(int)invalid, "duplicates", (int)h->duplicates, "torn_bytes", (int)h->torn_bytes,
		"clocks", clocks_json(h), "fingerprint", j->fingerprint, "newest",
		newest ? night_json(newest) : json_null(), "valid", newest && newest->valid, "why",
		newest ? newest->why : NULL, "series", (int)j->series, "primaries",
		(int)j->primaries, "learning", (int)j->learning, "findings", findings);
}
