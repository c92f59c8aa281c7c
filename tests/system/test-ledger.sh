#!/bin/bash
# test-ledger.sh - the memory and process ledgers on real platforms: one VM and one container. Counts are asserted;
# the residual is printed only, for MemAvailable belongs to the whole host, and others may be at work on it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
need_root ledger
inventory >"$work/before"
arms='"host", "container", "vm"'
if ! compgen -G "${TARE_CACHE:-/var/cache/tare}/kernel-*" >"$work/kernels"; then
  skip ledger-vm "no guest kernel in the cache"
  arms='"host", "container"'
fi
cat >"$work/plan.json" <<EOF
{"schema": "tare/plan/1", "name": "ledger", "blocks": 2, "warmup": 0, "arms": [$arms], "workloads": ["idle"],
 "instances": [1], "memory": "64 MiB", "settle": 0.5, "probes": ["memory", "processes"],
 "primary": ["processes.total"], "limits": {"foreign_cpu": 1000, "steal": 1000, "swap_ins": 1e9, "throttled": 1e9},
 "allow": $(python3 -c 'import json,sys; print(json.dumps(json.load(open(sys.argv[1])).get("allow", {})))' workloads/plans/default.json)}
EOF
if ! timeout 180 "$TARE" run "$work/plan.json" -o "$work/run" >"$work/out" 2>&1; then
  bad run "$(tail -n 3 "$work/out" | tr '\n' ' ')"
  exit 1
fi
ok run
python3 - "$work/run" <<'EOF' || failed=1
import json, sys
rows = {(r["metric"], r["arm"]): r for r in json.load(open(sys.argv[1] + "/summary.json"))["metrics"]}
arms = sorted({a for _, a in rows})
parts = ["workload", "guest_kernel", "guest_userland", "guest_cache", "guest_freed", "vmm", "translation", "kernel",
         "kernel_outside", "runtime"]
bad = 0


def check(name, good, got):
    global bad
    print("ok %s" % name if good else "not ok %s: got %s" % (name, got))
    bad += not good


for arm in arms:
    value = {p: rows["memory.part_" + p, arm] for p in parts}
    check("ledger-%s-whole" % arm, all(v["status"] == "ok" for v in value.values()), [p for p in parts if value[p]["status"] != "ok"])
    total = sum(v["median"] or 0 for v in value.values())
    delta, rest = (rows[m, arm]["median"] for m in ("memory.host_delta", "memory.part_residual"))
    print("# %s: parts %.0f KiB, host_delta %.0f KiB, residual %.0f KiB" % (arm, total / 1024, delta / 1024, rest / 1024))
    count = rows["processes.total", arm]
    check("ledger-%s-count-exact" % arm, count["min"] == count["max"], count["values"])
    if rows["memory.guest_total", arm]["status"] == "ok" and rows["processes.guest_kernel", arm]["median"] > 0:
        held = total - sum(value[p]["median"] for p in ("kernel", "kernel_outside", "runtime"))
        # what the host charges to the cgroup as anonymous and shared is an independent sum of the same
        charged = sum(rows["memory.cgroup_" + k, arm]["median"] for k in ("anon", "shmem"))
        check("ledger-%s-parts-are-the-charge" % arm, abs(held - charged) < 0.03 * charged, (held, charged))
        check("ledger-%s-sizes" % arm, rows["memory.vmm_virtual", arm]["median"] > rows["memory.part_vmm", arm]["median"], "")
    else:
        check("ledger-%s-two" % arm, count["median"] == 2, count["median"])
        for p in ("guest_kernel", "guest_freed", "vmm", "translation"):
            check("ledger-%s-no-%s" % (arm, p), value[p]["median"] == 0, value[p]["median"])
sys.exit(bad > 0)
EOF
check chart test -s "$work/run/charts/ledger.gp"
check report-says grep -q '## Memory ledger' "$work/run/report.md"
check report-left-out grep -q 'beside it kernel memory' "$work/run/report.md"
clean left "$work/before"
