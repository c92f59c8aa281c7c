/* cgroup-open.c - groups that are there already, and which of two lies in the other. */
#include "cgroup-internal.h"

#include "util.h"

#include <string.h>

struct cgroup *cgroup_open(struct cgroups *h, const char *path, struct error *err)
{
	struct cgroup *cg;

	if (cgroup_check_path(path, err) < 0)
		return NULL;
	cg = cgroup_empty(path);
	cg->adopted = true;
	for (size_t i = 0; i < h->n; i++) {
		const char *base = h->all[i].base;
		cleanup_free char *full = xasprintf("%s%s%s", base, *base ? "/" : "", path);

		if (cgroup_add_dir(cg, &h->all[i], full, err) < 0) {
			cgroup_free(cg);
			return NULL;
		}
	}
	if (cg->n)
		return cg;
	error_set(err, EXIT_INTERNAL, "cgroup %s: not there, expected it in a hierarchy", path);
	cgroup_free(cg);
	return NULL;
}

bool cgroup_is_below(const struct cgroup *cg, const struct cgroup *parent)
{
	const struct group_dir *a = cgroup_at(cg, CPUACCT), *b = cgroup_at(parent, CPUACCT);
	size_t len = b ? strlen(b->path) : 0;

	return a && b && a->h == b->h && strncmp(a->path, b->path, len) == 0 &&
		(a->path[len] == '/' || a->path[len] == '\0');
}
