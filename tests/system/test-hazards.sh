#!/bin/bash
# test-hazards.sh - workloads and accidents of isolation.md, "Hazards", on the real platforms: each ends as a named
# error or a finished run, within its deadline, and nothing is left. A new one: a workload and a row below.
# shellcheck disable=SC2016 # scripts for a shell inside
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
need_root hazards
for tool in busybox perl python3; do
  command -v $tool >/dev/null || { skip hazards "no $tool" && exit 0; }
done
busybox=$(command -v busybox)
vm=yes
"$TARE" doctor --json | python3 -c 'import json,sys
sys.exit(any(f["state"] == "missing" and f["name"] in ("platform vm", "tun") for f in json.load(sys.stdin)))' || vm=
pid=
end() {
  [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null
  finish
}
trap end EXIT

# workload NAME SCRIPT [TIMEOUT]: a script for busybox ($B), ready once it prints "ready".
workload() {
  python3 - "$work/$1.json" "$1" "$busybox" "B=$busybox; $2" "${3:-20}" <<'P'
import json, sys
path, name, busybox, script, timeout = sys.argv[1:]
json.dump({"schema": "tare/workload/1", "name": name, "command": [busybox, "sh", "-c", script], "files": [busybox],
           "ready": {"line": "ready"}, "timeout": float(timeout)}, open(path, "w"))
P
}
# One trial, with time for an accident while it settles.
cat >"$work/plan.json" <<'J'
{"schema": "tare/plan/1", "name": "hazard", "arms": ["host", "container", "vm"], "workloads": ["idle"],
 "blocks": 1, "warmup": 0, "settle": 2}
J

begin() { # NAME ARM [ARGUMENT]...
  dir=$work/run-$1
  err=$work/err-$1
  begun=$SECONDS
  timeout -k 10 90 "$TARE" run "$work/plan.json" --arm "$2" --accel tcg -o "$dir" "${@:3}" \
    >"$work/table" 2>"$err" </dev/null &
  pid=$!
}
# members: the processes of the run's instance. One run at a time has a folder here.
members() {
  local id
  id=$(find /run/tare -mindepth 1 -maxdepth 1 -type d -name '????????????????' -printf '%f\n' 2>/dev/null)
  [ -n "$id" ] || return
  find /sys/fs/cgroup -path "*/tare-$id/*-0/cgroup.procs" -exec cat {} + 2>/dev/null | sort -un
}
# in_trial PATTERN [WHEN]: waits until the trial has a process whose program's path matches; its pid in $found.
in_trial() {
  local end=$((SECONDS + 60)) p
  found=
  while [ $SECONDS -lt $end ] && kill -0 $pid 2>/dev/null; do
    if grep -q "${2:-trial 1 of 1}" "$err"; then
      for p in $(members); do
        # shellcheck disable=SC2053 # a glob
        [[ $(readlink "/proc/$p/exe") != $1 ]] || { found=$p && return; }
      done
    fi
    read -rt 0.05 <> <(:) || true
  done
  return 1
}
# ended NAME CODES SECONDS: within that time, with one of the codes, and nothing is left.
ended() {
  local code
  wait $pid
  code=$?
  pid=
  case " $2 " in
  *" $code "*) ok "$1-exit" ;;
  *) bad "$1-exit" "expected one of '$2', got $code: $(tail -n 3 "$err" | tr '\n' ' ')" ;;
  esac
  # Four times what an idle machine takes at most: it must end, not be fast.
  if [ $((SECONDS - begun)) -le $((4 * $3)) ]; then ok "$1-in-time"; else bad "$1-in-time" "$((SECONDS - begun)) s, expected at most $((4 * $3))"; fi
  clean "$1-nothing-left" "$work/before"
}
# told NAME REGEX: the reason is on standard error, in run.json and in failures/.
told() {
  if grep -qE "^tare: .*$2" "$err"; then ok "$1-told"; else bad "$1-told" "no '$2' in: $(tail -n 2 "$err" | tr '\n' ' ')"; fi
  check "$1-in-run.json" python3 -c 'import json,re,sys
d = json.load(open(sys.argv[1]))
sys.exit(not (d["status"] == "failed" and d["errors"] and all(re.search(sys.argv[2], e["text"]) for e in d["errors"])))' \
    "$dir/run.json" "$2"
  check "$1-in-failures" grep -qE "$2" "$dir"/failures/t*.txt
}
# stopped NAME: boot.stop says that all of it was gone within 2 s of the request.
stopped() {
  check "$1-gone-within-2s" python3 -c 'import json,sys
v = [s["value"] for s in map(json.loads, open(sys.argv[1])) if s.get("metric") == "boot.stop"]
print(v)
sys.exit(not (len(v) == 1 and v[0] is not None and 0 < v[0] <= 2))' "$dir/samples.jsonl"
}

workload stay 'echo ready; exec $B sleep 1000'
workload deaf 'trap "" TERM INT HUP
$B setsid $B sh -c "trap \"\" TERM; $B setsid $B sleep 1000 & $B sleep 1000" &
echo ready; while :; do $B sleep 1000; done'
workload dies 'echo no configuration here; exit 3'
workload never 'echo still waiting; exec $B sleep 1000' 1
workload gone 'echo ready; exec $B sleep 1'
workload fds 'for f in /proc/$$/fd/*; do [ ! -L "$f" ] || echo "open: ${f##*/}"; done; exit 4'
workload panic 'echo ready; $B sleep 1; echo c >/proc/sysrq-trigger; exec $B sleep 1000'
workload flood 'echo ready; exec $B yes "this guest floods its console" >/dev/ttyS0'
# busybox's shell gives up when it cannot fork; this one does not.
cat >"$work/bomb.json" <<'J'
{"schema": "tare/workload/1", "name": "bomb", "files": ["/usr/bin/perl"], "ready": {"line": "ready"},
 "command": ["/usr/bin/perl", "-e", "$| = 1; $SIG{TERM} = 'IGNORE'; print qq(ready\n); fork while 1;"]}
J
"$TARE" gc >/dev/null 2>&1
inventory >"$work/before"

begin bomb container --workload "$work/bomb.json"
ended bomb "0 7" 30
# It reaches its limit, nothing passes that, and when we are told to end all of it is gone within 2 s.
begin bomb-ended container --workload "$work/bomb.json"
if in_trial '*perl' preparing; then
  until [ "$(members | wc -l)" -ge 510 ] || [ $SECONDS -gt $((begun + 20)) ]; do
    read -rt 0.02 <> <(:) || true
  done
  count=$(members | wc -l)
  check bomb-is-at-its-limit test "$count" -ge 510 -a "$count" -le 512
else
  bad bomb-is-at-its-limit "it was never seen"
fi
kill -TERM $pid
from=$(date +%s%N)
until [ -z "$(members)" ] || [ $SECONDS -gt $((begun + 60)) ]; do read -rt 0.02 <> <(:) || true; done
took=$((($(date +%s%N) - from) / 1000000))
check bomb-gone-within-2s test $took -le 2000
ended bomb-ended 143 30

for arm in host container; do
  begin "deaf-$arm" "$arm" --workload "$work/deaf.json"
  ended "deaf-$arm" 0 20
  stopped "deaf-$arm"
  # Its four processes were there while they were counted.
  check "deaf-$arm-was-whole" grep -qE '"processes.host",.*"value":[5-9]' "$dir/samples.jsonl"
done

for arm in host container ${vm:+vm}; do
  begin "dies-$arm" "$arm" --workload "$work/dies.json"
  ended "dies-$arm" 7 60
  told "dies-$arm" 'workload ended with status 3 before it was ready: no configuration here'
done
begin never container --workload "$work/never.json"
ended never 7 20
told never 'no answer to request [0-9]+ before the deadline|not ready'
check never-tells-its-output grep -q 'still waiting' "$dir"/failures/t0.txt

begin gone container --workload "$work/gone.json"
ended gone 7 20
told gone 'ended|not alive'

for arm in host container; do
  begin "agent-$arm" "$arm" --workload "$work/stay.json"
  in_trial '*/tare/agent' && kill -KILL "$found"
  ended "agent-$arm" 7 20
  told "agent-$arm" 'ended or spoke unasked while it settled|the instance closed the channel'
done

# Descriptors of whoever started us: none may come inside, on any platform.
echo marker >"$work/marker"
for n in {30..49}; do eval "exec $n<\"$work/marker\""; done
for arm in host container ${vm:+vm}; do
  begin "fds-$arm" "$arm" --workload "$work/stay.json"
  program='*/tare/agent'
  [ "$arm" = vm ] && program='*qemu*'
  check "fds-$arm-harness-has-them" bash -c "readlink /proc/$pid/fd/* | grep -qxF $work/marker"
  if in_trial "$program"; then
    same "fds-$arm-none-inside" "" "$(members | while read -r p; do find "/proc/$p/fd" -lname "$work/marker"; done)"
    [ "$arm" = vm ] || same "fds-$arm-agent" "0 1 2 3" "$(find "/proc/$found/fd" -printf '%f\n' | grep -x '[0-3]' | sort | xargs)"
  else
    bad "fds-$arm-none-inside" "the instance was never seen"
  fi
  ended "fds-$arm" 0 60
done
begin fds-workload container --workload "$work/fds.json"
ended fds-workload 7 20
same fds-workload-has "0 1 2" "$(grep -oE 'open: [0-9]+' "$dir"/failures/t0.txt | cut -d ' ' -f 2 | sort -u | xargs)"
for n in {30..49}; do eval "exec $n<&-"; done

if [ -n "$vm" ]; then
  begin qemu-killed vm --workload "$work/stay.json"
  in_trial '*qemu*' && kill -KILL "$found"
  ended qemu-killed 7 60
  told qemu-killed 'ended or spoke unasked while it settled|the instance closed the channel|process exited while connecting to monitor|QEMU'
  begin panic vm --workload "$work/panic.json"
  ended panic 7 60
  told panic 'ended or spoke unasked while it settled|the instance closed the channel|panic'
  check panic-console-tail grep -q 'sysrq triggered crash\|sysrq_handle_crash' "$dir"/failures/t0.txt
  begin flood vm --workload "$work/flood.json"
  ended flood "0 7" 60
  # The tail of a console is bounded, and so is what a run keeps of it.
  check flood-is-bounded test "$(du -sk "$dir" | cut -f 1)" -lt 4096
else
  skip hazards-vm "tare doctor says that VMs do not run here"
fi

# Look-alikes are named and left alone. The link is in a network namespace of the test's own.
look_alike() {
  local where
  where=$(sed -n 's/^[^ ]* [^ ]* [^ ]* [^ ]* \([^ ]*\) .* - cgroup2* .*/\1/p' /proc/self/mountinfo | grep -E 'memory|cgroup$|unified' | head -n 1)
  mkdir "$where/tare-deadbeef" || return 1
  ip link add tvdead0000 type veth peer name tvdead0001 || return 1
  "$TARE" gc >"$work/gc" 2>&1
  echo "code $?" >>"$work/gc"
  [ -d "$where/tare-deadbeef" ] && echo "group stays" >>"$work/gc"
  ip link show tvdead0000 >/dev/null 2>&1 && echo "link stays" >>"$work/gc"
  rmdir "$where/tare-deadbeef"
}
export TARE work
check look-alikes-were-made unshare -n bash -c "$(declare -f look_alike); look_alike"
check look-alike-group-is-told grep -qx 'unknown: cgroup tare-deadbeef, no ledger names it; left alone' "$work/gc"
check look-alike-group-stays grep -qx 'group stays' "$work/gc"
check look-alike-link-stays grep -qx 'link stays' "$work/gc"
check look-alike-exit grep -qx 'code 0' "$work/gc"
clean nothing-left-in-the-end "$work/before"
