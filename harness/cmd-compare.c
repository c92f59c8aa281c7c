/* cmd-compare.c - `tare compare BASE NEW`: what is different between two runs, and the exit code for a gate. */
#include "command.h"
#include "compare.h"
#include "json.h"
#include "metric.h"
#include "run-folder.h"
#include "util.h"

#include <string.h>

static const struct command_option options[] = {
	{.name = "format",
		.argument = "table|markdown|json|junit",
		.help = "what is printed (standard: table)"},
	{.name = "json", .help = "the same as --format json"},
	{.name = "all", .help = "show the rows without a difference, too"},
	{.name = "strict", .help = "exit 4 when a primary metric is unclear"},
	{.name = "force",
		.help = "compare what should not be: another host, accelerator or payload"},
	{.name = "self-test",
		.help = "judge a copy of NEW made 20 % worse: must end with 3, else this gate cannot fail"},
	{.name = NULL},
};

enum format { FORMAT_TABLE, FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_JUNIT };
static const char *const formats[] = {"table", "markdown", "json", "junit", NULL};

static int read_format(const struct arguments *a, enum format *out, struct error *err)
{
	const char *given = argument(a, "format");
	char safe[SAFE_TEXT_SIZE];

	*out = argument(a, "json") ? FORMAT_JSON : FORMAT_TABLE;
	if (!given)
		return 0;
	for (unsigned i = 0; formats[i]; i++) {
		if (strcmp(formats[i], given) != 0)
			continue;
		*out = (enum format)i;
		return 0;
	}
	return error_set(err, EXIT_USAGE,
		"--format: unknown format, got \"%s\", expected table, markdown, json or junit",
		safe_text(given, safe));
}

static void print_document(const json_t *doc, enum format format, bool all)
{
	if (format == FORMAT_JSON)
		print_json(doc);
	else if (format == FORMAT_JUNIT)
		compare_junit(stdout, doc);
	else if (format == FORMAT_MARKDOWN)
		compare_markdown(stdout, doc, all);
	else
		compare_table(stdout, doc, all);
}

static const char *text_in(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

/* How many comparisons a primary metric has, and how many of them see that it is 20 % worse. */
static void count_found(const json_t *doc, const char *metric, unsigned *asked, unsigned *found)
{
	json_t *row;
	size_t i;

	*asked = *found = 0;
	json_array_foreach (json_object_get(doc, "comparisons"), i, row) {
		if (!json_is_true(json_object_get(row, "primary")) ||
			strcmp(text_in(row, "metric"), metric) != 0 ||
			!strcmp(text_in(row, "verdict"), "none") ||
			!strcmp(text_in(row, "better"), "neither"))
			continue;
		++*asked;
		*found += json_is_true(json_object_get(row, "regression"));
	}
}

/* A gate that one metric makes fail may be blind on all others: each is told. */
static void tell_found(const json_t *doc)
{
	unsigned asked, found;

	fprintf(stderr,
		"tare: compare: --self-test: a copy of NEW made 20 %% worse (as measured; less the translation buffer, emulated memory grows by more); primary comparisons that see it:");
	for (size_t m = 0; m < METRIC_COUNT; m++) {
		count_found(doc, metrics[m].name, &asked, &found);
		if (asked)
			fprintf(stderr, " %s %u of %u", metrics[m].name, found, asked);
	}
	fputc('\n', stderr);
}

static int end_self_test(const json_t *doc, struct error *err)
{
	int code = compare_exit(doc, false);

	tell_found(doc);
	if (code == EXIT_REGRESSION || code == EXIT_NOISY)
		return code;
	return error_set(err, EXIT_METER,
		"compare: --self-test: 20 %% worse was not found, got \"%s\", expected \"regression\"; this gate cannot fail: measure more blocks, or choose primary metrics that this host resolves",
		compare_result_names[compare_result(doc)]);
}

/* The two sides of one run. New document, or NULL. */
static json_t *compare_one(const struct arguments *a, struct error *err)
{
	struct compare_side side = {0};
	json_t *doc = NULL;

	if (compare_side_open(a->positional[0], &side, err) < 0)
		return NULL;
	if (argument(a, "self-test"))
		compare_inject(&side, true);
	doc = compare_within(side.runs[0].run, &side.runs[0].set, err);
	if (!doc)
		error_wrap(err, "%s", side.runs[0].path);
	compare_side_close(&side);
	return doc;
}

/* Two sides of runs. New document, or NULL. */
static json_t *compare_two(const struct arguments *a, struct error *err)
{
	struct compare_options o = {
		.force = argument(a, "force") != NULL, .same = argument(a, "self-test") != NULL};
	struct compare_side base = {0}, new = {0};
	json_t *doc = NULL;

	if (compare_side_open(a->positional[0], &base, err) == 0 &&
		compare_side_open(a->positional[1], &new, err) == 0) {
		if (o.same)
			compare_inject(&new, false);
		doc = compare_runs(&base, &new, &o, err);
	}
	compare_side_close(&base);
	compare_side_close(&new);
	return doc;
}

static int run_compare(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_json json_t *doc = NULL;
	enum format format;

	if (arguments_parse(&command_compare, argc, argv, 2, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_compare);
		return EXIT_FINE;
	}
	if (read_format(&a, &format, err) < 0)
		return -1;
	if (!a.n_positional)
		return error_set(err, EXIT_USAGE,
			"compare: no runs, expected BASE and NEW, the folders of two; see tare compare --help");
	doc = a.n_positional == 1 ? compare_one(&a, err) : compare_two(&a, err);
	if (!doc)
		return -1;
	print_document(doc, format, argument(&a, "all") != NULL);
	if (argument(&a, "self-test"))
		return end_self_test(doc, err);
	return compare_exit(doc, argument(&a, "strict") != NULL);
}

const struct command command_compare = {
	.name = "compare",
	.synopsis = "BASE NEW [--format F] [--strict] [--force] [--self-test] | DIR",
	.positional = "DIR DIR",
	.help = "what is different between runs: verdict per metric, exit code for a gate",
	.text = "BASE and NEW are run folders, or several runs taken together: A,B,C. What differs around them is\n"
		"listed first. DIR is one run with two sides (tare run --against). The primary metrics of NEW's plan decide, each against its margin, all corrected together\n"
		"(Holm); the others are a digest. Needs no privileges: only run.json and samples.jsonl are read.\n"
		"\n"
		"--self-test shows that the gate can fail, on the figures there are. In memory, each value of NEW (or of DIR's second\n"
		"side) that has a worse direction is made 20 % worse: times, memory and counts times 1.2 (counts rounded up), rates\n"
		"divided by 1.2. BASE against that must end with 3; BASE and NEW may be one run. It ends with 9 when no primary\n"
		"sees it: too few blocks, a margin of 20 % or more, or primaries without a verdict (times under emulation); with 6\n"
		"when a side is too noisy. Nothing is written, and what is printed are the figures of the copy, not of NEW.\n"
		"\n"
		"Exit code: 0 fine, 2 cannot be compared (another host, accelerator, payload or schema), 3 a primary\n"
		"metric is worse by more than its margin, 4 unclear (with --strict), 6 too noisy to trust, 7 a primary\n"
		"metric could not be measured any more, 9 with --self-test when the gate cannot fail.",
	.options = options,
	.run = run_compare,
};
