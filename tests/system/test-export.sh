#!/bin/bash
# tare export: each format of the reference run, and of a fixture with hostile names and missing values, is read back by
# another program. benchfmt, google-benchmark, hyperfine, github-action-benchmark and Bencher have no reader in Debian:
# parsers and schemas in tests/export-read.py are written from their documentation.
. "$(dirname "$0")/lib.sh"
run=results/reference/default
formats="csv hyperfine-json google-benchmark benchfmt gha-benchmark gha-benchmark-bigger bencher openmetrics influx junit markdown json"
python=python3
python3 -c 'import prometheus_client' 2>/dev/null || python=/usr/bin/python3
mkdir -p "$work/reference" "$work/small"
# A locale's comma is no matter; the folder may be read-only.
for f in $formats; do
  check "write-$f" env LC_ALL=de_DE.UTF-8 "$TARE" export --format "$f" "$run" -o "$work/reference/$f"
done
check write-small "${BUILD:-build}/tests/test-export" --write tests/cases/export/small "$work/small"
for which in reference small; do
  summary=tests/cases/export/small/summary.json
  [ $which = reference ] && summary=$work/reference/json
  $python tests/export-read.py "$work/$which" "$summary" >"$work/out" 2>&1
  same "$which-read-back" 0 $?
  grep -E '^ok ' "$work/out" | sed "s/^ok /ok $which-read-back-/"
  grep -q '^ok openmetrics' "$work/out" || skip "$which-openmetrics" "$(tail -n 1 "$work/out")"
  check "$which-junit" xmllint --noout "$work/$which/junit"
  same "$which-junit-counts" True "$(python3 - "$work/$which/junit" <<'E2'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()[0]
n = {k: len(suite.findall("testcase/" + k[:-1] if k != "skipped" else "testcase/skipped")) for k in ("failures", "errors", "skipped")}
print(int(suite.get("tests")) == len(suite.findall("testcase")) > 0 and all(int(suite.get(k)) == v for k, v in n.items()))
E2
)"
  if command -v promtool >/dev/null; then
    promtool check metrics <"$work/$which/openmetrics" >"$work/out" 2>&1
    same "$which-promtool" "0 " "$? $(cat "$work/out")"
    # Prometheus' own OpenMetrics reader wants a time on each sample.
    sed 's/^\(tare_.*\)$/\1 1785553964/' "$work/$which/openmetrics" >"$work/timed"
    mkdir -p "$work/tsdb-$which/wal"
    check "$which-prometheus-reads" promtool tsdb create-blocks-from openmetrics "$work/timed" "$work/tsdb-$which"
    same "$which-prometheus-holds-all" "$(grep -c '^tare_' "$work/timed")" \
      "$(promtool tsdb dump "$work/tsdb-$which" 2>/dev/null | grep -c '__name__="tare_')"
  else
    skip "$which-promtool" "no promtool; install prometheus"
  fi
done
check schema-of-json python3 -c 'import json, jsonschema, sys
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open("results/schema/summary.schema.json")))' "$work/reference/json"
same printed-as-written "$(sha256sum <"$work/reference/csv")" "$("$TARE" export --format csv $run | sha256sum)"
check markdown-says-verdicts grep -q '^- memory.pss, vm against container, http: \*\*' "$work/reference/markdown"

refused() { # NAME CODE MESSAGE ARGUMENTS...
  local name=$1 code=$2 message=$3
  shift 3
  "$TARE" export "$@" >"$work/out" 2>"$work/err"
  same "$name-exit" "$code" $?
  same "$name-said" "$message" "$(cat "$work/err")"
}
refused no-format 2 "tare: export: no format, expected --format and one of tare export --help" $run
refused no-folder 2 "tare: export: no folder, expected DIR such as results/latest; see tare export --help" --format csv
refused unknown 2 'tare: --format: unknown format, got "jnuit"; did you mean junit?' --format jnuit $run
refused full 2 "tare: --output: /dev/full: cannot be written to: No space left on device" --format csv $run -o /dev/full
"$TARE" export --format csv $run >/dev/full 2>"$work/err"
same full-stdout 1 $?
# A cut run is refused, and what was there stays.
cp -r $run "$work/cut"
sed -i '2s/.*/{"block":/' "$work/cut/samples.jsonl"
echo kept >"$work/kept"
"$TARE" export --format csv "$work/cut" -o "$work/kept" 2>"$work/err"
same damaged-exit 2 $?
same damaged-keeps kept "$(cat "$work/kept")"
check damaged-said grep -q "$work/cut: samples.jsonl" "$work/err"
