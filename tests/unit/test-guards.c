/* test-guards.c - counters of two moments against limits; what is foreign and what is our own. */
#include "guards.h"
#include "procfs.h"
#include "summary.h"
#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tree.h"

static const struct plan plan = {
	.limits = {.foreign_cpu = 0.25, .steal = 0.05, .swap_ins = 3, .throttled = 0}};

static struct guard_figures after(struct guard_counters end)
{
	static const struct guard_counters begin = {.at = 5 * NSEC_PER_SEC,
		.busy = 100,
		.steal = 1,
		.own = 50,
		.swap_ins = 10,
		.throttled = 4};

	return guard_between(&begin, &end);
}

static void figures(void **state)
{
	struct guard_figures f = after((struct guard_counters){.at = 7 * NSEC_PER_SEC,
		.busy = 103,
		.steal = 1.5,
		.own = 52,
		.swap_ins = 15,
		.throttled = 6});
	/* counters that went back, or not on */
	struct guard_figures back =
		after((struct guard_counters){.at = 5 * NSEC_PER_SEC, .busy = 99});

	(void)state;
	assert_true(fabs(f.seconds - 2) < 1e-9 && fabs(f.foreign_cpu - 0.5) < 1e-9);
	assert_true(fabs(f.steal - 0.25) < 1e-9 && f.swap_ins == 5 && f.throttled == 2);
	assert_int_equal(guard_flags(&f, &plan), GUARD_FLAGS);
	assert_true(back.seconds == 0 && back.foreign_cpu == 0 && back.swap_ins == 0 &&
		back.throttled == 0);
	assert_int_equal(guard_flags(&back, &plan), 0);
}

/* Work of our own, however much, is not foreign. */
static void own_work(void **state)
{
	struct guard_figures f = after((struct guard_counters){.at = 15 * NSEC_PER_SEC,
		.busy = 119.9,
		.steal = 1,
		.own = 69.9,
		.swap_ins = 10,
		.throttled = 4});

	(void)state;
	assert_true(f.foreign_cpu == 0);
	assert_int_equal(guard_flags(&f, &plan), 0);
}

static void each_limit(void **state)
{
	struct guard_figures at = {
		.seconds = 10, .foreign_cpu = 0.25, .steal = 0.05, .swap_ins = 3};
	struct guard_figures over = at;

	(void)state;
	assert_int_equal(guard_flags(&at, &plan), 0);
	over.foreign_cpu = 0.26;
	assert_int_equal(guard_flags(&over, &plan), FLAG_FOREIGN_CPU);
	over = at;
	over.steal = 0.06;
	assert_int_equal(guard_flags(&over, &plan), FLAG_STEAL);
	over = at;
	over.swap_ins = 4;
	assert_int_equal(guard_flags(&over, &plan), FLAG_SWAP);
	over = at;
	over.throttled = 1;
	assert_int_equal(guard_flags(&over, &plan), FLAG_THROTTLED);
	/* five ticks prove nothing in a tenth of a second, a whole CPU does */
	over = (struct guard_figures){.seconds = 0.1, .foreign_cpu = 0.4};
	assert_int_equal(guard_flags(&over, &plan), 0);
	over.foreign_cpu = 1;
	assert_int_equal(guard_flags(&over, &plan), FLAG_FOREIGN_CPU);
}

static void burn(int64_t until)
{
	volatile unsigned x = 0;

	while (now_ns() < until)
		x++;
}

/* A living host: what this process burns is its own, what another burns is not. */
static void living_host(void **state)
{
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct guard_sources from = {.root = root};
	struct guard_counters a, b, c;
	struct error err = ERROR_INIT;
	pid_t pid;

	(void)state;
	assert_int_equal(guard_read(&from, &a, &err), 0);
	burn(now_ns() + NSEC_PER_SEC / 2);
	assert_int_equal(guard_read(&from, &b, &err), 0);
	assert_true(b.own - a.own > 0.1 && b.own - a.own < 0.6);
	pid = fork();
	if (pid == 0) {
		burn(now_ns() + NSEC_PER_SEC / 2);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(guard_read(&from, &c, &err), 0);
	assert_true(c.own - b.own < 0.1);
	assert_true(guard_between(&b, &c).foreign_cpu > 0.3);
}

/* Eight blocks of two arms alike, but for the last two, which were disturbed in arm b. */
static json_t *findings_of(double disturbed)
{
	struct sample samples[16];
	struct trial_mark marks[16];
	struct sample_set set = {.samples = samples, .n = 16, .done = marks, .n_done = 16};
	json_t *run = json_pack("{s:s, s:{s:i, s:i, s:s, s:[s]}}", "id", "x", "plan", "blocks", 8,
		"warmup", 0, "base", "a", "primary", "memory.pss");
	struct error err = ERROR_INIT;
	json_t *summary, *findings;

	for (unsigned i = 0; i < 16; i++) {
		bool hit = i % 2 && i / 2 >= 6;

		samples[i] = (struct sample){.block = i / 2,
			.trial = i,
			.arm = i % 2 ? "b" : "a",
			.workload = "w",
			.instances = 1,
			.metric = MEMORY_PSS,
			.status = SAMPLE_OK,
			.value = hit ? disturbed : 100,
			.flags = hit ? FLAG_FOREIGN_CPU : 0};
		marks[i] = (struct trial_mark){.block = i / 2,
			.trial = i,
			.instances = 1,
			.arm = samples[i].arm,
			.workload = "w"};
	}
	summary = summary_make(run, &set, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(json_integer_value(
				 json_object_get(json_object_get(summary, "blocks"), "disturbed")),
		2);
	findings = json_incref(json_object_get(summary, "findings"));
	json_decref(summary);
	json_decref(run);
	return findings;
}

static unsigned count_kind(const json_t *findings, const char *kind, const char *text)
{
	const json_t *one;
	unsigned n = 0;
	size_t i;

	json_array_foreach (findings, i, one)
		n += !strcmp(json_string_value(json_object_get(one, "kind")), kind) &&
			strstr(json_string_value(json_object_get(one, "text")), text);
	return n;
}

static void with_and_without(void **state)
{
	json_t *far = findings_of(200), *near = findings_of(101);

	(void)state;
	assert_int_equal(
		count_kind(far, "disturbed", "2 of 8 counted blocks disturbed (foreign_cpu)"), 1);
	assert_int_equal(count_kind(far, "sensitivity", "arm b against a"), 1);
	assert_int_equal(
		count_kind(far, "sensitivity", "unclear with the disturbed blocks, same without"),
		1);
	assert_int_equal(count_kind(near, "disturbed", ""), 1);
	assert_int_equal(count_kind(near, "sensitivity", ""), 0);
	json_decref(far);
	json_decref(near);
}

/* A quota on the groups that hold the run, and CPUs slowed by heat: the captured tree tells 5 periods and 3 + 4. */
static void held_back(void **state)
{
	cleanup_close int root = tree_captured("v1"), none = tree_captured("none");
	struct error err = ERROR_INIT;
	struct cgroups *h = cgroups_open(root, &err);
	uint64_t n = 0;

	(void)state;
	assert_non_null(h);
	assert_int_equal(cgroups_throttled(h, &n, &err), 0);
	assert_int_equal(n, 5);
	assert_int_equal(sys_thermal_throttles(root, &n, &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(sys_thermal_throttles(none, &n, &err), 0);
	assert_int_equal(n, 0);
	cgroups_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures),
		cmocka_unit_test(own_work),
		cmocka_unit_test(each_limit),
		cmocka_unit_test(held_back),
		cmocka_unit_test(living_host),
		cmocka_unit_test(with_and_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
