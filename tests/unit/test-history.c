/* test-history.c - history.jsonl: lines made, appended, read back whatever happened to them; what the newest night
 * means. Synthetic nights: a container and a VM, one primary metric each way. */
#include "history.h"
#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static void add_cell(json_t *cells, const char *arm, double ready, double rx)
{
	json_array_append_new(cells,
		json_pack("{s:s, s:s, s:i, s:{s:f, s:f, s:i, s:n}}", "arm", arm, "workload", "http",
			"instances", 1, "values", "boot.ready", ready, "network.rx", rx,
			"processes.total", 2, "boot.kernel"));
}

static json_t *make_line(unsigned number, const struct night *n)
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

static void open_book(struct book *b)
{
	*b = (struct book){0};
	b->out = open_memstream(&b->text, &b->len);
	assert_non_null(b->out);
}

static void put_line(struct book *b, json_t *line)
{
	cleanup_free char *text = json_dumps(line, JSON_COMPACT);

	assert_non_null(text);
	fprintf(b->out, "%s\n", text);
	json_decref(line);
}

static void put_nights(struct book *b, unsigned n, const struct night *what)
{
	while (n--)
		put_line(b, make_line(b->nights++, what));
}

static void read_book(struct book *b, struct history *h)
{
	struct error err = ERROR_INIT;

	fflush(b->out);
	if (history_parse(b->text, b->len, "h", h, &err) < 0)
		fail_msg("%s", err.text);
}

static void close_book(struct book *b)
{
	fclose(b->out);
	free(b->text);
}

static void put_act(
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
static void expect(struct book *b, const char *findings, int code, int strict)
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

#define READY_RATIO "boot.ready/vm:container/http/1"

static void test_calm(void **state)
{
	struct book b;

	(void)state;
	open_book(&b);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	put_nights(&b, 1, &usual);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	put_nights(&b, 60, &usual);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	close_book(&b);
}

/* One night says nothing; two are a candidate; measured again an alarm, until accepted. */
static void test_a_regression(void **state)
{
	struct night slow = usual;
	struct book b;

	(void)state;
	slow.vm = 1.2;
	open_book(&b);
	put_nights(&b, 20, &usual);
	put_nights(&b, 1, &slow);
	expect(&b, "beyond:" READY_VM ":arm beyond:network.rx/vm/http/1:arm ", EXIT_FINE,
		EXIT_FINE);
	put_nights(&b, 1, &slow);
	expect(&b,
		"candidate:" READY_VM ":arm candidate:network.rx/vm/http/1:arm worse:" READY_RATIO
		":none ",
		EXIT_FINE, EXIT_UNCLEAR);
	put_act(&b, READY_VM, false, VERDICT_UNCLEAR, 1.06);
	expect(&b,
		"candidate:" READY_VM ":arm candidate:network.rx/vm/http/1:arm worse:" READY_RATIO
		":none ",
		EXIT_FINE, EXIT_UNCLEAR);
	put_act(&b, READY_VM, false, VERDICT_HIGHER, 1.2);
	put_act(&b, "network.rx/vm/http/1", false, VERDICT_SAME, 1);
	put_nights(&b, 5, &slow);
	expect(&b,
		"alarm:" READY_VM ":arm refuted:network.rx/vm/http/1:arm worse:" READY_RATIO
		":none ",
		EXIT_REGRESSION, EXIT_REGRESSION);
	put_act(&b, READY_VM, true, 0, 0);
	put_act(&b, "network.rx/vm/http/1", true, 0, 0);
	put_nights(&b, 16, &slow);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	slow.vm = 1;
	put_nights(&b, 2, &slow);
	expect(&b,
		"better:network.rx/vm/http/1:arm better:" READY_VM ":arm better:" READY_RATIO
		":none ",
		EXIT_FINE, EXIT_FINE);
	close_book(&b);
}

/* Higher is better for a rate: the same verdict word confirms nothing there. */
static void test_confirmed_in_its_direction(void **state)
{
	struct night slow = usual;
	struct book b;

	(void)state;
	slow.container = 1.3;
	open_book(&b);
	put_nights(&b, 20, &usual);
	put_nights(&b, 2, &slow);
	put_act(&b, "network.rx/container/http/1", false, VERDICT_LOWER, 0.8);
	put_act(&b, READY_CT, false, VERDICT_LOWER, 0.8);
	expect(&b,
		"alarm:network.rx/container/http/1:arm refuted:" READY_CT ":arm better:" READY_RATIO
		":none ",
		EXIT_REGRESSION, EXIT_REGRESSION);
	close_book(&b);
}

static char *cause_of(struct book *b, const char *series)
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

static void expect_cause(struct book *b, const char *series, const char *expected)
{
	cleanup_free char *cause = cause_of(b, series);

	assert_string_equal(cause, expected);
}

static void test_attribution(void **state)
{
	struct night moved = usual;
	struct book b;

	(void)state;
	moved.container = moved.vm = 1.2;
	moved.kernel = "6.2";
	open_book(&b);
	put_nights(&b, 21, &usual);
	put_nights(&b, 2, &moved);
	expect(&b,
		"environment:" READY_CT ":environment environment:" READY_VM
		":environment environment:network.rx/container/http/1:environment "
		"environment:network.rx/vm/http/1:environment ",
		EXIT_FINE, EXIT_FINE);
	expect_cause(&b, READY_VM,
		"vm (+20.0 %) and container (+20.6 %) both moved, what is between them did not; changed that night: kernel 6.1 -> 6.2");
	close_book(&b);

	moved.kernel = NULL;
	open_book(&b);
	put_nights(&b, 21, &usual);
	put_nights(&b, 2, &moved);
	expect_cause(&b, READY_VM,
		"vm (+20.0 %) and container (+20.6 %) both moved, what is between them did not; that night nothing recorded changed in payload, kernel, QEMU");
	close_book(&b);

	moved.payload = "bbbb";
	open_book(&b);
	put_nights(&b, 21, &usual);
	put_nights(&b, 2, &moved);
	expect(&b,
		"candidate:" READY_CT ":payload candidate:" READY_VM
		":payload candidate:network.rx/container/http/1:payload "
		"candidate:network.rx/vm/http/1:payload ",
		EXIT_FINE, EXIT_UNCLEAR);
	close_book(&b);

	moved = usual;
	moved.vm = 1.2;
	open_book(&b);
	put_nights(&b, 21, &usual);
	put_nights(&b, 2, &moved);
	expect_cause(&b, READY_VM,
		"vm moved (+20.0 %) beyond container (+0.5 %); that night nothing recorded changed in payload, kernel, QEMU");
	close_book(&b);
}

static void test_emulated_times_never_alarm(void **state)
{
	struct night slow = usual;
	struct book b;

	(void)state;
	slow.emulated = true;
	open_book(&b);
	put_nights(&b, 20, &slow);
	slow.vm = 2;
	put_nights(&b, 2, &slow);
	expect(&b,
		"worse:" READY_VM ":arm worse:network.rx/vm/http/1:arm worse:" READY_RATIO ":none ",
		EXIT_FINE, EXIT_FINE);
	close_book(&b);
}

static void test_noisy_nights_are_kept_out(void **state)
{
	struct night noisy = usual;
	struct book b;

	(void)state;
	noisy.noisy = true;
	noisy.vm = 1.5;
	open_book(&b);
	put_nights(&b, 20, &usual);
	put_nights(&b, 3, &noisy);
	expect(&b, "", EXIT_NOISY, EXIT_NOISY);
	put_nights(&b, 1, &usual);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	close_book(&b);
}

/* Another host's nights are another series; they neither hide nor make a candidate. */
static void test_mixed_hosts(void **state)
{
	struct night slow = usual, other = usual;
	struct book b;

	(void)state;
	slow.vm = 1.2;
	other.host = "ffffffffffffffff";
	other.vm = 3;
	open_book(&b);
	for (int i = 0; i < 10; i++) {
		put_nights(&b, 1, &other);
		put_nights(&b, 1, &usual);
	}
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	put_nights(&b, 1, &slow);
	put_nights(&b, 1, &other);
	expect(&b, "", EXIT_FINE, EXIT_FINE); /* the newest run's host is judged */
	put_nights(&b, 1, &slow);
	expect(&b,
		"candidate:" READY_VM ":arm candidate:network.rx/vm/http/1:arm worse:" READY_RATIO
		":none ",
		EXIT_FINE, EXIT_UNCLEAR);
	close_book(&b);
}

/* Lines in any order are nights by time; a run told twice counts once. */
static void test_order_and_duplicates(void **state)
{
	cleanup_history struct history h = {0};
	const struct history_series *s;
	struct book b;

	(void)state;
	open_book(&b);
	put_line(&b, make_line(7, &usual));
	put_line(&b, make_line(3, &usual));
	put_line(&b, make_line(7, &usual));
	put_line(&b, make_line(5, &usual));
	read_book(&b, &h);
	assert_int_equal(h.n_nights, 3);
	assert_int_equal(h.duplicates, 1);
	assert_string_equal(h.nights[0].id, "0000000000000003");
	assert_string_equal(h.nights[2].id, "0000000000000007");
	s = history_find(&h, READY_VM, HOST);
	assert_non_null(s);
	assert_int_equal(s->n, 3);
	assert_int_equal(s->points[1].night, 1);
	assert_null(history_find(&h, "boot.kernel/vm/http/1", HOST)); /* only null: no series */
	close_book(&b);
}

/* ---- series that are no longer measured, clocks that are wrong ---- */

enum lack { LACK_VALUE, LACK_CELL, LACK_PRIMARY };

/* A usual night without READY_VM: null, its cells gone, or no longer called primary. */
static json_t *line_without(unsigned number, enum lack lack)
{
	json_t *line = make_line(number, &usual), *cells = json_object_get(line, "cells");

	if (lack == LACK_VALUE)
		json_object_set_new(json_object_get(json_array_get(cells, 1), "values"),
			"boot.ready", json_null());
	else if (lack == LACK_CELL)
		json_array_remove(cells, 1);
	else
		json_array_remove(json_object_get(line, "primary"), 0);
	return line;
}

static void open_alarm(struct book *b, bool confirmed)
{
	struct night slow = usual;

	slow.vm = 1.2;
	open_book(b);
	put_nights(b, 20, &usual);
	put_nights(b, 2, &slow);
	if (confirmed)
		put_act(b, READY_VM, false, VERDICT_HIGHER, 1.2);
	put_act(b, "network.rx/vm/http/1", false, VERDICT_SAME, 1);
	put_act(b, "network.rx/vm/http/1", true, 0, 0);
}

static bool starts(struct book *b, const char *text, int code, int strict)
{
	cleanup_history struct history h = {0};
	cleanup_judgement struct judgement j = {0};
	cleanup_free char *got = NULL;

	read_book(b, &h);
	history_judge(&h, &j);
	got = j.n ? xasprintf("%s:%s%s", history_state_names[j.findings[0].state],
			    j.findings[0].series->name, j.findings[0].missing ? ":missing" : "")
		  : xstrdup("");
	assert_string_equal(got, text);
	assert_int_equal(judgement_exit(&h, &j, false), code);
	assert_int_equal(judgement_exit(&h, &j, true), strict);
	return true;
}

/* An alarm stays until it is back or accepted, whatever became of its series; so does a candidate. */
static void test_an_alarm_outlives_its_series(void **state)
{
	static const enum lack lacks[] = {LACK_VALUE, LACK_CELL, LACK_PRIMARY};
	struct night slow = usual;
	struct book b;

	(void)state;
	slow.vm = 1.2;
	for (size_t i = 0; i < ARRAY_SIZE(lacks); i++)
		for (int confirmed = 0; confirmed < 2; confirmed++) {
			open_alarm(&b, confirmed);
			put_line(&b, line_without(b.nights++, lacks[i]));
			if (confirmed) {
				starts(&b, "alarm:" READY_VM ":missing", EXIT_REGRESSION,
					EXIT_REGRESSION);
				put_line(&b, line_without(b.nights++, lacks[i]));
				/* dropped, it is measured all the same: the second night back ends it */
				starts(&b,
					lacks[i] == LACK_PRIMARY ? "missing:" READY_CT ":missing"
								 : "alarm:" READY_VM ":missing",
					lacks[i] == LACK_PRIMARY ? EXIT_FINE : EXIT_REGRESSION,
					lacks[i] == LACK_PRIMARY ? EXIT_FINE : EXIT_REGRESSION);
			} else if (lacks[i] != LACK_PRIMARY) {
				starts(&b, "candidate:" READY_VM ":missing", EXIT_FINE,
					EXIT_UNCLEAR);
			}
			close_book(&b);
		}
	open_alarm(&b, true);
	put_line(&b, line_without(b.nights++, LACK_VALUE));
	put_nights(&b, 1, &usual);
	starts(&b, "alarm:" READY_VM, EXIT_REGRESSION, EXIT_REGRESSION); /* one night is back */
	put_nights(&b, 1, &usual);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	close_book(&b);
	open_alarm(&b, true);
	put_line(&b, line_without(b.nights++, LACK_CELL));
	put_act(&b, READY_VM, true, 0, 0);
	put_act(&b, "network.rx/vm/http/1", true, 0, 0);
	put_act(&b, "processes.total/vm/http/1", true, 0, 0);
	expect(&b, "", EXIT_FINE, EXIT_FINE); /* accepted, with its being gone */
	put_line(&b, line_without(b.nights++, LACK_CELL));
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	put_nights(&b, 8, &slow);
	put_line(&b, line_without(b.nights++, LACK_CELL));
	starts(&b, "missing:" READY_VM ":missing", EXIT_FINE, EXIT_FINE); /* gone once more */
	close_book(&b);
}

static void test_a_missing_primary_is_told(void **state)
{
	json_t *other = line_without(20, LACK_CELL);
	struct book b;

	(void)state;
	open_book(&b);
	put_nights(&b, 20, &usual);
	put_line(&b, line_without(b.nights++, LACK_VALUE));
	expect(&b, "missing:" READY_VM ":none ", EXIT_FINE, EXIT_FINE);
	expect_cause(&b, READY_VM,
		"no value in run 0000000000000014 of plan default, nor since; last measured in run 0000000000000013; accept it if that is meant");
	put_nights(&b, 1, &usual);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	put_line(&b, line_without(b.nights++, LACK_PRIMARY));
	expect(&b, "missing:" READY_CT ":none missing:" READY_VM ":none ", EXIT_FINE, EXIT_FINE);
	expect_cause(&b, READY_VM,
		"no longer primary in run 0000000000000016 of plan default, nor since; last primary in run 0000000000000015; accept it if that is meant");
	close_book(&b);
	/* another plan's night says nothing about it */
	open_book(&b);
	put_nights(&b, 20, &usual);
	json_object_set_new(other, "plan", json_string("tiny"));
	put_line(&b, other);
	expect(&b, "", EXIT_FINE, EXIT_FINE);
	b.nights++;
	put_line(&b, line_without(b.nights++, LACK_CELL));
	expect(&b,
		"missing:" READY_VM
		":none missing:network.rx/vm/http/1:none missing:processes.total/vm/http/1:none ",
		EXIT_FINE, EXIT_FINE);
	close_book(&b);
}

static json_t *dated(unsigned number, const char *started, bool live, bool noisy)
{
	struct night what = usual;
	json_t *line;

	what.noisy = noisy;
	line = make_line(number, &what);
	if (started)
		json_object_set_new(line, "started", json_string(started));
	if (live)
		json_object_set_new(line, "live", json_true());
	return line;
}

#define NOW 1750000000 /* later than every usual night */

static void read_now(struct book *b, struct history *h)
{
	struct error err = ERROR_INIT;

	fflush(b->out);
	if (history_parse_at(b->text, b->len, "h", NOW, h, &err) < 0)
		fail_msg("%s", err.text);
}

/* A run that adds itself is the newest whatever its clock says; one that was added by hand goes by its date. */
static void test_wrong_clocks(void **state)
{
	cleanup_history struct history h = {0}, old = {0}, future = {0};
	struct book b;

	(void)state;
	open_book(&b);
	for (unsigned i = 1; i < 4; i++)
		put_line(&b, dated(i, NULL, true, false));
	put_line(&b, dated(9, "1999-01-01T00:00:00Z", true, false));
	read_now(&b, &h);
	assert_string_equal(h.nights[3].id, "0000000000000009");
	assert_int_equal(h.n_clocks, 1);
	assert_int_equal(h.clocks[0].night, 3);
	assert_string_equal(h.clocks[0].what, "dated before the run that was added before it");
	put_line(&b, dated(5, NULL, true, false));
	put_line(&b, dated(0, NULL, false, false)); /* an older folder, added afterwards */
	read_now(&b, &old);
	assert_string_equal(old.nights[0].id, "0000000000000000");
	assert_string_equal(old.nights[5].id, "0000000000000005");
	assert_int_equal(old.n_clocks, 2);
	assert_string_equal(old.clocks[1].what,
		"the last that was added, and not the newest: it was put where its date says");
	close_book(&b);
	/* a noisy night of the future does not stay the newest */
	for (int live = 0; live < 2; live++) {
		cleanup_judgement struct judgement j = {0};

		open_book(&b);
		put_line(&b, dated(1, NULL, live, false));
		put_line(&b, dated(2, "2036-01-01T00:00:00Z", live, true));
		put_line(&b, dated(3, NULL, live, false));
		read_now(&b, &future);
		history_judge(&future, &j);
		assert_string_equal(future.nights[j.newest].id, "0000000000000003");
		assert_int_equal(judgement_exit(&future, &j, false), EXIT_FINE);
		assert_true(future.n_clocks >= 1);
		assert_string_equal(future.clocks[0].what,
			"dated in the future: its clock or this one is wrong");
		assert_string_equal(
			future.nights[future.clocks[0].night].started, "2036-01-01T00:00:00Z");
		history_free(&future);
		close_book(&b);
	}
}

struct bad {
	const char *line, *message;
};

static void test_bad_lines(void **state)
{
	static const struct bad rows[] = {
		{"", "h: line 1: empty, expected one JSON object"},
		{"[]", "h: line 1: wrong type, got a list, expected one JSON object"},
		{"{", "h: line 1: column 1: not readable, got string or '}' expected near end of file, expected a complete JSON object"},
		{"{\"a\":1,\"a\":2}",
			"h: line 1: column 10: not readable, got duplicate object key near '\"a\"', expected each key once"},
		{"{}", "h: line 1.schema: missing, expected \"tare/history/1\""},
		{"{\"schema\":\"tare/history/2\"}",
			"h: line 1.schema: unknown schema, got \"tare/history/2\", expected \"tare/history/1\""},
		{"{\"schema\":\"tare/history/1\",\"kind\":\"ran\"}",
			"h: line 1.kind: unknown kind, got \"ran\", expected \"run\", \"accept\" or \"confirmation\""},
		{"{\"schema\":\"tare/history/1\",\"kind\":\"run\"}",
			"h: line 1.id: missing, expected a text"},
		{"{\"schema\":\"tare/history/1\",\"kind\":\"run\",\"id\":\"x\\u001b[31m\"}",
			"h: line 1.id: not an id, got \"x\\u001B[31m\", expected 16 hex digits"},
		{"{\"schema\":\"tare/history/1\",\"kind\":\"run\",\"id\":\"0123456789abcdef\",\"started\":\"yesterday\"}",
			"h: line 1.started: not a time, got \"yesterday\", expected UTC such as \"2026-11-23T04:13:02Z\""},
#define HEAD                                                                                       \
	"{\"schema\":\"tare/history/1\",\"kind\":\"run\",\"id\":\"0123456789abcdef\",\"started\":\"2026-11-23T04:13:02Z\",\"plan\":\"p\",\"fingerprint\":\"f\""
		{HEAD ",\"valid\":1}",
			"h: line 1.valid: wrong type, got 1, expected true or false"},
		{HEAD ",\"cells\":{}}",
			"h: line 1.cells: wrong type, got an object, expected a list"},
		{HEAD ",\"cells\":[3]}",
			"h: line 1.cells[0]: wrong type, got 3, expected an object"},
		{HEAD ",\"cells\":[{\"arm\":\"vm\"}]}",
			"h: line 1.cells[0]: not a cell, expected \"arm\", \"workload\" and \"values\""},
		{HEAD ",\"cells\":[{\"arm\":\"vm\",\"workload\":\"w\",\"values\":{\"boot.ready\":\"1\"}}]}",
			"h: line 1.cells[0].boot.ready: wrong type, got \"1\", expected a number or null"},
		{HEAD ",\"cells\":[{\"arm\":\"vm\",\"workload\":\"w\",\"values\":{\"boot.ready\":1e400}}]}",
			"h: line 1: column 190: not readable, got real number overflow near '1e400', expected a number that 64 bits can hold"},
		{HEAD ",\"cells\":[{\"arm\":\"vm\",\"workload\":\"w\",\"values\":{\"boot.ready\":NaN}}]}",
			"h: line 1: column 188: not readable, got invalid token near 'NaN', expected one JSON object"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *text = xasprintf("%s\n", rows[i].line);
		struct error err = ERROR_INIT;
		struct history h = {0};

		assert_int_equal(history_parse(text, strlen(text), "h", &h, &err), -1);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(err.code, EXIT_USAGE);
	}
}

/* Cut at every byte: what is whole is read, what is torn is counted, and nothing else happens. */
static void test_cut_at_every_byte(void **state)
{
	struct book b;

	(void)state;
	open_book(&b);
	put_nights(&b, 3, &usual);
	fflush(b.out);
	for (size_t len = 0; len <= b.len; len++) {
		cleanup_history struct history h = {0};
		cleanup_free char *cut = xmalloc(len);
		struct error err = ERROR_INIT;
		size_t lines = 0, last = 0;

		memcpy(cut, b.text, len);
		for (size_t i = 0; i < len; i++)
			if (cut[i] == '\n') {
				lines++;
				last = i + 1;
			}
		assert_int_equal(history_parse(cut, len, "h", &h, &err), 0);
		if (h.unended)
			assert_int_equal(b.text[len], '\n');
		assert_int_equal(h.n_nights, lines + h.unended);
		assert_int_equal(h.torn_bytes, h.unended ? 0 : len - last);
	}
	close_book(&b);
}

/* Every bit of a line flipped: it is read or refused in one line, never worse. */
static void test_flipped_bits(void **state)
{
	size_t refused = 0, read = 0;
	struct book b;

	(void)state;
	open_book(&b);
	put_nights(&b, 1, &usual);
	fflush(b.out);
	for (size_t bit = 0; bit < 8 * b.len; bit++) {
		cleanup_free char *text = xmalloc(b.len);
		cleanup_history struct history h = {0};
		cleanup_judgement struct judgement j = {0};
		struct error err = ERROR_INIT;

		memcpy(text, b.text, b.len);
		text[bit / 8] ^= (char)(1 << bit % 8);
		if (history_parse(text, b.len, "h", &h, &err) < 0) {
			assert_int_equal(err.code, EXIT_USAGE);
			assert_null(strchr(err.text, '\n'));
			refused++;
			continue;
		}
		history_judge(&h, &j);
		read++;
	}
	assert_true(refused > 1000 && read > 1000);
	close_book(&b);
}

static void test_hostile_strings(void **state)
{
	static const char *const hostile[] = {"`touch PWNED`", "$(touch PWNED)",
		"\"><script>alert(1)</script>", "\x1b[31mred", "a/b/c", "", "@file", "line\nline",
		"\xe2\x80\xa8", "%s%n"};
	struct book b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		cleanup_history struct history h = {0};
		cleanup_judgement struct judgement j = {0};
		cleanup_json json_t *found = NULL;
		struct night slow = usual;
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		open_book(&b);
		slow.host = slow.plan = slow.kernel = hostile[i];
		put_nights(&b, 20, &slow);
		slow.vm = 1.3;
		slow.payload = hostile[i];
		put_nights(&b, 2, &slow);
		read_book(&b, &h);
		history_judge(&h, &j);
		assert_int_equal(j.n, 3);
		found = judgement_json(&h, &j);
		assert_non_null(found);
		history_print(out, &h, &j);
		fclose(out);
		for (size_t k = 0; text[k]; k++)
			assert_true(text[k] == '\n' || (unsigned char)text[k] >= ' ');
		free(text);
		close_book(&b);
	}
}

static char *said_of(struct book *b)
{
	cleanup_history struct history h = {0};
	cleanup_judgement struct judgement j = {0};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	read_book(b, &h);
	history_judge(&h, &j);
	history_print(out, &h, &j);
	fclose(out);
	return text;
}

/* With too few nights nothing is told to be fine. */
static void too_early(void **state)
{
	static const struct {
		unsigned nights;
		const char *head, *said;
	} cases[] = {
		{1, "1 night, ", "too early: 1 of 5 nights, and the first"},
		{3, "3 nights, ", "too early: 3 of 5 nights, and the first"},
		{5, "5 nights, ", "too early: 5 of 5 nights, and the first"},
		{6, "6 nights, ", "nothing to alarm about\n"},
	};
	struct book b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = NULL;

		open_book(&b);
		put_nights(&b, cases[i].nights, &usual);
		text = said_of(&b);
		assert_int_equal(strncmp(text, cases[i].head, strlen(cases[i].head)), 0);
		assert_non_null(strstr(text, cases[i].said));
		assert_true(cases[i].nights > 5 || !strstr(text, "nothing to alarm about"));
		close_book(&b);
	}
}

/* ---- the file ---- */

static char folder[] = "/tmp/tare-history-XXXXXX";
static char *file;

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	file = xasprintf("%s/history.jsonl", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	free(file);
	return remove_tree_at(AT_FDCWD, folder);
}

static struct history_appended append_night(unsigned number)
{
	cleanup_json json_t *line = make_line(number, &usual);
	struct history_appended done;
	struct error err = ERROR_INIT;

	if (history_append(file, line, &done, &err) < 0)
		fail_msg("%s", err.text);
	return done;
}

static size_t nights_in_file(void)
{
	cleanup_history struct history h = {0};
	struct error err = ERROR_INIT;

	if (history_read(file, &h, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(h.torn_bytes, 0);
	return h.n_nights;
}

static void tear(const char *more)
{
	cleanup_close int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write_all(fd, more, strlen(more)), 0);
}

static void test_append(void **state)
{
	struct error err = ERROR_INIT;
	struct history h;

	(void)state;
	assert_int_equal(history_check(file, &err), 0);
	assert_int_equal(history_read(file, &h, &err), -1);
	assert_int_equal(err.code, EXIT_USAGE);
	assert_false(append_night(1).known);
	assert_false(append_night(2).known);
	assert_true(append_night(1).known);
	assert_int_equal(nights_in_file(), 2);
	tear("{\"schema\":\"tare/hist");
	assert_int_equal(append_night(3).cut, 20);
	assert_int_equal(nights_in_file(), 3);
	tear("{\"schema\":\"tare/hist");
	assert_int_equal(append_night(3).cut, 20); /* known: cut all the same */
	assert_int_equal(nights_in_file(), 3);
	assert_int_equal(unlink(file), 0);
}

/* A line that only lost its end of line is kept and ended. */
static void test_append_to_unended(void **state)
{
	cleanup_free char *text = NULL;
	size_t len;

	(void)state;
	append_night(1);
	text = read_file_at(AT_FDCWD, file, 1 << 20, &len);
	assert_int_equal(truncate(file, (off_t)len - 1), 0);
	assert_int_equal(append_night(2).cut, 0);
	assert_int_equal(nights_in_file(), 2);
	assert_int_equal(unlink(file), 0);
}

static void test_append_refused(void **state)
{
	cleanup_json json_t *line = make_line(1, &usual);
	cleanup_free char *other = xasprintf("%s/other", folder);
	struct history_appended done;
	struct error err = ERROR_INIT, link = ERROR_INIT, at_folder = ERROR_INIT;

	(void)state;
	append_night(1);
	tear("{}\n");
	assert_int_equal(history_append(file, line, &done, &err), -1);
	assert_non_null(strstr(err.text, "line 2.schema: missing"));
	assert_int_equal(history_check(file, &link), -1);
	assert_int_equal(rename(file, other), 0);
	link = (struct error)ERROR_INIT;
	assert_int_equal(symlink(other, file), 0);
	assert_int_equal(history_append(file, line, &done, &link), -1); /* never through a link */
	assert_non_null(strstr(link.text, ": is a symbolic link, expected a regular file;"));
	link = (struct error)ERROR_INIT;
	assert_int_equal(history_check(file, &link), -1); /* told before anything is measured */
	assert_int_equal(link.code, EXIT_USAGE);
	assert_non_null(strstr(link.text, ": is a symbolic link, expected a regular file;"));
	assert_int_equal(history_append(folder, line, &done, &at_folder), -1);
	assert_int_equal(at_folder.code, EXIT_USAGE);
	unlink(file);
	unlink(other);
}

#define WRITERS 6
#define EACH 25

/* Writers at the same time: every line whole, none lost. */
static void test_many_writers(void **state)
{
	pid_t pids[WRITERS];
	int start[2];
	char none;

	(void)state;
	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (unsigned w = 0; w < WRITERS; w++) {
		pids[w] = fork();
		assert_true(pids[w] >= 0);
		if (pids[w])
			continue;
		close(start[1]);
		if (read(start[0], &none, 1) != 0) /* all begin at once */
			_exit(2);
		for (unsigned i = 0; i < EACH; i++) {
			cleanup_json json_t *line = make_line(w * EACH + i, &usual);
			struct history_appended done;
			struct error err = ERROR_INIT;

			if (history_append(file, line, &done, &err) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(start[0]);
	close(start[1]);
	for (unsigned w = 0; w < WRITERS; w++) {
		int status = -1;

		waitpid(pids[w], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(nights_in_file(), WRITERS * EACH);
	assert_int_equal(unlink(file), 0);
}

/* ---- the line of a run ---- */

static json_t *read_json(const char *path)
{
	struct error err = ERROR_INIT;
	json_t *o = json_read_object(AT_FDCWD, path, JSON_MAX_SIZE, path, &err);

	if (!o)
		fail_msg("%s", err.text);
	return o;
}

static double value_in(const json_t *line, const char *list, const char *arm, const char *metric)
{
	size_t i;
	json_t *cell;

	json_array_foreach (json_object_get(line, list), i, cell)
		if (!strcmp(json_string_value(json_object_get(cell, "arm")), arm))
			return json_number_value(
				json_object_get(json_object_get(cell, "values"), metric));
	return NAN;
}

static void test_line_of_a_run(void **state)
{
	cleanup_json json_t *run = read_json("results/reference/default/run.json");
	cleanup_json json_t *summary = read_json("results/reference/default/summary.json");
	cleanup_json json_t *line = NULL, *noisy = NULL;
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	size_t i;
	json_t *row, *blocks = json_object_get(summary, "blocks");

	(void)state;
	line = history_line(run, summary, &err);
	assert_non_null(line);
	json_array_foreach (json_object_get(summary, "metrics"), i, row) {
		const char *arm = json_string_value(json_object_get(row, "arm"));
		const char *metric = json_string_value(json_object_get(row, "metric"));
		const json_t *less = json_object_get(row, "less_emulator_code");
		double expected = json_number_value(
			json_object_get(json_is_object(less) ? less : row, "median"));

		near(value_in(line, "cells", arm, metric), expected, fabs(expected) * 1e-8);
	}
	assert_true(value_in(line, "ratios", "vm", "boot.ready") > 100);
	text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(10));
	assert_true(strlen(text) < 12000); /* compact: a thousand nights fit a CI cache */
	assert_true(json_is_true(json_object_get(line, "valid")));
	json_object_set_new(blocks, "disturbed", json_integer(4));
	noisy = history_line(run, summary, &err);
	assert_true(json_is_false(json_object_get(noisy, "valid")));
	assert_string_equal(
		json_string_value(json_object_get(noisy, "why")), "too noisy: 2 clean blocks of 6");
}

/* A file as version 1 wrote it: must be read the same for ever. Made by hand, the answer looked through. */
static void test_golden(void **state)
{
	cleanup_history struct history h = {0};
	cleanup_judgement struct judgement j = {0};
	cleanup_json json_t *expected = read_json("tests/cases/history/v1.expected.json");
	cleanup_json json_t *found = NULL;
	cleanup_free char *a = NULL, *b = NULL;
	struct error err = ERROR_INIT;

	(void)state;
	if (history_read("tests/cases/history/v1.jsonl", &h, &err) < 0)
		fail_msg("%s", err.text);
	history_judge(&h, &j);
	found = judgement_json(&h, &j);
	a = json_dumps(found, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
	b = json_dumps(expected, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
	assert_string_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calm),
		cmocka_unit_test(test_a_regression),
		cmocka_unit_test(test_confirmed_in_its_direction),
		cmocka_unit_test(test_attribution),
		cmocka_unit_test(test_emulated_times_never_alarm),
		cmocka_unit_test(test_noisy_nights_are_kept_out),
		cmocka_unit_test(test_mixed_hosts),
		cmocka_unit_test(test_order_and_duplicates),
		cmocka_unit_test(test_an_alarm_outlives_its_series),
		cmocka_unit_test(test_a_missing_primary_is_told),
		cmocka_unit_test(test_wrong_clocks),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_hostile_strings),
		cmocka_unit_test(too_early),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_append_to_unended),
		cmocka_unit_test(test_append_refused),
		cmocka_unit_test(test_many_writers),
		cmocka_unit_test(test_line_of_a_run),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
