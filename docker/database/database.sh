#!/bin/sh
# The database server of an image that has MariaDB's programs or MySQL's:
#   database.sh install DIRECTORY     fill an empty data directory
#   database.sh serve OPTION...       run the server, in place of this shell
#   database.sh composed DIRECTORY    wait for the files of compose.yaml, fill /data/data if it is empty, run the server
#   database.sh healthy SOCKET        whether a server answers there
# No option file of the image is read: what is measured must not depend on it.
set -eu

fail() { echo "database.sh: $*" >&2; exit 2; }

server=$(command -v mariadbd || command -v mysqld) || fail "this image has neither mariadbd nor mysqld"

install_into() {
    # MySQL's server does it itself, MariaDB has a script for it
    if installer=$(command -v mariadb-install-db || command -v mysql_install_db); then
        "$installer" --no-defaults --datadir="$1" --skip-test-db --skip-name-resolve
    else
        "$server" --no-defaults --initialize-insecure --datadir="$1"
    fi
}

action=${1:-}
[ $# -eq 0 ] || shift
case $action in
install)
    [ $# -eq 1 ] || fail "install needs the data directory"
    install_into "$1"
    ;;
serve)
    exec "$server" --no-defaults "$@"
    ;;
composed)
    [ $# -eq 1 ] || fail "composed needs the directory of the files"
    tries=600
    until [ -f "$1/ready" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "the container files has not made $1/ready within 60 s"
        sleep 0.1
    done
    options=
    if [ ! -d /data/data/mysql ]; then
        mkdir -p /data/data /data/tmp
        install_into /data/data
        options=--init-file=$1/accounts.sql
    fi
    # one option a line, as the harness wrote them
    # shellcheck disable=SC2046,SC2086
    exec "$server" --no-defaults $(cat "$1/database.options") $options
    ;;
healthy)
    [ $# -eq 1 ] || fail "healthy needs the socket"
    client=$(command -v mariadb || command -v mysql) || fail "this image has neither mariadb nor mysql"
    # whoever refuses an account answers
    said=$("$client" --no-defaults --socket="$1" --connect-timeout=3 --execute='SELECT 1' 2>&1) ||
        case $said in *"Access denied"*) ;; *) fail "$said" ;; esac
    ;;
*)
    fail "install, serve, composed or healthy, not '$action'"
    ;;
esac
