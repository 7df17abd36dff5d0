#!/usr/bin/env bash
# easel beside ComfyUI on the same work, alternating in one run, so that the ratios hold on a noisy machine.
#   bench/compare.sh REFERENCE [CHECKPOINT] [easel options]
# REFERENCE is a program that starts ComfyUI as `REFERENCE PORT [options]` (../shared/reference/setup.sh makes one).
# CHECKPOINT is an SD1.5 checkpoint of real size, ../shared/bench/make_checkpoint.py writes one with random weights;
# without it only the server is measured. Options after it go to easel, `--force-fp32` for instance.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
compare=$here/../shared/bench/compare.py
[ -f "$compare" ] || { echo "bench/compare.sh needs ../shared/bench/compare.py" >&2; exit 1; }
reference=${1:?the program that starts ComfyUI}
checkpoint=${2:-}
shift $(($# < 2 ? $# : 2))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for side in easel reference; do
    mkdir -p "$work/$side/models/checkpoints" "$work/$side/custom_nodes"
    [ -z "$checkpoint" ] || ln -s "$(realpath "$checkpoint")" "$work/$side/models/checkpoints/bench.safetensors"
done
"$here/.deps/venv/bin/python" "$compare" --rounds "${ROUNDS:-3}" ${checkpoint:+--checkpoint bench.safetensors} \
    --a "$here/build/release/bin/easel serve --port {port} --base-directory $work/easel $*" \
    --b "$reference {port} --base-directory $work/reference"
