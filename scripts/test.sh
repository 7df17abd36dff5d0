#!/usr/bin/env bash
# Sets up what is missing, builds, and runs every test: the test programs, the check of the layers, and the black-box
# suites of ../shared where that folder is. The last line is `N passed, N failed, N skipped`.
#   scripts/test.sh
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh release </dev/null || exit 1
results=$PWD/build/release/test-results
rm -rf "$results"
mkdir -p "$results"
status=0
# The tests of the inference layer read the same model files as the parity suite.
models=$(.deps/venv/bin/python tests/run_blackbox --results "$results" --forge </dev/null) || status=1
[ -z "$models" ] || export EASEL_PARITY_MODELS=$models
ctest --test-dir build/release --output-on-failure --output-junit "$results/ctest.xml" </dev/null || status=1
.deps/venv/bin/python tests/run_blackbox --results "$results" </dev/null || status=1
.deps/venv/bin/python tests/summary.py "$results" || status=1
exit $status
