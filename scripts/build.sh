#!/usr/bin/env bash
# Sets up what is missing and builds; the program is then build/<preset>/bin/easel.
#   scripts/build.sh [release|debug|asan|tsan] [target...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
[ $# -gt 0 ] && shift
case $preset in
release | debug | asan | tsan) ;;
*)
    echo "build: there is no preset $preset; use release, debug, asan or tsan" >&2
    exit 2
    ;;
esac
scripts/setup.sh

# A file that includes ATen takes up to 0.6 GB to compile, so memory bounds the jobs as well as the cores do.
memory_jobs=$(awk '/^MemAvailable:/ { jobs = int($2 / 1000000); print jobs < 1 ? 1 : jobs }' /proc/meminfo)
jobs=$(nproc)
[ "$memory_jobs" -lt "$jobs" ] && jobs=$memory_jobs

mkdir -p build
cmake --preset "$preset" >"build/$preset.log" 2>&1 || {
    cat "build/$preset.log" >&2
    exit 1
}
cmake --build --preset "$preset" --parallel "$jobs" ${1:+--target "$@"}
