# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When to try again: gaps that grow, and an end."""

from datetime import datetime, timedelta

# A payment can turn authorised up to three days after it failed, and is captured or
# given back within five: who asks until then has seen the end of every payment.
ASK_FOR = timedelta(days=5)
_FIRST_ASK = timedelta(minutes=5)
_LAST_ASK = timedelta(hours=6)

# An event whose handling failed: about a day in all.
_EVENT_GAPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 3600, 4 * 3600, 16 * 3600)
)


def next_ask(started_at: datetime, now: datetime, asked: int) -> datetime | None:
    """When to ask Razorpay (again) about an order; None when it is enough.

    :param asked: how often it was asked already
    """
    if now - started_at >= ASK_FOR:
        return None
    # min() of the exponent first: a large power would overflow the timedelta.
    return now + min(_FIRST_ASK * 2 ** min(asked, 10), _LAST_ASK)


def next_try(now: datetime, attempts: int) -> datetime | None:
    """When to handle a failed event again; None when a person has to look.

    :param attempts: how often it failed so far, 1 or more
    """
    if attempts > len(_EVENT_GAPS):
        return None
    return now + _EVENT_GAPS[attempts - 1]
