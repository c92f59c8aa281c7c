/* claims-judge.c - claims against a summary: each condition an interval against its threshold, each claim the sum of
 * its conditions. Pure. The rule: workloads/claims/README.md. */
#include "claims.h"

#include "json.h"
#include "util.h"

#include <math.h>
#include <string.h>

enum claim_verdict { CLAIM_SUPPORTED, CLAIM_REFUTED, CLAIM_UNCLEAR };
static const char *const verdict_words[] = {"supported", "refuted", "unclear"};

static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static enum claim_verdict of_bool(bool yes, bool no)
{
	return yes ? CLAIM_SUPPORTED : no ? CLAIM_REFUTED : CLAIM_UNCLEAR;
}

static enum claim_verdict compare(double lo, double hi, const char *op, double t)
{
	if (!strcmp(op, "<"))
		return of_bool(hi < t, lo >= t);
	if (!strcmp(op, "<="))
		return of_bool(hi <= t, lo > t);
	if (!strcmp(op, ">"))
		return of_bool(lo > t, hi <= t);
	if (!strcmp(op, ">="))
		return of_bool(lo >= t, hi < t);
	return of_bool(lo >= t && hi <= t, lo > t || hi < t);
}

/* The digits that tell value and ends from the threshold, where they are not it. */
static int digits_of(const struct quantity *q, double threshold)
{
	const double x[] = {q->value, q->lo, q->hi};
	int digits = 6;

	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		while (digits < 15 && x[i] != threshold) {
			cleanup_free char *one = xasprintf("%.*g", digits, x[i]);
			cleanup_free char *other = xasprintf("%.*g", digits, threshold);

			if (strcmp(one, other) != 0)
				break;
			digits++;
		}
	return digits > 6 && digits < 10 ? 10 : digits; /* bytes written out */
}

/* Why it is not supported, where q has no reason of its own. */
static void explain(struct quantity *q, const char *expression, const char *op, double threshold,
	enum claim_verdict verdict)
{
	bool refuted = verdict == CLAIM_REFUTED;
	int digits = digits_of(q, threshold);
	cleanup_free char *is =
		xasprintf("%.*g [%.*g, %.*g]", digits, q->value, digits, q->lo, digits, q->hi);

	if (q->reason)
		return;
	quantity_because(q,
		xasprintf("%s is %s, %s %s %.*g", expression, is,
			refuted ? "not" : "neither shown to be nor not to be", op, digits,
			threshold),
		xasprintf("%s: %s, 기준(%s %.*g)을 %s", expression, is, op, digits, threshold,
			refuted ? "벗어난다" : "만족하는지 알 수 없다"));
}

static void put_reason(json_t *row, const char *en, const char *ko)
{
	json_object_set_new(row, "reason", en ? json_text(en) : json_null());
	json_object_set_new(row, "reason_ko", ko ? json_text(ko) : json_null());
}

static json_t *judge_condition(const json_t *c, const json_t *summary, enum claim_verdict *verdict)
{
	const json_t *value = json_object_get(c, "value");
	const char *op = json_string_value(json_object_get(c, "op"));
	double threshold = json_number_value(json_object_get(c, "threshold"));
	struct quantity q = claims_quantity(value, summary);
	cleanup_free char *expression = claims_expression_text(value);
	struct error ignored = ERROR_INIT;
	json_t *row = json_object(), *words = json_object_get(c, "words");
	char unit[32] = "1";

	*verdict = q.reason ? CLAIM_UNCLEAR : compare(q.lo, q.hi, op, threshold);
	if (*verdict != CLAIM_SUPPORTED)
		explain(&q, expression, op, threshold, *verdict);
	claims_unit(value, "claims", unit, &ignored);
	json_object_set(row, "text", json_object_get(c, "text"));
	json_object_set_new(
		row, "control", json_boolean(json_is_true(json_object_get(c, "control"))));
	json_object_set_new(row, "expression", json_string(expression));
	json_object_set_new(row, "unit", json_string(unit));
	json_object_set_new(row, "value", number(q.value));
	json_object_set_new(row, "lo", number(q.lo));
	json_object_set_new(row, "hi", number(q.hi));
	json_object_set_new(row, "coverage", number(isnan(q.lo) ? NAN : q.coverage));
	json_object_set_new(row, "n", json_integer((json_int_t)q.n));
	json_object_set_new(row, "op", json_string(op));
	json_object_set_new(row, "threshold", json_real(threshold));
	json_object_set_new(row, "verdict", json_string(verdict_words[*verdict]));
	put_reason(row, q.reason, q.reason_ko);
	json_object_set_new(row, "words", words ? json_incref(words) : json_null());
	json_object_set(row, "flags", q.flags);
	quantity_free(&q);
	return row;
}

/* The condition that decides, and how: a control that is not shown leaves the claim open, whatever the others say. */
struct decision {
	enum claim_verdict verdict;
	const json_t *row; /* borrowed */
	bool control;
};

static void weigh(struct decision *d, const json_t *row, enum claim_verdict verdict, bool control)
{
	bool stronger = false;

	if (control && verdict == CLAIM_SUPPORTED)
		return;
	if (!d->row)
		stronger = true;
	else if (control)
		stronger = !d->control;
	else if (!d->control && verdict == CLAIM_REFUTED)
		stronger = d->verdict != CLAIM_REFUTED;
	else if (!d->control && verdict == CLAIM_UNCLEAR)
		stronger = d->verdict == CLAIM_SUPPORTED;
	if (stronger)
		*d = (struct decision){control ? CLAIM_UNCLEAR : verdict, row, control};
}

static char *joined(const char *before, const json_t *condition)
{
	return xasprintf("%s%s%s %s %.15g", before, *before ? " and " : "",
		json_string_value(json_object_get(condition, "expression")),
		json_string_value(json_object_get(condition, "op")),
		json_number_value(json_object_get(condition, "threshold")));
}

static void put_decision(json_t *row, const struct decision *d)
{
	static const char *const keys[] = {
		"unit", "value", "lo", "hi", "coverage", "n", "op", "threshold", "words"};
	const char *en = json_string_value(json_object_get(d->row, "reason"));
	const char *ko = json_string_value(json_object_get(d->row, "reason_ko"));

	json_object_set_new(row, "verdict", json_string(verdict_words[d->verdict]));
	if (en && ko && d->control) {
		cleanup_free char *open = xasprintf("the control is not shown: %s", en);
		cleanup_free char *open_ko = xasprintf("대조군이 확인되지 않았다: %s", ko);

		put_reason(row, open, open_ko);
	} else {
		put_reason(row, en, ko);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set(row, keys[i], json_object_get(d->row, keys[i]));
}

static json_t *judge_claim(const json_t *claim, const json_t *summary)
{
	json_t *row = json_object(), *conditions = json_array(), *picture, *notes;
	struct decision d = {.verdict = CLAIM_SUPPORTED};
	char *expression = xstrdup("");
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(claim, "conditions"), i, one) {
		enum claim_verdict verdict;
		json_t *judged = judge_condition(one, summary, &verdict);
		char *longer = joined(expression, judged);

		json_array_append_new(conditions, judged);
		weigh(&d, judged, verdict, json_is_true(json_object_get(one, "control")));
		free(expression);
		expression = longer;
	}
	json_object_set(row, "id", json_object_get(claim, "id"));
	json_object_set(row, "number", json_object_get(claim, "number"));
	json_object_set(row, "quote", json_object_get(claim, "quote"));
	json_object_set(row, "measurement", json_object_get(claim, "measurement"));
	put_decision(row, &d);
	json_object_set_new(row, "expression", json_string(expression));
	json_object_set_new(row, "conditions", conditions);
	picture = json_object_get(claim, "picture");
	notes = json_object_get(claim, "footnotes");
	json_object_set_new(row, "picture", picture ? json_incref(picture) : json_null());
	json_object_set_new(row, "footnotes", notes ? json_incref(notes) : json_array());
	free(expression);
	return row;
}

json_t *claims_judge(const json_t *claims, const json_t *summary)
{
	json_t *list = json_array();
	const json_t *claim;
	size_t i;

	json_array_foreach (json_object_get(claims, "claims"), i, claim)
		json_array_append_new(list, judge_claim(claim, summary));
	return list;
}
