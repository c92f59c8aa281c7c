/* container-child.h - what the parts of platform "container" share: container.c decides, container-child.c
 * builds the walls in their order, container-mounts.c the file systems, container-seccomp.c the filter. */
#ifndef TARE_CONTAINER_CHILD_H
#define TARE_CONTAINER_CHILD_H

#include "local.h"
#include "system-image.h"

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
	struct system_image image; /* name NULL = none */
	char *base,
		*merged; /* with an image: where it is mounted, and with the workload's files over it */
	bool base_mounted, merged_mounted;
	bool system; /* systemd is PID 1: each instance has a root of its own that it may write to */
};

/* spawn_spec's child: every step from clone to execve. data: the struct local_instance. */
int container_child(struct spawn_child *c, const void *data);

/* The working directory becomes "/": read-only, with its own /proc, /dev and /tmp, paths masked as the OCI
 * defaults do. In a mount namespace of its own only. A whole system gets a root and a /dev that it may write to, /run, /sys,
 * its cgroup and pseudo-terminals too. */
int container_mounts(struct spawn_child *c, bool system);

/* Compiles the deny list, with ia32 also for 32-bit programs of an x86-64 host (else they are killed), for systemd as PID 1
 * without what it needs; filter->filter is new, owned by the caller. */
int container_filter(struct sock_fprog *filter, bool ia32, bool system, struct error *err);

/* container-image.c: the image under the workload's files, once a stage; its ids are the container's. */
int container_image_open(struct stage *s, struct container_stage *stage, struct error *err);
void container_image_close(struct container_stage *stage);
/* local_stage's own, for a whole system: an overlay that it may write to, the socket in it that its agent connects
 * to. */
int container_root_make(struct stage *s, struct local_instance *li, struct error *err);
void container_root_remove(const struct container_stage *stage, const struct instance *i);

#endif
