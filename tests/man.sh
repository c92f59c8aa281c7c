#!/bin/sh
# man.sh - prints the manual page, made from the commands' own help: it cannot drift from the table.
set -eu
tare=${TARE:-build/tare}
version=$("$tare" --version | awk '{print $NF}')

# Roff takes a leading dot or quote as a command, and a backslash as an escape.
escape() { sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'; }

printf '.TH TARE 1 "" "tare %s" "User Commands"\n' "$version"
printf '.SH NAME\ntare \\- weigh what isolation costs: process, container and VM, measured alike\n'
printf '.SH SYNOPSIS\n.B tare\n.I COMMAND\n[ARGUMENTS]\n'
printf '.SH DESCRIPTION\n'
printf 'tare starts the same workload as a bare process, as a namespace container and as a libvirt VM, and\n'
printf 'tells what each adds in memory, processes, boot time and network throughput.\n'
printf '.SH COMMANDS\n.nf\n'
"$tare" --help | escape
printf '.fi\n'
"$tare" --help | awk '/^  [a-z]/ {print $1}' | while read -r c; do
  printf '.SH TARE %s\n.nf\n' "$(echo "$c" | tr '[:lower:]' '[:upper:]')"
  "$tare" "$c" --help | escape
  printf '.fi\n'
done
printf '.SH EXIT STATUS\n.nf\n'
sed -n '/^## Exit codes/,$p' "$(dirname "$0")/../results/README.md" | sed '1d' | escape
printf '.fi\n'
