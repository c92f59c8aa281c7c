/* trials.c - a plan expanded to the order in which it is executed: complete blocks, shuffled by the seed.
 * Pure. */
#include "plan.h"
#include "platform.h"
#include "util.h"

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, unsigned k)
{
	return x << k | x >> (64 - k);
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (size_t i = 0; i < ARRAY_SIZE(r->s); i++)
		r->s[i] = splitmix64(&seed);
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint64_t uneven = -n % n; /* 2^64 mod n: values below it would come once too often */
	uint64_t x;

	do
		x = rng_next(r);
	while (x < uneven);
	return x % n;
}

/* Fisher-Yates. */
static void shuffle(struct trial *cells, size_t n, struct rng *r)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(r, i);
		struct trial kept = cells[i - 1];

		cells[i - 1] = cells[j];
		cells[j] = kept;
	}
}

static void fill_block(const struct plan *p, unsigned block, struct trial *cells)
{
	for (size_t a = 0; a < p->n_arms; a++)
		for (size_t w = 0; w < p->n_workloads; w++)
			for (size_t i = 0; i < p->n_instances; i++)
				*cells++ = (struct trial){.block = block,
					.arm = &p->arms[a],
					.workload = p->workloads[w],
					.instances = p->instances[i]};
}

static struct trial *shuffled_blocks(
	const struct plan *p, uint64_t seed, unsigned attempt, size_t *n)
{
	size_t per_block = p->n_arms * p->n_workloads * p->n_instances;
	unsigned blocks = p->warmup + p->blocks;
	struct trial *trials = xcalloc(per_block * blocks, sizeof(*trials));
	struct rng r;

	rng_seed(&r, seed);
	for (unsigned b = 0; b < blocks; b++) {
		fill_block(p, b, trials + b * per_block);
		shuffle(trials + b * per_block, per_block, &r);
	}
	*n = per_block * blocks;
	for (size_t i = 0; i < *n; i++) {
		trials[i].index = (unsigned)i;
		trials[i].attempt = attempt;
	}
	return trials;
}

struct trial *plan_trials(const struct plan *p, size_t *n)
{
	return shuffled_blocks(p, p->seed, 0, n);
}

struct trial *plan_repetitions(const struct plan *p, size_t *n)
{
	return shuffled_blocks(p, ~p->seed, 1, n);
}

double trial_estimate(const struct trial *t, const struct plan *p, bool emulated)
{
	const struct platform *platform = t->arm->platform;
	double each =
		platform->guest && emulated ? platform->estimate_emulated : platform->estimate;

	return p->settle + t->instances * each + (t->instances ? p->probe_seconds : 0);
}
