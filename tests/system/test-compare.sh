#!/bin/bash
# tare compare and tare run --against on real runs: what is the same raises no alarm, a planted delay does, and the
# gate is seen to fail.
. "$(dirname "$0")/lib.sh"
need_root compare
inventory >"$work/before"
mkdir -p "$work/root/srv/www"
echo hello >"$work/root/srv/www/index.html"
# web SECONDS-BEFORE-IT-SERVES: the same bytes, another command.
web() {
  cat <<E2
{"schema": "tare/workload/1", "name": "web", "files": ["/bin/busybox", "root"],
 "command": ["/bin/busybox", "sh", "-c", "/bin/busybox usleep $1; exec /bin/busybox httpd -f -p 8080 -h /srv/www"],
 "ready": {"http": 8080, "path": "/index.html"}}
E2
}
web 0 >"$work/web.json"
web 300000 >"$work/slow.json"
# Wide margins: the neighbours on a busy machine are no change either.
cat >"$work/plan.json" <<'E2'
{"schema": "tare/plan/1", "arms": ["container"], "workloads": ["web.json"], "blocks": 6, "warmup": 0, "settle": 0,
 "base": "container", "probes": ["memory", "boot"], "primary": ["boot.ready", "memory.pss"],
 "margins": {"time": 1, "memory": 0.2},
 "limits": {"foreign_cpu": 1000, "steal": 1000, "swap_ins": 1e9, "throttled": 1e9}}
E2
plan=$work/plan.json

# Archives.
check first-run "$TARE" run "$plan" -o "$work/a"
check second-run "$TARE" run "$plan" -o "$work/b"
check slow-run "$TARE" run "$plan" --workload "$work/slow.json" -o "$work/c"
"$TARE" compare "$work/a" "$work/b" >"$work/table" 2>"$work/err"
code=$?
check alike-is-no-regression test $code != 3
check alike-is-compared grep -q '^boot.ready ' "$work/table"
"$TARE" compare "$work/a" "$work/b" --self-test >"$work/table" 2>"$work/err"
same self-test-says-how-many 1 "$(grep -cE 'a copy of NEW made 20 % worse.* that see it: .*boot\.ready [0-9]+ of [1-9]' "$work/err")"
sed 's/"margins": {[^}]*}/"margins": {"time": 0.05, "memory": 0.03}/' "$plan" >"$work/strict.json"
check strict-run "$TARE" run "$work/strict.json" -o "$work/d"
"$TARE" compare "$work/d" "$work/d" --self-test >"$work/table" 2>"$work/err"
same self-test-fails-the-gate 3 $?
check self-test-names-it grep -q 'higher: REGRESSION' "$work/table"
"$TARE" compare "$work/a,$work/b" "$work/c" >"$work/table" 2>"$work/err"
same planted-delay 3 $?
check several-runs grep -q '^base  .*/a, ' "$work/table"
for f in table markdown json junit; do
  "$TARE" compare "$work/a" "$work/c" --format $f >"$work/out.$f" 2>"$work/err"
  same "exit-$f" 3 $?
done
check json-schema python3 tests/validate.py "$work/out.json"
check junit-well-formed xmllint --noout "$work/out.junit"
same junit-counts "3 1 True" "$(python3 - "$work/out.junit" <<'E2'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()[0]
cases = suite.findall("testcase")
n = {k: len([c for c in cases if c.find(t) is not None])
     for k, t in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))}
failed = [c.get("name") for c in cases if c.find("failure") is not None]
print(len(cases), n["failures"], failed == ["boot.ready"] and all(int(suite.get(k)) == v for k, v in n.items())
      and int(suite.get("tests")) == len(cases))
E2
)"

# A folder that is none, and one that was cut.
cp -r "$work/b" "$work/cut"
truncate -s 1000 "$work/cut/samples.jsonl"
sed -i '1s/.*/{"block":/' "$work/cut/samples.jsonl"
refused() { # NAME MESSAGE ARGUMENTS...
  local name=$1 message=$2
  shift 2
  "$TARE" compare "$@" >"$work/out" 2>"$work/err"
  same "$name-exit" 2 $?
  check "$name-said" grep -qF -e "$message" "$work/err"
  same "$name-one-line" 1 "$(wc -l <"$work/err")"
}
refused damaged "$work/cut: samples.jsonl" "$work/a" "$work/cut"
refused no-folder "$work/none: cannot be opened as a run's folder" "$work/a" "$work/none"
refused itself "the same run as $work/a" "$work/a" "$work/a"
refused no-runs "compare: no runs, expected BASE and NEW"
refused one-sided "no second side" "$work/a"
refused format "--format: unknown format, got \"xml\", expected table, markdown, json or junit" "$work/a" "$work/b" --format xml

# Two sides of one run, block by block.
"$TARE" run "$plan" --against payload="$work/web.json" -o "$work/aa" >"$work/out" 2>"$work/err"
same against-itself 0 $?
"$TARE" run "$plan" --against payload="$work/slow.json" -o "$work/ab" >"$work/said" 2>"$work/err"
same against-slow 3 $?
check against-said grep -q 'higher: REGRESSION' "$work/said"
check against-went-on grep -q 'a regression is suspected and not confirmed; measuring on' "$work/err"
check against-schemas python3 tests/validate.py "$work/aa" "$work/ab" "$work/aa/compare.json" "$work/ab/compare.json"
same against-confirmed regression "$(json "$work/ab/run.json" 'd["looks"][-1]["result"]')"
same against-stopped-early 12 "$(json "$work/ab/run.json" 'd["looks"][-1]["blocks"]')"
same against-interleaved True "$(python3 - "$work/ab/samples.jsonl" <<'E2'
import json, sys
done = [d for d in map(json.loads, open(sys.argv[1])) if d.get("done")]
print(all({d["arm"] for d in done if d["block"] == b} == {"container", "container.new"} for b in range(12)))
E2
)"
"$TARE" compare "$work/ab" >"$work/table" 2>"$work/err"
same one-run-again 3 $?
check one-run-says-what grep -qF "against: payload: nothing -> $work/slow.json" "$work/table"
# An option of an arm, and cut by a deadline between two looks: nothing is confirmed, and it goes on later.
"$TARE" run "$plan" --against seccomp=false --blocks 40 --max-blocks 40 --max-time 1s -o "$work/option" >"$work/out" 2>"$work/err"
same cut-between-looks 8 $?
"$TARE" run --resume "$work/option" >"$work/out" 2>"$work/err"
same resumed-with-two-sides 0 $?
same option-of-the-second-side "True False" "$(json "$work/option/run.json" \
  'str(d["arms"]["container"]["seccomp"]) + " " + str(d["arms"]["container.new"]["seccomp"])')"
clean nothing-left "$work/before"
