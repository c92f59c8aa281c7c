/* real-agent.h - for tests: the real static agent as a plain child, as the host platform runs it. */
#ifndef TARE_TEST_REAL_AGENT_H
#define TARE_TEST_REAL_AGENT_H

#include "agent.h"
#include "util.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SECONDS(n) (now_ns() + (n)*NSEC_PER_SEC)

struct real_agent {
	pid_t pid;
	struct agent agent;
	int leak; /* a descriptor to be open in it, 0 = none */
	void (*before)(void); /* in its process before it is executed, NULL = nothing */
};

static inline const char *agent_path(void)
{
	const char *path = getenv("TARE_AGENT");

	return path ? path : "build/agent";
}

static inline void real_agent_start(struct real_agent *r)
{
	int pair[2];

	if (access(agent_path(), X_OK) < 0) {
		printf("FAIL: %s is not there; make builds it, TARE_AGENT names another\n",
			agent_path());
		exit(1);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	r->pid = fork();
	if (r->pid == 0) {
		/* It listens: a test that is ended must not leave it behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (pair[1] == WIRE_FD)
			fcntl(pair[1], F_SETFD, 0);
		else
			dup2(pair[1], WIRE_FD);
		close_range(WIRE_FD + 1, ~0U, 0);
		if (r->leak)
			dup2(0, r->leak);
		if (r->before)
			r->before();
		execl(agent_path(), agent_path(), (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	agent_init(&r->agent, pair[0]);
}

/* Waits 10 s for its end, then kills it. Its wait status; a killed one is no success. */
static inline int real_agent_wait(struct real_agent *r)
{
	struct pollfd p = {.fd = pidfd_open(r->pid, 0), .events = POLLIN};
	int status = -1;

	if (poll(&p, 1, 10000) != 1)
		kill(r->pid, SIGKILL);
	close(p.fd);
	waitpid(r->pid, &status, 0);
	return status;
}

/* Closing the channel is what ends an agent. Its wait status. */
static inline int real_agent_end(struct real_agent *r)
{
	agent_close(&r->agent);
	return real_agent_wait(r);
}

/* Around each test of a group: *state is a struct real_agent that has said hello. */
static inline int real_agent_setup(void **state)
{
	struct real_agent *r = xcalloc(1, sizeof(*r));
	struct error err = ERROR_INIT;

	real_agent_start(r);
	if (agent_hello(&r->agent, SECONDS(10), &err) < 0)
		printf("%s\n", err.text);
	*state = r;
	return err.code;
}

static inline int real_agent_teardown(void **state)
{
	struct real_agent *r = *state;
	int status = real_agent_end(r);

	free(r);
	return status;
}

/* The answer to a request that must succeed. */
static inline struct agent_reply ask(struct real_agent *r, const char *request)
{
	struct error err = ERROR_INIT;
	struct agent_reply reply;

	if (agent_call(&r->agent, &reply, SECONDS(60), &err, "%s", request) < 0)
		fail_msg("%s: %s", request, err.text);
	return reply;
}

/* A request that must fail with this very text. */
static inline void refused(struct real_agent *r, const char *request, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(agent_call(&r->agent, NULL, SECONDS(60), &err, "%s", request), -1);
	assert_string_equal(err.text, text);
}

/* A field that must be a number. */
static inline uint64_t number(const struct agent_reply *reply, const char *key)
{
	struct error err = ERROR_INIT;
	uint64_t value;

	if (agent_field(reply, key, UINT64_MAX, &value, &err) < 0)
		fail_msg("%s in \"%s\": %s", key, reply->line, err.text);
	return value;
}

/* A field that must be this very text. */
static inline void expect_text(const struct agent_reply *r, const char *key, const char *value)
{
	cleanup_free char *text = agent_field_text(r, key);

	if (!text)
		fail_msg("no %s in: %s", key, r->line);
	assert_string_equal(text, value);
}

/* Arguments of the workload, separated by '|' in list. */
static inline void arguments(struct real_agent *r, const char *list)
{
	cleanup_free char *copy = xstrdup(list);
	char *save = NULL;

	for (char *a = strtok_r(copy, "|", &save); a; a = strtok_r(NULL, "|", &save)) {
		cleanup_free char *value = wire_encode(a);
		cleanup_free char *line = xasprintf("arg value=%s", value);

		ask(r, line);
	}
}

#define AGENT_TEST(f) cmocka_unit_test_setup_teardown(f, real_agent_setup, real_agent_teardown)

#endif
