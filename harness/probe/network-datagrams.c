/* network-datagrams.c - how many small datagrams arrive when as many as possible are sent, and which share of a
 * modest rate is lost. The instance asks the far end's "udp", on every path, so that a NAT lets both ways through. */
#include "network-parts.h"

#define LOSS_RATE 2000 /* datagrams per second, offered */
#define LOSS_RATE_TEXT "2000"

struct series {
	double sent, received, ns;
};

static int run(struct measurement *m, const char *kind, const char *rate, struct series *out,
	struct error *err)
{
	double seconds = m->plan->network_seconds / 4;
	struct agent_reply r;
	uint64_t sent, received, ns;

	if (agent_call(&m->instances[0].agent, &r,
		    now_ns() + (int64_t)(seconds * NSEC_PER_SEC) + 2 * ANSWER_NS, err,
		    "connect kind=%s address=%s ns=%llu rate=%s", kind, m->route->far_address,
		    (unsigned long long)(seconds * NSEC_PER_SEC), rate) < 0 ||
		agent_field(&r, "sent", UINT32_MAX, &sent, err) < 0 ||
		agent_field(&r, "received", UINT32_MAX, &received, err) < 0 ||
		agent_field(&r, "ns", UINT64_MAX, &ns, err) < 0)
		return -1;
	if (sent == 0 || received > sent)
		return error_set(err, EXIT_ARM,
			"agent: claims %llu of %llu datagrams received, expected some sent and no more received",
			(unsigned long long)received, (unsigned long long)sent);
	*out = (struct series){(double)sent, (double)received, (double)ns};
	return 0;
}

/* What came cannot be more than what the link let through. */
static unsigned refuted(const struct link_counters *a, const struct link_counters *b,
	bool out_of_instance, double received)
{
	uint64_t packets =
		out_of_instance ? b->rx_packets - a->rx_packets : b->tx_packets - a->tx_packets;

	return received > (double)packets * (1 + DISPUTE) ? FLAG_DISPUTED : 0;
}

static int one_direction(struct measurement *m, bool sending, struct series out[2], unsigned *flags,
	struct error *err)
{
	const char *link = m->instances[0].link, *kind = sending ? "udp-send" : "udp-receive";
	struct link_counters before = {0}, after;

	if (link[0] && link_counters(link, &before, err) < 0)
		return -1;
	if (run(m, kind, "0", &out[0], err) < 0 || run(m, kind, LOSS_RATE_TEXT, &out[1], err) < 0)
		return -1;
	if (!link[0])
		return 0;
	if (link_counters(link, &after, err) < 0)
		return -1;
	*flags |= refuted(&before, &after, sending, out[0].received + out[1].received);
	return 0;
}

static double per_second(const struct series *s)
{
	return s->received > 1 && s->ns > 0 ? (s->received - 1) * NSEC_PER_SEC / s->ns : 0;
}

static json_t *told(const char *direction, const struct series s[2])
{
	return json_pack("{s:s, s:f, s:f, s:f, s:i, s:f, s:f}", "direction", direction, "sent",
		s[0].sent, "received", s[0].received, "per_second", per_second(&s[0]),
		"offered_per_second", LOSS_RATE, "offered_sent", s[1].sent, "offered_received",
		s[1].received);
}

int network_datagrams(struct measurement *m, struct network_data *d, struct error *err)
{
	struct series out[2] = {{0}}, in[2] = {{0}};
	unsigned flags = 0;
	double worse;

	if (one_direction(m, true, out, &flags, err) < 0 ||
		one_direction(m, false, in, &flags, err) < 0)
		return -1;
	worse = per_second(&in[0]) < per_second(&out[0]) ? per_second(&in[0]) : per_second(&out[0]);
	measured(m, NETWORK_PPS, worse, flags);
	measured(m, NETWORK_LOSS,
		1 - (out[1].received + in[1].received) / (out[1].sent + in[1].sent), flags);
	json_object_set_new(d->evidence, "datagrams",
		json_pack(
			"[o, o]", told("out of the instance", out), told("into the instance", in)));
	return 0;
}
