#!/usr/bin/env bash
# Sets up what is missing: system packages (as root), .venv with the generator and harness, the default build of DIRAC.
# `setup.sh test` adds what only the tests need (a browser, PostgreSQL), `setup.sh containers` a container engine and the base of
# its images. Safe to run again; everything it prints goes to stderr.
set -euo pipefail
cd "$(dirname "$0")"
exec 1>&2

purpose=${1:-bench}
python=${PYTHON:-python3}

[ "$purpose" != containers ] || docker/engine.sh

# Done before, and nothing changed since: a run that still misses something says what, and installs its build itself.
complete=.venv/.complete
has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
PATH=$PATH:/usr/sbin:/usr/local/sbin
if [ -f $complete ] && [ ! requirements.txt -nt $complete ] && [ ! pyproject.toml -nt $complete ] &&
    command -v mariadbd >/dev/null && { [ "$purpose" != test ] || { command -v chromium >/dev/null && has_postgresql; }; }; then
    exit 0
fi

fail() { printf 'rssbench set-up: %s\n' "$*"; exit 4; }

command -v "$python" >/dev/null || fail "no $python; Python 3.11 or newer is needed (set PYTHON to name another one)"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old; Python 3.11 or newer is needed (set PYTHON to name another one)"

# The database server, and what DIRAC's M2Crypto and mysqlclient are compiled with: pip has no binaries of them.
missing=()
need() { "${@:2}" >/dev/null 2>&1 || missing+=("$1"); }
has_header() { [ -f "$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ]; }
need mariadb-server command -v mariadbd
need gcc command -v gcc
need libc6-dev test -f /usr/include/stdlib.h
need swig command -v swig
need pkg-config command -v pkg-config
need openssl command -v openssl
need libssl-dev test -f /usr/include/openssl/ssl.h
need libmariadb-dev pkg-config --exists libmariadb
need python3-venv "$python" -c 'import ensurepip'
need python3-dev has_header
if [ "$purpose" = test ]; then
    need chromium command -v chromium
    need postgresql has_postgresql
fi

if [ ${#missing[@]} -gt 0 ]; then
    install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null || fail "missing: ${missing[*]}. Install them with this system's package tool, then run this again"
    [ "$(id -u)" = 0 ] || fail "missing: ${missing[*]}. Root is needed once to install them:
    sudo sh -c '$install'"
    echo "installing ${missing[*]}"
    log=$(mktemp)
    if ! DEBIAN_FRONTEND=noninteractive sh -c "$install" >"$log" 2>&1; then
        tail -n 20 "$log"
        fail "could not install ${missing[*]} (log above). By hand:
    $install"
    fi
    rm -f "$log"
fi

# One environment for the generator and the harness; each build of DIRAC gets its own, elsewhere.
echo "installing the suite into .venv"
[ -x .venv/bin/python ] || "$python" -m venv .venv
rm -f $complete
uv=$(grep -E '^uv==' requirements.txt | cut -d' ' -f1)
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$uv" ||
    fail "the package index could not be reached, or refused $uv (see above)"
.venv/bin/uv pip install --quiet --python .venv/bin/python -r requirements.txt ||
    fail "the suite's packages could not be installed (see above)"
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -e . ||
    fail "the suite itself could not be installed (see above)"

.venv/bin/rssbench setup
touch $complete
