/* ledger.h - what a run made that outlives its namespaces, written down before it is made; and gc, the
 * one cleanup path that reads it. Text lines, appended and fdatasync'ed:
 *   run <id> <pid> <start-ticks>        the harness (always first)
 *   cgroup <name>                       a parent group in every hierarchy
 *   domain <uri> <name>                 a domain of a libvirt daemon outside the lab
 *   folder <absolute path>              a folder to remove with all in it
 *   file <absolute path>                one file (a temporary in the results folder)
 */
#ifndef TARE_LEDGER_H
#define TARE_LEDGER_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>

struct ledger;
/* Creates <folder>/ledger with the "run" line. */
struct ledger *ledger_create(const char *folder, const char *id, struct error *err);
/* kind and value as above; value without newline. On disk when it returns 0. */
int ledger_intent(struct ledger *l, const char *kind, const char *value, struct error *err);
void ledger_close(struct ledger *l);

struct gc_report { unsigned runs, processes, cgroups, domains, files; json_t *names; /* array of what was removed */ };
/* Removes what the run <id> left; safe to call at any time after ledger_create(), twice, or from the
 * guardian. Kills by cgroup. Touches only what the ledger names. */
int gc_run(const char *state, const char *id, struct gc_report *report, struct error *err);
/* Every run under the state folder whose harness is dead (pid and start time, lock not held). keep: an id
 * to leave alone, or NULL. Look-alikes that no ledger names are reported in names as "unknown: ...",
 * and left. */
int gc_all(const char *state, const char *keep, struct gc_report *report, struct error *err);

#endif
