/* cgroup-internal.h - what the cgroup-*.c files share. A hierarchy is one mount; a group has one folder
 * in each. Nothing branches on the mode: each figure is read where its controller lives, and a hierarchy
 * knows whether it is v2. To use another controller: one bit here, one line in controllers[]. */
#ifndef TARE_CGROUP_INTERNAL_H
#define TARE_CGROUP_INTERNAL_H

#include "cgroup.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>

enum controller {
	MEMORY = 1 << 0,
	CPU = 1 << 1,
	CPUACCT = 1 << 2, /* on v2 always there: cpu.stat */
	CPUSET = 1 << 3,
	PIDS = 1 << 4,
	FREEZER = 1 << 5, /* on v2 always there: cgroup.freeze */
};
#define CONTROLLERS 6
#define HANDED_DOWN (MEMORY | CPU | CPUSET | PIDS) /* those named in v2's cgroup.subtree_control */
extern const char *const controllers[CONTROLLERS]; /* name by bit number */
#define HIERARCHIES_MAX (CONTROLLERS + 1)
#define OTHERS_MAX 16

struct hierarchy {
	int fd; /* its mount point */
	char *mount; /* the same as a path, with leading slash */
	char *mount_root; /* which part of the hierarchy is mounted there: "/" but in old containers */
	char *base; /* where groups are made below the mount: "", or a delegated group on v2 */
	unsigned controllers;
	bool v2;
};

struct cgroups {
	int root; /* borrowed */
	bool live; /* not a captured tree */
	enum cgroup_mode mode;
	struct hierarchy all[HIERARCHIES_MAX];
	size_t n;
	/* v1: name=systemd, devices, ...: nothing of ours is made there, but a container engine does. */
	struct hierarchy others[OTHERS_MAX];
	size_t n_others;
};

struct group_dir {
	const struct hierarchy *h;
	char *path; /* below the mount, no leading slash */
	int dir; /* O_DIRECTORY */
	int procs; /* cgroup.procs for writing; -1 in a captured tree */
	size_t made; /* length of the part of path that was there before; for undoing */
};

struct cgroup {
	char *name; /* for messages */
	struct group_dir at[HIERARCHIES_MAX];
	size_t n;
	bool adopted;
};

/* The folder whose hierarchy has the controller, v1 before v2; NULL when none has. */
const struct group_dir *cgroup_at(const struct cgroup *cg, enum controller c);
/* "<mount>/<path>/<file>" for messages: new string. */
char *cgroup_where(const struct group_dir *d, const char *file);
/* Handle without any folder. */
struct cgroup *cgroup_empty(const char *name);
/* Opens path in h and adds it to the group. 1 added, 0 not there, -1 err. */
int cgroup_add_dir(
	struct cgroup *cg, const struct hierarchy *h, const char *path, struct error *err);
/* 0, or -1 when a path is empty, absolute, or has "", "." or ".." as a part. */
int cgroup_check_path(const char *path, struct error *err);

/* A growing set of pids. */
struct pid_list {
	pid_t *pid;
	size_t n, size;
};
void pid_list_free(struct pid_list *l);
/* Adds every pid below the folder, at any depth. A group removed meanwhile is no error. */
int cgroup_collect(const struct group_dir *d, struct pid_list *l, struct error *err);
/* Sorts, and drops what is there twice. */
void pid_list_sort(struct pid_list *l);
bool pid_list_has(const struct pid_list *sorted, pid_t pid);
/* visit() for the folder itself and all below it, leaf first, until one returns -1. path is the folder's
 * below the hierarchy's mount. What vanishes meanwhile is no error. */
typedef int (*cgroup_visit)(int dir, const char *path, void *data, struct error *err);
int cgroup_walk(const struct group_dir *d, cgroup_visit visit, void *data, struct error *err);

#endif
