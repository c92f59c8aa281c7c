/* equivalence.h - the arms as seen from inside each of them, aspect by aspect: equal, declared with a reason, or
 * undeclared, which ends a run before anything is measured. Pure. */
#ifndef TARE_EQUIVALENCE_H
#define TARE_EQUIVALENCE_H

#include "error.h"

#include <jansson.h>
#include <stddef.h>

struct equivalence_arm {
	const char *name, *platform; /* borrowed */
	const json_t *values; /* object: aspect -> text; borrowed */
};

/* A difference that needs no word in the plan, because it is what the platform is. */
struct equivalence_rule {
	const char *aspect, *platform;
	const char *value; /* only this one; NULL = any */
	const char *reason;
};
/* Ends with aspect NULL. Short on purpose: a golden test fails when it grows. */
extern const struct equivalence_rule equivalence_rules[];
/* More of them, for arms whose init is systemd. */
extern const struct equivalence_rule equivalence_system_rules[];
/* Every aspect, in the order of the ledger; NULL-terminated. An arm that says nothing of one has null. */
extern const char *const equivalence_aspects[];

/* Ledger of one workload: new list of {aspect, workload, values: {arm: text}, status, reason}. equal: all values are
 * the same. declared: those whose value no rule excuses are the same, or the plan's allow ({aspect: reason}) names
 * the aspect. */
json_t *equivalence_ledger(
	const struct equivalence_arm *arms, size_t n, const char *workload, const json_t *allow);
/* The ledger of a second side joined to that of the first, of the same workload: the values of both, the worse status.
 * What only the sides tell apart is declared: it is what was asked for. */
void equivalence_join(json_t *first, const json_t *second);
/* 0, or -1 (EXIT_ARM) with the first undeclared aspect, its values and how to declare it. */
int equivalence_check(const json_t *ledger, struct error *err);

#endif
