/* host.c - platform "host": a bare process of this host in the same tree, with the same limits and nothing
 * else. It is the null platform and the scientific baseline: with network=loopback the floor, with
 * network=veth (the arm "netns") the fair base of every network path. */
#include "local.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char *const networks[] = {"loopback", "veth", NULL};

static const struct option_spec options[] = {
	{"network", OPTION_CHOICE, networks, "loopback",
		"loopback, or veth: a network namespace with a veth on the lab's bridge"},
	{"pids", OPTION_STRING, NULL, "512", "most processes and threads"},
	{"cpus", OPTION_STRING, NULL, "1",
		"how many CPUs; more than in the other arms must be declared in the plan"},
	{.name = NULL},
};

struct host_stage {
	struct local_stage local; /* first: the instance's child finds nothing else */
	bool veth;
};

/* One mount below the tree; its target must be a real folder, not a link of the workload's files. */
static int mount_at(const struct host_stage *h, const char *source, const char *name,
	const char *type, unsigned long flags, struct error *err)
{
	cleanup_free char *target = xasprintf("%s/%s", h->local.tree, name);
	struct stat st;

	if (lstat(target, &st) < 0)
		return error_errno(err, EXIT_ARM, errno, "host: mount %s", name);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, EXIT_ARM,
			"host: mount %s: not a folder in the workload's files, expected one", name);
	if (mount(source, target, type, flags, type ? "mode=1777" : NULL) < 0)
		return error_errno(err, EXIT_ARM, errno, "host: mount %s", name);
	return 0;
}

/* The tree as every instance of the stage sees it; all in the lab's private mount namespace. */
static int mount_tree(struct host_stage *h, struct error *err)
{
	const char *tree = h->local.tree;

	if (mount(tree, tree, NULL, MS_BIND, NULL) < 0)
		return error_errno(err, EXIT_ARM, errno, "host: mount the tree");
	h->local.mounted = true;
	if (mount_at(h, "/proc", "proc", NULL, MS_BIND | MS_REC, err) < 0 ||
		mount_at(h, "/dev", "dev", NULL, MS_BIND | MS_REC, err) < 0 ||
		mount_at(h, "tmpfs", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, err) < 0)
		return -1;
	if (mount(NULL, tree, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) <
		0)
		return error_errno(err, EXIT_ARM, errno, "host: make the tree read-only");
	return 0;
}

static void host_close(struct stage *s)
{
	struct host_stage *h = s->data;

	if (!h)
		return;
	local_close(&h->local);
	free(h);
	s->data = NULL;
}

static int host_open(struct stage *s, struct error *err)
{
	struct host_stage *h = xcalloc(1, sizeof(*h));
	const char *network = option_text(s, "network");

	s->data = h;
	h->veth = network && network[0] == 'v';
	if (local_open(s, &h->local, err) == 0 && mount_tree(h, err) == 0)
		return 0;
	host_close(s);
	return -1;
}

static int host_describe(struct stage *s, json_t *object, struct error *err)
{
	const struct host_stage *h = s->data;
	json_t *facts = json_pack("{s:s, s:s, s:s, s:s}", "isolation",
		h->veth ? "network namespace, chroot" : "chroot", "network",
		h->veth ? "veth on the lab's bridge, made inside the clock" : "loopback",
		"identity", "uid 0 with all capabilities of the harness", "root",
		"read-only tree, the host's /proc and /dev, tmpfs /tmp");

	if (!facts || json_object_update_new(object, facts) < 0)
		return error_set(err, EXIT_INTERNAL, "arm %s: cannot describe it", s->arm->name);
	return local_describe(s, &h->local, object, err);
}

/* In the child: where the container builds its world, the bare process only steps into the tree. */
static int host_child(struct spawn_child *c, const void *data)
{
	const struct local_instance *li = data;

	if (spawn_wait_identity(c) < 0)
		return -1;
	if (li->instance->link[0] && local_configure(c, li->instance) < 0)
		return -1;
	if (spawn_step(c, "chroot") < 0 || chroot(".") < 0 || chdir("/") < 0)
		return -1;
	return spawn_limits(c) < 0 ? -1 : spawn_close_fds(c);
}

static int host_prepare(struct stage *s, struct instance *i, struct error *err)
{
	struct host_stage *h = s->data;
	struct spawn_spec spec = {
		.where = "host", .namespaces = h->veth ? CLONE_NEWNET : 0, .child = host_child};
	char address[INET_ADDRSTRLEN];

	/* Instances share the loopback: each has an address of its own there. */
	snprintf(address, sizeof(address), "127.0.%u.%u", ((i->index + 1) >> 8) & 0xff,
		(i->index + 1) & 0xff);
	return local_prepare(s, &h->local, i, &spec, h->veth, address, err);
}

static int host_check(const struct run_options *o, struct error *err)
{
	(void)o;
	return local_check("host", err);
}

extern const struct platform platform_host;
const struct platform platform_host = {
	.name = "host",
	.help = "a bare process: the floor; with network=veth behind a veth of its own",
	.options = options,
	.estimate = 0.05,
	.estimate_emulated = 0.05,
	.check = host_check,
	.check_arm = local_check_arm,
	.open = host_open,
	.describe = host_describe,
	.prepare = host_prepare,
	.start = local_start,
	.stop = local_stop,
	.tail = local_tail,
	.close = host_close,
};
