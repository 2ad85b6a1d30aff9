# shellcheck shell=bash
# Odoo 19.0: Debian's package, verified and unpacked into .local/odoo; nothing of the
# system is changed and no service is started.

ODOO_DEB=odoo-19_19.0.0+dfsg-1_all.deb
ODOO_DEB_SHA256=9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The first Debian archive that the system's own configuration names (one-line or deb822).
mirror() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then
        echo "${DEBIAN_MIRROR%/}"
        return
    fi
    local f all
    all=$(
        for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
            [ ! -f "$f" ] || sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]*)?(https?:\/\/[^ ]+).*/\2/p' "$f"
        done
        for f in /etc/apt/sources.list.d/*.sources; do
            [ ! -f "$f" ] || awk '/^[Ee]nabled:[ \t]*no/{off=1} /^[ \t]*$/{off=0} /^[Uu][Rr][Ii]s:/{for(i=2;i<=NF;i++) if(!off) print $i}' "$f"
        done
    )
    all=$(sed 's#/*$##' <<<"$all" | grep -E '/debian$' | grep -vE 'security|snapshot|archive\.debian' || true)
    all=${all%%$'\n'*}
    [ -n "$all" ] || die "this system's apt sources name no Debian archive: set DEBIAN_MIRROR to one, or ODOO_HOME to an Odoo 19.0 (README.md, 'Other systems')"
    echo "$all"
}

# An apt of our own beside the system's: sid's index, verified by Debian's keys.  Read
# after /etc/apt/apt.conf.d, so the system's proxies and certificates stay in force.
isolated_apt() {
    local a=$LOCAL/apt
    mkdir -p "$a"/{state/lists/partial,cache/archives/partial,etc}
    : >"$a/state/status"
    echo "deb [signed-by=$KEYRING] $1 sid main" >"$a/etc/sources.list"
    cat >"$a/apt.conf" <<CONF
Dir::Etc::sourcelist "$a/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$a/state";
Dir::State::status "$a/state/status";
Dir::Cache "$a/cache";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
CONF
}

# fetch_pinned URL FILE SHA256: nothing that differs from the digest is kept
fetch_pinned() {
    if [ -f "$2" ] && echo "$3  $2" | sha256sum -c --status; then return; fi
    /usr/lib/apt/apt-helper -c "$LOCAL/apt/apt.conf" download-file "$1" "$2" "SHA256:$3" \
        >>"$LOG/odoo-download.log" 2>&1 || {
        rm -f "$2" "$2.FAILED"
        return 1
    }
}

odoo_source() {
    if [ -n "${ODOO_HOME:-}" ] && [ "$ODOO_HOME" != "$LOCAL/odoo/usr/lib/python3/dist-packages" ]; then
        [ -f "$ODOO_HOME/odoo/release.py" ] || die "ODOO_HOME=$ODOO_HOME has no odoo/release.py"
    else
        ODOO_HOME=$LOCAL/odoo/usr/lib/python3/dist-packages
        [ -e "$LOCAL/odoo/.complete" ] || unpack_odoo
    fi
    grep -q 'version_info = (19, 0,' "$ODOO_HOME/odoo/release.py" || die "$ODOO_HOME is not Odoo 19.0"
    ADDONS_PATH=$ODOO_HOME/odoo/addons
    # A git checkout has most addons beside the package; Debian's has them all inside.
    [ ! -d "$ODOO_HOME/addons" ] || ADDONS_PATH=$ODOO_HOME/addons,$ADDONS_PATH
    ADDONS_PATH=$ADDONS_PATH,$ROOT/addons
    export ODOO_HOME
}

unpack_odoo() {
    local dl=$LOCAL/download tree=$LOCAL/odoo m path sum file
    m=$(mirror)
    mkdir -p "$dl"
    say "Odoo 19: $ODOO_DEB"
    isolated_apt "$m"
    file=$dl/$ODOO_DEB
    if ! fetch_pinned "$m/pool/main/o/odoo/$ODOO_DEB" "$file" "$ODOO_DEB_SHA256"; then
        # sid has moved on: the newest odoo-19 that the signed index names.
        say "the pinned package is gone; taking the current odoo-19 of the signed index"
        apt-get -c "$LOCAL/apt/apt.conf" -qq update ||
            die "sid's index could not be read or verified; set ODOO_HOME to a checkout of Odoo 19.0 (README.md, 'Another Odoo')"
        (cd "$dl" && rm -f odoo-19_*.deb && apt-get -c "$LOCAL/apt/apt.conf" -qq download odoo-19) ||
            die "Debian has no odoo-19 any more; set ODOO_HOME to a checkout of Odoo 19.0 (README.md, 'Another Odoo')"
        file=$(compgen -G "$dl/odoo-19_*.deb")
    fi
    rm -rf "$tree.tmp"
    mkdir -p "$tree.tmp"
    dpkg-deb -x "$file" "$tree.tmp"
    # Debian replaces bundled fonts and scripts by relative links into other packages, so
    # these must be in the same tree; with a dangling jquery.js Odoo cannot build its assets.
    while read -r path sum; do
        file=$dl/${path##*/}
        fetch_pinned "$m/pool/main/$path" "$file" "$sum" ||
            die "could not get $path with its pinned digest (see $LOG/odoo-download.log); set ODOO_HOME to a checkout of Odoo 19.0 (README.md, 'Another Odoo')"
        dpkg-deb -x "$file" "$tree.tmp"
    done <"$ROOT/config/debs.sha256"
    touch "$tree.tmp/.complete"
    rm -rf "$tree"
    mv "$tree.tmp" "$tree"
    rm -rf "$LOCAL/apt" "$dl"
}

# odoo [shell|db|neutralize] ARGS: Odoo's command with the project's configuration, as the
# unprivileged account.  odoo_command leaves the same in the array ODOO, for background use.
odoo_command() {
    local command=()
    case ${1:-} in shell | db | neutralize) command=("$1"); shift ;; esac
    ODOO=("${AS_ODOO[@]}" env PYTHONPATH="$ODOO_HOME" PATH="$LOCAL/venv/bin:$PATH"
        "$LOCAL/venv/bin/python" "$ROOT/bin/lib/odoo_cli.py" "${command[@]}"
        -c "$ROOT/config/odoo.conf" --addons-path "$ADDONS_PATH" --data-dir "$DATA" "$@")
}
odoo() {
    local ODOO
    odoo_command "$@"
    "${ODOO[@]}"
}
