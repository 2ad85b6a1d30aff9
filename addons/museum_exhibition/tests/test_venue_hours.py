# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime

import psycopg2
from babel import Locale
from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..lib import opening
from ..lib.opening import Row
from .common import MuseumExhibitionCase
from .test_slot_plan import NOW, PlanCase

MONDAY = date(2026, 12, 7)
WEEK = [Row(weekday, 10, 18) for weekday in range(1, 7)]
WINTER = (date(2026, 12, 1), date(2027, 2, 28))


@tagged("post_install", "-at_install")
class TestOpening(BaseCase):
    """The pure rules."""

    def test_season_takes_the_years_place_for_its_days(self):
        rows = [*WEEK, Row(5, 11, 16, *WINTER)]
        saturday = date(2026, 12, 12)
        self.assertEqual(opening.periods(rows, saturday), [(11, 16)])
        # The season says nothing of Sundays: closed.
        self.assertEqual(opening.periods(rows, date(2026, 12, 13)), [])
        self.assertEqual(opening.periods(rows, date(2027, 3, 6)), [(10, 18)])
        self.assertEqual(opening.periods(rows, date(2026, 11, 28)), [(10, 18)])

    def test_visit_lies_in_the_hours_or_not(self):
        rows = [*WEEK, Row(0, 22, 24), Row(1, 0, 2)]
        for start, end, expected in (
            ((8, 10, 0), (8, 18, 0), True),
            ((8, 9, 59), (8, 11, 0), False),
            ((8, 17, 30), (8, 18, 1), False),
            ((7, 11, 0), (7, 12, 0), False),
            # Past midnight, as long as the day after begins open.
            ((7, 23, 0), (8, 2, 0), True),
            ((7, 23, 0), (8, 2, 1), False),
            ((8, 17, 0), (9, 11, 0), False),
        ):
            start, end = datetime(2026, 12, *start), datetime(2026, 12, *end)
            with self.subTest(start=start, end=end):
                self.assertIs(opening.holds(rows, start, end), expected)

    def test_days_alike_stand_together(self):
        self.assertEqual(
            opening.week(WEEK, MONDAY), [([0], []), ([1, 2, 3, 4, 5, 6], [(10, 18)])]
        )

    def test_overlaps(self):
        row = Row(0, 10, 14)
        for other, expected in (
            (Row(0, 13, 18), True),
            (Row(0, 14, 18), False),
            (Row(1, 10, 14), False),
            (Row(0, 10, 14, *WINTER), False),
        ):
            with self.subTest(other):
                found = opening.overlapping([row, other])
                self.assertEqual(bool(found), expected)
        first = Row(0, 10, 14, *WINTER)
        later = Row(0, 10, 14, date(2027, 2, 28), None)
        self.assertTrue(opening.overlapping([first, later]))
        self.assertFalse(
            opening.overlapping([first, Row(0, 10, 14, date(2027, 3, 1), None)])
        )

    def test_words(self):
        english, german = Locale("en", "US"), Locale("de")
        self.assertEqual(opening.day_words([1, 2, 3, 4], english), "Tue–Fri")
        self.assertEqual(opening.day_words([0, 2, 3], english), "Mon, Wed, Thu")
        self.assertEqual(opening.hour_words([(9.5, 24)], german), "09:30 – 00:00")


@tagged("post_install", "-at_install")
class TestVenueHours(MuseumExhibitionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_hours(*range(1, 7))

    @classmethod
    def _add_hours(cls, *weekdays, **vals):
        return cls.env["museum.opening.hours"].create(
            [
                {
                    "venue_id": cls.venue.id,
                    "weekday": str(weekday),
                    "hour_from": 10,
                    "hour_to": 18,
                    **vals,
                }
                for weekday in weekdays
            ]
        )

    def test_hours_in_a_sentence(self):
        words = self.venue._opening_words(MONDAY).replace("\u202f", " ")
        self.assertEqual(words, "Tue–Sun, 10:00 AM – 6:00 PM; Mon closed")
        self.assertFalse(self.venue._is_open(MONDAY))
        self.assertTrue(self.venue._is_open(date(2026, 12, 8)))

    def test_always_open_is_said_so(self):
        self.venue.opening_hour_ids.unlink()
        self._add_hours(*range(7), hour_from=0, hour_to=24)
        self.assertEqual(self.venue._opening_words(MONDAY), "Every day, day and night")

    def test_venue_that_says_nothing(self):
        silent = self.env["museum.venue"].create({"name": "Annex", "tz": "UTC"})
        self.assertEqual(silent._opening_words(MONDAY), "")
        self.assertIsNone(silent._is_open(MONDAY))

    def test_overlap_is_refused_in_words(self):
        with self.assertRaises(ValidationError) as caught:
            self._add_hours(2, hour_from=17, hour_to=20)
        self.assertIn("Wednesday", str(caught.exception))
        self._add_hours(2, hour_from=18, hour_to=20)
        self._add_hours(2, date_from=WINTER[0], date_to=WINTER[1])

    def test_hours_have_an_order(self):
        for hours in ((18, 10), (10, 10), (-1, 5), (10, 25)):
            with self.subTest(hours), mute_logger("odoo.sql_db"):
                with self.assertRaises(psycopg2.errors.CheckViolation):
                    with self.env.cr.savepoint():
                        self._add_hours(0, hour_from=hours[0], hour_to=hours[1])
                        self.env.flush_all()

    def test_legal_maximum_of_nobody_is_refused(self):
        with self.assertRaises(ValidationError):
            self.venue.write({"is_limited": True, "capacity_max": 0})

    def test_venue_with_exhibitions_is_not_archived(self):
        with self.assertRaises(ValidationError) as caught:
            self.venue.action_archive()
        self.assertIn("Journey to Mars", str(caught.exception))
        self.exhibition.action_archive()
        self.venue.action_archive()
        self.assertFalse(self.venue.active)

    def test_visitors_read_hours_of_published_places_only(self):
        hours = self.venue.opening_hour_ids.with_user(self.users["public"])
        self.assertEqual(len(hours.search([("venue_id", "=", self.venue.id)])), 6)
        self.exhibition.is_published = False
        self.env.flush_all()
        self.assertFalse(hours.search([("venue_id", "=", self.venue.id)]))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPlanOutsideHours(PlanCase):
    def test_preview_tells_of_new_slots_outside_the_opening_hours(self):
        self.assertEqual(self._plan().outside_count, 0)  # nobody said any hours
        hours = {"venue_id": self.venue.id, "hour_from": 10, "hour_to": 12.5}
        self.env["museum.opening.hours"].create(
            # From Saturday to Tuesday; of Wednesday nothing is said: closed.
            [{**hours, "weekday": day} for day in ("5", "6", "0", "1")]
        )
        plan = self._plan()
        # The one from 12:00 to 13:00 on four days, all three on Wednesday.
        self.assertEqual((plan.create_count, plan.outside_count), (15, 7))
        details = plan.work_ids[:3].mapped("detail")
        self.assertEqual(
            details,
            ["20 seats", "20 seats", "20 seats; outside the opening hours"],
        )
        plan.action_run()
        self.assertEqual((plan.state, plan.created_count), ("done", 15))
