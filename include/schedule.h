/* schedule.h - which cells of a plan are done, which are next, and which blocks were disturbed: the arithmetic of
 * the run loop, of repetitions and of resume. Pure. */
#ifndef TARE_SCHEDULE_H
#define TARE_SCHEDULE_H

#include "error.h"
#include "plan.h"
#include "sample.h"

#include <stdbool.h>
#include <stddef.h>

#define SCHEDULE_ENOUGH                                                                            \
	6 /* counted blocks: below it no interval exists, and no noise can spoil one */

struct schedule {
	const struct plan *plan; /* borrowed */
	/* by attempt and index: the plan's order, and the order of each block's repetition */
	struct trial *trials[2];
	bool *done[2];
	unsigned *flags[2]; /* guard flags of the done */
	size_t n;
	size_t *first; /* of each block, and the end: blocks of a plan with parts differ in size */
	unsigned block; /* all before it is done */
	struct guard_figures worst; /* the largest of each figure over its limit */
};

/* set: what was measured already (NULL = nothing). Each mark must be a cell of the plan, at its place: else
 * EXIT_USAGE, with nothing to free. */
int schedule_init(
	struct schedule *s, const struct plan *p, const struct sample_set *set, struct error *err);
void schedule_free(struct schedule *s);
/* A trial is done. guard: what the guards saw, NULL = they did not look. */
void schedule_done(struct schedule *s, const struct trial *t, const struct guard_figures *guard);
/* The next cell: the plan's order, and each disturbed block once more right after it. NULL when all is done. A
 * warm-up is not repeated, nor is the block of a plan that has only one: that is a look around. */
const struct trial *schedule_next(struct schedule *s);
/* The cells still to do, as far as is known now, in order: new array of *n. only: of its block and attempt; NULL =
 * all. */
struct trial *schedule_left(const struct schedule *s, const struct trial *only, size_t *n);
size_t schedule_count_done(const struct schedule *s);

/* Counted blocks that are done, and those whose counted attempt was clean. */
struct schedule_blocks {
	unsigned counted, clean;
	unsigned flags; /* of the others */
};
struct schedule_blocks schedule_blocks(const struct schedule *s);
/* Too few clean blocks to trust: fewer than 6, or than half. Never with plans of fewer than 6. */
bool schedule_too_noisy(const struct schedule *s);

#endif
