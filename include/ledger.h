/* ledger.h - what a run made that outlives its namespaces, written down before it is made; and gc, the
 * one cleanup path that reads it. Text lines, appended and fdatasync'ed:
 *   run <id> <pid> <start-ticks>        the harness (always first)
 *   cgroup <name>                       a parent group in every hierarchy
 *   domain <uri> <name>                 a domain of a libvirt daemon outside the lab
 *   container <socket> <name>           a container of an engine outside the lab
 *   image <socket> <name>               an image of one
 *   folder <absolute path>              a folder to remove with all in it
 *   file <absolute path>                one file (a temporary in the results folder)
 *   ksm <run> <pages_to_scan> <sleep_millisecs>   the host's setting as it was, to be restored (ksm.h)
 */
#ifndef TARE_LEDGER_H
#define TARE_LEDGER_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger;
/* Creates <folder>/ledger with the "run" line of this process; it appears whole or not at all. The folder may
 * be renamed or leave the caller's namespace later. New, or NULL. */
struct ledger *ledger_create(const char *folder, const char *id, struct error *err);
/* kind and value as above; value without control characters. On disk when it returns 0. */
int ledger_intent(struct ledger *l, const char *kind, const char *value, struct error *err);
/* NULL is fine. The file stays. */
void ledger_close(struct ledger *l);

/* A ledger as read back. A torn last line is dropped: what it announced was never made. */
struct ledger_line {
	char *kind, *value;
};
struct ledger_text {
	char id[17];
	long pid;
	uint64_t start; /* clock ticks since boot */
	struct ledger_line *lines; /* all but the first */
	size_t n;
};
/* name ("ledger") below dirfd. 0; 1 when there is none; -1 with err when it is damaged (the whole of it is
 * then refused) or cannot be read. *out is set only with 0; free it with ledger_text_free(). */
int ledger_read(int dirfd, const char *name, struct ledger_text *out, struct error *err);
void ledger_text_free(struct ledger_text *t);

/* Starts zeroed; adds up over calls. names: array of what was removed ("cgroup tare-<id>", "process 12
 * (agent)", "folder /run/tare/<id>", ...) and of what was left ("unknown: ...", "refused: ..."): made when
 * NULL, the caller's to decref. A report may be NULL wherever one is asked for. */
struct gc_report {
	unsigned runs, processes, cgroups, domains, containers, images,
		files; /* files: folders too */
	json_t *names;
};
/* Removes what the run <id> left; safe to call at any time after ledger_create(), twice, at the same time as
 * another gc, or from the guardian. Kills by cgroup, and what still lives in the lab's mount namespace, never
 * the caller. Touches only what the ledger names; without a ledger, the run's folder goes if it is empty. The
 * ledger goes last, and stays when something could not be removed (-1): call it again. state: the folder
 * above the run's. */
int gc_run(const char *state, const char *id, struct gc_report *report, struct error *err);
/* Every run under the state folder whose harness is dead (pid and start time). keep: an id to leave alone,
 * or NULL. Look-alikes that no ledger names are reported in names as "unknown: ...", and left. A folder
 * without a ledger is removed if it is empty and no run holds the host's lock. -1 with the first error, all
 * else done. */
int gc_all(const char *state, const char *keep, struct gc_report *report, struct error *err);
/* The same for the holder of the lock. */
int gc_all_locked(const char *state, const char *keep, struct gc_report *report, struct error *err);
/* Destroys a domain of a daemon in a child with a deadline of 10 s: a stopped daemon hangs its callers for
 * ever. 1 destroyed, 0 there was none, -1 (also when the daemon is not there: it may come back with it). */
int gc_domain(const char *uri, const char *name, struct error *err);
/* Removes a "container" or "image" of the engine at socket, whose processes have ended. 1 removed, 0 there was none,
 * -1: the engine is not there, refuses, or did not answer within 5 s (it is then not asked again by this process). */
int gc_docker(const char *socket, const char *kind, const char *name, struct error *err);

/* The host's lock, <state>/lock: one run at a time. Makes the state folder (0700, refuses one that is another
 * user's or writable by others). Waits for one that only cleans (the guardian of a dead run), at most 15 s.
 * Returns the descriptor that holds it, or -1: EXIT_PREREQUISITE with the holder's pid. */
int host_lock(const char *state, struct error *err);
/* Marks the lock as held by a cleaner: 1 with *fd, 0 when another holds it. Never waits. */
int host_lock_clean(const char *state, int *fd);

#endif
