# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged


class RaceCase(BaseCase):
    """One booking in a cart, committed, for real transactions that meet."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._env(cr)
            start = fields.Datetime.now() + timedelta(days=3)
            venue = env["museum.venue"].create({"name": "Race venue", "tz": "UTC"})
            exhibition = env["museum.exhibition"].create(
                {"name": "Race", "venue_id": venue.id, "website_published": True}
            )
            category = env["museum.ticket.category"].create(
                {"exhibition_id": exhibition.id, "name": "Adult", "price": 0}
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
            partner = env["res.partner"].create({"name": "Racer"})
            env["museum.signing.key"]._current()
            self.partner_id = partner.id
        self.addCleanup(self._clean, venue.id, exhibition.id, slot.id, partner.id)
        with self.registry.cursor() as cr:
            env = self._env(cr)
            order = env["sale.order"].create({"partner_id": partner.id})
            booking = order._museum_add_booking(
                env["museum.slot"].browse(slot.id), {category.id: 3}, "ticket-race"
            )
            self.booking_id = booking.id

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _clean(self, venue_id, exhibition_id, slot_id, partner_id):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            cr.execute("DELETE FROM museum_ticket WHERE slot_id = %s", [slot_id])
            env["sale.order"].search([("partner_id", "=", partner_id)]).unlink()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            exhibition = env["museum.exhibition"].browse(exhibition_id)
            products = exhibition.category_ids.product_id
            cr.execute("DELETE FROM museum_hold WHERE slot_id = %s", [slot_id])
            env["museum.slot"].browse(slot_id).unlink()
            exhibition.unlink()
            products.product_tmpl_id.unlink()
            env["museum.venue"].browse(venue_id).unlink()
            env["res.partner"].browse(partner_id).unlink()


@tagged("post_install", "-at_install")
class TestTicketRace(RaceCase):
    """Real transactions that confirm the same booking at once."""

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
