/* vm-connection.c - libvirt for a run: the embedded QEMU driver in the lab, or a daemon of this host. */
#include "vm.h"

#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define OPEN_TIME (30 * NSEC_PER_SEC)
#define CACHE "libvirt-cache"

static struct vm_connection *shared;

/* security: QEMU runs in the lab, as us. cgroups: the launcher's business. virtlogd: not there. */
static const char qemu_conf[] = "stdio_handler = \"file\"\n"
				"security_driver = \"none\"\n"
				"namespaces = []\n"
				"remember_owner = 0\n"
				"dynamic_ownership = 0\n"
				"cgroup_controllers = []\n";
static const char qemu_conf_root[] = "user = \"+0\"\n"
				     "group = \"+0\"\n";

int vm_check_uri(const char *uri, struct error *err)
{
	static const char *const local[] = {
		"qemu:///system", "qemu:///session", "vmwareplayer:///session"};
	char safe[SAFE_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(local); i++) {
		size_t n = strlen(local[i]);

		if (!strncmp(uri, local[i], n) && (!uri[n] || uri[n] == '?'))
			return 0;
	}
	return error_set(err, EXIT_USAGE,
		"--connect: not a daemon on this host, got \"%s\", expected qemu:///system, qemu:///session or vmwareplayer:///session; run tare on that host",
		safe_text(uri, safe));
}

static int make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return error_errno(err, EXIT_PREREQUISITE, errno, "vm: cannot make %s", path);
	return 0;
}

static int make_file(const char *folder, const char *name, const char *text, struct error *err)
{
	cleanup_close int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *now = dir < 0 ? NULL : read_file_at(dir, name, 65536, NULL);

	if (now && !strcmp(now, text))
		return 0;
	if (dir < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno, "vm: cannot open %s", folder);
	return replace_file_at(dir, name, text, strlen(text), err);
}

/* The link at path leads to target, also if another one was there. */
static int make_link(const char *target, const char *path, struct error *err)
{
	char now[4096];
	ssize_t n = readlink(path, now, sizeof(now) - 1);

	if (n >= 0 && (size_t)n == strlen(target) && !memcmp(now, target, (size_t)n))
		return 0;
	if ((unlink(path) < 0 && errno != ENOENT) || symlink(target, path) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno, "vm: cannot make link %s", path);
	return 0;
}

/* Where the embedded driver lives: all in the lab's tmpfs, but for what it learnt about QEMU. */
static char *make_root(const struct lab *lab, struct error *err)
{
	cleanup_free char *root = xasprintf("%s/libvirt", lab->tmp);
	cleanup_free char *etc = xasprintf("%s/etc", root);
	cleanup_free char *cache = xasprintf("%s/" CACHE, lab->state);
	cleanup_free char *link = xasprintf("%s/cache", root);
	cleanup_free char *conf =
		xasprintf("%s%s", qemu_conf, geteuid() == 0 ? qemu_conf_root : "");

	if (make_folder(root, err) < 0 || make_folder(etc, err) < 0 ||
		make_folder(cache, err) < 0 || make_link(cache, link, err) < 0 ||
		make_file(etc, "qemu.conf", conf, err) < 0)
		return NULL;
	return steal_ptr(root);
}

char *vm_launcher_link(const struct stage *s, const char *qemu, struct error *err)
{
	const char *beside = s->beside ? s->beside : s->agent_path, *slash = strrchr(beside, '/');
	cleanup_free char *launcher =
		xasprintf("%.*svm-launcher", slash ? (int)(slash + 1 - beside) : 0, beside);
	cleanup_free char *full = realpath(launcher, NULL);
	cleanup_free char *cache = xasprintf("%s/" CACHE, s->lab->state);
	cleanup_free char *folder = NULL, *link = NULL, *line = xasprintf("%s\n", qemu);
	uint64_t h = 14695981039346656037ULL; /* FNV-1a */
	struct stat st;

	if (!full || access(full, X_OK) < 0 || stat(qemu, &st) < 0) {
		error_errno(err, EXIT_PREREQUISITE, errno, "vm: %s or %s is not there; run: make",
			launcher, qemu);
		return NULL;
	}
	for (const char *p = qemu; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	h = (h ^ (uint64_t)st.st_mtim.tv_sec) * 1099511628211ULL;
	h = (h ^ (uint64_t)st.st_size) * 1099511628211ULL;
	folder = xasprintf("%s/emulator-%016llx", cache, (unsigned long long)h);
	link = xasprintf("%s/qemu-system-x86_64", folder);
	if (make_folder(cache, err) < 0 || make_folder(folder, err) < 0 ||
		make_file(folder, "emulator", line, err) < 0 || make_link(full, link, err) < 0)
		return NULL;
	return steal_ptr(link);
}

/* A daemon's QEMU is another user in the host's own mount namespace: sockets go where it can reach them. */
static int make_socket_folder(struct vm_connection *c, struct error *err)
{
	if (!c->outside) {
		c->folder = xstrdup(c->lab->tmp);
		return 0;
	}
	c->folder = xasprintf("%s/vm", c->lab->folder);
	/* Names below are not listable, and nothing but the sockets is open to others. */
	if (chmod(c->lab->folder, 0711) < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "vm: cannot open %s", c->lab->folder);
	if (make_folder(c->folder, err) < 0)
		return -1;
	if (chmod(c->folder, 0711) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno, "vm: cannot open %s", c->folder);
	return 0;
}

int vm_connection_mend(struct vm_connection *c, struct error *err)
{
	if (c->helper && c->helper->fd >= 0)
		return 0;
	helper_close(c->helper);
	memset(c->slot_used, 0, sizeof(c->slot_used));
	c->helper = helper_open(c->uri, c->cgroup, c->lab->tmp, now_ns() + OPEN_TIME, err);
	return c->helper ? 0 : -1;
}

static void connection_free(struct vm_connection *c)
{
	struct error ignored = ERROR_INIT;

	helper_close(c->helper);
	if (c->cgroup)
		cgroup_remove(c->cgroup, now_ns() + 2 * NSEC_PER_SEC, &ignored);
	cgroup_free(c->cgroup);
	free(c->folder);
	free(c->uri);
	free(c);
}

static int connection_make(struct vm_connection *c, const char *uri, struct error *err)
{
	cleanup_free char *root = NULL;

	c->outside = uri != NULL;
	if (uri) {
		if (vm_check_uri(uri, err) < 0)
			return -1;
		c->uri = xstrdup(uri);
	} else {
		root = make_root(c->lab, err);
		if (!root)
			return -1;
		c->uri = xasprintf("qemu:///embed?root=%s", root);
	}
	c->cgroup = lab_cgroup(c->lab, "libvirt", NULL, err);
	if (!c->cgroup || make_socket_folder(c, err) < 0)
		return -1;
	return vm_connection_mend(c, err);
}

struct vm_connection *vm_connect(struct lab *lab, const char *uri, struct error *err)
{
	struct vm_connection *c = shared;

	if (!c) {
		c = xcalloc(1, sizeof(*c));
		c->lab = lab;
		if (connection_make(c, uri, err) < 0) {
			connection_free(c);
			return NULL;
		}
		shared = c;
	}
	c->users++;
	return c;
}

void vm_disconnect(struct vm_connection *c)
{
	if (!c || --c->users > 0)
		return;
	shared = NULL;
	connection_free(c);
}
