/* command.h - the table of commands: one row drives dispatch, help, completion and the man page. To add
 * one: a file harness/cmd-NAME.c ending in its const struct, a declaration here, a line in commands.c. */
#ifndef TARE_COMMAND_H
#define TARE_COMMAND_H

#include "error.h"
#include "version.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct command_option {
	const char *name; /* "blocks": --blocks */
	char letter; /* 0 = none */
	const char *argument; /* "N"; NULL = a switch */
	const char *help;
	bool many; /* may be given more than once */
};

struct command {
	const char *name;
	const char *synopsis; /* "[PLAN] [-o DIR] ..." */
	/* What its arguments are, for completion: words as in an option's argument, "DIR DIR"; NULL = it takes none. */
	const char *positional;
	const char *help; /* one line */
	const char *text; /* paragraphs for --help and the man page; NULL = none */
	const struct command_option *options; /* ends with name == NULL; --help is added for all */
	/* argv[0] is the command's name. Returns the exit code; err->code set means main prints err. */
	int (*run)(int argc, char **argv, struct error *err);
};
extern const struct command *const commands[]; /* NULL-terminated, in the order of help */
const struct command *command_find(const char *name);
/* command_find(), or NULL with EXIT_USAGE and did-you-mean. */
const struct command *command_need(const char *name, struct error *err);
extern const struct command command_compare, command_doctor, command_export, command_gc,
	command_help_command, command_history, command_list, command_nightly, command_publish,
	command_report, command_run, command_selftest;

/* Parsed arguments: positional ones and options in order; messages with did-you-mean. Texts are borrowed
 * from argv. */
struct arguments {
	const char **positional;
	unsigned n_positional;
	struct argument_given {
		const struct command_option *option;
		const char *value; /* "" for a switch */
	} * given;
	unsigned n_given;
	bool help; /* --help or -h was given: the rest is not checked; print command_help() and return 0 */
};
/* argv[0] is the command's name. 0, or -1 with EXIT_USAGE and nothing to free. */
int arguments_parse(const struct command *c, int argc, char **argv, unsigned max_positional,
	struct arguments *out, struct error *err);
void arguments_free(struct arguments *a);
#define cleanup_arguments __attribute__((cleanup(arguments_free)))
/* Last value, "" for a switch, NULL if not given. */
const char *argument(const struct arguments *a, const char *name);
/* Prints the command's help to standard output. */
void command_help(const struct command *c);
/* Prints the list of commands. */
void program_help(void);

/* complete.c: what may stand in the place of the last of the words behind "tare" (n >= 1, the last may be ""), a line each
 * for the shells' scripts (harness/completion.*): "word WORD HELP", "key WORD= HELP" (no space follows), or "file", "folder"
 * (names of such, too), parted by tabs. In a last word with "=" it is what stands behind the last "=". */
void complete_words(FILE *out, const char *const *words, size_t n);
/* How an argument of that name ("DIR", "auto|kvm|tcg") is completed is known. */
bool complete_knows(const char *argument);

/* Rows of `tare list`: new arrays of objects with "name", "help" and the columns of their kind. */
json_t *list_platforms(void);
json_t *list_arms(void);
json_t *list_probes(void);
json_t *list_metrics(void);
json_t *list_workloads(void);
json_t *list_plans(void);
/* What tare doctor finds: new list of objects "name", "state" (ok, note, missing), "text", "mend". */
json_t *doctor_look(void);
struct run_folder;
struct sample_set;
enum report_why {
	REPORT_RUN, /* a run has just ended: what there is is shown */
	REPORT_AGAIN, /* asked for: what stands in the folder is not replaced by less */
};
/* Makes summary.json, charts, report.md and report.html of a run. The summary, new; NULL with err. */
json_t *report_make(
	const struct run_folder *f, const json_t *run, enum report_why why, struct error *err);
/* The same, and prints the table (or the summary as JSON). 0 or -1. */
int report_folder(const struct run_folder *f, const json_t *run, enum report_why why, bool as_json,
	struct error *err);
/* Refuses (EXIT_USAGE) a summary without a counted block, and one with fewer than the summary of the same run that is
 * there before (NULL: none, or not readable). 0 or -1. */
int report_check(const json_t *run, const struct sample_set *set, const json_t *summary,
	const json_t *before, struct error *err);
/* Adds a run to a history file (history.h); live: it was measured just now; *known: it was there already. 0 or -1. */
int history_add_run(const struct run_folder *f, const json_t *run, const char *path, bool live,
	bool *known, struct error *err);
/* Whether this host can run the plan, as far as that is seen without measuring: memory, options of arms. 0 or -1. */
struct plan;
struct run_options;
int run_check_plan(const struct plan *p, const struct run_options *o, struct error *err);
/* run-options.c. Rows of an option table, and what is read of them: --connect and --accel (auto when not given), borrowed
 * into o; --max-time, untouched when not given; a meter that is skewed for tare selftest. 0, or -1 with EXIT_USAGE. */
#define OPTION_CONNECT                                                                             \
	{                                                                                          \
		.name = "connect", .argument = "URI",                                              \
		.help = "a libvirt daemon on this host instead of the embedded driver"             \
	}
#define OPTION_ACCEL                                                                               \
	{                                                                                          \
		.name = "accel", .argument = "auto|kvm|tcg",                                       \
		.help = "accelerator of the VMs (standard: auto)"                                  \
	}
int run_read_options(const struct arguments *a, struct run_options *o, struct error *err);
int run_read_max_time(const struct arguments *a, double *seconds, struct error *err);
int run_check_meter(struct error *err);
/* Prints a JSON value and a newline to standard output. */
void print_json(const json_t *value);

#endif
