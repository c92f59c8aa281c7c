/* cmd-run.c - `tare run`: measures a plan, or with --dry-run prints what it would do. */
#include "accel.h"
#include "command.h"
#include "compare.h"
#include "history.h"
#include "host.h"
#include "json.h"
#include "procfs.h"
#include "run.h"
#include "util.h"
#include "wait.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const struct command_option options[] = {
	{.name = "output",
		.letter = 'o',
		.argument = "DIR",
		.help = "write the run into this new folder (standard: results/<time>-<id>)"},
	{.name = "arm", .argument = "A", .many = true, .help = "only this arm; may be given again"},
	{.name = "workload",
		.argument = "W",
		.many = true,
		.help = "this workload (a name or a JSON file) instead of the plan's"},
	{.name = "instances", .argument = "1,2,4", .help = "how many at once"},
	{.name = "blocks", .argument = "N", .help = "counted blocks"},
	{.name = "seed", .argument = "S", .help = "seed of the order (standard: new, recorded)"},
	{.name = "quick", .help = "everything once, in about a minute: no intervals"},
	{.name = "max-time", .argument = "T", .help = "end after a whole block: 90, 15m, 2h"},
	OPTION_CONNECT,
	OPTION_ACCEL,
	{.name = "against",
		.argument = "KEY=VALUE",
		.many = true,
		.help = "a second side in the same blocks: payload, agent or plan=FILE, or an option of an arm "
			"(emulator, kernel, ...); may be given again"},
	{.name = "max-blocks",
		.argument = "N",
		.help = "with --against: go on up to so many blocks while a regression is suspected (standard: 3 "
			"times --blocks)"},
	{.name = "resume",
		.argument = "DIR",
		.help = "finish the run in DIR, which was killed or ran out of disk or time"},
	{.name = "history",
		.argument = "FILE",
		.help = "append the run to this history when it is over (tare history)"},
	{.name = "keep-census", .help = "write the names of what was counted into census.jsonl"},
	{.name = "dry-run", .help = "print the order and the time it would take, and do nothing"},
	{.name = "json", .help = "print the summary (or the order) as JSON instead of a table"},
	{.name = NULL},
};

/* Every value of an option that may be given more than once; borrowed, in order. */
static size_t values_of(const struct arguments *a, const char *name, const char **out)
{
	size_t n = 0;

	for (unsigned i = 0; i < a->n_given; i++)
		if (!strcmp(a->given[i].option->name, name))
			out[n++] = a->given[i].value;
	return n;
}

static struct plan *load_plan(const struct arguments *a, struct error *err)
{
	cleanup_free const char **arms = xcalloc(a->n_given + 1, sizeof(*arms));
	cleanup_free const char **workloads = xcalloc(a->n_given + 1, sizeof(*workloads));
	cleanup_free const char **against = xcalloc(a->n_given + 1, sizeof(*against));
	struct plan_override o = {
		.arms = arms,
		.n_arms = values_of(a, "arm", arms),
		.workloads = workloads,
		.n_workloads = values_of(a, "workload", workloads),
		.against = against,
		.n_against = values_of(a, "against", against),
		.max_blocks = argument(a, "max-blocks"),
		.instances = argument(a, "instances"),
		.blocks = argument(a, "blocks"),
		.seed = argument(a, "seed"),
		.quick = argument(a, "quick") != NULL,
		.keep_census = argument(a, "keep-census") != NULL,
	};

	return plan_load(a->n_positional ? a->positional[0] : "default", &o, err);
}

static int read_request(const struct arguments *a, struct run_request *q, struct error *err)
{
	q->folder = argument(a, "output");
	if (run_read_options(a, &q->options, err) < 0)
		return -1;
	if (argument(a, "history") && history_check(argument(a, "history"), err) < 0)
		return -1;
	return run_read_max_time(a, &q->max_time, err);
}

/* The most instances at once of an arm, in any part of the plan. */
static unsigned most_of(const struct plan *p, size_t arm)
{
	unsigned most = p->n_parts ? 0 : p->instances[p->n_instances - 1];

	for (size_t k = 0; k < p->n_parts; k++) {
		const struct plan_part *part = &p->parts[k];

		if (part->arms >> arm & 1 && part->instances[part->n_instances - 1] > most)
			most = part->instances[part->n_instances - 1];
	}
	return most;
}

/* More memory than the host has is refused with the arithmetic: what each instance may use, or the RAM it is given. */
static int check_memory(const struct plan *p, struct error *err)
{
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct meminfo mem;

	if (proc_meminfo(root, &mem, err) < 0)
		return -1;
	for (size_t a = 0; a < p->n_arms; a++) {
		const json_t *ram = json_object_get(p->arms[a].options, "ram");
		uint64_t each = (uint64_t)json_integer_value(ram);
		unsigned most = most_of(p, a);

		each = each > p->memory ? each : p->memory;
		if ((double)each * most <= (double)mem.available)
			continue;
		return error_set(err, EXIT_USAGE,
			"plan: arm %s: %u instance%s of %llu MiB need%s %.0f MiB, got %llu MiB available on this host, expected no more than that; lower \"memory\" or \"instances\"",
			p->arms[a].name, most, most == 1 ? "" : "s",
			(unsigned long long)(each >> 20), most == 1 ? "s" : "",
			(double)each * most / 1048576, (unsigned long long)(mem.available >> 20));
	}
	return 0;
}

/* What can be known against it without making anything: a dry run says the same as the run. */
int run_check_plan(const struct plan *p, const struct run_options *o, struct error *err)
{
	for (size_t i = 0; i < p->n_arms; i++)
		if (platform_check_arm(&p->arms[i], o, err) < 0)
			return -1;
	return check_memory(p, err);
}

static json_t *order_json(
	const struct plan *p, const struct trial *trials, size_t n, double total, bool kvm)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
			json_pack("{s:i, s:b, s:i, s:s, s:s, s:i, s:f}", "block",
				(int)trials[i].block, "warmup", trials[i].block < p->warmup,
				"trial", (int)trials[i].index, "arm", trials[i].arm->name,
				"workload", trials[i].workload->name, "instances",
				(int)trials[i].instances, "estimate_seconds",
				trial_estimate(&trials[i], p, !kvm)));
	return json_pack("{s:s, s:o, s:f, s:o}", "plan", p->name, "seed", plan_seed_json(p->seed),
		"estimate_seconds", total, "trials", list);
}

static int dry_run(const struct plan *p, bool as_json, const char *accel)
{
	bool kvm = accel_expect_kvm(accel);
	size_t n;
	cleanup_free struct trial *trials = plan_trials(p, &n);
	double total = 0;
	char time[32];

	for (size_t i = 0; i < n; i++)
		total += trial_estimate(&trials[i], p, !kvm);
	if (as_json) {
		cleanup_json json_t *order = order_json(p, trials, n, total, kvm);

		print_json(order);
		return EXIT_FINE;
	}
	printf("plan %s: %u blocks after %u of warm-up, %zu trials, seed %llu, about %s\n", p->name,
		plan_most_blocks(p), p->warmup, n, (unsigned long long)p->seed,
		duration_text(total, time));
	for (size_t i = 0; i < n; i++)
		printf("%s%3u  block %u%s  %-16s %-12s %u instance%s\n",
			i && trials[i].block != trials[i - 1].block ? "\n" : "", trials[i].index,
			trials[i].block + 1, trials[i].block < p->warmup ? " (warm-up)" : "",
			trials[i].arm->name, trials[i].workload->name, trials[i].instances,
			trials[i].instances == 1 ? "" : "s");
	return EXIT_FINE;
}

static bool has_samples(const struct run_folder *f)
{
	struct stat st;

	return fstatat(f->dirfd, "samples.jsonl", &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size > 0;
}

/* The two sides of a run with --against: compare.json, and what it says. */
static int finish_sides(
	const struct run_folder *f, const json_t *run, bool as_json, struct error *err)
{
	struct sample_set set = {0};
	cleanup_json json_t *doc = NULL;

	if (!json_object_get(json_object_get(run, "plan"), "against"))
		return 0;
	if (sample_set_read(f->dirfd, &set, err) < 0)
		return -1;
	doc = compare_within(run, &set, err);
	sample_set_free(&set);
	if (!doc || run_folder_write_json(f, "compare.json", doc, err) < 0 ||
		run_folder_give(f, err) < 0)
		return -1;
	if (!as_json) {
		putchar('\n');
		compare_table(stdout, doc, false);
	}
	return 0;
}

/* Summary, charts and table are made from the folder, just as `tare report` makes them; an interrupted run
 * gets them too, as far as its samples go. */
static int finish(struct run_folder *folder, int code, const struct arguments *a, struct error *err)
{
	const char *history = argument(a, "history");
	bool as_json = argument(a, "json") != NULL, known;
	struct error report_err = ERROR_INIT;
	cleanup_json json_t *run = NULL;
	char safe[SAFE_TEXT_SIZE];
	struct run_folder again;

	if (err->code == EXIT_INTERRUPTED || err->code == EXIT_TERMINATED)
		interrupt_heeded();
	if (has_samples(folder) && run_folder_open(folder->path, &again, &run, &report_err) == 0) {
		if (run_folder_become_owner(&again, &report_err) < 0)
			; /* it names the folder */
		else if (report_folder(&again, run, REPORT_RUN, as_json, &report_err) < 0 ||
			finish_sides(&again, run, as_json, &report_err) < 0)
			error_wrap(&report_err, "%s", safe_text(folder->path, safe));
		else if (history && (!err->code || err->code == EXIT_NOISY))
			history_add_run(&again, run, history, true, &known, &report_err);
		run_folder_close(&again);
	}
	if (report_err.code)
		error_wrap(&report_err, "report");
	if (report_err.code && err->code)
		fprintf(stderr, "tare: %s\n", report_err.text);
	if (!as_json && !report_err.code)
		printf("\n%s\n", folder->path);
	if (err->code)
		return -1;
	if (!report_err.code)
		return code;
	error_set(err, report_err.code, "%s", report_err.text);
	return code == EXIT_FINE ? EXIT_INTERNAL : code;
}

static int run_with(
	const struct arguments *a, struct plan *p, int argc, char **argv, struct error *err)
{
	struct run_request q = {.plan = p, .argc = argc, .argv = argv};
	struct run_folder folder = {.dirfd = -1};
	int rc;

	if (read_request(a, &q, err) < 0)
		return -1;
	if (run_check_plan(p, &q.options, err) < 0)
		return -1;
	if (argument(a, "dry-run"))
		return dry_run(p, argument(a, "json") != NULL, q.options.accel);
	rc = run_plan(&q, &folder, err);
	if (folder.dirfd < 0)
		return -1;
	rc = finish(&folder, rc, a, err);
	run_folder_close(&folder);
	return rc;
}

/* What a resumed run does was decided when it began: only what changes nothing of it may be given. */
static int check_resume(const struct arguments *a, struct error *err)
{
	static const char *const fine[] = {"resume", "max-time", "history", "json", NULL};
	char safe[SAFE_TEXT_SIZE];

	if (a->n_positional)
		return error_set(err, EXIT_USAGE,
			"--resume: the plan is that of the run, got \"%s\", expected no PLAN beside it",
			safe_text(a->positional[0], safe));
	for (unsigned i = 0; i < a->n_given; i++) {
		bool known = false;

		for (size_t k = 0; fine[k]; k++)
			known = known || !strcmp(fine[k], a->given[i].option->name);
		if (!known)
			return error_set(err, EXIT_USAGE,
				"--resume: --%s would change the run, expected at most --max-time, --history and --json beside it",
				a->given[i].option->name);
	}
	return 0;
}

static int resume_with(const struct arguments *a, int argc, char **argv, struct error *err)
{
	struct run_request q = {.argc = argc, .argv = argv};
	struct run_folder folder = {.dirfd = -1};
	struct resume z;
	int rc;

	if (check_resume(a, err) < 0 || read_request(a, &q, err) < 0 ||
		resume_open(argument(a, "resume"), &z, err) < 0)
		return -1;
	q.plan = z.plan;
	q.resume = &z;
	q.options = (struct run_options){.connect = z.connect, .accel = z.accel};
	rc = run_check_plan(z.plan, &q.options, err) < 0 ? -1 : run_plan(&q, &folder, err);
	if (folder.dirfd >= 0)
		rc = finish(&folder, rc, a, err);
	run_folder_close(&folder);
	resume_close(&z);
	return rc;
}

static int run_run(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	struct plan *p;
	int rc;

	if (arguments_parse(&command_run, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_run);
		return EXIT_FINE;
	}
	if (run_check_meter(err) < 0)
		return -1;
	if (argument(&a, "resume"))
		return resume_with(&a, argc, argv, err);
	p = load_plan(&a, err);
	if (!p)
		return -1;
	rc = run_with(&a, p, argc, argv, err);
	plan_free(p);
	return rc;
}

const struct command command_run = {
	.name = "run",
	.synopsis =
		"[PLAN] [-o DIR] [--arm A]... [--workload W]... [--quick] [--dry-run] | --resume DIR",
	.positional = "PLAN",
	.help = "measure a plan and write the run folder",
	.text = "PLAN is the name of an installed plan (tare list plans) or a JSON file; without one the\n"
		"plan \"default\" runs: workload http as a bare process, with a network namespace, in a\n"
		"container and in a VM, one warm-up and 6 counted blocks in shuffled order.\n"
		"\n"
		"Needs root (sudo) for namespaces and cgroups; the results belong to the calling user.\n"
		"With --against two sides are measured in the same blocks: the plan's arms, and each arm\n"
		"that is changed once more as NAME.new. After --blocks it ends unless a primary metric looks\n"
		"worse by more than its margin; then it goes on, up to --max-blocks, until that is confirmed\n"
		"(exit 3) or gone. compare.json holds the verdicts. A kernel=FILE whose drivers are modules\n"
		"needs modules=DIR (its lib/modules/RELEASE) beside it.\n"
		"\n"
		"Ctrl-C ends it and keeps what was measured; a run that was cut is finished by --resume DIR,\n"
		"under its own plan, seed and options. Exit code: 0 fine, 2 a plan or option that cannot be\n"
		"(nothing is made), 3 a regression was confirmed (--against), 5 something is missing here\n"
		"(tare doctor), 6 too noisy to trust, 7 an arm failed or differs undeclared, 8 ended by\n"
		"--max-time, 130 or 143 interrupted; results/README.md lists them all.",
	.options = options,
	.run = run_run,
};
