# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Races with real connections and real commits.

Most races are staged instead of hoped for: one connection stops in the middle of its
transaction, another one runs into it (and is seen waiting in ``pg_stat_activity``),
then the first one goes on. Each test says which guard it watches.
"""

import time

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib import seat_ledger as ledger
from ..models.museum_hold import StaleSnapshot
from .race_common import BUYERS, RaceCase, StepCursor


@tagged("post_install", "-at_install")
class TestHoldRace(RaceCase):
    # --- never oversold, never undersold

    def test_buyers_at_once_get_exactly_the_seats_there_are(self):
        """Guard: the condition of the UPDATE (``_add``)."""
        results = list(
            self.executor.map(self._buy, [self._token() for _ in range(BUYERS)])
        )
        self.assertEqual(len([hold for hold in results if hold]), 4)
        self.assertEqual(self._taken(), 4)

    def test_buyer_who_waited_sees_what_the_other_left(self):
        """Guard: READ COMMITTED; at Odoo's level this would be a retry of the request.

        The second buyer waits for the row, finds it full, and is refused.
        """
        with self._short() as first:
            ledger.take(first, self._order(self._token(), 3))
            second = self._in_thread(self._buy, self._token(), 2)
            third = self._in_thread(self._buy, self._token(), 1)
            self._wait_until_blocked(2)
        self.assertIsNone(second.result())
        self.assertEqual(third.result()["seats"], 1)

    def test_buyers_of_seats_that_ran_out_are_all_served(self):
        """Guard: seats that ran out count as free for a refusal (``free_seats``)."""
        for _round in range(3):
            tokens = [self._token() for _ in range(4)]
            self.assertNotIn(None, list(self.executor.map(self._buy, tokens)))
            self._run_out(*tokens)
        self.assertNotIn(
            None,
            list(self.executor.map(self._buy, [self._token() for _ in range(4)])),
        )
        self.assertEqual(self._taken(), 4)

    def test_buyer_is_not_refused_while_another_reclaims(self):
        """Guards: ``free_seats`` again, and the careful second try."""
        old = [self._token() for _ in range(4)]
        for token in old:
            self._buy(token)
        self._run_out(*old)
        with self._short() as first:
            # Reclaims all four, keeps one, and does not commit yet.
            ledger.take(first, self._order(self._token()), careful=True)
            others = [self._in_thread(self._buy, self._token()) for _ in range(4)]
            self._wait_until_blocked(1)
        self.assertEqual(len([1 for other in others if other.result()]), 3)
        self.assertEqual(self._taken(), 4)
        self.assertEqual(self._states(*old), ["expired"] * 4)

    def test_reclaim_between_any_two_statements_does_not_refuse(self):
        """Guard: a refusal is decided in one statement (``free_seats``).

        Whichever statement of the taker somebody's reclaim is committed after.
        """
        for step in (1, 2):
            old, new = self._token(), self._token()
            self._buy(old, 4)
            self._run_out(old)
            with self.subTest(step=step), self._short() as cr:
                cr = StepCursor(cr, step, lambda: self._engine("_sweep"))
                self.assertTrue(ledger.take(cr, self._order(new, 4)))
            self.assertEqual(self._states(old), ["expired"])
            self._engine("_release", [new])

    def test_two_pools_are_taken_together_or_not_at_all(self):
        """Guard: the second pool's refusal, which rolls the first one back.

        The last place for a child goes to the first buyer. The second one waits for
        the slot, finds a seat there, and then none for a child.
        """
        with self._env() as env:
            slot = env["museum.slot"].browse(self.slot_id)
            child = env["museum.ticket.category"].browse(self.child_id)
            extra_id = self._make_category_pool(slot, child, 1).id
        self.pool_ids.append(extra_id)
        both = {self.pool_id: 1, extra_id: 1}
        with self._short() as first:
            ledger.take(first, self._order(self._token(), pools=both))
            second = self._in_thread(self._buy, self._token(), 1, self.child_id)
            self._wait_until_blocked()
        self.assertIsNone(second.result())
        self.assertEqual((self._taken(), self._taken(extra_id)), (1, 1))

    def test_pools_are_locked_in_one_order(self):
        """Guard: ``sorted`` in ``add_all`` and ``ORDER BY`` in ``_lock_pools``."""
        with self._env() as env:
            slot = env["museum.slot"].browse(self.slot_id)
            slot.is_limited = False
            child = env["museum.ticket.category"].browse(self.child_id)
            other_id = self._make_category_pool(slot, child, 1000).id
        self.pool_ids.append(other_id)
        ways = [
            {self.pool_id: 1, other_id: 1},
            {other_id: 1, self.pool_id: 1},
        ]

        def take_and_give_back(number):
            for _round in range(6):
                token = self._token()
                try:
                    with self._short() as cr:
                        ledger.take(cr, self._order(token, pools=ways[number % 2]))
                    with self._short() as cr:
                        ledger.release(cr, [token])
                except DeadlockDetected:
                    return False
            return True

        with mute_logger("odoo.sql_db"):
            results = list(self.executor.map(take_and_give_back, range(6)))
        self.assertEqual(results, [True] * 6)
        self.assertEqual((self._taken(), self._taken(other_id)), (0, 0))

    # --- one token

    def test_one_token_at_once_holds_once(self):
        """Guards: ON CONFLICT, and the look for the token after the seats."""
        token = self._token()
        # All four seats: whoever comes second finds the slot full, of its own hold.
        results = list(self.executor.map(lambda _n: self._buy(token, 4), range(BUYERS)))
        self.assertNotIn(None, results)
        self.assertEqual(len({hold["hold_id"] for hold in results}), 1)
        self.assertEqual(self._taken(), 4)

    def test_one_token_while_the_first_call_is_not_committed(self):
        """Guards: ``read_hold`` before a refusal is raised, and ON CONFLICT."""
        for seats in (4, 1):  # the second call finds no seats, or enough
            token = self._token()
            with self._short() as first:
                hold = ledger.take(first, self._order(token, seats))
                again = self._in_thread(self._buy, token, seats)
                self._wait_until_blocked()
            self.assertEqual(again.result()["hold_id"], hold.id)
            self.assertEqual(self._taken(), seats)
            self._engine("_release", [token])

    def test_request_that_runs_again_holds_once(self):
        """Odoo rolls the request back and runs it again: the hold stays one."""
        token = self._token()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            slot = env["museum.slot"].browse(self.slot_id)
            first = env["museum.hold"]._take(token, slot, {self.adult_id: 2}, 15)
            cr.rollback()
            again = env["museum.hold"]._take(token, slot, {self.adult_id: 2}, 15)
            self.assertEqual(first, again)
            self.assertEqual(slot.taken, 2)
        self.assertEqual(self._taken(), 2)

    def test_request_sees_the_seats_that_it_took(self):
        """Its snapshot is older than the hold: the counters are read afresh."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            slot = env["museum.slot"].browse(self.slot_id)
            self.assertEqual(slot.seats_left, 4)
            env["museum.hold"]._take(self._token(), slot, {self.adult_id: 3}, 15)
            self.assertEqual(slot.seats_left, 1)
            slot.capacity = 6
            self.assertEqual((slot.capacity, slot.seats_left), (6, 3))

    # --- giving back

    def test_double_release_gives_back_once(self):
        """Guard: the state in ``give_back``; the row that changes gives back."""
        token, other = self._token(), self._token()
        self._buy(token, 2)
        self._buy(other, 2)
        with self._short() as first:
            self.assertEqual(ledger.release(first, [token]), {token: self.slot_id})
            second = self._in_thread(self._engine, "_release", [token])
            self._wait_until_blocked()
        self.assertEqual(second.result(), set())
        self.assertEqual(self._taken(), 2)

    def test_release_and_reclaim_of_one_hold_give_back_once(self):
        """Guard: both look for ``active`` under the lock of the pool."""
        token, other = self._token(), self._token()
        self._buy(token, 2)
        self._buy(other, 2)
        self._run_out(token)
        with self._short() as first:
            ledger.take(first, self._order(self._token()), careful=True)
            second = self._in_thread(self._engine, "_release", [token])
            self._wait_until_blocked()
        self.assertEqual(second.result(), set())
        self.assertEqual(self._taken(), 3)

    # --- resize and reclaim

    def test_resize_of_a_hold_that_is_reclaimed_meanwhile_changes_nothing(self):
        """Guard: ``_lock_live_hold`` after the pools are locked."""
        token, buyer = self._token(), self._token()
        self._buy(token, 4)
        with self._short() as first:
            first.execute(
                "SELECT 1 FROM museum_seat_pool WHERE id = %s FOR NO KEY UPDATE",
                [self.pool_id],
            )
            resize = self._in_thread(self._engine, "_resize", token, {self.adult_id: 2})
            self._wait_until_blocked()
            self._run_out(token)
            ledger.take(first, self._order(buyer, 4), careful=True)
        with self.assertRaisesRegex(Exception, "run out"):
            resize.result()
        self.assertEqual(self._taken(), 4)
        self.assertEqual(self._states(token, buyer), ["expired", "active"])

    def test_resizes_at_once_end_with_one_of_them(self):
        """Guard: the difference is counted from the takes read under the locks."""
        token = self._token()
        self._buy(token, 1)
        sizes = [1, 2, 3, 4] * 2
        list(
            self.executor.map(
                lambda size: self._engine("_resize", token, {self.adult_id: size}),
                sizes,
            )
        )
        ((seats,),) = self._sql("SELECT seats FROM museum_hold WHERE token = %s", token)
        self.assertEqual(self._taken(), seats)

    def test_resize_is_not_refused_for_seats_that_its_own_token_has(self):
        """Guard: the looker's own seats are counted in the same statement.

        A second tab asks for the same four seats between our first look and the next.
        """
        token = self._token()
        self._buy(token, 1)
        wanted = {self.adult_id: 4}
        with self._short() as cr:
            cr = StepCursor(cr, 1, lambda: self._engine("_resize", token, wanted))
            hold = ledger.resize(cr, token, wanted, 4, {self.pool_id: 4})
        self.assertEqual(hold.seats, 4)
        self.assertEqual(self._taken(), 4)

    # --- selling

    def test_reclaim_leaves_what_is_just_being_sold(self):
        """Guard: SKIP LOCKED. A seller may take long; nobody waits for him."""
        token = self._token()
        self._buy(token, 4)
        self._run_out(token)
        with self.registry.cursor() as seller:
            self.assertEqual(ledger.sell(seller, [token]), {token: self.slot_id})
            began = time.monotonic()
            self.assertIsNone(self._buy(self._token()))
            self.assertEqual(self._engine("_sweep"), 0)
            self.assertEqual(self._engine("_release", [token]), set())
            self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(self._states(token), ["sold"])
        self.assertIsNone(self._buy(self._token()))
        self.assertEqual(self._taken(), 4)

    def test_seats_of_a_sale_that_failed_are_free_again(self):
        token = self._token()
        self._buy(token, 4)
        self._run_out(token)
        with self.registry.cursor() as seller:
            ledger.sell(seller, [token])
            seller.rollback()
        self.assertTrue(self._buy(self._token(), 4))

    def test_seller_never_sells_what_is_just_being_reclaimed(self):
        """Guard: PostgreSQL's own; the request runs again and then knows."""
        token = self._token()
        self._buy(token, 4)
        self._run_out(token)

        def sell():
            with self.registry.cursor() as seller:
                seller.execute("SELECT 1")  # the snapshot of the request
                started.append(True)
                return ledger.sell(seller, [token])

        started = []
        with self._short() as buyer:
            ledger.take(buyer, self._order(self._token()), careful=True)
            with mute_logger("odoo.sql_db"):
                selling = self._in_thread(sell)
                self._wait_until_blocked()
                buyer.commit()
                with self.assertRaises(SerializationFailure):
                    selling.result()
        self.assertEqual(self._engine("_sell", [token]), [token])
        self.assertEqual(self._taken(), 1)

    def test_sale_after_renewal_in_one_request_runs_the_request_again(self):
        """Guard: ``StaleSnapshot``; without it the hold would count as lost."""
        token = self._token()
        self._buy(token, 4)
        self._run_out(token)
        self._engine("_sweep")
        with self.registry.cursor() as cr:
            holds = api.Environment(cr, SUPERUSER_ID, {})["museum.hold"]
            # Odoo's request: the snapshot exists before the engine is called.
            cr.execute("SELECT 1")
            holds._renew(token, 15)
            with mute_logger("odoo.sql_db"), self.assertRaises(StaleSnapshot):
                holds._sell([token])
            cr.rollback()  # what Odoo does before it runs the request again
            holds._renew(token, 15)
            self.assertEqual(holds._sell([token]), [])
        self.assertEqual(self._states(token), ["sold"])
        self.assertEqual(self._taken(), 4)

    def test_unsell_at_once_gives_back_once(self):
        token, other = self._token(), self._token()
        self._buy(token, 2)
        self._buy(other, 2)
        self._engine("_sell", [token])
        results = list(
            self.executor.map(lambda _n: self._engine("_unsell", [token]), range(4))
        )
        self.assertEqual(sum(len(tokens) for tokens in results), 1)
        self.assertEqual(self._taken(), 2)

    def test_after_commit_runs_after_the_commit_only(self):
        token = self._token()
        self._buy(token)
        with self.registry.cursor() as cr:
            holds = api.Environment(cr, SUPERUSER_ID, {})["museum.hold"]
            holds._after_commit(lambda env: env["museum.hold"]._release([token]))
            cr.rollback()
            self.assertEqual(self._states(token), ["active"])
            holds._after_commit(lambda env: env["museum.hold"]._release([token]))
            self.assertEqual(self._states(token), ["active"])
        self.assertEqual(self._states(token), ["released"])
