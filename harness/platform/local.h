/* local.h - what the platforms whose processes run under this very kernel have in common: the tree, the
 * cgroup with its limits, the link on the lab's bridge, the end. host.c and container.c are thin over it. */
#ifndef TARE_LOCAL_H
#define TARE_LOCAL_H

#include "platform.h"
#include "spawn.h"

struct local_instance;
struct local_stage {
	char *tree; /* root file system, <lab->tmp>/<arm>-<workload> */
	char sha256
		[65]; /* of the tree's paths, modes and contents; over a base: of the whole payload's */
	const char *
		base; /* tree that it will lie over; borrowed, set before local_open(); NULL = none */
	const char *
		root; /* what instances stand in when it is not the tree itself; borrowed; NULL = the tree */
	/* Before an instance's helper is forked: sets what is its own (root, channel, listen); NULL = nothing. */
	int (*own)(struct stage *s, struct local_instance *li, struct error *err);
	int stop_signal; /* 0 = SIGTERM */
	int64_t grace; /* ns that it has to end after that; 0 = a second */
	char cpus
		[24]; /* the CPUs it may use, as a cpuset list: one, unless the arm asks for more */
	struct cgroup_limits limits;
	bool mounted; /* something of ours is mounted on the tree */
};

struct local_instance {
	struct spawn spawn;
	struct stage *stage;
	struct instance *instance;
	char *failed; /* the step that failed, for tail() */
	int listen; /* at the socket that a whole system's agent connects to; -1 */
	char *root; /* of its own; NULL = the stage's */
};

/* An option of the arm; plan.c checked it and filled in the default. */
bool option_bool(const struct stage *s, const char *name);
const char *option_text(const struct stage *s, const char *name);

/* For check(): cgroups and the system calls that a start needs. */
int local_check(const char *where, struct error *err);
/* For check_arm(): options "pids", "cpus". */
int local_check_arm(const struct arm *arm, const struct run_options *o, struct error *err);
/* Builds the tree, reads the limits (options "pids", "cpus"). The caller has zeroed *l. */
int local_open(struct stage *s, struct local_stage *l, struct error *err);
/* Keys memory, cpus, pids, tree_sha256. */
int local_describe(struct stage *s, const struct local_stage *l, json_t *object, struct error *err);
/* Unmounts and removes the tree. May be called twice. */
void local_close(struct local_stage *l);

/* Cgroup and helper; where linked, an address and a name for the link, else the given address. *li stays
 * the instance's platform_data until local_stop(). spec's where, namespaces and child are the caller's. */
int local_prepare(struct stage *s, struct local_stage *l, struct instance *i,
	struct spawn_spec *spec, bool linked, const char *address, struct error *err);
int local_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err);
int local_stop(struct stage *s, struct instance *i, struct error *err);
char *local_tail(struct stage *s, struct instance *i);
/* For spec->network: the veth pair with its peer eth0 inside, on the lab's bridge. data: the
 * struct local_instance. */
int local_link(pid_t pid, const void *data, struct error *err);
/* For the child: waits for the link, then configures lo and eth0. */
int local_configure(struct spawn_child *c, const struct instance *i);

#endif
