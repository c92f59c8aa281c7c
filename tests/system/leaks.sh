#!/bin/sh
# leaks.sh - tests the leak check: plants one thing of each kind and requires inventory.sh to name it, then
# removes it and requires it to be gone. Needs root.
set -u
here=$(dirname "$0")
[ "$(id -u)" = 0 ] || {
	echo "SKIP: leaks.sh needs root to plant namespaces and cgroups"
	exit 0
}

dir=$(mktemp -d /tmp/tare-leaks-XXXXXX)
state=$dir/state
results=$dir/results
group=tare-planted$$
pids=
failed=0
mkdir -p "$state" "$results"
touch "$state/lock"

cgroup_mounts() {
	awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5 }' \
		/proc/self/mountinfo | sort -u
}

clean() {
	for pid in $pids; do
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	pids=
	for mount in $(cgroup_mounts); do
		[ ! -d "$mount/$group" ] || rmdir "$mount/$group"
	done
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM

look() {
	"$here/inventory.sh" "$state" "$results"
}

# Waits for the planted process to be ready: it opens the pipe when its things are made.
planted() { # COMMAND...: run in the background; its pid in $pid
	mkfifo "$dir/ready"
	"$@" &
	pid=$!
	pids="$pids $pid"
	read -r _ <"$dir/ready"
	rm "$dir/ready"
}

must_name() { # KIND LINE
	if look | grep -Fxq -- "$2"; then
		echo "ok: $1"
	else
		echo "FAILED: $1 was planted and not named (expected \"$2\")"
		failed=1
	fi
}

# Blocks in a builtin for ever: no child to forget.
mkfifo "$dir/never"
hold="echo ready >'$dir/ready'; read -r _ <'$dir/never'"

if look | grep -F "$state"; then
	echo "FAILED: an empty state folder with its lock counts as a leak"
	failed=1
fi

for mount in $(cgroup_mounts); do
	mkdir "$mount/$group" 2>/dev/null || continue
	must_name "cgroup in $mount" "cgroup: $mount/$group"
done
for mount in $(cgroup_mounts); do
	# A cpuset on v1 takes processes only when it has CPUs and memory.
	case $mount in */cpuset) continue ;; esac
	planted sh -c "echo \$\$ >'$mount/$group/cgroup.procs'; $hold"
	must_name "process in a cgroup of $mount" "process in cgroup: sh $pid"
	break
done
planted sh -c "$hold" "$state/x"
must_name "process with the state folder" "process with state folder: sh $pid"
planted sh -c "$hold" qemu -name guest=tare-planted,debug-threads=on
must_name "domain" "domain: sh $pid"
planted sh -c "printf tare-guardian >/proc/self/comm; printf tare-guardian >/proc/\$\$/comm; $hold"
must_name "guardian" "guardian: $pid"
planted unshare -n sh -c "ip link add tarebr0 type bridge; ip link add tare-v0 type veth peer name tv0123abcd
	ip tuntap add tt0123abcd mode tap; $hold"
ns=$(readlink "/proc/$pid/ns/net")
must_name "network namespace" "network namespace: $ns of sh"
for link in tarebr0 tare-v0 tv0123abcd tt0123abcd; do
	must_name "link $link" "link: $link in $ns"
done
mkdir -p "$state/0123456789abcdef/lab"
planted unshare -m sh -c "mount -t tmpfs tare '$state/0123456789abcdef/lab'; $hold"
must_name "mount" "mount: $state/0123456789abcdef/lab"
must_name "file" "file: $state/0123456789abcdef"
touch "$results/.run.json.123.tmp"
must_name "temporary" "temporary: $results/.run.json.123.tmp"

planted_pids=$pids
clean
left=$(look | grep -F -e "$dir" -e "$group" -e "$ns")
for pid in $planted_pids; do
	[ ! -d "/proc/$pid" ] || left="$left process $pid"
done
if [ -n "$left" ]; then
	echo "FAILED: named after it was removed: $left"
	failed=1
fi
[ "$failed" = 0 ] && echo "leaks.sh: every kind was named, and gone when removed"
exit "$failed"
