# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the booking page that the server's and the browser's drawing share.

Twin of ``static/src/booking/calendar.js`` and ``money.js``; both are tested with
``static/tests/booking/vectors.json``. Pure: no clock, no database.
"""

import calendar
from collections.abc import Sequence
from datetime import date

NOON, EVENING = 12, 17  # hours at which the next part of the day begins


def month_weeks(month: date, week_start: int) -> list[list[date | None]]:
    """The weeks of a month, days of its neighbours as None.

    :param int week_start: ISO weekday that a week starts with, 1 (Monday) to 7.
    """
    weeks = calendar.Calendar((week_start - 1) % 7).monthdatescalendar(
        month.year, month.month
    )
    return [[day if day.month == month.month else None for day in w] for w in weeks]


def shift_month(month: date, months: int) -> date:
    """The first day of the month so many months later (or earlier)."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def part_of_day(hour: int) -> str:
    """``morning``, ``afternoon`` or ``evening`` for an hour of the venue's clock."""
    if hour < NOON:
        return "morning"
    return "afternoon" if hour < EVENING else "evening"


def group_digits(digits: str, grouping: Sequence[int], separator: str) -> str:
    """Put separators into a number's integer part.

    :param grouping: sizes from the right, as locales have them: the last one repeats,
        0 says so once more, -1 ends it. ``[3, 2, 0]`` makes 12,34,567.
    """
    sizes = [size for size in grouping if size]
    if not separator or not sizes:
        return digits
    parts: list[str] = []
    position = 0
    while digits:
        size = sizes[min(position, len(sizes) - 1)]
        if size < 0 or len(digits) <= size:
            parts.insert(0, digits)
            break
        parts.insert(0, digits[-size:])
        digits = digits[:-size]
        position += 1
    return separator.join(parts)


def format_minor(amount: int, style: dict) -> str:
    """An amount of minor units as people write it; whole amounts without decimals.

    :param dict style: ``decimals``, ``symbol``, ``before`` (symbol in front),
        ``point``, ``separator``, ``grouping``.
    """
    decimals = style["decimals"]
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(decimals + 1, "0")
    whole, fraction = (
        (digits[:-decimals], digits[-decimals:])
        if decimals
        else (
            digits,
            "",
        )
    )
    text = group_digits(whole, style["grouping"], style["separator"])
    if fraction.strip("0"):
        text += style["point"] + fraction
    if style["before"]:
        return f"{sign}{style['symbol']}{text}"
    return f"{sign}{text}\u00a0{style['symbol']}"
