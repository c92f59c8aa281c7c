/* host-describe.c - what this machine is: the object "host" of run.json and the fingerprint. To record
 * another fact, add one line to host_describe(). */
#include "host.h"

#include "host-internal.h"
#include "procfs.h"
#include "strict-text.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#define RAM_STEP ((uint64_t)256 << 20) /* kernels of one machine differ by some MiB in MemTotal */

static json_t *text_or_null(const char *s)
{
	char safe[SAFE_TEXT_SIZE];

	return s && *s ? json_string(safe_text(s, safe)) : json_null();
}

/* First line of a file that need not be there: new string, or NULL. */
static char *optional_line(int root, const char *path)
{
	cleanup_free char *text = read_file_at(root, path, TEXT_MAX, NULL);

	return text ? text_line(text) : NULL;
}

static json_t *line_or_null(int root, const char *path)
{
	cleanup_free char *line = optional_line(root, path);

	return text_or_null(line);
}

static json_t *number_or_null(int root, const char *path)
{
	cleanup_free char *line = optional_line(root, path);
	uint64_t v;

	return line && parse_u64(line, 0, INT64_MAX, &v) == 0 ? json_integer((json_int_t)v)
							      : json_null();
}

/* How many tasks the kernel has numbers and room for. */
static json_t *task_limit(int root)
{
	json_t *numbers = number_or_null(root, "proc/sys/kernel/pid_max");
	json_t *room = number_or_null(root, "proc/sys/kernel/threads-max");
	bool fewer = json_is_integer(numbers) && json_is_integer(room) &&
		json_integer_value(room) < json_integer_value(numbers);

	json_decref(fewer ? numbers : room);
	return fewer ? room : numbers;
}

/* How many there are: "0.10 0.20 0.30 1/234 5678". */
static json_t *tasks(int root)
{
	cleanup_free char *line = optional_line(root, "proc/loadavg");
	const char *slash = line ? strchr(line, '/') : NULL;
	uint64_t n;

	if (!slash)
		return json_null();
	line[strcspn(line, "/") + 1 + strcspn(slash + 1, " ")] = '\0';
	return parse_u64(slash + 1, 0, INT64_MAX, &n) == 0 ? json_integer((json_int_t)n)
							   : json_null();
}

/* Value of the first "key<blanks>: value" in /proc/cpuinfo: new string, or NULL. */
static char *cpuinfo_value(const char *text, const char *key)
{
	for (const char *line = text; line; line = text_next(line)) {
		size_t len = strlen(key);

		if (strncmp(line, key, len) != 0)
			continue;
		line += len;
		len = strspn(line, " \t");
		if (line[len] == ':')
			return text_line(line + len + 1 + strspn(line + len + 1, " \t"));
	}
	return NULL;
}

static unsigned cpuinfo_cores(const char *text)
{
	unsigned n = 0;

	for (const char *line = text; line; line = text_next(line))
		n += strncmp(line, "processor\t", 10) == 0;
	return n;
}

/* arm64 has no model name: implementer and part stand for it. */
static char *cpu_model(const char *text)
{
	static const char *const keys[] = {"model name", "Model", "cpu model", "cpu"};
	cleanup_free char *implementer = cpuinfo_value(text, "CPU implementer");
	cleanup_free char *part = cpuinfo_value(text, "CPU part");

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		cleanup_free char *model = cpuinfo_value(text, keys[i]);

		if (model && *model)
			return steal_ptr(model);
	}
	if (implementer && part)
		return xasprintf("implementer %s part %s", implementer, part);
	return NULL;
}

/* The chosen word of "always [madvise] never". */
static json_t *chosen_or_null(int root, const char *path)
{
	cleanup_free char *line = optional_line(root, path);
	char *open = line ? strchr(line, '[') : NULL, *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return json_null();
	*close = '\0';
	return text_or_null(open + 1);
}

static json_t *distribution(int root)
{
	cleanup_free char *text = read_file_at(root, "etc/os-release", TEXT_MAX, NULL);

	if (!text)
		text = read_file_at(root, "usr/lib/os-release", TEXT_MAX, NULL);
	for (const char *line = text; line; line = text_next(line)) {
		if (strncmp(line, "PRETTY_NAME=", 12) != 0)
			continue;
		cleanup_free char *value = text_line(line + 12);
		size_t len = strlen(value);

		if (len >= 2 && strchr("\"'", value[0]) && value[len - 1] == value[0]) {
			value[len - 1] = '\0';
			return text_or_null(value + 1);
		}
		return text_or_null(value);
	}
	return json_null();
}

static json_t *cache_halved(int root)
{
	struct error ignored = ERROR_INIT;
	bool halved;

	return proc_cache_halved(root, &halved, &ignored) < 0 ? json_null() : json_boolean(halved);
}

/* Only the live machine has programs to ask; a captured tree has none. */
static json_t *tools(int root)
{
	static const char *const ask[][2] = {
		{"qemu", "qemu-system-x86_64"}, {"gnuplot", "gnuplot"}};
	json_t *object = json_object();
	struct stat here, given;
	bool live = stat("/", &here) == 0 && fstat(root, &given) == 0 &&
		here.st_dev == given.st_dev && here.st_ino == given.st_ino;

	for (size_t i = 0; i < ARRAY_SIZE(ask); i++) {
		cleanup_free char *version = live ? tool_version(ask[i][1]) : NULL;

		json_object_set_new(object, ask[i][0], text_or_null(version));
	}
	return object;
}

char *host_fingerprint(const char *model, unsigned cores, uint64_t ram, const char *accelerator,
	const char *cgroup)
{
	cleanup_free char *text = xasprintf("%s\n%u\n%" PRIu64 "\n%s\n%s\n", model, cores,
		(ram + RAM_STEP / 2) / RAM_STEP, accelerator, cgroup);
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *p = text; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
	return xasprintf("%016" PRIx64, hash);
}

json_t *host_describe(int root, enum cgroup_mode mode, const char *accelerator, struct error *err)
{
	static const char where[] = "/proc/cpuinfo";
	cleanup_free char *cpuinfo = text_read(root, where + 1, where, err);
	cleanup_free char *model = cpuinfo ? cpu_model(cpuinfo) : NULL;
	cleanup_free char *microcode = cpuinfo ? cpuinfo_value(cpuinfo, "microcode") : NULL;
	cleanup_free char *fingerprint = NULL;
	unsigned cores = cpuinfo ? cpuinfo_cores(cpuinfo) : 0;
	struct meminfo m;
	json_t *o;

	if (!cpuinfo || proc_meminfo(root, &m, err) < 0)
		return NULL;
	if (!cores || !model) {
		error_set(err, EXIT_INTERNAL,
			"%s: %s, expected \"processor\" and \"model name\" lines", where,
			cores ? "no CPU model" : "no CPU");
		return NULL;
	}
	fingerprint = host_fingerprint(model, cores, m.total, accelerator, cgroup_mode_names[mode]);
	o = json_object();
	json_object_set_new(o, "name", line_or_null(root, "proc/sys/kernel/hostname"));
	json_object_set_new(o, "cpu_model", text_or_null(model));
	json_object_set_new(o, "cores", json_integer(cores));
	json_object_set_new(o, "ram_bytes", json_integer((json_int_t)m.total));
	json_object_set_new(o, "kernel", line_or_null(root, "proc/sys/kernel/osrelease"));
	json_object_set_new(o, "cgroup", json_string(cgroup_mode_names[mode]));
	json_object_set_new(o, "ksm", number_or_null(root, "sys/kernel/mm/ksm/run"));
	json_object_set_new(
		o, "thp", chosen_or_null(root, "sys/kernel/mm/transparent_hugepage/enabled"));
	json_object_set_new(o, "governor",
		line_or_null(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
	json_object_set_new(o, "available_bytes", json_integer((json_int_t)m.available));
	json_object_set_new(o, "cache_halved", cache_halved(root));
	json_object_set_new(o, "task_limit", task_limit(root));
	json_object_set_new(o, "tasks", tasks(root));
	json_object_set_new(o, "swap_bytes", json_integer((json_int_t)m.swap_total));
	json_object_set_new(o, "overcommit", number_or_null(root, "proc/sys/vm/overcommit_memory"));
	json_object_set_new(o, "microcode", text_or_null(microcode));
	json_object_set_new(o, "distribution", distribution(root));
	json_object_set_new(o, "tools", tools(root));
	json_object_set_new(o, "fingerprint", json_string(fingerprint));
	return o;
}

int host_cpus(unsigned *cpus, size_t max, size_t *n, struct error *err)
{
	size_t used = 0;

	/* The kernel may know more CPUs than a cpu_set_t: it says so by EINVAL. */
	for (unsigned bits = CPU_SETSIZE;; bits *= 2) {
		cleanup_free cpu_set_t *set = xcalloc(1, CPU_ALLOC_SIZE(bits));

		if (sched_getaffinity(0, CPU_ALLOC_SIZE(bits), set) < 0) {
			if (errno == EINVAL && bits < (1u << 20))
				continue;
			return error_errno(
				err, EXIT_INTERNAL, errno, "CPUs: cannot read the affinity");
		}
		for (unsigned i = 0; i < bits && used < max; i++)
			if (CPU_ISSET_S(i, CPU_ALLOC_SIZE(bits), set))
				cpus[used++] = i;
		*n = used;
		return 0;
	}
}
