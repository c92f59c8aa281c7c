# guest.sh - a VM of the tests' own, by plain QEMU under emulation: a kernel from the guest-kernel cache, an
# initramfs of this build, a job to run as root with a cgroup mode of its own. Source it after lib.sh.
# shellcheck shell=bash

guest_cache=${TARE_CACHE:-/var/cache/tare}/kernel
guest_pid=

# Why there can be no guest here; empty when there can.
guest_lacks() {
  local tool
  for tool in qemu-system-x86_64 cpio busybox ldd; do
    command -v $tool >/dev/null || { echo "no $tool" && return; }
  done
  [ -s "$guest_cache/vmlinuz" ] || echo "no guest kernel in $guest_cache; run: make setup"
}

# guest_file TREE FILE PLACE: an executable with what it is linked against.
guest_file() {
  local lib
  install -D -m 755 "$2" "$1$3" || return 1
  # A static file has none.
  for lib in $(ldd "$2" 2>/dev/null | grep -oE '/[^ ]+'); do
    [ -e "$1$lib" ] || install -D "$(realpath "$lib")" "$1$lib" || return 1
  done
}

# guest_make TREE BUILD: the root file system, but for the job.
guest_make() {
  local tree=$1 build=$2 release test
  release=$(cat "$guest_cache/release")
  mkdir -p "$tree"/{bin,proc,sys,dev,run,tmp,lib/modules,tests/repo/build/tests,tests/repo/tests} || return 1
  guest_file "$tree" "$(command -v busybox)" /bin/busybox || return 1
  for test in tare agent vm-launcher tests/test-cgroup-live tests/test-procfs; do
    guest_file "$tree" "$build/$test" "/tests/repo/build/$test" || return 1
  done
  cp -r tests/roots "$tree/tests/repo/tests/" || return 1
  mkdir -p "$tree/tests/repo/workloads/plans"
  cp workloads/*.json "$tree/tests/repo/workloads/" || return 1
  cp workloads/plans/*.json "$tree/tests/repo/workloads/plans/" || return 1
  cp -r "$guest_cache/lib/modules/$release" "$tree/lib/modules/" || return 1
  install -m 755 tests/system/guest-init.sh "$tree/init"
}

# guest_boot TREE MODE JOB OUT SECONDS: runs the job (a file) in a guest with cgroup v1 or v2, and unpacks its
# /out into OUT. The console is OUT.console. 0 when the guest came to its end by itself.
guest_boot() {
  local tree=$1 mode=$2 job=$3 out=$4 seconds=$5 status
  cp "$job" "$tree/tests/job"
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$out.cpio" || return 1
  truncate -s 64M "$out.disk"
  timeout -k 5 "$seconds" qemu-system-x86_64 -accel tcg -cpu max -m 1024 -smp 2 -nodefaults -no-user-config \
    -display none -no-reboot -kernel "$guest_cache/vmlinuz" -initrd "$out.cpio" \
    -append "console=ttyS0 quiet panic=-1 tests.cgroup=$mode" -serial "file:$out.console" \
    -drive "file=$out.disk,format=raw,if=virtio" </dev/null >"$out.qemu" 2>&1 &
  guest_pid=$!
  wait $guest_pid
  status=$?
  guest_pid=
  rm -f "$out.cpio"
  mkdir -p "$out"
  grep -q '^guest: done' "$out.console" && tar -C "$out" --strip-components 1 -xf "$out.disk" && [ $status = 0 ]
}

# guest_say OUT: the tail of what it said, for a failure.
guest_say() {
  tail -n 25 "$1.console" "$1.qemu" 2>/dev/null | tr -d '\r'
}
# To be called from a trap: timeout hands the signal on to QEMU.
guest_end() {
  [ -z "$guest_pid" ] || kill "$guest_pid" 2>/dev/null
}
