/* vm-helper.h - libvirt in a process of its own, forked from the harness: its calls may hang, block or start
 * threads; ours have deadlines, and while a domain is being created the harness watches the guest. One request
 * at a time; each is one message of a SOCK_SEQPACKET pair and has one answer. */
#ifndef TARE_VM_HELPER_H
#define TARE_VM_HELPER_H

#include "cgroup.h"
#include "error.h"
#include "vm-console.h"

#include <stdint.h>

#define HELPER_MESSAGE (64 * 1024)

struct vm_helper {
	int fd; /* the pair's end of ours; -1 = gone */
	int event; /* eventfd: a console has news */
	int pidfd;
	pid_t pid;
	bool pending; /* a request has no answer yet */
	struct vm_console *consoles; /* CONSOLE_SLOTS of them, shared */
};

/* Forks the helper into cg (NULL = ours) and waits until uri is open. folder: for libvirt's own messages
 * (libvirt.log) and what else the helper needs. New, or NULL. */
struct vm_helper *helper_open(const char *uri, const struct cgroup *cg, const char *folder,
	int64_t deadline, struct error *err);
/* Ends it, also in the middle of a call. NULL is fine. */
void helper_close(struct vm_helper *h);
/* Requests: "probe <emulator>", "create <slot> <XML>", "destroy <name>" (answered when the domain is gone; also if it never was).
 * fd is passed along ("drain <slot>": a listening socket whose first connection goes to consoles[slot]), or -1. */
int helper_send(struct vm_helper *h, int fd, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The answer, when fd is readable: 0, or -1 with libvirt's text. */
int helper_answer(struct vm_helper *h, struct error *err);
/* Waits for it; at the deadline the helper is killed, for its call can't be undone. */
int helper_wait(struct vm_helper *h, int64_t deadline, struct error *err);
/* send and wait. */
int helper_call(struct vm_helper *h, int fd, int64_t deadline, struct error *err, const char *fmt,
	...) __attribute__((format(printf, 5, 6)));

/* In the helper, before libvirt is opened: gives it a view of /etc/passwd and /etc/group that has the names it
 * was built with; copies in folder. -1 with errno. */
int helper_lend_names(const char *folder);
/* The child's main: never returns. Descriptors: fd the pair's other end, event as above. */
_Noreturn void helper_main(const char *uri, int fd, int event, struct vm_console *consoles);

#endif
