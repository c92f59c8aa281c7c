#!/bin/bash
# soak-cycles.sh - hundreds of containers and dozens of VMs in one process: its descriptors, its memory and the
# host's inventory must not grow.
set -u
cd "$(dirname "$0")/.." || exit 1
TARE=${TARE:-$PWD/build/tare}
work=$(mktemp -d /tmp/tare-soak-XXXXXX)
trap 'rm -rf "$work"' EXIT
bash tests/system/inventory.sh | sort >"$work/before"

cycle() { # arm, blocks
  # What the probes that take seconds find is not asked here: it is the coming and going that is repeated.
  printf '{"schema": "tare/plan/1", "arms": ["%s"], "workloads": ["idle"], "base": "%s", "blocks": %s, "warmup": 0,
    "settle": 0.1, "probes": ["memory", "processes", "boot"], "limits": {"foreign_cpu": 1000}}' "$1" "$1" "$2" >"$work/plan.json"
  "$TARE" run "$work/plan.json" -o "$work/$1" >/dev/null 2>"$work/err" &
  local pid=$! first_fds='' first_rss='' fds=0 rss=0 fd
  while kill -0 $pid 2>/dev/null; do
    if [ -d "/proc/$pid/fd" ] && grep -q '"done"' "$work/$1/samples.jsonl" 2>/dev/null; then
      fds=0
      for fd in "/proc/$pid/fd"/*; do [ -e "$fd" ] && fds=$((fds + 1)); done
      rss=$(awk '/VmRSS/ {print $2}' "/proc/$pid/status" 2>/dev/null)
      [ -n "$first_rss" ] || first_fds=$fds first_rss=$rss
    fi
    read -rt 1 <> <(:) || true
  done
  wait $pid
  echo "soak: $2 $1 instances ended with $?; descriptors ${first_fds:-?} -> $fds, resident ${first_rss:-?} -> ${rss:-?} KiB"
}
cycle container "${CONTAINERS:-500}"
cycle vm "${VMS:-30}"
# As in every test, 2 s after the end: an orphan that init has not reaped yet is no leak.
end=$((SECONDS + 2))
until bash tests/system/inventory.sh | sort >"$work/after" && [ -z "$(comm -13 "$work/before" "$work/after")" ]; do
  [ $SECONDS -le $end ] || { comm -13 "$work/before" "$work/after" | sed 's/^/soak: left behind: /'; exit 1; }
  read -rt 0.2 <> <(:) || true
done
echo "soak: nothing left behind"
