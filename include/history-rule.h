/* history-rule.h - when a series of nights raises a candidate, and what moved. Pure: arrays in, arrays out; no
 * file, no clock. history.h gives it its arrays. */
#ifndef TARE_HISTORY_RULE_H
#define TARE_HISTORY_RULE_H

#include <stdbool.h>
#include <stddef.h>

/* The one alarming rule, as numbers. */
struct rule {
	size_t window; /* nights of a baseline: its last */
	size_t least; /* fewer and nothing is judged */
	double spreads; /* a night is beyond: over this many scaled MADs, and over the margin */
	double extreme_spreads,
		extreme; /* one night is enough: over both, extreme a fraction of the median */
};
/* 30 nights, at least 5; 2.5 scaled MADs twice in a row, or once 10 and 25 %. First designed were 4: at 3 % noise that
 * is 12 %, and a step of 10 % hardly ever passes it; that each candidate is measured again pays for the lower bound
 * (tests/unit/test-history-simulation.c prints the rates of both). */
extern const struct rule history_rule;

/* Where a series stands: median and 1.4826 x MAD (the deviate's scale under normal noise) of the baseline. */
struct level {
	double median, spread;
	double reach; /* max(spreads x spread, margin x |median|): farther is beyond */
	size_t n;
};
/* x is sorted in place. n = 0 gives NaN. */
struct level rule_level(const struct rule *r, double *x, size_t n, double margin);

enum rule_state {
	RULE_LEARNING, /* too short a baseline */
	RULE_CALM,
	RULE_BEYOND, /* one night, not yet two */
	RULE_CANDIDATE, /* to be measured again */
	RULE_ALARM, /* was measured again and is worse; until it is accepted or two nights are back */
	RULE_QUIET, /* was measured again and is not: the same excursion asks no second time */
};
extern const char *const rule_state_names[];

/* What was recorded after a night, before the next. */
enum rule_act { RULE_NO_ACT, RULE_ACCEPTED, RULE_CONFIRMED, RULE_REFUTED };

struct rule_night {
	enum rule_state state; /* after what was recorded on it */
	struct level level; /* that it was held against */
	size_t since; /* first night of the excursion at hand; its own number when calm */
	bool extreme; /* became a candidate by one night */
	bool opened; /* became a candidate on this night */
};
/* Walks n valid nights in order. worse: +1 higher is worse, -1 lower is, 0 = never beyond. acts NULL = none. Nights of
 * an excursion wait outside the baseline: those that were noise join it, those of a candidate or alarm do not until a
 * named act says so. out: n of them. */
void rule_walk(const struct rule *r, const double *x, const enum rule_act *acts, size_t n,
	int worse, double margin, struct rule_night *out);
/* The same rule at the last of n nights with a baseline that takes every night in: for what only goes into a digest. */
struct rule_night rule_last(
	const struct rule *r, const double *x, size_t n, int worse, double margin);

enum attribution {
	ATTRIBUTED_NONE, /* nothing beside it to hold it against */
	ATTRIBUTED_ENVIRONMENT,
	ATTRIBUTED_PAYLOAD, /* as environment, but what runs in both arms changed that night */
	ATTRIBUTED_ARM,
};
extern const char *const attribution_names[]; /* "none", "environment", "payload", "arm" */
/* Shifts are ln(now / before) of an arm, of the one beside it, of their ratio. Both moved the same way, the other at
 * least half as far, and the ratio not beyond its reach (ln): environment, or payload. NaN: none. */
enum attribution rule_attribute(
	double arm, double other, double ratio, double ratio_reach, bool payload_changed);

#endif
