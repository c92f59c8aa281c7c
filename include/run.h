/* run.h - the trial loop: plan -> trials -> samples. The only place where platforms and probes meet. */
#ifndef TARE_RUN_H
#define TARE_RUN_H

#include "cgroup.h"
#include "error.h"
#include "lab.h"
#include "plan.h"
#include "platform.h"
#include "progress.h"
#include "run-folder.h"
#include "sample.h"
#include "schedule.h"

#include <jansson.h>

struct run_request {
	const struct plan *plan;
	struct run_options options;
	const char *folder; /* NULL = results/<time>-<id> */
	struct resume *resume; /* an earlier run to finish; NULL = a new one */
	double max_time; /* s; 0 = no end; looked at between blocks */
	int argc; /* the command line, for run.json */
	char **argv;
};

struct run {
	const struct run_request *request;
	const struct plan *plan;
	struct lab lab;
	struct run_folder folder;
	struct stage *stages; /* one for each arm and workload */
	unsigned *failed_in_a_row; /* by stage */
	bool *unasked; /* by stage: it could not be asked whether it is like the others */
	size_t n_stages;
	struct sample_writer *writer;
	struct progress progress;
	struct cgroup *peer;
	struct cgroup *group; /* the run's parent group: what is in it is ours */
	struct schedule schedule;
	struct guard_figures guard; /* of the trial at hand or just over */
	bool guarded; /* guard is set */
	json_t *json; /* run.json as it grows */
	unsigned failed; /* trials */
	unsigned looked; /* two sides: counted blocks at the last look */
	bool regression; /* two sides: it was confirmed */
	double spent,
		estimated; /* s: of finished trials, and what the table said they would take */
};

/* Runs the plan and writes run.json and samples.jsonl; *folder is open afterwards when it was created
 * (run_folder_close), whatever is returned. Returns the exit code: 0, 7 when trials failed, 8 when
 * max_time ended it, 6 when too few blocks were clean (err says what disturbed them; all is measured); -1 with err
 * when it could not go on (an undeclared difference between arms, interrupts; samples are kept). */
int run_plan(const struct run_request *request, struct run_folder *folder, struct error *err);

/* Enters the lab and opens every stage of r->plan: for who measures without the loop (selftest). Then, whatever was
 * returned, run_leave(). */
int run_enter(struct run *r, const char *agent_path, struct error *err);
void run_leave(struct run *r, struct error *err);

/* loop.c: all cells that are left, with two sides until a look ends it. 0, or -1 when it can't go on. */
int run_loop(struct run *r, bool *out_of_time, struct error *err);
/* against.c: looks at a run with two sides after so many counted blocks, where a look is due: *end when no regression
 * is suspected, it is confirmed (r->regression), or there are no more blocks. What was seen is added to run.json. */
int run_look(struct run *r, unsigned counted, bool *end, struct error *err);
/* One trial from prepare to stop, its samples written, r->guard set. -1 with err: the trial failed (everything of it
 * is gone, failed samples are written), or an interrupt. */
int trial_run(struct run *r, const struct trial *t, struct error *err);
/* The stage of a trial. */
struct stage *run_stage(struct run *r, const struct trial *t);

/* equivalence-ask.c: asks one instance of each stage, outside the count, and writes the ledger into run.json; an
 * undeclared difference is EXIT_ARM. */
int run_check_equivalence(struct run *r, struct error *err);

/* run.json: as far as it is known before the first trial; and the end of it. */
int run_json_begin(struct run *r, struct error *err);
/* That of the run which is resumed, with the time at which it was. */
void run_json_again(struct run *r);
void run_json_failure(struct run *r, const struct trial *t, const char *text, const char *tail);
int run_json_end(struct run *r, const char *status, struct error *err);

/* A run that was cut, read back: resume.c. */
struct resume {
	struct run_folder folder;
	json_t *json; /* its run.json */
	struct sample_set set;
	bool has_samples; /* samples.jsonl is there */
	struct plan *plan; /* from run.json */
	char *connect, *accel;
};
/* Opens it and reads all; refuses (EXIT_USAGE) what is no such run, or whose samples are not of its plan. */
int resume_open(const char *path, struct resume *out, struct error *err);
void resume_close(struct resume *z);
/* now: run.json as it would begin today. Refuses another host, plan, workload, agent or payload, and says which. */
int resume_check(const struct resume *z, const json_t *now, struct error *err);
/* SHA-256 of the plan with its workloads' definitions: 64 hex digits. */
void plan_sha256(const struct plan *p, char hex[65]);
/* Of its compact text with sorted keys. */
void json_sha256(const json_t *value, char hex[65]);
/* 0, or -1 with errno. */
int file_sha256(const char *path, char hex[65]);

/* A file that belongs to the program ("agent", "vm-launcher"): beside the executable, or in the folder
 * of the installation. New string, or NULL with err. */
char *program_file(const char *name, struct error *err);

#endif
