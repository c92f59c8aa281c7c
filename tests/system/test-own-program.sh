#!/bin/bash
# A program and a VM of the user's own, as README shows them: workloads/examples/web.json and own-vm.json.
. "$(dirname "$0")/lib.sh"
need_root own-program
inventory >"$work/before"
cache=${TARE_CACHE:-/var/cache/tare}

cp -r workloads/examples "$work/mine"
check web-runs "$TARE" run --workload "$work/mine/web.json" --quick -o "$work/web"
same web-complete complete "$(json "$work/web/run.json" 'd["status"]')"
same web-is-the-same-payload 1 "$(json "$work/web/run.json" 'len(d["payload_sha256"])')"
# It answered over the network in every arm: the first response and a small body.
for metric in boot.first_response network.http_ttfb; do
  same "web-$metric-in-four-arms" 4 "$(grep "\"$metric\"" "$work/web/samples.jsonl" | grep -c '"ok"')"
done

# A kernel, an initrd, a disk and RAM of one's own.
mkdir -p "$work/mine/own" "$work/tree/bin" "$work/tree/srv" "$work/empty"
kernel=$(find "$cache" -name 'vmlinuz*' | head -1)
modules=$(find "$cache" -path '*lib/modules/*' -name modules.dep | head -1)
cp "$kernel" "$work/mine/own/vmlinuz"
cp -r "$(dirname "$modules")" "$work/mine/own/modules"
mkdir -p "$work/initrd/etc"
echo "of my own" >"$work/initrd/etc/own"
(cd "$work/initrd" && find . | cpio -o -H newc 2>/dev/null) | gzip >"$work/mine/own/initrd.img"
# The disk is the root in which the workload runs: the program with its libraries, and what it serves.
mkdir -p "$work/tree/proc" "$work/tree/dev" "$work/tree/sys" "$work/tree/tmp"
cp /bin/busybox "$work/tree/bin/"
ldd /bin/busybox | grep -oE '/[^ ]+' | while read -r l; do
  mkdir -p "$work/tree$(dirname "$l")"
  cp -L "$l" "$work/tree$l"
done
cp -r "$work/mine/root/srv/www" "$work/tree/srv/www"
truncate -s 32M "$work/mine/own/root.ext4"
check disk-made mke2fs -q -t ext4 -d "$work/tree" "$work/mine/own/root.ext4"
check own-vm-runs "$TARE" run "$work/mine/own-vm.json" --quick -o "$work/vm"
[ -s "$work/vm/run.json" ] || exit
same own-vm-complete complete "$(json "$work/vm/run.json" 'd["status"]')"
same own-vm-ram 268435456 "$(json "$work/vm/run.json" 'd["arms"]["vm-own"].get("ram")')"
same own-vm-answered ok "$(grep '"vm-own"' "$work/vm/samples.jsonl" | grep '"boot.first_response"' | grep -o '"ok"' | tr -d '"')"
clean nothing-left "$work/before"
