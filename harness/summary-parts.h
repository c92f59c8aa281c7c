/* summary-parts.h - what the files of the summary share; private to harness/summary*.c. Data flows one way:
 * samples -> counted blocks -> series -> derived series -> rows of summary.json. */
#ifndef TARE_SUMMARY_PARTS_H
#define TARE_SUMMARY_PARTS_H

#include "error.h"
#include "metric.h"
#include "sample.h"
#include "stats.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CONFIDENCE 0.95
#define LEAST_P95 20

struct names {
	const char **name; /* borrowed from the run or the set */
	size_t n;
	json_t *index; /* name -> position */
};

/* A block whose every cell finished, and the attempt at it that counts. */
struct counted {
	unsigned block, attempt;
	unsigned guards; /* flags of the guards on any of its samples: it was disturbed */
	unsigned flags; /* how many they are, trial by trial: by how much */
};

struct cell {
	unsigned workload, instances, arm;
};

enum series_kind { SERIES_SAMPLED, SERIES_DIFFERENCE, SERIES_SLOPE };

/* One metric of one cell over the counted blocks. */
struct series {
	struct cell cell;
	enum metric_id metric;
	enum series_kind kind;
	double *value; /* owned; by counted block, NaN where there is none */
	double *less; /* owned; value less memory.emulator_code, NULL where that does not apply */
	bool emulated_memory; /* verdicts need less */
	bool uncorrected; /* emulated: holds or borders on the translation buffer, and has no less: no verdict */
	double scale; /* derived: the larger median of what it was made from */
	double noise_floor; /* memory.tare: half width of the base arm's own interval; else NaN */
	size_t n, skipped, failed;
	unsigned flags; /* enum sample_flag */
	const char *reason; /* borrowed; of the first that is not ok */
};

struct summary {
	const json_t *run, *plan;
	const json_t *claims; /* borrowed, checked; NULL = none */
	const struct sample_set *set;

	unsigned warmup;
	double margin_time, margin_memory;
	const char *base; /* borrowed */
	bool primary[METRIC_COUNT];

	struct names arms, workloads;
	bool *emulated; /* by arm */
	struct cell *cells; /* sorted; every cell that finished at least once */
	size_t n_cells;
	struct counted *blocks; /* sorted by block */
	size_t n_blocks, incomplete, repeated;
	size_t disturbed; /* of n_blocks */
	unsigned guards; /* of all the disturbed */
	struct series *series; /* sorted by workload, instances, metric, arm */
	size_t n_series, n_sorted; /* the first n_sorted can be found */

	json_t *metrics, *comparisons, *slopes, *capacity, *findings;
	bool broken; /* a JSON value could not be made */
};

/* summary-cells.c */
void names_init(struct summary *s);
/* The name's position, or -1. */
int name_find(const struct names *names, const char *name);
int name_of_sample(struct summary *s, struct names *names, const char *name);
void count_blocks(struct summary *s);
/* Whether the cell finished in any block. */
bool cell_finished(const struct summary *s, struct cell cell);
void group_samples(struct summary *s);
void sort_series(struct summary *s);
/* Borrowed, or NULL. */
struct series *series_find(const struct summary *s, struct cell cell, enum metric_id metric);
/* Pointers sorted by workload, metric, arm, instances: one run of them is one line over N. New. */
struct series **series_by_line(const struct summary *s);
bool same_line(const struct series *a, const struct series *b);

/* summary-plan.c. In how many counted blocks, from the first, the plan has the cell: UINT_MAX without parts. */
unsigned cell_blocks(const struct summary *s, struct cell cell);
bool cell_in_block(const struct summary *s, struct cell cell, unsigned block);
/* Findings: cells of the plan that never finished. */
void find_missing(struct summary *s);

/* summary-derive.c: memory.tare_pss, memory.tare, and what verdicts use under emulation. */
void derive_series(struct summary *s);
const double *verdict_values(const struct series *one);
/* Value of the whole set: per instance x N, but for N = 0 and for what is counted once per set. value: one's own, or
 * its verdict_values(). */
double set_total(const struct series *one, const double *value, size_t block);
/* Packs what is not NaN into out, returns how many. */
size_t pack_values(const double *value, size_t n, double *out);

/* summary-disturbed.c. Notes what the guards flagged in each of s->blocks (sorted by block, attempt); counts those;
 * leaves them out. */
void mark_guards(struct summary *s);
void count_disturbed(struct summary *s);
void leave_disturbed(struct summary *s);
/* Findings: that blocks were disturbed; each primary result that is another without them. clean: the same samples
 * summarised without the disturbed blocks, NULL when none would be left. */
void note_disturbed(struct summary *s, const struct summary *clean);

/* summary-metric.c, summary-compare.c, summary-slope.c, summary-capacity.c: the lists of summary.json. */
void make_metrics(struct summary *s);
void make_comparisons(struct summary *s);
void make_slopes(struct summary *s);
void make_capacity(struct summary *s); /* after the slopes */
/* summary-compare.c. The plan's margin as a fraction; 0 for counts. */
double margin_fraction(const struct summary *s, enum metric_id id);

/* summary-holm.c */
/* A primary comparison, kept for Holm: all of one family are corrected together. */
struct primary {
	struct cell cell;
	unsigned base;
	size_t n;
	double p;
	json_t *row; /* borrowed from the list */
};

struct primaries {
	struct primary *list;
	size_t n, room;
};

void primary_keep(struct primaries *all, struct primary one);
/* Fills "holm" in the rows, family by family (the primaries of one arm against one base at one workload and instance
 * count), with a finding where blocks are too few; releases the list. */
void primaries_correct(struct summary *s, struct primaries *all);

/* summary.c */
/* Samples -> counted blocks -> series, without the lists: for who compares runs. s->run and s->set are set, the rest
 * is zero. 0, or -1 with nothing to release. */
int summary_gather(struct summary *s, bool clean_only, struct error *err);
void summary_release(struct summary *s);
void put(struct summary *s, json_t *object, const char *key, json_t *value); /* steals value */
void append(struct summary *s, json_t *list, json_t *value); /* steals value */
json_t *number(double d); /* null unless finite */
json_t *text(const char *string); /* null for NULL */
json_t *flag_names(unsigned flags);
void put_interval(struct summary *s, json_t *object, struct interval i);
void put_cell(struct summary *s, json_t *object, struct cell cell, const char *base);
/* metric_name and arm may be NULL. */
void finding(struct summary *s, const char *kind, const char *metric_name, const char *arm,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* "memory.pss, arm vm, workload http, 2 instances" as new text. */
char *cell_text(const struct summary *s, struct cell cell, enum metric_id metric);

#endif
