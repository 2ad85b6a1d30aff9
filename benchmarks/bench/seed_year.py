# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F821 -- odoo shell gives `env`
"""Twelve exhibitions with a schedule, and a plan for their year that is started.

Read by ``odoo shell``; BENCH_PLAN names the JSON file to write. The plan is carried out
by the cron of the server that runs beside.
"""

import json
import os
import time
from datetime import timedelta

from odoo import fields

EXHIBITIONS, PER_DAY, DAYS = 12, 9, 365
museum = env.ref("base.main_company")
first = fields.Date.today() + timedelta(days=1)
venues = env["museum.venue"].create(
    [
        {
            "name": f"House {number}",
            "tz": "Asia/Kolkata",
            "company_id": museum.id,
            # One has a legal maximum, which its slots have to be linked with.
            "is_limited": not number,
            "capacity_max": 500,
        }
        for number in range(3)
    ]
)
exhibitions = env["museum.exhibition"].create(
    [
        {
            "name": f"Exhibition {number}",
            "venue_id": venues[number % 3].id,
            "duration_minutes": 45,
            "is_limited": True,
            "capacity": 30,
        }
        for number in range(EXHIBITIONS)
    ]
)
env["museum.schedule"].create(
    [
        {
            "exhibition_id": exhibition.id,
            "date_from": first,
            "first_start_hour": 9.0,
            "last_start_hour": 9.0 + PER_DAY - 1,
            "every_minutes": 60,
            "duration_minutes": 45,
        }
        for exhibition in exhibitions
    ]
)
# The plan alone: what runs by itself at night would make the same slots beside it. Not
# by the ORM, which refuses while a job runs; this waits for its end.
worker = env.ref("museum_exhibition.ir_cron_museum_slot_plan")
env.cr.commit()
env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
env.cr.execute("UPDATE ir_cron SET active = FALSE WHERE id <> %s", [worker.id])
env.cr.commit()
env.invalidate_all()
started = time.monotonic()
plan = env["museum.slot.plan"].create(
    {
        "exhibition_ids": exhibitions.ids,
        "date_from": first,
        "date_to": first + timedelta(days=DAYS - 1),
    }
)
plan.action_preview()
env.cr.commit()
preview = time.monotonic() - started
plan.action_run()
env.cr.commit()
with open(os.environ["BENCH_PLAN"], "w", encoding="utf-8") as file:
    json.dump(
        {
            "plan": plan.id,
            "preview": preview,
            "steps": len(plan.steps),
            "slots": EXHIBITIONS * PER_DAY * DAYS,
        },
        file,
    )
