#!/bin/bash
# test-setup.sh - what harness/setup.sh asks of apt, and what it says when it or an image fails: with programs of the
# test's own in place of apt, dpkg and mmdebstrap, in a mount namespace. Nothing is installed. A new case is a few lines.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
need_root setup
unset MUST

mkdir -p "$work/harness" "$work/workloads/images" "$work/bin" "$work/docker"
cp harness/setup.sh "$work/harness"
for tool in sh bash cat cut dirname chmod grep id mkdir mktemp mke2fs readlink rm sed sha256sum sort tail tr; do
  ln -s "$(command -v $tool)" "$work/bin/$tool"
done
for image in fetch-kernel make-debian; do
  echo "exit \${${image#*-}:-0}" >"$work/workloads/images/$image.sh"
done
program() { # NAME, its text from standard input
  { echo '#!/bin/sh' && cat; } >"$work/$1"
  chmod 755 "$work/$1"
}
# Installed is what the word list in $have says; apt-get writes down what it is asked, and ends as $apt says.
program bin/dpkg-query <<'P'
for p; do :; done
case " ${have:-} " in *" $p "*) echo installed ;; esac
P
program bin/apt-get <<'P'
echo "$*" >>"$asked"
case $1:$2 in
indextargets:*) exit 0 ;;
install:-s) echo "Remv docker-ce [5:27]"; echo "Remv libcurl4-gnutls-dev [8]" ;;
install:*) exit "${apt:-0}" ;;
esac
P
program bin/apt-config </dev/null
program docker/dockerd </dev/null
export asked=$work/asked
printf 'ID=debian\n' >"$work/os-release"
setup() { # ARGUMENT...: exit code in $code, words in $work/told
  : >"$asked"
  unshare -m bash -c "mount -t tmpfs none /usr/sbin; mount --bind '$work/os-release' \"\$(readlink -f /etc/os-release)\"
PATH=$1 exec /bin/sh '$work/harness/setup.sh' ${*:2}" >"$work/told" 2>&1
  code=$?
}
asked_for() { grep '^install' "$asked" | tr ' ' '\n' | grep -cxE -- "$1"; }

setup "$work/bin"
same plain-exit 0 $code
for p in docker.io debian-archive-keyring gpg xz-utils zstd mmdebstrap; do same "plain-asks-for-$p" 1 "$(asked_for "$p")"; done
same never-removes 1 "$(asked_for --no-remove)"
same plain-without-tests 0 "$(asked_for 'runc|libcmocka-dev')"
setup "$work/bin" --tests
same tests-ask-for-an-engine "docker.io runc " "$(tr ' ' '\n' <"$asked" | grep -xE 'docker.io|runc' | tr '\n' ' ')"
# Docker's own packages: docker.io conflicts with docker-ce and docker-ce-cli, runc with containerd.io.
setup "$work/bin:$work/docker" --tests
same dockerd-is-there 0 "$(asked_for 'docker.io|runc')"
same dockerd-is-there-and-the-rest 1 "$(asked_for libcmocka-dev)"
for p in containerd.io docker-ce-cli; do
  have=$p setup "$work/bin" --tests
  same "$p-is-there" 0 "$(asked_for 'docker.io|runc')"
done

apt=100 setup "$work/bin"
same refused-exit 5 $code
check refused-names-what-would-go grep -q '^tare: setup: apt would remove docker-ce libcurl4-gnutls-dev, which setup never does, to install gcc ' "$work/told"
check refused-says-what-to-do grep -q 'remove what you can do without by yourself (apt-get install -s gcc .* shows the plan), and run setup again$' "$work/told"
sed -i '/^install:-s/d' "$work/bin/apt-get"
apt=100 setup "$work/bin"
same unknown-exit 5 $code
check unknown-says-so grep -q '^tare: setup: apt cannot install gcc .*; mend what it says above, and run setup again$' "$work/told"

debian=5 setup "$work/bin"
same no-image-is-a-warning 0 $code
check no-image-says-so grep -q '^tare: setup: no Debian image: the default plan needs none; ' "$work/told"
MUST=1 debian=5 setup "$work/bin"
same no-image-under-must 5 $code
kernel=5 setup "$work/bin"
same no-kernel 5 $code

# ---- the image: why it cannot be made ----
program bin/mmdebstrap <<'P'
case "$*" in
-q* | *" -q"*) ;; # the real one is as silent
*) echo "I: running apt-get update..." && echo "$why" >&2 ;;
esac
exit 25
P
image() { # NAME WHY MESSAGE
  why=$2 TARE_CACHE=$work/cache PATH=$work/bin sh workloads/images/make-debian.sh >"$work/out" 2>"$work/told"
  same "$1-exit" 5 $?
  same "$1" "$2|make-debian: $3|" "$(tr '\n' '|' <"$work/told")"
  same "$1-leaves-nothing" "" "$(ls -A "$work/cache")"
}
image no-key "W: GPG error: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0123" \
  "mmdebstrap has no key for Debian's packages; run: apt-get install debian-archive-keyring gpg"
image no-mirror "E: apt-get update failed" \
  "mmdebstrap fails; can mmdebstrap's standard mirror be reached (a proxy is apt's Acquire::http::Proxy), and has $work/cache room for 2 GB?"

# ---- the guest kernel: on Ubuntu its package lets root alone read it, which would keep it from a CI's cache ----
program bin/dpkg <<<'echo amd64'
program bin/apt-cache <<'P'
case $* in *linux-image-virtual) echo "  Depends: linux-image-9-test" ;; esac
P
program bin/apt-get <<<'echo >linux-image-9-test.deb'
program bin/dpkg-deb <<'P'
mkdir -p "$3/boot" "$3/lib/modules/9-test"
echo kernel >"$3/boot/vmlinuz-9-test" && chmod 600 "$3/boot/vmlinuz-9-test"
echo depends= >"$3/lib/modules/9-test/veth.ko"
for m in pci net blk console; do echo "kernel/virtio_$m.ko"; done >"$3/lib/modules/9-test/modules.builtin"
P
for tool in cp find head install ln mv; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
(umask 077 && TARE_CACHE=$work/cache PATH=$work/bin sh workloads/images/fetch-kernel.sh >"$work/told" 2>&1)
same kernel-exit 0 $?
same kernel-readable-by-all "kernel 644" "$(cat "$work/cache/kernel/vmlinuz") $(stat -Lc %a "$work/cache/kernel/vmlinuz")"
same kernel-nothing-unreadable "" "$(find "$work/cache/kernel/" -not -perm -444)"
