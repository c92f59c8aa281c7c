/* network.c - the instance and the native peer over one bridge: a stream each way, round trips,
 * connections, HTTP, and what they cost in CPU time. Payload is counted by the receiver. Other paths, datagrams and
 * what the path was: network-parts.h. */
#include "network-parts.h"

#include "probes.h"
#include "procfs.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define GIB 1073741824.0

int network_read_cpu(struct measurement *m, struct cpu_reading *out, struct error *err)
{
	struct host_cpu host;
	struct timespec ts;
	uint64_t ns;

	if (cgroup_cpu_ns(m->instances[0].cgroup, &ns, err) < 0)
		return -1;
	out->instance = (double)ns / NSEC_PER_SEC;
	if (cgroup_cpu_ns(m->route ? m->route->far_cgroup : m->peer.cgroup, &ns, err) < 0)
		return -1;
	out->peer = (double)ns / NSEC_PER_SEC;
	if (proc_host_cpu(m->lab->root, &host, err) < 0)
		return -1;
	out->host = host.busy;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	out->own = (double)ts.tv_sec + (double)ts.tv_nsec / NSEC_PER_SEC;
	out->at = now_ns();
	return 0;
}

/* What was busy on the host and was neither of the two ends nor this program. */
static double rest_of_host(const struct cpu_reading *a, const struct cpu_reading *b)
{
	return b->host - a->host - (b->instance - a->instance) - (b->peer - a->peer) -
		(b->own - a->own);
}

/* While the set settles nothing is moved: how busy the rest of the host is by itself. */
static int network_ready(struct measurement *m, unsigned slot, struct error *err)
{
	if (m->n != 1)
		return 0;
	m->data[slot] = xcalloc(1, sizeof(struct network_data));
	return network_read_cpu(m, &((struct network_data *)m->data[slot])->ready, err);
}

static int network_settled(struct measurement *m, unsigned slot, struct error *err)
{
	struct network_data *d = m->data[slot];

	return d ? network_read_cpu(m, &d->settled, err) : 0;
}

static int network_after(struct measurement *m, unsigned slot, struct error *err)
{
	struct network_data *d = m->data[slot];

	(void)err;
	if (d)
		json_decref(d->evidence);
	free(d);
	m->data[slot] = NULL;
	return 0;
}

/* The rest of the host less what it does when idle; guest time is inside user time and is not added again. */
void network_report_cpu(struct measurement *m, const struct network_data *d,
	const struct cpu_reading *a, const struct cpu_reading *b, double bytes)
{
	double gib = bytes / GIB;
	double instance = b->instance - a->instance, peer = b->peer - a->peer;
	double rest = rest_of_host(a, b);

	if (d && d->settled.at > d->ready.at)
		rest -= rest_of_host(&d->ready, &d->settled) * (double)(b->at - a->at) /
			(double)(d->settled.at - d->ready.at);

	if (gib <= 0) {
		for (int id = NETWORK_CPU; id <= NETWORK_CPU_REST; id++)
			not_measured(m, (enum metric_id)id, SAMPLE_FAILED, "no payload was moved");
		return;
	}
	measured(m, NETWORK_CPU, (instance + peer + rest) / gib, 0);
	measured(m, NETWORK_CPU_INSTANCE, instance / gib, 0);
	measured(m, NETWORK_CPU_PEER, peer / gib, 0);
	measured(m, NETWORK_CPU_REST, rest / gib, 0);
}

double network_rate(double bytes, double ns)
{
	return ns > 0 ? 8 * bytes / (ns / NSEC_PER_SEC) : NAN;
}

unsigned network_disputed(double claimed, double counted)
{
	return counted > 0 && fabs(claimed - counted) <= DISPUTE * counted ? 0 : FLAG_DISPUTED;
}

/* Into the instance: it counts what arrives, on its own clock; the peer's count of the same window and
 * the link's counter are the host's word against it. */
static int stream_in(struct measurement *m, double *moved, struct error *err)
{
	struct instance *i = &m->instances[0];
	uint64_t omit_ns = (uint64_t)(m->plan->network_omit * NSEC_PER_SEC), bytes, all, ns;
	struct traffic_flow flow;
	struct agent_reply reply;
	double claimed;

	if (traffic_send(&m->peer, i->address, m->plan->network_seconds, m->plan->network_omit,
		    &flow, err) < 0 ||
		agent_call(&i->agent, &reply, now_ns() + ANSWER_NS, err,
			"result kind=sink omit=%llu", (unsigned long long)omit_ns) < 0 ||
		agent_field(&reply, "bytes", UINT64_MAX, &bytes, err) < 0 ||
		agent_field(&reply, "bytes_all", UINT64_MAX, &all, err) < 0 ||
		agent_field(&reply, "ns", UINT64_MAX, &ns, err) < 0)
		return -1;
	*moved += (double)flow.bytes_all;
	claimed = network_rate((double)bytes, (double)ns);
	if (bytes > all || all != flow.bytes_all)
		return error_set(err, EXIT_ARM,
			"agent: claims %llu of %llu bytes received, expected the %llu that were sent",
			(unsigned long long)bytes, (unsigned long long)all,
			(unsigned long long)flow.bytes_all);
	measured(m, NETWORK_RX, claimed,
		network_disputed(claimed, network_rate((double)flow.bytes, (double)flow.ns)));
	return 0;
}

static int stream_out(struct measurement *m, double *moved, struct error *err)
{
	struct traffic_flow flow;

	if (traffic_receive(&m->peer, m->instances[0].address, m->plan->network_seconds,
		    m->plan->network_omit, &flow, err) < 0)
		return -1;
	*moved += (double)flow.bytes_all;
	measured(m, NETWORK_TX, network_rate((double)flow.bytes, (double)flow.ns), 0);
	return 0;
}

static int streams(struct measurement *m, const struct network_data *d, struct error *err)
{
	struct cpu_reading before, after;
	double moved = 0;

	if (network_read_cpu(m, &before, err) < 0 || stream_in(m, &moved, err) < 0 ||
		stream_out(m, &moved, err) < 0 || network_read_cpu(m, &after, err) < 0)
		return -1;
	network_report_cpu(m, d, &before, &after, moved);
	return 0;
}

static int small_things(struct measurement *m, struct error *err)
{
	const char *address = m->instances[0].address;
	double seconds = m->plan->network_seconds / 2, connects;
	struct traffic_latency latency;

	if (traffic_round_trips(&m->peer, address, seconds, &latency, err) < 0)
		return -1;
	measured(m, NETWORK_RR_P50, latency.p50, 0);
	measured(m, NETWORK_RR_P99, latency.p99, 0);
	if (traffic_connects(&m->peer, address, seconds, &connects, err) < 0)
		return -1;
	measured(m, NETWORK_CONNECTS, connects, 0);
	return 0;
}

static int fetch(
	struct measurement *m, const char *path, struct traffic_http *out, struct error *err)
{
	cleanup_free char *url = xasprintf(
		"http://%s:%u%s", m->instances[0].address, (unsigned)m->workload->port, path);

	return traffic_http(&m->peer, url, 60, out, err);
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The series inside one instance is reduced to one sample: the median of 15 small requests. */
static int http(struct measurement *m, struct error *err)
{
	struct traffic_http answer;
	double ttfb[15], bytes = 0, seconds = 0;

	if (!m->workload->http_small)
		not_measured(m, NETWORK_HTTP_TTFB, SAMPLE_SKIPPED,
			"the workload names no small HTTP body");
	for (size_t i = 0; m->workload->http_small && i < ARRAY_SIZE(ttfb); i++) {
		if (fetch(m, m->workload->http_small, &answer, err) < 0)
			return -1;
		ttfb[i] = answer.ttfb;
	}
	if (m->workload->http_small) {
		qsort(ttfb, ARRAY_SIZE(ttfb), sizeof(ttfb[0]), compare_double);
		measured(m, NETWORK_HTTP_TTFB, ttfb[ARRAY_SIZE(ttfb) / 2], 0);
	}
	if (!m->workload->http_large) {
		not_measured(
			m, NETWORK_HTTP, SAMPLE_SKIPPED, "the workload names no large HTTP body");
		return 0;
	}
	/* One body may be over in 10 ms: fetched again until half the time of a stream is spent. */
	for (int n = 0; n < 20 && seconds < m->plan->network_seconds / 2; n++) {
		if (fetch(m, m->workload->http_large, &answer, err) < 0)
			return -1;
		bytes += answer.bytes;
		seconds += answer.seconds;
		measured(m, NETWORK_HTTP, network_rate(bytes, seconds * NSEC_PER_SEC), 0);
	}
	return 0;
}

static void skip_from(
	struct measurement *m, int first, enum sample_status status, const char *reason)
{
	for (int id = first; id <= PATH_RR_BRIDGE; id++)
		if (!m->out[id].filled)
			not_measured(m, (enum metric_id)id, status, "%s", reason);
}

int network_listen(struct agent *a, const char *const *kinds, struct error *err)
{
	for (size_t k = 0; kinds[k]; k++)
		if (agent_call(a, NULL, now_ns() + ANSWER_NS, err, "listen kind=%s", kinds[k]) < 0)
			return -1;
	return 0;
}

/* The native peer asks the instance. */
static int with_peer(struct measurement *m, struct network_data *d, struct error *err)
{
	static const char *const kinds[] = {"sink", "source", "echo", NULL};
	struct agent *a = &m->instances[0].agent;

	if (network_listen(a, kinds, err) < 0 || streams(m, d, err) < 0 ||
		small_things(m, err) < 0 || http(m, err) < 0)
		return -1;
	return agent_call(a, NULL, now_ns() + ANSWER_NS, err, "unlisten");
}

static int over_path(struct measurement *m, struct network_data *d, struct error *err)
{
	static const char *const kinds[] = {"udp", NULL};

	if (!d->evidence)
		d->evidence = json_object();
	if (m->route->path == PATH_PEER ? with_peer(m, d, err) < 0
					: network_over_route(m, d, err) < 0)
		return -1;
	if (network_listen(m->route->far, kinds, err) < 0 || network_datagrams(m, d, err) < 0 ||
		network_proofs(m, d, err) < 0)
		return -1;
	evidence_add(m, "path", steal_ptr(d->evidence));
	return 0;
}

static int network_path(struct measurement *m, unsigned slot, struct error *err)
{
	struct error inner = ERROR_INIT;
	struct instance *i = m->instances;

	if (m->n != 1)
		skip_from(m, NETWORK_RX, SAMPLE_SKIPPED, "measured with one instance only");
	else if (!i->address[0])
		skip_from(m, NETWORK_RX, SAMPLE_SKIPPED, "the instance has no address in the lab");
	else if (i->agent.fd < 0 || !m->route)
		skip_from(m, NETWORK_RX, SAMPLE_SKIPPED, "no agent inside to be the other end");
	if (m->out[NETWORK_RX].filled)
		return 0;
	/* The self-test looks again and again, without a settling before. */
	if (!m->data[slot])
		m->data[slot] = xcalloc(1, sizeof(struct network_data));
	if (over_path(m, m->data[slot], &inner) == 0)
		return 0;
	/* A path that broke is the finding of these metrics, not the end of the trial; Ctrl-C is. */
	skip_from(m, NETWORK_RX, SAMPLE_FAILED, inner.text);
	if (inner.code == EXIT_INTERRUPTED || inner.code == EXIT_TERMINATED)
		return error_set(err, inner.code, "%s", inner.text);
	return 0;
}

const struct probe probe_network = {
	.name = "network",
	.help = "throughput both ways, latency, datagrams, HTTP and CPU per GiB over the arm's path, and what the path was",
	.first = NETWORK_RX,
	.last = PATH_RR_BRIDGE,
	.ready = network_ready,
	.measure = network_settled,
	.path = network_path,
	.after = network_after,
};
