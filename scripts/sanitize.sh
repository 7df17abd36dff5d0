#!/usr/bin/env bash
# Runs the tests of the layers below the nodes under sanitizers: addresses and undefined behaviour (asan), threads (tsan).
# The nodes and libtorch are left out, since compiling them takes an hour and libtorch is not instrumented.
#   scripts/sanitize.sh [asan|tsan]...               both, unless one is named
#   scripts/sanitize.sh conformance [pytest arguments]
#                                                    the suite of ../shared against a server under asan that loads the
#                                                    nodes of build/release
# JOBS=N compiles that many files at once (default: all cores).
set -euo pipefail
cd "$(dirname "$0")/.."
tests=(base_tests graph_tests workflows_tests web_api_tests server_tests)
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

build() {
    local preset=$1
    shift
    scripts/setup.sh
    cmake --preset "$preset" >"build/$preset.log" 2>&1 || { cat "build/$preset.log" >&2; exit 1; }
    cmake --build --preset "$preset" --parallel "${JOBS:-$(nproc)}" --target "$@"
}

run_tests() {
    local preset=$1 status=0 test
    build "$preset" "${tests[@]}"
    for test in "${tests[@]}"; do
        echo "== $preset: $test"
        "build/$preset/bin/$test" --gtest_brief=1 || status=1
    done
    return $status
}

# The part that computes is loaded at run time: it is the one of the release build, which finds the instrumented layers
# already there.
conformance() {
    local backend=build/release/lib/libeasel_backend.so
    [ -e "$backend" ] || { echo "sanitize: there is no $backend; run scripts/build.sh first" >&2; exit 1; }
    build asan easel
    ln -sf "$PWD/$backend" build/asan/lib/
    ln -sfn "$PWD/build/release/plugins" build/asan/plugins
    .deps/venv/bin/python tests/run_blackbox --program build/asan/bin/easel --only conformance \
        --results build/asan/test-results -- "$@"
}

mkdir -p build
case ${1:-} in
conformance)
    shift
    conformance "$@"
    ;;
*)
    [ $# -gt 0 ] || set -- asan tsan
    status=0
    for preset in "$@"; do run_tests "$preset" || status=1; done
    exit $status
    ;;
esac
