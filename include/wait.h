/* wait.h - waiting for events, never sleeping. Every wait in the harness goes through here, so that
 * Ctrl-C ends it at once and every wait has a deadline. */
#ifndef TARE_WAIT_H
#define TARE_WAIT_H

#include "error.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks SIGINT, SIGTERM, SIGHUP into a signalfd and ignores SIGPIPE. Call once, first in main(). */
int interrupt_init(struct error *err);
/* Exit code of the signal that came (130, 143), 0 if none has. Does not block. */
int interrupt_pending(void);
/* The interrupt has ended what it was meant for: what comes after it (the report of what was measured) is ended only
 * by another one. */
void interrupt_heeded(void);
/* In teardown, one Ctrl-C must not stop the clean-up: false makes wait_* ignore interrupts. */
void interrupt_enable(int enabled);
/* A forked child that must die of signals again: default handlers, nothing blocked. */
void interrupt_reset_child(void);

/* poll() on n descriptors until one is ready, the deadline (CLOCK_MONOTONIC ns) passes or an
 * interrupt comes. Returns the number ready (> 0), 0 at the deadline, -1 with err (code 130 or 143
 * when interrupted). */
int wait_fds(struct pollfd *fds, size_t n, int64_t deadline, struct error *err);
/* One descriptor: 1 ready, 0 deadline, -1 error. */
int wait_fd(int fd, short events, int64_t deadline, struct error *err);
/* Waits a time that is part of the method (settling), ended early by an interrupt. 0 or -1. */
int wait_until(int64_t deadline, struct error *err);
/* waitid() through the pidfd until the deadline: 1 ended (*status as from waitpid), 0, -1. */
int wait_child(int pidfd, int *status, int64_t deadline, struct error *err);

#endif
