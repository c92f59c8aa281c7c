/* sample-index.h - what the reader of samples.jsonl has met so far, found in constant time: a file may have 10^6 lines. */
#ifndef TARE_SAMPLE_INDEX_H
#define TARE_SAMPLE_INDEX_H

#include "sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins as zeroes. */
struct sample_index {
	struct interned {
		uint64_t hash;
		char *text; /* owned by the set */
	} * table;
	size_t table_size;
	uint64_t *seen;
	size_t seen_size, n_seen;
};

/* The set's own copy of a text, the same pointer each time. */
const char *sample_intern(struct sample_index *x, struct sample_set *set, const char *s);
/* Whether trial, attempt and metric (METRIC_COUNT for the mark of a finished trial) come for the first time; notes
 * them. */
bool sample_first_time(struct sample_index *x, unsigned trial, unsigned attempt, unsigned metric);
bool sample_was_seen(
	const struct sample_index *x, unsigned trial, unsigned attempt, unsigned metric);
/* The texts stay with the set. */
void sample_index_free(struct sample_index *x);

#endif
