/* gc-process.h - processes that belong to a run, found by what the kernel says of them, never by name. */
#ifndef TARE_GC_PROCESS_H
#define TARE_GC_PROCESS_H

#include "error.h"
#include "ledger.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Appends the text to report->names (made if NULL); report NULL: nothing. */
void gc_note(struct gc_report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* 16 hex digits: the name of a run's folder. */
static inline bool is_run_id(const char *name)
{
	return strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16;
}
/* Alive and the same: pid exists, is no zombie, started at start. */
bool process_is(long pid, uint64_t start);
/* Adds all processes in the group called name and below to the report, the caller excepted. */
void gc_count_group(const char *name, struct gc_report *report);
/* Kills what lives in the mount namespace of the lab of run id (its tmpfs is mounted at tmp there), the
 * caller and the host's own namespace excepted. 0 when none is left, -1 at the deadline. */
int gc_kill_lab(const char *tmp, const char *id, int64_t deadline, struct gc_report *report,
	struct error *err);
/* Ends the QEMU of the domain called name, whose daemon cannot be asked: the process with the argument "guest=NAME".
 * A domain's name holds the id of its run, so it is no stranger's. 0 when none is left, -1 at the deadline. */
int gc_kill_domain(const char *name, int64_t deadline, struct gc_report *report);
/* Reports QEMU processes of domains called tare-* that no folder below state explains. */
void gc_unknown_domains(int state, struct gc_report *report);

#endif
