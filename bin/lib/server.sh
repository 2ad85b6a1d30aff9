# shellcheck shell=bash
# Servers: Odoo and, without Razorpay's keys, the sandbox.  An instance is a name under
# which pid files lie in .local/state/run.

# alive PIDFILE WORD: the file names a living process whose command line has that word.  A
# pid alone proves nothing: after a crash it may belong to something else.
alive() {
    local pid
    pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && [[ $(command_of "$pid") = *"$2"* ]]
}
command_of() { tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true; } 2>/dev/null

# session PID WORD: the processes of the session that PID leads or led.  Servers are started
# by setsid, so this finds the workers of a server that was killed (Odoo's websocket
# process lives on without its parent); the kernel does not reuse the number meanwhile.
session() {
    local dir stat fields
    for dir in /proc/[0-9]*; do
        stat=$(cat "$dir/stat" 2>/dev/null) || continue
        read -ra fields <<<"${stat##*) }" # state, parent, group, session...
        if [ "${fields[3]}" = "$1" ] && [ "${fields[0]}" != Z ] &&
            [[ $(command_of "${dir#/proc/}") = *"$2"* ]]; then
            echo "${dir#/proc/}"
        fi
    done
}

# stop_pid PIDFILE WORD: ask, wait, then insist
stop_pid() {
    local pid i left
    pid=$(cat "$1" 2>/dev/null || true)
    if [ -n "$pid" ]; then
        if alive "$1" "$2"; then
            kill -TERM "$pid" 2>/dev/null || true
            for i in $(seq 150); do
                alive "$1" "$2" || break
                # A second request makes Odoo stop at once.
                [ "$i" != 80 ] || kill -TERM "$pid" 2>/dev/null || true
                sleep 0.1
            done
        fi
        for left in $(session "$pid" "$2"); do kill -KILL "$left" 2>/dev/null || true; done
    fi
    rm -f "$1"
}

# The keys with which provider and sandbox know each other; made up once per instance.
sandbox_keys() {
    local file=$RUN/$1.sandbox.env
    if [ ! -s "$file" ]; then
        (
            umask 077
            "$LOCAL/venv/bin/python" -c '
import secrets
print(f"SANDBOX_KEY_ID=rzp_test_{secrets.token_hex(7)}")
print(f"SANDBOX_KEY_SECRET={secrets.token_hex(12)}")
print(f"SANDBOX_WEBHOOK_SECRET={secrets.token_hex(16)}")' >"$file"
        )
        if is_root && [ "$CAN_READ" = yes ]; then chown "$RUN_USER:" "$file"; fi
    fi
    . "$file"
}

# start_sandbox INSTANCE ODOO_URL: sets SANDBOX_URL and the keys
start_sandbox() {
    local inst=$1 port
    sandbox_keys "$inst"
    port=$(cat "$RUN/$inst.sandbox.port" 2>/dev/null || true)
    if [ -n "$port" ] && alive "$RUN/$inst.sandbox.pid" "razorpay_sandbox --port $port"; then
        SANDBOX_URL=http://127.0.0.1:$port
        return
    fi
    # The same port as last time, so that the database's settings stay right.
    if [ -z "$port" ] || port_busy "$port"; then port=$(free_port); fi
    SANDBOX_URL=http://127.0.0.1:$port
    echo "$port" >"$RUN/$inst.sandbox.port"
    as_odoo mkdir -p "$STATE/sandbox/$inst"
    setsid "${AS_ODOO[@]}" env PYTHONPATH="$ROOT/tests" \
        "$LOCAL/venv/bin/python" -m razorpay_sandbox --port "$port" --state "$STATE/sandbox/$inst" \
        --webhook-url "$2/payment/razorpay/webhook" --key-id "$SANDBOX_KEY_ID" \
        --key-secret "$SANDBOX_KEY_SECRET" --webhook-secret "$SANDBOX_WEBHOOK_SECRET" >>"$LOG/$inst.sandbox.log" 2>&1 </dev/null 8>&- 9>&- &
    echo $! >"$RUN/$inst.sandbox.pid"
    wait_http "$!" 30 "$SANDBOX_URL/health" || {
        tail -20 "$LOG/$inst.sandbox.log" >&2
        die "the Razorpay sandbox did not start; its log is $LOG/$inst.sandbox.log"
    }
}

# wait_http PID SECONDS URL...: until each answers 200; fails when the process ends first
wait_http() { "$LOCAL/venv/bin/python" "$ROOT/bin/lib/wait_http.py" "$@"; }

# configure DATABASE KEY_ID KEY_SECRET WEBHOOK_SECRET API_URL BASE_URL: tell the demo
# database which Razorpay to use.  Skipped when it was told the same before.
configure() {
    local db=$1 mark now
    mark=$(printf '%s\n' "$@" | cat - "$ROOT/bin/lib/configure.py" | short_sum)
    now=$(psql_ -d "$db" -c "select value from ir_config_parameter where key='museum.serve.configured'")
    [ "$mark" != "$now" ] || return 0
    say "Razorpay: ${5:-the real one, key $2}"
    MUSEUM_KEY_ID=$2 MUSEUM_KEY_SECRET=$3 MUSEUM_WEBHOOK_SECRET=$4 MUSEUM_API_URL=$5 MUSEUM_BASE_URL=$6 MUSEUM_MARK=$mark \
        odoo shell -d "$db" --no-http --max-cron-threads=0 --log-level=warn \
        <"$ROOT/bin/lib/configure.py" >"$LOG/configure.$db.log" 2>&1 || {
        tail -20 "$LOG/configure.$db.log" >&2
        die "the payment provider could not be set up; the log is $LOG/configure.$db.log"
    }
}

# start_odoo INSTANCE DATABASE PORT WORKERS LOGFILE: sets ODOO_PID.  LOGFILE "-" is the terminal.
start_odoo() {
    local inst=$1 db=$2 port=$3 workers=$4 log=$5 gevent
    gevent=${GEVENT_PORT:-8072}
    if [ "$gevent" = "$port" ] || port_busy "$gevent"; then gevent=$(free_port); fi
    # No --db-filter: with it Odoo asks PostgreSQL for all databases, on a connection of
    # its own, in every request of a visitor without a session.
    odoo_command -d "$db" --http-interface 127.0.0.1 --http-port "$port" \
        --gevent-port "$gevent" --workers "$workers"
    if [ "$log" = - ]; then
        setsid "${ODOO[@]}" </dev/null 8>&- 9>&- &
    else
        setsid "${ODOO[@]}" >>"$log" 2>&1 </dev/null 8>&- 9>&- &
    fi
    ODOO_PID=$!
    echo "$ODOO_PID" >"$RUN/$inst.pid"
}

stop_instance() {
    stop_pid "$RUN/$1.pid" odoo_cli.py
    stop_pid "$RUN/$1.sandbox.pid" "razorpay_sandbox"
}
