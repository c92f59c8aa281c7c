/* Learning that a workload listens without asking again and again: listen(2) in the child raises a
 * seccomp user notification, which the agent answers with "continue" (seccomp_unotify(2)). */
#include "inside.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE_ARCH AUDIT_ARCH_RISCV64
#endif

int notify_install(long number)
{
#ifdef NATIVE_ARCH
	/* A foreign ABI has other numbers: it goes unseen, and the clock finds its port. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(
		SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
#else
	(void)number;
	errno = ENOSYS;
	return -1;
#endif
}

int listen_notify_install(void)
{
	return notify_install(SYS_listen);
}

bool listen_notify_answer(int notify)
{
	/* The kernel's structures may be longer than the headers'. */
	union {
		struct seccomp_notif value;
		char room[512];
	} got;
	union {
		struct seccomp_notif_resp value;
		char room[512];
	} back;

	memset(&got, 0, sizeof(got));
	memset(&back, 0, sizeof(back));
	if (ioctl(notify, SECCOMP_IOCTL_NOTIF_RECV, &got) < 0)
		return false;
	back.value.id = got.value.id;
	back.value.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return ioctl(notify, SECCOMP_IOCTL_NOTIF_SEND, &back) == 0;
}
