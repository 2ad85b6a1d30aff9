# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Opening hours of a venue: which count on a day, and how they are said.

Pure Python. Hours are numbers on the venue's clock: 9.5 is half past nine.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from babel import Locale
from babel.dates import format_time, get_day_names

Period = tuple[float, float]


class Row(NamedTuple):
    """Open on a weekday (0 = Monday), all year or from one date to another."""

    weekday: int
    hour_from: float
    hour_to: float
    date_from: date | None = None
    date_to: date | None = None

    @property
    def is_season(self) -> bool:
        return self.date_from is not None or self.date_to is not None

    def covers(self, day: date) -> bool:
        """Whether the row's season has the day; that of the whole year always."""
        begins = self.date_from is None or self.date_from <= day
        return begins and (self.date_to is None or day <= self.date_to)


def periods(rows: Iterable[Row], day: date) -> list[Period]:
    """The hours of one day, in order.

    While a season runs, its rows alone count: a winter that says nothing of Mondays
    is closed on Mondays, whatever the rest of the year says.

    >>> winter = Row(0, 11, 16, date(2026, 12, 1), date(2027, 2, 28))
    >>> periods([Row(0, 10, 18), winter], date(2026, 12, 7))
    [(11, 16)]
    """
    running = [row for row in rows if row.covers(day)]
    season = [row for row in running if row.is_season]
    counted = season or running
    return sorted(
        (row.hour_from, row.hour_to) for row in counted if row.weekday == day.weekday()
    )


def holds(rows: Sequence[Row], start: datetime, end: datetime) -> bool:
    """Whether a visit lies in the opening hours from its start to its end.

    Hours until midnight and those from midnight on are one; naive, venue's clock.

    >>> holds([Row(0, 10, 18)], datetime(2026, 12, 7, 17), datetime(2026, 12, 7, 18))
    True
    """
    at = start
    while at < end:
        midnight = datetime.combine(at, time())
        until = next(
            (
                midnight + timedelta(minutes=round(closes * 60))
                for opens, closes in periods(rows, at.date())
                if midnight + timedelta(minutes=round(opens * 60)) <= at
                and at < midnight + timedelta(minutes=round(closes * 60))
            ),
            None,
        )
        if until is None:
            return False
        at = until
    return True


def week(rows: Sequence[Row], day: date) -> list[tuple[list[int], list[Period]]]:
    """The seven days from ``day`` on, those with the same hours together.

    :return: (weekdays, hours) in the order of the week from Monday
    """
    by_weekday = {}
    for offset in range(7):
        at = day + timedelta(days=offset)
        by_weekday[at.weekday()] = periods(rows, at)
    groups: list[tuple[list[int], list[Period]]] = []
    for weekday in range(7):
        hours = by_weekday[weekday]
        for weekdays, known in groups:
            if known == hours:
                weekdays.append(weekday)
                break
        else:
            groups.append(([weekday], hours))
    return groups


def overlapping(rows: Iterable[Row]) -> tuple[Row, Row] | None:
    """Two rows that say different things of the same hour, or None.

    A season over the whole year is no overlap: it takes the year's place.
    """
    known: list[Row] = []
    for row in rows:
        for other in known:
            if (
                row.weekday == other.weekday
                and row.is_season == other.is_season
                and row.hour_from < other.hour_to
                and other.hour_from < row.hour_to
                and _seasons_meet(row, other)
            ):
                return other, row
        known.append(row)
    return None


def _seasons_meet(one: Row, two: Row) -> bool:
    first = max(one.date_from or date.min, two.date_from or date.min)
    last = min(one.date_to or date.max, two.date_to or date.max)
    return first <= last


def day_words(weekdays: Sequence[int], locale: Locale) -> str:
    """Weekdays in short, three or more in a row as a range: "Tue–Sun", "Mon, Wed".

    >>> day_words([1, 2, 3, 4, 5, 6], Locale("en", "US"))
    'Tue–Sun'
    """
    names = get_day_names("abbreviated", locale=locale)
    runs: list[list[int]] = []
    for weekday in weekdays:
        if runs and runs[-1][-1] == weekday - 1:
            runs[-1].append(weekday)
        else:
            runs.append([weekday])
    words = []
    for run in runs:
        if len(run) >= 3:
            words.append(f"{names[run[0]]}–{names[run[-1]]}")
        else:
            words += [names[weekday] for weekday in run]
    return ", ".join(words)


def hour_words(hours: Sequence[Period], locale: Locale) -> str:
    """Hours as the locale writes them: "10:00 AM – 6:00 PM", several by a comma."""
    return ", ".join(
        f"{_clock(first, locale)} – {_clock(last, locale)}" for first, last in hours
    )


def _clock(hour: float, locale: Locale) -> str:
    minutes = round(hour * 60) % (24 * 60)  # 24:00 is midnight
    return format_time(time(minutes // 60, minutes % 60), "short", locale=locale)
