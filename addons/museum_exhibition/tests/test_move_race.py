# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A slot gets another time while somebody buys the time that he was shown."""

from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..exceptions import SlotChanged
from .race_common import RaceCase


@tagged("post_install", "-at_install")
class TestMoveRace(RaceCase):
    def _buy(self):
        """What a request does; returns the start that its buyer is told."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            slot = env["museum.slot"].browse(self.slot_id)
            env["museum.hold"]._take(f"m{self.slot_id}", slot, {self.adult_id: 1}, 15)
            return slot.start_at

    def _buy_many(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            slot = env["museum.slot"].browse(self.slot_id)
            wanted = [(slot, {self.adult_id: 1})]
            env["museum.hold"]._take_many(f"n{self.slot_id}", wanted, 15)
            return slot.start_at

    def _slot(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        return env["museum.slot"].browse(self.slot_id)

    def _move(self, slot):
        start = slot.start_at + timedelta(minutes=30)
        slot.write({"start_at": start, "end_at": start + timedelta(hours=1)})
        slot.env.flush_all()

    def _limit_venue(self, is_limited):
        with self._env() as env:
            venue = env["museum.venue"].browse(self.venue_id)
            venue.write({"is_limited": is_limited, "capacity_max": 50})

    def test_buyer_who_waits_for_a_move_is_told_the_new_time(self):
        """Guards: the lock of a move; ``take`` looks at the start under the lock."""
        self._wait_for_a_move(self._buy)

    def test_buyer_of_several_who_waits_for_a_move_is_told_the_new_time(self):
        """Guards: as above, for ``take_many``."""
        self._wait_for_a_move(self._buy_many)

    def _wait_for_a_move(self, buy):
        with self.registry.cursor() as cr:
            slot = self._slot(cr)
            self._move(slot)
            buyer = self._in_thread(buy)
            self._wait_until_blocked()
            cr.commit()  # pylint: disable=W0012,E8102
            moved_to = slot.start_at
        with self.assertRaises(SlotChanged) as refused:
            buyer.result()
        self.assertIn(
            f"{moved_to + timedelta(hours=5, minutes=30):%Y-%m-%dT%H:%M}",
            refused.exception.details["start_at"],
        )
        self.assertEqual(self._taken(), 0)
        self.assertEqual(buy(), moved_to)

    def test_slot_that_was_bought_meanwhile_does_not_move(self):
        """Guard: the lock refuses what changed since the transaction began."""
        with self.registry.cursor() as cr:
            slot = self._slot(cr)
            self.assertTrue(slot.start_at)
            told = self._buy()
            with self.assertRaises(SerializationFailure):
                self._move(slot)
            cr.rollback()
            # Odoo runs the request again.
            slot = self._slot(cr)
            slot.env.invalidate_all()
            with self.assertRaises(UserError):
                self._move(slot)
            self.assertEqual(slot.start_at, told)

    def test_moved_slot_counts_in_the_venue_at_its_new_time(self):
        """Guard: an empty slot is linked anew in the transaction that moves it."""
        self._limit_venue(True)
        self.addCleanup(self._limit_venue, False)
        with self.registry.cursor() as cr:
            self._move(self._slot(cr))
            buyer = self._in_thread(self._buy)
            self._wait_until_blocked()
            cr.commit()  # pylint: disable=W0012,E8102
        with self.assertRaises(SlotChanged):
            buyer.result()
        self._buy()
        with self.registry.cursor() as cr:
            slot = self._slot(cr)
            found = slot.env["museum.hold"]._check_ledger(slot)
            self.assertEqual((found, slot.taken), ([], 1))
            starts = slot.extra_pool_ids.mapped("start_at")
            self.assertEqual(
                len(starts), len(slot.venue_id._pieces(slot.start_at, slot.end_at))
            )
