#!/bin/bash
# test-history.sh - the history as a user meets it: runs added, years of synthetic nights judged and drawn, levels accepted,
# files that are torn or foreign. Needs no privileges; nothing is measured.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
h=$work/history.jsonl

exits() { # NAME CODE ARGUMENT...
  local name=$1 code=$2 status
  shift 2
  "$TARE" history --history "$h" "$@" >"$work/said" 2>"$work/told" </dev/null
  status=$?
  if [ $status = "$code" ]; then ok "$name"; else bad "$name" "expected exit $code, got $status: $(tail -n 2 "$work/told" "$work/said" | tr '\n' ' ')"; fi
}
says() { # NAME FILE TEXT
  if grep -qF -- "$3" "$work/$2"; then ok "$1"; else bad "$1" "no '$3' in: $(head -c 600 "$work/$2" | tr '\n' ' ')"; fi
}
nights() { python3 tests/system/history-nights.py "$work/one.jsonl" "$@" >"$h"; }
found() { json "$work/said" "' '.join(sorted(f['state'] + ':' + f['series'] for f in d['findings'] if f['state'] in ('alarm', 'candidate', 'environment', 'refuted')))"; }

id=$(json results/reference/default/run.json "d['id']")

exits "no file" 2
says "no file: how to begin is told" told "history.jsonl: there is no history yet; begin it with tare run --history $h or tare history add --history $h DIR..."
exits "add" 0 add results/reference/default
says "a run is added" said "added run $id: results/reference/default"
exits "add again" 0 add results/reference/default
says "a run is added once" said "known run $id"
same "one line" 1 "$(wc -l <"$h")"
# The file is continued in place, never replaced: what lies beside it under a name that a torn replacement would have is
# neither read nor removed.
head -c 100 "$h" >"$h.new"
cp "$h.new" "$work/.history.jsonl.1.tmp"
before=$(sha256sum <"$h")
exits "a left-over beside it" 0
says "nothing is lost for it" said "1 night, 0 kept out"
exits "nor added twice" 0 add results/reference/default
same "the history is as it was" "$before" "$(sha256sum <"$h")"
same "the left-over too" "$(head -c 100 "$h" | sha256sum)" "$(sha256sum <"$h.new")"
# Killed in the middle of a line: the next one cuts it off, and says so.
cp "$h" "$work/whole.jsonl"
head -c 900 "$work/whole.jsonl" >>"$h"
exits "killed while it wrote" 0 add results/reference/default
says "what was torn is told" told "torn last line of 900 bytes cut off"
same "nothing but the torn line went" "$before" "$(sha256sum <"$h")"
rm "$h.new" "$work/.history.jsonl.1.tmp"
exits "one night" 0
says "one night is too early" said "too early: 1 of 5 nights"
cp "$h" "$work/one.jsonl"

nights 200
check "lines are of the schema" python3 tests/validate.py --lines history "$h"
exits "200 nights without a change" 0 --json
same "nothing is found" "" "$(found)"
cp "$work/said" "$work/found.json"
check "what is printed is of the schema" python3 tests/validate.py "$work/found.json"

nights 200 -2 container boot.ready 1.3
exits "two slow nights" 0 --json
same "a candidate" "candidate:boot.ready/container/http/1" "$(found)"
same "that an arm is the cause" "arm" "$(json "$work/said" "d['findings'][0]['attribution']")"
exits "two slow nights, strict" 4 --strict
says "the candidate is shown" said "CANDIDATE"
exits "accept without a reason" 2 --accept boot.ready/container/http/1
exits "accept what is not there" 2 --accept boot.redy/container/http/1 --reason x
says "the nearest is named" told "did you mean boot.ready/container/http/1?"
exits "accept" 0 --accept boot.ready/container/http/1 --reason "a new init"
check "an accepted level is of the schema" python3 tests/validate.py --lines history "$h"
exits "accepted" 0 --strict --json
same "nothing is left" "" "$(found)"

nights 200 -2 container boot.ready 1.3
read -r run host < <(tail -n 1 "$h" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["id"], d["fingerprint"])')
printf '{"schema":"tare/history/1","kind":"confirmation","time":"2026-01-01T00:00:00Z","run":"%s","series":"boot.ready/container/http/1","fingerprint":"%s","verdict":"higher","ratio":1.3,"lo":1.25,"hi":1.35,"blocks":10}\n' "$run" "$host" >>"$h"
check "a confirmation is of the schema" python3 tests/validate.py --lines history "$h"
exits "confirmed" 3 --json
same "an alarm" "alarm:boot.ready/container/http/1" "$(found)"

nights 200 -2 container memory.pss 1.3 -2 vm memory.pss 1.3 -2 - env:kernel 6.99
exits "both arms moved" 0 --strict --json
same "the environment" "environment:memory.pss/container/http/1 environment:memory.pss/vm/http/1" "$(found)"
says "the change of that night is named" said "changed that night: kernel 6.18.44-fc-v669 -> 6.99"

nights 21
exits "a noisy night" 6
says "why it is kept out" said "the newest night is kept out: too noisy: 2 clean blocks of 6"

nights 30
printf '{"schema":"tare/hist' >>"$h"
exits "torn" 0
says "torn is told" told "torn last line of 20 bytes left out"
exits "add to torn" 0 add results/reference/default
says "torn is cut" told "torn last line of 20 bytes cut off"
same "31 lines" 31 "$(wc -l <"$h")"
sed -i '7s/tare.history.1/tare\/history\/2/' "$h"
exits "a future schema" 2
says "its line is named" told 'history.jsonl: line 7.schema: unknown schema, got "tare/history/2", expected "tare/history/1"'
exits "nothing is appended to it" 2 add results/reference/default
"$TARE" run --dry-run --history "$h" >"$work/said" 2>"$work/told"
same "a run refuses it before anything" 2 $?
exits "an unknown word" 2 ad
says "the word is told" told 'history: unknown word, got "ad", expected add or nothing'

# ---- drawn ----
exits_drawn() { # NAME CODE: as exits, into $work/drawn
  exits "$1" "$2" -o "$work/drawn"
}
drawn() { find "$work/drawn" -name "$1" | wc -l; }
if ! command -v gnuplot >/dev/null || ! command -v xmllint >/dev/null; then
  skip "the history is drawn" "no gnuplot or no xmllint"
  exit
fi
nights 1000 300 container boot.ready 1.2 600 - env:kernel 6.99 990 - env:qemu 9.0 990 vm memory.pss 1.15
begin=$(date +%s%N)
exits_drawn "1000 nights of the default plan" 0
echo "# 1000 nights ($(wc -c <"$h") bytes) read, judged and drawn in $((($(date +%s%N) - begin) / 1000000)) ms"
# Beside the primary metrics, each other metric that something was found of: with this noise, that depends on the run.
exits "what was found" 0 --json
n=$(json "$work/said" "len(set(json.load(open('results/reference/default/run.json'))['plan']['primary']) | set(f['metric'] for f in d['findings']))")
same "a chart a primary metric, and one of what was found" "$n $n $n $n" "$(drawn '*.svg') $(drawn '*.png') $(drawn '*.gp') $(drawn '*.dat')"
check "the page is well-formed" xmllint --noout "$work/drawn/history.html"
check "the page names the change" grep -q 'kernel 6.18.44-fc-v669 -&gt; 6.99' "$work/drawn/history.html"
check "the charts are in the page" test "$(grep -c '<svg' "$work/drawn/history.html")" = "$n"
same "the change is drawn, numbered" 1 "$(grep -c "'1  2025-08-23  kernel 6.18.44-fc-v669 -> 6.99'" "$work/drawn/charts/history-1.gp")"
check "noisy nights are drawn apart" awk '/# nights kept out/ {n = 0; k++; next} /^#/ {if (k && n != 25) bad = 1; k = 0} k && /^[0-9]/ {n++} END {exit bad}' "$work/drawn/charts/history-1.dat"
check "the new level has a change point" grep -q "lc rgb '#882255'" "$work/drawn/charts/history-2.gp"
mkdir "$work/again"
cp "$work/drawn/charts/"*.gp "$work/drawn/charts/"*.dat "$work/again"
(cd "$work/again" && gnuplot history-1.gp </dev/null)
check "the script by hand gives the same picture" cmp "$work/again/history-1.svg" "$work/drawn/charts/history-1.svg"
if command -v chromium >/dev/null; then
  timeout 120 python3 tests/system/look.py "$work/drawn/history.html" >"$work/looked" 2>&1
  sed -nE "s/^(ok|not ok) (.*)/\1 in a browser: \2/p" "$work/looked"
  grep -q 'whole without scripts' "$work/looked" || bad "in a browser" "$(tail -n 1 "$work/looked")"
  ! grep -q '^not ok' "$work/looked" || failed=1
else
  skip "in a browser" "no chromium"
fi

python3 - "$work/one.jsonl" >"$h" <<'PY'
import json, sys
bad = "`touch PWNED`$(touch PWNED)'\"><script>alert(1)</script>\x1b[31m\u2028\nx@y%s"
line = json.loads(open(sys.argv[1], encoding="utf-8").readline())
for t in range(12):
    line.update(id="%016x" % t, started="2024-01-%02dT03:00:00Z" % (t + 1), plan=bad, fingerprint=bad, valid=t != 5, why=bad)
    line["environment"] = {bad: bad + str(t // 8)}
    for cell in line["cells"] + line["ratios"]:
        cell.update(workload=bad)
        for metric in cell["values"]:
            cell["values"][metric] = (cell["values"][metric] or 1) * (1.0 if t < 10 else 1.1)
    print(json.dumps(line))
PY
exits_drawn "hostile strings" 0
check "their page is well-formed" xmllint --noout "$work/drawn/history.html"
same "no script got into it" 1 "$(grep -c '<script' "$work/drawn/history.html")"
same "no string was executed" "" "$(find "$work" "$PWD" -name 'PWNED*' -not -path '*/.git/*' 2>/dev/null)"
same "no escape reaches the terminal" 0 "$(grep -c $'\e' "$work/said")"

nights 8
PATH=$work/nothing exits_drawn "without gnuplot" 0
says "that it is missing is told" told "gnuplot is not installed"
same "scripts and data are there, no old picture" "5 5 0" "$(drawn '*.gp') $(drawn '*.dat') $(drawn '*.svg')"
check "the page says so" grep -q 'gnuplot is not installed' "$work/drawn/history.html"
exits "no folder to write to" 2 -o "$work/none/there"
says "that is told" told "none/there: cannot be made: No such file or directory"
