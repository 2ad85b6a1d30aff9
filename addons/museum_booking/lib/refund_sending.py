# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When a refund is sent again, and what an error of its provider means."""

from datetime import datetime, timedelta

# Nobody knows whether it was taken: sent again with the same key, for about a day.
_RESEND = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 3600, 4 * 3600, 16 * 3600)
)
# It was refused, or came back: a new one, when the account may be full again.
_ANEW = (timedelta(minutes=10), timedelta(hours=6))
_FIRST_ASK = timedelta(minutes=5)
_LAST_ASK = timedelta(days=1)

# Of the 4xx the ones that say "not now" rather than "no".
_NOT_NOW = frozenset({408, 409, 425, 429})


class NotNow(Exception):
    """Nobody can tell whether the refund was taken: it is sent again as it is."""


class Refused(Exception):
    """The refund was not made, and will not be as it is.

    ``is_final``: a person has to look before anything is sent again.
    """

    def __init__(self, words: str, is_final: bool = False):
        super().__init__(words)
        self.is_final = is_final


def next_resend(now: datetime, attempts: int) -> datetime | None:
    """When to send it again; None when a person has to look.

    :param attempts: how often it was sent, 1 or more
    """
    if attempts > len(_RESEND):
        return None
    return now + _RESEND[attempts - 1]


def next_anew(now: datetime, failures: int) -> datetime | None:
    """When to make a new one after so many were refused; None: never by itself."""
    if failures > len(_ANEW):
        return None
    return now + _ANEW[failures - 1]


def next_ask(now: datetime, asked: int) -> datetime:
    """When to ask (again) what became of one that is on its way."""
    return now + min(_FIRST_ASK * 2 ** min(asked, 10), _LAST_ASK)


def is_definite(error: BaseException) -> bool:
    """Whether an error of Odoo's API request says that nothing was done.

    Odoo turns everything into one ValidationError; what it was is its context. A
    timeout, a server's error and "in work" may all have moved the money.
    """
    cause = error.__context__
    response = getattr(cause, "response", None)
    status = getattr(response, "status_code", None)
    return status is not None and 400 <= status < 500 and status not in _NOT_NOW
