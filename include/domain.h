/* domain.h - a libvirt domain described, and turned into XML or a QEMU command line by pure functions. */
#ifndef TARE_DOMAIN_H
#define TARE_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

struct domain_spec {
	const char *name, *uuid, *run_id;
	const char *emulator; /* path */
	bool kvm;
	uint64_t ram;         /* B, multiple of 1 MiB */
	unsigned cpu;         /* host CPU that the vCPU and the emulator are pinned to */
	const char *kernel, *initrd, *cmdline;
	const char *disk;     /* raw image or NULL; read-only, virtio */
	bool disk_snapshot;
	const char *tap;      /* NULL = no NIC */
	const char *mac;
	const char *console, *control; /* unix sockets we listen on; for standalone: NULL = stdio / none */
	unsigned tb_cache_mib; /* TCG translation buffer */
};
/* New string. Every foreign text is escaped. */
char *domain_xml(const struct domain_spec *s);
/* The equivalent standalone QEMU command line as argv (new, NULL-terminated; free with strv_free), with
 * the console on stdio and nothing of tare's: it runs by hand as it stands. */
char **domain_standalone(const struct domain_spec *s);

#endif
