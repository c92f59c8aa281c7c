/* chart-path.c - the way of the traffic hop by hop: how long each part of a round trip takes, what goes through, who
 * pays; below each arm what proves the way. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {
	"path.rr_bridge", "network.rr_p50", "network.rx", "network.tx", "network.cpu", NULL};

const char path_words[] =
	"the network paths are an analogue of VMware's, not VMware's own: its NIC models are QEMU's devices, a VMnet is a Linux bridge, its NAT is the kernel's masquerade.";

bool path_any(const struct view *v)
{
	for (size_t a = 0; a < v->n_arms; a++)
		if (view_cell(v, a, "path.rr_bridge").status == CELL_OK)
			return true;
	return false;
}

static struct mark *bar(
	struct chart *c, size_t series, size_t a, double start, double end, const struct cell *cell)
{
	struct mark *m = &c->series[series].marks[a];

	m->status = CELL_OK;
	m->start = start;
	m->end = end;
	m->emulated = cell->emulated;
	c->any_emulated = c->any_emulated || cell->emulated;
	return m;
}

/* Two parts of one round trip; noise may make the first look longer than the whole, and then it is drawn alone. */
static void add_round_trips(struct chart *c, const struct view *v)
{
	chart_add_series(c, "round trip: NIC and switch port", SERIES_BAR, 0, 0.40, 0.02);
	chart_add_series(c, "round trip: from the bridge on", SERIES_BAR, 1, 0.40, 0.02);
	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell near = view_cell(v, a, "path.rr_bridge");
		struct cell all = view_cell(v, a, "network.rr_p50");
		struct mark *last;

		if (all.status != CELL_OK) {
			mark_from_cell(c, &c->series[0].marks[a], &all, "");
			continue;
		}
		/* On path peer the whole way ends at the bridge. */
		last = bar(c, 0, a, 0, near.status == CELL_OK ? near.median : all.median, &all);
		if (near.status == CELL_OK && all.median > near.median)
			last = bar(c, 1, a, near.median, all.median, &all);
		last->label = value_text(all.median, "s");
	}
}

static void add_rates(struct chart *c, const struct view *v)
{
	static const char *const metrics[] = {"network.rx", "network.tx"};
	static const char *const words[] = {"in", "out"};

	for (size_t i = 0; i < 2; i++) {
		double top = 0.40 - 0.20 * (double)i;
		struct series *s = chart_add_series(c, i ? "TCP stream out" : "TCP stream in",
			SERIES_BAR, (unsigned)(2 + i), top, top - 0.18);

		for (size_t a = 0; a < v->n_arms; a++) {
			struct cell cell = view_cell(v, a, metrics[i]);

			mark_from_cell(c, &s->marks[a], &cell, words[i]);
		}
	}
}

static void add_cost(struct chart *c, const struct view *v)
{
	struct series *s = chart_add_series(
		c, "CPU time of both ends and the host", SERIES_BAR, 4, 0.40, 0.02);

	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell cell = view_cell(v, a, "network.cpu");

		mark_from_cell(c, &s->marks[a], &cell, "");
	}
}

/* What was seen of the way, in one line: "path nat: 5 links; source rewritten, TTL lowered by 1". */
static char *note(const struct view *v, size_t a)
{
	cleanup_free char *path =
		clean_text(json_text_at(v->run, "arms", v->arms[a].name, "options", "path", NULL));
	struct cell hops = view_cell(v, a, "path.hops"), ttl = view_cell(v, a, "path.ttl_drop");
	struct cell rewritten = view_cell(v, a, "path.rewritten");
	struct cell switched = view_cell(v, a, "path.switched");
	struct cell forwarded = view_cell(v, a, "path.forwarded");

	if (hops.status != CELL_OK)
		return NULL;
	if (switched.status == CELL_OK && forwarded.status == CELL_OK)
		return xasprintf(
			"path %s: %.0f links; the bridge has learnt %s MAC addresses, %.0f packets passed the host's forward hook",
			path, hops.median, switched.median > 0 ? "both" : "not both",
			forwarded.median);
	return xasprintf("path %s: %.0f links; source %s, TTL lowered by %.0f", path, hops.median,
		rewritten.median > 0 ? "rewritten" : "as it was", ttl.median);
}

static void sentence(struct chart *c, const struct view *v)
{
	size_t longest = 0;
	double most = -1;

	for (size_t a = 0; a < v->n_arms; a++) {
		struct cell near = view_cell(v, a, "path.rr_bridge");
		struct cell all = view_cell(v, a, "network.rr_p50");

		if (near.status == CELL_OK && all.status == CELL_OK && all.median > most) {
			most = all.median;
			longest = a;
		}
	}
	if (most < 0) {
		c->title = xstrdup("Path: no round trip was measured hop by hop");
		return;
	}
	struct cell near = view_cell(v, longest, "path.rr_bridge");
	cleanup_free char *whole = value_text(most, "s");
	double share = fmin(1, near.median / most);

	c->title = xasprintf(
		"%s has the longest way: %s there and back%s, %.0f %% of it up to the bridge",
		c->rows[longest].name, whole, near.emulated ? " (emulated CPU)" : "", 100 * share);
}

void chart_path(struct chart *c, const struct view *v)
{
	chart_init(c, "path", v);
	add_round_trips(c, v);
	add_rates(c, v);
	add_cost(c, v);
	for (size_t a = 0; a < v->n_arms; a++)
		c->rows[a].note = note(v, a);
	sentence(c, v);
	c->subtitle = xstrdup(
		"The way of a packet: NIC, switch port, bridge, then the partner's port and NIC (pair) or NAT and outside host (nat). An analogue of VMware's: QEMU's devices, Linux's bridge.");
	chart_add_panel(c, "Round trip, median", "time", "s", 0, 2);
	chart_add_panel(c, "Throughput", "payload rate", "bit/s", 2, 2);
	chart_add_panel(c, "CPU time per GiB moved", "CPU time", "s/GiB", 4, 1);
	chart_footer(c, v, names, "Parts of a round trip are differences of two medians.");
}
