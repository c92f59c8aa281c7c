/* host-tools.c - asks a program for its version, once, under a deadline. */
#include "host-internal.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#define ANSWER_WITHIN (5 * NSEC_PER_SEC)

extern char **environ;

/* The program's stdout is the pipe, stderr is dropped, and it dies of signals although we block them. */
static pid_t spawn(const char *program, int out)
{
	char *argv[] = {(char *)program, (char *)"--version", NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	pid_t pid;
	int rc;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(&pid, program, &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc ? -1 : pid;
}

/* What comes until the end of the first line, of the file, or the deadline. */
static void read_line(int fd, char *line, size_t size, int64_t deadline)
{
	size_t used = 0;

	while (used + 1 < size && wait_fd(fd, POLLIN, deadline, NULL) == 1) {
		ssize_t n = read(fd, line + used, size - 1 - used);

		if (n <= 0)
			break;
		used += (size_t)n;
		line[used] = '\0';
		if (strchr(line, '\n'))
			break;
	}
	line[used] = '\0';
}

char *tool_version(const char *program)
{
	int64_t deadline = now_ns() + ANSWER_WITHIN;
	cleanup_close int in = -1;
	cleanup_close int pidfd = -1;
	char line[256], safe[SAFE_TEXT_SIZE];
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	in = ends[0];
	pid = spawn(program, ends[1]);
	close(ends[1]);
	if (pid < 0)
		return NULL;
	pidfd = pidfd_open(pid, 0);
	read_line(in, line, sizeof(line), deadline);
	if (pidfd < 0 || wait_child(pidfd, &status, deadline, NULL) != 1) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	if (status != 0 || !*line)
		return NULL;
	return xstrdup(safe_text(line, safe));
}
