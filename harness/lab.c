/* lab.c - entering and leaving the lab. Each step that outlives the process is in the ledger before it is
 * made; what lives in the namespaces needs no entry. */
#include "lab.h"

#include "guardian.h"
#include "host.h"
#include "lab-network.h"
#include "util.h"
#include "wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>

#define TMP_SIZE "8g"

enum { HOME_MOUNTS, HOME_NETWORK, HOME_FOLDER };

char *state_folder(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		return xstrdup("/run/tare");
	if (runtime && runtime[0] == '/')
		return xasprintf("%s/tare", runtime);
	return xasprintf("/tmp/tare-%u", (unsigned)geteuid());
}

static int make_id(struct lab *lab, struct error *err)
{
	uint64_t random;
	char safe[SAFE_TEXT_SIZE];

	if (!lab->id[0]) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return error_errno(err, EXIT_INTERNAL, errno, "lab: no random number");
		snprintf(lab->id, sizeof(lab->id), "%016llx", (unsigned long long)random);
	}
	if (strlen(lab->id) != 16 || strspn(lab->id, "0123456789abcdef") != 16)
		return error_set(err, EXIT_INTERNAL,
			"lab: run id, got \"%s\", expected 16 hex digits",
			safe_text(lab->id, safe));
	return 0;
}

/* The lock, gc of dead runs, guardian, folder, ledger: all that happens in the host's namespaces. */
static int claim(struct lab *lab, struct error *err)
{
	lab->lock = host_lock(lab->state, err);
	if (lab->lock < 0)
		return -1;
	if (gc_all_locked(lab->state, NULL, NULL, err) < 0)
		return error_wrap(err, "lab: an earlier run left what cannot be removed");
	/* Before the folder: from its first file on, somebody watches. */
	if (guardian_start(lab->state, lab->id, &lab->guardian, &lab->guardian_pid, err) < 0)
		return -1;
	if (mkdir(lab->folder, 0700) < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "lab: cannot make %s", lab->folder);
	lab->ledger = ledger_create(lab->folder, lab->id, err);
	if (lab->ledger)
		return ledger_intent(lab->ledger, "cgroup", lab->cgroup, err);
	rmdir(lab->folder);
	return -1;
}

static int remember_home(struct lab *lab, struct error *err)
{
	static const char *const paths[] = {"/proc/self/ns/mnt", "/proc/self/ns/net", "."};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		lab->home[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (lab->home[i] < 0)
			return error_errno(
				err, EXIT_INTERNAL, errno, "lab: cannot open %s", paths[i]);
	}
	return 0;
}

static int mount_tmp(struct lab *lab, struct error *err)
{
	if (mkdir(lab->tmp, 0700) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "lab: cannot make %s", lab->tmp);
	/* gc knows the lab's processes by this mount and the name of its source. */
	if (mount(lab->cgroup, lab->tmp, "tmpfs", MS_NOSUID | MS_NODEV,
		    "size=" TMP_SIZE ",mode=0700") < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "lab: cannot mount a tmpfs on %s", lab->tmp);
	return 0;
}

static int choose_cpus(struct lab *lab, struct error *err)
{
	unsigned cpus[HOST_MAX_CPUS];
	size_t n = 0;

	if (host_cpus(cpus, HOST_MAX_CPUS, &n, err) < 0)
		return -1;
	if (n == 0)
		return error_set(
			err, EXIT_PREREQUISITE, "lab: got no CPU to run on, expected one or more");
	lab->cpu_instance = cpus[n - 1];
	lab->cpu_peer = cpus[n > 1 ? n - 2 : 0];
	return 0;
}

static int settle(struct lab *lab, struct error *err)
{
	if (remember_home(lab, err) < 0)
		return -1;
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno,
			"lab: cannot make a mount and a network namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(
			err, EXIT_PREREQUISITE, errno, "lab: cannot make mounts private");
	if (mount_tmp(lab, err) < 0 || lab_network_make(err) < 0)
		return -1;
	/* Opened now: a descriptor from before would still look at the host's mounts. */
	lab->root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lab->root < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "lab: cannot open /");
	lab->cgroups = cgroups_open(lab->root, err);
	return lab->cgroups ? choose_cpus(lab, err) : -1;
}

int lab_enter_at(struct lab *lab, const char *state, struct error *err)
{
	char id[17];

	memcpy(id, lab->id, sizeof(id));
	id[16] = '\0';
	*lab = (struct lab){
		.root = -1, .lock = -1, .guardian = -1, .home = {-1, -1, -1}, .next_address = 2};
	memcpy(lab->id, id, sizeof(id));
	if (geteuid() != 0)
		return error_set(err, EXIT_PREREQUISITE,
			"lab: needs root to make cgroups and namespaces, got uid %u; run it with sudo",
			(unsigned)geteuid());
	if (make_id(lab, err) < 0)
		return -1;
	lab->entered = true;
	lab->state = xstrdup(state);
	lab->folder = xasprintf("%s/%s", state, lab->id);
	lab->tmp = xasprintf("%s/lab", lab->folder);
	snprintf(lab->cgroup, sizeof(lab->cgroup), "tare-%s", lab->id);
	if (claim(lab, err) == 0 && settle(lab, err) == 0)
		return 0;
	lab_leave(lab, err);
	return -1;
}

int lab_enter(struct lab *lab, struct error *err)
{
	cleanup_free char *state = state_folder();

	return lab_enter_at(lab, state, err);
}

/* Other threads (libvirt's) stay behind in the lab; it ends with them. */
static int go_home(struct lab *lab, struct error *err)
{
	const int *home = lab->home;

	if (home[HOME_FOLDER] < 0)
		return 0;
	/* A thread that shares its folders with others may not change its mount namespace. */
	if (unshare(CLONE_FS) < 0 || setns(home[HOME_NETWORK], CLONE_NEWNET) < 0 ||
		setns(home[HOME_MOUNTS], CLONE_NEWNS) < 0 || fchdir(home[HOME_FOLDER]) < 0)
		return error_errno(
			err, EXIT_INTERNAL, errno, "lab: cannot go back to the host's namespaces");
	return 0;
}

static void forget(struct lab *lab)
{
	for (size_t i = 0; i < ARRAY_SIZE(lab->home); i++)
		cleanup_closep(&lab->home[i]);
	cleanup_closep(&lab->root);
	cleanup_closep(&lab->guardian);
	/* Explicitly: a forked child may still hold the same open file. */
	if (lab->lock >= 0)
		flock(lab->lock, LOCK_UN);
	cleanup_closep(&lab->lock);
	free(lab->state);
	free(lab->folder);
	free(lab->tmp);
	lab->state = lab->folder = lab->tmp = NULL;
}

int lab_leave(struct lab *lab, struct error *err)
{
	int rc = 0;

	if (!lab->entered)
		return 0;
	lab->entered = false;
	interrupt_enable(0);
	cgroups_close(lab->cgroups);
	lab->cgroups = NULL;
	/* Without a ledger nothing was made, and the folder may be another run's. */
	if (lab->ledger)
		rc = gc_run(lab->state, lab->id, NULL, err);
	ledger_close(lab->ledger);
	lab->ledger = NULL;
	if (rc == 0)
		guardian_dismiss(steal_fd(&lab->guardian), lab->guardian_pid);
	if (go_home(lab, err) < 0)
		rc = -1;
	forget(lab);
	interrupt_enable(1);
	return rc;
}

struct cgroup *lab_cgroup(
	struct lab *lab, const char *name, const struct cgroup_limits *limits, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", lab->cgroup, name);

	return cgroup_create(lab->cgroups, path, limits, err);
}

int lab_address(struct lab *lab, char address[INET_ADDRSTRLEN], struct error *err)
{
	unsigned last = (1U << (32 - LAB_PREFIX)) - 2; /* the one after it is the broadcast */
	struct in_addr in;

	if (lab->next_address > last)
		return error_set(
			err, EXIT_INTERNAL, "lab: addresses, got all %u used up in this run", last);
	inet_pton(AF_INET, LAB_GATEWAY, &in);
	in.s_addr = htonl((ntohl(in.s_addr) & ~(last + 1)) + lab->next_address);
	lab->next_address++;
	inet_ntop(AF_INET, &in, address, INET_ADDRSTRLEN);
	return 0;
}
