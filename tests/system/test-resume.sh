#!/bin/bash
# A run killed at any moment is finished by --resume: every cell exactly once. RESUMES moments (5), seed SEED.
. "$(dirname "$0")/lib.sh"
need_root resume
kills=${RESUMES:-5}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "# seed $seed"
RANDOM=$((seed % 32768))
pause() { read -rt "$1" <> <(:) || true; }
cat >"$work/plan.json" <<'E2'
{"schema": "tare/plan/1", "arms": ["host", "container"], "workloads": ["idle"], "blocks": 8, "warmup": 1,
 "settle": 0.15, "probes": ["memory", "processes", "boot"],
 "limits": {"foreign_cpu": 1000, "steal": 1000, "swap_ins": 1e9, "throttled": 1e9}}
E2
cat >"$work/cells.py" <<'E2'
import collections, json, sys
run = json.load(open(sys.argv[1] + "/run.json"))["plan"]
lines = [json.loads(l) for l in open(sys.argv[1] + "/samples.jsonl")]
key = lambda d: (d["trial"], d["attempt"])
done = [d for d in lines if "done" in d]
cells = collections.Counter((d["block"], d["arm"], d["attempt"]) for d in done)
want = {(b, a["name"], 0) for b in range(run["blocks"] + run["warmup"]) for a in run["arms"]}
samples = collections.Counter(key(d) + (d["metric"],) for d in lines if "metric" in d)
each = {len([1 for s in samples if s[:2] == key(d)]) for d in done}
print(set(cells) == want and set(cells.values()) == {1} and set(samples.values()) == {1} and len(each) == 1)
E2
# once RUN NAME: whether it holds every cell of its plan exactly once.
once() { same "$2" True "$(python3 "$work/cells.py" "$1" 2>&1)"; }

for n in $(seq "$kills"); do
  dir=$work/run
  ms=$((RANDOM * 2500 / 32768))
  rm -rf "$dir"
  "$TARE" run "$work/plan.json" -o "$dir" >/dev/null 2>"$work/err" &
  pid=$!
  pause "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  if [ ! -e "$dir/run.json" ]; then
    ok "killed-after-$ms-ms-before-anything-was-written"
    continue
  fi
  [ ! -e "$dir/samples.jsonl" ] || printf '{"block":1,"tri' >>"$dir/samples.jsonl"
  had=$([ -e "$dir/samples.jsonl" ] && echo yes)
  "$TARE" run --resume "$dir" >/dev/null 2>"$work/err"
  same "resumed-after-$ms-ms" 0 $?
  [ -z "$had" ] || check "torn-line-said-$n" grep -q 'a torn last line of 15 bytes' "$work/err"
  once "$dir" "every-cell-once-$n"
  same "status-$n" complete "$(json "$dir/run.json" 'd["status"]')"
  same "resumed-recorded-$n" 1 "$(json "$dir/run.json" 'len(d["resumed"])')"
  check "schemas-$n" python3 tests/validate.py "$dir"
done

# Cut by a deadline, finished later, in several goes.
dir=$work/goes
"$TARE" run "$work/plan.json" --max-time 1s -o "$dir" >/dev/null 2>&1
same partial 8 $?
"$TARE" run --resume "$dir" --max-time 1s >/dev/null 2>&1
"$TARE" run --resume "$dir" >/dev/null 2>&1
same last-go 0 $?
once "$dir" every-cell-once-in-three-goes

# What would change the run is refused, and leaves it as it is.
refused() { # NAME PATTERN COMMAND...
  local name=$1 pattern=$2 code
  shift 2
  sha256sum "$dir/run.json" "$dir/samples.jsonl" >"$work/sums"
  "$@" >"$work/out" 2>"$work/err"
  code=$?
  same "$name-exit" 2 $code
  check "$name-says" grep -q -- "$pattern" "$work/err"
  check "$name-changes-nothing" sha256sum -c "$work/sums"
}
change() { # PYTHON STATEMENT over d
  python3 -c 'import json,sys; p=sys.argv[1]+"/run.json"; d=json.load(open(p)); exec(sys.argv[2]); json.dump(d,open(p,"w"))' "$dir" "$1"
}
refused option-seed '--seed would change the run' "$TARE" run --resume "$dir" --seed 3
refused option-output '--output would change the run' "$TARE" run --resume "$dir" -o "$work/other"
refused plan-beside 'expected no PLAN' "$TARE" run --resume "$dir" default
cp -r "$dir" "$work/kept"
# One trial is to do again, else nothing is left to check.
python3 - "$dir" <<'E2'
import sys
p = sys.argv[1] + "/samples.jsonl"
lines = open(p).read().splitlines(True)
open(p, "w").writelines(lines[:-3])
E2
changed() { # NAME STATEMENT PATTERN
  cp "$work/kept/run.json" "$dir/run.json"
  change "$2"
  refused "changed-$1" "$3" "$TARE" run --resume "$dir"
}
changed host 'd["host"]["fingerprint"] = "0123456789abcdef"' 'the host (or its accelerator) has changed'
changed agent 'd["agent_sha256"] = "0" * 64' 'the agent has changed'
changed payload 'd["payload_sha256"]["idle"] = "0" * 64' 'the payload has changed'
changed plan 'd["plan"]["settle"] = 0.2' 'the plan or a workload has changed'
changed qemu 'd["host"]["tools"]["qemu"] = "QEMU 1"' 'QEMU has changed'
changed blocks 'd["plan"]["blocks"] = 2' 'the plan was changed'

# A full disk: named, nothing torn; once there is room, it goes on where it stopped.
mkdir "$work/small"
if ! mount -t tmpfs -o size=128k tmpfs "$work/small" 2>/dev/null; then
  skip full-disk "cannot mount a tmpfs"
  exit
fi
dir=$work/small/run
"$TARE" run "$work/plan.json" -o "$dir" >"$work/out" 2>"$work/err"
same full-disk-exit 1 $?
check full-disk-named grep -q 'No space left on device' "$work/err"
check full-disk-nothing-torn python3 -c 'import json,sys
for l in open(sys.argv[1]): json.loads(l)' "$dir/samples.jsonl"
check full-disk-run-json python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$dir/run.json"
mount -o remount,size=16m "$work/small"
"$TARE" run --resume "$dir" >"$work/out" 2>"$work/err"
same full-disk-resumed 0 $?
once "$dir" full-disk-every-cell-once
umount "$work/small"
