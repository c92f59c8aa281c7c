/* trials.c - a plan expanded to the order in which it is executed: complete blocks, shuffled by the seed.
 * Pure. */
#include "plan.h"
#include "platform.h"
#include "util.h"

#include <string.h>

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

static bool part_holds(const struct plan_part *part, unsigned instances)
{
	for (size_t i = 0; i < part->n_instances; i++)
		if (part->instances[i] == instances)
			return true;
	return false;
}

/* What is in every counted block is in those after the first look, too. */
static bool part_runs(const struct plan *p, const struct plan_part *part, unsigned block)
{
	return block < p->warmup || block - p->warmup < part->blocks || part->blocks >= p->blocks;
}

/* The probes of a cell in a block, of all parts that name it; IN_BLOCK alone where the plan has no parts; 0 when it is
 * not in the block. */
#define IN_BLOCK (1u << 31)
static unsigned cell_probes(const struct plan *p, unsigned block, size_t a, size_t w, size_t i)
{
	unsigned probes = p->n_parts ? 0 : IN_BLOCK;

	for (size_t k = 0; k < p->n_parts; k++) {
		const struct plan_part *part = &p->parts[k];

		if (part_runs(p, part, block) && part->arms >> a & 1 && part->workloads >> w & 1 &&
			part_holds(part, p->instances[i]))
			probes |= IN_BLOCK | part->probes;
	}
	return probes;
}

/* Returns how many cells the block has. */
static size_t fill_block(const struct plan *p, unsigned block, struct trial *cells)
{
	size_t n = 0;

	for (size_t a = 0; a < p->n_arms; a++)
		for (size_t w = 0; w < p->n_workloads; w++)
			for (size_t i = 0; i < p->n_instances; i++) {
				unsigned probes = cell_probes(p, block, a, w, i);

				if (!probes)
					continue;
				cells[n++] = (struct trial){.block = block,
					.arm = &p->arms[a],
					.workload = plan_workload(p, &p->arms[a], w),
					.instances = p->instances[i],
					.probes = probes & ~IN_BLOCK};
			}
	return n;
}

static struct trial *shuffled_blocks(
	const struct plan *p, uint64_t seed, unsigned attempt, size_t *n)
{
	size_t most = p->n_arms * p->n_workloads * p->n_instances;
	unsigned blocks = p->warmup + plan_most_blocks(p);
	struct trial *trials = xcalloc(most * blocks, sizeof(*trials));
	struct rng r;

	rng_seed(&r, seed);
	*n = 0;
	for (unsigned b = 0; b < blocks; b++) {
		size_t size = fill_block(p, b, trials + *n);

		shuffle(trials + *n, size, &r);
		*n += size;
	}
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

bool plan_probes(const struct plan *p, unsigned trial_probes, unsigned index)
{
	return trial_probes ? trial_probes >> index & 1 : p->probe_enabled[index];
}

static double probe_seconds(const struct plan *p, unsigned trial_probes)
{
	double seconds = 0.05;

	for (unsigned i = 0; i < ARRAY_SIZE(p->probe_seconds); i++)
		if (plan_probes(p, trial_probes, i))
			seconds += p->probe_seconds[i];
	return seconds;
}

bool plan_has(const struct plan *p, size_t arm, size_t workload)
{
	for (size_t k = 0; k < p->n_parts; k++)
		if (p->parts[k].arms >> arm & 1 && p->parts[k].workloads >> workload & 1)
			return true;
	return !p->n_parts;
}

/* A whole system, and a distribution's general kernel, boot for as many times longer than a small kernel with the agent
 * alone (seen under TCG). */
#define SYSTEM_FACTOR 8
#define FULL_KERNEL_FACTOR 2

static bool option_is(const struct arm *a, const char *option, const char *value)
{
	const char *text = json_string_value(json_object_get(a->options, option));

	return text && strcmp(text, value) == 0;
}

double trial_estimate(const struct trial *t, const struct plan *p, bool emulated)
{
	const struct platform *platform = t->arm->platform;
	double each =
		platform->guest && emulated ? platform->estimate_emulated : platform->estimate;
	unsigned started = t->instances;

	if (platform->guest && json_object_get(t->arm->options, "image") &&
		!option_is(t->arm, "image", "minimal"))
		each *= SYSTEM_FACTOR;
	else if (platform->guest && option_is(t->arm, "kernel_flavour", "full"))
		each *= FULL_KERNEL_FACTOR;
	/* The partner. */
	if (started == 1 && arm_path(t->arm) == PATH_PAIR)
		started++;
	return p->settle + started * each + (t->instances ? probe_seconds(p, t->probes) : 0);
}
