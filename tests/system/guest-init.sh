#!/bin/busybox sh
# shellcheck shell=dash disable=SC3043
# guest-init.sh - PID 1 of the tests' own VM (guest.sh): mounts, modules, cgroups as the kernel's command line asks
# (tests.cgroup=v1 or v2), then /tests/job. What stands in /out goes to the first disk as a tar; then power off.
/bin/busybox --install -s /bin
export PATH=/bin LC_ALL=C HOME=/
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /dev/shm /dev/pts /run /tmp /out
mount -t tmpfs none /dev/shm
mount -t tmpfs none /run
mount -t tmpfs none /tmp

modules=/lib/modules/$(uname -r)
# load FILE: what a module needs comes before it; modules.dep here names the direct needs only.
load() {
  local need
  grep -q "^$(basename "$1" .ko | tr - _) " /proc/modules && return
  # shellcheck disable=SC2013 # a list of words
  for need in $(sed -n "s|^$1:||p" "$modules/modules.dep"); do
    load "$need"
  done
  insmod "$modules/$1"
}
for name in virtio_pci virtio_blk bridge veth tun; do
  load "$(sed -n "s|^\\(.*/$name\\.ko\\):.*|\\1|p" "$modules/modules.dep")"
done
ip link set lo up
case " $(cat /proc/cmdline) " in
*" tests.cgroup=v1 "*)
  mount -t tmpfs none /sys/fs/cgroup
  for c in memory cpu,cpuacct cpuset pids freezer; do
    mkdir -p "/sys/fs/cgroup/$c" && mount -t cgroup -o "$c" none "/sys/fs/cgroup/$c"
  done
  ;;
*) mount -t cgroup2 none /sys/fs/cgroup ;;
esac

# step NAME SECONDS COMMAND...: its output and exit code into /out.
step() {
  local name=$1 limit=$2
  shift 2
  timeout -k 5 "$limit" "$@" >"/out/$name.txt" 2>&1 </dev/null
  echo $? >"/out/$name.code"
  echo "guest: $(cut -d ' ' -f 1 /proc/uptime) s: $name: exit $(cat "/out/$name.code")"
}
# What would be left behind: groups, links, mounts, processes, files of a run.
inventory() {
  find /sys/fs/cgroup -mindepth 1 -type d
  ls /sys/class/net
  cut -d ' ' -f 2,3 /proc/mounts
  find /run/tare /tmp -mindepth 1 ! -name lock 2>/dev/null
  # A kernel thread has no command line; this function runs in a copy of PID 1.
  for p in /proc/[0-9]*; do tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -E 'tare|agent'; done
}
# left NAME SECONDS: the inventory once it is as before, or as it is after that long.
left() {
  local n=$(($2 * 5))
  while [ $n -gt 0 ]; do
    inventory >/.now 2>/dev/null
    cmp -s /.now /.before && break
    n=$((n - 1))
    usleep 200000
  done
  diff /.before /.now >"/out/$1.left"
}
inventory >/.before
cd /tests/repo || echo "guest: no repository"
# shellcheck source=/dev/null
. /tests/job
[ -b /dev/vda ] && tar -C / -cf - out >/dev/vda && sync && echo "guest: done"
poweroff -f
