# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One gift card, two carts, two real transactions at once."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.museum_booking.exceptions import NotPayable


@tagged("post_install", "-at_install")
class TestCardRace(BaseCase):
    def setUp(self):
        super().setUp()
        # Odoo's own runner holds this lock while tests run.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        self.executor = ThreadPoolExecutor(max_workers=2)
        self.addCleanup(self.executor.shutdown)
        with self.registry.cursor() as cr:
            self._make(self._env(cr))
        with self.registry.cursor() as cr:
            # The seats are taken in transactions of their own: the slot must be there.
            self._fill_carts(self._env(cr))
        self.addCleanup(self._remove)

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _make(self, env):
        start = fields.Datetime.now() + timedelta(days=3)
        venue = env["museum.venue"].create({"name": "Card venue", "tz": "UTC"})
        exhibition = env["museum.exhibition"].create(
            {"name": "Card race", "venue_id": venue.id, "website_published": True}
        )
        adult = env["museum.ticket.category"].create(
            {"exhibition_id": exhibition.id, "name": "Adult", "price": 100}
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
        programs = env["loyalty.program"]
        program = programs.create(programs._get_template_values()["gift_card"])
        card = env["loyalty.card"].create({"program_id": program.id, "points": 150.0})
        partner = env["res.partner"].create({"name": "Racer", "email": "r@example.com"})
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
        env["museum.signing.key"]._current()
        self.card_id, self.partner_id = card.id, partner.id
        self.provider_id, self.method_id = provider.id, method.id
        adult._ensure_product()
        product = adult.product_id.product_tmpl_id
        self.slot_id, self.adult_id = slot.id, adult.id
        self.made = [slot, exhibition, product, venue, partner, provider, view]
        self.program_id = program.id

    def _fill_carts(self, env):
        """Two orders for 100 each, by a card of 150, ready to be paid."""
        slot = env["museum.slot"].browse(self.slot_id)
        card = env["loyalty.card"].browse(self.card_id)
        slot.exhibition_id.category_ids.product_id.taxes_id = False
        self.order_ids = []
        for _number in range(2):
            order = env["sale.order"].create({"partner_id": self.partner_id})
            order._museum_add_booking(slot, {self.adult_id: 1}, uuid.uuid4().hex)
            order._museum_apply_code(card.code)
            order._museum_lock_for_payment(True)
            self.assertEqual(order.amount_total, 0.0)
            self.order_ids.append(order.id)

    def _remove(self):
        """What is sold refuses to go: SQL."""
        with self.registry.cursor() as cr:
            for sql in (
                "DELETE FROM museum_ticket WHERE slot_id = %(slot)s",
                "DELETE FROM payment_transaction WHERE provider_id = %(provider)s",
                "DELETE FROM sale_order_line WHERE order_id IN"
                " (SELECT id FROM sale_order WHERE partner_id = %(partner)s)",
                "DELETE FROM museum_booking WHERE slot_id = %(slot)s",
                "DELETE FROM loyalty_history WHERE card_id = %(card)s",
                "DELETE FROM loyalty_card WHERE program_id = %(program)s",
                "DELETE FROM sale_order WHERE partner_id = %(partner)s",
                "DELETE FROM museum_hold WHERE slot_id = %(slot)s",
            ):
                cr.execute(
                    sql,
                    {
                        "slot": self.slot_id,
                        "partner": self.partner_id,
                        "provider": self.provider_id,
                        "card": self.card_id,
                        "program": self.program_id,
                    },
                )
            env = self._env(cr)
            for records in self.made:
                records.with_env(env).unlink()
            env["loyalty.program"].browse(self.program_id).active = False

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

    def _confirm(self, env, order_id, meanwhile=None):
        """A free order is confirmed; ``meanwhile``: once, after the snapshot."""
        order = env["sale.order"].browse(order_id)
        self.assertEqual(order.order_line.coupon_id.id, self.card_id)
        if meanwhile:
            meanwhile()
        order.action_confirm()
        return order.state

    def _open_payment(self, env, order_id, meanwhile=None):
        order = env["sale.order"].browse(order_id)
        self.assertEqual(order.order_line.coupon_id.id, self.card_id)
        if meanwhile:
            meanwhile()
        env["payment.transaction"].create(
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

    def _once(self, *call):
        """Run a request in another connection, the first time only."""
        done = []

        def run():
            if not done:
                done.append(True)
                self.executor.submit(self._request, *call).result()

        return run

    @mute_logger("odoo.sql_db")
    def test_card_is_spent_once_by_two_orders_confirmed_at_once(self):
        first, second = self.order_ids
        meanwhile = self._once(self._confirm, second)
        with self.assertRaises(UserError):
            self._request(self._confirm, first, meanwhile)
        with self.registry.cursor() as cr:
            env = self._env(cr)
            card = env["loyalty.card"].browse(self.card_id)
            orders = env["sale.order"].browse(self.order_ids)
            self.assertEqual(card.points, 50.0)
            self.assertEqual(orders.mapped("state"), ["draft", "sale"])

    @mute_logger("odoo.sql_db")
    def test_two_payments_that_need_the_card_are_not_opened_at_once(self):
        """Guard: the rows that `_museum_claim_rows` rewrites."""
        first, second = self.order_ids
        meanwhile = self._once(self._open_payment, second)
        with self.assertRaises(NotPayable):
            self._request(self._open_payment, first, meanwhile)
