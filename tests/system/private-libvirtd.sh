#!/bin/bash
# private-libvirtd.sh FOLDER - a libvirtd of the test's own: its configuration, state and sockets live in a mount
# namespace and in FOLDER, so that nothing of the host's libvirt is touched. Runs in the foreground; its socket
# is FOLDER/libvirt-sock.
set -eu
folder=$(realpath "$1")
if [ "${2:-}" != inside ]; then
  exec unshare -m --propagation private bash "$0" "$folder" inside
fi
for d in /etc/libvirt /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
  [ -d "$d" ] || continue
  mount -t tmpfs tmpfs "$d"
done
mkdir -p /run/libvirt /etc/libvirt/qemu
# QEMU's user is made by a package that would also start daemons: lend the name.
for f in passwd group; do
  cp "/etc/$f" "$folder/$f"
done
grep -q '^libvirt-qemu:' "$folder/passwd" || echo 'libvirt-qemu:x:0:0::/:/bin/false' >>"$folder/passwd"
grep -q '^kvm:' "$folder/group" || echo 'kvm:x:0:' >>"$folder/group"
grep -q '^libvirt-qemu:' "$folder/group" || echo 'libvirt-qemu:x:0:' >>"$folder/group"
mount --bind "$folder/passwd" /etc/passwd
mount --bind "$folder/group" /etc/group
cat >/etc/libvirt/qemu.conf <<'E'
stdio_handler = "file"
security_driver = "none"
namespaces = []
remember_owner = 0
user = "+0"
group = "+0"
E
cat >"$folder/libvirtd.conf" <<E
unix_sock_dir = "$folder"
auth_unix_rw = "none"
auth_unix_ro = "none"
E
exec libvirtd -f "$folder/libvirtd.conf" -p "$folder/pid"
