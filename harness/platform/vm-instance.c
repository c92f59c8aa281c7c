/* vm-instance.c - a VM before its start and after: tap, sockets, cgroup, launch file; power off, kill, clear up. */
#include "vm.h"

#include "netlink.h"
#include "json.h"
#include "qcow2.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define CALL_TIME (10 * NSEC_PER_SEC)
#define POWER_OFF_TIME (2 * NSEC_PER_SEC)
#define KILL_TIME (5 * NSEC_PER_SEC)
#define TAIL_MAX 4096

/* A socket that QEMU connects to when it starts. */
static int listen_at(const char *path, bool open_to_all, struct error *err)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(a.sun_path))
		return error_set(err, EXIT_ARM,
			"vm: %s, got %zu bytes, expected a socket's path of at most %zu", path,
			strlen(path), sizeof(a.sun_path) - 1);
	strcpy(a.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
		(open_to_all && chmod(path, 0666) < 0) || listen(fd, 1) < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: cannot listen at %s", path);
	return steal_fd(&fd);
}

/* The console goes to the helper, which drains it from its first byte to its last. */
static int give_console(struct vm_instance *n, struct error *err)
{
	struct vm_connection *c = n->stage->connection;
	cleanup_close int fd = -1;
	int slot = 0;

	while (slot < CONSOLE_SLOTS && c->slot_used[slot])
		slot++;
	if (slot == CONSOLE_SLOTS)
		return error_set(err, EXIT_ARM, "vm: too many instances, expected at most %d",
			CONSOLE_SLOTS);
	fd = listen_at(n->console_path, c->outside, err);
	if (fd < 0)
		return -1;
	c->slot_used[slot] = true;
	n->slot = slot;
	console_reset(&c->helper->consoles[slot]);
	atomic_store(&c->helper->consoles[slot].state, CONSOLE_LISTENING);
	return helper_call(c->helper, fd, now_ns() + CALL_TIME, err, "drain %d", slot);
}

static int make_tap(
	const struct stage *s, struct vm_instance *n, struct instance *i, struct error *err)
{
	static unsigned count;

	/* A daemon's QEMU is in the host's network namespace, out of the lab's reach. */
	snprintf(n->mac, sizeof(n->mac), "52:54:00:%.2s:%02x:%02x", s->lab->id, count >> 8 & 0xff,
		count & 0xff);
	snprintf(n->uuid, sizeof(n->uuid), "%.8s-%.4s-4%.3s-8000-%012x", s->lab->id, s->lab->id + 8,
		s->lab->id + 12, count);
	snprintf(n->tap, sizeof(n->tap), "tt%.4s%04x", s->lab->id, count++ & 0xffff);
	if (n->stage->connection->outside) {
		*n->tap = 0;
		return 0;
	}
	if (lab_address(s->lab, i->address, err) < 0 || link_add_tap(n->tap, err) < 0)
		return -1;
	snprintf(i->link, sizeof(i->link), "%s", n->tap);
	if (link_set_master(n->tap, LAB_BRIDGE, err) < 0 || link_up(n->tap, err) < 0)
		return error_wrap(err, "vm: tap");
	return 0;
}

/* What the launcher does before it becomes QEMU. */
static int make_launch(struct vm_instance *n, const struct instance *i, struct error *err)
{
	cleanup_free char *text = NULL;
	char **paths;

	if (mkfifo(n->spawn_path, 0600) < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: cannot make %s", n->spawn_path);
	n->spawn = open(n->spawn_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (n->spawn < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: cannot open %s", n->spawn_path);
	text = xasprintf("spawn %s\ncpu %u\n", n->spawn_path, n->cpu);
	paths = cgroup_procs_paths(i->cgroup);
	for (size_t k = 0; paths && paths[k]; k++) {
		char *more = xasprintf("%sjoin %s\n", text, paths[k]);

		free(text);
		text = more;
	}
	strv_free(paths);
	return replace_file_at(AT_FDCWD, n->launch_path, text, strlen(text), err);
}

/* On the host's disk, where what the guest writes is page cache; the ledger knows it first. */
static int make_overlay(
	struct stage *s, struct vm_instance *n, const struct instance *i, struct error *err)
{
	cleanup_free char *cache = NULL;

	if (!n->stage->image.name)
		return 0;
	cache = cache_folder();
	n->overlay = xasprintf("%s/overlay-%s-%s.qcow2", cache, s->lab->id, i->name);
	if (ledger_intent(s->lab->ledger, "file", n->overlay, err) < 0 ||
		qcow2_create(n->overlay, n->stage->image.disk, err) < 0)
		return error_wrap(err, "vm");
	return 0;
}

/* On a disk, not in the lab's tmpfs: what the guest swaps out must not be the host's RAM again. */
static int make_swap(struct stage *s, struct vm_instance *n, struct instance *i, struct error *err)
{
	const struct vm_stage *v = n->stage;
	cleanup_close int fd = -1;

	if (!v->swap)
		return 0;
	n->swap_path = xasprintf("/var/tmp/tare-%s-%s.swap", s->lab->id, i->name);
	if (ledger_intent(s->lab->ledger, "file", n->swap_path, err) < 0)
		return -1;
	fd = open(n->swap_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)v->swap) < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: cannot make %s", n->swap_path);
	snprintf(i->swap, sizeof(i->swap), "/dev/%s", v->disk && !vm_on_pvscsi(s) ? "vdb" : "vda");
	return 0;
}

static int change_ksm(struct stage *s, struct vm_instance *n, struct error *err)
{
	const char *wish = vm_wants_ksm(s);

	if (wish && ksm_begin(s->lab, !strcmp(wish, "on"), err) < 0)
		return error_wrap(err, "arm %s", s->arm->name);
	n->ksm = wish != NULL;
	return 0;
}

int vm_prepare(struct stage *s, struct instance *i, struct error *err)
{
	struct vm_stage *v = s->data;
	struct vm_connection *c = v->connection;
	struct vm_instance *n = xcalloc(1, sizeof(*n));
	unsigned number = i->partner ? s->lab->cpu_peer : s->lab->cpu_instance;
	cleanup_free char *cpu = xasprintf("%u", number);
	struct cgroup_limits limits = {.cpus = cpu};

	n->stage = v;
	n->cpu = number;
	n->control_listen = n->spawn = n->slot = -1;
	n->domain = xasprintf("tare-%s-%s", s->lab->id, i->name);
	n->console_path = xasprintf("%s/%s.console", c->folder, i->name);
	n->control_path = xasprintf("%s/%s.control", c->folder, i->name);
	if (!c->outside) {
		n->spawn_path = xasprintf("%s/%s.spawn", c->folder, i->name);
		n->launch_path = xasprintf("%s/%s.launch", c->folder, i->name);
	}
	i->platform_data = n;
	i->memory_limit = s->plan->memory;
	i->ram = v->ram;
	i->emulated = s->emulated;
	if (vm_connection_mend(c, err) < 0 || make_overlay(s, n, i, err) < 0 ||
		make_swap(s, n, i, err) < 0 || give_console(n, err) < 0 ||
		make_tap(s, n, i, err) < 0 || change_ksm(s, n, err) < 0)
		return -1;
	n->control_listen = listen_at(n->control_path, c->outside, err);
	if (n->control_listen < 0)
		return -1;
	if (c->outside) {
		cleanup_free char *intent = xasprintf("%s %s", c->uri, n->domain);

		return ledger_intent(s->lab->ledger, "domain", intent, err);
	}
	i->cgroup = lab_cgroup(s->lab, i->name, &limits, err);
	return i->cgroup ? make_launch(n, i, err) : -1;
}

/* True when QEMU has ended by the deadline (or is not known). */
static bool gone_by(const struct instance *i, int64_t deadline)
{
	struct error ignored = ERROR_INIT;

	return i->pidfd < 0 || wait_fd(i->pidfd, POLLIN, deadline, &ignored) == 1;
}

/* An orderly power off takes 30 ms: less than libvirt's own destroy, and the guest's as a container's SIGTERM is. */
static void end_guest(struct instance *i)
{
	struct error ignored = ERROR_INIT;

	if (i->pidfd < 0)
		return;
	if (i->agent.fd >= 0 && !i->agent.broken && i->at[AT_INIT] &&
		agent_send(&i->agent, &ignored, "poweroff") == 0 &&
		gone_by(i, now_ns() + POWER_OFF_TIME))
		return;
	syscall(SYS_pidfd_send_signal, i->pidfd, SIGKILL, NULL, 0);
}

static void note(struct error *err, int *rc, const struct error *e)
{
	if (e->code) {
		error_set(err, e->code, "%s", e->text);
		*rc = -1;
	}
}

/* libvirt forgets the domain: outside the clock, for its bookkeeping takes longer than the guest's end. */
static int forget_domain(struct vm_instance *n)
{
	struct vm_connection *c = n->stage->connection;
	struct error e = ERROR_INIT;

	if (!n->created || !c->helper || c->helper->fd < 0)
		return 0;
	/* The answer to an interrupted create says nothing new, but must be read before the next request. */
	helper_wait(c->helper, now_ns() + CALL_TIME, &e);
	e = (struct error)ERROR_INIT;
	if (c->helper->fd < 0)
		return 0;
	return helper_call(c->helper, -1, now_ns() + CALL_TIME, &e, "destroy %s", n->domain);
}

static int check_console(struct vm_instance *n, struct error *err)
{
	const struct vm_connection *c = n->stage->connection;
	const struct vm_console *console;

	if (n->slot < 0 || !c->helper || !n->created)
		return 0;
	console = &c->helper->consoles[n->slot];
	if (atomic_load(&console->panic))
		return error_set(err, EXIT_ARM, "vm: the guest's kernel panicked while it ran");
	if (atomic_load(&console->total) >= CONSOLE_FLOOD)
		return error_set(err, EXIT_ARM,
			"vm: the guest floods its console, got %llu B, expected less than %d",
			(unsigned long long)atomic_load(&console->total), CONSOLE_FLOOD);
	return 0;
}

char *vm_tail(struct stage *s, struct instance *i)
{
	struct vm_instance *n = i->platform_data;
	struct vm_helper *h;

	(void)s;
	if (!n)
		return NULL;
	h = n->stage->connection->helper;
	if (n->slot < 0 || !h || atomic_load(&h->consoles[n->slot].total) == 0)
		return NULL;
	return console_tail(&h->consoles[n->slot], TAIL_MAX);
}

static void remove_paths(struct vm_instance *n)
{
	const char *const paths[] = {n->console_path, n->control_path, n->spawn_path,
		n->launch_path, n->overlay, n->swap_path};

	for (size_t k = 0; k < ARRAY_SIZE(paths); k++)
		if (paths[k])
			unlink(paths[k]);
}

static void instance_end(struct instance *i, struct vm_instance *n)
{
	struct vm_connection *c = n->stage->connection;

	if (n->slot >= 0 && c->helper)
		c->slot_used[n->slot] = false;
	cleanup_closep(&n->control_listen);
	cleanup_closep(&n->spawn);
	cleanup_closep(&i->pidfd);
	i->pidfd = -1;
	remove_paths(n);
	free(n->domain);
	free(n->console_path);
	free(n->control_path);
	free(n->spawn_path);
	free(n->launch_path);
	free(n->overlay);
	free(n->swap_path);
	free(n);
	i->platform_data = NULL;
	i->root_pid = 0;
}

static int end_cgroup(struct instance *i, bool outside, struct error *err)
{
	int rc = 0;

	if (!i->cgroup)
		return 0;
	if (!outside &&
		(cgroup_kill(i->cgroup, now_ns() + KILL_TIME, err) < 0 ||
			cgroup_remove(i->cgroup, now_ns() + KILL_TIME, err) < 0))
		rc = -1;
	cgroup_free(i->cgroup);
	i->cgroup = NULL;
	return rc;
}

int vm_stop(struct stage *s, struct instance *i, struct error *err)
{
	struct vm_instance *n = i->platform_data;
	struct error e = ERROR_INIT;
	int rc = 0;

	if (!n)
		return 0;
	/* A panic of a guest that was told to stop would be its own affair. */
	check_console(n, &e);
	note(err, &rc, &e);
	i->at[AT_STOP] = now_ns();
	end_guest(i);
	if (!gone_by(i, now_ns() + KILL_TIME))
		rc = error_set(err, EXIT_ARM, "vm: QEMU does not end after SIGKILL");
	i->at[AT_STOPPED] = now_ns();
	agent_close(&i->agent);
	e = (struct error)ERROR_INIT;
	/* First the processes: a launcher that never became QEMU has no pidfd, and a create waits for it. */
	if (i->pidfd < 0 && i->cgroup && !n->stage->connection->outside)
		cgroup_kill(i->cgroup, now_ns() + KILL_TIME, &e);
	if (forget_domain(n) < 0 && n->stage->connection->outside)
		rc = error_set(err, EXIT_ARM, "vm: libvirt does not end the domain %s", n->domain);
	end_cgroup(i, n->stage->connection->outside, &e);
	if (n->ksm)
		ksm_end(s->lab, &e);
	if (*n->tap)
		link_delete(n->tap, &e);
	*i->link = 0;
	note(err, &rc, &e);
	instance_end(i, n);
	return rc;
}
