#!/usr/bin/env bash
# Lays out what stage `prebuilt` of the Dockerfile is made from: a tree installed from a build folder, with libtorch.
#   docker/prebuilt.sh BUILD-FOLDER CONTEXT-FOLDER
set -euo pipefail
build=$(realpath "${1:?usage: docker/prebuilt.sh BUILD-FOLDER CONTEXT-FOLDER}")
context=$(realpath -m "${2:?usage: docker/prebuilt.sh BUILD-FOLDER CONTEXT-FOLDER}")
cd "$(dirname "$0")/.."
rm -rf "$context"
mkdir -p "$context/docker"
cmake --install "$build" --prefix "$context/installed" >/dev/null
cmake --install "$build" --prefix "$context/installed" --component libtorch >/dev/null
cp docker/runtime_packages.txt "$context/docker/"
