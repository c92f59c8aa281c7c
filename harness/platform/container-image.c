/* container-image.c - an operating system's image as a container's root: the cached tree is only read, the workload's files
 * lie over it (overlayfs), and with a user namespace an idmapped mount gives its files to the container's ids. */
#include "container-child.h"

#include "util.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

/* <sys/mount.h> has these and cannot be included beside <linux/mount.h>. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	const void *data);
int umount2(const char *target, int flags);
#define DETACH 2 /* MNT_DETACH */
#define READ_ONLY 1 /* MS_RDONLY */
#define BIND 4096 /* MS_BIND */

/* A user namespace in which id 0 is the container's first id: an open descriptor, or -1 with errno. */
static int make_userns(const struct container_stage *stage)
{
	cleanup_close int fd = -1;
	int pipes[2], status;
	char path[64], map[64], go;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		go = unshare(CLONE_NEWUSER) == 0;
		if (write(pipes[1], &go, 1) == 1)
			pause();
		_exit(0);
	}
	close(pipes[1]);
	if (pid > 0 && read(pipes[0], &go, 1) == 1 && go) {
		snprintf(map, sizeof(map), "0 %u %u\n", stage->id_base, stage->id_count);
		snprintf(path, sizeof(path), "/proc/%d/uid_map", (int)pid);
		if (write_file_at(AT_FDCWD, path, map) == 0) {
			snprintf(path, sizeof(path), "/proc/%d/gid_map", (int)pid);
			if (write_file_at(AT_FDCWD, path, map) == 0) {
				snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
				fd = open(path, O_RDONLY | O_CLOEXEC);
			}
		}
	}
	close(pipes[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return steal_fd(&fd);
}

static int mount_base(struct container_stage *stage, struct error *err)
{
	cleanup_close int tree = (int)syscall(
		SYS_open_tree, AT_FDCWD, stage->image.tree, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct mount_attr a = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID};
	cleanup_close int users = -1;

	if (tree < 0 || mkdir(stage->base, 0755) < 0)
		return error_errno(err, EXIT_ARM, errno, "container: image %s", stage->image.tree);
	if (stage->userns && stage->id_count > 1) {
		users = make_userns(stage);
		a.attr_set |= MOUNT_ATTR_IDMAP;
		a.userns_fd = (uint64_t)(users < 0 ? 0 : users);
	}
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &a, sizeof(a)) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"container: image %s cannot be given to the container's ids, expected a file system that can be mounted so (Linux 5.19); give the arm \"userns\": false",
			stage->image.tree);
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, stage->base, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return error_errno(err, EXIT_ARM, errno, "container: mount the image");
	stage->base_mounted = true;
	return 0;
}

static int mount_overlay(const char *at, unsigned long flags, const char *layers, struct error *err)
{
	if (mkdir(at, 0755) < 0 || mount("overlay", at, "overlay", flags, layers) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"container: overlay of the image, expected overlayfs in the kernel; modprobe overlay");
	return 0;
}

int container_image_open(struct stage *s, struct container_stage *stage, struct error *err)
{
	cleanup_free char *layers = NULL;

	(void)s;
	stage->base = xasprintf("%s.base", stage->local.tree);
	stage->merged = xasprintf("%s.merged", stage->local.tree);
	if (mount_base(stage, err) < 0)
		return -1;
	if (stage->system)
		return 0;
	layers = xasprintf("lowerdir=%s:%s", stage->local.tree, stage->base);
	if (mount_overlay(stage->merged, READ_ONLY, layers, err) < 0)
		return -1;
	stage->merged_mounted = true;
	stage->local.root = stage->merged;
	return 0;
}

void container_image_close(struct container_stage *stage)
{
	if (stage->merged_mounted)
		umount2(stage->merged, DETACH);
	if (stage->base_mounted)
		umount2(stage->base, DETACH);
	if (stage->merged)
		rmdir(stage->merged);
	if (stage->base)
		rmdir(stage->base);
	free(steal_ptr(stage->merged));
	free(steal_ptr(stage->base));
	system_image_free(&stage->image);
}

static char *own_folder(const struct container_stage *stage, const struct instance *i)
{
	return xasprintf("%s.%s", stage->local.tree, i->name);
}

/* Open to the container's ids, which are others than ours; its folder is in the lab. */
static int listen_at(const char *path, struct error *err)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(a.sun_path))
		return error_set(err, EXIT_ARM,
			"container: %s, got %zu bytes, expected a socket's path of at most %zu",
			path, strlen(path), sizeof(a.sun_path) - 1);
	strcpy(a.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || chmod(path, 0666) < 0 ||
		listen(fd, 1) < 0)
		return error_errno(err, EXIT_ARM, errno, "container: cannot listen at %s", path);
	return steal_fd(&fd);
}

int container_root_make(struct stage *s, struct local_instance *li, struct error *err)
{
	const struct container_stage *stage = s->data;
	const struct instance *i = li->instance;
	cleanup_free char *own = own_folder(stage, i);
	cleanup_free char *upper = xasprintf("%s/upper", own), *work = xasprintf("%s/work", own);
	cleanup_free char *at = xasprintf("%s/root", own);
	cleanup_free char *channel = xasprintf("%s/channel", own);
	cleanup_free char *point = xasprintf("%s/root%s", own, WIRE_SERVICE);
	cleanup_free char *layers = xasprintf("lowerdir=%s:%s,upperdir=%s,workdir=%s",
		stage->local.tree, stage->base, upper, work);
	uid_t id = stage->userns ? stage->id_base : 0;
	int fd;

	if (mkdir(own, 0755) < 0 || mkdir(upper, 0755) < 0 || mkdir(work, 0755) < 0 ||
		chown(upper, id, id) < 0)
		return error_errno(err, EXIT_ARM, errno, "container: cannot make %s", own);
	if (mount_overlay(at, 0, layers, err) < 0)
		return -1;
	fd = open(point, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, EXIT_ARM, errno, "container: cannot make %s", point);
	close(fd);
	li->root = steal_ptr(at);
	li->listen = listen_at(channel, err);
	if (li->listen < 0)
		return -1;
	/* Here and not inside: the way to the socket is closed to the container's ids. */
	if (mount(channel, point, NULL, BIND, NULL) < 0)
		return error_errno(err, EXIT_ARM, errno, "container: mount %s", point);
	return 0;
}

void container_root_remove(const struct container_stage *stage, const struct instance *i)
{
	cleanup_free char *own = own_folder(stage, i);
	cleanup_free char *at = xasprintf("%s/root", own);

	umount2(at, DETACH);
	remove_tree_at(AT_FDCWD, own);
}
