# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A burst of webhooks: how fast they are answered, and whether one is lost.

Signed events as Razorpay would send them after an hour in which our endpoint was down:
of real purchases, of other people's orders, and of kinds that need nothing. The job
that works on them runs at the same time, on the same two cores.
"""

import asyncio
import time

from .client import Server, Session, build, closed_loop, send
from .report import Table
from .scenarios import API, Context, item, measured, rates

WEBHOOK = "/payment/razorpay/webhook"
BURST = 1000
TARGET_MS = 100
# Razorpay counts what is answered later than this as lost, and sends it again.
PATIENCE_SECONDS = 5
QUIET_SECONDS = 600


async def webhook(ctx: Context, report):
    """Two bursts of 1,000, over 8 and over 16 connections; a table each."""
    sessions = ctx.plan["buyer_sessions"][: ctx.buyers]
    half = len(sessions) // 2
    for connections, part in ((8, sessions[:half]), (16, sessions[half:])):
        report.add(await burst(ctx, connections, part))


async def burst(ctx, connections, sessions) -> Table:
    """One burst, and what became of it."""
    table = ctx.table(f"Webhooks: a burst of {BURST:,} signed events")
    control = sandbox_of(ctx)
    await control.post("/_sandbox/switches", {"paused": True})
    orders = await open_orders(ctx, sessions)
    first = await newest(control)
    for order in orders:
        await control.post(f"/_sandbox/orders/{order}/pay", {})
    for number in range(BURST - 3 * len(orders)):
        await control.post("/_sandbox/events", stray(number, connections))
    deliveries = await after(control, first)
    requests = iter([request_of(ctx, item_) for item_ in deliveries])
    before = rows(ctx)
    ctx.odoo.retries()

    async def step():
        request = next(requests, None)
        return await send(ctx.server(), request) if request else None

    run, cpu = await measured(ctx, connections, step, seconds=QUIET_SECONDS)
    p95 = run.milliseconds(0.95)
    target = f"p95 < {TARGET_MS} ms"
    name = f"{connections} connections"
    table.add(name, rates(run, cpu), target, p95 < TARGET_MS, clock=True)
    table.add(
        "  p95 to that of the empty route",
        f"{p95 / ctx.empty[16].milliseconds(0.95):.1f} x (16 connections)",
    )
    queries = sorted(reply.queries for reply in run.replies)
    table.add("  queries, p50", f"{queries[len(queries) // 2]}")
    slowest = max(reply.seconds for reply in run.replies)
    table.add(
        "  slowest",
        f"{slowest * 1000:.0f} ms",
        f"< {PATIENCE_SECONDS} s",
        slowest < PATIENCE_SECONDS,
    )
    taken = sum(reply.status == 200 for reply in run.replies)
    stored = rows(ctx) - before
    table.add(
        "  events / answered 200 / stored",
        f"{len(deliveries)} / {taken} / {stored}",
        f"{BURST} each",
        len(deliveries) == taken == stored == BURST,
    )
    table.add("  serialization retries in the log", str(ctx.odoo.retries()))
    await worked_on(ctx, table, orders)
    return table


async def worked_on(ctx, table, orders):
    """Wait until the inbox is empty; every purchase is confirmed by its webhooks."""
    started = time.monotonic()
    while waiting(ctx) and time.monotonic() - started < QUIET_SECONDS:
        await asyncio.sleep(0.5)
    seconds = time.monotonic() - started
    left = waiting(ctx)
    table.add(f"  left in the inbox {seconds:.0f} s later", f"{left}", "0", not left)
    ((failed, confirmed),) = ctx.database.query(
        """
        SELECT (SELECT COUNT(*) FROM museum_payment_event WHERE state = 'failed'),
               (SELECT COUNT(*)
                  FROM payment_transaction tx
                  JOIN sale_order_transaction_rel rel ON rel.transaction_id = tx.id
                  JOIN museum_booking booking ON booking.order_id = rel.sale_order_id
                 WHERE tx.razorpay_order_id = ANY(%s)
                   AND booking.state = 'confirmed'
                   AND booking.money_state = 'paid')
        """,
        [orders],
    )
    table.add(
        "  purchases / confirmed / events that failed",
        f"{len(orders)} / {confirmed} / {failed}",
        "equal, 0",
        confirmed == len(orders) and not failed,
    )


async def open_orders(ctx, sessions):
    """Let each visitor hold a seat and open the payment; the orders' ids."""
    proxy = ctx.server(4)
    queue = iter(sessions)
    orders = []

    async def step():
        sid = next(queue, None)
        if sid is None:
            return None
        session = Session(proxy, sid)
        await session.post(f"{API}/cart/items", item(ctx.plan["hot"]))
        await session.post(f"{API}/bookings/summary", {"accept_terms": True})
        reply = await session.post(f"{API}/payments/create-order", {"method": "upi"})
        if reply.status != 200:
            raise SystemExit(f"create-order: {reply.body[:300]!r}")
        orders.append(reply.json()["razorpay_order_id"])
        return reply

    await closed_loop(4, QUIET_SECONDS, step)
    return orders


def sandbox_of(ctx) -> Session:
    """The sandbox's control API."""
    host, _, port = ctx.sandbox.removeprefix("http://").partition(":")
    return Session(Server(host, int(port)))


def stray(number: int, burst_: int) -> dict:
    """An event that is about nothing of ours: every third about unknown money."""
    if number % 3:
        return {"event": "payment.downtime.started", "entities": {}}
    entity = {
        "id": f"pay_Stray{burst_:02}x{number:06}",
        "order_id": f"order_Stray{burst_:02}{number:06}",
        "status": "failed",
        "amount": 5000,
        "currency": "INR",
    }
    return {"event": "payment.failed", "entities": {"payment": entity}}


async def newest(control) -> int:
    """The number of the last delivery so far."""
    items = (await control.get("/_sandbox/deliveries")).json()["items"]
    return items[-1]["id"] if items else 0


async def after(control, first: int) -> list[dict]:
    """All deliveries after that number, oldest first."""
    found: list[dict] = []
    while True:
        before = f"?before={found[0]['id']}" if found else ""
        page = (await control.get(f"/_sandbox/deliveries{before}")).json()["items"]
        new = [delivery for delivery in page if delivery["id"] > first]
        found = new + found
        if len(new) < len(page) or not page:
            return found


def request_of(ctx, delivery) -> bytes:
    """The delivery as Razorpay would post it."""
    headers = {
        "X-Razorpay-Signature": delivery["signature"],
        "X-Razorpay-Event-Id": delivery["event_id"],
    }
    body = delivery["body"].encode()
    return build(ctx.server(), "POST", WEBHOOK, body, headers=headers)


def rows(ctx) -> int:
    """Events that are stored."""
    return ctx.database.query("SELECT COUNT(*) FROM museum_payment_event")[0][0]


def waiting(ctx) -> int:
    """Events that the job has not handled yet."""
    return ctx.database.query(
        "SELECT COUNT(*) FROM museum_payment_event WHERE next_try_at IS NOT NULL"
    )[0][0]
