/* compare-judge.c - one row judged: archived runs by Mann-Whitney and Hodges-Lehmann (the unit is the trial), the two
 * sides of one run block by block by the sign test. Pure. */
#include "compare-parts.h"

#include "util.h"

#include <math.h>
#include <string.h>

/* The values that take part: logarithms for ratios. */
struct sides {
	double *x[2];
	unsigned *run[2];
	size_t n[2], dropped;
	double *d; /* paired: new less base */
};

static void sides_free(struct sides *s)
{
	for (unsigned k = 0; k < 2; k++) {
		free(s->x[k]);
		free(s->run[k]);
	}
	free(s->d);
}

static void keep(struct sides *s, unsigned k, const struct compare_values *v, size_t i, bool ratio)
{
	s->run[k][s->n[k]] = v->run[i];
	s->x[k][s->n[k]++] = ratio ? log(v->value[i]) : v->value[i];
}

static struct sides sides_of(
	const struct compare_rows *r, const struct compare_row *row, bool ratio)
{
	const struct compare_values *a = &row->side[0], *b = &row->side[1];
	struct sides s = {0};

	for (unsigned k = 0; k < 2; k++) {
		s.x[k] = xcalloc(row->side[k].n + 1, sizeof(*s.x[k]));
		s.run[k] = xcalloc(row->side[k].n + 1, sizeof(*s.run[k]));
	}
	for (size_t i = 0; r->paired && i < a->n; i++) {
		if (ratio && !(a->value[i] > 0 && b->value[i] > 0)) {
			s.dropped++;
			continue;
		}
		keep(&s, 0, a, i, ratio);
		keep(&s, 1, b, i, ratio);
	}
	for (unsigned k = 0; k < 2 && !r->paired; k++) {
		for (size_t i = 0; i < row->side[k].n; i++) {
			if (ratio && !(row->side[k].value[i] > 0))
				s.dropped++;
			else
				keep(&s, k, &row->side[k], i, ratio);
		}
	}
	s.d = xcalloc(s.n[0] + 1, sizeof(*s.d));
	for (size_t i = 0; r->paired && i < s.n[0]; i++)
		s.d[i] = s.x[1][i] - s.x[0][i];
	return s;
}

static void add_note(struct compare_judged *j, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void add_note(struct compare_judged *j, const char *fmt, ...)
{
	char *words, *longer;
	va_list args;

	va_start(args, fmt);
	words = xvasprintf(fmt, args);
	va_end(args);
	longer = j->note ? xasprintf("%s; %s", j->note, words) : xstrdup(words);
	free(words);
	free(j->note);
	j->note = longer;
}

static double median_of(const double *x, size_t n)
{
	cleanup_free double *copy = xcalloc(n + 1, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = x[i];
	return stats_median(copy, n);
}

static bool constant(const double *x, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (x[i] < x[0] || x[i] > x[0])
			return false;
	return n > 0;
}

static double margin_of(
	const struct compare_rows *r, const struct compare_row *row, const double median[2])
{
	const struct metric *m = &metrics[row->metric];
	double part = strncmp(m->name, "memory.", 7) ? r->margin_time : r->margin_memory;

	if (m->exact)
		return 0;
	if (m->compare == COMPARE_RATIO)
		return part;
	/* What was derived by a difference is as uncertain as what it was made from. */
	return part *
		fmax(fmax(fabs(median[0]), fabs(median[1])),
			fmax(row->side[0].scale, row->side[1].scale));
}

/* p of "no difference beyond the margin" in the direction of the estimate: the same test, with the margin taken off. */
static double p_beyond(
	const struct compare_rows *r, const struct sides *s, double estimate, double edge)
{
	double shift = estimate < 0 ? -edge : edge;
	cleanup_free double *y = NULL;

	if (!(fabs(estimate) > edge))
		return 1;
	if (r->paired)
		return stats_sign_test(s->d, s->n[0], shift);
	y = xcalloc(s->n[1] + 1, sizeof(*y));
	for (size_t i = 0; i < s->n[1]; i++)
		y[i] = s->x[1][i] - shift;
	return stats_mann_whitney(s->x[0], s->n[0], y, s->n[1]);
}

static void estimate(const struct compare_rows *r, const struct compare_row *row,
	const struct sides *s, struct compare_judged *j)
{
	bool counts = metrics[row->metric].exact && constant(s->x[0], s->n[0]) &&
		constant(s->x[1], s->n[1]);
	cleanup_free double *d = NULL;

	j->p = j->p_margin = NAN;
	if (counts) { /* nothing varies, nothing to estimate */
		j->estimate = s->x[1][0] - s->x[0][0];
		j->i = (struct interval){j->estimate, j->estimate, 1};
		return;
	}
	if (r->paired) {
		d = xcalloc(s->n[0] + 1, sizeof(*d));
		memcpy(d, s->d, s->n[0] * sizeof(*d));
		j->i = stats_median_interval(d, s->n[0], CONFIDENCE);
		j->estimate = stats_median(d, s->n[0]);
		j->p = s->n[0] ? stats_sign_test(s->d, s->n[0], 0) : NAN;
	} else {
		j->estimate =
			stats_hodges_lehmann(s->x[0], s->n[0], s->x[1], s->n[1], CONFIDENCE, &j->i);
		j->p = stats_mann_whitney(s->x[0], s->n[0], s->x[1], s->n[1]);
	}
	if (s->n[0] && s->n[1])
		j->p_margin = p_beyond(r, s, j->estimate, j->edge);
}

/* Why there is no verdict at all, or NULL. */
static const char *refusal(const struct compare_row *row, const struct sides *s)
{
	const struct compare_values *a = &row->side[0], *b = &row->side[1];

	if (!a->n || !b->n)
		return a->n ? "no value in new" : b->n ? "no value in base" : "no value";
	if (metrics[row->metric].timing && (a->flags | b->flags) & FLAG_EMULATED)
		return "emulated times decide no verdict";
	if (a->uncorrected || b->uncorrected)
		return "emulated: holds or borders on the translation buffer";
	if (a->no_code || b->no_code)
		return "emulated, and memory.emulator_code was not measured";
	if (a->kind != b->kind)
		return "made in different ways: a slope over several instances and a difference at one";
	if (!s->n[0] || !s->n[1])
		return "no values above 0: no ratio";
	return NULL;
}

/* The smallest and largest median of a side's runs. */
static void run_medians(
	const struct sides *s, unsigned k, double *least, double *most, size_t *runs)
{
	cleanup_free double *x = xcalloc(s->n[k] + 1, sizeof(*x));
	unsigned last = 0;

	*least = INFINITY;
	*most = -INFINITY;
	*runs = 0;
	for (size_t i = 0; i < s->n[k]; i++)
		last = s->run[k][i] > last ? s->run[k][i] : last;
	for (unsigned run = 0; run <= last; run++) {
		size_t n = 0;

		for (size_t i = 0; i < s->n[k]; i++)
			if (s->run[k][i] == run)
				x[n++] = s->x[k][i];
		if (!n)
			continue;
		++*runs;
		*least = fmin(*least, stats_median(x, n));
		*most = fmax(*most, stats_median(x, n));
	}
}

/* The trial is the unit, so what differs between whole runs of one side is not in the interval. Where runs of a side
 * lie further apart than the margin, a difference counts only if every new run lies beyond every base run by more than
 * the margin, and none is told to be the same. */
static void look_at_runs(const struct sides *s, struct compare_judged *j)
{
	double least[2], most[2];
	bool apart = false;

	for (unsigned k = 0; k < 2; k++) {
		size_t runs;

		run_medians(s, k, &least[k], &most[k], &runs);
		j->apart[k] = runs > 1 ? most[k] - least[k] : NAN;
		apart = apart || j->apart[k] > j->edge;
	}
	if (!apart)
		return;
	j->runs_differ = true;
	add_note(j, "runs of one side differ by more than the margin");
	if ((j->verdict == VERDICT_HIGHER && least[1] - most[0] > j->edge) ||
		(j->verdict == VERDICT_LOWER && least[0] - most[1] > j->edge))
		return;
	if (j->verdict != VERDICT_NONE)
		j->verdict = VERDICT_UNCLEAR;
}

static size_t least_values(const struct compare_rows *r)
{
	return r->paired ? LEAST_BLOCKS : 4; /* 4 and 4: 97.1 % */
}

static void say_needs(const struct compare_rows *r, const struct sides *s, struct compare_judged *j)
{
	size_t n = s->n[0] < s->n[1] ? s->n[0] : s->n[1];
	double target = fmax(fabs(fabs(j->estimate) - j->edge), j->edge / 4);

	if (isnan(j->i.lo)) {
		add_note(j, "%zu and %zu values: too few for a 95 %% interval", s->n[0], s->n[1]);
		j->needs = n < least_values(r) ? least_values(r) - n : 1;
	} else if (!j->runs_differ) {
		j->needs = stats_blocks_needed(j->i, n, target);
		j->needs = j->needs || !(target > 0) ? j->needs : 1;
	}
}

static void note_values(
	const struct compare_row *row, const struct sides *s, struct compare_judged *j)
{
	size_t disturbed = row->side[0].disturbed + row->side[1].disturbed;

	if (row->side[0].less || row->side[1].less)
		add_note(j, "less memory.emulator_code");
	if (s->dropped)
		add_note(j, "%zu value%s of 0 or less left out", s->dropped,
			s->dropped == 1 ? "" : "s");
	if (disturbed)
		add_note(j, "%zu of %zu values from disturbed blocks", disturbed,
			row->side[0].n + row->side[1].n);
}

struct compare_judged compare_judge(const struct compare_rows *r, const struct compare_row *row)
{
	bool ratio = metrics[row->metric].compare == COMPARE_RATIO;
	struct compare_judged j = {.ratio = ratio,
		.i = stats_no_interval(),
		.estimate = NAN,
		.p = NAN,
		.p_margin = NAN,
		.apart = {NAN, NAN}};
	struct sides s = sides_of(r, row, ratio);
	const char *no = refusal(row, &s);

	for (unsigned k = 0; k < 2; k++)
		j.median[k] = median_of(row->side[k].value, row->side[k].n);
	j.margin = margin_of(r, row, j.median);
	j.edge = ratio ? log1p(j.margin) : j.margin;
	note_values(row, &s, &j);
	if (s.n[0] && s.n[1])
		estimate(r, row, &s, &j);
	if (no) {
		j.verdict = VERDICT_NONE;
		add_note(&j, "%s", no);
	} else {
		j.verdict = stats_verdict(j.i, j.edge);
		look_at_runs(&s, &j);
		if (j.verdict == VERDICT_UNCLEAR)
			say_needs(r, &s, &j);
	}
	sides_free(&s);
	return j;
}

double compare_least_p(const struct compare_rows *r, const struct compare_row *row)
{
	size_t n = row->side[0].n, m = row->side[1].n;
	double p = 2; /* over n + m choose n */

	if (r->paired)
		return ldexp(1, 1 - (int)n);
	for (size_t i = 1; i <= n; i++)
		p *= (double)i / (double)(m + i);
	return fmin(p, 1);
}
