/* cmd-doctor.c - `tare doctor`: what this host can run, what is missing, the command that mends it. To add a
 * check: a function and a row in checks[]. */
#include "accel.h"
#include "cgroup.h"
#include "command.h"
#include "guest-kernel.h"
#include "json.h"
#include "lab-path.h"
#include "lab.h"
#include "platform.h"
#include "procfs.h"
#include "system-image.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

static const struct command_option options[] = {
	{.name = "json", .help = "print the findings as JSON"},
	{.name = NULL},
};

enum state { STATE_OK, STATE_NOTE, STATE_MISSING };
static const char *const state_names[] = {"ok", "note", "missing"};

struct finding {
	enum state state;
	char text[512], mend[256];
};

static void found(struct finding *f, enum state state, const char *mend, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void found(struct finding *f, enum state state, const char *mend, const char *fmt, ...)
{
	va_list ap;

	f->state = state;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	snprintf(f->mend, sizeof(f->mend), "%s", mend ? mend : "");
}

static void check_root(struct finding *f)
{
	if (geteuid() == 0)
		found(f, STATE_OK, NULL, "running as root");
	else
		found(f, STATE_MISSING, "sudo tare run",
			"running as uid %u: tare run makes namespaces and cgroups",
			(unsigned)geteuid());
}

static void check_cgroups(struct finding *f)
{
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct cgroups *h = cgroups_open(root, &err);

	if (!h || cgroups_check(h, &err) < 0)
		found(f, STATE_MISSING,
			geteuid() ? "sudo tare run"
				  : "mount cgroups, or give this container the right to write them",
			"%s", err.text);
	else
		found(f, STATE_OK, NULL, "cgroup %s, writable", cgroup_mode_names[cgroups_mode(h)]);
	cgroups_close(h);
}

/* In a child, so that nothing of the caller changes. */
static bool can_unshare(int flags)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(flags) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == 0;
}

static void check_namespaces(struct finding *f)
{
	if (can_unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS))
		found(f, STATE_OK, NULL, "mount, network, pid, ipc and uts namespaces");
	else
		found(f, STATE_MISSING, "sudo tare run", "new namespaces are refused to this user");
}

static void check_user_namespaces(struct finding *f)
{
	if (can_unshare(CLONE_NEWUSER))
		found(f, STATE_OK, NULL, "user namespaces");
	else
		found(f, STATE_NOTE,
			"sysctl user.max_user_namespaces=10000; on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0",
			"no user namespaces: containers run without one and say so");
}

static void check_tun(struct finding *f)
{
	if (access("/dev/net/tun", R_OK | W_OK) == 0)
		found(f, STATE_OK, NULL, "/dev/net/tun: taps for VMs");
	else
		found(f, STATE_MISSING, errno == ENOENT ? "modprobe tun" : "sudo tare run",
			"/dev/net/tun cannot be opened: VMs have no NIC");
}

/* What mends it is after the last ';' of our messages. */
static const char *mend_in(const struct error *err)
{
	const char *mend = strrchr(err->text, ';');

	mend = mend ? mend + 2 : "make setup";
	return strncmp(mend, "run: ", 5) == 0 ? mend + 5 : mend;
}

static void check_nftables(struct finding *f)
{
	struct error err = ERROR_INIT;

	if (lab_path_check(&err) == 0)
		found(f, STATE_OK, NULL, "nftables with nat and conntrack: paths pair and nat");
	else
		found(f, STATE_NOTE, mend_in(&err), "%s; arms with path pair or nat cannot run",
			err.text);
}

static void check_accelerator(struct finding *f)
{
	struct error err = ERROR_INIT;
	struct accel accel;

	if (accel_choose("auto", &accel, &err) < 0)
		found(f, STATE_MISSING, "make setup", "%s", err.text);
	else if (accel.kvm)
		found(f, STATE_OK, NULL, "KVM: %s", accel.reason);
	else
		found(f, STATE_NOTE,
			"use a host with working KVM for times and rates of VMs; memory and counts hold",
			"emulation (TCG): %s", accel.reason);
}

static void check_guest_kernel(struct finding *f)
{
	struct guest_kernel k;
	struct error err = ERROR_INIT;

	if (guest_kernel_find(NULL, NULL, false, &k, &err) < 0) {
		found(f, STATE_MISSING, "make setup", "%s", err.text);
		return;
	}
	found(f, STATE_OK, NULL, "%s in the cache", k.release);
	guest_kernel_free(&k);
}

static void check_images(struct finding *f)
{
	struct system_image image;
	struct error err = ERROR_INIT;

	if (system_image_find("debian", &image, &err) < 0) {
		found(f, STATE_NOTE, "sudo make setup",
			"%s; the arms with \"image\": \"debian\" and the workloads nginx and redis cannot run",
			err.text);
		return;
	}
	found(f, STATE_OK, NULL, "image debian %.16s in the cache", image.hash);
	system_image_free(&image);
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	cleanup_free char *copy = xstrdup(path ? path : "/usr/bin:/bin");
	char *save = NULL;

	for (char *dir = strtok_r(copy, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		cleanup_free char *full = xasprintf("%s/%s", dir, program);

		if (access(full, X_OK) == 0)
			return true;
	}
	return false;
}

static void check_gnuplot(struct finding *f)
{
	if (in_path("gnuplot"))
		found(f, STATE_OK, NULL, "gnuplot draws the charts");
	else
		found(f, STATE_MISSING, "apt-get install gnuplot-nox",
			"gnuplot not found: charts would be left out");
}

static void check_platform(const struct platform *p, struct finding *f)
{
	struct run_options o = {.accel = "auto"};
	struct error err = ERROR_INIT;

	if (p->check && p->check(&o, &err) < 0) {
		found(f, STATE_MISSING, mend_in(&err), "%s", err.text);
	} else
		found(f, STATE_OK, NULL, "%s", p->help);
}

static void check_memory(struct finding *f)
{
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct meminfo mem;

	if (proc_meminfo(root, &mem, &err) < 0)
		found(f, STATE_MISSING, NULL, "%s", err.text);
	else if (mem.available < 1ULL << 30)
		found(f, STATE_NOTE, "end other programs",
			"%llu MiB of memory available; the default plan wants 1024",
			(unsigned long long)(mem.available >> 20));
	else
		found(f, STATE_OK, NULL, "%llu MiB of memory available",
			(unsigned long long)(mem.available >> 20));
}

static void check_disk(struct finding *f)
{
	/* A folder that was deleted still answers to ".". */
	cleanup_free char *here = getcwd(NULL, 0);
	struct statvfs v;
	unsigned long long mib;

	if (!here || statvfs(here, &v) < 0) {
		found(f, STATE_MISSING, "cd to a folder that exists",
			"the working directory is gone");
		return;
	}
	mib = (unsigned long long)v.f_bavail * v.f_frsize >> 20;
	if (mib < 100)
		found(f, STATE_MISSING, "free some space here, or give tare run -o DIR elsewhere",
			"%llu MiB of disk left here; a run wants 100", mib);
	else
		found(f, STATE_OK, NULL, "%llu MiB of disk left here", mib);
}

static const struct {
	const char *name;
	void (*look)(struct finding *f);
} checks[] = {
	{"root", check_root},
	{"cgroups", check_cgroups},
	{"namespaces", check_namespaces},
	{"user namespaces", check_user_namespaces},
	{"tun", check_tun},
	{"nftables", check_nftables},
	{"guest kernel", check_guest_kernel},
	{"images", check_images},
	{"accelerator", check_accelerator},
	{"gnuplot", check_gnuplot},
	{"memory", check_memory},
	{"disk", check_disk},
};

static void tell(json_t *list, const char *name, const struct finding *f)
{
	json_array_append_new(list,
		json_pack("{s:s, s:s, s:s, s:s*}", "name", name, "state", state_names[f->state],
			"text", f->text, "mend", f->mend[0] ? f->mend : NULL));
}

json_t *doctor_look(void)
{
	json_t *list = json_array();
	struct finding f;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		memset(&f, 0, sizeof(f));
		checks[i].look(&f);
		tell(list, checks[i].name, &f);
	}
	for (size_t i = 0; platforms[i]; i++) {
		cleanup_free char *name = xasprintf("platform %s", platforms[i]->name);

		memset(&f, 0, sizeof(f));
		check_platform(platforms[i], &f);
		tell(list, name, &f);
	}
	return list;
}

static void print_findings(const json_t *list)
{
	const json_t *row;
	size_t i;

	json_array_foreach (list, i, row) {
		const json_t *mend = json_object_get(row, "mend");

		printf("%-8s %-18s %s\n", json_string_value(json_object_get(row, "state")),
			json_string_value(json_object_get(row, "name")),
			json_string_value(json_object_get(row, "text")));
		if (mend)
			printf("%-8s %-18s mend: %s\n", "", "", json_string_value(mend));
	}
}

static int run_doctor(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_json json_t *list = NULL;
	unsigned missing = 0;
	json_t *row;
	size_t i;

	if (arguments_parse(&command_doctor, argc, argv, 0, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_doctor);
		return EXIT_FINE;
	}
	list = doctor_look();
	json_array_foreach (list, i, row)
		missing += !strcmp(json_string_value(json_object_get(row, "state")), "missing");
	if (argument(&a, "json")) {
		print_json(list);
	} else {
		print_findings(list);
		if (missing)
			printf("\n%u missing: what needs %s cannot run here.\n", missing,
				missing == 1 ? "it" : "them");
		else
			printf("\nNothing is missing.\n");
	}
	return missing ? EXIT_PREREQUISITE : EXIT_FINE;
}

const struct command command_doctor = {
	.name = "doctor",
	.synopsis = "[--json]",
	.help = "tell what this host can run, what is missing, and the command that mends it",
	.text = "Each line is ok, a note (it works with a limit) or missing, with the command that mends it.\n"
		"Exit code 5 if anything is missing. The accelerator is proven by booting a guest, so the\n"
		"first call after a boot of the host takes some seconds.",
	.options = options,
	.run = run_doctor,
};
