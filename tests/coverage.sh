#!/bin/bash
# coverage.sh BUILD - line coverage of harness/ from the unit tests of an instrumented build, worst files first.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
root=$PWD
find "$1/obj/harness" -name '*.gcda' | while read -r f; do
  (cd "$out" && gcov -n -o "$root/$(dirname "$f")" "$root/$f" 2>/dev/null)
done | awk -F"'" '
  /^File/ {file = $2}
  /^Lines executed/ {
    if (file ~ /harness\/.*\.c$/) {
      split($0, a, "[:% ]+"); split($0, b, " of ");
      pct[file] = a[3]; lines[file] = b[2]; total += b[2]; hit += b[2] * a[3] / 100
    }
    file = ""
  }
  END {
    for (f in pct) printf "%6.1f %%  %5d  %s\n", pct[f], lines[f], f | "sort -n";
    close("sort -n");
    if (total) printf "lines: %.1f %% of %d\n", 100 * hit / total, total
  }'
