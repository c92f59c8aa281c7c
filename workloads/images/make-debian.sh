#!/bin/sh
# Makes the image "debian" once: a Debian with systemd, nginx and redis as a tree (containers) and as an ext4 disk
# (VMs), in the cache under a hash of this recipe. Another package or setting is another hash, and a new image.
set -eu

suite=bookworm
packages='systemd systemd-sysv udev dbus libpam-systemd login nginx-light redis-server'
disk_size=640M
# What would start by itself and fetch something, or serve where the workload shall: a run starts them by itself.
disabled='nginx.service redis-server.service'
masked='apt-daily.timer apt-daily-upgrade.timer'

usage()
{
	cat <<'END'
usage: make-debian.sh [--force]

Puts <cache>/debian -> debian-<hash> with tree/, disk.ext4, packages (name and version) and hash in place.
<cache> is $TARE_CACHE, else /var/cache/tare as root, else ${XDG_CACHE_HOME:-~/.cache}/tare.
Does nothing when the image of this recipe is there already, unless --force is given.
END
}

die()
{
	echo "make-debian: $*" >&2
	exit 5
}

force=no
case "$#:${1:-}" in
0:) ;;
1:--force) force=yes ;;
1:--help | 1:-h) usage && exit 0 ;;
*) usage >&2 && exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=workloads/images/cache.sh
. "$here/cache.sh"
hash=$(cat "$0" "$here"/debian/* | sha256sum | cut -d ' ' -f 1)
name=debian-$(echo "$hash" | cut -c 1-16)
if [ $force = no ] && [ "$(cat "$cache/$name/hash" 2>/dev/null)" = "$hash" ] &&
	[ "$(readlink "$cache/debian")" = "$name" ]; then
	echo "image debian is in $cache/$name"
	exit 0
fi

[ "$(id -u)" = 0 ] || die "the image debian needs root to be made: its files have owners; run it with sudo"
for tool in mmdebstrap mke2fs apt-get; do
	command -v $tool >/dev/null ||
		die "no $tool on this system; run: apt-get install mmdebstrap e2fsprogs debian-archive-keyring gpg"
done

# The host's own mirror of that release; nothing where the host is of another or Ubuntu: there the tool's standard
# mirror of Debian serves, by the keys of debian-archive-keyring.
sources()
{
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' |
		while read -r origin uri codename component; do
			case $origin:$codename:$component in
			"Debian:$suite:main" | "Debian:$suite-updates:main" | "Debian:$suite-security:main")
				echo "deb $uri $codename $component"
				;;
			esac
		done | sort -u
}

make_work debian

sources >"$work/sources"
set -- --variant=minbase --mode=root --include="$(echo "$packages" | tr ' ' ,)" \
	--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
	--aptopt='APT::Install-Recommends "false"'
proxy=$(apt-config shell P Acquire::http::Proxy)
[ -z "$proxy" ] || set -- "$@" --aptopt="Acquire::http::Proxy \"$(eval "$proxy"; echo "$P")\""
chmod 755 "$work"
from="mmdebstrap's standard mirror"
set -- "$@" $suite "$work/tree"
if [ -s "$work/sources" ]; then
	from=$(cut -d ' ' -f 2 "$work/sources" | sort -u | tr '\n' ' ')
	set -- "$@" "$work/sources"
fi
# With -q it would keep apt's reasons to itself.
if ! mmdebstrap "$@" >"$work/told" 2>&1; then
	grep '^[EW]: ' "$work/told" | tail -n 8 >&2
	! grep -q NO_PUBKEY "$work/told" ||
		die "mmdebstrap has no key for Debian's packages; run: apt-get install debian-archive-keyring gpg"
	die "mmdebstrap fails; can ${from% } be reached (a proxy is apt's Acquire::http::Proxy), and has $cache room for 2 GB?"
fi

tree=$work/tree
# The units, settings and files that make it a guest of ours.
cp "$here/debian/tare-agent.service" "$here/debian/tare-agent-container.service" "$tree/etc/systemd/system/"
mkdir -p "$tree/tare" "$tree/srv/tare" "$tree/etc/systemd/network"
for unit in tare-agent tare-agent-container; do
	ln -s "/etc/systemd/system/$unit.service" "$tree/etc/systemd/system/multi-user.target.wants/$unit.service"
done
ln -s /dev/null "$tree/etc/systemd/network/99-default.link" # the NIC stays eth0
for unit in $masked; do
	ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
for unit in $disabled; do
	rm -f "$tree/etc/systemd/system/multi-user.target.wants/$unit"
done
rm -f "$tree/etc/systemd/system/redis.service"
: >"$tree/etc/fstab" # the root is mounted by whoever starts it; a container could not mount it again
echo tare >"$tree/etc/hostname"
: >"$tree/etc/machine-id" # each machine makes its own
rm -f "$tree/etc/resolv.conf" "$tree"/var/log/*.log "$tree"/var/log/apt/* "$tree"/var/cache/apt/*.bin
rm -rf "$tree"/var/lib/apt/lists/*
# A large body for whoever serves files: 16 MiB of numbered lines.
seq -w 1 2097152 | head -c 16777216 >"$tree/srv/tare/large"
printf '%063d\n' 0 >"$tree/srv/tare/small"
# shellcheck disable=SC2016 # dpkg's own variables
chroot "$tree" dpkg-query -W -f '${Package} ${Version}\n' >"$work/packages"

mke2fs -q -t ext4 -L tare -E root_owner=0:0 -d "$tree" "$work/disk.ext4" $disk_size >/dev/null
echo "$hash" >"$work/hash"
rm -f "$work/sources" "$work/told"
rm -rf "$work/old"
if [ -e "$cache/$name" ]; then
	mkdir "$work/old"
	mv "$cache/$name" "$work/old/"
fi
mkdir "$work/new"
mv "$work/tree" "$work/disk.ext4" "$work/packages" "$work/hash" "$work/new/"
mv "$work/new" "$cache/$name"
before=$(readlink "$cache/debian" || true)
ln -s "$name" "$work/link"
mv -T "$work/link" "$cache/debian"
# The one before it stays for a run that has begun with it.
for old in "$cache"/debian-*; do
	case ${old##*/} in
	"$name" | "$before") ;;
	*) rm -rf "$old" ;;
	esac
done
echo "image debian is in $cache/$name"
