/* export.c - the visible table of formats: a new one is one line here and a file of its own. */
#include "export-internal.h"

#include "run-folder.h"
#include "sample.h"
#include "summary.h"

#include <string.h>

/* clang-format off */
const struct export exports[] = {
	{"csv", "text/csv", "a line for each metric, arm, workload and number of instances (RFC 4180)", export_csv},
	{"hyperfine-json", "application/json", "times as hyperfine --export-json writes them", export_hyperfine},
	{"google-benchmark", "application/json", "times as repetitions, all else as counters of boot.ready", export_google_benchmark},
	{"benchfmt", "text/plain", "Go's benchmark format, for benchstat", export_benchfmt},
	{"gha-benchmark", "application/json", "github-action-benchmark, customSmallerIsBetter", export_gha_smaller},
	{"gha-benchmark-bigger", "application/json", "github-action-benchmark, customBiggerIsBetter", export_gha_bigger},
	{"bencher", "application/json", "Bencher Metric Format", export_bencher},
	{"openmetrics", "text/plain; version=0.0.4; charset=utf-8", "OpenMetrics 1.0, read by Prometheus as well", export_openmetrics},
	{"influx", "text/plain; charset=utf-8", "InfluxDB line protocol, times in ns", export_influx},
	{"junit", "application/xml", "primary metrics, equivalence and claims as test cases", export_junit},
	{"markdown", "text/markdown; charset=utf-8", "a step summary under 1 MiB, verdicts first", export_step_summary},
	{"json", "application/json", "the summary itself (tare/summary/1)", export_json},
	{.name = NULL},
};
/* clang-format on */

const struct export *export_find(const char *name, struct error *err)
{
	const char *names[ARRAY_SIZE(exports)];
	char safe[SAFE_TEXT_SIZE];
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(exports); i++) {
		names[i] = exports[i].name;
		if (exports[i].name && strcmp(exports[i].name, name) == 0)
			return &exports[i];
	}
	near = did_you_mean(name, names);
	if (near)
		error_set(err, EXIT_USAGE, "--format: unknown format, got \"%s\"; did you mean %s?",
			safe_text(name, safe), near);
	else
		error_set(err, EXIT_USAGE,
			"--format: unknown format, got \"%s\", expected one of tare export --help",
			safe_text(name, safe));
	return NULL;
}

int export_json(FILE *out, const struct export_source *s, struct error *err)
{
	return export_print(out, json_incref((json_t *)s->summary), err);
}

char *export_folder(
	const struct export *e, const char *folder, char id[17], size_t *len, struct error *err)
{
	cleanup_json json_t *run = NULL, *summary = NULL;
	struct sample_set set = {0};
	char safe[SAFE_TEXT_SIZE], *text = NULL;
	struct run_folder f;

	if (run_folder_open(folder, &f, &run, err) < 0)
		return NULL;
	if (sample_set_read(f.dirfd, &set, err) == 0)
		summary = summary_make(run, &set, err);
	sample_set_free(&set);
	if (summary)
		text = export_text(e, run, summary, len, err);
	if (!text)
		error_wrap(err, "%s", safe_text(folder, safe));
	if (id)
		memcpy(id, f.id, sizeof(f.id));
	run_folder_close(&f);
	return text;
}
