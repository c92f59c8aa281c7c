/* guest-kernel.c - finds the guest's kernel and the modules it loads. modules.dep says what a module needs. */
#include "guest-kernel.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LIST_MAX (8u << 20)
#define DEPTH_MAX 32

char *cache_folder(void)
{
	const char *tare = getenv("TARE_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (tare && *tare)
		return xstrdup(tare);
	if (geteuid() == 0)
		return xstrdup("/var/cache/tare");
	if (xdg && *xdg == '/')
		return xasprintf("%s/tare", xdg);
	return xasprintf("%s/.cache/tare", home && *home ? home : "");
}

/* "kernel/net/core/failover.ko.xz" is the module "failover"; - and _ are the same. */
static bool is_module(const char *path, size_t len, const char *name)
{
	size_t start = len, n;

	while (start > 0 && path[start - 1] != '/')
		start--;
	for (n = 0; name[n]; n++) {
		char a = start + n < len ? path[start + n] : 0, b = name[n];

		if ((a == '-' ? '_' : a) != (b == '-' ? '_' : b))
			return false;
	}
	return len - start - n >= 3 && !strncmp(path + start + n, ".ko", 3);
}

/* The line of modules.dep that begins with the module: by name, or by path where name is NULL. */
static const char *find_line(const char *dep, const char *name, const char *path, size_t path_len)
{
	for (const char *line = dep; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t len = strcspn(line, ":\n");

		if (line[len] != ':')
			continue;
		if (name ? is_module(line, len, name) : len == path_len && !memcmp(line, path, len))
			return line;
	}
	return NULL;
}

static void add_path(struct guest_kernel *k, const char *path, size_t len)
{
	cleanup_free char *full = xasprintf("%s/%.*s", k->folder, (int)len, path);
	size_t n = 0;

	for (; k->modules && k->modules[n]; n++)
		if (!strcmp(k->modules[n], full))
			return;
	k->modules = xrealloc(k->modules, (n + 2) * sizeof(*k->modules));
	k->modules[n] = steal_ptr(full);
	k->modules[n + 1] = NULL;
}

/* What a module needs comes before it. */
static int add_line(struct guest_kernel *k, const char *dep, const char *line, unsigned depth,
	struct error *err)
{
	size_t len = strcspn(line, ":");
	const char *p = line + len + 1;

	if (depth > DEPTH_MAX)
		return error_set(
			err, EXIT_USAGE, "%s/modules.dep: modules need each other", k->folder);
	while (*(p += strspn(p, " \t")) && *p != '\n') {
		size_t n = strcspn(p, " \t\n");
		const char *need = find_line(dep, NULL, p, n);

		if (need && add_line(k, dep, need, depth + 1, err) < 0)
			return -1;
		if (!need)
			add_path(k, p, n);
		p += n;
	}
	add_path(k, line, len);
	return 0;
}

static bool is_built_in(const char *list, const char *name)
{
	for (const char *line = list; line && *line;
		line += strcspn(line, "\n"), line += *line == '\n')
		if (is_module(line, strcspn(line, "\n"), name))
			return true;
	return false;
}

int guest_kernel_add_modules(struct guest_kernel *k, const char *const *names, struct error *err)
{
	cleanup_free char *dep_path = xasprintf("%s/modules.dep", k->folder);
	cleanup_free char *builtin_path = xasprintf("%s/modules.builtin", k->folder);
	cleanup_free char *dep = read_file_at(AT_FDCWD, dep_path, LIST_MAX, NULL);
	cleanup_free char *builtin = read_file_at(AT_FDCWD, builtin_path, LIST_MAX, NULL);

	if (!dep)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"guest kernel: cannot read %s; run: depmod -b ROOT %s", dep_path,
			k->release);
	for (size_t i = 0; names[i]; i++) {
		const char *line = find_line(dep, names[i], NULL, 0);

		if (line && add_line(k, dep, line, 0, err) < 0)
			return -1;
		if (!line && !is_built_in(builtin, names[i]))
			return error_set(err, EXIT_PREREQUISITE,
				"guest kernel: %s has no module %s, expected it in %s", k->release,
				names[i], dep_path);
	}
	return 0;
}

/* "lib/modules/RELEASE" ends in the release. */
static char *last_part(const char *path)
{
	size_t len = strlen(path), start;

	while (len > 1 && path[len - 1] == '/')
		len--;
	start = len;
	while (start > 0 && path[start - 1] != '/')
		start--;
	return strndup(path + start, len - start);
}

static int from_cache(struct guest_kernel *k, bool full, struct error *err)
{
	const char *link = full ? "kernel-full" : "kernel";
	cleanup_free char *cache = cache_folder();
	cleanup_free char *release_path = xasprintf("%s/%s/release", cache, link);
	cleanup_free char *release = read_file_at(AT_FDCWD, release_path, 256, NULL);
	cleanup_free char *folder = NULL;
	struct stat st;

	if (!release)
		return error_set(err, EXIT_PREREQUISITE,
			"guest kernel: none in %s, expected %s/vmlinuz there; run: make setup",
			cache, link);
	release[strcspn(release, "\n")] = 0;
	/* The link "kernel" may be turned to a newer one during the run. */
	folder = xasprintf("%s/kernel-%s", cache, release);
	k->image = xasprintf("%s/vmlinuz", folder);
	k->folder = xasprintf("%s/lib/modules/%s", folder, release);
	k->release = xstrdup(release);
	if (stat(k->image, &st) < 0 || stat(k->folder, &st) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"guest kernel: %s is incomplete; run: make setup", folder);
	return 0;
}

static int from_user(
	struct guest_kernel *k, const char *kernel, const char *modules, struct error *err)
{
	char safe[SAFE_TEXT_SIZE];
	struct stat st;

	if (stat(kernel, &st) < 0)
		return error_errno(
			err, EXIT_USAGE, errno, "guest kernel: %s", safe_text(kernel, safe));
	if (!S_ISREG(st.st_mode))
		return error_set(err, EXIT_USAGE, "guest kernel: got %s, expected a file",
			safe_text(kernel, safe));
	if (modules && (stat(modules, &st) < 0 || !S_ISDIR(st.st_mode)))
		return error_set(err, EXIT_USAGE,
			"guest kernel: modules, got %s, expected a folder lib/modules/RELEASE",
			safe_text(modules, safe));
	k->image = xstrdup(kernel);
	k->folder = modules ? xstrdup(modules) : NULL;
	k->release = last_part(modules ? modules : kernel);
	return 0;
}

int guest_kernel_find_for(
	const struct guest_kernel_wish *w, struct guest_kernel *out, struct error *err)
{
	struct guest_kernel k = {.image = NULL};
	int rc;

	rc = w->kernel ? from_user(&k, w->kernel, w->modules_folder, err)
		       : from_cache(&k, w->full, err);
	if (rc == 0 && !w->kernel && w->modules_folder)
		rc = error_set(err, EXIT_USAGE,
			"guest kernel: modules without a kernel, expected both or none");
	k.modules = xcalloc(1, sizeof(*k.modules));
	if (rc == 0 && k.folder && w->drivers)
		rc = guest_kernel_add_modules(&k, w->drivers, err);
	if (rc < 0) {
		guest_kernel_free(&k);
		return -1;
	}
	*out = k;
	return 0;
}

int guest_kernel_find(const char *kernel, const char *modules_folder, bool disk,
	struct guest_kernel *out, struct error *err)
{
	static const char *const net[] = {"virtio_pci", "virtio_net", NULL};
	static const char *const both[] = {"virtio_pci", "virtio_net", "virtio_blk", NULL};
	struct guest_kernel_wish w = {
		.kernel = kernel, .modules_folder = modules_folder, .drivers = disk ? both : net};

	return guest_kernel_find_for(&w, out, err);
}

void guest_kernel_free(struct guest_kernel *k)
{
	free(k->image);
	free(k->release);
	free(k->folder);
	strv_free(k->modules);
	*k = (struct guest_kernel){.image = NULL};
}
