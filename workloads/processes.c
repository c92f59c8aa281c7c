/* Who is here: the process table as seen from inside, and what the workload's processes hold. */
#include "inside.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000u /* include/linux/sched.h */

struct process {
	pid_t pid, ppid;
	char comm[64];
	char state;
	unsigned flags;
	unsigned long threads;
	bool below; /* the agent, or descends from it */
	bool mine; /* below, or there is no other */
};

struct table {
	struct process *all;
	size_t n, room;
};

/* proc_pid_stat(5): pid (comm) state ppid pgrp session tty tpgid flags ...; num_threads is the 20th. */
static bool read_process(pid_t pid, struct process *p)
{
	char path[64], text[1024], *open, *close;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (read_small(path, text, sizeof(text)) <= 0)
		return false;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close)
		return false;
	*close = '\0';
	snprintf(p->comm, sizeof(p->comm), "%s", open + 1);
	p->pid = pid;
	p->mine = p->below = false;
	return sscanf(close + 1,
		       " %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %lu",
		       &p->state, &p->ppid, &p->flags, &p->threads) == 4;
}

static struct process *table_room(struct table *t)
{
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 256;
		struct process *all = realloc(t->all, room * sizeof(*all));

		if (!all)
			return NULL;
		t->all = all;
		t->room = room;
	}
	return &t->all[t->n];
}

/* Under a pid namespace or a kernel of its own everything visible is the instance's. On a host only the agent's
 * descendants are: orphans among them come back to it (PR_SET_CHILD_SUBREAPER). */
static void mark_mine(const struct inside *in, struct table *t)
{
	pid_t self = getpid();
	bool changed = true;

	for (size_t i = 0; i < t->n; i++)
		t->all[i].below = t->all[i].pid == self;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < t->n; i++)
			for (size_t k = 0; !t->all[i].below && k < t->n; k++)
				if (t->all[k].below && t->all[k].pid == t->all[i].ppid)
					t->all[i].below = changed = true;
	}
	for (size_t i = 0; i < t->n; i++)
		t->all[i].mine = t->all[i].below || in->place != PLACE_CHILD;
}

/* 0, or -1 with errno. The caller frees t->all in any case. */
static int table_read(const struct inside *in, struct table *t)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	memset(t, 0, sizeof(*t));
	if (!d)
		return -1;
	while ((e = readdir(d))) {
		struct process *p;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		p = table_room(t);
		if (!p) {
			closedir(d);
			errno = ENOMEM;
			return -1;
		}
		if (read_process((pid_t)atoi(e->d_name), p))
			t->n++;
	}
	closedir(d);
	mark_mine(in, t);
	return 0;
}

static bool is_payload(const struct inside *in, const struct process *p)
{
	/* A whole system has processes of its own: they are no payload. */
	if (in->place >= PLACE_SERVICE && !p->below)
		return false;
	if (!p->mine || p->pid == getpid() || (p->flags & PF_KTHREAD) || strchr("ZX", p->state))
		return false;
	for (int kind = 0; kind < END_KINDS; kind++)
		if (in->ends[kind] == p->pid)
			return false;
	return true;
}

size_t payload_pids(const struct inside *in, pid_t **pids)
{
	struct table t;
	size_t n = 0;

	if (pids)
		*pids = NULL;
	if (table_read(in, &t) == 0) {
		if (pids)
			*pids = calloc(t.n + 1, sizeof(**pids));
		for (size_t i = 0; i < t.n; i++) {
			if (!is_payload(in, &t.all[i]))
				continue;
			if (pids && *pids)
				(*pids)[n] = t.all[i].pid;
			n++;
		}
	}
	free(t.all);
	return pids && !*pids ? 0 : n;
}

void payload_kill(const struct inside *in, int sig)
{
	pid_t *pids;
	size_t n = payload_pids(in, &pids);

	for (size_t i = 0; i < n; i++)
		kill(pids[i], sig);
	free(pids);
}

struct memory {
	uint64_t pss, uss, rss, anon, shmem;
};

/* Adds one process's "Name: N kB" lines of smaps_rollup; nothing when it ended meanwhile. */
static int add_memory(pid_t pid, struct memory *m)
{
	char path[64], text[4096], *save = NULL;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	if (read_small(path, text, sizeof(text)) < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char name[32];
		unsigned long long kb;

		if (sscanf(line, "%31[^:]: %llu kB", name, &kb) != 2)
			continue;
		if (strcmp(name, "Pss") == 0)
			m->pss += kb * 1024;
		else if (strcmp(name, "Rss") == 0)
			m->rss += kb * 1024;
		else if (strncmp(name, "Private_", 8) == 0)
			m->uss += kb * 1024;
		else if (strcmp(name, "Pss_Anon") == 0)
			m->anon += kb * 1024;
		else if (strcmp(name, "Pss_Shmem") == 0)
			m->shmem += kb * 1024;
	}
	return 0;
}

int do_payload(struct inside *in, const struct request *r, struct answer *a)
{
	const struct workload *w = &in->workload;
	struct memory m = {0};
	char tail[TAIL_TOLD];
	pid_t *pids;
	size_t n = payload_pids(in, &pids);

	(void)r;
	/* A workload that is not there weighs nothing, and that must not look like a figure. */
	if (!w->started) {
		free(pids);
		return answer_fail(a, "payload: no workload was started");
	}
	if (!w->running && (n == 0 || w->status != 0)) {
		free(pids);
		return answer_fail(a, "workload ended with status %u%s", status_number(w->status),
			output_tail(w, tail, sizeof(tail)));
	}
	for (size_t i = 0; i < n; i++) {
		if (add_memory(pids[i], &m) == 0)
			continue;
		answer_fail(a, "payload: smaps_rollup of process %d: %s", (int)pids[i],
			strerror(errno));
		free(pids);
		return -1;
	}
	free(pids);
	answer_number(a, "pss", m.pss);
	answer_number(a, "uss", m.uss);
	answer_number(a, "rss", m.rss);
	answer_number(a, "anon", m.anon);
	answer_number(a, "shmem", m.shmem);
	answer_number(a, "processes", n);
	return 0;
}

/* ",name" each, as many as fit; a comma in a name becomes "_"; kernel threads stand in brackets. */
static void add_names(struct table *t, struct answer *a)
{
	bool first = true;

	answer_raw(a, " names=");
	for (size_t i = 0; i < t->n; i++) {
		struct process *p = &t->all[i];
		bool kernel = p->flags & PF_KTHREAD;
		char name[200], *comma;

		if (!p->mine || strchr("ZX", p->state))
			continue;
		while ((comma = strchr(p->comm, ',')))
			*comma = '_';
		if (encode(p->comm, name, sizeof(name)) < 0)
			continue;
		if (a->used + strlen(name) + 3 >= sizeof(a->text))
			return;
		if (!first)
			answer_raw(a, ",");
		answer_raw(a, kernel ? "[" : "");
		answer_raw(a, name);
		answer_raw(a, kernel ? "]" : "");
		first = false;
	}
}

int do_census(struct inside *in, const struct request *r, struct answer *a)
{
	uint64_t user = 0, kernel = 0, pool = 0, payload = 0, threads = 0;
	struct table t;

	if (table_read(in, &t) < 0) {
		answer_fail(a, "census: /proc: %s", strerror(errno));
		free(t.all);
		return -1;
	}
	for (size_t i = 0; i < t.n; i++) {
		const struct process *p = &t.all[i];

		if (strchr("ZX", p->state) || !p->mine)
			continue;
		if (p->flags & PF_KTHREAD) {
			bool worker = strncmp(p->comm, "kworker", 7) == 0;

			kernel += !worker;
			pool += worker;
			continue;
		}
		/* udev's workers come with a boot's events and go some seconds after the last. */
		if (in->place >= PLACE_SERVICE && strcmp(p->comm, "(udev-worker)") == 0) {
			pool++;
			continue;
		}
		user++;
		threads += p->threads - 1;
		payload += is_payload(in, p);
	}
	answer_number(a, "user", user);
	answer_number(a, "kernel", kernel);
	answer_number(a, "pool", pool);
	answer_number(a, "payload", payload);
	answer_number(a, "threads", threads);
	if (request_get(r, "names"))
		add_names(&t, a);
	free(t.all);
	return 0;
}

/* "<key>: N kB" at the start of a line. */
static bool find_kb(const char *text, const char *name, uint64_t *bytes)
{
	char key[32];
	unsigned long long kb;

	snprintf(key, sizeof(key), "%s:", name);
	for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (strncmp(at, key, strlen(key)) != 0)
			continue;
		if (sscanf(at + strlen(key), " %llu kB", &kb) != 1)
			return false;
		*bytes = kb * 1024;
		return true;
	}
	return false;
}

/* Free pages on the lists of single CPUs: MemFree does not hold them. 0 where they are not told. */
static uint64_t percpu_free(void)
{
	static char text[65536];
	unsigned long long pages = 0, count;
	char *save = NULL;

	if (read_small("/proc/zoneinfo", text, sizeof(text)) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, " count: %llu", &count) == 1)
			pages += count;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

int do_meminfo(struct inside *in, const struct request *r, struct answer *a)
{
	static const struct {
		const char *name, *key;
		bool optional; /* not in every kernel: 0 then */
	} fields[] = {{"MemTotal", "total", false}, {"MemFree", "free", false},
		{"MemAvailable", "available", false}, {"Cached", "cached", false},
		{"Buffers", "buffers", false}, {"AnonPages", "anon", false},
		{"Shmem", "shmem", false}, {"Slab", "slab", false},
		{"KernelStack", "stacks", false}, {"PageTables", "tables", false},
		{"Percpu", "percpu", true}, {"VmallocUsed", "vmalloc", true}};
	char text[8192];

	(void)in;
	(void)r;
	if (read_small("/proc/meminfo", text, sizeof(text)) < 0)
		return answer_fail(a, "meminfo: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		uint64_t bytes = 0;

		if (!find_kb(text, fields[i].name, &bytes) && !fields[i].optional)
			return answer_fail(a, "meminfo: %s is missing", fields[i].name);
		answer_number(a, fields[i].key, bytes);
	}
	answer_number(a, "percpu_free", percpu_free());
	return 0;
}
