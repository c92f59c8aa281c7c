#!/usr/bin/env python3
"""by-hand.py PID - while the process lives: per instance group of a run, what its processes map, from smaps_rollup, and
how many they are. Prints the last reading but one of each, for the last may have caught it ending."""
import glob
import json
import os
import sys
import time

harness, readings = int(sys.argv[1]), {}


def pids(group):
    found = set()
    for path in glob.glob(f"/sys/fs/cgroup/**/{group}/**/cgroup.procs", recursive=True):
        try:
            found |= {int(line) for line in open(path)}
        except OSError:
            pass
    return found


def rollup(pid):
    totals = {}
    for line in open(f"/proc/{pid}/smaps_rollup"):
        parts = line.split()
        if len(parts) == 3 and parts[2] == "kB":
            totals[parts[0]] = int(parts[1]) * 1024
    return totals


def look():
    for path in glob.glob("/sys/fs/cgroup/memory/tare-*/t*-0") + glob.glob("/sys/fs/cgroup/tare-*/t*-0"):
        name = os.path.basename(path)
        members = pids("/".join(path.split("/")[-2:]))
        try:
            all_of = [rollup(p) for p in members]
        except OSError:
            continue
        if all_of:
            readings.setdefault(name, []).append({
                "memory.pss": sum(r.get("Pss:", 0) for r in all_of),
                "memory.uss": sum(r.get("Private_Clean:", 0) + r.get("Private_Dirty:", 0) for r in all_of),
                "memory.rss": sum(r.get("Rss:", 0) for r in all_of),
                "processes.host": len(members),
            })


while os.path.exists(f"/proc/{harness}") and open(f"/proc/{harness}/stat").read().rsplit(")", 1)[1].split()[0] != "Z":
    look()
    time.sleep(0.25)
print(json.dumps({name: list_[-2] if len(list_) > 1 else list_[-1] for name, list_ in readings.items()}))
