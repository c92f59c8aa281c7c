/* gc-docker.c - removes what an engine outside the lab keeps of a run: containers and images. */
#include "ledger.h"

#include "docker-api.h"
#include "util.h"

#include <string.h>

#define DEADLINE (5 * NSEC_PER_SEC)

/* One engine a process: that of the last call. A dead one is not waited for again with each thing it kept. */
static struct docker_api *engine;
static char *dead;

static struct docker_api *engine_at(const char *socket, struct error *err)
{
	if (engine && strcmp(engine->socket, socket) == 0)
		return engine;
	if (dead && strcmp(dead, socket) == 0) {
		error_set(err, EXIT_PREREQUISITE,
			"docker: the engine at %s did not answer; remove it there", socket);
		return NULL;
	}
	docker_close(engine);
	engine = docker_open(socket, now_ns() + DEADLINE, err);
	if (!engine) {
		free(dead);
		dead = xstrdup(socket);
	}
	return engine;
}

int gc_docker(const char *socket, const char *kind, const char *name, struct error *err)
{
	struct docker_api *a = engine_at(socket, err);
	bool container = strcmp(kind, "container") == 0;
	cleanup_free char *escaped = docker_escape(name);
	cleanup_free char *path =
		xasprintf(container ? "/containers/%s?force=1&v=1" : "/images/%s?force=1", escaped);
	const struct docker_request r = {.method = "DELETE", .path = path, .also = 404};
	int status = a ? docker_call(a, &r, NULL, now_ns() + DEADLINE, err) : -1;

	return status < 0 ? -1 : status != 404;
}
