# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ours beside stock Odoo 19 events: the same machine, workers, minutes and seats."""

import asyncio
import itertools
import time

from . import stock as events
from .client import PROXY_CONNECTIONS, Reply, Run, Session, closed_loop
from .report import Table
from .scenarios import API, Context, item

BUYERS = (1, 4, 16, 32)
SEATS = 50


async def measured(odoo, connections, seconds, step):
    """A closed loop and the ms of processor time per answer (server, PostgreSQL)."""
    before = odoo.snapshot()
    run = await closed_loop(connections, seconds, step)
    after = odoo.snapshot()
    count = max(1, len(run.replies))
    cpu = (after.server - before.server) * 1000 / count
    sql = (after.postgres - before.postgres) * 1000 / count
    return run, cpu, sql


# --- holding seats ----------------------------------------------------------------


async def our_hold(ctx: Context, target: dict) -> Reply:
    """A new visitor's way from choosing a slot to seats in the cart, as in `events`."""
    session = Session(ctx.server())
    started = time.perf_counter()
    path = f"{API}/exhibitions/{target['exhibition']}/ticket-categories"
    reply = await session.get(f"{path}?slot_id={target['slot']}")
    if reply.status == 200:
        reply = await session.post(f"{API}/cart/items", item(target))
    reply.seconds = time.perf_counter() - started
    return reply


async def holds(ctx: Context) -> Table:
    """Seats that get into carts, on one slot and spread over 180."""
    table = ctx.table(
        "Seats into the cart, beside stock Odoo events (a new visitor each time, from"
        " choosing the slot on; stock without its mails)"
    )
    ctx.odoo.retries()
    ctx.stock.odoo.retries()
    event = ctx.stock.plan["main"]
    for name, ours, theirs in (
        ("one slot", [ctx.plan["spread"][0]], event["slots"][:1]),
        ("180 slots", ctx.plan["spread"], event["slots"]),
    ):
        await hold_rows(ctx, table, name, ours, theirs)
    ours, theirs = ctx.odoo.retries(), ctx.stock.odoo.retries()
    table.add(
        "serialization retries in the log", str(ours), "0", ours == 0, stock=str(theirs)
    )
    return table


async def hold_rows(ctx, table, name, ours, theirs):
    """Rows for some slots: each number of buyers, then what the databases count."""
    our_slots, their_slots = itertools.cycle(ours), itertools.cycle(theirs)
    event = ctx.stock.plan["main"]
    steps = (
        (ctx.odoo, lambda: our_hold(ctx, next(our_slots))),
        (ctx.stock.odoo, lambda: events.hold(ctx.stock, event, next(their_slots))),
    )
    for odoo, step in steps:  # what each keeps in its caches
        await measured(odoo, 2, 1, step)
    before = our_counts(ctx, ours), ctx.stock.counts(theirs)
    made = [0, 0]
    for buyers in BUYERS:
        found = [
            await measured(odoo, buyers, ctx.seconds, step) for odoo, step in steps
        ]
        (our_run, *_cpu), (their_run, *_cpu) = found
        made[0] += sum(reply.status == 201 for reply in our_run.replies)
        made[1] += sum(events.outcome(reply) == "ok" for reply in their_run.replies)
        target, ok = "faster", our_run.rate > their_run.rate
        if buyers == 16:
            target = ">= 40/s, p95 < 500 ms"
            ok = our_run.rate >= 40 and our_run.milliseconds(0.95) < 500
        table.add(
            f"{name}, {buyers} buyers",
            cell(*found[0]),
            target,
            ok,
            clock=True,
            stock=cell(*found[1]),
            ratio=times(our_run.rate, their_run.rate),
        )
    after = our_counts(ctx, ours), ctx.stock.counts(theirs)
    our_seats = [b - a for a, b in zip(before[0], after[0], strict=True)]
    their_seats = [b - a for a, b in zip(before[1], after[1], strict=True)]
    table.add(
        f"{name}: answers / counters / ledger",
        " / ".join(map(str, [made[0], *our_seats])),
        "equal",
        {*our_seats} == {made[0]},
        stock=" / ".join(map(str, [made[1], *their_seats]))
        + " (answers / registrations / carts)",
    )


def cell(run: Run, cpu: float, sql: float) -> str:
    """Rate, waiting and processor time in one cell."""
    return (
        f"{run.rate:.1f}/s, p95 {run.milliseconds(0.95):.0f} ms,"
        f" CPU {cpu:.0f} + {sql:.0f} ms"
    )


def times(ours: float, theirs: float) -> str:
    """How many times better; a dash when there is nothing to compare."""
    return f"{ours / theirs:.1f} x" if theirs else "-"


def our_counts(ctx: Context, targets: list[dict]) -> tuple[int, int]:
    """Seats of these slots by the counters, and by the ledger."""
    return ctx.database.query(
        """
        SELECT (SELECT COALESCE(SUM(taken), 0)::int
                  FROM museum_seat_pool
                 WHERE id = ANY(%(pools)s)),
               (SELECT COALESCE(SUM(take.seats), 0)::int
                  FROM museum_hold_take take
                  JOIN museum_hold hold ON hold.id = take.hold_id
                 WHERE take.pool_id = ANY(%(pools)s)
                   AND hold.state IN ('active', 'sold'))
        """,
        {"pools": [target["pool"] for target in targets]},
    )[0]


# --- fifty seats ------------------------------------------------------------------


async def race(ctx: Context) -> Table:
    """So many buyers in the same moment for fifty seats."""
    table = ctx.table(
        f"Racing buyers beside stock Odoo events: {ctx.buyers} at once for"
        f" {SEATS} seats"
    )
    target = ctx.plan["races"][2]
    ctx.odoo.retries()
    ctx.stock.odoo.retries()
    sessions = [Session(ctx.server()) for _ in range(ctx.buyers)]
    replies = await asyncio.gather(
        *(session.post(f"{API}/cart/items", item(target)) for session in sessions)
    )
    counter, ledger = our_counts(ctx, [target])
    given = sum(reply.status == 201 for reply in replies)
    paid, paid_seats = await stock_race(ctx, "race_paid")
    free, free_seats = await stock_race(ctx, "race_free")
    table.add(
        "seats: answers / counter / ledger",
        f"{given} / {counter} / {ledger}",
        f"{SEATS} each",
        {given, counter, ledger} == {SEATS},
        stock=f"in carts: {oks(paid)} / {paid_seats[0]} / {paid_seats[1]};"
        f" free tickets registered: {oks(free)} / {free_seats[0]}",
    )
    table.add(
        "seats too many",
        str(max(0, counter - SEATS)),
        "0",
        counter <= SEATS,
        stock=f"{max(0, paid_seats[0] - SEATS)}; {max(0, free_seats[0] - SEATS)}",
    )
    broken = [sum(is_broken(r) for r in some) for some in (replies, paid, free)]
    table.add(
        "5xx and broken connections",
        str(broken[0]),
        "0",
        broken[0] == 0,
        stock=f"{broken[1]}; {broken[2]}",
    )
    refusal_row(table, replies, [*paid, *free])
    ours, theirs = ctx.odoo.retries(), ctx.stock.odoo.retries()
    table.add(
        "serialization retries in the log", str(ours), "0", ours == 0, stock=str(theirs)
    )
    return table


async def stock_race(ctx, name):
    """All fill their forms in peace and send them in the same moment."""
    event = ctx.stock.plan[name]
    slot = event["slots"][0]
    sessions = [Session(ctx.stock.server()) for _ in range(ctx.buyers)]
    gate = asyncio.Semaphore(PROXY_CONNECTIONS)

    async def prepare(session):
        async with gate:
            return await events.fill_form(session, event, slot)

    forms = await asyncio.gather(*map(prepare, sessions))
    replies = await asyncio.gather(
        *(
            events.confirm(session, event, fields)
            for session, fields in zip(sessions, forms, strict=True)
            if isinstance(fields, dict)
        )
    )
    early = [fields for fields in forms if isinstance(fields, Reply)]
    return [*replies, *early], ctx.stock.counts([slot])


def oks(replies):
    return sum(events.outcome(reply) == "ok" for reply in replies)


def is_broken(reply):
    return reply.status >= 500 or reply.status == 0


def refusal_row(table, ours, theirs):
    """How long people waited to hear that there is no seat."""
    our_refusals = [reply for reply in ours if reply.code() == "slot_full"]
    their_refusals = [reply for reply in theirs if events.outcome(reply) == "full"]
    our_p95 = Run(1, 1, our_refusals).milliseconds(0.95)
    their_p95 = Run(1, 1, their_refusals).milliseconds(0.95)
    table.add(
        "refusals: number, p95",
        f"{len(our_refusals)}, {our_p95:.0f} ms",
        "p95 < 1000 ms",
        our_p95 < 1000,
        clock=True,
        stock=f"{len(their_refusals)}, {their_p95:.0f} ms",
        ratio=times(their_p95, our_p95),
    )
