#!/usr/bin/env python3
"""perf-start.py N COMMAND... - starts COMMAND N times; it ends up executing the agent, whose hello comes on fd 3.
Prints the median time in seconds from before the fork until the hello's first byte."""
import os
import socket
import statistics
import subprocess
import sys
import time

times = []
for _ in range(int(sys.argv[1])):
    ours, theirs = socket.socketpair()
    begin = time.monotonic()
    child = subprocess.Popen(
        sys.argv[2:], close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.dup2(theirs.fileno(), 3, inheritable=True))
    theirs.close()
    if not ours.recv(1):
        sys.exit("perf: no hello from: " + " ".join(sys.argv[2:]))
    times.append(time.monotonic() - begin)
    ours.close()
    child.wait()
print(statistics.median(times))
