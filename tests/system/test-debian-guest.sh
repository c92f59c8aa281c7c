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
arms=(host container container-debian system-container vm)
if command -v dockerd >/dev/null || [ -x /usr/sbin/dockerd ]; then
  arms+=(docker-debian)
  unset DOCKER_HOST
else
  skip docker-debian "dockerd is not installed"
fi
cat >"$work/plan.json" <<END
{"schema": "tare/plan/1", "name": "both", "help": "", "arms": [$(printf '"%s",' "${arms[@]}" | sed 's/,$//')],
 "workloads": ["nginx", "redis"], "memory": "64 MiB", "blocks": 1, "warmup": 0, "settle": 0.3,
 "network": {"seconds": 0.3, "omit": 0.1}, "keep_census": true}
END
check both-run "$TARE" run "$work/plan.json" --quick -o "$work/both"
[ -s "$work/both/run.json" ] || exit
same both-complete complete "$(json "$work/both/run.json" 'd["status"]')"
for w in nginx redis; do
  same "$w-payload-equal" equal "$(json "$work/both/run.json" "[e['status'] for e in d['equivalence'] if e['aspect']=='payload' and e['workload']=='$w'][0]")"
  for a in "${arms[@]}"; do
    holds "$w-$a-answers" "$(value "$work/both" "$a" $w boot.ready)" 'v > 0'
  done
done
holds nginx-large-body "$(value "$work/both" container nginx network.http)" 'v > 0'
# nginx is a master and a worker, whatever runs them.
same nginx-host-processes 3 "$(value "$work/both" host nginx processes.host | cut -d. -f1)"
same nginx-debian-processes 3 "$(value "$work/both" container-debian nginx processes.host | cut -d. -f1)"
if [[ " ${arms[*]} " == *" docker-debian "* ]]; then
  # and the engine's shim
  same nginx-docker-debian-processes 4 "$(value "$work/both" docker-debian nginx processes.host | cut -d. -f1)"
  same docker-debian-hash "$(cat "$cache/debian/hash")" "$(json "$work/both/run.json" "d['arms']['docker-debian']['image_sha256']")"
fi
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

# ---- the image's files are all there, and are these: told from inside
sum=$(cd "$cache/debian/tree" && find usr -xdev -type f -printf '%p %s %m %U\n' | LC_ALL=C sort | sha256sum | cut -c 1-64)
cat >"$work/files.json" <<END
{"schema": "tare/workload/1", "name": "files", "timeout": 60,
 "command": ["/bin/sh", "-c", "cd / && echo sum \$(find usr -xdev -type f -printf '%p %s %m %U\\\\n' | LC_ALL=C sort | sha256sum | cut -c 1-64); exec sleep 1000"],
 "ready": {"line": "sum $sum"}}
END
debian=()
for a in "${arms[@]}"; do [[ $a == *-debian ]] && debian+=(--arm "$a"); done
check image-files-are-there "$TARE" run --workload "$work/files.json" "${debian[@]}" --quick -o "$work/files"

# ---- what the systems say of themselves, from inside: a command that is ready when systemd is
cat >"$work/says.json" <<'END'
{"schema": "tare/workload/1", "name": "says", "timeout": 60,
 "command": ["/bin/bash", "-c", "s=$(systemctl is-system-running --wait); systemd-analyze time >/dev/tcp/10.222.0.1/4711; echo state $s $(systemctl is-active multi-user.target) $(cat /proc/1/comm); exec sleep 1000"],
 "ready": {"line": "state running active systemd"}}
END
cat >"$work/says-plan.json" <<'END'
{"schema": "tare/plan/1", "name": "says", "help": "", "arms": ["system-container", "vm-debian"], "base": "system-container",
 "workloads": ["says.json"], "memory": "64 MiB", "blocks": 1, "warmup": 0, "settle": 4, "keep_census": true,
 "network": {"seconds": 0.3, "omit": 0.1}, "probes": ["processes", "boot"]}
END
# What systemd says of its own start comes to a listener in the lab, at the bridge's address.
cat >"$work/listen.py" <<'END'
import socket
s = socket.create_server(("0.0.0.0", 4711))
while True:
    c = s.accept()[0]
    said = b""
    while part := c.recv(4096):
        said += part
    print(said.decode().split("\n")[0], flush=True)
END
here=$(readlink /proc/self/ns/net)
"$TARE" run "$work/says-plan.json" --quick -o "$work/says" >"$work/out" 2>&1 &
run=$!
while [ "$(readlink /proc/$run/ns/net)" = "$here" ]; do read -rt 0.02 <> <(:) || true; done
nsenter -t $run -n python3 "$work/listen.py" >"$work/analyzed" 2>"$work/listen.err" &
listener=$!
wait $run
same systems-run 0 $?
kill $listener
wait $listener 2>/dev/null
same systems-complete complete "$(json "$work/says/run.json" 'd["status"]' 2>&1)"
holds guest-init "$(value "$work/says" vm-debian says boot.init)" 'v > 0'
# systemd-analyze and the host's clock, of one and the same boot (the last of the guest's). Our agent is the last service to
# start: its first byte comes when systemd says that all has started, less what the kernel did before its clock began.
cat >"$work/clocks.py" <<'END'
import re, sys
kernel_at, init_at, ready_at = map(float, sys.argv[2:5])
last = [l for l in open(sys.argv[1]) if "(kernel)" in l][-1]
def seconds(what):
    text = re.search(r"((?:[0-9.]+(?:min|ms|s) )+)\(%s\)" % what, last).group(1)
    return sum(float(n) * {"min": 60, "s": 1, "ms": 0.001}[u] for n, u in re.findall(r"([0-9.]+)(min|ms|s)", text))
kernel, user = seconds("kernel"), seconds("userspace")
print("%s; host's clock: first byte to init %.2f s, to ready %.2f s" % (last.strip(), init_at - kernel_at, ready_at - kernel_at))
whole = kernel + user
if abs(init_at - kernel_at - whole) > 0.2 * whole + 3:
    sys.exit("the agent did not start when systemd says that all had")
if not 0 < kernel < user or ready_at - kernel_at < whole - 1:
    sys.exit("systemd saw more than the host's clock")
END
check systemd-analyze-agrees python3 "$work/clocks.py" "$work/analyzed" "$(value "$work/says" vm-debian says boot.kernel)" \
  "$(value "$work/says" vm-debian says boot.init)" "$(value "$work/says" vm-debian says boot.ready)"
sed 's/^/# /' "$work/out"
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
