/* ksm.h - the host's kernel samepage merging, set for as long as instances of an arm live: one setting of the whole
 * host. What it was goes to the ledger before it is changed, so that gc restores it after any end of the run. */
#ifndef TARE_KSM_H
#define TARE_KSM_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct lab;

struct ksm_setting {
	uint64_t run, pages_to_scan, sleep_millisecs; /* files of /sys/kernel/mm/ksm */
};
/* Part of the lab. */
struct ksm {
	struct ksm_setting before; /* what is restored */
	unsigned users; /* instances that live with the changed one */
	bool on; /* what they asked for */
};

/* Says what is missing here (EXIT_PREREQUISITE), or 0. Changes nothing. */
int ksm_check(int root, struct error *err);
/* One more instance wants it on or off: the first one saves, sets and reads back. All users want the same. */
int ksm_begin(struct lab *lab, bool on, struct error *err);
/* One less: the last restores and reads back. Without users nothing, 0. */
int ksm_end(struct lab *lab, struct error *err);
/* Where it is on: until everything mergeable was looked at often enough to be merged, or the deadline (EXIT_ARM). */
int ksm_settle(struct lab *lab, int64_t deadline, struct error *err);
/* "full_scans", "pages_shared", "pages_sharing" now. New object; NULL while nobody uses it. */
json_t *ksm_figures(const struct lab *lab);
/* For gc: the text of a ledger line back into the host's files. 1 when something was changed, 0, or -1. */
int ksm_restore(int root, const char *value, struct error *err);

#endif
