/* equivalence-rules.c - the aspects, and the differences that need no declaration in a plan, as data. A new one needs
 * a reason that a reviewer accepts, and a line in tests/cases/equivalence/rules. */
#include "equivalence.h"

const char *const equivalence_aspects[] = {"agent", "payload", "cpus", "cpus_online", "memory",
	"mem_total", "kernel", "clocksource", "mtu", "offloads", "env", "limits", "uid",
	"capabilities", "seccomp", "seccomp_filters", "no_new_privs", "fds", "root", "init", NULL};

const struct equivalence_rule equivalence_rules[] = {
	{"kernel", "vm", NULL, "a VM runs a kernel of its own"},
	{"clocksource", "vm", NULL, "a VM's kernel picks the clock that its machine offers"},
	{"cpus_online", "vm", NULL,
		"a VM has the CPUs it may use; the others are kept on theirs by cpuset"},
	{"mem_total", "vm", NULL,
		"a VM sees its RAM; the others see the host's, with a limit on their cgroup"},
	{"limits", "vm", NULL, "a VM's kernel sets its own, some of them by its RAM"},
	{"capabilities", "vm", NULL, "root of a VM has all that its kernel knows"},
	{"seccomp", "vm", "0", "filters around the harness do not reach into a VM"},
	{"seccomp_filters", "vm", "0", "filters around the harness do not reach into a VM"},
	{"no_new_privs", "vm", "0", "filters around the harness do not reach into a VM"},
	{"offloads", "vm", NULL, "a tap offers what QEMU and the guest's driver agreed on"},
	{"capabilities", "container", "0000000000000000",
		"a container drops them; that is part of what it is"},
	{"seccomp", "container", "2",
		"a container filters system calls; that is part of what it is"},
	{"seccomp_filters", "container", NULL,
		"a container filters system calls; that is part of what it is"},
	{"no_new_privs", "container", "1", "a container sets it; that is part of what it is"},
	{"capabilities", "docker", NULL,
		"a container engine leaves its default set; that is part of what it is"},
	{"seccomp", "docker", NULL,
		"a container engine filters system calls; that is part of what it is"},
	{"seccomp_filters", "docker", NULL,
		"a container engine filters system calls; that is part of what it is"},
	{"offloads", "docker", "none",
		"an engine outside the lab keeps its own bridge and NAT, which the lab cannot reach"},
	{"mtu", "docker", NULL,
		"an engine outside the lab keeps its own bridge and NAT, which the lab cannot reach"},
	{"mtu", "host", "none", "a bare process on the loopback has no link of its own"},
	{"offloads", "host", "none", "a bare process on the loopback has no link of its own"},
	{"init", "host", NULL, "a bare process is not PID 1; the host's own is"},
	{NULL, NULL, NULL, NULL},
};

const struct equivalence_rule equivalence_system_rules[] = {
	{"init", "vm", "systemd", "a whole guest system has an init of its own"},
	{"root", "vm", "writable", "a whole guest system writes to its disk"},
	{"init", "container", "systemd", "a system container runs its own init"},
	{"root", "container", "writable", "a system container's services write to its root"},
	{NULL, NULL, NULL, NULL},
};
