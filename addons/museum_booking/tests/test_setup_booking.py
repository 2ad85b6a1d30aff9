# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestSetupBooking(MuseumBookingHttpCase):
    """What the wizard has set up can be booked at once, tax and product included."""

    def test_visitor_books_right_after_the_wizard(self):
        setup = (
            self.env["museum.setup"]
            .with_user(self.manager)
            .sudo(False)
            .create(
                {
                    "name": "Science Centre",
                    "museum_code": "SCI",
                    "tz": "Asia/Kolkata",
                    "venue_id": False,
                    "venue_name": "Main building",
                    "street": "Hill Road 1",
                    "city": "Pune",
                    "title": "Fresh",
                    "capacity": 4,
                }
            )
        )
        setup.line_ids.write({"price": 100})
        for _step in range(4):
            setup.action_next()
        setup.action_finish()
        exhibition = self.env["museum.exhibition"].search([("name", "=", "Fresh")])
        self.env.flush_all()
        slot = exhibition.slot_ids.sorted("start_at")[-1]
        adult = exhibition.category_ids[0]
        cart = self.api(
            "POST",
            "/cart/items",
            {
                "slot_id": slot.id,
                "categories": [{"id": adult.id, "quantity": 2}],
            },
            status=201,
        )
        self.assertEqual(cart["item"]["visitors"], 2)
        self.assertEqual(cart["cart"]["total_minor"], 23600)
        self.assertEqual(self._taken(slot), 2)
