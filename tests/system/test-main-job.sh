#!/bin/bash
# The main job on real instances: run, files, schemas, charts, report without privileges, nothing left behind.
. "$(dirname "$0")/lib.sh"
need_root main-job
inventory >"$work/before"

run=$work/run
# What the run appends belongs to the caller as well.
chmod 711 "$work"
mkdir "$work/h"
chown 65534:65534 "$work/h"
if ! SUDO_UID=65534 SUDO_GID=65534 "$TARE" run --quick -o "$run" --history "$work/h/history.jsonl" >"$work/table" 2>"$work/err"; then
  bad quick-run "$(tail -n 3 "$work/err" | tr '\n' ' ')"
  exit
fi
ok quick-run
clean nothing-left-after-quick-run "$work/before"
check schemas python3 tests/validate.py "$run"
check history-schema python3 tests/validate.py --lines history "$work/h/history.jsonl"
same history-belongs-to-the-caller "1 65534" "$(wc -l <"$work/h/history.jsonl") $(stat -c %u "$work/h/history.jsonl")"
same status complete "$(json "$run/run.json" 'd["status"]')"
same arms "container host netns vm" "$(json "$run/run.json" '" ".join(sorted(d["arms"]))')"
# Every arm has the same metrics, each once: nothing is left out.
cat >"$work/every.py" <<'E'
import json, sys
seen = {}
for line in open(sys.argv[1] + "/samples.jsonl"):
    s = json.loads(line)
    if "metric" in s:
        seen.setdefault(s["arm"], []).append(s["metric"])
expected = sorted(seen["host"])
print(sum(sorted(m) != expected or len(set(m)) != len(m) for m in seen.values()) + (len(expected) < 40))
E
same every-metric-said 0 "$(python3 "$work/every.py" "$run")"
same nothing-failed 0 "$(grep -c '"failed"' "$run/samples.jsonl")"
same belongs-to-the-caller 65534:65534 "$(stat -c %u:%g "$run/summary.json")"
for c in boot memory processes network; do
  for e in svg png gp dat; do
    check "chart-$c.$e" test -s "$run/charts/$c.$e"
  done
  check "chart-$c-well-formed" xmllint --noout "$run/charts/$c.svg"
done
check report-names-the-host grep -q "$(uname -n)" "$run/report.md"
check page-names-the-host grep -q "$(uname -n)" "$run/report.html"
check page-well-formed xmllint --noout "$run/report.html"

# What is right of samples.jsonl can be deleted and made again, by another user.
cp -r "$run" "$work/copy"
rm -rf "$work/copy/summary.json" "$work/copy/report.md" "$work/copy/report.html" "$work/copy/charts"
chmod 755 "$work"
chown -R 65534:65534 "$work/copy"
check report-without-privileges setpriv --reuid 65534 --regid 65534 --clear-groups \
  env HOME=/ "$TARE" report "$work/copy"
check summary-made-again cmp "$run/summary.json" "$work/copy/summary.json"
check page-made-again cmp "$run/report.html" "$work/copy/report.html"
check charts-made-again cmp "$run/charts/memory.svg" "$work/copy/charts/memory.svg"

# Known truths of this design, whatever the machine: a VM has a kernel of its own, the others have not.
cat >"$work/value.py" <<'E'
import json, sys
for line in open(sys.argv[1] + "/samples.jsonl"):
    s = json.loads(line)
    if s.get("metric") == sys.argv[3] and s["arm"] == sys.argv[2]:
        print(s["value"])
E
value() { python3 "$work/value.py" "$run" "$1" "$2"; }
same container-has-no-guest-kernel 0 "$(value container processes.guest_kernel)"
same host-tare-is-its-agent 1 "$(value host processes.tare)"
check vm-has-kernel-threads test "$(value vm processes.guest_kernel)" -gt 5
check vm-weighs-more test "$(value vm memory.pss)" -gt "$(value container memory.pss)"
same vm-cannot-hide-its-emulator True "$(json "$run/run.json" \
  '(d["arms"]["vm"]["emulated"]) == (d["arms"]["vm"]["accelerator"] == "tcg")')"
check gc-finds-nothing "$TARE" gc
same gc-says-so 0 "$("$TARE" gc --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["cgroups"]+d["processes"]+d["runs"])')"
