/* container.c - platform "container": a namespace container by our own system calls. Namespaces, veth and
 * mounts are what a user pays for a start, so all of them are made inside the clock; the cgroup, the helper
 * and the compiled filter before it. */
#include "container-child.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SYSTEM_GRACE (10 * NSEC_PER_SEC)
#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static const char *const inits[] = {"workload", "systemd", NULL};

static const struct option_spec options[] = {
	{"userns", OPTION_BOOL, NULL, "true",
		"a user namespace of its own, where the host allows it"},
	{"seccomp", OPTION_BOOL, NULL, "true",
		"the system call filter, which costs time on every call"},
	{"ia32", OPTION_BOOL, NULL, "false",
		"32-bit programs pass the filter too, as Docker's own lets them; a rule set more to look through"},
	{"image", OPTION_CHOICE, system_image_choices, "minimal",
		"minimal: nothing but the workload; debian: the workload in a Debian's files"},
	{"init", OPTION_CHOICE, inits, "workload",
		"workload: it alone (and the agent); systemd: the image's whole system, in which it is one more service"},
	{"pids", OPTION_STRING, NULL, "512", "most processes and threads"},
	{"cpus", OPTION_STRING, NULL, "1",
		"how many CPUs; more than in the other arms must be declared in the plan"},
	{.name = NULL},
};

/* Whether one may be made here at all: 0, or the errno. */
static int try_userns(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 ? errno & 0x7f : 0);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

/* Whether the range for containers is part of our own user namespace. */
static bool range_is_mapped(const char *map)
{
	cleanup_free char *text = read_file_at(AT_FDCWD, map, 1 << 16, NULL);
	unsigned long first, host, count;

	for (char *line = text; line && *line; line += strspn(line, "\n")) {
		if (sscanf(line, "%lu %lu %lu", &first, &host, &count) == 3 &&
			first <= CONTAINER_ID_BASE &&
			CONTAINER_ID_BASE - first + CONTAINER_ID_COUNT <= count)
			return true;
		line += strcspn(line, "\n");
	}
	return false;
}

static void decide_userns(struct stage *s, struct container_stage *stage)
{
	int errnum;

	stage->id_count = 1;
	if (!option_bool(s, "userns"))
		return;
	errnum = try_userns();
	if (errnum) {
		snprintf(stage->userns_reason, sizeof(stage->userns_reason),
			"user namespaces are not available: %s", strerror(errnum));
		return;
	}
	stage->userns = true;
	stage->id_base = geteuid();
	if (geteuid() == 0 && range_is_mapped("/proc/self/uid_map") &&
		range_is_mapped("/proc/self/gid_map")) {
		stage->id_base = CONTAINER_ID_BASE;
		stage->id_count = CONTAINER_ID_COUNT;
	}
}

/* A file of id 0 stays one of id 0 as seen inside; ids of the range already (second links) are left. */
static int shift_owner(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	(void)ftw;
	if (st->st_uid >= CONTAINER_ID_COUNT || st->st_gid >= CONTAINER_ID_COUNT)
		return 0;
	return lchown(path, CONTAINER_ID_BASE + st->st_uid, CONTAINER_ID_BASE + st->st_gid);
}

static int shift_tree(const struct container_stage *stage, struct error *err)
{
	if (!stage->userns || stage->id_count == 1)
		return 0;
	if (nftw(stage->local.tree, shift_owner, 16, FTW_PHYS | FTW_MOUNT) == 0)
		return 0;
	return error_errno(
		err, EXIT_ARM, errno, "container: cannot give the tree to the container");
}

static void container_close(struct stage *s)
{
	struct container_stage *stage = s->data;

	if (!stage)
		return;
	container_image_close(stage);
	local_close(&stage->local);
	free(stage->filter.filter);
	free(stage);
	s->data = NULL;
}

static bool has_image(const struct arm *arm)
{
	const char *image = json_string_value(json_object_get(arm->options, "image"));

	return image && strcmp(image, "minimal") != 0;
}

static bool wants_system(const struct arm *arm)
{
	const char *init = json_string_value(json_object_get(arm->options, "init"));

	return init && !strcmp(init, "systemd");
}

static int check_system(const struct arm *arm, struct error *err)
{
	if (wants_system(arm) && !has_image(arm))
		return error_set(err, EXIT_USAGE,
			"init systemd without an image, expected \"image\": \"debian\"");
	return 0;
}

static int container_check_arm(
	const struct arm *arm, const struct run_options *o, struct error *err)
{
	return check_system(arm, err) < 0 ? -1 : local_check_arm(arm, o, err);
}

/* The image, and whether its systemd runs: that has capabilities, so only over a user namespace of its own. */
static int choose_image(struct stage *s, struct container_stage *stage, struct error *err)
{
	const char *image = option_text(s, "image");

	stage->system = wants_system(s->arm);
	if (!has_image(s->arm))
		return check_system(s->arm, err);
	if (stage->system && (!stage->userns || stage->id_count == 1))
		return error_set(err, EXIT_PREREQUISITE,
			"init systemd needs a user namespace with %u ids, %s", CONTAINER_ID_COUNT,
			stage->userns_reason[0] ? stage->userns_reason
						: "which the arm or the user does not have");
	if (system_image_find(image, &stage->image, err) < 0)
		return -1;
	stage->local.base = stage->image.tree;
	if (stage->system) {
		stage->local.own = container_root_make;
		stage->local.stop_signal = SIGRTMIN + 3; /* systemd's "halt" */
		stage->local.grace = SYSTEM_GRACE;
	}
	return 0;
}

static int container_open(struct stage *s, struct error *err)
{
	struct container_stage *stage = xcalloc(1, sizeof(*stage));

	s->data = stage;
	decide_userns(s, stage);
	if (choose_image(s, stage, err) == 0 && local_open(s, &stage->local, err) == 0 &&
		shift_tree(stage, err) == 0 &&
		(!stage->image.name || container_image_open(s, stage, err) == 0) &&
		(!option_bool(s, "seccomp") ||
			container_filter(
				&stage->filter, option_bool(s, "ia32"), stage->system, err) == 0))
		return 0;
	container_close(s);
	return -1;
}

static const char *root_of(const struct container_stage *stage)
{
	if (stage->system)
		return "the image under the workload's files, writable (a tmpfs takes what is written); own /proc with OCI masks, /dev, /run, "
		       "/tmp, read-only /sys, its cgroup (v2) to write to";
	if (stage->image.name)
		return "the image under the workload's files, read-only, own /proc, /dev and /tmp, OCI masks";
	return "read-only tree, own /proc, /dev and /tmp, OCI masks";
}

static int describe_image(const struct container_stage *stage, json_t *object)
{
	json_t *facts = json_pack(
		"{s:s, s:s}", "image", stage->image.folder, "image_sha256", stage->image.hash);

	if (facts && stage->system)
		json_object_update_new(facts,
			json_pack("{s:s, s:s, s:s}", "spawn_event", "execution of systemd",
				"init_event",
				"first byte of the agent, which systemd starts as a service once multi-user.target is reached",
				"stop_event",
				"SIGRTMIN+3 to systemd, which stops its services and halts"));
	return facts ? json_object_update_new(object, facts) : -1;
}

static int container_describe(struct stage *s, json_t *object, struct error *err)
{
	const struct container_stage *stage = s->data;
	json_t *facts = json_pack("{s:s, s:b, s:b, s:i, s:s, s:s, s:s, s:s}", "isolation",
		"namespaces: mount, pid, network, ipc, uts, cgroup", "userns", stage->userns,
		"seccomp", stage->filter.len > 0, "seccomp_instructions", stage->filter.len,
		"capabilities",
		stage->system
			? "systemd: 27, over its own user namespace only; the agent and the workload: none"
			: "none",
		"network", "veth on the lab's bridge", "root", root_of(stage), "clock",
		"namespaces, veth and mounts are made after the request; the cgroup, the helper in it and the compiled filter before");

	if (!facts || json_object_update_new(object, facts) < 0 ||
		(stage->image.name && describe_image(stage, object) < 0) ||
		(stage->userns_reason[0] &&
			json_object_set_new(
				object, "userns_reason", json_string(stage->userns_reason)) < 0) ||
		(stage->userns &&
			json_object_set_new(
				object, "userns_first_id", json_integer(stage->id_base)) < 0))
		return error_set(err, EXIT_INTERNAL, "arm %s: cannot describe it", s->arm->name);
	return local_describe(s, &stage->local, object, err);
}

static int write_map(pid_t pid, const char *file, const char *text, struct error *err)
{
	cleanup_free char *path = xasprintf("/proc/%d/%s", (int)pid, file);

	if (write_file_at(AT_FDCWD, path, text) == 0)
		return 0;
	return error_errno(err, EXIT_ARM, errno, "container: %s", file);
}

static int write_maps(pid_t pid, const void *data, struct error *err)
{
	const struct local_instance *li = data;
	const struct container_stage *stage = li->stage->data;
	unsigned gid = stage->id_count > 1 ? stage->id_base : getegid();
	char text[64];

	if (stage->id_count == 1 && write_map(pid, "setgroups", "deny", err) < 0)
		return -1;
	snprintf(text, sizeof(text), "0 %u %u\n", stage->id_base, stage->id_count);
	if (write_map(pid, "uid_map", text, err) < 0)
		return -1;
	snprintf(text, sizeof(text), "0 %u %u\n", gid, stage->id_count);
	return write_map(pid, "gid_map", text, err);
}

static int container_prepare(struct stage *s, struct instance *i, struct error *err)
{
	struct container_stage *stage = s->data;
	struct spawn_spec spec = {.where = "container",
		.namespaces = NAMESPACES | (stage->userns ? CLONE_NEWUSER : 0),
		.child = container_child,
		.identity = stage->userns ? write_maps : NULL};

	if (stage->system)
		spec.init = "/sbin/init";
	if (local_prepare(s, &stage->local, i, &spec, true, NULL, err) < 0)
		return -1;
	return stage->system ? cgroup_delegate(i->cgroup, stage->id_base, stage->id_base, err) : 0;
}

static int container_stop(struct stage *s, struct instance *i, struct error *err)
{
	const struct container_stage *stage = s->data;
	bool has_root = i->platform_data && stage->system;

	if (local_stop(s, i, err) < 0)
		return -1;
	if (has_root)
		container_root_remove(stage, i);
	return 0;
}

static int container_check(const struct run_options *o, struct error *err)
{
	(void)o;
	if (syscall(SYS_mount_setattr, -1, NULL, 0, NULL, 0) < 0 && errno == ENOSYS)
		return error_set(err, EXIT_PREREQUISITE,
			"container: the kernel has no mount_setattr(), expected Linux 5.12 or newer");
	return local_check("container", err);
}

extern const struct platform platform_container;
const struct platform platform_container = {
	.name = "container",
	.help = "a namespace container: all namespaces, limits, no capabilities, seccomp",
	.options = options,
	.estimate = 0.05,
	.estimate_emulated = 0.05,
	.check = container_check,
	.check_arm = container_check_arm,
	.open = container_open,
	.describe = container_describe,
	.prepare = container_prepare,
	.start = local_start,
	.stop = container_stop,
	.tail = local_tail,
	.close = container_close,
};
