/* progress.h - what is going on and how long it still takes: one rewritten line on a terminal, plain
 * lines in a pipe, nothing when quiet. Goes to stderr. */
#ifndef TARE_PROGRESS_H
#define TARE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool terminal;
	unsigned width;
	unsigned shown; /* characters on the terminal's line */
};

void progress_init(struct progress *p);
/* A stage of the work that is not a trial: "preparing vm". */
void progress_note(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Trial number done of total begins; left: seconds still to go. */
void progress_trial(
	struct progress *p, unsigned done, unsigned total, const char *what, double left);
/* Clears the terminal's line, so that other text can be printed. */
void progress_clear(struct progress *p);
/* "1 min 20 s", in buf. */
const char *duration_text(double seconds, char buf[32]);

#endif
