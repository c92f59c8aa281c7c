/* selftest-memory.c - known memory and known processes. Quick: added to one living instance and taken out again;
 * else in fresh instances, in shuffled blocks. */
#include "selftest-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

#define N_MIB 3
static const unsigned mib[N_MIB] = {16, 64, 128};
#define N_COUNTS 3
static const unsigned counts[N_COUNTS] = {1, 10, 100};

/* A guest's RAM stays resident once touched: what the boot touched and freed would swallow a weight. So much is
 * touched before and kept. */
#define PRIMER_MIB 192
#define UNPRIMED_MIB 64

#define QUICK_ROUNDS 7
#define FULL_ROUNDS 9
#define GUEST_ROUNDS 3

static const struct {
	enum metric_id metric;
	const char *name;
} container_metrics[] = {{MEMORY_PSS, "memory.pss"}, {MEMORY_CGROUP, "memory.cgroup"},
	{MEMORY_HOST_DELTA, "memory.host_delta"}};

static double held(const readings r)
{
	return r[MEMORY_PSS] - r[MEMORY_EMULATOR_CODE];
}

static void container_rows(struct bench *b)
{
	for (size_t k = 0; k < N_MIB; k++)
		for (size_t c = 0; c < ARRAY_SIZE(container_metrics); c++)
			selftest_weight(b->t, "container", container_metrics[c].metric, RULE_MEMORY,
				mib[k] * SELFTEST_MIB, "%u MiB touched", mib[k]);
}

static void note_container(
	struct bench *b, size_t first, unsigned k, const readings before, const readings after)
{
	struct weight *w = &b->t->weights[first + k * ARRAY_SIZE(container_metrics)];

	weight_add(w, after[MEMORY_PSS] - before[MEMORY_PSS]);
	weight_add(w + 1, after[MEMORY_CGROUP] - before[MEMORY_CGROUP]);
	/* One that others disturbed is no value of it. */
	if (isfinite(after[MEMORY_HOST_DELTA] - before[MEMORY_HOST_DELTA]))
		weight_add(w + 2, after[MEMORY_HOST_DELTA] - before[MEMORY_HOST_DELTA]);
}

/* before: what an instance with nothing in it shows, its host_delta counted from a baseline of now. */
static int grow_once(
	struct living *l, unsigned amount, readings before, readings after, struct error *err)
{
	struct guard_counters begin, end;
	bool known;

	if (living_settle(l, err) < 0 || living_baseline(l, err) < 0 ||
		living_look(l, before, err) < 0)
		return -1;
	known = !bench_disturbed(l->bench, l, NULL, &begin);
	if (living_baseline(l, err) < 0 || living_ask(l, err, "grow mib=%u", amount) < 0 ||
		living_settle(l, err) < 0 || living_look(l, after, err) < 0)
		return -1;
	before[MEMORY_HOST_DELTA] = 0;
	if (!known || bench_disturbed(l->bench, l, &begin, &end))
		after[MEMORY_HOST_DELTA] = NAN;
	return 0;
}

static int container_living(struct bench *b, size_t first, unsigned rounds, struct error *err)
{
	unsigned order[N_MIB];
	readings before, after;
	struct living l;
	int rc = living_start(&l, b, "container", "idle", NULL, err);

	for (unsigned r = 0; rc == 0 && r < rounds; r++) {
		bench_progress(b, "memory, container", r, rounds);
		bench_shuffle(b, order, N_MIB);
		for (unsigned k = 0; rc == 0 && k < N_MIB; k++) {
			rc = grow_once(&l, mib[order[k]], before, after, err);
			if (rc == 0)
				note_container(b, first, order[k], before, after);
			if (rc == 0)
				rc = living_ask(&l, err, "shrink");
		}
	}
	return living_end(&l, NULL, err) < 0 ? -1 : rc;
}

/* A block: one with nothing in it, one for each weight. */
static int container_fresh(struct bench *b, size_t first, unsigned rounds, struct error *err)
{
	static readings got[N_MIB + 1];
	unsigned order[N_MIB + 1];
	char argument[32];

	for (unsigned r = 0; r < rounds; r++) {
		bench_progress(b, "memory, container", r, rounds);
		bench_shuffle(b, order, N_MIB + 1);
		for (unsigned i = 0; i <= N_MIB; i++) {
			unsigned k = order[i];

			snprintf(argument, sizeof(argument), "mib=%u", mib[k % N_MIB]);
			if (living_once(b, "container", k < N_MIB ? "touch" : "idle",
				    k < N_MIB ? argument : NULL, true, got[k], err) < 0)
				return -1;
		}
		for (unsigned k = 0; k < N_MIB; k++)
			note_container(b, first, k, got[N_MIB], got[k]);
	}
	return 0;
}

/* The first touch of a fresh guest, which finds what the boot left resident; then the primer. */
static int prime(struct living *l, struct weight *unprimed, struct error *err)
{
	readings before, after;

	if (grow_once(l, UNPRIMED_MIB, before, after, err) < 0)
		return -1;
	weight_add(unprimed, held(after) - held(before));
	return living_ask(l, err, "grow mib=%u", PRIMER_MIB);
}

static int guest_weights(struct living *l, struct bench *b, size_t first, const unsigned *order,
	unsigned n, struct error *err)
{
	readings before, after;

	for (unsigned i = 0; i < n; i++) {
		if (grow_once(l, mib[order[i]], before, after, err) < 0)
			return -1;
		weight_add(&b->t->weights[first + 1 + order[i]], held(after) - held(before));
	}
	return 0;
}

/* Quick: all in one guest. Else a fresh one for each weight. */
static int guest_round(struct bench *b, size_t first, unsigned rounds, struct error *err)
{
	unsigned order[N_MIB], each = b->t->quick ? N_MIB : 1, total = rounds * N_MIB / each;
	struct living l;
	int rc = 0;

	for (unsigned r = 0; rc == 0 && r < rounds; r++) {
		bench_shuffle(b, order, N_MIB);
		for (unsigned i = 0; rc == 0 && i < N_MIB; i += each) {
			bench_progress(b, "memory, vm", (r * N_MIB + i) / each, total);
			rc = living_start(&l, b, "vm", "idle", NULL, err);
			if (rc == 0)
				rc = prime(&l, &b->t->weights[first], err);
			if (rc == 0)
				rc = guest_weights(&l, b, first, order + i, each, err);
			if (living_end(&l, NULL, err) < 0)
				rc = -1;
		}
	}
	return rc;
}

static int guest_memory(struct bench *b, struct error *err)
{
	size_t first = b->t->n_weights;
	struct weight *w = selftest_weight(b->t, "vm", MEMORY_PSS, RULE_NONE,
		UNPRIMED_MIB * SELFTEST_MIB, "%u MiB touched, not primed", UNPRIMED_MIB);

	snprintf(w->note, sizeof(w->note),
		"guest RAM that the boot touched and freed stays resident and is used first");
	for (size_t k = 0; k < N_MIB; k++)
		selftest_weight(b->t, "vm", MEMORY_PSS, RULE_GUEST_MEMORY, mib[k] * SELFTEST_MIB,
			"%u MiB touched", mib[k]);
	if (guest_round(b, first, GUEST_ROUNDS, err) < 0)
		return -1;
	return bench_off(b, first) ? guest_round(b, first, GUEST_ROUNDS, err) : 0;
}

/* Where most values were disturbed the few others prove nothing, for or against. */
static void give_up_noisy(struct bench *b, size_t first, unsigned rounds)
{
	for (size_t i = first; i < b->t->n_weights; i++) {
		struct weight *w = &b->t->weights[i];

		if (w->metric != MEMORY_HOST_DELTA || w->n > rounds / 2)
			continue;
		weight_judge(w);
		if (w->status != WEIGHT_OFF && w->n >= 3)
			continue;
		w->status = WEIGHT_SKIPPED;
		w->noisy = true;
		snprintf(w->note, sizeof(w->note),
			"the host is too noisy: only %zu values without others at work", w->n);
	}
}

int selftest_memory(struct bench *b, const char *arm, struct error *err)
{
	static const char *const names[] = {"memory", NULL};
	unsigned rounds = b->t->quick ? QUICK_ROUNDS : FULL_ROUNDS;
	size_t first = b->t->n_weights;
	int (*round)(struct bench *, size_t, unsigned, struct error *) =
		b->t->quick ? container_living : container_fresh;

	bench_probes(b, names);
	if (!strcmp(arm, "vm"))
		return guest_memory(b, err);
	container_rows(b);
	if (round(b, first, rounds, err) < 0)
		return -1;
	/* The host's memory is everybody's: what is off is weighed as often again before it counts. */
	if (bench_off(b, first) && round(b, first, rounds, err) < 0)
		return -1;
	give_up_noisy(b, first, rounds);
	return 0;
}

static enum metric_id count_metric(const char *arm)
{
	return !strcmp(arm, "vm") ? PROCESSES_GUEST_USER : PROCESSES_HOST;
}

static int counts_living(struct bench *b, const char *arm, size_t first, struct error *err)
{
	enum metric_id id = count_metric(arm);
	readings before, after;
	unsigned order[N_COUNTS];
	struct living l;
	int rc = living_start(&l, b, arm, "idle", NULL, err);

	for (unsigned r = 0; rc == 0 && r < GUEST_ROUNDS; r++) {
		bench_progress(b, "processes", r, GUEST_ROUNDS);
		bench_shuffle(b, order, N_COUNTS);
		for (unsigned i = 0; rc == 0 && i < N_COUNTS; i++) {
			unsigned k = order[i];

			if (living_look(&l, before, err) < 0 ||
				living_ask(&l, err, "grow count=%u", counts[k]) < 0 ||
				living_look(&l, after, err) < 0 ||
				living_ask(&l, err, "shrink") < 0)
				rc = -1;
			else
				weight_add(&b->t->weights[first + k], after[id] - before[id]);
		}
	}
	return living_end(&l, NULL, err) < 0 ? -1 : rc;
}

static int counts_fresh(struct bench *b, const char *arm, size_t first, struct error *err)
{
	enum metric_id id = count_metric(arm);
	static readings got[N_COUNTS + 1];
	unsigned order[N_COUNTS + 1];
	char argument[32];

	for (unsigned r = 0; r < GUEST_ROUNDS; r++) {
		bench_progress(b, "processes", r, GUEST_ROUNDS);
		bench_shuffle(b, order, N_COUNTS + 1);
		for (unsigned i = 0; i <= N_COUNTS; i++) {
			unsigned k = order[i];

			snprintf(argument, sizeof(argument), "count=%u", counts[k % N_COUNTS]);
			if (living_once(b, arm, k < N_COUNTS ? "spawn" : "idle",
				    k < N_COUNTS ? argument : NULL, true, got[k], err) < 0)
				return -1;
		}
		for (unsigned k = 0; k < N_COUNTS; k++)
			weight_add(&b->t->weights[first + k], got[k][id] - got[N_COUNTS][id]);
	}
	return 0;
}

int selftest_processes(struct bench *b, const char *arm, struct error *err)
{
	static const char *const names[] = {"processes", NULL};
	size_t first = b->t->n_weights;

	bench_probes(b, names);
	for (size_t k = 0; k < N_COUNTS; k++)
		selftest_weight(b->t, arm, count_metric(arm), RULE_EXACT, counts[k], "%u process%s",
			counts[k], counts[k] == 1 ? "" : "es");
	return b->t->quick ? counts_living(b, arm, first, err) : counts_fresh(b, arm, first, err);
}
