/* history.h - years of runs in one append-only file, history.jsonl: one line a run, one a named act. Read as series
 * (metric x arm x workload x instances x fingerprint), judged by the rule of history-rule.h. Formats: results/README.md.
 * Who measures again: history_judge(), run each candidate's arms interleaved, history_add_confirmation(). */
#ifndef TARE_HISTORY_H
#define TARE_HISTORY_H

#include "error.h"
#include "history-rule.h"
#include "stats.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HISTORY_SCHEMA "tare/history/1"
#define HISTORY_FILE "results/history.jsonl" /* when none is named */
#define HISTORY_PRIMARIES 5 /* of a plan, as in plan.h */

struct history_night {
	char id[17]; /* of the run */
	char started[21]; /* "2026-11-23T04:13:02Z" */
	int64_t time; /* the same in s since 1970 */
	const char *plan, *fingerprint; /* borrowed from the history */
	bool valid; /* else it is kept out of every baseline */
	bool live; /* it added itself when it was measured: history-order.c */
	const char *why; /* it is not valid; NULL when it is; borrowed */
	unsigned blocks; /* counted */
	const json_t *environment; /* object of texts; borrowed */
	const json_t *primary; /* list of metric names; borrowed */
	double margin_time, margin_memory;
};

/* One value a night; only nights that have it. */
struct history_point {
	size_t night;
	double value; /* base unit; of a ratio series: arm over base */
};

struct history_series {
	char *name; /* "boot.ready/vm/http/1"; a ratio's is "boot.ready/vm:container/http/1" */
	const char *metric, *arm, *base, *workload; /* borrowed; base NULL unless it is a ratio */
	unsigned instances;
	const char *fingerprint; /* borrowed */
	int id; /* enum metric_id, -1 = a metric this version does not know */
	bool emulated; /* on its newest night */
	struct history_point *points; /* in the order of nights */
	size_t n, room;
};

/* What somebody did about a series, after a night. */
struct history_act {
	size_t night;
	const char *series, *fingerprint; /* borrowed */
	enum rule_act act; /* RULE_NO_ACT: measured again, and still unclear */
	const char *text; /* the reason, or what the confirmation found; borrowed */
};

/* A night whose date cannot be right, or that is not where it was added. */
struct history_clock {
	size_t night;
	const char *what; /* static */
};

struct history {
	struct history_night *nights; /* in order: results/README.md says in which */
	size_t n_nights;
	struct history_series *series; /* in the order of their first night */
	size_t n_series;
	struct history_act *acts; /* in the order of the file */
	size_t n_acts;
	size_t torn_bytes; /* of a last line that is cut in the middle, left out */
	struct history_clock *clocks; /* in the order of the file */
	size_t n_clocks;
	bool unended; /* the last line is whole, but for its end of line */
	size_t duplicates; /* lines of a run that was there already, left out */
	/* private */
	json_t *names, *index, *runs, *kept;
};

/* A file that does not exist is EXIT_USAGE. A torn last line is left out; any other line that cannot be read, or is of
 * another schema, is EXIT_USAGE and names its number. */
int history_read(const char *path, struct history *out, struct error *err);
/* The same from memory, without a clock. where: the file's name for messages. */
int history_parse(
	const char *text, size_t len, const char *where, struct history *out, struct error *err);
/* The same where it is `now` (s since 1970; INT64_MAX: unknown): what is dated more than a day later has a wrong clock. */
int history_parse_at(const char *text, size_t len, const char *where, int64_t now,
	struct history *out, struct error *err);
/* As if these lines (a list of objects) had been appended to the file, which need not exist; writes nothing. */
int history_read_with(
	const char *path, const json_t *lines, struct history *out, struct error *err);
void history_free(struct history *h);
#define cleanup_history __attribute__((cleanup(history_free)))
/* By name on a fingerprint; NULL = none. */
const struct history_series *history_find(
	const struct history *h, const char *name, const char *fingerprint);

/* history-line.c: the line of a run, from run.json and summary.json. Pure. New, or NULL with err. */
json_t *history_line(const json_t *run, const json_t *summary, struct error *err);
/* Lines of named acts: new. */
json_t *history_accept_line(const struct history *h, const struct history_series *s,
	const char *reason, const char *by, const char *time);
/* What measuring again found: ratio of new over old with its interval, and its verdict. */
json_t *history_confirmation_line(const struct history *h, const struct history_series *s,
	enum verdict verdict, double ratio, double lo, double hi, size_t blocks, const char *time);

/* history-append.c. Appends the line under a lock of the file, flushed to disk, one writer at a time. A torn last line
 * is cut first (*cut bytes). A run that is there already is not written again (*known). The file is made, its folder is not. */
struct history_appended {
	bool known;
	size_t cut;
};
int history_append(
	const char *path, const json_t *line, struct history_appended *done, struct error *err);
/* Whether a file can be continued, before anything is measured: absent, or one that history_read() reads. */
int history_check(const char *path, struct error *err);

enum history_state {
	HISTORY_ALARM, /* confirmed, not accepted: exit code 3 */
	HISTORY_CANDIDATE, /* to be measured again */
	HISTORY_MISSING, /* primary before, and no longer measured or called so; nothing was open */
	HISTORY_ENVIRONMENT, /* both arms moved, their ratio did not */
	HISTORY_REFUTED, /* measured again: no difference between the sides */
	HISTORY_BEYOND, /* one night, not yet two */
	HISTORY_WORSE, /* a digest: not primary, or emulated */
	HISTORY_BETTER, /* a digest, too */
};
extern const char *const history_state_names[];

struct history_finding {
	const struct history_series *series; /* borrowed from the history */
	enum history_state state;
	bool extreme, primary;
	bool missing; /* as HISTORY_MISSING, whatever its state: measuring again cannot settle it */
	size_t since,
		good; /* nights: first of the excursion (missing: without it), the last before it */
	struct level level; /* it is held against */
	double now; /* median of the nights since; NaN: missing */
	double change; /* now / before - 1; NaN when before is 0 */
	enum attribution attribution;
	char *cause; /* one sentence: what changed that night; foreign text, not escaped */
	const struct history_series *beside, *ratio; /* what it was held against; NULL = none */
};

struct judgement {
	struct history_finding *findings; /* by state, then the larger change first */
	size_t n;
	const char *fingerprint; /* that was judged: the newest run's; borrowed, NULL = no runs */
	size_t newest; /* night */
	size_t series, primaries,
		learning; /* series looked at; of them primary; of those with too few nights */
	size_t early,
		early_nights; /* primaries with too few nights; how many the one with most of them has */
};
/* Whether it is to be measured again. */
bool history_asks(const struct history_finding *f);
/* Judges the newest night of the newest run's fingerprint, pure. findings: one a series at most. An alarm or candidate whose
 * series is no longer measured stays what it was. */
void history_judge(const struct history *h, struct judgement *out);
void judgement_free(struct judgement *j);
#define cleanup_judgement __attribute__((cleanup(judgement_free)))
/* 3 with an alarm, else 6 when the newest night is not valid, else (strict) 4 with a candidate, else 0. */
int judgement_exit(const struct history *h, const struct judgement *j, bool strict);
/* New object, as results/schema/history-report.schema.json has it. */
json_t *judgement_json(const struct history *h, const struct judgement *j);

/* history-walk.c: a series as the rule saw it, night by night; only valid nights. Arrays are new. */
struct history_walk {
	size_t n;
	size_t *night; /* numbers of h->nights */
	double *x;
	struct rule_night *rule;
	size_t *changes; /* change points in the last 60 (index into night) */
	size_t n_changes;
};
void history_walk(
	const struct history *h, const struct history_series *s, struct history_walk *out);
void history_walk_free(struct history_walk *w);
#define cleanup_walk __attribute__((cleanup(history_walk_free)))
/* Which way is worse: 1, -1, or 0 when it has no direction. */
int history_worse(const struct history_series *s);
double history_margin(const struct history *h, const struct history_series *s);
/* Whether a candidate of it asks for a confirmation and may alarm: primary, or lost, an arm's own, not emulated but for
 * counts. */
bool history_alarms(const struct history *h, const struct history_series *s);
/* Measured and called primary on the newest valid night of the last plan that did. */
bool history_is_primary(const struct history *h, const struct history_series *s);
/* It was primary until night `last`; since is the first valid one of that plan and host that has it no more. */
bool history_is_lost(
	const struct history *h, const struct history_series *s, size_t *last, size_t *since);
/* The newest night of the plan that measured it last, on its host. */
size_t history_newest_of(const struct history *h, const struct history_series *s);
/* New: what is different in the environment of two nights, "kernel 6.1 -> 6.2, qemu ..."; NULL when nothing is.
 * *payload: whether what runs inside the arms is among it. */
char *history_changed(const json_t *before, const json_t *after, bool *payload);

/* report/history-text.c: what was found, for a terminal. */
/* What is said when nothing is found: new text, "nothing to alarm about" or "too early: 1 of 5 nights, ...". */
char *history_quiet(const struct judgement *j);
void history_print(FILE *out, const struct history *h, const struct judgement *j);
/* report/history-report.c: charts/ and history.html into a folder (made when missing, the one above it is not). *charts_missing as in report.h. */
int history_report(const char *path, const struct history *h, const struct judgement *j,
	char **charts_missing, struct error *err);

#endif
