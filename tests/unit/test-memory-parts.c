/* test-memory-parts.c - a guest's RAM divided up for the memory ledger: the parts add up to what is resident. */
#include "../../harness/probe/memory-parts.h"

#include "util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MIB (1ULL << 20)

static void parts_add_up(void **state)
{
	static const struct {
		struct guest_memory guest;
		double workload, kernel, userland, cache, freed; /* MiB */
	} rows[] = {
		/* 128 MiB, 110 resident, 64 used: 46 were freed */
		{{.ram = 128 * MIB,
			 .resident = 110 * MIB,
			 .free = 60 * MIB,
			 .percpu_free = 4 * MIB,
			 .anon = 12 * MIB,
			 .cached = 9 * MIB,
			 .buffers = 1 * MIB,
			 .payload_anon = 8 * MIB,
			 .payload_shmem = 2 * MIB},
			10, 42, 4, 8, 46},
		/* less resident than used: the kernel never touched all that it keeps */
		{{.ram = 128 * MIB,
			 .resident = 50 * MIB,
			 .free = 64 * MIB,
			 .anon = 10 * MIB,
			 .cached = 5 * MIB,
			 .payload_anon = 10 * MIB},
			10, 35, 0, 5, 0},
		/* counters of the guest lag behind: nothing becomes negative */
		{{.ram = 128 * MIB,
			 .resident = 64 * MIB,
			 .free = 64 * MIB,
			 .anon = 3 * MIB,
			 .cached = 1 * MIB,
			 .payload_anon = 4 * MIB,
			 .payload_shmem = 2 * MIB},
			6, 58, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_parts p = guest_parts_of(&rows[i].guest);
		double sum = p.workload + p.kernel + p.userland + p.cache + p.freed;

		assert_float_equal(p.workload / MIB, rows[i].workload, 1e-6);
		assert_float_equal(p.kernel / MIB, rows[i].kernel, 1e-6);
		assert_float_equal(p.userland / MIB, rows[i].userland, 1e-6);
		assert_float_equal(p.cache / MIB, rows[i].cache, 1e-6);
		assert_float_equal(p.freed / MIB, rows[i].freed, 1e-6);
		assert_float_equal(sum, (double)rows[i].guest.resident, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(parts_add_up)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
