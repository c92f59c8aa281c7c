/* local.c - stage and instance of the platforms host and container: everything but what their child does. */
#include "local.h"

#include "host.h"
#include "image.h"
#include "netlink.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#define GRACE (1 * NSEC_PER_SEC)
#define KILL_TIME (5 * NSEC_PER_SEC)
#define HELPER_TIME (10 * NSEC_PER_SEC)

bool option_bool(const struct stage *s, const char *name)
{
	return json_is_true(json_object_get(s->arm->options, name));
}

const char *option_text(const struct stage *s, const char *name)
{
	return json_string_value(json_object_get(s->arm->options, name));
}

int local_check(const char *where, struct error *err)
{
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct cgroups *cgroups;
	int rc;

	/* Nonsense arguments: only a kernel that knows the call says EINVAL or EBADF. */
	if (syscall(SYS_close_range, 2, 1, 0) < 0 && errno == ENOSYS)
		return error_set(err, EXIT_PREREQUISITE,
			"%s: the kernel has no close_range(), expected Linux 5.12 or newer", where);
	cgroups = cgroups_open(root, err);
	if (!cgroups)
		return -1;
	rc = cgroups_check(cgroups, err);
	cgroups_close(cgroups);
	return rc;
}

static int read_pids(const struct arm *arm, unsigned *pids, struct error *err)
{
	const json_t *option = json_object_get(arm->options, "pids");
	const char *text = json_string_value(option);
	char safe[SAFE_TEXT_SIZE];
	uint64_t value;

	if (json_is_integer(option) && json_integer_value(option) >= 8 &&
		json_integer_value(option) <= 1 << 22) {
		*pids = (unsigned)json_integer_value(option);
		return 0;
	}
	if (!text || parse_u64(text, 8, 1 << 22, &value) < 0)
		return error_set(err, EXIT_USAGE,
			"option pids, got %s, expected a number from 8 to 4194304",
			text ? safe_text(text, safe) : "no number in range");
	*pids = (unsigned)value;
	return 0;
}

/* last: the CPU for instances. */
static int count_cpus(const struct arm *arm, unsigned last, uint64_t *count, struct error *err)
{
	const char *text = json_string_value(json_object_get(arm->options, "cpus"));
	char safe[SAFE_TEXT_SIZE];

	*count = 1;
	if (text && parse_u64(text, 1, last + 1, count) < 0)
		return error_set(err, EXIT_USAGE,
			"option cpus, got %s, expected a number from 1 to %u, as many as the host has for it",
			safe_text(text, safe), last + 1);
	return 0;
}

int local_check_arm(const struct arm *arm, const struct run_options *o, struct error *err)
{
	unsigned pids, cpus[HOST_MAX_CPUS];
	uint64_t count;
	size_t n = 0;

	(void)o;
	if (read_pids(arm, &pids, err) < 0 || host_cpus(cpus, HOST_MAX_CPUS, &n, err) < 0)
		return -1;
	return n ? count_cpus(arm, cpus[n - 1], &count, err) : 0;
}

/* The lab's CPU for instances, and below it as many as the option asks for: a second one is the peer's. */
static int read_cpus(struct stage *s, struct local_stage *l, struct error *err)
{
	uint64_t count;

	if (count_cpus(s->arm, s->lab->cpu_instance, &count, err) < 0)
		return -1;
	if (count == 1)
		snprintf(l->cpus, sizeof(l->cpus), "%u", s->lab->cpu_instance);
	else
		snprintf(l->cpus, sizeof(l->cpus), "%u-%u",
			s->lab->cpu_instance + 1 - (unsigned)count, s->lab->cpu_instance);
	return 0;
}

int local_open(struct stage *s, struct local_stage *l, struct error *err)
{
	struct lab *lab = s->lab;

	if (read_pids(s->arm, &l->limits.pids, err) < 0 || read_cpus(s, l, err) < 0)
		return -1;
	l->limits.cpus = l->cpus;
	l->limits.memory = s->plan->memory;
	l->tree = xasprintf("%s/%s-%s", lab->tmp, s->arm->name, s->workload->name);
	if (l->base)
		return image_layer(s->workload, s->agent_path, l->base, l->tree, l->sha256, err);
	return image_tree(s->workload, s->agent_path, l->tree, l->sha256, err);
}

int local_describe(struct stage *s, const struct local_stage *l, json_t *object, struct error *err)
{
	if (json_object_set_new(object, "memory", json_integer((json_int_t)l->limits.memory)) < 0 ||
		json_object_set_new(object, "cpus", json_string(l->cpus)) < 0 ||
		json_object_set_new(object, "pids", json_integer(l->limits.pids)) < 0 ||
		json_object_set_new(object, "tree_sha256", json_string(l->sha256)) < 0)
		return error_set(
			err, EXIT_INTERNAL, "arm %s: cannot describe its limits", s->arm->name);
	return 0;
}

void local_close(struct local_stage *l)
{
	if (!l->tree)
		return;
	/* The tree's own mount goes with all that is mounted on it. */
	if (l->mounted)
		umount2(l->tree, MNT_DETACH);
	l->mounted = false;
	remove_tree_at(AT_FDCWD, l->tree);
	free(steal_ptr(l->tree));
}

/* Unique in the lab's own network namespace, and recognisable as the run's. */
static void name_link(const struct lab *lab, char link[IF_NAMESIZE])
{
	static unsigned count;

	snprintf(link, IF_NAMESIZE, "tv%.4s%04x", lab->id, count++ & 0xffff);
}

int local_prepare(struct stage *s, struct local_stage *l, struct instance *i,
	struct spawn_spec *spec, bool linked, const char *address, struct error *err)
{
	struct local_instance *li = xcalloc(1, sizeof(*li));
	struct cgroup_limits limits;
	char cpu[16];

	li->listen = -1;
	spawn_init(&li->spawn);
	li->stage = s;
	li->instance = i;
	i->platform_data = li;
	i->memory_limit = l->limits.memory;
	if (linked) {
		name_link(s->lab, i->link);
		if (lab_address(s->lab, i->address, err) < 0)
			return -1;
	} else {
		snprintf(i->address, sizeof(i->address), "%s", address);
		spec->address = i->address;
	}
	limits = l->limits;
	snprintf(cpu, sizeof(cpu), "%u", s->lab->cpu_peer);
	if (i->partner)
		limits.cpus = cpu;
	i->cgroup = lab_cgroup(s->lab, i->name, &limits, err);
	if (!i->cgroup)
		return -1;
	if (l->own && l->own(s, li, err) < 0)
		return -1;
	spec->root = li->root ? li->root : l->root ? l->root : l->tree;
	spec->listen = li->listen;
	spec->cgroup = i->cgroup;
	spec->network = linked ? local_link : NULL;
	spec->data = li;
	return spawn_prepare(&li->spawn, spec, now_ns() + HELPER_TIME, err);
}

int local_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	struct local_instance *li = i->platform_data;
	struct error mine = ERROR_INIT;
	char boot_id[64] = "";
	int fd, rc = spawn_start(&li->spawn, i, deadline, &mine);

	if (rc < 0) {
		free(li->failed);
		li->failed = xstrdup(mine.text);
		return error_set(err, mine.code, "%s", mine.text);
	}
	fd = openat(s->lab->root, "proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, boot_id, sizeof(boot_id) - 1) > 0)
			boot_id[strcspn(boot_id, "\n")] = '\0';
		close(fd);
	}
	i->own_kernel = strcmp(boot_id, i->agent.boot_id) != 0;
	return 0;
}

char *local_tail(struct stage *s, struct instance *i)
{
	const struct local_instance *li = i->platform_data;

	(void)s;
	return li && li->failed ? xstrdup(li->failed) : NULL;
}

int local_link(pid_t pid, const void *data, struct error *err)
{
	const struct local_instance *li = data;
	const char *link = li->instance->link;

	if (link_add_veth(link, "eth0", pid, err) < 0 ||
		link_set_master(link, LAB_BRIDGE, err) < 0 || link_up(link, err) < 0)
		return error_wrap(err, "%s: veth", li->spawn.spec.where);
	return 0;
}

int local_configure(struct spawn_child *c, const struct instance *i)
{
	if (spawn_wait_network(c) < 0 || netif_configure("lo", "127.0.0.1", 8) < 0)
		return -1;
	if (netif_configure("eth0", i->address, LAB_PREFIX) < 0)
		return -1;
	return netif_gateway(LAB_GATEWAY);
}

/* Asks the root process to end and reaps it if it does so in time. */
static void end_politely(struct instance *i, const struct local_stage *l)
{
	int64_t grace = l->grace ? l->grace : GRACE;
	int status;

	if (i->pidfd < 0)
		return;
	syscall(SYS_pidfd_send_signal, i->pidfd, l->stop_signal ? l->stop_signal : SIGTERM, NULL,
		0);
	if (wait_child(i->pidfd, &status, now_ns() + grace, NULL) == 1) {
		close(i->pidfd);
		i->pidfd = -1;
	}
}

/* Whatever is left of it, by cgroup; then the root process if it was among them. */
static int end_by_force(struct instance *i, struct error *err)
{
	int64_t deadline = now_ns() + KILL_TIME;
	int status, rc;

	if (i->cgroup && cgroup_kill(i->cgroup, deadline, err) < 0)
		return -1;
	if (i->pidfd < 0)
		return 0;
	syscall(SYS_pidfd_send_signal, i->pidfd, SIGKILL, NULL, 0);
	rc = wait_child(i->pidfd, &status, deadline, err);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return error_set(err, EXIT_INTERNAL, "instance %s: process %d outlives SIGKILL",
			i->name, i->root_pid);
	close(i->pidfd);
	i->pidfd = -1;
	return 0;
}

int local_stop(struct stage *s, struct instance *i, struct error *err)
{
	struct local_instance *li = i->platform_data;

	if (!li)
		return 0;
	if (!i->at[AT_STOP])
		i->at[AT_STOP] = now_ns();
	spawn_end(&li->spawn, i);
	end_politely(i, s->data);
	if (end_by_force(i, err) < 0)
		return -1; /* all that is left is still known: a second call goes on from here */
	if (!i->at[AT_STOPPED])
		i->at[AT_STOPPED] = now_ns();
	agent_close(&i->agent);
	/* Explicitly: namespaces are taken down later, and the name would be taken until then. */
	if (i->link[0] && link_delete(i->link, err) < 0)
		return -1;
	if (i->cgroup && cgroup_remove(i->cgroup, now_ns() + KILL_TIME, err) < 0)
		return -1;
	cgroup_free(steal_ptr(i->cgroup));
	free(li->failed);
	free(li->root);
	cleanup_closep(&li->listen);
	free(li);
	i->platform_data = NULL;
	return 0;
}
