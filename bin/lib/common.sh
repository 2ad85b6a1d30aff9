# shellcheck shell=bash
# Shared by all of bin/: where things are, who runs them, how progress is shown.
# Sourced, never run.
set -Eeuo pipefail
# Without the line a failure under `set -e` would be silent.
trap 'rc=$?; echo "error: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND (status $rc)" >&2' ERR

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL=$ROOT/.local
NAME=museum
CHECKOUT_ID=$(printf %s "$ROOT" | sha256sum | cut -c1-8)
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
umask 022

T0=$(date +%s)
say() { printf '[%4ds] %s\n' $(($(date +%s) - T0)) "$*" >&2; }
die() {
    printf 'error: %s\n' "$*" >&2
    trap - ERR
    exit 1
}
is_root() { [ "$(id -u)" -eq 0 ]; }

# ------------------------------------------------------------ who runs what
# PostgreSQL refuses to run as root and Odoo should not, so for root both run as an
# account that can do nothing else.  An ordinary user runs everything as himself.
pick_user() {
    if ! is_root; then
        RUN_USER=$(id -un)
        return
    fi
    RUN_USER=${MUSEUM_USER:-odoo-dev}
    id -u "$RUN_USER" >/dev/null 2>&1 ||
        useradd --system --user-group --no-create-home --home-dir /nonexistent \
            --shell /usr/sbin/nologin "$RUN_USER"
}

# Arrays and not only functions: a background command that starts with an array is the
# program itself, so $! is the program's pid.  setpriv replaces itself by the program and
# needs no PAM session (containers have none).
set_prefixes() {
    AS_USER=()
    if [ "$(id -un)" != "$RUN_USER" ]; then
        AS_USER=(setpriv --reuid="$RUN_USER" --regid="$(id -gn "$RUN_USER")" --init-groups --no-new-privs
            env -C / HOME="$STATE/home" USER="$RUN_USER" LOGNAME="$RUN_USER")
    fi
    # Odoo runs unprivileged too, unless that account cannot read the checkout.
    AS_ODOO=("${AS_USER[@]}")
    [ "$CAN_READ" = yes ] || AS_ODOO=()
}
as_user() { "${AS_USER[@]}" "$@"; }
as_odoo() { "${AS_ODOO[@]}" "$@"; }

# State lives in .local/ of the checkout, unless the unprivileged account cannot get
# there (a checkout in root's home, mode 0700): then in /var/lib.
pick_state() {
    mkdir -p "$LOCAL"
    STATE=$LOCAL/state
    CAN_READ=yes
    if is_root && ! setpriv --reuid="$RUN_USER" --regid="$(id -gn "$RUN_USER")" --init-groups \
        test -r "$ROOT/config/odoo.conf"; then
        CAN_READ=no
        STATE=/var/lib/$NAME-$CHECKOUT_ID
    fi
    set_prefixes
    LOG=$STATE/log
    RUN=$STATE/run
    DATA=$STATE/data
    if [ -d "$STATE" ] && ! is_root && [ ! -O "$STATE" ]; then
        die "$STATE belongs to $(stat -c %U "$STATE"): this checkout was set up by another user. Run as that user, or remove $LOCAL."
    fi
    mkdir -p "$STATE/home" "$LOG" "$RUN" "$DATA/filestore" "$STATE/test-results"
    # A socket's path holds at most 107 bytes, so it cannot be inside a deep checkout.
    SOCKET_DIR=/tmp/$NAME-$CHECKOUT_ID
    [ -d "$SOCKET_DIR" ] || mkdir -m 700 "$SOCKET_DIR"
    if is_root; then
        chown "$RUN_USER:" "$SOCKET_DIR" "$STATE" "$STATE/home" "$LOG" "$RUN" "$STATE/test-results"
        [ "$CAN_READ" = no ] || chown "$RUN_USER:" "$DATA" "$DATA/filestore"
    elif [ ! -O "$SOCKET_DIR" ]; then
        die "$SOCKET_DIR belongs to another user; remove it"
    fi
    chmod 700 "$SOCKET_DIR"
}

# One set-up at a time in a checkout; the second waits and then finds it done.  The
# descriptor must not reach a daemon, or the lock would live as long as the daemon:
# daemons are started with 9>&-.
lock_setup() {
    exec 9>>"$LOCAL/setup.lock"
    if ! flock -n 9; then
        say "another set-up of this checkout is at work; waiting for it"
        flock 9
    fi
}
unlock_setup() { exec 9>&-; }

# free_port: a TCP port of the loopback that nobody listens on
free_port() {
    "$LOCAL/venv/bin/python" -c '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
port_busy() {
    "$LOCAL/venv/bin/python" - "$1" <<'PY'
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    s.bind(("127.0.0.1", int(sys.argv[1])))
except OSError:
    sys.exit(0)
sys.exit(1)
PY
}

. "$ROOT/bin/lib/packages.sh"
. "$ROOT/bin/lib/odoo.sh"
. "$ROOT/bin/lib/python.sh"
. "$ROOT/bin/lib/postgres.sh"
. "$ROOT/bin/lib/database.sh"
. "$ROOT/bin/lib/server.sh"

# setup [run|test]: everything up to a running PostgreSQL; seconds when all is there
setup() {
    pick_user
    pick_state
    lock_setup
    packages "$1"
    odoo_source
    venv "$1"
    postgres
}
