/* spawn-wire.h - what spawn.c and spawn-child.c, the two ends of a start, say to each other. */
#ifndef TARE_SPAWN_WIRE_H
#define TARE_SPAWN_WIRE_H

#include "spawn.h"

/* harness -> helper: START. helper -> harness: READY, then the child's pid (a pid_t).
 * harness -> child: GO_IDENTITY, GO_NETWORK. EOF always means that the other end died. */
enum spawn_word {
	SPAWN_READY = 'r',
	SPAWN_START = 's',
	SPAWN_GO_IDENTITY = 'i',
	SPAWN_GO_NETWORK = 'n'
};

struct spawn_report {
	int errnum;
	char step[60];
};

/* The forked helper. ends[]: its ends of the channels, by enum spawn_fd. */
_Noreturn void spawn_helper(const struct spawn *s, const int ends[SPAWN_FDS]);

#endif
