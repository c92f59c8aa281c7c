/* process-memory.c - what one process holds: smaps_rollup, VmSize of status, and the code that it may
 * write (a JIT's or TCG's translation buffer) from smaps. */
#include "procfs.h"

#include "strict-text.h"
#include "util.h"

#include <errno.h>
#include <string.h>

/* New text; NULL and *gone when the process has ended; NULL with err else. A zombie and a kernel thread
 * have no memory of their own: the kernel answers ESRCH for them as well. */
static char *process_file(
	int root, pid_t pid, const char *name, char **where, bool *gone, struct error *err)
{
	char *text;

	*where = xasprintf("/proc/%d/%s", (int)pid, name);
	text = read_file_at(root, *where + 1, TEXT_MAX, NULL);
	*gone = !text && (errno == ENOENT || errno == ESRCH);
	if (!text && !*gone)
		error_errno(err, EXIT_PREREQUISITE, errno, "%s: cannot read", *where);
	return text;
}

static int add_rollup(int root, pid_t pid, struct process_memory *m, bool *gone, struct error *err)
{
	cleanup_free char *where = NULL;
	cleanup_free char *text = process_file(root, pid, "smaps_rollup", &where, gone, err);
	uint64_t clean, dirty, shared_huge, private_huge;
	struct text_field fields[] = {
		{.key = "Rss", .out = &m->rss},
		{.key = "Pss", .out = &m->pss},
		{.key = "Pss_Anon", .out = &m->pss_anon},
		{.key = "Pss_File", .out = &m->pss_file},
		{.key = "Pss_Shmem", .out = &m->pss_shmem},
		{.key = "Private_Clean", .out = &clean},
		{.key = "Private_Dirty", .out = &dirty},
		{.key = "Shared_Hugetlb", .out = &shared_huge},
		{.key = "Private_Hugetlb", .out = &private_huge},
		{.key = "Swap", .out = &m->swap},
	};

	if (!text)
		return *gone ? 0 : -1;
	if (text_fields(where, text, &text_colon_kb, fields, ARRAY_SIZE(fields), err) < 0)
		return -1;
	m->uss = clean + dirty;
	m->hugetlb = shared_huge + private_huge;
	return 0;
}

/* A process that ends between two reads shows a status without VmSize: it is gone only if smaps_rollup
 * says so too, else the file is malformed. */
static int add_virtual(int root, pid_t pid, struct process_memory *m, bool *gone, struct error *err)
{
	cleanup_free char *where = NULL;
	cleanup_free char *text = process_file(root, pid, "status", &where, gone, err);
	struct text_field size = {.key = "VmSize", .out = &m->virtual, .optional = true};
	struct process_memory again;

	if (!text)
		return *gone ? 0 : -1;
	if (text_fields(where, text, &text_colon_kb, &size, 1, err) < 0)
		return -1;
	if (size.found)
		return 0;
	if (add_rollup(root, pid, &again, gone, err) < 0)
		return -1;
	if (*gone)
		return 0;
	return error_set(err, EXIT_INTERNAL,
		"%s: VmSize is missing, expected a line \"VmSize: N kB\"", where);
}

/* "7f00-7f01 rwxp 00000000 00:00 0 [name]": the permissions of a mapping's line, NULL on another. */
static const char *mapping_permissions(const char *line)
{
	static const char hex[] = "0123456789abcdef";
	size_t from = strspn(line, hex), to;

	if (from == 0 || line[from] != '-')
		return NULL;
	to = strspn(line + from + 1, hex);
	line += from + 1 + to;
	if (to == 0 || *line != ' ' || strcspn(line + 1, " \n") != 4)
		return NULL;
	return line + 1;
}

static int sum_writable_code(const char *where, const char *text, uint64_t *sum, struct error *err)
{
	bool wanted = false, open = false;

	for (const char *line = text; line; line = text_next(line)) {
		const char *permissions = mapping_permissions(line);
		uint64_t rss = 0;
		struct text_field field = {.key = "Rss", .out = &rss};

		if (permissions) {
			if (open)
				break;
			wanted = open = permissions[1] == 'w' && permissions[2] == 'x';
		} else if (wanted && strncmp(line, "Rss:", 4) == 0) {
			cleanup_free char *one = text_line(line);

			if (text_fields(where, one, &text_colon_kb, &field, 1, err) < 0)
				return -1;
			*sum += rss;
			open = false;
		}
	}
	return open ? error_set(err, EXIT_INTERNAL,
			      "%s: a mapping has no Rss, expected a line \"Rss: N kB\"", where)
		    : 0;
}

/* smaps costs the kernel a walk over every page table, maps does not: most processes have no mapping
 * that is writable and executable, and are done after maps. */
static int add_writable_code(
	int root, pid_t pid, struct process_memory *m, bool *gone, struct error *err)
{
	cleanup_free char *maps_where = NULL;
	cleanup_free char *where = NULL;
	cleanup_free char *maps = process_file(root, pid, "maps", &maps_where, gone, err);
	bool any = false;

	if (!maps)
		return *gone ? 0 : -1;
	for (const char *line = *maps ? maps : NULL; line; line = text_next(line)) {
		const char *permissions = mapping_permissions(line);

		if (!permissions)
			return text_malformed(maps_where, "a line", line,
				"\"FROM-TO rwxp OFFSET DEV INODE\"", err);
		any = any || (permissions[1] == 'w' && permissions[2] == 'x');
	}
	if (!any)
		return 0;
	cleanup_free char *text = process_file(root, pid, "smaps", &where, gone, err);

	if (!text)
		return *gone ? 0 : -1;
	return sum_writable_code(where, text, &m->writable_code, err);
}

int proc_memory_add(int root, pid_t pid, struct process_memory *sum, bool *gone, struct error *err)
{
	struct process_memory m = {0};
	bool ended = false;

	if (add_rollup(root, pid, &m, &ended, err) < 0 ||
		(!ended && add_virtual(root, pid, &m, &ended, err) < 0) ||
		(!ended && add_writable_code(root, pid, &m, &ended, err) < 0))
		return -1;
	*gone = ended;
	if (ended)
		return 0;
	sum->pss += m.pss;
	sum->uss += m.uss;
	sum->rss += m.rss;
	sum->virtual += m.virtual;
	sum->pss_anon += m.pss_anon;
	sum->pss_file += m.pss_file;
	sum->pss_shmem += m.pss_shmem;
	sum->swap += m.swap;
	sum->hugetlb += m.hugetlb;
	sum->writable_code += m.writable_code;
	return 0;
}
