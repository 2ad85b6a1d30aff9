# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A slot is cancelled while a visit in it is confirmed: real connections and commits.

Whatever the order, nobody is left with a confirmed visit that does not take place and
that no manager hears of. Races are staged: one transaction stops in its middle.
"""

import time
import uuid

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumRaceCase

PAYMENTS = "odoo.addons.museum_booking.models.payment_transaction"
REASON = "The projector is broken"


@tagged("post_install", "-at_install")
class TestCancelRace(MuseumRaceCase):
    # === WHAT REQUESTS DO ===

    def _cancel(self, env, meanwhile=None):
        """A manager cancels the slot; ``meanwhile``: once, after the snapshot."""
        slot = env["museum.slot"].browse(self.slot_id)
        self.assertEqual(slot.state, "open")
        if meanwhile:
            meanwhile()
        slot._set_state("cancelled", REASON)

    def _sell_at_desk(self, env, token, at_the_end=None):
        """Booked and confirmed in one transaction; others see it when it ends."""
        self._new_cart(env, self.guest_id, 2, token).action_confirm()
        env.flush_all()
        if at_the_end:
            at_the_end()

    def _start_payment(self, env):
        order = self._new_cart(env, self.adult_id, 2)
        order._museum_lock_for_payment(True)
        return self._new_tx(order).id

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
        begun = []

        def cancel():
            if not begun:
                begun.append(True)
                self._start_cancelling()

        self._request(self._sell_at_desk, uuid.uuid4().hex, cancel)
        self.cancelling.result()
        self.assertEqual(self._end(), ("confirmed", "paid", True, 0, 1))

    def test_sale_that_the_cancellation_cannot_see_is_found_afterwards(self):
        """Guard: the second look (``_find_late_bookings``)."""
        self._request(self._cancel, self._once(self._sell_at_desk, uuid.uuid4().hex))
        self.assertEqual(self._end(), ("confirmed", "paid", True, 0, 1))

    def test_payment_that_is_confirmed_while_a_manager_cancels_is_marked(self):
        tx_id = self._request(self._start_payment)
        self._request(self._cancel, self._once(self._pay, tx_id))
        self.assertEqual(self._end(), ("confirmed", "paid", True, 0, 1))

    @mute_logger(PAYMENTS)
    def test_payment_that_does_not_know_of_the_cancellation_is_refused(self):
        """The cancellation is committed after the payment's snapshot, before it."""
        tx_id = self._request(self._start_payment)
        self._request(self._pay, tx_id, self._once(self._cancel))
        self.assertEqual(self._end(), ("expired", "needs_attention", True, 0, 0))

    @mute_logger(PAYMENTS)
    def test_money_on_its_way_that_does_not_know_of_the_cancellation_is_refused(self):
        tx_id = self._request(self._start_payment)
        self._request(self._set_pending, tx_id)
        self._request(self._pay, tx_id, self._once(self._cancel))
        state, money, marked, admit, _activities = self._end()
        self.assertEqual((money, marked, admit), ("needs_attention", True, 0))
        self.assertNotEqual(state, "confirmed")
