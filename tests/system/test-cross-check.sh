#!/bin/bash
# The run's figures against the same kernel files added up by somebody else: while the instances settle, by-hand.py
# sums smaps_rollup over the pids of each instance's group and counts them.
. "$(dirname "$0")/lib.sh"
need_root cross-check
cat >"$work/plan.json" <<'E2'
{"schema": "tare/plan/1", "arms": ["host", "netns", "container", "vm"], "workloads": ["idle"], "blocks": 1, "warmup": 0,
 "settle": 4, "probes": ["memory", "processes"]}
E2
"$TARE" run "$work/plan.json" -o "$work/run" >"$work/out" 2>"$work/err" &
pid=$!
python3 tests/system/by-hand.py $pid >"$work/hand.json"
wait $pid
same run-exit 0 $?
cat >"$work/compare.py" <<'E2'
import json, sys
hand = json.load(open(sys.argv[1]))
seen = {}
for line in open(sys.argv[2] + "/samples.jsonl"):
    s = json.loads(line)
    if s.get("status") == "ok":
        seen.setdefault((f't{s["trial"]}-0', s["arm"]), {})[s["metric"]] = s["value"]
for (name, arm), values in sorted(seen.items(), key=lambda e: e[0][1]):
    # The translation buffer of an emulated guest still grows a little: 2 %. And the harness asks each instance whether
    # it is alive just before it reads, after this hand did: the answer touches some 17 pages of the agent.
    for metric, room in (("memory.pss", 0.02), ("memory.uss", 0.02), ("memory.rss", 0.02), ("processes.host", 0)):
        ours, theirs = values[metric], hand.get(name, {}).get(metric)
        good = theirs is not None and abs(ours - theirs) <= (max(room * ours, 20 * 4096) if room else 0)
        print(f'{"ok" if good else "not ok"} {arm}-{metric}: {ours:.0f}, by hand {theirs}')
E2
python3 "$work/compare.py" "$work/hand.json" "$work/run" >"$work/lines"
cat "$work/lines"
same every-arm-was-compared 16 "$(grep -c . "$work/lines")"
grep -q '^not ok' "$work/lines" && failed=1
