#!/usr/bin/env python3
"""boot-trace.py RUN TRACES - holds boot.kernel of a run with one VM arm against QEMU's own traces of the same boots.

Both count from the execution of QEMU: boot.kernel less boot.spawn, and the trace's first byte less the first instruction of
what was executed. The trace's clock is CLOCK_REALTIME; both clocks were read together at that instruction."""
import json
import pathlib
import re
import sys

LINE = re.compile(r"^\d+@(\d+)\.(\d{6}):(\w+) (.*)$")


def first_byte(path):
    """(ns of the first byte transmitted, ns of the last fw_cfg access before it, fw_cfg accesses), CLOCK_REALTIME."""
    latch, loop, firmware, count = False, False, None, 0
    for line in path.read_text(errors="replace").splitlines():
        m = LINE.match(line)
        if not m:
            continue
        at = int(m[1]) * 10**9 + int(m[2]) * 1000
        if m[3].startswith("fw_cfg_"):
            firmware, count = at, count + 1
            continue
        address, value = (int(x, 16) for x in re.findall(r"0x([0-9a-f]+)", m[4])[:2])
        if address == 3:
            latch = bool(value & 0x80)
        elif address == 4:
            loop = bool(value & 0x10)
        elif address == 0 and not latch and not loop:
            return at, firmware, count
    return None, firmware, count


def main():
    run, traces = map(pathlib.Path, sys.argv[1:3])
    trials = {}
    for line in (run / "samples.jsonl").read_text().splitlines():
        s = json.loads(line)
        if s.get("status") == "ok" and s["metric"] in ("boot.kernel", "boot.spawn"):
            trials.setdefault(s["trial"], {})[s["metric"]] = s["value"]
    # Guests before the trials (what the arm is asked outside the count) come first.
    files = sorted(traces.glob("*.trace"), key=lambda p: int(p.stem))[-len(trials):]
    assert trials and len(files) == len(trials), f"{len(trials)} trials, {len(files)} traces"
    worst, ordered = 0.0, True
    for (_, v), path in zip(sorted(trials.items()), files):
        mono, real = map(int, path.with_suffix(".clocks").read_text().split())
        byte, firmware, count = first_byte(path)
        assert byte and firmware and count > 0, f"{path}: no byte or no fw_cfg"
        mine, theirs = v["boot.kernel"] - v["boot.spawn"], (byte - real) / 1e9
        worst = max(worst, abs(mine - theirs))
        ordered &= firmware < byte and firmware > real
        print(f"since QEMU's execution: byte {mine * 1e3:.2f} ms by tare, {theirs * 1e3:.2f} ms by QEMU, "
              f"difference {(mine - theirs) * 1e3:+.2f} ms; firmware's last of {count} fetches {(firmware - real) / 1e6:.2f} ms")
    print(f"worst {worst * 1e3:.2f} ms, firmware first: {ordered}")
    sys.exit(0 if worst <= 0.010 and ordered else 1)


main()
