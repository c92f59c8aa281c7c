/* set.h - one instance set on its way: prepared, started, made ready, settled, stopped. Whatever fails, the caller
 * calls set_stop(). */
#ifndef TARE_SET_H
#define TARE_SET_H

#include "error.h"
#include "guards.h"
#include "lab-path.h"
#include "native.h"
#include "platform.h"
#include "probe.h"
#include "run.h"

struct set {
	struct run *run;
	const struct trial *trial;
	struct stage *stage;
	struct instance *instances;
	size_t n, prepared; /* how many prepare() was called on: those are stopped */
	struct measurement m;
	/* While PROBE_PATH runs: set-route.c. */
	struct route route;
	struct lab_path path;
	struct native near, outside;
	struct instance partner;
	bool has_partner; /* prepare() was called on it: it is stopped */
};

/* t is borrowed. Instances are named after it. */
void set_init(struct set *s, struct run *r, const struct trial *t);
/* After set_stop(). */
void set_free(struct set *s);
/* now + seconds, more where the CPU is emulated. */
int64_t set_deadline(const struct set *s, double seconds);
/* A cold page cache where the plan wants one, then what the probes read before anything is there. */
int set_baseline(struct set *s, struct error *err);
int set_prepare(struct set *s, struct error *err);
/* Up to the agent's hello. */
int set_start_one(struct set *s, struct instance *i, struct error *err);
/* Up to AT_READY. */
int set_make_ready(struct set *s, struct instance *i, struct error *err);
/* The first request from outside, where the workload serves one. */
int set_first_response(struct set *s, struct instance *i, struct error *err);
/* Settling is part of the method; an instance that speaks unasked or dies meanwhile ends it. */
int set_settle(struct set *s, struct error *err);
/* Every instance must answer at the moment of sampling. */
int set_all_alive(struct set *s, struct error *err);
/* Opens the way of the set's traffic (a partner, a NAT) if a probe is to use it, lets the probes measure over it, and
 * closes it. */
int set_measure_path(struct set *s, struct error *err);
/* The reason and the console's tail into run.json and failures/. Before set_stop(). */
void set_keep_failure(struct set *s, const struct error *err);
/* Not stopped by an interrupt. */
int set_stop(struct set *s, struct error *err);

#endif
