# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Seats that go back: released, unsold, or run out (see ``seat_ledger``)."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from .seat_counters import give_back_due, lock_pools
from .seat_reading import read_hold
from .seat_types import ACTIVE, RELEASED, SOLD, Again, Hold


def release(cr: Any, tokens: Collection[str], state: str = ACTIVE) -> dict[str, int]:
    """Give the seats of holds in ``state`` back, each at most once.

    :return: ``{token: slot id}`` of those that were given back. Missing: those in
        another state, and those that a seller has locked.
    """
    cr.execute(
        """
        SELECT DISTINCT take.pool_id
          FROM museum_hold hold
          JOIN museum_hold_take take ON take.hold_id = hold.id
         WHERE hold.token = ANY(%(tokens)s)
           AND hold.state = %(state)s
        """,
        {"tokens": list(tokens), "state": state},
    )
    pool_ids = [pool_id for (pool_id,) in cr.fetchall()]
    if not pool_ids:
        return {}
    return give_back(cr, tokens, state, RELEASED, lock_pools(cr, pool_ids))


def give_back(
    cr: Any, tokens: Collection[str], old: str, new: str, locked: list[int]
) -> dict[str, int]:
    """The holds whose row changes here give back, so nobody gives back twice."""
    cr.execute(
        """
        WITH mine AS (
            SELECT hold.id
              FROM museum_hold hold
             WHERE hold.token = ANY(%(tokens)s)
               AND hold.state = %(old)s
               AND NOT EXISTS (
                       SELECT 1
                         FROM museum_hold_take take
                        WHERE take.hold_id = hold.id
                          AND take.pool_id <> ALL(%(locked)s)
                   )
             ORDER BY hold.id
               FOR NO KEY UPDATE OF hold SKIP LOCKED
        ), gone AS (
            UPDATE museum_hold
               SET state = %(new)s
             WHERE id IN (SELECT id FROM mine)
         RETURNING id, token, slot_id
        ), back AS (
            SELECT take.pool_id, SUM(take.seats) AS seats
              FROM museum_hold_take take
             WHERE take.hold_id IN (SELECT id FROM gone)
             GROUP BY take.pool_id
        ), counted AS (
            UPDATE museum_seat_pool pool
               SET taken = pool.taken - back.seats
              FROM back
             WHERE pool.id = back.pool_id
        )
        SELECT token, slot_id FROM gone
        """,
        {"tokens": list(tokens), "old": old, "new": new, "locked": locked},
    )
    return dict(cr.fetchall())


def sweep(cr: Any, limit: int) -> list[int]:
    """Reclaim up to about ``limit`` holds that ran out and that nobody asked for.

    :return: the slot of each
    """
    cr.execute(
        """
        SELECT DISTINCT take.pool_id
          FROM (SELECT id
                  FROM museum_hold
                 WHERE state = 'active'
                   AND expires_at <= (SELECT clock_timestamp() AT TIME ZONE 'UTC')
                 ORDER BY expires_at
                 LIMIT %(limit)s) hold
          JOIN museum_hold_take take ON take.hold_id = hold.id
        """,
        {"limit": limit},
    )
    pool_ids = [pool_id for (pool_id,) in cr.fetchall()]
    return give_back_due(cr, lock_pools(cr, pool_ids)) if pool_ids else []


def shrink_sold(
    cr: Any, token: str, quantities: Mapping[int, int], seats: int
) -> Hold | None:
    """Let a sold hold keep fewer tickets, and give the seats of the others back.

    States what is left, so that doing it twice, or late, gives nothing back twice; a
    hold never gets more than it has.

    :param quantities: the tickets that stay, by category id; at least one
    :param seats: those of the tickets that stay, as they were sold
    :return: the hold as it is now; None when there was nothing to give back
    :raise Again: somebody has it locked, or moved it to other pools meanwhile
    """
    known = read_hold(cr, token)
    if not known or not _is_fewer(known, quantities, seats):
        return None
    locked = lock_pools(cr, known.pools)
    cr.execute(
        """
        SELECT id
          FROM museum_hold
         WHERE token = %(token)s
           AND state = 'sold'
           FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"token": token},
    )
    if not cr.fetchone():
        raise Again  # given back as a whole, or about to be
    now = read_hold(cr, token)
    if not set(now.pools) <= set(locked):
        raise Again
    if not _is_fewer(now, quantities, seats):
        return None
    left = _seats_left(cr, now, quantities, seats)
    cr.execute(
        """
        WITH part AS (
            SELECT * FROM unnest(%(pools)s::int[], %(left)s::int[])
                          AS part (pool_id, seats)
        ), counted AS (
            UPDATE museum_seat_pool pool
               SET taken = pool.taken - (take.seats - part.seats)
              FROM part
              JOIN museum_hold_take take
                ON take.pool_id = part.pool_id AND take.hold_id = %(hold)s
             WHERE pool.id = part.pool_id
        ), gone AS (
            DELETE FROM museum_hold_take
             WHERE hold_id = %(hold)s
               AND pool_id IN (SELECT pool_id FROM part WHERE seats = 0)
        ), fewer AS (
            UPDATE museum_hold_take take
               SET seats = part.seats
              FROM part
             WHERE take.hold_id = %(hold)s
               AND take.pool_id = part.pool_id
               AND part.seats > 0
        )
        UPDATE museum_hold
           SET quantities = %(quantities)s::jsonb, seats = %(seats)s
         WHERE id = %(hold)s
        """,
        {
            "hold": now.id,
            "pools": list(left),
            "left": list(left.values()),
            "seats": seats,
            "quantities": json.dumps(
                {str(key): qty for key, qty in sorted(quantities.items()) if qty}
            ),
        },
    )
    return read_hold(cr, token)


def _is_fewer(hold: Hold, quantities: Mapping[int, int], seats: int) -> bool:
    """Whether the hold is sold, has all that is to stay, and more."""
    wanted = {str(key): qty for key, qty in quantities.items() if qty}
    return (
        hold.state == SOLD
        and 0 < seats < hold.seats
        and all(qty <= hold.quantities.get(key, 0) for key, qty in wanted.items())
    )


def _seats_left(
    cr: Any, hold: Hold, quantities: Mapping[int, int], seats: int
) -> dict[int, int]:
    """What the hold still takes from each of its pools.

    A category's pool loses its tickets' share of what it counted then: the seats of a
    ticket may be others by now.
    """
    cr.execute(
        """
        SELECT id, category_id
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
           AND kind = 'category'
        """,
        {"pools": list(hold.pools)},
    )
    categories = dict(cr.fetchall())
    left = {}
    for pool_id, taken in hold.pools.items():
        category_id = categories.get(pool_id)
        if category_id:
            sold = hold.quantities.get(str(category_id), 0)
            stays = quantities.get(category_id, 0)
            left[pool_id] = taken * stays // sold if sold else taken
        else:
            left[pool_id] = taken - (hold.seats - seats)
    return left
