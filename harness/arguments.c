/* arguments.c - command lines read over a command's option table, and the help made from it. A new
 * option is a row of the table in its command's file. */
#include "command.h"
#include "util.h"

#include <string.h>

#define MAX_OPTIONS 64

/* State while parsing: the next argument to look at. */
struct reader {
	const struct command *command;
	char **argv;
	int argc, next;
	struct arguments args;
	struct error *err;
};

static int unknown_option(struct reader *r, const char *shown, const char *name)
{
	const char *names[MAX_OPTIONS + 2];
	char safe[SAFE_TEXT_SIZE];
	const char *near;
	size_t n = 0;

	for (; n < MAX_OPTIONS && r->command->options[n].name; n++)
		names[n] = r->command->options[n].name;
	names[n++] = "help";
	names[n] = NULL;
	near = name ? did_you_mean(name, names) : NULL;
	if (near)
		return error_set(r->err, EXIT_USAGE,
			"%s: unknown option, got \"%s\"; did you mean --%s?", r->command->name,
			safe_text(shown, safe), near);
	return error_set(r->err, EXIT_USAGE, "%s: unknown option, got \"%s\"; see tare %s --help",
		r->command->name, safe_text(shown, safe), r->command->name);
}

/* value: what stood behind '=' or the letter, or NULL. */
static int take_option(struct reader *r, const struct command_option *o, const char *value)
{
	struct arguments *a = &r->args;
	char safe[SAFE_TEXT_SIZE];

	if (!o->argument && value)
		return error_set(r->err, EXIT_USAGE,
			"%s: --%s: takes no value, got \"%s\"; see tare %s --help",
			r->command->name, o->name, safe_text(value, safe), r->command->name);
	if (!o->many && argument(a, o->name))
		return error_set(r->err, EXIT_USAGE,
			"%s: --%s: given twice, expected once; see tare %s --help",
			r->command->name, o->name, r->command->name);
	if (o->argument && !value) {
		if (r->next >= r->argc)
			return error_set(r->err, EXIT_USAGE,
				"%s: --%s: missing value, expected %s; see tare %s --help",
				r->command->name, o->name, o->argument, r->command->name);
		value = r->argv[r->next++];
	}
	if (o->argument && !*value && (!strcmp(o->argument, "FILE") || !strcmp(o->argument, "DIR")))
		return error_set(r->err, EXIT_USAGE,
			"%s: --%s: empty, expected %s; see tare %s --help", r->command->name,
			o->name, o->argument, r->command->name);
	a->given = xrealloc(a->given, (a->n_given + 1) * sizeof(*a->given));
	a->given[a->n_given].option = o;
	a->given[a->n_given++].value = value ? value : "";
	return 0;
}

/* word: "--blocks" or "--blocks=6". */
static int read_long(struct reader *r, const char *word)
{
	const char *equals = strchr(word, '=');
	cleanup_free char *name =
		equals ? strndup(word + 2, (size_t)(equals - word - 2)) : xstrdup(word + 2);

	if (!name)
		return error_set(r->err, EXIT_INTERNAL, "memory: none left");
	if (strcmp(name, "help") == 0 && !equals) {
		r->args.help = true;
		return 0;
	}
	for (const struct command_option *o = r->command->options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return take_option(r, o, equals ? equals + 1 : NULL);
	return unknown_option(r, word, name);
}

/* word: "-o" or "-oDIR". */
static int read_short(struct reader *r, const char *word)
{
	if (strcmp(word, "-h") == 0) {
		r->args.help = true;
		return 0;
	}
	for (const struct command_option *o = r->command->options; o->name; o++)
		if (o->letter && o->letter == word[1])
			return take_option(r, o, word[2] ? word + 2 : NULL);
	return unknown_option(r, word, NULL);
}

static int take_positional(struct reader *r, const char *word, unsigned max)
{
	struct arguments *a = &r->args;
	char safe[SAFE_TEXT_SIZE];

	if (a->n_positional >= max)
		return error_set(r->err, EXIT_USAGE,
			"%s: too many arguments, got \"%s\", expected at most %u; see tare %s --help",
			r->command->name, safe_text(word, safe), max, r->command->name);
	a->positional = xrealloc(a->positional, (a->n_positional + 1) * sizeof(*a->positional));
	a->positional[a->n_positional++] = word;
	return 0;
}

int arguments_parse(const struct command *c, int argc, char **argv, unsigned max_positional,
	struct arguments *out, struct error *err)
{
	struct reader r = {.command = c, .argv = argv, .argc = argc, .next = 1, .err = err};
	bool only_positional = false;
	int rc = 0;

	while (rc == 0 && !r.args.help && r.next < argc) {
		const char *word = argv[r.next++];

		if (only_positional || word[0] != '-' || !word[1])
			rc = take_positional(&r, word, max_positional);
		else if (strcmp(word, "--") == 0)
			only_positional = true;
		else if (word[1] == '-')
			rc = read_long(&r, word);
		else
			rc = read_short(&r, word);
	}
	if (rc < 0) {
		arguments_free(&r.args);
		return -1;
	}
	*out = r.args;
	return 0;
}

void arguments_free(struct arguments *a)
{
	free(a->positional);
	free(a->given);
	*a = (struct arguments){0};
}

const char *argument(const struct arguments *a, const char *name)
{
	for (unsigned i = a->n_given; i > 0; i--)
		if (strcmp(a->given[i - 1].option->name, name) == 0)
			return a->given[i - 1].value;
	return NULL;
}

static void print_option(char letter, const char *name, const char *value, const char *help)
{
	char left[64];
	int n;

	n = snprintf(left, sizeof(left), letter ? "-%c, " : "    ", letter);
	snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", name, value ? " " : "",
		value ? value : "");
	printf("  %-26s  %s\n", left, help);
}

void command_help(const struct command *c)
{
	printf("Usage: tare %s%s%s\n\n%s\n", c->name, *c->synopsis ? " " : "", c->synopsis,
		c->help);
	if (c->text)
		printf("\n%s\n", c->text);
	printf("\nOptions:\n");
	for (const struct command_option *o = c->options; o->name; o++)
		print_option(o->letter, o->name, o->argument, o->help);
	print_option('h', "help", NULL, "print this help");
}
