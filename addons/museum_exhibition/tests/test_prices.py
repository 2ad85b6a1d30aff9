# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules of prices and quantities: the pure parts, by tables."""

import json
from datetime import date, datetime
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..lib import prices, quantities
from ..lib.prices import Rule, Visit, first_match

VECTORS = Path(__file__).parents[1] / "static/tests/booking/vectors.json"
ADULT, CHILD = 1, 2
# Naive UTC; 2026-03-14 is a Saturday, 10:00 in India.
SATURDAY = datetime(2026, 3, 14, 4, 30)


def visit(starts_at=SATURDAY, bought_at=datetime(2026, 3, 1), tz="Asia/Kolkata"):
    return Visit.of(7, starts_at, bought_at, tz)


def rule(**vals):
    return Rule(**{"id": 1, "name": "Rule", "method": "percent", "value": 10, **vals})


@tagged("post_install", "-at_install")
class TestPriceRules(BaseCase):
    def check(self, expected, asked=None, category=ADULT, **vals):
        with self.subTest(vals=vals, asked=asked):
            self.assertIs(rule(**vals).matches(asked or visit(), category), expected)

    def test_a_rule_without_conditions_always_holds(self):
        self.check(True)

    def test_exhibitions_and_categories(self):
        self.check(True, exhibition_ids=frozenset({7, 8}))
        self.check(False, exhibition_ids=frozenset({8}))
        self.check(True, category_ids=frozenset({ADULT}))
        self.check(False, category_ids=frozenset({CHILD}))

    def test_days_of_the_week_and_dates_are_those_of_the_start(self):
        weekend = frozenset({5, 6})
        self.check(True, weekdays=weekend)
        self.check(False, visit(datetime(2026, 3, 13, 4, 30)), weekdays=weekend)
        # 18:45 UTC on Friday is a quarter past midnight on Saturday in India.
        self.check(True, visit(datetime(2026, 3, 13, 18, 45)), weekdays=weekend)
        day = date(2026, 3, 14)
        self.check(True, date_from=day, date_to=day)
        self.check(True, visit(datetime(2026, 3, 13, 18, 30)), date_from=day)
        self.check(False, visit(datetime(2026, 3, 13, 18, 29)), date_from=day)
        self.check(True, visit(datetime(2026, 3, 14, 18, 29)), date_to=day)
        self.check(False, visit(datetime(2026, 3, 14, 18, 30)), date_to=day)

    def test_hours_begin_with_the_first_and_end_before_the_last(self):
        self.check(True, hour_from=10, hour_to=11)
        self.check(False, hour_from=9, hour_to=10)
        self.check(False, hour_from=10 + 1 / 60, hour_to=24)
        # 10:06 has no exact float, nor has 10.1 as a sum.
        early = visit(datetime(2026, 3, 14, 4, 36))
        self.check(True, early, hour_from=10.1, hour_to=11)
        self.check(False, early, hour_from=9, hour_to=9.9 + 0.2)

    def test_hours_over_midnight(self):
        night = {"hour_from": 22, "hour_to": 2}
        for hour, expected in ((21, False), (22, True), (23, True)):
            self.check(expected, visit(datetime(2026, 3, 14, hour), tz="UTC"), **night)
        for hour, expected in ((0, True), (1, True), (2, False), (12, False)):
            self.check(expected, visit(datetime(2026, 3, 14, hour), tz="UTC"), **night)
        # After midnight it is the next day: a Friday night's rule ends with Friday.
        late = visit(datetime(2026, 3, 14, 1), tz="UTC")
        self.check(False, late, weekdays=frozenset({4}), **night)

    def test_hours_are_of_the_venues_clock_across_summer_time(self):
        morning = {"hour_from": 10, "hour_to": 11}
        winter, summer = datetime(2026, 3, 28, 10), datetime(2026, 3, 29, 10)
        self.check(True, visit(winter, tz="Europe/London"), **morning)
        self.check(False, visit(summer, tz="Europe/London"), **morning)
        self.check(True, visit(datetime(2026, 3, 29, 9), tz="Europe/London"), **morning)
        before = datetime(2026, 3, 7, 15)
        self.check(True, visit(before, tz="America/New_York"), **morning)
        after = datetime(2026, 3, 8, 14)
        self.check(True, visit(after, tz="America/New_York"), **morning)
        self.check(False, visit(before, tz="Asia/Kolkata"), **morning)

    def test_early_birds_count_days_of_the_calendar(self):
        early = {"days_before": 14}
        # Any time of the 28th of February, as the clock in India says it.
        self.check(True, visit(bought_at=datetime(2026, 2, 27, 18, 30)), **early)
        self.check(True, visit(bought_at=datetime(2026, 2, 28, 18, 29)), **early)
        self.check(False, visit(bought_at=datetime(2026, 2, 28, 18, 30)), **early)

    def test_last_minute_counts_real_hours(self):
        late = {"hours_before": 3}
        self.check(True, visit(bought_at=datetime(2026, 3, 14, 1, 30)), **late)
        self.check(False, visit(bought_at=datetime(2026, 3, 14, 1, 29)), **late)
        self.check(True, visit(bought_at=datetime(2026, 3, 14, 5)), **late)
        # The clock in London goes from 1:00 to 2:00: 0:30 is not three hours before.
        start = datetime(2026, 3, 29, 3, 0)
        for bought, expected in (
            ((2026, 3, 29, 0, 0), True),
            ((2026, 3, 28, 23, 59), 0),
        ):
            asked = visit(start, datetime(*bought), "Europe/London")
            self.check(bool(expected), asked, **late)

    def test_prices(self):
        for method, value, rate, expected in (
            ("percent", 25, 1, 250.0),
            ("percent", -20, 1, 160.0),
            ("percent", -100, 1, 0.0),
            ("percent", -150, 1, 0.0),
            ("amount", 50, 1, 250.0),
            ("amount", -50, 0.5, 175.0),
            ("amount", -300, 1, 0.0),
            ("fixed", 99.5, 1, 99.5),
            ("fixed", 100, 0.5, 50.0),
            ("fixed", -1, 1, 0.0),
        ):
            with self.subTest(method=method, value=value, rate=rate):
                price = rule(method=method, value=value).price(200.0, rate)
                self.assertAlmostEqual(price, expected)

    def test_the_first_that_matches_gives_the_price(self):
        rules = [
            rule(id=1, category_ids=frozenset({CHILD})),
            rule(id=2, hour_from=9, hour_to=11),
            rule(id=3),
        ]
        self.assertEqual(first_match(rules, visit(), ADULT).id, 2)
        self.assertEqual(first_match(rules, visit(), CHILD).id, 1)
        self.assertEqual(first_match(rules[2:], visit(), CHILD).id, 3)
        self.assertIsNone(first_match([], visit(), CHILD))

    def test_quotes_say_nothing_of_regular_prices(self):
        quote = prices.Quote(5.0, 5.0)
        self.assertEqual((quote.reason, quote.rule_id), ("", None))


@tagged("post_install", "-at_install")
class TestQuantityRules(BaseCase):
    def test_rules_are_those_of_the_browser(self):
        table = json.loads(VECTORS.read_text())["rules"]
        categories = {
            int(key): quantities.Category(**value)
            for key, value in table["categories"].items()
        }
        for case in table["cases"]:
            wanted = {int(key): value for key, value in case["wanted"].items()}
            with self.subTest(case["name"]):
                broken = quantities.broken_rules(
                    wanted, categories, case["max"], case["min"]
                )
                self.assertEqual(
                    [
                        {"code": b.code, "id": b.category_id, "limit": b.limit}
                        for b in broken
                    ],
                    case["broken"],
                )

    def test_not_sold_on_this_day(self):
        night = quantities.Category(1, 0, 0, is_sold=False)
        (broken,) = quantities.broken_rules({1: 1}, {1: night}, 20)
        self.assertEqual((broken.code, broken.category_id), ("not_on_day", 1))
        adult = quantities.Category(1, 0, 0)
        self.assertFalse(quantities.broken_rules({2: 1}, {1: night, 2: adult}, 20))
