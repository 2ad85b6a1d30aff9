# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Seats that go back: released, unsold, or run out (see ``seat_ledger``)."""

from collections.abc import Collection
from typing import Any

from .seat_counters import give_back_due, lock_pools
from .seat_types import ACTIVE, RELEASED


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
