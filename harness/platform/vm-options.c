/* vm-options.c - what can be said against the options of a VM's arm before anything is made: --dry-run asks it as the
 * run does. An option that names a file is one row in files[]. */
#include "vm.h"

#include "json.h"
#include "util.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MIB (1ULL << 20)

static const char *text_of(const struct arm *arm, const char *name)
{
	const char *text = json_string_value(json_object_get(arm->options, name));

	return text && *text ? text : NULL;
}

/* One that only root can see is left to the run. */
static int check_file(const struct arm *arm, const char *name, bool folder, struct error *err)
{
	const char *path = text_of(arm, name);
	char safe[SAFE_TEXT_SIZE];
	struct stat st;

	if (!path || (stat(path, &st) < 0 && errno == EACCES && geteuid() != 0))
		return 0;
	if (stat(path, &st) < 0)
		return error_errno(err, EXIT_USAGE, errno, "option %s: %s: cannot be found", name,
			safe_text(path, safe));
	if (folder ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		return 0;
	return error_set(err, EXIT_USAGE, "option %s: got %s, expected %s", name,
		safe_text(path, safe), folder ? "a folder lib/modules/RELEASE" : "a file");
}

static int check_files(const struct arm *arm, struct error *err)
{
	static const char *const files[] = {"kernel", "initrd", "disk", "emulator"};
	const char *emulator = text_of(arm, "emulator");
	char safe[SAFE_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (check_file(arm, files[i], false, err) < 0)
			return -1;
	if (emulator && access(emulator, X_OK) < 0 && (errno != EACCES || geteuid() == 0))
		return error_errno(err, EXIT_USAGE, errno,
			"option emulator: %s: cannot be executed", safe_text(emulator, safe));
	return check_file(arm, "modules", true, err);
}

int vm_read_size(const struct arm *arm, const char *name, uint64_t *out, struct error *err)
{
	const json_t *number = json_object_get(arm->options, name);
	const char *text = text_of(arm, name);
	char safe[SAFE_TEXT_SIZE];
	bool ram = !strcmp(name, "ram");
	uint64_t value, least = ram ? 64 * MIB : MIB, most = 1ULL << (ram ? 40 : 36);

	if (!text && !json_is_integer(number))
		return 0;
	value = (uint64_t)json_integer_value(number);
	if (text && parse_bytes(text, &value) < 0)
		return error_set(err, EXIT_USAGE, "option %s: not a size, got %s, expected bytes",
			name, safe_text(text, safe));
	if (value % MIB || value < least || value > most)
		return error_set(err, EXIT_USAGE,
			"option %s: got %llu, expected a multiple of 1 MiB from %s", name,
			(unsigned long long)value, ram ? "64 MiB to 1 TiB" : "1 MiB to 64 GiB");
	*out = value;
	return 0;
}

/* A whole system brings its disk and its kernel's initrd; modules are those of a kernel. */
static int check_together(const struct arm *arm, const struct run_options *o, struct error *err)
{
	const char *image = text_of(arm, "image");
	bool whole = image && strcmp(image, "minimal") != 0;

	if (whole && (text_of(arm, "disk") || text_of(arm, "initrd")))
		return error_set(err, EXIT_USAGE, "image %s with %s, expected one of them", image,
			text_of(arm, "disk") ? "disk" : "initrd");
	if (text_of(arm, "modules") && !text_of(arm, "kernel"))
		return error_set(err, EXIT_USAGE,
			"option modules: got no kernel with it, expected both or none");
	if (o->connect && json_object_get(arm->options, "swap"))
		return error_set(err, EXIT_USAGE,
			"option swap: got one with --connect, expected none: its disk is a file that only this run may open");
	return 0;
}

int vm_check_arm(const struct arm *arm, const struct run_options *o, struct error *err)
{
	uint64_t size;

	if (o->connect && vm_check_uri(o->connect, err) < 0)
		return -1;
	if (vm_read_size(arm, "ram", &size, err) < 0 || vm_read_size(arm, "swap", &size, err) < 0)
		return -1;
	return check_together(arm, o, err) < 0 ? -1 : check_files(arm, err);
}
