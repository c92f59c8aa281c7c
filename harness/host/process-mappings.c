/* process-mappings.c - one process's smaps sorted into guest RAM, translation buffer and the rest: what the
 * memory ledger of a machine monitor is made of. A further sort: a field in procfs.h, a line in sort_area(). */
#include "procfs.h"

#include "strict-text.h"
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A mapping, or a stretch of those that touch each other and are of one kind: the kernel splits one into several
 * where advice about a part of it was given. Only where no single one has the RAM's size are stretches looked at:
 * RAM may lie right beside another mapping. */
struct area {
	uint64_t from, to, device_and_inode;
	char permissions[5];
	uint64_t rss, anon, hugetlb;
};

static bool is_guest_ram(const struct area *a, uint64_t ram)
{
	return ram && a->to - a->from == ram && a->permissions[1] == 'w' &&
		a->permissions[2] != 'x';
}

static void sort_area(const struct area *a, uint64_t ram, struct process_mappings *m)
{
	uint64_t size = a->to - a->from;

	if (is_guest_ram(a, ram)) {
		m->ram_areas++;
		m->ram_anon += a->anon;
		m->ram_shmem += a->rss - a->anon;
		m->ram_hugetlb += a->hugetlb;
		return;
	}
	if (a->permissions[1] == 'w' && a->permissions[2] == 'x') {
		m->buffer += a->rss;
		return;
	}
	m->rest_anon += a->anon;
	m->rest_resident += a->rss + a->hugetlb;
	m->rest_writable += a->permissions[1] == 'w' ? size : 0;
}

/* "7f00-7f01 rwxp 00000000 00:00 0 [name]": false on another line. */
static bool read_head(const char *line, struct area *a)
{
	unsigned long long from, to, inode;
	unsigned major, minor;
	char permissions[5];

	if (sscanf(line, "%llx-%llx %4s %*x %x:%x %llu", &from, &to, permissions, &major, &minor,
		    &inode) != 6 ||
		from >= to)
		return false;
	*a = (struct area){.from = from,
		.to = to,
		.device_and_inode = (uint64_t)major << 52 ^ (uint64_t)minor << 40 ^ inode};
	memcpy(a->permissions, permissions, sizeof(a->permissions));
	return true;
}

static bool continues(const struct area *a, const struct area *next)
{
	return a->to == next->from && !strcmp(a->permissions, next->permissions) &&
		a->device_and_inode == next->device_and_inode;
}

/* The lines below a head: up to the next one. *next is that, NULL at the end. */
static int read_body(
	const char *where, const char *line, struct area *a, const char **next, struct error *err)
{
	uint64_t shared_huge = 0, private_huge = 0;
	struct text_field fields[] = {
		{.key = "Rss", .out = &a->rss},
		{.key = "Anonymous", .out = &a->anon},
		{.key = "Shared_Hugetlb", .out = &shared_huge},
		{.key = "Private_Hugetlb", .out = &private_huge},
	};
	cleanup_free char *body = NULL;
	struct area ignored;
	const char *end;

	for (end = line; end && !read_head(end, &ignored); end = text_next(end))
		;
	body = end ? strndup(line, (size_t)(end - line)) : xstrdup(line);
	if (!body || text_fields(where, body, &text_colon_kb, fields, ARRAY_SIZE(fields), err) < 0)
		return -1;
	a->hugetlb = shared_huge + private_huge;
	*next = end;
	return 0;
}

static int sort_all(const char *where, const char *text, uint64_t ram, bool join,
	struct process_mappings *m, struct error *err)
{
	struct area open = {0}, a;
	const char *line = *text ? text : NULL;

	while (line) {
		if (!read_head(line, &a))
			return text_malformed(
				where, "a line", line, "\"FROM-TO rwxp OFFSET DEV INODE\"", err);
		line = text_next(line);
		if (!line || read_body(where, line, &a, &line, err) < 0)
			return line ? -1
				    : error_set(err, EXIT_INTERNAL,
					      "%s: the last mapping has no figures", where);
		if (join && open.to && continues(&open, &a)) {
			open.to = a.to;
			open.rss += a.rss;
			open.anon += a.anon;
			open.hugetlb += a.hugetlb;
			continue;
		}
		if (open.to)
			sort_area(&open, ram, m);
		open = a;
	}
	if (open.to)
		sort_area(&open, ram, m);
	return 0;
}

int proc_mappings_add(int root, pid_t pid, uint64_t ram, struct process_mappings *sum, bool *gone,
	struct error *err)
{
	cleanup_free char *where = xasprintf("/proc/%d/smaps", (int)pid);
	cleanup_free char *text = read_file_at(root, where + 1, TEXT_MAX, NULL);
	struct process_mappings m = *sum, joined;

	*gone = !text && (errno == ENOENT || errno == ESRCH);
	if (*gone)
		return 0;
	if (!text)
		return error_errno(err, EXIT_PREREQUISITE, errno, "%s: cannot read", where);
	if (sort_all(where, text, ram, false, &m, err) < 0)
		return -1;
	joined = *sum;
	if (ram && m.ram_areas == sum->ram_areas &&
		sort_all(where, text, ram, true, &joined, err) < 0)
		return -1;
	*sum = joined.ram_areas > m.ram_areas ? joined : m;
	return 0;
}
