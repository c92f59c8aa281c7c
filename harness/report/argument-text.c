/* argument-text.c - the words that both reports have for claims: verdicts in Korean and English, amounts, what decided. A
 * verdict more: a line in verdicts[]. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *word, *ko;
} verdicts[CLAIM_VERDICTS] = {
	{"supported", "지지됨"},
	{"refuted", "반박됨"},
	{"unclear", "불분명"},
};

static const struct {
	const char *op, *sign, *against;
} operators[] = {
	{"<", "<", "≥"},
	{"<=", "≤", ">"},
	{"=", "=", "≠"},
	{">=", "≥", "<"},
	{">", ">", "≤"},
};

const char *claim_verdict_word(const json_t *row, bool korean)
{
	const char *word = json_text_at(row, "verdict", NULL);

	for (size_t i = 0; i < CLAIM_VERDICTS; i++)
		if (strcmp(word, verdicts[i].word) == 0)
			return korean ? verdicts[i].ko : verdicts[i].word;
	return "";
}

void claim_counts(const json_t *claims, size_t n[CLAIM_VERDICTS])
{
	size_t i;
	json_t *c;

	memset(n, 0, CLAIM_VERDICTS * sizeof(*n));
	json_array_foreach ((json_t *)claims, i, c)
		for (size_t k = 0; k < CLAIM_VERDICTS; k++)
			n[k] += strcmp(json_text_at(c, "verdict", NULL), verdicts[k].word) == 0;
}

char *claim_amount(double value, double lo, double hi, const char *unit)
{
	if (isnan(value))
		return xstrdup("no value");
	if (*scale_for(unit, value).unit != '(')
		return interval_text(value, lo, hi, unit, false);
	return isfinite(lo) && isfinite(hi) ? xasprintf("%.4g [%.4g, %.4g] %s", value, lo, hi, unit)
					    : xasprintf("%.4g %s", value, unit);
}

char *claim_value(const json_t *row)
{
	return claim_amount(json_number_at(row, "value", NULL), json_number_at(row, "lo", NULL),
		json_number_at(row, "hi", NULL), json_text_at(row, "unit", NULL));
}

char *claim_expected(const json_t *row, bool against)
{
	const char *op = json_text_at(row, "op", NULL);
	cleanup_free char *than = claim_amount(
		json_number_at(row, "threshold", NULL), NAN, NAN, json_text_at(row, "unit", NULL));

	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (strcmp(op, operators[i].op) == 0)
			return xasprintf(
				"%s %s", against ? operators[i].against : operators[i].sign, than);
	return xstrdup("");
}

const json_t *claim_deciding(const json_t *claim)
{
	static const char *const keys[] = {"value", "lo", "hi", "op", "threshold", "unit"};
	size_t i;
	json_t *c;

	json_array_foreach ((json_t *)json_list(claim, "conditions"), i, c) {
		size_t same = 0;

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			same += json_equal(
				json_object_get(c, keys[k]), json_object_get(claim, keys[k]));
		if (same == ARRAY_SIZE(keys))
			return c;
	}
	return NULL;
}
