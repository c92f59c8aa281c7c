# lib.sh - what every system test shares. A test prints "ok NAME", "not ok NAME: why", "skip NAME: reason".
# shellcheck shell=bash
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
TARE=${TARE:-$PWD/build/tare}
# A build elsewhere finds the plans and workloads of this tree.
export TARE_DATA=${TARE_DATA:-$PWD}
work=$(mktemp -d /tmp/tare-test-XXXXXX)
failed=0
finish() {
  rm -rf "$work"
  exit $failed
}
trap finish EXIT

ok() { echo "ok $1"; }
bad() {
  echo "not ok $1: $2"
  failed=1
}
skip() { echo "skip $1: $2"; }
# check NAME COMMAND...: ok if it succeeds.
check() {
  local name=$1
  shift
  if "$@" >"$work/out" 2>&1; then ok "$name"; else bad "$name" "$* -> $(tail -n 3 "$work/out" | tr '\n' ' ')"; fi
}
# same NAME EXPECTED GOT
same() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "expected '$2', got '$3'"; fi; }
need_root() {
  [ "$(id -u)" = 0 ] && return
  skip "$1" "needs root"
  exit 0
}
# Before and after must be alike: nothing may be left behind.
inventory() { bash tests/system/inventory.sh | LC_ALL=C sort; }
# clean NAME BEFORE: ok as soon as the inventory has nothing that was not there before (what somebody else ended
# meanwhile is no leak); a look that began 2 s after the call decides.
clean() {
  local begin now decides
  begin=$(date +%s%N)
  while :; do
    now=$(date +%s%N)
    decides=$((now - begin >= 2000000000))
    inventory >"$work/after"
    LC_ALL=C comm -13 "$2" "$work/after" >"$work/more"
    [ ! -s "$work/more" ] && ok "$1" && return
    [ $decides = 1 ] && break
    read -rt 0.1 <> <(:) || true
  done
  bad "$1" "left behind: $(head -5 "$work/more" | tr '\n' ' ')"
}
# json FILE EXPRESSION: prints the value of a Python expression over the document d.
json() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
