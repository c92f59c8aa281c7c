/* runtime-watch.h - the processes of a runtime: their system calls counted, their stop and their going on. */
#ifndef TARE_RUNTIME_WATCH_H
#define TARE_RUNTIME_WATCH_H

#include "cgroup.h"
#include "error.h"
#include "lab.h"

#include <jansson.h>
#include <stdint.h>

struct runtime_watch {
	int root;
	int *pidfds; /* owned */
	pid_t *pids; /* owned */
	size_t n;
	bool stopped;
};

/* All processes of the group. 0 or -1. */
int runtime_watch_open(
	struct runtime_watch *w, int root, const struct cgroup *group, struct error *err);
/* Those of one more group. */
int runtime_watch_add(struct runtime_watch *w, const struct cgroup *group, struct error *err);
/* Lets them go on where they are stopped. May be called twice, or on a zeroed one. */
void runtime_watch_close(struct runtime_watch *w);
/* Their names. New array. */
json_t *runtime_watch_names(const struct runtime_watch *w);
/* SIGSTOP, until every one has stopped; -1: all go on again. */
int runtime_watch_stop(struct runtime_watch *w, struct error *err);
void runtime_watch_continue(struct runtime_watch *w);

/* Counts the system calls of all their threads, and of those that they make, until closed: the kernel's own tracepoint
 * raw_syscalls:sys_enter, which costs them next to nothing. */
struct syscall_count {
	int *fds; /* owned; one a thread */
	size_t n;
};
/* 0, or 1 with *reason (new) when the kernel or our rights do not allow it. */
int syscall_count_open(struct syscall_count *c, const struct lab *lab,
	const struct runtime_watch *w, char **reason);
uint64_t syscall_count_read(const struct syscall_count *c);
void syscall_count_close(struct syscall_count *c);

#endif
