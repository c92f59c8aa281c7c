#!/bin/bash
# perf-network.sh [ARM...] - network.rx and network.tx beside iperf3 over the very same path: iperf3's server is
# the workload, its client runs in the lab's network namespace on the peer's CPU while the instance settles,
# then tare's own streams follow in the same instance: a ratio an instance, their median and spread.
set -u
cd "$(dirname "$0")/.." || exit 1
TARE=${TARE:-$PWD/build/tare}
work=$(mktemp -d /tmp/tare-perf-net-XXXXXX)
trap 'rm -rf "$work"' EXIT
blocks=${BLOCKS:-8}
cat >"$work/iperf.json" <<'E'
{"schema": "tare/workload/1", "name": "iperf3", "command": ["/usr/bin/iperf3", "-s"], "files": ["/usr/bin/iperf3"],
 "ready": {"tcp": 5201}}
E
cat >"$work/plan.json" <<E
{"schema": "tare/plan/1", "name": "perf-network", "arms": ["host", "netns", "container", "vm"], "workloads": ["$work/iperf.json"],
 "blocks": $blocks, "warmup": 0, "settle": 14, "network": {"seconds": 3, "omit": 1}, "probes": ["network", "boot"]}
E
cat >"$work/report.py" <<'E'
import json, statistics, sys
work, arm = sys.argv[1:]
ours = {"network.rx": [], "network.tx": []}
for line in open(f"{work}/run-{arm}/samples.jsonl"):
    s = json.loads(line)
    if s.get("metric") in ours and s["status"] == "ok":
        ours[s["metric"]].append(s["value"])
for metric, flag in (("network.rx", "in"), ("network.tx", "out")):
    theirs = []
    for n in range(50):
        try:
            d = json.load(open(f"{work}/{arm}-{flag}-{n}.json"))
            theirs.append(d["end"]["sum_received"]["bits_per_second"])
        except (OSError, ValueError, KeyError):
            pass
    if not theirs or not ours[metric]:
        print(f"{arm} {metric}: nothing to compare ({len(ours[metric])} of ours, {len(theirs)} of iperf3)")
        continue
    a, b = statistics.median(ours[metric]), statistics.median(theirs)
    text = f"{arm} {metric} / iperf3, n = {len(theirs)}"
    if len(theirs) == len(ours[metric]):
        ratios = sorted(x / y for x, y in zip(ours[metric], theirs))
        print(f"{text:52} {a / 1e9:10.3f} {b / 1e9:10.3f} Gbit/s  ratio {statistics.median(ratios):.2f}, instance by instance {ratios[0]:.2f} to {ratios[-1]:.2f}")
    else:
        print(f"{text:52} {a / 1e9:10.3f} {b / 1e9:10.3f} Gbit/s  ratio {a / b:.2f} of the medians")
E
for arm in "${@:-container vm}"; do
  for a in $arm; do
    "$TARE" run "$work/plan.json" --arm "$a" -o "$work/run-$a" >/dev/null 2>"$work/err" &
    pid=$!
    n=0
    seen=
    # A new address answers for each instance; iperf3 is asked once in each.
    while kill -0 $pid 2>/dev/null; do
      address=$(nsenter --net="/proc/$pid/ns/net" ip -4 neigh show dev tarebr0 2>/dev/null | awk '$NF != "FAILED" {print $1}' | sort -t. -k4 -n | tail -1)
      if [ -n "$address" ] && [ "$address" != "$seen" ] &&
        nsenter --net="/proc/$pid/ns/net" taskset -c 0 iperf3 -c "$address" -J -t 3 -O 1 >"$work/$a-in-$n.json" 2>/dev/null; then
        nsenter --net="/proc/$pid/ns/net" taskset -c 0 iperf3 -c "$address" -R -J -t 3 -O 1 >"$work/$a-out-$n.json" 2>/dev/null
        seen=$address
        n=$((n + 1))
      fi
      read -rt 0.3 <> <(:) || true
    done
    wait $pid || tail -n 3 "$work/err"
    python3 "$work/report.py" "$work" "$a"
  done
done
