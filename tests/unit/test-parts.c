/* test-parts.c - a plan with parts, from its text to its summary: order, overrides, resume, counted blocks, capacity. */
#include "json.h"
#include "platform.h"
#include "plan.h"
#include "schedule.h"
#include "summary.h"
#include "util.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A cheap part in all 4 blocks, a sweep in 2 that shares one cell with it, one that --quick leaves out. */
static const char text[] =
	"{\"schema\":\"tare/plan/1\",\"seed\":5,\"blocks\":4,\"warmup\":0,\"base\":\"host\","
	"\"arms\":[\"host\",\"container\",\"netns\"],\"workloads\":[\"http\",\"idle\"],"
	"\"instances\":[0,1,2,4],\"primary\":[],\"parts\":["
	"{\"name\":\"one\",\"arms\":[\"host\",\"container\"],\"workloads\":[\"idle\"],\"instances\":[1],"
	"\"probes\":[\"boot\"]},"
	"{\"name\":\"sweep\",\"arms\":[\"host\",\"container\"],\"workloads\":[\"idle\"],"
	"\"probes\":[\"memory\",\"processes\"],\"blocks\":2},"
	"{\"name\":\"path\",\"arms\":[\"netns\"],\"workloads\":[\"http\"],\"instances\":[1],"
	"\"blocks\":3,\"quick\":false}]}";

static struct plan *plan_with(const struct plan_override *o)
{
	struct error err = ERROR_INIT;
	struct plan *p = plan_parse(text, strlen(text), "plan.json", o, &err);

	assert_string_equal(err.text, "");
	assert_non_null(p);
	return p;
}

static size_t cells_of(const struct plan *p, unsigned block, const struct trial *t, size_t n)
{
	size_t found = 0;

	(void)p;
	for (size_t i = 0; i < n; i++)
		found += t[i].block == block;
	return found;
}

/* Block by block the union of the parts that are in it, each cell once, with the probes of all that name it. */
static void order(void **state)
{
	static const size_t sizes[] = {9, 9, 3, 2};
	struct plan *p = plan_with(NULL);
	size_t n;
	cleanup_free struct trial *t = plan_trials(p, &n);

	(void)state;
	assert_int_equal(n, 9 + 9 + 3 + 2);
	for (unsigned b = 0; b < 4; b++)
		assert_int_equal(cells_of(p, b, t, n), sizes[b]);
	for (size_t i = 0; i < n; i++) {
		bool shared = t[i].instances == 1 && !strcmp(t[i].workload->name, "idle");
		unsigned index;

		assert_int_equal(t[i].index, i);
		for (size_t k = i + 1; k < n; k++)
			assert_false(t[k].block == t[i].block && t[k].arm == t[i].arm &&
				t[k].workload == t[i].workload && t[k].instances == t[i].instances);
		for (index = 0; index < 3; index++) {
			bool boot = index == 2, path = !strcmp(t[i].arm->name, "netns");
			bool sweeps = t[i].block < 2 && !path;

			assert_int_equal(plan_probes(p, t[i].probes, index),
				path || (boot ? shared : sweeps));
		}
	}
	assert_true(plan_has(p, 0, 1) && !plan_has(p, 0, 0) && plan_has(p, 2, 0));
	plan_free(p);
}

/* The command line chooses among what the parts have; what no part names any more is not set up. */
static void overrides(void **state)
{
	static const char *const arms[] = {"container"};
	struct plan_override quick = {.quick = true}, one = {.arms = arms, .n_arms = 1},
			     few = {.instances = "1,2"}, blocks = {.blocks = "1"};
	struct plan *p = plan_with(&quick);
	size_t n;

	(void)state;
	assert_int_equal(p->n_parts, 2);
	assert_int_equal(p->n_arms, 2);
	assert_int_equal(p->n_workloads, 1);
	assert_string_equal(p->workloads[0]->name, "idle");
	free(plan_trials(p, &n));
	assert_int_equal(n, 8);
	plan_free(p);
	p = plan_with(&one);
	assert_int_equal(p->n_parts, 2);
	assert_string_equal(p->base, "container");
	free(plan_trials(p, &n));
	assert_int_equal(n, 4 + 4 + 1 + 1);
	plan_free(p);
	p = plan_with(&few);
	free(plan_trials(p, &n));
	assert_int_equal(n, 5 + 5 + 3 + 2);
	plan_free(p);
	p = plan_with(&blocks);
	free(plan_trials(p, &n));
	assert_int_equal(n, 9);
	plan_free(p);
}

static void nothing_left(void **state)
{
	static const char *const arms[] = {"netns"};
	struct plan_override o = {.arms = arms, .n_arms = 1, .quick = true};
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(plan_parse(text, strlen(text), "plan.json", &o, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text,
		"plan.json: parts: nothing is left of them, got arms, workloads or counts that no part names, expected some of the plan's own");
}

/* What run.json keeps is the same plan, with the same order: that is what a resumed run needs. */
static void canonical(void **state)
{
	static const struct plan_override o[2] = {{.quick = false}, {.quick = true}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(o); i++) {
		struct error err = ERROR_INIT;
		struct plan *p = plan_with(&o[i]), *again;
		cleanup_free char *once = json_dumps(p->json, JSON_COMPACT), *twice = NULL;
		size_t n, m;
		cleanup_free struct trial *a = plan_trials(p, &n), *b = NULL;

		again = plan_parse(once, strlen(once), "run.json: plan", NULL, &err);
		assert_string_equal(err.text, "");
		twice = json_dumps(again->json, JSON_COMPACT);
		assert_string_equal(once, twice);
		b = plan_trials(again, &m);
		assert_int_equal(n, m);
		for (size_t k = 0; k < n; k++)
			assert_true(!strcmp(a[k].arm->name, b[k].arm->name) &&
				a[k].instances == b[k].instances && a[k].probes == b[k].probes);
		plan_free(again);
		plan_free(p);
	}
}

static struct trial_mark mark_of(const struct trial *t, bool noisy)
{
	return (struct trial_mark){.block = t->block,
		.trial = t->index,
		.attempt = t->attempt,
		.instances = t->instances,
		.arm = t->arm->name,
		.workload = t->workload->name,
		.guarded = true,
		.guard = {.seconds = 1, .foreign_cpu = noisy ? 0.9 : 0}};
}

/* Up to most cells; block 2 is disturbed once. */
static size_t go(struct schedule *s, size_t most, struct trial_mark *marks)
{
	const struct trial *t;
	size_t n = 0;

	while (n < most && (t = schedule_next(s))) {
		marks[n] = mark_of(t, t->block == 2 && !t->attempt);
		schedule_done(s, t, &marks[n].guard);
		n++;
	}
	return n;
}

/* Cut after every cell and gone on with: the same cells, each once, in blocks of unequal size. */
static void resumed_anywhere(void **state)
{
	struct plan *p = plan_with(NULL);
	struct trial_mark whole[64], marks[64];
	struct error err = ERROR_INIT;
	struct schedule s;
	size_t n;

	(void)state;
	assert_int_equal(schedule_init(&s, p, NULL, &err), 0);
	n = go(&s, 64, whole);
	assert_int_equal(n, 9 + 9 + 3 + 3 + 2);
	assert_int_equal(schedule_blocks(&s).counted, 4);
	assert_int_equal(schedule_blocks(&s).clean, 4);
	schedule_free(&s);
	for (size_t cut = 0; cut <= n; cut++) {
		struct sample_set set = {.done = marks};

		assert_int_equal(schedule_init(&s, p, NULL, &err), 0);
		set.n_done = go(&s, cut, marks);
		schedule_free(&s);
		assert_int_equal(schedule_init(&s, p, &set, &err), 0);
		assert_int_equal(cut + go(&s, 64, marks + cut), n);
		for (size_t i = 0; i < n; i++)
			assert_true(marks[i].trial == whole[i].trial &&
				marks[i].attempt == whole[i].attempt);
		schedule_free(&s);
	}
	plan_free(p);
}

/* ---- the summary ---- */

struct made {
	struct sample *samples;
	struct trial_mark *marks;
	size_t n, n_marks;
};

static double noise; /* of every second block */

static double total_of(const char *arm, unsigned n)
{
	return (strcmp(arm, "host") ? 30e6 : 2e6) * n + 1e6;
}

static struct made samples_of(const struct trial *t, size_t n)
{
	struct made m = {.samples = xcalloc(2 * n, sizeof(*m.samples)),
		.marks = xcalloc(n, sizeof(*m.marks))};

	for (size_t i = 0; i < n; i++) {
		double total =
			total_of(t[i].arm->name, t[i].instances) + (t[i].block % 2 ? noise : 0);
		struct sample s = {.block = t[i].block,
			.trial = t[i].index,
			.arm = t[i].arm->name,
			.workload = t[i].workload->name,
			.instances = t[i].instances,
			.metric = MEMORY_HOST_DELTA,
			.value = t[i].instances ? total / t[i].instances : total};

		m.marks[m.n_marks++] = mark_of(&t[i], false);
		if (t[i].probes & 1)
			m.samples[m.n++] = s;
		s.metric = PROCESSES_HOST;
		s.value = t[i].instances ? 3 : 0;
		if (t[i].probes & 2)
			m.samples[m.n++] = s;
	}
	return m;
}

static const json_t *row_of(const json_t *summary, const char *list, const char *key,
	const char *value, const char *arm)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(summary, list), i, row)
		if (!strcmp(json_string_value(json_object_get(row, key)), value) &&
			!strcmp(json_string_value(json_object_get(row, "arm")), arm))
			return row;
	fail_msg("no row of %s in %s", value, list);
	return NULL;
}

static double at(const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static json_t *summary_of(size_t leave_out)
{
	struct plan *p = plan_with(NULL);
	struct error err = ERROR_INIT;
	size_t n;
	cleanup_free struct trial *t = plan_trials(p, &n);
	struct made m;
	struct sample_set set;
	json_t *run, *summary;

	if (leave_out < n) {
		memmove(&t[leave_out], &t[leave_out + 1], (n - leave_out - 1) * sizeof(*t));
		n--;
	}
	m = samples_of(t, n);
	set = (struct sample_set){
		.samples = m.samples, .n = m.n, .done = m.marks, .n_done = m.n_marks};
	run = json_pack("{s:O, s:{s:I, s:i, s:i}}", "plan", p->json, "host", "available_bytes",
		(json_int_t)301000000, "task_limit", 1100, "tasks", 100);
	summary = summary_make(run, &set, &err);
	assert_string_equal(err.text, "");
	json_decref(run);
	free(m.samples);
	free(m.marks);
	plan_free(p);
	return summary;
}

/* Blocks are whole when they hold what the plan has in them; a sweep in 2 of 4 blocks is no fault of the other 2. */
static void counted_blocks(void **state)
{
	json_t *summary = summary_of(SIZE_MAX), *cut = summary_of(0);
	const json_t *row = row_of(summary, "metrics", "metric", "memory.host_delta", "container");

	(void)state;
	assert_int_equal(at(json_object_get(summary, "blocks"), "complete"), 4);
	assert_int_equal(at(json_object_get(summary, "blocks"), "incomplete"), 0);
	assert_int_equal(at(row, "n"), 2);
	assert_int_equal(at(row, "failed"), 0);
	assert_int_equal(json_array_size(json_object_get(row, "values")), 4);
	assert_true(json_is_null(json_array_get(json_object_get(row, "values"), 3)));
	row = row_of(summary, "metrics", "metric", "memory.tare", "container");
	assert_int_equal(at(row, "failed"), 0);
	assert_int_equal(at(json_object_get(cut, "blocks"), "complete"), 3);
	assert_int_equal(at(json_object_get(cut, "blocks"), "incomplete"), 1);
	json_decref(summary);
	json_decref(cut);
}

static bool has_finding(const json_t *summary, const char *kind)
{
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(summary, "findings"), i, row)
		if (!strcmp(json_string_value(json_object_get(row, "kind")), kind))
			return true;
	return false;
}

/* Only cells that a part names can be missing. */
static void missing_cells(void **state)
{
	json_t *summary = summary_of(SIZE_MAX);

	(void)state;
	assert_false(has_finding(summary, "missing"));
	json_decref(summary);
}

/* 301 MB less the 1 MB without any, by 30 MB each; three processes each of 1000 that are free. */
static void capacity(void **state)
{
	json_t *summary = summary_of(SIZE_MAX);
	const json_t *row = row_of(summary, "capacity", "resource", "memory", "container");

	(void)state;
	assert_true(fabs(at(row, "each") - 30e6) < 1);
	assert_true(fabs(at(row, "fixed") - 1e6) < 1);
	assert_in_range((int)at(row, "fit"), 9, 10);
	assert_true(at(row, "fit_lo") <= at(row, "fit") && at(row, "fit") <= at(row, "fit_hi"));
	assert_true(fabs(at(row, "per_gib") - 1073741824.0 / 30e6) < 1e-6);
	row = row_of(summary, "capacity", "resource", "processes", "container");
	assert_int_equal(at(row, "fit"), 333);
	assert_true(isnan(at(row, "per_gib")));
	json_decref(summary);
}

/* An interval of one more that reaches 0 leaves a least number and nothing else. */
static void capacity_in_noise(void **state)
{
	static const char *const gone[] = {"fit", "fit_hi", "per_gib", "per_gib_hi"};
	json_t *summary;
	const json_t *row;

	(void)state;
	noise = 250e6;
	summary = summary_of(SIZE_MAX);
	noise = 0;
	row = row_of(summary, "capacity", "resource", "memory", "host");
	assert_true(at(row, "each_lo") <= 0 && at(row, "each_hi") > 0);
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		assert_true(json_is_null(json_object_get(row, gone[i])));
	assert_true(at(row, "fit_lo") >= 0 && at(row, "per_gib_lo") > 0);
	assert_string_equal(json_string_value(json_object_get(row, "reason")),
		at(row, "each") > 0 ? "the interval of one more reaches 0: no upper bound"
				    : "one more takes nothing that can be told from 0");
	json_decref(summary);
}

/* (a + 2b) / (a + b): host 5/3, which is less than 1.8; container 61/31, which doubles. */
static void doubling(void **state)
{
	json_t *summary = summary_of(SIZE_MAX);
	const json_t *host = row_of(summary, "slopes", "metric", "memory.host_delta", "host");
	const json_t *box = row_of(summary, "slopes", "metric", "memory.host_delta", "container");

	(void)state;
	host = json_object_get(host, "doubling");
	box = json_object_get(box, "doubling");
	assert_true(fabs(at(host, "ratio") - 5.0 / 3) < 1e-6);
	assert_string_equal(json_string_value(json_object_get(host, "verdict")), "less");
	assert_true(fabs(at(box, "ratio") - 61.0 / 31) < 1e-6);
	assert_string_equal(json_string_value(json_object_get(box, "verdict")), "doubles");
	json_decref(summary);
}

/* With the platforms and probes that there are. */
static void installed_plans(void **state)
{
	cleanup_strv char **list = data_list("workloads/plans");

	(void)state;
	assert_true(strv_length(list) >= 4);
	for (size_t i = 0; list[i]; i++) {
		static const struct plan_override o[2] = {{.quick = false}, {.quick = true}};

		for (size_t k = 0; k < ARRAY_SIZE(o); k++) {
			struct error err = ERROR_INIT;
			struct plan *p = plan_load(list[i], &o[k], &err);

			assert_string_equal(err.text, "");
			assert_string_equal(p->name, list[i]);
			plan_free(p);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(overrides),
		cmocka_unit_test(nothing_left),
		cmocka_unit_test(canonical),
		cmocka_unit_test(resumed_anywhere),
		cmocka_unit_test(counted_blocks),
		cmocka_unit_test(missing_cells),
		cmocka_unit_test(capacity),
		cmocka_unit_test(capacity_in_noise),
		cmocka_unit_test(doubling),
		cmocka_unit_test(installed_plans),
	};

	setenv("TARE_DATA", ".", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
