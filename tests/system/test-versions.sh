#!/bin/bash
# test-versions.sh - folders of runs as earlier versions wrote them (tests/cases/versions): each is still reported, exported,
# compared and taken into a history, with the figures it had. A change of a schema adds a folder here.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
for folder in tests/cases/versions/run-*; do
  name=$(basename "$folder") run=$work/$(basename "$folder")
  cp -r "$folder" "$run" && rm "$run/expected.csv"
  check "$name-reported" "$TARE" report "$run"
  "$TARE" export --format csv "$run" >"$work/csv" 2>&1
  same "$name-figures" "$(sha256sum <"$folder/expected.csv")" "$(sha256sum <"$work/csv")"
  for format in $("$TARE" help --complete -- export --format '' | awk -F'\t' '$1 == "word" {print $2}'); do
    check "$name-$format" "$TARE" export --format "$format" "$run" -o "$work/exported"
  done
  "$TARE" compare "$run" "$run" --self-test >/dev/null 2>"$work/err"
  same "$name-compared" 3 $?
  check "$name-added" "$TARE" history --history "$work/h.jsonl" add "$run"
  check "$name-history-read" "$TARE" history --history "$work/h.jsonl" --json
done
same lines "$(find tests/cases/versions -mindepth 1 -maxdepth 1 -name 'run-*' | wc -l)" "$(wc -l <"$work/h.jsonl")"
# A schema that is written today has a folder, or a history's file, that shows it.
for schema in $(grep -rhoE '"tare/(run|history)/[0-9]+"' harness/*.c include/*.h | sort -u | tr -d '"'); do
  check "golden-$schema" grep -rqE "\"schema\": ?\"$schema\"" tests/cases/versions tests/cases/history
done
