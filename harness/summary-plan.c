/* summary-plan.c - which cells the plan has, and in how many blocks: a plan with parts has some of them in fewer. */
#include "summary-parts.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#define MANY 1000 /* of one kind; a huge plan is not walked through: its size says nothing more */

static bool holds_text(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (json_is_string(one) && !strcmp(json_string_value(one), name))
			return true;
	return false;
}

static bool holds_count(const json_t *list, unsigned count)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (json_is_integer(one) && json_integer_value(one) == (json_int_t)count)
			return true;
	return false;
}

unsigned cell_blocks(const struct summary *s, struct cell cell)
{
	const json_t *parts = json_object_get(s->plan, "parts"), *part;
	json_int_t most = 0, blocks = json_integer_value(json_object_get(s->plan, "blocks"));
	size_t i;

	if (!json_array_size(parts))
		return UINT_MAX;
	json_array_foreach (parts, i, part) {
		json_int_t in = json_integer_value(json_object_get(part, "blocks"));

		if (in > most &&
			holds_text(json_object_get(part, "arms"), s->arms.name[cell.arm]) &&
			holds_text(json_object_get(part, "workloads"),
				s->workloads.name[cell.workload]) &&
			holds_count(json_object_get(part, "instances"), cell.instances))
			most = in;
	}
	/* what is in every block is in those that are added later, too */
	return most < blocks ? (unsigned)most : UINT_MAX;
}

bool cell_in_block(const struct summary *s, struct cell cell, unsigned block)
{
	return block >= s->warmup && block - s->warmup < cell_blocks(s, cell);
}

/* Every cell of these lists that never finished. */
static void find_missing_of(struct summary *s, const json_t *counts)
{
	size_t n_arms = s->arms.n, n_workloads = s->workloads.n, n_counts = json_array_size(counts);

	if (!n_arms || !n_workloads || !n_counts || n_arms > MANY || n_workloads > MANY ||
		n_counts > MANY || n_arms * n_workloads * n_counts > 10 * MANY)
		return;
	for (size_t i = 0; i < n_arms * n_workloads * n_counts; i++) {
		json_int_t count = json_integer_value(json_array_get(counts, i % n_counts));
		struct cell cell = {.workload = (unsigned)(i / n_counts % n_workloads),
			.instances = (unsigned)count,
			.arm = (unsigned)(i / n_counts / n_workloads)};

		if (count >= 0 && count <= UINT32_MAX && cell_blocks(s, cell) &&
			!cell_finished(s, cell))
			finding(s, "missing", NULL, s->arms.name[cell.arm],
				"arm %s, workload %s, %u instance%s: no trial finished; blocks are counted without it",
				s->arms.name[cell.arm], s->workloads.name[cell.workload],
				cell.instances, cell.instances == 1 ? "" : "s");
	}
}

void find_missing(struct summary *s)
{
	find_missing_of(s, json_object_get(s->plan, "instances"));
}
