#!/bin/bash
# lint.sh - format, static analysis, shell scripts, and the include rules of the architecture. Prints what is
# wrong, one line each; exit 1 if anything is.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
say() {
  echo "lint: $*"
  bad=1
}
tracked() { if [ -e .git ]; then git ls-files "$@"; else for p in "$@"; do find . -path "./$p" -not -path './build*' | sed 's,^..,,'; done; fi; }
mapfile -t sources < <(tracked 'harness/*.[ch]' 'harness/**/*.[ch]' 'workloads/*.[ch]' 'include/*.h' 'tests/unit/*.[ch]' 'tests/fuzz/*.c' 'tests/system/*.c' | sort -u)
mapfile -t scripts < <(tracked '*.sh' .ci/run harness/completion.bash | sort -u)
[ ${#sources[@]} -gt 0 ] || say "no sources found"

for f in "${sources[@]}"; do
  clang-format --dry-run -Werror "$f" >/dev/null 2>&1 || say "$f: not formatted; run clang-format -i $f"
done

# The include rules: a platform knows no metric, a probe no platform, statistics do no I/O, workloads know
# only the wire.
while IFS= read -r line; do say "platform includes a probe's header: $line"; done \
  < <(grep -nE '#include "(probe|probes|metric|sample)\.h"' harness/platform/*.[ch])
while IFS= read -r line; do say "probe includes the platform's header: $line"; done \
  < <(grep -nE '#include "platform\.h"' harness/probe/*.[ch])
while IFS= read -r line; do say "statistics do I/O: $line"; done \
  < <(grep -nE '#include <(stdio|fcntl|unistd|sys/)' harness/stats*.c include/stats.h)
while IFS= read -r line; do say "workloads include more than the wire header: $line"; done \
  < <(grep -nE '#include "' workloads/*.[ch] | grep -vE '"(wire|sha256|inside|[a-z0-9-]+)\.h"')
while IFS= read -r h; do
  [ "$h" = wire.h ] || [ "$h" = sha256.h ] || [ -e "workloads/$h" ] || say "workloads/ includes include/$h, allowed are wire.h and sha256.h"
done < <(grep -hoE '#include "[^"]+"' workloads/*.[ch] | sed 's/.*"\(.*\)"/\1/' | sort -u)
for f in "${sources[@]}"; do
  case $f in include/set.h | harness/run.c | harness/trial-run.c | tests/*) continue ;; esac
  grep -q '#include "platform.h"' "$f" && grep -q '#include "probe.h"' "$f" &&
    say "$f: meets both platforms and probes, only the run loop may"
done

command -v shellcheck >/dev/null && { shellcheck -x "${scripts[@]}" || bad=1; }
# Without jansson's macros cppcheck gives up on each file that walks an array.
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
  --suppress=missingIncludeSystem --suppress=varFuncNullUB -D__GNUC__ \
  --include="$(pkg-config --variable=includedir jansson)/jansson.h" -Iinclude -Iharness/platform -Iharness/report harness workloads -j2 || bad=1

mapfile -t units < <(printf '%s\n' "${sources[@]}" | grep -E '^(harness|workloads)/.*\.c$')
# shellcheck disable=SC2046 # a list of flags
printf '%s\n' "${units[@]}" | xargs -P2 -n4 sh -c 'clang-tidy --quiet "$@" -- -std=gnu17 -D_GNU_SOURCE -Iinclude '"$(pkg-config --cflags libvirt libcurl jansson libnl-3.0 libnl-route-3.0 libseccomp libcap-ng libarchive libnftables | tr '\n' ' ')"' 2>/dev/null' sh || bad=1
[ $bad = 0 ] && echo "lint: clean"
exit $bad
