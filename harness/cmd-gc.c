/* cmd-gc.c - `tare gc`: removes what a crashed run left, and nothing else. The work is gc_all(). */
#include "command.h"
#include "json.h"
#include "ledger.h"
#include "lab.h"
#include "util.h"

static const struct command_option options[] = {
	{.name = "json", .help = "print what was removed as JSON"},
	{.name = NULL},
};

static void print_text(const struct gc_report *r)
{
	char safe[SAFE_TEXT_SIZE];
	const json_t *name;
	size_t i;

	json_array_foreach (r->names, i, name)
		printf("%s\n",
			safe_text(json_is_string(name) ? json_string_value(name) : "?", safe));
	printf("removed: runs %u, processes %u, cgroups %u, domains %u, containers %u, images %u, files %u\n",
		r->runs, r->processes, r->cgroups, r->domains, r->containers, r->images, r->files);
}

static void print_report(const struct gc_report *r, bool as_json)
{
	cleanup_json json_t *object = NULL;

	if (!as_json) {
		print_text(r);
		return;
	}
	object = json_pack("{si si si si si si si sO*}", "runs", (int)r->runs, "processes",
		(int)r->processes, "cgroups", (int)r->cgroups, "domains", (int)r->domains,
		"containers", (int)r->containers, "images", (int)r->images, "files", (int)r->files,
		"names", r->names);
	print_json(object);
}

static int run_gc(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_free char *state = NULL;
	struct gc_report report = {0};
	int rc;

	if (arguments_parse(&command_gc, argc, argv, 0, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_gc);
		return EXIT_FINE;
	}
	state = state_folder();
	rc = gc_all(state, NULL, &report, err);
	print_report(&report, argument(&a, "json") != NULL);
	json_decref(report.names);
	return rc < 0 ? -1 : EXIT_FINE;
}

const struct command command_gc = {
	.name = "gc",
	.synopsis = "[--json]",
	.help = "remove what a crashed run left, and nothing else",
	.text = "Reads the ledgers of runs whose harness is dead and removes what they name: processes,\n"
		"cgroups, domains, an engine's containers and images, folders. Running runs and\n"
		"look-alikes are left alone.",
	.options = options,
	.run = run_gc,
};
