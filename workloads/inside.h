/* inside.h - what the files of the agent share. The agent is one static program without dependencies;
 * of the harness it knows only the wire. */
#ifndef TARE_INSIDE_H
#define TARE_INSIDE_H

#include "wire.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NSEC_PER_SEC 1000000000LL
#define NSEC_PER_MSEC 1000000LL
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- text.c: requests and answers ---- */

#define REQUEST_KEYS 32
struct request {
	unsigned long seq;
	const char *verb;
	size_t n;
	const char *keys[REQUEST_KEYS],
		*values[REQUEST_KEYS]; /* decoded, inside the caller's line */
};
/* Cuts line (without its newline) in place. 0, or -1 when it is no request. */
int request_parse(char *line, struct request *r);
/* The value, or NULL. */
const char *request_get(const struct request *r, const char *key);
/* A decimal value in [0, max]; standard when the key is missing. 0 or -1. */
int request_number(
	const struct request *r, const char *key, uint64_t max, uint64_t standard, uint64_t *out);
/* Strict decimal in [0, max]. 0 or -1. */
int parse_number(const char *s, uint64_t max, uint64_t *out);

struct answer {
	char text[WIRE_LINE - 64]; /* after "<seq> ok" or "<seq> error " */
	size_t used;
};
/* Adds " key=<encoded value>"; what does not fit any more is left out whole. */
void answer_text(struct answer *a, const char *key, const char *value);
void answer_number(struct answer *a, const char *key, uint64_t value);
/* Adds encoded text as it is. False when it did not fit. */
bool answer_raw(struct answer *a, const char *text);
/* Replaces the answer by an error message. Returns -1. */
int answer_fail(struct answer *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Percent-encodes what wire.h lists into out of size bytes. The length, or -1 when it does not fit. */
int encode(const char *s, char *out, size_t size);

struct list { /* of new strings, NULL-terminated once it holds any */
	char **items;
	size_t n;
};
/* False when memory is out. */
bool list_add(struct list *l, const char *s);

/* CLOCK_MONOTONIC in ns. */
int64_t now(void);
/* All of it, or -1 with errno. */
int write_whole(int fd, const void *data, size_t len);
/* Reads a whole small file into buf and terminates it. Length, or -1 with errno. */
ssize_t read_small(const char *path, char *buf, size_t size);

/* ---- agent.c: the one state ---- */

enum place {
	PLACE_VM, /* PID 1 of a kernel of its own */
	PLACE_CONTAINER, /* PID 1 of a pid namespace */
	PLACE_CHILD, /* a plain child of the harness */
	PLACE_SERVICE, /* a service of a whole system in a container */
	PLACE_SERVICE_VM, /* a service of a whole system that is a VM's */
};

enum ready { READY_AGENT, READY_TCP, READY_HTTP, READY_LINE };

enum attempt_state { ATTEMPT_IDLE, ATTEMPT_CONNECT, ATTEMPT_ANSWER };

/* One attempt after another to use the port that the workload shall accept on (ready.c). */
struct attempt {
	enum attempt_state state;
	int fd, timer; /* -1 = none; timer: when the next attempt begins */
	unsigned refused; /* attempts in a row that nobody listened to */
	bool event; /* begun by a listen(2) seen, not by the clock */
	bool other_address; /* use eth0's address instead of the loopback */
	char head[4096];
	size_t used;
	uint64_t body, expected; /* bytes of body seen and announced (UINT64_MAX = until the end) */
	bool in_body;
};

struct workload {
	bool started, running; /* running: the process that was started has not ended */
	pid_t pid;
	int status; /* from waitpid(), once it has ended */
	const char *verb; /* NULL with a command */
	enum ready ready;
	uint16_t port;
	char *path, *text, *send, *expect; /* "" = none */
	int output, sync, notify; /* -1 = closed */
	char tail[4096]; /* the last output */
	size_t tail_used;
	char line[1024]; /* the output line being collected */
	size_t line_used;
	unsigned long start_seq, stop_seq; /* requests that wait for their answer; 0 = none */
	int stop_timer, ready_timer;
	const char *how;
	struct attempt attempt;
};

enum end_kind { END_SINK, END_SOURCE, END_ECHO, END_UDP, END_KINDS };

struct sink_result {
	_Atomic uint64_t finished;
	uint64_t omit, bytes, ns, bytes_all;
};

struct datagram_result { /* of the last datagram, in host order */
	_Atomic uint64_t datagrams;
	uint64_t address, port, ttl;
};

struct end_results { /* shared with the processes that serve */
	struct sink_result sink;
	struct datagram_result udp;
};

struct client_result;
struct verb;
struct client { /* an exchange that the agent began; client.c */
	pid_t pid; /* 0 = none */
	unsigned long seq; /* the request that waits for it */
	struct client_result *result;
};

struct inside {
	enum place place;
	int channel;
	unsigned long seq; /* of the last request read */
	bool ending;
	char found_fds
		[256]; /* descriptors that were open at the start, without the channel: "0,1,2" */
	struct list arguments, environment;
	struct workload workload;
	pid_t ends[END_KINDS]; /* 0 = none */
	struct end_results *results;
	struct client client;
	bool modules_loaded;
	const char *root; /* where the workload runs, NULL = the agent's own root */
};

/* Sends "<seq> ok..." or "<seq> error ...". A channel that does not take it ends the agent. */
void reply(struct inside *in, unsigned long seq, int outcome, const struct answer *a);

/* A request's handler: 0 = ok, -1 = error (answer_fail), LATER = it answers by itself. */
#define LATER 1
typedef int handler_fn(struct inside *in, const struct request *r, struct answer *a);

/* ---- workload.c, output.c ---- */
handler_fn do_start, do_stop;
void workload_init(struct workload *w);
/* The process that was started has ended. */
void workload_ended(struct inside *in, int status);
/* After every round of reaping: pending answers that depend on who is left. */
void workload_check(struct inside *in);
void workload_ready(struct inside *in);
void workload_sync_event(struct inside *in);
void workload_stop_event(struct inside *in);
/* It took longer to get ready than start allowed. */
void workload_late_event(struct inside *in);
/* Reads what the workload has printed: the tail, and the line that READY_LINE waits for. */
void output_event(struct inside *in);
/* So much of it an error tells: encoded, each byte may take three in the answer. */
#define TAIL_TOLD 700
/* ": <last output>" or "", safe to print into an answer. */
const char *output_tail(const struct workload *w, char *buf, size_t size);
/* Exit status, or 128 + signal. */
unsigned status_number(int status);

/* ---- workload-child.c ---- */
/* Messages of the child on the sync socket: a letter, then text. */
#define SYNC_READY 'R'
#define SYNC_FAILED 'E'
#define SYNC_NOTIFY 'N' /* brings the notification descriptor of listen(2) */
#define SYNC_NO_NOTIFY 'P'
/* In the forked child: becomes the workload, a verb (or NULL: the command that in names). output: its standard output
 * and error; sync: where it sends its messages. */
void workload_child(struct inside *in, const struct verb *verb, int output, int sync)
	__attribute__((noreturn));

/* ---- address.c ---- */
/* Where servers bind: INADDR_ANY unless the harness said otherwise. The first call, before the environment
 * becomes the workload's, decides. */
struct in_addr own_address(void);

/* ---- ready.c ---- */
void attempt_init(struct attempt *t);
/* Begins at once; event: a listen(2) was seen. */
void attempt_begin(struct inside *in, bool event);
void attempt_event(struct inside *in);
void attempt_timer_event(struct inside *in);
void attempt_close(struct attempt *t);

/* ---- listen-notify.c ---- */
/* In the child: every listen(2) from here on waits for the agent. The notification descriptor, or -1
 * with errno. */
int listen_notify_install(void);
/* The same for every call of that number. */
int notify_install(long number);
/* In the agent: lets the listen(2) go on. False when there was none (the caller died). */
bool listen_notify_answer(int notify);

/* ---- verbs: one file each ---- */
struct verb_call {
	int sync; /* for verb_ready() and verb_fail() */
	char *const *arguments; /* key=value, NULL-terminated; may be NULL */
};
struct verb {
	const char *name;
	const char *keys; /* arguments it knows, separated by spaces; delay_ms is always known */
	/* In a process of its own. Does not return unless it fails (after verb_fail()). */
	void (*run)(const struct verb_call *c);
};
extern const struct verb verb_idle, verb_http, verb_touch, verb_spawn;
extern const struct verb *const verbs[]; /* NULL-terminated */
/* The first argument that is not a key=value the verb knows, or NULL. */
const char *verb_unknown_argument(const struct verb *v, char *const *arguments);
/* An argument as number; standard when it is missing. Ends the process after verb_fail() if it is bad. */
uint64_t verb_number(
	const struct verb_call *c, const char *key, uint64_t min, uint64_t max, uint64_t standard);
/* The argument delay_ms of every verb: waits that long. */
void verb_delay(const struct verb_call *c);
void verb_ready(const struct verb_call *c);
void verb_fail(const struct verb_call *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* Waits for signals until one ends the process. */
void verb_pause(void) __attribute__((noreturn));

/* size bytes of private memory, filled with what nothing can fold; NULL with errno. verb-touch.c */
void *map_random(size_t size);

/* ---- try-*.c: the experiments of the argument, one file each; a request may take as long as it tells ---- */
handler_fn do_address, do_blob, do_identity, do_module, do_virtual, do_virtual32, do_work;

/* ---- ballast.c ---- */
handler_fn do_grow, do_shrink;

/* ---- processes.c, facts.c, ends.c, vm.c ---- */
handler_fn do_meminfo, do_payload, do_census, do_facts;
handler_fn do_listen, do_result, do_unlisten;
handler_fn do_connect, do_link;
/* Answers the request that began it. */
void client_ended(struct inside *in, int status);
/* Serves a bound socket for ever. */
void datagrams_serve(int fd, struct datagram_result *seen) __attribute__((noreturn));
handler_fn do_modules, do_root, do_net;

/* Processes of the workload now (zombies not counted): pids into *pids (new, NULL if none). */
size_t payload_pids(const struct inside *in, pid_t **pids);
void payload_kill(const struct inside *in, int sig);
void ends_kill(struct inside *in);

/* The first thing in a VM: what the channel needs. Returns the channel, or -1. */
int vm_open_channel(void);
/* All that may wait until the hello is out. */
void vm_after_hello(void);
/* Loads the modules and waits for the device. 0 or -1. */
int load_block_device(struct inside *in, const char *device, struct answer *a);
/* "52:54:00:..." of an interface; -1 without one. facts.c */
int link_mac(const char *name, char mac[18]);
/* The initramfs becomes read-only, as the root is in every other place; a disk is mounted so. */
void vm_seal_root(const struct inside *in);
void vm_power_off(int channel) __attribute__((noreturn));
/* The serial port that is the channel, made raw. */
int vm_open_tty(void);

/* ---- initrd.c ---- */
#define INITRD_ROOT "tare.root="
/* Whether the kernel's command line names a root disk; mounts /proc. */
bool initrd_root(char *device, size_t size);
/* Brings it up and lets its init take over. */
void initrd_run(struct inside *in, const char *device) __attribute__((noreturn));

/* ---- service.c ---- */
/* Where a whole system put us: PLACE_SERVICE, PLACE_SERVICE_VM, or PLACE_CHILD when it is none. */
enum place service_place(void);
/* The channel of a service; -1 with errno. */
int service_open_channel(enum place place);

#endif
