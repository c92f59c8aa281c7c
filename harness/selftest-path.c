/* selftest-path.c - a known delay before ready, a known rate on the link. */
#include "selftest-internal.h"

#include "netlink.h"
#include "util.h"

#include <string.h>

#define N_DELAYS 3
static const unsigned delays[N_DELAYS] = {
	0, 50, 200}; /* ms; the others are held against the first */

#define QUICK_BLOCKS 6 /* the fewest with an interval */
#define FULL_BLOCKS 11
#define CONTAINER_BLOCKS 11

#define RATE_WIRE 25000000ULL /* B/s: 200 Mbit/s */
/* TCP payload of a full segment with timestamps, over its bytes on the wire with the Ethernet header: MTU 1500. */
#define RATE_SHARE (1448.0 / 1514.0)
#define RATE_ROUNDS 3

static int delay_blocks(
	struct bench *b, const char *arm, size_t first, unsigned blocks, struct error *err)
{
	static readings got[N_DELAYS];
	unsigned order[N_DELAYS];
	char argument[32];

	for (unsigned r = 0; r < blocks; r++) {
		bench_shuffle(b, order, N_DELAYS);
		for (unsigned i = 0; i < N_DELAYS; i++) {
			unsigned k = order[i];

			bench_progress(
				b, "delay before ready", r * N_DELAYS + i, blocks * N_DELAYS);
			snprintf(argument, sizeof(argument), "delay_ms=%u", delays[k]);
			if (living_once(b, arm, "idle", argument, false, got[k], err) < 0)
				return -1;
		}
		for (unsigned k = 1; k < N_DELAYS; k++)
			weight_add(&b->t->weights[first + k - 1],
				got[k][BOOT_READY] - got[0][BOOT_READY]);
	}
	return 0;
}

int selftest_time(struct bench *b, const char *arm, struct error *err)
{
	static const char *const names[] = {"boot", NULL};
	bool vm = !strcmp(arm, "vm");
	unsigned blocks = !vm ? CONTAINER_BLOCKS : b->t->quick ? QUICK_BLOCKS : FULL_BLOCKS;
	size_t first = b->t->n_weights;

	bench_probes(b, names);
	for (size_t k = 1; k < N_DELAYS; k++)
		selftest_weight(b->t, arm, BOOT_READY, vm ? RULE_INTERVAL : RULE_TIME,
			delays[k] / 1000.0, "%u ms of delay before ready", delays[k]);
	if (delay_blocks(b, arm, first, blocks, err) < 0)
		return -1;
	if (bench_off(b, first) && delay_blocks(b, arm, first, blocks, err) < 0)
		return -1;
	bench_off(b, first);
	for (size_t k = first; vm && k < b->t->n_weights; k++) {
		struct weight *w = &b->t->weights[k];

		snprintf(w->note, sizeof(w->note), "interval %.0f to %.0f ms%s", w->lo * 1000,
			w->hi * 1000,
			w->lo <= 0 ? ": the noise of this guest's boot hides so little" : "");
	}
	return 0;
}

int selftest_rate(struct bench *b, const char *arm, struct error *err)
{
	static const char *const names[] = {"network", NULL};
	struct weight *w;
	size_t row = b->t->n_weights;
	struct living l;
	readings got;
	int rc;

	bench_probes(b, names);
	w = selftest_weight(b->t, arm, NETWORK_RX, RULE_RATE, 8.0 * RATE_WIRE * RATE_SHARE,
		"%llu Mbit/s on the wire", RATE_WIRE * 8 / 1000000);
	snprintf(w->note, sizeof(w->note),
		"tbf on the host's end, burst %d KiB; planted = rate x 1448/1514",
		LINK_LIMIT_BURST / 1024);
	rc = living_start(&l, b, arm, "idle", NULL, err);
	if (rc == 0)
		rc = link_limit(l.set.instances[0].link, RATE_WIRE, err);
	for (unsigned r = 0; rc == 0 && r < 2 * RATE_ROUNDS; r++) {
		/* Once as often again when it is off. */
		if (r == RATE_ROUNDS && !bench_off(b, row))
			break;
		bench_progress(b, "a limited rate", r % RATE_ROUNDS, RATE_ROUNDS);
		rc = living_baseline(&l, err);
		if (rc == 0)
			rc = living_look(&l, got, err);
		if (rc == 0)
			weight_add(&b->t->weights[row], got[NETWORK_RX]);
	}
	return living_end(&l, NULL, err) < 0 ? -1 : rc;
}
