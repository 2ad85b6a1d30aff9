# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Visits that their visitor may not have meant are pointed out before paying."""

from datetime import timedelta

from odoo.tests import tagged

from .common import MuseumBookingHttpCase


@tagged("post_install", "-at_install")
class TestClashes(MuseumBookingHttpCase):
    def setUp(self):
        super().setUp()
        self._setup_provider()
        self.authenticate("bkc_visitor", "bkc_visitor")

    def _slot_at(self, minutes, exhibition=None):
        return self.slot.create(
            {
                "exhibition_id": (exhibition or self.exhibition).id,
                "start_at": self.slot.start_at + timedelta(minutes=minutes),
            }
        )

    def _codes(self):
        cart = self.api("GET", "/cart", status=200)
        return [
            [(clash["code"], clash["reference"]) for clash in item["clashes"]]
            for item in cart["items"]
        ]

    def test_one_visit_clashes_with_nothing(self):
        self.add(adult=1)
        self.assertEqual(self._codes(), [[]])

    def test_visits_at_the_same_time_are_pointed_out(self):
        self.add(adult=1)
        other = self.exhibition.copy({"name": "Deep Sea", "is_published": True})
        category = self.adult.copy({"exhibition_id": other.id})
        slot = self._slot_at(30, other)
        self.env.flush_all()
        self.api(
            "POST",
            "/cart/items",
            {"slot_id": slot.id, "categories": [{"id": category.id, "quantity": 1}]},
            status=201,
        )
        (first,), (second,) = self._codes()
        self.assertEqual((first[0], second[0]), ("same_time", "same_time"))
        self.assertNotEqual(first[1], second[1])
        page = self.url_open("/shop/cart").text
        self.assertIn("At the same time as Deep Sea", page)
        self.assertIn("At the same time as Journey to the Stars", page)

    def test_same_exhibition_twice_on_a_day_is_pointed_out(self):
        self.add(adult=1)
        later = self._slot_at(180)
        self.env.flush_all()
        self.add(slot=later, adult=1)
        same_day = self.slot.local_date == later.local_date
        self.assertEqual(
            [[code for code, _other in clashes] for clashes in self._codes()],
            [["same_day"], ["same_day"]] if same_day else [[], []],
        )

    def test_one_after_the_other_is_no_clash(self):
        """The end of one may be the start of the next."""
        self.add(adult=1)
        other = self.exhibition.copy({"name": "Deep Sea", "is_published": True})
        category = self.adult.copy({"exhibition_id": other.id})
        minutes = (self.slot.end_at - self.slot.start_at).total_seconds() / 60
        slot = self._slot_at(minutes, other)
        self.env.flush_all()
        self.api(
            "POST",
            "/cart/items",
            {"slot_id": slot.id, "categories": [{"id": category.id, "quantity": 1}]},
            status=201,
        )
        self.assertEqual(self._codes(), [[], []])

    def test_what_was_bought_already_is_pointed_out(self):
        order, booking = self._ready_to_pay()
        self._capture(self._new_tx(order))
        self.assertEqual(booking.state, "confirmed")
        self.env.flush_all()
        self.add(adult=1)
        self.assertEqual(self._codes(), [[("same_time", booking.name)]])
        page = self.url_open("/shop/cart").text
        self.assertIn("You have tickets for Journey to the Stars then", page)

    def test_strangers_visits_are_nobodys_business(self):
        order, _booking = self._ready_to_pay()
        self._capture(self._new_tx(order))
        self.env.flush_all()
        self.authenticate("bkc_stranger", "bkc_stranger")
        self.add(adult=1)
        self.assertEqual(self._codes(), [[]])
        self.authenticate(None, None)
        self.add(adult=1)
        self.assertEqual(self._codes(), [[]])
