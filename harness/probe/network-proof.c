/* network-proof.c - what the path really was: who learnt which address, what the host's IP layer saw, what the far end
 * sees of the instance, and every link on the way as its driver tells it. */
#include "network-parts.h"

#include "lab-path.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct seen { /* by the far end, of the last datagram */
	char *address;
	uint64_t port, ttl;
};

/* One link, asked by who lives in its network namespace. Untold keys are null. New reference; NULL with err. */
static json_t *ask_link(struct agent *a, const char *name, const char *where, struct error *err)
{
	static const char *const numbers[] = {
		"mtu", "tso", "gso", "gro", "checksum", "tx_queues", "rx_queues", NULL};
	struct error untold = ERROR_INIT;
	struct agent_reply r;
	cleanup_free char *mac = NULL, *driver = NULL;
	json_t *hop;

	if (agent_call(a, &r, now_ns() + ANSWER_NS, err, "link if=%s", name) < 0)
		return NULL;
	mac = agent_field_text(&r, "mac");
	driver = agent_field_text(&r, "driver");
	hop = json_pack("{s:s, s:s, s:s?, s:s?}", "link", name, "where", where, "mac", mac,
		"driver", driver);
	for (size_t i = 0; hop && numbers[i]; i++) {
		uint64_t v;

		if (agent_field(&r, numbers[i], UINT32_MAX, &v, &untold) == 0)
			json_object_set_new(hop, numbers[i], json_integer((json_int_t)v));
		else
			json_object_set_new(hop, numbers[i], json_null());
	}
	if (!hop)
		error_set(err, EXIT_ARM, "agent: link %s, got what is no text", name);
	return hop;
}

/* Whether the VMM has given its queues to the host's kernel. */
static bool has_vhost(const struct measurement *m, const struct instance *i)
{
	for (int fd = 0; i->root_pid > 0 && fd < 1024; fd++) {
		char path[64], target[64];
		ssize_t n;

		snprintf(path, sizeof(path), "proc/%d/fd/%d", (int)i->root_pid, fd);
		n = readlinkat(m->lab->root, path, target, sizeof(target) - 1);
		if (n > 0 && (target[n] = '\0', strcmp(target, "/dev/vhost-net") == 0))
			return true;
	}
	return false;
}

static int add_hop(struct measurement *m, json_t *hops, struct agent *a, const char *name,
	const char *where, const struct instance *vmm, struct error *err)
{
	json_t *hop = ask_link(a, name, where, err);

	if (!hop)
		return -1;
	if (vmm)
		json_object_set_new(hop, "vhost", json_boolean(has_vhost(m, vmm)));
	return json_array_append_new(hops, hop);
}

/* In the order in which a frame out of the instance passes them. */
static int list_hops(struct measurement *m, json_t *hops, struct error *err)
{
	struct instance *i = &m->instances[0];
	const struct route *r = m->route;
	const struct instance *p = r->partner;

	if (add_hop(m, hops, &i->agent, "eth0", "instance", NULL, err) < 0 ||
		add_hop(m, hops, r->near, i->link, "host", i->own_kernel ? i : NULL, err) < 0 ||
		add_hop(m, hops, r->near, LAB_BRIDGE, "host", NULL, err) < 0)
		return -1;
	if (r->path == PATH_PEER)
		return 0;
	if (add_hop(m, hops, r->near, p ? p->link : LAB_UPLINK, "host",
		    p && p->own_kernel ? p : NULL, err) < 0)
		return -1;
	return add_hop(m, hops, r->far, "eth0", p ? "partner" : "outside host", NULL, err);
}

static bool read_mac(const json_t *hop, unsigned char mac[6])
{
	const char *text = json_string_value(json_object_get(hop, "mac"));

	return text &&
		sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2],
			&mac[3], &mac[4], &mac[5]) == 6;
}

static json_t *fdb_json(const struct fdb_entry *list, size_t n)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++) {
		char mac[18];

		snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", list[i].mac[0],
			list[i].mac[1], list[i].mac[2], list[i].mac[3], list[i].mac[4],
			list[i].mac[5]);
		json_array_append_new(rows,
			json_pack("{s:s, s:s, s:b}", "mac", mac, "port", list[i].port, "learnt",
				list[i].learnt));
	}
	return rows;
}

/* Each guest's address at its own port of the bridge, and nothing at the hook where the host would route. */
static int prove_switch(
	struct measurement *m, struct network_data *d, const json_t *hops, struct error *err)
{
	const struct instance *i = &m->instances[0], *p = m->route->partner;
	unsigned char mine[6], theirs[6];
	cleanup_free struct fdb_entry *list = NULL;
	uint64_t all, between;
	size_t n = 0;
	bool both;

	if (bridge_fdb(LAB_BRIDGE, &list, &n, err) < 0 ||
		lab_path_forwarded(&all, &between, err) < 0)
		return -1;
	both = read_mac(json_array_get(hops, 0), mine) &&
		read_mac(json_array_get(hops, 4), theirs) && fdb_learnt(list, n, mine, i->link) &&
		fdb_learnt(list, n, theirs, p->link);
	measured(m, PATH_SWITCHED, both, 0);
	measured(m, PATH_FORWARDED, (double)between, 0);
	json_object_set_new(d->evidence, "mac_table", fdb_json(list, n));
	json_object_set_new(d->evidence, "forwarded", json_integer((json_int_t)all));
	return 0;
}

static int prove_nat(struct measurement *m, struct network_data *d, struct error *err)
{
	uint64_t all, between;
	char entry[512];

	if (lab_path_forwarded(&all, &between, err) < 0)
		return -1;
	json_object_set_new(d->evidence, "forwarded", json_integer((json_int_t)all));
	json_object_set_new(d->evidence, "conntrack",
		lab_path_conntrack("udp", m->instances[0].address, entry, sizeof(entry))
			? json_string(entry)
			: json_null());
	return 0;
}

static int ask_seen(struct measurement *m, struct seen *out, struct error *err)
{
	struct agent_reply r;

	if (agent_call(m->route->far, &r, now_ns() + ANSWER_NS, err, "result kind=udp") < 0 ||
		agent_field(&r, "port", UINT16_MAX, &out->port, err) < 0 ||
		agent_field(&r, "ttl", WIRE_TTL, &out->ttl, err) < 0)
		return -1;
	out->address = agent_field_text(&r, "address");
	return out->address
		? 0
		: error_set(err, EXIT_ARM, "agent: the far end names no source address");
}

int network_proofs(struct measurement *m, struct network_data *d, struct error *err)
{
	static const char *const only_pair = "measured on path pair only: there are no two guests";
	const struct instance *i = &m->instances[0];
	enum arm_path path = m->route->path;
	struct seen seen = {.address = NULL};
	json_t *hops;

	json_object_set_new(d->evidence, "path", json_string(arm_path_names[path]));
	if (path == PATH_PEER)
		not_measured(m, PATH_RR_BRIDGE, SAMPLE_SKIPPED,
			"on path peer the far end is at the bridge: network.rr_p50 is all of it");
	if (!i->link[0]) {
		for (int id = PATH_FORWARDED; id <= PATH_HOPS; id++)
			not_measured(m, (enum metric_id)id, SAMPLE_SKIPPED,
				"the loopback is no path between machines");
		return 0;
	}
	hops = json_array();
	json_object_set_new(d->evidence, "hops", hops);
	if (list_hops(m, hops, err) < 0 || ask_seen(m, &seen, err) < 0)
		return -1;
	measured(m, PATH_HOPS, (double)json_array_size(hops), 0);
	measured(m, PATH_REWRITTEN, strcmp(seen.address, i->address) != 0, 0);
	measured(m, PATH_TTL_DROP, (double)(WIRE_TTL - seen.ttl), 0);
	json_object_set_new(d->evidence, "seen_by_far_end",
		json_pack("{s:s, s:s, s:I, s:I, s:i}", "instance", i->address, "source",
			seen.address, "port", (json_int_t)seen.port, "ttl", (json_int_t)seen.ttl,
			"sent_with_ttl", WIRE_TTL));
	free(seen.address);
	if (path != PATH_PAIR) {
		not_measured(m, PATH_FORWARDED, SAMPLE_SKIPPED, "%s", only_pair);
		not_measured(m, PATH_SWITCHED, SAMPLE_SKIPPED, "%s", only_pair);
	}
	if (path == PATH_PAIR)
		return prove_switch(m, d, hops, err);
	return path == PATH_NAT ? prove_nat(m, d, err) : 0;
}
