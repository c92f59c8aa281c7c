/* identity.c - is it a computer of its own? Each aspect as the user inside sees it, beside the host's: the same value is
 * the host's, another is its own, and what is not there inside counts as neither. To add an aspect: a line in aspects[],
 * the agent's try-identity.c. */
#include "probes.h"

#include "procfs.h"
#include "util.h"

#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

/* First line of a file below the host's root; "" when it cannot be read. */
static char *host_line(int root, const char *path)
{
	char *text = read_file_at(root, path, 1 << 16, NULL);

	if (!text)
		return xstrdup("");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static char *host_hostname(int root)
{
	return host_line(root, "proc/sys/kernel/hostname");
}

static char *host_kernel(int root)
{
	return host_line(root, "proc/sys/kernel/osrelease");
}

static char *host_boot_id(int root)
{
	return host_line(root, "proc/sys/kernel/random/boot_id");
}

static char *host_init(int root)
{
	struct error ignored = ERROR_INIT;
	struct process_stat st;
	bool gone = false;

	if (proc_stat(root, 1, &st, &gone, &ignored) < 0 || gone)
		return xstrdup("");
	return xasprintf("%.60s@%llu", st.comm, (unsigned long long)st.start_ticks);
}

static void add_mac(char **all, const char *mac)
{
	char *longer;

	if (strlen(mac) != 17 || !strcmp(mac, "00:00:00:00:00:00"))
		return;
	longer = xasprintf("%s%s%s", *all, **all ? " " : "", mac);
	free(*all);
	*all = longer;
}

/* sysfs shows the network namespace in which it was mounted: the host's. */
static void add_macs_of_host(int root, char **all)
{
	int fd = openat(root, "sys/class/net", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		cleanup_free char *path = xasprintf("sys/class/net/%s/address", e->d_name);
		cleanup_free char *mac = host_line(root, path);

		add_mac(all, mac);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

/* The lab's links are the host's too: a bare process sees its bridge. */
static void add_macs_of_lab(char **all)
{
	struct ifaddrs *list = NULL;

	if (getifaddrs(&list) < 0)
		return;
	for (const struct ifaddrs *i = list; i; i = i->ifa_next) {
		struct sockaddr_ll a;
		char mac[18];

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET)
			continue;
		memcpy(&a, i->ifa_addr, sizeof(a));
		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", a.sll_addr[0],
			a.sll_addr[1], a.sll_addr[2], a.sll_addr[3], a.sll_addr[4], a.sll_addr[5]);
		add_mac(all, mac);
	}
	freeifaddrs(list);
}

static char *host_macs(int root)
{
	char *all = xstrdup("");

	add_macs_of_host(root, &all);
	add_macs_of_lab(&all);
	return all;
}

static char *host_cpus(int root)
{
	cleanup_free char *text = read_file_at(root, "proc/cpuinfo", 1 << 24, NULL);
	char model[128] = "";
	unsigned count = 0;

	for (const char *line = text; line && *line;
		line += strcspn(line, "\n"), line += *line == '\n') {
		size_t len = strcspn(line, "\n");
		const char *value = memchr(line, ':', len);

		count += !strncmp(line, "processor", 9);
		if (!value || *model ||
			(strncmp(line, "model name", 10) != 0 && strncmp(line, "CPU part", 8) != 0))
			continue;
		len -= (size_t)(value - line);
		snprintf(model, sizeof(model), "%.*s",
			len > 2 ? (int)(len - 2 < 120 ? len - 2 : 120) : 0, value + 2);
	}
	return count ? xasprintf("%u %s", count, model) : xstrdup("");
}

static char *host_memory(int root)
{
	struct error ignored = ERROR_INIT;
	struct meminfo info;

	if (proc_meminfo(root, &info, &ignored) < 0)
		return xstrdup("");
	return xasprintf("%llu", (unsigned long long)info.total);
}

static char *host_dmi(int root)
{
	cleanup_free char *vendor = host_line(root, "sys/class/dmi/id/sys_vendor");
	cleanup_free char *product = host_line(root, "sys/class/dmi/id/product_name");

	return *vendor || *product ? xasprintf("%s %s", vendor, product) : xstrdup("");
}

static const struct aspect {
	const char *name;
	char *(*of_host)(int root); /* new; "" = unknown */
	bool among; /* the host has several, separated by spaces */
} aspects[] = {
	{"hostname", host_hostname, false},
	{"kernel", host_kernel, false},
	{"boot_id", host_boot_id, false},
	{"pid1", host_init, false},
	{"mac", host_macs, true},
	{"cpus", host_cpus, false},
	{"mem_total", host_memory, false},
	{"dmi", host_dmi, false},
};

static const char *judge(const struct aspect *a, const char *inside, const char *host)
{
	if (!strcmp(inside, "none"))
		return "absent";
	if (a->among ? *inside && strstr(host, inside) : !strcmp(inside, host))
		return "host";
	return "own";
}

static int ask_one(struct measurement *m, struct instance *i, char **host, json_t *table,
	unsigned counts[2], struct error *err)
{
	struct agent_reply reply;

	if (agent_call(&i->agent, &reply, probe_deadline(i), err, "identity") < 0)
		return -1;
	for (size_t k = 0; k < ARRAY_SIZE(aspects); k++) {
		cleanup_free char *text = agent_field_text(&reply, aspects[k].name);
		char safe[SAFE_TEXT_SIZE];
		const char *verdict;

		if (!text)
			return error_set(
				err, EXIT_ARM, "agent: identity: %s is missing", aspects[k].name);
		verdict = judge(&aspects[k], text, host[k]);
		counts[0] += !strcmp(verdict, "own");
		counts[1] += !strcmp(verdict, "host");
		json_array_append_new(table,
			json_pack("{s:i, s:s, s:s, s:s, s:s}", "instance", (int)(i - m->instances),
				"aspect", aspects[k].name, "value", safe_text(text, safe), "host",
				aspects[k].among ? "" : host[k], "is", verdict));
	}
	return 0;
}

static int identity_measure(struct measurement *m, unsigned slot, struct error *err)
{
	char *host[ARRAY_SIZE(aspects)];
	json_t *table = json_array();
	unsigned counts[2] = {0, 0};
	int rc = 0;

	(void)slot;
	for (size_t k = 0; k < ARRAY_SIZE(aspects); k++)
		host[k] = aspects[k].of_host(m->lab->root);
	if (!probe_can_ask(m, &probe_identity))
		rc = 1;
	for (size_t i = 0; rc == 0 && i < m->n; i++)
		rc = ask_one(m, &m->instances[i], host, table, counts, err);
	if (rc == 0) {
		measured(m, IDENTITY_OWN, counts[0] / (double)m->n, 0);
		measured(m, IDENTITY_SHARED, counts[1] / (double)m->n, 0);
		evidence_add(m, "identity", json_pack("{s:O}", "table", table));
	}
	json_decref(table);
	for (size_t k = 0; k < ARRAY_SIZE(aspects); k++)
		free(host[k]);
	return rc < 0 ? probe_failed(m, &probe_identity, err) : 0;
}

const struct probe probe_identity = {
	.name = "identity",
	.help = "hostname, kernel, boot_id, PID 1, MAC, CPUs, memory, DMI as seen inside: its own or the host's",
	.optional = true,
	.first = IDENTITY_OWN,
	.last = IDENTITY_SHARED,
	.measure = identity_measure,
};
