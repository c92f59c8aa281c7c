/* accel.h - which accelerator works here, proven by booting a guest under a deadline; the proof is kept
 * per boot of the host. */
#ifndef TARE_ACCEL_H
#define TARE_ACCEL_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

struct accel {
	bool kvm;
	char reason[256]; /* why not KVM, or how it was proven */
};
/* wish: "auto", "kvm" (fails with EXIT_PREREQUISITE if it does not work), "tcg". */
int accel_choose(const char *wish, struct accel *out, struct error *err);
/* What it will say, as far as is known without starting a guest: by the device, and by the proof that was kept. */
bool accel_expect_kvm(const char *wish);
/* Path of QEMU for x86-64: the first of $PATH, /usr/bin, /usr/libexec/qemu-kvm. New string, or NULL with
 * EXIT_PREREQUISITE. */
char *emulator_find(struct error *err);
/* Firmware that boots a kernel faster than QEMU's SeaBIOS, where it is installed: new string or NULL. */
char *firmware_find(void);
/* Boots kernel in QEMU with the accelerator ("kvm", "tcg") and no root file system: a sound one gets to the
 * end of its own boot and panics there. 0 = it did; -1 with the reason in err: nothing new on its console for
 * quiet ns, or more than most ns in all. */
int accel_prove(const char *accelerator, const char *emulator, const char *kernel, int64_t quiet,
	int64_t most, struct error *err);

#endif
