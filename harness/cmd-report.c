/* cmd-report.c - `tare report DIR`: makes everything right of samples.jsonl again. */
#include "command.h"
#include "json.h"
#include "report.h"
#include "run-folder.h"
#include "sample.h"
#include "summary.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#define SUMMARY_MAX (256u << 20)

static const struct command_option options[] = {
	{.name = "json", .help = "print the summary as JSON instead of the table"},
	{.name = NULL},
};

static unsigned terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	if (columns && parse_u64(columns, 20, 1000, &n) == 0)
		return (unsigned)n;
	return 100;
}

static bool terminal_has_colour(void)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
		strcmp(term, "dumb") != 0;
}

static json_int_t counted_blocks(const json_t *summary)
{
	return json_integer_value(json_object_get(json_object_get(summary, "blocks"), "complete"));
}

int report_check(const json_t *run, const struct sample_set *set, const json_t *summary,
	const json_t *before, struct error *err)
{
	const json_t *id = json_object_get(before, "run"), *mine = json_object_get(summary, "run");
	json_int_t counted = counted_blocks(summary), had = counted_blocks(before);
	bool failures = json_array_size(json_object_get(run, "errors")) > 0;

	if (!counted)
		return error_set(err, EXIT_USAGE,
			"samples.jsonl: nothing to report, got %zu finished trials and no counted block, expected at least one whole block behind the warm-up; %s",
			set->n_done,
			failures ? "what failed is in failures/ and in run.json"
				 : "tare run --resume DIR finishes a run that was cut");
	if (id && json_equal(id, mine) && had > counted)
		return error_set(err, EXIT_USAGE,
			"samples.jsonl: was cut since summary.json was made, got %lld counted blocks, expected at least the %lld that summary.json has; remove summary.json to report what is left",
			(long long)counted, (long long)had);
	return 0;
}

static int check_again(const struct run_folder *f, const json_t *run, const struct sample_set *set,
	const json_t *summary, struct error *err)
{
	struct error ignored = ERROR_INIT;
	cleanup_json json_t *before =
		json_read_object(f->dirfd, "summary.json", SUMMARY_MAX, "summary.json", &ignored);

	return report_check(run, set, summary, before, err);
}

/* The reason of the first cell without a value; NULL when one has a value. Borrowed. */
static const char *nothing_worked(const json_t *summary)
{
	const char *reason = NULL;
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(summary, "metrics"), i, row) {
		const char *status = json_string_value(json_object_get(row, "status"));

		if (status && !strcmp(status, "ok"))
			return NULL;
		if (!reason && status && !strcmp(status, "failed"))
			reason = json_string_value(json_object_get(row, "reason"));
	}
	return reason;
}

json_t *report_make(
	const struct run_folder *f, const json_t *run, enum report_why why, struct error *err)
{
	struct sample_set set = {0};
	cleanup_json json_t *summary = NULL;
	cleanup_free char *charts_missing = NULL;
	int rc = 0;

	if (sample_set_read(f->dirfd, &set, err) < 0)
		return NULL;
	summary = summary_make(run, &set, err);
	if (summary && why == REPORT_AGAIN)
		rc = check_again(f, run, &set, summary, err);
	if (rc == 0 && set.torn_bytes)
		fprintf(stderr, "tare: samples.jsonl: torn last line of %zu bytes left out\n",
			set.torn_bytes);
	sample_set_free(&set);
	if (!summary || rc < 0 || run_folder_write_json(f, "summary.json", summary, err) < 0 ||
		report_write(f->dirfd, run, summary, &charts_missing, err) < 0)
		return NULL;
	run_folder_give(f, err);
	if (charts_missing)
		fprintf(stderr, "tare: charts: not drawn: %s\n", charts_missing);
	return steal_ptr(summary);
}

int report_folder(const struct run_folder *f, const json_t *run, enum report_why why, bool as_json,
	struct error *err)
{
	cleanup_json json_t *summary = report_make(f, run, why, err);
	char safe[SAFE_TEXT_SIZE];

	if (!summary)
		return -1;
	if (as_json)
		print_json(summary);
	else
		report_table(stdout, run, summary, terminal_width(), terminal_has_colour());
	if (why == REPORT_AGAIN && nothing_worked(summary))
		return error_set(err, EXIT_ARM, "report: no trial gave a value: %s",
			safe_text(nothing_worked(summary), safe));
	return err->code ? -1 : EXIT_FINE;
}

static int run_report(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_json json_t *run = NULL;
	char safe[SAFE_TEXT_SIZE];
	struct run_folder folder;
	int rc;

	if (arguments_parse(&command_report, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_report);
		return EXIT_FINE;
	}
	if (!a.n_positional)
		return error_set(err, EXIT_USAGE,
			"report: no folder, expected DIR such as results/latest; see tare report --help");
	if (run_folder_open(a.positional[0], &folder, &run, err) < 0)
		return -1;
	rc = run_folder_become_owner(&folder, err);
	if (rc == 0 && faccessat(folder.dirfd, ".", W_OK, AT_EACCESS) < 0)
		rc = error_set(err, EXIT_USAGE,
			"%s: cannot be written to: %s, expected a folder of one's own; copy it, or run tare report as its owner",
			safe_text(a.positional[0], safe), strerror(errno));
	if (rc == 0) {
		rc = report_folder(&folder, run, REPORT_AGAIN, argument(&a, "json") != NULL, err);
		if (rc < 0 && err->code == EXIT_USAGE)
			error_wrap(err, "%s", safe_text(a.positional[0], safe));
	}
	run_folder_close(&folder);
	return rc;
}

const struct command command_report = {
	.name = "report",
	.synopsis = "DIR [--json]",
	.positional = "DIR",
	.help = "make summary, charts and report of a run again, and print the table",
	.text = "DIR is the folder of a run, for example results/latest. Needs no privileges: only\n"
		"run.json and samples.jsonl are read; summary.json, report.md,\n"
		"report.html and charts/ are written. Where samples.jsonl has no counted block, or fewer than\n"
		"when summary.json was made, nothing is written. Exit code: 0 fine, 2 no run that can be\n"
		"reported, 7 no trial gave a value.",
	.options = options,
	.run = run_report,
};
