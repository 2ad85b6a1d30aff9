# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..lib import recurrence, slot_plan
from ..lib.slot_plan import CANCELLED, CLOSED, OPEN

NINE = datetime(2026, 4, 4, 9)
HOUR = timedelta(hours=1)


def wanted(hours=0, **changes):
    start = NINE + hours * HOUR
    values = {
        "start": start,
        "end": start + HOUR,
        "schedule_id": 1,
        "is_limited": True,
        "capacity": 20,
    }
    return slot_plan.Wanted(**{**values, **changes})


def slot(hours=0, **changes):
    start = NINE + hours * HOUR
    values = {
        "id": 100 + hours,
        "start": start,
        "end": start + HOUR,
        "state": OPEN,
        "schedule_id": 1,
        "is_limited": True,
        "capacity": 20,
    }
    return slot_plan.Existing(**{**values, **changes})


def counts(plan):
    names = ("create", "change", "remove", "close", "keep", "conflicts", "customized")
    return {name: len(getattr(plan, name)) for name in names if getattr(plan, name)}


HOLI = slot_plan.Period(NINE, NINE + 12 * HOUR, "Holi")

# What there is, what a schedule wants there, closures -> what happens.
TABLE = {
    "nothing there": (None, wanted(), (), {"create": 1}),
    "as wanted": (slot(), wanted(), (), {"keep": 1}),
    "ends otherwise": (slot(end=NINE + 2 * HOUR), wanted(), (), {"change": 1}),
    "fewer seats": (slot(capacity=5), wanted(), (), {"change": 1}),
    "limit taken away": (slot(), wanted(is_limited=False), (), {"change": 1}),
    "no limit has no number": (
        slot(is_limited=False, capacity=3),
        wanted(is_limited=False),
        (),
        {"keep": 1},
    ),
    "closed by a plan": (slot(state=CLOSED), wanted(), (), {"change": 1}),
    "people, as wanted": (slot(people=3), wanted(), (), {"keep": 1}),
    "people, fewer seats": (slot(people=3), wanted(capacity=9), (), {"conflicts": 1}),
    "blocked, fewer seats": (slot(blocked=1), wanted(capacity=9), (), {"conflicts": 1}),
    "out of the pattern": (slot(), None, (), {"remove": 1}),
    "out, had people once": (slot(has_history=True), None, (), {"close": 1}),
    "out, people": (slot(people=1, has_history=True), None, (), {"conflicts": 1}),
    "out, closed already": (
        slot(has_history=True, state=CLOSED),
        None,
        (),
        {"keep": 1},
    ),
    "out, never anybody, closed": (slot(state=CLOSED), None, (), {"remove": 1}),
    "by hand": (slot(schedule_id=None), None, (), {"keep": 1}),
    "by hand at a wanted time": (
        slot(schedule_id=None, capacity=3),
        wanted(),
        (),
        {"keep": 1},
    ),
    "customized and other": (
        slot(is_customized=True, capacity=3),
        wanted(),
        (),
        {"customized": 1},
    ),
    "customized and out": (slot(is_customized=True), None, (), {"customized": 1}),
    "customized and as wanted": (slot(is_customized=True), wanted(), (), {"keep": 1}),
    "cancelled": (slot(state=CANCELLED), wanted(), (), {"keep": 1}),
    "cancelled and out": (slot(state=CANCELLED), None, (), {"keep": 1}),
    "closure, nothing there": (None, wanted(), (HOLI,), {}),
    "closure, empty": (slot(), wanted(), (HOLI,), {"remove": 1}),
    "closure, people": (slot(people=2), wanted(), (HOLI,), {"conflicts": 1}),
    "closure, by hand": (slot(schedule_id=None), None, (HOLI,), {"conflicts": 1}),
    "closure, by hand, closed": (
        slot(schedule_id=None, state=CLOSED),
        None,
        (HOLI,),
        {"keep": 1},
    ),
}


@tagged("post_install", "-at_install")
class TestSlotPlanLib(BaseCase):
    def test_table(self):
        for name, (exists, opening, periods, expected) in TABLE.items():
            with self.subTest(name):
                plan = slot_plan.make_plan(
                    [opening] if opening else [], [exists] if exists else [], periods
                )
                self.assertEqual(counts(plan), expected)

    def test_reasons_say_what_is_the_matter(self):
        plan = slot_plan.make_plan(
            [wanted(0), wanted(1, capacity=5)],
            [slot(0, people=2), slot(1, people=2), slot(2, people=2)],
            [slot_plan.Period(NINE, NINE + HOUR, "Holi")],
        )
        self.assertEqual(
            [(left.reason, left.closure) for left in plan.conflicts],
            [
                (slot_plan.CLOSURE, "Holi"),
                (slot_plan.CHANGED, ""),
                (slot_plan.GONE, ""),
            ],
        )

    def test_first_schedule_has_the_start_that_two_want(self):
        plan = slot_plan.make_plan([wanted(capacity=7), wanted(capacity=9)], [])
        self.assertEqual([opening.capacity for opening in plan.create], [7])

    def test_closed_day_leaves_the_night_before_and_a_closed_hour_does_not(self):
        night = wanted(end=NINE + 3 * HOUR)
        later = (NINE + 2 * HOUR, NINE + 4 * HOUR, "Later")
        day = slot_plan.Period(*later, is_all_day=True)
        hours = slot_plan.Period(*later, is_all_day=False)
        self.assertEqual(counts(slot_plan.make_plan([night], [], [day])), {"create": 1})
        self.assertEqual(counts(slot_plan.make_plan([night], [], [hours])), {})
        touching = slot_plan.Period(NINE + 3 * HOUR, NINE + 4 * HOUR, "Then", False)
        self.assertEqual(
            counts(slot_plan.make_plan([night], [], [touching])), {"create": 1}
        )

    def test_planning_again_after_any_plan_finds_nothing_to_do(self):
        """Random worlds: whatever happened before, a second plan is empty."""
        dice = random.Random(20260404)
        for number in range(400):
            existing = [self._any_slot(dice, hours) for hours in range(12)]
            existing = [slot for slot in existing if dice.random() < 0.7]
            openings = [
                wanted(
                    dice.randrange(12),
                    schedule_id=dice.choice([1, 2]),
                    is_limited=dice.random() < 0.8,
                    capacity=dice.choice([10, 20]),
                )
                for _opening in range(dice.randrange(14))
            ]
            begin = NINE + dice.randrange(12) * HOUR
            periods = [
                slot_plan.Period(begin, begin + HOUR, "Any", dice.random() < 0.5)
            ]
            plan = slot_plan.make_plan(openings, existing, periods)
            after = slot_plan.carried_out(plan)
            again = slot_plan.make_plan(openings, after, periods)
            with self.subTest(number):
                self.assertTrue(again.is_empty, again)
                self._check_promises(existing, plan)

    def _any_slot(self, dice, hours):
        people = dice.choice([0, 0, 0, 3])
        return slot(
            hours,
            state=dice.choice([OPEN, OPEN, OPEN, CLOSED, CANCELLED]),
            schedule_id=dice.choice([1, 1, 2, None]),
            capacity=dice.choice([10, 20]),
            is_limited=dice.random() < 0.8,
            people=people,
            blocked=dice.choice([0, 0, 0, 2]),
            has_history=bool(people) or dice.random() < 0.2,
            is_customized=dice.random() < 0.2,
        )

    def _check_promises(self, existing, plan):
        touched = [change.slot for change in plan.change] + plan.remove + plan.close
        for one in touched:
            self.assertFalse(one.is_in_use or one.is_customized)
            self.assertNotEqual(one.state, CANCELLED)
            self.assertIsNotNone(one.schedule_id)
        self.assertFalse([one for one in plan.remove if one.has_history])
        left = plan.keep + [item.slot for item in plan.conflicts + plan.customized]
        self.assertCountEqual(touched + left, existing, "every slot has one fate")
        starts = [opening.start for opening in plan.create]
        self.assertFalse(set(starts) & {one.start for one in existing})


@tagged("post_install", "-at_install")
class TestClosedInstants(BaseCase):
    def _closed(self, day, begin, end, zone):
        return recurrence.closed_instants(day, begin * 60, end * 60, ZoneInfo(zone))

    def test_whole_days_are_as_long_as_the_clock_makes_them(self):
        for zone, day, begin, hours in (
            ("Asia/Kolkata", date(2026, 3, 29), datetime(2026, 3, 28, 18, 30), 24),
            ("Europe/London", date(2026, 3, 29), datetime(2026, 3, 29), 23),
            ("Europe/London", date(2026, 10, 25), datetime(2026, 10, 24, 23), 25),
            ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5), 23),
            ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 4), 25),
        ):
            with self.subTest(zone=zone, day=day):
                start, stop = self._closed(day, 0, 24, zone)
                self.assertEqual(start, begin)
                self.assertEqual((stop - start) / HOUR, hours)

    def test_hours_past_midnight_end_on_the_next_day(self):
        start, stop = self._closed(date(2026, 4, 4), 22, 2, "Asia/Kolkata")
        self.assertEqual(start, datetime(2026, 4, 4, 16, 30))
        self.assertEqual(stop, datetime(2026, 4, 4, 20, 30))
        start, stop = self._closed(date(2026, 3, 28), 22, 2, "Europe/London")
        self.assertEqual((stop - start) / HOUR, 3, "an hour is skipped in this night")

    def test_a_time_that_the_clock_skips_is_the_moment_of_the_jump(self):
        # London jumps from 01:00 to 02:00, at 01:00 UTC; New York 02:00 to 03:00.
        jump = datetime(2026, 3, 29, 1)
        day = date(2026, 3, 29)
        self.assertEqual(self._closed(day, 1.5, 4, "Europe/London")[0], jump)
        self.assertEqual(self._closed(day, 0, 1.5, "Europe/London")[1], jump)
        start, _stop = self._closed(date(2026, 3, 8), 2.5, 4, "America/New_York")
        self.assertEqual(start, datetime(2026, 3, 8, 7))

    def test_hours_that_the_clock_shows_twice_are_closed_twice(self):
        start, stop = self._closed(date(2026, 10, 25), 1, 1.5, "Europe/London")
        self.assertEqual(start, datetime(2026, 10, 25, 0))
        self.assertEqual(stop, datetime(2026, 10, 25, 1, 30))

    def test_planning_by_the_hour_across_the_jumps(self):
        """Every hour from 00:00 to 05:00, closed from 01:30 to 03:30."""
        for zone, day, expected in (
            ("Asia/Kolkata", date(2026, 3, 29), ["00:00", "04:00", "05:00"]),
            # 01:00 does not exist; 03:00 lasts into the closure's last half hour.
            ("Europe/London", date(2026, 3, 29), ["00:00", "04:00", "05:00"]),
            # The first 01:00 ends before the second 01:00: it is outside nothing.
            ("Europe/London", date(2026, 10, 25), ["00:00", "04:00", "05:00"]),
            ("America/New_York", date(2026, 3, 8), ["00:00", "04:00", "05:00"]),
            ("America/New_York", date(2026, 11, 1), ["00:00", "04:00", "05:00"]),
        ):
            pattern = recurrence.Pattern(frozenset(range(7)), 0, 300, 60, 60, zone)
            start, stop = self._closed(day, 1.5, 3.5, zone)
            plan = slot_plan.make_plan(
                [
                    wanted(start=opening.start, end=opening.end)
                    for opening in recurrence.expand(pattern, day, day)
                ],
                [],
                [slot_plan.Period(start, stop, "Works", False)],
            )
            found = [
                recurrence.to_local(opening.start, zone).strftime("%H:%M")
                for opening in plan.create
            ]
            with self.subTest(zone=zone, day=day):
                self.assertEqual(found, expected)


@tagged("post_install", "-at_install")
class TestClash(BaseCase):
    def _pattern(self, first, last, weekdays=range(7), **changes):
        values = {
            "weekdays": frozenset(weekdays),
            "first_minute": first * 60,
            "last_minute": last * 60,
            "every_minutes": 60,
            "duration_minutes": 60,
            "zone": "Asia/Kolkata",
        }
        return recurrence.Pattern(**{**values, **changes})

    def test_first_clash(self):
        saturday = date(2026, 4, 4)
        week = (saturday, saturday + timedelta(days=30))
        morning, noon = self._pattern(9, 11), self._pattern(11, 14)
        afternoon = self._pattern(12, 16)
        sunday = self._pattern(9, 11, [6])
        night = self._pattern(22, 1, [5])
        early = self._pattern(0, 3, [6])
        for name, one, other, days, expected in (
            ("same hours", morning, noon, week, saturday),
            ("one after the other", morning, afternoon, week, None),
            ("other weekdays", sunday, self._pattern(9, 11, [0]), week, None),
            ("on Sunday", morning, sunday, week, saturday + timedelta(days=1)),
            ("past midnight", night, early, week, saturday + timedelta(days=1)),
            ("no common day", morning, noon, (saturday, date(2026, 4, 3)), None),
            ("too short for a Sunday", morning, sunday, (saturday, saturday), None),
        ):
            with self.subTest(name):
                self.assertEqual(recurrence.first_clash(one, other, *days), expected)
                self.assertEqual(recurrence.first_clash(other, one, *days), expected)


@tagged("post_install", "-at_install")
class TestReplace(BaseCase):
    def test_removed_slots_are_gone_and_closed_ones_are_closed(self):
        old = slot(has_history=True)
        plan = slot_plan.make_plan([], [old, slot(1)])
        self.assertEqual(slot_plan.carried_out(plan), [replace(old, state=CLOSED)])
