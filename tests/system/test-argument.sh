#!/bin/bash
# test-argument.sh - a plan with parts: its blocks, its claims judged, killed and resumed, made again by tare report.
. "$(dirname "$0")/lib.sh"
need_root "argument"

words='"ko": "가", "en": "a"'
count() { # ARM OP THRESHOLD
  echo "{\"text\": {$words}, \"value\": {\"metric\": \"processes.total\", \"arm\": \"$1\", \"workload\": \"idle\"}, \"op\": \"$2\", \"threshold\": $3}"
}
claim() { # ID NUMBER CONDITIONS
  echo "{\"id\": \"$1\", \"number\": $2, \"quote\": {$words}, \"measurement\": {$words}, \"conditions\": [$3]}"
}
cat >"$work/parts.json" <<JSON
{"schema": "tare/plan/1", "name": "parts", "blocks": 3, "warmup": 0, "seed": 7, "arms": ["host", "container"],
 "workloads": ["idle"], "instances": [0, 1, 2, 4], "settle": 0.1, "primary": [],
 "limits": {"foreign_cpu": 64, "steal": 64, "swap_ins": 1e12, "throttled": 1e12},
 "parts": [{"name": "one", "instances": [1], "probes": ["processes", "boot"]},
           {"name": "sweep", "probes": ["memory", "processes"], "blocks": 2},
           {"name": "long", "arms": ["host"], "instances": [4], "probes": ["boot"], "quick": false}],
 "claims": {"schema": "tare/claims/1", "claims": [
   $(claim holds 1 "$(count host = 2)"),
   $(claim fails 2 "$(count container '>' 1000)"),
   $(claim open 3 "$(count vm '>=' 1)")]}}
JSON

verdicts() { json "$1/summary.json" '" ".join(c["id"]+"="+c["verdict"] for c in d["claims"])'; }
expected="holds=supported fails=refuted open=unclear"

check "a plan with parts runs" timeout 60 "$TARE" run "$work/parts.json" -o "$work/run"
same "its claims are judged" "$expected" "$(verdicts "$work/run")"
same "every block is counted" "3 0" "$(json "$work/run/summary.json" '"%d %d" % (d["blocks"]["complete"], d["blocks"]["incomplete"])')"
same "cells by block: the union of the parts in it" "8 8 3" "$(grep -c '"done":true' <(grep '"block":0,' "$work/run/samples.jsonl")) $(grep -c '"done":true' <(grep '"block":1,' "$work/run/samples.jsonl")) $(grep -c '"done":true' <(grep '"block":2,' "$work/run/samples.jsonl"))"
same "a shared cell has the probes of both, others their own" "[1] [0, 1, 2, 4] [1, 4]" "$(python3 - "$work/run/samples.jsonl" <<'P'
import json, sys
rows = [r for r in map(json.loads, open(sys.argv[1])) if "metric" in r and r["arm"] == "host"]
at = lambda block, m: sorted({r["instances"] for r in rows if r["block"] == block and r["metric"] == m})
print(at(2, "processes.host"), at(0, "memory.pss"), at(2, "boot.ready"))
P
)"
same "slopes have a doubling, capacity its rows" "True True" "$(json "$work/run/summary.json" '"%s %s" % (any(s["doubling"]["verdict"] == "doubles" for s in d["slopes"] if s["metric"] == "processes.host"), {c["resource"] for c in d["capacity"]} == {"memory", "processes"})')"
check "files match their schemas" python3 tests/validate.py "$work/run"
check "report.md has the chapter" grep -q '^## The argument$' "$work/run/report.md"

cp -r "$work/run" "$work/again"
rm -rf "$work/again/summary.json" "$work/again/report.md" "$work/again/charts"
check "tare report makes it again" "$TARE" report "$work/again"
same "with the same verdicts" "$expected" "$(verdicts "$work/again")"
check "byte for byte" cmp "$work/run/summary.json" "$work/again/summary.json"

# Cut behind the first finished trial of block 1, as a crash leaves it; finished, every cell exactly once.
cp -r "$work/run" "$work/cut"
python3 - "$work/cut" <<'P'
import json, sys
d = sys.argv[1]
lines = open(d + "/samples.jsonl").read().splitlines(True)
end = next(i for i, l in enumerate(lines) if json.loads(l).get("done") and json.loads(l)["block"] == 1)
open(d + "/samples.jsonl", "w").writelines(lines[:end + 3])
P
check "a cut run with parts is finished" timeout 60 "$TARE" run --resume "$work/cut"
same "every cell once" "19 19" "$(python3 - "$work/cut/samples.jsonl" <<'P'
import json, sys
done = [(r["block"], r["arm"], r["instances"]) for r in map(json.loads, open(sys.argv[1])) if r.get("done")]
print(len(done), len(set(done)))
P
)"
same "and judged alike" "$expected" "$(verdicts "$work/cut")"

"$TARE" run "$work/parts.json" --quick --dry-run --json >"$work/quick.json"
same "--quick leaves out what says so, one block of the rest" "8" "$(json "$work/quick.json" 'len(d["trials"])')"
sed 's/"instances": \[0, 1, 2, 4\]/"instances": [0, 1, 2, 4096]/; s/"instances": \[4\]/"instances": [4096]/; s/"settle"/"memory": "1 GiB", "settle"/' "$work/parts.json" >"$work/large.json"
"$TARE" run "$work/large.json" -o "$work/large" >"$work/out" 2>"$work/err"
same "more memory than there is: exit 2" 2 $?
check "refused with the arithmetic" grep -qE '^tare: plan: arm host: 4096 instances of 1024 MiB need 4194304 MiB, got [0-9]+ MiB available on this host, expected no more than that; lower "memory" or "instances"$' "$work/err"
check "nothing is created" test ! -e "$work/large"
