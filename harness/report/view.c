/* view.c - reading run.json and summary.json for display: tolerant of what is absent or of a wrong type
 * (it shows as not there), strict in nothing, for run-folder.c has checked the schema. */
#include "report-internal.h"

#include "util.h"

#include <math.h>
#include <string.h>

const char *json_text_of(const json_t *o, const char *const *keys)
{
	const char *s;

	for (; o && *keys; keys++)
		o = json_object_get(o, *keys);
	s = json_string_value(o);
	return s ? s : "";
}

double json_number_of(const json_t *o, const char *const *keys)
{
	for (; o && *keys; keys++)
		o = json_object_get(o, *keys);
	return json_is_number(o) && isfinite(json_number_value(o)) ? json_number_value(o) : NAN;
}

const json_t *json_list(const json_t *o, const char *key)
{
	const json_t *list = json_object_get(o, key);

	return json_is_array(list) ? list : NULL;
}

bool json_has_text(const json_t *list, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach ((json_t *)list, i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

static json_int_t instances_of(const json_t *row)
{
	return json_integer_value(json_object_get(row, "instances"));
}

static bool row_is_at(const json_t *row, const struct setting *at)
{
	return instances_of(row) == at->instances &&
		strcmp(json_text_at(row, "workload", NULL), at->workload) == 0;
}

static char *cell_key(const char *arm, const char *metric)
{
	return xasprintf("%s\n%s", metric, arm);
}

/* What the index holds of the row's setting, or NULL: { at, cells, compared }. */
static json_t *index_at(const struct view *v, const json_t *row)
{
	cleanup_free char *key = xasprintf("%" JSON_INTEGER_FORMAT " %s", instances_of(row),
		json_text_at(row, "workload", NULL));

	return json_object_get(v->index, key);
}

static json_t *add_setting(struct view *v, const json_t *row)
{
	const char *workload = json_text_at(row, "workload", NULL);
	cleanup_free char *key =
		xasprintf("%" JSON_INTEGER_FORMAT " %s", instances_of(row), workload);
	json_t *entry = json_pack("{s:{}, s:[]}", "cells", "compared");

	json_object_set_new(v->index, key, entry);
	/* the array doubles at each power of two */
	if (!(v->n_settings & (v->n_settings - 1)))
		v->settings = xrealloc(v->settings,
			(v->n_settings ? v->n_settings * 2 : 1) * sizeof(*v->settings));
	v->settings[v->n_settings++] = (struct setting){.workload = workload,
		.instances = instances_of(row),
		.cells = json_object_get(entry, "cells"),
		.compared = json_object_get(entry, "compared")};
	return entry;
}

/* One pass over all rows: each table asks for thousands of cells. */
static void find_settings(struct view *v)
{
	size_t i;
	json_t *row, *entry;

	v->index = json_object();
	json_array_foreach ((json_t *)json_list(v->summary, "metrics"), i, row) {
		cleanup_free char *key =
			cell_key(json_text_at(row, "arm", NULL), json_text_at(row, "metric", NULL));
		json_t *cells;

		entry = index_at(v, row);
		if (!entry)
			entry = add_setting(v, row);
		cells = json_object_get(entry, "cells");
		if (!json_object_get(cells, key)) /* the first one counts */
			json_object_set(cells, key, row);
	}
	json_array_foreach ((json_t *)json_list(v->summary, "comparisons"), i, row) {
		entry = index_at(v, row);
		if (entry)
			json_array_append(json_object_get(entry, "compared"), row);
	}
}

/* Charts and the first table show the first workload with the fewest instances, but not the empty set. */
static struct setting first_setting(const struct view *v)
{
	struct setting best = {.workload = ""};

	for (size_t i = 0; i < v->n_settings; i++) {
		const struct setting *s = &v->settings[i];

		if (i == 0 ||
			(strcmp(s->workload, best.workload) == 0 && s->instances > 0 &&
				(best.instances <= 0 || s->instances < best.instances)))
			best = *s;
	}
	return best;
}

int view_open(struct view *v, const json_t *run, const json_t *summary, struct error *err)
{
	json_t *arms = json_object_get(run, "arms"), *arm;
	const char *name;

	memset(v, 0, sizeof(*v));
	v->run = run;
	v->summary = summary;
	if (!json_is_object(arms) || json_object_size(arms) == 0)
		return error_set(err, EXIT_USAGE,
			"run.json: arms: got none, expected an object with at least one arm");
	v->arms = xcalloc(json_object_size(arms), sizeof(*v->arms));
	json_object_foreach (arms, name, arm) {
		struct view_arm *a = &v->arms[v->n_arms++];

		a->name = name;
		a->shown = clean_text(name);
		a->platform = clean_text(json_text_at(arm, "platform", NULL));
		a->accelerator = clean_text(json_text_at(arm, "accelerator", NULL));
		a->emulated = json_is_true(json_object_get(arm, "emulated"));
	}
	v->base = json_text_at(run, "plan", "base", NULL);
	if (view_find_arm(v, v->base) < 0)
		v->base = view_find_arm(v, "host") < 0 ? v->arms[0].name : "host";
	find_settings(v);
	v->at = first_setting(v);
	return 0;
}

void view_close(struct view *v)
{
	for (size_t i = 0; i < v->n_arms; i++) {
		free(v->arms[i].shown);
		free(v->arms[i].platform);
		free(v->arms[i].accelerator);
	}
	free(v->arms);
	free(v->settings);
	json_decref(v->index);
	memset(v, 0, sizeof(*v));
}

int view_find_arm(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->n_arms; i++)
		if (strcmp(v->arms[i].name, name) == 0)
			return (int)i;
	return -1;
}

int view_platform(const struct view *v, const char *platform)
{
	int found = -1;

	for (size_t i = v->n_arms; i-- > 0;)
		if (strcmp(v->arms[i].platform, platform) == 0 &&
			(found < 0 || !v->arms[i].emulated || v->arms[found].emulated))
			found = (int)i;
	return found;
}

int view_measured(const struct view *v, const char *platform, const char *metric)
{
	int found = -1;

	for (size_t i = v->n_arms; i-- > 0;)
		if (strcmp(v->arms[i].platform, platform) == 0 &&
			view_cell(v, i, metric).status == CELL_OK &&
			(found < 0 || !v->arms[i].emulated || v->arms[found].emulated))
			found = (int)i;
	return found;
}

int view_light(const struct view *v, const char *metric)
{
	int arm = view_measured(v, "container", metric);

	if (arm < 0)
		arm = view_measured(v, "docker", metric);
	if (arm < 0)
		arm = view_find_arm(v, v->base);
	for (size_t i = 0; i < v->n_arms && view_cell(v, (size_t)arm, metric).status != CELL_OK;
		i++)
		arm = (int)i;
	return view_cell(v, (size_t)arm, metric).status == CELL_OK ? arm : -1;
}

bool view_has_arm(const struct view *v, size_t arm)
{
	size_t i;
	json_t *row;

	json_array_foreach ((json_t *)json_list(v->summary, "metrics"), i, row)
		if (row_is_at(row, &v->at) &&
			strcmp(json_text_at(row, "arm", NULL), v->arms[arm].name) == 0)
			return true;
	return false;
}

bool view_planned(const struct view *v, const char *const *names)
{
	for (; v->n_settings && *names; names++)
		for (size_t a = 0; a < v->n_arms; a++)
			if (view_cell(v, a, *names).status != CELL_ABSENT)
				return true;
	return !v->n_settings;
}

char *view_absent_text(const struct view *v)
{
	char *text = NULL;

	for (size_t a = 0; a < v->n_arms; a++) {
		cleanup_free char *before = text;

		if (view_has_arm(v, a))
			text = steal_ptr(before);
		else
			text = xasprintf("%s%s%s",
				before ? before : "Not measured here: ", before ? ", " : "",
				v->arms[a].shown);
	}
	return text;
}

static void cell_fill(struct cell *c, const json_t *row)
{
	const char *status = json_text_at(row, "status", NULL);
	double n = json_number_at(row, "n", NULL);

	c->median = json_number_at(row, "median", NULL);
	c->lo = json_number_at(row, "lo", NULL);
	c->hi = json_number_at(row, "hi", NULL);
	c->coverage = json_number_at(row, "coverage", NULL);
	if (isnan(c->lo) || isnan(c->hi))
		c->lo = c->hi = c->coverage = NAN;
	c->n = n > 0 && n < 1e9 ? (size_t)n : 0;
	c->values = json_list(row, "values");
	c->reason = json_text_at(row, "reason", NULL);
	c->unit = json_text_at(row, "unit", NULL);
	c->less_code = json_number_at(row, "less_emulator_code", "median", NULL);
	c->emulated = json_has_text(json_list(row, "flags"), "emulated");
	c->status = strcmp(status, "failed") == 0 ? CELL_FAILED : CELL_SKIPPED;
	if (strcmp(status, "ok") == 0 && isfinite(c->median))
		c->status = CELL_OK;
	else if (!*c->reason)
		c->reason = "no reason recorded";
}

struct cell view_cell(const struct view *v, size_t arm, const char *metric)
{
	struct cell c = {.status = CELL_ABSENT,
		.median = NAN,
		.lo = NAN,
		.hi = NAN,
		.coverage = NAN,
		.less_code = NAN,
		.reason = "not measured in this run",
		.unit = ""};
	cleanup_free char *key = cell_key(v->arms[arm].name, metric);
	const json_t *row = json_object_get(v->at.cells, key);

	if (row)
		cell_fill(&c, row);
	return c;
}

struct cell view_cell_anywhere(const struct view *v, size_t arm, const char *metric)
{
	struct cell c = view_cell(v, arm, metric);

	for (size_t i = 0; i < v->n_settings && c.status == CELL_ABSENT; i++) {
		struct view other = *v;

		other.at = v->settings[i];
		if (strcmp(other.at.workload, v->at.workload) == 0)
			c = view_cell(&other, arm, metric);
	}
	return c;
}

const json_t *view_slope(const struct view *v, size_t a, const char *metric)
{
	size_t i;
	json_t *row;

	json_array_foreach ((json_t *)json_list(v->summary, "slopes"), i, row)
		if (!strcmp(json_text_at(row, "metric", NULL), metric) &&
			!strcmp(json_text_at(row, "arm", NULL), v->arms[a].name) &&
			!strcmp(json_text_at(row, "workload", NULL), v->at.workload))
			return row;
	return NULL;
}

double view_pss_held(const struct view *v, size_t arm)
{
	struct cell pss = view_cell(v, arm, "memory.pss");
	struct cell code = view_cell(v, arm, "memory.emulator_code");

	if (pss.status != CELL_OK || isfinite(pss.less_code))
		return pss.status == CELL_OK ? pss.less_code : NAN;
	return pss.median - (code.status == CELL_OK ? code.median : 0);
}

bool view_compares(const struct view *v, const json_t *row, const char *base)
{
	return row_is_at(row, &v->at) && strcmp(json_text_at(row, "base", NULL), base) == 0;
}

const json_t *view_comparison(
	const struct view *v, const char *arm, const char *base, const char *metric)
{
	size_t i;
	json_t *row;

	json_array_foreach ((json_t *)v->at.compared, i, row)
		if (strcmp(json_text_at(row, "metric", NULL), metric) == 0 &&
			strcmp(json_text_at(row, "arm", NULL), arm) == 0 &&
			view_compares(v, row, base))
			return row;
	return NULL;
}

char *view_host_text(const struct view *v)
{
	const json_t *host = json_object_get(v->run, "host");
	const char *model = json_text_at(host, "cpu_model", NULL);
	double cores = json_number_at(host, "cores", NULL);
	double ram = json_number_at(host, "ram_bytes", NULL);
	cleanup_free char *name = cut_text(json_text_at(host, "name", NULL), 40);
	cleanup_free char *cpu = cut_text(*model ? model : "CPU unknown", 60);
	cleanup_free char *n = isnan(cores) ? xstrdup("unknown") : number_text(cores);
	cleanup_free char *size = isnan(ram) ? xstrdup("RAM unknown") : value_text(ram, "B");

	return xasprintf("%s (%s, %s core%s, %s)", *name ? name : "unnamed host", cpu, n,
		cores == 1 ? "" : "s", size);
}

char *view_blocks_text(const struct view *v)
{
	cleanup_free char *planned =
		number_text(json_number_at(v->summary, "blocks", "planned", NULL));
	cleanup_free char *complete =
		number_text(json_number_at(v->summary, "blocks", "complete", NULL));
	cleanup_free char *warmup =
		number_text(json_number_at(v->summary, "blocks", "warmup", NULL));

	return xasprintf(
		"%s of %s counted blocks complete after %s of warm-up. One block holds every arm once, in random order; one fresh instance set is one sample.",
		complete, planned, warmup);
}

char *view_kernel_text(const struct view *v)
{
	cleanup_free char *kernel = cut_text(json_text_at(v->run, "host", "kernel", NULL), 40);

	if (strncmp(kernel, "Linux", 5) == 0)
		return xstrdup(kernel);
	return xasprintf("Linux %s", *kernel ? kernel : "unknown");
}

char *view_accelerator_text(const struct view *v)
{
	bool kvm = false, tcg = false;

	for (size_t i = 0; i < v->n_arms; i++) {
		tcg = tcg || v->arms[i].emulated || strcmp(v->arms[i].accelerator, "tcg") == 0;
		kvm = kvm || strcmp(v->arms[i].accelerator, "kvm") == 0;
	}
	return xstrdup(tcg && kvm ? "accelerators: KVM, TCG (emulated)"
			: tcg     ? "accelerator: TCG (emulated)"
			: kvm     ? "accelerator: KVM"
				  : "no VM, no accelerator");
}

char *view_method_text(const struct view *v, const char *const *names)
{
	size_t least = 0, most = 0;
	double low = NAN, high = NAN;

	for (; *names; names++)
		for (size_t a = 0; a < v->n_arms; a++) {
			struct cell c = view_cell(v, a, *names);

			if (c.status != CELL_OK)
				continue;
			least = least == 0 || c.n < least ? c.n : least;
			most = c.n > most ? c.n : most;
			low = fmin(low, c.coverage);
			high = fmax(high, c.coverage);
		}
	if (most == 0)
		return xstrdup("no data");
	cleanup_free char *n = least == most ? xasprintf("n = %zu", most)
					     : xasprintf("n = %zu to %zu", least, most);

	if (isnan(low))
		return xasprintf(
			"%s, medians; too few for intervals (they need n ≥ 6): every value is a point",
			n);
	if (high - low < 0.0005)
		return xasprintf("%s, medians; whiskers: exact %.1f %% order-statistic intervals",
			n, 100 * low);
	return xasprintf("%s, medians; whiskers: exact %.1f to %.1f %% order-statistic intervals",
		n, 100 * low, 100 * high);
}
