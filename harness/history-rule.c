/* history-rule.c - the one rule that alarms, walked over the nights of a series. Its numbers: history_rule. */
#include "history-rule.h"

#include "stats.h"
#include "util.h"

#include <math.h>
#include <string.h>

#define MAD_SCALE 1.4826 /* 1 / the normal distribution's upper quartile */

const struct rule history_rule = {
	.window = 30, .least = 5, .spreads = 2.5, .extreme_spreads = 10, .extreme = 0.25};
const char *const rule_state_names[] = {[RULE_LEARNING] = "learning",
	[RULE_CALM] = "calm",
	[RULE_BEYOND] = "beyond",
	[RULE_CANDIDATE] = "candidate",
	[RULE_ALARM] = "alarm",
	[RULE_QUIET] = "refuted"};
const char *const attribution_names[] = {[ATTRIBUTED_NONE] = "none",
	[ATTRIBUTED_ENVIRONMENT] = "environment",
	[ATTRIBUTED_PAYLOAD] = "payload",
	[ATTRIBUTED_ARM] = "arm"};

struct level rule_level(const struct rule *r, double *x, size_t n, double margin)
{
	struct level l = {.n = n};

	l.median = stats_median(x, n);
	for (size_t i = 0; i < n; i++)
		x[i] = fabs(x[i] - l.median);
	l.spread = MAD_SCALE * stats_median(x, n);
	l.reach = fmax(r->spreads * l.spread, margin * fabs(l.median));
	return l;
}

static bool is_beyond(const struct level *l, double x, int worse)
{
	return worse * (x - l->median) > l->reach;
}

static bool is_extreme(const struct rule *r, const struct level *l, double x, int worse)
{
	double far = worse * (x - l->median);

	return far > l->reach && far > r->extreme_spreads * l->spread &&
		far > r->extreme * fabs(l->median);
}

struct walk {
	const struct rule *rule;
	const double *x;
	int worse;
	double margin;
	enum rule_state state;
	size_t *base, n_base; /* numbers of the nights that count */
	double *room; /* for medians */
	size_t since; /* of the excursion; its nights are since..now but those that are back */
	bool extreme;
	size_t back; /* nights in a row that are back, while an alarm is open */
	double refuted; /* level at which it was refuted */
	bool beyond_refuted; /* the night before was beyond that */
};

static struct level level_now(struct walk *w)
{
	size_t n = w->n_base < w->rule->window ? w->n_base : w->rule->window;

	for (size_t i = 0; i < n; i++)
		w->room[i] = w->x[w->base[w->n_base - n + i]];
	return rule_level(w->rule, w->room, n, w->margin);
}

static void take_in(struct walk *w, size_t from, size_t to)
{
	for (size_t i = from; i <= to; i++)
		w->base[w->n_base++] = i;
}

static void open_candidate(struct walk *w, size_t since, bool extreme)
{
	w->state = RULE_CANDIDATE;
	w->since = since;
	w->extreme = extreme;
	w->back = 0;
}

static void night_calm(struct walk *w, size_t t, bool beyond, bool extreme)
{
	if (extreme || (beyond && w->state == RULE_BEYOND)) {
		open_candidate(w, w->state == RULE_BEYOND ? w->since : t, extreme);
		return;
	}
	if (beyond) {
		w->state = RULE_BEYOND;
		w->since = t;
		return;
	}
	take_in(w, w->state == RULE_BEYOND ? w->since : t, t);
	w->state = RULE_CALM;
}

/* A candidate ends with the first night that is back, an alarm with the second. */
static void night_open(struct walk *w, size_t t, bool beyond)
{
	w->back = beyond ? 0 : w->back + 1;
	if (w->back == 0 || (w->state == RULE_ALARM && w->back < 2))
		return;
	take_in(w, t + 1 - w->back, t);
	w->state = RULE_CALM;
}

/* A refuted excursion joins the baseline; only a further step from there asks again. */
static void night_quiet(struct walk *w, size_t t, const struct level *l, bool beyond)
{
	bool further = w->worse * (w->x[t] - w->refuted) > l->reach;

	if (beyond && further && w->beyond_refuted) {
		w->n_base--; /* the night before is part of the step */
		open_candidate(w, t - 1, false);
		return;
	}
	w->beyond_refuted = further;
	take_in(w, t, t);
	if (!beyond)
		w->state = RULE_CALM;
}

static void act_on(struct walk *w, size_t t, enum rule_act act)
{
	bool open = w->state == RULE_CANDIDATE || w->state == RULE_ALARM;

	if (act == RULE_ACCEPTED) {
		size_t from =
			open || w->state == RULE_BEYOND || w->state == RULE_QUIET ? w->since : t;

		w->n_base = 0;
		take_in(w, from, t);
		w->state = RULE_CALM;
	} else if (act == RULE_CONFIRMED && open) {
		w->state = RULE_ALARM;
	} else if (act == RULE_REFUTED && open) {
		size_t n = t + 1 - w->since;

		memcpy(w->room, w->x + w->since, n * sizeof(*w->room));
		w->refuted = stats_median(w->room, n);
		w->beyond_refuted = false;
		take_in(w, w->since, t);
		w->state = RULE_QUIET;
	}
}

static void one_night(struct walk *w, size_t t, struct rule_night *out)
{
	struct level l = level_now(w);
	enum rule_state before = w->state;
	bool beyond = l.n >= w->rule->least && is_beyond(&l, w->x[t], w->worse);

	out->level = l;
	if (w->state == RULE_CANDIDATE || w->state == RULE_ALARM)
		night_open(w, t, beyond);
	else if (w->state == RULE_QUIET)
		night_quiet(w, t, &l, beyond);
	else
		night_calm(w, t, beyond, beyond && is_extreme(w->rule, &l, w->x[t], w->worse));
	out->opened = w->state == RULE_CANDIDATE && before != RULE_CANDIDATE;
}

void rule_walk(const struct rule *r, const double *x, const enum rule_act *acts, size_t n,
	int worse, double margin, struct rule_night *out)
{
	cleanup_free size_t *base = xcalloc(n + 1, sizeof(*base));
	cleanup_free double *room = xcalloc(n > r->window ? n : r->window, sizeof(*room));
	struct walk w = {.rule = r,
		.x = x,
		.worse = worse,
		.margin = margin,
		.state = RULE_CALM,
		.base = base,
		.room = room};

	for (size_t t = 0; t < n; t++) {
		out[t] = (struct rule_night){.since = t};
		one_night(&w, t, &out[t]);
		if (acts && acts[t])
			act_on(&w, t, acts[t]);
		out[t].state = w.state;
		out[t].extreme = w.extreme && w.state != RULE_CALM;
		if (w.state != RULE_CALM)
			out[t].since = w.since;
		else if (w.n_base <= r->least)
			out[t].state = RULE_LEARNING;
	}
}

struct rule_night rule_last(
	const struct rule *r, const double *x, size_t n, int worse, double margin)
{
	struct rule_night out = {.state = RULE_LEARNING, .since = n ? n - 1 : 0};
	cleanup_free double *room = xcalloc(r->window, sizeof(*room));
	size_t before = n >= 2 ? n - 2 : 0, used = before < r->window ? before : r->window;
	bool last, last_but_one;

	memcpy(room, x + before - used, used * sizeof(*room));
	out.level = rule_level(r, room, used, margin);
	if (used < r->least)
		return out;
	last = is_beyond(&out.level, x[n - 1], worse);
	last_but_one = is_beyond(&out.level, x[n - 2], worse);
	out.extreme = last && is_extreme(r, &out.level, x[n - 1], worse);
	out.opened = out.extreme || (last && last_but_one);
	out.state = out.opened ? RULE_CANDIDATE : last ? RULE_BEYOND : RULE_CALM;
	while (out.opened && out.since > 0 && is_beyond(&out.level, x[out.since - 1], worse))
		out.since--;
	return out;
}

enum attribution rule_attribute(
	double arm, double other, double ratio, double ratio_reach, bool payload_changed)
{
	if (!isfinite(arm) || !isfinite(other) || !isfinite(ratio) || !isfinite(ratio_reach))
		return ATTRIBUTED_NONE;
	if (arm * other <= 0 || fabs(other) < fabs(arm) / 2 || fabs(ratio) > ratio_reach)
		return ATTRIBUTED_ARM;
	return payload_changed ? ATTRIBUTED_PAYLOAD : ATTRIBUTED_ENVIRONMENT;
}
