#!/usr/bin/env python3
"""history-nights.py LINE NIGHTS [STEP ARM METRIC FACTOR]... - writes synthetic nights to standard output: the first line
of the history file LINE over and over, each value with 3 % of noise, half of it common to the night; one night in 40 is
noisy, one in 100 a spike. From night STEP on (negative: from the end) METRIC of ARM is multiplied by FACTOR; a METRIC of
"env:KEY" sets that key of the environment to FACTOR instead. Fixed seed: equal arguments, equal bytes."""
import datetime
import json
import math
import random
import sys


def main():
    random.seed(20240601)
    with open(sys.argv[1], encoding="utf-8") as f:
        template = json.loads(f.readline())
    nights = int(sys.argv[2])
    words = sys.argv[3:]
    steps = [(int(words[i]), *words[i + 1:i + 4]) for i in range(0, len(words), 4)]
    first = datetime.datetime(2024, 1, 1, 3)
    for t in range(nights):
        line = json.loads(json.dumps(template))
        line["id"] = "%016x" % (t + 1)
        line["started"] = (first + datetime.timedelta(days=t)).strftime("%Y-%m-%dT%H:%M:%SZ")
        noisy = t % 40 == 20
        line["valid"], line["why"] = (False, "too noisy: 2 clean blocks of 6") if noisy else (True, None)
        common = random.gauss(0, 1) + (20 if noisy or random.random() < 0.01 else 0)
        factor = {}
        for cell in line["cells"] + line["ratios"]:
            arm = cell["arm"]
            for metric, v in cell["values"].items():
                f = math.exp(0.03 * (0.7 * common + 0.7 * random.gauss(0, 1)))
                for step, who, what, by in steps:
                    if t >= (step if step >= 0 else nights + step) and who == arm and what == metric:
                        f *= float(by)
                if "base" in cell:
                    f = factor.get((arm, metric), 1) / factor.get((cell["base"], metric), 1)
                else:
                    factor[arm, metric] = f
                if v is not None and not (isinstance(v, int) and abs(v) < 1000):
                    cell["values"][metric] = float("%.9g" % (v * f))
        for step, _, what, value in steps:
            if what.startswith("env:") and t >= (step if step >= 0 else nights + step):
                line["environment"][what[4:]] = value
        print(json.dumps(line, separators=(",", ":")))


main()
