#!/bin/sh
# private-podman.sh FOLDER - Podman's compatible service with all its state in FOLDER, in the foreground; it listens at
# FOLDER/s. It starts containers with runc.
set -eu
exec podman --root "$1/root" --runroot "$1/runroot" --tmpdir "$1/tmp" --cgroup-manager cgroupfs --runtime runc \
  --storage-driver overlay --log-level error system service --time=0 "unix://$1/s"
