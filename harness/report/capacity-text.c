/* capacity-text.c - the words that both reports have for "capacity": how many fit by one resource, and by all of them
 * together. A further resource of summary.json needs nothing here. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

/* What is known of how many fit; NaN = nothing. Whether it is bounded above is hi. */
struct fits {
	double lo, middle, hi;
};

static char *fits_text(const struct fits *f)
{
	cleanup_free char *least = number_text(f->lo), *most = number_text(f->hi);
	cleanup_free char *middle = number_text(f->middle);

	if (isfinite(f->middle) && isfinite(f->lo) && isfinite(f->hi))
		return interval_text(f->middle, f->lo, f->hi, "1", false);
	if (isfinite(f->lo) && isfinite(f->hi))
		return xasprintf(f->lo < f->hi ? "%s to %s" : "%s", least, most);
	if (isfinite(f->lo))
		return xasprintf("at least %s", least);
	if (isfinite(f->hi))
		return xasprintf("at most %s", most);
	return isfinite(f->middle) ? steal_ptr(middle) : xstrdup("");
}

char *range_text(const json_t *row, const char *key, const char *lo_key, const char *hi_key)
{
	struct fits f = {json_number_at(row, lo_key, NULL), json_number_at(row, key, NULL),
		json_number_at(row, hi_key, NULL)};

	return fits_text(&f);
}

/* What takes nothing binds nothing; what is not bounded above has no middle either. */
static struct fits fits_of(const json_t *row)
{
	struct fits f = {json_number_at(row, "fit_lo", NULL), json_number_at(row, "fit", NULL),
		json_number_at(row, "fit_hi", NULL)};

	if (json_number_at(row, "each_hi", NULL) <= 0)
		f.lo = f.hi = INFINITY;
	if (isfinite(f.lo) && !isfinite(f.hi))
		f.middle = NAN;
	return f;
}

static bool is_beside(const json_t *a, const json_t *b)
{
	return !strcmp(json_text_at(a, "arm", NULL), json_text_at(b, "arm", NULL)) &&
		!strcmp(json_text_at(a, "workload", NULL), json_text_at(b, "workload", NULL));
}

/* Of the resources of one arm and workload the smaller, bound by bound. */
static struct fits smaller(struct fits a, struct fits b)
{
	struct fits f = {a.lo < b.lo ? a.lo : b.lo, fmin(a.middle, b.middle), fmin(a.hi, b.hi)};

	if (isnan(a.lo) || isnan(b.lo))
		f.lo = NAN;
	/* The one that has no middle may be the smaller. */
	if ((isnan(a.middle) && !(a.lo >= b.middle)) || (isnan(b.middle) && !(b.lo >= a.middle)))
		f.middle = NAN;
	return f;
}

/* Whether this resource is full before all others are, whatever their intervals. */
static bool binds(const json_t *list, const json_t *row)
{
	struct fits f = fits_of(row);
	json_t *other;
	size_t i;

	json_array_foreach ((json_t *)list, i, other)
		if (other != row && is_beside(other, row) && !(f.hi <= fits_of(other).lo))
			return false;
	return isfinite(f.hi);
}

char *capacity_fits(const json_t *list, size_t place, char **bound)
{
	const json_t *first = json_array_get(list, place);
	struct fits all = fits_of(first);
	char *named = NULL, *every = NULL;
	json_t *row;
	size_t i;

	json_array_foreach ((json_t *)list, i, row) {
		const char *resource = json_text_at(row, "resource", NULL);
		cleanup_free char *before = NULL;

		if (!is_beside(first, row))
			continue;
		if (i < place) {
			free(named);
			free(every);
			return NULL;
		}
		if (i > place)
			all = smaller(all, fits_of(row));
		if (!named && binds(list, row))
			named = xstrdup(resource);
		before = every;
		every = xasprintf("%s%s%s", before ? before : "", before ? " or " : "", resource);
	}
	*bound = named ? named : steal_ptr(every);
	free(every);
	return fits_text(&all);
}
