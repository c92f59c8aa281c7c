/* cgroup.h - one interface over cgroup v1, hybrid and v2. A struct cgroup is one group in every
 * hierarchy that matters (v1: memory, cpuacct, cpuset, pids, freezer; hybrid: those and the unified
 * one for cgroup.kill; v2: one directory). */
#ifndef TARE_CGROUP_H
#define TARE_CGROUP_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum cgroup_mode { CGROUP_NONE, CGROUP_V1, CGROUP_HYBRID, CGROUP_V2 };
extern const char *const cgroup_mode_names[]; /* "none", "v1", "hybrid", "v2" */

struct cgroups; /* the host's hierarchies; must outlive every group made with it */
struct cgroup;

struct cgroup_limits {
	uint64_t memory; /* B, swap included where the kernel can; 0 = unlimited */
	const char *cpus; /* cpuset list, e.g. "1"; NULL = as the parent */
	unsigned pids; /* 0 = unlimited */
};

struct cgroup_memory { /* bytes, of the group and all below it */
	uint64_t total; /* anon + shmem + file + kernel */
	uint64_t anon, shmem, file, kernel;
	uint64_t peak;
	bool has_kernel, has_peak;
};

/* root: fd of "/" (live or captured). Mode by statfs on a live system, by the tree's files
 * (cgroup.controllers) in a capture. NULL only when memory ends or /proc/self/mountinfo cannot be
 * read; a host without cgroups gives mode CGROUP_NONE. */
struct cgroups *cgroups_open(int root, struct error *err);
void cgroups_close(struct cgroups *h);
enum cgroup_mode cgroups_mode(const struct cgroups *h);
/* Why groups cannot be made here (read-only, no right, a controller missing), or 0 if they can. */
int cgroups_check(struct cgroups *h, struct error *err);

/* Creates path ("tare-<id>/t3-0": missing parents too, with the controllers handed down on v2) in
 * every hierarchy and sets limits. The caller has written the intent to the ledger. New, or NULL
 * with nothing left behind. limits may be NULL. A path that exists already is an error: a
 * leftover's figures would be counted as ours. Groups are made at the top of each hierarchy, where
 * nothing of the caller's own group limits them; on v2 without the right to that, below the
 * topmost group delegated to the user. On v2 a group that has groups below it cannot hold
 * processes itself: join leaves only. */
struct cgroup *cgroup_create(
	struct cgroups *h, const char *path, const struct cgroup_limits *limits, struct error *err);
/* The group a process already is in (a daemon put it there). Never removed by cgroup_remove(). In
 * hierarchies where it shares the caller's group, or is at the top, it has none: the readers of
 * those controllers then say so, and cgroup_cpu_ns() may need proc_cpu_ns() instead. */
struct cgroup *cgroup_adopt(struct cgroups *h, pid_t pid, struct error *err);
/* A group of ours that exists, path as for cgroup_create(). Never removed by cgroup_remove(). New, or NULL. */
struct cgroup *cgroup_open(struct cgroups *h, const char *path, struct error *err);
/* Whether cg is parent or lies below it, where CPU time is counted. */
bool cgroup_is_below(const struct cgroup *cg, const struct cgroup *parent);
/* Frees the handle, not the group. NULL is fine. */
void cgroup_free(struct cgroup *cg);
/* Moves a process (0 = the caller) into the group, in every hierarchy. Async-signal-safe after the
 * handle exists: only writes to descriptors opened at creation. -1 with errno. */
int cgroup_join(const struct cgroup *cg, pid_t pid);
/* Gives the group on v2 to a user, so that an init inside can make groups below it. EXIT_PREREQUISITE where there is no v2
 * hierarchy. */
int cgroup_delegate(const struct cgroup *cg, uid_t uid, gid_t gid, struct error *err);
/* Directory for CLONE_INTO_CGROUP on v2; -1 elsewhere. Borrowed. */
int cgroup_clone_fd(const struct cgroup *cg);
/* "cgroup.procs" paths to write a pid to, NULL-terminated, for a launcher that joins by itself. New
 * array and strings; free both. */
char **cgroup_procs_paths(const struct cgroup *cg);

/* Of the group and all below it, ascending; new array, also when n is 0. */
int cgroup_pids(const struct cgroup *cg, pid_t **pids, size_t *n, struct error *err);
int cgroup_memory(const struct cgroup *cg, struct cgroup_memory *out, struct error *err);
/* CPU time of the group since its creation in ns (cpuacct.usage; cpu.stat usage_usec). */
int cgroup_cpu_ns(const struct cgroup *cg, uint64_t *ns, struct error *err);
/* Periods throttled so far; 0 where the controller is not there. */
int cgroup_throttled(const struct cgroup *cg, uint64_t *periods, struct error *err);
/* The same of the groups in which the run's are made, which are a container's own where tare runs in one: the quota
 * that a CI runner gives. 0 at the top of a host, which has none. */
int cgroups_throttled(const struct cgroups *h, uint64_t *periods, struct error *err);
/* Its own limit, not that of a parent; 0 = unlimited. */
int cgroup_memory_limit(const struct cgroup *cg, uint64_t *bytes, struct error *err);

/* Kills all in it: cgroup.kill where there is one, else freeze, SIGKILL, thaw (always); waits
 * until it is empty or the deadline (EXIT_ARM). An interrupt ends the wait with its error: the
 * signals are sent by then. Refused when the caller is in the group. */
int cgroup_kill(struct cgroup *cg, int64_t deadline, struct error *err);
/* Removes the group and those below it, not its parents, leaf first; a busy one is waited for
 * until the deadline (EXIT_ARM). Missing is fine. */
int cgroup_remove(struct cgroup *cg, int64_t deadline, struct error *err);
/* For gc: kills and removes the group "name" and all below it in every hierarchy; *found tells
 * whether anything was there. */
int cgroups_sweep(
	struct cgroups *h, const char *name, int64_t deadline, bool *found, struct error *err);
/* Removes the group at path and all below it in the hierarchies where nothing is ours (v1: devices, name=systemd,
 * ...), but a container engine makes its own below the parent it is given. Their processes have ended. *found is
 * set when something was there, else left. */
int cgroups_remove_foreign(
	struct cgroups *h, const char *path, int64_t deadline, bool *found, struct error *err);
/* Top-level groups in any hierarchy whose name begins with prefix; new NULL-terminated list. */
char **cgroups_list(struct cgroups *h, const char *prefix);

#endif
