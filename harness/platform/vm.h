/* vm.h - what the files of the platform vm share: vm.c (table, stage), vm-stage.c (kernel, initramfs, RAM),
 * vm-connection.c (libvirt), vm-instance.c (prepare, stop), vm-start.c (boot). */
#ifndef TARE_VM_H
#define TARE_VM_H

#include "accel.h"
#include "domain.h"
#include "guest-kernel.h"
#include "platform.h"
#include "system-image.h"
#include "vm-helper.h"

#define VM_TB_CACHE_MIB 32

/* The one connection of a run, shared by its stages. */
struct vm_connection {
	struct lab *lab; /* borrowed */
	char *uri;
	bool outside; /* a daemon's: not ours, not in the lab */
	char *folder; /* for unix sockets: where QEMU can reach them */
	struct vm_helper *helper;
	struct cgroup *cgroup;
	unsigned users;
	bool slot_used[CONSOLE_SLOTS];
};

struct vm_stage {
	struct vm_connection *connection;
	struct accel accel;
	struct guest_kernel kernel;
	bool full; /* it is the cache's general kernel, which keeps more memory for itself */
	char *qemu; /* QEMU itself */
	char *emulator; /* what libvirt executes: the launcher's link, or QEMU */
	char *firmware; /* NULL = QEMU's SeaBIOS */
	char *tree, *initrd, *cmdline;
	struct system_image image; /* name NULL = none: the guest is the agent alone */
	const char *disk; /* borrowed from the options or the image; NULL */
	uint64_t swap; /* B of each instance's disk for swap; 0 = none */
	char sha256[65];
	uint64_t ram;
	uint64_t available; /* MemAvailable of the first guest at idle; 0 = none has started */
	json_t *warnings;
	char *xml; /* of the last domain created */
	json_t *command; /* QEMU's command line as it ran */
};

/* vm-options.c: what platform.h says of check_arm(). */
int vm_check_arm(const struct arm *arm, const struct run_options *o, struct error *err);
/* Option "ram" or "swap" within its range; *out untouched where it is not given. */
int vm_read_size(const struct arm *arm, const char *name, uint64_t *out, struct error *err);

struct vm_instance {
	struct vm_stage *stage; /* borrowed */
	char *domain, uuid[37], mac[18], tap[IF_NAMESIZE];
	char *console_path, *control_path, *spawn_path, *launch_path;
	char *overlay; /* of its disk; NULL */
	char *swap_path; /* NULL = none */
	bool ksm; /* a user of the changed setting */
	int control_listen, spawn; /* -1 */
	unsigned cpu; /* of the host */
	int slot; /* of the console; -1 */
	bool created; /* a create request was sent */
	char spawn_text[512]; /* what the launcher said */
	size_t spawn_len;
};

/* "" in options is no path. Borrowed; NULL. */
const char *vm_option(const struct stage *s, const char *name);
bool vm_on_pvscsi(const struct stage *s);

/* "on", "off", or NULL: as the host has it. */
const char *vm_wants_ksm(const struct stage *s);

/* vm-connection.c: one reference; opened when it is the first. NULL with err. */
struct vm_connection *vm_connect(struct lab *lab, const char *uri, struct error *err);
void vm_disconnect(struct vm_connection *c);
/* A new helper where a deadline killed the old one. */
int vm_connection_mend(struct vm_connection *c, struct error *err);
/* A folder that stays from run to run, with the launcher under QEMU's name: libvirt's probe of QEMU's
 * capabilities takes seconds and is kept as long as the path and its times stay. New path. */
char *vm_launcher_link(const struct stage *s, const char *qemu, struct error *err);
/* "--connect: not a daemon on this host ..." unless it is one. */
int vm_check_uri(const char *uri, struct error *err);

/* vm-stage.c */
int vm_stage_make(struct stage *s, struct vm_stage *v, struct error *err);
/* RAM for a guest whose MemAvailable at idle shall be memory, with an initramfs of that size. */
uint64_t vm_ram_for(uint64_t memory, uint64_t initrd_size);
struct domain_spec vm_spec(const struct stage *s, const struct vm_instance *n);

/* vm-instance.c, vm-start.c: as in platform.h. */
int vm_prepare(struct stage *s, struct instance *i, struct error *err);
int vm_start(struct stage *s, struct instance *i, int64_t deadline, struct error *err);
int vm_stop(struct stage *s, struct instance *i, struct error *err);
char *vm_tail(struct stage *s, struct instance *i);

#endif
