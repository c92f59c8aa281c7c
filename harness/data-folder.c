/* data-folder.c - where the installed plans and workloads are, and which there are. */
#include "json.h"
#include "util.h"
#include "workload.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#ifndef TARE_DATADIR
#define TARE_DATADIR "/usr/local/share/tare"
#endif

static bool holds_plans(const char *folder)
{
	cleanup_free char *plans = xasprintf("%s/workloads/plans", folder);

	return access(plans, F_OK) == 0;
}

const char *data_folder(void)
{
	static char folder[PATH_MAX];
	const char *given = getenv("TARE_DATA");
	ssize_t n;

	if (given && *given)
		return given;
	n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	/* ROOT/build/tare of a source tree, PREFIX/bin/tare of an installed one -> ROOT, PREFIX */
	for (int up = 0; up < 2 && n > 0; up++) {
		folder[n] = '\0';
		n = strrchr(folder, '/') ? strrchr(folder, '/') - folder : 0;
	}
	if (n > 0) {
		folder[n] = '\0';
		if (holds_plans(folder))
			return folder;
		snprintf(folder + n, sizeof(folder) - (size_t)n, "/share/tare");
		if (holds_plans(folder))
			return folder;
	}
	return TARE_DATADIR;
}

char *data_path(const char *folder, const char *name)
{
	return xasprintf("%s/%s/%s.json", data_folder(), folder, name);
}

bool is_path_name(const char *name)
{
	size_t n = strlen(name);

	return strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".json") == 0);
}

static int is_json_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

char **data_list(const char *folder)
{
	cleanup_free char *path = xasprintf("%s/%s", data_folder(), folder);
	struct dirent **entries;
	char **names = NULL;
	int n = scandir(path, &entries, is_json_file, alphasort);

	if (n < 0)
		return NULL;
	for (int i = 0; i < n; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - 5] = '\0';
		strv_add(&names, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return names;
}
