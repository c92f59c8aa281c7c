/* system-image.c - finds an operating system's image in the cache. A new one: a recipe in workloads/images and a word
 * in system_image_choices[]. */
#include "system-image.h"

#include "guest-kernel.h"
#include "json.h"
#include "util.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

const char *const system_image_choices[] = {"minimal", "debian", NULL};

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

int system_image_find(const char *name, struct system_image *out, struct error *err)
{
	cleanup_free char *cache = cache_folder();
	cleanup_free char *link = xasprintf("%s/%s", cache, name);
	/* The link may be turned to a newer image during the run. */
	cleanup_free char *folder = realpath(link, NULL);
	cleanup_free char *hash_path = xasprintf("%s/hash", folder ? folder : link);
	cleanup_free char *hash = read_file_at(AT_FDCWD, hash_path, 256, NULL);
	struct system_image i;

	if (!folder || !hash || strspn(hash, "0123456789abcdef") != 64)
		return error_set(err, EXIT_PREREQUISITE,
			"image %s: none in %s, expected %s/hash there; run: sudo make setup", name,
			cache, name);
	i = (struct system_image){.name = xstrdup(name),
		.folder = xstrdup(folder),
		.tree = xasprintf("%s/tree", folder),
		.disk = xasprintf("%s/disk.ext4", folder),
		.packages = xasprintf("%s/packages", folder)};
	memcpy(i.hash, hash, 64);
	if (!is_folder(i.tree) || !is_file(i.disk) || !is_file(i.packages)) {
		system_image_free(&i);
		return error_set(err, EXIT_PREREQUISITE,
			"image %s: %s is incomplete, expected tree, disk.ext4 and packages in it; run: sudo make setup",
			name, folder);
	}
	*out = i;
	return 0;
}

void system_image_free(struct system_image *i)
{
	free(i->name);
	free(i->folder);
	free(i->tree);
	free(i->disk);
	free(i->packages);
	*i = (struct system_image){.name = NULL};
}

const char *system_image_file(const char *file, char **name)
{
	for (size_t k = 1; system_image_choices[k]; k++) {
		size_t n = strlen(system_image_choices[k]);

		if (strncmp(file, system_image_choices[k], n) != 0 || file[n] != ':' ||
			file[n + 1] != '/')
			continue;
		*name = xstrdup(system_image_choices[k]);
		return file + n + 1;
	}
	return NULL;
}
