/* vm-launcher.c - what libvirt executes in QEMU's place, static and small: it puts itself into the instance's
 * cgroups, tells who it is, and becomes QEMU in the same process; so QEMU is born where it is measured.
 *
 * Beside its own name (argv[0], a link) the file "emulator" holds QEMU's path. $TARE_LAUNCH names a file of
 * lines: "spawn FIFO", "cpu N", "join PATH" for each cgroup.procs. Without it (libvirt asks QEMU what it can)
 * QEMU is executed at once. The FIFO gets the pid; it closes by itself when QEMU has been executed. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAUNCH "TARE_LAUNCH"

static int spawn_fd = -1;

static _Noreturn void fail(const char *what, const char *name)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "error %s %s: %s\n", what, name, strerror(errno));

	if (n > 0) {
		size_t len = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;

		if (write(2, text, len) < 0 || (spawn_fd >= 0 && write(spawn_fd, text, len) < 0))
			_exit(126);
	}
	_exit(126);
}

static void join(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		fail("joining", path);
	close(fd);
}

static void pin(const char *text)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)strtoul(text, NULL, 10) % CPU_SETSIZE, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("pinning to CPU", text);
}

static void prepare(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[4096], pid[16];

	if (!f) {
		fail("opening", path);
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "spawn ", 6)) {
			spawn_fd = open(line + 6, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
			if (spawn_fd < 0)
				fail("opening", line + 6);
		} else if (!strncmp(line, "cpu ", 4)) {
			pin(line + 4);
		} else if (!strncmp(line, "join ", 5)) {
			join(line + 5);
		}
	}
	fclose(f);
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (spawn_fd >= 0 && write(spawn_fd, pid, strlen(pid)) < 0)
		fail("writing to", "the harness");
}

int main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL, *launch = getenv(LAUNCH);
	char path[4096], qemu[4096] = "";
	FILE *f;

	if (!slash) {
		fputs("vm-launcher: run by libvirt only\n", stderr);
		return 2;
	}
	snprintf(path, sizeof(path), "%.*s/emulator", (int)(slash - argv[0]), argv[0]);
	f = fopen(path, "re");
	if (!f || !fgets(qemu, sizeof(qemu), f)) {
		fail("reading", path);
		return 1;
	}
	fclose(f);
	qemu[strcspn(qemu, "\n")] = 0;
	if (launch) {
		prepare(launch);
		unsetenv(LAUNCH);
	}
	argv[0] = qemu;
	execv(qemu, argv);
	fail("executing", qemu);
}
