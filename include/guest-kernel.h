/* guest-kernel.h - the guest kernel with its modules, from a cache that `make setup` fills without
 * touching the host's boot loader. */
#ifndef TARE_GUEST_KERNEL_H
#define TARE_GUEST_KERNEL_H

#include "error.h"

#include <stdbool.h>

struct guest_kernel {
	char *image;    /* vmlinuz */
	char *release;  /* "6.1.0-56-cloud-amd64" */
	char **modules; /* what a guest loads, in order, NULL-terminated host paths */
	char *folder;   /* lib/modules/RELEASE, NULL for a kernel of the user's without one */
};
/* kernel: a path, or NULL for the cache ($TARE_CACHE, else /var/cache/tare, else ~/.cache/tare). nic
 * "virtio", disk: whether virtio_blk is needed. EXIT_PREREQUISITE with the command that fills the cache. */
int guest_kernel_find(const char *kernel, const char *modules_folder, bool disk, struct guest_kernel *out, struct error *err);
void guest_kernel_free(struct guest_kernel *k);

#endif
