/* cmd-nightly.c - `tare nightly`: doctor, run, history, confirmation, report, export, publish, one exit code. A further
 * step: a function and its place in nightly_measure() (needs root) or nightly_tell() (does not); its line and code come from
 * nightly_step(). */
#include "nightly-internal.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <string.h>

#define CONFIRM_BLOCKS 10 /* of a second measurement: an interval needs 6 */

static const struct command_option options[] = {
	{.name = "history",
		.argument = "FILE",
		.help = "the history that it appends to and judges by (standard: " HISTORY_FILE
			")"},
	{.name = "blocks", .argument = "N", .help = "counted blocks (standard: the plan's)"},
	{.name = "confirm",
		.argument = "N",
		.help = "counted blocks of the second measurement of a candidate (standard: as many, at least 10); 0: none"},
	{.name = "max-time",
		.argument = "T",
		.help = "end after a whole block, the second measurement included: 90, 15m, 2h"},
	OPTION_CONNECT,
	OPTION_ACCEL,
	{.name = "export",
		.argument = "TOKEN",
		.help = "formats of tare export, joined by commas (standard: " NIGHTLY_EXPORTS ")"},
	{.name = "out",
		.argument = "DIR",
		.help = "write the exported files into this folder, made when missing (standard: the run's)"},
	{.name = "to",
		.argument = "URL",
		.many = true,
		.help = "publish there, as tare publish does; may be given again"},
	{.name = "cacert",
		.argument = "FILE",
		.help = "certificates to trust instead of the system's"},
	{.name = "spool",
		.argument = "DIR",
		.help = "where waits what could not be sent (standard: spool beside the history)"},
	{.name = "strict", .help = "exit code 4 when a candidate is left unconfirmed"},
	{.name = "json", .help = "print one object about the night, and nothing else"},
	{.name = NULL},
};

static int check_history(struct night *n, struct error *err)
{
	cleanup_free char *folder = nightly_beside(n, ".");
	char safe[SAFE_TEXT_SIZE];

	/* the standard one is made by the run */
	if (argument(n->args, "history") && eaccess(folder, W_OK) < 0)
		return error_errno(err, EXIT_USAGE, errno,
			"--history: %s: cannot be written beside", safe_text(n->history, safe));
	return history_check(n->history, err);
}

static int check_store(struct night *n, const struct publish_how *how, struct error *err)
{
	struct publish_how here = *how;

	/* the standard one is made by the run's folder, or there */
	if (!argument(n->args, "spool") && access(how->spool, F_OK) < 0)
		here.spool = NULL;
	return publish_check(&here, err);
}

static int check_out(const struct night *n, struct error *err)
{
	const char *out = argument(n->args, "out");
	char safe[SAFE_TEXT_SIZE];

	if (out && can_write_into(out, false) < 0)
		return error_errno(err, EXIT_USAGE, errno, "--out: %s: cannot be written into",
			safe_text(out, safe));
	return 0;
}

/* What is written after the night, by the user that is left then. */
static int check_places(struct night *n, struct error *err)
{
	int rc;

	if (run_folder_as_user(true, err) < 0)
		return -1;
	rc = check_history(n, err) < 0 || check_out(n, err) < 0 ||
			publish_check_cacert(argument(n->args, "cacert"), err) < 0 ||
			nightly_each_store(n, check_store, err) < 0
		? -1
		: 0;
	return run_folder_as_user(false, err) < 0 ? -1 : rc;
}

static int read_numbers(struct night *n, struct error *err)
{
	const char *confirm = argument(n->args, "confirm");
	uint64_t blocks = n->plan->blocks > CONFIRM_BLOCKS ? n->plan->blocks : LEAST_BLOCKS;
	char safe[SAFE_TEXT_SIZE];

	if (run_read_max_time(n->args, &n->max_time, err) < 0)
		return -1;
	if (confirm && parse_u64(confirm, 0, PLAN_MAX_BLOCKS, &blocks) < 0)
		return error_set(err, EXIT_USAGE,
			"--confirm: not a count, got \"%s\", expected a whole number from 0 to %d",
			safe_text(confirm, safe), PLAN_MAX_BLOCKS);
	n->confirm = (unsigned)blocks;
	return 0;
}

static int read_plan(struct night *n, struct error *err)
{
	struct plan_override o = {.blocks = argument(n->args, "blocks")};

	n->plan = plan_load(n->plan_name, &o, err);
	if (!n->plan)
		return -1;
	if (n->plan->second)
		return error_set(err, EXIT_USAGE,
			"nightly: plan \"%s\" has a second side, expected one without \"against\": the nights before are what it is held against",
			n->plan->name);
	return 0;
}

static int prepare(struct night *n, struct error *err)
{
	if (run_check_meter(err) < 0 || run_read_options(n->args, &n->options, err) < 0 ||
		read_plan(n, err) < 0 || read_numbers(n, err) < 0 ||
		nightly_each_format(n, NULL, err) < 0 || check_places(n, err) < 0 ||
		run_check_plan(n->plan, &n->options, err) < 0)
		return -1;
	json_object_set_new(n->doc, "plan", json_string(n->plan->name));
	return 0;
}

static int night_of(struct night *n, struct error *err)
{
	if (prepare(n, err) < 0)
		return -1;
	if (nightly_look(n) == 0) {
		nightly_measure(n, err);
		if (n->run)
			nightly_tell(n, err);
	}
	nightly_conclude(n);
	if (nightly_leave(n, err) < 0) {
		nightly_failed(n, "export", err);
		nightly_conclude(n);
	}
	if (n->as_json)
		print_json(n->doc);
	else
		printf("%-8s  %s; exit %d\n", "verdict",
			json_string_value(json_object_get(n->doc, "verdict")), n->code);
	return n->code;
}

static void forget(struct night *n)
{
	judgement_free(&n->j);
	history_free(&n->h);
	nightly_confirmed_free(&n->again);
	plan_free(n->plan);
	json_decref(n->doc);
	json_decref(n->lines);
	json_decref(n->run);
	run_folder_close(&n->folder);
}

static int run_nightly(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	struct night n = {.args = &a,
		.begin = now_ns(),
		.argc = argc,
		.argv = argv,
		.folder = {.dirfd = -1},
		.again = {.folder = {.dirfd = -1}}};
	int rc;

	if (arguments_parse(&command_nightly, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_nightly);
		return EXIT_FINE;
	}
	n.plan_name = a.n_positional ? a.positional[0] : "default";
	n.history = nightly_given(&a, "history", HISTORY_FILE);
	n.as_json = argument(&a, "json") != NULL;
	n.lines = json_array();
	n.doc = json_pack("{s:s, s:s, s:n, s:[], s:n, s:[], s:[], s:[]}", "schema",
		"tare/nightly/1", "plan", "", "run", "steps", "worth", "confirmed", "files",
		"published");
	rc = night_of(&n, err);
	forget(&n);
	return rc;
}

const struct command command_nightly = {
	.name = "nightly",
	.synopsis = "[PLAN] [--history FILE] [--export TOKEN,TOKEN] [--out DIR] [--to URL]...",
	.positional = "PLAN",
	.help = "one night: doctor, run, history, confirmation, report, export, publish, one exit code",
	.text = "What a CI job calls. PLAN is that of tare run. The run is added to the history; what the rule of tare history\n"
		"makes a candidate is measured again at once (confirmation/ in the run's folder): the earlier definition against\n"
		"today's in the same blocks where the plan says otherwise than on the last night before, else today's against the\n"
		"level of the nights before. Worse again is an alarm.\n"
		"\n"
		"Beside the run's own files come the exported ones, summary.md with the verdict first, nightly.xml (JUnit of the\n"
		"steps and the gate) and nightly.json. In GitHub Actions the summary is appended to $GITHUB_STEP_SUMMARY. What could\n"
		"not be published waits in the spool. Keep the history and the spool from job to job.\n"
		"\n"
		"Exit code, the gravest: 143 and 130 interrupted, 3 an alarm, 1 internal error, 2 a step could not be done as asked,\n"
		"5 a prerequisite is missing (nothing was made), 7 an arm failed, 6 too noisy to trust, 8 ended by --max-time,\n"
		"4 (with --strict) an unconfirmed candidate, 75 publishing deferred, 0 fine.",
	.options = options,
	.run = run_nightly,
};
