/* probes.h - the tables that probes.c lists, and what the probes of experiments share. */
#ifndef TARE_PROBES_H
#define TARE_PROBES_H

#include "probe.h"

extern const struct probe probe_memory, probe_processes, probe_boot, probe_network;
extern const struct probe probe_address, probe_virtual, probe_virtual32, probe_identity,
	probe_modules, probe_kernels, probe_runtime;

/* ask.c */
/* By which an agent must have answered an experiment. */
int64_t probe_deadline(const struct instance *i);
/* The same reason for every metric of the probe that has no value yet. */
void probe_say(struct measurement *m, const struct probe *p, enum sample_status status,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* False, and all is said, when there is nobody to ask. */
bool probe_can_ask(struct measurement *m, const struct probe *p);
/* An experiment ended with err: 0 with failed samples and err cleared, -1 when the trial cannot go on. */
int probe_failed(struct measurement *m, const struct probe *p, struct error *err);

#endif
