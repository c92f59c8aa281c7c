/* cmd-history.c - `tare history`: what years of runs say about the newest night; `add` puts runs in, --accept takes a new
 * level. */
#include "command.h"
#include "history.h"
#include "json.h"
#include "run-folder.h"
#include "sample.h"
#include "summary.h"
#include "util.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#define MANY_FOLDERS 100000

static const struct command_option options[] = {
	{.name = "history", .argument = "FILE", .help = "the history (standard: " HISTORY_FILE ")"},
	{.name = "output",
		.letter = 'o',
		.argument = "DIR",
		.help = "write history.html and charts/ into this folder (standard: history beside FILE)"},
	{.name = "accept",
		.argument = "SERIES",
		.many = true,
		.help = "take the level of this series as its new one; may be given again"},
	{.name = "reason", .argument = "TEXT", .help = "why, for --accept"},
	{.name = "strict", .help = "exit code 4 when something is to be measured again"},
	{.name = "json", .help = "print what was found as JSON, and write nothing"},
	{.name = NULL},
};

static const char *file_of(const struct arguments *a)
{
	const char *given = argument(a, "history");

	return given ? given : HISTORY_FILE;
}

static void say_left_out(const char *path, const struct history *h)
{
	char safe[SAFE_TEXT_SIZE];

	safe_text(path, safe);
	if (h->torn_bytes)
		fprintf(stderr, "tare: %s: torn last line of %zu bytes left out\n", safe,
			h->torn_bytes);
	if (h->duplicates)
		fprintf(stderr, "tare: %s: %zu lines of runs that were there already left out\n",
			safe, h->duplicates);
}

static int append(const char *path, const json_t *line, bool *known, struct error *err)
{
	struct history_appended done = {0};
	char safe[SAFE_TEXT_SIZE];

	if (history_append(path, line, &done, err) < 0)
		return -1;
	if (done.cut)
		fprintf(stderr, "tare: %s: torn last line of %zu bytes cut off\n",
			safe_text(path, safe), done.cut);
	*known = done.known;
	return 0;
}

int history_add_run(const struct run_folder *f, const json_t *run, const char *path, bool live,
	bool *known, struct error *err)
{
	struct sample_set set = {0};
	cleanup_json json_t *summary = NULL, *line = NULL;

	const char *status = json_string_value(json_object_get(run, "status"));

	if (status && !strcmp(status, "interrupted"))
		return error_set(err, EXIT_USAGE,
			"run.json: status: interrupted, expected a run that ended; finish it with tare run --resume DIR");
	if (sample_set_read(f->dirfd, &set, err) < 0)
		return -1;
	summary = summary_make(run, &set, err);
	sample_set_free(&set);
	line = summary ? history_line(run, summary, err) : NULL;
	if (line && live)
		json_object_set_new(line, "live", json_true());
	return line ? append(path, line, known, err) : -1;
}

static int add_folder(const char *folder, const char *path, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	cleanup_json json_t *run = NULL;
	struct run_folder f;
	bool known = false;
	int rc;

	if (run_folder_open(folder, &f, &run, err) < 0)
		return -1;
	rc = history_add_run(&f, run, path, false, &known, err);
	if (rc == 0)
		printf("%s run %s: %s\n", known ? "known" : "added", f.id, safe_text(folder, safe));
	else
		error_wrap(err, "%s", safe_text(folder, safe));
	run_folder_close(&f);
	return rc;
}

/* Every folder is tried; the first that cannot be added decides the exit code. */
static int add(const struct arguments *a, struct error *err)
{
	int rc = 0;

	if (a->n_positional < 2)
		return error_set(err, EXIT_USAGE,
			"history: add: no folder, expected DIR such as results/latest; see tare history --help");
	for (unsigned i = 1; i < a->n_positional; i++)
		if (add_folder(a->positional[i], file_of(a), err) < 0)
			rc = -1;
	return rc;
}

/* Who does it: the user behind sudo, or the one of the process. New. */
static char *who(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = sudo && *sudo ? NULL : getpwuid(geteuid());

	if (sudo && *sudo)
		return xstrdup(sudo);
	return user ? xstrdup(user->pw_name) : xasprintf("uid %u", (unsigned)geteuid());
}

static int no_such_series(
	const struct history *h, const char *fingerprint, const char *name, struct error *err)
{
	cleanup_free const char **names = xcalloc(h->n_series + 1, sizeof(*names));
	char safe[SAFE_TEXT_SIZE], other[SAFE_TEXT_SIZE];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < h->n_series; i++)
		if (!strcmp(h->series[i].fingerprint, fingerprint))
			names[n++] = h->series[i].name;
	near = did_you_mean(name, names);
	if (near)
		return error_set(err, EXIT_USAGE,
			"--accept: unknown series, got \"%s\"; did you mean %s?",
			safe_text(name, safe), safe_text(near, other));
	return error_set(err, EXIT_USAGE,
		"--accept: unknown series, got \"%s\", expected METRIC/ARM/WORKLOAD/INSTANCES of the newest run's host, such as boot.ready/container/http/1; tare history names them",
		safe_text(name, safe));
}

static int accept_one(const struct history *h, const char *path, const char *name,
	const char *reason, struct error *err)
{
	const char *fingerprint = h->n_nights ? h->nights[h->n_nights - 1].fingerprint : "";
	const struct history_series *s = history_find(h, name, fingerprint);
	cleanup_free char *by = who();
	cleanup_json json_t *line = NULL;
	char now[32], safe[SAFE_TEXT_SIZE];
	time_t seconds = time(NULL);
	struct tm tm;
	bool known;

	if (!s)
		return no_such_series(h, fingerprint, name, err);
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
	line = history_accept_line(h, s, reason, by, now);
	if (append(path, line, &known, err) < 0)
		return -1;
	printf("accepted %s\n", safe_text(name, safe));
	return 0;
}

/* The history, or how to begin one. */
static int read_history(const char *path, struct history *h, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];

	if (access(path, F_OK) == 0 || errno != ENOENT)
		return history_read(path, h, err);
	safe_text(path, safe);
	return error_set(err, EXIT_USAGE,
		"%s: there is no history yet; begin it with tare run --history %s or tare history add --history %s DIR...",
		safe, safe, safe);
}

static int accept_all(const struct arguments *a, struct error *err)
{
	cleanup_history struct history h = {0};
	const char *reason = argument(a, "reason");

	if (!reason || !reason[strspn(reason, " \t\r\n")])
		return error_set(err, EXIT_USAGE,
			"history: --accept: no reason, expected --reason TEXT; whoever reads it next year will ask");
	if (read_history(file_of(a), &h, err) < 0)
		return -1;
	for (unsigned i = 0; i < a->n_given; i++)
		if (!strcmp(a->given[i].option->name, "accept") &&
			accept_one(&h, file_of(a), a->given[i].value, reason, err) < 0)
			return -1;
	return EXIT_FINE;
}

/* The folder that charts and page go into: new text. */
static char *folder_of(const struct arguments *a)
{
	const char *given = argument(a, "output"), *slash = strrchr(file_of(a), '/');

	if (given)
		return xstrdup(given);
	return xasprintf("%.*shistory", slash ? (int)(slash + 1 - file_of(a)) : 0, file_of(a));
}

static int draw(const struct arguments *a, const struct history *h, const struct judgement *j,
	struct error *err)
{
	cleanup_free char *folder = folder_of(a), *missing = NULL;
	char safe[SAFE_TEXT_SIZE];

	if (history_report(folder, h, j, &missing, err) < 0)
		return -1;
	if (missing)
		fprintf(stderr, "tare: charts: not drawn: %s\n", missing);
	printf("\n%s/history.html\n", safe_text(folder, safe));
	return 0;
}

static int show(const struct arguments *a, struct error *err)
{
	cleanup_history struct history h = {0};
	cleanup_judgement struct judgement j = {0};
	const char *path = file_of(a);

	if (read_history(path, &h, err) < 0)
		return -1;
	say_left_out(path, &h);
	history_judge(&h, &j);
	if (argument(a, "json")) {
		cleanup_json json_t *found = judgement_json(&h, &j);

		print_json(found);
	} else {
		history_print(stdout, &h, &j);
		if (h.n_nights && draw(a, &h, &j, err) < 0)
			return -1;
	}
	return judgement_exit(&h, &j, argument(a, "strict") != NULL);
}

static int run_history(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	bool adds;

	if (arguments_parse(&command_history, argc, argv, MANY_FOLDERS, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_history);
		return EXIT_FINE;
	}
	adds = a.n_positional && !strcmp(a.positional[0], "add");
	if (a.n_positional && !adds) {
		char safe[SAFE_TEXT_SIZE];

		return error_set(err, EXIT_USAGE,
			"history: unknown word, got \"%s\", expected add or nothing; see tare history --help",
			safe_text(a.positional[0], safe));
	}
	if (adds)
		return add(&a, err);
	if (argument(&a, "reason") && !argument(&a, "accept"))
		return error_set(err, EXIT_USAGE,
			"history: --reason: nothing to accept, expected --accept SERIES beside it");
	return argument(&a, "accept") ? accept_all(&a, err) : show(&a, err);
}

const struct command command_history = {
	.name = "history",
	.synopsis =
		"[--history FILE] [-o DIR] [--json] [--strict] | add DIR... | --accept SERIES --reason TEXT",
	.positional = "add DIR...",
	.help = "trends over many runs: what the newest night says",
	.text = "The history is one append-only file, a line a run, written by tare run --history FILE or by\n"
		"tare history add DIR... A series is a metric of an arm, workload and instance count on hosts\n"
		"of one fingerprint. A primary metric of the plan becomes a candidate when two valid nights in\n"
		"a row are worse than the median of the last 30 by more than 2.5 scaled MADs and the plan's\n"
		"margin, or one night by 10 and 25 %; measured again and still worse it is an alarm, until it is\n"
		"back or accepted. What moved in two arms alike is the environment. All else is a digest.\n"
		"\n"
		"To begin, add the runs there are: tare history add results/2*, or let each run add itself: tare run --history\n"
		"FILE. Then tare history prints what it means and writes history.html.\n"
		"\n"
		"Exit code: 0 fine, 3 an alarm, 4 (with --strict) a candidate, 6 the newest night is kept out as\n"
		"noisy, 2 the file cannot be read.",
	.options = options,
	.run = run_history,
};
