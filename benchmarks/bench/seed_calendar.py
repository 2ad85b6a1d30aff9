# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F821 -- odoo shell gives `env`
"""Exhibitions with many slots and a ledger full of holds (read by ``odoo shell``).

BENCH_EXHIBITIONS of BENCH_SLOTS slots each, BENCH_PER_DAY a day from the first of next
month on, in one venue with a legal maximum: each slot counts in five pools, the most
that an ordinary slot has. Every slot has a sold hold; the seats of a few are held by
somebody whose time ran out, equally many however large the museum is: the job that
gives such seats back runs each minute, and runs here first. Copied by SQL from one slot
and one hold that the program made; the auditor finds nothing. BENCH_PLAN names the JSON
file to write.
"""

import json
import os
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import SQL

from bench.copies import clone

EXHIBITIONS = int(os.environ["BENCH_EXHIBITIONS"])
SLOTS = int(os.environ["BENCH_SLOTS"])
PER_DAY = int(os.environ["BENCH_PER_DAY"])
SEATS = 4  # that each sold hold has
RAN_OUT = 20  # holds since the last sweep, a minute ago at most
OPENS = 4 * 60 + 30  # 10:00 in India, as minutes of UTC
museum = env.ref("base.main_company")
month = fields.Date.today() + relativedelta(months=1, day=1)
minutes = min(60, 8 * 60 // PER_DAY)
venue = env["museum.venue"].create(
    {
        "name": f"Hall of {SLOTS}",
        "tz": "Asia/Kolkata",
        "company_id": museum.id,
        "is_limited": True,
        "capacity_max": 100_000,
    }
)
exhibitions = env["museum.exhibition"].create(
    [
        {
            "name": f"Exhibition {number} of {SLOTS} slots",
            "venue_id": venue.id,
            "duration_minutes": minutes,
            "is_limited": True,
            "capacity": 20,
            "is_published": True,
        }
        for number in range(EXHIBITIONS)
    ]
)
category = env["museum.ticket.category"].create(
    {"name": "Adult", "exhibition_id": exhibitions[0].id, "price": 100}
)
# On a day of its own, so that the copies start where they should.
slot = env["museum.slot"].create(
    {
        "exhibition_id": exhibitions[0].id,
        "start_at": datetime.combine(month, datetime.min.time())
        + timedelta(days=40 + SLOTS // PER_DAY, minutes=OPENS),
    }
)
env.cr.commit()
token = f"bench-calendar-{slot.id}"
env["museum.hold"]._take(token, slot, {category.id: SEATS}, 15)
env.cr.commit()
hold = env["museum.hold"].search([("token", "=", token)])

# --- slots -----------------------------------------------------------------------
count = EXHIBITIONS * SLOTS
env.cr.execute(
    """
    CREATE TEMP TABLE bench_slots ON COMMIT DROP AS
    SELECT i, (%(exhibitions)s)[1 + (i - 1) / %(slots)s] AS exhibition_id,
           day::date AS local_date,
           day + ((i - 1) %% %(slots)s %% %(per_day)s * %(minutes)s + %(opens)s)
                 * INTERVAL '1 minute' AS start_at
      FROM generate_series(1, %(count)s) i
     CROSS JOIN LATERAL (
           SELECT %(month)s::timestamp
                  + (i - 1) %% %(slots)s / %(per_day)s * INTERVAL '1 day' AS day
           ) d
    """,
    {
        "exhibitions": exhibitions.ids,
        "slots": SLOTS,
        "per_day": PER_DAY,
        "minutes": minutes,
        "opens": OPENS,
        "count": count,
        "month": month,
    },
)
source = SQL("bench_slots g")
pools = clone(
    env.cr, "museum_seat_pool", slot.pool_id.id, count, taken=SQL("%s", SEATS)
)
starts = clone(
    env.cr,
    "museum_slot",
    slot.id,
    count,
    source,
    exhibition_id=SQL("g.exhibition_id"),
    pool_id=SQL("%s + g.i", pools),
    local_date=SQL("g.local_date"),
    start_at=SQL("g.start_at"),
    end_at=SQL("g.start_at + %s * INTERVAL '1 minute'", minutes),
    sale_ends_at=SQL("g.start_at"),
)
env.cr.execute(
    "UPDATE museum_seat_pool SET slot_id = id - %s + %s WHERE id > %s AND id <= %s",
    [pools, starts, pools, pools + count],
)

# --- the venue's maximum ---------------------------------------------------------
env.cr.execute(
    """
    CREATE TEMP TABLE bench_pieces ON COMMIT DROP AS
    SELECT g.i, piece
      FROM bench_slots g
     CROSS JOIN LATERAL generate_series(
           date_bin('15 min', g.start_at, TIMESTAMP '2000-01-01'),
           g.start_at + (%(minutes)s - 1) * INTERVAL '1 minute',
           INTERVAL '15 min') piece
    """,
    {"minutes": minutes},
)
env.cr.execute(
    "CREATE TEMP TABLE bench_starts ON COMMIT DROP AS"
    " SELECT row_number() OVER (ORDER BY piece)::int AS i, piece,"
    "        count(*)::int AS slots"
    "   FROM bench_pieces GROUP BY piece"
)
env.cr.execute("SELECT count(*) FROM bench_starts")
pieces = env.cr.fetchone()[0]
venue_pools = clone(
    env.cr,
    "museum_seat_pool",
    slot.extra_pool_ids[:1].id,
    pieces,
    SQL("bench_starts g"),
    start_at=SQL("g.piece"),
    taken=SQL("g.slots * %s", SEATS),
)
env.cr.execute(
    """
    INSERT INTO museum_slot_extra_pool_rel (slot_id, pool_id)
    SELECT %(starts)s + p.i, %(pools)s + s.i
      FROM bench_pieces p
      JOIN bench_starts s USING (piece)
    """,
    {"starts": starts, "pools": venue_pools},
)

# --- the ledger ------------------------------------------------------------------
# Those that ran out are spread over all exhibitions, days and times.
env["museum.hold"]._cron_sweep()
ran_out = SQL("g.i %% %s = 7", count // RAN_OUT)
holds = clone(
    env.cr,
    "museum_hold",
    hold.id,
    count,
    source,
    token=SQL("%s || g.i", f"{token}-"),
    slot_id=SQL("%s + g.i", starts),
    state=SQL("CASE WHEN %s THEN 'active' ELSE 'sold' END", ran_out),
    expires_at=SQL("t.expires_at - INTERVAL '1 hour'"),
)
env.cr.execute(
    """
    INSERT INTO museum_hold_take (hold_id, pool_id, seats)
    SELECT %(holds)s + i, %(pools)s + i, %(seats)s
      FROM bench_slots
     UNION ALL
    SELECT %(holds)s + p.i, %(venue_pools)s + s.i, %(seats)s
      FROM bench_pieces p
      JOIN bench_starts s USING (piece)
    """,
    {"holds": holds, "pools": pools, "venue_pools": venue_pools, "seats": SEATS},
)
env.cr.commit()
env.cr.execute("SELECT count(*) FROM museum_slot")
plan = {
    # one from the middle: neither the first nor the last that was written
    "exhibition": exhibitions[len(exhibitions) // 2].id,
    "month": f"{month:%Y-%m}",
    "slots": env.cr.fetchone()[0],
}
with open(os.environ["BENCH_PLAN"], "w", encoding="utf-8") as file:
    json.dump(plan, file)
