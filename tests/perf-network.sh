#!/bin/bash
# perf-network.sh [ARM...] - network.rx and network.tx beside iperf3 over the very same path: iperf3's server is the
# workload. In every other instance its client runs from the peer's place while the instance settles; the instances
# between are tare's. A stream that came before in the same instance would move the one after it, so both meet fresh
# ones, by turns: a ratio a pair, their median and spread.
set -u
cd "$(dirname "$0")/.." || exit 1
TARE=${TARE:-$PWD/build/tare}
work=$(mktemp -d /tmp/tare-perf-net-XXXXXX)
trap 'rm -rf "$work"' EXIT
blocks=${BLOCKS:-12}
cat >"$work/iperf.json" <<'E'
{"schema": "tare/workload/1", "name": "iperf3", "command": ["/usr/bin/iperf3", "-s"], "files": ["/usr/bin/iperf3"],
 "ready": {"tcp": 5201}}
E
cat >"$work/plan.json" <<E
{"schema": "tare/plan/1", "name": "perf-network", "arms": ["host", "netns", "container", "vm"], "workloads": ["$work/iperf.json"],
 "blocks": $blocks, "warmup": 0, "settle": 11, "network": {"seconds": 3, "omit": 1}, "probes": ["network", "boot"]}
E
cat >"$work/report.py" <<'E'
import json, statistics, sys
work, arm = sys.argv[1:]
def iperf(flag, n):
    try:
        with open(f"{work}/{arm}-{flag}-{n}.json") as f:
            return json.load(f)["end"]["sum_received"]["bits_per_second"]
    except (OSError, ValueError, KeyError):
        return None
ours = {}
for line in open(f"{work}/run-{arm}/samples.jsonl"):
    s = json.loads(line)
    if s.get("status") == "ok":
        ours[s["metric"], s["block"]] = s["value"]
for metric, flag in (("network.rx", "in"), ("network.tx", "out")):
    pairs = [(ours.get((metric, 2 * n + 1)), iperf(flag, n)) for n in range(50)]
    pairs = [p for p in pairs if None not in p]
    if not pairs:
        print(f"{arm} {metric}: nothing to compare")
        continue
    ratios = sorted(a / b for a, b in pairs)
    a, b = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    text = f"{arm} {metric} / iperf3, {len(pairs)} pairs"
    print(f"{text:52} {a / 1e9:10.3f} {b / 1e9:10.3f} Gbit/s  ratio {a / b:.2f} of the medians, pair by pair {ratios[0]:.2f} to {ratios[-1]:.2f}")
E
# client PID ARGUMENT...: iperf3's client where tare's own peer is: in the lab's network namespace, on its CPU and in
# its cgroup, whose memory accounting is part of the path.
client() {
  local pid=$1
  shift
  (
    for procs in /sys/fs/cgroup/{,*/}tare-*/peer/cgroup.procs; do
      [ ! -e "$procs" ] || echo "$BASHPID" >"$procs"
    done
    exec nsenter --net="/proc/$pid/ns/net" taskset -c 0 iperf3 "$@"
  )
}
for arm in "${@:-container vm}"; do
  for a in $arm; do
    "$TARE" run "$work/plan.json" --arm "$a" -o "$work/run-$a" >/dev/null 2>"$work/err" &
    pid=$!
    # What looks for the next instance must cost nothing while tare measures: the kernel tells of each new address.
    until [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] && nsenter --net="/proc/$pid/ns/net" ip link show tarebr0; do
      kill -0 $pid || break
      read -rt 0.2 <> <(:) || true
    done >/dev/null 2>&1
    exec {news}< <(exec nsenter --net="/proc/$pid/ns/net" ip -4 monitor neigh dev tarebr0)
    monitor=$!
    n=0
    seen=" "
    while kill -0 $pid 2>/dev/null; do
      read -rt 2 -u $news address rest || continue
      [[ $address =~ ^[0-9.]+$ && $rest != *FAILED* && $seen != *" $address "* ]] || continue
      seen+="$address "
      for ((try = 0; n % 2 == 0 && try < 20; try++)); do
        client "$pid" -c "$address" -J -t 3 -O 1 >"$work/$a-in-$((n / 2)).json" 2>/dev/null &&
          client "$pid" -R -c "$address" -J -t 3 -O 1 >"$work/$a-out-$((n / 2)).json" 2>/dev/null && break
        read -rt 0.3 <> <(:) || true
      done
      n=$((n + 1))
    done
    kill $monitor 2>/dev/null
    exec {news}<&-
    wait $pid || tail -n 3 "$work/err"
    python3 "$work/report.py" "$work" "$a"
  done
done
