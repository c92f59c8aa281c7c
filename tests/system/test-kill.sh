#!/bin/bash
# SIGKILL at random moments: 2 s later nothing is left, and what was sampled is on disk.
. "$(dirname "$0")/lib.sh"
need_root kill
kills=${KILLS:-10}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "# seed $seed"
RANDOM=$((seed % 32768))
"$TARE" gc >/dev/null 2>&1
inventory >"$work/before"
cat >"$work/lines.py" <<'E'
import json, sys
for line in open(sys.argv[1]).read().split("\n")[:-1]:
    json.loads(line)
E

pause() { read -rt "$1" <> <(:) || true; }

one_kill() { # arm, ms until the kill
  local dir=$work/run-$1-$n pid
  "$TARE" run --arm "$1" --quick --blocks 3 --accel tcg -o "$dir" >/dev/null 2>"$work/err" &
  pid=$!
  pause "$(printf '%d.%03d' $(($2 / 1000)) $(($2 % 1000)))"
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  [ $? != 137 ] || hit=$((hit + 1))
  clean "killed-$1-after-$2-ms" "$work/before"
  [ ! -s "$dir/samples.jsonl" ] || python3 "$work/lines.py" "$dir/samples.jsonl" ||
    bad "samples-readable-$1-$2" "damaged before its last line"
  rm -rf "$dir"
}

# container and host are over in a second, a VM takes longer to come up.
hit=0
for arm in host container vm; do
  longest=2500
  [ $arm = vm ] && longest=9000
  for n in $(seq "$kills"); do
    one_kill $arm $((RANDOM * longest / 32768))
  done
done
# One that ends by itself, or never begins, leaves nothing either.
check some-were-killed test $hit -gt 0
out=$("$TARE" gc 2>&1)
same gc-finds-nothing 0 $?
same gc-had-nothing-to-do "removed: runs 0, processes 0, cgroups 0, domains 0, containers 0, images 0, files 0" "$out"

# The guardian killed too: the next run, or gc, cleans.
"$TARE" run --arm container --quick --blocks 20 -o "$work/both" >/dev/null 2>&1 &
pid=$!
pause 1
# Its children at this moment are the guardian and whatever runs: all of them go.
children=$(ps -o pid= --ppid $pid | tr '\n' ' ')
# shellcheck disable=SC2086 # a list of pids
kill -KILL $pid $children 2>/dev/null
wait $pid 2>/dev/null
same guardian-killed-too-while-it-ran 137 $?
"$TARE" gc >"$work/gc.out" 2>&1
clean guardian-killed-too-gc-cleans "$work/before"
