# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock Odoo 19 events on a database and a server of their own, and their booking.

``website_event_sale`` with events of many slots is what Odoo itself offers a museum.
Its flow is driven as a browser does it: the tickets of a slot, the attendees' form, and
its confirmation, after which the seats are in the cart (or, when free, registered).
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from lxml import html

from .client import Reply, Server, Session
from .machine import BENCH, Database, OdooServer

MODULES = "website_event_sale"
# What the answer to the confirmation leads to.
HELD = ("/shop/", "/registration/success")
FULL = "insufficient_seats"


@dataclass
class Stock:
    """The installation that ours is compared with."""

    database: Database
    odoo: OdooServer
    plan: dict

    @classmethod
    def make(cls, folder: Path, workers: int, smtp_port: int | None = None) -> "Stock":
        """Install it and start its server; the same workers as ours.

        :param smtp_port: as of :class:`OdooServer`
        """
        database = Database(f"bench_stock_{os.getpid()}", "MUSEUM_TEMPLATE_BASE")
        plan_file = folder / "stock.json"
        log = folder / "stock.log"
        odoo = OdooServer(database, log, workers, warm="/event", smtp_port=smtp_port)
        try:
            database.create()
            database.install(MODULES)
            database.shell(BENCH / "bench" / "stock_seed.py", BENCH_PLAN=str(plan_file))
            database.query("ANALYZE")
            odoo.start()
        except BaseException:
            cls(database, odoo, {}).stop(keep=False)
            raise
        return cls(database, odoo, json.loads(plan_file.read_text()))

    def stop(self, *, keep: bool) -> None:
        """End the server; drop the database unless it is kept."""
        self.odoo.stop()
        if not keep:
            self.database.drop()

    def server(self) -> Server:
        """Where it listens."""
        return Server("127.0.0.1", self.odoo.port)

    def counts(self, slots: list[int]) -> tuple[int, int]:
        """Seats of these slots by the registrations, and by the lines of the carts."""
        return self.database.query(
            """
            SELECT (SELECT count(*)
                      FROM event_registration
                     WHERE event_slot_id = ANY(%(slots)s)
                       AND active
                       AND state <> 'cancel'),
                   (SELECT COALESCE(SUM(product_uom_qty), 0)::int
                      FROM sale_order_line
                     WHERE event_slot_id = ANY(%(slots)s))
            """,
            {"slots": slots},
        )[0]


def outcome(reply: Reply) -> str:
    """``ok`` when the seats are his, ``full``, or what went wrong."""
    if reply.error or reply.status >= 400:
        return reply.code()
    if FULL in reply.location:
        return "full"
    return "ok" if any(word in reply.location for word in HELD) else "other"


async def fill_form(session: Session, event: dict, slot: int) -> dict | Reply:
    """Choose a ticket of a slot and fill the attendee's form.

    :return: the form's fields; or the answer that did not lead to a form
    """
    root = f"/event/{event['event']}/registration"
    reply = await session.rpc(f"{root}/slot/{slot}/tickets")
    if reply.status != 200 or b'"error"' in reply.body[:80]:
        return reply
    wanted = {f"nb_register-{event['ticket']}": "1", "event_slot_id": str(slot)}
    reply = await session.rpc(f"{root}/new", **wanted)
    form = reply.json().get("result")
    if not form:
        return reply
    fields = {}
    for field in html.fromstring(form).iterfind(".//input[@name]"):
        name, value = field.get("name"), field.get("value") or ""
        if "-name-" in name:
            value = "Visitor"
        elif "-email-" in name:
            value = "visitor@example.com"
        elif "-phone-" in name:
            value = "+919822055501"
        fields[name] = value
    if "csrf_token" not in fields:  # its words for "not enough seats"
        return Reply(200, reply.seconds, location=FULL)
    return fields


async def confirm(session: Session, event: dict, fields: dict) -> Reply:
    """Send the attendee's form: the request that takes the seats."""
    return await session.form(f"/event/{event['event']}/registration/confirm", fields)


async def hold(stock: Stock, event: dict, slot: int) -> Reply:
    """The whole way of a new visitor from choosing a slot to seats in the cart.

    :return: the last answer, with the seconds of the whole way
    """
    session = Session(stock.server())
    started = time.perf_counter()
    fields = await fill_form(session, event, slot)
    reply = fields
    if isinstance(fields, dict):
        reply = await confirm(session, event, fields)
    reply.seconds = time.perf_counter() - started
    return reply
