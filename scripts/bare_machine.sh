#!/usr/bin/env bash
# Proves that a bare Debian bookworm is enough: makes one with debootstrap (git, python3 and nothing else), clones this
# repository's HEAD into it and runs a command there. Needs root and the package debootstrap.
#   scripts/bare_machine.sh FOLDER [COMMAND...]      COMMAND defaults to scripts/test.sh
# FOLDER is kept, so a second run clones afresh into the same machine; remove FOLDER for a new machine. This machine's
# package sources, certificates, pip settings and compiler cache are lent to it; where ../shared exists it is lent too.
set -euo pipefail
cd "$(dirname "$0")/.."
machine=$(realpath -m "${1:?usage: scripts/bare_machine.sh FOLDER [COMMAND...]}")
shift
[ $# -gt 0 ] || set -- scripts/test.sh
[ "$(id -u)" -eq 0 ] || { echo 'bare_machine: only root can make and enter the machine' >&2; exit 1; }
command -v debootstrap >/dev/null || { echo 'bare_machine: run apt-get install debootstrap first' >&2; exit 1; }
home=$machine/home/easel

if [ ! -e "$machine/etc/bare-machine" ]; then
    # One of the two kinds of source lists is usually absent.
    archive=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*debian* 2>/dev/null || true; } |
        sed -nE 's/^(URIs:|deb) +(http[^ ]*).*/\2/p' | sed -n 1p)
    debootstrap --variant=minbase --include=git,python3,ca-certificates bookworm "$machine" ${archive:+"$archive"}
    touch "$machine/etc/bare-machine"
fi

# Lent folders are bound while the command runs and given back whatever happens.
lent=()
give_back() {
    for ((i = ${#lent[@]} - 1; i >= 0; i--)); do umount "${lent[i]}" || umount -l "${lent[i]}"; done
}
trap give_back EXIT
lend() {
    mkdir -p "$machine$2"
    mount --bind "$1" "$machine$2"
    lent+=("$machine$2")
}
lend /proc /proc
lend /dev /dev
cp -L /etc/resolv.conf "$machine/etc/resolv.conf"
cp /etc/apt/apt.conf.d/* "$machine/etc/apt/apt.conf.d/"
mkdir -p "$machine/usr/local/share/ca-certificates"
cp -L /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/ca-certificates.crt"
[ -e /etc/pip.conf ] && cp /etc/pip.conf "$machine/etc/pip.conf"
# Folders of wheels that pip's settings point to.
for folder in $({ cat /etc/pip.conf 2>/dev/null; env | grep '^PIP_'; } | grep -oE '(file://)?/opt/[^ /]+' | sed 's|^file://||' | sort -u); do
    lend "$folder" "$folder"
done
[ -d ../shared ] && lend "$(realpath ../shared)" /home/shared
cache=${CCACHE_DIR:-$HOME/.cache/ccache}
[ -d "$cache" ] && lend "$cache" /var/cache/ccache

rm -rf "$home.new"
git clone -q . "$home.new"
[ -d "$home/.deps" ] && mv "$home/.deps" "$home.new/.deps"
[ -d "$home/build" ] && mv "$home/build" "$home.new/build"
rm -rf "$home"
mv "$home.new" "$home"

mapfile -t settings < <(env | grep -E '^(PIP_|SSL_|https?_proxy|no_proxy)')
chroot "$machine" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CI="${CI:-}" \
    CCACHE_DIR=/var/cache/ccache "${settings[@]}" bash -c 'cd /home/easel && exec "$@"' bash "$@"
