/* claims-expression.c - what an expression of a claim is worth in a summary. A new word: a line in leaves[] or
 * operations[], its function, a line in workloads/claims/README.md and results/schema/claims.schema.json. */
#include "claims.h"

#include "json.h"
#include "metric.h"
#include "util.h"

#include <math.h>
#include <string.h>

/* A leaf names a row of one list of the summary, and the keys under which the row has value and interval. */
static const struct leaf {
	const char *word, *list, *value, *lo, *hi;
	bool at_instances, base;
	const char *unit; /* NULL = the metric's */
} leaves[] = {
	{"metric", "metrics", "median", "lo", "hi", true, false, NULL},
	{"comparison", "comparisons", NULL, "lo", "hi", true, true, NULL},
	{"slope", "slopes", "slope", "slope_lo", "slope_hi", false, false, NULL},
	{"intercept", "slopes", "intercept", "intercept_lo", "intercept_hi", false, false, NULL},
	{"doubling", "slopes", "ratio", "lo", "hi", false, false, "1"},
};

enum operation { SUM, DIFFERENCE, PRODUCT, QUOTIENT };
static const struct {
	const char *word, *sign;
} operations[] = {
	[SUM] = {"sum", " + "},
	[DIFFERENCE] = {"difference", " − "},
	[PRODUCT] = {"product", " × "},
	[QUOTIENT] = {"quotient", " / "},
};

static const struct leaf *leaf_of(const json_t *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++)
		if (json_object_get(e, leaves[i].word))
			return &leaves[i];
	return NULL;
}

/* -1 when it is none. */
static int operation_of(const json_t *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (json_object_get(e, operations[i].word))
			return (int)i;
	return -1;
}

static const char *text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static double number_at(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static json_int_t instances_of(const json_t *leaf)
{
	const json_t *n = json_object_get(leaf, "instances");

	return n ? json_integer_value(n) : 1;
}

void quantity_free(struct quantity *q)
{
	quantity_because(q, NULL, NULL);
	json_decref(q->flags);
	*q = (struct quantity){.reason = NULL};
}

static struct quantity without(void)
{
	return (struct quantity){.value = NAN, .lo = NAN, .hi = NAN, .flags = json_array()};
}

static struct quantity exactly(double value)
{
	return (struct quantity){
		.value = value, .lo = value, .hi = value, .coverage = 1, .flags = json_array()};
}

static bool has_flag(const json_t *row, const char *flag)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(row, "flags"), i, one)
		if (json_is_string(one) && !strcmp(json_string_value(one), flag))
			return true;
	return false;
}

static const json_t *find_row(const json_t *e, const struct leaf *l, const json_t *summary)
{
	const char *const keys[] = {"arm", "workload", l->base ? "base" : NULL};
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(summary, l->list), i, row) {
		bool same = !strcmp(text_at(row, "metric"), text_at(e, l->word));

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			same = same &&
				(!keys[k] || !strcmp(text_at(row, keys[k]), text_at(e, keys[k])));
		if (same &&
			(!l->at_instances ||
				json_integer_value(json_object_get(row, "instances")) ==
					instances_of(e)))
			return row;
	}
	return NULL;
}

/* Takes ko over; en is copied. */
static const json_t *none(struct quantity *q, const char *en, char *ko)
{
	quantity_because(q, xstrdup(en), ko);
	return NULL;
}

static const json_t *not_ok(struct quantity *q, const char *status, const char *why)
{
	cleanup_free char *en = xasprintf("%s: %s", status, why), *ko = claims_korean(why);

	return none(q, en, xasprintf("%s: %s", !strcmp(status, "failed") ? "실패" : "건너뜀", ko));
}

/* The object that holds value and interval: the row, or what is in it. NULL with q's reason set. */
static const json_t *holder(struct quantity *q, const struct leaf *l, const json_t *row)
{
	const json_t *less = json_object_get(row, "less_emulator_code");
	const char *why = text_at(row, !strcmp(l->list, "metrics") ? "reason" : "note");

	if (!strcmp(l->list, "metrics") && strcmp(text_at(row, "status"), "ok") != 0)
		return not_ok(q, text_at(row, "status"), *why ? why : "no reason");
	if (!strcmp(text_at(row, "verdict"), "none")) {
		why = *why ? why : "no verdict";
		return none(q, why, claims_korean(why));
	}
	if (!strcmp(l->word, "doubling"))
		return json_object_get(row, "doubling");
	if (!has_flag(row, "emulated") || l->base)
		return row; /* a comparison is made of what verdicts use */
	if (json_object_get(less, l->value))
		return less;
	return none(q, "emulated: it decides nothing about VMs",
		xstrdup("에뮬레이션: VM에 대해서는 아무것도 판정하지 않는다"));
}

/* Of a row that has a value. */
static void no_interval(
	struct quantity *q, const struct leaf *l, const json_t *row, const json_t *from)
{
	double least = number_at(row, "min"), most = number_at(row, "max");
	long long counts = json_integer_value(json_object_get(row, "counts"));

	if (!strcmp(l->word, "doubling"))
		quantity_because(q, xstrdup(text_at(from, "reason")),
			claims_korean(text_at(from, "reason")));
	else if (!strcmp(l->list, "slopes"))
		quantity_because(q,
			xasprintf("%lld instance counts: below 3 a line has no interval", counts),
			xasprintf("인스턴스 수가 %lld가지로 3가지 미만이라 직선에 구간이 없다",
				counts));
	else if (json_is_true(json_object_get(row, "exact")))
		quantity_because(q,
			xasprintf(
				"from %.15g to %.15g in %zu blocks: below 6 there is no 95 %% interval",
				least, most, q->n),
			xasprintf(
				"블록 %zu개에서 %.15g~%.15g: 블록이 6개 미만이라 95 %% 구간이 없다",
				q->n, least, most));
	else
		quantity_because(q,
			xasprintf("%zu block%s: below 6 there is no 95 %% interval", q->n,
				q->n == 1 ? "" : "s"),
			xasprintf("블록이 %zu개로 6개 미만이라 95 %% 구간이 없다", q->n));
}

/* A count that never varied is known as it is; other values need their interval. */
static void read_interval(
	struct quantity *q, const struct leaf *l, const json_t *row, const json_t *from)
{
	double least = number_at(row, "min"), most = number_at(row, "max");

	q->lo = number_at(from, l->lo);
	q->hi = number_at(from, l->hi);
	q->coverage = json_is_number(json_object_get(from, "coverage"))
		? number_at(from, "coverage")
		: 0.95;
	if (json_is_true(json_object_get(row, "exact")) && least == most && from == row) {
		q->lo = q->hi = q->value;
		q->coverage = 1;
	}
	if (isfinite(q->lo) && isfinite(q->hi) && isfinite(q->value))
		return;
	no_interval(q, l, row, from);
	q->value = isfinite(q->value) ? q->value : NAN;
	q->lo = q->hi = NAN;
	q->coverage = 0;
}

static struct quantity leaf_quantity(const json_t *e, const struct leaf *l, const json_t *summary)
{
	cleanup_free char *name = claims_expression_text(e);
	const json_t *row = find_row(e, l, summary), *from;
	struct quantity q = without();

	if (!row) {
		quantity_because(&q, xasprintf("%s: not measured in this run", name),
			xasprintf("%s: 이 실행에서 재지 않았다", name));
		return q;
	}
	json_decref(q.flags);
	q.flags = json_deep_copy(json_object_get(row, "flags"));
	if (!q.flags)
		q.flags = json_array();
	q.n = (size_t)json_integer_value(json_object_get(row, "n"));
	from = holder(&q, l, row);
	if (from) {
		q.value = l->value ? number_at(from, l->value)
				   : number_at(from, text_at(row, "kind"));
		read_interval(&q, l, row, from);
	}
	if (q.reason)
		quantity_because(&q, xasprintf("%s: %s", name, q.reason),
			xasprintf("%s: %s", name, q.reason_ko));
	return q;
}

/* Interval arithmetic, end to end: together the operands' intervals cover at least 1 less what each may miss. */
static void combine(struct quantity *a, const struct quantity *b, int operation)
{
	double ends[4];

	switch (operation) {
	case SUM:
		a->value += b->value;
		a->lo += b->lo;
		a->hi += b->hi;
		return;
	case DIFFERENCE:
		a->value -= b->value;
		a->lo -= b->hi;
		a->hi -= b->lo;
		return;
	default:
		break;
	}
	for (int i = 0; i < 4; i++) {
		double x = i & 1 ? a->hi : a->lo, y = i & 2 ? b->hi : b->lo;

		ends[i] = operation == PRODUCT ? x * y : x / y;
	}
	a->value = operation == PRODUCT ? a->value * b->value : a->value / b->value;
	a->lo = fmin(fmin(ends[0], ends[1]), fmin(ends[2], ends[3]));
	a->hi = fmax(fmax(ends[0], ends[1]), fmax(ends[2], ends[3]));
}

static struct quantity take_in(struct quantity a, struct quantity b, int operation)
{
	json_array_extend(a.flags, b.flags);
	if (b.n && (!a.n || b.n < a.n))
		a.n = b.n;
	if (!a.reason && b.reason)
		quantity_because(&a, steal_ptr(b.reason), steal_ptr(b.reason_ko));
	if (!a.reason && operation == QUOTIENT && b.lo <= 0 && b.hi >= 0)
		quantity_because(&a,
			xasprintf("divided by [%.6g, %.6g], which holds 0", b.lo, b.hi),
			xasprintf("나누는 값의 구간 [%.6g, %.6g]에 0이 들어 있다", b.lo, b.hi));
	if (a.reason) {
		a.value = a.lo = a.hi = NAN;
		a.coverage = 0;
	} else {
		combine(&a, &b, operation);
		a.coverage = fmax(0, a.coverage + b.coverage - 1);
	}
	quantity_free(&b);
	return a;
}

struct quantity claims_quantity(const json_t *e, const json_t *summary)
{
	const struct leaf *l = leaf_of(e);
	int operation = operation_of(e);
	const json_t *operands =
		operation < 0 ? NULL : json_object_get(e, operations[operation].word);
	struct quantity q;

	if (json_is_number(e))
		return exactly(json_number_value(e));
	if (l)
		return leaf_quantity(e, l, summary);
	if (!json_array_size(operands)) {
		q = without();
		none(&q, "not an expression", xstrdup("식이 아니다"));
		return q;
	}
	q = claims_quantity(json_array_get(operands, 0), summary);
	for (size_t i = 1; i < json_array_size(operands); i++)
		q = take_in(q, claims_quantity(json_array_get(operands, i), summary), operation);
	return q;
}

static char *leaf_text(const json_t *e, const struct leaf *l)
{
	bool plain = !strcmp(l->word, "metric");
	cleanup_free char *head = plain ? xasprintf("%s(", text_at(e, l->word))
					: xasprintf("%s(%s; ", l->word, text_at(e, l->word));
	cleanup_free char *base =
		l->base ? xasprintf(" against %s", text_at(e, "base")) : xstrdup("");
	cleanup_free char *at =
		l->at_instances ? xasprintf(", %lld", (long long)instances_of(e)) : xstrdup("");

	return xasprintf(
		"%s%s%s, %s%s)", head, text_at(e, "arm"), base, text_at(e, "workload"), at);
}

char *claims_expression_text(const json_t *e)
{
	const struct leaf *l = leaf_of(e);
	int operation = operation_of(e);
	const json_t *operand;
	char *text = NULL;
	size_t i;

	if (json_is_number(e))
		return xasprintf("%.15g", json_number_value(e));
	if (l)
		return leaf_text(e, l);
	json_array_foreach (
		operation < 0 ? NULL : json_object_get(e, operations[operation].word), i, operand) {
		cleanup_free char *one = claims_expression_text(operand);
		cleanup_free char *before = text;
		bool inner = operation_of(operand) >= 0;

		text = xasprintf("%s%s%s%s%s", before ? before : "",
			before ? operations[operation].sign : "", inner ? "(" : "", one,
			inner ? ")" : "");
	}
	return text ? text : xstrdup("?");
}

static int leaf_unit(
	const json_t *e, const struct leaf *l, const char *where, char out[32], struct error *err)
{
	const char *const keys[] = {l->word, "arm", "workload", l->base ? "base" : NULL,
		l->at_instances ? "instances" : NULL, NULL};
	const char *known[ARRAY_SIZE(keys) + 1];
	const char *name = text_at(e, l->word);
	int id = metric_find(name);
	uint64_t instances = 1;
	size_t n = 0;

	for (size_t i = 0; i + 1 < ARRAY_SIZE(keys); i++)
		if (keys[i])
			known[n++] = keys[i];
	known[n] = NULL;
	if (json_known_keys(e, known, where, err) < 0 ||
		json_get_count(e, "instances", 1, 4096, &instances, where, err) < 0)
		return -1;
	if (id < 0)
		return json_fail(err, where, l->word, "unknown metric", json_object_get(e, l->word),
			"one of tare list metrics");
	for (size_t i = 1; i < n; i++)
		if (strcmp(known[i], "instances") != 0 && !name_is_valid(text_at(e, known[i])))
			return json_fail(err, where, known[i],
				json_object_get(e, known[i]) ? "not a name" : "missing",
				json_object_get(e, known[i]), "a name");
	if (l->base && metrics[id].compare == COMPARE_RATIO)
		snprintf(out, 32, "1");
	else
		snprintf(out, 32, "%s", l->unit ? l->unit : metrics[id].unit);
	return 0;
}

/* Of one operand more; out holds that of those before. */
static int join_units(
	int operation, char out[32], const char *next, const char *where, struct error *err)
{
	char before[32];

	memcpy(before, out, sizeof(before));
	if (operation <= DIFFERENCE && strcmp(before, next) != 0)
		return error_set(err, EXIT_USAGE,
			"%s: units do not fit, got \"%s\" and \"%s\", expected the same", where,
			before, next);
	if (operation <= DIFFERENCE)
		return 0;
	if (operation == QUOTIENT && !strcmp(before, next))
		snprintf(out, 32, "1");
	else if (operation == PRODUCT && !strcmp(before, "1"))
		snprintf(out, 32, "%s", next);
	else if (strcmp(next, "1") != 0)
		snprintf(out, 32, "%.14s%c%.14s", before, operation == PRODUCT ? '*' : '/', next);
	return 0;
}

static int unit_at(
	const json_t *e, const char *where, unsigned depth, char out[32], struct error *err)
{
	const struct leaf *l = leaf_of(e);
	int operation = operation_of(e);
	const json_t *operands =
		operation < 0 ? NULL : json_object_get(e, operations[operation].word);
	const json_t *one;
	size_t i;

	snprintf(out, 32, "1");
	if (json_is_number(e))
		return 0;
	if (l)
		return leaf_unit(e, l, where, out, err);
	if (!json_is_array(operands) || json_object_size(e) != 1 || json_array_size(operands) < 2 ||
		json_array_size(operands) > CLAIMS_MAX)
		return json_fail(err, where, NULL, "not an expression", e,
			"a number, one of metric, comparison, slope, intercept, doubling, or a list of 2 to %d under one of sum, difference, product, quotient",
			CLAIMS_MAX);
	if (depth == 0)
		return error_set(err, EXIT_USAGE, "%s: too deep, expected at most %d levels", where,
			CLAIMS_MAX_DEPTH);
	json_array_foreach (operands, i, one) {
		char next[32];

		if (unit_at(one, where, depth - 1, next, err) < 0)
			return -1;
		if (i == 0)
			memcpy(out, next, sizeof(next));
		else if (join_units(operation, out, next, where, err) < 0)
			return -1;
	}
	return 0;
}

int claims_unit(const json_t *e, const char *where, char out[32], struct error *err)
{
	return unit_at(e, where, CLAIMS_MAX_DEPTH, out, err);
}
