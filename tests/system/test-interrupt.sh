#!/bin/bash
# Ctrl-C keeps what was measured, --max-time ends after a whole block; both leave nothing behind.
. "$(dirname "$0")/lib.sh"
need_root interrupt
inventory >"$work/before"

# Waits until the file holds a finished trial (at most 30 s).
wait_trial() {
  local end=$((SECONDS + 30))
  until grep -q '"done"' "$1" 2>/dev/null || [ $SECONDS -gt $end ]; do read -rt 0.05 <> <(:) || true; done
}

# A shell's background job ignores SIGINT; the run must still heed it, as one started by hand does.
start() { setsid "$TARE" "$@" >"$work/out" 2>&1 & }

for sig in INT TERM; do
  dir=$work/run-$sig
  start run --arm host --arm container --blocks 50 -o "$dir"
  pid=$!
  wait_trial "$dir/samples.jsonl"
  kill -$sig $pid
  wait $pid
  code=$?
  expected=130
  [ $sig = TERM ] && expected=143
  same "exit-code-$sig" $expected $code
  clean "nothing-left-$sig" "$work/before"
  same "status-$sig" interrupted "$(json "$dir/run.json" 'd["status"]')"
  check "kept-$sig" grep -q '"done"' "$dir/samples.jsonl"
  check "drawn-$sig" test -s "$dir/charts/memory.svg"
  check "schemas-$sig" python3 tests/validate.py "$dir"
done

# A second Ctrl-C while it cleans changes nothing.
dir=$work/twice
start run --arm container --blocks 50 -o "$dir"
pid=$!
wait_trial "$dir/samples.jsonl"
kill -INT $pid
kill -INT $pid 2>/dev/null
wait $pid
same exit-code-twice 130 $?
clean nothing-left-twice "$work/before"

"$TARE" run --arm host --quick --blocks 200 --max-time 8s -o "$work/time" >/dev/null 2>&1
same max-time-exit 8 $?
same max-time-status partial "$(json "$work/time/run.json" 'd["status"]')"
cat >"$work/blocks.py" <<'E'
import json, sys
done = [json.loads(l) for l in open(sys.argv[1] + "/samples.jsonl") if '"done"' in l]
blocks = [d["block"] for d in done if d["attempt"] == 0] # a disturbed one comes once more
print(len(done) > 0 and blocks == list(range(len(blocks))))
E
same whole-blocks True "$(python3 "$work/blocks.py" "$work/time")"
clean nothing-left-max-time "$work/before"

# Two at once: the second is refused with the first one's pid.
start run --arm host --quick --blocks 20 -o "$work/first"
pid=$!
wait_trial "$work/first/samples.jsonl"
out=$("$TARE" run --arm host --quick -o "$work/second" 2>&1)
same second-run-refused 5 $?
case $out in *"$pid"*) ok second-run-names-the-first ;; *) bad second-run-names-the-first "$out" ;; esac
check second-made-nothing test ! -e "$work/second"
kill -INT $pid
wait $pid
clean nothing-left-two-runs "$work/before"
