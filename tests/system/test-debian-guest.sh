#!/bin/bash
# A whole Debian: as a VM's guest with systemd, as the files of a container, and with systemd in a container; nginx and redis
# from the same image as processes, in containers and in VMs.
. "$(dirname "$0")/lib.sh"
need_root debian-guest
cache=${TARE_CACHE:-/var/cache/tare}
check image-made sh workloads/images/make-debian.sh
[ -s "$cache/debian/disk.ext4" ] || exit
disk_before=$(sha256sum <"$cache/debian/disk.ext4")
inventory >"$work/before"
overlays() { find "$cache" -maxdepth 1 -name 'overlay-*' | wc -l; }

# value FILE ARM WORKLOAD METRIC: the value of the only sample.
value() {
  python3 - "$@" <<'END'
import json, sys
for line in open(sys.argv[1] + "/samples.jsonl"):
    s = json.loads(line)
    if (s.get("arm"), s.get("workload"), s.get("metric")) == tuple(sys.argv[2:5]):
        print(s["value"] if s["status"] == "ok" else s["status"] + ": " + s.get("reason", ""))
END
}
# holds NAME VALUE CONDITION: a Python condition over v.
holds() {
  if python3 -c 'import sys; v=float(sys.argv[1]); sys.exit(not eval(sys.argv[2]))' "$2" "$3" 2>/dev/null; then ok "$1"; else bad "$1" "got '$2', expected $3"; fi
}

# ---- nginx and redis, the same bytes in every arm
cat >"$work/plan.json" <<'END'
{"schema": "tare/plan/1", "name": "both", "help": "", "arms": ["host", "container", "container-debian", "system-container", "vm"],
 "workloads": ["nginx", "redis"], "memory": "64 MiB", "blocks": 1, "warmup": 0, "settle": 0.3,
 "network": {"seconds": 0.3, "omit": 0.1}, "keep_census": true}
END
check both-run "$TARE" run "$work/plan.json" --quick -o "$work/both"
[ -s "$work/both/run.json" ] || exit
same both-complete complete "$(json "$work/both/run.json" 'd["status"]')"
for w in nginx redis; do
  same "$w-payload-equal" equal "$(json "$work/both/run.json" "[e['status'] for e in d['equivalence'] if e['aspect']=='payload' and e['workload']=='$w'][0]")"
  for a in host container container-debian system-container vm; do
    holds "$w-$a-answers" "$(value "$work/both" $a $w boot.ready)" 'v > 0'
  done
done
holds nginx-large-body "$(value "$work/both" container nginx network.http)" 'v > 0'
# nginx is a master and a worker, whatever runs them.
same nginx-host-processes 3 "$(value "$work/both" host nginx processes.host | cut -d. -f1)"
same nginx-debian-processes 3 "$(value "$work/both" container-debian nginx processes.host | cut -d. -f1)"
holds nginx-system-processes "$(value "$work/both" system-container nginx processes.host)" 'v >= 6'
same system-declared declared "$(json "$work/both/run.json" "[e['status'] for e in d['equivalence'] if e['aspect']=='init' and e['workload']=='nginx'][0]")"
same hashes-named 64 "$(json "$work/both/run.json" "len(d['arms']['container-debian']['image_sha256'])")"

# ---- redis answers its protocol: set and get
cat >"$work/exchange.json" <<END
{"schema": "tare/workload/1", "name": "exchange", "command": ["/usr/bin/redis-server", "/etc/tare/redis.conf"],
 "files": ["debian:/usr/bin/redis-server", "$PWD/workloads/redis"],
 "ready": {"tcp": 6379, "send": "SET tare 42\\r\\nGET tare\\r\\n", "expect": "+OK\\r\\n\$2\\r\\n42\\r\\n"}}
END
check redis-set-get "$TARE" run --workload "$work/exchange.json" --arm container-debian --arm container --quick -o "$work/exchange"
sed -i 's/42.r.n"}/43\\r\\n"}, "timeout": 1/' "$work/exchange.json"
"$TARE" run --workload "$work/exchange.json" --arm container --quick -o "$work/wrong" >/dev/null 2>"$work/err"
same redis-wrong-answer 7 $?
check redis-wrong-answer-said grep -q 'workload was not ready in time' "$work/err"

# ---- what the systems say of themselves, from inside: a command that is ready when systemd is
cat >"$work/says.json" <<'END'
{"schema": "tare/workload/1", "name": "says", "timeout": 60,
 "command": ["/bin/sh", "-c", "echo state $(systemctl is-system-running --wait) $(systemctl is-active multi-user.target) $(cat /proc/1/comm); exec sleep 1000"],
 "ready": {"line": "state running active systemd"}}
END
cat >"$work/says-plan.json" <<'END'
{"schema": "tare/plan/1", "name": "says", "help": "", "arms": ["system-container", "vm-debian"], "base": "system-container",
 "workloads": ["says.json"], "memory": "64 MiB", "blocks": 1, "warmup": 0, "settle": 4, "keep_census": true,
 "network": {"seconds": 0.3, "omit": 0.1}, "probes": ["processes", "boot"]}
END
check systems-run "$TARE" run "$work/says-plan.json" --quick -o "$work/says"
same systems-complete complete "$(json "$work/says/run.json" 'd["status"]' 2>&1)"
holds guest-init "$(value "$work/says" vm-debian says boot.init)" 'v > 0'
# systemd, journald, logind, udevd, D-Bus, two gettys, the agent, the shell or what it became.
holds guest-user "$(value "$work/says" vm-debian says processes.guest_user)" '8 <= v <= 12'
for p in systemd systemd-journal systemd-logind dbus-daemon agent; do
  check "guest-has-$p" grep -q "vm-debian.*\"guest_user\".*\"$p\"" "$work/says/census.jsonl"
done
same disk-untouched "$disk_before" "$(sha256sum <"$cache/debian/disk.ext4")"

# ---- killed at once, nothing of it stays
"$TARE" run "$work/says-plan.json" --quick --arm vm-debian -o "$work/killed" >/dev/null 2>&1 &
pid=$!
for _ in $(seq 600); do
  [ "$(overlays)" -gt 0 ] && break
  read -rt 0.1 <> <(:) || true
done
check overlay-was-there test "$(overlays)" -gt 0
kill -KILL $pid
wait $pid 2>/dev/null
"$TARE" gc >/dev/null 2>&1
for _ in $(seq 100); do
  [ "$(overlays)" = 0 ] && break
  read -rt 0.1 <> <(:) || true
done
same no-overlay-left 0 "$(overlays)"
clean nothing-left "$work/before"
