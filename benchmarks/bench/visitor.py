# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The whole path of a new visitor, from the exhibition's page to the payment page.

Beside stock Odoo events' path in the same minutes. Each visitor is new: a session, a
network address and an e-mail address that were never seen before. Ours ends when the
visitor may pay: the payment page was shown, the contact is written, the terms are
accepted. Stock's ends with its payment page, which comes sooner: it asks a guest for no
proof of his address, for no terms, and holds no seat.

Like is set beside like twice: ours as guests, who type their contact and prove nothing,
beside stock's guests; and ours with a code beside stock's with an account, which are
made with a password.
"""

import itertools
import sys
from functools import partial

from lxml import html

from . import stock as events
from .browser import Browser, Stopped, Visit
from .client import Run
from .mailbox import Mailbox, NoMail
from .report import Table
from .scenarios import Context
from .versus import measured, our_counts, times

AT_ONCE = (1, 8, 32)
WITH_ACCOUNT = 8
TO_RAZORPAY = 8
CHECKOUT = "/shop/checkout?try_skip_step=true"
# Where the code page leads to; a browser takes it from the page.
PAYMENT = "/shop/payment"
CODE_PAGE = "/web/login/code"
# The button of the code page, where the website sells without an account.
GUEST_BUTTON = "/shop/checkout/guest"
PHONE = "+919822055501"


class Walks:
    """The ways of ours and of stock's visitors; counts who came and who has seats."""

    def __init__(self, ctx: Context, mailbox: Mailbox):
        self.ctx = ctx
        self.mailbox = mailbox
        self.numbers = itertools.count(1)
        self.our_slots = itertools.cycle(ctx.plan["visits"])
        self.event = ctx.stock.plan["main"]
        self.their_slots = itertools.cycle(self.event["slots"])
        self.held = {"ours": 0, "stock": 0}

    async def ours(self, *, as_guest=False, to_razorpay=False) -> Visit:
        """A visit of ours; a problem ends it, and is kept with it.

        :param bool as_guest: without an account, so without a code
        """
        number = next(self.numbers)
        visit = Visit(Browser.new(self.ctx.server(), number))
        address = f"visitor{number}@example.com"
        try:
            await self._into_the_cart(visit, next(self.our_slots))
            if as_guest:
                page = await self._go_on_as_guest(visit.browser)
            else:
                page = await self._log_in(visit.browser, address)
            if b"o_museum_order" not in page.body or b'"razorpay"' not in page.body:
                raise Stopped("no payment page")
            visit.sees_payment()
            phone = PHONE if as_guest else ""
            await self._accept(visit.browser, page, address, phone)
            if to_razorpay:
                method = {"method": "upi"}
                await visit.browser.api("POST", "/payments/create-order", method)
        except (Stopped, NoMail) as problem:
            return visit.ends(str(problem))
        return visit.ends()

    async def _into_the_cart(self, visit, target):
        browser, page = visit.browser, self.ctx.plan["show_page"]
        root = f"/exhibitions/{self.ctx.plan['show']}"
        await browser.open(page)
        shown = await browser.open(f"{page}/book")
        day = target["date"]
        if f'"{day[:7]}"'.encode() not in shown.body.replace(b"&#34;", b'"'):
            await browser.api("GET", f"{root}/available-dates?month={day[:7]}")
        slots = await browser.api("GET", f"{root}/time-slots?date={day}")
        slot = next(s for s in slots["items"] if s["id"] == target["slot"])
        query = f"{root}/ticket-categories?slot_id={slot['id']}"
        categories = (await browser.api("GET", query))["items"]
        chosen = next(c for c in categories if c["id"] == target["category"])
        item = {
            "slot_id": slot["id"],
            "expected_start_at": slot["start_at"],
            "categories": [{"id": chosen["id"], "quantity": 1}],
            "expected_total_minor": chosen["price_minor"],
        }
        await browser.api("POST", "/cart/items", item)
        self.held["ours"] += 1
        visit.is_held = True
        await browser.open("/shop/cart")

    async def _log_in(self, browser, address):
        """By the code that is mailed; the payment page comes by itself."""
        page = await browser.open(CHECKOUT)
        self.mailbox.expect(address)
        fields = {"redirect": PAYMENT, "step": "request", "address": address}
        page = await browser.submit(CODE_PAGE, page, **fields)
        code, seconds = await self.mailbox.code(address)
        browser.waited("(the mail with the code)", seconds)
        fields = {"redirect": PAYMENT, "step": "verify", "code": code}
        return await browser.submit(CODE_PAGE, page, **fields)

    async def _go_on_as_guest(self, browser):
        """By the button of the code page; it leads to the payment page."""
        page = await browser.open(CHECKOUT)
        if GUEST_BUTTON.encode() not in page.body:
            raise Stopped("no button for guests")
        return await browser.submit(GUEST_BUTTON, page)

    async def _accept(self, browser, page, address, phone):
        """Name and terms, as the button of the payment page sends them."""
        summary = html.fromstring(page.body).find_class("o_museum_order")[0]
        contact = {"name": "Asha Visitor", "email": address, "phone": phone}
        await browser.api("PATCH", "/cart/contact", contact)
        total = int(summary.get("data-total-minor"))
        terms = {"accept_terms": True, "expected_total_minor": total}
        await browser.api("POST", "/bookings/summary", terms)

    async def stock(self, *, with_account: bool = False) -> Visit:
        """A visit of stock Odoo's: as a guest, or signing up at the event's page."""
        number = next(self.numbers)
        visit = Visit(Browser.new(self.ctx.stock.server(), number))
        browser = visit.browser
        try:
            await browser.open(self.event["page"])
            if with_account:
                await self._sign_up(browser, f"guest{number}@example.com")
            fields = await events.fill_form(browser, self.event, next(self.their_slots))
            if not isinstance(fields, dict):
                raise Stopped(f"no attendees' form: {fields.code()}")
            reply = await events.confirm(browser, self.event, fields)
            if events.outcome(reply) != "ok":
                raise Stopped(f"no seat: {events.outcome(reply)}")
            self.held["stock"] += 1
            visit.is_held = True
            page = await browser.follow(reply)
            if b"o_payment_form" not in page.body or b'"razorpay"' not in page.body:
                raise Stopped(f"no payment page, but {browser.asked[-1].what}")
            visit.sees_payment()
        except Stopped as problem:
            return visit.ends(str(problem))
        return visit.ends()

    async def _sign_up(self, browser, address):
        path = f"/web/signup?redirect={self.event['page']}"
        page = await browser.open(path)
        await browser.submit(
            path,
            page,
            name="Asha Visitor",
            login=address,
            password="a-long-word-of-the-visitor",
            confirm_password="a-long-word-of-the-visitor",
            redirect=self.event["page"],
        )


async def visitors(ctx: Context) -> list[Table]:
    """The path at 1, 8 and 32 at once, then where the time of one visitor goes."""
    table = ctx.table(
        "New visitors, from the exhibition's page until they may pay, beside stock Odoo"
        " events (mail by SMTP on this machine; no static files, no websockets)"
    )
    ctx.database.wait_for_jobs()
    async with Mailbox(ctx.odoo.smtp_port) as mailbox:
        walks = Walks(ctx, mailbox)
        guests = partial(walks.ours, as_guest=True)
        ways = (
            (ctx.odoo, walks.ours),
            (ctx.stock.odoo, walks.stock),
            (ctx.odoo, guests),
        )
        for odoo, step in ways:
            await measured(odoo, 4, 1, step)  # what each worker keeps in its caches
        ctx.odoo.retries()
        ctx.stock.odoo.retries()
        walks.held = {"ours": 0, "stock": 0}
        before = counts(ctx)
        alone = None
        for number in AT_ONCE:
            found = [
                await measured(odoo, number, ctx.seconds, step) for odoo, step in ways
            ]
            alone = alone or [run.replies for run, *_cpu in found]
            ours, stock, our_guests = found
            rows(table, f"{number} at once: visitors", ours, stock)
            rows(table, f"{number} at once, ours as guests, too", our_guests, stock)
            # Minutes go by until the table is whole.
            print(f"[bench] {number} at once: measured", file=sys.stderr, flush=True)
            if number == WITH_ACCOUNT:
                step = partial(walks.stock, with_account=True)
                theirs = await measured(ctx.stock.odoo, number, ctx.seconds, step)
                account_rows(table, ours, theirs)
        step = partial(walks.ours, to_razorpay=True)
        found = await measured(ctx.odoo, TO_RAZORPAY, ctx.seconds / 2, step)
        razorpay_rows(table, found)
    books(ctx, table, walks, before)
    return [table, *steps(alone)]


# --- rows ---------------------------------------------------------------------------


def good(run: Run) -> list[Visit]:
    return [visit for visit in run.replies if not visit.problem]


def per_minute(run: Run) -> float:
    """Visitors who got to the end, per minute."""
    return len(good(run)) * 60 / run.seconds


def pace(run: Run, cpu: float, sql: float) -> str:
    return f"{per_minute(run):.0f} a minute, CPU {cpu:.0f} + {sql:.0f} ms each"


def wait(run: Run, what: str) -> tuple[float, float]:
    """p50 and p95 of a time of the visits that got to the end, in ms."""
    seconds = sorted(getattr(visit, what) for visit in good(run))
    return tuple(quantile(seconds, share) * 1000 for share in (0.5, 0.95))


def quantile(ordered: list[float], share: float) -> float:
    """Of sorted values, between the two that are nearest; 0 of none."""
    if not ordered:
        return 0.0
    position = (len(ordered) - 1) * share
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def wait_row(table, title, ours, stock, what):
    mine, theirs = wait(ours, what), wait(stock, what)
    table.add(
        title,
        f"p50 {mine[0]:.0f}, p95 {mine[1]:.0f} ms",
        stock=f"p50 {theirs[0]:.0f}, p95 {theirs[1]:.0f} ms",
        ratio=times(theirs[0], mine[0]),
    )


def failed_row(table, ours, stock=None):
    """Nobody may be stopped."""
    problems = [problems_of(run) for run in (ours, stock) if run]
    table.add(
        "  stopped on the way",
        problems[0],
        "0",
        problems[0] == "0",
        stock=problems[1] if stock else "",
    )


def problems_of(run: Run) -> str:
    found = [visit.problem for visit in run.replies if visit.problem]
    examples = "; ".join(sorted(set(found))[:3])
    return f"{len(found)}: {examples}" if found else "0"


def rows(table, title, ours, stock):
    """All that is told of so many at once."""
    (run, *cpu), (their_run, *their_cpu) = ours, stock
    table.add(
        title,
        pace(run, *cpu),
        "more",
        per_minute(run) > per_minute(their_run),
        clock=True,
        stock=pace(their_run, *their_cpu),
        ratio=times(per_minute(run), per_minute(their_run)),
    )
    wait_row(table, "  until the payment page is there", run, their_run, "shown")
    wait_row(table, "  until they may pay", run, their_run, "seconds")
    table.add("  slowest step, p95", slowest(run), stock=slowest(their_run))
    table.add("  requests, queries", size(run), stock=size(their_run))
    failed_row(table, run, their_run)


def account_rows(table, ours, stock):
    """Ours of the rows before, beside stock's with an account."""
    (run, *cpu), (their_run, *their_cpu) = ours, stock
    table.add(
        f"{run.connections} at once, stock with an account, too",
        pace(run, *cpu),
        "more",
        per_minute(run) > per_minute(their_run),
        clock=True,
        stock=pace(their_run, *their_cpu),
        ratio=times(per_minute(run), per_minute(their_run)),
    )
    wait_row(table, "  until they may pay", run, their_run, "seconds")
    table.add("  requests, queries", size(run), stock=size(their_run))
    failed_row(table, run, their_run)


def razorpay_rows(table, found):
    run, *cpu = found
    table.add(
        f"{run.connections} at once, until Razorpay's order is there (sandbox)",
        pace(run, *cpu),
    )
    p50, p95 = wait(run, "seconds")
    table.add("  p50 / p95", f"p50 {p50:.0f}, p95 {p95:.0f} ms")
    failed_row(table, run)


def size(run: Run) -> str:
    """Requests and queries of a path: the median of each."""
    visits = good(run)
    requests = quantile(sorted(len(visit.browser.asked) for visit in visits), 0.5)
    queries = quantile(sorted(visit.queries for visit in visits), 0.5)
    return f"{requests:.0f}, {queries:.0f}"


def by_step(visits: list[Visit]) -> dict[str, list]:
    """What visitors asked for, in order, with each one's seconds and queries."""
    found: dict[str, list] = {}
    for visit in visits:
        for asked in visit.steps():
            found.setdefault(asked.what, []).append(asked)
    return found


def slowest(run: Run) -> str:
    """The step with the longest p95."""
    p95 = {
        what: quantile(sorted(asked.seconds for asked in all_asked), 0.95)
        for what, all_asked in by_step(good(run)).items()
    }
    if not p95:
        return "-"
    what = max(p95, key=p95.get)
    return f"{what}: {p95[what] * 1000:.0f} ms"


def steps(alone: list[list[Visit]]) -> list[Table]:
    """Where the time goes when nobody else is there."""
    tables = []
    names = ("ours", "stock Odoo events", "ours as a guest")
    for name, visits in zip(names, alone, strict=True):
        table = Table(f"Where the time of one visitor goes: {name}")
        for what, all_asked in by_step(visits).items():
            p50 = quantile(sorted(asked.seconds for asked in all_asked), 0.5)
            queries = quantile(sorted(asked.queries for asked in all_asked), 0.5)
            table.add(what, f"p50 {p50 * 1000:.0f} ms, {queries:.0f} queries")
        tables.append(table)
    return tables


# --- the books ----------------------------------------------------------------------


def counts(ctx: Context) -> list[int]:
    """Seats of the visits' slots by counters, ledger and bookings; then stock's two."""
    slots = [target["slot"] for target in ctx.plan["visits"]]
    ((booked,),) = ctx.database.query(
        """
        SELECT COALESCE(SUM(visitors), 0)::int
          FROM museum_booking
         WHERE slot_id = ANY(%s)
           AND state IN ('pending', 'awaiting_payment', 'confirmed')
        """,
        [slots],
    )
    theirs = ctx.stock.counts(ctx.stock.plan["main"]["slots"])
    return [*our_counts(ctx, ctx.plan["visits"]), booked, *theirs]


def books(ctx, table, walks, before):
    """Who has a seat, by everybody who counts."""
    found = [now - then for then, now in zip(before, counts(ctx), strict=True)]
    ours = [walks.held["ours"], *found[:3]]
    stock = [walks.held["stock"], *found[3:]]
    table.add(
        "answers / counters / ledger / bookings",
        " / ".join(map(str, ours)),
        "equal",
        len(set(ours)) == 1,
        stock=" / ".join(map(str, stock)) + " (answers / registrations / carts)",
    )
    ((people, codes),) = ctx.database.query(
        "SELECT count(DISTINCT ip), count(*) FROM auth_one_time_code"
    )
    table.add(
        "network addresses that the limits saw / codes",
        f"{people} / {codes}",
        "equal",
        people == codes > 0,
    )
    mine, theirs = ctx.odoo.retries(), ctx.stock.odoo.retries()
    table.add("serialization retries in the log", str(mine), stock=str(theirs))
