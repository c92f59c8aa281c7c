#!/usr/bin/env python3
"""Works tests/cases/summary/*/summary.json out a second time, plainly and from the rules in results/README.md alone,
and compares. Run from the repository root after TARE_GOLDEN=1. Standard library only."""
import collections
import itertools
import json
import math
import os
import sys

CODE = {"memory." + m for m in ("pss", "uss", "rss", "cgroup", "cgroup_anon", "peak", "host_delta")}
RATIO = {"memory.pss", "memory.guest_used", "boot.kernel", "boot.ready", "network.rx"}
EXACT = {"processes.host", "processes.total"}
TIMES = ("boot.", "network.")
GUARDS = {"foreign_cpu", "steal", "swap", "throttled"}
UNCORRECTED = ("memory.virtual", "memory.vmm_", "memory.part_")


def median(x):
    x = sorted(x)
    n = len(x)
    return None if not n else (x[(n - 1) // 2] + x[n // 2]) / 2


def tail(k, n):
    return sum(math.comb(n, i) for i in range(k + 1)) / 2 ** n


def interval(x):
    x, n, c = sorted(x), len(x), 0
    while c < n // 2 and 2 * tail(c, n) <= 0.05:
        c += 1
    return (x[c - 1], x[n - c], 1 - 2 * tail(c - 1, n)) if c else (None, None, None)


def sign_p(d):
    d = [v for v in d if v]
    return min(1, 2 * tail(min(sum(v > 0 for v in d), sum(v < 0 for v in d)), len(d))) if d else 1


PARTS = ["workload", "guest_kernel", "guest_userland", "guest_cache", "guest_freed", "vmm", "translation", "kernel",
         "kernel_outside", "runtime"]


def slope(points):
    mx, my = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    return sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, y in points)


def near(a, b):
    if a is None or b is None or isinstance(a, (str, bool)):
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-7)


class Case:
    def __init__(self, folder):
        read = lambda f: json.load(open(os.path.join(folder, f)))
        self.folder, self.run, self.summary, self.checked, self.bad = folder, read("run.json"), read("summary.json"), 0, 0
        lines = [json.loads(l) for l in open(os.path.join(folder, "samples.jsonl"))]
        marks, guards = collections.defaultdict(set), collections.defaultdict(set)
        for l in lines:
            guards[l["block"], l["attempt"]] |= set(l.get("flags", ())) & GUARDS
            if l.get("done") and l["block"] >= self.run["plan"]["warmup"]:
                marks[l["block"], l["attempt"]].add((l["arm"], l["instances"]))
        cells = set().union(*marks.values()) if marks else set()
        self.attempt = {}
        for (block, attempt), got in sorted(marks.items()):
            first = self.attempt.get(block)
            if got == cells and (first is None or len(guards[block, attempt]) < len(guards[block, first])):
                self.attempt[block] = attempt
        self.values = collections.defaultdict(dict)
        for l in lines:
            if l.get("status") == "ok" and self.attempt.get(l["block"]) == l["attempt"]:
                self.values[l["metric"], l["arm"], l["instances"]][l["block"]] = l["value"]
        self.emulated = {a for a, o in self.run["arms"].items() if o["emulated"]}

    def equal(self, what, got, want):
        self.checked += 1
        if not near(got, want):
            self.bad += 1
            print(f"{self.folder}: {what}: got {got}, expected {want}")

    def series(self, metric, arm, n, less):
        v = self.values[metric, arm, n]
        if less and arm in self.emulated and metric in CODE:
            code = self.values["memory.emulator_code", arm, n]
            return {b: v[b] - code[b] for b in v if b in code}
        return v

    def tare(self, metric, arm, n, less):
        """memory.tare_pss, memory.tare (both against host) by block, and the scale of their margin."""
        if metric == "memory.tare_pss":
            a, b = (self.series("memory.pss", x, n, less) for x in (arm, "host"))
            return {k: a[k] - b[k] for k in a if k in b}, max(abs(median(a.values())), abs(median(b.values())))
        counts = sorted({k[2] for k in self.values if k[0] == "memory.host_delta" and k[1] == arm})
        if len(counts) == 1:
            a, b = (self.series("memory.host_delta", x, n, less) for x in (arm, "host"))
            return {k: a[k] - b[k] for k in a if k in b}, max(abs(median(a.values())), abs(median(b.values())))
        each = []
        for x in (arm, "host"):
            s = {c: self.series("memory.host_delta", x, c, less) for c in counts}
            each.append({k: slope([(c, s[c][k] * max(c, 1)) for c in counts]) for k in self.attempt})
        return {k: each[0][k] - each[1][k] for k in each[0]}, max(abs(median(e.values())) for e in each)

    def metric_row(self, r):
        name = f"{r['metric']} {r['arm']} {r['instances']}"
        if "tare" in r["metric"]:
            v = self.tare(r["metric"], r["arm"], r["instances"], False)[0]
        elif r["metric"] == "memory.part_residual":
            v = self.residual(r["arm"], r["instances"])
        else:
            v = self.series(r["metric"], r["arm"], r["instances"], False)
        x = list(v.values())
        lo, hi, coverage = interval(x)
        for key, want in (("n", len(x)), ("median", median(x)), ("lo", lo), ("hi", hi), ("coverage", coverage),
                          ("min", min(x, default=None)), ("max", max(x, default=None))):
            self.equal(f"{name} {key}", r[key], want)
        for got, b in itertools.zip_longest(r["values"], sorted(self.attempt)):
            self.equal(f"{name} block {b}", got, v.get(b))

    def comparison_row(self, r):
        metric, arm, base, n = r["metric"], r["arm"], r["base"], r["instances"]
        name = f"{metric} {arm}/{base} {n}"
        scale = None
        if "tare" in metric:
            a, scale = self.tare(metric, arm, n, True)
            b = dict.fromkeys(a, 0) if base == "host" else self.tare(metric, base, n, True)[0]
        else:
            a, b = (self.series(metric, x, n, True) for x in (arm, base))
        ratio = metric in RATIO
        both = [k for k in a if k in b and (not ratio or (a[k] > 0 and b[k] > 0))]
        d = [math.log(a[k] / b[k]) if ratio else a[k] - b[k] for k in both]
        part = 0 if metric in EXACT else 0.03 if metric.startswith("memory.") else 0.05
        ends = [abs(median(s[k] for k in both)) for s in (a, b)]
        margin = part if ratio else part * (scale if base == "host" and scale is not None else max(ends))
        edge = math.log(1 + part) if ratio else margin
        lo, hi, coverage = interval(d)
        p = sign_p(d)
        if metric in EXACT and len({a[k] for k in both}) == len({b[k] for k in both}) == 1:
            lo, hi, coverage, p = d[0], d[0], 1, None
        verdict = "unclear" if lo is None else "higher" if lo > edge else "lower" if hi < -edge else \
            "same" if lo >= -edge and hi <= edge else "unclear"
        if metric.startswith(TIMES + UNCORRECTED) and self.emulated & {arm, base}:
            verdict = "none"
        out = (lambda v: None if v is None else math.exp(v)) if ratio else (lambda v: v)
        for key, want in ((r["kind"], out(median(d))), ("lo", out(lo)), ("hi", out(hi)), ("coverage", coverage),
                          ("n", len(d)), ("margin", margin), ("p", p), ("verdict", verdict)):
            self.equal(f"{name} {key}", r[key], want)

    def residual(self, arm, n):
        v = dict(self.values["memory.host_delta", arm, n])
        for part in PARTS:
            p = self.values["memory.part_" + part, arm, n]
            v = {b: v[b] - p[b] for b in v if b in p}
        return v

    def slope_less(self, r, metric, base):
        """The line over what verdicts use; base: the arm that is taken off, or None."""
        lines = {n: [self.series(metric, x, n, True) for x in (r["arm"], base) if x]
                 for m, a, n in list(self.values) if (m, a) == (metric, r["arm"])}
        want = None
        if metric in CODE and self.emulated & {r["arm"], base}:
            want = slope([(n, (s[0][b] - (s[1][b] if base else 0)) * max(n, 1)) for n, s in lines.items()
                          for b in s[0] if not base or b in s[1]])
        self.equal(f"slope less {r['metric']} {r['arm']}", (r["less_emulator_code"] or {}).get("slope"), want)

    def tare_slope(self, r):
        points = [(n, (v - self.values[m, "host", n][b]) * max(n, 1)) for (m, a, n), s in list(self.values.items())
                  if (m, a) == ("memory.host_delta", r["arm"]) for b, v in s.items() if b in self.values[m, "host", n]]
        self.slope_less(r, "memory.host_delta", "host")
        self.equal(f"slope {r['metric']} {r['arm']}", r["slope"], slope(points))
        self.equal("n", r["n"], len(points))

    def slope_row(self, r):
        if r["metric"] == "memory.tare":
            return self.tare_slope(r)
        if r["metric"] == "memory.part_residual":
            for n in {k[2] for k in self.values if k[1] == r["arm"]}:
                self.values[r["metric"], r["arm"], n] = self.residual(r["arm"], n)
        self.slope_less(r, r["metric"], None)
        times = lambda n: 1 if r["metric"].endswith(".fixed") else max(n, 1)
        points = [(n, v * times(n)) for (m, a, n), s in self.values.items() if (m, a) == (r["metric"], r["arm"])
                  for v in s.values()]
        k = slope(points)
        self.equal(f"slope {r['metric']} {r['arm']}", r["slope"], k)
        self.equal("intercept", r["intercept"],
                   sum(y for _, y in points) / len(points) - k * sum(x for x, _ in points) / len(points))
        self.equal("n", r["n"], len(points))

    def holm(self):
        families = collections.defaultdict(list)
        for r in self.summary["comparisons"]:
            if r["metric"] in self.run["plan"]["primary"] and r["verdict"] != "none" and r["p"] is not None:
                families[r["arm"], r["base"], r["instances"]].append(r)
            else:
                self.equal("holm", r["holm"], None)
        for rows in families.values():
            rows.sort(key=lambda r: r["p"])
            going = True
            for i, r in enumerate(rows):
                going = going and r["p"] <= 0.05 / (len(rows) - i)
                self.equal(f"holm {r['metric']} {r['arm']}", r["holm"], going)

    def check(self):
        for kind, one in (("metrics", self.metric_row), ("comparisons", self.comparison_row), ("slopes", self.slope_row)):
            for r in self.summary[kind]:
                one(r)
        self.holm()
        self.equal("blocks", self.summary["blocks"]["complete"], len(self.attempt))
        rows = {(r["metric"], r["arm"], r["instances"]) for r in self.summary["metrics"] if r["n"]}
        want = {k for k, v in self.values.items() if v}
        self.equal("rows left out", len(want - rows), 0)
        print(f"{self.folder}: {self.checked} values, {self.bad} differ")
        return self.bad


cases = [e.path for e in os.scandir("tests/cases/summary") if e.is_dir()]
sys.exit(1 if sum(Case(f).check() for f in sorted(cases)) or not cases else 0)
