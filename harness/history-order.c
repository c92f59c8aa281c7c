/* history-order.c - a history that was read, put in order; found in, freed. */
#include "history-internal.h"

#include "util.h"

#include <string.h>

/* Nights by time whatever the order of the lines; what points at them follows. */
static int by_time(const void *a, const void *b, void *nights)
{
	const struct history_night *x = (struct history_night *)nights + *(const size_t *)a;
	const struct history_night *y = (struct history_night *)nights + *(const size_t *)b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x < y ? -1 : 1;
}

static int by_night(const void *a, const void *b)
{
	const struct history_point *x = a, *y = b;

	return x->night < y->night ? -1 : x->night > y->night;
}

void history_sort(struct history *h)
{
	cleanup_free size_t *order = xcalloc(h->n_nights, sizeof(*order));
	cleanup_free size_t *place = xcalloc(h->n_nights, sizeof(*place));
	struct history_night *sorted = xcalloc(h->n_nights, sizeof(*sorted));

	for (size_t i = 0; i < h->n_nights; i++)
		order[i] = i;
	qsort_r(order, h->n_nights, sizeof(*order), by_time, h->nights);
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
