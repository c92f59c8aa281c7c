/* procfs.c - the system-wide files of /proc: meminfo, zoneinfo, stat, vmstat. To read another figure,
 * add a field to the struct in procfs.h and one line to its table here. */
#include "procfs.h"

#include "strict-text.h"
#include "util.h"

#include <string.h>

int proc_meminfo(int root, struct meminfo *out, struct error *err)
{
	struct meminfo m = {0};
	struct text_field fields[] = {
		{.key = "MemTotal", .out = &m.total},
		{.key = "MemFree", .out = &m.free},
		{.key = "MemAvailable", .out = &m.available},
		{.key = "Cached", .out = &m.cached},
		{.key = "AnonPages", .out = &m.anon},
		{.key = "Shmem", .out = &m.shmem},
		{.key = "Slab", .out = &m.slab},
		{.key = "SUnreclaim", .out = &m.sunreclaim},
		{.key = "KernelStack", .out = &m.kernel_stack},
		{.key = "PageTables", .out = &m.page_tables},
		{.key = "Percpu", .out = &m.percpu, .optional = true},
		{.key = "SwapTotal", .out = &m.swap_total},
		{.key = "SwapFree", .out = &m.swap_free},
	};
	cleanup_free char *text = text_read(root, "proc/meminfo", "/proc/meminfo", err);

	if (!text ||
		text_fields(
			"/proc/meminfo", text, &text_colon_kb, fields, ARRAY_SIZE(fields), err) < 0)
		return -1;
	*out = m;
	return 0;
}

/* Sum of the zones' "low" lines, in pages. */
static int low_watermarks(int root, uint64_t *pages, struct error *err)
{
	static const char where[] = "/proc/zoneinfo";
	cleanup_free char *text = text_read(root, "proc/zoneinfo", where, err);
	unsigned lines = 0;

	*pages = 0;
	for (const char *line = text; line; line = text_next(line)) {
		const char *key = line + strspn(line, " ");
		uint64_t low;

		if (strncmp(key, "low ", 4) != 0)
			continue;
		if (text_numbers(key + 4 + strspn(key + 4, " "), &low, 1) < 0)
			return text_malformed(where, "a low watermark", line, "\"low N\"", err);
		*pages += low;
		lines++;
	}
	if (text && !lines)
		return error_set(err, EXIT_INTERNAL,
			"%s: no low watermarks, expected lines \"low N\"", where);
	return text ? 0 : -1;
}

int proc_cache_halved(int root, bool *halved, struct error *err)
{
	static const char where[] = "/proc/meminfo";
	uint64_t low, active = 0, inactive = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct text_field fields[] = {{.key = "Active(file)", .out = &active},
		{.key = "Inactive(file)", .out = &inactive}};
	cleanup_free char *text = text_read(root, where + 1, where, err);

	if (!text ||
		text_fields(where, text, &text_colon_kb, fields, ARRAY_SIZE(fields), err) < 0 ||
		low_watermarks(root, &low, err) < 0)
		return -1;
	*halved = (active + inactive) / 2 < low * page;
	return 0;
}

int proc_percpu_pages(int root, uint64_t *bytes, struct error *err)
{
	static const char where[] = "/proc/zoneinfo";
	cleanup_free char *text = text_read(root, "proc/zoneinfo", where, err);
	uint64_t pages = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned lines = 0;

	if (!text)
		return -1;
	for (const char *line = text; line; line = text_next(line)) {
		const char *key = line + strspn(line, " ");
		struct text_field count = {.key = "count", .out = &(uint64_t){0}};

		if (strncmp(key, "count:", 6) != 0)
			continue;
		cleanup_free char *one = text_line(key);

		if (text_fields(where, one, &(struct text_format){':', "", 1}, &count, 1, err) < 0)
			return -1;
		pages += *count.out;
		lines++;
	}
	if (!lines)
		return error_set(err, EXIT_INTERNAL,
			"%s: no per-CPU page counts, expected lines \"count: N\"", where);
	if (__builtin_mul_overflow(pages, page, bytes))
		return error_set(
			err, EXIT_INTERNAL, "%s: the per-CPU page counts are too large", where);
	return 0;
}

int proc_host_available(int root, uint64_t *bytes, struct error *err)
{
	struct meminfo m = {0};
	uint64_t percpu = 0;

	if (proc_meminfo(root, &m, err) < 0 || proc_percpu_pages(root, &percpu, err) < 0)
		return -1;
	*bytes = m.available + percpu;
	return 0;
}

int proc_host_cpu(int root, struct host_cpu *out, struct error *err)
{
	static const char where[] = "/proc/stat";
	cleanup_free char *text = text_read(root, "proc/stat", where, err);
	double hz = (double)sysconf(_SC_CLK_TCK);
	uint64_t t[10] = {0}; /* user nice system idle iowait irq softirq steal guest guest_nice */

	if (!text)
		return -1;
	if (strncmp(text, "cpu ", 4) != 0 || text_numbers(text + 4, t, ARRAY_SIZE(t)) < 0)
		return text_malformed(
			where, "the first line", text, "\"cpu\" and ten numbers", err);
	*out = (struct host_cpu){
		.user = (double)t[0] / hz,
		.nice = (double)t[1] / hz,
		.system = (double)t[2] / hz,
		.idle = (double)t[3] / hz,
		.iowait = (double)t[4] / hz,
		.irq = (double)t[5] / hz,
		.softirq = (double)t[6] / hz,
		.steal = (double)t[7] / hz,
		.guest = (double)(t[8] + t[9]) / hz,
		.busy = (double)(t[0] + t[1] + t[2] + t[5] + t[6]) / hz,
	};
	return 0;
}

int proc_host_vm(int root, struct host_vm *out, struct error *err)
{
	struct host_vm v = {0};
	struct text_field fields[] = {
		{.key = "pswpin", .out = &v.swap_in},
		{.key = "pswpout", .out = &v.swap_out},
		{.key = "pgmajfault", .out = &v.major_faults},
	};
	cleanup_free char *text = text_read(root, "proc/vmstat", "/proc/vmstat", err);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!text ||
		text_fields("/proc/vmstat", text, &text_flat, fields, ARRAY_SIZE(fields), err) < 0)
		return -1;
	v.swap_in *= page;
	v.swap_out *= page;
	*out = v;
	return 0;
}

int sys_thermal_throttles(int root, uint64_t *count, struct error *err)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0;; cpu++) {
		cleanup_free char *folder = xasprintf("sys/devices/system/cpu/cpu%u", cpu);
		cleanup_free char *file =
			xasprintf("%s/thermal_throttle/core_throttle_count", folder);
		cleanup_free char *where = xasprintf("/%s", file);
		uint64_t n;

		if (faccessat(root, folder, F_OK, 0) < 0)
			break;
		if (faccessat(root, file, F_OK, 0) < 0)
			continue;
		if (text_number(root, file, where, &n, err) < 0)
			return -1;
		sum += n;
	}
	*count = sum;
	return 0;
}
