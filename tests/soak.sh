#!/bin/bash
# soak.sh - what takes too long for check: many more kills, resumes and cycles, with the same tests. Ends with the
# count line of tests/run.sh.
set -u
cd "$(dirname "$0")/.." || exit 1
export KILLS=${KILLS:-50} RESUMES=${RESUMES:-20} TEST_TIMEOUT=7200
echo "soak: $KILLS kills a platform, $RESUMES resumes, $(date -u +%FT%TZ)"
TARE=${TARE:-$PWD/build/tare} bash tests/soak-cycles.sh || exit 1
TESTS="tests/system/test-kill.sh tests/system/test-resume.sh tests/system/test-interrupt.sh tests/system/test-hazards.sh" \
  bash tests/run.sh system
