/* cmd-selftest.c - `tare selftest`: weighs known weights on this host. */
#include "command.h"
#include "json.h"
#include "selftest.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const struct command_option options[] = {
	{.name = "quick",
		.help = "under 3 minutes: memory and processes are added to one living instance"},
	OPTION_ACCEL,
	OPTION_CONNECT,
	{.name = "output",
		.letter = 'o',
		.argument = "DIR",
		.help = "keep the result and the run of one arm against itself in this new folder"},
	{.name = "json", .help = "print the result as JSON instead of a table"},
	{.name = NULL},
};

static int read_options(const struct arguments *a, struct selftest *t, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	t->quick = argument(a, "quick") != NULL;
	t->folder = argument(a, "output");
	if (run_read_options(a, &t->options, err) < 0)
		return -1;
	if (t->folder && mkdir(t->folder, 0755) < 0)
		return error_errno(err, EXIT_USAGE, errno,
			"--output: cannot make the folder \"%s\"", safe_text(t->folder, safe));
	return 0;
}

/* A test's skewed meter is never kept, nor one that could not be asked all: no run shall quote it. */
static int keep(const struct selftest *t, struct error *err)
{
	cleanup_json json_t *result = selftest_json(t);
	cleanup_free char *text = result ? json_dumps(result, JSON_INDENT(2)) : NULL;
	cleanup_free char *path = t->folder ? xasprintf("%s/selftest.json", t->folder) : NULL;

	if (path && text && replace_file_at(AT_FDCWD, path, text, strlen(text), err) < 0)
		return -1;
	for (size_t i = 0; i < t->n_weights; i++)
		if (t->weights[i].noisy)
			return 0;
	return getenv("TARE_SKEW") ? 0 : selftest_store(t, err);
}

static void print(const struct selftest *t, bool as_json)
{
	cleanup_json json_t *result = as_json ? selftest_json(t) : NULL;

	if (as_json)
		print_json(result);
	else
		selftest_table(stdout, t);
}

static int off_error(const struct weight *off, struct error *err)
{
	char found[32], planted[32], within[32];

	if (off->rule == RULE_SAME)
		return error_set(err, EXIT_METER, "meter: off at \"%s\" of arm %s: %s", off->name,
			off->arm, off->note);
	weight_figure(found, sizeof(found), off->metric, off->found);
	weight_figure(planted, sizeof(planted), off->metric, off->planted);
	weight_figure(within, sizeof(within), off->metric, off->tolerance);
	return error_set(err, EXIT_METER,
		"meter: off at \"%s\" of arm %s (%s), got %s, expected %s within %s", off->name,
		off->arm, metrics[off->metric].name, found, planted, within);
}

static int weigh(struct selftest *t, bool as_json, struct error *err)
{
	const struct weight *off;

	if (selftest_run(t, err) < 0) {
		/* Ours, and goes only while there is nothing in it. */
		if (t->folder)
			rmdir(t->folder);
		return -1;
	}
	print(t, as_json);
	if (keep(t, err) < 0)
		return -1;
	off = selftest_off(t);
	for (size_t i = 0; !off && i < t->n_weights; i++)
		if (t->weights[i].noisy) {
			error_set(err, EXIT_NOISY,
				"host: too noisy to trust, \"%s\" of arm %s could not be weighed (%s); quieten the host",
				t->weights[i].name, t->weights[i].arm,
				metrics[t->weights[i].metric].name);
			return -1;
		}
	if (!off)
		return EXIT_FINE;
	return off_error(off, err);
}

static int run_selftest(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	struct selftest t = {.argc = argc, .argv = argv};
	int rc;

	if (arguments_parse(&command_selftest, argc, argv, 0, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_selftest);
		return EXIT_FINE;
	}
	if (read_options(&a, &t, err) < 0)
		return -1;
	rc = weigh(&t, argument(&a, "json") != NULL, err);
	selftest_free(&t);
	return rc;
}

const struct command command_selftest = {
	.name = "selftest",
	.synopsis = "[--quick] [--accel A] [--connect URI] [-o DIR] [--json]",
	.help = "weigh known weights: prove the meter on this host",
	.text = "Memory, processes, delays and a limited rate are planted in a container and in a VM and looked\n"
		"for with the probes that runs use; one arm is compared with itself. About 6 minutes; --quick\n"
		"under 3. The result, with the smallest effect that this host resolves per metric, is kept in\n"
		"the cache, and later runs quote it.\n"
		"\n"
		"Needs root (sudo). Exit code: 0 the meter is right, 6 the host is too noisy to tell, 9 it is off, and a line names the weight.",
	.options = options,
	.run = run_selftest,
};
