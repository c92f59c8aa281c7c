/* evidence.h - what stands behind single values, kept beside the samples: curves, tables, hops. */
#ifndef TARE_EVIDENCE_H
#define TARE_EVIDENCE_H

#include "error.h"
#include "plan.h"

#include <jansson.h>

/* Appends a line {"block":..,"trial":..,"attempt":..,"arm":..,"workload":..,"instances":..,"kind":K,"data":D} to
 * evidence.jsonl for each {"kind":K,"data":D} of the list. Written before the trial's mark: a trial that was cut
 * there and ran again has two lines of a kind, the last of which counts. evidence NULL: nothing, 0. */
int evidence_write(int dirfd, const struct trial *t, const json_t *evidence, struct error *err);

#endif
