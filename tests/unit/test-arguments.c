/* test-arguments.c - command lines over an option table, with the exact message for each wrong one. */
#include "command.h"
#include "util.h"

#include "cases.h"

static const struct command_option options[] = {
	{.name = "output", .letter = 'o', .argument = "DIR", .help = "where"},
	{.name = "arm", .argument = "A", .help = "which", .many = true},
	{.name = "blocks", .argument = "N", .help = "how many"},
	{.name = "quick", .letter = 'q', .help = "fast"},
	{.name = NULL},
};
static const struct command run = {.name = "run", .synopsis = "", .help = "", .options = options};

#define MAX_WORDS 8
struct row {
	const char *words[MAX_WORDS];
	const char *message;
};

static int parse(const char *const *words, struct arguments *a, struct error *err)
{
	char *argv[MAX_WORDS + 2] = {(char *)"run"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	return arguments_parse(&run, argc, argv, 1, a, err);
}

static void refused(void **state)
{
	static const struct row rows[] = {
		{{"--blokcs", "3"},
			"run: unknown option, got \"--blokcs\"; did you mean --blocks?"},
		{{"--blokcs=3"}, "run: unknown option, got \"--blokcs=3\"; did you mean --blocks?"},
		{{"--hepl"}, "run: unknown option, got \"--hepl\"; did you mean --help?"},
		{{"--zzzzzzzz"}, "run: unknown option, got \"--zzzzzzzz\"; see tare run --help"},
		{{"--"
		  "\n\033[31m"},
			"run: unknown option, got \"--\\x0A\\x1B[31m\"; see tare run --help"},
		{{"-x"}, "run: unknown option, got \"-x\"; see tare run --help"},
		{{"-rf"}, "run: unknown option, got \"-rf\"; see tare run --help"},
		{{"--blocks"}, "run: --blocks: missing value, expected N; see tare run --help"},
		{{"-o"}, "run: --output: missing value, expected DIR; see tare run --help"},
		{{"-o", ""}, "run: --output: empty, expected DIR; see tare run --help"},
		{{"--output="}, "run: --output: empty, expected DIR; see tare run --help"},
		{{"--quick=1"}, "run: --quick: takes no value, got \"1\"; see tare run --help"},
		{{"-q1"}, "run: --quick: takes no value, got \"1\"; see tare run --help"},
		{{"--blocks", "1", "--blocks=2"},
			"run: --blocks: given twice, expected once; see tare run --help"},
		{{"-q", "--quick"},
			"run: --quick: given twice, expected once; see tare run --help"},
		{{"a", "b"},
			"run: too many arguments, got \"b\", expected at most 1; see tare run --help"},
		{{"a", "--", "--blocks"},
			"run: too many arguments, got \"--blocks\", expected at "
			"most 1; see tare run --help"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arguments a = {.n_given = 77};
		struct error err = ERROR_INIT;

		assert_int_equal(parse(rows[i].words, &a, &err), -1);
		assert_int_equal(err.code, EXIT_USAGE);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(a.n_given, 77); /* untouched on failure */
	}
}

/* What a new option or argument is completed with must be known: else add a row to complete.c. */
static void all_are_completed(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		cleanup_free char *own =
			xstrdup(commands[i]->positional ? commands[i]->positional : "");
		char *save = NULL;

		for (const struct command_option *o = commands[i]->options; o->name; o++)
			if (o->argument && !complete_knows(o->argument))
				fail_msg("--%s %s of %s is not completed", o->name, o->argument,
					commands[i]->name);
		for (char *w = strtok_r(own, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
			char *dots = strstr(w, "...");

			if (dots)
				*dots = '\0';
			if (!complete_knows(w))
				fail_msg("%s of %s is not completed", w, commands[i]->name);
		}
		/* What its synopsis begins with, [PLAN] or DIR, is an argument of its own. */
		const char *first = commands[i]->synopsis + (commands[i]->synopsis[0] == '[');

		if (!commands[i]->positional && *first && *first != '-')
			fail_msg("%s: %s: no positional", commands[i]->name, commands[i]->synopsis);
	}
}

static void long_names_are_cut(void **state)
{
	char word[600] = "--";
	const char *const words[] = {word, NULL};
	struct arguments a;
	struct error err = ERROR_INIT;

	(void)state;
	memset(word + 2, 'a', 500);
	assert_int_equal(parse(words, &a, &err), -1);
	assert_true(strlen(err.text) < 160);
	assert_non_null(strstr(err.text, "aaa...\""));
}

static void taken(void **state)
{
	static const char *const words[] = {
		"-odir", "--arm", "-rf", "--arm=x=y", "-q", "--blocks=", "plan", NULL};
	cleanup_arguments struct arguments a = {0};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse(words, &a, &err), 0);
	assert_string_equal(argument(&a, "output"), "dir");
	assert_string_equal(a.given[1].value, "-rf");
	assert_string_equal(argument(&a, "arm"), "x=y"); /* the last one */
	assert_string_equal(argument(&a, "quick"), "");
	assert_string_equal(argument(&a, "blocks"), "");
	assert_null(argument(&a, "none"));
	assert_int_equal(a.n_positional, 1);
	assert_string_equal(a.positional[0], "plan");
	assert_false(a.help);
}

static void ends(void **state)
{
	static const char *const dash[] = {"-", NULL}, *const after[] = {"--", "-q", NULL},
				 *const help[] = {"--help", "--nonsense", NULL},
				 *const none[] = {NULL};
	struct arguments a;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(parse(dash, &a, &err), 0);
	assert_string_equal(a.positional[0], "-");
	arguments_free(&a);
	assert_int_equal(parse(after, &a, &err), 0);
	assert_string_equal(a.positional[0], "-q");
	assert_null(argument(&a, "quick"));
	arguments_free(&a);
	assert_int_equal(parse(help, &a, &err), 0);
	assert_true(a.help);
	arguments_free(&a);
	assert_int_equal(parse(none, &a, &err), 0);
	assert_int_equal(a.n_positional + a.n_given, 0);
	arguments_free(&a);
	arguments_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(all_are_completed),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(taken),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
