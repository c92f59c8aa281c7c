/* cmd-export.c - `tare export --format TOKEN DIR`: a run in the format of another program. */
#include "command.h"
#include "export.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const struct command_option options[] = {
	{.name = "format", .argument = "TOKEN", .help = "which one of those named above"},
	{.name = "output",
		.letter = 'o',
		.argument = "FILE",
		.help = "write it there (standard: print it)"},
	{.name = NULL},
};

static int write_there(const char *path, const char *text, size_t len, struct error *err)
{
	cleanup_close int fd = -1;
	char safe[SAFE_TEXT_SIZE];
	struct stat st;

	/* A file is replaced as a whole; a pipe or a device cannot be. */
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode)) {
		if (replace_file_at(AT_FDCWD, path, text, len, err) == 0)
			return 0;
		err->code = EXIT_USAGE;
		return error_wrap(err, "--output");
	}
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || write_all(fd, text, len) < 0)
		return error_errno(err, EXIT_USAGE, errno, "--output: %s: cannot be written to",
			safe_text(path, safe));
	return 0;
}

static int run_export(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_free char *text = NULL;
	const struct export *format;
	const char *output;
	size_t len;

	if (arguments_parse(&command_export, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_export);
		return EXIT_FINE;
	}
	if (!argument(&a, "format"))
		return error_set(err, EXIT_USAGE,
			"export: no format, expected --format and one of tare export --help");
	format = export_find(argument(&a, "format"), err);
	if (!format)
		return -1;
	if (!a.n_positional)
		return error_set(err, EXIT_USAGE,
			"export: no folder, expected DIR such as results/latest; see tare export --help");
	text = export_folder(format, a.positional[0], NULL, &len, err);
	if (!text)
		return -1;
	output = argument(&a, "output");
	if (output)
		return write_there(output, text, len, err) < 0 ? -1 : EXIT_FINE;
	fwrite(text, 1, len, stdout);
	return EXIT_FINE;
}

const struct command command_export = {
	.name = "export",
	.synopsis = "--format TOKEN DIR [-o FILE]",
	.positional = "DIR",
	.help = "a run in the format of another program",
	.text = "DIR is the folder of a run: only run.json and samples.jsonl are read, nothing is written to it.\n"
		"\n"
		"  csv                   a line for each metric, arm, workload and number of instances (RFC 4180)\n"
		"  hyperfine-json        times as hyperfine --export-json writes them\n"
		"  google-benchmark      times as repetitions, all else as counters of boot.ready\n"
		"  benchfmt              Go's benchmark format, for benchstat\n"
		"  gha-benchmark         github-action-benchmark, customSmallerIsBetter\n"
		"  gha-benchmark-bigger  github-action-benchmark, customBiggerIsBetter\n"
		"  bencher               Bencher Metric Format\n"
		"  openmetrics           OpenMetrics 1.0, read by Prometheus as well\n"
		"  influx                InfluxDB line protocol, times in ns\n"
		"  junit                 primary metrics, equivalence and claims as test cases\n"
		"  markdown              a step summary under 1 MiB, verdicts first\n"
		"  json                  the summary itself (tare/summary/1)\n"
		"\n"
		"What was not measured is left out, never 0; what was emulated (TCG) is labelled or has another name.",
	.options = options,
	.run = run_export,
};
