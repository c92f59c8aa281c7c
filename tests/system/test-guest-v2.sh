#!/bin/bash
# test-guest-v2.sh - host, netns and container in a guest whose only hierarchy is cgroup v2, with another kernel
# than this host's, and the cgroup tests again under v1 alone. The VM is QEMU under emulation, so this needs no
# privileges and no KVM. --keep DIR leaves consoles and outputs there.
# shellcheck source=tests/system/lib.sh
keep=
[ "${1:-}" = --keep ] && keep=$(realpath -m "$2")
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/guest.sh
. "$(dirname "$0")/guest.sh"
trap 'guest_end; finish' EXIT
build=$(dirname "$TARE")
lacks=$(guest_lacks)
if [ -n "$lacks" ]; then
  skip guest-v2 "$lacks"
  exit 0
fi

cat >"$work/v2.job" <<'J'
arms="--arm host --arm netns --arm container"
step cgroup 60 build/tests/test-cgroup-live
step procfs 60 build/tests/test-procfs
left units 5
# shellcheck disable=SC2086 # a list of options
step quick 120 build/tare run $arms --quick -o /out/quick
left quick 5
step blocks 120 build/tare run --arm host --arm container --workload idle --blocks 2 --seed 1 -o /out/blocks
left blocks 5
step gc 10 build/tare gc --json
# A harness that is killed: the guardian cleans by cgroup.kill.
build/tare run --arm container --blocks 50 -o /tmp/killed >/out/kill.txt 2>&1 &
victim=$!
n=300
until [ -s /tmp/killed/samples.jsonl ] || [ $n = 0 ]; do
  usleep 100000
  n=$((n - 1))
done
find /sys/fs/cgroup -mindepth 1 -type d >/out/kill.groups
kill -KILL $victim
rm -r /tmp/killed
left kill 10
step gc-after-kill 10 build/tare gc --json
J
cat >"$work/v1.job" <<'J'
step cgroup 60 build/tests/test-cgroup-live
left units 5
J

# finished GUEST STEP: it ended with 0 in there; what it printed is shown if not.
finished() {
  local code
  code=$(cat "$work/$1/$2.code" 2>/dev/null)
  if [ "$code" = 0 ]; then
    ok "$1-$2"
  else
    bad "$1-$2" "exit ${code:-unknown} in the guest"
    tail -n 40 "$work/$1/$2.txt"
  fi
}
nothing_left() {
  if [ -f "$work/$1/$2.left" ] && [ ! -s "$work/$1/$2.left" ]; then
    ok "$1-nothing-left-after-$2"
  else
    bad "$1-nothing-left-after-$2" "$(grep -E '^[-+][^-+]' "$work/$1/$2.left" 2>&1 | tr '\n' ' ')"
  fi
}
# Every live test ran there: none was skipped for want of a right.
units() {
  finished "$1" "$2"
  if grep -q '^\[  PASSED  \]' "$work/$1/$2.txt" && ! grep -qE 'SKIP' "$work/$1/$2.txt"; then
    ok "$1-$2-without-skips"
  else
    bad "$1-$2-without-skips" "$(grep -E 'SKIP' "$work/$1/$2.txt" | tr '\n' ' ')"
  fi
}

cat >"$work/samples.py" <<'P'
"""What must hold for the samples of a run on cgroup v2: prints each that does not."""
import json, sys
folder, blocks, arms = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
samples = [s for s in map(json.loads, open(folder + "/samples.jsonl")) if "metric" in s]
for s in samples:
    if s["status"] == "failed":
        print("failed:", s["arm"], s["metric"], s["reason"])
for arm in arms:
    for metric in "memory.peak", "memory.cgroup", "memory.cgroup_kernel", "memory.pss", "boot.ready", "boot.cpu":
        values = [s["value"] for s in samples if s["arm"] == arm and s["metric"] == metric and s["status"] == "ok"]
        if len(values) != blocks or min(values) <= 0:
            print(arm, metric, values)
    by = {(s["block"], s["metric"]): s["value"] for s in samples if s["arm"] == arm}
    for block in range(blocks):
        if not by[block, "memory.peak"] >= by[block, "memory.cgroup_anon"] > 0:
            print(arm, "peak below what is resident:", by[block, "memory.peak"], by[block, "memory.cgroup_anon"])
P
run_is_sound() { # folder, blocks, arms...
  local found
  check "v2-$1-schemas" python3 tests/validate.py "$work/v2/$1"
  same "v2-$1-complete" complete "$(json "$work/v2/$1/run.json" 'd["status"]' 2>&1)"
  same "v2-$1-mode" v2 "$(json "$work/v2/$1/run.json" 'd["host"]["cgroup"]' 2>&1)"
  same "v2-$1-kernel" "$(cat "$guest_cache/release")" "$(json "$work/v2/$1/run.json" 'd["host"]["kernel"]' 2>&1)"
  found=$(python3 "$work/samples.py" "$work/v2/$1" "${@:2}" 2>&1)
  same "v2-$1-samples" "" "$found"
}

if ! guest_make "$work/tree" "$build" >"$work/make" 2>&1; then
  bad guest-tree "$(tail -n 3 "$work/make" | tr '\n' ' ')"
  exit
fi
for mode in v2 v1; do
  if guest_boot "$work/tree" $mode "$work/$mode.job" "$work/$mode" 240; then
    ok "guest-$mode-ended-by-itself"
  else
    bad "guest-$mode-ended-by-itself" "status or console, see below"
    guest_say "$work/$mode"
  fi
  [ -z "$keep" ] || { mkdir -p "$keep" && cp -r "$work/$mode" "$work/$mode".console "$keep"; }
done

units v2 cgroup
units v2 procfs
nothing_left v2 units
finished v2 quick
nothing_left v2 quick
run_is_sound quick 1 host netns container
finished v2 blocks
nothing_left v2 blocks
run_is_sound blocks 3 host container
finished v2 gc
gc_removed='d["runs"]+d["cgroups"]+d["processes"]+d["files"]'
same v2-gc-finds-nothing 0 "$(json "$work/v2/gc.txt" "$gc_removed" 2>&1)"
check v2-killed-while-it-had-groups grep -q tare- "$work/v2/kill.groups"
nothing_left v2 kill
finished v2 gc-after-kill
same v2-gc-after-kill-finds-nothing 0 "$(json "$work/v2/gc-after-kill.txt" "$gc_removed" 2>&1)"
units v1 cgroup
nothing_left v1 units
