#!/bin/sh
# Fills the cache with a guest kernel and the modules a guest may need, from the distribution's package,
# which is downloaded and unpacked, never installed. To keep one more module, add it to $wanted.
set -eu

usage()
{
	cat <<'END'
usage: fetch-kernel.sh [--full] [--force]

Puts <cache>/kernel -> kernel-<release> with vmlinuz, release and lib/modules/<release> in place.
--full: <cache>/kernel-full instead, from the distribution's general kernel, which has drivers for real NICs and
disks that the one for clouds is built without.
<cache> is $TARE_CACHE, else /var/cache/tare as root, else ${XDG_CACHE_HOME:-~/.cache}/tare.
Does nothing when a kernel is there already, unless --force is given.
END
}

die()
{
	echo "fetch-kernel: $*" >&2
	exit 5
}

force=no
link=kernel
metas="linux-image-cloud-amd64 linux-image-virtual linux-image-amd64"
for option; do
	case $option in
	--force) force=yes ;;
	--full) link=kernel-full metas="linux-image-amd64 linux-image-generic" ;;
	--help | -h) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
done

# shellcheck source=workloads/images/cache.sh
. "$(dirname "$0")/cache.sh"

if [ $force = no ] && [ -s "$cache/$link/vmlinuz" ] && [ -s "$cache/$link/release" ]; then
	echo "guest kernel $(cat "$cache/$link/release") is in $cache/$link"
	exit 0
fi

# A NIC or disk that the kernel is built without is no loss here: an arm that names it says so.
wanted="virtio_pci virtio_net virtio_blk virtio_console vmxnet3 e1000 e1000e vmw_pvscsi sd_mod
	ext4 crc32c_generic
	bridge veth tun stp llc overlay br_netfilter"

for tool in apt-get apt-cache dpkg-deb dpkg; do
	command -v $tool >/dev/null ||
		die "no $tool on this system, expected Debian or Ubuntu; give the plan's vm arm a kernel of your own (options kernel and modules)"
done
[ "$(dpkg --print-architecture)" = amd64 ] ||
	die "architecture $(dpkg --print-architecture), expected amd64; give the plan's vm arm a kernel of your own"

depends()
{
	apt-cache depends --important "$1" 2>/dev/null | sed -n 's/^ *|*Depends: *//p'
}

# A meta package names the image of the day; on Ubuntu the image names its modules in turn.
packages=
for meta in $metas; do
	image=$(depends "$meta" | grep -E '^linux-image-(unsigned-)?[0-9]' | head -n 1) || continue
	extra=$(depends "$image" | grep -E '^linux-modules-[0-9]' | head -n 1) || extra=
	packages="$image $extra"
	break
done
[ -n "$packages" ] || die "none of the packages $metas is known; run: apt-get update"

make_work fetch

cd "$work"
# As root apt would drop to a user that cannot write here.
# shellcheck disable=SC2086 # a list of package names
apt-get -q -o APT::Sandbox::User=root download $packages ||
	die "cannot download $packages; run: apt-get update"
for deb in *.deb; do
	dpkg-deb -x "$deb" unpacked
done

vmlinuz=$(find unpacked/boot -name 'vmlinuz-*' -type f | head -n 1)
[ -n "$vmlinuz" ] || die "no vmlinuz in $packages"
release=${vmlinuz##*/vmlinuz-}
from=unpacked/lib/modules/$release
[ -d "$from" ] || from=unpacked/usr/lib/modules/$release
[ -d "$from" ] || die "no lib/modules/$release in $packages"

# modules.dep is made when a package is installed, so the needs are read from the modules themselves.
to=new/lib/modules/$release
mkdir -p "$to"
find "$from" -name '*.ko*' -type f >files
cp "$from/modules.builtin" "$to/"

# The path of a module by its name, in which - and _ are the same.
path_of()
{
	grep -E "/$(echo "$1" | sed 's/[-_]/[-_]/g')\\.ko(\\.[a-z0-9]+)?\$" files | head -n 1
}

# Keeps the module plain (unpacked) and writes its line of modules.dep; prints what it needs.
keep()
{
	file=${1#"$from"/}
	plain=${file%.xz}
	plain=${plain%.zst}
	plain=${plain%.gz}
	mkdir -p "$to/${plain%/*}"
	case $file in
	*.xz) xz -dc "$1" >"$to/$plain" ;;
	*.zst) zstd -qdc "$1" >"$to/$plain" ;;
	*.gz) gzip -dc "$1" >"$to/$plain" ;;
	*) cp "$1" "$to/$plain" ;;
	esac || die "cannot unpack $file; run: apt-get install xz-utils zstd"
	needs=$(tr '\0' '\n' <"$to/$plain" | sed -n 's/^depends=//p' | tr ',' ' ')
	line=$plain:
	for need in $needs; do
		need=$(path_of "$need")
		need=${need#"$from"/}
		line="$line ${need%.ko*}.ko"
	done
	echo "$line" >>"$to/modules.dep"
	echo "$needs"
}

todo=$wanted
done=" "
while [ -n "${todo# }" ]; do
	next=
	for module in $todo; do
		case $done in *" $module "*) continue ;; esac
		done="$done$module "
		path=$(path_of "$module")
		if [ -n "$path" ]; then
			next="$next $(keep "$path")"
		else
			grep -Eq "/$(echo "$module" | sed 's/_/[-_]/g')\\.ko" "$to/modules.builtin" ||
				case $module in
				virtio_*) die "$release has no module $module" ;;
				esac
		fi
	done
	todo=${next# }
done
sort -o "$to/modules.dep" "$to/modules.dep"

# On Ubuntu only root may read it: no CI's cache could keep it.
install -m 644 "$vmlinuz" new/vmlinuz
echo "$release" >new/release
echo "$packages" >new/packages

# The folder comes under its final name in one step, then the link to it in another.
rm -rf "$work/old"
[ ! -e "$cache/kernel-$release" ] || mv "$cache/kernel-$release" "$work/old"
mv new "$cache/kernel-$release"
ln -s "kernel-$release" link
mv -T link "$cache/$link"
echo "guest kernel $release is in $cache/$link"
