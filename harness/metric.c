/* metric.c - the one table of metrics. To add one: an enum line in metric.h, a row here. */
#include "metric.h"

#include <string.h>

/* name, unit, better, compared by, then marks: X exact count, D derived, T time or rate, E measured without any
 * instance too. */
#define X .exact = true
#define D .derived = true
#define T .timing = true
#define E .empty_set = true
#define ROW(id, name_, unit_, better_, compare_, help_, ...)                                       \
	[id] = {.name = name_,                                                                     \
		.unit = unit_,                                                                     \
		.better = BETTER_##better_,                                                        \
		.compare = COMPARE_##compare_,                                                     \
		.help = help_,                                                                     \
		##__VA_ARGS__}

/* clang-format off */
const struct metric metrics[METRIC_COUNT] = {
	ROW(MEMORY_PSS, "memory.pss", "B", LOWER, RATIO, "sum of Pss over every host user process of the instance"),
	ROW(MEMORY_USS, "memory.uss", "B", LOWER, RATIO, "the same over Private_*"),
	ROW(MEMORY_RSS, "memory.rss", "B", LOWER, RATIO, "the same over Rss"),
	ROW(MEMORY_VIRTUAL, "memory.virtual", "B", LOWER, RATIO, "the same over VmSize"),
	ROW(MEMORY_EMULATOR_CODE, "memory.emulator_code", "B", LOWER, DIFF, "resident part of QEMU's translation buffer under TCG; 0 under KVM"),
	ROW(MEMORY_CGROUP, "memory.cgroup", "B", LOWER, RATIO, "charged to the instance's cgroup: anonymous, shmem, file, kernel"),
	ROW(MEMORY_CGROUP_ANON, "memory.cgroup_anon", "B", LOWER, RATIO, "its anonymous part"),
	ROW(MEMORY_CGROUP_SHMEM, "memory.cgroup_shmem", "B", LOWER, DIFF, "its shared-memory part"),
	ROW(MEMORY_CGROUP_FILE, "memory.cgroup_file", "B", LOWER, DIFF, "its page-cache part"),
	ROW(MEMORY_CGROUP_KERNEL, "memory.cgroup_kernel", "B", LOWER, RATIO, "its kernel part: slab, stacks, page tables, per-CPU, sockets"),
	ROW(MEMORY_PEAK, "memory.peak", "B", LOWER, RATIO, "high-water mark of the cgroup since start"),
	ROW(MEMORY_HOST_DELTA, "memory.host_delta", "B", LOWER, DIFF, "fall of MemAvailable + per-CPU free pages from before the start to after settling, per instance", E),
	ROW(MEMORY_GUEST_TOTAL, "memory.guest_total", "B", NEITHER, RATIO, "MemTotal of the guest's kernel; a container reports its limit"),
	ROW(MEMORY_GUEST_USED, "memory.guest_used", "B", LOWER, RATIO, "MemTotal less MemAvailable of the guest's kernel"),
	ROW(MEMORY_PAYLOAD, "memory.payload", "B", LOWER, RATIO, "PSS of the workload's own processes, as seen inside"),
	ROW(MEMORY_FIXED, "memory.fixed", "B", LOWER, DIFF, "PSS of daemons that serve all instances, once per set", E),
	ROW(MEMORY_MAPPED_FILES, "memory.mapped_files", "B", LOWER, DIFF, "PSS of mapped files: page cache that MemAvailable does not charge; a memo beside the ledger"),
	ROW(MEMORY_VMM_VIRTUAL, "memory.vmm_virtual", "B", LOWER, DIFF, "virtual size of the VMM's writable mappings less guest RAM and translation buffer: the overhead as NSDI'20 counts it"),
	ROW(MEMORY_VMM_RESIDENT, "memory.vmm_resident", "B", LOWER, DIFF, "resident size of the same process less guest RAM and translation buffer"),
	ROW(MEMORY_PART_WORKLOAD, "memory.part_workload", "B", LOWER, DIFF, "ledger: anonymous and shared memory of the workload's own processes, as seen inside, and files in its tmpfs"),
	ROW(MEMORY_PART_GUEST_KERNEL, "memory.part_guest_kernel", "B", LOWER, DIFF, "ledger: used in the guest by neither processes nor page cache: reserved at boot, slab, stacks, page tables, per-CPU"),
	ROW(MEMORY_PART_GUEST_USERLAND, "memory.part_guest_userland", "B", LOWER, DIFF, "ledger: anonymous memory of the guest's processes other than the workload's"),
	ROW(MEMORY_PART_GUEST_CACHE, "memory.part_guest_cache", "B", LOWER, DIFF, "ledger: the guest's page cache and tmpfs, the unpacked initramfs in it"),
	ROW(MEMORY_PART_GUEST_FREED, "memory.part_guest_freed", "B", LOWER, DIFF, "ledger: resident guest RAM that the guest does not use: touched once, then freed inside"),
	ROW(MEMORY_PART_VMM, "memory.part_vmm", "B", LOWER, DIFF, "ledger: anonymous memory of the VMM without guest RAM and translation buffer"),
	ROW(MEMORY_PART_TRANSLATION, "memory.part_translation", "B", LOWER, DIFF, "ledger: resident translation buffer under TCG"),
	ROW(MEMORY_PART_KERNEL, "memory.part_kernel", "B", LOWER, DIFF, "ledger: kernel memory charged to the cgroup since just before the start: page tables, slab, stacks, sockets"),
	ROW(MEMORY_PART_KERNEL_OUTSIDE, "memory.part_kernel_outside", "B", LOWER, DIFF, "ledger: kernel memory made for it that no cgroup is charged with (network namespace, links): rise of the host's unreclaimable slab, stacks, page tables, per-CPU less part_kernel; other work on the host is in it"),
	ROW(MEMORY_PART_RUNTIME, "memory.part_runtime", "B", LOWER, DIFF, "ledger: anonymous memory of agent and helpers, and what shared daemons grew by"),
	ROW(MEMORY_PART_RESIDUAL, "memory.part_residual", "B", NEITHER, DIFF, "ledger: memory.host_delta, which formed no part, less the sum of all parts", D),
	ROW(MEMORY_TARE_PSS, "memory.tare_pss", "B", LOWER, DIFF, "memory.pss less the base arm's in the same block", D),
	ROW(MEMORY_TARE, "memory.tare", "B", LOWER, DIFF, "what one more instance takes from the machine beyond the base arm, kernel memory included", D),
	ROW(PROCESSES_HOST, "processes.host", "1", LOWER, DIFF, "user processes on the host that belong to the instance", X),
	ROW(PROCESSES_THREADS, "processes.threads", "1", LOWER, DIFF, "their threads beyond the main ones", X),
	ROW(PROCESSES_HOST_KERNEL, "processes.host_kernel", "1", LOWER, DIFF, "kernel threads made for it outside its cgroup", X),
	ROW(PROCESSES_GUEST_USER, "processes.guest_user", "1", LOWER, DIFF, "user processes of the guest's own kernel", X),
	ROW(PROCESSES_GUEST_KERNEL, "processes.guest_kernel", "1", LOWER, DIFF, "kernel threads of the guest's own kernel, without its pools of kworkers", X),
	ROW(PROCESSES_GUEST_POOL, "processes.guest_pool", "1", NEITHER, DIFF, "kworkers of the guest's own kernel: a pool that comes and goes, in no total"),
	ROW(PROCESSES_TOTAL, "processes.total", "1", LOWER, DIFF, "host + host_kernel + guest_user + guest_kernel", X),
	ROW(PROCESSES_TARE, "processes.tare", "1", LOWER, DIFF, "total less the workload's own processes; tare's agent beside them counts as 1 in every arm, the bare process too", X),
	ROW(PROCESSES_FIXED, "processes.fixed", "1", LOWER, DIFF, "processes of daemons serving the whole set", X, E),
	ROW(BOOT_PREPARE, "boot.prepare", "s", LOWER, RATIO, "cgroup, address, link, sockets of one instance: outside the clock; what is made once a run is open_seconds of its arm in run.json", T),
	ROW(BOOT_ENGINE, "boot.engine", "s", LOWER, RATIO, "start request until the container engine has executed the instance's shim: the engine's share", T),
	ROW(BOOT_SHIM, "boot.shim", "s", LOWER, RATIO, "until the shim has executed the OCI runtime; from there to boot.spawn it is the runtime, with the hook in which the engine makes the network", T),
	ROW(BOOT_SPAWN, "boot.spawn", "s", LOWER, RATIO, "start request until the instance's root process has been executed", T),
	ROW(BOOT_RUNNING, "boot.running", "s", LOWER, RATIO, "until libvirt has asked QEMU, which stands still meanwhile, what it wants to know, and lets it run", T),
	ROW(BOOT_KERNEL, "boot.kernel", "s", LOWER, RATIO, "until the first byte of the guest kernel's early console", T),
	ROW(BOOT_INIT, "boot.init", "s", LOWER, RATIO, "until the first byte PID 1 inside sends", T),
	ROW(BOOT_READY, "boot.ready", "s", LOWER, RATIO, "until the workload accepts work", T),
	ROW(BOOT_FIRST_RESPONSE, "boot.first_response", "s", LOWER, RATIO, "until a client outside has the complete answer to its first request", T),
	ROW(BOOT_CPU, "boot.cpu", "s", LOWER, RATIO, "CPU time of instance and harness together until ready", T),
	ROW(BOOT_STOP, "boot.stop", "s", LOWER, RATIO, "stop request until its processes are gone; removing groups, links and libvirt's record of it comes after", T),
	ROW(NETWORK_RX, "network.rx", "bit/s", HIGHER, RATIO, "one TCP stream into the instance, payload counted by the receiver", T),
	ROW(NETWORK_TX, "network.tx", "bit/s", HIGHER, RATIO, "one TCP stream out of the instance", T),
	ROW(NETWORK_HTTP, "network.http", "bit/s", HIGHER, RATIO, "a large HTTP body fetched by libcurl", T),
	ROW(NETWORK_HTTP_TTFB, "network.http_ttfb", "s", LOWER, RATIO, "time to the first byte of a small HTTP body", T),
	ROW(NETWORK_RR_P50, "network.rr_p50", "s", LOWER, RATIO, "request and response of a few bytes on one connection: median", T),
	ROW(NETWORK_RR_P99, "network.rr_p99", "s", LOWER, RATIO, "the same: 99th percentile", T),
	ROW(NETWORK_CONNECTS, "network.connects", "1/s", HIGHER, RATIO, "connections opened, used once, closed", T),
	ROW(NETWORK_CPU, "network.cpu", "s/GiB", LOWER, RATIO, "CPU time per GiB moved: instance, peer and the rest of the host", T),
	ROW(NETWORK_CPU_INSTANCE, "network.cpu_instance", "s/GiB", LOWER, RATIO, "the instance's part of it", T),
	ROW(NETWORK_CPU_PEER, "network.cpu_peer", "s/GiB", LOWER, RATIO, "the peer's part of it", T),
	ROW(NETWORK_CPU_REST, "network.cpu_rest", "s/GiB", LOWER, DIFF, "the rest of the host's part of it, less idle", T),
	ROW(NETWORK_PPS, "network.pps", "1/s", HIGHER, RATIO, "datagrams of 64 B that arrive per second when the sender sends as fast as it can: the worse of both directions", T),
	ROW(NETWORK_LOSS, "network.loss", "1", LOWER, DIFF, "share of 2000 datagrams of 64 B a second that do not arrive, both directions together", T),
	ROW(PATH_FORWARDED, "path.forwarded", "1", NEITHER, DIFF, "packets between the two guests that passed the host's IP forward hook: 0 where the bridge alone switches them", X),
	ROW(PATH_SWITCHED, "path.switched", "1", NEITHER, DIFF, "1: the bridge has learnt both guests' MAC addresses, each at its own port", X),
	ROW(PATH_REWRITTEN, "path.rewritten", "1", NEITHER, DIFF, "1: the far end sees another source address than the instance's", X),
	ROW(PATH_TTL_DROP, "path.ttl_drop", "1", NEITHER, DIFF, "routers on the way: what the far end misses of the TTL that a datagram left with", X),
	ROW(PATH_HOPS, "path.hops", "1", NEITHER, DIFF, "links that a frame passes, both ends' NICs and the bridge counted", X),
	ROW(PATH_RR_BRIDGE, "path.rr_bridge", "s", LOWER, RATIO, "median round trip to the host's own end of the bridge: the first part of the way that network.rr_p50 is the whole of", T),
	ROW(ADDRESS_FOREIGN, "address.foreign", "1", LOWER, DIFF, "processes of the set that read another's value at the address where they wrote their own: 0 with address spaces of their own", X),
	ROW(ADDRESS_FOREIGN_SHARED, "address.foreign_shared", "1", NEITHER, DIFF, "the same over a shared memfd: the control, which must find some", X),
	ROW(VIRTUAL_PROMISED, "virtual.promised", "B", NEITHER, DIFF, "address space mapped by one process, at the end of the curve"),
	ROW(VIRTUAL_LIMIT, "virtual.limit", "B", NEITHER, DIFF, "memory that it may use: the group's limit, or all that its kernel has"),
	ROW(VIRTUAL_TOUCHED, "virtual.touched", "B", NEITHER, DIFF, "part of the mapping that it wrote to"),
	ROW(VIRTUAL_RESIDENT, "virtual.resident", "B", NEITHER, DIFF, "part of the mapping that is in RAM"),
	ROW(VIRTUAL_SWAPPED, "virtual.swapped", "B", NEITHER, DIFF, "part of the mapping that is in swap"),
	ROW(VIRTUAL32_TOLD, "virtual32.told", "B", NEITHER, DIFF, "bytes that a 32-bit pointer can tell apart: 4 GiB"),
	ROW(VIRTUAL32_GRANTED, "virtual32.granted", "B", NEITHER, DIFF, "address space that a 32-bit process got before it was refused"),
	ROW(VIRTUAL32_TOUCHED, "virtual32.touched", "B", NEITHER, DIFF, "part of it that it wrote to"),
	ROW(VIRTUAL32_RESIDENT, "virtual32.resident", "B", NEITHER, DIFF, "part of it that is in RAM"),
	ROW(IDENTITY_OWN, "identity.own", "1", NEITHER, DIFF, "aspects of its identity, seen from inside, that are not the host's", X),
	ROW(IDENTITY_SHARED, "identity.shared", "1", NEITHER, DIFF, "aspects of its identity, seen from inside, that are the host's", X),
	ROW(KERNEL_MODULE_LOADED, "kernel.module_loaded", "1", NEITHER, DIFF, "1: it could load a module into its kernel", X),
	ROW(KERNEL_OWN_RELEASE, "kernel.own_release", "1", NEITHER, DIFF, "1: its kernel's release is not the host's", X),
	ROW(KERNEL_INSTANCES, "kernel.instances", "1", LOWER, DIFF, "different boot_ids over the set: how many kernels run it", X),
	ROW(MEMORY_SHARED_TEXT, "memory.shared_text", "B", NEITHER, DIFF, "RSS less PSS: resident pages it shares with others"),
	ROW(RUNTIME_SYSCALLS, "runtime.syscalls", "1/s", LOWER, DIFF, "system calls of the runtime that serves the instances while they work hard, less idle", T),
	ROW(RUNTIME_CPU, "runtime.cpu", "1", LOWER, DIFF, "CPUs the same takes while they work hard, less idle", T),
	ROW(RUNTIME_SURVIVES_STOP, "runtime.survives_stop", "1", NEITHER, DIFF, "1: the instances work on while their runtime is stopped", X),
	ROW(RUNTIME_SUPERVISED_SURVIVES_STOP, "runtime.supervised_survives_stop", "1", NEITHER, DIFF, "the same for a process whose system calls do pass a supervisor: the control, which must be 0", X),
};
/* clang-format on */

int metric_find(const char *name)
{
	for (int i = 0; i < METRIC_COUNT; i++)
		if (!strcmp(metrics[i].name, name))
			return i;
	return -1;
}
