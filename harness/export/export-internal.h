/* export-internal.h - what the writers share: names, numbers, rows of the summary. */
#ifndef TARE_EXPORT_INTERNAL_H
#define TARE_EXPORT_INTERNAL_H

#include "export.h"

#include "../report/report-internal.h"
#include "json.h"
#include "metric.h"
#include "util.h"

int export_csv(FILE *out, const struct export_source *s, struct error *err);
int export_hyperfine(FILE *out, const struct export_source *s, struct error *err);
int export_google_benchmark(FILE *out, const struct export_source *s, struct error *err);
int export_benchfmt(FILE *out, const struct export_source *s, struct error *err);
int export_gha_smaller(FILE *out, const struct export_source *s, struct error *err);
int export_gha_bigger(FILE *out, const struct export_source *s, struct error *err);
int export_bencher(FILE *out, const struct export_source *s, struct error *err);
int export_openmetrics(FILE *out, const struct export_source *s, struct error *err);
int export_influx(FILE *out, const struct export_source *s, struct error *err);
int export_junit(FILE *out, const struct export_source *s, struct error *err);
int export_step_summary(FILE *out, const struct export_source *s, struct error *err);
int export_json(FILE *out, const struct export_source *s, struct error *err);

/* The shortest decimal that reads back as the same double. tare never calls setlocale(): the point is a point. */
#define EXPORT_NUMBER_SIZE 32
const char *export_number(double v, char buf[EXPORT_NUMBER_SIZE]);
/* rows.c: a row whose value there is. */
bool export_has_value(const struct export_row *r);
/* Value of a counted block; NaN where there is none. */
double export_value(const struct export_row *r, size_t i);
/* The row of another metric for the same arm, workload and instances, or NULL. */
const struct export_row *export_beside(
	const struct export_source *s, const struct export_row *r, enum metric_id metric);
/* New: "boot.ready/vm/http/1", with "/emulated" where it is: what cannot be compared has another name. */
char *export_name(const struct export_row *r, bool with_metric);
/* New: text with every byte of set, and blanks where blanks is set, as '_'. */
char *export_word(const char *text, const char *set, bool blanks);
/* json_object_set_new() unless the number is none. */
void export_put(json_t *o, const char *key, double v);
/* Prints value and drops it. */
int export_print(FILE *out, json_t *value, struct error *err);

#endif
