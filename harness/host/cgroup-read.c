/* cgroup-read.c - what a group has used: memory, CPU time, throttling, its limit. v1 after the kernel's
 * Documentation/admin-guide/cgroup-v1/memory.rst, v2 after cgroup-v2.rst. */
#include "cgroup-internal.h"

#include "strict-text.h"
#include "util.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define STAT_BATCH                                                                                 \
	64 /* pages a CPU counts before it tells (MEMCG_CHARGE_BATCH in the kernel's memcontrol.h) */
#define STIR_PAGES 256

static const struct group_dir *reader(
	const struct cgroup *cg, enum controller c, const char *name, struct error *err)
{
	const struct group_dir *d = cgroup_at(cg, c);

	if (!d)
		error_set(err, EXIT_PREREQUISITE,
			"%s: it is in no group of controller %s, expected one; its figures cannot be read",
			cg->name, name);
	return d;
}

static int fields(const struct group_dir *d, const char *file, struct text_field *f, size_t n,
	struct error *err)
{
	cleanup_free char *where = cgroup_where(d, file);
	cleanup_free char *text = text_read(d->dir, file, where, err);

	return text ? text_fields(where, text, &text_flat, f, n, err) : -1;
}

/* A file that may be missing (an older kernel, a controller without it): 1 read, 0 not there, -1. */
static int optional_number(
	const struct group_dir *d, const char *file, uint64_t *out, struct error *err)
{
	cleanup_free char *where = cgroup_where(d, file);

	if (faccessat(d->dir, file, F_OK, 0) < 0)
		return 0;
	return text_number(d->dir, file, where, out, err) < 0 ? -1 : 1;
}

/* total_* are of the group and all below it. cache holds shmem. Kernel memory and that of TCP sockets
 * are counters apart. */
static int memory_v1(const struct group_dir *d, struct cgroup_memory *m, struct error *err)
{
	uint64_t cache = 0, sockets = 0;
	struct text_field f[] = {
		{.key = "total_rss", .out = &m->anon},
		{.key = "total_shmem", .out = &m->shmem},
		{.key = "total_cache", .out = &cache},
	};
	int kernel, peak;

	if (fields(d, "memory.stat", f, ARRAY_SIZE(f), err) < 0)
		return -1;
	kernel = optional_number(d, "memory.kmem.usage_in_bytes", &m->kernel, err);
	peak = optional_number(d, "memory.max_usage_in_bytes", &m->peak, err);
	if (kernel < 0 || peak < 0 ||
		optional_number(d, "memory.kmem.tcp.usage_in_bytes", &sockets, err) < 0)
		return -1;
	m->has_kernel = kernel;
	m->has_peak = peak;
	m->kernel += kernel ? sockets : 0;
	m->file = cache > m->shmem ? cache - m->shmem : 0;
	return 0;
}

/* file holds shmem. "kernel" came with Linux 5.18; before it the parts are added up. */
static int memory_v2(const struct group_dir *d, struct cgroup_memory *m, struct error *err)
{
	uint64_t file = 0, kernel = 0, stack = 0, tables = 0, percpu = 0, slab = 0, sock = 0;
	struct text_field f[] = {
		{.key = "anon", .out = &m->anon},
		{.key = "file", .out = &file},
		{.key = "shmem", .out = &m->shmem},
		{.key = "kernel", .out = &kernel, .optional = true},
		{.key = "kernel_stack", .out = &stack},
		{.key = "slab", .out = &slab},
		{.key = "sock", .out = &sock},
		{.key = "pagetables", .out = &tables, .optional = true},
		{.key = "percpu", .out = &percpu, .optional = true},
	};
	int peak;

	if (fields(d, "memory.stat", f, ARRAY_SIZE(f), err) < 0)
		return -1;
	peak = optional_number(d, "memory.peak", &m->peak, err);
	if (peak < 0)
		return -1;
	m->has_peak = peak;
	m->has_kernel = true;
	m->kernel = (f[3].found ? kernel : stack + tables + percpu + slab) + sock;
	m->file = file > m->shmem ? file - m->shmem : 0;
	return 0;
}

/* One page's going is a count too, so a stirring of n pages is 2n of them. */
static void stir(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = STIR_PAGES * page;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return;
	madvise(at, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < size; i += page)
		((volatile char *)at)[i] = 1;
	munmap(at, size);
}

/* Since Linux 5.14 memory.stat is added up every 2 s, and when read only if more than STAT_BATCH pages a CPU have changed
 * below the group that is asked: a small group's own reads 0 until then. So as many are made to change here, and the
 * top, below which we are too, is asked: that adds up all. */
static void add_up(const struct hierarchy *h)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (long made = 0; made <= (cpus + 1) * STAT_BATCH; made += STIR_PAGES)
		stir();
	free(read_file_at(h->fd, "memory.stat", 64 << 10, NULL));
}

int cgroup_memory(const struct cgroup *cg, struct cgroup_memory *out, struct error *err)
{
	const struct group_dir *d = reader(cg, MEMORY, "memory", err);
	struct cgroup_memory m = {0};

	if (d)
		add_up(d->h);
	if (!d || (d->h->v2 ? memory_v2(d, &m, err) : memory_v1(d, &m, err)) < 0)
		return -1;
	m.total = m.anon + m.shmem + m.file + m.kernel;
	*out = m;
	return 0;
}

int cgroup_cpu_ns(const struct cgroup *cg, uint64_t *ns, struct error *err)
{
	const struct group_dir *d = reader(cg, CPUACCT, "cpuacct", err);
	uint64_t usec = 0;
	struct text_field f = {.key = "usage_usec", .out = &usec};

	if (!d)
		return -1;
	if (!d->h->v2) {
		cleanup_free char *where = cgroup_where(d, "cpuacct.usage");

		return text_number(d->dir, "cpuacct.usage", where, ns, err);
	}
	if (fields(d, "cpu.stat", &f, 1, err) < 0)
		return -1;
	*ns = usec * 1000;
	return 0;
}

int cgroup_throttled(const struct cgroup *cg, uint64_t *periods, struct error *err)
{
	const struct group_dir *d = cgroup_at(cg, CPU);
	uint64_t n = 0;
	struct text_field f = {.key = "nr_throttled", .out = &n, .optional = d && d->h->v2};

	/* On v2 the line is there only when the group's parent hands the controller down. */
	if (d && fields(d, "cpu.stat", &f, 1, err) < 0)
		return -1;
	*periods = n;
	return 0;
}

int cgroups_throttled(const struct cgroups *h, uint64_t *periods, struct error *err)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct hierarchy *one = &h->all[i];
		cleanup_free char *file =
			xasprintf("%s%scpu.stat", one->base, *one->base ? "/" : "");
		cleanup_free char *where = xasprintf("%s/%s", one->mount, file), *text = NULL;
		uint64_t n = 0;
		struct text_field f = {.key = "nr_throttled", .out = &n, .optional = true};

		if (!(one->controllers & CPU) || faccessat(one->fd, file, F_OK, 0) < 0)
			continue;
		text = text_read(one->fd, file, where, err);
		if (!text || text_fields(where, text, &text_flat, &f, 1, err) < 0)
			return -1;
		sum += n;
	}
	*periods = sum;
	return 0;
}

/* v1 writes "no limit" as the largest multiple of a page that it can count. */
int cgroup_memory_limit(const struct cgroup *cg, uint64_t *bytes, struct error *err)
{
	const struct group_dir *d = reader(cg, MEMORY, "memory", err);
	const char *file = d && d->h->v2 ? "memory.max" : "memory.limit_in_bytes";
	cleanup_free char *where = d ? cgroup_where(d, file) : NULL;
	cleanup_free char *text = d ? text_read(d->dir, file, where, err) : NULL;
	uint64_t limit;

	if (!text)
		return -1;
	if (d->h->v2 && strcmp(text, "max\n") == 0) {
		*bytes = 0;
		return 0;
	}
	if (text_number(d->dir, file, where, &limit, err) < 0)
		return -1;
	*bytes = !d->h->v2 && limit >= (uint64_t)INT64_MAX / 65536 * 65536 ? 0 : limit;
	return 0;
}
