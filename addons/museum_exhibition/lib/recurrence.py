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


def first_clash(
    one: Pattern, other: Pattern, first_day: date, last_day: date
) -> date | None:
    """The first day on which one series begins before the other one is over.

    Looks at a week and a day: patterns are weekly.
    """
    last_day = min(last_day, first_day + timedelta(days=7))
    day = first_day
    while day <= last_day:
        for shift in (-1, 0, 1):
            near = day + timedelta(days=shift)
            if not first_day <= near <= last_day:
                continue
            if day.weekday() in one.weekdays and near.weekday() in other.weekdays:
                begin, end = _span(one)
                other_begin, other_end = _span(other)
                shifted = shift * MINUTES_PER_DAY
                if begin < other_end + shifted and other_begin + shifted < end:
                    return max(day, near)
        day += timedelta(days=1)
    return None


def _span(pattern: Pattern) -> tuple[int, int]:
    """From the first start to the end of the last visit, in minutes of the day."""
    last = pattern.last_minute
    if last < pattern.first_minute:
        last += MINUTES_PER_DAY
    return pattern.first_minute, last + pattern.duration_minutes


def closed_instants(
    day: date, from_minute: int, to_minute: int, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """A closure of some hours of a local day, in naive UTC.

    An end that is not later than the beginning is on the next day; 1440 is midnight.
    A time that the clock skips stands for the moment of the jump; where it shows an
    hour twice, the closure covers both.
    """
    midnight = datetime.combine(day, datetime.min.time())
    if to_minute <= from_minute:
        to_minute += MINUTES_PER_DAY
    begin = midnight + timedelta(minutes=from_minute)
    end = midnight + timedelta(minutes=to_minute)
    return _instant(begin, zone, fold=0), _instant(end, zone, fold=1)


def _instant(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    """Naive UTC of a local time; one that is skipped gives the moment of the jump."""
    if to_utc(wall, zone) is not None:
        utc = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        return utc.replace(tzinfo=None)
    # Clocks jump by whole minutes: the last one before the gap, and a minute more.
    while to_utc(wall, zone) is None:
        wall -= timedelta(minutes=1)
    utc = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return utc.replace(tzinfo=None) + timedelta(minutes=1)
