/* selftest-living.c - one instance on the bench: started by the steps of a run, read by the probes of a run. */
#include "selftest-internal.h"

#include "util.h"
#include "wait.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static const struct arm *find_arm(const struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->n_arms; i++)
		if (!strcmp(p->arms[i].name, name))
			return &p->arms[i];
	return NULL;
}

bool bench_has_vm(const struct bench *b)
{
	return find_arm(b->plan, "vm") != NULL;
}

void bench_probes(struct bench *b, const char *const *names)
{
	for (unsigned i = 0; probes[i]; i++) {
		b->plan->probe_enabled[i] = false;
		for (size_t k = 0; names[k]; k++)
			b->plan->probe_enabled[i] |= !strcmp(probes[i]->name, names[k]);
	}
}

void bench_progress(struct bench *b, const char *what, unsigned done, unsigned total)
{
	double here = total ? b->part * (total - (done < total ? done : total)) / total : 0;

	progress_trial(&b->run.progress, done, total, what, b->left + here);
}

void bench_shuffle(struct bench *b, unsigned *order, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		order[i] = i;
	for (unsigned i = n; i > 1; i--) {
		unsigned j = (unsigned)rng_below(&b->rng, i), kept = order[i - 1];

		order[i - 1] = order[j];
		order[j] = kept;
	}
}

bool bench_off(struct bench *b, size_t first)
{
	bool off = false;

	for (size_t i = first; i < b->t->n_weights; i++) {
		weight_judge(&b->t->weights[i]);
		off |= b->t->weights[i].status == WEIGHT_OFF;
	}
	return off;
}

bool bench_disturbed(struct bench *b, const struct living *l, const struct guard_counters *begin,
	struct guard_counters *now)
{
	struct guard_sources from = {.root = b->run.lab.root,
		.hierarchies = b->run.lab.cgroups,
		.run = b->run.group,
		.instances = l->set.instances,
		.n = l->set.n};
	struct error ignored = ERROR_INIT;
	struct guard_figures f;

	if (guard_read(&from, now, &ignored) < 0)
		return true;
	if (!begin)
		return false;
	f = guard_between(begin, now);
	return guard_flags(&f, b->plan) != 0;
}

int living_start(struct living *l, struct bench *b, const char *arm, const char *verb,
	const char *argument, struct error *err)
{
	struct instance *i;

	*l = (struct living){.bench = b, .arguments = {(char *)argument, NULL}};
	l->trial = (struct trial){.index = b->trial++,
		.arm = find_arm(b->plan, arm),
		.workload = b->plan->workloads[0],
		.instances = 1};
	set_init(&l->set, &b->run, &l->trial);
	l->workload = *b->plan->workloads[0];
	l->workload.verb = (char *)verb;
	l->workload.command = l->arguments;
	l->set.m.workload = &l->workload;
	i = &l->set.instances[0];
	if (set_baseline(&l->set, err) < 0 || set_prepare(&l->set, err) < 0 ||
		probes_step(&l->set.m, PROBE_BEFORE, err) < 0 ||
		set_start_one(&l->set, i, err) < 0 || set_make_ready(&l->set, i, err) < 0)
		return error_wrap(err, "selftest: %s", arm);
	return probes_step(&l->set.m, PROBE_READY, err);
}

int living_baseline(struct living *l, struct error *err)
{
	if (probes_step(&l->set.m, PROBE_AFTER, err) < 0)
		return -1;
	measurement_free(&l->set.m);
	return probes_step(&l->set.m, PROBE_BEFORE, err);
}

int living_settle(struct living *l, struct error *err)
{
	return set_settle(&l->set, err);
}

static void take(const struct measurement *m, readings out)
{
	for (int id = 0; id < METRIC_COUNT; id++)
		if (m->out[id].filled && m->out[id].status == SAMPLE_OK)
			out[id] = m->out[id].value;
}

int living_look(struct living *l, readings out, struct error *err)
{
	for (int id = 0; id < METRIC_COUNT; id++)
		out[id] = NAN;
	if (set_all_alive(&l->set, err) < 0 || probes_step(&l->set.m, PROBE_MEASURE, err) < 0 ||
		set_measure_path(&l->set, err) < 0)
		return -1;
	take(&l->set.m, out);
	return 0;
}

int living_ask(struct living *l, struct error *err, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return agent_call(
		&l->set.instances[0].agent, NULL, set_deadline(&l->set, 30), err, "%s", text);
}

int living_end(struct living *l, readings out, struct error *err)
{
	struct error mine = ERROR_INIT;
	int rc = set_stop(&l->set, &mine);

	if (probes_step(&l->set.m, PROBE_AFTER, &mine) < 0)
		rc = -1;
	if (out)
		take(&l->set.m, out);
	set_free(&l->set);
	return rc < 0 ? error_set(err, mine.code, "%s", mine.text) : 0;
}

int living_once(struct bench *b, const char *arm, const char *verb, const char *argument,
	bool settle, readings out, struct error *err)
{
	struct guard_counters begin, end;
	struct living l;
	int rc = living_start(&l, b, arm, verb, argument, err);
	bool known = rc == 0 && !bench_disturbed(b, &l, NULL, &begin);

	for (int id = 0; id < METRIC_COUNT; id++)
		out[id] = NAN;
	if (rc == 0 && settle && (living_settle(&l, err) < 0 || living_look(&l, out, err) < 0))
		rc = -1;
	if (rc == 0 && (!known || bench_disturbed(b, &l, &begin, &end)))
		out[MEMORY_HOST_DELTA] = NAN;
	if (living_end(&l, out, err) < 0)
		rc = -1;
	return rc;
}
