/* guards.c - the counters around a trial, and what they say about it. A further guard: a field in struct
 * guard_figures (sample.h), a line in each function here, a limit in plan-settings.c. */
#include "guards.h"

#include "procfs.h"
#include "util.h"

#include <time.h>

static double harness_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / NSEC_PER_SEC;
}

/* A group below the run's is counted there already. */
static int add_group(
	const struct guard_sources *s, const struct cgroup *cg, double *seconds, struct error *err)
{
	uint64_t ns;

	if (!cg || (s->run && cgroup_is_below(cg, s->run)))
		return 0;
	if (cgroup_cpu_ns(cg, &ns, err) < 0)
		return -1;
	*seconds += (double)ns / NSEC_PER_SEC;
	return 0;
}

static int own_seconds(const struct guard_sources *s, double *out, struct error *err)
{
	double seconds = harness_seconds();
	uint64_t ns = 0;

	if (s->run && cgroup_cpu_ns(s->run, &ns, err) < 0)
		return -1;
	seconds += (double)ns / NSEC_PER_SEC;
	if (add_group(s, s->fixed, &seconds, err) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (add_group(s, s->instances[i].cgroup, &seconds, err) < 0)
			return -1;
	*out = seconds;
	return 0;
}

static int throttled_periods(const struct guard_sources *s, uint64_t *out, struct error *err)
{
	uint64_t sum = 0, periods;

	if (sys_thermal_throttles(s->root, &sum, err) < 0)
		return -1;
	if (s->hierarchies) {
		if (cgroups_throttled(s->hierarchies, &periods, err) < 0)
			return -1;
		sum += periods;
	}
	for (size_t i = 0; i < s->n; i++) {
		if (!s->instances[i].cgroup)
			continue;
		if (cgroup_throttled(s->instances[i].cgroup, &periods, err) < 0)
			return -1;
		sum += periods;
	}
	*out = sum;
	return 0;
}

int guard_read(const struct guard_sources *s, struct guard_counters *out, struct error *err)
{
	struct guard_counters c = {.at = now_ns()};
	struct host_cpu cpu;
	struct host_vm vm;

	if (proc_host_cpu(s->root, &cpu, err) < 0 || own_seconds(s, &c.own, err) < 0 ||
		proc_host_vm(s->root, &vm, err) < 0 || throttled_periods(s, &c.throttled, err) < 0)
		return error_wrap(err, "guards");
	c.busy = cpu.busy;
	c.steal = cpu.steal;
	c.swap_ins = vm.swap_in / (uint64_t)sysconf(_SC_PAGESIZE);
	*out = c;
	return 0;
}

static double per_second(double part, double seconds)
{
	return seconds > 0 && part > 0 ? part / seconds : 0;
}

/* Counters of groups that a daemon removed may go back: that is no event. */
static double events(uint64_t before, uint64_t after)
{
	return after > before ? (double)(after - before) : 0;
}

struct guard_figures guard_between(
	const struct guard_counters *before, const struct guard_counters *after)
{
	double seconds = (double)(after->at - before->at) / NSEC_PER_SEC;
	double foreign = (after->busy - before->busy) - (after->own - before->own);

	return (struct guard_figures){
		.seconds = seconds > 0 ? seconds : 0,
		.foreign_cpu = per_second(foreign, seconds),
		.steal = per_second(after->steal - before->steal, seconds),
		.swap_ins = events(before->swap_ins, after->swap_ins),
		.throttled = events(before->throttled, after->throttled),
	};
}

static bool too_much(double per_second_used, double seconds, double limit)
{
	return per_second_used * seconds > limit * seconds + GUARD_TICKS;
}

unsigned guard_flags(const struct guard_figures *f, const struct plan *p)
{
	unsigned flags = 0;

	if (too_much(f->foreign_cpu, f->seconds, p->limits.foreign_cpu))
		flags |= FLAG_FOREIGN_CPU;
	if (too_much(f->steal, f->seconds, p->limits.steal))
		flags |= FLAG_STEAL;
	if (f->swap_ins > p->limits.swap_ins)
		flags |= FLAG_SWAP;
	if (f->throttled > p->limits.throttled)
		flags |= FLAG_THROTTLED;
	return flags;
}
