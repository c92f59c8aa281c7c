#!/bin/bash
# boot.kernel is the moment at which the guest's kernel wrote its first byte: QEMU's own trace of that byte agrees. Cold and warm
# page cache are declared conditions.
. "$(dirname "$0")/lib.sh"
need_root boot-honesty
qemu=$(command -v qemu-system-x86_64)
[ -n "$qemu" ] || { skip boot-honesty "no qemu-system-x86_64"; exit 0; }
"$qemu" --trace help 2>/dev/null | grep -qx serial_write || { skip boot-honesty "this QEMU cannot trace"; exit 0; }
# run ARGUMENTS...: another run may hold the host for a while.
run() {
  local end=$((SECONDS + 400))
  while "$TARE" run "$@" >"$work/out" 2>"$work/err"; local rc=$?; grep -q 'another run holds this host' "$work/err"; do
    [ $SECONDS -lt $end ] || break
    read -rt 1 <> <(:) || true
  done
  return $rc
}
mkdir "$work/traces"
"${CC:-gcc}" -D_GNU_SOURCE -DQEMU="\"$qemu\"" -DFOLDER="\"$work/traces\"" -o "$work/qemu-traced" tests/system/trace-qemu.c
plan() { # ARM-OPTIONS BLOCKS MORE
  printf '{"schema": "tare/plan/1", "arms": [%s], "workloads": ["idle"], "blocks": %s, "warmup": 0, "settle": 0,
    "probes": ["boot"], "limits": {"foreign_cpu": 1000, "steal": 1000}%s}' "$1" "$2" "$3" >"$work/plan.json"
}
plan "{\"name\": \"vm\", \"platform\": \"vm\", \"emulator\": \"$work/qemu-traced\"}" 3 ""
run "$work/plan.json" -o "$work/traced"
same traced-exit 0 $?
if python3 tests/system/boot-trace.py "$work/traced" "$work/traces" >"$work/said" 2>&1; then
  ok kernel-byte-agrees
else
  bad kernel-byte-agrees "$(tail -n 4 "$work/said" | tr '\n' ' ')"
fi
sed 's/^/# /' "$work/said"
# The same judgement is red when the firmware had the last word, and when the byte came at another time.
for t in "$work"/traces/*.trace; do
  awk '/serial_write/ && !d { d = 1; print "1@" (substr($0, index($0, "@") + 1, 10) - 1) ".000000:serial_write write addr 0x00 val 0x41" } { print }' \
    "$t" >"$t.new" && mv "$t.new" "$t"
done
if python3 tests/system/boot-trace.py "$work/traced" "$work/traces" >"$work/said" 2>&1; then
  bad kernel-byte-can-differ "a byte a second earlier was not seen"
else
  ok kernel-byte-can-differ
fi

# Without the early console: declared, and the guest boots.
plan '{"name": "early", "platform": "vm"}, {"name": "late", "platform": "vm", "early_console": false}' 1 ""
run "$work/plan.json" -o "$work/consoles"
same consoles-exit 0 $?
same late-console-is-declared "console=ttyS0 loglevel=4" "$(json "$work/consoles/run.json" '" ".join(d["arms"]["late"]["kernel_command_line"].split()[:2])')"
first() { python3 -c 'import json,sys
print(next((s["value"] or 0 for s in map(json.loads, open(sys.argv[1] + "/samples.jsonl")) if s.get("metric") == "boot.kernel" and s["arm"] == sys.argv[2]), 0))' "$work/consoles" "$1"; }
echo "# first byte (qboot shows that of the real-mode code in both): early $(first early) s, late $(first late) s"

# Cold: dropped before each preparation, and told.
plan '"container"' 1 ', "page_cache": "cold"'
run "$work/plan.json" -o "$work/cold"
same cold-exit 0 $?
same cold-is-recorded cold "$(json "$work/cold/run.json" 'd["plan"]["page_cache"]')"
check cold-is-told grep -q 'Page cache.*cold' "$work/cold/report.md"
plan '"container"' 1 ''
run "$work/plan.json" -o "$work/warm"
same warm-is-recorded warm "$(json "$work/warm/run.json" 'd["plan"]["page_cache"]')"
plan '"container"' 1 ', "page_cache": "tepid"'
"$TARE" run "$work/plan.json" -o "$work/tepid" 2>"$work/err"
same tepid-exit 2 $?
check tepid-is-named grep -q 'page_cache: unknown condition, got "tepid"' "$work/err"
exit $failed
