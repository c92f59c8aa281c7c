#!/bin/sh
# dist.sh VERSION FOLDER - writes FOLDER/tare-VERSION.tar.gz: what git tracks, or without git all that is no output. The same
# tree gives the same bytes: sorted, one owner, one mode, one time (SOURCE_DATE_EPOCH, else that of the commit, else of the
# newest file, which in an unpacked archive is the same). Needs GNU tar.
set -eu
name=tare-$1 out=$2
cd "$(dirname "$0")/.."
export LC_ALL=C
mkdir -p "$out"
list=$(mktemp) tar=$(mktemp)
trap 'rm -f "$list" "$tar"' EXIT

git() { command git -c safe.directory="$PWD" "$@"; }
# An archive unpacked inside of another project's repository is not of that repository.
if [ -e .git ]; then
  git ls-files -z | sort -z >"$list"
  time=$(git log -1 --format=%ct)
  [ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "tare: dist: the archive holds changes that are not committed" >&2
else
  find . -type f -o -type l | sed 's,^\./,,' | grep -vE '^(build[^/]*/|compile_commands\.json$|results/)|(^|/)\.git/' >"$list" || true
  for keep in results/README.md results/schema results/reference; do
    find "$keep" -type f >>"$list"
  done
  tr '\n' '\0' <"$list" | sort -z >"$tar"
  cp "$tar" "$list"
  time=$(xargs -0 stat -c %Y <"$list" | sort -n | tail -n 1)
fi
[ -s "$list" ] || { echo "tare: dist: no files found" >&2 && exit 5; }
tar --create --format=ustar --file="$tar" --null --no-recursion --files-from="$list" --owner=0 --group=0 --numeric-owner \
  --mode=u=rwX,go=rX --mtime="@${SOURCE_DATE_EPOCH:-$time}" --transform="flags=r;s,^,$name/,"
gzip -9 -n <"$tar" >"$out/$name.tar.gz.new"
mv "$out/$name.tar.gz.new" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
