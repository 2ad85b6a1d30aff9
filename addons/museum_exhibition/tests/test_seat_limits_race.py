# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Races of limits that change, and of several slots at once; see ``race_common``."""

from datetime import timedelta

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import CapacityError, SlotFull
from ..lib import seat_ledger as ledger
from ..lib.seat_links import make_venue_pools
from ..lib.seat_many import take_many
from .race_common import BUYERS, RaceCase, StepCursor


@tagged("post_install", "-at_install")
class TestSeatLimitsRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self._without_limits)

    def _without_limits(self):
        self._limit_venue(False, 0)
        self._limit_category(0)

    def _assert_ledger_agrees(self):
        with self._env() as env:
            slots = env["museum.slot"].search([("venue_id", "=", self.venue_id)])
            self.assertEqual(env["museum.hold"]._check_ledger(slots), [])

    # --- what staff do, each as a request: own connection, committed

    def _limit_venue(self, is_limited=True, maximum=100):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            env["museum.venue"].browse(self.venue_id).write(
                {"is_limited": is_limited, "capacity_max": maximum}
            )

    def _limit_category(self, tickets):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            env["museum.ticket.category"].browse(self.child_id).slot_limit = tickets

    def _set_capacity(self, seats):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            env["museum.slot"].browse(self.slot_id).capacity = seats

    def _venue_taken(self):
        """What the pools of the venue count while the slot lasts."""
        rows = self._sql(
            """
            SELECT DISTINCT pool.taken
              FROM museum_slot_extra_pool_rel rel
              JOIN museum_seat_pool pool ON pool.id = rel.pool_id
             WHERE rel.slot_id = %s
            """,
            self.slot_id,
        )
        return {taken for (taken,) in rows}

    def _child_taken(self):
        rows = self._sql(
            """
            SELECT taken
              FROM museum_seat_pool
             WHERE slot_id = %s
               AND category_id = %s
            """,
            self.slot_id,
            self.child_id,
        )
        return {taken for (taken,) in rows}

    def _buy_with_old_eyes(self, token, change, category_id=None, seats=1):
        """Buy in a request whose snapshot is older than ``change``."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT 1")
            change()
            slot = env["museum.slot"].browse(self.slot_id)
            wanted = {category_id or self.adult_id: seats}
            return env["museum.hold"]._take(token, slot, wanted, 15)

    # --- pools that are linked while somebody buys

    def test_buyer_who_knows_the_pools_of_before_counts_in_the_new_ones(self):
        """Guard: the version of the slot's pool (``_same_versions``)."""
        self._buy_with_old_eyes(self._token(), self._limit_venue, seats=2)
        self.assertEqual(self._venue_taken(), {2})
        self._buy_with_old_eyes(
            self._token(), lambda: self._limit_category(3), self.child_id
        )
        self.assertEqual((self._venue_taken(), self._child_taken()), ({3}, {1}))

    def test_link_between_any_two_statements_of_a_buyer_is_not_missed(self):
        """Guards: the version in ``_add``, in ``look`` and under the locks."""
        for careful in (False, True):
            for step in (1, 2):
                token = self._token()
                with self.subTest(step=step, careful=careful), self._short() as cr:
                    cr = StepCursor(cr, step, self._limit_venue)
                    order = self._versioned(token)
                    with self.assertRaises(
                        ledger.Relinked if careful else ledger.Again
                    ):
                        ledger.take(cr, order, careful=careful)
                    cr.rollback()
                self._unlink_venue()

    def _versioned(self, token, slot_id=None):
        slot_id = slot_id or self.slot_id
        with self.registry.cursor() as cr:
            wanted = {self.adult_id: 1}
            demand = ledger.read_demand(cr, slot_id, wanted)
        return ledger.Order(
            token=token,
            slot_id=slot_id,
            company_id=demand.company_id,
            quantities=wanted,
            seats=demand.seats,
            pools=demand.pools,
            seconds=900,
            versions=demand.versions,
        )

    def _unlink_venue(self):
        self._limit_venue(False, 0)
        with self._short() as cr:
            ledger.relink_venue(cr, {self.slot_id: []})

    def test_link_waits_for_a_buyer_and_counts_him(self):
        """Guard: ``relink_venue`` reads the holds under the lock of the slot's pool."""
        with self._short() as buyer:
            ledger.take(buyer, self._versioned(self._token()))
            linking = self._in_thread(self._limit_venue)
            self._wait_until_blocked()
        linking.result()
        self.assertEqual(self._venue_taken(), {1})

    def test_category_waits_for_a_buyer_and_counts_him(self):
        """Guard: ``add_category`` reads the holds under the lock of the slot's pool."""
        with self._short() as buyer:
            order = self._order(self._token(), 2)
            order.quantities.clear()
            order.quantities[self.child_id] = 2
            ledger.take(buyer, order)
            limiting = self._in_thread(self._limit_category, 2)
            self._wait_until_blocked()
        limiting.result()
        self.assertEqual(self._child_taken(), {2})
        self.assertIsNone(self._buy(self._token(), 1, self.child_id))

    def test_resize_by_the_pools_of_before_is_not_missed(self):
        """Guard: the version in ``resize``, upwards and downwards."""
        for seats, wanted in ((1, 2), (2, 1)):
            token = self._token()
            self._buy(token, seats)
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                cr.execute("SELECT 1")
                self._limit_venue()
                env["museum.hold"]._resize(token, {self.adult_id: wanted})
            self.assertEqual(self._venue_taken(), {wanted})
            self._engine("_release", [token])
            self._unlink_venue()

    def test_what_is_given_back_while_a_venue_is_linked_is_given_back_there(self):
        """The seats of a hold are summed after its pools are locked."""
        token = self._token()
        self._buy(token, 2)
        with self._short() as cr:
            cr.execute(
                "SELECT 1 FROM museum_seat_pool WHERE id = %s FOR NO KEY UPDATE",
                [self.pool_id],
            )
            giving = self._in_thread(self._engine, "_release", [token])
            self._wait_until_blocked()
            pools = self._venue_pool_ids(cr)
            ledger.relink_venue(cr, {self.slot_id: pools})
        self.assertEqual(giving.result(), {token})
        self.assertEqual(self._venue_taken(), {0})

    def _venue_pool_ids(self, cr):
        with self.registry.cursor() as other:
            slot = api.Environment(other, SUPERUSER_ID, {})["museum.slot"].browse(
                self.slot_id
            )
            starts = slot.venue_id._pieces(slot.start_at, slot.end_at)
        return list(
            make_venue_pools(
                cr,
                self.venue_id,
                self.slot_company_id,
                starts,
                is_limited=False,
                capacity=0,
            ).values()
        )

    def test_sale_that_is_not_committed_counts_in_a_venue_that_is_linked(self):
        """A seller has the hold's row; nobody waits for him."""
        token = self._token()
        self._buy(token, 2)
        self._run_out(token)
        with self.registry.cursor() as seller:
            ledger.sell(seller, [token])
            self._limit_venue()
        self.assertEqual(self._venue_taken(), {2})

    def test_slot_cancelled_while_the_maximum_is_switched_on_counts_nowhere(self):
        """Guard: the second look for the state in ``relink_venue``."""
        token = self._token()
        self._buy(token, 3)
        self._engine("_sell", [token])
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self.assertEqual(env["museum.slot"].browse(self.slot_id).state, "open")
            self._in_thread(self._cancel).result()
            env["museum.venue"].browse(self.venue_id).write(
                {"is_limited": True, "capacity_max": 100}
            )
        links = "SELECT 1 FROM museum_slot_extra_pool_rel WHERE slot_id = %s"
        self.assertEqual((self._sql(links, self.slot_id), self._taken()), ([], 3))

    def _cancel(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            env["museum.slot"].browse(self.slot_id)._set_state("cancelled", "Flood")

    def test_slot_created_while_the_maximum_is_switched_on_is_not_missed(self):
        """Guards: ``_lock_for_links``, and the look for newer slots."""
        with self.registry.cursor() as creator:
            env = api.Environment(creator, SUPERUSER_ID, {"tracking_disable": True})
            slot = env["museum.slot"].browse(self.slot_id)
            self._copy_slot(slot, 400)
            env.flush_all()
            with mute_logger("odoo.sql_db"):
                switching = self._in_thread(self._limit_venue)
                self._wait_until_blocked()
                creator.commit()
                # Odoo runs the request again.
                with self.assertRaises(SerializationFailure):
                    switching.result()
        self._limit_venue()

    def test_slot_created_while_a_category_is_limited_is_not_missed(self):
        """Guard: ``_hold_off_new_slots``."""
        with self.registry.cursor() as manager:
            env = api.Environment(manager, SUPERUSER_ID, {"tracking_disable": True})
            category = env["museum.ticket.category"].browse(self.child_id)
            category.slot_limit = 3
            env.flush_all()
            with mute_logger("odoo.sql_db"):
                creating = self._in_thread(self._create_slot_in_a_request)
                self._wait_until_blocked()
                manager.commit()
                with self.assertRaises(SerializationFailure):
                    creating.result()
        self._create_slot_in_a_request()

    def _create_slot_in_a_request(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            slot = env["museum.slot"].browse(self.slot_id)
            self._copy_slot(slot, 500)

    def _copy_slot(self, slot, days):
        later = timedelta(days=days)
        slot.copy({"start_at": slot.start_at + later, "end_at": slot.end_at + later})

    # --- limits while selling

    def test_places_of_a_category_are_sold_exactly(self):
        """Guard: the category's pool in the order of the take."""
        self._limit_category(3)
        results = list(
            self.executor.map(
                lambda _n: self._buy(self._token(), 1, self.child_id), range(BUYERS)
            )
        )
        self.assertEqual(len([hold for hold in results if hold]), 3)
        self.assertEqual((self._child_taken(), self._taken()), ({3}, 3))
        self.assertTrue(self._buy(self._token()))

    def test_capacity_that_sinks_waits_for_a_buyer(self):
        """Guard: ``_lock_and_refuse`` looks under the lock."""
        with self._short() as buyer:
            ledger.take(buyer, self._order(self._token(), 3))
            sinking = self._in_thread(self._set_capacity, 2)
            self._wait_until_blocked()
        with self.assertRaises(CapacityError):
            sinking.result()
        self._set_capacity(3)
        self.assertIsNone(self._buy(self._token()))

    def test_buyer_waits_for_a_capacity_that_sinks(self):
        """Guard: the condition of the UPDATE, read again after the wait."""
        with self._short() as cr:
            ledger.set_limit(cr, [self.pool_id], is_limited=True, capacity=2)
            buying = self._in_thread(self._buy, self._token(), 3)
            self._wait_until_blocked()
        self.assertIsNone(buying.result())
        self.assertEqual(self._taken(), 0)

    # --- several slots at once

    def _second_slot(self):
        with self._env() as env:
            type(self).exhibition = env["museum.exhibition"].browse(self.exhibition_id)
            slot = self._make_slot(in_hours=self.hours + 1000, capacity=4)
            return slot.id, slot.pool_id.id

    def _buy_many(self, token, seats, slot_ids):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            slots = env["museum.slot"].browse(slot_ids)
            wanted = [(slot, {self.adult_id: seats}) for slot in slots]
            try:
                return env["museum.hold"]._take_many(token, wanted, 15)
            except SlotFull:
                return None

    def test_several_slots_and_single_ones_are_sold_exactly_without_deadlock(self):
        """Guard: one order of locks over all slots (``lock_pools``)."""
        second_id, second_pool = self._second_slot()
        ways = [[self.slot_id, second_id], [second_id, self.slot_id]]

        def buy(number):
            """Not by the model, which would run a deadlock again."""
            kept = 0
            for round_ in range(6):
                orders = [
                    self._versioned(self._token(), slot_id)
                    for slot_id in ways[number % 2][: 1 + (number % 3 < 2)]
                ]
                try:
                    with self._short() as cr:
                        take_many(cr, orders)
                    kept += len(orders)
                    if round_ < 5:
                        with self._short() as cr:
                            ledger.release(cr, [order.token for order in orders])
                        kept -= len(orders)
                except DeadlockDetected:
                    return None
                except (ledger.Full, ledger.Again):
                    continue
            return kept

        with mute_logger("odoo.sql_db"):
            results = list(self.executor.map(buy, range(9)))
        self.assertNotIn(None, results)
        self.assertEqual(sum(results), self._taken() + self._taken(second_pool))
        self.assertLessEqual(max(self._taken(), self._taken(second_pool)), 4)

    def test_last_seat_of_the_second_slot_goes_to_one_and_the_other_holds_nothing(self):
        """Guard: Full rolls the first slot back."""
        second_id, second_pool = self._second_slot()
        with self._short() as first:
            first.execute(
                "UPDATE museum_seat_pool SET blocked = 4 WHERE id = %s", [second_pool]
            )
            many = self._in_thread(
                self._buy_many, self._token(), 1, [self.slot_id, second_id]
            )
            self._wait_until_blocked()
        self.assertIsNone(many.result())
        self.assertEqual((self._taken(), self._taken(second_pool)), (0, 0))

    def test_one_token_of_several_slots_at_once_holds_once(self):
        """Guards: the look for the tokens after the seats, and ON CONFLICT."""
        second_id, second_pool = self._second_slot()
        token = self._token()
        results = list(
            self.executor.map(
                lambda _n: self._buy_many(token, 4, [self.slot_id, second_id]),
                range(BUYERS),
            )
        )
        self.assertNotIn(None, results)
        self.assertEqual((self._taken(), self._taken(second_pool)), (4, 4))

    def test_one_token_at_once_in_many_pools_holds_once(self):
        """Guard: the look for the token when the pools were locked first."""
        self._limit_venue()
        token = self._token()
        results = list(self.executor.map(lambda _n: self._buy(token, 4), range(BUYERS)))
        self.assertNotIn(None, results)
        self.assertEqual((self._taken(), self._venue_taken()), (4, {4}))

    def test_link_amid_a_take_of_several_slots_is_not_missed(self):
        """Guard: the versions of all slots in ``take_many``."""
        for step in (1, 2, 3):
            with self.subTest(step=step), self._short() as cr:
                orders = [self._versioned(self._token())]
                with self.assertRaises(ledger.Relinked):
                    take_many(StepCursor(cr, step, self._limit_venue), orders)
                cr.rollback()
            self._unlink_venue()
