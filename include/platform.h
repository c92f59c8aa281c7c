/* platform.h - where a workload runs. A platform is one file of static functions ending in one const
 * table, and one line in platforms[] (harness/platform/platforms.c). Only run.c includes this and probe.h
 * together. Callers use the wrappers, which check the order of calls. */
#ifndef TARE_PLATFORM_H
#define TARE_PLATFORM_H

#include "error.h"
#include "instance.h"
#include "lab.h"
#include "plan.h"
#include "workload.h"

#include <jansson.h>

struct run_options { /* of the command line, for platforms that need them */
	const char *connect; /* libvirt URI, NULL = embedded */
	const char *accel; /* "auto", "kvm", "tcg" */
};

/* One arm with one workload, set up once a run, outside every clock. */
struct stage {
	struct lab *lab;
	const struct arm *arm;
	const struct workload *workload;
	const struct plan *plan;
	const struct run_options *options;
	const char *agent_path; /* the static agent on the host */
	const char *
		beside; /* a path in the folder of tare's other programs; NULL = that of agent_path */
	struct cgroup *
		fixed; /* daemons that serve all its instances, set by open(); NULL = none; owned by
				   the platform */
	bool fixed_outside; /* set by open(): those daemons are the host's own: never stopped */
	const char *
		fixed_unknown; /* set by open(): why what serves its instances cannot be told; NULL */
	double open_seconds; /* set by run.c: what open() took, images and proofs included */
	bool emulated; /* set by open(): its CPUs are emulated */
	void *data; /* the platform's own */
	bool opened; /* of the wrappers */
};

struct platform {
	const char *name, *help;
	const struct option_spec *options; /* ends with name == NULL */
	double estimate,
		estimate_emulated; /* rough seconds from start to stopped, probes excluded */
	bool guest; /* may be emulated: decides which estimate and whether --accel matters */
	/* Says what is missing here and how to mend it (EXIT_PREREQUISITE), or 0. Creates nothing. */
	int (*check)(const struct run_options *o, struct error *err);
	/* Refuses (EXIT_USAGE) what the arm's options can be seen not to be without making anything, for --dry-run too:
	 * ranges, files that are not there, options that exclude each other. open() may rely on it. NULL = all goes. */
	int (*check_arm)(const struct arm *a, const struct run_options *o, struct error *err);
	/* Images, connections, proofs. stage->data is the platform's. */
	int (*open)(struct stage *s, struct error *err);
	/* What this arm really is, for run.json "arms": adds keys to the object. */
	int (*describe)(struct stage *s, json_t *object, struct error *err);
	/* Per instance, outside the clock (boot.prepare): cgroup, address, link, sockets. */
	int (*prepare)(struct stage *s, struct instance *i, struct error *err);
	/* Stamps AT_REQUEST first, then AT_SPAWN (and AT_KERNEL), waits until the agent's hello is complete
	 * by the deadline; AT_INIT is when its first byte came. */
	int (*start)(struct stage *s, struct instance *i, int64_t deadline, struct error *err);
	/* Takes half-started instances; may be called twice; everything of the instance is gone after it.
	 * Stamps AT_STOP and AT_STOPPED. */
	int (*stop)(struct stage *s, struct instance *i, struct error *err);
	/* The tail of the guest's console or the step that failed: new string, NULL if there is none. */
	char *(*tail)(struct stage *s, struct instance *i);
	void (*close)(struct stage *s);
};

extern const struct platform *const platforms[]; /* NULL-terminated */
const struct platform *platform_find(const char *name);

/* check_arm() of the arm's platform; "arm NAME: " stands before its message. */
int platform_check_arm(const struct arm *a, const struct run_options *o, struct error *err);
int platform_open(struct stage *s, struct error *err);
int platform_describe(struct stage *s, json_t *object, struct error *err);
int platform_prepare(struct stage *s, struct instance *i, struct error *err);
int platform_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err);
int platform_stop(struct stage *s, struct instance *i, struct error *err);
char *platform_tail(struct stage *s, struct instance *i);
void platform_close(struct stage *s);

#endif
