/* domain.h - a libvirt domain described, and turned into XML or a QEMU command line by pure functions. */
#ifndef TARE_DOMAIN_H
#define TARE_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

struct domain_spec {
	const char *name, *uuid, *run_id;
	const char *emulator; /* path that libvirt executes */
	const char *qemu; /* path of QEMU itself for the standalone line; NULL = emulator */
	const char *
		launch; /* file that tells a launcher what to do before it executes QEMU; NULL = none */
	bool kvm;
	uint64_t ram; /* B, multiple of 1 MiB */
	unsigned cpu; /* host CPU that the vCPU and the emulator are pinned to */
	const char *firmware; /* ROM that replaces SeaBIOS; NULL = QEMU's own */
	const char *kernel, *initrd, *cmdline;
	const char *disk; /* raw image or NULL; read-only */
	const char
		*overlay; /* qcow2 image over disk, which the guest then may write; NULL = none */
	const char *disk_bus; /* "virtio" (NULL) or "pvscsi": the guest sees /dev/vda or /dev/sda */
	const char *
		swap; /* raw image that the guest may write to, NULL = none: the last virtio disk it sees */
	bool disk_snapshot; /* writable, what is written is thrown away (standalone only: libvirt refuses) */
	const char *tap; /* NULL = no NIC */
	const char *nic; /* "virtio" (NULL), "vmxnet3", "e1000", "e1000e" */
	const char *mac;
	const char *console,
		*control; /* unix sockets we listen on; for standalone: NULL = stdio / none */
	unsigned tb_cache_mib; /* TCG translation buffer */
};
/* Variable in QEMU's environment that names spec->launch. */
#define DOMAIN_LAUNCH "TARE_LAUNCH"
/* Last part of the guest's kernel command line in every domain; what each is for: domain.c. */
extern const char domain_cmdline[], domain_cmdline_late[];

/* New string. Every foreign text is escaped. */
char *domain_xml(const struct domain_spec *s);
/* The equivalent standalone QEMU command line as argv (new, NULL-terminated; free with strv_free), with
 * the console on stdio and nothing of tare's: it runs by hand as it stands. A tap is replaced by a user-mode
 * network, which needs nothing on the host; the guest sees the same NIC. */
char **domain_standalone(const struct domain_spec *s);

#endif
