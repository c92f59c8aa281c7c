/* instance.h - the narrow waist: one living workload. Platforms supply these facts, probes consume them;
 * a probe never asks which platform it looks at, a platform knows no metric. */
#ifndef TARE_INSTANCE_H
#define TARE_INSTANCE_H

#include "agent.h"
#include "cgroup.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum milestone {
	AT_REQUEST, /* the start request */
	AT_ENGINE, /* a container engine has executed the instance's shim */
	AT_SHIM, /* the shim has executed the OCI runtime */
	AT_SPAWN, /* the root process has been executed */
	AT_RUNNING, /* its machine was let run, where something holds it still after AT_SPAWN */
	AT_KERNEL, /* first byte of a guest kernel's console */
	AT_INIT, /* first byte of PID 1 inside */
	AT_READY, /* the workload accepts work */
	AT_FIRST_RESPONSE, /* complete answer to the first request from outside */
	AT_STOP, /* stop request */
	AT_STOPPED, /* everything reaped */
	MILESTONES
};

/* How far it has come: kept by the wrappers of platform.h, which refuse calls out of order. */
enum instance_phase { INSTANCE_EMPTY, INSTANCE_PREPARED, INSTANCE_STARTED, INSTANCE_STOPPED };

struct instance {
	char name[32]; /* unique in the run: "t17-0"; safe as part of file and cgroup names */
	unsigned index; /* 0 .. N-1 in its set */
	bool partner; /* the other end of path "pair": it runs on the peer's CPU */
	/* 1: the processes it costs */
	struct cgroup *cgroup; /* owned; holds every host user process of it */
	struct cgroup *limited; /* owned; the part of it that bears the limits, NULL = all of it */
	const struct cgroup *
		keeper; /* the platform's; the part of it that keeps it from outside: a shim; NULL */
	pid_t root_pid;
	int pidfd; /* -1 */
	uint64_t memory_limit; /* B that the workload may use */
	uint64_t ram; /* B of RAM of its machine, where it has one of its own; else 0 */
	char swap[16]; /* path inside of a disk that may become swap; "" = none */
	bool own_kernel; /* it runs a kernel of its own: its boot_id differs from the host's */
	bool emulated; /* its CPU is emulated (TCG) */
	/* 2: the control channel */
	struct agent agent;
	/* 3: the address at which it answers, and the host-side end of its software NIC ("" = none) */
	char address[INET_ADDRSTRLEN];
	char link[IF_NAMESIZE];
	/* 4: when it passed its milestones: CLOCK_MONOTONIC ns, 0 = not passed */
	int64_t at[MILESTONES];

	void *platform_data; /* the platform's own, NULL when nothing is there */
	enum instance_phase phase;
};

/* Empty instance: fds -1, nothing owned. */
void instance_init(struct instance *i, const char *name, unsigned index);

#endif
