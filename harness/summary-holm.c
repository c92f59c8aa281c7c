/* summary-holm.c - the primary comparisons of one arm, taken together: Holm's correction, and whether there are blocks
 * enough for it. */
#include "summary-parts.h"

#include "util.h"

#include <math.h>

#define FAMILY_ALPHA (1 - CONFIDENCE)

void primary_keep(struct primaries *all, struct primary one)
{
	if (all->n == all->room) {
		all->room = 2 * all->room + 16;
		all->list = xrealloc(all->list, all->room * sizeof(*all->list));
	}
	all->list[all->n++] = one;
}

static int compare_families(const void *a, const void *b)
{
	const struct primary *x = a, *y = b;
	const unsigned kx[] = {x->cell.workload, x->cell.instances, x->cell.arm, x->base};
	const unsigned ky[] = {y->cell.workload, y->cell.instances, y->cell.arm, y->base};

	for (size_t i = 0; i < ARRAY_SIZE(kx); i++)
		if (kx[i] != ky[i])
			return kx[i] < ky[i] ? -1 : 1;
	return 0;
}

/* Blocks with which the first step of Holm over m tests can reject: 2^(1-n) <= alpha / m. With several tests one
 * block is kept in hand for a tie, which the sign test drops: 9 for five. */
static size_t holm_blocks(size_t m)
{
	size_t n = 1;

	while (ldexp(1, 1 - (int)n) > FAMILY_ALPHA / (double)m)
		n++;
	return n + (m > 1);
}

/* Families with too few blocks: how many, and the worst of them. */
struct too_few {
	size_t families, tests, blocks, needed;
};

static void correct_family(
	struct summary *s, const struct primary *list, size_t n, struct too_few *worst)
{
	cleanup_free double *p = xcalloc(n, sizeof(*p));
	cleanup_free int *reject = xcalloc(n, sizeof(*reject));
	size_t needed = holm_blocks(n), blocks = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		p[i] = list[i].p;
		blocks = list[i].n < blocks ? list[i].n : blocks;
	}
	stats_holm(p, n, FAMILY_ALPHA, reject);
	for (size_t i = 0; i < n; i++)
		put(s, list[i].row, "holm", json_boolean(reject[i]));
	if (blocks >= needed)
		return;
	worst->families++;
	if (worst->families == 1 || needed - blocks > worst->needed - worst->blocks) {
		worst->tests = n;
		worst->blocks = blocks;
		worst->needed = needed;
	}
}

void primaries_correct(struct summary *s, struct primaries *all)
{
	struct too_few worst = {0};
	size_t end;

	if (all->n)
		qsort(all->list, all->n, sizeof(*all->list), compare_families);
	for (size_t i = 0; i < all->n; i = end) {
		for (end = i + 1; end < all->n && !compare_families(&all->list[i], &all->list[end]);
			end++)
			;
		correct_family(s, &all->list[i], end - i, &worst);
	}
	if (worst.families)
		finding(s, "primary", NULL, NULL,
			"Holm's correction over %zu primary metric%s needs at least %zu blocks, got %zu: what it does not reject is not shown to be equal",
			worst.tests, worst.tests == 1 ? "" : "s", worst.needed, worst.blocks);
	free(all->list);
	*all = (struct primaries){0};
}
