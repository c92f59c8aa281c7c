#!/bin/sh
# setup.sh [--tests] - installs what building and running tare needs (Debian, Ubuntu), and fills the cache of
# guest kernels and images. Says what it would install and stops elsewhere. Touches nothing of the host's boot loader.
set -eu

here=$(dirname "$0")
base='gcc make pkg-config libc6-dev libvirt-dev libvirt-daemon-driver-qemu qemu-system-x86
libcurl4-openssl-dev libjansson-dev libnl-3-dev libnl-route-3-dev libseccomp-dev libcap-ng-dev
libarchive-dev libnftables-dev gnuplot-nox fonts-dejavu-core docker.io mmdebstrap e2fsprogs'
tests='libcmocka-dev clang clang-format clang-tidy cppcheck shellcheck valgrind python3 python3-jsonschema python3-yaml systemd
iperf3 runc bubblewrap strace iproute2 libvirt-daemon libvirt-clients libxml2-utils busybox
cpio tidy podman crun curl util-linux openssl zsh
prometheus prometheus-pushgateway python3-prometheus-client'

wanted=$base
[ "${1:-}" = --tests ] && wanted="$base $tests"
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
  case $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true) in
  installed) ;;
  *) missing="$missing $p" ;;
  esac
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
  apt-get install -q -y --no-install-recommends $missing >/dev/null
fi
sh "$here/../workloads/images/fetch-kernel.sh"
# Only arms that name such hardware need it.
sh "$here/../workloads/images/fetch-kernel.sh" --full ||
  echo "tare: setup: no full guest kernel: an arm with nic e1000, e1000e or disk_bus pvscsi will say so" >&2
# Without it the arms with a whole Debian are missing, and nothing else: an ordinary user is told so, not stopped.
sh "$here/../workloads/images/make-debian.sh" || [ "$(id -u)" != 0 ]
