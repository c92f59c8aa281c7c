/* sample.h - one measured value: the only thing kept; all else is derived from samples.
 * samples.jsonl: one record, one write; flushed at the end of each trial; one writer (flock). */
#ifndef TARE_SAMPLE_H
#define TARE_SAMPLE_H

#include "error.h"
#include "metric.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum sample_status { SAMPLE_OK, SAMPLE_SKIPPED, SAMPLE_FAILED };

/* Flags are words in the JSON array "flags". */
enum sample_flag {
	FLAG_EMULATED = 1 << 0, /* TCG: a time or rate that is no evidence about VMs */
	FLAG_SHARED_BINARY = 1 << 1, /* a stranger maps the same binary: PSS is lowered */
	FLAG_FOREIGN_CPU = 1 << 2, /* guards: over the plan's limits */
	FLAG_STEAL = 1 << 3,
	FLAG_SWAP = 1 << 4,
	FLAG_THROTTLED = 1 << 5,
	FLAG_DISPUTED = 1 << 6, /* the host's own counters refute the instance's claim by > 5 % */
	FLAG_REPEATED = 1 << 7, /* belongs to a repetition of a disturbed block */
};

struct sample {
	unsigned block; /* 0-based; blocks below the plan's warmup are not counted */
	unsigned
		trial; /* 0-based position in the planned order; a repetition has the positions of its block */
	unsigned attempt; /* 0, or 1 for the repetition of a disturbed block */
	const char *arm, *workload; /* borrowed */
	unsigned instances;
	enum metric_id metric;
	enum sample_status status;
	double value; /* only with SAMPLE_OK; finite */
	const char *reason; /* borrowed; required unless SAMPLE_OK */
	unsigned flags; /* enum sample_flag */
};

/* Names of the flags in bit order, NULL-terminated. */
extern const char *const sample_flag_names[];

/* What the guards saw during a trial: CPU seconds per second, pages, periods. */
struct guard_figures {
	double seconds; /* that they watched */
	double foreign_cpu, steal, swap_ins, throttled;
};

/* A finished trial. */
struct trial_mark {
	unsigned block, trial, attempt, instances;
	const char *arm, *workload; /* borrowed */
	bool guarded; /* guard is set */
	struct guard_figures guard;
};

struct sample_writer; /* opaque */
/* Creates (or with append opens) samples.jsonl in the folder, locks it. Opening cuts a torn last line. NULL on
 * error. */
struct sample_writer *sample_writer_open(int dirfd, bool append, struct error *err);
/* Cuts what follows the first size bytes (finished_bytes of a set): samples of a trial that was not finished and
 * will run again. */
int sample_writer_cut(struct sample_writer *w, off_t size, struct error *err);
int sample_write(struct sample_writer *w, const struct sample *s, struct error *err);
/* A trial is over: everything is on disk (fdatasync), with a {"trial":N,"done":true,...} record. */
int sample_trial_done(struct sample_writer *w, unsigned block, unsigned trial, unsigned attempt,
	const char *arm, const char *workload, unsigned instances, struct error *err);
/* The same with what the guards saw, where they looked. */
int sample_mark(struct sample_writer *w, const struct trial_mark *mark, struct error *err);
void sample_writer_close(struct sample_writer *w);

/* What a samples.jsonl holds. Strings are owned by the set. */
struct sample_set {
	struct sample *samples; /* of finished trials only */
	size_t n;
	struct trial_mark *done; /* finished trials, in order */
	size_t n_done;
	size_t unfinished; /* samples left out because their trial has no mark: it was cut and runs again */
	off_t finished_bytes; /* end of the last mark's line */
	size_t torn_bytes; /* length of a torn last line that was left out; 0 if none */
	char **strings; /* interned */
	size_t n_strings;
};
/* Reads and checks every line. Only samples of trials with a mark count: the others are left out and counted, as is a
 * torn last line; damage in the middle, a wrong type, an unknown metric, the same sample or mark twice, NaN or a
 * non-finite number is an error with file and line (EXIT_USAGE). */
int sample_set_read(int dirfd, struct sample_set *set, struct error *err);
void sample_set_free(struct sample_set *set);

#endif
