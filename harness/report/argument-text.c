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

/* What 0 or 1 means where a condition asks yes or no: "kept running (1)", new; NULL for any other value. */
static char *claim_word(const json_t *row, double value, bool korean)
{
	const char *word = value == 0 || value == 1
		? json_text_at(row, "words", value == 1 ? "yes" : "no", korean ? "ko" : "en", NULL)
		: "";

	return *word ? xasprintf("%s (%.0f)", word, value) : NULL;
}

/* Decimal digits that tell what was measured from the threshold; 0 = those usual do. */
static int digits_of(const json_t *row)
{
	static const char *const keys[] = {"value", "lo", "hi"};
	double threshold = json_number_at(row, "threshold", NULL);
	int digits = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		double x = json_number_at(row, keys[i], NULL);
		int least = 4;

		if (!isfinite(x) || x == threshold ||
			!(fabs(x - threshold) < 0.01 * fabs(threshold)))
			continue;
		while (least < 15) {
			cleanup_free char *one = xasprintf("%.*g", least, x);
			cleanup_free char *other = xasprintf("%.*g", least, threshold);

			if (strcmp(one, other) != 0)
				break;
			least++;
		}
		digits = least > digits ? least : digits;
	}
	return digits;
}

/* Whole bytes and counts are written out. */
static char *exact_number(double x, int digits)
{
	if (x == floor(x) && fabs(x) < 1e15)
		return xasprintf("%.0f", x);
	return xasprintf("%.*g", digits, x);
}

static char *exact_amount(double value, double lo, double hi, const char *unit, int digits)
{
	const char *sep = strcmp(unit, "1") ? " " : "", *shown = *sep ? unit : "";
	cleanup_free char *is = exact_number(value, digits);
	cleanup_free char *low = exact_number(lo, digits), *high = exact_number(hi, digits);

	return isfinite(lo) && isfinite(hi) && lo != hi
		? xasprintf("%s [%s, %s]%s%s", is, low, high, sep, shown)
		: xasprintf("%s%s%s", is, sep, shown);
}

char *claim_value(const json_t *row, bool korean)
{
	double value = json_number_at(row, "value", NULL), lo = json_number_at(row, "lo", NULL),
	       hi = json_number_at(row, "hi", NULL);
	const char *unit = json_text_at(row, "unit", NULL);
	int digits = digits_of(row);
	char *word = (isnan(lo) || lo == value) && (isnan(hi) || hi == value)
		? claim_word(row, value, korean)
		: NULL;

	if (word)
		return word;
	if (digits && isfinite(value))
		return exact_amount(value, lo, hi, unit, digits);
	return claim_amount(value, lo, hi, unit);
}

char *claim_threshold(const json_t *row, bool korean)
{
	double threshold = json_number_at(row, "threshold", NULL);
	const char *unit = json_text_at(row, "unit", NULL);
	int digits = digits_of(row);
	char *word = claim_word(row, threshold, korean);

	if (word)
		return word;
	if (digits)
		return exact_amount(threshold, NAN, NAN, unit, digits);
	return claim_amount(threshold, NAN, NAN, unit);
}

bool claim_has_words(const json_t *row)
{
	return json_is_object(json_object_get(row, "words"));
}

char *claim_expected(const json_t *row, bool against, bool korean)
{
	const char *op = json_text_at(row, "op", NULL);
	double threshold = json_number_at(row, "threshold", NULL);
	cleanup_free char *than = claim_threshold(row, korean);

	if (strcmp(op, "=") == 0 && claim_has_words(row)) {
		char *other = claim_word(row, threshold == 0 ? 1 : 0, korean);

		if (!against || !other) {
			free(other);
			return steal_ptr(than);
		}
		return other;
	}
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (strcmp(op, operators[i].op) == 0)
			return xasprintf(
				"%s %s", against ? operators[i].against : operators[i].sign, than);
	return xstrdup("");
}

const char *claim_reason(const json_t *row, bool korean)
{
	const char *ko = json_text_at(row, "reason_ko", NULL);

	return korean && *ko ? ko : json_text_at(row, "reason", NULL);
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
