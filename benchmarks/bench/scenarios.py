# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is measured. Targets: the better of stock Odoo events and pretix, and more.

Wall clock on a shared machine is a hint; processor time per operation and the share of
Odoo's empty route, measured in the same minute, hold anywhere.
"""

import asyncio
import itertools
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from .client import (
    PROXY_CONNECTIONS,
    Reply,
    Run,
    Server,
    Session,
    build,
    closed_loop,
    send,
)
from .machine import Database, OdooServer
from .report import IDLE_RATE, Table
from .stock import Stock

CONNECTIONS = (1, 4, 16)
API = "/api/v1"


@dataclass
class Context:
    """What every scenario needs."""

    odoo: OdooServer
    database: Database
    plan: dict
    seconds: float
    buyers: int
    sandbox: str | None = None
    stock: Stock | None = None
    empty: dict[int, Run] = field(default_factory=dict)

    def server(self, most_connections: int | None = None) -> Server:
        """The address, with a proxy's queue in front when a number is given."""
        gate = asyncio.Semaphore(most_connections) if most_connections else None
        return Server("127.0.0.1", self.odoo.port, gate)

    def table(self, title: str) -> Table:
        """A table that knows whether the machine had time for us."""
        return Table(title, is_busy=self.is_busy)

    @property
    def is_busy(self) -> bool:
        """Whether others use the machine, as of the last look at the empty route."""
        rate = self.empty[4].rate if 4 in self.empty else IDLE_RATE
        return rate < IDLE_RATE / 2

    def taken(self, pool: int) -> int:
        return self.database.query(
            "SELECT taken FROM museum_seat_pool WHERE id = %s", [pool]
        )[0][0]

    def deadlocks(self) -> int:
        return self.database.query(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )[0][0]


def item(target: dict, quantity: int = 1) -> dict:
    """The body that puts so many tickets of a slot into the cart."""
    chosen = {"id": target["category"], "quantity": quantity}
    return {"slot_id": target["slot"], "categories": [chosen]}


async def measured(ctx, connections, step, seconds=None, most=None):
    """A closed loop, and the server's and PostgreSQL's ms of CPU per answer."""
    before = ctx.odoo.snapshot()
    run = await closed_loop(connections, seconds or ctx.seconds, step, most)
    after = ctx.odoo.snapshot()
    count = max(1, len(run.replies))
    cpu = (after.server - before.server) * 1000 / count
    sql = (after.postgres - before.postgres) * 1000 / count
    return run, f"{cpu:.1f} + {sql:.1f} ms"


async def empty_route(ctx: Context) -> Table:
    """Odoo's own cost: the yardstick for everything else."""
    server = ctx.server()
    request = build(server, "POST", "/bench/empty", b'{"jsonrpc":"2.0"}')
    table = Table("Odoo's empty JSON route (the yardstick)")
    await closed_loop(4, 1, lambda: send(server, request))
    for connections in CONNECTIONS:
        run, cpu = await measured(
            ctx, connections, lambda: send(server, request), ctx.seconds / 2
        )
        ctx.empty[connections] = run
        table.add(f"{connections} connections", rates(run, cpu))
    return table


def rates(run: Run, cpu: str) -> str:
    """Rate, waiting and cost in one cell."""
    return (
        f"{run.rate:.0f}/s, p50 {run.milliseconds(0.5):.1f}, "
        f"p95 {run.milliseconds(0.95):.1f} ms, CPU {cpu}"
    )


# --- racing buyers ----------------------------------------------------------------


async def race(ctx: Context, number: int, *, pay: bool) -> Table:
    """So many buyers at the same moment for 50 seats of one slot.

    :param number: which of the plan's slots
    :param pay: buyers are logged in and the winners pay through the sandbox
    """
    target = ctx.plan["races"][number]
    server = ctx.server()
    sids = ctx.plan["buyer_sessions"] if pay else [None] * ctx.buyers
    sessions = [Session(server, sid) for sid in sids[: ctx.buyers]]
    ctx.odoo.retries()
    deadlocks = ctx.deadlocks()
    body = item(target)
    replies = await asyncio.gather(
        *(session.post(f"{API}/cart/items", body) for session in sessions)
    )
    title = f"Racing buyers: {ctx.buyers} at once for 50 seats"
    table = ctx.table(f"{title}, to the paid ticket" if pay else title)
    seats_held(ctx, table, target, replies)
    if pay:
        winners = [
            session
            for session, reply in zip(sessions, replies, strict=True)
            if reply.status == 201
        ]
        await pay_all(ctx, table, target, winners)
    retries = ctx.odoo.retries()
    table.add("serialization retries in the log", str(retries), "0", retries == 0)
    found = ctx.deadlocks() - deadlocks
    table.add("deadlocks in PostgreSQL", str(found), "0", found == 0)
    return table


def seats_held(ctx, table, target, replies):
    """Rows on who got a seat and how the others were told."""
    run = Run(ctx.buyers, 1, replies)
    held = sum(reply.status == 201 for reply in replies)
    taken = ctx.taken(target["pool"])
    table.add(
        "seats held (answers / counter)",
        f"{held} / {taken}",
        "50 / 50",
        held == taken == 50,
    )
    refused = [reply for reply in replies if reply.code() == "slot_full"]
    early = sum(left(reply) != 0 for reply in refused)
    table.add("refused while a seat was free", str(early), "0", early == 0)
    broken = sum(reply.status >= 500 or reply.status == 0 for reply in replies)
    table.add("5xx and broken connections", str(broken), "0", broken == 0)
    other = {
        code: count
        for code, count in run.outcomes().items()
        if code not in ("ok", "slot_full")
    }
    table.add("other answers", json.dumps(other) if other else "", "none", not other)
    if refused:
        p95 = run.milliseconds(0.95, refused)
        table.add(
            "refusals: p50 / p95",
            f"{run.milliseconds(0.5, refused):.0f} / {p95:.0f} ms",
            "p95 < 1000 ms",
            p95 < 1000,
            clock=True,
        )
    winners = [reply for reply in replies if reply.status == 201]
    p50, p95 = (run.milliseconds(share, winners) for share in (0.5, 0.95))
    table.add("seat and cart made: p50 / p95", f"{p50:.0f} / {p95:.0f} ms")


def left(reply: Reply):
    """Free seats by a refusal's own words."""
    return reply.json()["error"]["details"].get("seats_left")


async def pay_all(ctx, table, target, winners):
    """Terms, order, sandbox, verification for each; then what the books say."""
    # People pay over minutes, not all in one moment: a proxy's queue is enough.
    behind_proxy = ctx.server(PROXY_CONNECTIONS)
    for session in winners:
        session.server = behind_proxy
    before = ctx.odoo.snapshot()
    runs = await asyncio.gather(*(purchase(ctx, session) for session in winners))
    after = ctx.odoo.snapshot()
    wall = after.wall - before.wall
    problems = sorted({problem for problem in runs if problem})
    paid = sum(problem is None for problem in runs)
    table.add("paid and verified", f"{paid}", "50", paid == 50)
    if problems:
        table.add("problems", "; ".join(problems)[:200], "none", False)
    cpu = (after.server - before.server) * 1000 / max(1, len(winners))
    table.add(
        "purchases, terms to ticket",
        f"{paid / wall:.1f}/s, server CPU {cpu:.0f} ms each",
        ">= 4.6/s (2 x pretix)",
        paid / wall >= 4.6,
        clock=True,
    )
    row = ctx.database.query(
        """
        SELECT count(*) FILTER (WHERE b.state = 'confirmed' AND b.money_state = 'paid'),
               (SELECT count(*) FROM museum_ticket t WHERE t.slot_id = %(slot)s),
               (SELECT count(*) FROM museum_hold h
                 WHERE h.slot_id = %(slot)s AND h.state = 'sold'),
               count(DISTINCT m.id)
                   FILTER (WHERE m.state = 'posted' AND m.payment_state = 'paid'),
               (SELECT taken FROM museum_seat_pool WHERE id = %(pool)s)
          FROM museum_booking b
          LEFT JOIN sale_order_line l ON l.museum_booking_id = b.id
          LEFT JOIN sale_order_line_invoice_rel r ON r.order_line_id = l.id
          LEFT JOIN account_move_line ml ON ml.id = r.invoice_line_id
          LEFT JOIN account_move m ON m.id = ml.move_id
         WHERE b.slot_id = %(slot)s
        """,
        {"slot": target["slot"], "pool": target["pool"]},
    )[0]
    table.add(
        "confirmed / tickets / sold holds / paid invoices / taken",
        " / ".join(map(str, row)),
        "50 each",
        set(row) == {50},
    )


async def purchase(ctx, session) -> str | None:
    """Buy what is in the cart; the problem in words, or None."""
    reply = await session.post(f"{API}/bookings/summary", {"accept_terms": True})
    if reply.status != 200:
        return f"summary: {reply.code()}"
    reply = await session.post(f"{API}/payments/create-order", {"method": "upi"})
    if reply.status != 200:
        return f"create-order: {reply.code()}"
    order = reply.json()["razorpay_order_id"]
    host, _, port = ctx.sandbox.removeprefix("http://").partition(":")
    sandbox = Session(Server(host, int(port)))
    paid = await sandbox.post(f"/_sandbox/orders/{order}/pay", {})
    if paid.status != 200:
        return f"sandbox: {paid.status}"
    keys = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")
    answer = {key: paid.json()[key] for key in keys}
    reply = await session.post(f"{API}/payments/verify", answer)
    if reply.status != 200:
        return f"verify: {reply.code()}"
    status = reply.json()["status"]
    return None if status == "confirmed" else f"verify: {status}"


# --- the gate ---------------------------------------------------------------------


async def gate(ctx: Context) -> Table:
    """Scans of different tickets, then one ticket at sixteen gates at once."""
    server = ctx.server()
    sid = ctx.plan["gate_session"]
    tokens = itertools.chain(ctx.plan["tokens"])

    def scan_bytes(token):
        body = {
            "gate_id": ctx.plan["gate"],
            "scan_uuid": str(uuid.uuid4()),
            "token": token,
            "device": "bench",
        }
        encoded = json.dumps(body).encode()
        return build(server, "POST", f"{API}/tickets/verify", encoded, sid)

    async def step():
        token = next(tokens, None)
        return await send(server, scan_bytes(token)) if token else None

    table = ctx.table(f"Gate scans, {ctx.plan['tickets']:,} tickets in the database")
    await closed_loop(2, 1, step)
    for connections in CONNECTIONS:
        run, cpu = await measured(ctx, connections, step)
        gate_rows(ctx, table, connections, run, cpu)
    # Each round another ticket: sixteen gates scan it in the same moment.
    admitted = []
    for token in itertools.islice(tokens, 5):
        replies = await asyncio.gather(
            *(send(server, scan_bytes(token)) for _ in range(16))
        )
        admitted.append(sum(granted(reply) for reply in replies))
    table.add(
        "one ticket at 16 gates at once, admitted",
        " ".join(map(str, admitted)),
        "1 each",
        set(admitted) == {1},
    )
    retries = ctx.odoo.retries()
    table.add("serialization retries in the log", str(retries), "0", retries == 0)
    return table


def granted(reply: Reply) -> bool:
    """Whether a scan let somebody in."""
    return reply.status == 200 and reply.json().get("verdict") == "granted"


def gate_rows(ctx, table, connections, run, cpu):
    target, ok = "", None
    share = run.rate / ctx.empty[connections].rate
    if connections == 1:
        target = "p95 < 8 ms"
        ok = run.milliseconds(0.95) < 8
    if connections == 16:
        target = "p95 < 60 ms; >= 400/s or 1/3 of the empty route"
        ok = run.milliseconds(0.95) < 60 and (run.rate >= 400 or share >= 1 / 3)
    table.add(f"{connections} connections", rates(run, cpu), target, ok, clock=True)
    table.add("  share of the empty route", f"{share:.0%}")
    bad = sum(not granted(reply) for reply in run.replies)
    table.add("  not granted", str(bad), "0", bad == 0)


# --- seats, calendar, paper -------------------------------------------------------


async def holds(ctx: Context) -> Table:
    """Seats and cart lines per second on one hot slot, and refusals of a full one."""
    server = ctx.server()
    table = ctx.table("Holding seats: one hot slot, a new visitor each time")

    def post(target):
        body = json.dumps(item(target)).encode()
        request = build(server, "POST", f"{API}/cart/items", body)
        return lambda: send(server, request)

    await closed_loop(2, 1, post(ctx.plan["hot"]))
    ctx.odoo.retries()
    before = ctx.taken(ctx.plan["hot"]["pool"])
    made = 0
    for connections in CONNECTIONS:
        run, cpu = await measured(ctx, connections, post(ctx.plan["hot"]))
        made += run.outcomes().get("ok", 0)
        bad = len(run.replies) - run.outcomes().get("ok", 0)
        target, ok = "", None
        if connections == 16:
            target = ">= 40/s, p95 < 500 ms"
            ok = run.rate >= 40 and run.milliseconds(0.95) < 500
        table.add(
            f"holds, {connections} connections", rates(run, cpu), target, ok, clock=True
        )
        table.add("  not held", str(bad), "0", bad == 0)
    taken = ctx.taken(ctx.plan["hot"]["pool"]) - before
    table.add("answers / seats taken", f"{made} / {taken}", "equal", made == taken)
    run, cpu = await measured(ctx, 16, post(ctx.plan["full"]))
    refused = run.outcomes().get("slot_full", 0)
    share = run.rate / ctx.empty[16].rate
    table.add(
        "refusals, 16 connections",
        rates(run, cpu),
        ">= 500/s or 1/3 of the empty route",
        refused == len(run.replies) and (run.rate >= 500 or share >= 1 / 3),
    )
    table.add("  share of the empty route", f"{share:.0%}")
    retries = ctx.odoo.retries()
    table.add("serialization retries in the log", str(retries), "0", retries == 0)
    return table


async def papers(ctx: Context, folder: Path) -> Table:
    """The PDF of one ticket and of a booking of fifty, as its visitor loads it."""
    session = Session(ctx.server(), ctx.plan["visitor_session"])
    table = ctx.table("Ticket PDF")
    one, fifty = ctx.plan["papers"]["1"], ctx.plan["papers"]["50"]
    for name, path, most, target in (
        ("1 ticket", f"{API}/tickets/{one['code']}.pdf", 40, 60),
        ("50 tickets", f"/my/tickets/{fifty['reference']}/pdf", 5, 1500),
    ):
        first = await session.get(path)
        is_pdf = first.body.startswith(b"%PDF")
        (folder / f"{name.replace(' ', '-')}.pdf").write_bytes(first.body)
        run, cpu = await measured(ctx, 1, lambda path=path: session.get(path), 60, most)
        p50 = run.milliseconds(0.5)
        table.add(
            name,
            f"p50 {p50:.0f}, p95 {run.milliseconds(0.95):.0f} ms, CPU {cpu}",
            f"p50 < {target} ms",
            is_pdf and p50 < target,
            clock=is_pdf,
        )
    memory = ctx.odoo.memory()
    table.add(
        "private memory of a worker", f"{memory:.0f} MB", "<= 200 MB", memory <= 200
    )
    return table


async def crowd_behind_proxy(ctx: Context) -> Table:
    """The race's refusals again, with the queue that a reverse proxy keeps."""
    server = ctx.server(PROXY_CONNECTIONS)
    request = build(
        server,
        "POST",
        f"{API}/cart/items",
        json.dumps(item(ctx.plan["full"])).encode(),
    )
    replies = await asyncio.gather(*(send(server, request) for _ in range(ctx.buyers)))
    run = Run(ctx.buyers, 1, replies)
    table = ctx.table(f"{ctx.buyers} refusals at once, {PROXY_CONNECTIONS} connections")
    table.add(
        "p50 / p95 after connecting",
        f"{run.milliseconds(0.5):.0f} / {run.milliseconds(0.95):.0f} ms",
    )
    return table
