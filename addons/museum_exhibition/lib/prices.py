# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a ticket costs: pure rules over moments on the venue's clock.

A price of the slot itself goes before all rules; then the first rule that matches, by
sequence, gives the price; then the regular one stands. No price is below zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

PERCENT = "percent"
AMOUNT = "amount"
FIXED = "fixed"
EVERY_DAY = frozenset(range(7))


class Quote(NamedTuple):
    """What one ticket costs, and why; ``reason`` is empty when that is the regular."""

    price: float
    regular_price: float
    reason: str = ""
    rule_id: int | None = None


@dataclass(frozen=True)
class Visit:
    """When a ticket is for and when it is bought, on the venue's clock."""

    exhibition_id: int
    starts_at: datetime
    bought_at: datetime

    @classmethod
    def of(
        cls, exhibition_id: int, starts_at: datetime, bought_at: datetime, tz: str
    ) -> "Visit":
        """:param starts_at, bought_at: naive moments in UTC
        :param tz: of the venue
        """
        zone = ZoneInfo(tz or "UTC")
        return cls(
            exhibition_id,
            starts_at.replace(tzinfo=UTC).astimezone(zone),
            bought_at.replace(tzinfo=UTC).astimezone(zone),
        )


@dataclass(frozen=True)
class Rule:
    """When it holds, and what it does. Empty sets of records: all of them.

    ``hour_from > hour_to`` goes over midnight; ``weekdays`` and dates are those of
    the day on which the visit starts. ``days_before`` counts days of the calendar,
    ``hours_before`` real hours; None: whenever it is bought.
    """

    id: int
    name: str
    method: str
    value: float
    exhibition_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    date_from: date | None = None
    date_to: date | None = None
    weekdays: frozenset[int] = EVERY_DAY
    hour_from: float = 0.0
    hour_to: float = 24.0
    days_before: int | None = None
    hours_before: float | None = None

    def matches(self, visit: Visit, category_id: int) -> bool:
        """Whether this rule gives the price of a category at a visit."""
        return (
            (not self.exhibition_ids or visit.exhibition_id in self.exhibition_ids)
            and (not self.category_ids or category_id in self.category_ids)
            and self._on_day(visit.starts_at)
            and self._at_hour(visit.starts_at)
            and self._bought_in_time(visit)
        )

    def _on_day(self, start: datetime) -> bool:
        day = start.date()
        return (
            day.weekday() in self.weekdays
            and (self.date_from is None or self.date_from <= day)
            and (self.date_to is None or day <= self.date_to)
        )

    def _at_hour(self, start: datetime) -> bool:
        # Whole minutes: 17.1 hours are 17:06, which no float says exactly.
        minute = start.hour * 60 + start.minute
        first, end = round(self.hour_from * 60), round(self.hour_to * 60)
        if first <= end:
            return first <= minute < end
        return minute >= first or minute < end

    def _bought_in_time(self, visit: Visit) -> bool:
        if self.days_before is not None:
            days = (visit.starts_at.date() - visit.bought_at.date()).days
            if days < self.days_before:
                return False
        if self.hours_before is not None:
            # Through UTC: the difference of two times of one zone ignores its clock
            # changes.
            ahead = visit.starts_at.astimezone(UTC) - visit.bought_at.astimezone(UTC)
            return ahead <= timedelta(hours=self.hours_before)
        return True

    def price(self, regular: float, rate: float = 1.0) -> float:
        """The price by this rule, not rounded yet.

        :param rate: of the regular price's currency to the one of the rule's value
        """
        if self.method == PERCENT:
            return max(0.0, regular * (1 + self.value / 100))
        if self.method == AMOUNT:
            return max(0.0, regular + self.value * rate)
        return max(0.0, self.value * rate)


def first_match(rules: Iterable[Rule], visit: Visit, category_id: int) -> Rule | None:
    """The rule that gives the price: the first one in order."""
    return next((rule for rule in rules if rule.matches(visit, category_id)), None)
