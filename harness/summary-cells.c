/* summary-cells.c - samples -> complete blocks -> series. Everything is sorted, nothing searched in a loop: 10^6
 * samples take a moment. */
#include "summary-parts.h"

#include "util.h"

#include <math.h>

static int order(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

static int order_cells(struct cell a, struct cell b)
{
	int d = order(a.workload, b.workload);

	d = d ? d : order(a.instances, b.instances);
	return d ? d : order(a.arm, b.arm);
}

static int compare_cells(const void *a, const void *b)
{
	return order_cells(*(const struct cell *)a, *(const struct cell *)b);
}

int name_find(const struct names *names, const char *name)
{
	const json_t *at = json_object_get(names->index, name);

	return at ? (int)json_integer_value(at) : -1;
}

static int name_add(struct summary *s, struct names *names, const char *name)
{
	int at = name ? name_find(names, name) : -1;

	if (!name || at >= 0)
		return at;
	if (!(names->n & (names->n + 1))) /* room for 2^k - 1, doubled when full */
		names->name = xrealloc(names->name, (2 * names->n + 1) * sizeof(*names->name));
	put(s, names->index, name, json_integer((json_int_t)names->n));
	names->name[names->n++] = name;
	return (int)names->n - 1;
}

/* Keys of an object, or the texts (or the "name"s of objects) in a list: the order in which people wrote them. */
static void names_add_from(struct summary *s, struct names *names, const json_t *from)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach ((json_t *)from, key, value)
		name_add(s, names, key);
	json_array_foreach ((json_t *)from, i, value)
		name_add(s, names,
			json_string_value(
				json_is_object(value) ? json_object_get(value, "name") : value));
}

void names_init(struct summary *s)
{
	s->arms.index = json_object();
	s->workloads.index = json_object();
	names_add_from(s, &s->arms, json_object_get(s->plan, "arms"));
	names_add_from(s, &s->arms, json_object_get(s->run, "arms"));
	names_add_from(s, &s->workloads, json_object_get(s->plan, "workloads"));
	names_add_from(s, &s->workloads, json_object_get(s->run, "payload_sha256"));
}

int name_of_sample(struct summary *s, struct names *names, const char *name)
{
	return name_add(s, names, name ? name : "");
}

/* A finished trial. */
struct mark {
	unsigned block, attempt;
	struct cell cell;
};

static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	int d = order(x->block, y->block);

	d = d ? d : order(x->attempt, y->attempt);
	return d ? d : order_cells(x->cell, y->cell);
}

static struct mark *sorted_marks(struct summary *s)
{
	struct mark *marks = xcalloc(s->set->n_done + 1, sizeof(*marks));

	for (size_t i = 0; i < s->set->n_done; i++) {
		const struct trial_mark *t = &s->set->done[i];

		marks[i] = (struct mark){
			.block = t->block,
			.attempt = t->attempt,
			.cell = {.workload =
					 (unsigned)name_of_sample(s, &s->workloads, t->workload),
				.instances = t->instances,
				.arm = (unsigned)name_of_sample(s, &s->arms, t->arm)},
		};
	}
	qsort(marks, s->set->n_done, sizeof(*marks), compare_marks);
	return marks;
}

/* A cell that never finished in any block is a finding of its own; it does not undo every block. */
static void find_cells(struct summary *s, const struct mark *marks)
{
	size_t n = 0;

	s->cells = xcalloc(s->set->n_done + 1, sizeof(*s->cells));
	for (size_t i = 0; i < s->set->n_done; i++)
		s->cells[i] = marks[i].cell;
	qsort(s->cells, s->set->n_done, sizeof(*s->cells), compare_cells);
	for (size_t i = 0; i < s->set->n_done; i++)
		if (!i || compare_cells(&s->cells[i], &s->cells[n - 1]))
			s->cells[n++] = s->cells[i];
	s->n_cells = n;
}

bool cell_finished(const struct summary *s, struct cell cell)
{
	return bsearch(&cell, s->cells, s->n_cells, sizeof(cell), compare_cells);
}

/* Of each block one whole attempt: a repetition replaces what it repeats when it was disturbed by less (the same rule
 * as in schedule.c), for noise that struck twice is no reason to choose. */
static void choose_attempts(struct summary *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_blocks; i++) {
		const struct counted *one = &s->blocks[i];

		if (!kept || s->blocks[kept - 1].block != one->block)
			s->blocks[kept++] = *one;
		else if (one->flags < s->blocks[kept - 1].flags)
			s->blocks[kept - 1] = *one;
	}
	s->n_blocks = kept;
}

/* Cells that finish at all, of those that the plan has in this block. */
static size_t cells_in_block(const struct summary *s, unsigned block)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_cells; i++)
		n += cell_in_block(s, s->cells[i], block);
	return n;
}

void count_blocks(struct summary *s)
{
	cleanup_free struct mark *marks = sorted_marks(s);
	size_t n = s->set->n_done, finished = 0, expected = 0;
	bool counted = false;

	find_cells(s, marks);
	s->blocks = xcalloc(n + 1, sizeof(*s->blocks));
	for (size_t i = 0; i < n; i++) {
		bool block_ends = i + 1 == n || marks[i + 1].block != marks[i].block;

		if (marks[i].block < s->warmup)
			continue;
		if (i == 0 || marks[i].block != marks[i - 1].block)
			expected = cells_in_block(s, marks[i].block);
		finished += (i == 0 || compare_marks(&marks[i], &marks[i - 1])) &&
			cell_in_block(s, marks[i].cell, marks[i].block);
		if (!block_ends && marks[i + 1].attempt == marks[i].attempt)
			continue;
		if (finished >= expected) {
			s->blocks[s->n_blocks++] = (struct counted){
				.block = marks[i].block, .attempt = marks[i].attempt};
			counted = true;
		}
		finished = 0;
		if (block_ends) {
			s->incomplete += !counted;
			counted = false;
		}
	}
	mark_guards(s);
	choose_attempts(s);
	for (size_t i = 0; i < s->n_blocks; i++)
		s->repeated += s->blocks[i].attempt > 0;
}

struct row {
	struct cell cell;
	enum metric_id metric;
	size_t block, index; /* position among the counted, in the set */
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int d = order(x->cell.workload, y->cell.workload);

	d = d ? d : order(x->cell.instances, y->cell.instances);
	d = d ? d : order(x->metric, y->metric);
	d = d ? d : order(x->cell.arm, y->cell.arm);
	d = d ? d : (x->block > y->block) - (x->block < y->block);
	return d ? d : (x->index > y->index) - (x->index < y->index);
}

static int compare_counted(const void *key, const void *b)
{
	return order(*(const unsigned *)key, ((const struct counted *)b)->block);
}

/* Rows of the counted blocks; what summary derives itself is not read. */
static struct row *counted_rows(struct summary *s, size_t *n)
{
	struct row *rows = xcalloc(s->set->n + 1, sizeof(*rows));

	*n = 0;
	for (size_t i = 0; i < s->set->n; i++) {
		const struct sample *one = &s->set->samples[i];
		const struct counted *c =
			bsearch(&one->block, s->blocks, s->n_blocks, sizeof(*c), compare_counted);

		if (!c || c->attempt != one->attempt || metrics[one->metric].derived)
			continue;
		rows[(*n)++] = (struct row){
			.cell = {.workload =
					 (unsigned)name_of_sample(s, &s->workloads, one->workload),
				.instances = one->instances,
				.arm = (unsigned)name_of_sample(s, &s->arms, one->arm)},
			.metric = one->metric,
			.block = (size_t)(c - s->blocks),
			.index = i,
		};
	}
	qsort(rows, *n, sizeof(*rows), compare_rows);
	return rows;
}

static bool same_series(const struct row *a, const struct row *b)
{
	return !order_cells(a->cell, b->cell) && a->metric == b->metric;
}

static void add_sample(struct summary *s, struct series *to, size_t block, const struct sample *one)
{
	bool ok = one->status == SAMPLE_OK && isfinite(one->value);

	to->flags |= one->flags | (s->blocks[block].attempt ? FLAG_REPEATED : 0u);
	if (ok) {
		to->value[block] = one->value;
		to->n++;
		return;
	}
	if (one->status == SAMPLE_SKIPPED)
		to->skipped++;
	else
		to->failed++;
	if (!to->reason)
		to->reason = one->reason ? one->reason : "not a finite number";
}

void group_samples(struct summary *s)
{
	size_t n, groups = 0;
	cleanup_free struct row *rows = counted_rows(s, &n);

	for (size_t i = 0; i < n; i++)
		groups += !i || !same_series(&rows[i], &rows[i - 1]);
	s->series = xcalloc(groups + 1, sizeof(*s->series));
	for (size_t i = 0; i < n; i++) {
		struct series *to;

		if (!i || !same_series(&rows[i], &rows[i - 1])) {
			to = &s->series[s->n_series++];
			to->cell = rows[i].cell;
			to->metric = rows[i].metric;
			to->noise_floor = to->scale = NAN;
			to->value = xcalloc(s->n_blocks, sizeof(*to->value));
			for (size_t b = 0; b < s->n_blocks; b++)
				to->value[b] = NAN;
		}
		/* A trial that was cut and run again says the same thing twice: the last word counts. */
		if (i + 1 < n && same_series(&rows[i], &rows[i + 1]) &&
			rows[i].block == rows[i + 1].block)
			continue;
		to = &s->series[s->n_series - 1];
		add_sample(s, to, rows[i].block, &s->set->samples[rows[i].index]);
	}
	s->n_sorted = s->n_series; /* rows came sorted */
}

static int order_series(const struct series *a, const struct series *b)
{
	int d = order(a->cell.workload, b->cell.workload);

	d = d ? d : order(a->cell.instances, b->cell.instances);
	d = d ? d : order(a->metric, b->metric);
	return d ? d : order(a->cell.arm, b->cell.arm);
}

static int compare_series(const void *a, const void *b)
{
	return order_series(a, b);
}

void sort_series(struct summary *s)
{
	qsort(s->series, s->n_series, sizeof(*s->series), compare_series);
	s->n_sorted = s->n_series;
}

struct series *series_find(const struct summary *s, struct cell cell, enum metric_id metric)
{
	struct series key = {.cell = cell, .metric = metric};

	return bsearch(&key, s->series, s->n_sorted, sizeof(key), compare_series);
}

static int compare_lines(const void *a, const void *b)
{
	const struct series *x = *(struct series *const *)a, *y = *(struct series *const *)b;
	int d = order(x->cell.workload, y->cell.workload);

	d = d ? d : order(x->metric, y->metric);
	d = d ? d : order(x->cell.arm, y->cell.arm);
	return d ? d : order(x->cell.instances, y->cell.instances);
}

struct series **series_by_line(const struct summary *s)
{
	struct series **list = xcalloc(s->n_series + 1, sizeof(struct series *));

	for (size_t i = 0; i < s->n_series; i++)
		list[i] = &s->series[i];
	qsort(list, s->n_series, sizeof(struct series *), compare_lines);
	return list;
}

bool same_line(const struct series *a, const struct series *b)
{
	return a->cell.workload == b->cell.workload && a->metric == b->metric &&
		a->cell.arm == b->cell.arm;
}
