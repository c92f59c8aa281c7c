/* census.h - the names of what was counted in a trial, kept with the plan's "keep_census". */
#ifndef TARE_CENSUS_H
#define TARE_CENSUS_H

#include "error.h"
#include "plan.h"

#include <jansson.h>

/* Appends {"block":..,"trial":..,"attempt":..,"arm":..,"workload":..,"instances":..,"names":{LAYER:{NAME:COUNT}}}
 * to census.jsonl; layers: host, host_kernel, fixed, inside (no kernel of its own), guest_user, guest_kernel,
 * guest_pool. No pid, so that trials can be compared byte by byte. census NULL: nothing, 0. */
int census_write(int dirfd, const struct trial *t, const json_t *census, struct error *err);

#endif
