/* procfs.h - readers of /proc. Every one takes a root directory fd (the "/" of a live host or of a
 * captured tree under tests/roots/), so that it can be tested on captures. All sizes in bytes.
 * Each returns 0, or -1 with err and *out untouched. */
#ifndef TARE_PROCFS_H
#define TARE_PROCFS_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct meminfo {
	uint64_t total, free, available, cached, anon, shmem, slab, sunreclaim, kernel_stack,
		page_tables;
	uint64_t percpu; /* 0 where the kernel does not tell (before Linux 4.20) */
	uint64_t swap_total, swap_free;
};
int proc_meminfo(int root, struct meminfo *out, struct error *err);
/* Whether MemAvailable counts page cache by halves: it leaves out min(cache / 2, the sum of the zones' low watermarks)
 * of it (mm/show_mem.c, si_mem_available()), so below twice that sum only half of what is read shows as available. */
int proc_cache_halved(int root, bool *halved, struct error *err);
/* Sum of the per-CPU page counts ("count:" lines) of /proc/zoneinfo x page size: freed pages that
 * MemAvailable misses. */
int proc_percpu_pages(int root, uint64_t *bytes, struct error *err);
/* MemAvailable + the per-CPU pages: what memory.host_delta is a fall of. */
int proc_host_available(int root, uint64_t *bytes, struct error *err);

struct process_memory {
	uint64_t pss, uss, rss, virtual, pss_anon, pss_file, pss_shmem, swap;
	uint64_t hugetlb; /* not part of rss */
	uint64_t writable_code; /* resident part of mappings that are writable and executable */
};
/* Adds the process's figures to *sum. When it has ended: *gone = true, return 0, *sum untouched. A
 * zombie and a kernel thread hold no memory and count as gone too. pss_* need Linux 5.4. smaps is
 * read only for a process that has a mapping both writable and executable (maps says so). */
int proc_memory_add(int root, pid_t pid, struct process_memory *sum, bool *gone, struct error *err);

/* smaps of a process that may be a machine monitor, sorted. */
struct process_mappings {
	unsigned ram_areas; /* writable stretches of exactly the guest RAM's size */
	uint64_t ram_anon, ram_shmem,
		ram_hugetlb; /* resident there, by kind; hugetlb is in no Rss */
	uint64_t buffer; /* resident, writable and executable: the translation buffer */
	uint64_t rest_anon, rest_resident; /* of all other mappings */
	uint64_t
		rest_writable; /* size of those among them that are writable: what NSDI'20 (Agache et al.,
				   "Firecracker") calls the overhead of a VMM */
};
/* Adds to *sum. ram: size of a guest's RAM, 0 = none. *gone as for proc_memory_add(). */
int proc_mappings_add(int root, pid_t pid, uint64_t ram, struct process_mappings *sum, bool *gone,
	struct error *err);

struct process_stat {
	pid_t pid, ppid;
	char comm[64];
	bool kernel_thread; /* PF_KTHREAD */
	char state;
	uint64_t start_ticks;
	unsigned threads;
	uint64_t major_faults;
};
int proc_stat(int root, pid_t pid, struct process_stat *out, bool *gone, struct error *err);
/* Every pid in /proc, ascending; new array. */
int proc_pids(int root, pid_t **pids, size_t *n, struct error *err);
/* Nanoseconds on CPU of all living threads of a process (schedstat field 1): the time of threads
 * that have ended is lost, cgroup_cpu_ns() still has it. */
int proc_cpu_ns(int root, pid_t pid, uint64_t *ns, bool *gone, struct error *err);
/* How many processes outside pids[0..n) map the same executable as pid (by device and inode of
 * /proc/PID/exe): those lower its PSS. Processes that the caller may not look at are not counted. */
int proc_strangers_with_binary(
	int root, pid_t pid, const pid_t *pids, size_t n, unsigned *count, struct error *err);

struct host_cpu { /* seconds since boot, from /proc/stat (ticks) */
	double user, nice, system, idle, iowait, irq, softirq, steal, guest;
	double busy; /* user+nice+system+irq+softirq; guest is inside user and not added */
};
int proc_host_cpu(int root, struct host_cpu *out, struct error *err);
/* /proc/vmstat since boot; swap in bytes. */
struct host_vm {
	uint64_t swap_in, swap_out, major_faults;
};
int proc_host_vm(int root, struct host_vm *out, struct error *err);
/* How often the CPUs were slowed by their heat or power since boot: the core_throttle_count of each in
 * /sys/devices/system/cpu, added. 0 where the hardware does not tell (a guest, another architecture). */
int sys_thermal_throttles(int root, uint64_t *count, struct error *err);

/* Byte counters of a network interface in /sys/class/net (of the namespace sysfs was mounted in)
 * are not used: see link_counters() in netlink.h. */
#endif
