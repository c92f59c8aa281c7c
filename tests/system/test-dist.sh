#!/bin/bash
# test-dist.sh - the source archive: the same bytes each time, nothing but sources in it, and it builds, installs and works
# from itself, outside of any repository. One build, not optimised. Needs no privileges.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
unset BUILD TARE_DATA TARE_AGENT MAKEFLAGS MFLAGS MAKELEVEL # as a stranger has it
version=$(sed -n 's/^#define TARE_VERSION "\(.*\)"/\1/p' include/version.h)
name=tare-$version

dist() { make -s dist BUILD="$2" -C "$1" 2>"$work/err" | tail -n 1; }
same archive-named "$work/one/$name.tar.gz" "$(dist . "$work/one")"
(umask 077 && dist . "$work/two" >/dev/null)
check same-bytes cmp "$work/one/$name.tar.gz" "$work/two/$name.tar.gz"
tar tf "$work/one/$name.tar.gz" >"$work/names"
same one-folder "$name" "$(cut -d/ -f1 <"$work/names" | sort -u)"
same no-output "" "$(grep -E "^$name/(build|\.git/|results/(latest|[0-9]))|\.(o|a|d|gz|new)$" "$work/names")"
same names-sorted "" "$(LC_ALL=C sort -c "$work/names" 2>&1)"
same one-owner-and-time "1 0/0" "$(tar tvf "$work/one/$name.tar.gz" --numeric-owner --full-time | awk '{print $4, $5}' | sort -u | wc -l) \
$(tar tvf "$work/one/$name.tar.gz" --numeric-owner | awk '{print $2}' | sort -u)"
if [ -e .git ]; then
  same all-that-git-tracks "$(git -c safe.directory="$PWD" ls-files | LC_ALL=C sort | sha256sum)" "$(sed "s,^$name/,," "$work/names" | sha256sum)"
fi

src=$work/$name
tar xf "$work/one/$name.tar.gz" -C "$work"
dist "$src" "$work/three" >/dev/null
check again-from-itself cmp "$work/one/$name.tar.gz" "$work/three/$name.tar.gz"
mkdir "$src/build" "$src/results/latest" && touch "$src/build/x.o" "$src/results/latest/run.json" "$src/compile_commands.json"
dist "$src" "$work/four" >/dev/null
check output-stays-out cmp "$work/one/$name.tar.gz" "$work/four/$name.tar.gz"
rm -r "$src/build" "$src/results/latest" "$src/compile_commands.json"

# The version is in one place: all else follows it.
sed -i 's/^\(#define TARE_VERSION\) .*/\1 "9.8.7"/' "$src/include/version.h"
same version-names-it "$work/five/tare-9.8.7.tar.gz" "$(dist "$src" "$work/five")"
check builds-and-installs make -s -j2 -C "$src" CFLAGS=-O0 install DESTDIR="$work/root" PREFIX=/usr
cd "$work" || exit 1
installed=$work/root/usr/bin/tare
same version-told "tare 9.8.7" "$("$installed" --version)"
same version-in-the-page '.TH TARE 1 "" "tare 9.8.7" "User Commands"' "$(head -n 1 "$work/root/usr/share/man/man1/tare.1")"
same metrics-listed "$("$TARE" list metrics | sha256sum)" "$("$installed" list metrics | sha256sum)"
same plans-found "$(find "$src/workloads/plans" -name '*.json' -printf '%f\n' | sed 's,\.json$,,' | LC_ALL=C sort)" \
  "$("$installed" help --complete -- run '' | awk -F'\t' '$1 == "word" {print $2}')"
"$installed" list plans --json >told
same plans-from-there "$work/root/usr/share/tare/workloads/plans/default.json" \
  "$(json told '[p["path"] for p in d["plans"] if p["name"] == "default"][0]')"
"$installed" run --dry-run --arm host --seed 1 >dry 2>&1
same dry-run-works 0 $?

# Just these files, each with its mode.
{
  echo "755 usr/bin/tare"
  printf '755 usr/lib/tare/%s\n' agent vm-launcher
  printf '644 usr/share/%s\n' man/man1/tare.1 bash-completion/completions/tare zsh/site-functions/_tare doc/tare/LICENSE doc/tare/README.md
  cd "$src" && find workloads -path 'workloads/*.json' -not -path 'workloads/*/*' -o -path 'workloads/plans/*.json' -o -path 'workloads/claims/*.json' \
    -o -path 'workloads/nginx/*' -type f -o -path 'workloads/redis/*' -type f | sed 's,^,644 usr/share/tare/,'
} 2>/dev/null | sort >"$work/expected"
(cd "$work/root" && find . -type f -printf '%m %P\n' -o -not -type d -printf 'odd %P\n' | sort) >"$work/found"
if diff "$work/expected" "$work/found" >"$work/diff"; then ok installed-files; else bad installed-files "$(head -n 5 "$work/diff" | tr '\n' ' ')"; fi
