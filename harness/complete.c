/* complete.c - what may stand in a place of a command line, from the table of commands. What is offered for a value follows
 * from the word that stands for it in the help ("DIR", "auto|kvm|tcg"): a new word is a row of kinds[]. */
#include "command.h"
#include "export.h"
#include "json.h"
#include "plan.h"
#include "platform.h"

#include <string.h>

/* The line up to the word that is completed, as its command reads it. */
struct line {
	FILE *out;
	const struct command *command;
	const struct command_option
		*option; /* whose value is completed; NULL = a word of the command's own */
	const char *plan; /* its first own word; NULL = none yet */
	unsigned before; /* own words before this one */
	bool only_words; /* behind "--" */
};

static void offer(FILE *out, const char *word, const char *help)
{
	cleanup_free char *one = xstrdup(help ? help : "");

	one[strcspn(one, "\t\n")] = '\0';
	fprintf(out, "word\t%s\t%s\n", word, one);
}

static void offer_rows(FILE *out, json_t *(*make)(void))
{
	cleanup_json json_t *rows = make();
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		offer(out, json_string_value(json_object_get(row, "name")),
			json_string_value(json_object_get(row, "help")));
}

static void files(const struct line *l)
{
	fputs("file\n", l->out);
}

static void folders(const struct line *l)
{
	fputs("folder\n", l->out);
}

static void nothing(const struct line *l)
{
	(void)l;
}

static void plans(const struct line *l)
{
	offer_rows(l->out, list_plans);
	files(l);
}

static void workloads(const struct line *l)
{
	offer_rows(l->out, list_workloads);
	files(l);
}

/* Those of the plan on the line, then the predefined ones that it has not. */
static void arms(const struct line *l)
{
	const struct plan_override none = {0};
	struct error ignored = ERROR_INIT;
	struct plan *p = plan_load(l->plan ? l->plan : "default", &none, &ignored);
	const char *last = "";

	for (size_t i = 0; p && i < p->n_arms; i++)
		offer(l->out, p->arms[i].name, "an arm of the plan");
	for (size_t i = 0; predefined_arm(i); i++) {
		bool known = !strcmp(last, predefined_arm(i));

		last = predefined_arm(i);
		for (size_t k = 0; p && k < p->n_arms; k++)
			known = known || !strcmp(p->arms[k].name, last);
		if (!known)
			offer(l->out, last, "a predefined arm");
	}
	plan_free(p);
}

static void formats(const struct line *l)
{
	for (size_t i = 0; exports[i].name; i++)
		offer(l->out, exports[i].name, exports[i].help);
}

static void names_of_commands(const struct line *l)
{
	for (size_t i = 0; commands[i]; i++)
		offer(l->out, commands[i]->name, commands[i]->help);
}

static bool has_key(const struct option_spec *o, const char *name)
{
	while (o && o->name && strcmp(o->name, name) != 0)
		o++;
	return o && o->name;
}

static void keys(const struct line *l)
{
	for (size_t i = 0; against_keys[i]; i++)
		fprintf(l->out, "key\t%s=\t\n", against_keys[i]);
	for (size_t i = 0; platforms[i]; i++)
		for (const struct option_spec *o = platforms[i]->options; o && o->name; o++) {
			size_t k = 0;

			while (!has_key(platforms[k]->options, o->name))
				k++;
			if (k == i)
				fprintf(l->out, "key\t%s=\t\n", o->name);
		}
}

/* clang-format off */
static const struct {
	const char *argument;
	void (*offer)(const struct line *l);
} kinds[] = {
	{"DIR", folders}, {"FILE", files}, {"PLAN", plans}, {"A", arms}, {"W", workloads}, {"TOKEN", formats},
	{"COMMAND", names_of_commands}, {"KEY=VALUE", keys}, {"add", NULL},
	/* numbers, times, texts, addresses */
	{"N", nothing}, {"S", nothing}, {"T", nothing}, {"TIME", nothing}, {"1,2,4", nothing}, {"TEXT", nothing},
	{"SERIES", nothing}, {"URI", nothing}, {"URL", nothing},
};
/* clang-format on */

/* "auto|kvm|tcg", and a word that stands for itself. */
static void offer_choices(FILE *out, const char *choices)
{
	while (*choices) {
		size_t n = strcspn(choices, "|");
		cleanup_free char *one = xasprintf("%.*s", (int)n, choices);

		offer(out, one, NULL);
		choices += n + (choices[n] == '|');
	}
}

static size_t kind_of(const char *argument)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) && strcmp(kinds[i].argument, argument) != 0)
		i++;
	return i;
}

bool complete_knows(const char *argument)
{
	return strchr(argument, '|') || kind_of(argument) < ARRAY_SIZE(kinds);
}

static void offer_argument(const struct line *l, const char *argument)
{
	size_t i = kind_of(argument);

	if (i < ARRAY_SIZE(kinds) && kinds[i].offer)
		kinds[i].offer(l);
	else
		offer_choices(l->out, argument);
}

static void offer_options(const struct line *l)
{
	for (const struct command_option *o = l->command->options; o->name; o++) {
		cleanup_free char *word = xasprintf("--%s", o->name);

		offer(l->out, word, o->help);
	}
	offer(l->out, "--help", "print this help");
}

/* The own word in this place; the last one of "add DIR..." may come again. */
static void offer_own(const struct line *l)
{
	cleanup_free char *words = xstrdup(l->command->positional ? l->command->positional : "");
	char *save = NULL, *word = strtok_r(words, " ", &save);
	char *dots;

	for (unsigned i = 0; i < l->before && word; i++) {
		if (strstr(word, "..."))
			break;
		word = strtok_r(NULL, " ", &save);
	}
	if (!word)
		return;
	dots = strstr(word, "...");
	if (dots)
		*dots = '\0';
	offer_argument(l, word);
}

static const struct command_option *option_of(const struct command *c, const char *word)
{
	size_t n = strcspn(word, "=");

	for (const struct command_option *o = c->options; o->name; o++)
		if (word[1] == '-' ? n == strlen(o->name) + 2 && !strncmp(o->name, word + 2, n - 2)
				   : o->letter && o->letter == word[1])
			return o;
	return NULL;
}

/* Takes in a word before the one that is completed. */
static void pass(struct line *l, const char *word)
{
	if (l->option) {
		l->option = NULL;
	} else if (!l->only_words && !strcmp(word, "--")) {
		l->only_words = true;
	} else if (!l->only_words && word[0] == '-' && word[1]) {
		const struct command_option *o = option_of(l->command, word);
		bool has_value = word[1] == '-' ? strchr(word, '=') != NULL : word[2] != '\0';

		l->option = o && o->argument && !has_value ? o : NULL;
	} else if (!l->before++) {
		l->plan = word;
	}
}

static void finish(struct line *l, const char *last)
{
	const char *equals = strchr(last, '=');
	bool dash = !l->only_words && last[0] == '-';

	if (!l->option && dash && equals)
		l->option = option_of(l->command, last);
	if (!l->option && dash)
		offer_options(l);
	else if (!l->option)
		offer_own(l);
	else if (!l->option->argument)
		return;
	/* the value of a key */
	else if (!strcmp(l->option->argument, "KEY=VALUE") &&
		strchr(dash && equals ? equals + 1 : last, '='))
		files(l);
	else
		offer_argument(l, l->option->argument);
}

void complete_words(FILE *out, const char *const *words, size_t n)
{
	struct line l = {.out = out, .command = command_find(words[0])};

	if (n == 1) {
		names_of_commands(&l);
		offer(out, "--help", "print the list of commands");
		offer(out, "--version", "print the version");
		return;
	}
	if (!l.command)
		return;
	for (size_t i = 1; i + 1 < n; i++)
		pass(&l, words[i]);
	finish(&l, words[n - 1]);
}
