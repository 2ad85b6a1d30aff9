# shellcheck shell=bash
# System packages, by name, from the system's own sources.

has_pkg() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# packages run|test|lint
packages() {
    command -v apt-get >/dev/null ||
        die "only Debian and its relatives are set up by this script; see README.md, 'Other systems'"
    local want=(ca-certificates python3 python3-venv fonts-dejavu-core fonts-noto-core
        libcairo2 libfreetype6 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
    local miss=() have=() p policy
    if [ "$1" = lint ]; then
        want=(ca-certificates python3 python3-venv)
        command -v git >/dev/null || want+=(git)
    elif external_postgres; then
        command -v psql >/dev/null || want+=(postgresql-client)
    else
        compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || want+=(postgresql)
    fi
    # Odoo's own reports (invoices); Debian 13 has no such package, see below.
    [ "$1" = lint ] || command -v wkhtmltopdf >/dev/null || [ -e "$LOCAL/no-wkhtmltopdf" ] || want+=(wkhtmltopdf)
    # On Debian 13 the package is called libmagic1t64 (below).
    [ "$1" = lint ] || [[ $(/sbin/ldconfig -p) = *libmagic.so.1* ]] || want+=(libmagic1)
    if [ "$1" = test ]; then
        command -v git >/dev/null || want+=(git)
        # The node inside Playwright is linked against it.
        [[ $(/sbin/ldconfig -p) = *libatomic.so.1* ]] || want+=(libatomic1)
        [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || want+=(chromium)
    fi
    for p in "${want[@]}"; do has_pkg "$p" || miss+=("$p"); done
    [ ${#miss[@]} -eq 0 ] && return

    local sudo=()
    if ! is_root; then
        command -v sudo >/dev/null ||
            die "these packages are missing; as root:  apt-get install -y --no-install-recommends ${miss[*]}"
        sudo=(sudo)
        # CI has nobody to type a password.
        if ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
            die "sudo asks for a password and nobody is there to type it; run:  sudo apt-get install -y --no-install-recommends ${miss[*]}"
        fi
    fi
    say "apt: ${miss[*]}"
    local opt=(-qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
    "${sudo[@]}" apt-get "${opt[@]}" update >"$LOG/apt-update.log" 2>&1 ||
        say "apt-get update complained (see $LOG/apt-update.log); going on with the lists that are there"
    # No `apt-cache ... | grep -q`: with pipefail the early exit of grep fails the pipe now and then.
    for p in "${miss[@]}"; do
        policy=$(apt-cache policy "$p")
        if [[ $policy = *"Candidate: "[0-9]* ]]; then
            have+=("$p")
        elif [ "$p" = libmagic1 ] && [[ $(apt-cache policy libmagic1t64) = *"Candidate: "[0-9]* ]]; then
            have+=(libmagic1t64)
        elif [ "$p" = wkhtmltopdf ]; then
            : >"$LOCAL/no-wkhtmltopdf"
            say "this system has no wkhtmltopdf: Odoo cannot print its own reports (tickets are not concerned)"
        else
            die "no package $p in this system's sources"
        fi
    done
    [ ${#have[@]} -eq 0 ] && return
    if [[ " ${have[*]} " = *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        # No system-wide cluster and no service on 5432: this project has its own.
        "${sudo[@]}" mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' |
            "${sudo[@]}" tee /etc/postgresql-common/createcluster.d/no-main.conf >/dev/null
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 \
        apt-get "${opt[@]}" install -y --no-install-recommends "${have[@]}" >"$LOG/apt.log" 2>&1 </dev/null || {
        tail -20 "$LOG/apt.log" >&2
        die "apt-get install failed; the whole output is in $LOG/apt.log"
    }
}
