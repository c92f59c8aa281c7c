/* history-walk.c - one series as the rule sees it: its valid nights, what was recorded after each, its direction and
 * margin. Pure. */
#include "history.h"

#include "metric.h"
#include "util.h"

#include <string.h>

#define CHANGE_NIGHTS 60 /* valid ones that change points are looked for in */
#define CHANGE_LEAST 3 /* nights a segment */

int history_worse(const struct history_series *s)
{
	if (s->id < 0 || metrics[s->id].better == BETTER_NEITHER)
		return 0;
	return metrics[s->id].better == BETTER_LOWER ? 1 : -1;
}

static const struct history_night *newest_of(
	const struct history *h, const struct history_series *s)
{
	return &h->nights[s->points[s->n - 1].night];
}

double history_margin(const struct history *h, const struct history_series *s)
{
	if (s->id >= 0 && metrics[s->id].exact)
		return 0;
	return strncmp(s->metric, "memory.", 7) ? newest_of(h, s)->margin_time
						: newest_of(h, s)->margin_memory;
}

static bool calls_primary(const struct history_night *n, const struct history_series *s)
{
	size_t i;
	json_t *name;

	json_array_foreach ((json_t *)n->primary, i, name)
		if (json_is_string(name) && !strcmp(json_string_value(name), s->metric))
			return i < HISTORY_PRIMARIES;
	return false;
}

/* The last night that measured it and called it primary. */
static bool was_primary(const struct history *h, const struct history_series *s, size_t *last)
{
	if (s->base || !history_worse(s))
		return false;
	for (size_t i = s->n; i-- > 0;)
		if (calls_primary(&h->nights[s->points[i].night], s)) {
			*last = s->points[i].night;
			return true;
		}
	return false;
}

static bool are_alike(const struct history_night *a, const struct history_night *b)
{
	return !strcmp(a->plan, b->plan) && !strcmp(a->fingerprint, b->fingerprint);
}

bool history_is_lost(
	const struct history *h, const struct history_series *s, size_t *last, size_t *since)
{
	if (!was_primary(h, s, last))
		return false;
	for (*since = *last + 1; *since < h->n_nights; ++*since)
		if (h->nights[*since].valid && are_alike(&h->nights[*since], &h->nights[*last]))
			return true;
	return false;
}

bool history_is_primary(const struct history *h, const struct history_series *s)
{
	size_t last, since;

	return was_primary(h, s, &last) && !history_is_lost(h, s, &last, &since);
}

size_t history_newest_of(const struct history *h, const struct history_series *s)
{
	size_t t = h->n_nights - 1;

	while (!are_alike(&h->nights[t], newest_of(h, s)))
		t--;
	return t;
}

/* Times and rates, and memory that borders on the translation buffer, say nothing about a VM under emulation. */
static bool is_evidence(const struct history_series *s)
{
	static const char *const borders[] = {"memory.virtual", "memory.vmm_", "memory.part_"};

	if (!s->emulated)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(borders); i++)
		if (!strncmp(s->metric, borders[i], strlen(borders[i])))
			return false;
	return !metrics[s->id].timing;
}

bool history_alarms(const struct history *h, const struct history_series *s)
{
	size_t last;

	return was_primary(h, s, &last) && is_evidence(s);
}

/* The last act after each night wins; one that measured again and stayed unclear decides nothing. */
static void place_acts(const struct history *h, const struct history_series *s,
	const struct history_walk *w, enum rule_act *acts)
{
	for (size_t i = 0; i < h->n_acts; i++) {
		const struct history_act *a = &h->acts[i];

		if (a->act == RULE_NO_ACT || strcmp(a->series, s->name) != 0 ||
			strcmp(a->fingerprint, s->fingerprint) != 0)
			continue;
		for (size_t t = w->n; t-- > 0;)
			if (w->night[t] <= a->night) {
				acts[t] = a->act;
				break;
			}
	}
}

void history_walk(const struct history *h, const struct history_series *s, struct history_walk *out)
{
	cleanup_free enum rule_act *acts = xcalloc(s->n, sizeof(*acts));
	struct history_walk w = {.night = xcalloc(s->n, sizeof(*w.night)),
		.x = xcalloc(s->n, sizeof(*w.x)),
		.rule = xcalloc(s->n, sizeof(*w.rule)),
		.changes = xcalloc(CHANGE_NIGHTS, sizeof(*w.changes))};
	size_t from;

	for (size_t i = 0; i < s->n; i++) {
		if (!h->nights[s->points[i].night].valid)
			continue;
		w.night[w.n] = s->points[i].night;
		w.x[w.n++] = s->points[i].value;
	}
	place_acts(h, s, &w, acts);
	rule_walk(&history_rule, w.x, acts, w.n, history_worse(s), history_margin(h, s), w.rule);
	from = w.n > CHANGE_NIGHTS ? w.n - CHANGE_NIGHTS : 0;
	w.n_changes = change_points(
		w.x + from, w.n - from, CHANGE_LEAST, history_margin(h, s), w.changes);
	for (size_t i = 0; i < w.n_changes; i++)
		w.changes[i] += from;
	*out = w;
}

void history_walk_free(struct history_walk *w)
{
	free(w->night);
	free(w->x);
	free(w->rule);
	free(w->changes);
	*w = (struct history_walk){0};
}
