#!/bin/bash
# test-paths.sh - the paths peer, pair and nat over a container and VMware's NIC: each proven by what it leaves behind,
# and the NAT held against iperf3 on one of the same make.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
need_root paths
inventory >"$work/before"

cat >"$work/plan.json" <<'END'
{"schema": "tare/plan/1", "name": "paths", "blocks": 1, "warmup": 0,
 "arms": [{"name": "peer", "platform": "container"},
          {"name": "pair", "platform": "container", "path": "pair"},
          {"name": "nat", "platform": "container", "path": "nat"},
          {"name": "vm-pair", "platform": "vm", "nic": "vmxnet3", "path": "pair"},
          {"name": "vm-nat", "platform": "vm", "nic": "vmxnet3", "path": "nat"}],
 "workloads": ["idle"], "instances": [1], "memory": "64 MiB", "settle": 0.1,
 "network": {"seconds": 0.6, "omit": 0.1}, "probes": ["network"], "base": "peer",
 "limits": {"foreign_cpu": 99, "steal": 99}}
END
timeout 300 "$TARE" run "$work/plan.json" --accel tcg -o "$work/run" >"$work/out" 2>&1
same paths-run 0 $?
clean paths-nothing-left "$work/before"

# value ARM METRIC: the sample's value, or its reason.
value() {
  python3 - "$work/run/samples.jsonl" "$1" "$2" <<'END'
import json, sys
for line in open(sys.argv[1]):
    d = json.loads(line)
    if d.get("arm") == sys.argv[2] and d.get("metric") == sys.argv[3]:
        print(d["reason"] if d["value"] is None else d["value"])
END
}
# evidence ARM EXPRESSION: of its path's data d.
evidence() {
  python3 - "$work/run/evidence.jsonl" "$1" "$2" <<'END'
import json, sys
for line in open(sys.argv[1]):
    e = json.loads(line)
    if e["arm"] == sys.argv[2] and e["kind"] == "path":
        d = e["data"]
        print(eval(sys.argv[3]))
END
}
proof() { same "paths-$1-$2" "$3" "$(value "$1" "path.$2")"; }

for arm in pair vm-pair; do
  proof $arm forwarded 0
  proof $arm switched 1
  proof $arm rewritten 0
  proof $arm ttl_drop 0
  proof $arm hops 5
  same paths-$arm-mac-table 2 "$(evidence $arm 'sum(r["learnt"] and r["port"] in (d["hops"][1]["link"], d["hops"][3]["link"]) for r in d["mac_table"])')"
done
for arm in nat vm-nat; do
  proof $arm rewritten 1
  proof $arm ttl_drop 1
  proof $arm hops 5
  proof $arm forwarded "measured on path pair only: there are no two guests"
  same paths-$arm-source 198.51.100.1 "$(evidence $arm 'd["seen_by_far_end"]["source"]')"
  same paths-$arm-forwards True "$(evidence $arm 'd["forwarded"] > 0')"
  if [ -r /proc/net/nf_conntrack ]; then
    same paths-$arm-conntrack True "$(evidence $arm '"src=" + d["seen_by_far_end"]["instance"] in d["conntrack"] and "dst=198.51.100.1" in d["conntrack"]')"
  else
    skip paths-$arm-conntrack "this kernel shows no conntrack table in /proc"
  fi
done
proof peer rewritten 0
proof peer ttl_drop 0
proof peer hops 3
same paths-vm-driver "vmxnet3 tun" "$(evidence vm-pair 'd["hops"][0]["driver"] + " " + d["hops"][1]["driver"]')"
same paths-every-value "" "$(grep -E '"metric":"(network\.(rx|tx|rr_p50|rr_p99|connects|cpu|pps|loss))"' "$work/run/samples.jsonl" | grep -v '"status":"ok"')"
# What the receiver counted is what the link carried: no sample is disputed.
same paths-nothing-disputed 0 "$(grep -c disputed "$work/run/samples.jsonl")"
same paths-payload-by-link True "$(evidence nat 'all(abs(s["payload"] - s["payload_by_link"]) < 0.05 * s["payload_by_link"] + 8 * 2**20 for s in d["streams"])')"

# Killed while the path stands: all of it is in the lab's namespaces and groups, and goes with them.
python3 - "$work/plan.json" "$work/long.json" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
d["arms"] = [a for a in d["arms"] if a["name"] == "nat"]
d["base"] = "nat"
d["network"]["seconds"] = 30
json.dump(d, open(sys.argv[2], "w"))
END
"$TARE" run "$work/long.json" -o "$work/killed" >"$work/out" 2>&1 &
harness=$!
there=
for _ in $(seq 600); do
  nsenter --net=/proc/$harness/ns/net ip link show tareout0 >/dev/null 2>&1 && there=1 && break
  read -rt 0.1 <> <(:) || true
done
same paths-nat-stands 1 "$there"
kill -KILL $harness
wait $harness 2>/dev/null
clean paths-killed-nothing-left "$work/before"

# A path needs a link.
cat >"$work/bad.json" <<'END'
{"schema": "tare/plan/1", "arms": [{"name": "a", "platform": "host", "path": "nat"}], "workloads": ["idle"]}
END
"$TARE" run "$work/bad.json" --dry-run 2>"$work/err"
same paths-loopback-exit 2 $?
same paths-loopback "tare: $work/bad.json: arms[0].path: needs a link, got \"nat\", expected \"peer\", or \"network\": \"veth\" beside it" "$(cat "$work/err")"
exit $failed
