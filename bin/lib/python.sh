# shellcheck shell=bash
# The virtual environment from the pinned locks.

UV_VERSION=0.13.8

# venv run|test: the run-time packages, for tests and linters the developers' as well
venv() {
    local py=${PYTHON:-/usr/bin/python3} v=$LOCAL/venv lock=$ROOT/config/requirements.lock key stamp pip
    stamp=$v/.lock-$1
    [ -x "$py" ] || py=$(command -v python3) || die "no python3"
    key=$({ cat "$lock"; [ "$1" = run ] || cat "$ROOT/config/requirements-dev.lock"; "$py" -V; echo "$ODOO_HOME"; } |
        sha256sum | cut -c1-16)
    [ "$(cat "$stamp" 2>/dev/null)" != "$key" ] || return 0
    # Whoever has the developers' packages has the run-time ones too.
    if [ "$1" = run ]; then
        key=$key-run
        [ "$(cat "$stamp" 2>/dev/null)" != "$key" ] || return 0
    fi
    "$py" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
        die "$("$py" -V) does not fit: this needs Python 3.11 to 3.13; set PYTHON to one"
    [ "$1" = run ] || lock=$ROOT/config/requirements-dev.lock
    say "Python packages ($1): $("$py" -V)"
    if [ "$("$v/bin/python" -V 2>/dev/null)" != "$("$py" -V)" ]; then
        rm -rf "$v"
        "$py" -m venv "$v" || die "the virtual environment could not be made (is python3-venv there?)"
    fi
    # uv is several times as fast as pip; the lock names every package with its digest, so
    # nothing is resolved here.
    pip=("$v/bin/python" -m pip -q --no-input)
    if { [ -x "$v/bin/uv" ] || "${pip[@]}" install "uv==$UV_VERSION" >"$LOG/pip.log" 2>&1; } &&
        UV_LINK_MODE=copy "$v/bin/uv" pip install -q --no-deps --require-hashes \
            --python "$v/bin/python" -r "$lock" >>"$LOG/pip.log" 2>&1; then
        :
    else
        say "uv did not manage (see $LOG/pip.log); trying pip"
        "${pip[@]}" install --no-deps --require-hashes --use-pep517 -r "$lock" ||
            die "the Python packages could not be installed"
    fi
    compile_odoo
    echo "$key" >"$stamp"
}

# The unprivileged account cannot write .pyc files beside root's sources, so the part of
# Odoo that is loaded at each start is compiled once (the whole tree would take longer
# than it saves).
compile_odoo() {
    [ -w "$ODOO_HOME/odoo" ] || return 0
    local o=$ODOO_HOME/odoo m dirs=()
    for m in base web website website_sale account product sale portal payment mail bus \
        http_routing website_payment l10n_in digest sales_team uom resource; do
        [ ! -d "$o/addons/$m" ] || dirs+=("$o/addons/$m")
    done
    PYTHONDONTWRITEBYTECODE='' "$LOCAL/venv/bin/python" -m compileall -q -j0 "$o"/*.py \
        "$o"/{cli,http,models,modules,orm,service,tools,upgrade,_monkeypatches} "${dirs[@]}" >/dev/null 2>&1 || true
}
