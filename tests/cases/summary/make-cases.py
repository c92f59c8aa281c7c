#!/usr/bin/env python3
"""Makes run.json and samples.jsonl of the golden cases here, from a fixed seed. Run from this folder. The expected
summary.json comes from TARE_GOLDEN=1 and is checked by tests/oracles/check-summary.py."""
import json
import os
import random

UNITS = {"memory": "B", "processes": "1", "boot": "s", "network": "bit/s", "network.cpu_rest": "s/GiB"}


class Case:
    def __init__(self, name, seed, plan, arms):
        self.name, self.random = name, random.Random(seed)
        self.run = {"schema": "tare/run/1", "id": "%016x" % seed, "started": "2024-06-01T00:00:00Z",
                    "seed": seed, "plan": plan, "arms": arms}
        self.lines, self.trial = [], 0

    def trial_of(self, block, arm, instances, values, attempt=0, flags=(), done=True, flagged=("boot.", "network.")):
        cell = {"block": block, "trial": self.trial, "attempt": attempt, "arm": arm, "workload": "http",
                "instances": instances}
        for metric, value in values.items():
            line = dict(cell, metric=metric, unit=UNITS.get(metric) or UNITS[metric.split(".")[0]])
            if isinstance(value, str):
                status, reason = value.split(": ", 1)
                line.update(value=None, status=status, reason=reason)
            else:
                line.update(value=value, status="ok")
            line["flags"] = list(flags) if metric.startswith(flagged) else []
            self.lines.append(line)
        if done:
            self.lines.append(dict(cell, done=True))
        self.trial += 1

    def write(self):
        os.makedirs(self.name, exist_ok=True)
        with open(self.name + "/run.json", "w") as out:
            json.dump(self.run, out, indent=1)
            out.write("\n")
        with open(self.name + "/samples.jsonl", "w") as out:
            for line in self.lines:
                out.write(json.dumps(line, separators=(",", ":")) + "\n")


def plan(blocks, warmup, arms, instances, primary):
    return {"schema": "tare/plan/1", "name": "case", "blocks": blocks, "warmup": warmup, "arms": arms,
            "workloads": ["http"], "instances": instances, "base": "host",
            "margins": {"time": 0.05, "memory": 0.03}, "primary": primary}


PRIMARY = ["memory.pss", "processes.total", "boot.ready", "network.rx", "memory.host_delta"]
KIND = {"host": (1, 0), "netns": (1, 0), "container": (1.1, 0), "vm": (60, 40e6)}


def values(case, arm, scale=1.0, count=None):
    r = case.random
    factor, code = KIND[arm]
    noise = lambda sd: r.lognormvariate(0, sd)
    total = {"host": 1, "netns": 1, "container": 2, "vm": 3}[arm] if count is None else count
    return {
        "memory.pss": round(2e6 * factor * noise(0.01) + code),
        "memory.emulator_code": code,
        "memory.host_delta": round((2.4e6 * factor + code) * noise(0.01)),
        "memory.guest_used": "skipped: no kernel of its own" if arm != "vm" else round(4e7 * noise(0.02)),
        "processes.host": total,
        "processes.total": total + (60 if arm == "vm" else 0),
        "boot.kernel": "skipped: no kernel of its own" if arm != "vm" else round(0.9 * noise(0.05), 6),
        "boot.ready": round(0.002 * scale * (2000 if arm == "vm" else factor) * noise(0.05), 7),
        "network.rx": round(9e9 / (4 if arm == "vm" else 1) * (2 if arm == "host" else 1) * noise(0.08)),
        "network.cpu_rest": round(r.gauss(0, 0.05), 4),
    }


def emulated():
    """One warm-up and 8 blocks under TCG: one block repeated, one cut short, a count that varies, an outlier."""
    arms = ["host", "netns", "container", "vm"]
    c = Case("emulated", 11, plan(8, 1, arms, [1], PRIMARY),
             {a: {"platform": "host" if a == "netns" else a, "emulated": a == "vm"} for a in arms})
    for block in range(9):
        for arm in c.random.sample(arms, 4):
            v = values(c, arm, count=2 if (block, arm) == (4, "container") else 3 if (arm == "container") else None)
            if (block, arm) == (6, "netns"):
                v["boot.ready"] = 0.2
            if (block, arm) == (2, "vm"):
                v["network.rx"] = "failed: the receiver said nothing"
            c.trial_of(block, arm, 1, v, flags=["emulated"] * (arm == "vm") + ["foreign_cpu"] * (block == 5),
                       done=(block, arm) != (8, "vm"))
        if block == 5:
            for arm in c.random.sample(arms, 4):
                c.trial_of(block, arm, 1, values(c, arm), attempt=1,
                           flags=["emulated"] if arm == "vm" else [])
    c.write()


def native():
    """20 blocks under KVM: five primaries, p95, a metric with two modes."""
    arms = ["host", "container", "vm"]
    c = Case("native", 12, plan(20, 0, arms, [1], PRIMARY),
             {a: {"platform": a, "emulated": False} for a in arms})
    for block in range(20):
        for arm in c.random.sample(arms, 3):
            v = values(c, arm, scale=1.5 if arm == "container" and block % 2 else 1)
            v["memory.emulator_code"] = 0
            c.trial_of(block, arm, 1, v)
    c.write()


def slope():
    """Several instance counts with the empty set: slopes, and memory.tare from them."""
    arms = ["host", "container", "vm"]
    each = {"host": 1.5e6, "container": 1.9e6, "vm": 9e7}
    c = Case("slope", 13, plan(7, 0, arms, [0, 1, 2, 4], ["memory.host_delta"]),
             {a: {"platform": a, "emulated": a == "vm"} for a in arms})
    for block in range(7):
        for arm in arms:
            for n in (0, 1, 2, 4):
                r = c.random
                code = 3e7 if arm == "vm" else 0
                v = {"memory.host_delta": round(r.gauss(0, 2e5) if n == 0 else (each[arm] * n + 8e5 + r.gauss(0, 2e5)) / n),
                     "memory.fixed": 5000000 if arm == "vm" else 0, "processes.host": 1}
                if arm == "vm":
                    v["memory.emulator_code"] = code if n else 0
                if n:
                    v["memory.pss"] = round(each[arm] * 0.8 * r.lognormvariate(0, 0.01))
                c.trial_of(block, arm, n, v)
    c.write()


def few():
    """A quick run: one block, and an arm that never finished."""
    arms = ["host", "container", "vm"]
    c = Case("few", 14, plan(1, 0, arms, [1], PRIMARY), {a: {"platform": a, "emulated": False} for a in arms})
    for arm in ("host", "container"):
        c.trial_of(0, arm, 1, values(c, arm))
    c.write()


def empty():
    c = Case("empty", 15, plan(6, 1, ["host"], [1], []), {"host": {"platform": "host", "emulated": False}})
    c.write()


def ledger():
    """The memory ledger over N: parts that add up but for a residual, a block in which one part was not told."""
    parts = {"host": {"workload": 7e4, "kernel": 1.5e5, "runtime": 9e4},
             "container": {"workload": 7e4, "kernel": 3e5, "runtime": 9e4},
             "vm": {"workload": 2e5, "guest_kernel": 6e7, "guest_userland": 1e5, "guest_cache": 1e6, "guest_freed": 5e7,
                    "vmm": 3e7, "translation": 3.3e7, "kernel": 7e5, "kernel_outside": 1e5, "runtime": 5e4}}
    every = list(parts["vm"])
    arms = ["host", "container", "vm"]
    c = Case("ledger", 16, plan(6, 0, arms, [0, 1, 2, 4], PRIMARY),
             {a: {"platform": a, "emulated": a == "vm"} for a in arms})
    for block in range(6):
        for arm in c.random.sample(arms, 3):
            for n in (0, 1, 2, 4):
                r = c.random
                v = {"memory.part_" + p: round(parts[arm].get(p, 0) * r.lognormvariate(0, 0.01)) if n else 0 for p in every}
                v["memory.host_delta"] = sum(v.values()) + round(r.gauss(0, 2e5))
                v["memory.emulator_code"] = v["memory.part_translation"]
                if (block, arm, n) == (3, "vm", 2):
                    v["memory.part_guest_freed"] = "failed: agent: no answer"
                c.trial_of(block, arm, n, v, flags=("emulated",) if arm == "vm" and n else (),
                           flagged=("memory.host_delta", "memory.part_translation"))
    c.write()


for make in (emulated, native, slope, few, empty, ledger):
    make()
