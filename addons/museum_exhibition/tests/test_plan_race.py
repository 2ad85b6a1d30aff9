# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A plan changes, closes and deletes slots while people buy: never a lost visitor."""

from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import SlotClosed
from ..lib import seat_ledger as ledger
from .race_common import RaceCase

RUN = "odoo.addons.museum_exhibition.models.museum_slot_plan_run"
# What the schedule says instead, and what that means for its empty slot.
LATER = {"first_start_hour": 15, "last_start_hour": 15}
SHORTER = {"duration_minutes": 45}


@tagged("post_install", "-at_install")
class TestPlanRace(RaceCase):
    def setUp(self):
        super().setUp()
        cls = type(self)
        cls._days = getattr(cls, "_days", 30) + 1
        self.day = fields.Date.today() + timedelta(days=cls._days)
        with self._env() as env:
            schedule = env["museum.schedule"].create(
                {
                    "exhibition_id": self.exhibition_id,
                    "date_from": self.day,
                    "date_to": self.day,
                    "first_start_hour": 10,
                    "last_start_hour": 10,
                    "every_minutes": 60,
                    "duration_minutes": 60,
                    "capacity": 4,
                }
            )
            exhibition = schedule.exhibition_id
            slot = exhibition._create_slots(
                exhibition._slot_plan(self.day, self.day).create
            )
            self.assertEqual(len(slot), 1)
            self.slot_id, self.pool_id = slot.id, slot.pool_id.id
            self.end_at = slot.end_at
            self.schedule_id = schedule.id
        self.pool_ids.append(self.pool_id)
        self.addCleanup(self._remove_plans)

    def _remove_plans(self):
        # A schedule that has made slots stays.
        self._sql(
            "UPDATE museum_slot SET schedule_id = NULL WHERE schedule_id = %s",
            self.schedule_id,
        )
        with self._env() as env:
            plans = env["museum.slot.plan"].search(
                [("exhibition_ids", "in", self.exhibition_id)]
            )
            plans.unlink()
            env["museum.schedule"].browse(self.schedule_id).unlink()

    def _carry_out(self, *, before=None, after=None, **schedule):
        """Plan by a changed schedule; buyers come before and after slots are locked.

        :return: (state, how many slots are in use) of the plan
        """
        locks = self.registry["museum.slot"]._lock_if_empty
        calls = []

        def lock_if_empty(slots):
            calls.append(slots.ids)
            if before and len(calls) == 1:
                before()
            found = locks(slots)
            if after and len(calls) == 1:
                after()
            return found

        with self._env() as env:
            env["museum.schedule"].browse(self.schedule_id).write(schedule)
        with (
            self._env() as env,
            patch.object(self.registry["museum.slot"], "_lock_if_empty", lock_if_empty),
        ):
            plan = env["museum.slot.plan"].create(
                {
                    "exhibition_ids": [(6, 0, [self.exhibition_id])],
                    "date_from": self.day,
                    "date_to": self.day,
                }
            )
            plan.action_preview()
            self.assertEqual(plan.conflict_count, 0)
            plan.action_run()
            self.assertEqual(bool(calls), bool(before or after))
            return plan.state, plan.conflict_count

    def _slot_now(self):
        """(state, end) of the slot, or None."""
        query = "SELECT state, end_at FROM museum_slot WHERE id = %s"
        return next(iter(self._sql(query, self.slot_id)), None)

    def _leave_history(self):
        """Somebody once had a place: the slot is closed instead of deleted."""
        token = self._token()
        self._buy(token)
        self._engine("_release", [token])

    def _buy_beside(self):
        token = self._token()
        self.assertTrue(self._in_thread(self._buy, token).result())

    def _start_buying(self):
        self.buyer = self._in_thread(self._buy, self._token())
        self._wait_until_blocked()

    @mute_logger(RUN)
    def test_slot_that_was_just_sold_is_left_alone_and_listed(self):
        """Guard: the lock of ``_lock_if_empty``; the plan's snapshot is too old."""
        for change, has_history in ((LATER, False), (LATER, True), (SHORTER, False)):
            with self.subTest(change=change, has_history=has_history):
                self._start_over(has_history)
                done = self._carry_out(before=self._buy_beside, **change)
                self.assertEqual(done, ("done", 1))
                self.assertEqual(self._slot_now(), ("open", self.end_at))
                self.assertEqual(self._taken(), 1)

    def _start_over(self, has_history):
        with self._env() as env:
            env["museum.schedule"].browse(self.schedule_id).write(
                {
                    "first_start_hour": 10,
                    "last_start_hour": 10,
                    "duration_minutes": 60,
                }
            )
        self._sql("DELETE FROM museum_hold WHERE slot_id = %s", self.slot_id)
        self._sql("UPDATE museum_seat_pool SET taken = 0 WHERE id = %s", self.pool_id)
        if has_history:
            self._leave_history()

    def test_buyer_of_a_slot_that_is_just_deleted_is_told(self):
        """Guard: the same; the buyer waits, and there is nothing left to buy."""
        done = self._carry_out(after=self._start_buying, **LATER)
        self.assertEqual(done, ("done", 0))
        with self.assertRaises(SlotClosed):
            self.buyer.result()
        self.assertIsNone(self._slot_now())
        self.assertFalse(
            self._sql("SELECT 1 FROM museum_hold WHERE slot_id = %s", self.slot_id)
        )

    def test_buyer_of_a_slot_that_is_just_closed_is_told(self):
        """Guard: the same, and that ``take`` looks at the slot after it waited."""
        self._leave_history()
        done = self._carry_out(after=self._start_buying, **LATER)
        self.assertEqual(done, ("done", 0))
        self.assertEqual(self._slot_now(), ("closed", self.end_at))
        with self.assertRaises(SlotClosed):
            self.buyer.result()
        self.assertEqual(self._taken(), 0)

    def test_buyer_of_a_slot_that_is_just_changed_gets_the_changed_one(self):
        done = self._carry_out(after=self._start_buying, **SHORTER)
        self.assertEqual(done, ("done", 0))
        self.assertTrue(self.buyer.result())
        sooner = self.end_at - timedelta(minutes=15)
        self.assertEqual((self._slot_now(), self._taken()), (("open", sooner), 1))

    def test_visit_that_grows_while_its_slot_is_closed_is_refused(self):
        """Guard: ``resize`` looks at the slot again once it has the locks."""
        token = self._token()
        self._buy(token)
        with self._short() as planner:
            lock = "SELECT 1 FROM museum_seat_pool WHERE id = %s FOR NO KEY UPDATE"
            planner.execute(lock, [self.pool_id])
            buyer = self._in_thread(self._engine, "_resize", token, {self.adult_id: 2})
            self._wait_until_blocked()
            close = "UPDATE museum_slot SET state = 'closed' WHERE id = %s"
            planner.execute(close, [self.slot_id])
        with self.assertRaises(SlotClosed):
            buyer.result()
        self.assertEqual(self._taken(), 1)

    def test_second_of_two_plans_is_told_in_words(self):
        """Guard: ``_lock_for_planning``; a raw ``LockError`` says nothing."""
        lock = "SELECT 1 FROM museum_exhibition WHERE id = %s FOR NO KEY UPDATE"
        with self._env() as env:
            plan = env["museum.slot.plan"].create(
                {
                    "exhibition_ids": [(6, 0, [self.exhibition_id])],
                    "date_from": self.day,
                    "date_to": self.day,
                }
            )
            plan.action_preview()
        with self._short() as other:
            other.execute(lock, [self.exhibition_id])
            for method in ("_claim", "_plan_ahead"):
                with self._env() as env, self.assertRaises(UserError) as refusal:
                    found = env["museum.slot.plan"].browse(plan.id)
                    found = found if method == "_claim" else found.exhibition_ids
                    getattr(found, method)()
                self.assertIn("by somebody else", str(refusal.exception))

    @mute_logger(RUN, "odoo.sql_db")
    def test_limits_changed_during_a_step_do_not_stop_the_plan(self):
        """Guard: ``RACES`` in steps, and :meth:`_finish` tries again as well."""
        model = self.registry["museum.slot.plan"]
        touch = "UPDATE museum_exhibition SET write_date = now() WHERE id = %s"
        calls = []

        def racing(name):
            original = getattr(model, name)

            def method(plan, *args):
                plan.env.cr.execute("SELECT 1")  # the snapshot is taken
                if name not in calls:
                    calls.append(name)
                    self._sql(touch, self.exhibition_id)
                return original(plan, *args)

            return patch.object(model, name, method)

        with self._env() as env:
            env["museum.schedule"].browse(self.schedule_id).write(LATER)
        with self._env() as env, racing("_run_step"), racing("_end"):
            plan = env["museum.slot.plan"].create(
                {
                    "exhibition_ids": [(6, 0, [self.exhibition_id])],
                    "date_from": self.day,
                    "date_to": self.day,
                }
            )
            plan.action_preview()
            plan.action_run()
            self.assertEqual((plan.state, plan.error), ("done", False))
            self.assertFalse(plan.exhibition_ids.slot_plan_id)
        self.assertEqual(calls, ["_run_step", "_end"])

    def test_seats_of_a_slot_that_is_just_sold_stay(self):
        """Guard: ``resize_empty`` asks for an empty pool once it has the lock."""
        with self._short() as buyer:
            ledger.take(buyer, self._order(self._token()))
            planner = self._in_thread(self._resize)
            self._wait_until_blocked()
        self.assertFalse(planner.result())
        query = "SELECT capacity, taken FROM museum_seat_pool WHERE id = %s"
        self.assertEqual(self._sql(query, self.pool_id), [(4, 1)])

    def _resize(self):
        with self.registry.cursor() as cr:
            slot = api.Environment(cr, SUPERUSER_ID, {})["museum.slot"]
            return slot.browse(self.slot_id)._resize_if_empty(True, 2).ids
