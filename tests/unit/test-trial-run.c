/* test-trial-run.c - whatever fails in a trial, stop follows, for every instance that prepare was called on,
 * and the samples say why. The platform is a double that writes down its calls; everything else is real. */
#include "../../harness/trial-run.c"

#include "json.h"
#include "platform.h"
#include "probe.h"
#include "run.h"
#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

static char calls[256];
static const char *fail_at; /* "prepare", "start", "stop", "hello"; NULL = nothing fails */
static unsigned fail_index;

static int call(const char *name, const struct instance *i, struct error *err)
{
	size_t used = strlen(calls);

	snprintf(calls + used, sizeof(calls) - used, "%s%u ", name, i->index);
	if (fail_at && !strcmp(fail_at, name) && fail_index == i->index)
		return error_set(err, EXIT_ARM, "double: %s failed", name);
	return 0;
}

int platform_prepare(struct stage *s, struct instance *i, struct error *err)
{
	(void)s;
	return call("prepare", i, err);
}

/* An inside that answers every line with "ok", or hangs up at once. */
static pid_t fake_agent(struct instance *i, bool hang_up)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		unsigned seq = 0;
		char c;

		/* also the other instances' ends, which would never see the end */
		dup2(pair[1], 0);
		close_range(3, ~0U, 0);
		while (!hang_up && read(0, &c, 1) == 1)
			if (c == '\n')
				dprintf(0, "%u ok pid=1 user=1 kernel=0 payload=1\n", ++seq);
		_exit(0);
	}
	close(pair[1]);
	agent_init(&i->agent, pair[0]);
	return pid;
}

int platform_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	pid_t *pid = xcalloc(1, sizeof(*pid));

	(void)s;
	(void)deadline;
	i->platform_data = pid;
	i->at[AT_REQUEST] = now_ns();
	if (call("start", i, err) < 0)
		return -1;
	*pid = fake_agent(i, fail_at && !strcmp(fail_at, "hello") && fail_index == i->index);
	i->at[AT_SPAWN] = i->at[AT_INIT] = now_ns();
	return 0;
}

int platform_stop(struct stage *s, struct instance *i, struct error *err)
{
	pid_t *pid = i->platform_data;

	(void)s;
	agent_close(&i->agent);
	if (pid && *pid > 0)
		waitpid(*pid, NULL, 0);
	free(pid);
	i->platform_data = NULL;
	i->at[AT_STOP] = i->at[AT_STOPPED] = now_ns();
	return call("stop", i, err);
}

char *platform_tail(struct stage *s, struct instance *i)
{
	(void)s;
	return xasprintf("tail of %u", i->index);
}

int platform_open(struct stage *s, struct error *err)
{
	(void)s;
	(void)err;
	return 0;
}

int platform_describe(struct stage *s, json_t *object, struct error *err)
{
	(void)s;
	(void)object;
	(void)err;
	return 0;
}

void platform_close(struct stage *s)
{
	(void)s;
}

static const struct platform fake = {.name = "double", .help = "a double"};
const struct platform *const platforms[] = {&fake, NULL};

const struct platform *platform_find(const char *name)
{
	return strcmp(name, "double") ? NULL : &fake;
}

static char folder[] = "/tmp/tare-test-trial-XXXXXX";
static struct sample_set samples;

/* Runs one trial of n instances with only the boot probe's timeline; fills samples. */
static int run_one(unsigned n, const char *at, unsigned index, struct error *err)
{
	struct workload w = {.name = (char *)"w", .verb = (char *)"idle", .timeout = 5};
	struct arm arm = {.name = (char *)"a", .platform = &fake};
	struct plan plan = {.settle = 0.01, .memory = 1 << 26};
	struct stage stage = {.arm = &arm, .workload = &w, .plan = &plan};
	struct trial t = {.arm = &arm, .workload = &w, .instances = n};
	struct run r = {.plan = &plan, .stages = &stage, .n_stages = 1};
	int rc;

	snprintf(folder, sizeof(folder), "/tmp/tare-test-trial-XXXXXX");
	assert_non_null(mkdtemp(folder));
	r.folder.dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r.lab.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r.json = json_pack("{s:[]}", "errors");
	r.writer = sample_writer_open(r.folder.dirfd, false, err);
	assert_non_null(r.writer);
	plan.probe_enabled[probe_find("boot")] = true;
	calls[0] = '\0';
	fail_at = at;
	fail_index = index;
	rc = trial_run(&r, &t, err);
	sample_writer_close(r.writer);
	assert_int_equal(json_array_size(json_object_get(r.json, "errors")),
		at && strcmp(at, "stop") ? 1 : 0);
	assert_int_equal(sample_set_read(r.folder.dirfd, &samples, NULL), 0);
	json_decref(r.json);
	close(r.folder.dirfd);
	close(r.lab.root);
	remove_tree_at(AT_FDCWD, folder);
	return rc;
}

static const struct sample *sample_of(enum metric_id id)
{
	for (size_t i = 0; i < samples.n; i++)
		if (samples.samples[i].metric == id)
			return &samples.samples[i];
	fail_msg("no sample of %s", metrics[id].name);
	return NULL;
}

static void test_all_goes_well(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(run_one(2, NULL, 0, &err), 0);
	assert_string_equal(calls, "prepare0 prepare1 start0 start1 stop0 stop1 ");
	assert_int_equal(sample_of(BOOT_READY)->status, SAMPLE_OK);
	assert_int_equal(sample_of(BOOT_KERNEL)->status, SAMPLE_SKIPPED);
	assert_int_equal(samples.n_done, 1);
	sample_set_free(&samples);
}

static void expect_failure(
	unsigned n, const char *at, unsigned index, const char *order, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(run_one(n, at, index, &err), -1);
	assert_string_equal(calls, order);
	assert_int_equal(err.code, EXIT_ARM);
	assert_non_null(strstr(err.text, text));
	assert_int_equal(sample_of(BOOT_CPU)->status, SAMPLE_FAILED);
	assert_non_null(strstr(sample_of(BOOT_CPU)->reason, text));
	/* Not even what was found before it failed is a number. */
	assert_int_equal(sample_of(BOOT_STOP)->status, SAMPLE_FAILED);
	assert_int_equal(samples.n_done, 1);
	sample_set_free(&samples);
}

static void test_prepare_fails(void **state)
{
	(void)state;
	expect_failure(3, "prepare", 1, "prepare0 prepare1 stop0 stop1 ", "double: prepare failed");
}

static void test_start_fails(void **state)
{
	(void)state;
	expect_failure(
		2, "start", 0, "prepare0 prepare1 start0 stop0 stop1 ", "double: start failed");
	expect_failure(2, "start", 1, "prepare0 prepare1 start0 start1 stop0 stop1 ",
		"double: start failed");
}

static void test_inside_hangs_up(void **state)
{
	(void)state;
	expect_failure(2, "hello", 0, "prepare0 prepare1 start0 stop0 stop1 ", "agent:");
}

/* A stop that fails is an error too, and the others are still stopped. */
static void test_stop_fails(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(run_one(2, "stop", 0, &err), -1);
	assert_string_equal(calls, "prepare0 prepare1 start0 start1 stop0 stop1 ");
	assert_non_null(strstr(err.text, "double: stop failed"));
	sample_set_free(&samples);
}

/* Under TCG times, and memory that holds or borders on the translation buffer, are flagged; counts are not. */
static void test_emulated_flags(void **state)
{
	static const struct {
		enum metric_id id;
		bool flagged;
	} rows[] = {{MEMORY_PSS, true}, {MEMORY_VIRTUAL, true}, {MEMORY_HOST_DELTA, true},
		{MEMORY_VMM_VIRTUAL, true}, {MEMORY_VMM_RESIDENT, true}, {MEMORY_PART_VMM, true},
		{MEMORY_PART_TRANSLATION, true}, {BOOT_READY, true}, {MEMORY_CGROUP_KERNEL, false},
		{MEMORY_PART_WORKLOAD, false}, {MEMORY_GUEST_USED, false}, {PROCESSES_HOST, false}};
	struct stage stage = {.emulated = true};
	struct set s = {.stage = &stage};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		stage.emulated = true;
		assert_int_equal(sample_flags(&s, rows[i].id, FLAG_REPEATED),
			FLAG_REPEATED | (rows[i].flagged ? FLAG_EMULATED : 0));
		stage.emulated = false;
		assert_int_equal(sample_flags(&s, rows[i].id, 0), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_goes_well),
		cmocka_unit_test(test_prepare_fails),
		cmocka_unit_test(test_start_fails),
		cmocka_unit_test(test_inside_hangs_up),
		cmocka_unit_test(test_stop_fails),
		cmocka_unit_test(test_emulated_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
