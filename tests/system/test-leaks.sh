#!/bin/bash
# The leak check that every system test ends with: it names each kind of thing that is planted.
. "$(dirname "$0")/lib.sh"
need_root leaks
check every-kind-is-named sh tests/system/leaks.sh
