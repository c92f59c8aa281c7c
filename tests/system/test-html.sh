#!/bin/bash
# test-html.sh - report.html of every fixture is well-formed and valid; in a headless Chromium it asks for nothing, fits,
# can be read and used (look.py). No root. --keep DIR: leaves pages and screenshots in DIR, to be looked at.
# shellcheck source=tests/system/lib.sh
keep=
[ "${1:-}" = --keep ] && keep=$(realpath -m "$2")
BUILD=${BUILD:-build}
. "$(dirname "$0")/lib.sh"
draw=$PWD/$BUILD/tests/test-report
if ! command -v gnuplot >/dev/null || ! command -v xmllint >/dev/null; then
  skip html "no gnuplot or no xmllint"
  exit 0
fi
[ -x "$draw" ] || { bad html "$draw is missing, expected a build of the unit tests: make units"; exit 1; }

# The page is XML too: one foreign character out of its place is an error.
well_formed() { xmllint --noout "$1" && [ "$(wc -c <"$1")" -gt 5000 ]; }
valid() { tidy -q -e --drop-empty-elements no "$1"; }

for folder in tests/cases/report/*/; do
  case=$(basename "$folder")
  mkdir "$work/$case"
  "$draw" --draw "$case" "$work/$case" || bad "$case is drawn" "exit $?"
  check "$case is well-formed" well_formed "$work/$case/report.html"
  if command -v tidy >/dev/null; then
    check "$case is valid" valid "$work/$case/report.html"
  else
    skip "$case is valid" "no tidy"
  fi
done
mkdir "$work/default"
cp results/reference/default/*.json* "$work/default"
check "tare report makes it" "$TARE" report "$work/default"
check "it is well-formed" well_formed "$work/default/report.html"
check "the committed one is well-formed" well_formed results/reference/default/report.html
cp "$work/default/report.html" "$work/first.html"
"$TARE" report "$work/default" >/dev/null
check "the same values make the same page" cmp "$work/first.html" "$work/default/report.html"

if ! command -v chromium >/dev/null; then
  skip "in a browser" "no chromium"
else
  for case in default argument eight-arms hostile empty-summary; do
    mkdir "$work/$case/pictures"
    timeout 120 python3 tests/system/look.py "$work/$case/report.html" "$work/$case/pictures" >"$work/looked" 2>&1 ||
      failed=1
    sed -nE "s/^(ok|not ok) (.*)/\1 $case: \2/p" "$work/looked"
    grep -q 'whole without scripts' "$work/looked" || bad "$case in a browser" "$(tail -n 1 "$work/looked")"
    [ "$(find "$work/$case/pictures" -name '*.png' -size +8k | wc -l)" = 4 ] || bad "$case: screenshots" "not all are there"
  done
  # A page that does all of it wrong must be seen to.
  sed -e 's/<caption>/<p>/' -e 's/default-src .none./default-src */' -e 's/--soft: #50565f/--soft: #c0c0c0/' -e 's/max-width: 100%; }/min-width: 2000px }/' \
    -e 's/<\/style>/svg text{font-size:60px} svg g:nth-of-type(3n) text{font-size:3px} nav{transition:all 1s} #glance table{min-width:3000px}&/' \
    -e 's/<figcaption>[^<]*/<figcaption>host/' \
    -e "0,/<h1>/s//<img src='http:\/\/127.0.0.1:9\/x' \/><h1 lang='en'>한/" "$work/default/report.html" >"$work/wrong.html"
  timeout 120 python3 tests/system/look.py "$work/wrong.html" >"$work/looked" 2>&1
  for name in "tables have a caption" "fits 390" "contrast, light" "Korean is marked" "nothing but the page's own" "asks for nothing" \
    "a chart's title" "words of a drawing stay" "words of a drawing do not" "words of a drawing can" "nothing moves" "the first table"; do
    check "a wrong page is seen: $name" grep -q "^not ok $name" "$work/looked"
  done
fi
[ -z "$keep" ] || { mkdir -p "$keep" && cp -r "$work"/* "$keep"; }
