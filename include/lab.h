/* lab.h - the laboratory: a private mount and network namespace with the bridge all instances hang on,
 * the native peer's address, a tmpfs for sockets and images. Entered once, before anything is created.
 * Nothing of the host's network is touched; what lives in a namespace dies with it. */
#ifndef TARE_LAB_H
#define TARE_LAB_H

#include "cgroup.h"
#include "error.h"
#include "ksm.h"
#include "ledger.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define LAB_BRIDGE "tarebr0"
#define LAB_PREFIX 16
#define LAB_SUBNET "10.222.0.0/16"
#define LAB_GATEWAY "10.222.0.1" /* the bridge's own address: where the native peer is */

struct lab {
	char id[17]; /* run id: 16 hex digits; set before lab_enter(), or "": one is made */
	char cgroup[32]; /* "tare-<id>": parent of every cgroup of the run */
	char *folder; /* state folder of the run on the host, /run/tare/<id> */
	char *tmp; /* tmpfs inside the lab, for sockets and images; below folder */
	int root; /* fd of "/" */
	struct cgroups *cgroups;
	struct ledger *ledger;
	unsigned cpu_instance, cpu_peer; /* pinned CPUs; equal where there is only one */
	unsigned next_address;
	int lock; /* flock: one run at a time per host */
	int guardian; /* line to the guardian: 'q' tells it that the end was orderly */
	pid_t guardian_pid;
	int home[3]; /* the host's mount and network namespace and our working folder there */
	char *state; /* the folder above ours */
	struct ksm ksm; /* the host's page merging while an arm wants it otherwise */
	bool entered;
};

/* Takes the host's lock (EXIT_PREREQUISITE with the owner's pid when another run holds it), cleans what
 * earlier runs left, forks the guardian, unshares the namespaces, makes bridge and tmpfs. *lab is zeroed but for
 * id. Call while single-threaded. 0, or -1 with everything undone. */
int lab_enter(struct lab *lab, struct error *err);
/* The same with another state folder than the host's: what tests use, apart from real runs. */
int lab_enter_at(struct lab *lab, const char *state, struct error *err);
/* The one cleanup path (gc of this run), then the guardian is dismissed and the host's namespaces are
 * entered again. Kills all that still lives in the lab's mount namespace but the caller; a Ctrl-C does not
 * stop it. When gc fails (-1) the guardian stays and tries again as soon as this process has ended. May be
 * called twice, or on a zeroed lab that never was entered. */
int lab_leave(struct lab *lab, struct error *err);
/* A cgroup below the run's, whose intent has been in the ledger since lab_enter(). New, or NULL. */
struct cgroup *lab_cgroup(
	struct lab *lab, const char *name, const struct cgroup_limits *limits, struct error *err);
/* Next free address in the lab's network as text. */
int lab_address(struct lab *lab, char address[INET_ADDRSTRLEN], struct error *err);
/* Where runs keep their state: /run/tare as root, $XDG_RUNTIME_DIR/tare or /tmp/tare-<uid> else. New string. */
char *state_folder(void);

#endif
