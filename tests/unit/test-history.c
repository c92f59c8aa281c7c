/* test-history.c - the newest night against the ones before it: what is an alarm, whose fault it is, what is kept out. */
#include "made-nights.h"

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
		cmocka_unit_test(too_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
