/* openmetrics.c - OpenMetrics 1.0 that is Prometheus text 0.0.4 as well: gauges in base units (bytes, seconds), no
 * timestamps (a Pushgateway refuses them), nothing for what is missing. */
#include "export-internal.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *unit, *name;
	double factor;
} units[] = {
	{"B", "bytes", 1},
	{"s", "seconds", 1},
	{"bit/s", "bytes_per_second", 1.0 / 8},
	{"1/s", "per_second", 1},
	{"s/GiB", "seconds_per_byte", 1.0 / (1 << 30)},
	{"1", "", 1},
};

/* Escapes that both formats know. */
static void put_label(FILE *out, const char *name, const char *value, const char *end)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		fputc(*value, out);
	}
	fprintf(out, "\"%s", end);
}

static void put_family(FILE *out, const char *name, const char *unit, const char *help)
{
	fprintf(out, "# TYPE %s gauge\n", name);
	if (*unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s ", name);
	/* A quote is escaped by one format and not by the other. */
	for (; *help; help++)
		fputc(*help == '"' || *help == '\\' ? '\'' : *help, out);
	fputc('\n', out);
}

static void put_setting(FILE *out, const struct export_source *s, const char *arm,
	const char *workload, json_int_t instances, bool emulated)
{
	cleanup_free char *count = xasprintf("%lld", (long long)instances);

	put_label(out, "arm", arm, ",");
	put_label(out, "workload", workload, ",");
	put_label(out, "instances", count, ",");
	put_label(out, "emulated", emulated ? "true" : "false", ",");
	put_label(out, "plan", s->plan, ",");
	put_label(out, "host", s->host, "}");
}

/* "tare_memory_pss_lower_bytes"; a plain count may not end as a counter does. New. */
static char *name_of(const struct metric *m, const char *part, const char *unit)
{
	cleanup_free char *name = export_word(m->name, ".", false);
	size_t len = strlen(name);
	bool total = !*unit && len > 6 && strcmp(name + len - 6, "_total") == 0;

	return xasprintf(
		"tare_%s%s%s%s%s", name, total ? "_number" : "", part, *unit ? "_" : "", unit);
}

enum part { MEDIAN, LOWER, UPPER, PARTS };
static const char *const part_names[PARTS] = {"", "_lower", "_upper"};
static const char *const part_help[PARTS] = {
	"median: ", "lower end of the interval: ", "upper end of the interval: "};

static double part_of(const struct export_row *r, enum part p)
{
	return p == MEDIAN ? r->median : p == LOWER ? r->lo : r->hi;
}

static void put_metric(
	FILE *out, const struct export_source *s, const struct metric *m, enum part p)
{
	size_t u = 0;
	bool any = false;
	char buf[EXPORT_NUMBER_SIZE];

	while (strcmp(units[u].unit, m->unit) != 0)
		u++;
	cleanup_free char *name = name_of(m, part_names[p], units[u].name);
	cleanup_free char *help = xasprintf("%s%s", part_help[p], m->help);

	for (size_t i = 0; i < s->n_rows; i++) {
		const struct export_row *r = &s->rows[i];

		if (r->metric != m || !export_has_value(r) || !isfinite(part_of(r, p)))
			continue;
		if (!any)
			put_family(out, name, units[u].name, help);
		any = true;
		fprintf(out, "%s{", name);
		put_setting(out, s, r->arm, r->workload, r->instances, r->emulated);
		fprintf(out, " %s\n", export_number(part_of(r, p) * units[u].factor, buf));
	}
}

static const struct {
	const char *key, *name, *help;
} ratio_parts[] = {
	{"ratio", "tare_comparison_ratio", "an arm over its base, block by block: median"},
	{"lo", "tare_comparison_lower_ratio", "the same: lower end of the interval"},
	{"hi", "tare_comparison_upper_ratio", "the same: upper end of the interval"},
};

static void put_ratios(FILE *out, const struct export_source *s, size_t part)
{
	const char *name = ratio_parts[part].name;
	char buf[EXPORT_NUMBER_SIZE];
	bool any = false;
	const json_t *c;
	size_t i;

	json_array_foreach ((json_t *)json_list(s->summary, "comparisons"), i, c) {
		double v = json_number_at(c, ratio_parts[part].key, NULL);
		cleanup_free char *arm = clean_text(json_text_at(c, "arm", NULL));
		cleanup_free char *base = clean_text(json_text_at(c, "base", NULL));
		cleanup_free char *workload = clean_text(json_text_at(c, "workload", NULL));

		if (isnan(v) || isnan(json_number_at(c, "ratio", NULL)) ||
			metric_find(json_text_at(c, "metric", NULL)) < 0)
			continue;
		if (!any)
			put_family(out, name, "ratio", ratio_parts[part].help);
		any = true;
		fprintf(out, "%s{", name);
		put_label(out, "metric", json_text_at(c, "metric", NULL), ",");
		put_label(out, "base", base, ",");
		put_setting(out, s, arm, workload,
			json_integer_value(json_object_get(c, "instances")),
			json_has_text(json_list(c, "flags"), "emulated"));
		fprintf(out, " %s\n", export_number(v, buf));
	}
}

static void put_run_number(FILE *out, const struct export_source *s, const char *name,
	const char *unit, const char *help, double v)
{
	char buf[EXPORT_NUMBER_SIZE];

	if (!isfinite(v))
		return;
	put_family(out, name, unit, help);
	fprintf(out, "%s{", name);
	put_label(out, "plan", s->plan, ",");
	put_label(out, "host", s->host, "}");
	fprintf(out, " %s\n", export_number(v, buf));
}

static void put_run(FILE *out, const struct export_source *s)
{
	cleanup_free char *status = clean_text(json_text_at(s->run, "status", NULL));
	cleanup_free char *kernel = clean_text(json_text_at(s->run, "host", "kernel", NULL));

	put_family(out, "tare_run_info", "", "the run that all values here are of");
	fputs("tare_run_info{", out);
	put_label(out, "run", s->id, ",");
	put_label(out, "status", status, ",");
	put_label(out, "version", s->version, ",");
	put_label(out, "fingerprint", s->fingerprint, ",");
	put_label(out, "kernel", kernel, ",");
	put_label(out, "plan", s->plan, ",");
	put_label(out, "host", s->host, "} 1\n");
	put_run_number(out, s, "tare_run_started_timestamp_seconds", "seconds",
		"when the run began, since 1970", s->started_s);
	put_run_number(out, s, "tare_blocks_counted", "", "blocks that count",
		json_number_at(s->summary, "blocks", "complete", NULL));
	put_run_number(out, s, "tare_blocks_disturbed", "",
		"counted blocks that something else on the host disturbed",
		json_number_at(s->summary, "blocks", "disturbed", NULL));
}

int export_openmetrics(FILE *out, const struct export_source *s, struct error *err)
{
	(void)err;
	put_run(out, s);
	for (size_t i = 0; i < METRIC_COUNT; i++)
		for (enum part p = MEDIAN; p < PARTS; p++)
			put_metric(out, s, &metrics[i], p);
	for (size_t i = 0; i < ARRAY_SIZE(ratio_parts); i++)
		put_ratios(out, s, i);
	fputs("# EOF\n", out);
	return 0;
}
