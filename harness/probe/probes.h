/* probes.h - the tables that probes.c lists. */
#ifndef TARE_PROBES_H
#define TARE_PROBES_H

#include "probe.h"

extern const struct probe probe_memory, probe_processes, probe_boot, probe_network;

#endif
