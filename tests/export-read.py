#!/usr/bin/env python3
"""export-read.py DIR SUMMARY: reads back each format in DIR (files named as the formats) by a parser of its own kind and
holds the values against the summary. csv: Python's csv module. openmetrics: prometheus_client's strict parser, where it is
installed. bencher, hyperfine-json, gha-benchmark: JSON Schemas written from their documentation. benchfmt,
google-benchmark, influx: parsers written here from their documentation. Prints "ok FORMAT N values" lines."""
import csv, json, re, sys

folder, summary = sys.argv[1], json.load(open(sys.argv[2]))
number = (int, float)
good = [r for r in summary["metrics"] if r["status"] == "ok" and r["metric"] != "no.such"]
# The names as the reader of a display sees them.
def clean(text):
    return "".join(c for c in re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\n", " ") if c >= " " and not "\x7f" <= c < "\xa0" and c not in "\u202e")
def emulated(row): return "emulated" in row["flags"]
def key(row): return (row["metric"], row["arm"], clean(row["workload"]), row["instances"])
medians = {key(r): r["median"] for r in good}
def name(row, metric=True):
    return (row["metric"] + "/" if metric else "") + f"{row['arm']}/{clean(row['workload'])}/{row['instances']}" + ("/emulated" if emulated(row) else "")
def text(token): return open(f"{folder}/{token}", newline="").read()
def near(a, b): assert abs(a - b) <= 1e-12 * max(abs(a), abs(b)), (a, b)
def same(token, got, expected):
    assert set(got) == set(expected), (token, sorted(set(got) ^ set(expected))[:3])
    for k in got: near(got[k], expected[k])
    print(f"ok {token} {len(got)} values")
def valid(document, schema):
    import jsonschema
    jsonschema.validate(document, schema)

rows = list(csv.DictReader(text("csv").splitlines()))
assert all(None not in r and None not in r.values() for r in rows)
plain = lambda s: s[1:] if s[:2] in ("'=", "'+", "'-", "'@") else s
assert all(bool(r["median"]) == (r["status"] == "ok") for r in rows)
same("csv", {(r["metric"], r["arm"], plain(r["workload"]), int(r["instances"])): float(r["median"]) for r in rows if r["median"]}, medians)

document = json.loads(text("hyperfine-json"))
valid(document, {"type": "object", "required": ["results"], "properties": {"results": {"type": "array", "items": {
    "type": "object", "required": ["command", "mean", "stddev", "median", "min", "max", "times"], "properties": {
        "command": {"type": "string"}, "mean": {"type": "number"}, "stddev": {"type": ["number", "null"]},
        "median": {"type": "number"}, "min": {"type": "number"}, "max": {"type": "number"},
        "times": {"type": "array", "minItems": 1, "items": {"type": "number"}},
        "parameters": {"type": "object", "additionalProperties": {"type": "string"}}}}}}})
import statistics
times = [r for r in good if r["unit"] == "s"]
for r in document["results"]:
    assert abs(r["mean"] - statistics.fmean(r["times"])) <= 1e-9 * abs(r["mean"])
    assert (r["stddev"] is None) == (len(r["times"]) < 2)
    if r["stddev"]: assert abs(r["stddev"] - statistics.stdev(r["times"])) <= 1e-6 * r["stddev"]
same("hyperfine-json", {r["command"]: r["median"] for r in document["results"]}, {name(r): r["median"] for r in times})

runs = json.loads(text("google-benchmark"))["benchmarks"]
got = {}
for r in runs:
    assert r["run_type"] == "iteration" and r["time_unit"] == "ns" and r["repetition_index"] < r["repetitions"]
    got[(r["run_name"], r["repetition_index"])] = r["real_time"] / 1e9
same("google-benchmark", got, {(name(r), i): v for r in times for i, v in enumerate(x for x in r["values"] if x is not None)})
counters = sum(1 for r in runs for k in r if "." in k)
assert counters > 0 or not any(r["metric"] == "boot.ready" for r in good), "no counters"

got, units, config = {}, {}, {}
for line in text("benchfmt").splitlines():
    if line.startswith("Unit "):
        words = line.split()
        units[words[1]] = dict(w.split("=") for w in words[2:])
    elif line.startswith("Benchmark"):
        words = line.split()
        assert words[1] == "1" and len(words) % 2 == 0, line
        labels = dict(p.split("=", 1) for p in words[0].split("/")[1:])
        for v, unit in zip(words[2::2], words[3::2]):
            assert unit in units, unit
            got.setdefault((unit.split("/")[-1], labels["arm"], labels["workload"], int(labels["instances"])), []).append(float(v))
    else:
        assert re.match(r"[a-z][^A-Z\s]*: ", line), line
word = lambda s: re.sub(r"[/= ]", "_", s)
expected = {(m, a, word(w), n): None for m, a, w, n in medians}
for r in good: expected[(r["metric"], r["arm"], word(clean(r["workload"])), r["instances"])] = statistics.median(x for x in r["values"] if x is not None)
same("benchfmt", {k: statistics.median(v) for k, v in got.items()}, expected)

got = {}
for token, better in (("gha-benchmark", "lower"), ("gha-benchmark-bigger", "higher")):
    document = json.loads(text(token))
    valid(document, {"type": "array", "items": {"type": "object", "required": ["name", "unit", "value"], "additionalProperties": False, "properties": {
        "name": {"type": "string"}, "unit": {"type": "string"}, "value": {"type": "number"}, "range": {"type": "string"}, "extra": {"type": "string"}}}})
    same(token, {r["name"]: r["value"] for r in document}, {name(r): r["median"] for r in good if r["better"] == better})

document = json.loads(text("bencher"))
valid(document, {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": {
    "type": "object", "required": ["value"], "additionalProperties": False, "properties": {
        "value": {"type": "number"}, "lower_value": {"type": "number"}, "upper_value": {"type": "number"}}}}})
same("bencher", {(b, m): v["value"] for b, ms in document.items() for m, v in ms.items()}, {(name(r, False), r["metric"]): r["median"] for r in good})

def split(s, at):  # at unescaped places
    parts, i = [""], 0
    while i < len(s):
        if s[i] == "\\" and s[i + 1:i + 2] in (",", "=", " "): parts[-1] += s[i + 1]; i += 2; continue
        if s[i] == at: parts.append("")
        else: parts[-1] += s[i]
        i += 1
    return parts
got = {}
for line in text("influx").splitlines():
    series, fields, when = re.match(r"((?:\\.|[^ \\])+) ([^ ]+) (\d{19})$", line).groups()
    measurement, *tags = re.split(r"(?<!\\),", series)
    tags = dict(split(t, "=") for t in tags)
    assert all(tags.values())
    fields = dict(f.split("=") for f in fields.split(","))
    if measurement == "tare": got[(tags["metric"], tags["arm"], tags["workload"], int(tags["instances"]))] = float(fields["median"])
same("influx", got, {(m, a, w.replace("\\", "_"), n): v for (m, a, w, n), v in medians.items()})

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    print("skip openmetrics: needs prometheus_client")
    sys.exit()
factor = {"bit/s": 1 / 8, "s/GiB": 1 / 2**30}
suffix = {"B": "_bytes", "s": "_seconds", "bit/s": "_bytes_per_second", "1/s": "_per_second", "s/GiB": "_seconds_per_byte", "1": ""}
def family(r):
    base = "tare_" + r["metric"].replace(".", "_") + suffix[r["unit"]]
    return base + "_number" if r["unit"] == "1" and base.endswith("_total") else base
families = {r["metric"]: family(r) for r in good}
back = {v: k for k, v in families.items()}
got = {}
for f in text_string_to_metric_families(text("openmetrics")):
    for s in f.samples:
        if s.name in back: got[(back[s.name], s.labels["arm"], s.labels["workload"], int(s.labels["instances"]))] = s.value
same("openmetrics", got, {key(r): r["median"] * factor.get(r["unit"], 1) for r in good})
