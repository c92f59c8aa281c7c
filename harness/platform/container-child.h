/* container-child.h - what the parts of platform "container" share: container.c decides, container-child.c
 * builds the walls in their order, container-mounts.c the file systems, container-seccomp.c the filter. */
#ifndef TARE_CONTAINER_CHILD_H
#define TARE_CONTAINER_CHILD_H

#include "local.h"

#include <linux/filter.h>

/* First id of the range that a container's 0 to 65535 are on the host, where the harness may map it. */
#define CONTAINER_ID_BASE 1000000u
#define CONTAINER_ID_COUNT 65536u

struct container_stage {
	struct local_stage local;
	bool userns; /* has a user namespace of its own */
	unsigned id_base, id_count; /* its id 0 is this on the host; how many are mapped */
	char userns_reason[128]; /* why there is none although the arm asks for one; "" */
	struct sock_fprog filter; /* len 0: no seccomp */
};

/* spawn_spec's child: every step from clone to execve. data: the struct local_instance. */
int container_child(struct spawn_child *c, const void *data);

/* The working directory becomes "/": read-only, with its own /proc, /dev and /tmp, paths masked as the OCI
 * defaults do. In a mount namespace of its own only. */
int container_mounts(struct spawn_child *c);

/* Compiles the deny list, with ia32 also for 32-bit programs of an x86-64 host (else they are killed); filter->filter is new, owned by the caller. */
int container_filter(struct sock_fprog *filter, bool ia32, struct error *err);

#endif
