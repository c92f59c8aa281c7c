/* virtual.c - promised against resident: a process of the first instance maps many times what there is and touches a
 * part of it; the kernel inside says after each step what is in RAM and what in swap. */
#include "probes.h"

#include "json.h"
#include "procfs.h"
#include "util.h"

#include <string.h>

#define STEPS 8
#define TIMES 16 /* so many times the limit is mapped */
#define LEAST_TOUCH (1ull << 20)
#define BEYOND                                                                                     \
	(32ull << 20) /* so much more than what is available is touched where there is swap to take it */

struct situation {
	uint64_t limit, available, swap;
	uint64_t promise, touch;
};

/* What it may use, and how much of that is left. */
static int ask_limit(struct instance *i, struct situation *s, struct error *err)
{
	struct cgroup_memory used;
	struct agent_reply reply;

	if (i->own_kernel) {
		if (agent_call(&i->agent, &reply, probe_deadline(i), err, "meminfo") < 0)
			return -1;
		return agent_field(&reply, "total", UINT64_MAX, &s->limit, err) < 0 ||
				agent_field(&reply, "available", UINT64_MAX, &s->available, err) < 0
			? -1
			: 0;
	}
	if (cgroup_memory_limit(i->cgroup, &s->limit, err) < 0 ||
		cgroup_memory(i->cgroup, &used, err) < 0)
		return -1;
	if (!s->limit)
		s->limit = i->memory_limit;
	s->available = s->limit > used.total ? s->limit - used.total : 0;
	return 0;
}

/* Swap of its own is a disk that only a machine of its own has. */
static int ask_swap(struct instance *i, struct situation *s, struct error *err)
{
	struct agent_reply reply;

	if (agent_call(&i->agent, &reply, probe_deadline(i), err, "virtual promise=0 touch=0%s%s",
		    i->swap[0] ? " device=" : "", i->swap) < 0)
		return -1;
	return agent_field(&reply, "swap_total", UINT64_MAX, &s->swap, err);
}

/* Without swap of its own it must not be driven to its limit: the kernel would end it. */
static void choose(const struct instance *i, struct situation *s)
{
	uint64_t beyond = s->swap / 2 < BEYOND ? s->swap / 2 : BEYOND;

	s->promise = s->limit * TIMES & ~4095ull;
	s->touch = i->swap[0] ? s->available + beyond : s->available / 2;
	s->touch &= ~4095ull;
}

/* "touched:resident:swapped,..."; *last is the end of the curve. New list, or NULL. */
static json_t *read_points(char *text, uint64_t last[3])
{
	cleanup_json json_t *points = json_array();
	char *save = NULL;

	for (char *p = strtok_r(text, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
		char *field = p;

		for (int k = 0; k < 3; k++) {
			char *end = k < 2 ? strchr(field, ':') : NULL;

			if (k < 2 && !end)
				return NULL;
			if (end)
				*end++ = '\0';
			if (parse_u64(field, 0, 1ull << 50, &last[k]) < 0)
				return NULL;
			field = end;
		}
		json_array_append_new(points,
			json_pack("{s:I, s:I, s:I}", "touched", (json_int_t)last[0], "resident",
				(json_int_t)last[1], "swapped", (json_int_t)last[2]));
	}
	return json_array_size(points) == STEPS + 1 ? steal_ptr(points) : NULL;
}

static void report(
	struct measurement *m, const struct situation *s, json_t *points, const uint64_t last[3])
{
	struct error ignored = ERROR_INIT;
	struct meminfo host = {0};

	proc_meminfo(m->lab->root, &host, &ignored);
	measured(m, VIRTUAL_PROMISED, (double)s->promise, 0);
	measured(m, VIRTUAL_LIMIT, (double)s->limit, 0);
	measured(m, VIRTUAL_TOUCHED, (double)last[0], 0);
	measured(m, VIRTUAL_RESIDENT, (double)last[1], 0);
	if (s->swap)
		measured(m, VIRTUAL_SWAPPED, (double)last[2], 0);
	else
		not_measured(m, VIRTUAL_SWAPPED, SAMPLE_SKIPPED,
			"no swap where it runs: nothing can be swapped");
	evidence_add(m, "curve",
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "promised", (json_int_t)s->promise,
			"limit", (json_int_t)s->limit, "available", (json_int_t)s->available,
			"swap", (json_int_t)s->swap, "host_swap", (json_int_t)host.swap_total,
			"points", points));
}

static int virtual_measure(struct measurement *m, unsigned slot, struct error *err)
{
	struct instance *i = m->instances;
	cleanup_free char *text = NULL;
	struct situation s = {0};
	struct agent_reply reply;
	uint64_t last[3] = {0};
	json_t *points;

	(void)slot;
	if (!probe_can_ask(m, &probe_virtual))
		return 0;
	if (ask_limit(i, &s, err) < 0 || ask_swap(i, &s, err) < 0)
		return probe_failed(m, &probe_virtual, err);
	choose(i, &s);
	if (s.touch < LEAST_TOUCH) {
		probe_say(m, &probe_virtual, SAMPLE_SKIPPED,
			"the workload leaves %llu B of its %llu B, expected room for the experiment",
			(unsigned long long)s.available, (unsigned long long)s.limit);
		return 0;
	}
	if (agent_call(&i->agent, &reply, probe_deadline(i), err,
		    "virtual promise=%llu touch=%llu steps=%d", (unsigned long long)s.promise,
		    (unsigned long long)s.touch, STEPS) < 0)
		return probe_failed(m, &probe_virtual, err);
	text = agent_field_text(&reply, "points");
	points = text ? read_points(text, last) : NULL;
	if (!points) {
		error_set(err, EXIT_ARM, "agent: virtual: its points cannot be read");
		return probe_failed(m, &probe_virtual, err);
	}
	report(m, &s, points, last);
	return 0;
}

const struct probe probe_virtual = {
	.name = "virtual",
	.help = "a process maps many times its limit and touches a part: promised, resident, swapped",
	.optional = true,
	.seconds = 0.5,
	.first = VIRTUAL_PROMISED,
	.last = VIRTUAL_SWAPPED,
	.measure = virtual_measure,
};
