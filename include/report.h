/* report.h - summary.json -> charts (gnuplot), report.md, report.html, the table on the terminal. Works from the
 * folder's files alone, without privileges. */
#ifndef TARE_REPORT_H
#define TARE_REPORT_H

#include "error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Writes charts/, report.md and report.html below dirfd. Where gnuplot is missing the .gp and .dat are still written,
 * *charts_missing says why (new string or NULL) and the report says it. */
int report_write(int dirfd, const json_t *run, const json_t *summary, char **charts_missing,
	struct error *err);
/* The same table as in report.md, fitted to width columns; colour only if asked. */
int report_table(FILE *out, const json_t *run, const json_t *summary, unsigned width, bool colour);

#endif
