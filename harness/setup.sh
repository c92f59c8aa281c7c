#!/bin/sh
# setup.sh [--tests] - installs what building and running tare needs (Debian, Ubuntu), and fills the cache of
# guest kernels and images. Says what it would install and stops elsewhere. Touches nothing of the host's boot loader,
# and removes no package. MUST=1: an image that cannot be made is a failure, not a warning.
set -eu

here=$(dirname "$0")
base='gcc make pkg-config libc6-dev libvirt-dev libvirt-daemon-driver-qemu qemu-system-x86
libcurl4-openssl-dev libjansson-dev libnl-3-dev libnl-route-3-dev libseccomp-dev libcap-ng-dev
libarchive-dev libnftables-dev gnuplot-nox fonts-dejavu-core mmdebstrap e2fsprogs
debian-archive-keyring gpg xz-utils zstd'
# The engine of the docker arms, and what it brings.
engine='docker.io'
tests='libcmocka-dev clang clang-format clang-tidy cppcheck shellcheck valgrind python3 python3-jsonschema python3-yaml systemd
iperf3 bubblewrap strace iproute2 libvirt-daemon libvirt-clients libxml2-utils busybox
cpio tidy podman crun curl util-linux openssl zsh
prometheus prometheus-pushgateway python3-prometheus-client'

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

wanted=$base
if [ "${1:-}" = --tests ]; then
  wanted="$base $tests"
  engine='docker.io runc'
fi
# Docker's own packages hold an engine, too, and cannot stand beside the distribution's.
if ! command -v dockerd >/dev/null && ! installed containerd.io && ! installed docker-ce-cli; then
  wanted="$wanted $engine"
fi
# In one line.
wanted=$(echo "$wanted" | tr '\n' ' ')

like=
if [ -r /etc/os-release ]; then
  # shellcheck source=/dev/null
  like=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
fi
# Ubuntu has it as a snap only, which needs its daemon: there the test of report.html in a browser skips.
case ${1:-}:$like in
--tests:debian*) wanted="$wanted chromium victoria-metrics" ;;
esac
case " $like " in
*" debian "* | *" ubuntu "*) ;;
*)
  echo "tare: setup: this is not Debian or Ubuntu; install what these packages hold, then run make: $wanted" >&2
  exit 5
  ;;
esac

missing=
for p in $wanted; do
  installed "$p" || missing="$missing $p"
done

if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "tare: setup: needs root to install$missing; run it with sudo" >&2
    exit 5
  fi
  export DEBIAN_FRONTEND=noninteractive
  echo "tare: setup: installing$missing"
  apt-get update -q >/dev/null || echo "tare: setup: the package lists could not be renewed; trying with the old ones" >&2
  # A package that would start a daemon must not: tare needs none.
  policy=
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  # shellcheck disable=SC2086 # a list of words
  if ! apt-get install -q -y --no-install-recommends --no-remove $missing >/dev/null; then
    # shellcheck disable=SC2086 # a list of words
    gone=$(LC_ALL=C apt-get install -s -y --no-install-recommends $missing 2>/dev/null | sed -n 's/^Remv \([^ ]*\).*/ \1/p' | tr -d '\n')
    if [ -n "$gone" ]; then
      echo "tare: setup: apt would remove$gone, which setup never does, to install$missing; remove what you can do without" \
        "by yourself (apt-get install -s$missing shows the plan), and run setup again" >&2
    else
      echo "tare: setup: apt cannot install$missing; mend what it says above, and run setup again" >&2
    fi
    exit 5
  fi
fi
sh "$here/../workloads/images/fetch-kernel.sh"
# Only arms that name such hardware need it.
sh "$here/../workloads/images/fetch-kernel.sh" --full ||
  echo "tare: setup: no full guest kernel: an arm with nic e1000, e1000e or disk_bus pvscsi will say so" >&2
if ! sh "$here/../workloads/images/make-debian.sh"; then
  echo "tare: setup: no Debian image: the default plan needs none; an arm or workload that does will say so, and so does tare doctor" >&2
  [ "${MUST:-0}" != 1 ] || exit 5
fi
