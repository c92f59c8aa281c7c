/* container-child.c - inside the new namespaces: every wall, in the order in which each can still be built
 * (mounts, name, link, limits, capabilities, no_new_privs, descriptors, filter). Each has a step's name. */
#include "container-child.h"

#include "util.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define SECUREBITS                                                                                 \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |                           \
		SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |                          \
		SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

/* Id 0 of the new user namespace; a change of identity disarms the death signal. */
static int take_identity(struct spawn_child *c, const struct container_stage *stage)
{
	if (spawn_wait_identity(c) < 0)
		return -1;
	if (spawn_step(c, "ids") < 0)
		return -1;
	/* With one id mapped setgroups is denied, and there is no group to drop. */
	if ((!stage->userns || stage->id_count > 1) && syscall(SYS_setgroups, 0, NULL) < 0)
		return -1;
	if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
		return -1;
	if (spawn_die_with_harness() < 0)
		return -1;
	umask(022);
	if (spawn_step(c, "keyring") < 0)
		return -1;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return -1;
	return 0;
}

static int set_name(struct spawn_child *c, const char *name)
{
	if (spawn_step(c, "hostname") < 0)
		return -1;
	return sethostname(name, strlen(name));
}

/* What systemd as PID 1 keeps, all of it over its own user namespace only: systemd-nspawn's list without what no unit of the
 * image asks for. */
static const int systemd_keeps[] = {CAP_AUDIT_CONTROL, CAP_AUDIT_WRITE, CAP_CHOWN, CAP_DAC_OVERRIDE,
	CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_IPC_OWNER, CAP_KILL, CAP_LEASE,
	CAP_LINUX_IMMUTABLE, CAP_MKNOD, CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_BROADCAST,
	CAP_NET_RAW, CAP_SETFCAP, CAP_SETGID, CAP_SETPCAP, CAP_SETUID, CAP_SYS_ADMIN, CAP_SYS_BOOT,
	CAP_SYS_CHROOT, CAP_SYS_NICE, CAP_SYS_PTRACE, CAP_SYS_RESOURCE, CAP_SYS_TTY_CONFIG};

/* execve gives to id 0 what the bounding set leaves. */
static int bound_capabilities(struct spawn_child *c)
{
	if (spawn_step(c, "capabilities") < 0)
		return -1;
	capng_setpid((int)syscall(SYS_gettid));
	capng_clear(CAPNG_SELECT_ALL);
	for (size_t n = 0; n < ARRAY_SIZE(systemd_keeps); n++)
		capng_update(CAPNG_ADD, CAPNG_BOUNDING_SET, (unsigned)systemd_keeps[n]);
	errno = EPERM;
	return capng_apply(CAPNG_SELECT_BOUNDS) < 0 ? -1 : 0;
}

static int drop_capabilities(struct spawn_child *c)
{
	int rc;

	if (spawn_step(c, "capabilities") < 0 || prctl(PR_SET_SECUREBITS, SECUREBITS, 0, 0, 0) < 0)
		return -1;
	capng_setpid((int)syscall(SYS_gettid));
	capng_clear(CAPNG_SELECT_ALL);
	errno = EPERM;
	rc = capng_apply(CAPNG_SELECT_ALL);
	if (rc < 0 || spawn_die_with_harness() < 0)
		return -1;
	if (spawn_step(c, "no_new_privs") < 0)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* A working directory outside the root would be a way out. */
static int check_directory(struct spawn_child *c)
{
	char cwd[8];

	if (spawn_step(c, "directory") < 0 || !getcwd(cwd, sizeof(cwd)))
		return -1;
	if (strcmp(cwd, "/") == 0)
		return 0;
	errno = EXDEV;
	return -1;
}

static int load_filter(struct spawn_child *c, const struct sock_fprog *filter)
{
	if (spawn_step(c, "seccomp") < 0)
		return -1;
	if (!filter->len)
		return 0;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
}

int container_child(struct spawn_child *c, const void *data)
{
	const struct local_instance *li = data;
	const struct container_stage *stage = li->stage->data;

	if (take_identity(c, stage) < 0 || container_mounts(c, stage->system) < 0 ||
		set_name(c, li->instance->name) < 0 || local_configure(c, li->instance) < 0 ||
		spawn_limits(c) < 0 ||
		(stage->system ? bound_capabilities(c) : drop_capabilities(c)) < 0 ||
		check_directory(c) < 0 || spawn_close_fds(c) < 0)
		return -1;
	return load_filter(c, &stage->filter);
}
