/* test-resume.c - which cells are done, which are next, which block is measured again, how many are clean. */
#include "guards.h"
#include "platform.h"
#include "run.h"
#include "schedule.h"
#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct guard_figures noisy = {.seconds = 1, .foreign_cpu = 0.9},
				  quiet = {.seconds = 1};
static struct arm arms[2] = {{.name = (char *)"a"}, {.name = (char *)"b"}};
static struct workload work = {.name = (char *)"w"};
static struct workload *works[] = {&work};
static unsigned counts[] = {1, 2};

static struct plan plan_of(unsigned blocks, unsigned warmup)
{
	return (struct plan){.blocks = blocks,
		.warmup = warmup,
		.seed = 7,
		.arms = arms,
		.n_arms = 2,
		.workloads = works,
		.n_workloads = 1,
		.instances = counts,
		.n_instances = 2,
		.limits = {.foreign_cpu = 0.25, .steal = 0.05}};
}

static struct trial_mark mark_of(const struct trial *t, const struct guard_figures *g)
{
	return (struct trial_mark){.block = t->block,
		.trial = t->index,
		.attempt = t->attempt,
		.instances = t->instances,
		.arm = t->arm->name,
		.workload = t->workload->name,
		.guarded = g != NULL,
		.guard = g ? *g : quiet};
}

/* Goes on until the end or for at most n cells; noise strikes block dirty (both attempts if twice). Returns how many
 * were run, appended to marks. */
static size_t go(struct schedule *s, size_t n, unsigned dirty, bool twice, struct trial_mark *marks)
{
	const struct trial *t;
	size_t done = 0;

	while (done < n && (t = schedule_next(s))) {
		const struct guard_figures *g =
			t->block == dirty && (!t->attempt || twice) ? &noisy : &quiet;

		marks[done++] = mark_of(t, g);
		schedule_done(s, t, g);
	}
	return done;
}

static void order_without_noise(void **state)
{
	struct plan p = plan_of(6, 1);
	struct trial_mark marks[128];
	struct error err = ERROR_INIT;
	struct schedule s;
	size_t n;
	cleanup_free struct trial *trials = plan_trials(&p, &n);

	(void)state;
	assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
	assert_int_equal(go(&s, 128, 99, false, marks), n);
	for (size_t i = 0; i < n; i++)
		assert_true(marks[i].trial == i && !strcmp(marks[i].arm, trials[i].arm->name));
	assert_int_equal(schedule_blocks(&s).counted, 6);
	assert_false(schedule_too_noisy(&s));
	schedule_free(&s);
}

/* Cut after every cell and gone on with from the marks: the same cells, each once. */
static void cut_anywhere(void **state)
{
	struct plan p = plan_of(3, 1);
	struct trial_mark whole[64], marks[64];
	struct error err = ERROR_INIT;
	struct schedule s;
	size_t n;

	(void)state;
	assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
	n = go(&s, 64, 2, false, whole);
	schedule_free(&s);
	assert_int_equal(n, 4 * 4 + 4); /* one block once more */
	for (size_t cut = 0; cut <= n; cut++) {
		struct sample_set set = {.done = marks};

		assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
		set.n_done = go(&s, cut, 2, false, marks);
		schedule_free(&s);
		assert_int_equal(schedule_init(&s, &p, &set, &err), 0);
		assert_int_equal(schedule_count_done(&s), cut);
		assert_int_equal(cut + go(&s, 64, 2, false, marks + cut), n);
		for (size_t i = 0; i < n; i++)
			assert_true(marks[i].trial == whole[i].trial &&
				marks[i].attempt == whole[i].attempt);
		schedule_free(&s);
	}
}

static void foreign_marks(void **state)
{
	struct plan p = plan_of(2, 0);
	struct trial_mark m;
	struct sample_set set = {.done = &m, .n_done = 1};
	struct error err = ERROR_INIT, far = ERROR_INIT;
	struct schedule s;
	size_t n;
	cleanup_free struct trial *trials = plan_trials(&p, &n);

	(void)state;
	m = mark_of(&trials[3], NULL);
	m.instances = 9;
	assert_int_equal(schedule_init(&s, &p, &set, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_non_null(strstr(err.text, "the plan was changed"));
	m = mark_of(&trials[3], NULL);
	m.trial = (unsigned)n;
	assert_int_equal(schedule_init(&s, &p, &set, &far), -1);
	assert_non_null(strstr(far.text, "is not in the plan"));
}

static void repetitions(void **state)
{
	struct plan p = plan_of(6, 1), look = plan_of(1, 0), few = plan_of(5, 0);
	struct trial_mark marks[128];
	struct error err = ERROR_INIT;
	struct schedule s;
	size_t left;

	(void)state;
	/* repeated and then clean: nothing is lost */
	assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
	assert_int_equal(go(&s, 15, 3, false, marks), 15);
	free(schedule_left(&s, NULL, &left));
	assert_int_equal(left, 7 * 4 - 15 + 4);
	assert_int_equal(go(&s, 128, 3, false, marks), 7 * 4 + 4 - 15);
	assert_int_equal(marks[1].attempt, 1);
	assert_int_equal(marks[1].block, 3);
	assert_int_equal(schedule_blocks(&s).clean, 6);
	assert_false(schedule_too_noisy(&s));
	schedule_free(&s);
	/* disturbed twice: too few */
	assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
	assert_int_equal(go(&s, 128, 3, true, marks), 7 * 4 + 4);
	assert_int_equal(schedule_blocks(&s).clean, 5);
	assert_int_equal(schedule_blocks(&s).flags, FLAG_FOREIGN_CPU);
	assert_true(schedule_too_noisy(&s) && s.worst.foreign_cpu == 0.9);
	schedule_free(&s);
	/* neither the warm-up nor a look around is repeated; few blocks are never too noisy */
	assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
	assert_int_equal(go(&s, 128, 0, true, marks), 7 * 4);
	schedule_free(&s);
	assert_int_equal(schedule_init(&s, &look, NULL, &err), 0);
	assert_int_equal(go(&s, 128, 0, true, marks), 4);
	assert_false(schedule_too_noisy(&s));
	schedule_free(&s);
	assert_int_equal(schedule_init(&s, &few, NULL, &err), 0);
	assert_int_equal(go(&s, 128, 0, true, marks), 6 * 4);
	assert_false(schedule_too_noisy(&s));
	schedule_free(&s);
}

/* A repetition with as many flags as the first attempt, or more, does not replace it. */
static void a_repetition_must_be_cleaner(void **state)
{
	static const struct guard_figures stolen = {.seconds = 1, .steal = 0.9},
					  both = {.seconds = 1, .foreign_cpu = 0.9, .steal = 0.9};
	static const struct {
		const struct guard_figures *first, *again;
		unsigned flags;
	} rows[] = {{&noisy, &stolen, FLAG_FOREIGN_CPU}, {&noisy, &both, FLAG_FOREIGN_CPU},
		{&both, &stolen, FLAG_STEAL}, {&both, &quiet, 0}};
	struct plan p = plan_of(6, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		struct schedule s;
		const struct trial *t;

		assert_int_equal(schedule_init(&s, &p, NULL, &err), 0);
		while ((t = schedule_next(&s)))
			schedule_done(&s, t,
				t->block != 2        ? &quiet
					: t->attempt ? rows[i].again
						     : rows[i].first);
		assert_int_equal(schedule_blocks(&s).counted, 6);
		assert_int_equal(schedule_blocks(&s).flags, rows[i].flags);
		assert_int_equal(schedule_blocks(&s).clean, rows[i].flags ? 5 : 6);
		schedule_free(&s);
	}
}

static void refusals(void **state)
{
	json_t *was =
		json_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s}}", "plan_sha256", "p", "agent_sha256",
			"a", "host", "fingerprint", "f", "kernel", "k", "payload_sha256", "w", "h");
	struct resume z = {.json = was};
	json_t *now = json_deep_copy(was);
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(resume_check(&z, now, &err), 0);
	json_object_set_new(json_object_get(now, "host"), "fingerprint", json_string("g"));
	assert_int_equal(resume_check(&z, now, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text,
		"--resume: the host (or its accelerator) has changed, got \"g\", expected \"f\" as when the run "
		"began; start a new run");
	json_decref(now);
	json_decref(was);
}

/* QEMU and what an arm's machine was count as the host does. */
static void other_machines(void **state)
{
	static const struct {
		const char *in, *key, *says;
	} rows[] = {
		{"tools", "qemu", "--resume: QEMU has changed, got \"other\", expected \"one\""},
		{"vm", "kernel_release",
			"--resume: arm vm: kernel_release has changed, got \"other\", expected \"one\""},
		{"vm", "firmware",
			"--resume: arm vm: firmware has changed, got \"other\", expected \"one\""},
	};
	json_t *was = json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s}}, s:{s:s}, s:{s:{s:s, s:s}}}",
		"plan_sha256", "p", "agent_sha256", "a", "host", "fingerprint", "f", "kernel", "k",
		"tools", "qemu", "one", "payload_sha256", "w", "h", "arms", "vm", "kernel_release",
		"one", "firmware", "one");
	struct resume z = {.json = was};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *now = json_deep_copy(was);
		json_t *in = json_object_get(json_object_get(now, "host"), rows[i].in);
		struct error err = ERROR_INIT;

		if (!in)
			in = json_object_get(json_object_get(now, "arms"), rows[i].in);
		assert_int_equal(resume_check(&z, now, &err), 0);
		json_object_set_new(in, rows[i].key, json_string("other"));
		assert_int_equal(resume_check(&z, now, &err), -1);
		assert_memory_equal(err.text, rows[i].says, strlen(rows[i].says));
		json_decref(now);
	}
	json_decref(was);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_without_noise),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(foreign_marks),
		cmocka_unit_test(repetitions),
		cmocka_unit_test(a_repetition_must_be_cleaner),
		cmocka_unit_test(refusals),
		cmocka_unit_test(other_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
