# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The slots of a year: twelve exhibitions, some 40,000 slots, by the server's cron."""

import asyncio
import json
import time
from pathlib import Path

from .machine import BENCH
from .report import Table
from .scenarios import Context

MOST_SECONDS = 60
GIVE_UP_SECONDS = 300


async def year(ctx: Context, folder: Path) -> Table:
    """Start the plan as staff do, watch its progress as their browser does."""
    table = ctx.table("The slots of a year: 12 exhibitions")
    plan_file = folder / "year.json"
    ctx.database.shell(BENCH / "bench" / "seed_year.py", BENCH_PLAN=str(plan_file))
    plan = json.loads(plan_file.read_text())
    before = ctx.odoo.snapshot()
    seen, state = set(), "running"
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while state == "running" and time.monotonic() < deadline:
        state, done, total, created, seconds = progress(ctx, plan["plan"])
        seen.add(100 * done // (total or 1))
        await asyncio.sleep(0.2)
    after = ctx.odoo.snapshot()
    wanted = plan["slots"]
    table.add("state", state, "done", state == "done")
    table.add("slots", f"{created:,}", f"{wanted:,}", created == wanted)
    table.add("preview", f"{plan['preview']:.1f} s")
    cpu = f"{after.server - before.server:.0f} + {after.postgres - before.postgres:.0f}"
    table.add(
        "from the button to the last slot",
        f"{seconds:.1f} s, {created / (seconds or 1):.0f} slots/s, CPU {cpu} s",
        f"< {MOST_SECONDS} s",
        seconds < MOST_SECONDS,
        clock=True,
    )
    table.add(
        "percentages that the browser was shown",
        f"{len(seen)} in {plan['steps']} steps",
        ">= 10",
        len(seen) >= 10,
    )
    return table


def progress(ctx: Context, plan_id: int) -> tuple[str, int, int, int, float]:
    """State, work done and in all, slots there are, seconds since the button."""
    return ctx.database.query(
        """
        SELECT state, work_done, work_total,
               -- the night's cron may have made some of them
               (SELECT count(*)
                  FROM museum_slot slot
                  JOIN museum_exhibition_museum_slot_plan_rel rel
                    ON rel.museum_exhibition_id = slot.exhibition_id
                 WHERE rel.museum_slot_plan_id = plan.id),
               EXTRACT(EPOCH FROM COALESCE(finished_at, now() AT TIME ZONE 'UTC')
                                  - started_at)::float
          FROM museum_slot_plan plan
         WHERE id = %s
        """,
        [plan_id],
    )[0]
