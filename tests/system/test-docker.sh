#!/bin/bash
# The arm docker with a private engine in the lab and with a Podman service outside it: figures that agree with the
# engine's own, an engine that is killed or stopped in the middle, a harness that is killed, nothing left anywhere.
. "$(dirname "$0")/lib.sh"
need_root docker
if ! command -v dockerd >/dev/null && [ ! -x /usr/sbin/dockerd ]; then
  skip docker "dockerd is not installed"
  exit 0
fi
unset DOCKER_HOST
pause() { read -rt "$1" <> <(:) || true; }

# Beside what inventory.sh knows: what engines leave on a host, in folders and in every hierarchy.
engine_traces() {
  traces | LC_ALL=C sort
}
traces() {
  inventory
  ls -d /run/docker /run/containerd /etc/docker /opt/containerd /var/lib/docker /var/lib/containerd 2>/dev/null
  find /sys/fs/cgroup -maxdepth 3 -type d \( -name docker -o -name 'tare-*' \) 2>/dev/null
}
nothing_left() { # NAME
  local begin now decides
  begin=$(date +%s%N)
  while :; do
    now=$(date +%s%N)
    decides=$((now - begin >= 2000000000))
    engine_traces >"$work/now"
    LC_ALL=C comm -13 "$work/before" "$work/now" >"$work/more"
    [ ! -s "$work/more" ] && ok "$1" && return
    [ $decides = 1 ] && break
    pause 0.1
  done
  bad "$1" "left behind: $(head -5 "$work/more" | tr '\n' ' ')"
}
"$TARE" gc >/dev/null 2>&1
engine_traces >"$work/before"

plan() { # FILE SETTLE INSTANCES ARM...
  local file=$1 settle=$2 instances=$3
  shift 3
  printf '{"schema":"tare/plan/1","name":"docker-test","arms":[%s],"workloads":["%s"],"instances":[%s],"blocks":1,"warmup":0,"settle":%s,"memory":"128MiB","limits":{"foreign_cpu":64,"steal":64},"allow":{"limits":"an engine outside may have fewer processes"}}\n' \
    "$*" "${WORKLOAD:-http}" "$instances" "$settle" >"$file"
}
private='{"name":"docker","platform":"docker","engine":"private"}'

cat >"$work/look.py" <<'E'
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1] + "/samples.jsonl")]
v = {}
for s in rows:
    if s.get("metric") and s["arm"] == sys.argv[2]:
        v.setdefault((s["metric"], s["instances"]), s)
def at(m, n=1): return v[m, n]["value"]
need = sys.argv[3].split()
gone = [m for m in need if v.get((m, 1), {}).get("status") != "ok"]
if gone:
    sys.exit("missing: " + " ".join(gone))
if not 0 < at("boot.engine") < at("boot.shim") < at("boot.spawn") <= at("boot.init") < at("boot.ready"):
    sys.exit("milestones out of order: " + str([at(m) for m in ("boot.engine", "boot.shim", "boot.spawn", "boot.init", "boot.ready")]))
if at("processes.host") != 3:
    sys.exit("agent, workload and shim are 3 processes, got %s" % at("processes.host"))
E
boot="boot.engine boot.shim boot.spawn boot.init boot.ready boot.stop boot.cpu memory.pss memory.cgroup processes.host processes.total"

# A private engine: all metrics, also of two at once, and beside the namespace container.
plan "$work/plan.json" 0.2 1,2 '"container"' ',' "$private"
check private-engine "$TARE" run "$work/plan.json" -o "$work/run"
check private-engine-samples python3 "$work/look.py" "$work/run" docker \
  "$boot boot.first_response memory.fixed processes.fixed network.rx network.tx network.http network.rr_p50"
same private-engine-is-described "private, in the lab|runc|True" \
  "$(json "$work/run/run.json" '"|".join([d["arms"]["docker"]["engine_place"], d["arms"]["docker"]["runtime_used"], str(d["arms"]["docker"]["container_request"]["HostConfig"]["ReadonlyRootfs"])])' 2>&1 | tail -1)"
same no-difference-undeclared "True 0" "$(json "$work/run/run.json" '"%s %d" % (len(d["equivalence"]) > 0, sum(e["status"] == "undeclared" for e in d["equivalence"]))' 2>&1 | tail -1)"
nothing_left private-engine-leaves-nothing

# The engine of the run that is going on, found by its group.
engine_pid() {
  local p
  # shellcheck disable=SC2013 # a list of numbers
  for p in $(cat /sys/fs/cgroup/pids/tare-*/engine/cgroup.procs /sys/fs/cgroup/tare-*/engine/cgroup.procs 2>/dev/null); do
    [ "$(cat "/proc/$p/comm" 2>/dev/null)" = dockerd ] && echo "$p" && return
  done
}
ask_engine() { # PATH
  nsenter -t "$engine" -m curl -s --max-time 10 --unix-socket "$socket" "http://engine$1"
}
# Waits for the container of the trial; the one that is asked whether the arms are alike comes before it, and before
# samples.jsonl. Sets $engine, $socket, $name.
wait_for_container() {
  local end=$((SECONDS + 60))
  engine='' name=''
  while [ $SECONDS -lt $end ] && kill -0 "$run" 2>/dev/null; do
    engine=$(engine_pid)
    if [ -n "$engine" ] && [ -e "$dir/samples.jsonl" ]; then
      socket=$(echo /run/tare/*/lab)/docker/engine.sock
      name=$(ask_engine /containers/json | python3 -c 'import json,sys; print("".join(c["Names"][0][1:] for c in json.load(sys.stdin)))' 2>/dev/null)
      [ -n "$name" ] && return
    fi
    pause 0.1
  done
  return 1
}
in_background() { # PLAN: a run in $dir, with its pid in $run
  dir=$work/bg
  rm -rf "$dir"
  "$TARE" run "$1" -o "$dir" >"$work/said" 2>&1 &
  run=$!
}
ends_by() { # NAME SECONDS: the run's status in $status
  local end=$((SECONDS + $2))
  while kill -0 "$run" 2>/dev/null && [ $SECONDS -lt $end ]; do pause 0.1; done
  if kill -0 "$run" 2>/dev/null; then
    bad "$1" "still running after $2 s"
    kill -KILL "$run"
  else
    ok "$1"
  fi
  wait "$run"
  status=$?
}

# The engine's own figures for the container that is being measured.
cat >"$work/weight.json" <<'E'
{"schema":"tare/workload/1","name":"weight","help":"64 MiB","verb":"touch","arguments":["mib=64"],"ready":"agent"}
E
WORKLOAD=$work/weight.json plan "$work/agree.json" 6 1 "$private"
in_background "$work/agree.json"
if wait_for_container; then
  # Settling: long enough for the kernel's own counters to come in.
  pause 4
  ask_engine "/containers/$name/stats?stream=false" >"$work/stats.json"
  ask_engine "/containers/$name/top" >"$work/top.json"
else
  bad engine-is-asked "no container seen: $(tail -n 2 "$work/said" | tr '\n' ' ')"
fi
ends_by measured-beside-the-engine 120
cat >"$work/agree.py" <<'E'
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1] + "/samples.jsonl")]
v = {s["metric"]: s["value"] for s in rows if s.get("metric")}
stats, top = json.load(open(sys.argv[2])), json.load(open(sys.argv[3]))
m = stats["memory_stats"]["stats"]
anon = m.get("total_rss", m.get("anon"))
ours = v["memory.cgroup_anon"]
print("engine: anonymous %d B, %d processes; tare: %d B, %d processes with the shim" % (anon, len(top["Processes"]), ours, v["processes.host"]))
if anon < 64 << 20 or abs(ours - anon) > 0.03 * anon:
    sys.exit("memory: the engine says %d B, tare %d B" % (anon, ours))
if len(top["Processes"]) != v["processes.host"] - 1:
    sys.exit("processes: the engine says %d, tare %d with the shim" % (len(top["Processes"]), v["processes.host"]))
E
check agrees-with-the-engine python3 "$work/agree.py" "$dir" "$work/stats.json" "$work/top.json"
sed 's/^/# /' "$work/out"

# The engine killed, and stopped, in the middle.
for signal in KILL STOP; do
  plan "$work/hurt.json" 4 1 "$private"
  in_background "$work/hurt.json"
  if wait_for_container; then
    pause 1
    kill -$signal "$engine"
  else
    bad "engine-$signal" "no container seen: $(tail -n 2 "$work/said" | tr '\n' ' ')"
  fi
  ends_by "engine-$signal-ends-by-deadline" 90
  same "engine-$signal-exit-code" 7 $status
  check "engine-$signal-is-named" grep -qE 'docker: (no engine answers|the engine was given up|dockerd ended|.*the engine closed)' "$work/said"
  nothing_left "engine-$signal-leaves-nothing"
done

# The harness killed at any moment.
plan "$work/killed.json" 0.2 1,2 "$private"
RANDOM=${SEED:-$$}
for n in $(seq "${KILLS:-6}"); do
  ms=$((RANDOM * 4000 / 32768))
  in_background "$work/killed.json"
  pause "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
  kill -KILL "$run" 2>/dev/null
  wait "$run" 2>/dev/null
  nothing_left "killed-$n-after-$ms-ms-leaves-nothing"
done

# Runtimes: one that is not known, and one that may refuse to run here: in its own words.
plan "$work/runtime.json" 0.2 1 '{"name":"docker","platform":"docker","engine":"private","runtime":"rnuc"}'
"$TARE" run "$work/runtime.json" -o "$work/x" >"$work/said" 2>&1
same unknown-runtime-exit-code 5 $?
check unknown-runtime-names-the-known grep -qE '^tare: arm docker: docker: runtime, got rnuc, expected one that the engine knows: .*runc' "$work/said"
rm -rf "$work/x"
if command -v crun >/dev/null; then
  plan "$work/crun.json" 0.2 1 '{"name":"docker","platform":"docker","engine":"private","runtime":"crun"}'
  "$TARE" run "$work/crun.json" -o "$work/crun" >"$work/said" 2>&1
  case $? in
  0) same crun-runs crun "$(json "$work/crun/run.json" 'd["arms"]["docker"]["runtime_used"]' 2>&1 | tail -1)" ;;
  7) check crun-says-why grep -qE 'docker: POST /containers/[^ ]*/start: refused with [45]00: .*' "$work/said" ;;
  *) bad crun "$(tail -n 2 "$work/said" | tr '\n' ' ')" ;;
  esac
else
  skip crun "crun is not installed"
fi
nothing_left runtimes-leave-nothing

# A remote engine, and no engine at all.
DOCKER_HOST=tcp://127.0.0.1:2375 "$TARE" run "$work/plan.json" -o "$work/x" >"$work/said" 2>&1
same remote-engine-exit-code 5 $?
check remote-engine-is-refused grep -qF "docker: DOCKER_HOST, got tcp://127.0.0.1:2375, expected unix:///PATH" "$work/said"
[ ! -e "$work/x" ] || bad refused-before-anything-is-made "$work/x is there"
if [ -S /var/run/docker.sock ]; then
  skip no-engine "an engine runs on this host"
else
  : >"$work/empty"
  # shellcheck disable=SC2016 # expanded by the inner shell
  out=$(unshare -m sh -c 'mount --bind "$1" "$(command -v dockerd || echo /usr/sbin/dockerd)" && shift && "$@"' \
    sh "$work/empty" "$TARE" run "$work/plan.json" -o "$work/x" 2>&1)
  same no-engine-exit-code 5 $?
  same no-engine "tare: arm docker: docker: no engine answers at /var/run/docker.sock and dockerd is not installed, expected one of them; run: apt-get install docker.io" "$out"
fi

# Podman's service, outside the lab.
if ! command -v podman >/dev/null; then
  skip podman "podman is not installed"
  exit
fi
pm=$work/pm
mkdir "$pm"
ls -d /run/libpod /run/runc /run/crun /run/containers >"$work/run-before" 2>/dev/null
sh tests/system/private-podman.sh "$pm" >"$pm/log" 2>&1 &
podman=$!
ask_podman() { curl -s --max-time 10 --unix-socket "$pm/s" "http://engine$1" | tr -d '\n'; }
end=$((SECONDS + 30))
until [ "$(ask_podman /_ping)" = OK ] || [ $SECONDS -ge $end ]; do pause 0.1; done
export DOCKER_HOST=unix://$pm/s
plan "$work/podman.json" 0.2 1,2 '"container",{"name":"podman","platform":"docker"}'
check podman-service "$TARE" run "$work/podman.json" -o "$work/podman"
check podman-samples python3 "$work/look.py" "$work/podman" podman "$boot"
same podman-is-described "outside the lab|Podman" \
  "$(json "$work/podman/run.json" '"|".join([d["arms"]["podman"]["engine_place"], d["arms"]["podman"]["engine_version"].split()[0]])' 2>&1 | tail -1)"
same podman-why-nobody-asked "it has no address in the lab (an engine outside keeps its own bridge and NAT), so no client there can reach it" \
  "$(python3 -c 'import json,sys; print({s["reason"] for s in map(json.loads, open(sys.argv[1])) if s.get("metric") == "boot.first_response" and s["arm"] == "podman"}.pop())' "$work/podman/samples.jsonl" 2>&1 | tail -1)"
same podman-keeps-nothing '[]|[]' "$(ask_podman '/containers/json?all=1')|$(ask_podman '/images/json?all=1')"

# The harness killed: the guardian has it removed there.
in_background "$work/podman.json"
pause 1.7
kill -KILL "$run"
wait "$run" 2>/dev/null
end=$((SECONDS + 20))
while [ $SECONDS -lt $end ]; do
  left="$(ask_podman '/containers/json?all=1')|$(ask_podman '/images/json?all=1')"
  [ "$left" = '[]|[]' ] && break
  pause 0.2
done
same podman-keeps-nothing-of-a-killed-run '[]|[]' "$left"

kill $podman
wait $podman 2>/dev/null
unset DOCKER_HOST
# What Podman itself leaves.
for folder in /run/libpod /run/runc /run/crun /run/containers; do
  grep -qx $folder "$work/run-before" || rm -rf $folder
done
find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*' -exec rmdir {} + 2>/dev/null
umount "$pm/root/overlay" 2>/dev/null
nothing_left podman-leaves-nothing
