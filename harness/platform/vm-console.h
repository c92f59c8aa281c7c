/* vm-console.h - a guest's serial console: drained by a process that has nothing else to do (the libvirt helper's event
 * loop), so that a guest never waits for us, into a ring in memory shared with the harness. */
#ifndef TARE_VM_CONSOLE_H
#define TARE_VM_CONSOLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_RING (64 * 1024)
#define CONSOLE_SLOTS 128
#define CONSOLE_FLOOD (1024 * 1024) /* B: no sound guest prints that much with loglevel=4 */

enum console_state { CONSOLE_FREE, CONSOLE_LISTENING, CONSOLE_OPEN, CONSOLE_ENDED };

/* Written by the drainer only, but for state, which the harness sets to FREE or LISTENING. */
struct vm_console {
	_Atomic int state;
	_Atomic int64_t first; /* CLOCK_MONOTONIC ns of the first byte; 0 = none yet */
	_Atomic int64_t running; /* the same of libvirt's event that the machine was let run */
	_Atomic uint64_t total; /* B printed so far */
	_Atomic bool panic; /* a line with "Kernel panic" was printed in full */
	uint64_t panic_end; /* drainer's: where such a line begins to be complete; 0 = none */
	char ring[CONSOLE_RING];
};

void console_reset(struct vm_console *c);
/* Drainer: n bytes that came at the time. True when somebody waits for what they tell (first byte, panic, flood). */
bool console_put(struct vm_console *c, const char *data, size_t n, int64_t at);
/* Drainer: nothing more will come. */
void console_end(struct vm_console *c);
/* The last bytes, at most max, from the start of a line on: new string. Safe while it is written: at worst a
 * few bytes are newer. */
char *console_tail(const struct vm_console *c, size_t max);

#endif
