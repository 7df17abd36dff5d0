#!/usr/bin/env bash
# Installs what easel is built and tested with: Debian packages, Python packages in .deps/venv, libtorch in .deps/libtorch,
# the frontend that it serves in .deps/frontend, and client programs that the tests run against it in .deps/clients.
# Run again it only checks, in well under a second. Nothing outside .deps and the package manager is touched.
#   scripts/setup.sh
# EASEL_DEVICE=cpu or cuda chooses the libtorch (default: cuda where there is an NVIDIA driver). With
# EASEL_WITHOUT_CLIENTS=1 the browser and the client programs are left out: only tests use them.
# pip and apt-get are used as the machine has them set up (mirrors, proxies, certificates).
set -euo pipefail
cd "$(dirname "$0")/.."
deps=$PWD/.deps
torch_version=2.13.0

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# The packages of scripts/packages.txt that are not installed, one a line.
missing_packages() {
    local wanted
    mapfile -t wanted < <(grep -vE "^(#${EASEL_WITHOUT_CLIENTS:+|chromium$|fonts-})" scripts/packages.txt)
    # shellcheck disable=SC2016
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
        <(dpkg-query -W -f='${Package} ${Status}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/ install ok installed$//p' | sort)
}

# Debian packages, by root or with sudo. Says what is wrong where they cannot be had.
apt_install() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "packages are missing, and there is neither root nor sudo; as root, run:" >&2
            say "  apt-get update && apt-get install --no-install-recommends $*" >&2
            return 1
        fi
        as_root=(sudo)
        [ -t 0 ] || as_root=(sudo -n)
    fi
    say "installing $# Debian packages: $*"
    local log
    log=$(mktemp)
    if ! "${as_root[@]}" apt-get -q update >"$log" 2>&1 || grep -q '^Err:' "$log"; then
        tail -n 5 "$log" >&2
        say 'apt-get update did not reach every archive; trying to install with the lists at hand'
    fi
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends \
        "$@" >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

install_packages() {
    command -v dpkg-query >/dev/null ||
        fail 'this is no Debian system: easel is built on Debian 12 (bookworm), for instance in a container of it'
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] && return
    local release
    release=$(. /etc/os-release && printf '%s %s' "${ID:-unknown}" "${VERSION_ID:-}")
    [ "$release" = 'debian 12' ] || say "this is $release; the package names are those of Debian 12 and may not fit"
    apt_install "${missing[@]}" || fail "apt-get could not install ${missing[*]}" \
        'is there a network, do the sources name bookworm, is there space on the disk (about 2 GB)?'
}

# A stamp holds the text that names what a part was made from; another text means making it again.
is_current() { [ "$(cat "$deps/stamps/$1" 2>/dev/null)" = "$2" ]; }
mark_current() {
    mkdir -p "$deps/stamps"
    printf '%s\n' "$2" >"$deps/stamps/$1"
}

# Debian's own interpreter, because libtorch's wheel and python3-venv are for that one.
system_python() {
    [ -x /usr/bin/python3 ] && printf /usr/bin/python3 || command -v python3
}

install_python() {
    local python wanted
    python=$(system_python)
    wanted=$("$python" -V)-$(sha256sum tests/requirements.txt | cut -d' ' -f1)-$PWD
    is_current venv "$wanted" && [ -x "$deps/venv/bin/python" ] && return
    say "installing Python packages into .deps/venv"
    "$python" -m venv --clear "$deps/venv" || fail "no virtual environment with $python: is python3-venv installed?"
    "$deps/venv/bin/python" -m pip install -qq --disable-pip-version-check -r tests/requirements.txt ||
        fail 'pip could not install tests/requirements.txt' \
            'is there a network? A mirror can be named with PIP_INDEX_URL, a folder of wheels with PIP_FIND_LINKS'
    mark_current venv "$wanted"
}

install_libtorch() {
    # A machine with an NVIDIA driver gets the CUDA libraries too.
    local device=cpu
    [ -e /proc/driver/nvidia/version ] && device=cuda
    device=${EASEL_DEVICE:-$device}
    local wanted=$torch_version-$device
    is_current libtorch "$wanted" && [ -e "$deps/libtorch/torch/lib/libtorch_cpu.so" ] && return
    say "fetching libtorch $torch_version ($device) into .deps/libtorch"
    local free_kb needed_mb=4000
    [ "$device" = cpu ] || needed_mb=12000
    free_kb=$(df -Pk "$deps" | awk 'NR == 2 { print $4 }')
    [ "$((free_kb / 1000))" -gt "$needed_mb" ] ||
        fail "$((free_kb / 1000)) MB are free at $deps; libtorch ($device) and the build need $needed_mb"
    "$deps/venv/bin/python" scripts/fetch_libtorch.py "$torch_version" "$device" "$deps/libtorch" ||
        fail "libtorch $torch_version could not be had" \
            'is there a network? A mirror can be named with PIP_INDEX_URL, a folder of wheels with PIP_FIND_LINKS'
    mark_current libtorch "$wanted"
}

# The server works without its frontend, so a package index that lacks it is no reason to stop.
install_frontend() {
    local wanted
    wanted=$(sha256sum scripts/frontend.txt | cut -d' ' -f1)
    is_current frontend "$wanted" && [ -e "$deps/frontend/comfyui_frontend_package/static/index.html" ] && return
    say "fetching the frontend, its templates and node help into .deps/frontend (420 MB)"
    rm -rf "$deps/frontend" "$deps/frontend.part"
    if ! "$deps/venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-compile --no-cache-dir \
        --target "$deps/frontend.part" -r scripts/frontend.txt; then
        rm -rf "$deps/frontend.part"
        say 'pip could not install scripts/frontend.txt; going on without a frontend, the next run tries again'
        return
    fi
    mv "$deps/frontend.part" "$deps/frontend"
    mark_current frontend "$wanted"
}

# Other people's programs, which the tests run against the server. Where one cannot be had, its tests are skipped.
install_clients() {
    local wanted folder=$deps/clients
    wanted=$(sed -n 's/^pypi //p' scripts/clients.txt)
    if ! is_current client-python "$wanted-$PWD"; then
        say "fetching $wanted into .deps/clients/venv (340 MB)"
        if "$(system_python)" -m venv --clear "$folder/venv" &&
            "$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check "$wanted"; then
            mark_current client-python "$wanted-$PWD"
        else
            say "pip could not install $wanted; the next run tries again"
        fi
    fi
    wanted=$(sed -n 's/^npm //p' scripts/clients.txt)
    if ! is_current client-node "$wanted"; then
        say "fetching $wanted into .deps/clients/node (90 MB)"
        mkdir -p "$folder/node"
        # Debian packs npm on its own; other packages of Node.js bring it along.
        if { command -v npm >/dev/null || apt_install nodejs npm; } &&
            npm install --prefix "$folder/node" --silent --no-audit --no-fund --ignore-scripts "$wanted" >&2; then
            mark_current client-node "$wanted"
        else
            say "npm could not install $wanted; the next run tries again"
        fi
    fi
}

[ "$(uname -m)" = x86_64 ] || fail "this is $(uname -m); libtorch's wheels and the tests are for x86_64"
mkdir -p "$deps"
# Two set-ups at once would write the same folders.
exec 9>"$deps/lock"
command -v flock >/dev/null && flock 9
install_packages
install_python
install_libtorch
install_frontend
[ -n "${EASEL_WITHOUT_CLIENTS:-}" ] || install_clients
