# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How often, and how soon again."""

from typing import NamedTuple

FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 15 * 60


class Rule(NamedTuple):
    """At most ``most`` attempts in ``seconds`` for one value of a scope.

    ``waits``: besides, so many seconds after the first attempt, the second...
    """

    purpose: str
    scope: str
    value: str
    most: int
    seconds: int
    waits: tuple[int, ...] = ()


def wait_after(sends: int) -> int:
    """Seconds until a code may be sent again after so many sends."""
    if sends < 1:
        return 0
    # The exponent is bounded: nobody needs 2 ** 1000.
    return min(FIRST_WAIT_SECONDS << min(sends - 1, 16), LONGEST_WAIT_SECONDS)


def growing_waits(most: int) -> tuple[int, ...]:
    """The waits after each of ``most`` sends."""
    return tuple(wait_after(sends) for sends in range(1, most + 1))


def steady_waits(most: int) -> tuple[int, ...]:
    """The shortest wait after each of ``most`` sends: one message at a time."""
    return (FIRST_WAIT_SECONDS,) * most
