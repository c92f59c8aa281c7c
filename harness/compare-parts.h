/* compare-parts.h - what the files of the comparison share; private to harness/compare*.c. Runs -> rows with the
 * values of both sides -> judged rows -> tare/compare/1. */
#ifndef TARE_COMPARE_PARTS_H
#define TARE_COMPARE_PARTS_H

#include "compare.h"
#include "summary-parts.h"

/* One side of a row. */
struct compare_values {
	double *value; /* owned; what verdicts use */
	unsigned *run; /* owned; the run each came from */
	size_t n, room;
	size_t runs, blocks, disturbed, failed;
	const char *reason; /* borrowed; why there is none */
	enum series_kind kind;
	unsigned flags; /* enum sample_flag */
	double scale; /* as in struct series */
	bool there; /* some run of the side knows the row */
	bool uncorrected, no_code; /* emulated: no verdict */
	bool less; /* less memory.emulator_code */
};

struct compare_row {
	enum metric_id metric;
	const char *arm, *workload; /* borrowed */
	unsigned instances;
	struct compare_values side[2]; /* base, new */
};

/* All rows, in the order of the base's summary. */
struct compare_rows {
	struct compare_row *row;
	size_t n, room;
	json_t *index; /* "metric arm workload instances" -> position */
	bool paired; /* value[i] of both sides is of one block */
	double margin_time, margin_memory, alpha;
	bool primary[METRIC_COUNT]; /* of the newer plan */
};

struct compare_judged {
	bool ratio;
	struct interval i; /* of ln(new / base) or new - base */
	double estimate, edge; /* of the same */
	double margin; /* fraction of a ratio, else in the metric's unit */
	double median[2]; /* of the values themselves */
	double p, p_margin; /* no difference at all; none beyond the margin */
	double apart
		[2]; /* how far a side's runs lie apart (largest median less smallest); NaN with one run */
	bool runs_differ; /* by more than the margin */
	enum verdict verdict;
	size_t needs;
	char *note; /* owned, or NULL */
};

/* compare-rows.c */
void compare_add_run(struct compare_rows *r, const struct summary *s, unsigned side, unsigned run);
/* The pairs of a run's second side with its first, by "against" in run.json. */
void compare_add_pairs(struct compare_rows *r, const struct summary *s);
void compare_rows_free(struct compare_rows *r);

/* compare-judge.c: pure. The note is the caller's. */
struct compare_judged compare_judge(const struct compare_rows *r, const struct compare_row *row);
/* The smallest p that the row's test can give with so many values. */
double compare_least_p(const struct compare_rows *r, const struct compare_row *row);

/* compare-environment.c: a list of {"what", "base", "new"}: what is not the same on both sides. New. */
json_t *compare_environment(const struct compare_side *base, const struct compare_side *new);
json_t *compare_environment_within(const json_t *run);
/* compare-refuse.c: why the sides must not be compared; reasons that were overridden are appended to forced. 0 or -1. */
int compare_refuse(const struct compare_side *base, const struct compare_side *new,
	const struct compare_options *o, json_t *forced, struct error *err);

#endif
