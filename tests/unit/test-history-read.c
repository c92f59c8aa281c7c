/* test-history-read.c - lines of history.jsonl that are torn, damaged, hostile or old. */
#include "made-nights.h"

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
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_hostile_strings),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
