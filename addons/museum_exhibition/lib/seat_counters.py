# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The counters of seats: locked, moved and reclaimed; only for ``seat_ledger``."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from .seat_reading import free_seats
from .seat_types import Again, BelowTaken, Closed, Full


def lock_pools(cr: Any, pool_ids: Collection[int]) -> list[int]:
    """Lock pools by id. No other function may lock more than one pool."""
    cr.execute(
        """
        SELECT id
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
         ORDER BY id
           FOR NO KEY UPDATE
        """,
        {"pools": sorted(pool_ids)},
    )
    return [pool_id for (pool_id,) in cr.fetchall()]


def pools_of_due(cr: Any, pool_ids: Collection[int]) -> set[int]:
    """All pools touched by the holds that ran out in these pools."""
    cr.execute(
        """
        SELECT DISTINCT other.pool_id
          FROM museum_hold hold
          JOIN museum_hold_take other ON other.hold_id = hold.id
         WHERE hold.state = 'active'
           AND hold.expires_at <= (SELECT clock_timestamp() AT TIME ZONE 'UTC')
           AND hold.slot_id IN (
                   SELECT slot_id
                     FROM museum_seat_pool
                    WHERE id = ANY(%(pools)s)
                UNION ALL
                   SELECT slot_id
                     FROM museum_slot_extra_pool_rel
                    WHERE pool_id = ANY(%(pools)s)
               )
        """,
        {"pools": list(pool_ids)},
    )
    return {pool_id for (pool_id,) in cr.fetchall()}


def give_back_due(cr: Any, locked: list[int]) -> int:
    """Reclaim what ran out in pools that are locked; return how many holds.

    Holds that also touch a pool outside ``locked`` are left alone, and so are those
    that a seller has locked.
    """
    cr.execute(
        """
        WITH due AS (
            SELECT hold.id
              FROM museum_hold hold
             WHERE hold.state = 'active'
               AND hold.expires_at <= (SELECT clock_timestamp() AT TIME ZONE 'UTC')
               AND hold.slot_id IN (
                       SELECT slot_id
                         FROM museum_seat_pool
                        WHERE id = ANY(%(locked)s)
                    UNION ALL
                       SELECT slot_id
                         FROM museum_slot_extra_pool_rel
                        WHERE pool_id = ANY(%(locked)s)
                   )
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
               SET state = 'expired'
             WHERE id IN (SELECT id FROM due)
         RETURNING id
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
        SELECT COUNT(*) FROM gone
        """,
        {"locked": locked},
    )
    return cr.fetchone()[0]


def lock_and_reclaim(cr: Any, pool_ids: Collection[int]) -> list[int]:
    locked = lock_pools(cr, {*pool_ids, *pools_of_due(cr, pool_ids)})
    give_back_due(cr, locked)
    return locked


def _add(cr: Any, pool_id: int, seats: int) -> bool:
    """Move one counter, unless the pool is too full. The heart of the engine."""
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET taken = taken + %(seats)s
         WHERE id = %(pool)s
           AND (NOT is_limited
                OR %(seats)s <= 0
                OR taken + blocked + %(seats)s <= capacity)
        """,
        {"pool": pool_id, "seats": seats},
    )
    return cr.rowcount == 1


def add_all(cr: Any, parts: Mapping[int, int]) -> bool:
    return all(_add(cr, pool_id, parts[pool_id]) for pool_id in sorted(parts))


def _seats_left(free: Mapping[int, int | None], pool_ids: Iterable[int]) -> int:
    limits = [free[pool_id] for pool_id in pool_ids if free.get(pool_id) is not None]
    return max(0, min(limits, default=0))


def add_locked(cr: Any, parts: Mapping[int, int], locked: list[int]) -> None:
    """Move the counters of pools that are locked and reclaimed, or raise.

    Looks before it moves anything: its own first steps must not be what makes the
    last one fail.
    """
    free = _counted(cr, locked)
    wanted = {pool_id: seats for pool_id, seats in parts.items() if seats > 0}
    if not free.keys() >= wanted.keys():
        raise Closed  # a pool is gone, and its slot with it
    if any(free[pool] is not None and free[pool] < wanted[pool] for pool in wanted):
        if not pools_of_due(cr, wanted) <= set(locked):
            raise Again  # more can be reclaimed, under more locks
        # What ran out and is still there is locked by a seller: it is his.
        raise Full(_seats_left(free, wanted))
    pool_ids = sorted(parts)
    cr.execute(
        """
        UPDATE museum_seat_pool pool
           SET taken = pool.taken + part.seats
          FROM unnest(%(pools)s, %(seats)s) AS part (pool_id, seats)
         WHERE pool.id = part.pool_id
           AND (NOT pool.is_limited
                OR part.seats <= 0
                OR pool.taken + pool.blocked + part.seats <= pool.capacity)
        """,
        {"pools": pool_ids, "seats": [parts[pool_id] for pool_id in pool_ids]},
    )
    if cr.rowcount != len(pool_ids):
        raise Again


def _counted(cr: Any, pool_ids: Collection[int]) -> dict[int, int | None]:
    """Free seats by the counters alone."""
    cr.execute(
        """
        SELECT id, CASE WHEN is_limited THEN capacity - taken - blocked END
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": list(pool_ids)},
    )
    return dict(cr.fetchall())


def refuse_when_short(cr: Any, parts: Mapping[int, int]) -> None:
    """Raise Full when one snapshot shows too few seats; read nothing but that."""
    free = free_seats(cr, parts.keys())
    if len(free) != len(parts):
        raise Closed  # a pool is gone, and its slot with it
    for pool_id, seats in parts.items():
        if free[pool_id] is not None and free[pool_id] < seats:
            raise Full(_seats_left(free, parts))


# --- staff -----------------------------------------------------------------------


def set_limit(
    cr: Any, pool_ids: Collection[int], *, is_limited: bool, capacity: int
) -> list[int]:
    """Change how many seats pools have, all of them or none.

    :return: the pools that exist
    :raise BelowTaken: in one of them more are taken and blocked than there would be
    """
    locked = _lock_and_refuse(
        cr, pool_ids, lambda taken, blocked: is_limited and taken + blocked > capacity
    )
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET is_limited = %(is_limited)s, capacity = %(capacity)s
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": locked, "is_limited": is_limited, "capacity": capacity},
    )
    return locked


def set_blocked(cr: Any, pool_id: int, blocked: int) -> list[int]:
    """Keep so many seats of a pool back from sale.

    :return: the pools that exist
    :raise BelowTaken: fewer seats are free than would be blocked
    """
    cr.execute(
        "SELECT is_limited, capacity FROM museum_seat_pool WHERE id = %(pool)s",
        {"pool": pool_id},
    )
    is_limited, capacity = cr.fetchone() or (False, 0)
    locked = _lock_and_refuse(
        cr, [pool_id], lambda taken, _old: is_limited and taken + blocked > capacity
    )
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET blocked = %(blocked)s
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": locked, "blocked": blocked},
    )
    return locked


def _lock_and_refuse(
    cr: Any, pool_ids: Collection[int], is_short: Callable[[int, int], bool]
) -> list[int]:
    """Lock and reclaim; raise BelowTaken when any of the pools would be short."""
    locked = set(lock_and_reclaim(cr, pool_ids)) & set(pool_ids)
    cr.execute(
        """
        SELECT taken, blocked
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
         ORDER BY taken + blocked DESC
         LIMIT 1
        """,
        {"pools": sorted(locked)},
    )
    for taken, blocked in cr.fetchall():
        if is_short(taken, blocked):
            raise BelowTaken(taken, blocked)
    return sorted(locked)
