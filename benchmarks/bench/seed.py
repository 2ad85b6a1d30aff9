# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F821 -- odoo shell gives `env`
"""Fill a copy of the demo museum for the benchmarks (read by ``odoo shell``).

BENCH_PLAN names the JSON file to write; BENCH_TICKETS, BENCH_BUYERS and BENCH_SCANS say
how much. Tickets are copied by SQL from one real booking, so each has its booking,
order, line, sold hold and counted seats: the ledger's auditor finds nothing. Sessions
are written as a login would write them; logging 200 people in costs minutes of password
hashing.
"""

import json
import os
import uuid
from datetime import timedelta
from functools import partial

import odoo
from odoo import fields
from odoo.tools import SQL

from odoo.addons.museum_booking.lib import codes, ticket_token

from bench.copies import clone

TICKETS = int(os.environ["BENCH_TICKETS"])
BUYERS = int(os.environ["BENCH_BUYERS"])
SCANS = min(int(os.environ["BENCH_SCANS"]), TICKETS)
PER_BOOKING = 4
NOW = fields.Datetime.now()
museum = env.ref("base.main_company")
website = env.ref("website.default_website")


def slot(exhibition, start, minutes, **values):
    return env["museum.slot"].create(
        {
            "exhibition_id": exhibition.id,
            "start_at": start,
            "end_at": start + timedelta(minutes=minutes),
            **values,
        }
    )


def category(exhibition):
    return exhibition.category_ids.filtered(lambda found: found.code == "adult")


def code_table(name, make, count, taken):
    """A temporary table (i, code) of so many new codes.

    :param taken: query for those that there are; of a million one may meet them
    """
    env.cr.execute(taken)
    known = {row[0] for row in env.cr.fetchall()}
    found = set()
    while len(found) < count:
        found.add(make())
        if len(found) == count:
            found -= known
    ident = SQL.identifier(name)
    env.cr.execute(
        SQL("CREATE TEMP TABLE %s (i int PRIMARY KEY, code text) ON COMMIT DROP", ident)
    )
    env.cr.execute(
        SQL(
            "INSERT INTO %s SELECT ordinality, code"
            " FROM unnest(%s) WITH ORDINALITY u(code, ordinality)",
            ident,
            list(found),
        )
    )


def code_of(name):
    return SQL("(SELECT code FROM %s c WHERE c.i = g.i)", SQL.identifier(name))


def sell(order, booking):
    """Make what a payment makes of a booking, without the payment."""
    # The hold was made in a transaction that this one cannot see yet.
    env.cr.commit()
    tickets = booking._issue_tickets()
    env.flush_all()
    env.cr.execute("UPDATE sale_order SET state = 'sale' WHERE id = %s", [order.id])
    env.cr.execute(
        """UPDATE museum_booking
              SET state = 'confirmed', money_state = 'paid', confirmed_at = %s
            WHERE id = %s""",
        [NOW, booking.id],
    )
    env.cr.execute(
        "UPDATE museum_hold SET state = 'sold' WHERE token = %s", [booking.hold_token]
    )
    env.invalidate_all()
    return tickets


def new_order(partner):
    return env["sale.order"].create(
        {
            "partner_id": partner.id,
            "website_id": website.id,
            "company_id": museum.id,
        }
    )


def session(user):
    """A logged-in session of this user; its cookie's value."""
    store = odoo.http.root.session_store
    found = store.new()
    found.update(odoo.http.get_default_session())
    found.update(
        db=env.cr.dbname,
        login=user.login,
        uid=user.id,
        context=dict(env(user=user)["res.users"].context_get()),
    )
    found["session_token"] = env(user=user).user._compute_session_token(found.sid)
    store.save(found)
    return found.sid


def seed_tickets(booking):
    """Copies of a sold booking until there are TICKETS tickets."""
    count = TICKETS // PER_BOOKING
    ticket = booking.ticket_ids[0]
    hold = env["museum.hold"].search([("token", "=", booking.hold_token)])
    code = museum.museum_code
    references = SQL("SELECT name FROM museum_booking")
    groups = SQL("SELECT code FROM museum_booking")
    singles = SQL("SELECT code FROM museum_ticket")
    code_table("bench_refs", partial(codes.make_reference, code), count, references)
    make = partial(codes.make_ticket_code, code, NOW.year)
    code_table("bench_groups", make, count, groups)
    code_table("bench_codes", make, count * PER_BOOKING, singles)
    orders = clone(
        env.cr, "sale_order", booking.order_id.id, count, name=SQL("'BENCH' || g.i")
    )
    token = SQL("'bench-' || g.i")
    holds = clone(env.cr, "museum_hold", hold.id, count, token=token)
    clone(
        env.cr,
        "museum_hold_take",
        hold.take_ids[0].id,
        count,
        hold_id=SQL("%s + g.i", holds),
    )
    bookings = clone(
        env.cr,
        "museum_booking",
        booking.id,
        count,
        name=code_of("bench_refs"),
        code=code_of("bench_groups"),
        hold_token=token,
        access_token=SQL("gen_random_uuid()::text"),
        order_id=SQL("%s + g.i", orders),
    )
    lines = clone(
        env.cr,
        "sale_order_line",
        booking.line_ids[0].id,
        count,
        order_id=SQL("%s + g.i", orders),
        museum_booking_id=SQL("%s + g.i", bookings),
    )
    clone(
        env.cr,
        "museum_ticket",
        ticket.id,
        count * PER_BOOKING,
        code=code_of("bench_codes"),
        booking_id=SQL("%s + (g.i + %s) / %s", bookings, PER_BOOKING - 1, PER_BOOKING),
        order_line_id=SQL("%s + (g.i + %s) / %s", lines, PER_BOOKING - 1, PER_BOOKING),
        sequence=SQL("(g.i - 1) %% %s + 1", PER_BOOKING),
    )
    env.cr.execute(
        "UPDATE museum_seat_pool SET taken = taken + %s WHERE id = %s",
        [count * booking.visitors, booking.slot_id.pool_id.id],
    )
    env.invalidate_all()


def signed_tokens(slot_id):
    tickets = env["museum.ticket"].search(
        [("slot_id", "=", slot_id), ("state", "=", "reserved")], limit=SCANS
    )
    tickets.fetch(["code", "slot_id", "visitors", "valid_from", "valid_until"])
    key = env["museum.signing.key"]._current()
    return [
        ticket_token.sign(
            ticket_token.Payload(
                kind=ticket_token.TICKET,
                code=ticket.code,
                slot=ticket.slot_id.id,
                visitors=ticket.visitors,
                valid_from=ticket_token.seconds(ticket.valid_from),
                valid_until=ticket_token.seconds(ticket.valid_until),
            ),
            key.kid,
            key.private_key,
        )
        for ticket in tickets
    ]


env["ir.config_parameter"].set_param("web.base.url", os.environ["BENCH_URL"])
env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
env["res.company"]._museum_demo_razorpay(
    key_id=os.environ["BENCH_KEY_ID"],
    key_secret=os.environ["BENCH_KEY_SECRET"],
    webhook_secret=os.environ["BENCH_WEBHOOK_SECRET"],
    api_url=os.environ["BENCH_SANDBOX"],
)

# --- what is visited -------------------------------------------------------------
special = env.ref("museum_demo.exhibition_mars")
show = env.ref("museum_demo.exhibition_planetarium")
yard = env.ref("museum_demo.exhibition_courtyard")
yard.max_per_booking = 50
tomorrow = NOW.replace(hour=5, minute=7, second=0, microsecond=0) + timedelta(days=2)
races = [
    slot(special, tomorrow + timedelta(minutes=i), 60, is_limited=True, capacity=50)
    for i in range(3)
]
many = {"is_limited": True, "capacity": 1_000_000}
hot = slot(show, tomorrow, 45, **many)
full = slot(show, tomorrow + timedelta(minutes=1), 45, is_limited=True, capacity=50)
full.pool_id.sudo().blocked = 50
spread = [
    slot(show, tomorrow + timedelta(days=1 + i // 6, hours=i % 6), 45, **many)
    for i in range(180)
]
# For the whole path: times of their own, so that their seats are counted apart.
visits = [
    slot(show, each.start_at + timedelta(minutes=30), 45, **many)
    for each in spread[:60]
]
now_slot = slot(yard, NOW - timedelta(minutes=20), 12 * 60, is_limited=False)
paper_slot = slot(yard, tomorrow, 60, is_limited=False)
buyers = (
    env["res.users"]
    .with_context(no_reset_password=True)
    .create(
        [
            {
                "name": f"Buyer {number}",
                "login": f"buyer{number}@example.com",
                "email": f"buyer{number}@example.com",
                "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
            }
            for number in range(BUYERS)
        ]
    )
)
buyers.partner_id.write({"phone": "+919822055501", "country_id": museum.country_id.id})
# Seats are taken in a transaction of their own, which has to see the slots.
env.cr.commit()

# --- tickets ---------------------------------------------------------------------
visitor = env.ref("museum_demo.user_visitor")
order = new_order(visitor.partner_id)
adult = category(yard)
booking = order._museum_add_booking(
    now_slot, {adult.id: PER_BOOKING}, str(uuid.uuid4())
)
sell(order, booking)
seed_tickets(booking)
papers = {}
for number in (1, 50):
    paper_order = new_order(visitor.partner_id)
    paper = paper_order._museum_add_booking(
        paper_slot, {adult.id: number}, str(uuid.uuid4())
    )
    tickets = sell(paper_order, paper)
    papers[str(number)] = {"reference": paper.name, "code": tickets[0].code}
env.cr.commit()

plan = {
    "races": [
        {"slot": each.id, "pool": each.pool_id.id, "category": category(special).id}
        for each in races
    ],
    "hot": {"slot": hot.id, "pool": hot.pool_id.id, "category": category(show).id},
    "full": {"slot": full.id, "pool": full.pool_id.id, "category": category(show).id},
    "spread": [
        {
            "slot": each.id,
            "pool": each.pool_id.id,
            "category": category(show).id,
            "exhibition": show.id,
        }
        for each in spread
    ],
    "visits": [
        {
            "slot": each.id,
            "pool": each.pool_id.id,
            "category": category(show).id,
            "date": str(each.local_date),
        }
        for each in visits
    ],
    "show_page": show.website_url,
    "special": special.id,
    "show": show.id,
    "gate": env.ref("museum_demo.gate_main").id,
    "tokens": signed_tokens(now_slot.id),
    "papers": papers,
    "gate_session": session(env.ref("museum_demo.user_gate")),
    "visitor_session": session(visitor),
    "buyer_sessions": [session(buyer) for buyer in buyers],
    "tickets": env["museum.ticket"].search_count([]),
    "ledger": env["museum.hold"]._check_ledger(),
}
env.cr.commit()
with open(os.environ["BENCH_PLAN"], "w", encoding="utf-8") as file:
    json.dump(plan, file)
