/* The agent: PID 1 in a container and in a VM, a plain child elsewhere; the same bytes everywhere. One
 * loop waits for everything. A new request is one line in requests[]; a new verb is a file of its own and
 * one line in verbs[] (verbs.c). */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static handler_fn do_arg, do_env, do_poweroff;

static const struct {
	const char *verb, *keys;
	handler_fn *handle;
} requests[] = {
	{"modules", "", do_modules},
	{"root", " device fstype ", do_root},
	{"net", " if address prefix gateway ", do_net},
	{"arg", " value ", do_arg},
	{"env", " value ", do_env},
	{"start", " verb command ready port path text send expect timeout_ms ", do_start},
	{"meminfo", "", do_meminfo},
	{"payload", "", do_payload},
	{"census", " names ", do_census},
	{"facts", "", do_facts},
	{"listen", " kind ", do_listen},
	{"result", " kind omit ", do_result},
	{"unlisten", "", do_unlisten},
	{"connect", " kind address ns omit rate ", do_connect},
	{"link", " if ", do_link},
	{"grow", " mib count ", do_grow},
	{"shrink", "", do_shrink},
	{"address", " step value shared ", do_address},
	{"blob", " hex ", do_blob},
	{"identity", "", do_identity},
	{"module", " name ", do_module},
	{"virtual", " promise touch steps device ", do_virtual},
	{"virtual32", "", do_virtual32},
	{"work", " step supervised ", do_work},
	{"stop", "", do_stop},
	{"poweroff", "", do_poweroff},
};

void reply(struct inside *in, unsigned long seq, int outcome, const struct answer *a)
{
	char line[WIRE_LINE];
	/* An ok answer's fields bring their own leading space, an error's text does not. */
	int n = snprintf(
		line, sizeof(line), outcome < 0 ? "%lu error %s\n" : "%lu ok%s\n", seq, a->text);

	if (write_whole(in->channel, line, (size_t)n) < 0)
		in->ending = true;
}

static int append(struct list *l, const char *what, const char *value, struct answer *a)
{
	if (!value)
		return answer_fail(a, "%s: value is missing", what);
	if (!list_add(l, value))
		return answer_fail(a, "%s: out of memory", what);
	return 0;
}

static int do_arg(struct inside *in, const struct request *r, struct answer *a)
{
	return append(&in->arguments, "arg", request_get(r, "value"), a);
}

static int do_env(struct inside *in, const struct request *r, struct answer *a)
{
	const char *value = request_get(r, "value");

	if (value && !strchr(value, '='))
		return answer_fail(a, "env: expected NAME=VALUE");
	return append(&in->environment, "env", value, a);
}

static int do_poweroff(struct inside *in, const struct request *r, struct answer *a)
{
	(void)r;
	(void)a;
	in->ending = true;
	return 0;
}

static bool key_known(const char *keys, const char *key)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", key);
	return strstr(keys, word) != NULL;
}

static int handle(struct inside *in, const struct request *r, struct answer *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		if (strcmp(requests[i].verb, r->verb) != 0)
			continue;
		for (size_t k = 0; k < r->n; k++)
			if (!key_known(requests[i].keys, r->keys[k]))
				return answer_fail(a, "%s: unknown key %.40s", r->verb, r->keys[k]);
		return requests[i].handle(in, r, a);
	}
	return answer_fail(a, "unknown request %.40s", r->verb);
}

/* One complete line. A line that is no request means that the two ends have lost each other. */
static void take_line(struct inside *in, char *line)
{
	struct request r;
	struct answer a = {.used = 0};
	int outcome;

	if (request_parse(line, &r) < 0 || r.seq != in->seq + 1) {
		in->ending = true;
		return;
	}
	in->seq = r.seq;
	outcome = handle(in, &r, &a);
	if (outcome != LATER)
		reply(in, r.seq, outcome, &a);
}

struct reader {
	char buffer[WIRE_LINE];
	size_t used;
};

/* Answers go out in order, so nothing is taken up while one is pending. */
static void take_lines(struct inside *in, struct reader *b)
{
	const struct workload *w = &in->workload;

	while (!in->ending && !w->start_seq && !w->stop_seq && !in->client.seq) {
		char line[WIRE_LINE];
		char *newline = memchr(b->buffer, '\n', b->used);
		size_t len;

		if (!newline) {
			in->ending |= b->used == sizeof(b->buffer);
			return;
		}
		len = (size_t)(newline - b->buffer);
		memcpy(line, b->buffer, len);
		line[len] = '\0';
		in->ending |= strlen(line) != len;
		b->used -= len + 1;
		memmove(b->buffer, newline + 1, b->used);
		if (!in->ending)
			take_line(in, line);
	}
}

static void channel_event(struct inside *in, struct reader *b)
{
	ssize_t n = read(in->channel, b->buffer + b->used, sizeof(b->buffer) - b->used);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		in->ending = true;
	else
		b->used += (size_t)n;
}

static void reap(struct inside *in)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (in->workload.running && pid == in->workload.pid)
			workload_ended(in, status);
		if (in->client.pid == pid)
			client_ended(in, status);
		for (int kind = 0; kind < END_KINDS; kind++)
			if (in->ends[kind] == pid)
				in->ends[kind] = 0;
	}
	workload_check(in);
}

static void signal_event(struct inside *in, int signals)
{
	struct signalfd_siginfo info;
	struct workload *w = &in->workload;

	if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		reap(in);
		return;
	}
	/* Told to end, from outside: the workload is told first, and has a second. */
	if (!w->running) {
		in->ending = true;
		return;
	}
	kill(w->pid, (int)info.ssi_signo);
	for (int64_t end = now() + NSEC_PER_SEC; w->running && now() < end;) {
		struct pollfd p = {.fd = signals, .events = POLLIN};

		if (poll(&p, 1, (int)((end - now()) / NSEC_PER_MSEC) + 1) > 0 &&
			read(signals, &info, sizeof(info)) > 0 && info.ssi_signo == SIGCHLD)
			reap(in);
	}
	in->ending = true;
}

/* Without POLLIN there is nothing to receive, and older kernels (6.1) would wait for ever. */
static void notify_event(struct inside *in, short events)
{
	struct workload *w = &in->workload;

	if (events & POLLIN) {
		if (listen_notify_answer(w->notify) && w->start_seq)
			attempt_begin(in, true);
	} else {
		close(w->notify);
		w->notify = -1;
	}
}

static void serve(struct inside *in, int signals)
{
	struct workload *w = &in->workload;
	struct reader b = {.used = 0};

	while (!in->ending) {
		/* A full buffer behind a pending answer is not read, but its end is still seen. */
		short want = b.used < sizeof(b.buffer) ? POLLIN : 0;
		struct pollfd p[] = {
			{.fd = signals, .events = POLLIN},
			{.fd = in->channel, .events = want},
			{.fd = w->sync, .events = POLLIN},
			{.fd = w->output, .events = POLLIN},
			{.fd = w->notify, .events = POLLIN},
			{.fd = w->attempt.fd,
				.events = w->attempt.state == ATTEMPT_CONNECT ? POLLOUT : POLLIN},
			{.fd = w->attempt.timer, .events = POLLIN},
			{.fd = w->stop_timer, .events = POLLIN},
			{.fd = w->ready_timer, .events = POLLIN},
		};

		if (poll(p, ARRAY_SIZE(p), -1) < 0) {
			in->ending |= errno != EINTR;
			continue;
		}
		/* One event a round: a handler may close what another entry points at. */
		if (p[2].revents)
			workload_sync_event(in);
		else if (p[8].revents)
			workload_late_event(in);
		else if (p[4].revents)
			notify_event(in, p[4].revents);
		else if (p[5].revents)
			attempt_event(in);
		else if (p[6].revents)
			attempt_timer_event(in);
		else if (p[7].revents)
			workload_stop_event(in);
		else if (p[0].revents)
			signal_event(in, signals);
		else if (p[1].revents & POLLIN)
			channel_event(in, &b);
		else if (p[1].revents)
			in->ending = true;
		else if (p[3].revents) /* last: a workload that floods its output starves nobody */
			output_event(in);
		take_lines(in, &b);
	}
}

/* Descriptors that came from outside are noted for "facts", and go no further. */
static void note_descriptors(struct inside *in)
{
	size_t used = 0;

	for (int fd = 0; fd < 1024 && used + 8 < sizeof(in->found_fds); fd++)
		if ((in->place == PLACE_VM || in->place >= PLACE_SERVICE || fd != WIRE_FD) &&
			fcntl(fd, F_GETFD) >= 0)
			used += (size_t)snprintf(in->found_fds + used, sizeof(in->found_fds) - used,
				"%s%d", used ? "," : "", fd);
	syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static bool has_socket(void)
{
	struct stat st;

	return lstat(WIRE_SOCKET, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* A container engine hands no descriptors on: the channel is a socket bound into the tree. */
static int connect_channel(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = WIRE_SOCKET};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void open_channel(struct inside *in)
{
	if (in->place == PLACE_VM) {
		in->channel = vm_open_channel();
		if (in->channel < 0) {
			fprintf(stderr, "tare-agent: %s: %s\n", WIRE_TTY, strerror(errno));
			vm_power_off(-1);
		}
	} else if (fcntl(WIRE_FD, F_GETFD) < 0 && in->place == PLACE_CONTAINER) {
		in->channel = connect_channel();
		if (in->channel < 0) {
			fprintf(stderr, "tare-agent: %s: %s\n", WIRE_SOCKET, strerror(errno));
			exit(2);
		}
	} else if (in->place >= PLACE_SERVICE) {
		in->channel = service_open_channel(in->place);
		if (in->channel < 0) {
			fprintf(stderr, "tare-agent: channel: %s\n", strerror(errno));
			exit(2);
		}
	} else if (fcntl(WIRE_FD, F_GETFD) < 0) {
		fprintf(stderr,
			"tare-agent: descriptor %d is not open; it is the control channel, and only the harness starts this program\n",
			WIRE_FD);
		exit(2);
	} else {
		in->channel = WIRE_FD;
	}
}

static void hello(struct inside *in)
{
	char id[64] = "unknown", line[256];
	int n;

	if (read_small("/proc/sys/kernel/random/boot_id", id, sizeof(id)) > 0)
		id[strcspn(id, "\n")] = '\0';
	n = snprintf(line, sizeof(line), WIRE_HELLO " boot_id=%s pid=%d\n", id, (int)getpid());
	if (write_whole(in->channel, line, (size_t)n) < 0)
		in->ending = true;
}

/* Descendants can fork while they are being killed; what is orphaned comes to this process. Each round
 * reaps at least one, so it ends with the last. */
static void kill_descendants(struct inside *in)
{
	do {
		ends_kill(in);
		payload_kill(in, SIGKILL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	} while (waitpid(-1, NULL, 0) > 0);
}

int main(void)
{
	static struct inside in;
	char disk[256];
	sigset_t set;
	int signals;

	signal(SIGPIPE, SIG_IGN);
	own_address();
	if (getpid() == 1 && fcntl(WIRE_FD, F_GETFD) < 0 && !has_socket() &&
		initrd_root(disk, sizeof(disk)))
		initrd_run(&in, disk);
	in.place = getpid() != 1                               ? service_place()
		: fcntl(WIRE_FD, F_GETFD) < 0 && !has_socket() ? PLACE_VM
							       : PLACE_CONTAINER;
	note_descriptors(&in);
	open_channel(&in);
	hello(&in);
	if (in.place == PLACE_VM)
		vm_after_hello();
	workload_init(&in.workload);
	/* The kernel calls it init in a VM. */
	prctl(PR_SET_NAME, "agent");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals >= 0)
		serve(&in, signals);
	/* A whole system is not asked to shut down: its disk is thrown away. */
	if (in.place == PLACE_VM || in.place == PLACE_SERVICE_VM)
		vm_power_off(in.channel);
	/* The end of PID 1 ends its whole namespace. */
	if (in.place == PLACE_CHILD || in.place == PLACE_SERVICE)
		kill_descendants(&in);
	return 0;
}
