/* nightly-internal.h - one night as the files of tare nightly share it: cmd-nightly.c (the order of the steps),
 * nightly-measure.c, nightly-tell.c, nightly-end.c, nightly-step.c. */
#ifndef TARE_NIGHTLY_INTERNAL_H
#define TARE_NIGHTLY_INTERNAL_H

#include "command.h"
#include "export.h"
#include "nightly.h"
#include "plan.h"
#include "publish.h"

#include <stdint.h>

#define NIGHTLY_EXPORTS "junit,markdown" /* when none is asked for */

struct night {
	const struct arguments *args;
	const char *plan_name, *history; /* as given, or the standard */
	struct plan *plan;
	struct run_options options;
	unsigned confirm; /* blocks */
	double max_time; /* s; 0 = no end */
	int64_t begin;
	int argc;
	char **argv;
	bool as_json;
	json_t *doc; /* what nightly.json holds */
	json_t *lines; /* for the history, in order */
	int code; /* the gravest so far */
	struct run_folder folder;
	json_t *run; /* of the night, NULL = there is none to read */
	bool usable; /* it has samples, and was not cut */
	struct nightly_confirmed again;
	struct history h;
	struct judgement j;
};

/* nightly-step.c */
/* One step is over: a line of the terminal, a row of the object, its code. */
void nightly_step(struct night *n, const char *name, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A step that ended with an error; what it says is told, and err is free for the next. */
void nightly_failed(struct night *n, const char *name, struct error *err);
void nightly_add_file(struct night *n, const char *path);
/* Value of an option, or otherwise. */
const char *nightly_given(const struct arguments *a, const char *name, const char *otherwise);
/* Path of a name in the folder of the history. New. */
char *nightly_beside(const struct night *n, const char *name);
bool nightly_has_samples(const struct run_folder *f);
/* Findings of that state; the weightiest as "SERIES +12.3 %; what changed" (new, "" when there is none). */
size_t nightly_count(const struct night *n, enum history_state state);
char *nightly_first(const struct night *n, enum history_state state);
/* Calls one (may be NULL) with each format of --export, with each --to; stops at the first that fails. */
int nightly_each_format(struct night *n,
	int (*one)(struct night *, const struct export *, struct error *), struct error *err);
int nightly_each_store(struct night *n,
	int (*one)(struct night *, const struct publish_how *, struct error *), struct error *err);

/* nightly-measure.c, what needs root. What is missing on the host and needed: -1, told. */
int nightly_look(struct night *n);
/* Run, history and confirmation; n->run stays NULL when there is no run's folder. */
void nightly_measure(struct night *n, struct error *err);

/* nightly-tell.c, what does not: root is given up for good. History, reports, exports, stores. */
void nightly_tell(struct night *n, struct error *err);
/* A file of --out, or of the run's folder. */
int nightly_write_out(
	struct night *n, const char *name, const char *text, size_t len, struct error *err);

/* nightly-end.c: code and verdict into the object; then the files that hold them. */
void nightly_conclude(struct night *n);
int nightly_leave(struct night *n, struct error *err);

#endif
