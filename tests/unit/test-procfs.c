/* test-procfs.c - readers of /proc on captured trees, on malformed files, and on this very machine. */
#include "procfs.h"

#include "tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

#define KIB 1024u

static void meminfo_of_a_capture(void **state)
{
	cleanup_close int root = tree_captured("v2");
	struct error err = ERROR_INIT;
	struct meminfo m;

	(void)state;
	assert_int_equal(proc_meminfo(root, &m, &err), 0);
	assert_int_equal(m.total, 8139224ull * KIB);
	assert_int_equal(m.free, 6402180ull * KIB);
	assert_int_equal(m.available, 7418092ull * KIB);
	assert_int_equal(m.cached, 1063620ull * KIB);
	assert_int_equal(m.anon, 213884ull * KIB);
	assert_int_equal(m.shmem, 9160ull * KIB);
	assert_int_equal(m.slab, 130372ull * KIB);
	assert_int_equal(m.sunreclaim, 68160ull * KIB);
	assert_int_equal(m.kernel_stack, 4128ull * KIB);
	assert_int_equal(m.page_tables, 5240ull * KIB);
	assert_int_equal(m.swap_total, 1000444ull * KIB);
	assert_int_equal(m.swap_free, 999932ull * KIB);
}

static void per_cpu_pages_are_summed(void **state)
{
	cleanup_close int root = tree_captured("v2");
	uint64_t bytes = 0, available = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_int_equal(proc_percpu_pages(root, &bytes, NULL), 0);
	assert_int_equal(bytes, (11 + 300 + 89) * page);
	assert_int_equal(proc_host_available(root, &available, NULL), 0);
	assert_int_equal(available, 7418092ull * KIB + bytes);
}

static void host_counters(void **state)
{
	cleanup_close int root = tree_captured("v2");
	double hz = (double)sysconf(_SC_CLK_TCK);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct host_cpu c;
	struct host_vm v;

	(void)state;
	assert_int_equal(proc_host_cpu(root, &c, NULL), 0);
	assert_float_equal((float)c.user, (float)(1000 / hz), 1e-6f);
	assert_float_equal((float)c.iowait, (float)(50 / hz), 1e-6f);
	assert_float_equal((float)c.steal, (float)(80 / hz), 1e-6f);
	assert_float_equal((float)c.guest, (float)(500 / hz), 1e-6f);
	assert_float_equal((float)c.busy, (float)((1000 + 200 + 300 + 60 + 70) / hz),
		1e-6f); /* guest not added */
	assert_int_equal(proc_host_vm(root, &v, NULL), 0);
	assert_int_equal(v.swap_in, 3 * page);
	assert_int_equal(v.swap_out, 5 * page);
	assert_int_equal(v.major_faults, 17);
}

static void memory_of_an_emulator(void **state)
{
	cleanup_close int root = tree_captured("hybrid");
	struct process_memory m = {.pss = 7, .uss = 8};
	bool gone = true;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(proc_memory_add(root, 4242, &m, &gone, &err), 0);
	assert_false(gone);
	assert_int_equal(m.pss, 7 + 41806 * KIB); /* added, not set */
	assert_int_equal(m.uss, 8 + (20004 + 21436) * KIB);
	assert_int_equal(m.rss, 43476 * KIB);
	assert_int_equal(m.virtual, 323919872);
	assert_int_equal(m.pss_anon, 21436 * KIB);
	assert_int_equal(m.pss_file, 20370 * KIB);
	assert_int_equal(m.pss_shmem, 0);
	assert_int_equal(m.hugetlb, 0);
	/* The one rwxp mapping is the translation buffer. */
	assert_int_equal(m.writable_code, 2048 * KIB);
}

static void gone_is_told_apart_from_broken(void **state)
{
	cleanup_close int root = tree_captured("hybrid");
	struct process_memory m = {0};
	struct process_stat st = {.pid = 5};
	bool gone = false;
	uint64_t ns = 5;

	(void)state;
	assert_int_equal(proc_memory_add(root, 999, &m, &gone, NULL), 0);
	assert_true(gone);
	assert_int_equal(m.pss, 0);
	gone = false;
	assert_int_equal(proc_stat(root, 999, &st, &gone, NULL), 0);
	assert_true(gone);
	assert_int_equal(st.pid, 5);
	gone = false;
	assert_int_equal(proc_cpu_ns(root, 999, &ns, &gone, NULL), 0);
	assert_true(gone);
	assert_int_equal(ns, 5);
}

static void stat_of_captures(void **state)
{
	cleanup_close int root = tree_captured("hybrid");
	struct process_stat st;
	bool gone = true;
	uint64_t ns;
	pid_t *pids;
	size_t n;

	(void)state;
	assert_int_equal(proc_stat(root, 4242, &st, &gone, NULL), 0);
	assert_false(gone);
	assert_int_equal(st.pid, 4242);
	assert_int_equal(st.ppid, 4200);
	assert_string_equal(st.comm, "qemu-system-x86");
	assert_int_equal(st.state, 'S');
	assert_false(st.kernel_thread);
	assert_int_equal(st.threads, 3);
	assert_int_equal(st.start_ticks, 293433);
	assert_int_equal(st.major_faults, 43);
	assert_int_equal(proc_stat(root, 2, &st, &gone, NULL), 0);
	assert_true(st.kernel_thread);
	assert_string_equal(st.comm, "kthreadd");
	assert_int_equal(proc_cpu_ns(root, 4242, &ns, &gone, NULL), 0);
	assert_int_equal(ns, 57717260 + 2333128 + 50686533);
	assert_int_equal(proc_pids(root, &pids, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(pids[0], 2);
	assert_int_equal(pids[1], 4242);
	free(pids);
}

static void odd_process_names(void **state)
{
	static const char rest[] =
		" S 1 1 1 0 -1 4194304 107 0 9 0 0 0 0 0 -20 -5 2 0 33 3133440 376\n";
	struct tree t = tree_new();
	struct process_stat st;
	bool gone;

	(void)state;
	cleanup_free char *odd = xasprintf("77 (a) R 2 (b)%s", rest);
	tree_put(&t, "proc/77/stat", odd);
	assert_int_equal(proc_stat(t.fd, 77, &st, &gone, NULL), 0);
	assert_string_equal(st.comm, "a) R 2 (b");
	assert_int_equal(st.state, 'S');
	assert_int_equal(st.threads, 2);
	assert_int_equal(st.start_ticks, 33);
	assert_int_equal(st.major_faults, 9);
	cleanup_free char *longest = xasprintf("77 (%0100d)%s", 1, rest);
	tree_put(&t, "proc/77/stat", longest);
	assert_int_equal(proc_stat(t.fd, 77, &st, &gone, NULL), 0);
	assert_int_equal(strlen(st.comm), 63);
	tree_free(&t);
}

static void strangers_are_counted_by_binary(void **state)
{
	struct tree t = tree_new();
	pid_t ours[] = {10, 11};
	unsigned count = 99;

	(void)state;
	tree_put(&t, "bin/qemu", "1");
	tree_put(&t, "bin/other", "2");
	for (int i = 10; i < 16; i++) {
		cleanup_free char *stat_path = xasprintf("proc/%d/stat", i);
		cleanup_free char *exe = xasprintf("proc/%d/exe", i);

		tree_put(&t, stat_path, "x");
		if (i != 15) /* a kernel thread has none */
			assert_int_equal(symlinkat(i == 14 ? "../../bin/other" : "../../bin/qemu",
						 t.fd, exe),
				0);
	}
	assert_int_equal(proc_strangers_with_binary(t.fd, 10, ours, 2, &count, NULL), 0);
	assert_int_equal(count, 2); /* 12 and 13 */
	tree_free(&t);
}

/* Each malformed file is an error that names it, and leaves *out alone. */
struct bad {
	const char *path, *text, *message;
	int (*read)(int root, void *out, struct error *err);
	size_t size;
};

static int read_meminfo(int root, void *out, struct error *err)
{
	return proc_meminfo(root, out, err);
}

/* The kernel leaves out min(cache / 2, low watermarks): 20 pages of cache and a sum of 10 are the edge. */
static void page_cache_is_counted_by_halves(void **state)
{
	static const struct {
		const char *meminfo, *zoneinfo;
		int rc;
		bool halved;
	} rows[] = {
		{"Active(file): 40 kB\nInactive(file): 40 kB\n",
			"  min 3\n  low 4\n  high 9\n  low      6\n", 0, false},
		{"Active(file): 40 kB\nInactive(file): 39 kB\n",
			"  min 3\n  low 4\n  high 9\n  low      6\n", 0, true},
		{"Active(file): 40 kB\n", "  low 4\n", -1, false},
		{"Active(file): 40 kB\nInactive(file): 40 kB\n", "  high 4\n", -1, false},
		{"Active(file): 40 kB\nInactive(file): 40 kB\n", "  low x\n", -1, false},
	};
	int captured = tree_captured("hybrid");
	bool halved = true;

	(void)state;
	assert_int_equal(proc_cache_halved(captured, &halved, NULL), 0);
	assert_false(halved);
	close(captured);
	if (sysconf(_SC_PAGESIZE) != 4096)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree t = tree_new();

		tree_put(&t, "proc/meminfo", rows[i].meminfo);
		tree_put(&t, "proc/zoneinfo", rows[i].zoneinfo);
		halved = false;
		assert_int_equal(proc_cache_halved(t.fd, &halved, NULL), rows[i].rc);
		assert_int_equal(halved, rows[i].halved);
		tree_free(&t);
	}
}

static int read_zoneinfo(int root, void *out, struct error *err)
{
	return proc_percpu_pages(root, out, err);
}

static int read_cpu(int root, void *out, struct error *err)
{
	return proc_host_cpu(root, out, err);
}

static int read_vm(int root, void *out, struct error *err)
{
	return proc_host_vm(root, out, err);
}

static int read_stat(int root, void *out, struct error *err)
{
	bool gone = false;

	return proc_stat(root, 7, out, &gone, err);
}

static int read_cpu_ns(int root, void *out, struct error *err)
{
	bool gone = false;

	return proc_cpu_ns(root, 7, out, &gone, err);
}

static int read_memory(int root, void *out, struct error *err)
{
	bool gone = false;

	return proc_memory_add(root, 7, out, &gone, err);
}

#define MEMINFO(rest) "MemTotal: 1 kB\nMemFree: 1 kB\n" rest
#define ROLLUP                                                                                     \
	"1-2 ---p 0 00:00 0 [rollup]\nRss: 4 kB\nPss: 4 kB\nPss_Anon: 0 kB\nPss_File: 0 kB\n"      \
	"Pss_Shmem: 0 kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: 0 kB\nShared_Hugetlb: 0 kB\n"        \
	"Private_Hugetlb: 0 kB\nSwap: 0 kB\n"

static const struct bad bads[] = {
	{"none", "", "/proc/meminfo: cannot read: No such file or directory", read_meminfo,
		sizeof(struct meminfo)},
	{"proc/meminfo", "",
		"/proc/meminfo: MemTotal is missing, expected a line \"MemTotal: N kB\"",
		read_meminfo, sizeof(struct meminfo)},
	{"proc/meminfo", MEMINFO(""),
		"/proc/meminfo: MemAvailable is missing, expected a line \"MemAvailable: N kB\"",
		read_meminfo, sizeof(struct meminfo)},
	{"proc/meminfo", MEMINFO("MemAvailable: -5 kB\n"),
		"/proc/meminfo: MemAvailable is malformed, got \"MemAvailable: -5 kB\", expected a number in kB",
		read_meminfo, sizeof(struct meminfo)},
	{"proc/meminfo", MEMINFO("MemAvailable: 5 MB\n"),
		"/proc/meminfo: MemAvailable is malformed, got \"MemAvailable: 5 MB\", expected a number in kB",
		read_meminfo, sizeof(struct meminfo)},
	{"proc/meminfo", MEMINFO("MemAvailable: 18446744073709551615 kB\n"),
		"/proc/meminfo: MemAvailable is malformed, got \"MemAvailable: 18446744073709551615 kB\", "
		"expected a number in kB",
		read_meminfo, sizeof(struct meminfo)},
	{"proc/meminfo", MEMINFO("MemTotal: 2 kB\n"),
		"/proc/meminfo: MemTotal is malformed, got \"MemTotal: 2 kB\", expected it only once",
		read_meminfo, sizeof(struct meminfo)},
	{"proc/zoneinfo", "Node 0, zone DMA\n  pages free 1\n",
		"/proc/zoneinfo: no per-CPU page counts, expected lines \"count: N\"",
		read_zoneinfo, 8},
	{"proc/zoneinfo", "    cpu: 0\n              count: x\n",
		"/proc/zoneinfo: count is malformed, got \"count: x\", expected a number",
		read_zoneinfo, 8},
	{"proc/stat", "cpu0 1 2 3 4 5 6 7 8 9 10\n",
		"/proc/stat: the first line is malformed, got \"cpu0 1 2 3 4 5 6 7 8 9 10\", expected "
		"\"cpu\" and ten numbers",
		read_cpu, sizeof(struct host_cpu)},
	{"proc/stat", "cpu 1 2 3 4 5 6 7 8 9\ncpu0 1\n",
		"/proc/stat: the first line is malformed, got \"cpu 1 2 3 4 5 6 7 8 9\", expected "
		"\"cpu\" and ten numbers",
		read_cpu, sizeof(struct host_cpu)},
	{"proc/vmstat", "pswpin 1\npswpout 2\n",
		"/proc/vmstat: pgmajfault is missing, expected a line \"pgmajfault N\"", read_vm,
		sizeof(struct host_vm)},
	{"proc/7/stat", "7 (x) S 1 2 3\n",
		"/proc/7/stat: the content is malformed, got \"7 (x) S 1 2 3\", expected \"PID (NAME) STATE\" "
		"and at least 19 numbers, as in proc(5)",
		read_stat, sizeof(struct process_stat)},
	{"proc/7/stat", "8 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\n",
		"/proc/7/stat: the content is malformed, got "
		"\"8 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\", expected the same pid as in "
		"its path",
		read_stat, sizeof(struct process_stat)},
	{"proc/7/task/7/schedstat", "12 x 3\n",
		"/proc/7/task/7/schedstat: the content is malformed, got \"12 x 3\", expected three numbers",
		read_cpu_ns, 8},
	{"proc/7/stat", "",
		"/proc/7/task: no thread has a readable schedstat, expected one; the kernel needs "
		"CONFIG_SCHED_INFO",
		read_cpu_ns, 8},
	{"proc/7/smaps_rollup", "1-2 ---p 0 00:00 0 [rollup]\nRss: 4 kB\n",
		"/proc/7/smaps_rollup: Pss is missing, expected a line \"Pss: N kB\"", read_memory,
		sizeof(struct process_memory)},
};

static void malformed_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bads); i++) {
		struct tree t = tree_new();
		struct error err = ERROR_INIT;
		unsigned char out[512], before[512];

		memset(out, 0x5a, sizeof(out));
		memcpy(before, out, sizeof(out));
		tree_put(&t, bads[i].path, bads[i].text);
		assert_int_equal(bads[i].read(t.fd, out, &err), -1);
		assert_string_equal(err.text, bads[i].message);
		assert_memory_equal(out, before, sizeof(out));
		tree_free(&t);
	}
}

static void malformed_memory_maps(void **state)
{
	struct tree t = tree_new();
	struct process_memory m = {0};
	struct error err = ERROR_INIT;
	bool gone;

	(void)state;
	tree_put(&t, "proc/7/smaps_rollup", ROLLUP);
	tree_put(&t, "proc/7/status", "Name:\tx\n");
	assert_int_equal(proc_memory_add(t.fd, 7, &m, &gone, &err), -1);
	assert_string_equal(
		err.text, "/proc/7/status: VmSize is missing, expected a line \"VmSize: N kB\"");
	tree_put(&t, "proc/7/status", "Name:\tx\nVmSize:\t   8 kB\n");
	tree_put(&t, "proc/7/maps", "1000-2000 rwxp 00000000 00:00 0\n");
	tree_put(&t, "proc/7/smaps", "1000-2000 rwxp 00000000 00:00 0\nSize: 4 kB\n");
	err = (struct error)ERROR_INIT;
	assert_int_equal(proc_memory_add(t.fd, 7, &m, &gone, &err), -1);
	assert_string_equal(
		err.text, "/proc/7/smaps: a mapping has no Rss, expected a line \"Rss: N kB\"");
	tree_put(&t, "proc/7/maps", "garbage\n");
	err = (struct error)ERROR_INIT;
	assert_int_equal(proc_memory_add(t.fd, 7, &m, &gone, &err), -1);
	assert_string_equal(err.text,
		"/proc/7/maps: a line is malformed, got \"garbage\", expected "
		"\"FROM-TO rwxp OFFSET DEV INODE\"");
	assert_int_equal(m.pss, 0); /* untouched by all three */
	tree_free(&t);
}

/* A child that holds what the figures must show: 8 MiB of its own, 2 MiB of code that it may write. */
static pid_t known_child(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		char *data = mmap(
			NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		char *code = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		memset(data, 1, 8 << 20);
		memset(code, 0xc3, 2 << 20);
		(void)!write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void live_process(void **state)
{
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct process_memory m = {0}, before;
	struct process_stat st;
	pid_t pid = known_child();
	bool gone = true;
	uint64_t ns = 0;

	(void)state;
	assert_int_equal(proc_memory_add(root, pid, &m, &gone, NULL), 0);
	assert_false(gone);
	assert_in_range(m.uss, 10u << 20, 14u << 20);
	assert_int_equal(m.writable_code, 2u << 20);
	assert_true(m.pss >= m.uss && m.rss >= m.pss && m.virtual >= m.rss);
	assert_int_equal(proc_stat(root, pid, &st, &gone, NULL), 0);
	assert_int_equal(st.ppid, getpid());
	assert_int_equal(st.threads, 1);
	assert_int_equal(st.start_ticks, process_start_time(pid));
	assert_int_equal(proc_cpu_ns(root, pid, &ns, &gone, NULL), 0);
	assert_in_range(ns, 100000, 5000000000ull);
	/* A zombie still has a stat but no memory. */
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	before = m;
	assert_int_equal(proc_memory_add(root, pid, &m, &gone, NULL), 0);
	assert_true(gone);
	assert_memory_equal(&m, &before, sizeof(m));
	waitpid(pid, NULL, 0);
	assert_int_equal(proc_stat(root, pid, &st, &gone, NULL), 0);
	assert_true(gone);
}

static void live_host(void **state)
{
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct error err = ERROR_INIT;
	struct meminfo m;
	struct host_cpu c;
	struct host_vm v;
	uint64_t available;
	unsigned strangers;
	pid_t self = getpid();

	(void)state;
	assert_int_equal(proc_meminfo(root, &m, &err), 0);
	assert_int_equal(proc_host_available(root, &available, &err), 0);
	assert_in_range(available, 1u << 20, m.total);
	assert_int_equal(proc_host_cpu(root, &c, &err), 0);
	assert_true(c.busy > 0 && c.idle > 0);
	assert_int_equal(proc_host_vm(root, &v, &err), 0);
	assert_int_equal(proc_strangers_with_binary(root, self, &self, 1, &strangers, &err), 0);
	assert_int_equal(strangers, 0);
}

/* The capture holds no guest RAM: its heap, of which the size is known, stands for it. */
static void mappings_of_a_machine_monitor(void **state)
{
	cleanup_close int root = tree_captured("hybrid");
	struct process_mappings m = {.buffer = 5};
	bool gone = true;

	(void)state;
	assert_int_equal(proc_mappings_add(root, 4242, 14832 * KIB, &m, &gone, NULL), 0);
	assert_false(gone);
	assert_int_equal(m.ram_areas, 1);
	assert_int_equal(m.ram_anon, 4064 * KIB);
	assert_int_equal(m.ram_shmem, 0);
	assert_int_equal(m.buffer, 5 + 2048 * KIB); /* added, not set */
	assert_int_equal(m.rest_anon, (1004 + 1212 + 16) * KIB);
	assert_int_equal(m.rest_resident, (4124 + 4972 + 1560 + 1004 + 1212 + 16) * KIB);
	assert_int_equal(m.rest_writable, (3748 + 132) * KIB);
	m = (struct process_mappings){0};
	assert_int_equal(proc_mappings_add(root, 4242, 0, &m, &gone, NULL), 0);
	assert_int_equal(m.ram_areas, 0);
	assert_int_equal(m.rest_anon, (1004 + 1212 + 4064 + 16) * KIB);
	assert_int_equal(proc_mappings_add(root, 999, 0, &m, &gone, NULL), 0);
	assert_true(gone);
}

#define AREA(head, rss, anon, huge)                                                                \
	head "\nSize: 4 kB\nRss: " rss " kB\nAnonymous: " anon " kB\nShared_Hugetlb: " huge        \
	     " kB\nPrivate_Hugetlb: 0 kB\nVmFlags: rd wr\n"

/* Split RAM is put together; whole RAM beside another mapping is not joined with it. memfd and huge pages. */
static void guest_ram_in_pieces_and_kinds(void **state)
{
	static const struct {
		const char *smaps;
		unsigned areas;
		uint64_t anon, shmem, huge, rest;
	} rows[] = {
		{AREA("10000-14000 rw-p 00000000 00:00 0", "8", "8", "0")
				AREA("14000-20000 rw-p 00000000 00:00 0", "12", "12", "0"),
			1, 20, 0, 0, 0},
		{AREA("10000-20000 rw-p 00000000 00:00 0", "60", "60", "0")
				AREA("20000-24000 rw-p 00000000 00:00 0 ", "7", "7", "0"),
			1, 60, 0, 0, 7},
		{AREA("10000-20000 rw-s 00000000 00:01 7 /memfd:ram (deleted)", "40", "0", "0"), 1,
			0, 40, 0, 0},
		{AREA("10000-20000 rw-s 00000000 00:0f 7 /dev/hugepages/x (deleted)", "0", "0",
			 "64"),
			1, 0, 0, 64, 0},
		{AREA("10000-20000 r--p 00000000 00:00 0", "60", "60", "0"), 0, 0, 0, 0, 60},
		{AREA("10000-20000 rw-p 00000000 00:00 0", "3", "3", "0")
				AREA("30000-40000 rw-p 00000000 00:00 0", "4", "4", "0"),
			2, 7, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree t = tree_new();
		struct process_mappings m = {0};
		bool gone = true;

		tree_put(&t, "proc/7/smaps", rows[i].smaps);
		assert_int_equal(proc_mappings_add(t.fd, 7, 0x10000, &m, &gone, NULL), 0);
		assert_int_equal(m.ram_areas, rows[i].areas);
		assert_int_equal(m.ram_anon, rows[i].anon * KIB);
		assert_int_equal(m.ram_shmem, rows[i].shmem * KIB);
		assert_int_equal(m.ram_hugetlb, rows[i].huge * KIB);
		assert_int_equal(m.rest_anon, rows[i].rest * KIB);
		tree_free(&t);
	}
}

static void malformed_mappings(void **state)
{
	static const char *const texts[] = {"x\n", "10000-20000 rw-p 00000000 00:00 0\n",
		"10000-20000 rw-p 00000000 00:00 0\nRss: 4 kB\n",
		"20000-10000 rw-p 00000000 00:00 0\nRss: 4 kB\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct tree t = tree_new();
		struct process_mappings m = {.rest_anon = 3};
		struct error err = ERROR_INIT;
		bool gone = true;

		tree_put(&t, "proc/7/smaps", texts[i]);
		assert_int_equal(proc_mappings_add(t.fd, 7, 0, &m, &gone, &err), -1);
		assert_memory_equal(err.text, "/proc/7/smaps: ", 15);
		assert_int_equal(m.rest_anon, 3);
		tree_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_cache_is_counted_by_halves),
		cmocka_unit_test(mappings_of_a_machine_monitor),
		cmocka_unit_test(guest_ram_in_pieces_and_kinds),
		cmocka_unit_test(malformed_mappings),
		cmocka_unit_test(meminfo_of_a_capture),
		cmocka_unit_test(per_cpu_pages_are_summed),
		cmocka_unit_test(host_counters),
		cmocka_unit_test(memory_of_an_emulator),
		cmocka_unit_test(gone_is_told_apart_from_broken),
		cmocka_unit_test(stat_of_captures),
		cmocka_unit_test(odd_process_names),
		cmocka_unit_test(strangers_are_counted_by_binary),
		cmocka_unit_test(malformed_files),
		cmocka_unit_test(malformed_memory_maps),
		cmocka_unit_test(live_process),
		cmocka_unit_test(live_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
