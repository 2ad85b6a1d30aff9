# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small museum for the tests, its people, and short words for what they do."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, HttpCase, TransactionCase, get_db_name, new_test_user

API = "/api/v1"


class MuseumBookingSetup:
    """Mixed into a test case: one exhibition, two slots, three categories, people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.website = cls.env["website"].search([], limit=1)
        cls.company = cls.website.company_id
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.company.write(
            {
                "museum_code": "TEST",
                "museum_hold_minutes": 15,
                "museum_payment_minutes": 15,
                "museum_terms": "<p>No food in the halls.</p>",
                "museum_terms_version": "3",
            }
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Ticket tax 18%",
                "amount": 18.0,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "price_include_override": "tax_excluded",
            }
        )
        cls.company.account_sale_tax_id = cls.tax
        cls._setup_exhibition()
        cls._setup_people()

    @classmethod
    def _setup_exhibition(cls):
        cls.venue = cls.env["museum.venue"].create(
            {
                "name": "Planetarium",
                "code": "PLA",
                "company_id": cls.company.id,
                "tz": "Asia/Kolkata",
            }
        )
        cls.exhibition = cls.env["museum.exhibition"].create(
            {
                "name": "Journey to the Stars",
                "venue_id": cls.venue.id,
                "is_limited": True,
                "capacity": 10,
                "max_per_booking": 8,
                "website_published": True,
            }
        )
        cls.adult, cls.child, cls.family = cls.env["museum.ticket.category"].create(
            [
                {
                    "exhibition_id": cls.exhibition.id,
                    "name": "Adult",
                    "price": 200.0,
                    "sequence": 1,
                },
                {
                    "exhibition_id": cls.exhibition.id,
                    "name": "Child",
                    "price": 100.0,
                    "sequence": 2,
                },
                {
                    "exhibition_id": cls.exhibition.id,
                    "name": "Family",
                    "price": 500.0,
                    "seats_per_ticket": 4,
                    "sequence": 3,
                },
            ]
        )
        start = fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=3)
        cls.slot, cls.slot2 = cls.env["museum.slot"].create(
            [
                {
                    "exhibition_id": cls.exhibition.id,
                    "start_at": start + timedelta(hours=hours),
                    "end_at": start + timedelta(hours=hours + 1),
                    "is_limited": True,
                    "capacity": 10,
                }
                for hours in (0, 2)
            ]
        )

    @classmethod
    def _setup_people(cls):
        def user(login, groups):
            return new_test_user(
                cls.env,
                login=login,
                groups=groups,
                name=login.title(),
                email=f"{login}@example.com",
                company_id=cls.company.id,
                password=login,
            )

        cls.visitor = user("bkc_visitor", "base.group_portal")
        cls.stranger = user("bkc_stranger", "base.group_portal")
        cls.gate = user("bkc_gate", "museum_exhibition.group_museum_gate")
        cls.desk = user("bkc_desk", "museum_exhibition.group_museum_desk")
        cls.manager = user("bkc_manager", "museum_exhibition.group_museum_manager")
        cls.accountant = user("bkc_accountant", "account.group_account_invoice")
        cls.salesman = user("bkc_salesman", "sales_team.group_sale_salesman")
        cls.sale_manager = user("bkc_sale_manager", "sales_team.group_sale_manager")

    # === PAYMENT ===

    @classmethod
    def _setup_provider(cls):
        """A provider that collects nothing, with a bank journal to book it in."""
        method = cls.env.ref("payment.payment_method_unknown")
        form = cls.env["ir.ui.view"].create(
            {"name": "Form", "type": "qweb", "arch": "<form action='x' method='post'/>"}
        )
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Test provider",
                "code": "none",
                "state": "test",
                "is_published": True,
                "company_id": cls.company.id,
                "payment_method_ids": [(6, 0, method.ids)],
                "redirect_form_view_id": form.id,
            }
        )
        method.active = True
        cls.payment_method = method
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        electronic = cls.env["account.payment.method"].sudo()
        electronic = electronic.search(
            [("code", "=", "none"), ("payment_type", "=", "inbound")]
        ) or electronic.create(
            {"name": "Test provider", "code": "none", "payment_type": "inbound"}
        )
        line = cls.env["account.payment.method.line"].create(
            {
                "name": "Test provider",
                "payment_method_id": electronic.id,
                "journal_id": journal.id,
                "payment_provider_id": cls.provider.id,
            }
        )
        line.payment_account_id = journal.default_account_id
        cls.provider.journal_id = journal

    def _new_tx(self, order, amount=None, **vals):
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.payment_method.id,
                    "amount": order.amount_total if amount is None else amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "operation": "online_redirect",
                    "sale_order_ids": [(6, 0, order.ids)],
                    **vals,
                }
            )
        )

    def _capture(self, tx):
        """The provider says that the money is there, however late."""
        tx._set_done(extra_allowed_states=("cancel",))
        tx._post_process()

    # === CART ===

    def _fixed_pricelist(self, category, price):
        """A price list with a price of its own for one category."""
        return self.env["product.pricelist"].create(
            {
                "name": "Friends of the museum",
                "company_id": self.company.id,
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "applied_on": "0_product_variant",
                            "product_id": category.product_id.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                        },
                    )
                ],
            }
        )

    def _new_order(self, partner=None):
        return (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or self.visitor.partner_id).id,
                    "website_id": self.website.id,
                    "company_id": self.company.id,
                }
            )
        )

    def _book(self, order, slot=None, token=None, **numbers):
        """``_book(order, adult=2)``: a visit in the cart."""
        numbers = numbers or {"adult": 1}
        quantities = {getattr(self, key).id: number for key, number in numbers.items()}
        self.tokens = getattr(self, "tokens", 0) + 1
        return order._museum_add_booking(
            slot or self.slot,
            quantities,
            token or f"{self._testMethodName}-{self.tokens}",
        )

    def _ready_to_pay(self, **numbers):
        """An order whose terms were accepted."""
        order = self._new_order()
        booking = self._book(order, **numbers)
        order._museum_lock_for_payment(True)
        return order, booking

    def _run_out(self, *bookings):
        """Let the clock of these bookings run out, without anybody noticing yet."""
        past = fields.Datetime.now() - timedelta(minutes=1)
        for booking in bookings:
            self.env.cr.execute(
                "UPDATE museum_hold SET expires_at = %s WHERE token = %s",
                [past, booking.sudo().hold_token],
            )
            self.env.cr.execute(
                "UPDATE museum_booking SET hold_expires_at = %s WHERE id = %s",
                [past, booking.id],
            )
        self.env.invalidate_all()

    def _hold(self, booking):
        holds = self.env["museum.hold"].sudo()
        holds.invalidate_model()
        return holds.search([("token", "=", booking.sudo().hold_token)])

    def _taken(self, slot=None):
        """Seats that the slot's counter says are taken, expired holds included."""
        self.env.cr.execute(
            "SELECT taken FROM museum_seat_pool WHERE id = %s",
            [(slot or self.slot).sudo().pool_id.id],
        )
        return self.env.cr.fetchone()[0]

    def _fill(self, slot=None, seats=10):
        """Somebody else takes the seats."""
        slot = slot or self.slot
        self.tokens = getattr(self, "tokens", 0) + 1
        token = f"{self._testMethodName}-other-{self.tokens}"
        # Past `max_per_booking`: several bookings.
        while seats > 0:
            part = min(seats, 8)
            self.env["museum.hold"]._take(
                f"{token}-{seats}", slot, {self.adult.id: part}, 15
            )
            seats -= part

    def assertSeatsAgree(self):
        """Counters, ledger, bookings and lines tell the same story."""
        self.env.flush_all()
        self.assertEqual(self.env["museum.hold"]._check_ledger(), [])
        for booking in self.env["museum.booking"].sudo().search([]):
            lines = {
                line.museum_category_id.id: int(line.product_uom_qty)
                for line in booking.line_ids
            }
            if booking.state in ("pending", "awaiting_payment", "confirmed"):
                self.assertEqual(lines, booking._wanted(), booking.name)
                hold = self._hold(booking)
                held = {int(key): qty for key, qty in hold.quantities.items()}
                self.assertEqual(held, booking._wanted(), booking.name)
            if booking.state == "confirmed":
                self.assertEqual(self._hold(booking).state, "sold")
            if booking.state == "expired":
                self.assertFalse(lines, booking.name)


class MuseumBookingCase(MuseumBookingSetup, TransactionCase):
    """Everything runs in the test's one transaction, the seat engine too."""


class MuseumBookingHttpCase(MuseumBookingSetup, HttpCase):
    """Requests over HTTP, in the test's transaction."""

    def api(self, method, path, body=None, headers=None, status=None):
        """Call the API as a browser of the same origin would.

        :return: the decoded JSON
        """
        response = self.url_open(
            f"{API}{path}",
            data=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json", **(headers or {})},
            method=method,
            allow_redirects=False,
        )
        if status is not None:
            self.assertEqual(response.status_code, status, response.text)
        self.env.invalidate_all()
        return response.json()

    def add(self, slot=None, status=201, headers=None, **numbers):
        """Add a visit over the API: ``self.add(adult=2)``."""
        numbers = numbers or {"adult": 1}
        return self.api(
            "POST",
            "/cart/items",
            {
                "slot_id": (slot or self.slot).id,
                "categories": [
                    {"id": getattr(self, key).id, "quantity": number}
                    for key, number in numbers.items()
                ],
            },
            headers=headers,
            status=status,
        )

    def rpc(self, path, **params):
        """Call one of Odoo's own JSON routes; errors come back as ``error``."""
        response = self.url_open(
            path, json={"jsonrpc": "2.0", "method": "call", "params": params}
        )
        self.env.invalidate_all()
        return response.json()

    def booking(self, answer):
        """The record of an answer's item, or of a reference."""
        name = answer if isinstance(answer, str) else answer["item"]["reference"]
        return self.env["museum.booking"].sudo().search([("name", "=", name)])


class MuseumRaceCase(BaseCase):
    """A committed museum, for real transactions that meet.

    Races are staged: one transaction stops in its middle, another one runs to its end.
    """

    def setUp(self):
        super().setUp()
        # Odoo's own runner holds this lock while tests run.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        # Accounting is no part of these races, and would be hard to remove.
        transactions = self.registry["payment.transaction"]
        self.startPatcher(patch.object(transactions, "_museum_invoice"))
        self.executor = ThreadPoolExecutor(max_workers=2)
        self.addCleanup(self.executor.shutdown)
        self.made = []
        with self.registry.cursor() as cr:
            self._make(self._env(cr))
        self.addCleanup(self._remove)
        with self.registry.cursor() as cr:
            # Seats are taken in transactions of their own: the slot must be there.
            self._fill(self._env(cr))

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _make(self, env):
        """What is committed first; whatever is in ``self.made`` is removed again."""
        start = fields.Datetime.now() + timedelta(days=3)
        venue = env["museum.venue"].create({"name": "Race venue", "tz": "UTC"})
        exhibition = env["museum.exhibition"].create(
            {"name": "Race", "venue_id": venue.id, "website_published": True}
        )
        adult, guest = env["museum.ticket.category"].create(
            [
                {"exhibition_id": exhibition.id, "name": name, "price": price}
                for name, price in (("Adult", 100), ("Guest", 0))
            ]
        )
        slot = env["museum.slot"].create(
            {
                "exhibition_id": exhibition.id,
                "start_at": start,
                "end_at": start + timedelta(hours=1),
                "is_limited": True,
                "capacity": 10,
            }
        )
        (adult | guest)._ensure_product()
        products = (adult | guest).product_id.product_tmpl_id
        products.taxes_id = False
        method = env.ref("payment.payment_method_unknown")
        view = env["ir.ui.view"].create(
            {"name": "Form", "type": "qweb", "arch": "<form action='x' method='post'/>"}
        )
        provider = env["payment.provider"].create(
            {
                "name": "Race provider",
                "code": "none",
                "state": "test",
                "payment_method_ids": [(6, 0, method.ids)],
                "redirect_form_view_id": view.id,
            }
        )
        partner = env["res.partner"].create(
            {"name": "Racer", "email": "racer@example.com"}
        )
        env["museum.signing.key"]._current()
        self.slot_id, self.partner_id = slot.id, partner.id
        self.adult_id, self.guest_id = adult.id, guest.id
        self.provider_id, self.method_id = provider.id, method.id
        self.made += [slot, exhibition, products, venue, partner, provider, view]

    def _fill(self, env):
        """Orders that are there before the race; none by default."""

    def _removals(self):
        """SQL for what refuses to go as it is sold; `%(slot_id)s`: of this test."""
        return [
            "DELETE FROM museum_ticket WHERE slot_id = %(slot_id)s",
            "DELETE FROM payment_transaction WHERE provider_id = %(provider_id)s",
            "DELETE FROM sale_order_line WHERE order_id IN"
            " (SELECT id FROM sale_order WHERE partner_id = %(partner_id)s)",
            "DELETE FROM museum_booking WHERE slot_id = %(slot_id)s",
            "DELETE FROM sale_order WHERE partner_id = %(partner_id)s",
            "DELETE FROM museum_hold WHERE slot_id = %(slot_id)s",
        ]

    def _remove(self):
        with self.registry.cursor() as cr:
            for sql in self._removals():
                cr.execute(sql, vars(self))
            env = self._env(cr)
            for records in self.made:
                records.with_env(env).unlink()

    # === REQUESTS ===

    def _request(self, function, *args):
        """Run it as Odoo runs a request: again after a serialization failure."""
        for _attempt in range(6):
            try:
                with self.registry.cursor() as cr:
                    return function(self._env(cr), *args)
            except OperationalError as error:
                if error.pgcode not in ("40001", "55P03"):
                    raise
                time.sleep(0.02)
        raise AssertionError("it never came to an end")

    def _once(self, function, *args):
        """To be called whenever a transaction runs; does it the first time only.

        In a thread of its own: another connection than the one that waits for it.
        """
        done = []

        def run():
            if not done:
                done.append(True)
                self.executor.submit(self._request, function, *args).result()

        return run

    # === WHAT THEY DO ===

    def _new_cart(self, env, category_id, quantity, token=None):
        order = env["sale.order"].create({"partner_id": self.partner_id})
        slot = env["museum.slot"].browse(self.slot_id)
        order._museum_add_booking(
            slot, {category_id: quantity}, token or uuid.uuid4().hex
        )
        return order

    def _new_tx(self, order):
        return order.env["payment.transaction"].create(
            {
                "provider_id": self.provider_id,
                "payment_method_id": self.method_id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": self.partner_id,
                "operation": "online_redirect",
                "sale_order_ids": [(6, 0, order.ids)],
            }
        )
