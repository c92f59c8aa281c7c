/* vm-start.c - the boot of a VM: one wait over all that can happen, each event stamped when it comes. */
#include "vm.h"

#include "json.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define COMMAND_MAX 65536

static struct vm_console *console_of(const struct vm_instance *n)
{
	return &n->stage->connection->helper->consoles[n->slot];
}

/* Why there will be no hello, after the console's last line. */
static int boot_failed(const struct vm_instance *n, const char *what, struct error *err)
{
	const struct vm_console *c = console_of(n);
	cleanup_free char *tail = console_tail(c, 1024);
	char safe[SAFE_TEXT_SIZE], *line = tail, *p = tail;

	if (atomic_load(&c->panic)) {
		what = "the guest's kernel panicked";
		line = strstr(tail, "Kernel panic");
		line = line ? line : tail;
		line[strcspn(line, "\r\n")] = 0;
	} else {
		/* The last line that is not empty. */
		for (size_t len = strlen(tail); len > 0 && strchr("\r\n ", tail[len - 1]); len--)
			tail[len - 1] = 0;
		for (; *p; p++)
			if (*p == '\n')
				line = p + 1;
	}
	if (!*line)
		return error_set(err, EXIT_ARM, "vm: %s, and its console is empty", what);
	return error_set(
		err, EXIT_ARM, "vm: %s; its console ends \"%s\"", what, safe_text(line, safe));
}

static int know_qemu(struct instance *i, pid_t pid, struct error *err)
{
	i->root_pid = pid;
	i->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (i->pidfd < 0)
		return error_errno(err, EXIT_ARM, errno, "vm: QEMU %d", (int)pid);
	return 0;
}

/* The launcher's line has come, or QEMU has been executed (end of file). */
static int on_spawn(struct vm_instance *n, struct instance *i, struct error *err)
{
	int64_t at = now_ns();
	ssize_t got = read(
		n->spawn, n->spawn_text + n->spawn_len, sizeof(n->spawn_text) - 1 - n->spawn_len);
	uint64_t pid;

	if (got < 0 && errno == EAGAIN)
		return 0;
	if (got > 0) {
		n->spawn_len += (size_t)got;
		return 0;
	}
	n->spawn_text[n->spawn_len] = 0;
	close(steal_fd(&n->spawn));
	if (strstr(n->spawn_text, "error")) {
		char safe[SAFE_TEXT_SIZE];

		return error_set(err, EXIT_ARM, "vm: launcher: %s",
			safe_text(strstr(n->spawn_text, "error"), safe));
	}
	n->spawn_text[strcspn(n->spawn_text, "\n")] = 0;
	if (parse_u64(n->spawn_text, 2, INT32_MAX, &pid) < 0)
		return error_set(err, EXIT_ARM, "vm: the launcher ended before it said who it is");
	i->at[AT_SPAWN] = at;
	return know_qemu(i, (pid_t)pid, err);
}

/* A daemon's QEMU is known by its first connection. */
static int on_control(
	const struct stage *s, struct vm_instance *n, struct instance *i, struct error *err)
{
	int64_t at = now_ns();
	struct ucred peer = {.pid = 0};
	socklen_t len = sizeof(peer);
	int fd = accept4(n->control_listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return errno == EAGAIN ? 0
				       : error_errno(err, EXIT_ARM, errno, "vm: control channel");
	close(steal_fd(&n->control_listen));
	agent_init(&i->agent, fd);
	if (!n->stage->connection->outside)
		return 0;
	i->at[AT_SPAWN] = at;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || peer.pid <= 0)
		return error_set(err, EXIT_ARM, "vm: cannot tell which process is QEMU");
	if (know_qemu(i, peer.pid, err) < 0)
		return -1;
	i->cgroup = cgroup_adopt(s->lab->cgroups, peer.pid, err);
	return i->cgroup ? 0 : -1;
}

static int on_console(struct vm_instance *n, struct instance *i, struct error *err)
{
	struct vm_helper *h = n->stage->connection->helper;
	struct vm_console *c = console_of(n);
	uint64_t count;

	/* The count has no meaning; another instance's news are in its own ring. */
	if (read(h->event, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return error_errno(err, EXIT_ARM, errno, "vm: console");
	i->at[AT_KERNEL] = atomic_load(&c->first);
	if (atomic_load(&c->panic))
		return boot_failed(n, "", err);
	if (atomic_load(&c->total) >= CONSOLE_FLOOD)
		return boot_failed(n, "the guest floods its console", err);
	return 0;
}

/* Readable may also mean closed. */
static bool first_byte(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

enum { W_HELPER, W_CONSOLE, W_CONTROL, W_QEMU, W_SPAWN, W_COUNT };

/* One round: waits, then handles whatever came. 1 = the first byte of PID 1 is there. */
static int wait_round(const struct stage *s, struct vm_instance *n, struct instance *i,
	int64_t deadline, struct error *err)
{
	struct vm_helper *h = n->stage->connection->helper;
	struct pollfd fds[W_COUNT] = {
		[W_HELPER] = {.fd = h->pending ? h->fd : -1, .events = POLLIN},
		[W_CONSOLE] = {.fd = h->event, .events = POLLIN},
		/* Readable until it is read: not waited for while libvirt still is. */
		[W_CONTROL] = {.fd = i->at[AT_INIT] ? -1
				: i->agent.fd >= 0  ? i->agent.fd
						    : n->control_listen,
			.events = POLLIN},
		[W_QEMU] = {.fd = i->pidfd, .events = POLLIN},
		[W_SPAWN] = {.fd = n->spawn, .events = POLLIN},
	};
	int rc = wait_fds(fds, W_COUNT, deadline, err);
	bool connected = i->agent.fd >= 0;

	if (rc < 0)
		return -1;
	if (rc == 0)
		return boot_failed(n,
			i->at[AT_KERNEL] ? "the agent in the guest said nothing before the deadline"
				: i->at[AT_SPAWN]
				? "the guest's kernel printed nothing before the deadline"
				: "QEMU was not executed before the deadline",
			err);
	/* The hello first: its time is what counts. */
	if (fds[W_CONTROL].revents && connected && first_byte(i->agent.fd))
		i->at[AT_INIT] = now_ns();
	if (fds[W_SPAWN].revents && on_spawn(n, i, err) < 0)
		return -1;
	if (fds[W_CONSOLE].revents && on_console(n, i, err) < 0)
		return -1;
	if (fds[W_CONTROL].revents && !connected && on_control(s, n, i, err) < 0)
		return -1;
	if (fds[W_HELPER].revents && helper_answer(h, err) < 0)
		return error_wrap(err, "vm: create");
	if (fds[W_QEMU].revents)
		return boot_failed(n, "QEMU ended before the agent in the guest said a word", err);
	return i->at[AT_INIT] && !h->pending && n->spawn < 0;
}

/* What QEMU was really executed with. */
static void note_command(struct vm_stage *v, pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%d/cmdline", (int)pid);
	size_t len = 0;
	cleanup_free char *text = read_file_at(AT_FDCWD, path, COMMAND_MAX, &len);
	json_t *a = json_array();

	for (size_t at = 0; text && at < len; at += strlen(text + at) + 1)
		json_array_append_new(a, json_string(text + at));
	json_decref(v->command);
	v->command = a;
}

/* Once a stage: does the guest leave to its workload what the plan promises? */
static int check_memory(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	struct vm_stage *v = s->data;
	struct agent_reply r;

	if (v->available)
		return 0;
	if (agent_call(&i->agent, &r, deadline, err, "meminfo") < 0 ||
		agent_field(&r, "available", UINT64_MAX, &v->available, err) < 0)
		return error_wrap(err, "vm");
	if (v->available < s->plan->memory) {
		cleanup_free char *text = xasprintf(
			"the guest has %llu B available at idle, expected at least the plan's memory of %llu B; give the arm more ram",
			(unsigned long long)v->available, (unsigned long long)s->plan->memory);

		json_array_append_new(v->warnings, json_string(text));
	}
	return 0;
}

/* Requests are sent together: each answer costs a way through an emulated serial port. */
static int set_up_guest(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	struct vm_stage *v = s->data;
	struct agent *a = &i->agent;
	unsigned sent = 0;

	/* A whole system has its drivers and its disk already. */
	if (!v->image.name && v->kernel.modules[0] && ++sent && agent_send(a, err, "modules") < 0)
		return -1;
	if (*i->address && ++sent &&
		agent_send(a, err, "net if=eth0 address=%s prefix=%d gateway=%s", i->address,
			LAB_PREFIX, LAB_GATEWAY) < 0)
		return -1;
	if (!v->image.name && v->disk && ++sent &&
		agent_send(a, err, "root device=/dev/%s fstype=ext4",
			vm_on_pvscsi(s) ? "sda" : "vda") < 0)
		return -1;
	while (sent--)
		if (agent_answer(a, NULL, deadline, err) < 0)
			return error_wrap(err, "vm");
	return check_memory(s, i, deadline, err);
}

static void compare_kernels(const struct stage *s, struct instance *i)
{
	cleanup_free char *mine =
		read_file_at(s->lab->root, "proc/sys/kernel/random/boot_id", 64, NULL);

	if (mine)
		mine[strcspn(mine, "\n")] = 0;
	i->own_kernel = !mine || strcmp(mine, i->agent.boot_id) != 0;
}

int vm_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err)
{
	struct vm_stage *v = s->data;
	struct vm_instance *n = i->platform_data;
	struct domain_spec spec = vm_spec(s, n);
	struct vm_helper *h = v->connection->helper;
	int rc;

	free(v->xml);
	v->xml = domain_xml(&spec);
	i->at[AT_REQUEST] = now_ns();
	if (helper_send(h, -1, err, "create %d %s", n->slot, v->xml) < 0)
		return -1;
	n->created = true;
	while ((rc = wait_round(s, n, i, deadline, err)) == 0)
		;
	if (rc < 0)
		return -1;
	i->at[AT_RUNNING] = atomic_load(&console_of(n)->running);
	i->at[AT_KERNEL] = atomic_load(&console_of(n)->first);
	if (agent_hello(&i->agent, deadline, err) < 0)
		return error_wrap(err, "vm");
	compare_kernels(s, i);
	note_command(v, i->root_pid);
	return set_up_guest(s, i, deadline, err);
}
