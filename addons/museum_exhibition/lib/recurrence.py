# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a weekly pattern in local time to instants: pure, no database, no clock.

Rules where the local clock jumps: a start that the clock skips (spring) does not take
place; one that the clock shows twice (autumn) takes place once, the first time. A visit
lasts as long as it says, whatever the clock does meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MINUTELY, rrule

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True)
class Pattern:
    """Starts every ``every_minutes`` from the first to the last, on some weekdays.

    Minutes count from local midnight. A last start below the first one is after
    midnight, and belongs to the evening on which the series began.
    """

    weekdays: frozenset[int]
    """0 is Monday."""
    first_minute: int
    last_minute: int
    every_minutes: int
    duration_minutes: int
    zone: str

    def __post_init__(self):
        if self.every_minutes < 1 or self.duration_minutes < 1:
            raise ValueError("minutes must be at least 1")
        for minute in (self.first_minute, self.last_minute):
            if not 0 <= minute < MINUTES_PER_DAY:
                raise ValueError("a start must be within a day")


@dataclass(frozen=True)
class Opening:
    """One occurrence: ``start`` and ``end`` in naive UTC, ``day`` the local date."""

    start: datetime
    end: datetime
    day: date


def expand(pattern: Pattern, first_day: date, last_day: date) -> Iterator[Opening]:
    """The openings of all series that begin from ``first_day`` to ``last_day``."""
    if last_day < first_day or not pattern.weekdays:
        return
    zone = ZoneInfo(pattern.zone)
    length = timedelta(minutes=pattern.duration_minutes)
    days = rrule(
        DAILY,
        dtstart=datetime.combine(first_day, datetime.min.time()),
        until=datetime.combine(last_day, datetime.min.time()),
        byweekday=sorted(pattern.weekdays),
    )
    for midnight in days:
        for wall in _wall_times(pattern, midnight):
            start = to_utc(wall, zone)
            if start is not None:
                yield Opening(start, start + length, wall.date())


def _wall_times(pattern: Pattern, midnight: datetime) -> rrule:
    last = pattern.last_minute
    if last < pattern.first_minute:
        last += MINUTES_PER_DAY
    return rrule(
        MINUTELY,
        interval=pattern.every_minutes,
        dtstart=midnight + timedelta(minutes=pattern.first_minute),
        until=midnight + timedelta(minutes=last),
    )


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Naive UTC of a naive local time; None when the local clock skips it."""
    aware = wall.replace(tzinfo=zone, fold=0)
    utc = aware.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != wall:
        return None
    return utc.replace(tzinfo=None)


def day_begins(day: date, zone_name: str) -> datetime:
    """Naive UTC of the first instant of a local day.

    Where the clock skips midnight, the day begins when the clock has jumped.
    """
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(zone_name))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def local_day(utc: datetime, zone_name: str) -> date:
    """The date that the local calendar shows at an instant (naive UTC)."""
    return to_local(utc, zone_name).date()


def to_local(utc: datetime, zone_name: str) -> datetime:
    """An instant (naive UTC) as an aware local time."""
    return utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone_name))
