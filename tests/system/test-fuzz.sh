#!/bin/bash
# Every reader of what comes from outside, fed by libFuzzer: tests/fuzz/.
. "$(dirname "$0")/lib.sh"
bin=${FUZZ_BIN:-$PWD/${BUILD:-build}-clang-san/fuzz}
[ -d "$bin" ] || {
  skip fuzz "no targets built, run make fuzz"
  exit 0
}
bash tests/fuzz/run.sh "$bin" || failed=1
