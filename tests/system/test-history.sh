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

exits "no file" 2
says "no file is told" told "history.jsonl: cannot be read: No such file or directory"
exits "add" 0 add results/reference/default
says "a run is added" said "added run b4ac098678eb0e2e: results/reference/default"
exits "add again" 0 add results/reference/default
says "a run is added once" said "known run b4ac098678eb0e2e"
same "one line" 1 "$(wc -l <"$h")"
exits "one night" 0
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
exits "an unknown word" 2 ad
says "the word is told" told 'history: unknown word, got "ad", expected add or nothing'
