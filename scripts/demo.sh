#!/usr/bin/env bash
# From nothing to a picture: sets up what is missing, builds, starts the server, posts demo/workflow.json with the demo
# checkpoint, and prints where the PNG and the server are. The server then stays until Ctrl-C, so that more prompts can be
# posted; with --once, or when the output is no terminal, it ends with the picture.
#   scripts/demo.sh [--prompt TEXT] [--seed N] [--port N] [--once]
set -euo pipefail
cd "$(dirname "$0")/.."
case " $* " in
*' --help '* | *' -h '*)
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
scripts/build.sh release easel
exec .deps/venv/bin/python -B scripts/demo.py "$@"
