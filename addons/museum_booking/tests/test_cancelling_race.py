# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A paid visit is cancelled twice at once: real connections, one refund."""

import uuid

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MuseumRaceCase


@tagged("post_install", "-at_install")
class TestCancellingRace(MuseumRaceCase):
    def _fill(self, env):
        token = uuid.uuid4().hex
        self.booking_id = self._request(self._hold_and_accept, token)
        self._request(self._pay)

    def _removals(self):
        return [
            "DELETE FROM mail_message message USING museum_booking booking"
            " WHERE message.model = 'museum.booking'"
            " AND message.res_id = booking.id AND booking.slot_id = %(slot_id)s",
            "DELETE FROM museum_refund_line line"
            " USING museum_refund refund, museum_booking booking"
            " WHERE line.refund_id = refund.id AND refund.booking_id = booking.id"
            " AND booking.slot_id = %(slot_id)s",
            "DELETE FROM museum_refund refund USING museum_booking booking"
            " WHERE refund.booking_id = booking.id"
            " AND booking.slot_id = %(slot_id)s",
            *super()._removals(),
        ]

    # === WHAT REQUESTS DO ===

    def _hold_and_accept(self, env, token):
        order = self._new_cart(env, self.adult_id, 2, token)
        order._museum_lock_for_payment(True)
        self._new_tx(order)
        return order.museum_booking_ids.id

    def _pay(self, env):
        tx = self._booking(env).order_id.transaction_ids
        tx._set_done()
        tx._check_amount_and_confirm_order()

    def _booking(self, env):
        return env["museum.booking"].browse(self.booking_id)

    def _cancel(self, env, count, by_staff=False, meanwhile=None):
        """What came of it: the amount that was promised, or None when refused."""
        booking = self._booking(env)
        tickets = booking._live_tickets()[:count]
        quote = booking._refund_quote(tickets)
        if meanwhile:
            meanwhile()
        try:
            if by_staff:
                booking._cancel_tickets_part(quote, "by the desk", "staff")
            else:
                booking._cancel_by_visitor(tickets or None, quote.amount_minor)
        except UserError:
            return None
        return quote.amount

    # === WHAT MUST BE TRUE ===

    def _end(self):
        """(state, refunds, seats that are taken), from a connection of its own."""
        with self.registry.cursor() as cr:
            booking = self._booking(self._env(cr))
            holds = booking.env["museum.hold"]
            self.assertEqual(holds._check_ledger(booking.slot_id), [])
            amounts = sorted(booking.refund_ids.mapped("amount"))
            return booking.state, amounts, booking.slot_id.taken

    def test_whole_twice(self):
        """Guard: both write the booking, so that one of them runs again."""
        first = self._request(self._cancel, 2, False, self._once(self._cancel, 2))
        self.assertIsNone(first)
        self.assertEqual(self._end(), ("cancelled", [200], 0))

    def test_visitor_and_desk(self):
        first = self._request(self._cancel, 2, False, self._once(self._cancel, 2, True))
        self.assertIsNone(first)
        self.assertEqual(self._end(), ("cancelled", [200], 0))

    def test_a_part_and_the_whole(self):
        """Who is second meets one ticket less, is shown the new amount, and goes on."""
        self._request(self._cancel, 2, False, self._once(self._cancel, 1))
        state, amounts, taken = self._end()
        self.assertEqual((state, sum(amounts), taken), ("cancelled", 200, 0))
