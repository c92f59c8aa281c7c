#!/bin/bash
# perf.sh - tare beside what it is measured against, as ratios in one run: bubblewrap and runc for a
# container's start, a standalone QEMU for a VM's boot, iperf3 for the network path. Shows, asserts nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
TARE=${TARE:-$PWD/build/tare} AGENT=${TARE_AGENT:-$PWD/build/agent}
work=$(mktemp -d /tmp/tare-perf-XXXXXX)
trap 'rm -rf "$work"' EXIT
[ "$(id -u)" = 0 ] || { echo "perf: needs root" >&2; exit 5; }
cat >"$work/metric.py" <<'E'
import json, sys
for m in json.load(open(sys.argv[1] + "/summary.json"))["metrics"]:
    if m["arm"] == sys.argv[2] and m["metric"] == sys.argv[3]:
        print(m["median"])
E
metric() { python3 "$work/metric.py" "$@"; }
line() { # text, ours, theirs, unit, scale
  awk -v n="$1" -v a="$2" -v b="$3" -v u="$4" -v k="$5" \
    'BEGIN {printf "%-52s %10.3f %10.3f %-7s ratio %.2f\n", n, a * k, b * k, u, b ? a / b : 0}'
}

echo "perf: $(uname -n), $(date -u +%F), $(nproc) CPUs; ours, theirs, ratio"
"$TARE" run --workload idle -o "$work/idle" >/dev/null 2>"$work/err" || { cat "$work/err"; exit 1; }

# A container: from the request until the first byte of the very same static agent inside.
theirs=$(python3 tests/perf-start.py 30 bwrap --unshare-all --die-with-parent \
  --ro-bind "$AGENT" /agent --proc /proc --dev /dev /agent) &&
  line "container until PID 1 speaks / bubblewrap" "$(metric "$work/idle" container boot.init)" "$theirs" ms 1000
mkdir -p "$work/bundle/rootfs/tare" "$work/bundle/rootfs/proc" "$work/bundle/rootfs/dev"
cp "$AGENT" "$work/bundle/rootfs/tare/agent"
cat >"$work/config.py" <<'E'
import json
d = json.load(open("config.json"))
d["process"]["args"] = ["/tare/agent"]
d["process"]["terminal"] = False
json.dump(d, open("config.json", "w"))
E
theirs=$(cd "$work/bundle" && runc spec && python3 "$work/config.py" &&
  python3 "$OLDPWD/tests/perf-start.py" 10 sh -c "exec runc --root $work/runc run --preserve-fds 1 tare-perf-\$\$") &&
  line "container until PID 1 speaks / runc" "$(metric "$work/idle" container boot.init)" "$theirs" ms 1000

python3 tests/perf-qemu.py "$TARE"
bash tests/perf-network.sh
cat >"$work/harness.py" <<'E'
import json, sys
t = json.load(open(sys.argv[1] + "/run.json"))["tare"]
print(f"harness: {t['max_rss_bytes'] / 2**20:.1f} MiB resident at most, {t['cpu_seconds']:.2f} s of CPU in the run")
E
python3 "$work/harness.py" "$work/idle"
