/* gnuplot.c - runs gnuplot on one chart's script: no shell, a deadline, pictures only when all went well. */
#include "report-internal.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define DEADLINE (60 * NSEC_PER_SEC)
#define SUFFIX ".part"

extern char **environ;

/* The environment without what changes gnuplot's ways, in the C locale. Array new, strings borrowed. */
static char **child_environment(void)
{
	size_t n = 0, o = 0;
	char **env;

	while (environ[n])
		n++;
	env = xcalloc(n + 2, sizeof(*env));
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "LC_", 3) != 0 && strncmp(environ[i], "LANG", 4) != 0 &&
			strncmp(environ[i], "GNUTERM", 7) != 0 &&
			strncmp(environ[i], "GNUPLOT", 7) != 0)
			env[o++] = environ[i];
	env[o] = (char *)"LC_ALL=C";
	return env;
}

/* 0, or errno: ENOENT when there is no gnuplot. */
static int start(int chartsfd, const char *script, int errors, pid_t *pid)
{
	char *argv[] = {(char *)"gnuplot", (char *)"-d", (char *)"-e",
		(char *)"suffix = '" SUFFIX "'", (char *)script, NULL};
	cleanup_free char **env = child_environment();
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, standard;
	int e;

	sigemptyset(&none);
	sigfillset(&standard);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &standard);
	e = posix_spawn_file_actions_addfchdir_np(&actions, chartsfd);
	if (!e)
		e = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!e)
		e = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (!e)
		e = posix_spawn_file_actions_adddup2(&actions, errors, 2);
	if (!e)
		e = posix_spawnp(pid, "gnuplot", &actions, &attr, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return e;
}

/* Reads to the end so that the child never blocks; keeps the first size - 1 bytes. */
static int drain(int fd, char *text, size_t size, int64_t deadline, struct error *err)
{
	size_t kept = 0;

	text[0] = 0;
	for (;;) {
		char buf[4096];
		int ready = wait_fd(fd, POLLIN, deadline, err);
		ssize_t n;

		if (ready <= 0)
			return ready;
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 1;
		size_t take = (size_t)n < size - 1 - kept ? (size_t)n : size - 1 - kept;

		memcpy(text + kept, buf, take);
		kept += take;
		text[kept] = 0;
	}
}

/* The first line that says something: gnuplot echoes the command and a caret before its message. */
static void first_message(char *text, char out[SAFE_TEXT_SIZE])
{
	char *save = NULL, *line, *best = NULL;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t^");
		if (strstr(line, "warning:"))
			continue;
		if (*line && !best)
			best = line;
		if (strstr(line, "line ") && strchr(line, ':')) {
			best = line;
			break;
		}
	}
	safe_text(best ? best : "no message", out);
}

static int finish(const char *name, pid_t pid, int errors, struct error *err)
{
	int64_t deadline = now_ns() + DEADLINE;
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	char text[2048], shown[SAFE_TEXT_SIZE];
	int status = 0, ended = drain(errors, text, sizeof(text), deadline, err);

	if (ended > 0 && pidfd >= 0)
		ended = wait_child(pidfd, &status, deadline, err);
	else if (ended > 0)
		ended = waitpid(pid, &status, 0) == pid ? 1 : -1;
	if (ended <= 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (ended < 0)
		return error_set(
			err, EXIT_INTERNAL, "charts/%s.gp: waiting for gnuplot failed", name);
	if (ended == 0)
		return error_set(err, EXIT_INTERNAL,
			"charts/%s.gp: gnuplot did not end within %lld s", name,
			DEADLINE / NSEC_PER_SEC);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	first_message(text, shown);
	return error_set(err, EXIT_INTERNAL, "charts/%s.gp: gnuplot failed (%s %d): %s", name,
		WIFSIGNALED(status) ? "signal" : "exit code",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), shown);
}

static int keep_pictures(int chartsfd, const char *name, struct error *err)
{
	static const char *const types[] = {"svg", "png"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		cleanup_free char *part = xasprintf("%s.%s%s", name, types[i], SUFFIX);
		cleanup_free char *whole = xasprintf("%s.%s", name, types[i]);
		struct stat st;

		if (fstatat(chartsfd, part, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) ||
			st.st_size == 0)
			return error_set(err, EXIT_INTERNAL,
				"charts/%s: gnuplot ended well but wrote nothing", whole);
		if (renameat(chartsfd, part, chartsfd, whole))
			return error_errno(err, EXIT_INTERNAL, errno, "charts/%s: rename", whole);
	}
	return 0;
}

static void remove_pictures(int chartsfd, const char *name)
{
	static const char *const ends[] = {"svg", "png", "svg" SUFFIX, "png" SUFFIX};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		cleanup_free char *file = xasprintf("%s.%s", name, ends[i]);

		unlinkat(chartsfd, file, 0);
	}
}

int gnuplot_render(int chartsfd, const char *name, char **missing, struct error *err)
{
	cleanup_free char *script = xasprintf("%s.gp", name);
	int ends[2], e;
	pid_t pid = -1;

	remove_pictures(chartsfd, name);
	if (pipe2(ends, O_CLOEXEC))
		return error_errno(err, EXIT_INTERNAL, errno, "charts/%s.gp: pipe", name);
	cleanup_close int reader = ends[0];

	e = start(chartsfd, script, ends[1], &pid);
	close(ends[1]);
	if (e == ENOENT) {
		*missing = xstrdup(
			"gnuplot is not installed; install gnuplot-nox and run `tare report` again");
		return 1;
	}
	if (e)
		return error_errno(err, EXIT_INTERNAL, e, "charts/%s.gp: starting gnuplot", name);
	if (finish(name, pid, reader, err) || keep_pictures(chartsfd, name, err)) {
		remove_pictures(chartsfd, name);
		return -1;
	}
	return 0;
}
