#!/bin/sh
# inventory.sh [STATE [RESULTS]] - what runs of tare left on this host, one line each, sorted; nothing printed
# when it is clean but foreign network namespaces. STATE: the state folder (/run/tare). A new kind of thing is one
# function here and one plant in leaks.sh. Run as root: what cannot be read is not seen.
set -u
state=${1:-/run/tare}
results=${2:-results}

# Pids in /proc whose FILE matches the fixed string TEXT.
pids_with() { # FILE TEXT
	grep -lsaF -- "$2" /proc/[0-9]*/"$1" | cut -d/ -f3
}

# Our own shells carry STATE in their command line.
is_us() { # PID
	[ "$1" = "$$" ] || grep -qsaF -- "inventory.sh" "/proc/$1/cmdline"
}

say() { # KIND PID
	name=$(cat "/proc/$2/comm" 2>/dev/null) && [ -n "$name" ] && echo "$1: $name $2"
}

processes() {
	for pid in $(pids_with cgroup /tare-); do
		say "process in cgroup" "$pid"
	done
	for pid in $(pids_with cmdline "$state/"); do
		is_us "$pid" || say "process with state folder" "$pid"
	done
	for pid in $(pids_with cmdline guest=tare-); do
		is_us "$pid" || say "domain" "$pid"
	done
	for pid in $(pids_with comm tare-guardian); do
		grep -qs '^State:.[ZX]' "/proc/$pid/status" || echo "guardian: $pid"
	done
}

# "NAMESPACE PID" for each network namespace but our own.
namespaces() {
	mine=$(readlink /proc/self/ns/net)
	find /proc/[0-9]*/ns/net -maxdepth 0 -printf '%l %p\n' 2>/dev/null |
		grep -vF -- "$mine " | sed 's,/proc/,,; s,/ns/net$,,' | sort -u -k1,1
}

links() {
	{
		echo "here self"
		namespaces
	} | while read -r ns pid; do
		tail -n +3 "/proc/$pid/net/dev" 2>/dev/null | sed 's/^ *//; s/:.*//' |
			grep -E '^(tare|t[vt][0-9a-f]{8}$)' | sed "s/^/link: /; s/\$/ in $ns/"
	done
}

network_namespaces() {
	namespaces | while read -r ns pid; do
		say "network namespace: $ns of" "$pid" | sed 's/ of: / of /; s/ [0-9]*$//'
	done
	for name in /run/netns/*tare*; do
		[ ! -e "$name" ] || echo "network namespace: $name"
	done
}

cgroups() {
	awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5 }' \
		/proc/self/mountinfo | sort -u | while read -r mount; do
		find "$mount" -type d -name '*tare-*' -prune 2>/dev/null | sed 's/^/cgroup: /'
	done
}

mounts() {
	grep -hsF -- "$state/" /proc/[0-9]*/mountinfo | awk '{ print $5 }' | sort -u |
		sed 's/^/mount: /'
}

files() {
	# The lock, the proof of the accelerator and libvirt's cache stay for the next run.
	[ ! -d "$state" ] || find "$state" -mindepth 1 ! -path "$state/lock" \
		! -path "$state/accel.json" ! -path "$state/libvirt-cache*" | sed 's/^/file: /'
	[ ! -d "$results" ] || find "$results" -name '*.tmp' | sed 's/^/temporary: /'
}

{
	processes
	links
	network_namespaces
	cgroups
	mounts
	files
} | LC_ALL=C sort
exit 0
