/* What this computer seems to be to its user: the aspects that the probe "identity" compares with the host's. */
#include "inside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void first_line(const char *path, char *buf, size_t size)
{
	if (read_small(path, buf, size) < 0)
		buf[0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static void tell(struct answer *a, const char *key, const char *value)
{
	answer_text(a, key, *value ? value : "none");
}

/* "comm@start": the name may be the host's too, the time it was started at is not. */
static void tell_init(struct answer *a)
{
	char text[1024], out[128] = "", *open, *close;
	unsigned long long start;

	if (read_small("/proc/1/stat", text, sizeof(text)) > 0 && (open = strchr(text, '(')) &&
		(close = strrchr(text, ')'))) {
		*close = '\0';
		/* proc_pid_stat(5): field 22; the one after the name is the third. */
		if (sscanf(close + 1,
			    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			    &start) == 1)
			snprintf(out, sizeof(out), "%.60s@%llu", open + 1, start);
	}
	tell(a, "pid1", out);
}

/* "count model". */
static void tell_cpus(struct answer *a)
{
	char line[512], model[128] = "", out[192];
	unsigned count = 0;
	FILE *f = fopen("/proc/cpuinfo", "re");

	while (f && fgets(line, sizeof(line), f)) {
		char *value = strchr(line, ':');

		count += strncmp(line, "processor", 9) == 0;
		if (!value || *model ||
			(strncmp(line, "model name", 10) != 0 && strncmp(line, "CPU part", 8) != 0))
			continue;
		value[strcspn(value, "\n")] = '\0';
		snprintf(model, sizeof(model), "%.120s", value[1] ? value + 2 : "");
	}
	if (f)
		fclose(f);
	snprintf(out, sizeof(out), "%u %s", count, model);
	tell(a, "cpus", count ? out : "");
}

static void tell_memory(struct answer *a)
{
	char text[4096], *at;
	unsigned long long kb = 0;

	if (read_small("/proc/meminfo", text, sizeof(text)) > 0 && (at = strstr(text, "MemTotal:")))
		sscanf(at + 9, " %llu", &kb);
	if (kb)
		answer_number(a, "mem_total", kb * 1024);
	else
		answer_text(a, "mem_total", "none");
}

/* Of the first interface that has one, by name. */
static void tell_mac(struct answer *a)
{
	char text[4096], name[64], *save = NULL, found[32] = "", best[64] = "";

	if (read_small("/proc/net/dev", text, sizeof(text)) < 0)
		text[0] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char mac[32];

		if (!strchr(line, ':') || sscanf(line, " %63[^:]", name) != 1 ||
			link_mac(name, mac) < 0 || strcmp(mac, "00:00:00:00:00:00") == 0)
			continue;
		if (!*best || strcmp(name, best) < 0) {
			strcpy(best, name);
			strcpy(found, mac);
		}
	}
	tell(a, "mac", found);
}

static void tell_dmi(struct answer *a)
{
	char vendor[128], product[128], out[260] = "";

	first_line("/sys/class/dmi/id/sys_vendor", vendor, sizeof(vendor));
	first_line("/sys/class/dmi/id/product_name", product, sizeof(product));
	if (*vendor || *product)
		snprintf(out, sizeof(out), "%s %s", vendor, product);
	tell(a, "dmi", out);
}

int do_identity(struct inside *in, const struct request *r, struct answer *a)
{
	static const struct {
		const char *key, *path;
	} lines[] = {{"hostname", "/proc/sys/kernel/hostname"},
		{"kernel", "/proc/sys/kernel/osrelease"},
		{"boot_id", "/proc/sys/kernel/random/boot_id"}};
	char text[256];

	(void)in;
	(void)r;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		first_line(lines[i].path, text, sizeof(text));
		tell(a, lines[i].key, text);
	}
	tell_init(a);
	tell_mac(a);
	tell_cpus(a);
	tell_memory(a);
	tell_dmi(a);
	return 0;
}
