#!/bin/bash
# tare publish: into a real Pushgateway and a real VictoriaMetrics, read back by query; and against a server that
# misbehaves in every way of an HTTP peer. All on loopback, ended by pid. No root.
. "$(dirname "$0")/lib.sh"
run=results/reference/default
pids=()
stop() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done
  # They write until they are gone.
  for p in "${pids[@]}"; do wait "$p" 2>/dev/null; done
  finish
}
trap stop EXIT
export HOME=$work
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy NETRC
publish() { # CODE-NAME EXPECTED-CODE URL ARGUMENTS...
  local name=$1 code=$2 url=$3
  shift 3
  "$TARE" publish $run --to "$url" --spool "$work/spool" "$@" >"$work/out" 2>"$work/err"
  same "$name-exit" "$code" $?
}
kept() { find "$work/spool" -name '*.json' | wc -l; }
# started NAME COMMAND...: the first line that it prints is its port.
started() {
  local out=$work/port
  rm -f "$out"
  mkfifo "$out"
  "$@" >"$out" 2>"$work/server.err" &
  pids+=($!)
  read -rt 20 port <"$out"
}
free_port() { python3 -c 'import socket; s=socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
answers() { # URL
  local n
  for n in $(seq 200); do
    curl -sf -m 2 "$1" >/dev/null && return
    read -rt 0.1 <> <(:) || true
  done
  echo "no answer after $n looks"
  return 1
}

started python3 tests/system/hostile-http.py "$work/log"
base=http://127.0.0.1:$port
said() { check "$1-said" grep -qF -e "$2" "$work/err"; same "$1-one-line" 1 "$(wc -l <"$work/err")"; }
# What is kept, and why. Each is one row of HTTP peers.
rows=0
later() { # NAME PATH MESSAGE ARGUMENTS...
  local name=$1 path=$2 message=$3
  shift 3
  publish "$name" 75 "$base/$path" "$@"
  said "$name" "$message"
  rows=$((rows + 1))
  same "$name-kept" $rows "$(kept)"
}
later reset reset "kept for the next time"
later silent silent "kept for the next time" --timeout 1s
later drip drip "kept for the next time" --timeout 1s
later endless endless "answered more than 65536 B"
later headers headers "answered more than 65536 B"
later redirect redirect "answered 302, a redirect, which is not followed"
later html html "answered 200 with a page of HTML"
later unauthorized 401 "answered 401; check the credentials"
later conflict 409 "answered 409"
later too-large 413 "answered 413"
begin=$SECONDS
later huge-retry-after 429 "answered 429"
check not-waited-for test $((SECONDS - begin)) -lt 60
same asked-once 1 "$(grep -c '^429 ' "$work/log")"
later server-error 503 "answered 503"
same tried-three-times 3 "$(grep -c '^503 ' "$work/log")"
same one-key 1 "$(grep '^503 ' "$work/log" | sort -u | wc -l)"
publish refused 75 http://127.0.0.1:1/x
said refused "kept for the next time"
rows=$((rows + 1))
publish flaky 0 "$base/flaky"
same flaky-twice 2 "$(grep -c '^flaky ' "$work/log")"
# Taken, the answer lost: 409 to the same key says so, and it is not sent a third time.
publish lost 0 "$base/lost" --timeout 1s
same lost-twice 2 "$(grep -c '^lost ' "$work/log")"
same nothing-else-went $rows "$(kept)"

# Kept once, sent once: the same run again and again is one text.
dead=$(free_port)
publish down 75 "http://127.0.0.1:$dead/metrics/job/tare"
publish down-again 75 "http://127.0.0.1:$dead/metrics/job/tare"
same kept-once $((rows + 1)) "$(kept)"
if command -v prometheus-pushgateway >/dev/null; then
  prometheus-pushgateway --web.listen-address=127.0.0.1:"$dead" >"$work/pg.log" 2>&1 &
  pids+=($!)
  check pushgateway-up answers "http://127.0.0.1:$dead/-/ready"
  publish pushgateway 0 "http://127.0.0.1:$dead/metrics/job/tare"
  same sent-once "published to http://127.0.0.1:$dead/metrics/job/tare: 1 sent" "$(cat "$work/out")"
  same spool-is-empty-of-it $rows "$(kept)"
  curl -s "http://127.0.0.1:$dead/metrics" | grep '^tare_' | grep -v '^tare_run_info' | sort >"$work/got"
  same pushgateway-holds-all "$("$TARE" export --format openmetrics $run | grep '^tare_' | grep -vc '^tare_run_info')" "$(wc -l <"$work/got")"
  same pushgateway-value "$("$TARE" export --format openmetrics $run | awk '/^tare_memory_pss_bytes.*arm="vm"/ {print $2}')" \
    "$(awk '/^tare_memory_pss_bytes.*arm="vm"/ {printf "%.0f", $2}' "$work/got")"
else
  skip pushgateway "no prometheus-pushgateway"
fi
if command -v victoria-metrics >/dev/null; then
  p=$(free_port)
  victoria-metrics -httpListenAddr=127.0.0.1:"$p" -storageDataPath="$work/vm" -retentionPeriod=100y >"$work/vm.log" 2>&1 &
  pids+=($!)
  check victoria-up answers "http://127.0.0.1:$p/health"
  publish victoria 0 "http://127.0.0.1:$p/write"
  curl -s "http://127.0.0.1:$p/internal/force_flush"
  curl -s "http://127.0.0.1:$p/api/v1/export?match%5B%5D=tare_median" >"$work/series"
  "$TARE" export --format json $run >"$work/summary"
  same victoria-holds-all True "$(python3 - "$work/series" "$work/summary" <<'E2'
import json, sys
series = [json.loads(l) for l in open(sys.argv[1])]
want = {(r["metric"], r["arm"]): r["median"] for r in json.load(open(sys.argv[2]))["metrics"] if r["status"] == "ok"}
got = {(s["metric"]["metric"], s["metric"]["arm"]): s["values"][0] for s in series}
print(len(series) == len(want) > 0 and set(got) == set(want) and all(abs(got[k] - want[k]) <= 1e-9 * abs(want[k]) for k in want))
E2
)"
else
  skip victoria "no victoria-metrics"
fi

# TLS: a certificate nobody vouches for is refused, the same one with --cacert is taken; for another name it is not.
for n in localhost elsewhere; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$n.key" -out "$work/$n.crt" -days 2 -subj "/CN=$n" \
    -addext "subjectAltName=DNS:$n" >/dev/null 2>&1
done
started python3 tests/system/hostile-http.py "$work/tls.log" "$work/localhost.crt" "$work/localhost.key"
publish stranger 75 "https://localhost:$port/204"
said stranger certificate
same nothing-was-told 0 "$(wc -c <"$work/tls.log")"
publish vouched 0 "https://localhost:$port/204" --cacert "$work/localhost.crt"
started python3 tests/system/hostile-http.py "$work/tls.log" "$work/elsewhere.crt" "$work/elsewhere.key"
publish other-name 75 "https://localhost:$port/204" --cacert "$work/elsewhere.crt"

# Credentials reach the endpoint and nothing else.
TARE_PUBLISH_AUTHORIZATION="Token s3cret" publish token 0 "$base/204"
check token-arrived grep -q '^204 .* Token s3cret$' "$work/log"
printf 'machine 127.0.0.1 login me password s3cret\n' >"$work/.netrc"
publish netrc 75 "$base/500"
check netrc-arrived grep -q '^500 .* Basic ' "$work/log"
same never-stored 0 "$(cat "$work/out" "$work/err" "$work"/spool/* | grep -c s3cret)"
wrong() { # NAME MESSAGE URL
  publish "$1" 2 "$3"
  same "$1-said" "tare: $2" "$(cat "$work/err")"
}
wrong in-the-url "--to: credentials in the address, expected none; put them into ~/.netrc or TARE_PUBLISH_USER and TARE_PUBLISH_PASSWORD" "http://me:s3cret@127.0.0.1/x"
wrong in-the-query "--to: credentials in the address (token=), expected none; put them into TARE_PUBLISH_AUTHORIZATION" "http://127.0.0.1/x?db=a&token=s3cret"
wrong other-scheme '--to: not an endpoint, got "file:///etc/passwd", expected http://... or https://...' file:///etc/passwd
