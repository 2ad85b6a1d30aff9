#!/usr/bin/env bash
# Start of the container `odoo`: install or update the addons once, then serve.
set -euo pipefail
# Odoo and psql both read these.
export PGHOST=db PGUSER=odoo PGPASSWORD=$POSTGRES_PASSWORD
db=${MUSEUM_DB:-museum}
modules=${MUSEUM_MODULES:?}
options=(-d "$db"
    --addons-path /usr/lib/python3/dist-packages/odoo/addons,/mnt/extra-addons --data-dir /var/lib/odoo)

# What the database was made from; the same again needs no update.
sum=$(cd /mnt/extra-addons && find . -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
built=$(psql -Atqd "$db" -c "select value from ir_config_parameter where key='museum.serve.built_from'" 2>/dev/null || true)
if [ "$built" != "$sum" ]; then
    odoo "${options[@]}" -i "$modules" -u "$modules" --stop-after-init --no-http --without-demo=1
    psql -qd "$db" -c "insert into ir_config_parameter (key, value) values ('museum.serve.built_from', '$sum')
        on conflict (key) do update set value = excluded.value"
fi
odoo shell "${options[@]}" --no-http --log-level=warn </opt/museum/configure.py

# The websocket's process listens on 8072; nginx leads /websocket there.
exec odoo "${options[@]}" --proxy-mode --no-database-list --db-filter "^$db\$" --unaccent \
    --http-interface 0.0.0.0 --workers "${WORKERS:-2}" --max-cron-threads 1
