/* trace-qemu.c - an emulator for the test of boot honesty: notes both clocks at its first instruction and becomes QEMU
 * with a trace of every byte written to a serial port and of what the firmware fetches. Built with QEMU="..." and
 * FOLDER="...". */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	long long began = now(CLOCK_MONOTONIC), real = now(CLOCK_REALTIME);
	static const char *const more[] = {"-msg", "timestamp=on", "--trace", "serial_write",
		"--trace", "fw_cfg_select", "--trace", "fw_cfg_read", "-D"};
	size_t n_more = sizeof(more) / sizeof(more[0]), n = (size_t)argc;
	char **all = calloc(n + n_more + 2, sizeof(*all)), trace[512], clocks[512];
	int machine = 0;
	FILE *f;

	if (!all)
		return 126;
	for (size_t i = 0; i < n; i++) {
		all[i] = argv[i];
		machine |= !strcmp(argv[i], "-kernel");
	}
	all[0] = (char *)QEMU;
	/* Asked for its capabilities it is left alone. */
	if (machine) {
		snprintf(trace, sizeof(trace), FOLDER "/%lld.trace", began);
		snprintf(clocks, sizeof(clocks), FOLDER "/%lld.clocks", began);
		for (size_t i = 0; i < n_more; i++)
			all[n++] = (char *)more[i];
		all[n++] = trace;
		f = fopen(clocks, "we");
		if (!f)
			return 126;
		fprintf(f, "%lld %lld\n", began, real);
		fclose(f);
	}
	execv(QEMU, all);
	return 126;
}
