/* docker-instance.c - a container before its start and after: group, address, control socket, the engine's record of
 * it; stop, kill, clear up. */
#include "docker.h"

#include "json.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define STOP_TIME (10 * NSEC_PER_SEC)
#define KILL_TIME (5 * NSEC_PER_SEC)

char *docker_container_path(const struct docker_instance *n, const char *what)
{
	return xasprintf("/containers/%s%s", n->name, what);
}

static int listen_at(struct docker_instance *n, struct error *err)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(n->socket) >= sizeof(a.sun_path))
		return error_set(err, EXIT_ARM,
			"docker: %s, got %zu bytes, expected a socket's path of at most %zu",
			n->socket, strlen(n->socket), sizeof(a.sun_path) - 1);
	strcpy(a.sun_path, n->socket);
	/* Root inside may be another user here. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		chmod(n->socket, 0666) < 0 || listen(fd, 1) < 0)
		return error_errno(err, EXIT_ARM, errno, "docker: cannot listen at %s", n->socket);
	n->listen = steal_fd(&fd);
	return 0;
}

/* As many processes as the harness may have, as in every arm; an engine outside that may have fewer (Podman lowers its
 * own limit) cannot give more than that. */
static void choose_nproc(const struct docker_engine *e, struct docker_wanted *w)
{
	struct rlimit own, engine;

	if (getrlimit(RLIMIT_NPROC, &own) < 0)
		own = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
	if (!e->private && e->api->peer > 0 &&
		prlimit(e->api->peer, RLIMIT_NPROC, NULL, &engine) == 0 &&
		engine.rlim_max < own.rlim_max)
		own = (struct rlimit){
			engine.rlim_max < own.rlim_cur ? engine.rlim_max : own.rlim_cur,
			engine.rlim_max};
	w->nproc_soft = own.rlim_cur == RLIM_INFINITY ? -1 : (json_int_t)own.rlim_cur;
	w->nproc_hard = own.rlim_max == RLIM_INFINITY ? -1 : (json_int_t)own.rlim_max;
}

/* What outlives us is in the ledger first; a private engine's ends with the run's group. */
static int create(struct stage *s, struct docker_instance *n, struct error *err)
{
	struct docker_stage *stage = n->stage;
	struct docker_engine *e = stage->engine;
	cleanup_free char *path = xasprintf("/containers/create?name=%s", n->name);
	cleanup_free char *line = xasprintf("%s %s", e->api->socket, n->name);
	cleanup_free char *group = xasprintf("/%s/%s", s->lab->cgroup, n->instance->name);
	struct cgroup_limits limits = stage->local.limits;
	char peer_cpu[16];
	struct docker_wanted w = {.image = stage->image,
		.runtime = stage->runtime,
		.hostname = n->instance->name,
		.cgroup = group,
		.socket = n->socket,
		.address = n->instance->address,
		.limits = &limits};
	struct docker_request r = {.method = "POST", .path = path};

	snprintf(peer_cpu, sizeof(peer_cpu), "%u", s->lab->cpu_peer);
	if (n->instance->partner)
		limits.cpus = peer_cpu;
	choose_nproc(e, &w);
	json_decref(stage->created);
	r.json = stage->created = docker_container_json(&w);
	if (!e->private && ledger_intent(s->lab->ledger, "container", line, err) < 0)
		return -1;
	n->created = true;
	return docker_call(e->api, &r, NULL, now_ns() + DOCKER_CALL_TIME, err) < 0 ? -1 : 0;
}

int docker_prepare(struct stage *s, struct instance *i, struct error *err)
{
	struct docker_stage *stage = s->data;
	struct docker_instance *n = xcalloc(1, sizeof(*n));
	cleanup_free char *shim = xasprintf("%s/shim", i->name);

	n->stage = stage;
	n->instance = i;
	n->listen = n->shim_fd = n->watch.fd = -1;
	n->name = xasprintf("tare-%s-%s", s->lab->id, i->name);
	n->socket = xasprintf("%s/%s.sock", stage->engine->folder, i->name);
	i->platform_data = n;
	i->memory_limit = stage->local.limits.memory;
	i->cgroup = lab_cgroup(s->lab, i->name, NULL, err);
	n->shim_group = i->cgroup ? lab_cgroup(s->lab, shim, NULL, err) : NULL;
	if (!n->shim_group || listen_at(n, err) < 0)
		return -1;
	if (stage->engine->private && lab_address(s->lab, i->address, err) < 0)
		return -1;
	if (create(s, n, err) < 0)
		return -1;
	docker_watch_open(&n->watch, stage->shim_path, stage->runtime_path);
	return 0;
}

/* Asked to stop, the engine answers when all is done; its processes are watched meanwhile. */
static int end_politely(struct docker_instance *n, struct error *err)
{
	cleanup_free char *path = docker_container_path(n, "/stop?t=1");
	const struct docker_request r = {.method = "POST", .path = path, .also = 304};
	struct docker_transfer *t = docker_begin(n->stage->engine->api, &r, err);
	int64_t deadline = now_ns() + STOP_TIME;
	struct pollfd fds[3] = {
		{.fd = n->instance->pidfd, .events = POLLIN}, {.fd = n->shim_fd, .events = POLLIN}};
	int done = t ? 0 : -1;

	while (done >= 0 && now_ns() < deadline && (!done || fds[0].fd >= 0 || fds[1].fd >= 0)) {
		int64_t until = deadline;

		fds[2].fd = -1;
		if (!done)
			docker_wants(t, &fds[2], &until);
		if (wait_fds(fds, 3, until, err) < 0) {
			docker_abandon(t);
			return -1;
		}
		for (int k = 0; k < 2; k++)
			if (fds[k].fd >= 0 && fds[k].revents)
				fds[k].fd = -1;
		if (fds[0].fd < 0 && fds[1].fd < 0 && !n->instance->at[AT_STOPPED])
			n->instance->at[AT_STOPPED] = now_ns();
		if (!done)
			done = docker_step(t, err);
	}
	if (!t)
		return -1;
	return docker_end(t, NULL, err) < 0 ? -1 : 0;
}

static int forget_container(struct docker_instance *n, struct error *err)
{
	cleanup_free char *path = docker_container_path(n, "?force=1&v=1");
	const struct docker_request r = {.method = "DELETE", .path = path, .also = 404};

	if (!n->created)
		return 0;
	return docker_call(n->stage->engine->api, &r, NULL, now_ns() + DOCKER_CALL_TIME, err) < 0
		? -1
		: 0;
}

/* By cgroup, whatever the engine did or did not do. */
static int end_by_force(struct instance *i, struct error *err)
{
	int64_t deadline = now_ns() + KILL_TIME;

	if (!i->cgroup)
		return 0;
	return cgroup_kill(i->cgroup, deadline, err) < 0 ? -1 : 0;
}

static int end_group(struct stage *s, struct instance *i, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", s->lab->cgroup, i->name);
	int64_t deadline = now_ns() + KILL_TIME;
	bool found = false;

	if (!i->cgroup)
		return 0;
	if (cgroup_remove(i->cgroup, deadline, err) < 0 ||
		cgroups_remove_foreign(s->lab->cgroups, path, deadline, &found, err) < 0)
		return -1;
	cgroup_free(steal_ptr(i->cgroup));
	return 0;
}

static void instance_end(struct instance *i, struct docker_instance *n)
{
	cleanup_closep(&n->listen);
	cleanup_closep(&n->shim_fd);
	cleanup_closep(&i->pidfd);
	i->pidfd = -1;
	docker_watch_close(&n->watch);
	i->keeper = NULL;
	cgroup_free(n->shim_group);
	cgroup_free(steal_ptr(i->limited));
	unlink(n->socket);
	free(n->name);
	free(n->socket);
	free(n);
	i->platform_data = NULL;
	i->root_pid = 0;
	*i->link = '\0';
}

int docker_stop(struct stage *s, struct instance *i, struct error *err)
{
	struct docker_instance *n = i->platform_data;
	int rc = 0;

	if (!n)
		return 0;
	if (!i->at[AT_STOP])
		i->at[AT_STOP] = now_ns();
	if (i->pidfd >= 0 && end_politely(n, err) < 0)
		rc = -1;
	agent_close(&i->agent);
	if (end_by_force(i, err) < 0)
		return -1;
	if (!i->at[AT_STOPPED])
		i->at[AT_STOPPED] = now_ns();
	if (forget_container(n, err) < 0)
		rc = -1;
	if (end_group(s, i, err) < 0)
		return -1;
	instance_end(i, n);
	return rc;
}
