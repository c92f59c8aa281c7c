/* The agent's experiments against the real agent as a plain child: what each finds, and that each control is found. */
#include "real-agent.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

static void address_spaces(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply got;

	refused(r, "address step=read", "agent: address: nothing was begun");
	refused(r, "address", "agent: address: expected step=begin, read or end");
	ask(r, "address step=begin value=41");
	got = ask(r, "address step=read");
	assert_int_equal(number(&got, "read0"), 41);
	assert_int_equal(number(&got, "read1"), 42);
	ask(r, "address step=begin value=7 shared=1");
	got = ask(r, "address step=read");
	assert_int_equal(number(&got, "wrote0"), 7);
	assert_int_equal(number(&got, "read0"), 8);
	assert_int_equal(number(&got, "read1"), 8);
	ask(r, "address step=end");
	refused(r, "address step=read", "agent: address: nothing was begun");
}

static void identity(void **state)
{
	struct agent_reply got = ask(*state, "identity");
	cleanup_free char *kernel = agent_field_text(&got, "kernel");
	cleanup_free char *cpus = agent_field_text(&got, "cpus");
	cleanup_free char *init = agent_field_text(&got, "pid1");
	struct utsname name;

	uname(&name);
	assert_string_equal(kernel, name.release);
	assert_true(cpus && atoi(cpus) > 0 && strchr(cpus, ' '));
	assert_true(init && strchr(init, '@'));
	assert_true(number(&got, "mem_total") > 1 << 20);
}

/* Never a real one: the tests run on somebody's host. */
static void module(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply got = ask(r, "module");

	assert_int_equal(number(&got, "loaded"), 0);
	assert_true(number(&got, "errno") == EPERM || number(&got, "errno") == ENOSYS ||
		number(&got, "errno") == ENOEXEC);
	got = ask(r, "blob hex=00ff");
	assert_int_equal(number(&got, "size"), 2);
	got = ask(r, "blob hex=10");
	assert_int_equal(number(&got, "size"), 3);
	refused(r, "module name=dummy", "agent: module: only the kernel of a VM may load one");
	refused(r, "blob hex=1", "agent: blob: expected hex digits, at most 8388608 bytes in all");
	refused(r, "blob hex=0G", "agent: blob: expected hex digits, at most 8388608 bytes in all");
}

static void virtual(void **state)
{
	struct real_agent *r = *state;
	struct agent_reply got = ask(r, "virtual promise=1073741824 touch=8388608 steps=4");
	cleanup_free char *points = agent_field_text(&got, "points");
	unsigned long long touched, resident, swapped;
	char *last;

	assert_non_null(points);
	assert_memory_equal(points, "0:0:0,2097152:", 14);
	last = strrchr(points, ',');
	assert_non_null(last);
	assert_int_equal(sscanf(last + 1, "%llu:%llu:%llu", &touched, &resident, &swapped), 3);
	assert_int_equal(touched, 8388608);
	assert_int_equal(resident + swapped, touched);
	refused(r, "virtual promise=0 touch=0 device=/dev/vda",
		"agent: virtual: only a VM makes swap of its disk");
	refused(r, "virtual promise=4096 touch=8192",
		"agent: virtual: expected promise (whole pages), touch up to it, steps to 32");
}

static void virtual32(void **state)
{
	struct agent_reply got = ask(*state, "virtual32");
	cleanup_free char *why = agent_field_text(&got, "refused");

	if (why) {
		printf("SKIP: %s\n", why);
		skip();
	}
	/* Less than 4 GiB, most of 3: the program itself, the stack and a guard take the rest. */
	assert_in_range(number(&got, "granted"), 2ULL << 30, (4ULL << 30) - 1);
	assert_int_equal(number(&got, "touched"), 8 << 20);
	assert_in_range(number(&got, "resident"), 8 << 20, (8 << 20) + (1 << 20));
}

/* How far the worker gets in a while: a while, because a stopped one gets nowhere however long it is. */
static uint64_t progress(struct real_agent *r)
{
	struct agent_reply got = ask(r, "work step=count");
	uint64_t before = number(&got, "count");

	poll(NULL, 0, 100);
	got = ask(r, "work step=count");
	return number(&got, "count") - before;
}

static void work(void **state)
{
	struct real_agent *r = *state;
	struct error err = ERROR_INIT;
	int64_t deadline;

	refused(r, "work step=count", "agent: work: nothing was begun");
	ask(r, "work step=begin");
	assert_true(progress(r) > 0);
	refused(r, "work step=freeze",
		"agent: work: expected step=begin, count, end, and with a supervisor freeze or thaw");
	ask(r, "work step=end");
	if (agent_call(&r->agent, NULL, SECONDS(20), &err, "work step=begin supervised=1") < 0) {
		printf("SKIP: %s\n", err.text);
		skip();
	}
	assert_true(progress(r) > 0);
	ask(r, "work step=freeze");
	/* A call that was answered before the stop may still be counted. */
	progress(r);
	assert_int_equal(progress(r), 0);
	ask(r, "work step=thaw");
	deadline = SECONDS(20);
	while (progress(r) == 0)
		assert_true(now_ns() < deadline);
	ask(r, "work step=end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AGENT_TEST(address_spaces),
		AGENT_TEST(identity),
		AGENT_TEST(module),
		AGENT_TEST(virtual),
		AGENT_TEST(virtual32),
		AGENT_TEST(work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
