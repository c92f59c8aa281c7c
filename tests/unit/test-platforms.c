/* test-platforms.c - the table of platforms is whole, and the wrappers keep the order of calls. */
#include "platform.h"

#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void each_platform_is_whole(void **data)
{
	(void)data;
	for (size_t n = 0; platforms[n]; n++) {
		const struct platform *p = platforms[n];

		assert_true(name_is_valid(p->name));
		assert_non_null(p->help);
		assert_non_null(p->check);
		assert_non_null(p->open);
		assert_non_null(p->describe);
		assert_non_null(p->prepare);
		assert_non_null(p->start);
		assert_non_null(p->stop);
		assert_non_null(p->close);
		assert_true(p->estimate > 0 && p->estimate_emulated >= p->estimate);
		for (size_t m = 0; m < n; m++)
			assert_string_not_equal(p->name, platforms[m]->name);
	}
}

static bool standard_is_a_choice(const struct option_spec *o)
{
	for (size_t n = 0; o->choices[n]; n++)
		if (o->standard && strcmp(o->standard, o->choices[n]) == 0)
			return true;
	return !o->standard;
}

static void each_option_is_named_once(void **data)
{
	(void)data;
	for (size_t n = 0; platforms[n]; n++)
		for (const struct option_spec *o = platforms[n]->options; o && o->name; o++) {
			uint64_t bytes;

			assert_true(name_is_valid(o->name));
			assert_non_null(o->help);
			/* Keys of every arm. */
			assert_string_not_equal(o->name, "name");
			assert_string_not_equal(o->name, "platform");
			if (o->type == OPTION_CHOICE)
				assert_true(o->choices && standard_is_a_choice(o));
			if (o->type == OPTION_BOOL)
				assert_true(o->standard &&
					(strcmp(o->standard, "true") == 0 ||
						strcmp(o->standard, "false") == 0));
			if (o->type == OPTION_BYTES && o->standard)
				assert_int_equal(parse_bytes(o->standard, &bytes), 0);
			for (const struct option_spec *q = platforms[n]->options; q != o; q++)
				assert_string_not_equal(q->name, o->name);
		}
}

static void platforms_are_found_by_name(void **data)
{
	(void)data;
	for (size_t n = 0; platforms[n]; n++)
		assert_ptr_equal(platform_find(platforms[n]->name), platforms[n]);
	assert_non_null(platform_find("host"));
	assert_non_null(platform_find("container"));
	assert_non_null(platform_find("vm"));
	assert_null(platform_find("hos"));
	assert_null(platform_find(""));
}

/* A platform that writes down what is called, and fails where told. */
static char calls[64];
static char failing;

static int note(char call, struct error *err)
{
	size_t n = strlen(calls);

	calls[n] = call;
	calls[n + 1] = '\0';
	return call == failing ? error_set(err, EXIT_ARM, "noted: %c fails", call) : 0;
}

static int noted_open(struct stage *s, struct error *err)
{
	(void)s;
	return note('o', err);
}
static int noted_describe(struct stage *s, json_t *o, struct error *err)
{
	(void)s;
	(void)o;
	return note('d', err);
}
static int noted_prepare(struct stage *s, struct instance *i, struct error *err)
{
	(void)s;
	(void)i;
	return note('p', err);
}
static int noted_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	(void)s;
	(void)i;
	(void)deadline;
	return note('s', err);
}
static int noted_stop(struct stage *s, struct instance *i, struct error *err)
{
	(void)s;
	(void)i;
	return note('x', err);
}
static void noted_close(struct stage *s)
{
	(void)s;
	note('c', NULL);
}

static const struct platform noted = {.name = "noted",
	.open = noted_open,
	.describe = noted_describe,
	.prepare = noted_prepare,
	.start = noted_start,
	.stop = noted_stop,
	.close = noted_close};
static struct arm arm = {.name = (char[]){"noted"}, .platform = &noted};

static int setup(void **data)
{
	(void)data;
	calls[0] = '\0';
	failing = 0;
	return 0;
}

static void orderly_calls_reach_the_platform(void **data)
{
	struct stage s = {.arm = &arm};
	struct instance i;
	struct error err = ERROR_INIT;

	(void)data;
	instance_init(&i, "t1-0", 0);
	assert_int_equal(platform_open(&s, &err), 0);
	assert_int_equal(platform_describe(&s, NULL, &err), 0);
	assert_int_equal(platform_prepare(&s, &i, &err), 0);
	assert_int_equal(platform_start(&s, &i, 0, &err), 0);
	assert_null(platform_tail(&s, &i));
	assert_int_equal(platform_stop(&s, &i, &err), 0);
	assert_int_equal(platform_stop(&s, &i, &err), 0);
	platform_close(&s);
	platform_close(&s);
	assert_string_equal(calls, "odpsxc");
}

static void disorder_is_refused(void **data)
{
	struct stage s = {.arm = &arm};
	struct instance i;
	struct error err = ERROR_INIT;

	(void)data;
	instance_init(&i, "t1-0", 0);
	assert_int_equal(platform_prepare(&s, &i, &err), -1);
	assert_string_equal(err.text,
		"arm noted: prepare called out of order, expected an open stage and an empty instance");
	assert_int_equal(err.code, EXIT_INTERNAL);
	assert_int_equal(platform_describe(&s, NULL, &err), -1);
	assert_int_equal(platform_open(&s, &err), 0);
	assert_int_equal(platform_open(&s, &err), -1);
	assert_int_equal(platform_start(&s, &i, 0, &err), -1);
	assert_int_equal(platform_stop(&s, &i, &err), 0);
	assert_int_equal(platform_prepare(&s, &i, &err), 0);
	assert_int_equal(platform_prepare(&s, &i, &err), -1);
	assert_int_equal(platform_start(&s, &i, 0, &err), 0);
	assert_int_equal(platform_start(&s, &i, 0, &err), -1);
	assert_int_equal(platform_stop(&s, &i, &err), 0);
	assert_int_equal(platform_start(&s, &i, 0, &err), -1);
	platform_close(&s);
	assert_string_equal(calls, "opsxc");
}

/* What a failing prepare or start made is undone by a stop that reaches the platform; a failing stop may be
 * tried again. */
static void stop_follows_every_failure(void **data)
{
	static const char *const expected[] = {"p", "opxc", "s", "opsxc", "x", "opsxxc"};

	(void)data;
	for (size_t n = 0; n < ARRAY_SIZE(expected); n += 2) {
		struct stage s = {.arm = &arm};
		struct instance i;

		setup(NULL);
		failing = expected[n][0];
		instance_init(&i, "t1-0", 0);
		assert_int_equal(platform_open(&s, NULL), 0);
		if (platform_prepare(&s, &i, NULL) == 0)
			platform_start(&s, &i, 0, NULL);
		assert_int_equal(platform_stop(&s, &i, NULL), failing == 'x' ? -1 : 0);
		failing = 0;
		assert_int_equal(platform_stop(&s, &i, NULL), 0);
		platform_close(&s);
		assert_string_equal(calls, expected[n + 1]);
	}
}

static void a_stage_that_did_not_open_is_not_closed(void **data)
{
	struct stage s = {.arm = &arm};

	(void)data;
	failing = 'o';
	assert_int_equal(platform_open(&s, NULL), -1);
	platform_close(&s);
	assert_string_equal(calls, "o");
}

static void an_empty_instance_owns_nothing(void **data)
{
	struct instance i;

	(void)data;
	memset(&i, 0xff, sizeof(i));
	instance_init(&i, "t17-3", 3);
	assert_string_equal(i.name, "t17-3");
	assert_int_equal(i.index, 3);
	assert_int_equal(i.pidfd, -1);
	assert_int_equal(i.agent.fd, -1);
	assert_int_equal(i.phase, INSTANCE_EMPTY);
	assert_null(i.cgroup);
	assert_null(i.platform_data);
	assert_string_equal(i.link, "");
	for (size_t n = 0; n < MILESTONES; n++)
		assert_true(i.at[n] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_platform_is_whole),
		cmocka_unit_test(each_option_is_named_once),
		cmocka_unit_test(platforms_are_found_by_name),
		cmocka_unit_test_setup(orderly_calls_reach_the_platform, setup),
		cmocka_unit_test_setup(disorder_is_refused, setup),
		cmocka_unit_test_setup(stop_follows_every_failure, setup),
		cmocka_unit_test_setup(a_stage_that_did_not_open_is_not_closed, setup),
		cmocka_unit_test(an_empty_instance_owns_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
