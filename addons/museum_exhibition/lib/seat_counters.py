# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The counters of seats: locked, moved and reclaimed; only for ``seat_ledger``."""

from collections.abc import Collection, Mapping
from typing import Any

from .seat_reading import free_rows
from .seat_types import Again, BelowTaken, Closed, Full, Relinked


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


def give_back_due(cr: Any, locked: list[int]) -> list[int]:
    """Reclaim what ran out in pools that are locked; return the slot of each hold.

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
         RETURNING id, slot_id
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
        SELECT slot_id FROM gone
        """,
        {"locked": locked},
    )
    return [slot_id for (slot_id,) in cr.fetchall()]


def lock_and_reclaim(cr: Any, pool_ids: Collection[int]) -> list[int]:
    locked = lock_pools(cr, {*pool_ids, *pools_of_due(cr, pool_ids)})
    give_back_due(cr, locked)
    return locked


def _add(cr: Any, pool_id: int, seats: int, version: int | None) -> bool:
    """Move one counter, unless the pool is too full. The heart of the engine.

    :param version: of the slot's own pool, as of which its pools were looked up
    """
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET taken = taken + %(seats)s
         WHERE id = %(pool)s
           AND (NOT is_limited
                OR %(seats)s <= 0
                OR taken + blocked + %(seats)s <= capacity)
           AND version = COALESCE(%(version)s, version)
        """,
        {"pool": pool_id, "seats": seats, "version": version},
    )
    return cr.rowcount == 1


def add_all(cr: Any, parts: Mapping[int, int], versions: Mapping[int, int]) -> bool:
    return all(
        _add(cr, pool_id, parts[pool_id], versions.get(pool_id))
        for pool_id in sorted(parts)
    )


def refuse_short(
    free: Mapping[int, int | None], wanted: Mapping[int, int], *, mine=None
) -> None:
    """:raise Full: a pool has fewer free seats than wanted

    :param mine: seats that are free to the caller alone, which he is not told of
    """
    mine = mine or {}
    short = {
        pool_id: left - mine.get(pool_id, 0)
        for pool_id, seats in wanted.items()
        if (left := free[pool_id]) is not None and left < seats
    }
    if short:
        raise Full(short)


def _same_versions(seen: Mapping[int, int], versions: Mapping[int, int]) -> None:
    if any(seen.get(pool_id) != version for pool_id, version in versions.items()):
        raise Relinked


def add_locked(
    cr: Any, parts: Mapping[int, int], locked: list[int], versions: Mapping[int, int]
) -> None:
    """Move the counters of pools that are locked and reclaimed, or raise.

    Looks before it moves anything: its own first steps must not be what makes the
    last one fail.
    """
    free, seen = _counted(cr, locked)
    wanted = {pool_id: seats for pool_id, seats in parts.items() if seats > 0}
    if not free.keys() >= wanted.keys():
        raise Closed  # a pool is gone, and its slot with it
    _same_versions(seen, versions)
    try:
        refuse_short(free, wanted)
    except Full:
        if not pools_of_due(cr, wanted) <= set(locked):
            raise Again from None  # more can be reclaimed, under more locks
        # What ran out and is still there is locked by a seller: it is his.
        raise
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


def _counted(
    cr: Any, pool_ids: Collection[int]
) -> tuple[dict[int, int | None], dict[int, int]]:
    """Free seats by the counters alone, and versions."""
    cr.execute(
        """
        SELECT id, CASE WHEN is_limited THEN capacity - taken - blocked END, version
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": list(pool_ids)},
    )
    rows = cr.fetchall()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def look(
    cr: Any,
    pool_ids: Collection[int],
    versions: Mapping[int, int],
    token: str | None = None,
) -> dict[int, int | None]:
    """Free seats as of one snapshot (see ``free_seats``), for who looked up pools.

    :raise Closed: a pool is gone, and its slot with it
    :raise Relinked: the slot counts in other pools by now
    """
    rows = free_rows(cr, pool_ids, token)
    if len(rows) != len(pool_ids):
        raise Closed
    _same_versions({row[0]: row[2] for row in rows}, versions)
    return {row[0]: row[1] for row in rows}


# --- staff -----------------------------------------------------------------------


def set_limit(
    cr: Any, pool_ids: Collection[int], *, is_limited: bool, capacity: int
) -> list[int]:
    """Change how many seats pools have, all of them or none.

    :return: the pools that exist
    :raise BelowTaken: in one of them more are taken and blocked than there would be
    """
    locked = sorted(set(lock_and_reclaim(cr, pool_ids)) & set(pool_ids))
    cr.execute(
        """
        SELECT taken, blocked, id
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
           AND %(is_limited)s
           AND taken + blocked > %(capacity)s
         ORDER BY taken + blocked DESC, id
         LIMIT 1
        """,
        {"pools": locked, "is_limited": is_limited, "capacity": capacity},
    )
    for taken, blocked, pool_id in cr.fetchall():
        raise BelowTaken(taken, blocked, pool_id)
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET is_limited = %(is_limited)s, capacity = %(capacity)s
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": locked, "is_limited": is_limited, "capacity": capacity},
    )
    return locked
