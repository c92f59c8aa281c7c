/* jail-probe.c - a static program that runs as the workload's command inside a container and looks for what
 * should not be there. Prints a line "not ok ..." for each failure, then a summary; ends with 1 if anything
 * failed, else stays (with "stay") or ends with 0. To add a check: one line in a table, or one check().
 * Arguments: hostname=NAME, userns=0|1, seccomp=0|1, address=A, stay, and ns=NAME:[N] for each namespace of
 * the host. With "bomb" it is a workload that will not end instead: it ignores SIGTERM, leaves its session and
 * forks until the container's limit. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static unsigned checks, failures;
static int given_argc;
static char **given_argv;

__attribute__((format(printf, 2, 3))) static void check(bool ok, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	checks++;
	if (ok)
		return;
	failures++;
	printf("not ok ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(" (errno %d)\n", saved);
}

/* The value of an argument "name=value", or fallback. */
static const char *given(const char *name, const char *fallback)
{
	size_t len = strlen(name);

	for (int n = 1; n < given_argc; n++)
		if (strncmp(given_argv[n], name, len) == 0 && given_argv[n][len] == '=')
			return given_argv[n] + len + 1;
	return fallback;
}

static bool flag(const char *name)
{
	return strcmp(given(name, "1"), "1") == 0;
}

static ssize_t read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	while (used < size - 1 && (n = read(fd, buf + used, size - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	buf[used] = '\0';
	return n < 0 ? -1 : (ssize_t)used;
}

static void check_namespaces(void)
{
	for (int n = 1; n < given_argc; n++) {
		char path[64], target[64] = "";
		const char *ns = given_argv[n] + 3;

		if (strncmp(given_argv[n], "ns=", 3) != 0)
			continue;
		if (strncmp(ns, "user:", 5) == 0 && !flag("userns"))
			continue;
		snprintf(path, sizeof(path), "/proc/self/ns/%.*s", (int)strcspn(ns, ":"), ns);
		check(readlink(path, target, sizeof(target) - 1) > 0, "%s cannot be read", path);
		check(strcmp(target, ns) != 0, "%s is the host's", path);
	}
}

static void check_processes(void)
{
	DIR *d = opendir("/proc");
	unsigned pids = 0;

	for (struct dirent *e; d && (e = readdir(d));)
		pids += e->d_name[0] >= '1' && e->d_name[0] <= '9';
	if (d)
		closedir(d);
	check(pids == 2, "%u processes are seen, expected the agent and this one", pids);
	check(getppid() == 1, "the parent is %d, expected the agent, 1", (int)getppid());
	check(kill(1, SIGKILL) == 0 && kill(1, 0) == 0, "PID 1 can be killed from inside");
	check(getsid(0) != 0, "the session is one of outside");
}

static const char *status_field(const char *status, const char *name)
{
	const char *p = strstr(status, name);

	return p && p[strlen(name)] == '\t' ? p + strlen(name) + 1 : "";
}

static void check_status(void)
{
	static const char *const capabilities[] = {
		"\nCapInh:", "\nCapPrm:", "\nCapEff:", "\nCapBnd:", "\nCapAmb:"};
	static char status[8192];

	check(read_text("/proc/self/status", status, sizeof(status)) > 0, "no status");
	for (size_t n = 0; n < LENGTH(capabilities); n++)
		check(strncmp(status_field(status, capabilities[n]), "0000000000000000", 16) == 0,
			"%s %.16s", capabilities[n] + 1, status_field(status, capabilities[n]));
	check(*status_field(status, "\nNoNewPrivs:") == '1', "no_new_privs is not set");
	check(!flag("seccomp") || *status_field(status, "\nSeccomp:") == '2',
		"seccomp mode is not 2");
	check(strncmp(status_field(status, "\nUid:"), "0\t0\t0\t0", 7) == 0, "uid is not 0");
	check(strncmp(status_field(status, "\nGid:"), "0\t0\t0\t0", 7) == 0, "gid is not 0");
	check(strncmp(status_field(status, "\nUmask:"), "0022", 4) == 0, "umask is not 022");
	check(strncmp(status_field(status, "\nSigBlk:"), "0000000000000000", 16) == 0,
		"signals are blocked");
	check(strncmp(status_field(status, "\nSigIgn:"), "0000000000000000", 16) == 0,
		"signals are ignored");
	check(prctl(PR_GET_SECUREBITS) & 1, "securebits: root may gain capabilities");
	check(getgroups(0, NULL) == 0, "supplementary groups are left");
}

static void check_identity(void)
{
	char map[256] = "";

	if (!flag("userns"))
		return;
	check(read_text("/proc/self/uid_map", map, sizeof(map)) > 0, "no uid_map");
	check(strtol(map, NULL, 10) == 0 && !strstr(map, "4294967295"), "uid_map is the host's");
	check(read_text("/proc/self/gid_map", map, sizeof(map)) > 0, "no gid_map");
	check(!strstr(map, "4294967295"), "gid_map is the host's");
}

static void check_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct stat st;

	check(d != NULL, "no /proc/self/fd");
	for (struct dirent *e; d && (e = readdir(d));) {
		int fd = atoi(e->d_name);
		char path[64], target[256] = "";

		if (e->d_name[0] == '.' || fd == dirfd(d))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (readlink(path, target, sizeof(target) - 1) < 0)
			continue;
		check(fd <= 2, "descriptor %d leads to %s", fd, target);
	}
	if (d)
		closedir(d);
	check(fstat(0, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3),
		"standard input is not /dev/null");
}

static bool folder_is_empty(const char *path)
{
	DIR *d = opendir(path);
	bool empty = d != NULL;

	for (struct dirent *e; d && (e = readdir(d));)
		empty = empty && e->d_name[0] == '.';
	if (d)
		closedir(d);
	return empty;
}

static void check_masks(void)
{
	static const char *const masked[] = {"acpi", "asound", "interrupts", "kcore", "keys",
		"latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"};
	static const char *const read_only[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
	unsigned seen = 0;

	for (size_t n = 0; n < LENGTH(masked); n++) {
		char path[64], buf[16];
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%s", masked[n]);
		if (stat(path, &st) < 0)
			continue;
		seen++;
		if (S_ISDIR(st.st_mode))
			check(folder_is_empty(path), "%s is not empty", path);
		else
			check(read_text(path, buf, sizeof(buf)) == 0, "%s can be read", path);
	}
	check(seen > 0, "no masked path exists: nothing was tested");
	for (size_t n = 0; n < LENGTH(read_only); n++) {
		char path[64];
		struct statvfs st;

		snprintf(path, sizeof(path), "/proc/%s", read_only[n]);
		if (statvfs(path, &st) == 0)
			check(st.f_flag & ST_RDONLY, "%s is writable", path);
	}
	check(open("/proc/sys/kernel/core_pattern", O_WRONLY) < 0, "core_pattern can be written");
	check(open("/proc/sysrq-trigger", O_WRONLY) < 0, "sysrq-trigger can be written");
}

static void check_node(const char *path, unsigned major, unsigned minor)
{
	struct stat st;

	check(stat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(major, minor),
		"%s is not %u:%u", path, major, minor);
}

static void check_devices(void)
{
	static const char *const absent[] = {"/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/console",
		"/dev/net", "/dev/loop0", "/dev/ptmx", "/dev/fuse"};
	char zero = 1;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	check(fd >= 0 && read(fd, &zero, 1) == 1 && zero == 0, "/dev/zero does not work");
	close(fd);
	check_node("/dev/null", 1, 3);
	check_node("/dev/zero", 1, 5);
	check_node("/dev/full", 1, 7);
	check_node("/dev/random", 1, 8);
	check_node("/dev/urandom", 1, 9);
	check_node("/dev/tty", 5, 0);
	for (size_t n = 0; n < LENGTH(absent); n++)
		check(access(absent[n], F_OK) < 0, "%s is there", absent[n]);
	check(mknod("/tmp/null", S_IFCHR | 0666, makedev(1, 3)) < 0, "mknod works in /tmp");
	check(mknod("/dev/mem", S_IFCHR | 0666, makedev(1, 1)) < 0, "mknod works in /dev");
	check(open("/dev/tty", O_RDWR | O_CLOEXEC) < 0, "there is a controlling terminal");
}

static void check_mount(const char *path, unsigned long set, long magic)
{
	struct statvfs v = {0};
	struct statfs s;

	check(statvfs(path, &v) == 0 && (v.f_flag & set) == set, "%s has mount flags %#lx", path,
		v.f_flag);
	check(!magic || (statfs(path, &s) == 0 && s.f_type == magic), "%s is of another type",
		path);
}

static bool mount_is_ours(const char *point)
{
	static const char *const below[] = {"/proc/", "/dev/"};
	static const char *const exact[] = {"/", "/proc", "/dev", "/tmp"};

	for (size_t n = 0; n < LENGTH(below); n++)
		if (strncmp(point, below[n], strlen(below[n])) == 0)
			return true;
	for (size_t n = 0; n < LENGTH(exact); n++)
		if (strcmp(point, exact[n]) == 0)
			return true;
	return false;
}

static void check_mounts(void)
{
	static char info[65536];
	struct stat root, above;

	check(read_text("/proc/self/mountinfo", info, sizeof(info)) > 0, "no mountinfo");
	for (char *save, *line = strtok_r(info, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		char point[512] = "";

		sscanf(line, "%*s %*s %*s %*s %511s", point);
		check(mount_is_ours(point), "a mount of the host is seen at %s", point);
	}
	check_mount("/", ST_RDONLY | ST_NOSUID | ST_NODEV, 0);
	check_mount("/proc", ST_NOSUID | ST_NODEV | ST_NOEXEC, 0x9fa0);
	check_mount("/dev", ST_RDONLY | ST_NOSUID | ST_NOEXEC, 0x01021994);
	check_mount("/dev/shm", ST_NOSUID | ST_NODEV | ST_NOEXEC, 0x01021994);
	check_mount("/tmp", ST_NOSUID | ST_NODEV, 0x01021994);
	check(mkdir("/made", 0755) < 0 && errno == EROFS, "the root can be written");
	check(open("/tare/agent", O_WRONLY | O_CLOEXEC) < 0, "the agent can be written");
	check(mkdir("/tmp/made", 0755) == 0, "/tmp cannot be written");
	check(folder_is_empty("/sys") || access("/sys", F_OK) < 0, "/sys is there");
	check(stat("/", &root) == 0 && stat("/..", &above) == 0 && root.st_ino == above.st_ino &&
			root.st_dev == above.st_dev,
		"there is something above the root");
}

static void check_cgroup(void)
{
	static char text[8192];

	check(read_text("/proc/self/cgroup", text, sizeof(text)) > 0, "no /proc/self/cgroup");
	for (char *save, *line = strtok_r(text, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		const char *path = strrchr(line, ':');

		/* Hierarchies in which the harness makes no group: they show where it is itself. */
		check(path && strcmp(path, ":/") == 0, "cgroup %s", line);
	}
}

static void check_network(void)
{
	struct if_nameindex *list = if_nameindex();
	struct ifaddrs *all = NULL;
	unsigned links = 0, strange = 0;
	bool found = false;

	for (struct if_nameindex *p = list; p && p->if_index; p++, links++)
		strange += strcmp(p->if_name, "lo") != 0 && strcmp(p->if_name, "eth0") != 0;
	check(links == 2 && strange == 0, "%u links, %u of them unknown", links, strange);
	check(getifaddrs(&all) == 0, "no addresses");
	for (struct ifaddrs *a = all; a; a = a->ifa_next) {
		char text[INET_ADDRSTRLEN] = "";
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)a->ifa_addr;

		if (!in || in->sin_family != AF_INET || strcmp(a->ifa_name, "eth0") != 0)
			continue;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		found = (a->ifa_flags & IFF_UP) && strcmp(text, given("address", text)) == 0;
	}
	check(found, "eth0 is not up with its address");
	check(socket(AF_INET, SOCK_RAW, 1) < 0, "raw sockets are allowed");
	check(socket(AF_PACKET, SOCK_RAW, 0) < 0, "packet sockets are allowed");
}

static void check_limits(void)
{
	struct rlimit r = {0};
	char name[128] = "";

	check(getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur == 1024 && r.rlim_max <= 1024,
		"RLIMIT_NOFILE is %ju", (uintmax_t)r.rlim_cur);
	check(getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max == 0, "RLIMIT_CORE is not 0");
	r = (struct rlimit){4096, 4096};
	check(setrlimit(RLIMIT_NOFILE, &r) < 0, "limits can be raised");
	gethostname(name, sizeof(name) - 1);
	check(strcmp(name, given("hostname", name)) == 0, "the host name is %s", name);
	check(setuid(1) < 0 || getuid() == 0, "the identity can be changed");
	check(!getenv("TARE_FAIL_STEP"), "the harness's environment is seen");
}

/* Refused to a process without capabilities, with or without the filter. */
static void check_refused(void)
{
	static const struct {
		const char *name;
		long number, a, b, c;
	} calls[] = {
		{"mount", SYS_mount, (long)"none", (long)"/tmp", (long)"tmpfs"},
		{"umount2", SYS_umount2, (long)"/proc", 0, 0},
		{"pivot_root", SYS_pivot_root, (long)"/tmp", (long)"/tmp", 0},
		{"chroot", SYS_chroot, (long)"/tmp", 0, 0},
		{"unshare", SYS_unshare, CLONE_NEWNS, 0, 0},
		{"setns", SYS_setns, 0, 0, 0},
		{"sethostname", SYS_sethostname, (long)"x", 1, 0},
		{"settimeofday", SYS_settimeofday, 0, (long)"\0\0\0\0\0\0\0", 0},
		{"swapoff", SYS_swapoff, (long)"/tmp", 0, 0},
		{"reboot", SYS_reboot, 0, 0, 0},
		{"kexec_load", SYS_kexec_load, 0, 0, 0},
		{"delete_module", SYS_delete_module, (long)"x", 0, 0},
		{"open_by_handle_at", SYS_open_by_handle_at, 0, 0, 0},
		{"fsopen", SYS_fsopen, (long)"tmpfs", 0, 0},
		{"syslog", SYS_syslog, 5, 0, 0},
	};

	for (size_t n = 0; n < LENGTH(calls); n++)
		check(syscall(calls[n].number, calls[n].a, calls[n].b, calls[n].c) < 0,
			"%s is allowed", calls[n].name);
}

/* Refused by the filter alone: EPERM whatever the arguments, ENOSYS for clone3. */
static void check_filter(void)
{
	static const struct {
		const char *name;
		long number;
	} calls[] = {
		{"ptrace", SYS_ptrace},
		{"keyctl", SYS_keyctl},
		{"add_key", SYS_add_key},
		{"request_key", SYS_request_key},
		{"bpf", SYS_bpf},
		{"perf_event_open", SYS_perf_event_open},
		{"userfaultfd", SYS_userfaultfd},
		{"io_uring_setup", SYS_io_uring_setup},
		{"process_vm_readv", SYS_process_vm_readv},
		{"name_to_handle_at", SYS_name_to_handle_at},
		{"open_tree", SYS_open_tree},
		{"move_mount", SYS_move_mount},
		{"mount_setattr", SYS_mount_setattr},
		{"fsmount", SYS_fsmount},
		{"pidfd_getfd", SYS_pidfd_getfd},
		{"setns", SYS_setns},
		{"unshare", SYS_unshare},
	};

	if (!flag("seccomp"))
		return;
	for (size_t n = 0; n < LENGTH(calls); n++)
		check(syscall(calls[n].number, 0, 0, 0, 0, 0, 0) < 0 && errno == EPERM,
			"%s reaches the kernel", calls[n].name);
	check(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS, "clone3 is not ENOSYS");
	check(syscall(SYS_clone, (long)CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) < 0 && errno == EPERM,
		"clone makes user namespaces");
	check(ioctl(0, TIOCSTI, "x") < 0 && errno == EPERM, "TIOCSTI reaches the kernel");
	check(syscall(SYS_ioctl, 0, (1L << 32) | TIOCSTI, "x") < 0 && errno == EPERM,
		"TIOCSTI with high bits reaches the kernel");
}

static void bomb(void)
{
	signal(SIGTERM, SIG_IGN);
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			setsid();
		if (pid < 0)
			break;
	}
	/* Of many that reach the limit one line is enough. */
	if (mkdir("/tmp/bomb", 0755) == 0)
		printf("bomb: the limit is reached\n");
	for (;;)
		if (fork() < 0)
			poll(NULL, 0, 10);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && strcmp(argv[1], "bomb") == 0)
		bomb();
	given_argc = argc;
	given_argv = argv;
	check_namespaces();
	check_processes();
	check_status();
	check_identity();
	check_descriptors();
	check_masks();
	check_devices();
	check_mounts();
	check_cgroup();
	check_network();
	check_limits();
	check_refused();
	check_filter();
	printf("jail-probe: %u checks, %u failed\n", checks, failures);
	if (failures)
		return 1;
	if (strcmp(argv[argc - 1], "stay") == 0)
		for (;;)
			pause();
	return 0;
}
