/* made-nights.h - for the tests of the history: nights made as lines, kept in a book, and what the newest is said to
 * be. */
#ifndef TARE_TEST_MADE_NIGHTS_H
#define TARE_TEST_MADE_NIGHTS_H

#include "history.h"
#include "json.h"
#include "util.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define HOST "286dbc109b1178e4"
#define READY_CT "boot.ready/container/http/1"
#define READY_VM "boot.ready/vm/http/1"
#define near(a, b, e) assert_true(fabs((a) - (b)) <= (e))

/* A night: 1.0 and 2.0 s but for a noise of +-1 %, times what is asked for. */
struct night {
	double container, vm; /* factors */
	bool noisy, emulated;
	const char *kernel, *payload, *host, *plan;
};
static const struct night usual = {.container = 1, .vm = 1};

static inline void add_cell(json_t *cells, const char *arm, double ready, double rx)
{
	json_array_append_new(cells,
		json_pack("{s:s, s:s, s:i, s:{s:f, s:f, s:i, s:n}}", "arm", arm, "workload", "http",
			"instances", 1, "values", "boot.ready", ready, "network.rx", rx,
			"processes.total", 2, "boot.kernel"));
}

static inline json_t *make_line(unsigned number, const struct night *n)
{
	json_t *cells = json_array(), *ratios = json_array();
	time_t time = 1700000000 + 86400 * (time_t)number;
	double wobble = 1 + 0.01 * ((int)(number * 7 % 5) - 2) / 2;
	double other = 1 + 0.01 * ((int)(number * 3 % 5) - 2) / 2;
	char started[32], id[20];
	struct tm tm;

	strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&time, &tm));
	snprintf(id, sizeof(id), "%016x", number);
	add_cell(cells, "container", wobble * n->container, 1e10 / wobble / n->container);
	add_cell(cells, "vm", 2 * other * n->vm, 1e9 / other / n->vm);
	json_array_append_new(ratios,
		json_pack("{s:s, s:s, s:s, s:i, s:{s:f}}", "arm", "vm", "base", "container",
			"workload", "http", "instances", 1, "values", "boot.ready",
			2 * other * n->vm / wobble / n->container));
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s?, s:i, s:[s, s, s], s:{s:f, s:f}, s:o, s:{s:s, s:s, s:s}, s:o, s:o}",
		"schema", HISTORY_SCHEMA, "kind", "run", "id", id, "started", started, "plan",
		n->plan ? n->plan : "default", "fingerprint", n->host ? n->host : HOST, "valid",
		!n->noisy, "why", n->noisy ? "too noisy: 2 clean blocks of 6" : NULL, "blocks", 6,
		"primary", "boot.ready", "network.rx", "processes.total", "margins", "time", 0.05,
		"memory", 0.03, "emulated", n->emulated ? json_pack("[s]", "vm") : json_array(),
		"environment", "kernel", n->kernel ? n->kernel : "6.1", "qemu", "7.2",
		"payload http", n->payload ? n->payload : "aaaa", "cells", cells, "ratios", ratios);
}

struct book {
	char *text;
	size_t len;
	FILE *out;
	unsigned nights;
};

static inline void open_book(struct book *b)
{
	*b = (struct book){0};
	b->out = open_memstream(&b->text, &b->len);
	assert_non_null(b->out);
}

static inline void put_line(struct book *b, json_t *line)
{
	cleanup_free char *text = json_dumps(line, JSON_COMPACT);

	assert_non_null(text);
	fprintf(b->out, "%s\n", text);
	json_decref(line);
}

static inline void put_nights(struct book *b, unsigned n, const struct night *what)
{
	while (n--)
		put_line(b, make_line(b->nights++, what));
}

static inline void read_book(struct book *b, struct history *h)
{
	struct error err = ERROR_INIT;

	fflush(b->out);
	if (history_parse(b->text, b->len, "h", h, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void close_book(struct book *b)
{
	fclose(b->out);
	free(b->text);
}

static inline void put_act(
	struct book *b, const char *series, bool accept, enum verdict verdict, double ratio)
{
	cleanup_history struct history h = {0};
	const struct history_series *s;

	read_book(b, &h);
	s = history_find(&h, series, HOST);
	assert_non_null(s);
	put_line(b,
		accept ? history_accept_line(&h, s, "a new QEMU", "tester", "2026-01-01T00:00:00Z")
		       : history_confirmation_line(&h, s, verdict, ratio, ratio - 0.01,
				 ratio + 0.01, 20, "2026-01-01T00:00:00Z"));
}

/* "candidate:boot.ready/vm/http/1:arm " for each finding; exit codes without and with --strict. */
static inline void expect(struct book *b, const char *findings, int code, int strict)
{
	cleanup_history struct history h = {0};
	cleanup_judgement struct judgement j = {0};
	char got[1024] = "";
	size_t used = 0;

	read_book(b, &h);
	history_judge(&h, &j);
	for (size_t i = 0; i < j.n; i++)
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%s:%s:%s ",
			history_state_names[j.findings[i].state], j.findings[i].series->name,
			attribution_names[j.findings[i].attribution]);
	assert_string_equal(got, findings);
	assert_int_equal(judgement_exit(&h, &j, false), code);
	assert_int_equal(judgement_exit(&h, &j, true), strict);
}

static inline char *cause_of(struct book *b, const char *series)
{
	cleanup_history struct history h = {0};
	cleanup_judgement struct judgement j = {0};

	read_book(b, &h);
	history_judge(&h, &j);
	for (size_t i = 0; i < j.n; i++)
		if (!strcmp(j.findings[i].series->name, series))
			return xstrdup(j.findings[i].cause);
	fail_msg("no finding about %s", series);
	return NULL;
}

static inline void expect_cause(struct book *b, const char *series, const char *expected)
{
	cleanup_free char *cause = cause_of(b, series);

	assert_string_equal(cause, expected);
}

static inline json_t *read_json(const char *path)
{
	struct error err = ERROR_INIT;
	json_t *o = json_read_object(AT_FDCWD, path, JSON_MAX_SIZE, path, &err);

	if (!o)
		fail_msg("%s", err.text);
	return o;
}

#endif
