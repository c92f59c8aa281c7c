#!/bin/bash
# tare nightly: nights of a tiny plan with a delay planted from the sixth on, which is learnt against, caught, measured
# again, attributed and accepted; stores that are dead and come back; Ctrl-C; what is missing; the recipes' syntax.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# ---- recipes: nobody else's service is here, but their syntax is ----
recipes=workloads/examples/ci
for f in github gitlab; do
  check "recipe-$f" python3 -c '
import sys, yaml
d = yaml.safe_load(open(sys.argv[1]))
text = open(sys.argv[1]).read()
assert "tare nightly" in text, "does not call tare nightly"
# The history alone, always; the guest kernel, never an image, when all was fine.
if "jobs" in d: # YAML 1.1 reads the key "on" as true
    job = d["jobs"]["nightly"]
    steps = job["steps"]
    assert True in d and all(("uses" in s) != ("run" in s) for s in steps), steps
    def of(action): return [s for s in steps if s.get("uses", "").startswith("actions/" + action + "@")]
    at = of("checkout")[0]["with"]["path"]
    assert job["defaults"]["run"]["working-directory"] == at
    kept = [at + "/results/history.jsonl", at + "/results/spool"]
    (back,), (save,), (kernel,), (up,) = map(of, ("cache/restore", "cache/save", "cache", "upload-artifact"))
    assert back["with"]["path"].split() == save["with"]["path"].split() == kept, save
    assert save["if"] == up["if"] == "always()" and "if" not in kernel
    assert save["with"]["key"] == back["with"]["key"] and save["with"]["key"].startswith(back["with"]["restore-keys"])
    assert kernel["with"]["path"].split() == ["/var/cache/tare/kernel*"]
    paths = up["with"]["path"].split()
    own = steps[steps.index(save) - 1]
    assert own["if"] == "always()" and "chown" in own["run"], own
    night = [s for s in steps if s.get("name") == "Night"][0]
    passed = night["run"].split("--preserve-env=")[1].split()[0].split(",")
    assert set(night["env"]) - {"TARE_STORE"} == set(passed) - {"GITHUB_STEP_SUMMARY"}, passed
    assert len([p for p in passed if p.startswith("TARE_PUBLISH_")]) == 3, passed
else:
    job, at = d["tare-nightly"], "."
    assert job["artifacts"]["reports"]["junit"] and job["script"]
    assert "stages" not in d and job["stage"] == "test"
    assert sorted(job["allow_failure"]["exit_codes"]) == [6, 75]
    history, kernel = job["cache"]
    assert history["when"] == "always" and history["paths"] == ["results/history.jsonl", "results/spool/"]
    assert kernel["when"] == "on_success" and kernel["paths"] == [".cache/tare/"]
    copied = [c for c in job["before_script"] if c.endswith(".cache/tare/")]
    assert len(copied) == 1 and "rm -rf .cache/tare " in copied[0] and "cp -a /var/cache/tare/kernel* " in copied[0], copied
    paths = job["artifacts"]["paths"]
assert [p.replace("tare/", "").rstrip("/") for p in paths] == ["nightly", "results/2*", "results/history.jsonl"], paths
' "$recipes/$f.yml"
done
for f in github gitlab; do
  python3 -c '
import sys, yaml
d = yaml.safe_load(open(sys.argv[1]))
steps = [s["run"] for s in d["jobs"]["nightly"]["steps"] if "run" in s] if "jobs" in d else d["tare-nightly"]["before_script"] + d["tare-nightly"]["script"]
print("\n".join(steps))' "$recipes/$f.yml" >"$work/$f.sh"
  check "recipe-$f-shell" bash -n "$work/$f.sh"
done
# The step of the night with a sudo that ends as tare would: too noisy and published later are warnings, an alarm is none.
python3 -c '
import sys, yaml
print(*[s["run"] for s in yaml.safe_load(open(sys.argv[1]))["jobs"]["nightly"]["steps"] if s.get("name") == "Night"])' $recipes/github.yml >"$work/night.sh"
for code in "0 0 0" "3 3 0" "5 5 0" "6 0 1" "75 0 1"; do
  read -r code expected warnings <<<"$code"
  said=$(bash -e -c "sudo() { return $code; }; . '$work/night.sh'")
  same "recipe-github-night-$code" "$expected $warnings" "$? $(grep -c '^::warning::' <<<"$said")"
done
if command -v systemd-analyze >/dev/null; then
  mkdir "$work/units"
  cp $recipes/tare-nightly.timer "$work/units"
  sed "s#/usr/local/bin/tare#$TARE#" $recipes/tare-nightly.service >"$work/units/tare-nightly.service"
  check recipe-systemd systemd-analyze verify --man=no "$work/units/tare-nightly.service" "$work/units/tare-nightly.timer"
else
  skip recipe-systemd "no systemd-analyze"
fi
check recipe-systemd-warnings grep -qx 'SuccessExitStatus=6 75' $recipes/tare-nightly.service
mkdir -p "$work/kept/results/2026-old/charts" "$work/kept/results/2026-new" "$work/kept/results/reference"
touch "$work/kept/results/history.jsonl"
ln -s 2026-new "$work/kept/results/latest"
touch -h -d "100 days ago" "$work"/kept/results/*
touch -d "80 days ago" "$work/kept/results/2026-new"
(cd "$work/kept" && sh -c "$(sed -n 's/^ExecStopPost=-//p' "$OLDPWD/$recipes/tare-nightly.service")")
same recipe-systemd-old-runs "2026-new history.jsonl latest reference" "$(cd "$work/kept/results" && echo *)"

# ---- the plan that one would begin with ----
check example-nightly "$TARE" run workloads/examples/nightly.json --dry-run
same example-nightly-arms "['container', 'vm'] web.json" "$(json workloads/examples/nightly.json '"%s %s" % (d["arms"], *d["workloads"])')"

# ---- refused before anything is made ----
mkdir "$work/empty"
refused() { # NAME CODE MESSAGE ARGUMENT...
  local name=$1 code=$2 message=$3
  shift 3
  (cd "$work/empty" && "$TARE" nightly "$@" >"$work/said" 2>"$work/told")
  same "$name-exit" "$code" $?
  check "$name-said" grep -qF -e "$message" "$work/told" "$work/said"
  same "$name-nothing-made" "" "$(ls "$work/empty")"
}
refused no-plan 2 'plan: unknown plan, got "defalt"; did you mean "default"?' defalt
refused no-format 2 '--export: --format: unknown format, got "junt"; did you mean junit?' --export junt
refused no-url 2 '--to' --to ftp://h/x
refused no-count 2 '--confirm: not a count, got "many", expected a whole number from 0 to 1000' --confirm many
refused no-time 2 '--max-time: not a time, got "soon"' --max-time soon
refused no-accel 2 '--accel: unknown accelerator, got "fast"' --accel fast
refused no-history 2 '--history: none/h.jsonl: cannot be written beside: No such file' --history none/h.jsonl
refused no-export 2 'tare: --export: empty format, got "junit,,csv", expected those of tare export --help, joined by single commas' --export junit,,csv
refused no-export-at-all 2 'tare: --export: empty format, got "", expected' --export ''
for option in history spool out cacert; do
  expected=DIR
  case $option in history | cacert) expected=FILE ;; esac
  refused "empty-$option" 2 "tare: nightly: --$option: empty, expected $expected; see tare nightly --help" --$option '' --to http://127.0.0.1:1/x
done
echo >"$work/file"
ln -s "$work/file" "$work/link"
echo garbage >"$work/garbage"
refused no-cacert 2 'tare: --cacert: /nonexistent: cannot be read: No such file or directory' --cacert /nonexistent --to https://127.0.0.1/x
refused no-cacert-nor-store 2 'tare: --cacert: /nonexistent: cannot be read: No such file or directory' --cacert /nonexistent
refused folder-cacert 2 "tare: --cacert: $work: is a folder, expected a file" --cacert "$work" --to https://127.0.0.1/x
refused file-spool 2 "tare: --spool: $work/file: cannot be written into: Not a directory" --spool "$work/file" --to http://127.0.0.1:1/x
refused below-file-spool 2 "tare: --spool: $work/file/x: cannot be written into: Not a directory" --spool "$work/file/x" --to http://127.0.0.1:1/x
refused file-out 2 "tare: --out: $work/file: cannot be written into: Not a directory" --out "$work/file"
refused deep-out 2 "tare: --out: none/there: cannot be written into: No such file or directory" --out none/there
refused linked-history 2 "tare: $work/link: is a symbolic link, expected a regular file; name the file that it points to" --history "$work/link"
refused folder-history 2 "tare: $work/empty: is a folder, expected a regular file" --history "$work/empty"
refused garbage-history 2 "tare: $work/garbage: line 1" --history "$work/garbage"
need_root nightly
# Under sudo that user writes, not root.
mkdir -m 755 "$work/mine"
mkdir "$work/theirs"
chown 65534 "$work/theirs"
install -m 644 /dev/null "$work/theirs/h.jsonl"
chmod 755 "$work"
SUDO_UID=65534 SUDO_GID=65534 refused sudo-out 2 "tare: --out: $work/mine: cannot be written into: Permission denied" --out "$work/mine"
SUDO_UID=65534 SUDO_GID=65534 refused sudo-spool 2 "tare: --spool: $work/mine/s: cannot be written into: Permission denied" --spool "$work/mine/s" --to http://127.0.0.1:1/x
SUDO_UID=65534 SUDO_GID=65534 refused sudo-history 2 "tare: $work/theirs/h.jsonl: cannot be written: Permission denied" --history "$work/theirs/h.jsonl"
SUDO_UID=65534 SUDO_GID=65534 refused sudo-beside 2 "tare: --history: $work/mine/h.jsonl: cannot be written beside: Permission denied" --history "$work/mine/h.jsonl"
chmod 777 "$work" "$work/empty"
(cd "$work/empty" && setpriv --reuid 65534 --regid 65534 --clear-groups "$TARE" nightly --arm 2>/dev/null) && bad usage "an unknown option"
(cd "$work/empty" && setpriv --reuid 65534 --regid 65534 --clear-groups "$TARE" nightly >"$work/said" 2>"$work/told")
same missing-exit 5 $?
check missing-said grep -q '^doctor    missing: root: running as uid 65534.*mend: sudo' "$work/said"
check missing-verdict grep -q '^verdict   a prerequisite is missing; exit 5$' "$work/said"
same missing-nothing-made "" "$(ls "$work/empty")"

# ---- the nights ----
inventory >"$work/before"
pids=()
stop() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null; done
  finish
}
trap stop EXIT
# web NAME MICROSECONDS: a web server that takes so long before it serves; the delay is a file of its payload.
web() {
  mkdir -p "$work/$1/srv/www"
  echo hello >"$work/$1/srv/www/index.html"
  echo "/bin/busybox usleep $2; exec /bin/busybox httpd -f -p 8080 -h /srv/www" >"$work/$1/start"
  cat >"$work/$1.json" <<E2
{"schema": "tare/workload/1", "name": "web", "files": ["/bin/busybox", "$1"],
 "command": ["/bin/busybox", "sh", "/start"], "ready": {"http": 8080, "path": "/index.html"}}
E2
}
web usual 50000
web slow 300000
# The delays are far above noise, which may double a night.
plan() { # WORKLOAD
  cat >"$work/plan.json" <<E2
{"schema": "tare/plan/1", "name": "tiny", "arms": ["host", "container"], "workloads": ["$1.json"], "blocks": 6,
 "warmup": 0, "settle": 0, "probes": ["boot"], "primary": ["boot.ready"], "margins": {"time": 1, "memory": 1},
 "limits": {"foreign_cpu": 1000, "steal": 1000, "swap_ins": 1e9, "throttled": 1e9}}
E2
}
plan usual
mkdir "$work/ci"
port=$(python3 -c 'import socket; s=socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
night() { # NAME CODE ARGUMENT...
  local name=$1 code=$2 begin=$SECONDS
  shift 2
  # gnuplot takes most of a night that short, and none may need it: only the third has it.
  (cd "${in:-$work/ci}" && PATH=${path-$work/nothing} "$TARE" nightly "$work/plan.json" --confirm 8 "$@" >"$work/said" 2>"$work/told")
  same "$name-exit" "$code" $?
  echo "# $name: $((SECONDS - begin)) s"
  grep -hE '^(doctor|run|worth|history|confirm|report|export|publish|verdict)  ' "$work/said" | sed 's/^/# /' | cut -c 1-300
  grep -vhE '^tare: (trial|preparing|checking|charts)' "$work/told" | sed 's/^/# /'
}
object() { json "${in:-$work/ci}/results/latest/nightly.json" "$1"; }

night first 75 --to "http://127.0.0.1:$port/x"
check first-learns grep -q '^history   1 night, 0 alarms, 0 candidates; .* still learning' "$work/said"
check first-without-charts grep -q 'charts: not drawn: gnuplot is not installed' "$work/told"
check first-kept grep -q "^publish   http://127.0.0.1:$port/x: .*; 0 sent, 1 kept for the next time" "$work/said"
same first-in-spool 1 "$(find "$work/ci/results/spool" -name '*.json' | wc -l)"
cat >"$work/store.py" <<'E2'
import http.server, sys, json
class Store(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "a") as f:
            f.write(json.loads(body)["run"] + "\n")
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Store)
open(sys.argv[2], "w").close()
server.serve_forever()
E2
python3 "$work/store.py" "$port" "$work/stored" &
pids+=($!)
until [ -e "$work/stored" ] || [ $SECONDS -gt 60 ]; do read -rt 0.05 <> <(:) || true; done
night second 0 --to "http://127.0.0.1:$port/x" --json
same second-json-is-nightly-json "" "$(diff "$work/said" "$work/ci/results/latest/nightly.json")"
check second-schema python3 tests/validate.py "$work/said"
check second-run-schema python3 tests/validate.py "$work/ci/results/latest"
same second-sent "[2, 0]" "$(json "$work/said" '[d["published"][0][k] for k in ("sent", "kept")]')"
same stored-each-once "2 2" "$(wc -l <"$work/stored") $(sort -u "$work/stored" | wc -l)"
same spool-is-empty 0 "$(find "$work/ci/results/spool" -name '*.json' | wc -l)"
path=$PATH GITHUB_STEP_SUMMARY=$work/step night third 0 --out "$work/artefacts" --export csv,junit,markdown
same third-files "csv.csv junit.xml nightly.xml summary.md" "$(cd "$work/artefacts" && echo *)"
check third-step-summary cmp "$work/step" "$work/artefacts/summary.md"
check third-markdown grep -q '^# tare nightly: tiny$' "$work/step"
check third-charts test -s "$work/ci/results/latest/charts/boot.svg"
for f in junit nightly; do check "third-$f-well-formed" xmllint --noout "$work/artefacts/$f.xml"; done
night fourth 0
night fifth 0
same fifth-quiet "0 0" "$(object 'd["code"]') $(object 'len([f for f in d["history"]["findings"] if f["state"] in ("alarm", "candidate")])')"
check fifth-verdict grep -q '^verdict   fine; nothing to alarm about' "$work/said"
same five-lines 5 "$(wc -l <"$work/ci/results/history.jsonl")"
good=$(object 'd["run"]["id"]')
# What a CI cache would carry to a machine that has no folders of earlier nights.
mkdir -p "$work/elsewhere/results"
cp "$work/ci/results/history.jsonl" "$work/elsewhere/results"

plan slow
night sixth 3 --to "http://127.0.0.1:$port/x"
check sixth-candidate grep -qE '^history   6 nights, 0 alarms, 2 candidates: boot.ready/(host|container)/web/1 \+[0-9.]+ %' "$work/said"
check sixth-verdict grep -qE '^verdict   ALARM: 2 of 2 primary series worse, measured again: .*changed that night: .*payload web .* -> .*; exit 3$' "$work/said"
check sixth-schema python3 tests/validate.py "$work/ci/results/latest/nightly.json"
same sixth-confirmed "[('earlier', 'higher', True)]" "$(object 'sorted({(r["held_against"], r["verdict"], r["worse"]) for r in d["confirmed"]})')"
check sixth-ratio test "$(object 'min(r["ratio"] for r in d["confirmed"]) > 2')" = True
same sixth-attributed "['alarm', 'payload', '$good', True]" "$(object '(lambda f: [f["state"], f["attribution"], f["good"]["run"], "payload web" in f["cause"]])(d["history"]["findings"][0])')"
check sixth-confirmation-is-a-run python3 tests/validate.py "$work/ci/results/latest/confirmation"
check sixth-sides test -s "$work/ci/results/latest/confirmation/compare.json"
check sixth-junit-fails grep -q 'failures="3" errors="0"' "$work/ci/results/latest/nightly.xml"
check sixth-published-all-the-same test "$(wc -l <"$work/stored")" = 3
check history-schema python3 tests/validate.py --lines history "$work/ci/results/history.jsonl"
same nights-add-themselves 6 "$(grep -c '"live":true' "$work/ci/results/history.jsonl")"
same sixth-lines "6 2" "$(grep -c '"kind":"run"' "$work/ci/results/history.jsonl") $(grep -c '"kind":"confirmation"' "$work/ci/results/history.jsonl")"
night seventh 3
same seventh-is-not-measured-again 0 "$(object 'len(d["confirmed"])')"
"$TARE" history --history "$work/ci/results/history.jsonl" --accept boot.ready/host/web/1 --accept boot.ready/container/web/1 --reason "a new start" >/dev/null
same accepted 0 $?
night eighth 0

in=$work/elsewhere night elsewhere 3 --to http://127.0.0.1:1/x
same elsewhere-alarm-before-store "3 1" "$(in=$work/elsewhere object 'd["code"]') $(find "$work/elsewhere/results/spool" -name '*.json' | wc -l)"
same elsewhere-by-level "[('level', 'higher', True)]" "$(in=$work/elsewhere object 'sorted({(r["held_against"], r["verdict"], r["worse"]) for r in d["confirmed"]})')"
check elsewhere-level-is-told grep -q "^verdict   ALARM: .*; measured again against the nights' level; a slow hour is not told apart; exit 3$" "$work/said"
same elsewhere-latest-is-the-night 1 "$(cd "$work/elsewhere/results/latest/confirmation" && find . -maxdepth 1 -name samples.jsonl | wc -l)"
clean nights-leave-nothing "$work/before"

# ---- Ctrl-C ----
mkdir "$work/cut"
cp "$work/ci/results/history.jsonl" "$work/cut/h.jsonl"
(cd "$work/cut" && exec setsid "$TARE" nightly "$work/plan.json" --blocks 200 --history h.jsonl >"$work/said" 2>"$work/told") &
pid=$!
begin=$SECONDS
until grep -qs '"done"' "$work"/cut/results/latest/samples.jsonl || [ $((SECONDS - begin)) -gt 60 ]; do read -rt 0.05 <> <(:) || true; done
kill -INT $pid
wait $pid
same interrupted-exit 130 $?
check interrupted-verdict grep -q '^verdict   interrupted; exit 130$' "$work/said"
check interrupted-kept test -s "$work/cut/results/latest/report.html"
check interrupted-is-no-night cmp "$work/cut/h.jsonl" "$work/ci/results/history.jsonl"
clean interrupted-leaves-nothing "$work/before"
