/* guardian.h - a process that outlives the harness and cleans up after it when it was killed. */
#ifndef TARE_GUARDIAN_H
#define TARE_GUARDIAN_H

#include "error.h"

#include <sys/types.h>

/* Forks it; call while this process is single-threaded and still in the host's namespaces. *fd: our end
 * of the line to it. */
int guardian_start(const char *state, const char *id, int *fd, pid_t *pid, struct error *err);
/* Says that the end is orderly and reaps it. Takes fd (-1 is fine). */
void guardian_dismiss(int fd, pid_t pid);

#endif
