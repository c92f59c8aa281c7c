/* nightly.h - the parts of tare nightly: the second measurement of what the history suspects, which exit code is the
 * gravest, what a night leaves as text. One JSON object holds the night (tare/nightly/1, results/README.md). */
#ifndef TARE_NIGHTLY_H
#define TARE_NIGHTLY_H

#include "error.h"
#include "history.h"
#include "platform.h"
#include "run-folder.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What a second measurement without the earlier side cannot tell. */
#define NIGHTLY_BY_LEVEL "measured again against the nights' level; a slow hour is not told apart"

/* Every exit code of a night, the gravest first, EXIT_FINE last: an interrupt, then an alarm (nothing that fails after it
 * hides it), what could not be done at all, then evidence that is missing, then what comes later by itself. */
extern const int nightly_order[];
/* The graver of two; a code that is not in the order is the gravest. */
int nightly_graver(int a, int b);
/* What a code says about a night: "ALARM", "too noisy to trust", ... */
const char *nightly_words(int code);
/* Whether a finding of tare doctor ("platform docker", "tun", ...) that is missing ends the night of this plan. */
bool nightly_needs(const struct plan *p, const char *finding);

/* nightly-confirm.c: the arms of every candidate once more, with those beside them, in shuffled blocks. */
struct nightly_again {
	const char *plan; /* as on the command line */
	struct run_options options;
	const char *
		folder; /* of the night's run; the second measurement goes into confirmation/ in it */
	unsigned
		blocks; /* counted; with the earlier side up to three times as many while it is unclear */
	double max_time; /* s; 0 = no end */
	int argc;
	char **argv;
};
struct nightly_confirmed {
	json_t *rows; /* new list: "series", "held_against", "verdict", "worse", "ratio", "lo", "hi", "blocks" */
	json_t *lines; /* new list: lines for the history */
	struct run_folder folder; /* open when dirfd >= 0 */
	json_t *run, *sides; /* its run.json; compare.json of two sides; new, or NULL */
	int code; /* of the measurement: 0, 6, 7, 8 or that of err */
};
/* Candidates are measured again: with two sides in one run, the earlier definition against today's, where the last night
 * before is still there, its arms or workloads are defined otherwise, and its first side turns out to be what it was then;
 * else today's alone, against the level of the history. out is filled as far as it came, whatever is returned. */
int nightly_confirm(const struct nightly_again *q, const struct history *h,
	const struct judgement *j, struct nightly_confirmed *out, struct error *err);
void nightly_confirmed_free(struct nightly_confirmed *c);
/* The verdict of [lo, hi] against a level: beyond its reach, inside, or unclear (too few values). Pure. */
enum verdict nightly_verdict(const struct level *l, double lo, double hi);

/* report/nightly-text.c: the night from its JSON object. All texts in it are foreign. */
void nightly_markdown(FILE *out, const json_t *night);
/* A case for each step, each alarm, candidate and what was measured again. */
void nightly_junit(FILE *out, const json_t *night);

#endif
