/* claims.h - what an argument says, as data, and what a run says to it. Pure but for claims_load(). The file's form:
 * workloads/claims/README.md; the rows: results/README.md. */
#ifndef TARE_CLAIMS_H
#define TARE_CLAIMS_H

#include "error.h"

#include <jansson.h>

#define CLAIMS_SCHEMA "tare/claims/1"
#define CLAIMS_MAX 64 /* claims in a file, conditions of a claim, operands of an expression */
#define CLAIMS_MAX_DEPTH 8 /* of an expression */

/* An installed claims file or a path (from folder, NULL = the working directory), read and checked. New, or NULL. */
json_t *claims_load(const char *name, const char *folder, const char *where, struct error *err);
/* Whether it is a claims file: every key, every metric's name, every unit. 0, or -1 with EXIT_USAGE. */
int claims_check(const json_t *claims, const char *where, struct error *err);
/* The list "claims" of summary.json: each claim judged by the lists of summary. claims must have been checked. New. */
json_t *claims_judge(const json_t *claims, const json_t *summary);

/* What an expression is worth in one run: a value with an interval, or the reason why it has none. */
struct quantity {
	double value, lo, hi, coverage; /* NaN, NaN, NaN, 0 with a reason */
	size_t n; /* of its least supported operand; 0 = numbers only */
	char *reason, *reason_ko; /* owned; NULL = there is an interval */
	json_t *flags; /* owned list of texts: of all its operands */
};
struct quantity claims_quantity(const json_t *expression, const json_t *summary);
void quantity_free(struct quantity *q);
/* claims-reason.c. Sets the reason in both languages; takes both over. */
void quantity_because(struct quantity *q, char *en, char *ko);
/* A note or reason of a summary's row in Korean, where it is one of tare's own; else as it is. New. */
char *claims_korean(const char *english);
/* "slope(memory.host_delta; vm, idle) / 1048576" as new text. */
char *claims_expression_text(const json_t *expression);
/* The expression's unit ("B", "1", "B/s" …) into out; -1 where units don't fit together. */
int claims_unit(const json_t *expression, const char *where, char out[32], struct error *err);

#endif
