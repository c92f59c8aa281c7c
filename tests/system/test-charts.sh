#!/bin/bash
# test-charts.sh - draws every fixture of tests/cases/report with the real gnuplot: pictures are there and sound,
# scripts run by hand give the same bytes, nothing in a hostile string was executed. No root.
# --keep DIR: leaves the pictures in DIR, to be looked at.
# shellcheck source=tests/system/lib.sh
keep=
[ "${1:-}" = --keep ] && keep=$(realpath -m "$2")
BUILD=${BUILD:-build}
. "$(dirname "$0")/lib.sh"
draw=$PWD/$BUILD/tests/test-report
if ! command -v gnuplot >/dev/null; then
  skip charts "no gnuplot"
  exit 0
fi
[ -x "$draw" ] || { bad charts "$draw is missing, expected a build of the unit tests: make units"; exit 1; }

sound() { # every picture of a folder
  local gp name
  for gp in "$1"/charts/*.gp; do
    name=${gp%.gp}
    [ -s "$name.dat" ] || { echo "$name.dat is empty" && return 1; }
    python3 - "$name" <<'PY' || return 1
import struct, sys, xml.etree.ElementTree as tree
name = sys.argv[1]
root = tree.parse(name + ".svg").getroot()
if root.tag != "{http://www.w3.org/2000/svg}svg" or len(list(root.iter())) < 50:
    sys.exit(name + ".svg: no drawing")
png = open(name + ".png", "rb").read()
width, height = struct.unpack(">II", png[16:24])
if png[:8] != b"\x89PNG\r\n\x1a\n" or b"IEND" not in png[-12:]:
    sys.exit(name + ".png: torn")
if width != 1200 or not 300 <= height <= 3000:
    sys.exit("%s.png: %d x %d" % (name, width, height))
PY
  done
  [ -z "$(find "$1" -name '*.part')" ] || { echo "a .part was left" && return 1; }
}

by_hand() { # the scripts alone, in a copy, must give the same bytes
  local copy=$work/copy gp
  rm -rf "$copy" && mkdir "$copy" && cp "$1"/charts/*.gp "$1"/charts/*.dat "$copy" || return 1
  for gp in "$copy"/*.gp; do
    (cd "$copy" && gnuplot "$(basename "$gp")" </dev/null) || return 1
  done
  diff -rq "$1/charts" "$copy"
}

for folder in tests/cases/report/*/; do
  case=$(basename "$folder")
  out=$work/$case
  mkdir "$out"
  check "$case is drawn" "$draw" --draw "$case" "$out"
  check "$case: pictures are sound" sound "$out"
  [ -z "$keep" ] || { mkdir -p "$keep" && cp -r "$out" "$keep"; }
done
check "scripts run by hand give the same pictures" by_hand "$work/usual"
check "scripts of hostile strings, too" by_hand "$work/hostile"
same "no string was executed" "" "$(find "$work" "$PWD" -name 'PWNED*' -not -path '*/.git/*' 2>/dev/null)"
