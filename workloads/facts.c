/* The equivalence aspects as they look from inside. A new one is one call in do_facts(). */
#include "inside.h"
#include "sha256.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

static void hash_file(const char *path, char hex[65])
{
	static char block[65536];
	struct sha256 s;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	sha256_init(&s);
	while (fd >= 0 && (n = read(fd, block, sizeof(block))) > 0)
		sha256_add(&s, block, (size_t)n);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		strcpy(hex, "unknown");
	else
		sha256_end(&s, hex);
}

/* A command's own program; a verb's is the agent. */
static void fact_payload(const struct inside *in, struct answer *a)
{
	const struct workload *w = &in->workload;
	char path[64] = "/proc/self/exe", hex[65];

	hash_file(path, hex);
	answer_text(a, "agent", hex);
	if (w->started && !w->verb) {
		snprintf(path, sizeof(path), "/proc/%d/exe", (int)w->pid);
		hash_file(path, hex);
	}
	answer_text(a, "payload", hex);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of the workload's environment, each entry with its NUL, sorted. */
static void fact_environment(struct inside *in, struct answer *a)
{
	struct list *env = &in->environment;
	char **sorted = calloc(env->n + 1, sizeof(*sorted)), hex[65];
	struct sha256 s;

	if (!sorted)
		return;
	for (size_t i = 0; i < env->n; i++)
		sorted[i] = env->items[i];
	qsort(sorted, env->n, sizeof(*sorted), by_text);
	sha256_init(&s);
	for (size_t i = 0; i < env->n; i++)
		sha256_add(&s, sorted[i], strlen(sorted[i]) + 1);
	sha256_end(&s, hex);
	free(sorted);
	answer_text(a, "env", hex);
}

static void fact_limits(struct answer *a)
{
	static const struct {
		const char *name;
		int resource;
	} limits[] = {{"as", RLIMIT_AS}, {"core", RLIMIT_CORE}, {"data", RLIMIT_DATA},
		{"fsize", RLIMIT_FSIZE}, {"memlock", RLIMIT_MEMLOCK}, {"nofile", RLIMIT_NOFILE},
		{"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK}};
	char text[1024];
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit l = {0, 0};
		char soft[24] = "-", hard[24] = "-";

		getrlimit(limits[i].resource, &l);
		if (l.rlim_cur != RLIM_INFINITY)
			snprintf(soft, sizeof(soft), "%llu", (unsigned long long)l.rlim_cur);
		if (l.rlim_max != RLIM_INFINITY)
			snprintf(hard, sizeof(hard), "%llu", (unsigned long long)l.rlim_max);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s:%s/%s",
			i ? "," : "", limits[i].name, soft, hard);
	}
	answer_text(a, "limits", text);
}

/* Lines of /proc/PID/status of the workload, or of the agent while there is none. */
static void fact_status(const struct inside *in, struct answer *a)
{
	static const char *const fields[][2] = {{"CapEff:", "capabilities"},
		{"Seccomp:", "seccomp"}, {"Seccomp_filters:", "seccomp_filters"},
		{"NoNewPrivs:", "no_new_privs"}};
	char path[64] = "/proc/self/status", text[8192];

	if (in->workload.running)
		snprintf(path, sizeof(path), "/proc/%d/status", (int)in->workload.pid);
	if (read_small(path, text, sizeof(text)) < 0)
		text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char value[64] = "unknown", *at = strstr(text, fields[i][0]);

		if (at)
			sscanf(at + strlen(fields[i][0]), " %63s", value);
		answer_text(a, fields[i][1], value);
	}
}

static void fact_line(struct answer *a, const char *key, const char *path)
{
	char text[256];

	if (read_small(path, text, sizeof(text)) < 0)
		strcpy(text, "unknown");
	text[strcspn(text, "\n")] = '\0';
	answer_text(a, key, text);
}

static void fact_cpus(struct answer *a)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		answer_number(a, "cpus", (uint64_t)CPU_COUNT(&set));
	else
		answer_text(a, "cpus", "unknown");
	answer_number(a, "cpus_online", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	answer_number(a, "mem_total",
		(uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
}

static void fact_mtu(struct answer *a)
{
	struct ifreq r = {.ifr_name = "eth0"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && ioctl(fd, SIOCGIFMTU, &r) == 0)
		answer_number(a, "mtu", (uint64_t)r.ifr_mtu);
	else
		answer_text(a, "mtu", "none");
	if (fd >= 0)
		close(fd);
}

int link_mac(const char *name, char mac[18])
{
	struct ifreq r = {0};
	const unsigned char *m = (const unsigned char *)r.ifr_hwaddr.sa_data;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc = -1;

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &r) == 0)
		rc = 0;
	snprintf(mac, 18, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Whether the workload can write to its root. */
static void fact_root(const struct inside *in, struct answer *a)
{
	struct statvfs f;

	if (statvfs(in->root ? in->root : "/", &f) < 0)
		answer_text(a, "root", "unknown");
	else
		answer_text(a, "root", f.f_flag & ST_RDONLY ? "read-only" : "writable");
}

int do_facts(struct inside *in, const struct request *r, struct answer *a)
{
	struct utsname name;

	(void)r;
	fact_cpus(a);
	uname(&name);
	answer_text(a, "kernel", name.release);
	fact_line(a, "clocksource",
		"/sys/devices/system/clocksource/clocksource0/current_clocksource");
	fact_mtu(a);
	fact_environment(in, a);
	fact_limits(a);
	answer_number(a, "uid", getuid());
	fact_status(in, a);
	answer_text(a, "fds", in->found_fds);
	fact_payload(in, a);
	fact_root(in, a);
	fact_line(a, "init", "/proc/1/comm");
	return 0;
}
