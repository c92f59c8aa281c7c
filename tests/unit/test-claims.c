/* test-claims.c - expressions and verdicts on summaries made here, and the installed claims: each must be able to come
 * out in all three ways. */
#include "claims.h"

#include "util.h"
#include "workload.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *parsed(const char *text)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(j);
	return j;
}

/* One row of each list. memory.pss of the vm is emulated and corrected, boot.ready emulated and not. */
static json_t *summary(void)
{
	return parsed(
		"{\"metrics\":["
		"{\"metric\":\"memory.pss\",\"arm\":\"host\",\"workload\":\"w\",\"instances\":1,\"exact\":false,\"status\":\"ok\",\"n\":8,\"median\":10,\"lo\":8,\"hi\":12,\"coverage\":0.96,\"min\":7,\"max\":13,\"flags\":[]},"
		"{\"metric\":\"memory.pss\",\"arm\":\"vm\",\"workload\":\"w\",\"instances\":1,\"exact\":false,\"status\":\"ok\",\"n\":8,\"median\":100,\"lo\":90,\"hi\":110,\"coverage\":0.96,\"min\":7,\"max\":13,\"flags\":[\"emulated\"],\"less_emulator_code\":{\"median\":60,\"lo\":50,\"hi\":70,\"coverage\":0.96}},"
		"{\"metric\":\"boot.ready\",\"arm\":\"vm\",\"workload\":\"w\",\"instances\":1,\"exact\":false,\"status\":\"ok\",\"n\":8,\"median\":3,\"lo\":2,\"hi\":4,\"coverage\":0.96,\"min\":2,\"max\":4,\"flags\":[\"emulated\"]},"
		"{\"metric\":\"boot.ready\",\"arm\":\"host\",\"workload\":\"w\",\"instances\":1,\"exact\":false,\"status\":\"ok\",\"n\":2,\"median\":3,\"lo\":null,\"hi\":null,\"coverage\":null,\"min\":2,\"max\":4,\"flags\":[]},"
		"{\"metric\":\"processes.total\",\"arm\":\"host\",\"workload\":\"w\",\"instances\":1,\"exact\":true,\"status\":\"ok\",\"n\":1,\"median\":2,\"lo\":null,\"hi\":null,\"coverage\":null,\"min\":2,\"max\":2,\"flags\":[]},"
		"{\"metric\":\"processes.total\",\"arm\":\"vm\",\"workload\":\"w\",\"instances\":2,\"exact\":true,\"status\":\"ok\",\"n\":2,\"median\":2.5,\"lo\":null,\"hi\":null,\"coverage\":null,\"min\":2,\"max\":3,\"flags\":[]},"
		"{\"metric\":\"network.rx\",\"arm\":\"vm\",\"workload\":\"w\",\"instances\":1,\"exact\":false,\"status\":\"skipped\",\"reason\":\"no port\",\"n\":0,\"median\":null,\"lo\":null,\"hi\":null,\"flags\":[]}],"
		"\"comparisons\":[{\"metric\":\"memory.pss\",\"arm\":\"vm\",\"base\":\"host\",\"workload\":\"w\",\"instances\":1,\"kind\":\"ratio\",\"ratio\":6,\"lo\":5,\"hi\":7,\"coverage\":0.97,\"n\":8,\"verdict\":\"higher\",\"flags\":[\"emulated\"]},"
		"{\"metric\":\"boot.ready\",\"arm\":\"vm\",\"base\":\"host\",\"workload\":\"w\",\"instances\":1,\"kind\":\"ratio\",\"ratio\":6,\"lo\":5,\"hi\":7,\"coverage\":0.97,\"n\":8,\"verdict\":\"none\",\"note\":\"emulated times decide no verdict\",\"flags\":[\"emulated\"]}],"
		"\"slopes\":[{\"metric\":\"memory.host_delta\",\"arm\":\"vm\",\"workload\":\"w\",\"n\":10,\"counts\":5,\"slope\":50,\"slope_lo\":48,\"slope_hi\":52,\"intercept\":1,\"intercept_lo\":0,\"intercept_hi\":2,\"flags\":[\"emulated\"],\"less_emulator_code\":{\"slope\":40,\"slope_lo\":38,\"slope_hi\":42},"
		"\"doubling\":{\"ratio\":1.9,\"lo\":1.85,\"hi\":1.95,\"coverage\":0.9,\"verdict\":\"doubles\",\"reason\":null}},"
		"{\"metric\":\"memory.host_delta\",\"arm\":\"host\",\"workload\":\"w\",\"n\":4,\"counts\":2,\"slope\":50,\"slope_lo\":null,\"slope_hi\":null,\"flags\":[],"
		"\"doubling\":{\"ratio\":1.9,\"lo\":null,\"hi\":null,\"coverage\":null,\"verdict\":\"unclear\",\"reason\":\"below 3 instance counts a line has no interval\"}}]}");
}

#define AT(word, metric, arm) "{\"" word "\":\"" metric "\",\"arm\":\"" arm "\",\"workload\":\"w\"}"
#define PSS(arm) AT("metric", "memory.pss", arm)

/* An expression, what it is worth, and how it is written; reason NULL = the numbers. */
static const struct {
	const char *expression, *text, *reason;
	double value, lo, hi, coverage;
} worth[] = {
	{"5", "5", NULL, 5, 5, 5, 1},
	{PSS("host"), "memory.pss(host, w, 1)", NULL, 10, 8, 12, 0.96},
	{PSS("vm"), "memory.pss(vm, w, 1)", NULL, 60, 50, 70, 0.96},
	{AT("metric", "processes.total", "host"), "processes.total(host, w, 1)", NULL, 2, 2, 2, 1},
	{AT("slope", "memory.host_delta", "vm"), "slope(memory.host_delta; vm, w)", NULL, 40, 38,
		42, 0.95},
	{AT("doubling", "memory.host_delta", "vm"), "doubling(memory.host_delta; vm, w)", NULL, 1.9,
		1.85, 1.95, 0.9},
	{"{\"comparison\":\"memory.pss\",\"arm\":\"vm\",\"base\":\"host\",\"workload\":\"w\"}",
		"comparison(memory.pss; vm against host, w, 1)", NULL, 6, 5, 7, 0.97},
	{"{\"sum\":[" PSS("host") "," PSS("vm") ",1]}",
		"memory.pss(host, w, 1) + memory.pss(vm, w, 1) + 1", NULL, 71, 59, 83, 0.92},
	{"{\"difference\":[" PSS("vm") "," PSS("host") "]}",
		"memory.pss(vm, w, 1) − memory.pss(host, w, 1)", NULL, 50, 38, 62, 0.92},
	{"{\"product\":[" PSS("host") ",-2]}", "memory.pss(host, w, 1) × -2", NULL, -20, -24, -16,
		0.96},
	{"{\"quotient\":[" PSS("vm") "," PSS("host") "]}",
		"memory.pss(vm, w, 1) / memory.pss(host, w, 1)", NULL, 6, 50.0 / 12, 70.0 / 8,
		0.92},
	{"{\"quotient\":[1,{\"difference\":[" PSS("host") ",9]}]}",
		"1 / (memory.pss(host, w, 1) − 9)", "divided by [-1, 3], which holds 0", 0, 0, 0,
		0},
	{AT("metric", "boot.ready", "vm"), "boot.ready(vm, w, 1)",
		"boot.ready(vm, w, 1): emulated: it decides nothing about VMs", 0, 0, 0, 0},
	{AT("metric", "boot.ready", "host"), "boot.ready(host, w, 1)",
		"boot.ready(host, w, 1): 2 blocks: below 6 there is no 95 % interval", 0, 0, 0, 0},
	{"{\"metric\":\"processes.total\",\"arm\":\"vm\",\"workload\":\"w\",\"instances\":2}",
		"processes.total(vm, w, 2)",
		"processes.total(vm, w, 2): from 2 to 3 in 2 blocks: below 6 there is no 95 % interval",
		0, 0, 0, 0},
	{AT("metric", "network.rx", "vm"), "network.rx(vm, w, 1)",
		"network.rx(vm, w, 1): skipped: no port", 0, 0, 0, 0},
	{AT("metric", "network.tx", "vm"), "network.tx(vm, w, 1)",
		"network.tx(vm, w, 1): not measured in this run", 0, 0, 0, 0},
	{AT("intercept", "memory.host_delta", "vm"), "intercept(memory.host_delta; vm, w)",
		"intercept(memory.host_delta; vm, w): emulated: it decides nothing about VMs", 0, 0,
		0, 0},
	{AT("slope", "memory.host_delta", "host"), "slope(memory.host_delta; host, w)",
		"slope(memory.host_delta; host, w): 2 instance counts: below 3 a line has no interval",
		0, 0, 0, 0},
	{AT("doubling", "memory.host_delta", "host"), "doubling(memory.host_delta; host, w)",
		"doubling(memory.host_delta; host, w): below 3 instance counts a line has no interval",
		0, 0, 0, 0},
	{"{\"comparison\":\"boot.ready\",\"arm\":\"vm\",\"base\":\"host\",\"workload\":\"w\"}",
		"comparison(boot.ready; vm against host, w, 1)",
		"comparison(boot.ready; vm against host, w, 1): emulated times decide no verdict",
		0, 0, 0, 0},
};

/* Whether a Hangul syllable is in it (U+AC00 to U+D7A3). */
static bool is_korean(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c >= 0xEA && *c <= 0xED)
			return true;
	return false;
}

static void quantities(void **state)
{
	json_t *s = summary();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(worth); i++) {
		json_t *e = parsed(worth[i].expression);
		cleanup_free char *text = claims_expression_text(e);
		struct quantity q = claims_quantity(e, s);

		assert_string_equal(text, worth[i].text);
		assert_string_equal(
			q.reason ? q.reason : "", worth[i].reason ? worth[i].reason : "");
		assert_true(!q.reason == !q.reason_ko);
		assert_true(!q.reason_ko || is_korean(q.reason_ko));
		if (!worth[i].reason) {
			assert_true(fabs(q.value - worth[i].value) < 1e-9);
			assert_true(fabs(q.lo - worth[i].lo) < 1e-9);
			assert_true(fabs(q.hi - worth[i].hi) < 1e-9);
			assert_true(fabs(q.coverage - worth[i].coverage) < 1e-9);
		}
		quantity_free(&q);
		json_decref(e);
	}
	json_decref(s);
}

static void units(void **state)
{
	static const char *const cases[][2] = {
		{"{\"quotient\":[" PSS("vm") "," PSS("host") "]}", "1"},
		{"{\"quotient\":[" PSS("vm") "," AT("metric", "boot.ready", "host") "]}", "B/s"},
		{"{\"product\":[2," PSS("vm") "]}", "B"},
		{AT("doubling", "memory.pss", "vm"), "1"},
		{AT("slope", "memory.pss", "vm"), "B"},
		{"{\"comparison\":\"memory.pss\",\"arm\":\"vm\",\"base\":\"host\",\"workload\":\"w\"}",
			"1"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *e = parsed(cases[i][0]);
		struct error err = ERROR_INIT;
		char unit[32];

		assert_int_equal(claims_unit(e, "here", unit, &err), 0);
		assert_string_equal(unit, cases[i][1]);
		json_decref(e);
	}
}

/* ---- verdicts ---- */

#define WORDS "{\"ko\":\"가\",\"en\":\"a\"}"

/* The verdict of a claim whose conditions are these; and its reason, new. */
static char *verdict_of(const char *conditions, char **reason)
{
	cleanup_free char *text = xasprintf(
		"{\"schema\":\"tare/claims/1\",\"claims\":[{\"id\":\"x\",\"number\":1,\"quote\":" WORDS
		",\"measurement\":" WORDS ",\"conditions\":[%s]}]}",
		conditions);
	json_t *claims = parsed(text), *s = summary(), *list;
	struct error err = ERROR_INIT;
	const char *why, *korean;
	char *verdict;

	assert_int_equal(claims_check(claims, "claims", &err), 0);
	list = claims_judge(claims, s);
	verdict = xstrdup(json_string_value(json_object_get(json_array_get(list, 0), "verdict")));
	why = json_string_value(json_object_get(json_array_get(list, 0), "reason"));
	*reason = why ? xstrdup(why) : NULL;
	korean = json_string_value(json_object_get(json_array_get(list, 0), "reason_ko"));
	assert_true(!why == !korean);
	assert_true(!korean || is_korean(korean));
	json_decref(list);
	json_decref(s);
	json_decref(claims);
	return verdict;
}

#define IF(value, op, threshold)                                                                   \
	"{\"text\":" WORDS ",\"value\":" value ",\"op\":\"" op "\",\"threshold\":" threshold "}"
#define CONTROL(value, op, threshold)                                                              \
	"{\"control\":true,\"text\":" WORDS ",\"value\":" value ",\"op\":\"" op                    \
	"\",\"threshold\":" threshold "}"
#define TWO AT("metric", "processes.total", "host") /* exactly 2 */

/* memory.pss of the host is 10 in [8, 12]. */
static const struct {
	const char *conditions, *verdict, *reason;
} verdicts[] = {
	{IF(PSS("host"), "<", "13"), "supported", NULL},
	{IF(PSS("host"), "<", "12"), "unclear",
		"memory.pss(host, w, 1) is 10 [8, 12], neither shown to be nor not to be < 12"},
	{IF(PSS("host"), "<", "8"), "refuted", "memory.pss(host, w, 1) is 10 [8, 12], not < 8"},
	{IF(PSS("host"), "<=", "12"), "supported", NULL},
	{IF(PSS("host"), "<=", "8"), "unclear",
		"memory.pss(host, w, 1) is 10 [8, 12], neither shown to be nor not to be <= 8"},
	{IF(PSS("host"), ">", "7"), "supported", NULL},
	{IF(PSS("host"), ">", "8"), "unclear",
		"memory.pss(host, w, 1) is 10 [8, 12], neither shown to be nor not to be > 8"},
	{IF(PSS("host"), ">", "12"), "refuted", "memory.pss(host, w, 1) is 10 [8, 12], not > 12"},
	{IF(PSS("host"), ">=", "8"), "supported", NULL},
	{IF(PSS("host"), "=", "10"), "unclear",
		"memory.pss(host, w, 1) is 10 [8, 12], neither shown to be nor not to be = 10"},
	{IF(PSS("host"), "=", "13"), "refuted", "memory.pss(host, w, 1) is 10 [8, 12], not = 13"},
	{IF(TWO, "=", "2"), "supported", NULL},
	{IF(TWO, "=", "3"), "refuted", "processes.total(host, w, 1) is 2 [2, 2], not = 3"},
	/* one that refutes is enough, one that is open leaves it open */
	{IF(TWO, "=", "2") "," IF(PSS("host"), "<", "12"), "unclear",
		"memory.pss(host, w, 1) is 10 [8, 12], neither shown to be nor not to be < 12"},
	{IF(PSS("host"), "<", "12") "," IF(TWO, "=", "3"), "refuted",
		"processes.total(host, w, 1) is 2 [2, 2], not = 3"},
	/* a control that is not shown leaves it open, whatever else was found */
	{IF(TWO, "=", "3") "," CONTROL(TWO, "=", "3"), "unclear",
		"the control is not shown: processes.total(host, w, 1) is 2 [2, 2], not = 3"},
	{IF(TWO, "=", "2") "," CONTROL(PSS("host"), "<", "12"), "unclear",
		"the control is not shown: memory.pss(host, w, 1) is 10 [8, 12], neither shown to be nor not to be < 12"},
	{IF(TWO, "=", "2") "," CONTROL(TWO, "=", "2"), "supported", NULL},
	{CONTROL(TWO, "=", "2") "," IF(TWO, "=", "3"), "refuted",
		"processes.total(host, w, 1) is 2 [2, 2], not = 3"},
	{IF(AT("metric", "boot.ready", "vm"), "<", "1000"), "unclear",
		"boot.ready(vm, w, 1): emulated: it decides nothing about VMs"},
};

static void three_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		cleanup_free char *reason = NULL;
		cleanup_free char *verdict = verdict_of(verdicts[i].conditions, &reason);

		if (strcmp(verdict, verdicts[i].verdict) != 0)
			print_error("case %zu: %s\n", i, verdicts[i].conditions);
		assert_string_equal(verdict, verdicts[i].verdict);
		assert_string_equal(
			reason ? reason : "", verdicts[i].reason ? verdicts[i].reason : "");
	}
}

/* Reasons say as many digits as tell the figure from the threshold. */
static void enough_digits(void **state)
{
	cleanup_free char *reason = NULL;
	cleanup_free char *verdict =
		verdict_of(IF("{\"product\":[" TWO ",2147483647]}", "=", "4294967296"), &reason);

	(void)state;
	assert_string_equal(verdict, "refuted");
	assert_string_equal(reason,
		"processes.total(host, w, 1) × 2147483647 is 4294967294 [4294967294, 4294967294], not = 4294967296");
}

/* Words of a condition come along with it, and with the claim that it decides. */
static void yes_and_no(void **state)
{
	static const char words[] = "{\"no\":" WORDS ",\"yes\":{\"ko\":\"나\",\"en\":\"b\"}}";
	static const struct {
		const char *words, *error;
	} bad[] = {
		{"1", "claims: claims[0].conditions[0].words: wrong type, got 1, expected an object with \"no\" and \"yes\""},
		{"{\"no\":" WORDS "}",
			"claims: claims[0].conditions[0].words.yes: missing, expected an object with \"ko\" and \"en\""},
	};
	cleanup_free char *text = xasprintf(
		"{\"schema\":\"tare/claims/1\",\"claims\":[{\"id\":\"x\",\"number\":1,\"quote\":" WORDS
		",\"measurement\":" WORDS ",\"conditions\":[{\"text\":" WORDS ",\"value\":" TWO
		",\"op\":\"=\",\"threshold\":1,\"words\":%s}]}]}",
		words);
	json_t *claims = parsed(text), *s = summary(), *list, *claim, *wanted = parsed(words);
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(claims_check(claims, "claims", &err), 0);
	list = claims_judge(claims, s);
	claim = json_array_get(list, 0);
	assert_true(json_equal(json_object_get(claim, "words"), wanted));
	claim = json_array_get(json_object_get(claim, "conditions"), 0);
	assert_true(json_equal(json_object_get(claim, "words"), wanted));
	json_decref(list);
	claim = json_array_get(
		json_object_get(json_array_get(json_object_get(claims, "claims"), 0), "conditions"),
		0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error no = ERROR_INIT;

		json_object_set_new(claim, "words", parsed(bad[i].words));
		assert_int_equal(claims_check(claims, "claims", &no), -1);
		assert_string_equal(no.text, bad[i].error);
	}
	json_decref(wanted);
	json_decref(s);
	json_decref(claims);
}

/* ---- the installed claims ---- */

/* What is 1 or 0 by its metric is asked yes or no, and has words for it. */
static void installed_words(void **state)
{
	static const char *const asked[] = {"path.switched", "path.rewritten",
		"kernel.module_loaded", "kernel.own_release", "runtime.survives_stop",
		"runtime.supervised_survives_stop"};
	struct error err = ERROR_INIT;
	json_t *claims = claims_load("argument", NULL, "test", &err), *claim, *c;
	size_t i, k, n = 0;

	(void)state;
	json_array_foreach (json_object_get(claims, "claims"), i, claim)
		json_array_foreach (json_object_get(claim, "conditions"), k, c) {
			const char *metric = json_string_value(
				json_object_get(json_object_get(c, "value"), "metric"));
			bool is_asked = false;

			for (size_t m = 0; metric && m < ARRAY_SIZE(asked); m++)
				is_asked = is_asked || !strcmp(metric, asked[m]);
			assert_int_equal(is_asked, json_object_get(c, "words") != NULL);
			n += is_asked;
		}
	assert_true(n > 0);
	json_decref(claims);
}

/* Slope, intercept and doubling of one line stand in one row. Takes row over. */
static void add_line(json_t *slopes, json_t *row, const char *word, double value, double width)
{
	static const char *const keys[] = {"metric", "arm", "workload"};
	cleanup_free char *lo = xasprintf("%s_lo", word), *hi = xasprintf("%s_hi", word);
	json_t *known, *found = NULL;
	size_t i;

	json_array_foreach (slopes, i, known) {
		bool same = true;

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			same = same &&
				json_equal(json_object_get(known, keys[k]),
					json_object_get(row, keys[k]));
		found = same ? known : found;
	}
	if (!found) {
		json_array_append(slopes, row);
		found = row;
	}
	if (!strcmp(word, "doubling")) {
		json_object_set_new(found, "doubling",
			json_pack("{s:f, s:f, s:f, s:f}", "ratio", value, "lo", value - width, "hi",
				value + width, "coverage", 0.9));
	} else {
		json_object_set_new(found, word, json_real(value));
		json_object_set_new(found, lo, json_real(value - width));
		json_object_set_new(found, hi, json_real(value + width));
	}
	json_decref(row);
}

/* The row that a leaf names, made with this value, a width and no flags. */
static void add_row(json_t *s, const json_t *leaf, double value, double width)
{
	static const char *const words[] = {
		"metric", "slope", "intercept", "doubling", "comparison"};
	const json_t *n = json_object_get(leaf, "instances");
	json_t *row = json_object();
	const char *word = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		word = json_object_get(leaf, words[i]) ? words[i] : word;
	json_object_update(row, (json_t *)leaf);
	json_object_set(row, "metric", json_object_get(leaf, word));
	json_object_set_new(row, "instances", json_integer(n ? json_integer_value(n) : 1));
	json_object_set_new(row, "n", json_integer(8));
	json_object_set_new(row, "status", json_string("ok"));
	json_object_set_new(row, "flags", json_array());
	json_object_set_new(row, "coverage", json_real(0.95));
	json_object_set_new(row, "median", json_real(value));
	json_object_set_new(row, "lo", json_real(value - width));
	json_object_set_new(row, "hi", json_real(value + width));
	if (!strcmp(word, "metric")) {
		json_array_append_new(json_object_get(s, "metrics"), row);
		return;
	}
	add_line(json_object_get(s, "slopes"), row, word, value, width);
}

/* Every leaf below e, each once by its text, into list. */
static void leaves_of(const json_t *e, json_t *list)
{
	json_t *value;
	const char *key;
	const json_t *one;
	size_t i;

	if (json_object_get(e, "arm")) {
		json_array_foreach (list, i, one)
			if (json_equal(one, e))
				return;
		json_array_append(list, (json_t *)e);
		return;
	}
	json_object_foreach ((json_t *)e, key, value)
		json_array_foreach (value, i, one)
			leaves_of(one, list);
}

static const double tries[] = {0, 1, 2, 3, 4, 1.5, 0.25, 8, 1e3, 1e6, 1e8, 4294967296.0, 1e10};

/* Tries values until the conditions of a claim come out as wanted; false when nothing did. */
static bool can_be(const json_t *claim, const char *wanted, double width)
{
	json_t *leaves = json_array(), *claims = json_object(), *one;
	uint64_t random = 88172645463325252u;
	const json_t *condition;
	bool found = false;
	size_t i;

	json_array_foreach (json_object_get(claim, "conditions"), i, condition)
		leaves_of(json_object_get(condition, "value"), leaves);
	json_object_set_new(claims, "claims", json_array());
	json_array_append(json_object_get(claims, "claims"), (json_t *)claim);
	for (unsigned k = 0; k < 200000 && !found; k++) {
		json_t *s = json_pack("{s:[], s:[], s:[]}", "metrics", "slopes", "comparisons"),
		       *list;

		json_array_foreach (leaves, i, one) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			add_row(s, one, tries[(random >> 20) % ARRAY_SIZE(tries)], width);
		}
		list = claims_judge(claims, s);
		found = !strcmp(
			json_string_value(json_object_get(json_array_get(list, 0), "verdict")),
			wanted);
		json_decref(list);
		json_decref(s);
	}
	json_decref(leaves);
	json_decref(claims);
	return found;
}

/* A claim that cannot be refuted is none; nor is one that cannot be supported, or that knows no doubt. */
static void each_in_all_three_ways(void **state)
{
	struct error err = ERROR_INIT;
	json_t *claims = claims_load("argument", NULL, "test", &err), *claim;
	size_t i;

	(void)state;
	assert_string_equal(err.text, "");
	assert_int_equal(json_array_size(json_object_get(claims, "claims")), 12);
	json_array_foreach (json_object_get(claims, "claims"), i, claim) {
		const char *id = json_string_value(json_object_get(claim, "id"));

		assert_int_equal(json_integer_value(json_object_get(claim, "number")), i + 1);
		if (!can_be(claim, "supported", 0) || !can_be(claim, "refuted", 0) ||
			!can_be(claim, "unclear", 1e12))
			fail_msg("claim %s cannot come out in all three ways", id);
	}
	json_decref(claims);
}

/* The search above must see what it is there to see. */
static void the_search_can_fail(void **state)
{
	json_t *always =
		parsed("{\"id\":\"x\",\"number\":1,\"quote\":" WORDS ",\"measurement\":" WORDS
		       ",\"conditions\":[" IF("{\"product\":[" TWO "," TWO "]}", ">=", "0") "]}");
	json_t *never =
		parsed("{\"id\":\"x\",\"number\":1,\"quote\":" WORDS ",\"measurement\":" WORDS
		       ",\"conditions\":[" IF(TWO, "<", "2") "," IF(TWO, ">", "3") "]}");

	(void)state;
	assert_true(can_be(always, "supported", 0));
	assert_false(can_be(always, "refuted", 0));
	assert_false(can_be(never, "supported", 0));
	json_decref(always);
	json_decref(never);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantities),
		cmocka_unit_test(units),
		cmocka_unit_test(three_words),
		cmocka_unit_test(enough_digits),
		cmocka_unit_test(yes_and_no),
		cmocka_unit_test(installed_words),
		cmocka_unit_test(each_in_all_three_ways),
		cmocka_unit_test(the_search_can_fail),
	};

	setenv("TARE_DATA", ".", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
