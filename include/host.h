/* host.h - what this machine is (fingerprint and environment) and the counters the guards watch. */
#ifndef TARE_HOST_H
#define TARE_HOST_H

#include "cgroup.h"
#include "error.h"

#include <jansson.h>

/* Object for run.json "host": name, cpu_model, cores, ram_bytes, kernel, cgroup, ksm, thp,
 * governor, swap_bytes, overcommit, microcode, distribution, tools (versions by asking them once),
 * and "fingerprint": 16 hex digits of a hash over CPU model, cores, RAM (rounded to 256 MiB),
 * accelerator, cgroup mode. accelerator: "kvm", "tcg" or "none". What a host has not is null (ksm,
 * thp, governor, microcode, a tool). tools holds "qemu" and "gnuplot", asked only when root is the
 * live "/"; the caller adds libvirt. New reference, or NULL. */
json_t *host_describe(int root, enum cgroup_mode mode, const char *accelerator, struct error *err);
/* Fingerprint only: FNV-1a, 64 bit, over the five parts as text, each followed by a newline, RAM
 * as the nearest multiple of 256 MiB. New string. */
char *host_fingerprint(const char *cpu_model, unsigned cores, uint64_t ram, const char *accelerator,
	const char *cgroup);

#define HOST_MAX_CPUS 4096
/* Online CPUs this process may use, ascending; *n at most max. */
int host_cpus(unsigned *cpus, size_t max, size_t *n, struct error *err);

#endif
