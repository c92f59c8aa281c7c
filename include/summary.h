/* summary.h - samples -> summary.json, pure. Its keys are public interface: results/README.md. */
#ifndef TARE_SUMMARY_H
#define TARE_SUMMARY_H

#include "error.h"
#include "sample.h"

#include <jansson.h>

/* run: the object of run.json. New reference, or NULL with err. */
json_t *summary_make(const json_t *run, const struct sample_set *set, struct error *err);

#endif
