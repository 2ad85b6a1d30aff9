# shellcheck shell=bash
# PostgreSQL: a private cluster in .local/state/pg on a unix socket, or the one that the
# environment (PGHOST...) or config/odoo.conf (db_host) names.

conf_value() { sed -nE "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*([^[:space:];#]+).*/\1/p" "$ROOT/config/odoo.conf" | tail -1; }

external_postgres() {
    local host=${PGHOST:-$(conf_value db_host)}
    case $host in '' | False | "/tmp/$NAME-$CHECKOUT_ID") return 1 ;; esac
}

psql_() { "$PGBIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# The server's process, if it is one: after a crash or in a new container the number in
# postmaster.pid may belong to something else.
postmaster() {
    local pid
    pid=$(as_user head -n1 "$PGDATA/postmaster.pid" 2>/dev/null) || return 1
    # (A killed process that nobody buried has no command line.)
    [[ $(command_of "$pid") = *"postgres -D $PGDATA"* ]] || return 1
    echo "$pid"
}

private_postgres_env() {
    export PGHOST=$SOCKET_DIR PGPORT=5605 PGUSER=odoo PGDATABASE=postgres
    unset PGPASSWORD PGSERVICE
    PGDATA=$STATE/pg
    PGBIN=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -t/ -k5 -V | tail -1)
}

postgres() {
    if external_postgres; then
        local v
        for v in host port user password; do
            local name=PG${v^^} value
            value=$(conf_value "db_$v")
            if [ -z "${!name:-}" ] && [ -n "$value" ] && [ "$value" != False ]; then export "$name=$value"; fi
        done
        export PGDATABASE=${PGDATABASE:-postgres}
        PGBIN=$(dirname "$(command -v psql)")
        PG_VERSION=$(psql_ -c 'show server_version') ||
            die "PostgreSQL at ${PGHOST:-} port ${PGPORT:-5432} does not answer"
        return
    fi
    private_postgres_env
    local made_by pid log=$LOG/postgres.log
    if made_by=$(as_user cat "$PGDATA/PG_VERSION" 2>/dev/null); then
        [ ! -d "/usr/lib/postgresql/$made_by/bin" ] || PGBIN=/usr/lib/postgresql/$made_by/bin
        [[ $PGBIN = */$made_by/bin ]] ||
            die "the cluster was made by PostgreSQL $made_by, which is no longer installed; 'bin/reset --cluster' makes a new one (demo data is lost)"
    fi
    PG_VERSION=$("$PGBIN/postgres" --version)
    if [ -z "${made_by:-}" ]; then
        say "PostgreSQL cluster: $PG_VERSION"
        as_user rm -rf "$PGDATA"
        as_user "$PGBIN/initdb" -D "$PGDATA" -U odoo --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync \
            >"$LOG/initdb.log" 2>&1 || { tail "$LOG/initdb.log" >&2; die "initdb failed"; }
        as_user tee -a "$PGDATA/postgresql.conf" >/dev/null <<CONF

# ---- museum ticketing: a cluster for development, tests and the demo
# Only this machine and only who may enter the socket's folder (mode 0700).
listen_addresses = ''
unix_socket_directories = '$SOCKET_DIR'
port = $PGPORT
# Two prefork servers, a test run and a few shells at once.
max_connections = 150
shared_buffers = 256MB
# Speed before safety against a power cut: everything here can be made again.
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
jit = off
# Containers often have a tiny /dev/shm, which parallel queries would need.
max_parallel_workers_per_gather = 0
CONF
    fi
    # Debian upgraded PostgreSQL's files under the running server: its libraries no longer
    # match ("undefined symbol").  Only a server that bin/ started, and only when idle.
    if pid=$(postmaster) && [ -e "$RUN/postgres-by-bin" ] &&
        [ "$(stat -c %Z "$PGBIN/postgres")" -gt "$(as_user sed -n 3p "$PGDATA/postmaster.pid")" ] &&
        [ "$(pg_others)" = 0 ]; then
        say "PostgreSQL was upgraded: restarting the private server"
        as_user "$PGBIN/pg_ctl" -D "$PGDATA" -m fast -w stop >/dev/null
    fi
    # Alive, but perhaps still starting, or dying.
    local try
    for try in $(seq 40); do
        if ! postmaster >/dev/null || psql_ -c 'select 1' >/dev/null 2>&1; then break; fi
        [ "$try" -lt 40 ] || die "PostgreSQL (process $(postmaster)) does not answer; its log is $log"
        sleep 0.5
    done
    if ! postmaster >/dev/null; then
        as_user rm -f "$PGDATA/postmaster.pid" "$SOCKET_DIR"/.s.PGSQL.*
        for try in 1 2 3 4 5; do
            # After a kill -9 the old server's children may take a moment to die.
            if as_user "$PGBIN/pg_ctl" -D "$PGDATA" -w -s -l "$log" start 9>&- >/dev/null 2>&1; then break; fi
            [ "$try" -lt 5 ] || {
                as_user tail "$log" >&2
                die "PostgreSQL did not start (the log is $log); 'bin/reset --cluster' makes a new cluster (demo data is lost)"
            }
            sleep 1
        done
        as_user touch "$RUN/postgres-by-bin"
    fi
}

# connections of others than this one
pg_others() {
    psql_ -c "select count(*) from pg_stat_activity where backend_type='client backend' and pid <> pg_backend_pid()" 2>/dev/null || echo 0
}

# Stop the private server if bin/ started it and nobody is connected.
stop_postgres() {
    if external_postgres || ! postmaster >/dev/null; then return; fi
    if [ ! -e "$RUN/postgres-by-bin" ] || [ "$(pg_others)" != 0 ]; then
        say "PostgreSQL stays: others are using it"
        return
    fi
    as_user "$PGBIN/pg_ctl" -D "$PGDATA" -m fast -w stop >/dev/null
    as_user rm -f "$RUN/postgres-by-bin"
    say "PostgreSQL stopped"
}
