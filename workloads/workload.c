/* The workload's life: start, ready, stop. It is a verb in a forked child, or a command (workload-child.c); its output
 * comes through a pipe, its state through a socket that an execve closes. */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define STANDARD_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

void workload_init(struct workload *w)
{
	memset(w, 0, sizeof(*w));
	w->output = w->sync = w->notify = w->stop_timer = w->ready_timer = -1;
	attempt_init(&w->attempt);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static int read_ready(struct workload *w, const struct request *r, struct answer *a)
{
	static const char *const names[] = {"agent", "tcp", "http", "line"};
	const char *ready = request_get(r, "ready");
	const char *path = request_get(r, "path"), *text = request_get(r, "text");
	const char *send = request_get(r, "send"), *expect = request_get(r, "expect");
	uint64_t port;
	size_t kind = 0;

	while (ready && kind < ARRAY_SIZE(names) && strcmp(names[kind], ready) != 0)
		kind++;
	if (kind == ARRAY_SIZE(names))
		return answer_fail(a, "start: unknown ready %.40s", ready);
	w->ready = (enum ready)kind;
	if (request_number(r, "port", 65535, 0, &port) < 0)
		return answer_fail(a, "start: port is no port number");
	if ((w->ready == READY_TCP || w->ready == READY_HTTP) && port == 0)
		return answer_fail(a, "start: ready=%s needs a port", ready);
	if (w->ready == READY_HTTP && (!path || path[0] != '/' || strpbrk(path, " \r\n")))
		return answer_fail(a, "start: ready=http needs a path that begins with /");
	if (w->ready == READY_LINE && (!text || !*text))
		return answer_fail(a, "start: ready=line needs a text");
	if (!send != !expect || (send && (w->ready != READY_TCP || !*send || !*expect)))
		return answer_fail(a, "start: send and expect go together, with ready=tcp");
	w->port = (uint16_t)port;
	w->path = strdup(path ? path : "");
	w->text = strdup(text ? text : "");
	w->send = strdup(send ? send : "");
	w->expect = strdup(expect ? expect : "");
	if (!w->path || !w->text || !w->send || !w->expect)
		return answer_fail(a, "start: out of memory");
	return 0;
}

/* Two arms are alike only if the workload's environment is what the harness sent, and nothing more. */
static bool complete_environment(struct list *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->items[i], "PATH=", 5) == 0)
			return true;
	return list_add(env, STANDARD_PATH);
}

static int fork_workload(struct inside *in, const struct verb *verb, struct answer *a)
{
	struct workload *w = &in->workload;
	int pipe_fds[2], sync[2];

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return answer_fail(a, "start: pipe: %s", strerror(errno));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0) {
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return answer_fail(a, "start: socketpair: %s", strerror(errno));
	}
	w->pid = fork();
	if (w->pid == 0)
		workload_child(in, verb, pipe_fds[1], sync[1]);
	close(pipe_fds[1]);
	close(sync[1]);
	w->output = pipe_fds[0];
	w->sync = sync[0];
	fcntl(w->output, F_SETFL, O_NONBLOCK);
	if (w->pid < 0)
		return answer_fail(a, "start: fork: %s", strerror(errno));
	w->started = w->running = true;
	return 0;
}

/* The agent itself says that it waited long enough: it has the workload's last words. */
static int arm_ready_timer(struct workload *w, const struct request *r, struct answer *a)
{
	struct itimerspec t = {0};
	uint64_t ms;

	if (request_number(r, "timeout_ms", 86400000, 0, &ms) < 0)
		return answer_fail(a, "start: timeout_ms is no time");
	if (ms == 0)
		return 0;
	t.it_value.tv_sec = (time_t)(ms / 1000);
	t.it_value.tv_nsec = (long)(ms % 1000) * 1000000;
	w->ready_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->ready_timer < 0 || timerfd_settime(w->ready_timer, 0, &t, NULL) < 0)
		return answer_fail(a, "start: timerfd: %s", strerror(errno));
	return 0;
}

int do_start(struct inside *in, const struct request *r, struct answer *a)
{
	struct workload *w = &in->workload;
	const char *name = request_get(r, "verb"), *unknown;
	const struct verb *verb = NULL;

	if (w->started)
		return answer_fail(a, "start: the workload was started before");
	if (!name == !request_get(r, "command"))
		return answer_fail(a, "start: expected either verb or command");
	if (name && !(verb = find_verb(name)))
		return answer_fail(a, "start: unknown verb %.40s", name);
	if (verb && (unknown = verb_unknown_argument(verb, in->arguments.items)))
		return answer_fail(a, "start: %s does not know the argument %.80s", name, unknown);
	if (!name && in->arguments.n == 0)
		return answer_fail(a, "start: the command has no arguments");
	if (!complete_environment(&in->environment))
		return answer_fail(a, "start: out of memory");
	vm_seal_root(in);
	if (read_ready(w, r, a) < 0 || arm_ready_timer(w, r, a) < 0 ||
		fork_workload(in, verb, a) < 0)
		return -1;
	w->verb = verb ? verb->name : NULL;
	w->start_seq = r->seq;
	return LATER;
}

void workload_ready(struct inside *in)
{
	struct workload *w = &in->workload;
	struct answer a = {.used = 0};
	unsigned long seq = w->start_seq;

	if (!seq)
		return;
	attempt_close(&w->attempt);
	close_fd(&w->ready_timer);
	answer_number(&a, "pid", (uint64_t)w->pid);
	answer_text(&a, "how", w->how);
	w->start_seq = 0;
	reply(in, seq, 0, &a);
}

static void start_failed(struct inside *in, const struct answer *a)
{
	struct workload *w = &in->workload;
	unsigned long seq = w->start_seq;

	attempt_close(&w->attempt);
	close_fd(&w->ready_timer);
	w->start_seq = 0;
	payload_kill(in, SIGKILL);
	if (seq)
		reply(in, seq, -1, a);
}

/* -1: closed, 0: nothing more now, else the letter. */
static int sync_receive(struct workload *w, char *text, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {0}, letter = 0;
	struct iovec parts[2] = {{&letter, 1}, {text, size - 1}};
	struct msghdr m = {.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(w->sync, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0)
		return -1;
	text[n - 1] = '\0';
	*fd = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return letter;
}

void workload_sync_event(struct inside *in)
{
	struct workload *w = &in->workload;
	struct answer a = {.used = 0};
	char text[1024] = "";
	int fd = -1, letter = sync_receive(w, text, sizeof(text), &fd);

	switch (letter) {
	case 0:
		break;
	case SYNC_NOTIFY:
		w->notify = fd;
		w->how = "listen";
		break;
	case SYNC_NO_NOTIFY:
		w->how = "poll";
		attempt_begin(in, false);
		break;
	case SYNC_FAILED:
		answer_fail(&a, "%s", text);
		start_failed(in, &a);
		break;
	case SYNC_READY:
		if (w->ready == READY_AGENT) {
			w->how = "agent";
			workload_ready(in);
		}
		break;
	default:
		/* Closed by execve (or by the end of the process, which a signal tells). */
		close_fd(&w->sync);
		if (w->ready == READY_AGENT && !w->verb) {
			siginfo_t info = {.si_pid = 0};

			waitid(P_PID, (id_t)w->pid, &info, WEXITED | WNOHANG | WNOWAIT);
			w->how = "exec";
			if (info.si_pid == 0)
				workload_ready(in);
		}
	}
}

unsigned status_number(int status)
{
	return (unsigned)(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void workload_ended(struct inside *in, int status)
{
	struct workload *w = &in->workload;

	/* What it said last comes first: the reason of its end, or that it was ready. */
	while (w->sync >= 0 && w->start_seq) {
		int before = w->sync;
		char peek;

		if (recv(before, &peek, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN)
			break;
		workload_sync_event(in);
	}
	output_event(in);
	w->running = false;
	w->status = status;
}

void workload_check(struct inside *in)
{
	struct workload *w = &in->workload;
	struct answer a = {.used = 0};
	char tail[TAIL_TOLD];

	if (!w->started || w->running || (!w->start_seq && !w->stop_seq))
		return;
	if (w->start_seq) {
		/* A daemon's first process ends well and leaves the others behind. */
		if (w->status == 0 && payload_pids(in, NULL) > 0)
			return;
		output_event(in);
		if (!w->start_seq)
			return;
		answer_fail(&a, "workload ended with status %u before it was ready%s",
			status_number(w->status), output_tail(w, tail, sizeof(tail)));
		start_failed(in, &a);
		return;
	}
	if (payload_pids(in, NULL) > 0) {
		payload_kill(in, SIGKILL);
		return;
	}
	answer_number(&a, "status", status_number(w->status));
	close_fd(&w->stop_timer);
	reply(in, w->stop_seq, 0, &a);
	w->stop_seq = 0;
}

int do_stop(struct inside *in, const struct request *r, struct answer *a)
{
	struct workload *w = &in->workload;
	struct itimerspec t = {.it_value = {.tv_sec = 1}};

	if (!w->started)
		return answer_fail(a, "stop: no workload was started");
	if (!w->running && payload_pids(in, NULL) == 0) {
		answer_number(a, "status", status_number(w->status));
		return 0;
	}
	w->stop_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->stop_timer < 0)
		return answer_fail(a, "stop: timerfd: %s", strerror(errno));
	timerfd_settime(w->stop_timer, 0, &t, NULL);
	w->stop_seq = r->seq;
	if (w->running)
		kill(w->pid, SIGTERM);
	else
		payload_kill(in, SIGTERM);
	return LATER;
}

void workload_late_event(struct inside *in)
{
	struct workload *w = &in->workload;
	struct answer a = {.used = 0};
	char tail[TAIL_TOLD];

	close_fd(&w->ready_timer);
	output_event(in);
	if (!w->start_seq)
		return;
	answer_fail(&a, "workload was not ready in time%s", output_tail(w, tail, sizeof(tail)));
	start_failed(in, &a);
}

void workload_stop_event(struct inside *in)
{
	close_fd(&in->workload.stop_timer);
	payload_kill(in, SIGKILL);
}
