/* influx.c - InfluxDB line protocol: measurements tare (median, lo, hi, n of a metric) and tare_comparison, at the time
 * when the run began, so that the same run sent twice is there once. A tag cannot hold a backslash at its end: it is '_'. */
#include "export-internal.h"

#include <math.h>
#include <string.h>

/* ",key=value" unless the value is empty, which the protocol does not know. */
static void put_tag(FILE *out, const char *key, const char *value)
{
	if (!*value)
		return;
	fprintf(out, ",%s=", key);
	for (; *value; value++) {
		if (strchr(",= ", *value))
			fputc('\\', out);
		fputc(*value == '\\' ? '_' : *value, out);
	}
}

static void put_field(FILE *out, const char *key, double v, bool *any)
{
	char buf[EXPORT_NUMBER_SIZE];

	if (!isfinite(v))
		return;
	fprintf(out, "%c%s=%s", *any ? ',' : ' ', key, export_number(v, buf));
	*any = true;
}

static void put_tags(FILE *out, const struct export_source *s, bool emulated, json_int_t instances,
	const char *metric, const char *unit, const char *workload)
{
	cleanup_free char *count = xasprintf("%lld", (long long)instances);

	put_tag(out, "emulated", emulated ? "true" : "false");
	put_tag(out, "fingerprint", s->fingerprint);
	put_tag(out, "host", s->host);
	put_tag(out, "instances", count);
	put_tag(out, "metric", metric);
	put_tag(out, "plan", s->plan);
	put_tag(out, "unit", unit);
	put_tag(out, "workload", workload);
}

static void put_row(FILE *out, const struct export_source *s, const struct export_row *r)
{
	bool any = false;

	fputs("tare", out);
	put_tag(out, "arm", r->arm);
	put_tags(out, s, r->emulated, r->instances, r->metric->name, r->metric->unit, r->workload);
	put_field(out, "median", r->median, &any);
	put_field(out, "lo", r->lo, &any);
	put_field(out, "hi", r->hi, &any);
	fprintf(out, ",n=%lldi %.0f000000000\n", (long long)r->n, s->started_s);
}

static void put_comparison(FILE *out, const struct export_source *s, const json_t *c)
{
	const char *kind = json_text_at(c, "kind", NULL);
	cleanup_free char *arm = clean_text(json_text_at(c, "arm", NULL));
	cleanup_free char *base = clean_text(json_text_at(c, "base", NULL));
	cleanup_free char *workload = clean_text(json_text_at(c, "workload", NULL));
	int id = metric_find(json_text_at(c, "metric", NULL));
	const char *field = !strcmp(kind, "ratio") ? "ratio" : "difference";
	bool any = false;

	if (id < 0 || isnan(json_number_at(c, field, NULL)))
		return;
	fputs("tare_comparison", out);
	put_tag(out, "arm", arm);
	put_tag(out, "base", base);
	put_tags(out, s, json_has_text(json_list(c, "flags"), "emulated"),
		json_integer_value(json_object_get(c, "instances")), metrics[id].name,
		strcmp(field, "ratio") == 0 ? "1" : metrics[id].unit, workload);
	put_field(out, field, json_number_at(c, field, NULL), &any);
	put_field(out, "lo", json_number_at(c, "lo", NULL), &any);
	put_field(out, "hi", json_number_at(c, "hi", NULL), &any);
	fprintf(out, " %.0f000000000\n", s->started_s);
}

int export_influx(FILE *out, const struct export_source *s, struct error *err)
{
	const json_t *c;
	size_t i;

	/* Without a time the store would take its own: another night. */
	if (!(s->started_s > 0)) {
		char safe[SAFE_TEXT_SIZE];

		return error_set(err, EXIT_USAGE,
			"run.json: started: not a time, got \"%s\", expected one such as 2026-01-31T03:00:00Z",
			safe_text(s->started, safe));
	}
	for (i = 0; i < s->n_rows; i++)
		if (export_has_value(&s->rows[i]))
			put_row(out, s, &s->rows[i]);
	json_array_foreach ((json_t *)json_list(s->summary, "comparisons"), i, c)
		put_comparison(out, s, c);
	return 0;
}
