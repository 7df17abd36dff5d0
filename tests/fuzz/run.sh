#!/usr/bin/env bash
# Builds the fuzz targets with clang under AddressSanitizer and UndefinedBehaviorSanitizer and runs each for some time
# on its corpus. What a target finds is left in build/fuzz/found/TARGET; the corpus in the tree is not changed.
#   tests/fuzz/run.sh [SECONDS [TARGET...]]        (600 seconds each, all four)
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(prompt http workflow metadata)
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}"
status=0
for target in "${targets[@]}"; do
    found=build/fuzz/found/$target
    grown=build/fuzz/corpus/$target
    mkdir -p "$found" "$grown"
    limits=(-max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048)
    build/fuzz/bin/fuzz_"$target" "${limits[@]}" -print_final_stats=1 -artifact_prefix="$found/" \
        "$grown" tests/fuzz/corpus/"$target" 2>build/fuzz/"$target".log || status=1
    printf '%s: %s\n' "$target" "$(grep -E '^(stat::number_of_executed_units|SUMMARY)' build/fuzz/"$target".log | tr '\n' ' ')"
done
exit $status
