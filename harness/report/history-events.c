/* history-events.c - what the charts of the history show: nights on which the environment was new, and the trends worth a
 * chart. Pure. */
#include "history-report.h"

#include "metric.h"
#include "util.h"

#include <string.h>

static void add_event(struct history_events *e, size_t night, bool host, char *text)
{
	e->at = xrealloc(e->at, (e->n + 1) * sizeof(*e->at));
	e->at[e->n++] = (struct history_event){night, host, text};
}

/* Nights of different plans take turns: each is held against the one before of its own plan and host. */
struct history_events history_events_of(const struct history *h)
{
	struct history_events e = {0};

	for (size_t t = 1; t < h->n_nights; t++) {
		const struct history_night *now = &h->nights[t];
		bool host = strcmp(now->fingerprint, h->nights[t - 1].fingerprint) != 0, payload;
		char *changed = NULL;

		for (size_t k = t; k-- > 0;) {
			const struct history_night *before = &h->nights[k];

			if (strcmp(before->plan, now->plan) != 0 ||
				strcmp(before->fingerprint, now->fingerprint) != 0)
				continue;
			changed = history_changed(before->environment, now->environment, &payload);
			break;
		}
		if (host) {
			cleanup_free char *mine = cut_text(now->fingerprint, 20);
			cleanup_free char *clean = clean_text(changed);

			add_event(&e, t, true,
				xasprintf("host %s%s%s", mine, changed ? ": " : "", clean));
		} else if (changed) {
			add_event(&e, t, false, clean_text(changed));
		}
		free(changed);
	}
	return e;
}

void history_events_free(struct history_events *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->at[i].text);
	free(e->at);
	*e = (struct history_events){0};
}

struct picks {
	struct trend *trends;
	size_t n, most;
};

static struct trend *trend_of(const struct picks *p, const struct history_series *s)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->trends[i].metric, s->metric) &&
			!strcmp(p->trends[i].workload, s->workload) &&
			p->trends[i].instances == s->instances)
			return &p->trends[i];
	return NULL;
}

static void pick(struct picks *p, const struct history_series *s)
{
	if (s->id < 0 || p->n == p->most || trend_of(p, s))
		return;
	p->trends[p->n++] = (struct trend){
		.metric = s->metric, .workload = s->workload, .instances = s->instances};
}

/* Arms in the order of their first night, their ratios below. */
static void fill(struct picks *p, const struct history *h, const char *fingerprint, bool ratios)
{
	for (size_t i = 0; i < h->n_series; i++) {
		const struct history_series *s = &h->series[i];
		struct trend *t = trend_of(p, s);

		if (t && t->n < ARRAY_SIZE(t->panel) && (s->base != NULL) == ratios &&
			!strcmp(s->fingerprint, fingerprint))
			t->panel[t->n++] = s;
	}
}

struct trend *history_trends(
	const struct history *h, const struct judgement *j, size_t most, size_t *n)
{
	struct picks p = {.trends = xcalloc(most, sizeof(*p.trends)), .most = most};

	for (size_t i = 0; i < j->n; i++)
		if (j->findings[i].state <= HISTORY_BEYOND)
			pick(&p, j->findings[i].series);
	for (size_t i = 0; j->fingerprint && i < h->n_series; i++)
		if (!strcmp(h->series[i].fingerprint, j->fingerprint) &&
			history_is_primary(h, &h->series[i]))
			pick(&p, &h->series[i]);
	for (size_t i = 0; i < j->n; i++)
		pick(&p, j->findings[i].series);
	if (j->fingerprint) {
		fill(&p, h, j->fingerprint, false);
		fill(&p, h, j->fingerprint, true);
	}
	*n = p.n;
	return p.trends;
}
