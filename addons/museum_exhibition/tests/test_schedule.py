# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MuseumExhibitionCase

NOW = datetime(2026, 3, 13, 20, 0)  # 01:30 on Saturday 14 March in Kolkata


@tagged("post_install", "-at_install")
class TestSchedule(MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.venue.company_id
        cls.company.museum_slot_days = 7

    @classmethod
    def _make_schedule(cls, **vals):
        return cls.env["museum.schedule"].create(
            {
                "exhibition_id": cls.exhibition.id,
                "date_from": "2026-03-01",
                "first_start_hour": 10,
                "last_start_hour": 12,
                "every_minutes": 60,
                **vals,
            }
        )

    @freeze_time(NOW)
    def test_generate_creates_the_days_ahead_once(self):
        schedule = self._make_schedule(capacity=30)
        slots = schedule.exhibition_id._plan_ahead()
        # Eight local days, today included, three starts each.
        self.assertEqual(len(slots), 24)
        first = slots.sorted("start_at")[0]
        self.assertEqual(first.start_at, datetime(2026, 3, 14, 4, 30))
        self.assertEqual(first.end_at, datetime(2026, 3, 14, 5, 30))
        self.assertEqual(first.local_date, date(2026, 3, 14))
        self.assertEqual(first.capacity, 30)
        self.assertTrue(first.is_limited)
        self.assertEqual(first.schedule_id, schedule)
        self.assertFalse(schedule.exhibition_id._plan_ahead())

    @freeze_time(NOW)
    def test_generate_takes_duration_and_seats_of_the_exhibition(self):
        self.exhibition.write({"duration_minutes": 25, "is_limited": False})
        slot = self._make_schedule().exhibition_id._plan_ahead()[0]
        self.assertEqual((slot.end_at - slot.start_at).total_seconds(), 25 * 60)
        self.assertFalse(slot.is_limited)
        self.assertEqual(slot.seats_left, -1)

    @freeze_time(NOW)
    def test_generate_keeps_what_exists_and_what_was_cancelled(self):
        schedule = self._make_schedule()
        slot = schedule.exhibition_id._plan_ahead()[0]
        slot.capacity = 77
        slot._set_state("cancelled")
        self.assertFalse(schedule.exhibition_id._plan_ahead())
        self.assertEqual(slot.capacity, 77)

    @freeze_time(NOW)
    def test_generate_of_overlapping_schedules_makes_no_doubles(self):
        one = self._make_schedule()
        two = self._make_schedule(every_minutes=30)
        slots = (one | two).exhibition_id._plan_ahead()
        self.assertEqual(len(slots), 8 * 5)

    @freeze_time(datetime(2026, 3, 14, 5, 0))
    def test_generate_leaves_out_what_has_begun(self):
        slots = self._make_schedule().exhibition_id._plan_ahead(until=date(2026, 3, 14))
        self.assertEqual(
            sorted(slots.mapped("start_at")),
            [datetime(2026, 3, 14, 5, 30), datetime(2026, 3, 14, 6, 30)],
        )

    @freeze_time(NOW)
    def test_generate_stays_within_schedule_and_exhibition(self):
        schedule = self._make_schedule(date_to="2026-03-18")
        self.exhibition.write({"date_from": "2026-03-16", "date_to": "2026-03-20"})
        days = set(schedule.exhibition_id._plan_ahead().mapped("local_date"))
        self.assertEqual(
            days, {date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 18)}
        )

    @freeze_time(NOW)
    def test_generate_leaves_out_closures_that_concern_the_exhibition(self):
        elsewhere = self.env["museum.venue"].create({"name": "Annexe", "tz": "UTC"})
        other = self._make_exhibition("Other")
        closures = self.env["museum.closure"]
        closures.create({"name": "Holiday", "date_from": "2026-03-15"})
        closures.create(
            {"name": "Dome", "date_from": "2026-03-16", "venue_id": self.venue.id}
        )
        closures.create(
            {"name": "Annexe", "date_from": "2026-03-17", "venue_id": elsewhere.id}
        )
        closures.create(
            {"name": "Other", "date_from": "2026-03-18", "exhibition_id": other.id}
        )
        days = set(
            self._make_schedule().exhibition_id._plan_ahead().mapped("local_date")
        )
        self.assertFalse({date(2026, 3, 15), date(2026, 3, 16)} & days)
        self.assertTrue({date(2026, 3, 17), date(2026, 3, 18)} <= days)

    def test_a_closure_is_of_what_belongs_together(self):
        other = self.venue.copy({"name": "Observatory"})
        hall, attic = self.env["museum.room"].create(
            [
                {"name": "Hall", "venue_id": self.venue.id},
                {"name": "Attic", "venue_id": other.id},
            ]
        )
        here = {"name": "Paint", "exhibition_id": self.exhibition.id}
        for vals, words in (
            ({"venue_id": other.id}, "not shown in Observatory"),
            ({"venue_id": self.venue.id, "room_id": attic.id}, "not in"),
            ({"room_id": hall.id}, "not shown in Hall"),
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self.env["museum.closure"].create({**here, **vals})
        self.exhibition.room_id = hall
        closure = self.env["museum.closure"].create({**here, "room_id": hall.id})
        self.assertEqual(closure.venue_id, self.venue)

    @freeze_time(NOW)
    def test_closure_closes_open_slots_after_asking(self):
        slots = self._make_schedule().exhibition_id._plan_ahead()
        taken = slots.filtered(lambda s: s.local_date == date(2026, 3, 15))[0]
        closure = self.env["museum.closure"].create(
            {"name": "Holiday", "date_from": "2026-03-15"}
        )
        self.assertEqual(closure.open_slots, 3)
        action = closure.action_close_slots()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("Slots: 3", wizard.concerned)
        self.assertEqual(set(slots.mapped("state")), {"open"}, "asked, not done")
        wizard.action_apply()
        closure.invalidate_recordset()
        self.assertEqual(closure.open_slots, 0)
        self.assertEqual(taken.state, "closed")

    @freeze_time(NOW)
    def test_cron_generates_for_all_active_exhibitions(self):
        self._make_schedule()
        archived = self._make_exhibition("Old", active=False)
        self._make_schedule(exhibition_id=archived.id)
        with self.enter_registry_test_mode():
            self.env.ref(
                "museum_exhibition.ir_cron_museum_plan_ahead"
            ).method_direct_trigger()
        self.assertEqual(len(self.exhibition.slot_ids), 24)
        self.assertFalse(archived.slot_ids)

    def test_schedule_refuses_nonsense(self):
        with self.assertRaises(ValidationError):
            self._make_schedule(first_start_hour=24.0)
        days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), False)
        with self.assertRaises(ValidationError):
            self._make_schedule(**days)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.cr.savepoint(),
        ):
            self._make_schedule(every_minutes=0)

    def test_limited_seats_are_not_0(self):
        with self.assertRaises(ValidationError):
            self._make_schedule(capacity=0)
        with self.assertRaises(ValidationError):
            self.exhibition.capacity = 0
        self.exhibition.write({"is_limited": False, "capacity": 0})
        schedule = self._make_schedule()
        self.assertFalse(schedule.is_limited)
        schedule.is_limited = True
        self.assertEqual(schedule.capacity, 20)
