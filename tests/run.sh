#!/bin/bash
# run.sh unit|system|all - runs the tests, counts them, lists the skips with their reasons, and ends with the
# line "N passed, N failed, N skipped". MUST=1 makes a skip a failure, but for a reason that begins with
# "[hardware]": what only another machine can show.
# A file of tests that failed runs a second time when all others are through: what a neighbour on the machine
# did to it once is listed as "UNSTABLE" with its failure, to be mended; what fails twice is a failure.
# A unit test is an executable in $BUILD/tests that speaks TAP through cmocka; a system test is a script in
# tests/system/test-*.sh that prints "ok NAME", "not ok NAME: why", "skip NAME: reason" lines.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
export BUILD TARE=${TARE:-$PWD/$BUILD/tare} TARE_AGENT=${TARE_AGENT:-$PWD/$BUILD/agent}
export LC_ALL=C CMOCKA_MESSAGE_OUTPUT=TAP
passed=0 failed=0 skipped=0
skips=() failures=() unstable=()
again=() # "name|command" of what failed once
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

attempt() { # command...
  begin=$SECONDS
  timeout -k 10 "${TEST_TIMEOUT:-900}" "$@" >"$log" 2>&1 </dev/null
}

one() { # name, build, command...
  local name=$1 build=$2 status begin
  shift 2
  BUILD=$build attempt "$@"
  status=$?
  if [ $status != 0 ] || grep -qE '^not ok ' "$log"; then
    printf '%-28s failed, runs again at the end  %3d s\n' "$name" $((SECONDS - begin))
    tail -n 60 "$log" | sed 's/^/    | /'
    unstable+=("$name: $(grep -hE '^not ok ' "$log" | head -1 || true) (status $status)")
    again+=("$name|$build|$*")
    return
  fi
  tally "$name" "$status"
}

second_look() {
  local entry name build command begin i=0 kept=()
  for entry in "${again[@]}"; do
    IFS='|' read -r name build command <<<"$entry"
    # shellcheck disable=SC2086 # a command of plain words, made above
    BUILD=$build attempt $command
    local status=$? before=$failed
    tally "$name" $status
    [ $failed = $before ] && kept+=("${unstable[$i]}")
    i=$((i + 1))
  done
  unstable=("${kept[@]}")
}

# The same tests from every build that is named: the plain one, those with sanitizers.
unit() {
  local t b
  for b in $BUILD ${SAN_BUILDS:-}; do
    for t in "$b"/tests/test-*; do
      case $t in *.d) continue ;; esac
      one "$(basename "$b")/$(basename "$t")" "$b" "$t"
    done
  done
}

system() {
  local t
  for t in ${TESTS:-tests/system/test-*.sh}; do
    one "system/$(basename "$t")" "$BUILD" bash "$t"
  done
}

case ${1:-all} in
unit) unit ;;
system) system ;;
all) unit && system ;;
*) echo "usage: tests/run.sh unit|system|all" >&2 && exit 2 ;;
esac
second_look

for s in "${skips[@]}"; do
  echo "skipped: $s"
  case $s in
  *"[hardware]"*) ;;
  *) [ "${MUST:-0}" = 1 ] && failures+=("skipped though MUST=1: $s") && failed=$((failed + 1)) && skipped=$((skipped - 1)) ;;
  esac
done
for f in "${unstable[@]}"; do echo "UNSTABLE: $f"; done
for f in "${failures[@]}"; do echo "FAILED: $f"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
