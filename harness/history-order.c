/* history-order.c - a history that was read, put in order; found in, freed. */
#include "history-internal.h"

#include "util.h"

#include <string.h>

#define DAY 86400 /* s */

static void tell_clock(struct history *h, size_t night, const char *what)
{
	h->clocks = xrealloc(h->clocks, (h->n_clocks + 1) * sizeof(*h->clocks));
	h->clocks[h->n_clocks++] = (struct history_clock){night, what};
}

/* Nights go by their dates, so that older folders can be added later. But a run that added itself was the newest then,
 * whatever its clock said, and what is dated in the future stands where it was added. */
static void date_nights(struct history *h, int64_t now, int64_t *at)
{
	int64_t latest = INT64_MIN;

	for (size_t i = 0; i < h->n_nights; i++) {
		const struct history_night *n = &h->nights[i];
		bool early = latest != INT64_MIN && n->time < latest - DAY;

		at[i] = n->time;
		if (now < INT64_MAX - DAY && n->time > now + DAY) {
			tell_clock(h, i, "dated in the future: its clock or this one is wrong");
			at[i] = latest;
		} else if (n->live) {
			if (early)
				tell_clock(h, i, "dated before the run that was added before it");
			at[i] = n->time > latest ? n->time : latest;
		} else if (early && i + 1 == h->n_nights) {
			tell_clock(h, i,
				"the last that was added, and not the newest: it was put where its date says");
		}
		latest = at[i] > latest ? at[i] : latest;
	}
}

/* Equal times in the order of the file. */
static int by_time(const void *a, const void *b, void *times)
{
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	const int64_t *at = times;

	if (at[i] != at[k])
		return at[i] < at[k] ? -1 : 1;
	return i < k ? -1 : 1;
}

static int by_night(const void *a, const void *b)
{
	const struct history_point *x = a, *y = b;

	return x->night < y->night ? -1 : x->night > y->night;
}

void history_sort(struct history *h, int64_t now)
{
	cleanup_free int64_t *at = xcalloc(h->n_nights, sizeof(*at));
	cleanup_free size_t *order = xcalloc(h->n_nights, sizeof(*order));
	cleanup_free size_t *place = xcalloc(h->n_nights, sizeof(*place));
	struct history_night *sorted = xcalloc(h->n_nights, sizeof(*sorted));

	for (size_t i = 0; i < h->n_nights; i++)
		order[i] = i;
	date_nights(h, now, at);
	qsort_r(order, h->n_nights, sizeof(*order), by_time, at);
	for (size_t i = 0; i < h->n_nights; i++) {
		sorted[i] = h->nights[order[i]];
		place[order[i]] = i;
	}
	free(h->nights);
	h->nights = sorted;
	for (size_t i = 0; i < h->n_series; i++) {
		struct history_series *s = &h->series[i];

		for (size_t k = 0; k < s->n; k++)
			s->points[k].night = place[s->points[k].night];
		qsort(s->points, s->n, sizeof(*s->points), by_night);
	}
	for (size_t i = 0; i < h->n_acts; i++)
		h->acts[i].night = place[h->acts[i].night];
	for (size_t i = 0; i < h->n_clocks; i++)
		h->clocks[i].night = place[h->clocks[i].night];
}

void history_free(struct history *h)
{
	for (size_t i = 0; i < h->n_series; i++) {
		free(h->series[i].name);
		free(h->series[i].points);
	}
	free(h->series);
	free(h->nights);
	free(h->acts);
	free(h->clocks);
	json_decref(h->names);
	json_decref(h->index);
	json_decref(h->runs);
	json_decref(h->kept);
	*h = (struct history){0};
}

const struct history_series *history_find(
	const struct history *h, const char *name, const char *fingerprint)
{
	cleanup_free char *key = xasprintf("%s %s", fingerprint, name);
	const json_t *known = json_object_get(h->index, key);

	return known ? &h->series[json_integer_value(known)] : NULL;
}
