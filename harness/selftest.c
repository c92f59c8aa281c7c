/* selftest.c - the order of the self-test: one lab for all weights, then the run of one arm against itself. A part
 * more is a line in parts[]. */
#include "selftest-internal.h"

#include "host.h"
#include "json.h"
#include "util.h"
#include "wait.h"

#include <string.h>
#include <time.h>

#define MEMORY                                                                                     \
	"1 GiB" /* what the weights of one instance need together: 192 + 6 x 208 MiB fit a guest's twice */

static const struct {
	const char *arm;
	int (*weigh)(struct bench *b, const char *arm, struct error *err);
	double quick, full; /* s: rough, for the time left */
} parts[] = {
	{"container", selftest_memory, 16, 40},
	{"container", selftest_processes, 1, 7},
	{"container", selftest_time, 8, 8},
	{"container", selftest_rate, 8, 8},
	{"vm", selftest_memory, 15, 50},
	{"vm", selftest_processes, 4, 40},
	{"vm", selftest_time, 50, 90},
	{"vm", selftest_rate, 11, 11},
};
#define TWINS_QUICK 45.0
#define TWINS_FULL 70.0
#define TWINS_VM 110.0

static struct plan *bench_plan(bool vm, bool quick, struct error *err)
{
	cleanup_free char *text = xasprintf(
		"{\"schema\": \"%s\", \"name\": \"selftest\", \"arms\": [\"container\"%s], \"workloads\": [\"idle\"], "
		"\"instances\": [1], \"blocks\": 1, \"warmup\": 0, \"memory\": \"%s\", \"settle\": %s, \"base\": "
		"\"container\", \"network\": {\"seconds\": %s, \"omit\": 0.2}}",
		PLAN_SCHEMA, vm ? ", \"vm\"" : "", MEMORY, quick ? "0.2" : "0.3",
		quick ? "0.5" : "0.8");

	return plan_parse(text, strlen(text), "selftest", NULL, err);
}

static double time_of(const struct bench *b, size_t part)
{
	if (!strcmp(parts[part].arm, "vm") && !bench_has_vm(b))
		return 0;
	return b->t->quick ? parts[part].quick : parts[part].full;
}

static double time_of_twins(const struct bench *b)
{
	if (b->t->quick)
		return TWINS_QUICK;
	return TWINS_FULL + (bench_has_vm(b) ? TWINS_VM : 0);
}

static const char *accelerator(const struct bench *b)
{
	for (size_t i = 0; i < b->run.n_stages; i++)
		if (b->run.stages[i].arm->platform->guest)
			return b->run.stages[i].emulated ? "tcg" : "kvm";
	return "none";
}

static int weigh_all(struct bench *b, struct error *err)
{
	struct selftest *t = b->t;

	t->accel = accelerator(b);
	t->host = host_describe(b->run.lab.root, cgroups_mode(b->run.lab.cgroups), t->accel, err);
	if (!t->host)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t first = t->n_weights;

		if (!strcmp(parts[i].arm, "vm") && !bench_has_vm(b))
			continue;
		b->part = time_of(b, i);
		b->left = time_of_twins(b);
		for (size_t k = i + 1; k < ARRAY_SIZE(parts); k++)
			b->left += time_of(b, k);
		if (parts[i].weigh(b, parts[i].arm, err) < 0)
			return -1;
		bench_off(b, first);
		/* A test of the self-test needs no more than that it was caught. */
		if (getenv("TARE_SKEW") && selftest_off(t))
			break;
	}
	return 0;
}

/* The VM is left out, and said, only where it cannot run at all here. */
static bool vm_can_run(struct selftest *t)
{
	const struct platform *p = platform_find("vm");
	struct error why = ERROR_INIT;
	struct weight *w;

	if (!p->check || p->check(&t->options, &why) == 0)
		return true;
	w = selftest_weight(t, "vm", BOOT_READY, RULE_NONE, 0, "all weights");
	w->status = WEIGHT_SKIPPED;
	snprintf(w->note, sizeof(w->note), "%.200s", why.text);
	return false;
}

static int on_the_bench(struct bench *b, struct error *err)
{
	cleanup_free char *agent = program_file("agent", err);
	const struct platform *container = platform_find("container");
	struct error late = ERROR_INIT;
	int rc = agent ? 0 : -1;

	if (rc == 0 && container->check)
		rc = container->check(&b->t->options, err);
	if (rc < 0)
		return -1;
	b->request = (struct run_request){.plan = b->plan, .options = b->t->options};
	b->run = (struct run){.request = &b->request, .plan = b->plan};
	progress_init(&b->run.progress);
	rc = run_enter(&b->run, agent, err);
	if (rc == 0)
		rc = weigh_all(b, err);
	run_leave(&b->run, &late);
	progress_clear(&b->run.progress);
	free(b->run.stages);
	free(b->run.failed_in_a_row);
	free(b->run.unasked);
	if (late.code && rc == 0)
		rc = error_set(err, late.code, "%s", late.text);
	return rc;
}

int selftest_run(struct selftest *t, struct error *err)
{
	struct bench b = {.t = t};
	int64_t begin = now_ns();
	time_t now = time(NULL);
	bool vm = vm_can_run(t), done;
	struct tm tm;
	int rc;

	gmtime_r(&now, &tm);
	strftime(t->date, sizeof(t->date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	b.plan = bench_plan(vm, t->quick, err);
	if (!b.plan)
		return -1;
	rng_seed(&b.rng, b.plan->seed);
	rc = on_the_bench(&b, err);
	done = getenv("TARE_SKEW") && selftest_off(t);
	if (rc == 0 && !done)
		rc = selftest_twins(t, "container", err);
	if (rc == 0 && !done && vm && !t->quick)
		rc = selftest_twins(t, "vm", err);
	plan_free(b.plan);
	t->seconds = (double)(now_ns() - begin) / NSEC_PER_SEC;
	return rc;
}
