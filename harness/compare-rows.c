/* compare-rows.c - the values of both sides gathered row by row: metric, arm, workload, instances. */
#include "compare-parts.h"

#include "util.h"

#include <math.h>

static struct compare_row *row_for(
	struct compare_rows *r, const struct summary *s, const struct series *one, const char *arm)
{
	const char *workload = s->workloads.name[one->cell.workload];
	cleanup_free char *key = xasprintf(
		"%s %s %s %u", metrics[one->metric].name, arm, workload, one->cell.instances);
	const json_t *at = json_object_get(r->index, key);

	if (at)
		return &r->row[json_integer_value(at)];
	if (r->n == r->room) {
		r->room = 2 * r->room + 64;
		r->row = xrealloc(r->row, r->room * sizeof(*r->row));
	}
	json_object_set_new(r->index, key, json_integer((json_int_t)r->n));
	r->row[r->n] = (struct compare_row){.metric = one->metric,
		.arm = arm,
		.workload = workload,
		.instances = one->cell.instances};
	return &r->row[r->n++];
}

static void add_value(struct compare_values *v, double value, unsigned run)
{
	if (v->n == v->room) {
		v->room = 2 * v->room + 8;
		v->value = xrealloc(v->value, v->room * sizeof(*v->value));
		v->run = xrealloc(v->run, v->room * sizeof(*v->run));
	}
	v->run[v->n] = run;
	v->value[v->n++] = value;
}

static void note_series(struct compare_values *v, const struct series *one)
{
	v->there = true;
	v->kind = one->kind;
	v->flags |= one->flags;
	v->failed += one->failed;
	v->scale = fmax(v->scale, isnan(one->scale) ? 0 : one->scale);
	v->uncorrected = v->uncorrected || one->uncorrected;
	v->no_code = v->no_code || (one->emulated_memory && !one->less);
	v->less = v->less || one->less;
	if (!v->reason)
		v->reason = one->reason;
}

static bool is_compared(const struct series *one)
{
	/* The empty set is there for the line only; the residual is judged against its own arm's total. */
	return one->cell.instances && one->metric != MEMORY_PART_RESIDUAL;
}

void compare_add_run(struct compare_rows *r, const struct summary *s, unsigned side, unsigned run)
{
	for (size_t i = 0; i < s->n_series; i++) {
		const struct series *one = &s->series[i];
		struct compare_values *v;
		size_t before;

		if (!is_compared(one))
			continue;
		v = &row_for(r, s, one, s->arms.name[one->cell.arm])->side[side];
		before = v->n;
		note_series(v, one);
		for (size_t b = 0; b < s->n_blocks; b++) {
			double value = verdict_values(one)[b];

			if (isnan(value))
				continue;
			v->disturbed += s->blocks[b].guards != 0;
			add_value(v, value, run);
		}
		v->runs += v->n > before;
	}
}

/* The series of the arm that this one stands against, or NULL. */
static const struct series *first_side(const struct summary *s, const struct series *one)
{
	const json_t *arm =
		json_object_get(json_object_get(s->run, "arms"), s->arms.name[one->cell.arm]);
	const char *name = json_string_value(json_object_get(arm, "against"));
	int at = name ? name_find(&s->arms, name) : -1;
	struct cell cell = one->cell;

	if (at < 0)
		return NULL;
	cell.arm = (unsigned)at;
	return series_find(s, cell, one->metric);
}

void compare_add_pairs(struct compare_rows *r, const struct summary *s)
{
	for (size_t i = 0; i < s->n_series; i++) {
		const struct series *new = &s->series[i], *base = first_side(s, new);
		struct compare_row *row;

		if (!base || !is_compared(new))
			continue;
		row = row_for(r, s, new, s->arms.name[base->cell.arm]);
		note_series(&row->side[0], base);
		note_series(&row->side[1], new);
		for (size_t b = 0; b < s->n_blocks; b++) {
			double x = verdict_values(base)[b], y = verdict_values(new)[b];

			if (isnan(x) || isnan(y))
				continue;
			for (unsigned k = 0; k < 2; k++) {
				row->side[k].disturbed += s->blocks[b].guards != 0;
				add_value(&row->side[k], k ? y : x, 0);
				row->side[k].runs = 1;
			}
		}
	}
}

void compare_rows_free(struct compare_rows *r)
{
	for (size_t i = 0; i < r->n; i++) {
		for (unsigned k = 0; k < 2; k++) {
			free(r->row[i].side[k].value);
			free(r->row[i].side[k].run);
		}
	}
	free(r->row);
	json_decref(r->index);
	*r = (struct compare_rows){0};
}
