/* compare.h - two sides of a comparison: archived runs (base and new), or the two sides of one run that was measured
 * with --against. The result is one JSON object (tare/compare/1, results/README.md), from which table, Markdown and
 * JUnit are printed. Pure but for reading the folders. */
#ifndef TARE_COMPARE_H
#define TARE_COMPARE_H

#include "error.h"
#include "sample.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct compare_run {
	char *path; /* as given, safe to print */
	json_t *run; /* its run.json */
	struct sample_set set;
};

/* Runs taken together. */
struct compare_side {
	struct compare_run *runs;
	size_t n;
};

#define COMPARE_MAX_RUNS 64

/* list: a run's folder, or several as "A,B,C" (a folder of just that name comes first). EXIT_USAGE with the run and
 * what is wrong with it: no run, damaged samples, the same run twice. 0, or -1 with nothing to close. */
int compare_side_open(const char *list, struct compare_side *out, struct error *err);
void compare_side_close(struct compare_side *s);

/* The injected change of --self-test: every value that can be better or worse is that much worse. second: only in the
 * arms of a run's second side. */
#define COMPARE_INJECTED 0.2
void compare_inject(struct compare_side *s, bool second);

struct compare_options {
	bool force; /* what could be refused is a finding instead */
	bool same; /* a run may stand on both sides: its copy was changed */
};
/* base against new, trial by trial (Mann-Whitney, Hodges-Lehmann): new object. Refuses (EXIT_USAGE) another
 * fingerprint, accelerator or payload, the same run on both sides, and runs with nothing in common. */
json_t *compare_runs(const struct compare_side *base, const struct compare_side *new,
	const struct compare_options *o, struct error *err);
/* The second side of a run against its first, block by block (sign test). A run may be looked at while it grows, after
 * each "blocks" of its plan up to "most_blocks": each look has its part of the 5 %. NULL with EXIT_USAGE when the run
 * has no second side. */
json_t *compare_within(const json_t *run, const struct sample_set *set, struct error *err);

enum compare_result {
	COMPARE_FINE,
	COMPARE_UNCLEAR, /* a primary is unclear or missing */
	COMPARE_FAILED, /* a primary of the base could not be measured any more */
	COMPARE_REGRESSION,
	COMPARE_NOISY, /* too few clean blocks on a side */
};
extern const char *const compare_result_names[]; /* "fine", "unclear", ... */
enum compare_result compare_result(const json_t *doc);
/* A primary's estimate is worse by more than its margin: worth more blocks. */
bool compare_suspected(const json_t *doc);
/* 0, 3, 4 (strict only), 6 or 7. */
int compare_exit(const json_t *doc, bool strict);

/* harness/report/compare-text.c, compare-junit.c. all: the rows that say nothing, too. 0, or -1 when out cannot be
 * written. */
int compare_table(FILE *out, const json_t *doc, bool all);
int compare_markdown(FILE *out, const json_t *doc, bool all);
int compare_junit(FILE *out, const json_t *doc);

#endif
