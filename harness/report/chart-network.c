/* chart-network.c - the network in three panels: throughput, latency, CPU time per GiB. */
#include "report-internal.h"

#include "util.h"

#include <math.h>

struct shown {
	const char *metric, *name, *meaning;
};
static const struct shown rates[] = {
	{"network.rx", "in", "TCP stream in"},
	{"network.tx", "out", "TCP stream out"},
	{"network.http", "HTTP", "large HTTP body"},
};
static const struct shown latencies[] = {
	{"network.rr_p50", "p50", "round trip p50"},
	{"network.rr_p99", "p99", "round trip p99"},
	{"network.http_ttfb", "first byte", "HTTP time to first byte"},
};
static const struct shown shares[] = {
	{"network.cpu_instance", "instance", "CPU: instance"},
	{"network.cpu_peer", "peer", "CPU: peer"},
	{"network.cpu_rest", "rest", "CPU: rest of the host"},
};
#define EACH 3

static const char *const names[] = {"network.rx", "network.tx", "network.http", "network.rr_p50",
	"network.rr_p99", "network.http_ttfb", "network.cpu", NULL};

static void add_side_by_side(
	struct chart *c, const struct view *v, const struct shown *shown, enum series_kind kind)
{
	for (size_t i = 0; i < EACH; i++) {
		double top = 0.40 - 0.27 * (double)i;
		struct series *s =
			chart_add_series(c, shown[i].meaning, kind, (unsigned)i, top, top - 0.24);

		for (size_t a = 0; a < v->n_arms; a++) {
			struct cell cell = view_cell(v, a, shown[i].metric);

			mark_from_cell(c, &s->marks[a], &cell, shown[i].name);
			if (kind == SERIES_DOT && s->marks[a].status == CELL_OK &&
				s->marks[a].end <= 0)
				s->marks[a].status =
					CELL_ABSENT; /* a log axis has no place for it */
		}
	}
}

/* The whole; beside it what the host did less than when it was idle, if that is more than a twentieth: others worked
 * while it was thought idle, and then the whole is too low. */
static char *whole_text(const struct view *v, size_t a, const struct cell *whole, double parts)
{
	struct cell rest = view_cell(v, a, "network.cpu_rest");
	cleanup_free char *text = value_text(whole->median, whole->unit);

	if (rest.status != CELL_OK || rest.median >= -0.05 * parts)
		return steal_ptr(text);
	cleanup_free char *off = value_text(rest.median, rest.unit);

	return xasprintf("%s, rest %s: noise", text, off);
}

/* Stacked shares; the whole (which carries the label) may be more or less than their sum by rounding. */
static void add_shares(struct chart *c, const struct view *v)
{
	size_t first = c->n_series;

	for (size_t i = 0; i < EACH; i++)
		chart_add_series(
			c, shares[i].meaning, SERIES_BAR, (unsigned)(EACH + i), 0.26, -0.10);
	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell whole = view_cell(v, a, "network.cpu");
		struct mark *last = NULL;
		double at = 0;

		for (size_t i = 0; i < EACH; i++) {
			struct cell part = view_cell(v, a, shares[i].metric);
			struct mark *m = &c->series[first + i].marks[a];

			if (whole.status != CELL_OK || part.status != CELL_OK || part.median <= 0)
				continue;
			m->status = CELL_OK;
			m->emulated = part.emulated;
			m->start = at;
			m->end = at += part.median;
			last = m;
		}
		if (last)
			last->label = whole_text(v, a, &whole, at);
		else
			mark_from_cell(c, &c->series[first].marks[a], &whole, "");
	}
}

/* Not where every arm has a path of its own: the chart of the paths shows those. */
bool network_any(const struct view *v)
{
	bool paths = false;

	for (size_t a = 0; a < v->n_arms; a++) {
		bool path = view_cell(v, a, "path.rr_bridge").status == CELL_OK;

		if (!path && view_cell(v, a, "network.rx").status == CELL_OK)
			return true;
		paths = paths || path;
	}
	return !paths && view_planned(v, names);
}

static void sentence(struct chart *c, const struct view *v)
{
	int a = view_light(v, "network.rx"), b = view_measured(v, "vm", "network.rx");
	struct cell fast, slow;

	for (size_t i = v->n_arms; b < 0 && i-- > 0;)
		b = view_cell(v, i, "network.rx").status == CELL_OK ? (int)i : -1;
	if (a < 0) {
		c->title = xstrdup("Network: no throughput was measured in the arm compared here");
		return;
	}

	fast = view_cell(v, (size_t)a, "network.rx");
	slow = view_cell(v, (size_t)b, "network.rx");
	cleanup_free char *fast_text = value_text(fast.median, "bit/s");
	cleanup_free char *slow_text = value_text(slow.median, "bit/s");

	if (a == b)
		c->title = xasprintf("%s receives %s over one TCP stream%s", c->rows[a].name,
			fast_text, fast.emulated ? " (emulated CPU)" : "");
	else
		c->title = xasprintf("%s receives %s over one TCP stream, %s %s%s", c->rows[a].name,
			fast_text, c->rows[b].name, slow_text,
			slow.emulated ? " (emulated CPU)" : "");
}

void chart_network(struct chart *c, const struct view *v)
{
	chart_init(c, "network", v);
	add_side_by_side(c, v, rates, SERIES_BAR);
	add_side_by_side(c, v, latencies, SERIES_DOT);
	add_shares(c, v);
	sentence(c, v);
	c->subtitle = xstrdup(
		"The same bridge and the same peer for every arm (host: loopback, the ceiling). More is better on the left, less is better in the middle and on the right.");
	chart_add_panel(c, "Throughput", "payload rate", "bit/s", 0, EACH);
	chart_add_panel(c, "Latency (log axis)", "time", "s", EACH, EACH)->log = true;
	chart_add_panel(c, "CPU time per GiB moved", "CPU time", "s/GiB", 2 * (size_t)EACH, EACH);
	chart_footer(c, v, names, "");
}
