# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from ..exceptions import CapacityError
from ..lib import seat_ledger as ledger
from .race_common import RaceCase


@tagged("post_install", "-at_install")
class TestBlockRace(RaceCase):
    """Desks that keep seats of one slot back at the same moment."""

    def _wish(self, seats, token=None):
        return ledger.Block(
            token=token or self._token(),
            slot_id=self.slot_id,
            company_id=self.slot_company_id,
            user_id=SUPERUSER_ID,
            seats=seats,
            reason="School",
        )

    def _block(self, seats, token=None):
        """What a request does; returns whether it was refused."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            slot = env["museum.slot"].browse(self.slot_id)
            # What this desk has before its eyes.
            self.assertIsInstance(slot.blocked, int)
            try:
                slot._block_seats(seats, "School", token)
            except CapacityError:
                return False
        return True

    def _blocked(self):
        query = "SELECT blocked FROM museum_seat_pool WHERE id = %s"
        return self._sql(query, self.pool_id)[0][0]

    def _log(self):
        return self._sql(
            """
            SELECT seats, blocked_after
              FROM museum_seat_block_log
             WHERE slot_id = %s
             ORDER BY id
            """,
            self.slot_id,
        )

    def test_two_desks_at_once_both_get_their_seats(self):
        """Guard: ``blocked = blocked + n`` under the lock, not what was seen before."""
        with self._short() as first:
            ledger.block(first, self.pool_id, self._wish(2))
            second = self._in_thread(self._block, 1)
            self._wait_until_blocked()
        self.assertTrue(second.result())
        self.assertEqual(self._blocked(), 3)
        self.assertEqual(self._log(), [(2, 2), (1, 3)])

    def test_desk_that_waited_is_refused_what_is_no_longer_free(self):
        """Guard: the condition of the UPDATE (``_move``)."""
        with self._short() as first:
            ledger.block(first, self.pool_id, self._wish(3))
            second = self._in_thread(self._block, 2)
            self._wait_until_blocked()
        self.assertFalse(second.result())
        self.assertEqual(self._log(), [(3, 3)])

    def test_desk_never_blocks_what_a_buyer_is_taking(self):
        """Guard: the same; the buyer's seats count once he is done."""
        with self._short() as buyer:
            ledger.take(buyer, self._order(self._token(), 3))
            desk = self._in_thread(self._block, 2)
            self._wait_until_blocked()
        self.assertFalse(desk.result())
        self.assertEqual((self._taken(), self._blocked(), self._log()), (3, 0, []))

    def test_many_desks_block_exactly_what_there_is(self):
        results = list(self.executor.map(self._block, [1] * 12))
        self.assertEqual(results.count(True), 4)
        self.assertEqual(self._blocked(), 4)
        self.assertEqual(self._log(), [(1, 1), (1, 2), (1, 3), (1, 4)])

    def test_one_dialogue_at_once_blocks_once(self):
        """Guard: the look for the token under the lock."""
        token = self._token()
        with self._short() as first:
            ledger.block(first, self.pool_id, self._wish(3, token))
            again = self._in_thread(self._block, 3, token)
            self._wait_until_blocked()
        self.assertTrue(again.result())
        self.assertEqual((self._blocked(), self._log()), (3, [(3, 3)]))

    def test_request_that_runs_again_blocks_once(self):
        """The engine has committed when Odoo rolls the request back."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            slot = env["museum.slot"].browse(self.slot_id)
            token = self._token()
            slot._block_seats(2, "School", token)
            cr.rollback()
            slot._block_seats(2, "School", token)
            self.assertEqual(slot.blocked, 2)
        self.assertEqual((self._blocked(), self._log()), (2, [(2, 2)]))
