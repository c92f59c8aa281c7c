#!/usr/bin/env python3
"""perf-qemu.py TARE [N] - a VM's boot in tare (embedded libvirt) beside the standalone QEMU command line that the
run's run.json records, from QEMU's execution until the workload is ready, in turn, N times: a machine whose speed
drifts favours neither. The command runs as it stands, but for its second serial port, on which this script
plays the harness: it needs no libvirt."""
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

tare, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
work = tempfile.mkdtemp()
argv = []
PLAN = {"schema": "tare/plan/1", "name": "perf", "arms": ["vm"], "base": "vm", "workloads": ["idle"], "blocks": 1, "warmup": 0,
        "settle": 0.1, "probes": ["boot"]}


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


def execute(command, path):
    """QEMU executed and its first word read from the socket at path, which the command names: the moment of its
    execution, the process, the socket, the lines to come."""
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(1)
    begin = time.monotonic()
    qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    control, _ = server.accept()
    answers = lines(control)
    next(answers)
    return begin, qemu, control, answers


def boot():
    path = f"{work}/control"
    command = argv[:]
    command[len(command) - 1 - command[::-1].index("null")] = f"unix:{path}"
    begin, qemu, control, answers = execute(command, path)
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
    begin, qemu, control, answers = execute(argv + ["-S", "-qmp", f"unix:{path}"], path)
    control.sendall(b'{"execute": "qmp_capabilities"}\n{"execute": "query-status"}\n')
    while b'"prelaunch"' not in next(answers):
        pass
    taken = time.monotonic() - begin
    qemu.kill()
    qemu.wait()
    return taken


def in_tare(n):
    """One boot by tare: its boot metrics in seconds; notes the standalone command line."""
    folder = f"{work}/run-{n}"
    with open(f"{work}/plan.json", "w") as f:
        json.dump(PLAN, f)
    done = subprocess.run([tare, "run", f"{work}/plan.json", "-o", folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    values = {}
    for line in open(folder + "/samples.jsonl"):
        s = json.loads(line)
        if s.get("status") == "ok":
            values[s["metric"]] = s["value"]
    if "boot.ready" not in values:
        sys.exit("perf-qemu: tare measured no VM: " + done.stderr.decode(errors="replace")[-300:])
    argv[:] = json.load(open(folder + "/run.json"))["arms"]["vm"]["standalone"]
    return values


def line(name, ours, theirs):
    a, b = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(x / y for x, y in zip(ours, theirs))
    print(f"{name:52} {a:10.3f} {b:10.3f} s       ratio {ratio:.2f}")


rounds = [(in_tare(n), boot(), own_start()) for n in range(runs)]
line("VM, QEMU executed until PID 1 speaks / standalone", [t["boot.init"] - t["boot.spawn"] for t, _, _ in rounds], [b[0] for _, b, _ in rounds])
line("VM, QEMU executed until ready / standalone QEMU", [t["boot.ready"] - t["boot.spawn"] for t, _, _ in rounds], [b[1] for _, b, _ in rounds])
# QEMU's own start is in both: the standstill is what libvirt's questions add, its share of the boot.
still = [t["boot.running"] - t["boot.spawn"] - own for t, _, own in rounds]
line("  the same less libvirt holding QEMU still", [t["boot.ready"] - t["boot.spawn"] - s for (t, _, _), s in zip(rounds, still)],
     [b[1] for _, b, _ in rounds])
print(f"{'libvirt: QEMU holds still while it is asked':52} {statistics.median(still) * 1e3:10.3f} {'':10} ms")
spawn = statistics.median(t["boot.spawn"] for t, _, _ in rounds)
print(f"{'libvirt: request until QEMU is executed':52} {spawn * 1e3:10.3f} {'':10} ms")
shutil.rmtree(work)
