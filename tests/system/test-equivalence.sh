#!/bin/bash
# Arms that differ undeclared are not measured: exit 7, the ledger stays, one line says what and how to declare it.
. "$(dirname "$0")/lib.sh"
need_root equivalence
[ "$(nproc)" -ge 2 ] || {
  skip equivalence "needs 2 CPUs to give an arm a second one"
  exit
}
plan() { # ALLOW
  printf '{"schema": "tare/plan/1", "arms": ["host", "netns", "container", {"name": "wide", "platform": "container",
    "cpus": "2"}], "workloads": ["idle"], "blocks": 1, "warmup": 0, "settle": 0.1, "probes": ["boot"], "allow": %s}' "$1"
}
plan '{}' >"$work/plan.json"
inventory >"$work/before"
"$TARE" run "$work/plan.json" -o "$work/run" >"$work/out" 2>"$work/err"
same second-cpu-exit 7 $?
clean second-cpu-nothing-left "$work/before"
same second-cpu-one-line 1 "$(grep -c '^tare: arms: ' "$work/err")"
check second-cpu-names-aspect grep -q 'arms: cpus differs with workload idle, got host 1, netns 1, container 1, wide 2' "$work/err"
check second-cpu-says-how grep -qF '"allow": {"cpus": "why"}' "$work/err"
check second-cpu-nothing-measured test ! -s "$work/run/samples.jsonl"
same second-cpu-status failed "$(json "$work/run/run.json" 'd["status"]')"
same second-cpu-ledger "['cpus']" \
  "$(json "$work/run/run.json" '[e["aspect"] for e in d["equivalence"] if e["status"] == "undeclared"]')"
check second-cpu-progress grep -q 'checking that the arms are alike' "$work/err"

"$TARE" run "$work/plan.json" --arm host --arm netns --arm container --quick -o "$work/alike" >"$work/out" 2>"$work/err"
same alike-exit 0 $?
same alike-ledger "{'equal', 'declared'}" \
  "$(json "$work/alike/run.json" '{"equal", "declared"} | {e["status"] for e in d["equivalence"]}' |
    sed "s/{'declared', 'equal'}/{'equal', 'declared'}/")"
same every-declared-has-a-reason True \
  "$(json "$work/alike/run.json" 'all(bool(e["reason"]) == (e["status"] == "declared") for e in d["equivalence"])')"
same nothing-unknown True \
  "$(json "$work/alike/run.json" 'all(v not in (None, "unknown") for e in d["equivalence"] for v in e["values"].values())')"
check schemas python3 tests/validate.py "$work/alike"

plan '{"cpus": "what a second CPU is worth"}' >"$work/plan.json"
"$TARE" run "$work/plan.json" -o "$work/declared" >"$work/out" 2>"$work/err"
same declared-exit 0 $?
same declared-reason "what a second CPU is worth" \
  "$(json "$work/declared/run.json" '[e["reason"] for e in d["equivalence"] if e["aspect"] == "cpus"][0]')"
