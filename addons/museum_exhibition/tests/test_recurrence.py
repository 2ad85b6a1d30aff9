# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..lib import availability, recurrence

EVERY_DAY = frozenset(range(7))


def pattern(**changes):
    values = {
        "weekdays": EVERY_DAY,
        "first_minute": 10 * 60,
        "last_minute": 12 * 60,
        "every_minutes": 60,
        "duration_minutes": 45,
        "zone": "Asia/Kolkata",
    }
    return recurrence.Pattern(**{**values, **changes})


def local_starts(pattern_, first, last):
    zone = pattern_.zone
    return [
        recurrence.to_local(opening.start, zone).strftime("%m-%d %H:%M")
        for opening in recurrence.expand(pattern_, first, last)
    ]


@tagged("post_install", "-at_install")
class TestRecurrence(BaseCase):
    def test_expand_gives_utc_of_local_times(self):
        day = date(2026, 3, 14)
        openings = list(recurrence.expand(pattern(), day, day))
        self.assertEqual(
            [opening.start for opening in openings],
            [
                datetime(2026, 3, 14, 4, 30),
                datetime(2026, 3, 14, 5, 30),
                datetime(2026, 3, 14, 6, 30),
            ],
        )
        self.assertEqual(openings[0].end, datetime(2026, 3, 14, 5, 15))
        self.assertEqual(openings[0].day, day)

    def test_expand_keeps_to_the_weekdays(self):
        saturdays = pattern(weekdays=frozenset([5]), last_minute=10 * 60)
        starts = local_starts(saturdays, date(2026, 3, 1), date(2026, 3, 31))
        self.assertEqual(
            starts, ["03-07 10:00", "03-14 10:00", "03-21 10:00", "03-28 10:00"]
        )

    def test_expand_keeps_local_time_when_summer_time_begins(self):
        paris = pattern(zone="Europe/Paris", last_minute=10 * 60)
        openings = list(recurrence.expand(paris, date(2026, 3, 28), date(2026, 3, 29)))
        self.assertEqual(
            [opening.start for opening in openings],
            [datetime(2026, 3, 28, 9, 0), datetime(2026, 3, 29, 8, 0)],
        )

    def test_expand_leaves_out_times_that_the_clock_skips(self):
        # Paris jumps from 02:00 to 03:00.
        night = pattern(
            zone="Europe/Paris", first_minute=60, last_minute=240, every_minutes=30
        )
        day = date(2026, 3, 29)
        self.assertEqual(
            local_starts(night, day, day),
            ["03-29 01:00", "03-29 01:30", "03-29 03:00", "03-29 03:30", "03-29 04:00"],
        )

    def test_expand_takes_times_that_the_clock_repeats_once(self):
        # Paris shows 02:00 to 03:00 twice.
        night = pattern(
            zone="Europe/Paris", first_minute=60, last_minute=180, every_minutes=30
        )
        day = date(2026, 10, 25)
        openings = list(recurrence.expand(night, day, day))
        self.assertEqual(len(openings), 5)
        self.assertEqual(len({opening.start for opening in openings}), 5)
        self.assertEqual(openings[2].start, datetime(2026, 10, 25, 0, 0))
        self.assertEqual(openings[4].start, datetime(2026, 10, 25, 2, 0))

    def test_expand_lasts_as_long_as_it_says_across_the_jump(self):
        night = pattern(
            zone="Europe/Paris",
            first_minute=90,
            last_minute=90,
            duration_minutes=120,
        )
        day = date(2026, 3, 29)
        (opening,) = recurrence.expand(night, day, day)
        self.assertEqual((opening.end - opening.start).total_seconds(), 7200)

    def test_expand_goes_on_after_midnight(self):
        late = pattern(first_minute=23 * 60, last_minute=60)
        self.assertEqual(
            local_starts(late, date(2026, 3, 14), date(2026, 3, 14)),
            ["03-14 23:00", "03-15 00:00", "03-15 01:00"],
        )
        days = [
            opening.day
            for opening in recurrence.expand(late, date(2026, 3, 14), date(2026, 3, 14))
        ]
        self.assertEqual(days, [date(2026, 3, 14)] + [date(2026, 3, 15)] * 2)

    def test_expand_ends_a_visit_after_midnight(self):
        late = pattern(first_minute=23 * 60 + 30, last_minute=23 * 60 + 30)
        (opening,) = recurrence.expand(late, date(2026, 3, 14), date(2026, 3, 14))
        end = recurrence.to_local(opening.end, late.zone)
        self.assertEqual(end.strftime("%m-%d %H:%M"), "03-15 00:15")
        self.assertEqual(opening.day, date(2026, 3, 14))

    def test_expand_of_no_days_is_empty(self):
        nothing = recurrence.expand(pattern(), date(2026, 3, 2), date(2026, 3, 1))
        self.assertEqual(list(nothing), [])
        never = pattern(weekdays=frozenset())
        self.assertEqual(
            list(recurrence.expand(never, date(2026, 3, 1), date(2026, 3, 2))), []
        )

    def test_pattern_refuses_nonsense(self):
        for changes in (
            {"every_minutes": 0},
            {"duration_minutes": 0},
            {"first_minute": -1},
            {"last_minute": 1440},
        ):
            with self.assertRaises(ValueError):
                pattern(**changes)

    def test_day_begins_at_local_midnight_or_when_the_clock_has_jumped(self):
        for day, zone, begins in (
            (date(2026, 3, 14), "Asia/Kolkata", datetime(2026, 3, 13, 18, 30)),
            (date(2026, 7, 1), "Europe/London", datetime(2026, 6, 30, 23)),
            (date(2026, 11, 2), "America/New_York", datetime(2026, 11, 2, 5)),
            # Midnight did not take place: the clock went from 23:59 to 01:00.
            (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3)),
        ):
            with self.subTest(zone=zone):
                self.assertEqual(recurrence.day_begins(day, zone), begins)

    def test_to_utc_of_a_zone_west_of_greenwich_is_on_the_next_day(self):
        zone = ZoneInfo("America/Los_Angeles")
        self.assertEqual(
            recurrence.to_utc(datetime(2026, 1, 31, 18), zone), datetime(2026, 2, 1, 2)
        )
        self.assertEqual(
            recurrence.local_day(datetime(2026, 2, 1, 2), "America/Los_Angeles"),
            date(2026, 1, 31),
        )


@tagged("post_install", "-at_install")
class TestStatusWords(BaseCase):
    def test_status_of_a_slot(self):
        cases = [
            # on sale, capacity, left -> word
            (True, 10, 10, "available"),
            (True, 10, 6, "available"),
            (True, 10, 5, "limited"),
            (True, 10, 1, "limited"),
            (True, 10, 0, "full"),
            (True, 0, 0, "full"),
            (True, None, None, "available"),
            (False, 10, 10, "closed"),
            (False, None, None, "closed"),
        ]
        for on_sale, capacity, left, word in cases:
            with self.subTest(on_sale=on_sale, capacity=capacity, left=left):
                self.assertEqual(
                    availability.status(
                        on_sale=on_sale, capacity=capacity, seats_left=left
                    ),
                    word,
                )
