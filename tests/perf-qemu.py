#!/usr/bin/env python3
"""perf-qemu.py DIR [N] - a VM's boot in tare (embedded libvirt) beside the standalone QEMU command line that the
run's run.json records, from QEMU's execution until the workload is ready. The command runs as it stands,
but for its second serial port, on which this script plays the harness: it needs no libvirt."""
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

folder, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
run = json.load(open(folder + "/run.json"))
summary = json.load(open(folder + "/summary.json"))
arm = next((n for n, a in run["arms"].items() if a["platform"] == "vm"), None)
if not arm:
    sys.exit("perf-qemu: the run has no VM")
argv = list(run["arms"][arm]["standalone"])
work = tempfile.mkdtemp()


def lines(sock):
    buffer = b""
    while True:
        data = sock.recv(4096)
        if not data:
            sys.exit("perf-qemu: QEMU went away")
        buffer += data
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            yield line


def boot():
    path = f"{work}/control"
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)
    command = argv[:]
    command[len(command) - 1 - command[::-1].index("null")] = f"unix:{path}"
    begin = time.monotonic()
    qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    control, _ = server.accept()
    answers = lines(control)
    next(answers)
    init = time.monotonic() - begin
    requests = ["modules", "net if=eth0 address=10.0.2.15 prefix=24", "start verb=idle ready=agent"]
    control.sendall("".join(f"{i} {r}\n" for i, r in enumerate(requests, 1)).encode())
    for _ in requests:
        answer = next(answers)
        if b" ok" not in answer:
            sys.exit("perf-qemu: " + answer.decode(errors="replace"))
    ready = time.monotonic() - begin
    qemu.kill()
    qemu.wait()
    return init, ready


def own_start():
    """From QEMU's execution until its main loop serves: what it needs for itself before a guest can run."""
    path = f"{work}/monitor"
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)
    begin = time.monotonic()
    qemu = subprocess.Popen(argv + ["-S", "-qmp", f"unix:{path}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    control, _ = server.accept()
    answers = lines(control)
    next(answers)
    control.sendall(b'{"execute": "qmp_capabilities"}\n{"execute": "query-status"}\n')
    while b'"prelaunch"' not in next(answers):
        pass
    taken = time.monotonic() - begin
    qemu.kill()
    qemu.wait()
    return taken


def standstill():
    return median("boot.running") - median("boot.spawn") - statistics.median(own_start() for _ in range(runs))


def median(metric):
    for m in summary["metrics"]:
        if m["arm"] == arm and m["metric"] == metric and m["median"] is not None:
            return m["median"]
    sys.exit("perf-qemu: the run has no " + metric)


times = [boot() for _ in range(runs)]
for name, metric, theirs in (("PID 1 speaks", "boot.init", [t[0] for t in times]), ("ready", "boot.ready", [t[1] for t in times])):
    ours, other = median(metric) - median("boot.spawn"), statistics.median(theirs)
    print(f"{'VM, QEMU executed until ' + name + ' / standalone QEMU':52} {ours:10.3f} {other:10.3f} s       ratio {ours / other:.2f}")
# QEMU's own start is in both: the standstill is what libvirt's questions add, its share of the boot.
still = standstill()
ours, other = median("boot.ready") - median("boot.spawn") - still, statistics.median(t[1] for t in times)
print(f"{'  the same less libvirt holding QEMU still':52} {ours:10.3f} {other:10.3f} s       ratio {ours / other:.2f}")
print(f"{'libvirt: QEMU holds still while it is asked':52} {still * 1e3:10.3f} {'':10} ms")
print(f"{'libvirt: request until QEMU is executed':52} {median('boot.spawn') * 1e3:10.3f} {'':10} ms")
