#!/usr/bin/env bash
# Makes sure that a container engine answers and that there is a base image for ours. Safe to run again.
#   engine.sh          find Docker or Podman; as root, install Debian's docker.io and start it where neither answers
#   engine.sh stop     end the engine that this script started; one that was there before is left alone
# The base image is debian:bookworm-slim. Where no registry can be reached it is made from Debian's packages, and carries
# what this machine says about certificates and package indexes, so that builds inside reach what this machine reaches.
# Everything is said on stderr. Exit code 4: no engine, or no base image.
set -euo pipefail
exec 1>&2

base=rssbench-base:bookworm
registry_base=debian:bookworm-slim
state=/var/run/rssbench-engine
log=/var/log/rssbench-engine.log
PATH=$PATH:/usr/sbin:/sbin

fail() { printf 'engine: %s\n' "$*"; exit 4; }

answering() {
    local program
    for program in ${RSSBENCH_ENGINE:-docker podman}; do
        command -v "$program" >/dev/null || continue
        if timeout 20 "$program" info >/dev/null 2>&1; then
            engine=$program
            return 0
        fi
    done
    return 1
}

need() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "missing: ${missing[*]}. Install them with this system's package tool"
    echo "installing ${missing[*]}"
    local said
    said=$(mktemp)
    # a package must not start an engine of its own beside ours
    if ! (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o DPkg::Options::=--force-confold "${missing[@]}") >"$said" 2>&1; then
        tail -n 20 "$said"
        rm -f "$said"
        fail "could not install ${missing[*]} (log above)"
    fi
    rm -f "$said"
}

start_engine() {
    [ "$(id -u)" = 0 ] || fail "neither docker nor podman answers, and only root can start one: sudo $0"
    need docker.io iptables
    mkdir -p "$(dirname "$log")"
    # in a session of its own: Ctrl-C of whoever called us is not for it
    setsid dockerd >"$log" 2>&1 </dev/null &
    echo $! >"$state"
    for _ in $(seq 300); do
        if timeout 20 docker info >/dev/null 2>&1; then
            engine=docker
            return
        fi
        kill -0 "$(cat "$state")" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$log"
    stop_engine
    fail "dockerd does not answer (log above)"
}

stop_engine() {
    [ -f "$state" ] || return 0
    local pid
    pid=$(cat "$state")
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
        kill "$pid"
        for _ in $(seq 150); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    fi
    rm -f "$state"
}

make_base() {
    "$engine" image inspect "$base" >/dev/null 2>&1 && return
    if timeout 120 "$engine" pull "$registry_base" >/dev/null 2>&1; then
        "$engine" tag "$registry_base" "$base"
        return
    fi
    [ "$(id -u)" = 0 ] || fail "no registry has $registry_base, and only root can make it from packages: sudo $0"
    echo "no registry can be reached: making $base from Debian's packages"
    need debootstrap
    folder=$(mktemp -d -p /var/tmp rssbench-base.XXXXXX)
    said=$(mktemp)
    trap 'rm -rf "$folder" "$said"' EXIT
    if ! debootstrap --variant=minbase --include=ca-certificates bookworm "$folder" >"$said" 2>&1; then
        tail -n 20 "$said"
        fail "debootstrap failed (log above)"
    fi
    carry_machine_settings "$folder"
    rm -rf "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/* "$folder"/var/log/* \
        "$folder"/usr/share/doc/* "$folder"/usr/share/man/* "$folder"/usr/share/locale/*
    tar -C "$folder" -c . | "$engine" import --change 'CMD ["sh"]' - "$base" >/dev/null || fail "cannot import $base"
}

# Certificates, and where apt and pip find packages. Nothing else of this machine, and no variable: an image's variables
# would reach the services.
carry_machine_settings() {
    local file bundle=/etc/ssl/certs/ca-certificates.crt
    # as files of their own: the bundle is made anew whenever the package is updated
    awk -v folder="$1/usr/local/share/ca-certificates" '
        BEGIN { RS = "-----END CERTIFICATE-----\n" }
        FNR == NR { known[$0]; next }
        !($0 in known) { printf "%s%s", $0, RS >(folder "/machine-" ++number ".crt") }
    ' "$1$bundle" "$bundle"
    chroot "$1" update-ca-certificates >/dev/null 2>&1
    # apt finds what this machine finds, and each of it once
    rm -f "$1/etc/apt/sources.list"
    for file in /etc/apt/sources.list /etc/pip.conf /etc/uv/uv.toml; do
        [ ! -f "$file" ] || install -D -m 0644 "$file" "$1$file"
    done
    for file in /etc/apt/sources.list.d/debian.sources /etc/apt/apt.conf.d/9*; do
        [ ! -f "$file" ] || install -D -m 0644 "$file" "$1$file"
    done
}

case ${1:-start} in
start)
    answering || start_engine
    make_base
    echo "$engine answers, $base is there"
    ;;
stop) stop_engine ;;
*) fail "start or stop, not '$1'" ;;
esac
