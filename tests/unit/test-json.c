/* test-json.c - typed access and messages of json.c. Whole texts are refused in test-plan.c's cases. */
#include "json.h"
#include "util.h"

#include "cases.h"

#include <math.h>

static json_t *object(const char *text)
{
	struct error err = ERROR_INIT;
	json_t *o = json_parse_object(text, strlen(text), "f.json", &err);

	assert_string_equal(err.text, "");
	assert_non_null(o);
	return o;
}

static void absent_leaves_out_untouched(void **state)
{
	cleanup_json json_t *o = object("{}");
	struct error err = ERROR_INIT;
	const char *text = "t";
	uint64_t count = 7;
	double number = 0.5;
	bool flag = true;
	char **texts = NULL;

	(void)state;
	assert_int_equal(json_get_text(o, "k", &text, "f", &err), 0);
	assert_int_equal(json_get_bool(o, "k", &flag, "f", &err), 0);
	assert_int_equal(json_get_count(o, "k", 1, 2, &count, "f", &err), 0);
	assert_int_equal(json_get_bytes(o, "k", 1, 2, &count, "f", &err), 0);
	assert_int_equal(json_get_number(o, "k", 1, 2, &number, "f", &err), 0);
	assert_int_equal(json_get_texts(o, "k", &texts, "f", &err), 0);
	assert_string_equal(text, "t");
	assert_true(flag && count == 7 && number == 0.5 && !texts && !err.code);
	/* an absent object has no keys */
	assert_int_equal(json_get_count(NULL, "k", 1, 2, &count, "f", &err), 0);
}

static void failure_leaves_out_untouched(void **state)
{
	cleanup_json json_t *o =
		object("{\"n\": 3, \"list\": [\"a\", 1], \"t\": \"x\", \"null\": null}");
	struct error err = ERROR_INIT;
	const char *text = "t";
	uint64_t count = 7;
	double number = 0.5;
	char **texts = NULL;

	(void)state;
	assert_int_equal(json_get_text(o, "n", &text, "f", NULL), -1);
	assert_int_equal(json_get_text(o, "null", &text, "f", NULL), -1);
	assert_int_equal(json_get_count(o, "n", 0, 2, &count, "f", NULL), -1);
	assert_int_equal(json_get_bytes(o, "n", 4, 5, &count, "f", NULL), -1);
	assert_int_equal(json_get_number(o, "t", 0, 2, &number, "f", NULL), -1);
	assert_int_equal(json_get_texts(o, "list", &texts, "f", &err), -1);
	assert_string_equal(err.text, "f: list[1]: wrong type, got 1, expected a text");
	assert_true(!strcmp(text, "t") && count == 7 && number == 0.5 && !texts);
}

static void places(void **state)
{
	cleanup_free char *root = json_place("plan.json", "arms"), *second = NULL, *below = NULL;

	(void)state;
	second = json_place_at("plan.json", "arms", 2);
	below = json_place(second, "ram");
	assert_string_equal(root, "plan.json: arms");
	assert_string_equal(second, "plan.json: arms[2]");
	assert_string_equal(below, "plan.json: arms[2].ram");
}

static void values_in_messages(void **state)
{
	cleanup_json json_t *o =
		object("{\"a\": {}, \"l\": [1], \"e\": \"\\u001b[31m\", \"n\": 1.5}");
	cleanup_json json_t *many = json_stringn("", 0);
	char buf[SAFE_TEXT_SIZE], big[1001];

	(void)state;
	assert_string_equal(json_safe_value(json_object_get(o, "a"), buf), "an object");
	assert_string_equal(json_safe_value(json_object_get(o, "l"), buf), "a list");
	assert_string_equal(json_safe_value(json_object_get(o, "e"), buf), "\"\\u001B[31m\"");
	assert_string_equal(json_safe_value(json_object_get(o, "n"), buf), "1.5");
	memset(big, 'x', 1000);
	big[1000] = '\0';
	json_string_set(many, big);
	assert_int_equal(strlen(json_safe_value(many, buf)), 83);
}

static void foreign_text(void **state)
{
	cleanup_json json_t *plain = json_text("grün"), *broken = json_text("a\xff\xfe z\xc3");

	(void)state;
	assert_string_equal(json_string_value(plain), "grün");
	assert_string_equal(json_string_value(broken), "a\\xff\\xfe z\\xc3");
}

static void numbers(void **state)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = {
		{0, "0"},
		{-0.0, "0"},
		{104857600, "104857600"},
		{-5, "-5"},
		{0.5, "0.5"},
		{0.1, "0.1"},
		{9007199254740991.0, "9007199254740991"},
		{1e300, "1e300"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_json json_t *v = json_value_of(rows[i].v);
		cleanup_free char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		assert_string_equal(text, rows[i].text);
	}
	assert_null(json_value_of((double)NAN));
	assert_null(json_value_of((double)INFINITY));
}

static void depth_limit_is_exact(void **state)
{
	struct error err = ERROR_INIT;
	char text[256] = "{\"a\":";
	cleanup_json json_t *o = NULL;

	(void)state;
	memset(text + 5, '[', JSON_MAX_DEPTH - 1);
	memset(text + 5 + JSON_MAX_DEPTH - 1, ']', JSON_MAX_DEPTH - 1);
	strcpy(text + 5 + 2 * (JSON_MAX_DEPTH - 1), "}");
	o = json_parse_object(text, strlen(text), "f", &err);
	assert_string_equal(err.text, "");
	memset(text + 5, '[', JSON_MAX_DEPTH);
	assert_null(json_parse_object(text, strlen(text), "f", &err));
	assert_string_equal(err.text, "f: line 1: nested too deep, expected at most 32 levels");
}

/* Whatever the bytes, an answer: sampled flips of a valid text, each either read or refused in one line. */
static void flipped_bits(void **state)
{
	static const char good[] =
		"{\"schema\":\"tare/plan/1\",\"a\":[1,2.5e3,true,null,\"\\u00e9\"]}";
	char text[sizeof(good)];

	(void)state;
	for (size_t bit = 0; bit < (sizeof(good) - 1) * 8; bit++) {
		struct error err = ERROR_INIT;
		json_t *o;

		memcpy(text, good, sizeof(good));
		text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
		o = json_parse_object(text, sizeof(good) - 1, "f", &err);
		assert_true((o != NULL) == (err.code == 0));
		assert_null(strchr(err.text, '\n'));
		json_decref(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_leaves_out_untouched),
		cmocka_unit_test(failure_leaves_out_untouched),
		cmocka_unit_test(places),
		cmocka_unit_test(values_in_messages),
		cmocka_unit_test(foreign_text),
		cmocka_unit_test(numbers),
		cmocka_unit_test(depth_limit_is_exact),
		cmocka_unit_test(flipped_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
