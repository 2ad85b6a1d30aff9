# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.guard import writing
from .common import MuseumExhibitionCase

NOW = datetime(2030, 3, 15, 20, 0)  # 01:30 on Saturday 16 March in Kolkata
FIRST, LAST = date(2030, 3, 16), date(2030, 3, 20)


class PlanCase(MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.venue.company_id.museum_slot_days = 4
        cls.schedule = cls._make_schedule()

    @classmethod
    def _make_schedule(cls, **vals):
        return cls.env["museum.schedule"].create(
            {
                "exhibition_id": cls.exhibition.id,
                "date_from": "2030-03-01",
                "first_start_hour": 10,
                "last_start_hour": 12,
                "every_minutes": 60,
                "duration_minutes": 60,
                "capacity": 20,
                **vals,
            }
        )

    def _plan(self, first=FIRST, last=LAST, exhibitions=None):
        plan = self.env["museum.slot.plan"].create(
            {
                "exhibition_ids": (exhibitions or self.exhibition).ids,
                "date_from": first,
                "date_to": last,
            }
        )
        plan.action_preview()
        return plan

    def _carry_out(self, **kwargs):
        plan = self._plan(**kwargs)
        plan.action_run()
        self.assertEqual(plan.state, "done", plan.error)
        return plan

    def _slot(self, day, hour):
        """The slot of the exhibition at a local hour of March 2030."""
        start = datetime(2030, 3, day, hour - 6, 30)
        return self.exhibition.slot_ids.filtered(lambda slot: slot.start_at == start)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSlotPlan(PlanCase):
    def test_preview_tells_and_makes_nothing(self):
        plan = self._plan()
        self.assertEqual((plan.state, plan.create_count), ("ready", 15))
        self.assertEqual(plan.work_words, "Apply: 15 new")
        self.assertFalse(self.exhibition.slot_ids)
        first = plan.work_ids[0]
        self.assertEqual(first.kind, "create")
        self.assertEqual(first.when, "Sat 16 Mar 2030 10:00–11:00")

    def test_run_makes_what_the_preview_says_once(self):
        plan = self._carry_out()
        self.assertEqual(len(self.exhibition.slot_ids), 15)
        self.assertEqual((plan.created_count, plan.progress), (15, 100))
        again = self._plan()
        self.assertEqual((again.work_total, again.keep_count), (0, 15))
        self.assertFalse(self.exhibition.slot_plan_id)

    def test_empty_slots_follow_their_changed_schedule(self):
        self._carry_out()
        self.schedule.write({"duration_minutes": 45, "capacity": 30})
        plan = self._carry_out()
        self.assertEqual((plan.change_count, plan.changed_count), (15, 15))
        slots = self.exhibition.slot_ids
        self.assertEqual(set(slots.mapped("capacity")), {30})
        lengths = {(s.end_at - s.start_at).total_seconds() for s in slots}
        self.assertEqual(lengths, {45 * 60})
        self.assertFalse(any(slots.mapped("is_customized")))
        self.assertFalse(self._plan().work_total)

    def test_limit_is_taken_away_and_set_again(self):
        self._carry_out()
        self.schedule.is_limited = False
        self._carry_out()
        self.assertEqual(set(self.exhibition.slot_ids.mapped("seats_left")), {-1})
        self.schedule.is_limited = True
        self._carry_out()
        self.assertEqual(set(self.exhibition.slot_ids.mapped("seats_left")), {20})

    def test_slots_with_people_are_left_alone_and_listed(self):
        self._carry_out()
        full = self._slot(16, 10)
        self._take("a", full, 12)
        self.schedule.write({"duration_minutes": 45})
        plan = self._carry_out()
        self.assertEqual((plan.change_count, plan.conflict_count), (14, 1))
        line = plan.left_ids
        self.assertEqual((line.slot_id, line.people), (full, 12))
        self.assertEqual(line.detail, "10:00 would end 10:45 now, not 11:00")
        self.assertEqual(full.end_at, datetime(2030, 3, 16, 5, 30))

    def test_slots_with_blocked_seats_are_left_alone(self):
        self._carry_out()
        self._slot(16, 10)._block_seats(5, "school")
        self.schedule.capacity = 30
        plan = self._carry_out()
        self.assertEqual(
            plan.left_ids.detail, "5 seats kept back; 30 seats, not 20 seats"
        )
        self.assertEqual(self._slot(16, 10).capacity, 20)

    def test_slots_out_of_the_pattern_go_or_are_closed_or_stay(self):
        self._carry_out()
        never, once, now = (self._slot(16, hour) for hour in (10, 11, 12))
        self._take("once", once)
        self.hold._release(["once"])
        self._take("now", now, 3)
        self.schedule.sat = False
        plan = self._carry_out()
        self.assertEqual((plan.remove_count, plan.close_count), (1, 1))
        self.assertFalse(never.exists())
        self.assertEqual((once.state, now.state), ("closed", "open"))
        self.assertFalse(once.is_customized)
        self.assertEqual(plan.left_ids.detail, "No longer in the schedule")
        self.assertFalse(self._plan().work_total)
        # Back in the schedule: the one is made, the other is opened.
        self.schedule.sat = True
        self._carry_out()
        self.assertEqual(once.state, "open")
        self.assertEqual(len(self.exhibition.slot_ids), 15)

    def test_archived_schedule_takes_its_empty_slots_away(self):
        self._carry_out()
        with self.assertRaises(UserError):
            self.schedule.unlink()
        self.schedule.active = False
        plan = self._carry_out()
        self.assertEqual(plan.removed_count, 15)

    def test_cancelled_slots_are_not_made_anew(self):
        self._carry_out()
        self._slot(16, 10)._set_state("cancelled", "Power cut")
        self.assertFalse(self._plan().work_total)
        self.assertEqual(self._slot(16, 10).state, "cancelled")

    def test_slots_made_by_hand_stay(self):
        own = self.env["museum.slot"].create(
            {
                "exhibition_id": self.exhibition.id,
                "start_at": datetime(2030, 3, 16, 15),
                "capacity": 3,
            }
        )
        self._carry_out()
        self.assertEqual((own.capacity, own.state), (3, "open"))

    def test_what_staff_change_by_hand_stays_and_is_listed(self):
        self._carry_out()
        longer, fewer, closed, wizard = (
            self._slot(16, 10),
            self._slot(16, 11),
            self._slot(16, 12),
            self._slot(17, 10),
        )
        longer.end_at = datetime(2030, 3, 16, 7)
        fewer.capacity = 7
        closed._set_state("closed")
        wizard._set_limit(capacity=9)
        touched = longer | fewer | closed | wizard
        self.assertEqual(self.exhibition.slot_ids.filtered("is_customized"), touched)
        plan = self._carry_out()
        self.assertEqual(plan.customized_count, 4)
        self.assertEqual(plan.left_ids.slot_id, touched)
        self.assertEqual((fewer.capacity, closed.state), (7, "closed"))
        # Until they say that the schedule may have it again.
        plan.left_ids.filtered(
            lambda line: line.slot_id == fewer
        ).action_follow_schedule()
        self._carry_out()
        self.assertEqual(fewer.capacity, 20)

    def test_writing_what_is_so_already_is_no_change_by_hand(self):
        self._carry_out()
        slot = self._slot(16, 10)
        slot.write({"end_at": slot.end_at, "capacity": slot.capacity})
        self.assertFalse(slot.is_customized)

    def test_visitor_between_preview_and_run_is_a_conflict(self):
        self._carry_out()
        self.schedule.write({"duration_minutes": 45, "capacity": 30, "sun": False})
        plan = self._plan()
        self.assertEqual((plan.change_count, plan.remove_count), (12, 3))
        self._take("a", self._slot(16, 10))
        self._take("b", self._slot(17, 10))
        plan.action_run()
        self.assertEqual((plan.changed_count, plan.removed_count), (11, 2))
        self.assertEqual(plan.left_ids.slot_id, self._slot(16, 10) | self._slot(17, 10))
        self.assertEqual(self._slot(16, 10).capacity, 20)

    def test_engine_has_the_last_word_on_seats(self):
        """The counters themselves are asked, not what the plan believed."""
        self._carry_out()
        empty, taken = self._slot(16, 10), self._slot(16, 11)
        self._take("a", taken)
        slots = empty | taken
        self.assertEqual(slots._resize_if_empty(True, 33), empty)
        self.assertEqual((empty.capacity, taken.capacity), (33, 20))
        self.assertEqual(slots._lock_if_empty(), empty)
        self.assertEqual(slots._close_if_empty("Holi"), empty)
        self.assertEqual(taken.state, "open")

    def test_changed_schedule_asks_for_another_look(self):
        plan = self._plan()
        self.schedule.capacity = 30
        with self.assertRaisesRegex(UserError, "look again"):
            plan.action_run()
        plan.action_preview()
        self.env["museum.closure"].create({"name": "Holi", "date_from": FIRST})
        with self.assertRaisesRegex(UserError, "look again"):
            plan.action_run()

    def test_second_plan_of_an_exhibition_says_so(self):
        plan, second = self._plan(), self._plan()
        with patch.object(type(plan), "_run", lambda self: True):
            plan.action_run()
            with self.assertRaisesRegex(UserError, "is being planned"):
                second.action_run()
            with self.assertRaisesRegex(UserError, "Cancel the plan"):
                plan.unlink()
        plan.action_cancel()
        self.assertEqual(plan.state, "cancelled")
        second.action_run()
        self.assertEqual(second.state, "done")

    def test_long_plan_runs_in_steps_and_goes_on_after_a_stop(self):
        plans = "odoo.addons.museum_exhibition.models.museum_slot_plan"
        with (
            patch(f"{plans}_preview.BATCH", 4),
            patch(f"{plans}_run.AT_ONCE", 5),
        ):
            plan = self._plan()
            self.assertEqual([step[3] for step in plan.steps], [3] * 5)
            plan.action_run()
            self.assertEqual(plan.state, "running", "it is for the cron")
            plan._run_step(*plan.steps[0])
            self.assertEqual((plan.steps_done, plan.progress), (1, 20))
            # A worker that was killed after its work and before its note.
            writing(plan).write({"steps_done": 0, "work_done": 0})
            plan.action_cancel()
            self.assertTrue(plan._run(), "a cancelled plan is not the cron's")
            self.assertEqual(len(self.exhibition.slot_ids), 3)
            writing(plan).state = "running"
            plan._run()
        self.assertEqual((plan.state, plan.progress), ("done", 100))
        self.assertEqual(len(self.exhibition.slot_ids), 15)

    def test_cron_carries_out_what_runs(self):
        plan = self._plan()
        with patch.object(type(plan), "_run", lambda self: True):
            plan.action_run()
        self.assertEqual(plan.state, "running")
        with self.enter_registry_test_mode():
            self.env.ref(
                "museum_exhibition.ir_cron_museum_slot_plan"
            ).method_direct_trigger()
        plan.invalidate_recordset()
        self.assertEqual((plan.state, plan.created_count), ("done", 15))

    def test_failure_says_what_to_do_and_can_be_tried_again(self):
        plan = self._plan()

        def fail(*_args):
            raise UserError("The roof is gone.")  # pylint: disable=W0012,C8107

        with (
            patch.object(type(plan), "_run_step", fail),
            patch.object(type(plan), "_rollback", lambda self: None),
        ):
            plan.action_run()
        self.assertEqual((plan.state, plan.error), ("failed", "The roof is gone."))
        self.assertFalse(self.exhibition.slot_plan_id)
        with (
            mute_logger("odoo.addons.museum_exhibition.models.museum_slot_plan_run"),
            patch.object(type(plan), "_run_step", lambda *_args: 1 / 0),
            patch.object(type(plan), "_rollback", lambda self: None),
        ):
            plan.action_run()
        self.assertIn("Try again", plan.error)
        plan.action_run()
        self.assertEqual((plan.state, plan.error), ("done", False))

    def test_plan_of_several_exhibitions(self):
        other = self._make_exhibition("Fossils")
        self._make_schedule(exhibition_id=other.id, last_start_hour=10)
        archived = self._make_exhibition("Old", active=False)
        self._make_schedule(exhibition_id=archived.id)
        self._carry_out(exhibitions=self.exhibition | other | archived)
        self.assertEqual((len(self.exhibition.slot_ids), len(other.slot_ids)), (15, 5))
        self.assertFalse(archived.slot_ids)

    def test_plan_never_reaches_beyond_its_exhibitions(self):
        """Steps that somebody wrote by hand do not reach another museum."""
        other = self._make_exhibition("Fossils")
        self._make_schedule(exhibition_id=other.id)
        plan = self._plan()
        writing(plan).steps = [[other.id, str(FIRST), str(LAST), 1]]
        plan.action_run()
        self.assertFalse(other.slot_ids)

    def test_manager_plans_and_desk_does_not(self):
        manager = self.users["manager"]
        action = self.exhibition.with_user(manager).action_plan_slots()
        plan = self.env["museum.slot.plan"].with_user(manager).browse(action["res_id"])
        plan.action_run()
        self.assertEqual((plan.state, plan.created_count), ("done", 15))
        self.assertEqual(self.exhibition.slot_ids[0].create_uid, manager)
        self.assertTrue(plan.action_view_lines())


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPlanAhead(PlanCase):
    def _cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "museum_exhibition.ir_cron_museum_plan_ahead"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_cron_creates_and_tells_of_the_rest_once(self):
        self._cron()
        self.assertEqual(len(self.exhibition.slot_ids), 15)
        self.assertFalse(self.exhibition.activity_ids)
        self.schedule.capacity = 30
        self._take("a", self._slot(16, 10))
        self._cron()
        self.assertEqual(set(self.exhibition.slot_ids.mapped("capacity")), {20})
        self.assertEqual(len(self.exhibition.activity_ids), 1)
        self.assertIn("14 slots would change", self.exhibition.activity_ids.note)
        self._cron()
        self.assertEqual(len(self.exhibition.activity_ids), 1, "told once")

    def test_plan_ahead_of_a_published_exhibition(self):
        self.assertEqual(len(self.exhibition._plan_ahead()), 15)
        self.assertFalse(self.exhibition._plan_ahead())


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestClosure(PlanCase):
    def _close(self, **vals):
        return self.env["museum.closure"].create(
            {"name": "Holi", "date_from": FIRST, **vals}
        )

    def _planned(self):
        """Local hours of the first day's slots."""
        slots = self.exhibition._plan_ahead(until=FIRST)
        return sorted(slot.start_at.hour + 6 for slot in slots)

    def test_closed_hours_leave_out_what_would_last_into_them(self):
        self._close(is_all_day=False, hour_from=11.5, hour_to=12)
        self.assertEqual(self._planned(), [10, 12])

    def test_closed_hours_past_midnight_reach_the_next_day(self):
        self._close(
            date_from=date(2030, 3, 15), is_all_day=False, hour_from=22, hour_to=10.5
        )
        self.assertEqual(self._planned(), [11, 12])

    def test_room_is_closed_for_what_is_in_it(self):
        room, other = self.env["museum.room"].create(
            [{"name": name, "venue_id": self.venue.id} for name in ("Dome", "Hall")]
        )
        closure = self._close(room_id=other.id)
        self.assertEqual(closure.venue_id, self.venue)
        self.exhibition.room_id = room
        self.assertEqual(len(self._planned()), 3)
        self.exhibition.slot_ids.unlink()
        self.exhibition.room_id = other
        self.assertFalse(self._planned())

    def test_archived_closure_closes_nothing(self):
        self._close(active=False)
        self.assertEqual(len(self._planned()), 3)

    def test_form_tells_who_is_concerned_and_closes_the_empty_ones(self):
        self._planned()
        taken = self._slot(16, 11)
        self._take("a", taken, 4)
        closure = self._close(is_all_day=False, hour_from=10, hour_to=12)
        self.assertEqual(
            (closure.open_slots, closure.empty_slots, closure.used_slots),
            (2, 1, 1),
        )
        self.assertEqual(closure.people, 4)
        self.assertIn("1 are empty, 1 have 4 people", closure.concerned)
        closure.action_close_empty()
        empty = self._slot(16, 10)
        self.assertEqual((empty.state, taken.state), ("closed", "open"))
        self.assertEqual(self._slot(16, 12).state, "open", "outside the hours")
        action = closure.action_close_slots()
        dialogue = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialogue.slot_ids, taken)
        plan = self._plan(first=FIRST, last=FIRST)
        self.assertEqual(plan.left_ids.detail, "Lies in the closure Holi")
        # Without the closure the slot that it closed is sold again.
        closure.active = False
        self._carry_out(first=FIRST, last=FIRST)
        self.assertEqual(self._slot(16, 10).state, "open")

    def test_closure_plans_its_own_days_and_exhibitions(self):
        closure = self._close(exhibition_id=self.exhibition.id)
        self._make_exhibition("Fossils")
        action = closure.action_plan_slots()
        plan = self.env["museum.slot.plan"].browse(action["res_id"])
        self.assertEqual(plan.exhibition_ids, self.exhibition)
        self.assertEqual((plan.date_from, plan.date_to), (FIRST, FIRST))

    def test_closure_is_imported_with_few_columns(self):
        result = self.env["museum.closure"].load(
            ["name", "date_from", "date_to"],
            [["Diwali", "2030-10-26", "2030-10-28"], ["Holi", "2030-03-20", ""]],
        )
        self.assertFalse(result["messages"])
        closures = self.env["museum.closure"].browse(result["ids"])
        self.assertEqual(closures[1].date_to, date(2030, 3, 20))

    def test_hours_are_on_the_clock(self):
        with self.assertRaises(UserError):
            self._close(is_all_day=False, hour_from=25)


@tagged("post_install", "-at_install")
class TestScheduleWords(PlanCase):
    def test_words_say_what_it_makes(self):
        for vals, words in (
            (
                {"date_to": "2030-06-30"},
                "Every day 10:00–12:00 every 60 min, 3 slots a day,"
                " 1 Mar – 30 Jun 2030",
            ),
            (
                {"last_start_hour": 10, "sat": False, "sun": False},
                "Mon–Fri 10:00, 1 slot a day, from 1 Mar 2030",
            ),
            (
                {
                    **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), False),
                    "first_start_hour": 22,
                    "last_start_hour": 1,
                    "every_minutes": 30,
                    "date_to": "2031-01-31",
                },
                "Sat, Sun 22:00–01:00 every 30 min, 7 slots a day,"
                " 1 Mar 2030 – 31 Jan 2031",
            ),
        ):
            with self.subTest(words):
                self.assertEqual(self._make_schedule(**vals).words, words)

    def test_same_hours_of_two_schedules_are_told(self):
        other = self._make_schedule(
            name="Summer", date_from="2030-04-01", first_start_hour=12
        )
        self.assertIn("“Summer”", self.schedule.overlap_words)
        self.assertTrue(other.overlap_words)
        other.first_start_hour = other.last_start_hour = 13
        self.assertFalse(other.overlap_words)
        other.write({"first_start_hour": 12, "active": False})
        self.assertFalse(self.schedule.overlap_words)

    def test_season_ends_before_the_next_begins(self):
        self.schedule.date_to = "2030-03-31"
        other = self._make_schedule(date_from="2030-04-01")
        self.assertFalse(other.overlap_words)
