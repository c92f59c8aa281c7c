# cache.sh - to be sourced: $cache, where kernels and images are kept (cache_folder() in harness/guest-kernel.c finds
# them by the same rule), and a folder to make them in.
# shellcheck shell=sh

if [ -n "${TARE_CACHE:-}" ]; then
	cache=$TARE_CACHE
elif [ "$(id -u)" = 0 ]; then
	cache=/var/cache/tare
else
	case ${XDG_CACHE_HOME:-} in
	/*) cache=$XDG_CACHE_HOME/tare ;;
	*) cache=${HOME:?HOME is not set}/.cache/tare ;;
	esac
fi

# Sets $work: a new folder in the cache, where a rename is one step; gone when the script ends. Who sources it has die().
make_work()
{
	umask 022
	mkdir -p "$cache" || die "cannot make $cache; set TARE_CACHE to a folder that can be written"
	work=$(mktemp -d "$cache/.$1.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}
