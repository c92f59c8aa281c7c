/* guest-kernel.h - the guest kernel with its modules, from a cache that `make setup` fills without
 * touching the host's boot loader (workloads/images/fetch-kernel.sh). */
#ifndef TARE_GUEST_KERNEL_H
#define TARE_GUEST_KERNEL_H

#include "error.h"

#include <stdbool.h>

struct guest_kernel {
	char *image; /* vmlinuz */
	char *release; /* "6.1.0-56-cloud-amd64" */
	char **modules; /* what a guest loads, in order, NULL-terminated host paths */
	char *folder; /* lib/modules/RELEASE, NULL for a kernel of the user's without one */
};
/* Folder of the cache: $TARE_CACHE, else /var/cache/tare as root, else $XDG_CACHE_HOME/tare or ~/.cache/tare.
 * New string. */
char *cache_folder(void);
/* What a guest's kernel is to be. Everything is borrowed. */
struct guest_kernel_wish {
	const char *kernel; /* a path, or NULL for the cache */
	/* lib/modules/RELEASE of a kernel of the user's; NULL = the cache's, or none with a kernel of the user's
	 * (whose drivers are then built in) */
	const char *modules_folder;
	bool full; /* the cache's general kernel, with drivers that the one for clouds has not */
	const char *const *drivers; /* modules, NULL-terminated; NULL = none */
};
/* EXIT_PREREQUISITE with the command that fills the cache. */
int guest_kernel_find_for(
	const struct guest_kernel_wish *w, struct guest_kernel *out, struct error *err);
/* The same with the modules of a virtio NIC, and of a virtio disk if asked for. */
int guest_kernel_find(const char *kernel, const char *modules_folder, bool disk,
	struct guest_kernel *out, struct error *err);
/* Adds modules by name with all they need, each once, in load order; what is built in is passed over. */
int guest_kernel_add_modules(struct guest_kernel *k, const char *const *names, struct error *err);
void guest_kernel_free(struct guest_kernel *k);

#endif
