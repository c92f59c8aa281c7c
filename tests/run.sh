#!/bin/bash
# run.sh unit|system|all - runs the tests, counts them, lists the skips with their reasons, and ends with the
# line "N passed, N failed, N skipped". MUST=1 makes a skip a failure, but for a reason that begins with
# "[hardware]": what only another machine can show.
# A unit test is an executable in $BUILD/tests that speaks TAP through cmocka; a system test is a script in
# tests/system/test-*.sh that prints "ok NAME", "not ok NAME: why", "skip NAME: reason" lines.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
export BUILD TARE=${TARE:-$PWD/$BUILD/tare} TARE_AGENT=${TARE_AGENT:-$PWD/$BUILD/agent}
export LC_ALL=C
passed=0 failed=0 skipped=0
skips=() failures=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

tally() { # name of the file, its exit status
  local ok bad skip line
  ok=$(grep -cE '^ok ' "$log")
  skip=$(grep -cE '^ok .*# SKIP|^skip ' "$log")
  bad=$(grep -cE '^not ok ' "$log")
  ok=$((ok - $(grep -cE '^ok .*# SKIP' "$log")))
  if [ "$2" != 0 ] && [ "$bad" = 0 ]; then
    bad=1
    echo "not ok $1: ended with status $2" >>"$log"
  fi
  if [ $((ok + skip + bad)) = 0 ]; then
    bad=1
    echo "not ok $1: ran no test" >>"$log"
  fi
  while IFS= read -r line; do
    case $line in
    "not ok "*) failures+=("$1: ${line#not ok }") ;;
    "skip "*) skips+=("$1: ${line#skip }") ;;
    *) skips+=("$1: ${line#ok } $(grep -hE '^SKIP: ' "$log" | head -1)") ;;
    esac
  done < <(grep -E '^not ok |^skip |^ok .*# SKIP' "$log")
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
  printf '%-28s %4d ok %3d failed %3d skipped  %3d s\n' "$1" "$ok" "$bad" "$skip" $((SECONDS - begin))
  [ "$bad" = 0 ] || tail -n 60 "$log" | sed 's/^/    | /'
}

one() { # name, command...
  local name=$1 status begin=$SECONDS
  shift
  timeout -k 10 "${TEST_TIMEOUT:-900}" "$@" >"$log" 2>&1 </dev/null
  status=$?
  tally "$name" "$status"
}

# The same tests from every build that is named: the plain one, those with sanitizers.
unit() {
  local t b
  for b in $BUILD ${SAN_BUILDS:-}; do
    for t in "$b"/tests/test-*; do
      case $t in *.d) continue ;; esac
      BUILD=$b CMOCKA_MESSAGE_OUTPUT=TAP one "$(basename "$b")/$(basename "$t")" "$t"
    done
  done
}

system() {
  local t
  for t in ${TESTS:-tests/system/test-*.sh}; do
    one "system/$(basename "$t")" bash "$t"
  done
}

case ${1:-all} in
unit) unit ;;
system) system ;;
all) unit && system ;;
*) echo "usage: tests/run.sh unit|system|all" >&2 && exit 2 ;;
esac

for s in "${skips[@]}"; do
  echo "skipped: $s"
  case $s in
  *"[hardware]"*) ;;
  *) [ "${MUST:-0}" = 1 ] && failures+=("skipped though MUST=1: $s") && failed=$((failed + 1)) && skipped=$((skipped - 1)) ;;
  esac
done
for f in "${failures[@]}"; do echo "FAILED: $f"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
