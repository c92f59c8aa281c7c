/* seeded.h - for simulations: the tests' own random numbers, the same for a seed on every machine. */
#ifndef TARE_TEST_SEEDED_H
#define TARE_TEST_SEEDED_H

#include <math.h>
#include <stdint.h>

static uint64_t seed_state;

/* SplitMix64 (Steele, Lea & Flood 2014). */
static inline uint64_t next_random(void)
{
	uint64_t z = seed_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* In (0, 1). */
static inline double uniform(void)
{
	return ((double)(next_random() >> 11) + 0.5) / 9007199254740992.0;
}

/* Mean 0, standard deviation 1 (Box and Muller). */
static inline double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

#endif
