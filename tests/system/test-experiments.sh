#!/bin/bash
# The experiments of the argument on real instances: what each finds, that each control is found, and that nothing stays.
. "$(dirname "$0")/lib.sh"
need_root experiments
inventory >"$work/before"
cat >"$work/plan.json" <<'E2'
{"schema": "tare/plan/1", "name": "experiments", "blocks": 1, "warmup": 0, "settle": 0, "instances": [2], "workloads": ["idle"],
 "arms": ["host", {"name": "strict", "platform": "container"}, {"name": "container", "platform": "container", "ia32": true},
  {"name": "vm", "platform": "vm", "swap": "64 MiB"}],
 "probes": ["kernels", "identity", "modules", "address", "virtual", "virtual32", "runtime"], "primary": ["kernel.instances"]}
E2
cat >"$work/look.py" <<'E2'
import json, sys
folder, arm = sys.argv[1:3]
value, reason = {}, {}
for line in open(folder + "/samples.jsonl"):
    d = json.loads(line)
    if d["arm"] == arm and "metric" in d:
        value[d["metric"]], reason[d["metric"]] = d["value"], d.get("reason")
evidence = {}
for line in open(folder + "/evidence.jsonl"):
    d = json.loads(line)
    if d["arm"] == arm:
        evidence[d["kind"]] = d["data"]
MiB = 1 << 20
def v(name):
    return value["virtual." + name]
def is_(aspect):
    return sorted({r["is"] for r in evidence["identity"]["table"] if r["aspect"] == aspect})
print(eval(sys.argv[3]))
E2
look() { python3 "$work/look.py" "$work/run" "$@"; } # ARM EXPRESSION

"$TARE" run "$work/plan.json" --seed 1 -o "$work/run" >"$work/out" 2>"$work/err" </dev/null
same exit 0 $?
check schemas python3 tests/validate.py "$work/run"
for arm in host strict container vm; do
  # Two instances of two processes, each with a value of its own; of two that share, the first reads the second's.
  same "$arm-address" "0 2" "$(look $arm 'int(value["address.foreign"])') $(look $arm 'int(value["address.foreign_shared"])')"
  same "$arm-address-rows" "4 [1, 2, 3, 4]" "$(look $arm 'str(len(evidence["address"]["own"])) + " " + str([r["read"] for r in evidence["address"]["own"]])')"
  same "$arm-promised" True "$(look $arm 'v("promised") == 16 * v("limit") // 4096 * 4096')"
  same "$arm-resident" True "$(look $arm 'v("touched") >= MiB and v("resident") + (v("swapped") or 0) == v("touched")')"
  same "$arm-curve" True "$(look $arm 'len(evidence["curve"]["points"]) == 9 and evidence["curve"]["points"][0]["resident"] == 0')"
  same "$arm-control-hangs" "0.0 True" "$(look $arm 'str(float(value["runtime.supervised_survives_stop"])) + " " + str(evidence["runtime"]["control"]["again"] > 0)')"
done
# A disk of its own: what the process touches beyond the guest's memory is found in swap.
same vm-swapped True "$(look vm 'v("swapped") >= 8 * MiB and v("touched") > evidence["curve"]["available"] and evidence["curve"]["swap"] == 64 * MiB - 4096')"
same vm-swap-grows True "$(look vm '(lambda s: s == sorted(s) and s[0] == 0)([p["swapped"] for p in evidence["curve"]["points"]])')"
for arm in host container vm; do
  case $(look $arm 'reason["virtual32.told"]') in
  None)
    same "$arm-32-bit" True "$(look $arm 'value["virtual32.told"] == 2**32 > value["virtual32.granted"] > 2**31 and 8 * MiB <= value["virtual32.resident"] < 9 * MiB')"
    ;;
  *) skip "$arm-32-bit" "$(look $arm 'reason["virtual32.told"]')" ;;
  esac
done
same strict-32-bit "the system call filter here allows no 32-bit programs" "$(look strict 'reason["virtual32.granted"]')"
same host-identity "True ['host'] ['host']" "$(look host 'value["identity.own"] == 0 and value["identity.shared"] >= 7') $(look host 'is_("boot_id")') $(look host 'is_("mac")')"
same container-identity "['own'] ['own'] ['own'] ['host'] ['host'] ['host']" \
  "$(look container '" ".join(str(is_(a)) for a in ("hostname", "pid1", "mac", "kernel", "boot_id", "mem_total"))')"
same vm-identity "['own'] ['own'] ['own'] ['own'] ['own']" \
  "$(look vm '" ".join(str(is_(a)) for a in ("hostname", "boot_id", "pid1", "mac", "mem_total"))')"
same kernels "1 1 2" "$(for arm in host container vm; do look $arm 'int(value["kernel.instances"])'; done | xargs)"
same shared-text True "$(look container '0 < value["memory.shared_text"] < 64 * MiB')"
same container-module "0.0 0.0" "$(look container 'str(float(value["kernel.module_loaded"])) + " " + str(float(value["kernel.own_release"]))')"
same vm-module "1.0 1.0" "$(look vm 'str(float(value["kernel.module_loaded"])) + " " + str(float(value["kernel.own_release"]))')"
# A root process of the host may load modules where the kernel has them: that is never tried.
same host-module True "$(look host 'value["kernel.module_loaded"] == 0 or reason["kernel.module_loaded"].startswith("it may load modules into the host")')"
same container-runtime "no runtime is left once it has started: no process serves it" "$(look container 'reason["runtime.survives_stop"]')"
# libvirt's helper serves the guests: stopped, they go on.
same vm-survives 1.0 "$(look vm 'float(value["runtime.survives_stop"])')"
same vm-runtime-calls True "$(look vm 'value["runtime.syscalls"] is None or value["runtime.syscalls"] >= 0')"
clean nothing-left "$work/before"

# An engine of the run's own: daemons and shims are stopped, and the containers work on.
if command -v dockerd >/dev/null || [ -x /usr/sbin/dockerd ]; then
  cat >"$work/docker.json" <<'E2'
{"schema": "tare/plan/1", "name": "engine", "blocks": 1, "warmup": 0, "settle": 0, "instances": [2], "workloads": ["idle"], "base": "docker",
 "arms": [{"name": "docker", "platform": "docker", "engine": "private"}],
 "probes": ["kernels", "identity", "modules", "virtual32", "runtime"], "primary": ["kernel.instances"]}
E2
  "$TARE" run "$work/docker.json" --seed 1 -o "$work/run-docker" >"$work/out" 2>"$work/err" </dev/null
  same docker-exit 0 $?
  mv "$work/run" "$work/run-arms" && mv "$work/run-docker" "$work/run"
  check docker-schemas python3 tests/validate.py "$work/run"
  same docker-survives "1.0 0.0" "$(look docker 'float(value["runtime.survives_stop"])') $(look docker 'float(value["runtime.supervised_survives_stop"])')"
  same docker-runtime "True 2" "$(look docker '"dockerd" in evidence["runtime"]["processes"]') $(look docker 'sum(p.startswith("containerd-shim") for p in evidence["runtime"]["processes"])')"
  same docker-kernel "1.0 0.0 0.0" "$(look docker 'float(value["kernel.instances"])') $(look docker 'float(value["kernel.module_loaded"])') $(look docker 'float(value["kernel.own_release"])')"
  same docker-counted True "$(look docker 'value["runtime.syscalls"] is None and reason["runtime.syscalls"] != "" or value["runtime.syscalls"] >= 0')"
else
  skip docker-survives "dockerd is not installed"
fi

# Page merging: on while the arm's guests live, as it was afterwards, also when the harness is killed meanwhile.
ksm=/sys/kernel/mm/ksm
if [ ! -w $ksm/run ]; then
  skip ksm "no writable $ksm"
  exit
fi
setting() { echo "$(cat $ksm/run) $(cat $ksm/pages_to_scan) $(cat $ksm/sleep_millisecs)"; }
was=$(setting)
cat >"$work/ksm.json" <<'E2'
{"schema": "tare/plan/1", "name": "merging", "blocks": 1, "warmup": 0, "settle": 0, "instances": [4], "workloads": ["idle"],
 "arms": [{"name": "off", "platform": "vm", "ksm": "off"}, {"name": "on", "platform": "vm", "ksm": "on"}],
 "base": "off", "probes": ["memory"], "primary": ["memory.host_delta"]}
E2
"$TARE" run "$work/ksm.json" --seed 1 -o "$work/run-ksm" >"$work/out" 2>"$work/err" </dev/null
same ksm-exit 0 $?
same ksm-restored "$was" "$(setting)"
mv "$work/run" "$work/run-before" && mv "$work/run-ksm" "$work/run"
same ksm-off False "$(look off 'evidence["ksm"]["on"]')"
# Four guests of one kernel: at least a megabyte is theirs in common.
same ksm-on "True True" "$(look on 'evidence["ksm"]["on"]') $(look on 'evidence["ksm"]["pages_sharing"] >= 256')"
"$TARE" run "$work/ksm.json" --seed 1 -o "$work/killed" >"$work/out" 2>"$work/err" </dev/null &
pid=$!
deadline=$((SECONDS + 120))
until [ "$(cat $ksm/run)" = 1 ] || ! kill -0 $pid 2>/dev/null || [ $SECONDS -ge $deadline ]; do read -rt 0.05 <> <(:) || true; done
same ksm-set-before-the-kill 1 "$(cat $ksm/run)"
kill -9 $pid
wait $pid 2>/dev/null
deadline=$((SECONDS + 15))
until [ "$(setting)" = "$was" ] || [ $SECONDS -ge $deadline ]; do read -rt 0.05 <> <(:) || true; done
same ksm-restored-after-kill "$was" "$(setting)"
clean nothing-left-after-kill "$work/before"
