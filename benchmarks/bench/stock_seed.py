# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F821 -- odoo shell gives `env`
"""Events of stock Odoo like the museum's exhibitions (read by ``odoo shell``).

Without the mails that Odoo sends by default: with them it is slower, and in a rush most
buyers get an internal error instead of a seat. What is compared is Odoo at its best.
"""

import json
import os
from datetime import timedelta

from odoo import fields

TODAY = fields.Date.today()
HUGE = 1_000_000
product = env["product.product"].create(
    {
        "name": "Museum ticket",
        "type": "service",
        "service_tracking": "event",
        "list_price": 250,
        "taxes_id": [(5,)],
    }
)


def event(name, days, per_day, seats, price):
    """A published event with so many slots, each with so many seats."""
    length = 12 / per_day
    slots = [
        {
            "date": TODAY + timedelta(days=2 + day),
            "start_hour": 8 + number * length,
            "end_hour": 8 + (number + 1) * length - 0.01,
        }
        for day in range(days)
        for number in range(per_day)
    ]
    made = env["event.event"].create(
        {
            "name": name,
            "date_begin": fields.Datetime.to_datetime(TODAY),
            "date_end": fields.Datetime.to_datetime(TODAY + timedelta(days=days + 4)),
            "date_tz": "Asia/Kolkata",
            "is_multi_slots": True,
            "seats_limited": True,
            "seats_max": seats,
            "website_published": True,
            "event_mail_ids": [(5,)],
            "event_ticket_ids": [
                (0, 0, {"name": "Adult", "product_id": product.id, "price": price})
            ],
            "event_slot_ids": [(0, 0, slot) for slot in slots],
        }
    )
    return {
        "event": made.id,
        "slots": made.event_slot_ids.ids,
        "ticket": made.event_ticket_ids.id,
        "page": f"{made.website_url}/register",
    }


# Its checkout ends where ours does: at a page that offers Razorpay. Nothing is paid.
env.ref("payment.payment_provider_razorpay").write(
    {
        "state": "test",
        "is_published": True,
        "razorpay_key_id": "rzp_test_bench",
        "razorpay_key_secret": "bench",
        "razorpay_webhook_secret": "bench",
    }
)
env["website"].search([]).auth_signup_uninvited = "b2c"

plan = {
    "main": event("Timed entry", 30, 6, HUGE, 250),
    "many": event("Timed entry, all day", 40, 50, HUGE, 250),
    "race_paid": event("Race for a seat", 1, 1, 50, 250),
    "race_free": event("Race for a free seat", 1, 1, 50, 0),
}
env.cr.commit()
with open(os.environ["BENCH_PLAN"], "w", encoding="utf-8") as file:
    json.dump(plan, file)
