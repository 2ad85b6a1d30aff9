# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from .common import MuseumRaceCase


@tagged("post_install", "-at_install")
class TestTicketRace(MuseumRaceCase):
    """Real transactions that confirm the same booking at once."""

    def _fill(self, env):
        order = self._new_cart(env, self.guest_id, 3)
        self.booking_id = order.museum_booking_ids.id

    def test_two_confirmations_at_once_issue_each_ticket_once(self):
        barrier, outcomes = threading.Barrier(4), []

        def confirm():
            with self.registry.cursor() as cr:
                bookings = self._env(cr)["museum.booking"]
                booking = bookings.browse(self.booking_id)
                self.assertFalse(booking.ticket_ids)
                barrier.wait(10)  # everybody has seen that there are none
                try:
                    outcomes.append(len(booking._issue_tickets()))
                except (ConcurrencyError, SerializationFailure):
                    # what Odoo does with a request
                    cr.rollback()
                    bookings.env.invalidate_all()
                    outcomes.append("again")
                    outcomes.append(len(booking._issue_tickets()))

        threads = [threading.Thread(target=confirm) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(
            sorted(map(str, outcomes)), ["0", "0", "0", "3", "again", "again", "again"]
        )
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*), count(DISTINCT code) FROM museum_ticket "
                "WHERE booking_id = %s",
                [self.booking_id],
            )
            self.assertEqual(cr.fetchone(), (3, 3))
