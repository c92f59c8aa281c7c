/* docker-api.h - the Docker Engine API over its unix socket: libcurl, jansson, no docker command. Podman's
 * compatible socket speaks the same. The engine is a peer that may hang, flood or speak nonsense: every call has a
 * deadline and a bound in size, and ends in one line. Errors begin with "docker:" and are EXIT_ARM, but where told. */
#ifndef TARE_DOCKER_API_H
#define TARE_DOCKER_API_H

#include "error.h"

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DOCKER_SOCKET "/var/run/docker.sock" /* where an engine of the host listens */
#define DOCKER_ANSWER_MAX (4 << 20) /* B, of one answer */
/* The versions of the API that this program was written for, as 1.N. */
#define DOCKER_API_OLDEST 32
#define DOCKER_API_NEWEST 47

struct docker_api {
	char *socket; /* path */
	unsigned minor; /* the version spoken is 1.minor; 0 = none agreed on yet */
	char engine[48]; /* "Docker 20.10.24", "Podman Engine 4.3.1": what it calls itself */
	pid_t peer; /* who listens there (SO_PEERCRED); 0 = not known */
	char broken[256]; /* why it is given up after a deadline; "" */
};

/* The path in DOCKER_HOST ("unix:///run/x.sock"): new string; NULL without err where the variable is unset or
 * empty; NULL with EXIT_PREREQUISITE for any other address. */
char *docker_host_path(const char *docker_host, struct error *err);
/* Whether somebody takes connections at path. Never waits. */
bool docker_listens(const char *path);

/* Agrees on a version: GET /_ping, then /version. New, or NULL. */
struct docker_api *docker_open(const char *socket, int64_t deadline, struct error *err);
void docker_close(struct docker_api *a);

struct docker_request {
	const char *method; /* "GET", "POST", "DELETE" */
	const char *
		path; /* "/containers/create?name=x", without the version; parts from docker_escape() */
	const json_t *json; /* body; NULL = none */
	const char *file; /* body from a file (a tar) instead; NULL = none */
	bool stream; /* the answer is a row of JSON objects: the last is given, one with "error" is an error */
	bool bare; /* without version in the path */
	unsigned also; /* a status that is as good as 2xx (304, 404); 0 = none */
};
/* One whole call. *out: new JSON value of the answer, NULL when its body is empty; out may be NULL. Returns the
 * status, or -1. After a missed deadline the engine is given up: later calls fail at once. */
int docker_call(struct docker_api *a, const struct docker_request *r, json_t **out,
	int64_t deadline, struct error *err);

/* The same in two steps, so that the caller can watch other things meanwhile. */
struct docker_transfer;
struct docker_transfer *docker_begin(
	struct docker_api *a, const struct docker_request *r, struct error *err);
/* What to wait for: *fd, and when to call docker_step() at the latest (never later than until). */
void docker_wants(struct docker_transfer *t, struct pollfd *fd, int64_t *until);
/* 1 done, 0 not yet, -1 err. */
int docker_step(struct docker_transfer *t, struct error *err);
/* The answer, once done; else what docker_call() says of a missed deadline. Frees it in any case. */
int docker_end(struct docker_transfer *t, json_t **out, struct error *err);

/* Frees one whose answer nobody wants any more; the engine is not given up for it. NULL is fine. */
void docker_abandon(struct docker_transfer *t);

/* New percent-encoded text for one part of a path or query. */
char *docker_escape(const char *text);
/* What a refusal says: "message" (Docker, Podman), else the body's beginning, safe to print. New string. */
char *docker_reason(const char *body, size_t len);

#endif
