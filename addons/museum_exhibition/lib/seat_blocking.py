# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Seats kept back from sale by staff; part of the seat engine (see ``seat_ledger``).

By how many more or fewer, never by how many in the end: two desks that block at the
same moment both get their seats. Such a move must not happen twice when a request runs
again, so its line in the log is written with it and carries the request's token.
"""

from dataclasses import dataclass
from typing import Any

from .seat_counters import lock_and_reclaim
from .seat_types import BelowTaken


class NotBlocked(Exception):
    """More seats would be let go than are kept back. ``blocked``: how many are."""

    def __init__(self, blocked: int):
        super().__init__(blocked)
        self.blocked = blocked


@dataclass(frozen=True)
class Block:
    """``seats`` more to keep back from sale (below zero: to let go), and why."""

    token: str
    slot_id: int
    company_id: int
    user_id: int
    seats: int
    reason: str


@dataclass(frozen=True)
class Blocked:
    """What was done, by this call or by an earlier one with its token."""

    seats: int
    blocked_after: int


def block(cr: Any, pool_id: int, wish: Block) -> Blocked | None:
    """Move a pool's blocked seats and log it, once for each token.

    :return: None: there is no such pool, or not yet
    :raise BelowTaken: fewer seats are free than would be blocked
    :raise NotBlocked: fewer are blocked than would be let go
    """
    if pool_id not in lock_and_reclaim(cr, [pool_id]):
        return None
    # Under the lock: a call with this token at the same moment has committed by now.
    cr.execute(
        """
        SELECT seats, blocked_after
          FROM museum_seat_block_log
         WHERE token = %(token)s
        """,
        {"token": wish.token},
    )
    if row := cr.fetchone():
        return Blocked(*row)
    after = _move(cr, pool_id, wish.seats)
    cr.execute(
        """
        INSERT INTO museum_seat_block_log
               (token, slot_id, company_id, seats, blocked_after, reason,
                create_uid, write_uid, create_date, write_date)
        SELECT %(token)s, %(slot)s, %(company)s, %(seats)s, %(after)s, %(reason)s,
               %(user)s, %(user)s, clock.now, clock.now
          FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) clock
        """,
        {
            "token": wish.token,
            "slot": wish.slot_id,
            "company": wish.company_id,
            "seats": wish.seats,
            "after": after,
            "reason": wish.reason,
            "user": wish.user_id,
        },
    )
    return Blocked(wish.seats, after)


def _move(cr: Any, pool_id: int, seats: int) -> int:
    """Move the counter of a pool that is locked; return how many are blocked then."""
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET blocked = blocked + %(seats)s
         WHERE id = %(pool)s
           AND blocked + %(seats)s >= 0
           AND (NOT is_limited
                OR %(seats)s <= 0
                OR taken + blocked + %(seats)s <= capacity)
     RETURNING blocked
        """,
        {"pool": pool_id, "seats": seats},
    )
    if row := cr.fetchone():
        return row[0]
    cr.execute(
        "SELECT taken, blocked FROM museum_seat_pool WHERE id = %(pool)s",
        {"pool": pool_id},
    )
    taken, blocked = cr.fetchone()
    if seats < 0:
        raise NotBlocked(blocked)
    raise BelowTaken(taken, blocked, pool_id)
