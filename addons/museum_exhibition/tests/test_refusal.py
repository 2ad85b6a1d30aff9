# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import suppress

from odoo.tests import tagged

from ..exceptions import SlotFull
from .common import MuseumExhibitionCase


@tagged("post_install", "-at_install")
class TestRefuseSoldOut(MuseumExhibitionCase):
    """The short way to say no says it when the engine would, and never else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].create(
            {"name": "Museum", "company_id": cls.venue.company_id.id}
        )
        cls.slot = cls._make_slot(in_hours=48)

    def _ask(self, quantity=1, category=None, holder="late"):
        wanted = {(category or self.adult).id: quantity}
        self.env["museum.slot"]._refuse_sold_out(
            self.website, self.slot.id, wanted, holder
        )

    def _assert_refused(self, seats, **kwargs):
        with self.assertRaises(SlotFull) as refusal:
            self._ask(**kwargs)
        self.assertEqual(
            refusal.exception.details,
            {"slot_id": self.slot.id, "seats_left": 0, "seats": seats},
        )

    def test_sold_out_is_refused_with_the_seats_that_were_wanted(self):
        self._take("first", self.slot, 10)
        self._assert_refused(3, quantity=3)
        self._assert_refused(4, category=self.family)

    def test_one_query(self):
        self._take("first", self.slot, 10)
        self.env.flush_all()
        self.website._get_cached("company_id")
        # Not assertRaises: its savepoint would be counted too.
        with self.assertQueryCount(1), suppress(SlotFull):
            self._ask()
            self.fail("not refused")

    def test_whoever_could_get_a_seat_asks_the_engine(self):
        self._ask()
        self._take("first", self.slot, 9)
        self._ask(quantity=2)  # too many, but not sold out

    def test_seats_of_a_hold_that_ran_out_are_free(self):
        self._take("first", self.slot, 10)
        self._assert_refused(1)
        self._let_expire("first")
        self._ask()

    def test_blocked_seats_and_the_venue_s_maximum_count(self):
        self.slot._block_seats(10, "school")
        self._assert_refused(1)
        self.slot._block_seats(-10, "no school")
        self._ask()
        self.venue.write({"is_limited": True, "capacity_max": 4})
        beside = self._make_exhibition("Beside")
        other = self._make_slot(exhibition_id=beside.id, start_at=self.slot.start_at)
        self._take("first", other, 4, category=self._other_category(beside))
        self._assert_refused(1)

    def _other_category(self, exhibition):
        return self.env["museum.ticket.category"].create(
            {"name": "Adult", "exhibition_id": exhibition.id}
        )

    def test_a_request_that_is_run_again_keeps_the_last_seats(self):
        self._take("again", self.slot, 10)
        self._assert_refused(1)
        self._ask(holder="again")

    def test_no_limit_is_never_sold_out(self):
        self.slot.is_limited = False
        self._take("first", self.slot, 10)
        self._ask()

    def test_other_answers_are_left_to_others(self):
        """Not on sale, not for the public, no such ticket: not "sold out"."""
        self._take("first", self.slot, 10)
        unknown = self.env["museum.ticket.category"].browse(2**31 - 1)
        self._ask(category=unknown)
        self.exhibition.is_closed = True
        self._ask()
        self.exhibition.is_closed = False
        self.exhibition.is_published = False
        self._ask()
        self.exhibition.is_published = True
        self._assert_refused(1)
        self.slot._set_state("closed")
        self._ask()
