/* cgroup.c - which cgroup hierarchies this host has, found in /proc/self/mountinfo, and whether groups
 * can be made in them. Making, reading and killing groups is in cgroup-make.c, -read.c and -kill.c. */
#include "cgroup-internal.h"

#include "strict-text.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

const char *const cgroup_mode_names[] = {"none", "v1", "hybrid", "v2"};
const char *const controllers[CONTROLLERS] = {
	"memory", "cpu", "cpuacct", "cpuset", "pids", "freezer"};

static const char mountinfo[] = "/proc/self/mountinfo";

/* Bits of a list like "rw,cpu,cpuacct" or "cpuset cpu memory". */
static unsigned controller_bits(const char *list)
{
	unsigned bits = 0;

	while (*list) {
		size_t len = strcspn(list, ", \n");

		for (unsigned i = 0; i < CONTROLLERS; i++)
			if (strlen(controllers[i]) == len && !strncmp(list, controllers[i], len))
				bits |= 1u << i;
		list += len + (list[len] != '\0');
	}
	return bits;
}

/* The kernel writes space, tab, newline and backslash as \ooo. In place. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (s[0] == '\\' && strspn(s + 1, "01234567") >= 3) {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

struct mount {
	char *root, *point, *type, *super;
};

/* "36 31 0:33 ROOT POINT OPTIONS [FIELDS...] - TYPE SOURCE SUPER". Cuts the line up. 0 or -1. */
static int mount_parse(char *line, struct mount *m)
{
	char *tail = strstr(line, " - "), *save = NULL, *field = NULL;

	if (!tail)
		return -1;
	*tail = '\0';
	for (int i = 0; i < 5; i++) {
		field = strtok_r(i ? NULL : line, " ", &save);
		if (i == 3)
			m->root = field;
	}
	m->point = field;
	m->type = strtok_r(tail + 3, " ", &save);
	strtok_r(NULL, " ", &save);
	m->super = strtok_r(NULL, " ", &save);
	if (!m->point || m->point[0] != '/' || !m->type || !m->super)
		return -1;
	unescape(m->root);
	unescape(m->point);
	return 0;
}

/* Is what lies open there really that hierarchy, not something mounted over it? A captured tree is no
 * cgroup file system: there v2 is told by its files. */
static bool mount_is_there(const struct cgroups *h, int fd, bool v2)
{
	struct statfs fs;

	if (!h->live)
		return v2 == (faccessat(fd, "cgroup.controllers", F_OK, 0) == 0);
	return fstatfs(fd, &fs) == 0 &&
		fs.f_type == (v2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC);
}

static bool is_live(int root)
{
	cleanup_close int proc = openat(root, "proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	return proc >= 0 && fstatfs(proc, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static unsigned known(const struct cgroups *h)
{
	unsigned bits = 0;

	for (size_t i = 0; i < h->n; i++)
		bits |= h->all[i].controllers;
	return bits;
}

static void add_mount(struct cgroups *h, const struct mount *m)
{
	bool v2 = strcmp(m->type, "cgroup2") == 0;
	const char *relative = m->point[1] ? m->point + 1 : ".";
	cleanup_close int fd = openat(h->root, relative, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *available = NULL;
	unsigned bits = v2 ? CPUACCT | FREEZER : controller_bits(m->super);
	struct hierarchy *place;

	if (h->n == HIERARCHIES_MAX || fd < 0 || !mount_is_there(h, fd, v2))
		return;
	for (size_t i = 0; i < h->n; i++)
		if (h->all[i].v2 == v2 && (v2 || (h->all[i].controllers & bits)))
			return; /* the same hierarchy, mounted twice */
	if (v2) {
		available = read_file_at(fd, "cgroup.controllers", TEXT_MAX, NULL);
		bits |= available ? controller_bits(available) & HANDED_DOWN : 0;
	}
	if (!bits && h->n_others == OTHERS_MAX)
		return;
	place = bits ? &h->all[h->n++] : &h->others[h->n_others++];
	*place = (struct hierarchy){
		.fd = steal_fd(&fd),
		.mount = xstrdup(m->point),
		.mount_root = xstrdup(m->root),
		.base = xstrdup(""),
		.controllers = bits,
		.v2 = v2,
	};
}

static int find_mounts(struct cgroups *h, struct error *err)
{
	cleanup_free char *text = text_read(h->root, mountinfo + 1, mountinfo, err);

	if (!text)
		return -1;
	for (const char *line = *text ? text : NULL; line; line = text_next(line)) {
		cleanup_free char *cut = text_line(line);
		struct mount m = {0};

		if (mount_parse(cut, &m) < 0)
			return text_malformed(mountinfo, "a line", line,
				"\"ID PARENT DEV ROOT POINT OPTIONS - TYPE SOURCE OPTIONS\"", err);
		if (!strcmp(m.type, "cgroup") || !strcmp(m.type, "cgroup2"))
			add_mount(h, &m);
	}
	return 0;
}

static void hierarchy_free(struct hierarchy *h)
{
	close(h->fd);
	free(h->mount);
	free(h->mount_root);
	free(h->base);
}

static void drop(struct cgroups *h, size_t i)
{
	hierarchy_free(&h->all[i]);
	memmove(&h->all[i], &h->all[i + 1], (--h->n - i) * sizeof(h->all[0]));
}

static void find_mode(struct cgroups *h)
{
	bool v1 = false, v2 = false, v2_first = false;

	for (size_t i = 0; i < h->n; i++) {
		v1 = v1 || !h->all[i].v2;
		v2 = v2 || h->all[i].v2;
		v2_first = v2_first || (h->all[i].v2 && !strcmp(h->all[i].mount, "/sys/fs/cgroup"));
	}
	/* A cgroup2 at /sys/fs/cgroup is the whole truth, whatever else somebody mounted. */
	for (size_t i = h->n; v2_first && i-- > 0;)
		if (!h->all[i].v2)
			drop(h, i);
	h->mode = v2_first ? CGROUP_V2
		: v1 && v2 ? CGROUP_HYBRID
		: v1       ? CGROUP_V1
		: v2       ? CGROUP_V2
			   : CGROUP_NONE;
}

static bool may_write(int dir, const char *path)
{
	return faccessat(dir, path, W_OK, AT_EACCESS) == 0;
}

/* May groups with controllers be made below this one? The kernel refuses controllers below a group that
 * holds processes itself. path is "" for the mount. */
static bool is_delegated(const struct hierarchy *h, const char *path)
{
	cleanup_close int dir =
		openat(h->fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *procs = NULL;
	cleanup_free char *subtree = NULL;

	if (dir < 0 || !may_write(dir, ".") || !may_write(dir, "cgroup.procs") ||
		!may_write(dir, "cgroup.subtree_control"))
		return false;
	procs = read_file_at(dir, "cgroup.procs", TEXT_MAX, NULL);
	subtree = read_file_at(dir, "cgroup.subtree_control", TEXT_MAX, NULL);
	return procs && subtree && (*procs == '\0' || controller_bits(subtree));
}

/* Without the right to write at a v2 root: the topmost group above the caller that was delegated to the
 * user. None: base stays "", and cgroups_check() says what to do. */
static void find_base(struct cgroups *h, struct hierarchy *v2)
{
	cleanup_free char *own = read_file_at(h->root, "proc/self/cgroup", TEXT_MAX, NULL);
	char *line = own ? strstr(own, "0::/") : NULL;

	if (may_write(v2->fd, ".") || !line)
		return;
	line += 4;
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 1; *line && i <= strlen(line); i++) {
		cleanup_free char *part = xasprintf("%.*s", (int)i, line);

		if ((line[i] == '/' || line[i] == '\0') && is_delegated(v2, part)) {
			cleanup_free char *capable = xasprintf("%s/cgroup.controllers", part);
			cleanup_free char *list = read_file_at(v2->fd, capable, TEXT_MAX, NULL);

			free(v2->base);
			v2->base = steal_ptr(part);
			v2->controllers = CPUACCT | FREEZER |
				(list ? controller_bits(list) & HANDED_DOWN : 0);
			return;
		}
	}
}

struct cgroups *cgroups_open(int root, struct error *err)
{
	struct cgroups *h = xcalloc(1, sizeof(*h));

	h->root = root;
	h->live = is_live(root);
	if (find_mounts(h, err) < 0) {
		cgroups_close(h);
		return NULL;
	}
	find_mode(h);
	for (size_t i = 0; i < h->n && h->mode == CGROUP_V2; i++)
		if (h->live)
			find_base(h, &h->all[i]);
	return h;
}

void cgroups_close(struct cgroups *h)
{
	while (h && h->n)
		drop(h, h->n - 1);
	while (h && h->n_others)
		hierarchy_free(&h->others[--h->n_others]);
	free(h);
}

enum cgroup_mode cgroups_mode(const struct cgroups *h)
{
	return h->mode;
}

static int check_writable(const struct hierarchy *h, struct error *err)
{
	const char *hint = h->v2
		? "run as root, or below a delegated group: systemd-run --user --scope -p Delegate=yes tare ..."
		: "run as root, cgroup v1 cannot be used without";

	if (faccessat(h->fd, *h->base ? h->base : ".", W_OK, AT_EACCESS) == 0)
		return 0;
	if (errno == EROFS)
		hint = "it is mounted read-only: mount it for writing, or run outside of that container";
	return error_set(err, EXIT_PREREQUISITE, "%s: no group can be made: %s; %s", h->mount,
		strerror(errno), hint);
}

int cgroups_check(struct cgroups *h, struct error *err)
{
	unsigned missing = (MEMORY | CPUACCT | CPUSET | PIDS | FREEZER) & ~known(h);

	if (h->mode == CGROUP_NONE)
		return error_set(err, EXIT_PREREQUISITE,
			"cgroup: no controller is mounted, expected cgroup v1 or v2; mount -t cgroup2 none /sys/fs/cgroup");
	for (size_t i = 0; i < h->n; i++)
		if (check_writable(&h->all[i], err) < 0)
			return -1;
	for (unsigned i = 0; i < CONTROLLERS; i++)
		if (missing & (1u << i))
			return error_set(err, EXIT_PREREQUISITE,
				"cgroup: controller %s is missing (mode %s), expected it mounted or in cgroup.controllers; enable it in the kernel or delegate it",
				controllers[i], cgroup_mode_names[h->mode]);
	return 0;
}
