/* summary-disturbed.c - blocks over the guards' limits, and what would have been found without them. */
#include "summary-parts.h"

#include "guards.h"
#include "util.h"

#include <math.h>
#include <string.h>

static int compare_attempt(const void *key, const void *b)
{
	const struct sample *x = key;
	const struct counted *y = b;

	if (x->block != y->block)
		return x->block > y->block ? 1 : -1;
	return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

void mark_guards(struct summary *s)
{
	const struct sample *last = NULL;
	unsigned seen = 0; /* in the trial of last */

	for (size_t i = 0; i < s->set->n && s->n_blocks; i++) {
		const struct sample *one = &s->set->samples[i];
		struct counted *c;
		unsigned more;

		if (!last || last->block != one->block || last->trial != one->trial ||
			last->attempt != one->attempt)
			seen = 0;
		last = one;
		more = one->flags & GUARD_FLAGS & ~seen;
		seen |= more;
		c = !more ? NULL
			  : bsearch(one, s->blocks, s->n_blocks, sizeof(*c), compare_attempt);
		if (!c)
			continue;
		c->guards |= more;
		c->flags += (unsigned)__builtin_popcount(more);
	}
}

void count_disturbed(struct summary *s)
{
	for (size_t i = 0; i < s->n_blocks; i++) {
		s->disturbed += s->blocks[i].guards != 0;
		s->guards |= s->blocks[i].guards;
	}
}

void leave_disturbed(struct summary *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_blocks; i++)
		if (!s->blocks[i].guards)
			s->blocks[kept++] = s->blocks[i];
	s->n_blocks = kept;
}

/* "foreign_cpu, steal" as new text. */
static char *guard_text(unsigned flags)
{
	char *text = xstrdup("");

	for (unsigned i = 0; sample_flag_names[i]; i++) {
		char *longer;

		if (!(flags & GUARD_FLAGS & 1u << i))
			continue;
		longer = xasprintf("%s%s%s", text, *text ? ", " : "", sample_flag_names[i]);
		free(text);
		text = longer;
	}
	return text;
}

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

/* The row of the other list about the same thing; borrowed, or NULL. */
static const json_t *same_row(const json_t *list, const json_t *row)
{
	static const char *const keys[] = {"metric", "arm", "base", "workload", "instances"};
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		bool same = true;

		for (size_t k = 0; same && k < ARRAY_SIZE(keys); k++) {
			const json_t *a = json_object_get(one, keys[k]);
			const json_t *b = json_object_get(row, keys[k]);

			same = (!a && !b) || (a && b && json_equal(a, b));
		}
		if (same)
			return one;
	}
	return NULL;
}

static bool is_primary(const struct summary *s, const json_t *row)
{
	int id = metric_find(text_of(row, "metric"));

	return id >= 0 && s->primary[id];
}

static void compare_medians(struct summary *s, const json_t *row, const json_t *without)
{
	const json_t *a = json_object_get(row, "median"), *b = json_object_get(without, "median");
	double x = json_number_value(a), y = json_number_value(b);
	int id = metric_find(text_of(row, "metric"));
	double margin = id < 0 ? 0 : margin_fraction(s, (enum metric_id)id) * fabs(x);

	if (!json_is_number(a) || !json_is_number(b) || !(fabs(x - y) > margin))
		return;
	finding(s, "sensitivity", text_of(row, "metric"), text_of(row, "arm"),
		"%s, arm %s, workload %s, %d instances: median %.6g with the disturbed blocks, %.6g without; more than its margin",
		text_of(row, "metric"), text_of(row, "arm"), text_of(row, "workload"),
		(int)json_integer_value(json_object_get(row, "instances")), x, y);
}

/* Fewer than 6 blocks have no verdict of their own: that is said once, not for each row. */
static void compare_verdicts(struct summary *s, const json_t *row, const json_t *without)
{
	const char *a = text_of(row, "verdict"), *b = text_of(without, "verdict");

	if (json_integer_value(json_object_get(without, "n")) < LEAST_BLOCKS || !strcmp(a, b))
		return;
	finding(s, "sensitivity", text_of(row, "metric"), text_of(row, "arm"),
		"%s, arm %s against %s, workload %s, %d instances: %s with the disturbed blocks, %s without",
		text_of(row, "metric"), text_of(row, "arm"), text_of(row, "base"),
		text_of(row, "workload"),
		(int)json_integer_value(json_object_get(row, "instances")), a, b);
}

void note_disturbed(struct summary *s, const struct summary *clean)
{
	cleanup_free char *what = guard_text(s->guards);
	size_t left = s->n_blocks - s->disturbed, i;
	const json_t *row;

	if (!s->disturbed)
		return;
	finding(s, "disturbed", NULL, NULL, "%zu of %zu counted blocks disturbed (%s); %s",
		s->disturbed, s->n_blocks, what,
		!left ? "no clean one is left"
			: left < LEAST_BLOCKS
			? "fewer than 6 clean ones are left: no verdict without them"
			: "primary results are compared with and without them");
	if (!clean)
		return;
	json_array_foreach (s->metrics, i, row)
		if (is_primary(s, row))
			compare_medians(s, row, same_row(clean->metrics, row));
	json_array_foreach (s->comparisons, i, row)
		if (is_primary(s, row))
			compare_verdicts(s, row, same_row(clean->comparisons, row));
}
