/* history-attribute.c - what moved on the night a candidate began: one arm or both, and what the record says changed
 * that night. Pure. */
#include "history-internal.h"

#include "json.h"
#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

#define SHOWN 60 /* characters of a value that changed */

static bool is_payload(const char *key)
{
	return !strncmp(key, "payload ", 8) || !strncmp(key, "workload ", 9) ||
		!strcmp(key, "agent");
}

static void put_change(FILE *out, bool *first, const char *key, const json_t *a, const json_t *b)
{
	const char *x = json_is_string(a) ? json_string_value(a) : "none";
	const char *y = json_is_string(b) ? json_string_value(b) : "none";

	fprintf(out, "%s%s %.*s%s -> %.*s%s", *first ? "" : ", ", key, SHOWN, x,
		strlen(x) > SHOWN ? "..." : "", SHOWN, y, strlen(y) > SHOWN ? "..." : "");
	*first = false;
}

char *history_changed(const json_t *before, const json_t *after, bool *payload)
{
	char *text = NULL;
	const char *key;
	bool first = true;
	json_t *v;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	*payload = false;
	if (!out)
		return NULL;
	json_object_foreach ((json_t *)after, key, v) {
		const json_t *old = json_object_get(before, key);

		if (json_equal(old, v))
			continue;
		put_change(out, &first, key, old, v);
		*payload = *payload || is_payload(key);
	}
	json_object_foreach ((json_t *)before, key, v)
		if (!json_object_get(after, key))
			put_change(out, &first, key, v, NULL);
	fclose(out);
	if (!first)
		return text;
	free(text);
	return NULL;
}

/* Payload, kernels, QEMU: whether any of what is most asked about is different. */
static bool usual_changed(const json_t *before, const json_t *after)
{
	static const char *const usual[] = {
		"kernel", "qemu", "payload ", "workload ", "agent", "kernel_release ", "emulator "};
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)after, key, v)
		for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
			if (!strncmp(key, usual[i], strlen(usual[i])) &&
				!json_equal(json_object_get(before, key), v))
				return true;
	return false;
}

/* The value of a series on a night; NaN when it has none. */
static double value_on(const struct history_series *s, size_t night)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->points[mid].night < night)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->points[lo].night == night ? s->points[lo].value : NAN;
}

/* Whether o is a ratio that s is in. */
static bool pairs(const struct history_series *o, const struct history_series *s)
{
	return o->base && o->instances == s->instances && !strcmp(o->workload, s->workload) &&
		!strcmp(o->fingerprint, s->fingerprint) &&
		(!strcmp(o->arm, s->arm) || !strcmp(o->base, s->arm));
}

/* The arm beside it: the other of its ratio (that of another metric tells who that is, too); for an arm without one,
 * the container. */
static void find_beside(const struct history *h, struct history_finding *f)
{
	const struct history_series *s = f->series;
	const char *arm = strcmp(s->arm, "container") != 0 ? "container" : NULL;

	for (size_t i = 0; i < h->n_series && !f->ratio; i++) {
		const struct history_series *o = &h->series[i];

		if (!pairs(o, s))
			continue;
		arm = strcmp(o->arm, s->arm) ? o->arm : o->base;
		if (!strcmp(o->metric, s->metric))
			f->ratio = o;
	}
	if (!arm)
		return;
	cleanup_free char *name =
		xasprintf("%s/%s/%s/%u", s->metric, arm, s->workload, s->instances);

	f->beside = history_find(h, name, s->fingerprint);
}

/* Three columns over the same nights: the arm, the one beside it, their ratio (its ln) or difference. */
struct columns {
	double *arm, *other, *both;
	size_t n;
};

static void add_night(
	struct columns *c, const struct history_finding *f, size_t night, double x, bool by_ratio)
{
	double other = value_on(f->beside, night);
	double ratio = f->ratio ? value_on(f->ratio, night) : NAN;

	if (f->ratio && !strcmp(f->ratio->base, f->series->arm))
		ratio = 1 / ratio;
	if (by_ratio) {
		ratio = isfinite(ratio) ? log(ratio) : log(x) - log(other);
		x = log(x);
		other = log(other);
	} else {
		ratio = x - other;
	}
	if (!isfinite(x) || !isfinite(other) || !isfinite(ratio))
		return;
	c->arm[c->n] = x;
	c->other[c->n] = other;
	c->both[c->n++] = ratio;
}

static struct columns columns_of(const struct history_finding *f, const struct history_walk *w,
	size_t from, size_t to, bool by_ratio)
{
	struct columns c = {.arm = xcalloc(to - from, sizeof(double)),
		.other = xcalloc(to - from, sizeof(double)),
		.both = xcalloc(to - from, sizeof(double))};

	for (size_t t = from; t < to; t++)
		add_night(&c, f, w->night[t], w->x[t], by_ratio);
	return c;
}

static void columns_free(struct columns *c)
{
	free(c->arm);
	free(c->other);
	free(c->both);
}
#define cleanup_columns __attribute__((cleanup(columns_free)))

struct shifts {
	double arm, other, both, reach;
};

/* By how much each moved from the nights before since to those from it on. */
static struct shifts shifts_of(const struct history *h, const struct history_finding *f,
	const struct history_walk *w, size_t since)
{
	bool by_ratio = metrics[f->series->id].compare == COMPARE_RATIO;
	double margin = history_margin(h, f->series);
	size_t window = since < history_rule.window ? since : history_rule.window;
	cleanup_columns struct columns before = columns_of(f, w, since - window, since, by_ratio);
	cleanup_columns struct columns after = columns_of(f, w, since, w->n, by_ratio);
	struct shifts s = {NAN, NAN, NAN, NAN};
	struct level arm, other, both;

	if (before.n < history_rule.least || !after.n)
		return s;
	arm = rule_level(&history_rule, before.arm, before.n, 0);
	other = rule_level(&history_rule, before.other, before.n, 0);
	both = rule_level(&history_rule, before.both, before.n, 0);
	s.arm = stats_median(after.arm, after.n) - arm.median;
	s.other = stats_median(after.other, after.n) - other.median;
	s.both = stats_median(after.both, after.n) - both.median;
	s.reach = fmax(both.reach,
		by_ratio ? log1p(margin) : margin * fmax(fabs(arm.median), fabs(other.median)));
	return s;
}

static char *shift_text(const struct history_finding *f, double shift)
{
	if (metrics[f->series->id].compare == COMPARE_RATIO)
		return xasprintf("%+.1f %%", 100 * expm1(shift));
	if (!strcmp(metrics[f->series->id].unit, "1"))
		return xasprintf("%+.6g", shift);
	return xasprintf("%+.6g %s", shift, metrics[f->series->id].unit);
}

static char *what_moved(const struct history_finding *f, const struct shifts *s)
{
	cleanup_free char *mine = NULL, *theirs = NULL;

	if (!f->beside || f->attribution == ATTRIBUTED_NONE)
		return xstrdup("there is no second arm to hold it against");
	mine = shift_text(f, s->arm);
	theirs = shift_text(f, s->other);
	if (f->attribution == ATTRIBUTED_ARM)
		return xasprintf("%s moved (%s) beyond %s (%s)", f->series->arm, mine,
			f->beside->arm, theirs);
	return xasprintf("%s (%s) and %s (%s) both moved, what is between them did not",
		f->series->arm, mine, f->beside->arm, theirs);
}

void history_attribute(const struct history *h, struct history_finding *f,
	const struct history_walk *w, size_t since)
{
	const json_t *before = h->nights[f->good].environment;
	const json_t *after = h->nights[f->since].environment;
	bool payload = false;
	cleanup_free char *changed = history_changed(before, after, &payload);
	struct shifts s = {NAN, NAN, NAN, NAN};

	find_beside(h, f);
	if (f->beside && since > 0)
		s = shifts_of(h, f, w, since);
	f->attribution = rule_attribute(s.arm, s.other, s.both, s.reach, payload);
	cleanup_free char *moved = what_moved(f, &s);

	if (!changed)
		f->cause = xasprintf(
			"%s; that night nothing recorded changed in payload, kernel, QEMU", moved);
	else if (usual_changed(before, after))
		f->cause = xasprintf("%s; changed that night: %s", moved, changed);
	else
		f->cause = xasprintf("%s; changed that night: %s; nothing in payload, kernel, QEMU",
			moved, changed);
}
