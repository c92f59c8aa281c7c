/* main.c - looks the command up in its table, prints the one error line, turns it into the exit code. A
 * new command goes into commands.c. */
#include "command.h"
#include "error.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* A file opened while 0, 1 or 2 is closed would take its number and swallow what is printed. */
static int fill_standard_fds(struct error *err)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return error_errno(
				err, EXIT_INTERNAL, errno, "/dev/null: cannot be opened");
	return 0;
}

static void print_usage(void)
{
	printf("Usage: tare COMMAND [ARGUMENT]...\n\n"
	       "Weighs what isolation costs: one workload as a bare process, in a container, in a "
	       "VM.\n\nCommands:\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->help);
	printf("  %-10s  %s\n\n", "help", "print the help of a command");
	printf("tare COMMAND --help tells more; tare --version prints the version.\n");
}

static int run_help(int argc, char **argv, struct error *err)
{
	const struct command *c;

	if (argc < 2) {
		print_usage();
		return EXIT_FINE;
	}
	if (argc > 2)
		return error_set(err, EXIT_USAGE,
			"help: too many arguments, expected at most 1; see tare --help");
	c = command_need(argv[1], err);
	if (!c)
		return -1;
	command_help(c);
	return EXIT_FINE;
}

static int dispatch(int argc, char **argv, struct error *err)
{
	const struct command *c;
	char safe[SAFE_TEXT_SIZE];
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word)
		return error_set(err, EXIT_USAGE,
			"command line: no command, expected one of those in tare --help");
	if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return run_help(argc - 1, argv + 1, err);
	if (strcmp(word, "--version") == 0) {
		printf("tare %s\n", TARE_VERSION);
		return EXIT_FINE;
	}
	if (word[0] == '-')
		return error_set(err, EXIT_USAGE,
			"command line: unknown option, got \"%s\", expected a command first; see tare --help",
			safe_text(word, safe));
	c = command_need(word, err);
	return c ? c->run(argc - 1, argv + 1, err) : -1;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	int code = -1;

	if (fill_standard_fds(&err) == 0 && interrupt_init(&err) == 0)
		code = dispatch(argc, argv, &err);
	errno = 0;
	/* a reader that has seen enough (| head) is no failure of ours */
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		error_errno(&err, EXIT_INTERNAL, errno ? errno : EIO,
			"standard output: cannot be written");
		if (code == EXIT_FINE)
			code = EXIT_INTERNAL;
	}
	if (err.code) {
		fprintf(stderr, "tare: %s\n", err.text);
		if (code <= 0)
			code = err.code;
	}
	return code < 0 ? EXIT_INTERNAL : code;
}
