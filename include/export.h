/* export.h - a run in the formats of other programs: pure functions from run.json and summary.json to text. To add a
 * format: a file harness/export/NAME.c with one function, one line in exports[] (harness/export/export.c). */
#ifndef TARE_EXPORT_H
#define TARE_EXPORT_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One row of the summary's "metrics", of a metric that is known. Texts are clean (one line, valid UTF-8), numbers in the
 * metric's base unit; NaN = there is none. */
struct export_row {
	const struct metric *metric;
	char *arm, *workload; /* owned by the source */
	json_int_t instances;
	const char *status; /* "ok", "skipped", "failed", "" */
	char *reason; /* "" when ok; owned by the source */
	bool emulated;
	double median, lo, hi;
	json_int_t n;
	const json_t *values; /* one a counted block, null where there is none; or NULL; borrowed */
	const json_t *json; /* the whole row, borrowed */
};

/* What every writer is given. */
struct export_source {
	const json_t *run, *summary; /* borrowed */
	struct export_row *rows; /* in the order of the summary */
	size_t n_rows;
	char *id, *plan, *host, *fingerprint, *version, *started; /* clean; "" unknown; owned */
	double started_s; /* since 1970, UTC; NaN when "started" is no time */
};

struct export
{
	const char *name; /* "csv": --format csv */
	const char *type; /* of a request's body: "text/csv" */
	const char *help;
	/* Writes all to out (memory: cannot fail). 0, or -1 when the format cannot hold this run. */
	int (*write)(FILE * out, const struct export_source *s, struct error *err);
};
extern const struct export exports[]; /* ends with name NULL */
/* The one of that name, or NULL with EXIT_USAGE and did-you-mean. */
const struct export *export_find(const char *name, struct error *err);
/* New text of *len bytes, NUL-terminated; NULL with err. Equal input gives equal bytes. */
char *export_text(const struct export *e, const json_t *run, const json_t *summary, size_t *len,
	struct error *err);
/* Reads run.json and samples.jsonl of a folder, writes nothing to it. New text; *id, if not NULL, is the run's. */
char *export_folder(
	const struct export *e, const char *folder, char id[17], size_t *len, struct error *err);

#endif
