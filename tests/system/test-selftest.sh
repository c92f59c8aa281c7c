#!/bin/bash
# The meter is right on this host, and a skewed probe is caught by name.
. "$(dirname "$0")/lib.sh"
need_root selftest
# Results of the test are not those of the host; the guest's kernel is.
real=${TARE_CACHE:-/var/cache/tare}
export TARE_CACHE=$work/cache
mkdir "$TARE_CACHE"
for f in "$real"/kernel*; do [ -e "$f" ] && ln -s "$(readlink -f "$f")" "$TARE_CACHE/$(basename "$f")"; done
# tare ARGUMENTS...: another run may hold the host for a while.
tare() {
  local rc end=$((SECONDS + 500))
  while :; do
    "$TARE" "$@" >"$work/out" 2>"$work/err"
    rc=$?
    grep -q 'another run holds this host' "$work/err" && [ $SECONDS -lt $end ] || return $rc
    read -rt 1 <> <(:) || true
  done
}
# With a skew the self-test ends after the first part in which a weight is off.
TARE_SKEW=memory.pss=1.1 tare selftest --quick
same skewed-exit 9 $?
check skewed-weight-is-named grep -q '^tare: meter: off at "16 MiB touched" of arm container (memory.pss), got 17.6[0-9] MiB, expected 16.00 MiB within 1.00 MiB' "$work/err"
same skewed-is-not-kept "" "$(find "$TARE_CACHE" -name 'selftest-*')"
TARE_SKEW=memory.pss=1.1 tare run --quick --arm host -o "$work/skewed"
same skewed-run-is-refused 2 $?

begin=$SECONDS
tare selftest --quick --json -o "$work/self"
rc=$?
# A host that others disturb may hide a weight once; a meter that is off is off again.
if [ $rc = 9 ]; then
  sed 's/^/# /' "$work/err" | tail -n 1
  rm -rf "$work/self"
  tare selftest --quick --json -o "$work/self"
  rc=$?
fi
if [ $rc = 6 ]; then
  skip selftest-quick "[hardware] $(tail -n 1 "$work/err")"
  exit $failed
fi
same quick-exit 0 $rc
echo "# quick: $((SECONDS - begin)) s, waiting for the host included"
[ $rc = 0 ] || sed 's/^/# /' "$work/err" | tail -n 3
check quick-schema python3 - "$work/self/selftest.json" results/schema/selftest.schema.json <<'P'
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))
P
same quick-weights "16 64 128" "$(json "$work/self/selftest.json" '" ".join(w["weight"].split()[0] for w in d["weights"] if w["arm"] == "container" and w["metric"] == "memory.host_delta")')"
same quick-none-off "[]" "$(json "$work/self/selftest.json" '[w["weight"] for w in d["weights"] if w["status"] == "off"]')"
same resolves-memory True "$(json "$work/self/selftest.json" 'any(r["metric"] == "memory.pss" and 0 < r["value"] < 0.5 for r in d["resolves"])')"
same kept-for-both-fingerprints 2 "$(find "$TARE_CACHE" -name 'selftest-*.json' | wc -l)"

# Runs quote it; the report stays a function of the folder.
tare run --quick --arm container -o "$work/run"
same run-exit 0 $?
same run-quotes-it ok "$(json "$work/run/run.json" 'd["meter"]["status"]')"
check report-quotes-it grep -q 'The meter: all known weights were found' "$work/run/report.md"
check run-schema python3 tests/validate.py "$work/run"
rm -r "$TARE_CACHE"
cp "$work/run/report.md" "$work/before.md"
"$TARE" report "$work/run" >/dev/null 2>&1
check report-is-pure cmp "$work/before.md" "$work/run/report.md"
exit $failed
