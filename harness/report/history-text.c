/* history-text.c - what `tare history` says on a terminal. All foreign text passes clean_text(). */
#include "report-internal.h"

#include "history.h"
#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

#define CLOCK_LINES 3 /* the last ones */
#define DIGEST_LINES 12 /* of each direction; --json holds all */

static const char *const headings[] = {[HISTORY_ALARM] = "ALARM",
	[HISTORY_CANDIDATE] = "CANDIDATE",
	[HISTORY_MISSING] = "MISSING",
	[HISTORY_ENVIRONMENT] = "environment",
	[HISTORY_REFUTED] = "refuted",
	[HISTORY_BEYOND] = "one night",
	[HISTORY_WORSE] = "worse",
	[HISTORY_BETTER] = "better"};

static void put_finding(FILE *out, const struct history *h, const struct history_finding *f)
{
	const struct history_series *s = f->series;
	const char *unit = s->base ? "1" : metrics[s->id].unit;
	cleanup_free char *before = value_text(f->level.median, unit);
	cleanup_free char *now = value_text(f->now, unit);
	cleanup_free char *reach = value_text(f->level.reach, unit);
	cleanup_free char *name = clean_text(s->name), *cause = clean_text(f->cause);
	char percent[32] = "";

	if (f->state == HISTORY_MISSING) {
		fprintf(out, "%-11s  %s: %s (%zu nights)%s, since %.10s\n%-11s  %s\n",
			headings[f->state], name, before, f->level.n,
			s->emulated ? ", emulated" : "", h->nights[f->since].started, "", cause);
		return;
	}
	if (isfinite(f->change))
		snprintf(percent, sizeof(percent), " %+.1f %%", 100 * f->change);
	fprintf(out, "%-11s  %s:%s, %s to %s (reach %s over %zu nights)%s, %ssince %.10s\n",
		headings[f->state], name, percent, before, now, reach, f->level.n,
		s->emulated ? ", emulated" : "", f->extreme ? "by one night, " : "",
		h->nights[f->since].started);
	if (f->state <= HISTORY_BEYOND && *cause)
		fprintf(out, "%-11s  %s\n", "", cause);
}

static void put_digest(
	FILE *out, const struct history *h, const struct judgement *j, enum history_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		if (j->findings[i].state != state)
			continue;
		if (n++ < DIGEST_LINES)
			put_finding(out, h, &j->findings[i]);
	}
	if (n > DIGEST_LINES)
		fprintf(out, "%-11s  and %zu more; --json lists all\n", headings[state],
			n - DIGEST_LINES);
}

static void put_clocks(FILE *out, const struct history *h)
{
	size_t from = h->n_clocks > CLOCK_LINES ? h->n_clocks - CLOCK_LINES : 0;

	for (size_t i = from; i < h->n_clocks; i++) {
		const struct history_night *n = &h->nights[h->clocks[i].night];

		fprintf(out, "%-11s  run %s of %s: %s\n", "clock", n->id, n->started,
			h->clocks[i].what);
	}
	if (from)
		fprintf(out, "%-11s  and %zu before; --json lists all\n", "clock", from);
}

static void put_head(FILE *out, const struct history *h, const struct judgement *j)
{
	const struct history_night *newest = &h->nights[j->newest];
	cleanup_free char *plan = cut_text(newest->plan, 64);
	cleanup_free char *host = cut_text(j->fingerprint, 32);
	cleanup_free char *why = clean_text(newest->why);
	size_t kept_out = 0, others = 0;

	for (size_t i = 0; i < h->n_nights; i++) {
		others += strcmp(h->nights[i].fingerprint, j->fingerprint) != 0;
		kept_out += !h->nights[i].valid;
	}
	fprintf(out, "%zu night%s, %zu kept out; newest %s of plan %s, run %s, host %s\n",
		h->n_nights, h->n_nights == 1 ? "" : "s", kept_out, newest->started, plan,
		newest->id, host);
	if (others)
		fprintf(out,
			"%zu night%s of hosts with another fingerprint: series of their own, not judged now\n",
			others, others == 1 ? " is" : "s are");
	if (!newest->valid)
		fprintf(out, "the newest night is kept out: %s\n", why);
	fprintf(out,
		"%zu series, %zu primary; %zu with fewer than %zu nights to be held against\n\n",
		j->series, j->primaries, j->learning, history_rule.least);
}

char *history_quiet(const struct judgement *j)
{
	cleanup_free char *early = xasprintf(
		"too early: %zu of %zu nights, and the first that can be judged is the one after them",
		j->early_nights, history_rule.least);

	if (!j->early)
		return xstrdup("nothing to alarm about");
	if (j->early == j->primaries)
		return steal_ptr(early);
	return xasprintf("nothing to alarm about; %zu of %zu primary series %s %s", j->early,
		j->primaries, j->early == 1 ? "is" : "are", early);
}

void history_print(FILE *out, const struct history *h, const struct judgement *j)
{
	size_t weighty = 0;

	if (!h->n_nights) {
		fputs("no runs yet; tare history add DIR... puts them in\n", out);
		return;
	}
	put_head(out, h, j);
	put_clocks(out, h);
	for (size_t i = 0; i < j->n; i++) {
		if (j->findings[i].state > HISTORY_BEYOND)
			continue;
		put_finding(out, h, &j->findings[i]);
		weighty++;
	}
	if (!weighty) {
		cleanup_free char *quiet = history_quiet(j);

		fprintf(out, "%s\n", quiet);
	}
	put_digest(out, h, j, HISTORY_WORSE);
	put_digest(out, h, j, HISTORY_BETTER);
}
