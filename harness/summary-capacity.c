/* summary-capacity.c - the rows of "capacity": how many instances fit in this machine, from the lines of "slopes". A
 * further resource: a line in make_capacity(). */
#include "summary-parts.h"

#include <math.h>
#include <string.h>

#define GIB 1073741824.0

struct need {
	double each, lo, hi, fixed; /* of one more; without any */
};

static double number_in(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	return json_equal(json_object_get(a, key), json_object_get(b, key));
}

static bool is_metric(const json_t *row, const char *metric)
{
	return !strcmp(json_string_value(json_object_get(row, "metric")), metric);
}

/* Without the translation buffer where verdicts take it off. */
static struct need need_of(const json_t *row)
{
	const json_t *less = json_object_get(row, "less_emulator_code");
	const json_t *from = json_is_object(less) ? less : row;

	return (struct need){number_in(from, "slope"), number_in(from, "slope_lo"),
		number_in(from, "slope_hi"), fmax(0, number_in(row, "intercept"))};
}

static json_t *whole(double n)
{
	return isfinite(n) && n >= 0 ? json_integer((json_int_t)floor(fmin(n, 1e15))) : json_null();
}

/* Whether there is a middle: an interval that reaches 0 bounds nothing above, so its middle says nothing. */
static bool has_middle(const struct need *n)
{
	return n->each > 0 && !(n->lo <= 0);
}

static void put_fit(struct summary *s, json_t *row, const struct need *n, double available)
{
	double left = fmax(0, available - n->fixed);

	put(s, row, "each", number(n->each));
	put(s, row, "each_lo", number(n->lo));
	put(s, row, "each_hi", number(n->hi));
	put(s, row, "fixed", number(n->fixed));
	put(s, row, "available", number(available));
	put(s, row, "fit", whole(has_middle(n) ? left / n->each : NAN));
	put(s, row, "fit_lo", whole(n->hi > 0 ? left / n->hi : NAN));
	put(s, row, "fit_hi", whole(n->lo > 0 ? left / n->lo : NAN));
}

static const char *why_none(const struct need *n, double available)
{
	if (isnan(available))
		return "run.json does not say what the host had available";
	if (!(n->each > 0))
		return "one more takes nothing that can be told from 0";
	if (isnan(n->lo))
		return "below 3 instance counts a line has no interval";
	return n->lo > 0 ? NULL : "the interval of one more reaches 0: no upper bound";
}

static void add_row(struct summary *s, const json_t *slope, const char *resource,
	const struct need *n, double available)
{
	bool memory = !strcmp(resource, "memory");
	json_t *row = json_object();

	put(s, row, "resource", text(resource));
	put(s, row, "unit", text(memory ? "B" : "1"));
	put(s, row, "arm", json_incref(json_object_get(slope, "arm")));
	put(s, row, "workload", json_incref(json_object_get(slope, "workload")));
	put_fit(s, row, n, available);
	put(s, row, "per_gib", number(memory && has_middle(n) ? GIB / n->each : NAN));
	put(s, row, "per_gib_lo", number(memory && n->hi > 0 ? GIB / n->hi : NAN));
	put(s, row, "per_gib_hi", number(memory && n->lo > 0 ? GIB / n->lo : NAN));
	put(s, row, "n", json_incref(json_object_get(slope, "n")));
	put(s, row, "counts", json_incref(json_object_get(slope, "counts")));
	put(s, row, "reason", text(why_none(n, available)));
	put(s, row, "note",
		json_is_object(json_object_get(slope, "less_emulator_code"))
			? text("less memory.emulator_code")
			: json_null());
	put(s, row, "flags", json_incref(json_object_get(slope, "flags")));
	append(s, s->capacity, row);
}

static const json_t *slope_beside(const struct summary *s, const json_t *slope, const char *metric)
{
	const json_t *row;
	size_t i;

	json_array_foreach (s->slopes, i, row)
		if (is_metric(row, metric) && same_text(row, slope, "arm") &&
			same_text(row, slope, "workload"))
			return row;
	return NULL;
}

/* Each thread takes one of the kernel's task numbers, on the host; what runs inside a guest takes none. */
static void add_tasks(struct summary *s, const json_t *processes, double available)
{
	const json_t *threads = slope_beside(s, processes, "processes.threads");
	struct need n = need_of(processes);

	if (threads) {
		struct need more = need_of(threads);

		n.each += more.each;
		n.lo += more.lo;
		n.hi += more.hi;
		n.fixed += more.fixed;
	}
	add_row(s, processes, "processes", &n, available);
}

void make_capacity(struct summary *s)
{
	const json_t *host = json_object_get(s->run, "host"), *row;
	double memory = number_in(host, "available_bytes");
	double tasks = number_in(host, "task_limit") - number_in(host, "tasks");
	size_t i;

	json_array_foreach (s->slopes, i, row) {
		struct need n = need_of(row);

		if (is_metric(row, "memory.host_delta"))
			add_row(s, row, "memory", &n, memory);
		else if (is_metric(row, "processes.host"))
			add_tasks(s, row, tasks);
	}
}
