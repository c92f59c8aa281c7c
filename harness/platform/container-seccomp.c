/* container-seccomp.c - the container's system call filter: what an OCI runtime's default refuses to a process
 * without capabilities, as a deny list, compiled once a stage and outside every clock. To deny another call:
 * one line in denied[]. */
#include "container-child.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Names that this architecture or libseccomp does not know are passed over. */
static const char *const denied[] = {
	"_sysctl",
	"acct",
	"add_key",
	"bpf",
	"chroot",
	"clock_adjtime",
	"clock_adjtime64",
	"clock_settime",
	"clock_settime64",
	"create_module",
	"delete_module",
	"fanotify_init",
	"finit_module",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"get_kernel_syms",
	"get_mempolicy",
	"init_module",
	"io_uring_enter",
	"io_uring_register",
	"io_uring_setup",
	"ioperm",
	"iopl",
	"kcmp",
	"kexec_file_load",
	"kexec_load",
	"keyctl",
	"lookup_dcookie",
	"mbind",
	"migrate_pages",
	"mount",
	"mount_setattr",
	"move_mount",
	"move_pages",
	"name_to_handle_at",
	"nfsservctl",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"personality",
	"pidfd_getfd",
	"pivot_root",
	"process_madvise",
	"process_vm_readv",
	"process_vm_writev",
	"ptrace",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"request_key",
	"set_mempolicy",
	"setdomainname",
	"sethostname",
	"setns",
	"settimeofday",
	"stime",
	"swapoff",
	"swapon",
	"sysfs",
	"syslog",
	"umount",
	"umount2",
	"unshare",
	"uselib",
	"userfaultfd",
	"ustat",
	"vhangup",
	"vm86",
	"vm86old",
};

/* Of these, what systemd as PID 1 does all the time; it has capabilities in its own user namespace only. */
static const char *const systemd_needs[] = {"chroot", "fsconfig", "fsmount", "fsopen", "fspick",
	"mount", "mount_setattr", "move_mount", "name_to_handle_at", "open_tree", "personality",
	"pivot_root", "setdomainname", "sethostname", "setns", "umount", "umount2", "unshare"};

static bool does_need(const char *name)
{
	for (size_t n = 0; n < ARRAY_SIZE(systemd_needs); n++)
		if (strcmp(systemd_needs[n], name) == 0)
			return true;
	return false;
}

/* One rule a bit: a mask can only be compared with one value. */
static const uint64_t clone_flags[] = {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
	CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP};

static const uint64_t ioctls[] = {TIOCSTI, TIOCLINUX};

static int add_names(scmp_filter_ctx ctx, bool system)
{
	for (size_t n = 0; n < ARRAY_SIZE(denied); n++) {
		int number = seccomp_syscall_resolve_name(denied[n]);
		int rc;

		if (number == __NR_SCMP_ERROR || (system && does_need(denied[n])))
			continue;
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), number, 0);
		if (rc < 0 && rc != -EDOM)
			return rc;
	}
	return 0;
}

static int add_arguments(scmp_filter_ctx ctx, bool system)
{
	int rc = 0;

	for (size_t n = 0; rc == 0 && !system && n < ARRAY_SIZE(clone_flags); n++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, clone_flags[n], clone_flags[n]));
	/* The kernel looks at 32 bits of the request only. */
	for (size_t n = 0; rc == 0 && n < ARRAY_SIZE(ioctls); n++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, ioctls[n]));
	/* Its flags are behind a pointer: with ENOSYS the C library falls back to clone. */
	if (rc == 0 && !system)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

/* libseccomp writes its program to a descriptor only. */
static int export_program(scmp_filter_ctx ctx, struct sock_fprog *filter)
{
	cleanup_close int fd = memfd_create("tare-seccomp", MFD_CLOEXEC);
	cleanup_free char *program = NULL;
	struct stat st;
	int rc;

	if (fd < 0)
		return -errno;
	rc = seccomp_export_bpf(ctx, fd);
	if (rc < 0)
		return rc;
	if (fstat(fd, &st) < 0)
		return -errno;
	program = xmalloc((size_t)st.st_size);
	if (pread(fd, program, (size_t)st.st_size, 0) != st.st_size)
		return -EIO;
	filter->len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	filter->filter = (struct sock_filter *)(void *)steal_ptr(program);
	return 0;
}

static void cleanup_contextp(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

int container_filter(struct sock_fprog *filter, bool ia32, bool system, struct error *err)
{
	__attribute__((cleanup(cleanup_contextp))) scmp_filter_ctx ctx =
		seccomp_init(SCMP_ACT_ALLOW);
	int rc = ctx ? 0 : -ENOMEM;

	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* The rules that follow are for both: a call denied in one ABI is denied in the other. */
	if (rc == 0 && ia32 && seccomp_arch_native() == SCMP_ARCH_X86_64)
		rc = seccomp_arch_add(ctx, SCMP_ARCH_X86);
	/* A binary tree over the numbers: what the filter costs per call is part of what is measured. */
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = add_names(ctx, system);
	if (rc == 0)
		rc = add_arguments(ctx, system);
	if (rc == 0)
		rc = export_program(ctx, filter);
	return rc < 0 ? error_errno(err, EXIT_INTERNAL, -rc, "container: seccomp filter") : 0;
}
