/* touch mib=X: makes X MiB resident, with contents that neither KSM nor zero-page tricks can fold. */
#include "inside.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

void *map_random(size_t size)
{
	uint64_t *memory, x = (uint64_t)now();
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	/* Huge pages would round the size up, and only on hosts that have them on. */
	madvise(map, size, MADV_NOHUGEPAGE);
	if (getrandom(&x, sizeof(x), GRND_NONBLOCK) < 0 || x == 0)
		x = (uint64_t)now() | 1;
	memory = map;
	for (size_t i = 0; i < size / sizeof(*memory); i++) {
		/* xorshift64 (Marsaglia, 2003): never zero. */
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memory[i] = x;
	}
	return map;
}

static void run(const struct verb_call *c)
{
	size_t size = (size_t)verb_number(c, "mib", 1, 1 << 24, 64) << 20;

	if (!map_random(size))
		verb_fail(c, "touch: cannot map %zu MiB: %s", size >> 20, strerror(errno));
	verb_ready(c);
	verb_pause();
}

const struct verb verb_touch = {.name = "touch", .keys = "mib", .run = run};
