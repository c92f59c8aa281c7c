/* cmd-help.c - `tare help`: the commands, or the help of one; and what a shell asks when it completes a command line. */
#include "command.h"
#include "util.h"

#include <string.h>

#define MANY_WORDS 100000

static const struct command_option options[] = {
	{.name = "complete",
		.help = "for a shell: print what may stand in the place of the last WORD of a command line"},
	{.name = NULL},
};

void program_help(void)
{
	printf("Usage: tare COMMAND [ARGUMENT]...\n\n"
	       "Weighs what isolation costs: one workload as a bare process, in a container, in a "
	       "VM.\n\nCommands:\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->help);
	printf("\ntare COMMAND --help tells more; tare --version prints the version.\n");
}

static int help_of(const char *name, struct error *err)
{
	const struct command *c = command_need(name, err);

	if (!c)
		return -1;
	command_help(c);
	return EXIT_FINE;
}

static int run_help(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	char safe[SAFE_TEXT_SIZE];

	if (arguments_parse(&command_help_command, argc, argv, MANY_WORDS, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_help_command);
	} else if (argument(&a, "complete")) {
		if (a.n_positional)
			complete_words(stdout, a.positional, a.n_positional);
	} else if (a.n_positional > 1) {
		return error_set(err, EXIT_USAGE,
			"help: too many arguments, got \"%s\", expected at most 1; see tare --help",
			safe_text(a.positional[1], safe));
	} else if (a.n_positional) {
		return help_of(a.positional[0], err);
	} else {
		program_help();
	}
	return EXIT_FINE;
}

const struct command command_help_command = {
	.name = "help",
	.synopsis = "[COMMAND] | --complete -- WORD...",
	.positional = "COMMAND",
	.help = "print the help of a command",
	.text = "The scripts that make install puts beside those of bash and zsh ask --complete, so they offer the\n"
		"commands and options of the tare that is called, the plans and workloads that are installed for it\n"
		"and the arms of the plan on the line.",
	.options = options,
	.run = run_help,
};
