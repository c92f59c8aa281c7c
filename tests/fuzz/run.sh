#!/bin/bash
# run.sh FOLDER - runs each libFuzzer target of FOLDER for FUZZ_SECONDS (30) from its corpus, as many at once as there
# are CPUs. Prints "ok fuzz-NAME: N executions" or "not ok fuzz-NAME: what" with the input that did it.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$(realpath "$1") seconds=${FUZZ_SECONDS:-30}
work=$(mktemp -d /tmp/tare-fuzz-run-XXXXXX)
trap 'rm -rf "$work"' EXIT
export TARE_DATA=$PWD LC_ALL=C ASAN_OPTIONS=detect_leaks=1

one() { # NAME
  local name=$1 count
  mkdir -p "$work/$name/new"
  if (cd "$work/$name" && exec "$bin/fuzz-$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 new "$OLDPWD/tests/fuzz/corpus/$name") >"$work/$name/log" 2>&1 </dev/null; then
    count=$(sed -n 's/^stat::number_of_executed_units: //p' "$work/$name/log")
    echo "ok fuzz-$name: $count executions"
  else
    grep -E '^SUMMARY|ERROR:|runtime error' "$work/$name/log" | head -3 | sed 's/^/  /'
    for f in "$work/$name"/{crash,leak,timeout,oom}-*; do
      [ -e "$f" ] || continue
      mkdir -p "$bin/found" && cp "$f" "$bin/found/$name-${f##*/}"
      echo "  input: $bin/found/$name-${f##*/}"
    done
    echo "not ok fuzz-$name: found an input that breaks it"
  fi
}

running=0
for t in "$bin"/fuzz-*; do
  case $t in *.d) continue ;; esac
  one "${t##*/fuzz-}" >"$work/${t##*/}.out" 2>&1 &
  running=$((running + 1))
  [ $running -lt "$(nproc)" ] || { wait -n; running=$((running - 1)); }
done
wait
cat "$work"/fuzz-*.out
! grep -q '^not ok' "$work"/fuzz-*.out
