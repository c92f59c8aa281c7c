/* run.h - the trial loop: plan -> trials -> samples. The only place where platforms and probes meet. */
#ifndef TARE_RUN_H
#define TARE_RUN_H

#include "error.h"
#include "lab.h"
#include "plan.h"
#include "platform.h"
#include "progress.h"
#include "run-folder.h"
#include "sample.h"

#include <jansson.h>

struct run_request {
	const struct plan *plan;
	struct run_options options;
	const char *folder;    /* NULL = results/<time>-<id> */
	double max_time;       /* s; 0 = no end; looked at between blocks */
	int argc;              /* the command line, for run.json */
	char **argv;
};

struct run {
	const struct run_request *request;
	const struct plan *plan;
	struct lab lab;
	struct run_folder folder;
	struct stage *stages;       /* one for each arm and workload */
	unsigned *failed_in_a_row;  /* by stage */
	size_t n_stages;
	struct sample_writer *writer;
	struct progress progress;
	struct cgroup *peer;
	json_t *json;               /* run.json as it grows */
	unsigned failed;            /* trials */
	double spent, estimated;    /* s: of finished trials, and what the table said they would take */
};

/* Runs the plan and writes run.json and samples.jsonl; *folder is open afterwards when it was created
 * (run_folder_close), whatever is returned. Returns the exit code: 0, 7 when trials failed, 8 when
 * max_time ended it; -1 with err when it could not go on (interrupts included; samples are kept). */
int run_plan(const struct run_request *request, struct run_folder *folder, struct error *err);

/* One trial from prepare to stop, its samples written. -1 with err: the trial failed (everything of it is
 * gone, failed samples are written), or an interrupt. */
int trial_run(struct run *r, const struct trial *t, struct error *err);
/* The stage of a trial. */
struct stage *run_stage(struct run *r, const struct trial *t);

/* run.json: as far as it is known before the first trial; and the end of it. */
int run_json_begin(struct run *r, struct error *err);
void run_json_failure(struct run *r, const struct trial *t, const char *text, const char *tail);
int run_json_end(struct run *r, const char *status, struct error *err);

/* A file that belongs to the program ("agent", "vm-launcher"): beside the executable, or in the folder
 * of the installation. New string, or NULL with err. */
char *program_file(const char *name, struct error *err);

#endif
