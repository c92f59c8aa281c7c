#!/bin/bash
# test-host-lacks.sh - the row "Host" of bad-input: each thing that a host may lack, the exact line and exit code of
# tare run, and what tare doctor says with the command that mends it. What is lacking is made so in a mount namespace
# of the test's own: nothing of this host changes. A new lack is one row.
# shellcheck disable=SC2016 # set-ups for a shell elsewhere
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
need_root host-lacks
inventory >"$work/before"
mkdir "$work/empty" "$work/bin" "$work/path" "$work/small"
chmod 755 "$work"
# Where another user can read it, too.
cp "$TARE" "$(dirname "$TARE")/agent" "$(dirname "$TARE")/vm-launcher" "$work/bin"
cp -r workloads "$work/data"
export TARE_DATA=$work/data work
mkdir "$work/data/workloads" && cp -r workloads/plans workloads/*.json "$work/data/workloads"
tare=$work/bin/tare
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"

# lacking SETUP COMMAND...: the command where SETUP was done before.
lacking() {
  local setup=$1
  shift
  unshare -m bash -c "cd '$work'; $setup
exec \"\$@\"" -- "$@" </dev/null
}
# row NAME CODE MESSAGE SETUP [ARGUMENT]...: tare run in there ends with the code; but for progress its standard
# error is "tare: MESSAGE" (a glob), in one line; no folder is left.
row() {
  local name=$1 code=$2 message=$3 setup=$4 status
  shift 4
  # shellcheck disable=SC2086 # a command
  lacking "$setup" $as "$tare" run "$@" -o "$work/made" >"$work/out" 2>"$work/raw"
  status=$?
  grep -vE '^tare: (preparing |checking that |trial [0-9]+ of )' "$work/raw" >"$work/err"
  # shellcheck disable=SC2053 # globs
  if [[ $status != $code ]]; then
    bad "$name" "expected exit $code, got $status: $(head -c 300 "$work/err")"
  elif [[ $(cat "$work/err") != "tare: "$message || $(wc -l <"$work/err") != 1 ]]; then
    bad "$name" "expected 'tare: $message', got '$(head -c 600 "$work/err")'"
  elif [ -e "$work/made" ]; then
    bad "$name" "a folder was left: $(find "$work/made" -mindepth 1 -printf '%f ')"
  else
    ok "$name"
  fi
  rm -rf "$work/made"
}
# told NAME CHECK STATE TEXT MEND SETUP: the finding of tare doctor (globs), and its exit code.
told() {
  local status got
  # shellcheck disable=SC2086 # a command
  lacking "$6" $as "$tare" doctor --json >"$work/doctor" 2>"$work/err"
  status=$?
  got=$(python3 -c 'import json,sys
f = [f for f in json.load(open(sys.argv[1])) if f["name"] == sys.argv[2]][0]
print(f["state"], f["text"], f.get("mend", ""), sep="\n")' "$work/doctor" "$2" 2>&1)
  # shellcheck disable=SC2053 # a glob
  if [[ $got != "$3"$'\n'$4$'\n'$5 ]]; then
    bad "$1" "expected '$3 | $4 | $5', got '$(echo "$got" | tr '\n' '|')'"
  elif [ "$3" = missing ] && [ $status != 5 ]; then
    bad "$1" "expected exit 5, got $status"
  elif [ -s "$work/err" ]; then
    bad "$1" "expected nothing on standard error, got '$(head -c 300 "$work/err")'"
  else
    ok "$1"
  fi
}
# works NAME SETUP [ARGUMENT]...: a small run is whole in spite of it.
works() {
  local name=$1 setup=$2 status
  shift 2
  lacking "$setup" "$tare" run --arm host --workload idle --quick -o "$work/made" "$@" >"$work/out" 2>"$work/raw"
  status=$?
  grep -vE '^tare: (preparing |checking that |trial [0-9]+ of )' "$work/raw" >"$work/err"
  if [ $status = 0 ] && [ ! -s "$work/err" ] && [ -s "$work/made/report.md" ] &&
    [ "$(json "$work/made/run.json" 'd["status"]')" = complete ]; then
    ok "$name"
  else
    bad "$name" "exit $status: $(head -c 300 "$work/err")"
  fi
}

as=
# ---- what the kernel of a host may not give
hide='mount -t tmpfs none'
row cgroup-none 5 "arm host: cgroup: no controller is mounted, expected cgroup v1 or v2; mount -t cgroup2 none /sys/fs/cgroup" \
  "$hide /sys/fs/cgroup" --arm host --quick
told doctor-cgroup-none cgroups missing "cgroup: no controller is mounted, expected cgroup v1 or v2; mount -t cgroup2 none /sys/fs/cgroup" \
  "mount cgroups*" "$hide /sys/fs/cgroup"
frozen='while read -r _ _ _ _ at _; do case $at in /sys/fs/cgroup*) mount -o remount,bind,ro "$at" ;; esac; done </proc/self/mountinfo'
readonly_text="*: no group can be made: Read-only file system; it is mounted read-only: mount it for writing, or run outside of that container"
row cgroup-read-only 5 "arm container: /sys/fs/cgroup$readonly_text" "$frozen" --arm container --quick
told doctor-cgroup-read-only cgroups missing "/sys/fs/cgroup$readonly_text" "mount cgroups*" "$frozen"
told doctor-platform-mend-fits "platform host" missing "/sys/fs/cgroup$readonly_text" "*mount*" "$frozen"
# A user namespace of the test's own in which no further ones are allowed.
cat >"$work/bin/no-user-namespaces" <<'S'
#!/bin/bash
echo 0 >/proc/sys/user/max_user_namespaces
exec "$@"
S
chmod 755 "$work/bin/no-user-namespaces"
as="unshare --user --map-root-user --mount $work/bin/no-user-namespaces"
told doctor-no-user-namespaces "user namespaces" note "no user namespaces: containers run without one and say so" \
  "sysctl user.max_user_namespaces=*" ":"
as=
as="setpriv --bounding-set=-net_admin --inh-caps=-net_admin"
told doctor-nftables nftables note "nft: rules refused, *expected nf_tables with nat and conntrack in this kernel; *; arms with path pair or nat cannot run" \
  "modprobe -a nft_chain_nat nft_masq nft_ct, on Ubuntu *" ":"
as=
told doctor-tun tun missing "/dev/net/tun cannot be opened: VMs have no NIC" "modprobe tun" "$hide /dev/net"
row tun 5 "arm vm: *dev/net/tun*" "$hide /dev/net" --arm vm --quick --accel tcg

# ---- accelerator
no_kvm='mkdir /run/tare-dev; mount --rbind /dev /run/tare-dev; mount -t tmpfs none /dev
cp -a /run/tare-dev/{null,zero,full,random,urandom,tty,net} /dev; mkdir /dev/shm; umount -l /run/tare-dev; rmdir /run/tare-dev'
kvm_text="kvm: no /dev/kvm; the CPU's virtualization may be off in the firmware, or this is a VM without nested virtualization"
told doctor-no-kvm accelerator note "emulation (TCG): $kvm_text" "use a host with working KVM for times and rates of VMs; memory and counts hold" "$no_kvm"
row no-kvm 5 "arm vm: $kvm_text; run with --accel tcg, whose times say nothing about VMs" "$no_kvm" --arm vm --quick --accel kvm
# A device that may not be opened, not even by root.
shut_kvm="$no_kvm; $hide '$work/small'; mknod '$work/small/kvm' c 10 232; mount -o remount,nodev '$work/small'
touch /dev/kvm; mount --bind '$work/small/kvm' /dev/kvm"
shut_text='kvm: no right to open /dev/kvm; run: sudo usermod -aG kvm $USER, and log in again'
told doctor-no-right-to-kvm accelerator note "emulation (TCG): $shut_text" "use a host with working KVM*" "$shut_kvm"
row no-right-to-kvm 5 "arm vm: $shut_text; run with --accel tcg, whose times say nothing about VMs" "$shut_kvm" --arm vm --quick --accel kvm

# ---- what is to be installed
cache="export TARE_CACHE='$work/empty'"
kernel_text="guest kernel: none in $work/empty, expected kernel/vmlinuz there; run: make setup"
told doctor-guest-kernel "guest kernel" missing "$kernel_text" "make setup" "$cache"
row guest-kernel 5 "arm vm: $kernel_text" "$cache" --arm vm --quick --accel tcg
no_qemu="for q in /usr/bin/qemu-system-x86_64 /usr/local/bin/qemu-system-x86_64 /usr/libexec/qemu-kvm; do
[ ! -e \$q ] || mount --bind /dev/null \$q; done; export PATH=/usr/bin:/bin"
qemu_text="vm: no qemu-system-x86_64 in \$PATH; run: make setup"
told doctor-image images note "image debian: none in $work/empty, expected debian/hash there; run: sudo make setup; *" "sudo make setup" "$cache"
row image 5 "arm host: image of nginx: image debian: none in $work/empty, expected debian/hash there; run: sudo make setup" "$cache" --arm host --workload nginx --quick
told doctor-qemu "platform vm" missing "$qemu_text" "make setup" "$no_qemu"
row qemu 5 "arm vm: $qemu_text" "$no_qemu" --arm vm --quick --accel tcg
no_gnuplot="export PATH='$work/path'"
told doctor-gnuplot gnuplot missing "gnuplot not found: charts would be left out" "apt-get install gnuplot-nox" "$no_gnuplot"
lacking "$no_gnuplot" "$tare" run --arm host --workload idle --quick -o "$work/made" >"$work/out" 2>"$work/err"
same gnuplot-run 0 $?
check gnuplot-says-so grep -qx 'tare: charts: not drawn: gnuplot is not installed; install gnuplot-nox and run `tare report` again' "$work/err"
same gnuplot-leaves-scripts "5 0" "$(find "$work/made" -name '*.gp' | wc -l) $(find "$work/made" -name '*.svg' | wc -l)"
rm -rf "$work/made"

# ---- an ordinary user
as=$nobody
told doctor-user root missing "running as uid 65534: tare run makes namespaces and cgroups" "sudo tare run" ":"
row user 5 "arm host: *no group can be made: Permission denied; run as root*" "chmod 1777 '$work'" --arm host --quick
as=
chmod 755 "$work"

# ---- disk
small="$hide -o size=10m '$work/small'; cd '$work/small'"
told doctor-small-disk disk missing "* MiB of disk left here; a run wants 100" "free some space here, or give tare run -o DIR elsewhere" "$small"
lacking "$small; '$tare' run --arm host --workload idle --quick -o made >/dev/null 2>'$work/err'; echo \$? >'$work/code'; cp -r made '$work/made'" true
same small-disk-run 0 "$(cat "$work/code")"
check small-disk-valid python3 tests/validate.py "$work/made"
rm -rf "$work/made"
full="$hide -o size=32k '$work/small'; cd '$work/small'"
lacking "$full; '$tare' run --arm host --workload idle --quick --blocks 4 -o made >/dev/null 2>'$work/err'; echo \$? >'$work/code'; cp -r made '$work/made'" true
check full-disk-exit test "$(cat "$work/code")" != 0
check full-disk-named grep -q '^tare: .*No space left on device' "$work/err"
check full-disk-no-part test -z "$(find "$work/made" -name '*.tmp' -o -name '.*.tmp*')"
# Each file is old or new, and every line that was written is whole but for the last.
check full-disk-readable python3 -c 'import json,sys
json.load(open(sys.argv[1] + "/run.json"))
for line in open(sys.argv[1] + "/samples.jsonl").read().split("\n")[:-1]:
    json.loads(line)' "$work/made"
rm -rf "$work/made"

# ---- environment, descriptors, places
works no-home "unset HOME"
rm -rf "$work/made"
works decimal-comma 'set -- env LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 "$@"'
check decimal-comma-valid python3 tests/validate.py "$work/made"
rm -rf "$work/made"
works no-standard-input "exec 0<&-"
rm -rf "$work/made"
gone="mkdir gone && cd gone && rmdir ../gone"
works deleted-folder-elsewhere "$gone"
rm -rf "$work/made"
lacking "$gone" "$tare" run --arm host --quick >"$work/out" 2>"$work/err"
same deleted-folder-exit 2 $?
same deleted-folder "tare: working directory: cannot be found, expected one that exists; change to another" "$(cat "$work/err")"
told doctor-deleted-folder disk missing "the working directory is gone" "cd to a folder that exists" "$gone"
for n in 8 12 16; do
  row "fds-$n" "[57]" "*open files*" "ulimit -n $n" --arm host --workload idle --quick
done
lacking "exec 0<&- 1>&- 2>&-" "$tare" run --arm host --workload idle --quick -o "$work/made"
same closed-all 0 $?
check closed-all-valid python3 tests/validate.py "$work/made"
rm -rf "$work/made"
lacking "exec 1>/dev/full" "$tare" run --arm host --workload idle --quick -o "$work/made" 2>"$work/raw"
same full-output-exit 1 $?
same full-output "tare: standard output: cannot be written: No space left on device" "$(grep -vE '^tare: (preparing |checking that |trial [0-9]+ of )' "$work/raw")"
check full-output-keeps-the-run python3 tests/validate.py "$work/made"
for command in "list" "doctor" "gc" "report $work/made"; do
  # shellcheck disable=SC2086 # a command line
  lacking "exec 1>/dev/full" "$tare" $command 2>"$work/err"
  same "full-output-${command%% *}-exit" 1 $?
  # What fails before the last flush, as in output of more than one buffer, has no reason left to tell.
  reason=': No space left on device'
  [ "${command%% *}" != report ] || reason="($reason)?"
  check "full-output-${command%% *}" grep -qxE "tare: standard output: cannot be written$reason" "$work/err"
done
rm -rf "$work/made"
lacking "exec 2>/dev/full" "$tare" run --arm host --workload idle --quick -o "$work/made" >/dev/null
same full-error-output 0 $?
rm -rf "$work/made"
clean nothing-left "$work/before"
