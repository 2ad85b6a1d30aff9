# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A part of a sold visit is voided: seats, ledger, crash, and races."""

import uuid
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib import seat_audit
from .common import MuseumBookingCase, MuseumRaceCase

PART = "odoo.addons.museum_booking.models.museum_booking_part"


@tagged("post_install", "-at_install")
class TestPart(MuseumBookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_provider()

    def _sold(self, **numbers):
        order, booking = self._ready_to_pay(**numbers)
        self._capture(self._new_tx(order))
        return booking

    def test_seats_of_a_part_go_back_and_the_rest_stays(self):
        booking = self._sold(adult=2, family=1)
        self.assertEqual(self._taken(), 6)
        family = booking.ticket_ids.filtered(lambda t: t.category_id == self.family)
        booking._void_part(family, "ill")
        self.assertEqual(self._taken(), 2)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.visitors, 2)
        self.assertEqual(booking._wanted(), {self.adult.id: 2})
        self.assertEqual((family.state, family.void_reason), ("cancelled", "ill"))
        self.assertEqual(len(booking._live_tickets()), 2)
        self.assertEqual(booking.amount_sold, 1062)  # 900 and its tax
        self.assertEqual(self.env["museum.hold"]._check_ledger(self.slot), [])
        self.assertFalse(booking._issue_tickets(), "what was voided is not issued anew")

    def test_rest_goes_back_when_the_rest_is_cancelled(self):
        booking = self._sold(adult=3)
        booking._void_part(booking.ticket_ids[:1], "ill")
        booking._cancel("all of us")
        self.assertEqual(self._taken(), 0)
        self.assertEqual(self.env["museum.hold"]._check_ledger(self.slot), [])

    def test_used_ticket_is_not_voided(self):
        booking = self._sold(adult=2)
        ticket = booking.ticket_ids[0]
        ticket._set_state("used")
        with self.assertRaises(UserError):
            booking._void_part(ticket, "ill")

    def test_crash_before_the_seats_went_back_is_healed(self):
        booking = self._sold(adult=3)
        with patch.object(type(self.env["museum.hold"]), "_after_commit"):
            booking._void_part(booking.ticket_ids[:2], "ill")
        self.env.flush_all()
        self.assertEqual(self._taken(), 3, "the process died")
        self.assertEqual(
            self.env["museum.hold"]._check_ledger(self.slot), [], "for a moment"
        )
        self.env.cr.execute(
            "UPDATE museum_booking SET write_date = write_date - interval '2 hours'"
            " WHERE id = %s",
            [booking.id],
        )
        found = seat_audit.bookings_without_seats(self.env.cr, self.slot.ids)
        self.assertEqual([item["booking_id"] for item in found], booking.ids)
        with mute_logger(PART):
            self.env["museum.booking"]._cron_sweep()
        self.assertEqual(self._taken(), 1)
        self.assertEqual(self.env["museum.hold"]._check_ledger(self.slot), [])
        self.assertFalse(self.env["museum.booking"]._heal_parts())

    def test_lines_with_fewer_tickets_than_the_booking_are_found(self):
        booking = self._sold(adult=3)
        booking._void_part(booking.ticket_ids[:1], "ill")
        self.env.flush_all()
        self.assertFalse(seat_audit.lines_apart(self.env.cr, self.slot.ids))
        self.env.cr.execute(
            "UPDATE sale_order_line SET product_uom_qty = 1"
            " WHERE museum_booking_id = %s",
            [booking.id],
        )
        self.assertTrue(seat_audit.lines_apart(self.env.cr, self.slot.ids))


@tagged("post_install", "-at_install")
class TestPartRace(MuseumRaceCase):
    """Real connections: whoever comes second sees what the first one did."""

    def _fill(self, env):
        # Run again, as Odoo does, once its seats are older than its snapshot.
        self.booking_id = self._request(self._sell, uuid.uuid4().hex)

    def _sell(self, env, token):
        order = self._new_cart(env, self.guest_id, 4, token)
        order.action_confirm()
        env.flush_all()
        return order.museum_booking_ids.id

    def _booking(self, env):
        return env["museum.booking"].browse(self.booking_id)

    def _void(self, env, count, meanwhile=None):
        booking = self._booking(env)
        tickets = booking._live_tickets()[:count]
        if meanwhile:
            meanwhile()
        if tickets:
            booking._void_part(tickets, "race")

    def _whole(self, env, meanwhile=None):
        booking = self._booking(env)
        self.assertTrue(booking._live_tickets())
        if meanwhile:
            meanwhile()
        booking._cancel("race")

    def _scan(self, env):
        """What the gate does: one conditional UPDATE."""
        env.cr.execute(
            "UPDATE museum_ticket SET state = 'used' WHERE id = ("
            " SELECT id FROM museum_ticket WHERE booking_id = %s"
            " AND state = 'reserved' ORDER BY id LIMIT 1) AND state = 'reserved'",
            [self.booking_id],
        )

    def _end(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            booking = self._booking(env)
            slot = booking.slot_id
            self.assertEqual(env["museum.hold"]._check_ledger(slot), [])
            states = booking.ticket_ids.mapped("state")
            return booking.state, booking.visitors, slot.taken, sorted(states)

    def test_two_parts_at_once_void_different_tickets(self):
        self._request(self._void, 1, self._once(self._void, 1))
        self.assertEqual(
            self._end(),
            ("confirmed", 2, 2, ["cancelled", "cancelled", "reserved", "reserved"]),
        )

    def test_whole_while_a_part_is_cancelled(self):
        self._request(self._void, 1, self._once(self._whole))
        state, _visitors, taken, tickets = self._end()
        self.assertEqual((state, taken, set(tickets)), ("cancelled", 0, {"cancelled"}))

    def test_part_while_the_whole_is_cancelled(self):
        self._request(self._whole, self._once(self._void, 1))
        state, _visitors, taken, tickets = self._end()
        self.assertEqual((state, taken, set(tickets)), ("cancelled", 0, {"cancelled"}))

    def test_scan_while_its_ticket_is_cancelled(self):
        """The scan was first: that ticket stays used, another one is voided."""
        self._request(self._void, 1, self._once(self._scan))
        self.assertEqual(
            self._end(),
            ("confirmed", 3, 3, ["cancelled", "reserved", "reserved", "used"]),
        )
