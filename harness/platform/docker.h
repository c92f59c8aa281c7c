/* docker.h - what the files of the platform docker share: docker.c (table, stage), docker-engine.c (which engine),
 * docker-daemon.c (a private one in the lab), docker-view.c (what that one sees), docker-container.c (what is asked
 * for), docker-instance.c (prepare, stop), docker-start.c (start), docker-watch.c (who is executed when). */
#ifndef TARE_DOCKER_H
#define TARE_DOCKER_H

#include "docker-api.h"
#include "local.h"
#include "platform.h"
#include "system-image.h"

#define DOCKER_NETWORK "tare" /* of the private engine, on the lab's bridge */
#define DOCKER_CALL_TIME (10 * NSEC_PER_SEC)

/* An engine in use, shared by the stages of a run. */
struct docker_engine {
	struct lab *lab; /* borrowed */
	struct docker_api *api;
	bool private; /* ours, in the lab */
	char *why; /* why it is this one */
	char *folder; /* for control sockets: where the engine and we can reach them */
	json_t *info; /* GET /info */
	struct cgroup *cgroup; /* of the private engine's daemons; NULL */
	pid_t pid; /* of the private dockerd */
	int pidfd; /* -1 */
	unsigned users;
};

struct docker_stage {
	struct local_stage local;
	struct docker_engine *engine;
	struct system_image base; /* of the option "image"; name NULL = minimal */
	char *image; /* name:tag; NULL = not made yet */
	char *runtime; /* one the engine knows */
	char *runtime_path, *shim_path; /* programs, NULL = not found */
	json_t *created; /* what was asked for the last container */
};

/* Executions of shim and runtime, by inotify: an event, no looking. */
struct docker_watch {
	int fd; /* -1 */
	int shim, runtime; /* watch descriptors; -1 */
};

struct docker_instance {
	struct docker_stage *stage; /* borrowed */
	struct instance *instance;
	char *name; /* of the container */
	char *socket; /* path of the control socket */
	int listen; /* -1 */
	int shim_fd; /* pidfd of PID 1's parent; -1 */
	struct cgroup *shim_group;
	struct docker_watch watch;
	bool created; /* a create request was sent */
};

/* docker-engine.c: one reference. only_private: the arm's option. */
struct docker_engine *docker_engine_open(struct stage *s, bool only_private, struct error *err);
void docker_engine_close(struct docker_engine *e);
/* For check(): says what is missing. Creates nothing. */
int docker_engine_check(struct error *err);
/* The names in /info "Runtimes" as "a, b": new string. *path: borrowed, the program of the one called name. -1 when
 * there is none of that name. */
int docker_find_runtime(const json_t *info, const char *name, char **known, const char **path);
/* First executable of that name in $PATH and the usual places, or NULL. An absolute path is itself. New string. */
char *docker_program(const char *name);

/* docker-daemon.c: fills api, cgroup, pid, pidfd. */
int docker_daemon_start(struct docker_engine *e, struct error *err);
void docker_daemon_stop(struct docker_engine *e);

/* docker-view.c: in the forked child. What the daemons would write on the host (/run, /etc, /opt) they write below
 * folder, which is in the lab's tmpfs tmp. -1 with errno; *step says at what. */
int docker_view_enter(const char *tmp, const char *folder, const char **step);

/* docker-container.c (pure): the body of POST /containers/create. New. */
struct docker_wanted {
	const char *image, *runtime, *hostname, *cgroup, *socket;
	const char *address; /* "" = the engine's own network */
	const struct cgroup_limits *limits;
	json_int_t nproc_soft, nproc_hard; /* RLIMIT_NPROC; -1 = none */
};
json_t *docker_container_json(const struct docker_wanted *w);

/* docker-watch.c */
void docker_watch_open(struct docker_watch *w, const char *shim, const char *runtime);
void docker_watch_close(struct docker_watch *w);
/* Forgets what was seen so far. */
void docker_watch_drain(struct docker_watch *w);
/* Stamps AT_ENGINE and AT_SHIM when fd was readable. */
void docker_watch_read(struct docker_watch *w, struct instance *i, int64_t now);

/* docker-instance.c, docker-start.c: as in platform.h. */
int docker_prepare(struct stage *s, struct instance *i, struct error *err);
int docker_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err);
int docker_stop(struct stage *s, struct instance *i, struct error *err);
/* The request for this container: METHOD /containers/NAME<what>. New path. */
char *docker_container_path(const struct docker_instance *n, const char *what);

#endif
