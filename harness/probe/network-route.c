/* network-route.c - the instance as client of the far end, agent to agent: pair and nat. Payload is counted by the
 * receiver, and both are held against the host's counters of the instance's link. */
#include "network-parts.h"

#define HEADERS                                                                                    \
	66 /* B before a segment's payload: Ethernet 14, IPv4 20, TCP 20 with 12 of time stamps */
#define UNREAD (8.0 * 1024 * 1024) /* what a socket may hold unread when the receiver stops */
#define FOREIGN 0.25 /* CPUs of other work: the plan's usual guard */
#define BUSY 0.9 /* of one CPU: it had no time left */

double network_payload(
	const struct link_counters *a, const struct link_counters *b, bool out_of_instance)
{
	uint64_t bytes = out_of_instance ? b->rx_bytes - a->rx_bytes : b->tx_bytes - a->tx_bytes;
	uint64_t packets =
		out_of_instance ? b->rx_packets - a->rx_packets : b->tx_packets - a->tx_packets;

	return (double)bytes - (double)packets * HEADERS;
}

unsigned network_refuted(double claimed, double carried)
{
	return claimed > carried * (1 + DISPUTE) || claimed < carried * (1 - DISPUTE) - UNREAD
		? FLAG_DISPUTED
		: 0;
}

struct claim { /* of one stream, by its receiver */
	uint64_t bytes, ns, all;
};

static int read_claim(const struct agent_reply *r, struct claim *c, struct error *err)
{
	if (agent_field(r, "bytes", UINT64_MAX, &c->bytes, err) < 0 ||
		agent_field(r, "ns", UINT64_MAX, &c->ns, err) < 0 ||
		agent_field(r, "bytes_all", UINT64_MAX, &c->all, err) < 0)
		return -1;
	if (c->bytes == 0 || c->ns == 0 || c->bytes > c->all)
		return error_set(err, EXIT_ARM,
			"agent: claims %llu of %llu bytes in %llu ns, expected some, and a part of all",
			(unsigned long long)c->bytes, (unsigned long long)c->all,
			(unsigned long long)c->ns);
	return 0;
}

static int64_t deadline(double seconds)
{
	return now_ns() + (int64_t)(seconds * NSEC_PER_SEC) + ANSWER_NS;
}

/* One stream; sending: out of the instance, where the far end counts. */
static int stream(struct measurement *m, bool sending, struct claim *c, struct error *err)
{
	double seconds = m->plan->network_seconds, omit = m->plan->network_omit;
	unsigned long long ns = (unsigned long long)(seconds * NSEC_PER_SEC);
	unsigned long long omit_ns = (unsigned long long)(omit * NSEC_PER_SEC);
	struct agent *a = &m->instances[0].agent;
	struct agent_reply reply;
	uint64_t sent;

	if (agent_call(a, &reply, deadline(seconds + omit), err,
		    "connect kind=%s address=%s ns=%llu omit=%llu", sending ? "send" : "receive",
		    m->route->far_address, ns, omit_ns) < 0)
		return -1;
	if (!sending)
		return read_claim(&reply, c, err);
	if (agent_field(&reply, "bytes_all", UINT64_MAX, &sent, err) < 0 ||
		agent_call(m->route->far, &reply, deadline(0), err, "result kind=sink omit=%llu",
			omit_ns) < 0 ||
		read_claim(&reply, c, err) < 0)
		return -1;
	if (c->all != sent)
		return error_set(err, EXIT_ARM,
			"agent: claims %llu bytes received, expected the %llu that were sent",
			(unsigned long long)c->all, (unsigned long long)sent);
	return 0;
}

/* What had no time left: the end that is busier than the other is the limit, if any CPU is. */
static const char *limited(
	const struct measurement *m, double instance, double far, double rest, bool sending)
{
	const char *mine = m->instances[0].own_kernel ? "vCPU of the instance"
		: sending                             ? "sender"
						      : "receiver";

	/* Who waits for a CPU is not busy. */
	if (instance < BUSY && far < BUSY && rest > FOREIGN)
		return "not to be told: the host was busy with other work";
	if (instance < BUSY && far < BUSY)
		return "neither end's CPU";
	return instance >= far ? mine : sending ? "receiver" : "sender";
}

static json_t *stream_evidence(const struct measurement *m, bool sending, const struct claim *c,
	double carried, const struct cpu_reading *a, const struct cpu_reading *b)
{
	double seconds = (double)(b->at - a->at) / NSEC_PER_SEC;
	double instance = (b->instance - a->instance) / seconds;
	double far = (b->peer - a->peer) / seconds;
	double rest = (b->host - a->host - (b->own - a->own)) / seconds - instance - far;

	return json_pack("{s:s, s:f, s:I, s:f, s:f, s:f, s:f, s:s}", "direction",
		sending ? "out of the instance" : "into the instance", "bits_per_second",
		network_rate((double)c->bytes, (double)c->ns), "payload", (json_int_t)c->all,
		"payload_by_link", carried, "instance_cpu", instance, "far_cpu", far, "rest_cpu",
		rest, "limited_by", limited(m, instance, far, rest, sending));
}

static int one_direction(struct measurement *m, struct network_data *d, bool sending, double *moved,
	struct error *err)
{
	const char *link = m->instances[0].link;
	struct link_counters before, after;
	struct cpu_reading cpu_before, cpu_after;
	struct claim c = {0};
	double carried;

	if (link_counters(link, &before, err) < 0 || network_read_cpu(m, &cpu_before, err) < 0 ||
		stream(m, sending, &c, err) < 0 || network_read_cpu(m, &cpu_after, err) < 0 ||
		link_counters(link, &after, err) < 0)
		return -1;
	carried = network_payload(&before, &after, sending);
	*moved += (double)c.all;
	measured(m, sending ? NETWORK_TX : NETWORK_RX, network_rate((double)c.bytes, (double)c.ns),
		network_refuted((double)c.all, carried));
	json_array_append_new(json_object_get(d->evidence, "streams"),
		stream_evidence(m, sending, &c, carried, &cpu_before, &cpu_after));
	return 0;
}

static int streams(struct measurement *m, struct network_data *d, struct error *err)
{
	struct cpu_reading before, after;
	double moved = 0;

	json_object_set_new(d->evidence, "streams", json_array());
	if (network_read_cpu(m, &before, err) < 0 || one_direction(m, d, false, &moved, err) < 0 ||
		one_direction(m, d, true, &moved, err) < 0 || network_read_cpu(m, &after, err) < 0)
		return -1;
	network_report_cpu(m, d, &before, &after, moved);
	return 0;
}

/* Round trips to address, in seconds. */
static int round_trips(struct measurement *m, const char *address, double seconds, double *p50,
	double *p99, struct error *err)
{
	struct agent_reply r;
	uint64_t median, high, limit = 60 * (uint64_t)NSEC_PER_SEC;

	if (agent_call(&m->instances[0].agent, &r, deadline(seconds), err,
		    "connect kind=rr address=%s ns=%llu", address,
		    (unsigned long long)(seconds * NSEC_PER_SEC)) < 0 ||
		agent_field(&r, "p50", limit, &median, err) < 0 ||
		agent_field(&r, "p99", limit, &high, err) < 0)
		return -1;
	*p50 = (double)median / NSEC_PER_SEC;
	*p99 = (double)high / NSEC_PER_SEC;
	return 0;
}

/* How far each part of the way is: to the host's end of the bridge, then all of it. */
static int small_things(struct measurement *m, struct network_data *d, struct error *err)
{
	double seconds = m->plan->network_seconds / 2, p50, p99, near50, near99;
	const struct route *r = m->route;
	struct agent_reply reply;
	uint64_t n, ns;

	if (round_trips(m, LAB_GATEWAY, seconds / 2, &near50, &near99, err) < 0 ||
		round_trips(m, r->far_address, seconds, &p50, &p99, err) < 0)
		return -1;
	measured(m, NETWORK_RR_P50, p50, 0);
	measured(m, NETWORK_RR_P99, p99, 0);
	measured(m, PATH_RR_BRIDGE, near50, 0);
	json_object_set_new(d->evidence, "segments",
		json_pack("[{s:s, s:f, s:f}, {s:s, s:f, s:f}]", "to", "bridge", "rr_p50", near50,
			"rr_p99", near99, "to", r->path == PATH_NAT ? "outside host" : "partner",
			"rr_p50", p50, "rr_p99", p99));
	if (agent_call(&m->instances[0].agent, &reply, deadline(seconds), err,
		    "connect kind=connects address=%s ns=%llu", r->far_address,
		    (unsigned long long)(seconds * NSEC_PER_SEC)) < 0 ||
		agent_field(&reply, "n", UINT32_MAX, &n, err) < 0 ||
		agent_field(&reply, "ns", UINT64_MAX, &ns, err) < 0)
		return -1;
	measured(m, NETWORK_CONNECTS, (double)n * NSEC_PER_SEC / (double)(ns ? ns : 1), 0);
	return 0;
}

int network_over_route(struct measurement *m, struct network_data *d, struct error *err)
{
	static const char *const all[] = {"sink", "source", "echo", NULL},
				 *const echo[] = {"echo", NULL};

	not_measured(m, NETWORK_HTTP, SAMPLE_SKIPPED,
		"measured on path peer only: here the instance is the client");
	not_measured(m, NETWORK_HTTP_TTFB, SAMPLE_SKIPPED,
		"measured on path peer only: here the instance is the client");
	if (network_listen(m->route->far, all, err) < 0 ||
		network_listen(m->route->near, echo, err) < 0)
		return -1;
	return streams(m, d, err) < 0 ? -1 : small_things(m, d, err);
}
