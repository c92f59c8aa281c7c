/* docker-engine.c - which engine a run uses: the one DOCKER_HOST names, the host's own, or a private one. */
#include "docker.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define OPEN_TIME (15 * NSEC_PER_SEC)

static struct docker_engine *shared[2]; /* outside, private */

char *docker_program(const char *name)
{
	const char *path = getenv("PATH");
	cleanup_free char *dirs = xasprintf(
		"%s:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/libexec/podman",
		path ? path : "");

	if (*name == '/')
		return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
	for (char *save, *d = strtok_r(dirs, ":", &save); d; d = strtok_r(NULL, ":", &save)) {
		cleanup_free char *full = xasprintf("%s/%s", d, name);

		if (*d == '/' && access(full, X_OK) == 0)
			return steal_ptr(full);
	}
	return NULL;
}

/* The socket of an engine outside the lab: new string; NULL without err when a private one is wanted. */
static char *outside_socket(bool only_private, struct error *err)
{
	char *path;

	if (only_private)
		return NULL;
	path = docker_host_path(getenv("DOCKER_HOST"), err);
	if (path || err->code)
		return path;
	return docker_listens(DOCKER_SOCKET) ? xstrdup(DOCKER_SOCKET) : NULL;
}

int docker_engine_check(struct error *err)
{
	struct error mine = ERROR_INIT;
	cleanup_free char *path = outside_socket(false, &mine);
	cleanup_free char *dockerd = docker_program("dockerd");
	char safe[SAFE_TEXT_SIZE];

	if (mine.code)
		return error_set(err, mine.code, "%s", mine.text);
	if (path && !docker_listens(path))
		return error_set(err, EXIT_PREREQUISITE,
			"docker: no engine answers at %s, which DOCKER_HOST names; start it, or unset DOCKER_HOST",
			safe_text(path, safe));
	if (path || dockerd)
		return 0;
	return error_set(err, EXIT_PREREQUISITE,
		"docker: no engine answers at " DOCKER_SOCKET
		" and dockerd is not installed, expected one of them; run: apt-get install docker.io");
}

int docker_find_runtime(const json_t *info, const char *name, char **known, const char **path)
{
	json_t *runtimes = json_object_get(info, "Runtimes"), *entry;
	char *list = xstrdup("");
	const char *key;
	int rc = -1;

	*path = NULL;
	json_object_foreach (runtimes, key, entry) {
		char safe[SAFE_TEXT_SIZE];
		char *longer = xasprintf("%s%s%s", list, *list ? ", " : "", safe_text(key, safe));

		free(list);
		list = longer;
		if (strcmp(key, name) == 0) {
			*path = json_string_value(json_object_get(entry, "path"));
			rc = 0;
		}
	}
	*known = list;
	return rc;
}

/* An engine whose groups cannot be placed is not one that can be measured. */
static const char *refuses_groups(const struct docker_engine *e)
{
	const char *driver = json_string_value(json_object_get(e->info, "CgroupDriver"));

	return driver && strcmp(driver, "cgroupfs") == 0
		? NULL
		: "its cgroup driver is not cgroupfs, so its groups cannot be placed below the run's";
}

static int read_info(struct docker_engine *e, struct error *err)
{
	const struct docker_request ask = {.method = "GET", .path = "/info"};

	if (docker_call(e->api, &ask, &e->info, now_ns() + DOCKER_CALL_TIME, err) < 0)
		return -1;
	if (!json_is_object(e->info))
		return error_set(err, EXIT_ARM, "docker: GET /info: answer, expected an object");
	return 0;
}

static void engine_free(struct docker_engine *e)
{
	docker_close(e->api);
	if (e->private)
		docker_daemon_stop(e);
	else if (e->folder)
		rmdir(e->folder);
	json_decref(e->info);
	free(e->folder);
	free(e->why);
	free(e);
}

/* Outside, the engine sees the host's own mounts: sockets lie in the run's folder and not in the lab's tmpfs. */
static int make_folder(struct docker_engine *e, struct error *err)
{
	if (e->private) {
		e->folder = xasprintf("%s/docker", e->lab->tmp);
		return 0;
	}
	e->folder = xasprintf("%s/docker", e->lab->folder);
	if ((mkdir(e->folder, 0711) < 0 && errno != EEXIST) || chmod(e->lab->folder, 0711) < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "docker: cannot make %s", e->folder);
	return 0;
}

static int make(struct docker_engine *e, const char *socket, struct error *err)
{
	if (e->private) {
		if (docker_daemon_start(e, err) < 0)
			return -1;
	} else {
		e->api = docker_open(socket, now_ns() + OPEN_TIME, err);
		if (!e->api)
			return -1;
	}
	return read_info(e, err) < 0 ? -1 : make_folder(e, err);
}

static struct docker_engine *make_engine(
	struct stage *s, const char *socket, const char *why, struct error *err)
{
	struct docker_engine *e = xcalloc(1, sizeof(*e));

	e->lab = s->lab;
	e->private = !socket;
	e->pidfd = -1;
	e->why = xstrdup(why);
	if (make(e, socket, err) == 0)
		return e;
	engine_free(e);
	return NULL;
}

/* The engine outside; where its groups cannot be placed and nobody asked for it by name, a private one. */
static struct docker_engine *make_outside(struct stage *s, const char *socket, struct error *err)
{
	const char *host = getenv("DOCKER_HOST");
	bool named = host && *host;
	cleanup_free char *dockerd = docker_program("dockerd");
	struct docker_engine *e = make_engine(
		s, socket, named ? "DOCKER_HOST names it" : "it runs on this host", err);
	const char *reason = e ? refuses_groups(e) : NULL;
	cleanup_free char *why = NULL;

	if (!reason)
		return e;
	engine_free(e);
	if (named || !dockerd) {
		error_set(err, EXIT_PREREQUISITE,
			"docker: engine at %s: %s; set the arm's option \"engine\": \"private\"",
			socket, reason);
		return NULL;
	}
	if (shared[1])
		return shared[1];
	why = xasprintf("there is one at %s, but %s", socket, reason);
	return make_engine(s, NULL, why, err);
}

struct docker_engine *docker_engine_open(struct stage *s, bool only_private, struct error *err)
{
	struct error mine = ERROR_INIT;
	cleanup_free char *socket = outside_socket(only_private, &mine);
	struct docker_engine *e;

	if (mine.code) {
		error_set(err, mine.code, "%s", mine.text);
		return NULL;
	}
	e = shared[socket ? 0 : 1];
	if (!e && socket)
		e = make_outside(s, socket, err);
	else if (!e)
		e = make_engine(s, NULL,
			only_private ? "the arm asks for a private one"
				     : "no engine runs on this host",
			err);
	if (!e)
		return NULL;
	shared[e->private ? 1 : 0] = e;
	e->users++;
	return e;
}

void docker_engine_close(struct docker_engine *e)
{
	if (!e || --e->users > 0)
		return;
	shared[e->private ? 1 : 0] = NULL;
	engine_free(e);
}
