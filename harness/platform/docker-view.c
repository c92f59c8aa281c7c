/* docker-view.c - a mount namespace for a private engine in which nothing it writes reaches the host: an empty /run
 * (sockets of shims, network namespaces, another engine's containerd), and copies on write of /etc (its key) and
 * /opt. Another such folder is one line in copied[]. */
#include "docker.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char *const copied[] = {"/etc", "/opt"};

static int make_folders(const char *path)
{
	char part[PATH_MAX];

	for (size_t i = 1; i < sizeof(part); i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -1;
		if (!path[i])
			return 0;
	}
	errno = ENAMETOOLONG;
	return -1;
}

/* The lab's tmpfs lies below /run: it is put back at its place, so that its paths stay. */
static int empty_run(const char *tmp)
{
	cleanup_close int fd = open(tmp, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char self[64];

	if (fd < 0 || mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0 ||
		make_folders(tmp) < 0)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return mount(self, tmp, NULL, MS_BIND, NULL);
}

static int copy_on_write(const char *path, const char *folder)
{
	cleanup_free char *upper = xasprintf("%s/view%s", folder, path);
	cleanup_free char *work = xasprintf("%s/view%s.work", folder, path);
	cleanup_free char *options =
		xasprintf("lowerdir=%s,upperdir=%s,workdir=%s", path, upper, work);

	if (make_folders(upper) < 0 || make_folders(work) < 0)
		return -1;
	return mount("overlay", path, "overlay", MS_NOSUID | MS_NODEV, options);
}

int docker_view_enter(const char *tmp, const char *folder, const char **step)
{
	*step = "a mount namespace of its own";
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	*step = "an empty /run";
	if (empty_run(tmp) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++) {
		*step = copied[i];
		if (access(copied[i], F_OK) == 0 && copy_on_write(copied[i], folder) < 0)
			return -1;
	}
	return 0;
}
