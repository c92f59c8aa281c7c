#!/bin/bash
# test-cli.sh - command lines: the exact message and exit code of each wrong one, odd descriptors and places.
# Needs the binary only: nothing is measured, so no privileges either. A new row is one line.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
root=$PWD
cd "$work" || exit 1

# row NAME CODE MESSAGE ARGUMENT...: stderr is exactly "tare: MESSAGE", stdout is empty.
row() {
  local name=$1 code=$2 message=$3 status
  shift 3
  "$TARE" "$@" >out 2>err </dev/null
  status=$?
  if [ $status != "$code" ]; then
    bad "$name" "expected exit $code, got $status: $(head -c 300 err)"
  elif [ "$(cat err)" != "tare: $message" ]; then
    bad "$name" "expected 'tare: $message', got '$(head -c 500 err)'"
  elif [ -s out ]; then
    bad "$name" "expected nothing on standard output, got $(head -c 100 out)"
  else
    ok "$name"
  fi
}
# fine NAME ARGUMENT...: exit 0, something on stdout, nothing on stderr.
fine() {
  local name=$1 status
  shift
  "$TARE" "$@" >out 2>err </dev/null
  status=$?
  if [ $status = 0 ] && [ -s out ] && [ ! -s err ]; then ok "$name"; else bad "$name" "exit $status: $(head -c 300 err)"; fi
}
dry() { row "$1" 2 "$2" run --dry-run "${@:3}"; }

long65=$(printf 'a%.0s' {1..65})
newline=$'a\nb'

row no-command 2 "command line: no command, expected one of doctor, list, run, report, compare, history, nightly, export, publish, selftest, gc, help; see tare --help"
row unknown-command 2 "command line: unknown command, got \"rnu\"; did you mean run?" rnu
row unknown-command-far 2 "command line: unknown command, got \"zzzzzz\"; see tare --help" zzzzzz
row odd-command 2 "command line: unknown command, got \"\\x1B[31m\"; see tare --help" $'\e[31m'
row empty-command 2 "command line: unknown command, got \"\"; see tare --help" ""
row option-first 2 "command line: unknown option, got \"--json\", expected a command first; see tare --help" --json list
row help-unknown 2 "command line: unknown command, got \"lst\"; did you mean list?" help lst
row help-many 2 "help: too many arguments, got \"run\", expected at most 1; see tare --help" help list run
row unknown-option 2 "run: unknown option, got \"--blokcs\"; did you mean --blocks?" run --blokcs 3
row unknown-letter 2 "run: unknown option, got \"-rf\"; see tare run --help" run -rf
row missing-value 2 "run: --blocks: missing value, expected N; see tare run --help" run --blocks
row missing-letter-value 2 "run: --output: missing value, expected DIR; see tare run --help" run -o
row empty-value 2 "run: --history: empty, expected FILE; see tare run --help" run --history ''
row empty-spool 2 "publish: --spool: empty, expected DIR; see tare publish --help" publish . --to http://127.0.0.1:1/x --spool ''
row empty-export 2 "export: --output: empty, expected FILE; see tare export --help" export --format csv . -o ''
row no-certificates 2 "--cacert: none.pem: cannot be read: No such file or directory" publish . --to https://127.0.0.1:1/x --cacert none.pem
row twice 2 "run: --seed: given twice, expected once; see tare run --help" run --seed 1 --seed=2
row switch-value 2 "run: --quick: takes no value, got \"1\"; see tare run --help" run --quick=1
row many-plans 2 "run: too many arguments, got \"b\", expected at most 1; see tare run --help" run a b
row list-unknown 2 "list: unknown table, got \"metric\", expected platforms, arms, workloads, probes, metrics or plans; did you mean metrics?" list metric
row list-far 2 "list: unknown table, got \"zzzzzz\", expected platforms, arms, workloads, probes, metrics or plans" list zzzzzz
row report-no-folder 2 "report: no folder, expected DIR such as results/latest; see tare report --help" report
row report-missing 2 "none: cannot be opened as a run's folder: No such file or directory" report none
row report-file 2 "out: cannot be opened as a run's folder: Not a directory" report out
# What cannot be reported leaves what stands: a summary, charts and reports of a whole run.
reference=$root/results/reference/default
cp -r "$reference" run
sums() { find run -type f ! -name samples.jsonl -exec sha256sum {} + | sort; }
sums >before
untouched() { # NAME MESSAGE: `tare report run` refuses, and every other file is as it was
  row "$1" 2 "run: samples.jsonl:$2" report run
  sums >after
  same "$1-untouched" "$(cat before)" "$(cat after)"
}
: >run/samples.jsonl
untouched report-no-samples " nothing to report, got 0 finished trials and no counted block, expected at least one whole block behind the warm-up; tare run --resume DIR finishes a run that was cut"
grep '"block":0,' "$reference/samples.jsonl" >run/samples.jsonl
untouched report-warm-up-only " nothing to report, got 4 finished trials and no counted block, expected at least one whole block behind the warm-up; tare run --resume DIR finishes a run that was cut"
grep -v '"block":6,' "$reference/samples.jsonl" >run/samples.jsonl
untouched report-cut " was cut since summary.json was made, got 5 counted blocks, expected at least the 6 that summary.json has; remove summary.json to report what is left"
printf 'nonsense\n' >run/samples.jsonl
untouched report-damaged "1: column 8: not readable, got '[' or '{' expected near 'nonsense', expected one JSON object; the file is damaged"
if [ "$(id -u)" = 0 ]; then
  cp "$reference/samples.jsonl" run && cp "$TARE" copy && chmod 755 . copy && chmod -R a+rX run
  setpriv --reuid 65534 --regid 65534 --clear-groups ./copy report run >out 2>err
  same report-of-somebody-else "2:tare: run: cannot be written to: Permission denied, expected a folder of one's own; copy it, or run tare report as its owner:" "$?:$(cat err):$(cat out)"
else
  skip report-of-somebody-else "needs root, to be somebody else"
fi
# A run in which nothing worked is reported, with its reason and an exit code.
sed -E '/"metric"/{s/"value":[^,}]*/"value":null/;s/"status":"ok"/"status":"failed","reason":"it did not start"/;s/,"flags":\[[^]]*\]//}' \
  "$reference/samples.jsonl" >run/samples.jsonl
"$TARE" report run >table 2>err
same report-all-failed "7:tare: report: no trial gave a value: it did not start" "$?:$(cat err)"
check report-all-failed-table grep -q '^memory.pss .*n/a (1)' table

# Options of arms that cannot be are seen without a run, and the run says the same.
arm() { # NAME PLATFORM OPTIONS MESSAGE [ARGUMENT]...
  echo "{\"schema\":\"tare/plan/1\",\"name\":\"odd\",\"arms\":[{\"name\":\"q\",\"platform\":\"$2\",$3}],\"workloads\":[\"idle\"]}" >arm.json
  row "$1-dry" 2 "$4" run --dry-run "${@:5}" arm.json
  row "$1" 2 "$4" run -o made "${@:5}" arm.json
  check "$1-made-nothing" test ! -e made
}
arm arm-ram-small vm '"ram":"1 MiB"' "arm q: option ram: got 1048576, expected a multiple of 1 MiB from 64 MiB to 1 TiB"
arm arm-ram-huge vm '"ram":"1025 TiB"' "arm.json: arms[0].ram: out of range, got \"1025 TiB\", expected 1 to 1099511627776 B"
arm arm-swap vm '"swap":"1"' "arm q: option swap: got 1, expected a multiple of 1 MiB from 1 MiB to 64 GiB"
for option in kernel initrd disk emulator; do
  arm "arm-$option" vm "\"$option\":\"/none\"" "arm q: option $option: /none: cannot be found: No such file or directory"
  arm "arm-$option-folder" vm "\"$option\":\"/\"" "arm q: option $option: got /, expected a file"
done
arm arm-modules vm '"modules":"/"' "arm q: option modules: got no kernel with it, expected both or none"
arm arm-image-disk vm '"image":"debian","disk":"/etc/passwd"' "arm q: image debian with disk, expected one of them"
arm arm-pids host '"pids":"3"' "arm q: option pids, got 3, expected a number from 8 to 4194304"
cpus=$(($(taskset -cp $$ | grep -o '[0-9]*$') + 1))
for n in 0 8193; do
  arm "arm-cpus-$n" container "\"cpus\":\"$n\"" "arm q: option cpus, got $n, expected a number from 1 to $cpus, as many as the host has for it"
done
arm arm-init container '"init":"systemd"' "arm q: init systemd without an image, expected \"image\": \"debian\""
for uri in "" foo qemu+ssh://host/system; do
  arm "connect=$uri" vm '"nic":"virtio"' "arm q: --connect: not a daemon on this host, got \"$uri\", expected qemu:///system, qemu:///session or vmwareplayer:///session; run tare on that host" --connect "$uri"
done
mkdir empty
row report-empty 2 "empty: run.json: cannot be read: No such file or directory" report empty

for n in 0 -1 1e3 5x 99999999999999999999 "" 1001 " 1" 0x1; do
  dry "blocks=$n" "--blocks: not a count, got \"$n\", expected a whole number from 1 to 1000" --blocks "$n"
done
for n in -1 1e3 5x 99999999999999999999 ""; do
  dry "seed=$n" "--seed: not a seed, got \"$n\", expected a whole number from 0 to 18446744073709551615" --seed "$n"
done
for n in "" "1," 1e9 1000000000 -1 a; do
  dry "instances=$n" "--instances: not a list of counts, got \"$n\", expected whole numbers from 0 to 4096 such as 1,2,4" --instances "$n"
done
dry instances-zero "--instances: 0 alone, expected 0 only beside other counts, where it is the foot of a slope" --instances 0
for n in "" 0 -5 5y 1e3; do
  dry "max-time=$n" "--max-time: not a time, got \"$n\", expected a whole number with s, m or h, such as 15m" --max-time "$n"
done
dry accel "--accel: unknown accelerator, got \"fast\", expected auto, kvm or tcg" --accel fast
for n in ../x a/b -rf "" größe "$long65"; do
  dry "arm=$n" "--arm: unknown arm, got \"$n\", expected a predefined one or an arm of the plan; see tare list arms" --arm "$n"
done
dry arm-newline "--arm: unknown arm, got \"a\\x0Ab\", expected a predefined one or an arm of the plan; see tare list arms" --arm "$newline"
dry arm-near "--arm: unknown arm, got \"contaner\"; did you mean \"container\"?" --arm contaner
dry arm-twice "--arm: arm \"host\" is there twice, expected each arm once" --arm host --arm host
for n in -rf "" größe "$long65"; do
  dry "workload=$n" "--workload: unknown workload, got \"$n\", expected an installed one or a path; see tare list workloads" --workload "$n"
done
dry workload-path "--workload: ../x: cannot be read: No such file or directory" --workload ../x
dry workload-newline "--workload: unknown workload, got \"a\\x0Ab\", expected an installed one or a path; see tare list workloads" --workload "$newline"
dry workload-near "--workload: unknown workload, got \"htpp\"; did you mean \"http\"?" --workload htpp
dry plan-near "plan: unknown plan, got \"defualt\"; did you mean \"default\"?" defualt
dry plan-missing "./x.json: cannot be read: No such file or directory" ./x.json
dry plan-folder "./empty: is a folder, expected a regular file" ./empty
mkfifo fifo.json
dry plan-fifo "fifo.json: is not a file, expected a regular file" fifo.json

fine help --help
fine help-letter -h
fine help-word help
fine version --version
for c in doctor list run report compare history export publish selftest gc help; do
  fine "help-$c" "$c" --help
  fine "help-word-$c" help "$c"
done
fine list list
fine list-json list --json
for t in platforms workloads probes metrics plans; do
  "$TARE" list "$t" --json >table.json
  same "list-$t-json" True "$(json table.json "list(d) == ['$t'] and len(d['$t']) >= 1 and all(r['name'] for r in d['$t'])")"
done
fine dry-run run --dry-run
"$TARE" run --dry-run --seed 7 >one
"$TARE" run --dry-run --seed 7 >two
same same-seed-same-order "$(cat one)" "$(cat two)"
fine dry-run-quick run --dry-run --quick --arm host --workload idle
fine double-dash run --dry-run -- default
(unset HOME && "$TARE" run --dry-run >out 2>err)
same home-unset "0:" "$?:$(cat err)"

# An output that cannot be: refused before anything is made.
if [ "$(id -u)" = 0 ]; then
  mkdir full && : >full/file && mkfifo pipe
  run_to() { row "$1" 2 "$2" run --quick --arm host --workload idle -o "$3"; }
  run_to output-empty-name "run: --output: empty, expected DIR; see tare run --help" ""
  run_to output-full "full: is not empty, expected a new or empty folder; a run is one folder" full
  run_to output-file "full/file: cannot be used as a folder: Not a directory" full/file
  run_to output-fifo "pipe: cannot be used as a folder: Not a directory" pipe
  run_to output-device "/dev/full: cannot be used as a folder: Not a directory" /dev/full
  run_to output-unwritable "/proc/nothing: cannot be created: No such file or directory" /proc/nothing
  (
    mkdir gone && cd gone && rmdir ../gone || exit 1
    "$TARE" run --quick --arm host --workload idle >"$work/out" 2>"$work/err"
  )
  same deleted-working-directory "2:tare: working directory: cannot be found, expected one that exists; change to another" "$?:$(cat err)"
  same nothing-created no "$([ -e results ] && echo yes || echo no)"
else
  skip output "what can be written is checked after what a run needs: needs root"
fi

# Standard descriptors closed, full, few.
"$TARE" list >/dev/full 2>err
same stdout-full "1:tare: standard output: cannot be written: No space left on device" "$?:$(cat err)"
"$TARE" list --json >/dev/full 2>err
same stdout-full-json "1:tare: standard output: cannot be written: No space left on device" "$?:$(cat err)"
"$TARE" list >&- 2>err
same stdout-closed "0:" "$?:$(cat err)"
"$TARE" list <&- >out 2>err
same stdin-closed "0:" "$?:$(cat err)"
"$TARE" rnu 2>&-
same stderr-closed 2 $?
"$TARE" list <&- >&- 2>&-
same all-closed 0 $?
"$TARE" list 2>err | head -n 1 >out
same reader-left "0:platforms::" "${PIPESTATUS[0]}:$(cat out):$(cat err)"
# The loader needs one descriptor: none of whoever called this test may take it.
only_standard() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    [ "$fd" -le 2 ] || eval "exec $fd>&-"
  done
}
(
  only_standard
  ulimit -n 4
  exec "$TARE" list metrics
) >out 2>err </dev/null
same few-fds "0:" "$?:$(cat err)"
(
  only_standard
  ulimit -n 4
  exec "$TARE" run --dry-run
) >out 2>err </dev/null
same no-fds-left "2:1" "$?:$(grep -c '^tare: .*Too many open files$' err)"

# A locale with a decimal comma changes no number.
LC_ALL=de_DE.UTF-8 "$TARE" list --json >comma
"$TARE" list --json >point
same decimal-comma "$(cat point)" "$(cat comma)"

# Closed descriptors never end up in a file that is written.
cp -r "$root/results/reference/default" report
"$TARE" report report >&- 2>&-
same closed-fds-code 0 $?
if head -c 1 report/run.json | grep -q '{'; then ok closed-fds-spare-files; else bad closed-fds-spare-files "run.json was overwritten"; fi
"$TARE" report report 2>err | head -n 1 >out
same reader-left-early "0:1:" "${PIPESTATUS[0]}:$(grep -c ^Workload out):$(cat err)"

# An installed one finds its plans and its agent beside it, wherever that is.
cd "$root" || exit 1
check install make -s install DESTDIR="$work/image" PREFIX=/opt/tare
same installed-plans 1 "$(env -u TARE_DATA "$work/image/opt/tare/bin/tare" list plans | grep -c '^  default ')"
check installed-dry-run env -u TARE_DATA "$work/image/opt/tare/bin/tare" run --dry-run
