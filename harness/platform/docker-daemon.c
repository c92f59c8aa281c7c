/* docker-daemon.c - a Docker Engine of the run's own: dockerd with its containerd, inside the lab's namespaces and
 * below the run's cgroup, its data in the lab's tmpfs. Nothing of it is kept: it is stopped by killing its group. */
#include "docker.h"

#include "json.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define START_TIME (60 * NSEC_PER_SEC)
#define KILL_TIME (5 * NSEC_PER_SEC)
#define LOG_MAX (1 << 20)
#define LISTEN_FD 3 /* systemd's protocol: the first descriptor handed over */

/* Runtimes beside Docker's own runc, where they are installed. gVisor must let the control socket through. */
static const struct {
	const char *name, *argument;
} more_runtimes[] = {{"crun", NULL}, {"runsc", "--host-uds=all"}, {"youki", NULL}};

static int write_config(const char *path, struct error *err)
{
	cleanup_json json_t *config = json_pack("{s:{}}", "runtimes");
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(more_runtimes); i++) {
		cleanup_free char *program = docker_program(more_runtimes[i].name);
		json_t *entry;

		if (!program)
			continue;
		entry = json_pack("{s:s}", "path", program);
		if (more_runtimes[i].argument)
			json_object_set_new(
				entry, "runtimeArgs", json_pack("[s]", more_runtimes[i].argument));
		json_object_set_new(
			json_object_get(config, "runtimes"), more_runtimes[i].name, entry);
	}
	text = json_dumps(config, JSON_INDENT(1));
	return replace_file_at(AT_FDCWD, path, text, strlen(text), err);
}

/* Made by us and handed over: a request waits in its queue until the engine takes it, or is told that it died. */
static int listen_at(const char *path, struct error *err)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(a.sun_path))
		return error_set(err, EXIT_ARM,
			"docker: %s, got %zu bytes, expected a socket's path of at most %zu", path,
			strlen(path), sizeof(a.sun_path) - 1);
	strcpy(a.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 64) < 0)
		return error_errno(err, EXIT_ARM, errno, "docker: cannot listen at %s", path);
	return steal_fd(&fd);
}

struct launch {
	const struct docker_engine *engine;
	const char *program, *folder, *log;
	char *const *argv;
	int listen;
};

static _Noreturn void child_failed(const char *what)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "msg=\"cannot have %s: %s\"\n", what, strerror(errno));

	_exit(write(2, text, n > 0 ? (size_t)n : 0) < 0 ? 125 : 126);
}

/* "container" keeps it from loading a profile into AppArmor, which would stay in the host's kernel. */
static _Noreturn void run_daemon(const struct launch *l)
{
	char listen_pid[32];
	char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
		"container=tare", "LISTEN_FDS=1", listen_pid, NULL};
	const char *step = "";
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open(l->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	interrupt_reset_child();
	setsid();
	umask(022);
	if (null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(125);
	if (cgroup_join(l->engine->cgroup, 0) < 0)
		child_failed("its cgroup");
	if (docker_view_enter(l->engine->lab->tmp, l->folder, &step) < 0)
		child_failed(step);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		child_failed("a signal when the harness dies");
	snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%d", (int)getpid());
	/* The same descriptor already: then only its close-on-exec flag is in the way. */
	if (l->listen == LISTEN_FD ? fcntl(LISTEN_FD, F_SETFD, 0) < 0
				   : dup2(l->listen, LISTEN_FD) < 0)
		child_failed("its socket");
	syscall(SYS_close_range, LISTEN_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	execve(l->program, l->argv, environment);
	child_failed(l->program);
}

static int launch(struct docker_engine *e, const struct launch *l, struct error *err)
{
	e->pid = fork();
	if (e->pid == 0)
		run_daemon(l);
	if (e->pid < 0) {
		e->pid = 0;
		return error_errno(err, EXIT_ARM, errno, "docker: fork");
	}
	e->pidfd = (int)syscall(SYS_pidfd_open, e->pid, 0);
	if (e->pidfd < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "docker: pidfd_open");
	return 0;
}

/* The last words of the log, which are the reason when it did not come up. */
static int explain(struct docker_engine *e, const char *log, struct error *err)
{
	cleanup_free char *text = read_file_at(AT_FDCWD, log, LOG_MAX, NULL);
	char safe[SAFE_TEXT_SIZE];
	const char *said = NULL;

	if (e->pidfd < 0 || wait_fd(e->pidfd, POLLIN, now_ns() + NSEC_PER_SEC, NULL) != 1)
		return -1;
	for (char *line = text; line && *line;) {
		char *next = strchr(line, '\n');
		const char *message = strstr(line, "msg=");

		if (next)
			*next++ = '\0';
		/* Its last line without the time and level before it. */
		said = message ? message + 4 : *line ? line : said;
		line = next;
	}
	return error_wrap(err, "docker: dockerd ended while it started (%s)",
		safe_text(said ? said : "it said nothing", safe));
}

static int make_network(struct docker_engine *e, struct error *err)
{
	cleanup_json json_t *body = json_pack("{s:s, s:s, s:{s:s}, s:{s:[{s:s, s:s}]}}", "Name",
		DOCKER_NETWORK, "Driver", "bridge", "Options", "com.docker.network.bridge.name",
		LAB_BRIDGE, "IPAM", "Config", "Subnet", LAB_SUBNET, "Gateway", LAB_GATEWAY);
	const struct docker_request r = {
		.method = "POST", .path = "/networks/create", .json = body};

	return docker_call(e->api, &r, NULL, now_ns() + DOCKER_CALL_TIME, err) < 0 ? -1 : 0;
}

static int start_in(struct docker_engine *e, const char *folder, struct error *err)
{
	cleanup_free char *program = docker_program("dockerd");
	cleanup_free char *socket = xasprintf("%s/engine.sock", folder);
	cleanup_free char *log = xasprintf("%s/engine.log", folder);
	cleanup_free char *config = xasprintf("%s/daemon.json", folder);
	cleanup_free char *config_file = xasprintf("--config-file=%s", config);
	cleanup_free char *data = xasprintf("--data-root=%s/data", folder);
	cleanup_free char *exec_root = xasprintf("--exec-root=%s/exec", folder);
	cleanup_free char *pid_file = xasprintf("--pidfile=%s/engine.pid", folder);
	char host[] = "--host=fd://", bridge[] = "--bridge=none", tables[] = "--iptables=false",
	     tables6[] = "--ip6tables=false", forward[] = "--ip-forward=false",
	     masquerade[] = "--ip-masq=false", proxy[] = "--userland-proxy=false",
	     driver[] = "--exec-opt=native.cgroupdriver=cgroupfs";
	char *argv[] = {program, host, config_file, data, exec_root, pid_file, bridge, tables,
		tables6, forward, masquerade, proxy, driver, NULL};
	cleanup_close int fd = -1;
	struct launch l = {
		.engine = e, .program = program, .folder = folder, .log = log, .argv = argv};

	if (!program)
		return docker_engine_check(err);
	if (write_config(config, err) < 0 || (fd = listen_at(socket, err)) < 0)
		return -1;
	l.listen = fd;
	if (launch(e, &l, err) < 0)
		return -1;
	/* With our copy open a request to a dead engine would wait for ever. */
	close(steal_fd(&fd));
	e->api = docker_open(socket, now_ns() + START_TIME, err);
	if (!e->api)
		return explain(e, log, err);
	return make_network(e, err);
}

int docker_daemon_start(struct docker_engine *e, struct error *err)
{
	cleanup_free char *folder = xasprintf("%s/docker", e->lab->tmp);

	if (mkdir(folder, 0711) < 0)
		return error_errno(err, EXIT_ARM, errno, "docker: cannot make %s", folder);
	e->cgroup = lab_cgroup(e->lab, "engine", NULL, err);
	return e->cgroup ? start_in(e, folder, err) : -1;
}

void docker_daemon_stop(struct docker_engine *e)
{
	cleanup_free char *folder = xasprintf("%s/docker", e->lab->tmp);
	struct error ignored = ERROR_INIT;

	if (!e->cgroup)
		return;
	cgroup_kill(e->cgroup, now_ns() + KILL_TIME, &ignored);
	if (e->pidfd >= 0)
		wait_child(e->pidfd, NULL, now_ns() + KILL_TIME, &ignored);
	cleanup_closep(&e->pidfd);
	e->pidfd = -1;
	cgroup_remove(e->cgroup, now_ns() + KILL_TIME, &ignored);
	cgroup_free(steal_ptr(e->cgroup));
	/* Its mounts were in a namespace of its own and ended with it. */
	remove_tree_at(AT_FDCWD, folder);
}
