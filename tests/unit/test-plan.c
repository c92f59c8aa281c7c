/* test-plan.c - plans read, checked and refused. A case is a folder in tests/cases/plan; what is too large to
 * keep is made here. Platforms and probes are this file's own, so that no case depends on the real tables. */
#include "json.h"
#include "plan.h"
#include "platform.h"
#include "probe.h"
#include "util.h"

#include "cases.h"

static const char *const networks[] = {"none", "veth", NULL};
static const struct option_spec host_options[] = {
	{.name = "network", .type = OPTION_CHOICE, .choices = networks, .standard = "none"},
	{.name = NULL},
};
static const struct option_spec container_options[] = {
	{.name = "seccomp", .type = OPTION_BOOL, .standard = "true"},
	{.name = NULL},
};
static const struct option_spec vm_options[] = {
	{.name = "ram", .type = OPTION_BYTES, .standard = "128 MiB"},
	{.name = "kernel", .type = OPTION_PATH},
	{.name = "cmdline", .type = OPTION_STRING, .standard = ""},
	{.name = NULL},
};
static const struct platform host = {.name = "host", .options = host_options};
static const struct platform container = {.name = "container", .options = container_options};
static const struct platform vm = {.name = "vm", .options = vm_options, .guest = true};
const struct platform *const platforms[] = {&host, &container, &vm, NULL};

const struct platform *platform_find(const char *name)
{
	for (size_t i = 0; platforms[i]; i++)
		if (!strcmp(platforms[i]->name, name))
			return platforms[i];
	return NULL;
}

static const struct probe memory = {.name = "memory"}, network = {.name = "network"};
static const struct probe processes = {.name = "processes"};
const struct probe *const probes[] = {&memory, &network, &processes, NULL};

int probe_find(const char *name)
{
	for (int i = 0; probes[i]; i++)
		if (!strcmp(probes[i]->name, name))
			return i;
	return -1;
}

#define OPEN "{\"schema\":\"tare/plan/1\",\"arms\":[\"host\"],\"workloads\":[\"http\"]"

#define OPEN_ALL                                                                                   \
	"{\"schema\":\"tare/plan/1\",\"arms\":[\"host\",\"container\",\"vm\"],\"workloads\":[\"http\"]"

static void answer(const char *text, size_t len, struct error *err)
{
	struct plan *p = plan_parse(text, len, "plan.json", NULL, err);

	plan_free(p);
}

static void cases(void **state)
{
	(void)state;
	run_cases("tests/cases/plan", "plan.json", 100, answer);
}

static void refused(const char *text, size_t len, const char *message)
{
	struct error err = ERROR_INIT;

	assert_null(plan_parse(text, len, "plan.json", NULL, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text, message);
}

static void ten_thousand_levels(void **state)
{
	cleanup_free char *text = xmalloc(20002);

	(void)state;
	memset(text, '[', 20000);
	refused(text, 20000, "plan.json: line 1: nested too deep, expected at most 32 levels");
	for (size_t i = 0; i < 10000; i++)
		memcpy(text + 2 * i, "[{", 2);
	refused(text, 20000, "plan.json: line 1: nested too deep, expected at most 32 levels");
	/* brackets in a text are no levels */
	strcpy(text, OPEN ",\"help\":\"\\\"");
	memset(text + strlen(text), '[', 1000);
	strcpy(text + strlen(OPEN) + 1011, "\"}");
	{
		struct error err = ERROR_INIT;
		struct plan *p = plan_parse(text, strlen(text), "plan.json", NULL, &err);

		assert_string_equal(err.text, "");
		assert_non_null(p);
		plan_free(p);
	}
}

static void hundred_megabytes(void **state)
{
	char path[] = "/tmp/tare-test-plan-XXXXXX";
	cleanup_free char *name = NULL, *message = NULL;
	cleanup_close int fd = -1;
	struct error err = ERROR_INIT;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 100 << 20), 0);
	name = xasprintf("%s.json", path);
	assert_int_equal(rename(path, name), 0);
	assert_null(plan_load(name, NULL, &err));
	unlink(name);
	message = xasprintf("%s: too large, got 104857600 bytes, expected at most 16777216", name);
	assert_string_equal(err.text, message);
	assert_int_equal(err.code, EXIT_USAGE);
}

static void load_refused(const char *name, const char *message)
{
	struct error err = ERROR_INIT;

	assert_null(plan_load(name, NULL, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text, message);
}

static void names(void **state)
{
	struct error err = ERROR_INIT;
	struct plan *p = plan_load("small", NULL, &err);

	(void)state;
	assert_string_equal(err.text, "");
	assert_non_null(p);
	assert_string_equal(p->name, "small");
	plan_free(p);
	load_refused("smal", "plan: unknown plan, got \"smal\"; did you mean \"small\"?");
	load_refused("",
		"plan: unknown plan, got \"\", expected an installed one or a path; see "
		"tare list plans");
	load_refused("a\nb",
		"plan: unknown plan, got \"a\\x0Ab\", expected an installed one or a "
		"path; see tare list plans");
	load_refused("../x", "../x: cannot be read: No such file or directory");
	load_refused("./tests", "./tests: is a folder, expected a regular file");
	load_refused("/dev/null", "/dev/null: is not a file, expected a regular file");
}

static struct plan *with(const struct plan_override *o, const char *text)
{
	struct error err = ERROR_INIT;
	struct plan *p = plan_parse(text, strlen(text), "plan.json", o, &err);

	assert_string_equal(err.text, "");
	assert_non_null(p);
	return p;
}

static void overrides(void **state)
{
	const char *const arms[] = {"big", "netns"}, *const workloads[] = {"idle"};
	struct plan_override o = {.arms = arms,
		.n_arms = 2,
		.workloads = workloads,
		.n_workloads = 1,
		.instances = "4,0,2",
		.blocks = "9",
		.seed = "18446744073709551615",
		.quick = true};
	struct plan *p = with(&o,
		"{\"schema\":\"tare/plan/1\",\"base\":\"host\",\"arms\":[\"host\","
		"{\"name\":\"big\",\"platform\":\"vm\",\"ram\":\"1 GiB\"}],"
		"\"workloads\":[\"http\"]}");

	(void)state;
	assert_int_equal(p->n_arms, 2);
	assert_string_equal(p->arms[0].name, "big");
	assert_int_equal(json_integer_value(json_object_get(p->arms[0].options, "ram")), 1 << 30);
	assert_string_equal(
		json_string_value(json_object_get(p->arms[1].options, "network")), "veth");
	assert_string_equal(p->base, "big");
	assert_int_equal(p->n_workloads, 1);
	assert_string_equal(p->workloads[0]->name, "idle");
	assert_int_equal(p->n_instances, 3);
	assert_int_equal(p->instances[0], 0);
	assert_int_equal(p->instances[2], 4);
	assert_int_equal(p->blocks, 9);
	assert_int_equal(p->warmup, 0);
	assert_true(p->seed == UINT64_MAX);
	assert_true(p->network_seconds == 0.4 && p->network_omit == 0.1 && p->settle == 0.2);
	assert_string_equal(
		json_string_value(json_object_get(p->json, "seed")), "18446744073709551615");
	plan_free(p);
}

/* The second side: what is changed is there once more, in the same blocks; read again it is the same. */
static void second_side(void **state)
{
	const char *const words[] = {"kernel=vmlinuz", "seccomp=false"};
	const char *const payload[] = {"payload=idle"};
	struct plan_override o = {.against = words, .n_against = 2, .blocks = "4", .seed = "1"};
	const char text[] = OPEN_ALL "}";
	struct plan *p = with(&o, text), *again, *same;
	cleanup_free char *once = json_dumps(p->json, JSON_COMPACT), *twice = NULL,
			  *cwd = getcwd(NULL, 0);
	cleanup_free char *kernel = xasprintf("%s/vmlinuz", cwd);
	cleanup_free struct trial *trials = NULL;
	size_t n;

	(void)state;
	assert_int_equal(p->n_arms, 5);
	assert_string_equal(p->arms[3].name, "container.new");
	assert_string_equal(p->arms[3].against, "container");
	assert_true(json_is_false(json_object_get(p->arms[3].options, "seccomp")));
	assert_true(json_is_true(json_object_get(p->arms[1].options, "seccomp")));
	assert_string_equal(p->arms[4].name, "vm.new");
	assert_string_equal(
		json_string_value(json_object_get(p->arms[4].options, "kernel")), kernel);
	assert_null(json_object_get(p->arms[2].options, "kernel"));
	assert_int_equal(p->blocks, 4);
	assert_int_equal(plan_most_blocks(p), 12);
	trials = plan_trials(p, &n);
	assert_int_equal(n, 13 * 5);
	again = with(NULL, once);
	twice = json_dumps(again->json, JSON_COMPACT);
	assert_string_equal(once, twice);
	assert_int_equal(again->n_arms, 5);
	plan_free(again);
	plan_free(p);
	/* a payload changes every arm, under the workload's name */
	o.against = payload;
	o.n_against = 1;
	p = with(&o, text);
	assert_int_equal(p->n_arms, 6);
	assert_string_equal(plan_workload(p, &p->arms[5], 0)->name, "http");
	assert_string_equal(plan_workload(p, &p->arms[5], 0)->verb, "idle");
	assert_string_equal(plan_workload(p, &p->arms[0], 0)->verb, "http");
	/* the first side is in the same order with or without more blocks */
	o.max_blocks = "4";
	same = with(&o, text);
	free(trials);
	trials = plan_trials(p, &n);
	{
		size_t fewer;
		cleanup_free struct trial *short_ones = plan_trials(same, &fewer);

		assert_int_equal(fewer, 5 * 6);
		for (size_t i = 0; i < fewer; i++)
			assert_string_equal(trials[i].arm->name, short_ones[i].arm->name);
	}
	plan_free(same);
	plan_free(p);
	/* with parts it is wherever its first side is, in the blocks after the first look, too */
	o.against = words;
	o.n_against = 2;
	o.max_blocks = NULL;
	p = with(&o,
		OPEN_ALL ",\"warmup\":0,\"parts\":[{\"name\":\"a\",\"arms\":[\"host\",\"vm\"]},"
			 "{\"name\":\"b\",\"arms\":[\"container\"],\"blocks\":1}]}");
	free(trials);
	trials = plan_trials(p, &n);
	assert_int_equal(p->n_arms, 5);
	assert_int_equal(n, 12 * 3 + 2);
	free(once);
	once = json_dumps(p->json, JSON_COMPACT);
	again = with(NULL, once);
	free(twice);
	twice = json_dumps(again->json, JSON_COMPACT);
	assert_string_equal(once, twice);
	plan_free(again);
	plan_free(p);
}

static void override_refused(const struct plan_override *o, const char *message)
{
	struct error err = ERROR_INIT;

	assert_null(plan_parse(OPEN "}", strlen(OPEN "}"), "plan.json", o, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	assert_string_equal(err.text, message);
}

static void bad_overrides(void **state)
{
	static const char *const blocks[] = {
		"0", "-1", "1e3", "5x", "99999999999999999999", "", " 5", "+5", "1001", "0x10"};
	static const char *const counts[] = {
		"", "1,", ",1", "1,,2", "a", "-1", "4097", "1000000000", "1 ,2"};
	static const char *const bad_arms[] = {"../x", "-rf", "a\nb", "hots"};
	static const struct {
		const char *words[2];
		size_t n;
		const char *message;
	} bad_against[] = {
		{{"network"}, 1,
			"--against: not KEY=VALUE, got \"network\", expected such as emulator=/opt/qemu/bin/qemu-system-x86_64"},
		{{"=x"}, 1,
			"--against: not KEY=VALUE, got \"=x\", expected such as emulator=/opt/qemu/bin/qemu-system-x86_64"},
		{{""}, 1,
			"--against: not KEY=VALUE, got \"\", expected such as emulator=/opt/qemu/bin/qemu-system-x86_64"},
		{{"network="}, 1,
			"--against: not KEY=VALUE, got \"network=\", expected such as emulator=/opt/qemu/bin/qemu-system-x86_64"},
		{{"network=veth", "network=none"}, 2,
			"--against: \"network\" is there twice, expected each key once"},
		{{"netwrok=veth"}, 1,
			"--against: no arm of the plan has this option, got \"netwrok\"; did you mean \"network\"?"},
		{{"network=wifi"}, 1,
			"--against: network: unknown choice, got \"wifi\", expected one of none, veth"},
		{{"a\nb=1"}, 1,
			"--against: no arm of the plan has this option, got \"a\\x0Ab\", expected payload, agent, plan or an option such as emulator, kernel"},
	};
	const struct plan_override zero = {.instances = "0"}, twice = {.instances = "1,2,1"},
				   seed = {.seed = "18446744073709551616"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct plan_override o = {.blocks = blocks[i]};
		cleanup_free char *message =
			xasprintf("--blocks: not a count, got \"%s\", expected "
				  "a whole number from 1 to 1000",
				blocks[i]);

		override_refused(&o, message);
	}
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct plan_override o = {.instances = counts[i]};
		cleanup_free char *message = xasprintf(
			"--instances: not a list of counts, got \"%s\", expected whole numbers "
			"from 0 to 4096 such as 1,2,4",
			counts[i]);

		override_refused(&o, message);
	}
	override_refused(&zero,
		"--instances: 0 alone, expected 0 only beside other counts, where it "
		"is the foot of a slope");
	override_refused(&twice, "--instances: count 1 is there twice, expected each count once");
	override_refused(&seed,
		"--seed: not a seed, got \"18446744073709551616\", expected a whole "
		"number from 0 to 18446744073709551615");
	for (size_t i = 0; i < ARRAY_SIZE(bad_against); i++) {
		struct plan_override o = {
			.against = bad_against[i].words, .n_against = bad_against[i].n};

		override_refused(&o, bad_against[i].message);
	}
	override_refused(&(struct plan_override){.max_blocks = "9"},
		"--max-blocks: without a second side, expected it only with --against; --blocks says how many");
	override_refused(&(struct plan_override){.max_blocks = "5",
				 .against = (const char *const[]){"network=veth"},
				 .n_against = 1},
		"--max-blocks: not a count, got \"5\", expected a whole number from 6 (the plan's blocks) to 1000");
	for (size_t i = 0; i < ARRAY_SIZE(bad_arms); i++) {
		struct plan_override o = {.arms = &bad_arms[i], .n_arms = 1};
		char safe[SAFE_TEXT_SIZE];
		cleanup_free char *message = xasprintf("--arm: unknown arm, got \"%s\"%s",
			safe_text(bad_arms[i], safe),
			i == 3 ? "; did you mean \"host\"?"
			       : ", expected a predefined one or an arm of the plan; see tare list arms");

		override_refused(&o, message);
	}
}

/* The canonical form, read again, is itself; and every default is the documented one. */
static void canonical(void **state)
{
	struct plan *p = with(NULL,
		"{\"schema\":\"tare/plan/1\",\"arms\":[\"host\",\"netns\","
		"\"container\",\"vm\"],\"workloads\":[\"http\","
		"\"./tests/cases/workload/ok-all/workload.json\"]}");
	cleanup_free char *once = json_dumps(p->json, JSON_COMPACT);
	struct plan *again = with(NULL, once);
	cleanup_free char *twice = json_dumps(again->json, JSON_COMPACT);

	(void)state;
	assert_string_equal(once, twice);
	assert_int_equal(p->blocks, 6);
	assert_int_equal(p->warmup, 1);
	assert_int_equal(p->memory, 64 << 20);
	assert_true(p->settle == 0.5 && p->network_seconds == 1.0 && p->network_omit == 0.2);
	assert_true(p->margin_ratio_time == 0.05 && p->margin_ratio_memory == 0.03);
	assert_string_equal(p->base, "host");
	assert_int_equal(p->n_primary, 5);
	assert_int_equal(p->primary[4], MEMORY_HOST_DELTA);
	assert_true(p->probe_enabled[0] && p->probe_enabled[1] && p->probe_enabled[2] &&
		!p->probe_enabled[3]);
	assert_true(p->seed <= 1ull << 53);
	plan_free(again);
	plan_free(p);
}

/* Without a seed, two readings draw different ones. */
static void fresh_seeds(void **state)
{
	struct plan *a = with(NULL, OPEN "}"), *b = with(NULL, OPEN "}");

	(void)state;
	assert_false(a->seed_given);
	assert_true(a->seed != b->seed);
	plan_free(a);
	plan_free(b);
}

static void paths_start_at_the_plan(void **state)
{
	struct error err = ERROR_INIT;
	struct plan *p;
	cleanup_free char *expected = NULL;
	const char text[] = "{\"schema\":\"tare/plan/1\",\"arms\":[{\"name\":\"v\",\"platform\":"
			    "\"vm\",\"kernel\":\"vmlinuz\"}],\"workloads\":[\"w.json\"]}";
	char folder[] = "/tmp/tare-test-plan-XXXXXX";
	cleanup_close int fd = -1;

	(void)state;
	assert_non_null(mkdtemp(folder));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(write_new(fd, "p.json", text), 0);
	assert_int_equal(
		write_new(fd, "w.json", "{\"schema\":\"tare/workload/1\",\"verb\":\"idle\"}"), 0);
	expected = xasprintf("%s/p.json", folder);
	p = plan_load(expected, NULL, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(p->workloads[0]->name, "w");
	assert_string_equal(p->workloads[0]->folder, folder);
	free(expected);
	expected = xasprintf("%s/vmlinuz", folder);
	assert_string_equal(
		json_string_value(json_object_get(p->arms[0].options, "kernel")), expected);
	plan_free(p);
	assert_int_equal(remove_tree_at(AT_FDCWD, folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(ten_thousand_levels),
		cmocka_unit_test(hundred_megabytes),
		cmocka_unit_test(names),
		cmocka_unit_test(second_side),
		cmocka_unit_test(overrides),
		cmocka_unit_test(bad_overrides),
		cmocka_unit_test(canonical),
		cmocka_unit_test(fresh_seeds),
		cmocka_unit_test(paths_start_at_the_plan),
	};

	setenv("TARE_DATA", "tests/cases/data", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
