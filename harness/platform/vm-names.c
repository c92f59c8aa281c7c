/* vm-names.c - libvirt's QEMU driver, as root, insists that the user and group it was built to run QEMU as exist, also
 * when its configuration names others; the package that makes them is the daemon's, which a run does not need.
 * Where they are missing, the helper sees an /etc/passwd and an /etc/group that have them; nobody else does. */
#include "vm-helper.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#define NAMES_MAX (4u << 20)

/* Of Debian, Ubuntu, Fedora and their kin. */
static const char *const users[] = {"libvirt-qemu", "qemu", NULL};
static const char *const groups[] = {"libvirt-qemu", "kvm", "qemu", NULL};

/* The file with lines added, over the file itself. */
static int lend(const char *file, const char *lines, const char *folder)
{
	const char *slash = strrchr(file, '/');
	cleanup_free char *text = read_file_at(AT_FDCWD, file, NAMES_MAX, NULL);
	cleanup_free char *path = xasprintf("%s%s", folder, slash);
	cleanup_free char *all = NULL;
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = text ? strlen(text) : 0;

	all = xasprintf(
		"%s%s%s", text ? text : "", len && text[len - 1] != '\n' ? "\n" : "", lines);
	if (fd < 0 || write_all(fd, all, strlen(all)) < 0)
		return -1;
	return mount(path, file, NULL, MS_BIND, NULL);
}

int helper_lend_names(const char *folder)
{
	cleanup_free char *passwd = xstrdup(""), *group = xstrdup("");

	if (geteuid() != 0)
		return 0;
	for (size_t i = 0; users[i]; i++)
		if (!getpwnam(users[i])) {
			char *more = xasprintf(
				"%s%s:x:65534:65534::/nonexistent:/bin/false\n", passwd, users[i]);

			free(passwd);
			passwd = more;
		}
	for (size_t i = 0; groups[i]; i++)
		if (!getgrnam(groups[i])) {
			char *more = xasprintf("%s%s:x:65534:\n", group, groups[i]);

			free(group);
			group = more;
		}
	if (!*passwd && !*group)
		return 0;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	if (*passwd && lend("/etc/passwd", passwd, folder) < 0)
		return -1;
	return *group ? lend("/etc/group", group, folder) : 0;
}
