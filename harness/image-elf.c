/* image-elf.c - which shared libraries a program needs: its own dynamic loader is asked (LOADER --list FILE,
 * understood by glibc and musl), which maps the program and does not run it. A program of another tree is asked for
 * with that tree as its root. */
#include "image-internal.h"

#include "json.h"
#include "util.h"
#include "wait.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LIST_TIME (10 * NSEC_PER_SEC)
#define LIST_MAX (256 * 1024)
#define STANDARD_LOADER "/lib64/ld-linux-x86-64.so.2"

struct elf {
	bool dynamic;
	char loader[256]; /* "" = none named */
};

int image_open_in(const char *root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	cleanup_close int at = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!root)
		return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return at < 0 ? -1 : (int)syscall(SYS_openat2, at, path, &how, sizeof(how));
}

/* 1 = an ELF file for this machine, 0 = anything else, -1. */
static int read_elf(const char *root, const char *path, struct elf *out, struct error *err)
{
	cleanup_close int fd = image_open_in(root, path);
	Elf64_Ehdr h;
	Elf64_Phdr p;

	*out = (struct elf){.dynamic = false};
	if (fd < 0)
		return error_errno(err, EXIT_USAGE, errno, "files: cannot open %s", path);
	if (pread(fd, &h, sizeof(h), 0) != sizeof(h) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 ||
		h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_phentsize != sizeof(p))
		return 0;
	for (unsigned i = 0; i < h.e_phnum && i < 64; i++) {
		if (pread(fd, &p, sizeof(p), (off_t)(h.e_phoff + i * sizeof(p))) != sizeof(p))
			return 0;
		if (p.p_type == PT_DYNAMIC)
			out->dynamic = true;
		if (p.p_type != PT_INTERP || p.p_filesz < 2 || p.p_filesz > sizeof(out->loader))
			continue;
		if (pread(fd, out->loader, p.p_filesz, (off_t)p.p_offset) != (ssize_t)p.p_filesz)
			return 0;
		out->loader[p.p_filesz - 1] = 0;
	}
	return 1;
}

struct question {
	const char *root; /* NULL = ours */
	const char *loader, *path;
};

static void run_loader(int out, const struct question *q, pid_t parent)
{
	static char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
	char *argv[] = {(char *)(uintptr_t)q->loader, "--list", (char *)(uintptr_t)q->path, NULL};
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	interrupt_reset_child();
	if (getppid() != parent || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
		dup2(null, 2) < 0)
		_exit(127);
	if (q->root && (chroot(q->root) < 0 || chdir("/") < 0))
		_exit(127);
	execve(q->loader, argv, env);
	_exit(127);
}

/* All that comes from fd until its end, as text. */
static char *read_all(int fd, int64_t deadline, struct error *err)
{
	cleanup_free char *text = xmalloc(LIST_MAX + 1);
	size_t used = 0;

	for (;;) {
		int rc = wait_fd(fd, POLLIN, deadline, err);
		ssize_t n;

		if (rc < 0)
			return NULL;
		if (rc == 0 || used == LIST_MAX) {
			error_set(err, EXIT_ARM, "files: the dynamic loader does not end");
			return NULL;
		}
		n = read(fd, text + used, LIST_MAX - used);
		if (n < 0) {
			error_errno(err, EXIT_ARM, errno, "files: the dynamic loader");
			return NULL;
		}
		if (n == 0)
			break;
		used += (size_t)n;
	}
	text[used] = 0;
	return steal_ptr(text);
}

static char *ask_loader(const struct question *q, struct error *err)
{
	cleanup_close int in = -1, out = -1, pidfd = -1;
	int64_t deadline = now_ns() + LIST_TIME;
	pid_t parent = getpid(), pid;
	cleanup_free char *text = NULL;
	int pipes[2], status = 0;

	if (pipe2(pipes, O_CLOEXEC) < 0) {
		error_errno(err, EXIT_INTERNAL, errno, "files: pipe");
		return NULL;
	}
	in = pipes[0];
	out = pipes[1];
	pid = fork();
	if (pid == 0)
		run_loader(out, q, parent);
	if (pid < 0) {
		error_errno(err, EXIT_INTERNAL, errno, "files: fork");
		return NULL;
	}
	close(steal_fd(&out));
	text = read_all(in, deadline, err);
	if (!text)
		kill(pid, SIGKILL);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 || wait_child(pidfd, &status, deadline, err) != 1) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	if (text && status != 0) {
		error_set(err, EXIT_USAGE,
			"files: %s: %s --list fails, expected a program whose libraries are here; try ldd",
			q->path, q->loader);
		return NULL;
	}
	return steal_ptr(text);
}

static void list_add(char ***list, size_t *n, const char *path, size_t len)
{
	*list = xrealloc(*list, (*n + 2) * sizeof(**list));
	(*list)[(*n)++] = xasprintf("%.*s", (int)len, path);
	(*list)[*n] = NULL;
}

char **elf_needs(const char *root, const char *path, struct error *err)
{
	char **list = xcalloc(1, sizeof(*list));
	cleanup_free char *text = NULL;
	struct elf elf;
	size_t n = 0;
	int rc = read_elf(root, path, &elf, err);

	if (rc > 0 && !root && elf.dynamic && !*elf.loader && access(STANDARD_LOADER, X_OK) == 0 &&
		strstr(path, ".so"))
		strcpy(elf.loader, STANDARD_LOADER);
	if (rc == 0 || (rc > 0 && (!elf.dynamic || !*elf.loader)))
		return list;
	if (rc > 0)
		text = ask_loader(&(struct question){root, elf.loader, path}, err);
	if (!text) {
		strv_free(list);
		return NULL;
	}
	list_add(&list, &n, elf.loader, strlen(elf.loader));
	/* "\tlibc.so.6 => /lib/libc.so.6 (0x...)" or "\t/lib64/ld.so (0x...)"; the rest has no file. */
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *file = strstr(line, "=> /");

		file = file ? file + 3 : line + strspn(line, " \t");
		if (*file == '/' && strcspn(file, " ") < 4096)
			list_add(&list, &n, file, strcspn(file, " "));
	}
	return list;
}
