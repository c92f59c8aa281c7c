/* accel.h - which accelerator works here, proven by booting a guest under a deadline; the proof is kept
 * per boot of the host. */
#ifndef TARE_ACCEL_H
#define TARE_ACCEL_H

#include "error.h"

#include <stdbool.h>

struct accel {
	bool kvm;
	char reason[256]; /* why not KVM, or how it was proven */
};
/* wish: "auto", "kvm" (fails with EXIT_PREREQUISITE if it does not work), "tcg". */
int accel_choose(const char *wish, struct accel *out, struct error *err);

#endif
