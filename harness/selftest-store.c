/* selftest-store.c - the result of a self-test as JSON and as a table, kept in the cache and read back. */
#include "selftest.h"

#include "command.h"
#include "guest-kernel.h"
#include "host.h"
#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define RESULT_MAX (1u << 20)

static json_t *number(double v)
{
	json_t *n = json_value_of(v);

	return n ? n : json_null();
}

static json_t *values_json(const struct weight *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->n && w->rule != RULE_SAME; i++)
		json_array_append_new(list, number(w->values[i]));
	return list;
}

static json_t *weight_json(const struct weight *w)
{
	bool named = w->rule != RULE_SAME && w->status != WEIGHT_SKIPPED;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:s, s:s, s:o, s:o, s:o}",
		"weight", w->name, "arm", w->arm, "metric",
		named ? json_string(metrics[w->metric].name) : json_null(), "unit",
		named ? json_string(metrics[w->metric].unit) : json_null(), "planted",
		number(named ? w->planted : NAN), "found", number(w->found), "tolerance",
		number(named && w->rule != RULE_NONE ? w->tolerance : NAN), "n", (int)w->n,
		"status", weight_status_names[w->status], "note", w->note, "lo", number(w->lo),
		"hi", number(w->hi), "values", values_json(w));
}

static json_t *resolved_json(const struct selftest *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->n_resolved; i++) {
		const struct resolved *r = &t->resolved[i];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s, s:o}", "metric", metrics[r->metric].name,
				"arm", r->arm, "unit", metrics[r->metric].unit, "kind",
				r->ratio ? "ratio" : "difference", "value", number(r->value)));
	}
	return list;
}

json_t *selftest_json(const struct selftest *t)
{
	const struct weight *off = selftest_off(t);
	json_t *weights = json_array();

	for (size_t i = 0; i < t->n_weights; i++)
		json_array_append_new(weights, weight_json(&t->weights[i]));
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:o, s:s, s:f, s:O*, s:o, s:o}", "schema",
		SELFTEST_SCHEMA, "date", t->date, "tare", TARE_VERSION, "quick", t->quick, "status",
		off ? "off" : "ok", "off", off ? json_string(off->name) : json_null(),
		"accelerator", t->accel, "seconds", t->seconds, "host", t->host, "weights", weights,
		"resolves", resolved_json(t));
}

void weight_figure(char *buf, size_t size, enum metric_id id, double v)
{
	const char *unit = metrics[id].unit;

	if (isnan(v))
		snprintf(buf, size, "-");
	else if (!strcmp(unit, "B"))
		snprintf(buf, size, "%.2f MiB", v / 1048576.0);
	else if (!strcmp(unit, "s"))
		snprintf(buf, size, "%.2f ms", v * 1000);
	else if (!strcmp(unit, "bit/s"))
		snprintf(buf, size, "%.2f Mbit/s", v / 1e6);
	else if (!strcmp(unit, "1"))
		snprintf(buf, size, "%g", v);
	else
		snprintf(buf, size, "%.4g %s", v, unit);
}

static void weight_row(FILE *out, const struct weight *w)
{
	bool named = w->rule != RULE_SAME && w->status != WEIGHT_SKIPPED;
	char planted[32], found[32], tolerance[32];

	weight_figure(planted, sizeof(planted), w->metric, named ? w->planted : NAN);
	weight_figure(found, sizeof(found), w->metric, named ? w->found : NAN);
	weight_figure(tolerance, sizeof(tolerance), w->metric,
		named && w->rule != RULE_NONE ? w->tolerance : NAN);
	fprintf(out, "%-9s  %-36s  %-21s  %13s  %13s  %12s  %3zu  %s%s%s\n", w->arm, w->name,
		named ? metrics[w->metric].name : "-", planted, found, tolerance, w->n,
		weight_status_names[w->status], *w->note ? ": " : "", w->note);
}

void selftest_table(FILE *out, const struct selftest *t)
{
	char value[32];

	fprintf(out, "%-9s  %-36s  %-21s  %13s  %13s  %12s  %3s  %s\n", "arm", "weight", "metric",
		"planted", "found", "tolerance", "n", "");
	for (size_t i = 0; i < t->n_weights; i++)
		weight_row(out, &t->weights[i]);
	if (t->n_resolved)
		fputs("\nSmallest effect that this host resolves (half width of the interval of one arm against itself)\n",
			out);
	for (size_t i = 0; i < t->n_resolved; i++) {
		const struct resolved *r = &t->resolved[i];

		if (r->ratio)
			snprintf(value, sizeof(value), "%.2f %%", 100 * r->value);
		else
			weight_figure(value, sizeof(value), r->metric, r->value);
		fprintf(out, "%-9s  %-24s  %13s\n", r->arm, metrics[r->metric].name, value);
	}
}

static char *result_path(const char *fingerprint)
{
	cleanup_free char *cache = cache_folder();

	return xasprintf("%s/selftest-%s.json", cache, fingerprint);
}

static int write_result(const char *fingerprint, const json_t *result, struct error *err)
{
	cleanup_free char *path = result_path(fingerprint);
	cleanup_free char *text = json_dumps(result, JSON_INDENT(2) | JSON_REAL_PRECISION(15));

	if (!text)
		return error_set(err, EXIT_INTERNAL, "selftest: the result cannot be assembled");
	return replace_file_at(AT_FDCWD, path, text, strlen(text), err);
}

int selftest_store(const struct selftest *t, struct error *err)
{
	cleanup_json json_t *result = selftest_json(t);
	cleanup_free char *cache = cache_folder(), *without_vm = NULL;
	const char *mine = json_string_value(json_object_get(t->host, "fingerprint"));

	if (mkdir(cache, 0755) < 0 && errno != EEXIST)
		return error_errno(err, EXIT_USAGE, errno, "selftest: cannot make %s", cache);
	/* A run without a VM has a fingerprint without an accelerator. */
	without_vm = host_fingerprint(json_string_value(json_object_get(t->host, "cpu_model")),
		(unsigned)json_integer_value(json_object_get(t->host, "cores")),
		(uint64_t)json_integer_value(json_object_get(t->host, "ram_bytes")), "none",
		json_string_value(json_object_get(t->host, "cgroup")));
	if (write_result(mine, result, err) < 0)
		return -1;
	return strcmp(mine, without_vm) ? write_result(without_vm, result, err) : 0;
}

/* The text of one key that must be there. */
static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

json_t *selftest_recall(const char *fingerprint)
{
	cleanup_free char *path = result_path(fingerprint);
	struct error ignored = ERROR_INIT;
	cleanup_json json_t *result =
		json_read_object(AT_FDCWD, path, RESULT_MAX, "selftest", &ignored);
	json_t *meter, *weights, *resolves;

	if (!result || json_need_schema(result, SELFTEST_SCHEMA, "selftest", &ignored) < 0)
		return json_null();
	weights = json_object_get(result, "weights");
	resolves = json_object_get(result, "resolves");
	if (!text_of(result, "date") || !text_of(result, "status") ||
		!text_of(result, "accelerator") || !json_is_array(weights) ||
		!json_is_array(resolves))
		return json_null();
	meter = json_pack("{s:O, s:O, s:O, s:O?, s:O?, s:i, s:O}", "date",
		json_object_get(result, "date"), "accelerator",
		json_object_get(result, "accelerator"), "status", json_object_get(result, "status"),
		"off", json_object_get(result, "off"), "quick", json_object_get(result, "quick"),
		"weights", (int)json_array_size(weights), "resolves", resolves);
	return meter ? meter : json_null();
}
