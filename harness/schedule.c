/* schedule.c - which cells are done, which are next, which blocks were disturbed. */
#include "schedule.h"

#include "guards.h"
#include "util.h"

#include <math.h>
#include <string.h>

static bool same_cell(const struct trial *t, const struct trial_mark *m)
{
	return t->block == m->block && t->instances == m->instances &&
		strcmp(t->arm->name, m->arm) == 0 && strcmp(t->workload->name, m->workload) == 0;
}

static int take_marks(struct schedule *s, const struct sample_set *set, struct error *err)
{
	for (size_t i = 0; i < set->n_done; i++) {
		const struct trial_mark *m = &set->done[i];
		const struct trial *t;

		if (m->trial >= s->n || m->attempt > 1)
			return error_set(err, EXIT_USAGE,
				"samples.jsonl: trial %u, attempt %u is not in the plan, expected one of %zu; the plan was changed",
				m->trial, m->attempt, s->n);
		t = &s->trials[m->attempt][m->trial];
		if (!same_cell(t, m))
			return error_set(err, EXIT_USAGE,
				"samples.jsonl: trial %u is block %u, %s %s, %u instances, expected block %u, %s %s, %u instances; the plan was changed",
				m->trial, m->block, m->arm, m->workload, m->instances, t->block,
				t->arm->name, t->workload->name, t->instances);
		schedule_done(s, t, m->guarded ? &m->guard : NULL);
	}
	return 0;
}

int schedule_init(
	struct schedule *s, const struct plan *p, const struct sample_set *set, struct error *err)
{
	*s = (struct schedule){.plan = p};
	s->trials[0] = plan_trials(p, &s->n);
	s->trials[1] = plan_repetitions(p, &s->n);
	s->first = xcalloc(p->warmup + plan_most_blocks(p) + 1, sizeof(*s->first));
	for (size_t i = 0; i < s->n; i++)
		s->first[s->trials[0][i].block + 1] = i + 1;
	for (int attempt = 0; attempt < 2; attempt++) {
		s->done[attempt] = xcalloc(s->n, sizeof(*s->done[attempt]));
		s->flags[attempt] = xcalloc(s->n, sizeof(*s->flags[attempt]));
	}
	if (!set || take_marks(s, set, err) == 0)
		return 0;
	schedule_free(s);
	return -1;
}

void schedule_free(struct schedule *s)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		free(s->trials[attempt]);
		free(s->done[attempt]);
		free(s->flags[attempt]);
	}
	free(s->first);
	*s = (struct schedule){.plan = NULL};
}

static void keep_worst(struct schedule *s, unsigned flags, const struct guard_figures *g)
{
	if (flags & FLAG_FOREIGN_CPU)
		s->worst.foreign_cpu = fmax(s->worst.foreign_cpu, g->foreign_cpu);
	if (flags & FLAG_STEAL)
		s->worst.steal = fmax(s->worst.steal, g->steal);
	if (flags & FLAG_SWAP)
		s->worst.swap_ins = fmax(s->worst.swap_ins, g->swap_ins);
	if (flags & FLAG_THROTTLED)
		s->worst.throttled = fmax(s->worst.throttled, g->throttled);
}

void schedule_done(struct schedule *s, const struct trial *t, const struct guard_figures *guard)
{
	unsigned flags = guard ? guard_flags(guard, s->plan) : 0;

	s->done[t->attempt][t->index] = true;
	s->flags[t->attempt][t->index] = flags;
	if (t->block >= s->plan->warmup && guard)
		keep_worst(s, flags, guard);
}

static unsigned block_flags(const struct schedule *s, unsigned block, unsigned attempt)
{
	unsigned flags = 0;

	for (size_t i = s->first[block]; i < s->first[block + 1]; i++)
		flags |= s->flags[attempt][i];
	return flags;
}

static bool is_repeated(const struct schedule *s, unsigned block)
{
	return block >= s->plan->warmup && plan_most_blocks(s->plan) > 1 &&
		block_flags(s, block, 0);
}

/* First cell of a block's attempt that is not done; NULL when it is whole. */
static const struct trial *first_left(const struct schedule *s, unsigned block, unsigned attempt)
{
	for (size_t i = s->first[block]; i < s->first[block + 1]; i++)
		if (!s->done[attempt][i])
			return &s->trials[attempt][i];
	return NULL;
}

const struct trial *schedule_next(struct schedule *s)
{
	for (; s->block < s->plan->warmup + plan_most_blocks(s->plan); s->block++) {
		const struct trial *t = first_left(s, s->block, 0);

		if (!t && is_repeated(s, s->block))
			t = first_left(s, s->block, 1);
		if (t)
			return t;
	}
	return NULL;
}

struct trial *schedule_left(const struct schedule *s, const struct trial *only, size_t *n)
{
	struct trial *left = xcalloc(2 * s->n + 1, sizeof(*left));
	unsigned end = s->plan->warmup + plan_most_blocks(s->plan);

	*n = 0;
	for (unsigned block = s->block; block < end; block++) {
		unsigned attempts = is_repeated(s, block) ? 2 : 1;

		for (unsigned attempt = 0; attempt < attempts; attempt++) {
			if (only && (only->block != block || only->attempt != attempt))
				continue;
			for (size_t i = s->first[block]; i < s->first[block + 1]; i++)
				if (!s->done[attempt][i])
					left[(*n)++] = s->trials[attempt][i];
		}
	}
	return left;
}

size_t schedule_count_done(const struct schedule *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += (size_t)s->done[0][i] + (size_t)s->done[1][i];
	return n;
}

static unsigned count_flags(const struct schedule *s, unsigned block, unsigned attempt)
{
	unsigned n = 0;

	for (size_t i = s->first[block]; i < s->first[block + 1]; i++)
		n += (unsigned)__builtin_popcount(s->flags[attempt][i] & GUARD_FLAGS);
	return n;
}

/* The attempt at a block that counts: a whole repetition replaces what it repeats when it was disturbed by less (the
 * same rule as in summary-cells.c). */
static unsigned counted_attempt(const struct schedule *s, unsigned block)
{
	return !first_left(s, block, 1) && count_flags(s, block, 1) < count_flags(s, block, 0);
}

struct schedule_blocks schedule_blocks(const struct schedule *s)
{
	unsigned end = s->plan->warmup + plan_most_blocks(s->plan);
	struct schedule_blocks b = {0};

	for (unsigned block = s->plan->warmup; block < end; block++) {
		unsigned attempt = counted_attempt(s, block);
		unsigned flags = block_flags(s, block, attempt);

		if (first_left(s, block, attempt))
			continue;
		b.counted++;
		b.clean += !flags;
		b.flags |= flags;
	}
	return b;
}

bool schedule_too_noisy(const struct schedule *s)
{
	struct schedule_blocks b = schedule_blocks(s);

	if (s->plan->blocks < SCHEDULE_ENOUGH)
		return false;
	return b.clean < SCHEDULE_ENOUGH || 2 * b.clean < b.counted;
}
