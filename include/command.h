/* command.h - the table of commands: one row drives dispatch, help, completion and the man page. */
#ifndef TARE_COMMAND_H
#define TARE_COMMAND_H

#include "error.h"

#include <stdbool.h>

struct command_option {
	const char *name;     /* "blocks": --blocks */
	char letter;          /* 0 = none */
	const char *argument; /* "N"; NULL = a switch */
	const char *help;
	bool many;            /* may be given more than once */
};

struct command {
	const char *name;
	const char *synopsis; /* "[PLAN] [-o DIR] ..." */
	const char *help;     /* one line */
	const char *text;     /* paragraphs for --help and the man page; NULL = none */
	const struct command_option *options; /* ends with name == NULL; --help is added for all */
	/* Returns the exit code; err->code set means main prints err. */
	int (*run)(int argc, char **argv, struct error *err);
};
extern const struct command *const commands[]; /* NULL-terminated */
#define TARE_VERSION "0.1.0"

/* Parsed arguments: positional ones and options in order; messages with did-you-mean. */
struct arguments {
	const char **positional; unsigned n_positional;
	struct { const struct command_option *option; const char *value; } *given; unsigned n_given;
	bool help;
};
int arguments_parse(const struct command *c, int argc, char **argv, unsigned max_positional,
	struct arguments *out, struct error *err);
void arguments_free(struct arguments *a);
const char *argument(const struct arguments *a, const char *name); /* last value, "" for a switch, NULL if not given */
void command_help(const struct command *c);

#endif
