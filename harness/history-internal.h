/* history-internal.h - what the files of the history share. */
#ifndef TARE_HISTORY_INTERNAL_H
#define TARE_HISTORY_INTERNAL_H

#include "history.h"

#define HISTORY_MAX_FILE ((size_t)1 << 30) /* B */

/* history-attribute.c: fills attribution, cause, beside and ratio of a finding; since is its number in the walk. */
void history_attribute(const struct history *h, struct history_finding *f,
	const struct history_walk *w, size_t since);

/* history-order.c: nights in their order, whatever that of the lines, and the clocks that are wrong; points and acts
 * follow. now: s since 1970, INT64_MAX = unknown. */
void history_sort(struct history *h, int64_t now);

#endif
