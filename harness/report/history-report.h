/* history-report.h - what the files that draw and write the history share. */
#ifndef TARE_HISTORY_REPORT_H
#define TARE_HISTORY_REPORT_H

#include "report-internal.h"

#include "history.h"

/* A night on which something of the environment was new, numbered through all charts. */
struct history_event {
	size_t night;
	bool host; /* another fingerprint than the night before */
	char *text; /* what changed; clean */
};
struct history_events {
	struct history_event *at;
	size_t n;
};
struct history_events history_events_of(const struct history *h);
void history_events_free(struct history_events *e);
#define cleanup_events __attribute__((cleanup(history_events_free)))

/* One chart: all arms and ratios of a metric at one workload and instance count. */
struct trend {
	const char *metric, *workload; /* borrowed */
	unsigned instances;
	const struct history_series *panel[8]; /* arms first, then ratios */
	size_t n;
};
/* The trends worth a chart: primary metrics first, then what was found; at most `most`. New array of *n. */
struct trend *history_trends(
	const struct history *h, const struct judgement *j, size_t most, size_t *n);

/* chart-history.c: c->script and c->data, c->title and so on. */
void chart_history(struct chart *c, const struct history *h, const struct history_events *e,
	const struct trend *t);

/* history-html.c: the page; charts are read back from chartsfd. New string. */
char *history_page(const struct history *h, const struct judgement *j,
	const struct history_events *e, const struct chart_entry *charts, size_t n_charts,
	const char *missing, int chartsfd);

#endif
