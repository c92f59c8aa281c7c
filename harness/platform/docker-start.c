/* docker-start.c - a start as it is seen from outside: the request, the shim, the runtime, PID 1 that opens its control
 * channel, its first byte, the engine's answer. Each is an event; none is looked for. */
#include "docker.h"

#include "json.h"
#include "netlink.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

struct starting {
	struct docker_instance *n;
	struct docker_transfer *request, *wait; /* wait: tells when the container ends */
	int channel; /* -1 until PID 1 has opened it */
	bool answered;
};

/* The engine's answer to one of the two requests, when it is whole. */
static int take_answer(struct docker_transfer **t, json_t **out, bool *whole, struct error *err)
{
	int rc = *t ? docker_step(*t, err) : 0;

	*whole = rc > 0;
	if (rc <= 0)
		return rc;
	return docker_end(steal_ptr(*t), out, err) < 0 ? -1 : 0;
}

static int ended_early(const json_t *answer, struct error *err)
{
	const json_t *why = json_object_get(json_object_get(answer, "Error"), "Message");
	const char *text = json_string_value(why);
	char safe[SAFE_TEXT_SIZE];

	return error_set(err, EXIT_ARM,
		"docker: the container ended with status %lld before its agent spoke%s%s",
		(long long)json_integer_value(json_object_get(answer, "StatusCode")),
		text ? ": " : "", text ? safe_text(text, safe) : "");
}

static int take_answers(struct starting *st, struct error *err)
{
	cleanup_free char *path = docker_container_path(st->n, "/wait");
	const struct docker_request r = {.method = "POST", .path = path};
	cleanup_json json_t *ended = NULL;
	bool whole;

	if (take_answer(&st->request, NULL, &whole, err) < 0)
		return -1;
	st->answered = st->answered || whole;
	/* Started, it is said, and silent so far: now its end counts too. */
	if (whole && st->channel < 0) {
		st->wait = docker_begin(st->n->stage->engine->api, &r, err);
		if (!st->wait)
			return -1;
	}
	if (take_answer(&st->wait, &ended, &whole, err) < 0)
		return -1;
	return whole ? ended_early(ended, err) : 0;
}

static void take_channel(struct starting *st, int64_t now)
{
	st->channel = accept4(st->n->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (st->channel < 0)
		return;
	st->n->instance->at[AT_SPAWN] = now;
	/* One only: nobody else gets a channel. */
	close(steal_fd(&st->n->listen));
	unlink(st->n->socket);
}

static int too_late(const struct starting *st, struct error *err)
{
	return error_set(err, EXIT_ARM,
		!st->answered ? "docker: the start was not over by its deadline"
			: st->channel < 0
			? "docker: PID 1 did not open its control channel by the deadline; does the runtime let a bound unix socket through?"
			: "docker: hello: nothing heard by the deadline");
}

/* Until PID 1 has spoken and the engine has answered. */
static int watch(struct starting *st, int64_t deadline, struct error *err)
{
	struct instance *i = st->n->instance;
	int engine = st->n->stage->engine->pidfd;

	while (!st->answered || !i->at[AT_INIT]) {
		struct pollfd fds[] = {{.fd = st->n->watch.fd, .events = POLLIN},
			{.fd = st->n->listen, .events = POLLIN},
			{.fd = i->at[AT_INIT] ? -1 : st->channel, .events = POLLIN},
			{.fd = engine, .events = POLLIN}, {.fd = -1}, {.fd = -1}};
		int64_t until = deadline, now;

		if (now_ns() >= deadline)
			return too_late(st, err);
		if (st->request)
			docker_wants(st->request, &fds[4], &until);
		if (st->wait)
			docker_wants(st->wait, &fds[5], &until);
		if (wait_fds(fds, ARRAY_SIZE(fds), until, err) < 0)
			return -1;
		now = now_ns();
		if (fds[0].revents)
			docker_watch_read(&st->n->watch, i, now);
		if (fds[2].revents)
			i->at[AT_INIT] = now;
		if (fds[1].revents)
			take_channel(st, now);
		if (fds[3].revents)
			return error_set(err, EXIT_ARM, "docker: dockerd ended during a start");
		if (take_answers(st, err) < 0)
			return -1;
	}
	return 0;
}

static pid_t parent_of(pid_t pid, uint64_t *start)
{
	cleanup_free char *path = xasprintf("/proc/%d/stat", (int)pid);
	cleanup_free char *text = read_file_at(AT_FDCWD, path, 4096, NULL);
	const char *after = text ? strrchr(text, ')') : NULL;
	int parent = 0;

	if (!after || sscanf(after + 1, " %*c %d", &parent) != 1)
		return 0;
	*start = process_start_time(parent);
	return parent;
}

/* The process that keeps PID 1 (containerd's shim, conmon) is part of what the instance costs: the runtime's layer.
 * It is known as PID 1's parent, not by name. */
static int take_shim(struct docker_instance *n, struct error *err)
{
	struct docker_engine *e = n->stage->engine;
	uint64_t start = 0;
	pid_t shim = parent_of(n->instance->root_pid, &start);

	if (shim <= 1 || shim == e->pid || shim == e->api->peer)
		return 0;
	n->shim_fd = (int)syscall(SYS_pidfd_open, shim, 0);
	if (n->shim_fd < 0 || process_start_time(shim) != start)
		return error_set(err, EXIT_ARM, "docker: the shim of %s ended", n->name);
	if (cgroup_join(n->shim_group, shim) < 0)
		return error_errno(err, EXIT_ARM, errno,
			"docker: cannot move the shim into the instance's group");
	n->instance->keeper = n->shim_group;
	return 0;
}

/* "oci" is all that Podman says. */
static int check_runtime(const struct docker_instance *n, const json_t *seen, struct error *err)
{
	const json_t *is = json_object_get(json_object_get(seen, "HostConfig"), "Runtime");
	const char *name = json_string_value(is), *wanted = n->stage->runtime;
	char safe[SAFE_TEXT_SIZE];

	if (!name || !strcmp(name, "oci") || !strcmp(name, wanted))
		return 0;
	return error_set(err, EXIT_ARM, "docker: runtime, got %s of the engine, expected %s",
		safe_text(name, safe), wanted);
}

static int take_root(struct stage *s, struct docker_instance *n, struct error *err)
{
	cleanup_free char *path = docker_container_path(n, "/json");
	const struct docker_request r = {.method = "GET", .path = path};
	cleanup_json json_t *seen = NULL;
	struct instance *i = n->instance;
	const json_t *pid;

	if (docker_call(n->stage->engine->api, &r, &seen, now_ns() + DOCKER_CALL_TIME, err) < 0)
		return -1;
	pid = json_object_get(json_object_get(seen, "State"), "Pid");
	if (!json_is_integer(pid) || json_integer_value(pid) < 2 ||
		json_integer_value(pid) > INT32_MAX)
		return error_set(err, EXIT_ARM,
			"docker: GET %s: State.Pid, expected the number of a process", path);
	if (check_runtime(n, seen, err) < 0)
		return -1;
	i->root_pid = (pid_t)json_integer_value(pid);
	i->pidfd = (int)syscall(SYS_pidfd_open, i->root_pid, 0);
	if (i->pidfd < 0)
		return error_errno(err, EXIT_ARM, errno, "docker: process %d, which is PID 1",
			(int)i->root_pid);
	i->limited = cgroup_adopt(s->lab->cgroups, i->root_pid, err);
	if (!i->limited)
		return -1;
	if (!cgroup_is_below(i->limited, i->cgroup))
		return error_set(err, EXIT_ARM,
			"docker: the engine did not put the container below the group it was given");
	return 0;
}

static int is_own_kernel(struct stage *s, struct instance *i)
{
	cleanup_free char *host =
		read_file_at(s->lab->root, "proc/sys/kernel/random/boot_id", 64, NULL);

	if (host)
		host[strcspn(host, "\n")] = '\0';
	return host && strcmp(host, i->agent.boot_id) != 0;
}

int docker_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	struct docker_instance *n = i->platform_data;
	cleanup_free char *path = docker_container_path(n, "/start");
	const struct docker_request r = {.method = "POST", .path = path};
	struct starting st = {.n = n, .channel = -1};
	int rc;

	docker_watch_drain(&n->watch);
	i->at[AT_REQUEST] = now_ns();
	st.request = docker_begin(n->stage->engine->api, &r, err);
	rc = st.request ? watch(&st, deadline, err) : -1;
	docker_abandon(st.request);
	docker_abandon(st.wait);
	docker_watch_close(&n->watch);
	agent_init(&i->agent, st.channel);
	if (rc < 0 || agent_hello(&i->agent, deadline, err) < 0 || take_root(s, n, err) < 0 ||
		take_shim(n, err) < 0)
		return -1;
	i->own_kernel = is_own_kernel(s, i);
	return i->address[0] ? link_find_peer(i->root_pid, "eth0", i->link, err) : 0;
}
