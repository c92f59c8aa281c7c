/* spawn.h - how processes of the platforms host and container come to life. A helper forked in prepare()
 * joins the instance's cgroup (a first attach costs 11 ms on v1) and stands in the root file system; when
 * told, it clones the child as a sibling (CLONE_PARENT: the child is the harness's), which is thus born
 * inside every limit. The child shares the helper's memory (CLONE_VM), so no page tables are copied inside
 * the clock. Every step of the child has a name: a failing one reaches the harness as that name and errno. */
#ifndef TARE_SPAWN_H
#define TARE_SPAWN_H

#include "cgroup.h"
#include "error.h"
#include "instance.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Test hook: the step named by this variable fails with EPERM (README.md lists the names). */
#define SPAWN_FAIL_STEP "TARE_FAIL_STEP"

/* Descriptors of the child; 0, 1, 2 are /dev/null. SPAWN_WIRE is WIRE_FD and the only one above 2 that
 * the agent gets. */
enum spawn_fd { SPAWN_WIRE = 3, SPAWN_REPORT, SPAWN_SYNC, SPAWN_CONTROL, SPAWN_FDS };

struct spawn_child {
	const char *step; /* the one that runs */
	const char *fail_step; /* of the test hook, or NULL */
	int report; /* where a failing step is told */
};

struct spawn_spec {
	const char *where; /* begins every error: "container" */
	int namespaces; /* CLONE_NEW* of the child */
	const char *root; /* the tree: working directory of the child when it is born */
	struct cgroup *cgroup;
	/* In the child, single-threaded, all signals at their defaults: everything up to execve of
	 * /tare/agent. 0, or -1 with errno and c->step. No stdio, no exit(). */
	int (*child)(struct spawn_child *c, const void *data);
	/* In the harness when the child exists and waits in spawn_wait_identity(): user and group maps.
	 * NULL = nothing to do. */
	int (*identity)(pid_t pid, const void *data, struct error *err);
	/* The same for spawn_wait_network(): by then the child has gone on with its mounts. */
	int (*network)(pid_t pid, const void *data, struct error *err);
	const void *data; /* of all three; borrowed until spawn_end() */
	/* Where servers inside should listen, told to the agent as TARE_ADDRESS: several instances share the
	 * loopback. NULL = anywhere. */
	const char *address;
	/* A whole system: what is executed instead of the agent, which then connects to the socket listen from inside (AT_INIT
	 * is its first byte there). NULL and 0: the agent itself. */
	const char *init;
	int listen;
};

struct spawn {
	struct spawn_spec spec;
	pid_t helper;
	int helper_fd; /* pidfd */
	int control, sync; /* to the helper, to the child: SOCK_SEQPACKET */
	int report; /* a failed step; EOF = execve succeeded or the child died */
	int wire; /* the control channel until the instance's agent takes it over */
	const char *fail_step;
};

void spawn_init(struct spawn *s);
/* Forks the helper and waits until it is in place. Outside the clock. */
int spawn_prepare(
	struct spawn *s, const struct spawn_spec *spec, int64_t deadline, struct error *err);
/* Stamps AT_REQUEST, AT_SPAWN, AT_INIT; fills root_pid, pidfd and the agent, whose hello is complete when
 * it returns 0. The helper has ended by then. */
int spawn_start(struct spawn *s, struct instance *i, int64_t deadline, struct error *err);
/* Ends the helper, closes all; a child that had not yet been taken over goes to i->root_pid and i->pidfd.
 * May be called twice. */
void spawn_end(struct spawn *s, struct instance *i);

/* For the child. Each returns 0, or -1 with errno. */

/* Names the step that begins; fails with EPERM when the test hook says so. */
int spawn_step(struct spawn_child *c, const char *name);
/* Dies with the harness from here on; then waits until the maps are written. */
int spawn_wait_identity(struct spawn_child *c);
int spawn_wait_network(struct spawn_child *c);
/* The harness's death kills this process: to be armed again after each change of identity. */
int spawn_die_with_harness(void);
/* The limits of rlimits[], the same in every platform. */
int spawn_limits(struct spawn_child *c);
/* Closes all but 0, 1, 2, the control channel and the report (which execve closes). */
int spawn_close_fds(struct spawn_child *c);

#endif
