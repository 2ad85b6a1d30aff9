# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Some of the sold seats of a hold go back; the races with real connections."""

from odoo.tests import tagged

from ..lib import seat_ledger as ledger
from .common import MuseumExhibitionCase
from .race_common import BUYERS, RaceCase, StepCursor


@tagged("post_install", "-at_install")
class TestHoldPart(MuseumExhibitionCase):
    def setUp(self):
        super().setUp()
        self.slot = self._make_slot(capacity=10)
        self.addCleanup(self._assert_ledger_agrees)

    def _assert_ledger_agrees(self):
        self.assertEqual(self.hold._check_ledger(self.slot), [])

    def _sell(self, token, **numbers):
        wanted = {getattr(self, key).id: number for key, number in numbers.items()}
        self.hold._take(token, self.slot, wanted, 15)
        self.hold._sell([token])

    def _row(self, token):
        self.hold.invalidate_model()
        return self.hold.search([("token", "=", token)])

    def test_part_of_the_seats_goes_back_once(self):
        self._sell("a", adult=3, child=2)
        left = {self.adult.id: 1, self.child.id: 2}
        self.assertTrue(self.hold._unsell_part("a", left, 3))
        self.assertEqual(self.slot.taken, 3)
        row = self._row("a")
        self.assertEqual((row.state, row.seats), ("sold", 3))
        self.assertEqual(row.quantities, {str(key): qty for key, qty in left.items()})
        self.assertFalse(self.hold._unsell_part("a", left, 3))
        self.assertEqual(self.slot.taken, 3)

    def test_a_category_that_goes_altogether_leaves_its_pool(self):
        own = self._make_category_pool(self.slot, self.child, 4)
        self._sell("a", adult=1, child=2)
        self.assertEqual(own.taken, 2)
        self.hold._unsell_part("a", {self.adult.id: 1, self.child.id: 1}, 2)
        own.invalidate_recordset()
        self.assertEqual((self.slot.taken, own.taken), (2, 1))
        self.hold._unsell_part("a", {self.adult.id: 1}, 1)
        own.invalidate_recordset()
        self.assertEqual((self.slot.taken, own.taken), (1, 0))
        self.assertNotIn(own, self._row("a").take_ids.pool_id)

    def test_seats_are_those_that_were_sold_whatever_a_ticket_takes_now(self):
        own = self._make_category_pool(self.slot, self.family, 8)
        self._sell("a", family=2)
        self.assertEqual((self.slot.taken, own.taken), (8, 8))
        self.env.cr.execute(
            "UPDATE museum_ticket_category SET seats_per_ticket = 2 WHERE id = %s",
            [self.family.id],
        )
        self.hold._unsell_part("a", {self.family.id: 1}, 4)
        own.invalidate_recordset()
        self.assertEqual((self.slot.taken, own.taken), (4, 4))

    def test_never_more_than_is_there_and_never_all(self):
        self._sell("a", adult=2)
        for quantities, seats in (
            ({self.adult.id: 3}, 3),
            ({self.adult.id: 2}, 2),
            ({self.child.id: 1}, 1),
            ({}, 0),
        ):
            with self.subTest(quantities=quantities):
                self.assertFalse(self.hold._unsell_part("a", quantities, seats))
                self.assertEqual(self.slot.taken, 2)

    def test_only_what_is_sold(self):
        self._take("held", self.slot, 3)
        self.assertFalse(self.hold._unsell_part("held", {self.adult.id: 1}, 1))
        self._sell("gone", adult=3)
        self.hold._unsell(["gone"])
        self.assertFalse(self.hold._unsell_part("gone", {self.adult.id: 1}, 1))
        self.assertEqual(self.slot.taken, 3)


@tagged("post_install", "-at_install")
class TestHoldPartRace(RaceCase):
    def _sold(self, quantity=4):
        token = self._token()
        self._buy(token, quantity)
        self._sql("UPDATE museum_hold SET state = 'sold' WHERE token = %s", token)
        return token

    def _shrink(self, token, left=1):
        return self._engine("_unsell_part", token, {self.adult_id: left}, left)

    def test_part_that_comes_after_the_first_look_of_a_smaller_one(self):
        """Guard: the second look at the hold, under its lock (``_is_fewer``).

        Otherwise the hold would get back what the other one gave away.
        """
        token = self._sold()
        with self._short() as cr:
            cr = StepCursor(cr, 1, lambda: self._shrink(token, 1))
            self.assertIsNone(ledger.shrink_sold(cr, token, {self.adult_id: 3}, 3))
        self.assertEqual(self._taken(), 1)

    def test_parts_at_once_give_back_once(self):
        token = self._sold()
        done = list(self.executor.map(lambda _n: self._shrink(token), range(BUYERS)))
        self.assertEqual(done.count(True), 1)
        self.assertEqual(self._taken(), 1)

    def test_whole_that_comes_after_the_first_look_of_a_part(self):
        """Guard: the lock wants a hold that is still sold."""
        token = self._sold()
        with self._short() as cr:
            cr = StepCursor(cr, 1, lambda: self._engine("_unsell", [token]))
            with self.assertRaises(ledger.Again):
                ledger.shrink_sold(cr, token, {self.adult_id: 1}, 1)
        self.assertEqual(self._taken(), 0)
        self.assertFalse(self._shrink(token))

    def test_part_then_whole_then_late_part(self):
        token = self._sold()
        self._shrink(token, 3)
        self._engine("_unsell", [token])
        self.assertFalse(self._shrink(token, 2))
        self.assertEqual((self._taken(), self._states(token)), (0, ["released"]))

    def test_seats_of_a_part_are_sold_once(self):
        """Twelve buyers wait for the three seats that somebody gives back."""
        token = self._sold()
        with self._short() as cr:
            ledger.shrink_sold(cr, token, {self.adult_id: 1}, 1)
            buyers = [self._in_thread(self._buy, self._token()) for _ in range(6)]
        # Whoever looked before the commit was refused: that was true then.
        bought = len([1 for buyer in buyers if buyer.result()])
        more = [self._buy(self._token()) for _ in range(4)]
        self.assertEqual(bought + len([1 for hold in more if hold]), 3)
        self.assertEqual(self._taken(), 4)
