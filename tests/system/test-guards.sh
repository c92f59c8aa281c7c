#!/bin/bash
# A CPU hog beside a run is seen, its blocks are measured again, and a run that stays noisy says so; a quiet one is not
# flagged.
. "$(dirname "$0")/lib.sh"
need_root guards
cpu=$(($(nproc) - 1))
hog=
trap '[ -z "$hog" ] || kill $hog 2>/dev/null; finish' EXIT
start_hog() {
  taskset -c $cpu sh -c 'while :; do :; done' &
  hog=$!
}
end_hog() {
  kill $hog
  wait $hog 2>/dev/null
  hog=
}
plan() { # BLOCKS INSTANCES
  printf '{"schema": "tare/plan/1", "arms": ["host", "container"], "workloads": ["idle"], "blocks": %s, "warmup": 0,
    "instances": [%s], "settle": 0.3, "probes": ["memory", "processes", "boot"]}' "$1" "$2"
}
cat >"$work/marks.py" <<'E2'
import json, sys
lines = [json.loads(l) for l in open(sys.argv[1] + "/samples.jsonl")]
marks = [d for d in lines if "done" in d]
samples = [d for d in lines if d.get("status") == "ok"]
flagged = {(s["trial"], s["attempt"]) for s in samples if "foreign_cpu" in s.get("flags", [])}
over = {(m["trial"], m["attempt"]) for m in marks if m["guard"]["foreign_cpu"] > 0.25 + 0.02 / m["guard"]["seconds"]}
print({"flags": "%d of %d" % (len(flagged), len(marks)), "same": flagged == over, "most": max(m["guard"]["foreign_cpu"] for m in marks),
       "blocks": sorted({(m["block"], m["attempt"]) for m in marks}),
       "all": all("foreign_cpu" in s.get("flags", []) for s in samples if (s["trial"], s["attempt"]) in flagged)}[sys.argv[2]])
E2
marks() { python3 "$work/marks.py" "$@"; }

plan 6 1 >"$work/plan.json"
start_hog
"$TARE" run "$work/plan.json" -o "$work/hog" >"$work/out" 2>"$work/err"
same hog-exit 6 $?
end_hog
same hog-flags-every-trial "24 of 24" "$(marks "$work/hog" flags)"
same hog-flags-every-sample True "$(marks "$work/hog" all)"
same hog-every-block-once-more "[(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (4, 0), (4, 1), (5, 0), (5, 1)]" \
  "$(marks "$work/hog" blocks)"
check hog-is-named grep -q 'tare: host: too noisy to trust, got 0 clean blocks of 6, foreign CPU up to [0-9]\.[0-9]* CPUs' "$work/err"
check hog-progress grep -q 'disturbed, once more' "$work/err"
same hog-status complete "$(json "$work/hog/run.json" 'd["status"]')"
# Both attempts were disturbed alike: the first one counts, no repetition took its place.
same hog-blocks-told "0 6" "$(json "$work/hog/summary.json" 'str(d["blocks"]["repeated"]) + " " + str(d["blocks"]["disturbed"])')"
same hog-finding 1 "$(json "$work/hog/summary.json" 'sum(f["kind"] == "disturbed" for f in d["findings"])')"
check hog-schemas python3 tests/validate.py "$work/hog"

# A look around never ends with 6, and says what it saw all the same.
start_hog
"$TARE" run "$work/plan.json" --quick -o "$work/quick" >"$work/out" 2>"$work/err"
same quick-exit 0 $?
end_hog
same quick-is-not-repeated "[(0, 0)]" "$(marks "$work/quick" blocks)"
same quick-finding 1 "$(json "$work/quick/summary.json" 'sum(f["kind"] == "disturbed" for f in d["findings"])')"

# Without the hog: nothing is flagged. The host itself must be quiet for that, so others get three chances to be.
plan 2 1,8 >"$work/plan.json"
for n in 1 2 3; do
  "$TARE" run "$work/plan.json" -o "$work/quiet$n" >"$work/out" 2>"$work/err"
  code=$?
  flags=$(marks "$work/quiet$n" flags)
  [ "${flags%% *}" = 0 ] && break
done
same quiet-exit 0 "$code"
same quiet-flags-follow-the-figures True "$(marks "$work/quiet$n" same)"
if [ "${flags%% *}" = 0 ]; then
  ok quiet-is-not-flagged
else
  skip quiet-is-not-flagged "[hardware] other work of this host took up to $(marks "$work/quiet$n" most) CPUs in each of 3 runs"
fi
