# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A slot is cancelled while a visit in it is confirmed: real connections and commits.

Whatever the order, nobody is left with a confirmed visit that does not take place and
that no manager hears of. Races are staged: one transaction stops in its middle.
"""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

PAYMENTS = "odoo.addons.museum_booking.models.payment_transaction"
REASON = "The projector is broken"


@tagged("post_install", "-at_install")
class TestCancelRace(BaseCase):
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
        with self.registry.cursor() as cr:
            self._make_museum(self._env(cr))
        self.addCleanup(self._remove_museum)

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _make_museum(self, env):
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
        products = (adult | guest).product_id.product_tmpl_id
        made = [slot, exhibition, products, venue, partner, provider, view]
        self.made = made

    def _remove_museum(self):
        """What is sold refuses to go: SQL."""
        with self.registry.cursor() as cr:
            for sql in (
                "DELETE FROM museum_ticket WHERE slot_id = %(slot)s",
                "DELETE FROM payment_transaction WHERE provider_id = %(provider)s",
                "DELETE FROM sale_order_line WHERE order_id IN"
                " (SELECT id FROM sale_order WHERE partner_id = %(partner)s)",
                "DELETE FROM museum_booking WHERE slot_id = %(slot)s",
                "DELETE FROM sale_order WHERE partner_id = %(partner)s",
                "DELETE FROM museum_hold WHERE slot_id = %(slot)s",
            ):
                cr.execute(
                    sql,
                    {
                        "slot": self.slot_id,
                        "partner": self.partner_id,
                        "provider": self.provider_id,
                    },
                )
            env = self._env(cr)
            for records in self.made:
                records.with_env(env).unlink()

    # === WHAT REQUESTS DO ===

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

    def _cancel(self, env, meanwhile=None):
        """A manager cancels the slot; ``meanwhile``: once, after the snapshot."""
        slot = env["museum.slot"].browse(self.slot_id)
        self.assertEqual(slot.state, "open")
        if meanwhile:
            meanwhile()
        slot._set_state("cancelled", REASON)

    def _sell_at_desk(self, env, token, at_the_end=None):
        """Booked and confirmed in one transaction; others see it when it ends."""
        order = env["sale.order"].create({"partner_id": self.partner_id})
        slot = env["museum.slot"].browse(self.slot_id)
        order._museum_add_booking(slot, {self.guest_id: 2}, token)
        order.action_confirm()
        env.flush_all()
        if at_the_end:
            at_the_end()

    def _start_payment(self, env):
        order = env["sale.order"].create({"partner_id": self.partner_id})
        slot = env["museum.slot"].browse(self.slot_id)
        order._museum_add_booking(slot, {self.adult_id: 2}, uuid.uuid4().hex)
        order._museum_lock_for_payment(True)
        tx = env["payment.transaction"].create(
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
        return tx.id

    def _set_pending(self, env, tx_id):
        env["payment.transaction"].browse(tx_id)._set_pending()

    def _pay(self, env, tx_id, meanwhile=None):
        """The money is there; ``meanwhile``: once, after the snapshot."""
        tx = env["payment.transaction"].browse(tx_id)
        self.assertTrue(tx.museum_booking_ids.mapped("state"))
        if meanwhile:
            meanwhile()
        tx._set_done()
        tx._check_amount_and_confirm_order()

    def _once(self, function, *args):
        """To be called whenever a transaction runs; does it the first time only."""
        done = []

        def run():
            if not done:
                done.append(True)
                function(*args)

        return run

    def _start_cancelling(self):
        """Begin to cancel in another connection, and wait until it can do no more."""
        self.cancelling = self.executor.submit(self._request, self._cancel)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not self.cancelling.done():
            with self.registry.cursor() as cr:
                cr.execute(
                    """
                    SELECT 1 FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """
                )
                if cr.fetchone():
                    return
            time.sleep(0.01)

    # === WHAT MUST BE TRUE ===

    def _end(self):
        """(state, money, marked, tickets that admit, activities) of the one visit."""
        with self.registry.cursor() as cr:
            env = self._env(cr)
            slot = env["museum.slot"].browse(self.slot_id)
            self.assertEqual(slot.state, "cancelled")
            booking = slot.booking_ids
            self.assertEqual(len(booking), 1)
            self.assertEqual(env["museum.hold"]._check_ledger(slot), [])
            return (
                booking.state,
                booking.money_state,
                booking.is_visit_cancelled,
                len(booking.ticket_ids.filtered(lambda ticket: ticket._admits())),
                len(slot.activity_ids),
            )

    def test_cancellation_waits_for_a_sale_that_is_being_made(self):
        """Guard: FOR SHARE in ``_lock_against_cancelling``.

        Nobody sees the booking before it is committed, the second look neither.
        """
        sale = self._once(self._start_cancelling)
        self._request(self._sell_at_desk, uuid.uuid4().hex, sale)
        self.cancelling.result()
        self.assertEqual(self._end(), ("confirmed", "paid", True, 0, 1))

    def test_sale_that_the_cancellation_cannot_see_is_found_afterwards(self):
        """Guard: the second look (``_find_late_bookings``)."""
        sale = self._once(self._request, self._sell_at_desk, uuid.uuid4().hex)
        self._request(self._cancel, lambda: self.executor.submit(sale).result())
        self.assertEqual(self._end(), ("confirmed", "paid", True, 0, 1))

    def test_payment_that_is_confirmed_while_a_manager_cancels_is_marked(self):
        tx_id = self._request(self._start_payment)
        payment = self._once(self._request, self._pay, tx_id)
        self._request(self._cancel, lambda: self.executor.submit(payment).result())
        self.assertEqual(self._end(), ("confirmed", "paid", True, 0, 1))

    @mute_logger(PAYMENTS)
    def test_payment_that_does_not_know_of_the_cancellation_is_refused(self):
        """The cancellation is committed after the payment's snapshot, before it."""
        tx_id = self._request(self._start_payment)
        cancel = self._once(self._request, self._cancel)
        self._request(self._pay, tx_id, lambda: self.executor.submit(cancel).result())
        self.assertEqual(self._end(), ("expired", "needs_attention", True, 0, 0))

    @mute_logger(PAYMENTS)
    def test_money_on_its_way_that_does_not_know_of_the_cancellation_is_refused(self):
        tx_id = self._request(self._start_payment)
        self._request(self._set_pending, tx_id)
        cancel = self._once(self._request, self._cancel)
        self._request(self._pay, tx_id, lambda: self.executor.submit(cancel).result())
        state, money, marked, admit, _activities = self._end()
        self.assertEqual((money, marked, admit), ("needs_attention", True, 0))
        self.assertNotEqual(state, "confirmed")
