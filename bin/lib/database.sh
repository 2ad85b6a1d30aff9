# shellcheck shell=bash
# Template databases, each made once from the one before and found again by a hash of what
# it is made from:
#   tpl_base_*   what our addons depend on, in an Indian company, no demo data
#   tpl_test_*   + our addons but museum_demo     (the addons' own tests)
#   tpl_demo_*   + museum_demo                    (bin/serve, tests/, benchmarks/)
# An edit of an addon makes the last two anew, an edit of a test none.

short_sum() { sha256sum | cut -c1-12; }

# manifests external|ours: names from the manifests, comma separated
manifests() {
    "$LOCAL/venv/bin/python" - "$ROOT/addons" "$1" <<'PY'
import ast, pathlib, sys

ours = {
    p.parent.name: ast.literal_eval(p.read_text(encoding="utf-8"))
    for p in pathlib.Path(sys.argv[1]).glob("*/__manifest__.py")
}
ours = {name: m for name, m in ours.items() if m.get("installable", True)}
if sys.argv[2] == "ours":
    names = set(ours) - {"museum_demo"}
else:
    names = {d for m in ours.values() for d in m.get("depends", ())} - set(ours)
    names |= {"l10n_in"}
print(",".join(sorted(names)))
PY
}

# addon_files [find expression]: digests of what a database is made from
addon_files() {
    (cd "$ROOT/addons" && find . -type f ! -name '*.pyc' ! -path '*/__pycache__/*' ! -path '*/tests/*' \
        ! -name 'README*' "$@" -print0 | sort -z | xargs -0r sha256sum)
}

template_names() {
    BASE_MODULES=$(manifests external)
    OUR_MODULES=$(manifests ours)
    local base test
    base=$({
        echo "$BASE_MODULES $PG_VERSION"
        cat "$ODOO_HOME/odoo/release.py" "$ROOT/config/requirements.lock" "$ROOT/bin/lib/database.sh"
    } | short_sum)
    test=$({ echo "$base $OUR_MODULES"; addon_files ! -path './museum_demo/*'; } | short_sum)
    ADDONS_SUM=$(addon_files | short_sum)
    TPL_BASE=tpl_base_$base
    TPL_TEST=tpl_test_$test
    TPL_DEMO=tpl_demo_$({ echo "$test"; addon_files -path './museum_demo/*'; cat "$ROOT/bin/lib/warm.py"; } | short_sum)
}

database_exists() { [ "$(psql_ -c "select 1 from pg_database where datname='$1'")" = 1 ]; }
template_ready() { [ "$(psql_ -c "select datistemplate from pg_database where datname='$1'")" = t ]; }

drop_database() {
    psql_ -c "alter database \"$1\" is_template false" 2>/dev/null || true
    "$PGBIN/dropdb" --if-exists --force "$1" 2>/dev/null || die "database $1 could not be dropped"
    as_odoo rm -rf "$DATA/filestore/$1"
}

# create_database NAME: empty, with the extensions that Odoo adds when it makes a database
# itself: search by similarity (pg_trgm) and without accents.
create_database() {
    "$PGBIN/createdb" -T template0 --lc-collate=C "$1" || die "database $1 could not be made"
    psql_ -d "$1" -c 'create extension pg_trgm; create extension unaccent' ||
        die "PostgreSQL lacks the extensions pg_trgm and unaccent (Debian: in the package postgresql)"
    # Odoo's indexes need it immutable; only its owner may say so, which on another PostgreSQL
    # is not us.  Then search minds accents.
    psql_ -d "$1" -c 'alter function unaccent(text) immutable' 2>/dev/null ||
        psql_ -d "$1" -c 'drop extension unaccent'
}

# copy_database FROM TO.  The filestore is hard links: it is addressed by content and its
# files are never written again.
copy_database() {
    drop_database "$2"
    "$PGBIN/createdb" -T "$1" "$2" || die "database $2 could not be made from $1"
    [ ! -d "$DATA/filestore/$1" ] || as_odoo cp -al "$DATA/filestore/$1" "$DATA/filestore/$2"
    # Two databases must not share their identity or the secret that signs tokens.
    psql_ -d "$2" -c "update ir_config_parameter set value=gen_random_uuid() where key in ('database.uuid','database.secret')"
}

# install LABEL DATABASE ARGS: run Odoo once and show the log's end when it fails
install() {
    local label=$1 db=$2 log=$LOG/install.$2.log started
    shift 2
    started=$(date +%s)
    say "$label"
    odoo -d "$db" --stop-after-init --no-http --workers=0 --max-cron-threads=0 \
        --log-level=warn "$@" >"$log" 2>&1 </dev/null || {
        tail -40 "$log" >&2
        die "$label: failed; the whole log is $log${HINT:+; $HINT}"
    }
    if grep -E ' (ERROR|CRITICAL) ' "$log" | grep -v 'selfie_segmentation' >&2; then
        die "$label: errors, see $log${HINT:+; $HINT}"
    fi
    say "$label: done in $(($(date +%s) - started)) s"
}

freeze() {
    psql_ -c "vacuum analyze" -d "$1" 2>/dev/null
    psql_ -c "alter database \"$1\" is_template true allow_connections false"
}

# prune PREFIX KEEP: drop the templates of earlier versions
prune() {
    local old
    for old in $(psql_ -c "select datname from pg_database where datname like '$1%' and datname <> '$2'"); do
        drop_database "$old"
    done
}

template_base() {
    ! template_ready "$TPL_BASE" || return 0
    drop_database "$TPL_BASE"
    create_database "$TPL_BASE"
    install "database, step 1: Odoo's base" "$TPL_BASE" -i base --without-demo=1
    # Accounting picks the chart of accounts by the company's country when it is installed.
    psql_ -d "$TPL_BASE" -c "update res_partner set country_id = (select id from res_country where code='IN')
        where id = (select partner_id from res_company order by id limit 1)"
    install "database, step 2: $BASE_MODULES" "$TPL_BASE" -i "$BASE_MODULES" --without-demo=1
    freeze "$TPL_BASE"
    prune tpl_base_ "$TPL_BASE"
}

template_test() {
    template_names
    ! template_ready "$TPL_TEST" || return 0
    template_base
    copy_database "$TPL_BASE" "$TPL_TEST"
    install "database, step 3: our addons" "$TPL_TEST" -i "$OUR_MODULES" --without-demo=1
    warm "$TPL_TEST"
    freeze "$TPL_TEST"
    prune tpl_test_ "$TPL_TEST"
}

template_demo() {
    template_names
    ! template_ready "$TPL_DEMO" || return 0
    template_test
    copy_database "$TPL_TEST" "$TPL_DEMO"
    [ ! -d "$ROOT/addons/museum_demo" ] ||
        install "database, step 4: the demo museum" "$TPL_DEMO" -i museum_demo --without-demo=1
    warm "$TPL_DEMO"
    freeze "$TPL_DEMO"
    prune tpl_demo_ "$TPL_DEMO"
}

# demo_database NAME: make the demo museum if it is not there; bring its addons up to date
# if the checkout changed since.
demo_database() {
    local db=$1 built
    template_names
    if database_exists "$db"; then
        built=$(psql_ -d "$db" -c "select value from ir_config_parameter where key='museum.serve.built_from'")
        [ "$built" != "$ADDONS_SUM" ] || return 0
        # -i for addons that are new, -u for those that changed.
        HINT="bin/reset makes a new demo museum" \
            install "the addons changed: updating the database $db" "$db" \
                -i "$OUR_MODULES,museum_demo" -u "$OUR_MODULES,museum_demo"
    else
        template_demo
        copy_database "$TPL_DEMO" "$db"
        say "database $db: made"
    fi
    psql_ -d "$db" -c "insert into ir_config_parameter (key, value) values ('museum.serve.built_from', '$ADDONS_SUM')
        on conflict (key) do update set value = excluded.value"
}

# Build the CSS and JavaScript bundles now instead of in the first visitor's request.
warm() {
    local started log=$LOG/warm.$1.log
    started=$(date +%s)
    say "bundles of styles and scripts"
    odoo shell -d "$1" --no-http --log-level=warn <"$ROOT/bin/lib/warm.py" >"$log" 2>&1 || {
        tail -20 "$log" >&2
        die "the bundles could not be built; the log is $log"
    }
    say "bundles of styles and scripts: done in $(($(date +%s) - started)) s"
}
