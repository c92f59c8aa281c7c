/* test-history-lost.c - series that are no longer measured, clocks that are wrong: nothing is forgotten for it. */
#include "made-nights.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_alarm_outlives_its_series),
		cmocka_unit_test(test_a_missing_primary_is_told),
		cmocka_unit_test(test_wrong_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
