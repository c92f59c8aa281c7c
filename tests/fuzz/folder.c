/* folder.c - the scratch folder of targets whose reader wants files. */
#include "fuzz.h"

#include "util.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char path[64];
static int folder = -1;

static void remove_folder(void)
{
	close(folder);
	remove_tree_at(AT_FDCWD, path);
}

int fuzz_folder(void)
{
	if (folder >= 0)
		return folder;
	snprintf(path, sizeof(path), "%s/tare-fuzz-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(path) || (folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		abort();
	atexit(remove_folder);
	return folder;
}

void fuzz_file(const char *name, const uint8_t *data, size_t size)
{
	int fd = openat(fuzz_folder(), name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write_all(fd, data, size) < 0)
		abort();
	close(fd);
}
