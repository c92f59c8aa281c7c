/* commands.c - the visible table of commands: a new one is one line here, in the order that help shows. */
#include "command.h"
#include "util.h"

#include <string.h>

/* clang-format off */
const struct command *const commands[] = {
	&command_doctor,
	&command_list,
	&command_run,
	&command_report,
	&command_compare,
	&command_history,
	&command_nightly,
	&command_export,
	&command_publish,
	&command_selftest,
	&command_gc,
	&command_help_command,
	NULL,
};
/* clang-format on */

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

const struct command *command_need(const char *name, struct error *err)
{
	const char *names[ARRAY_SIZE(commands)];
	const struct command *found = command_find(name);
	char safe[SAFE_TEXT_SIZE];
	const char *near;
	size_t n = 0;

	if (found)
		return found;
	for (; commands[n]; n++)
		names[n] = commands[n]->name;
	names[n] = NULL;
	near = did_you_mean(name, names);
	if (near)
		error_set(err, EXIT_USAGE,
			"command line: unknown command, got \"%s\"; did you mean %s?",
			safe_text(name, safe), near);
	else
		error_set(err, EXIT_USAGE,
			"command line: unknown command, got \"%s\"; see tare --help",
			safe_text(name, safe));
	return NULL;
}

void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
	putchar('\n');
}
