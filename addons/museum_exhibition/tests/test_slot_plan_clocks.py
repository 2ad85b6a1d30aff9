# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .test_slot_plan import PlanCase


@tagged("post_install", "-at_install")
class TestClocks(PlanCase):
    """Whole plans where the clock jumps; hours are the venue's."""

    def _plan_in(self, zone, now, day, **schedule):
        self.venue.tz = zone
        self.schedule.write({"date_from": "2029-01-01", **schedule})
        with freeze_time(now):
            self._carry_out(first=day, last=day)
            again = self._plan(first=day, last=day)
            self.assertFalse(again.work_total)
        slots = self.exhibition.slot_ids.sorted("start_at")
        self.assertEqual(set(slots.mapped("local_date")), {day})
        return [slot.start_at for slot in slots]

    def test_spring_gap(self):
        """From 00:30 every half hour until 03:00: what the clock skips is left out."""
        for zone, day, first, count in (
            ("Asia/Kolkata", date(2030, 3, 31), datetime(2030, 3, 30, 19), 6),
            # London skips 01:00 and 01:30, New York 02:00 and 02:30.
            ("Europe/London", date(2030, 3, 31), datetime(2030, 3, 31, 0, 30), 4),
            ("America/New_York", date(2030, 3, 10), datetime(2030, 3, 10, 5, 30), 4),
        ):
            with self.subTest(zone):
                starts = self._plan_in(
                    zone,
                    datetime(2030, 3, 1),
                    day,
                    first_start_hour=0.5,
                    last_start_hour=3,
                    every_minutes=30,
                    duration_minutes=30,
                )
                self.assertEqual((starts[0], len(starts)), (first, count))
                self.exhibition.slot_ids.unlink()

    def test_autumn_fold(self):
        for zone, day, last in (
            ("Asia/Kolkata", date(2030, 10, 27), datetime(2030, 10, 26, 21, 30)),
            ("Europe/London", date(2030, 10, 27), datetime(2030, 10, 27, 3)),
            ("America/New_York", date(2030, 11, 3), datetime(2030, 11, 3, 8)),
        ):
            with self.subTest(zone):
                starts = self._plan_in(
                    zone,
                    datetime(2030, 10, 1),
                    day,
                    first_start_hour=0,
                    last_start_hour=3,
                    every_minutes=30,
                    duration_minutes=30,
                )
                self.assertEqual((starts[-1], len(starts)), (last, 7))
                self.exhibition.slot_ids.unlink()

    def test_night_series_belongs_to_both_days(self):
        """Planned day by day, as steps do, nothing is lost or made twice."""
        for zone in ("Asia/Kolkata", "Europe/London", "America/New_York"):
            with self.subTest(zone), freeze_time(datetime(2030, 3, 1)):
                self.venue.tz = zone
                self.schedule.write(
                    {
                        "date_from": "2030-03-30",
                        "date_to": "2030-03-30",
                        "first_start_hour": 22,
                        "last_start_hour": 3,
                    }
                )
                saturday, sunday = date(2030, 3, 30), date(2030, 3, 31)
                self._carry_out(first=saturday, last=saturday)
                self.assertEqual(len(self.exhibition.slot_ids), 2)
                self._carry_out(first=sunday, last=sunday)
                slots = self.exhibition.slot_ids
                self.assertEqual(len(slots), 5 if zone == "Europe/London" else 6)
                whole = self._plan(first=saturday, last=date(2030, 4, 2))
                self.assertFalse(whole.work_total)
                slots.unlink()

    def test_closure_by_the_hour_where_the_clock_jumps(self):
        closure = self.env["museum.closure"].create(
            {
                "name": "Works",
                "date_from": "2030-03-30",
                "is_all_day": False,
                "hour_from": 23,
                "hour_to": 3,
            }
        )
        for zone, jump, begin in (
            ("Europe/London", date(2030, 3, 31), datetime(2030, 3, 31, 2)),
            ("America/New_York", date(2030, 3, 10), datetime(2030, 3, 10, 7)),
            ("Asia/Kolkata", date(2030, 3, 31), datetime(2030, 3, 30, 21, 30)),
        ):
            with self.subTest(zone):
                night = date.fromordinal(jump.toordinal() - 1)
                closure.write({"date_from": night, "date_to": night})
                starts = self._plan_in(
                    zone,
                    datetime(2030, 3, 1),
                    jump,
                    first_start_hour=0,
                    last_start_hour=4,
                    every_minutes=60,
                    duration_minutes=60,
                )
                self.assertEqual(starts[0], begin)
                self.assertEqual(len(starts), 2)
                self.exhibition.slot_ids.unlink()
