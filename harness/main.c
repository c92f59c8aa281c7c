/* main.c - looks the command up in its table, prints the one error line, turns it into the exit code. A
 * new command goes into commands.c. */
#include "command.h"
#include "error.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A file opened while 0, 1 or 2 is closed would take its number and swallow what is printed. */
static int fill_standard_fds(struct error *err)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return error_errno(
				err, EXIT_INTERNAL, errno, "/dev/null: cannot be opened");
	return 0;
}

static int no_command(struct error *err)
{
	cleanup_free char *names = NULL;

	for (size_t i = 0; commands[i]; i++) {
		cleanup_free char *before = names;

		names = xasprintf(
			"%s%s%s", before ? before : "", before ? ", " : "", commands[i]->name);
	}
	return error_set(err, EXIT_USAGE,
		"command line: no command, expected one of %s; see tare --help", names);
}

static int dispatch(int argc, char **argv, struct error *err)
{
	const struct command *c;
	char safe[SAFE_TEXT_SIZE];
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word)
		return no_command(err);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		word = "help";
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

/* A reader that has seen enough (| head) is no failure of ours, whenever it left. */
static bool reader_left(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	int code = -1;

	if (fill_standard_fds(&err) == 0 && interrupt_init(&err) == 0)
		code = dispatch(argc, argv, &err);
	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE && !reader_left()) {
		/* what an earlier write met is not known any more */
		if (errno)
			error_errno(
				&err, EXIT_INTERNAL, errno, "standard output: cannot be written");
		else
			error_set(&err, EXIT_INTERNAL, "standard output: cannot be written");
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
