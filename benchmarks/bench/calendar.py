# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The month of an exhibition and the times of a day, as a browser asks for them.

Measured again and again while the museum grows: what a visitor waits for may not depend
on how many slots, exhibitions and tickets there are beside those that he looks at.
"""

import json
from pathlib import Path

from .client import Reply, Run, build, closed_loop, send
from .machine import BENCH
from .report import Table
from .scenarios import API, Context, empty_route, measured, rates

# The museum after each step: what it is called, and the exhibitions that are added.
SIZES = (
    ("180 slots", 1, 180, 6),
    ("2,000 slots", 1, 2_000, 6),
    ("200,000 slots", 100, 2_000, 6),
)
DENSE = ("2,000 slots in one month", 1, 2_000, 64)
MOST_BYTES = 20 * 1024
MOST_QUERIES = 8


def grow(ctx: Context, folder: Path, exhibitions: int, slots: int, per_day: int):
    """Add exhibitions; the paths of month and day of one of them, and all slots."""
    plan_file = folder / "calendar.json"
    ctx.database.shell(
        BENCH / "bench" / "seed_calendar.py",
        BENCH_PLAN=str(plan_file),
        BENCH_EXHIBITIONS=str(exhibitions),
        BENCH_SLOTS=str(slots),
        BENCH_PER_DAY=str(per_day),
    )
    ctx.database.tidy()
    plan = json.loads(plan_file.read_text())
    root = f"{API}/exhibitions/{plan['exhibition']}"
    paths = {
        "month": f"{root}/available-dates?month={plan['month']}",
        "day": f"{root}/time-slots?date={plan['month']}-10",
    }
    return paths, plan["slots"]


async def calendar(ctx: Context, folder: Path) -> Table:
    """Both endpoints at each size, and stock Odoo's page of times where it can."""
    tickets = ctx.plan["tickets"]
    ctx.database.wait_for_jobs()
    table = ctx.table(f"Calendar and times, {tickets:,} tickets in the database")
    smallest: dict[str, Run] = {}
    queries: dict[str, int] = {}
    for title, exhibitions, slots, per_day in (*SIZES, DENSE):
        paths, total = grow(ctx, folder, exhibitions, slots, per_day)
        # The yardstick anew: minutes have gone by, and others may want the machine.
        yardstick = await empty_route(ctx)
        table.is_busy = ctx.is_busy
        table.add(f"{title} (in all {total:,})", f"empty: {yardstick.rows[0].ours}")
        for name, path in paths.items():
            first, run, cpu = await look(ctx, path)
            queries.setdefault(name, first.queries)
            answer_rows(table, name, first, queries[name])
            bad = len(run.replies) - run.outcomes().get("ok", 0)
            p95 = run.milliseconds(0.95)
            table.add(
                f"  {name}, 1 connection",
                rates(run, cpu),
                "p95 < 15 ms",
                p95 < 15 and not bad,
                clock=True,
            )
            if (title, exhibitions, slots, per_day) == DENSE:
                continue
            growth_row(table, name, run, smallest.setdefault(name, run))
            await busy_rows(ctx, table, name, path)
    if ctx.stock:
        await stock_rows(ctx, table)
    return table


async def look(ctx, path) -> tuple[Reply, Run, str]:
    """The first answer with warm caches, and a closed loop of one visitor."""
    server = ctx.server()
    request = build(server, "GET", path)
    # Both workers meet the new exhibition before anything counts.
    await closed_loop(4, 0.5, lambda: send(server, request))
    first = await send(server, request)
    run, cpu = await measured(ctx, 1, lambda: send(server, request))
    return first, run, cpu


def answer_rows(table, name, first, queries):
    size = len(first.body)
    table.add(
        f"  {name}: bytes, queries",
        f"{size / 1024:.1f} KB, {first.queries}",
        f"< {MOST_BYTES // 1024} KB, <= {MOST_QUERIES}, always the same",
        size < MOST_BYTES and first.queries == queries <= MOST_QUERIES,
    )


def growth_row(table, name, run, smallest):
    ratio = run.milliseconds(0.95) / (smallest.milliseconds(0.95) or 1)
    table.add(
        f"  {name}: p95 to that of the smallest",
        f"{ratio:.2f} x",
        "<= 1.5 x",
        ratio <= 1.5,
        clock=True,
    )


async def busy_rows(ctx, table, name, path):
    server = ctx.server()
    request = build(server, "GET", path)
    run, cpu = await measured(ctx, 16, lambda: send(server, request))
    share = run.rate / ctx.empty[16].rate
    table.add(f"  {name}, 16 connections", rates(run, cpu))
    table.add(
        f"  {name}: share of the empty route",
        f"{share:.0%}",
        ">= 25%",
        share >= 0.25,
        clock=True,
    )


async def stock_rows(ctx, table):
    """Stock Odoo's page where a slot is chosen: one query for each slot in it."""
    server = ctx.stock.server()
    for name, title in (("main", "180 slots"), ("many", "2,000 slots")):
        event = ctx.stock.plan[name]
        request = build(server, "GET", event["page"])
        await send(server, request)
        first = await send(server, request)
        run = await closed_loop(1, ctx.seconds, lambda r=request: send(server, r))
        table.add(
            f"stock Odoo's page of an event with {title}",
            "",
            stock=f"{len(first.body) / 1024:.0f} KB, {first.queries} queries,"
            f" {run.rate:.1f}/s, p95 {run.milliseconds(0.95):.0f} ms",
        )
