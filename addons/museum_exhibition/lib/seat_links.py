# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which further pools the seats of a slot count in, changed while they are sold.

Part of the seat engine (see ``seat_ledger``): :func:`relink_venue` and
:func:`add_category` want a short READ COMMITTED transaction and take the locks.

Seats that visitors have already are counted in a pool that is linked later
("adopted"). A buyer may have looked up the slot's pools before the link was there: so
each change raises the ``version`` of the slot's own pool under its lock, and whoever
moves seats states the version that he looked up (:class:`~.seat_types.Relinked`).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from .seat_counters import lock_and_reclaim
from .seat_types import Again, BelowTaken

Links = set[tuple[int, int]]
"""Pairs of slot id and pool id."""


def own_pools(cr: Any, slot_ids: Collection[int]) -> dict[int, int]:
    """The slots that this transaction sees, and the own pool of each."""
    cr.execute(
        "SELECT id, pool_id FROM museum_slot WHERE id = ANY(%(slots)s)",
        {"slots": list(slot_ids)},
    )
    return dict(cr.fetchall())


def venue_pools(
    cr: Any, venue_id: int, starts: Iterable[datetime]
) -> dict[datetime, int]:
    """The pools that a venue has for pieces of time."""
    cr.execute(
        """
        SELECT start_at, id
          FROM museum_seat_pool
         WHERE kind = 'venue'
           AND venue_id = %(venue)s
           AND start_at = ANY(%(starts)s::timestamp[])
        """,
        {"venue": venue_id, "starts": list(starts)},
    )
    return dict(cr.fetchall())


def make_venue_pools(
    cr: Any,
    venue_id: int,
    company_id: int,
    starts: Iterable[datetime],
    *,
    is_limited: bool,
    capacity: int,
) -> dict[datetime, int]:
    """The pools of a venue for pieces of time, created where they are missing."""
    starts = sorted(starts)
    cr.execute(
        """
        INSERT INTO museum_seat_pool
               (kind, venue_id, company_id, start_at,
                is_limited, capacity, taken, blocked, version)
        SELECT 'venue', %(venue)s, %(company)s, piece.start_at,
               %(is_limited)s, %(capacity)s, 0, 0, 0
          FROM unnest(%(starts)s::timestamp[]) AS piece (start_at)
            ON CONFLICT (venue_id, start_at) WHERE kind = 'venue' DO NOTHING
        """,
        {
            "venue": venue_id,
            "company": company_id,
            "starts": starts,
            "is_limited": is_limited,
            "capacity": capacity,
        },
    )
    return venue_pools(cr, venue_id, starts)


def insert_links(cr: Any, links: Iterable[tuple[int, int]]) -> None:
    """Link slots that nobody else knows yet; no lock, nothing to adopt."""
    links = list(links)
    cr.execute(
        """
        INSERT INTO museum_slot_extra_pool_rel (slot_id, pool_id)
        SELECT * FROM unnest(%(slots)s::int[], %(pools)s::int[])
            ON CONFLICT DO NOTHING
        """,
        {"slots": [link[0] for link in links], "pools": [link[1] for link in links]},
    )


def insert_category_pools(
    cr: Any,
    slots: Mapping[int, int],
    category_id: int,
    *,
    is_limited: bool,
    capacity: int,
) -> dict[int, int]:
    """Pools of a category in slots that have none; ``{slot id: pool id}``, new ones.

    :param slots: company id by slot id
    """
    cr.execute(
        """
        INSERT INTO museum_seat_pool
               (kind, slot_id, category_id, company_id,
                is_limited, capacity, taken, blocked, version)
        SELECT 'category', slot.id, %(category)s, slot.company_id,
               %(is_limited)s, %(capacity)s, 0, 0, 0
          FROM unnest(%(slots)s::int[], %(companies)s::int[])
               AS slot (id, company_id)
            ON CONFLICT (slot_id, category_id) WHERE kind = 'category' DO NOTHING
     RETURNING slot_id, id
        """,
        {
            "slots": list(slots),
            "companies": list(slots.values()),
            "category": category_id,
            "is_limited": is_limited,
            "capacity": capacity,
        },
    )
    return dict(cr.fetchall())


def knows_category(cr: Any, category_id: int) -> bool:
    """Whether this transaction sees the category, or only the one that creates it."""
    cr.execute(
        "SELECT 1 FROM museum_ticket_category WHERE id = %(category)s",
        {"category": category_id},
    )
    return cr.fetchone() is not None


def where(cr: Any, pool_id: int) -> tuple[int | None, datetime | None]:
    """The slot of a pool, or the piece of time of a venue's."""
    cr.execute(
        "SELECT slot_id, start_at FROM museum_seat_pool WHERE id = %(pool)s",
        {"pool": pool_id},
    )
    return cr.fetchone() or (None, None)


def venue_pools_from(cr: Any, venue_id: int, start: datetime) -> list[int]:
    """The pools of a venue for all pieces of time that begin after ``start``."""
    cr.execute(
        """
        SELECT id
          FROM museum_seat_pool
         WHERE kind = 'venue'
           AND venue_id = %(venue)s
           AND start_at > %(start)s
        """,
        {"venue": venue_id, "start": start},
    )
    return [pool_id for (pool_id,) in cr.fetchall()]


def venue_slots(cr: Any, venue_id: int, now: datetime) -> list[int]:
    """The slots of a venue that are not over."""
    cr.execute(
        """
        SELECT id
          FROM museum_slot
         WHERE venue_id = %(venue)s
           AND end_at > %(now)s
        """,
        {"venue": venue_id, "now": now},
    )
    return [slot_id for (slot_id,) in cr.fetchall()]


def category_pools(
    cr: Any, category_id: int, exhibition_ids: Collection[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Of slots that are neither over nor cancelled: with a category's pool, without.

    :return: pool id by slot id, company id by slot id
    """
    cr.execute(
        """
        SELECT slot.id, slot.company_id, pool.id
          FROM museum_slot slot
          LEFT JOIN museum_seat_pool pool
            ON pool.slot_id = slot.id
           AND pool.kind = 'category'
           AND pool.category_id = %(category)s
         WHERE slot.exhibition_id = ANY(%(exhibitions)s)
           AND slot.end_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
           AND slot.state <> 'cancelled'
         ORDER BY slot.id
        """,
        {"category": category_id, "exhibitions": list(exhibition_ids)},
    )
    rows = cr.fetchall()
    return (
        {slot: pool for slot, _company, pool in rows if pool},
        {slot: company for slot, company, pool in rows if not pool},
    )


# --- under the locks -------------------------------------------------------------


def _linked(cr: Any, slot_ids: Collection[int]) -> Links:
    cr.execute(
        """
        SELECT rel.slot_id, rel.pool_id
          FROM museum_slot_extra_pool_rel rel
          JOIN museum_seat_pool pool ON pool.id = rel.pool_id
         WHERE rel.slot_id = ANY(%(slots)s)
           AND pool.kind = 'venue'
        """,
        {"slots": list(slot_ids)},
    )
    return set(cr.fetchall())


def _cancelled(cr: Any, slot_ids: Collection[int]) -> set[int]:
    cr.execute(
        "SELECT id FROM museum_slot WHERE id = ANY(%(slots)s) AND state = 'cancelled'",
        {"slots": list(slot_ids)},
    )
    return {slot_id for (slot_id,) in cr.fetchall()}


def relink_venue(
    cr: Any, wanted: Mapping[int, Collection[int]], *, keep: bool = False
) -> bool:
    """Let slots count in exactly these pools of their venue.

    People who have a place in them move along. Slots that were cancelled count in none,
    whatever the caller's older snapshot says: nobody comes.

    :param wanted: pool ids by slot id; slots that do not exist are left out
    :param keep: leave the former links too, for a caller who is not committed yet
    :return: whether former links were left
    :raise BelowTaken: in a pool that is new to them there would be too many people
    :raise Again: somebody came in between
    """
    own = own_pools(cr, wanted)
    links = {(slot, pool) for slot in own for pool in wanted[slot]}
    before = _linked(cr, own)
    if before == links:
        return False
    locked = lock_and_reclaim(
        cr, {*own.values(), *(pool for _slot, pool in links | before)}
    )
    gone = _cancelled(cr, own)
    links = {link for link in links if link[0] not in gone}
    before = _linked(cr, own)
    if not {pool for _slot, pool in before | links} <= set(locked):
        raise Again
    added, dropped = links - before, before - links
    if added:
        insert_links(cr, added)
        _adopt(cr, added)
    if dropped and not keep:
        _drop(cr, dropped)
    changed = added if keep else added | dropped
    _raise_versions(cr, {own[slot] for slot, _pool in changed})
    return bool(dropped) and keep


def add_category(
    cr: Any,
    slots: Mapping[int, int],
    category_id: int,
    seats_per_ticket: int,
) -> None:
    """Let the tickets of a category be counted in slots; without a limit as yet.

    :param slots: company id by slot id
    """
    own = own_pools(cr, slots)
    lock_and_reclaim(cr, own.values())
    made = insert_category_pools(
        cr,
        {slot_id: slots[slot_id] for slot_id in own},
        category_id,
        is_limited=False,
        capacity=0,
    )
    cr.execute(
        """
        WITH taken AS (
            INSERT INTO museum_hold_take (hold_id, pool_id, seats)
            SELECT hold.id, made.pool_id,
                   (hold.quantities ->> %(category)s)::int * %(seats)s
              FROM unnest(%(slots)s::int[], %(pools)s::int[])
                   AS made (slot_id, pool_id)
              JOIN museum_hold hold ON hold.slot_id = made.slot_id
             WHERE hold.state IN ('active', 'sold')
               AND (hold.quantities ->> %(category)s)::int > 0
         RETURNING pool_id, seats
        ), sums AS (
            SELECT pool_id, SUM(seats) AS seats FROM taken GROUP BY pool_id
        )
        UPDATE museum_seat_pool pool
           SET taken = pool.taken + sums.seats
          FROM sums
         WHERE pool.id = sums.pool_id
        """,
        {
            "category": str(category_id),
            "seats": seats_per_ticket,
            "slots": list(made),
            "pools": list(made.values()),
        },
    )
    _raise_versions(cr, [own[slot_id] for slot_id in made])


def _adopt(cr: Any, links: Links) -> None:
    """Count the people of slots in pools that were just linked to them."""
    cr.execute(
        """
        INSERT INTO museum_hold_take (hold_id, pool_id, seats)
        SELECT hold.id, link.pool_id, hold.seats
          FROM unnest(%(slots)s::int[], %(pools)s::int[]) AS link (slot_id, pool_id)
          JOIN museum_hold hold ON hold.slot_id = link.slot_id
         WHERE hold.state IN ('active', 'sold')
            ON CONFLICT (hold_id, pool_id) DO NOTHING
     RETURNING pool_id, seats
        """,
        _arrays(links),
    )
    more: dict[int, int] = {}
    for pool_id, seats in cr.fetchall():
        more[pool_id] = more.get(pool_id, 0) + seats
    cr.execute(
        """
        SELECT id, taken, blocked, is_limited, capacity
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
         ORDER BY id
        """,
        {"pools": list(more)},
    )
    for pool_id, taken, blocked, is_limited, capacity in cr.fetchall():
        if is_limited and taken + blocked + more[pool_id] > capacity:
            raise BelowTaken(taken + more[pool_id], blocked, pool_id)
    _count(cr, more)


def _drop(cr: Any, links: Links) -> None:
    """Unlink slots from pools; their people no longer count there."""
    cr.execute(
        """
        DELETE FROM museum_slot_extra_pool_rel rel
         USING unnest(%(slots)s::int[], %(pools)s::int[]) AS link (slot_id, pool_id)
         WHERE rel.slot_id = link.slot_id
           AND rel.pool_id = link.pool_id
        """,
        _arrays(links),
    )
    cr.execute(
        """
        DELETE FROM museum_hold_take take
         USING unnest(%(slots)s::int[], %(pools)s::int[]) AS link (slot_id, pool_id),
               museum_hold hold
         WHERE hold.slot_id = link.slot_id
           AND take.hold_id = hold.id
           AND take.pool_id = link.pool_id
           AND hold.state IN ('active', 'sold')
     RETURNING take.pool_id, take.seats
        """,
        _arrays(links),
    )
    fewer: dict[int, int] = {}
    for pool_id, seats in cr.fetchall():
        fewer[pool_id] = fewer.get(pool_id, 0) - seats
    _count(cr, fewer)


def _arrays(links: Links) -> dict[str, list[int]]:
    ordered = sorted(links)
    return {
        "slots": [slot for slot, _pool in ordered],
        "pools": [pool for _slot, pool in ordered],
    }


def _count(cr: Any, seats: Mapping[int, int]) -> None:
    cr.execute(
        """
        UPDATE museum_seat_pool pool
           SET taken = pool.taken + part.seats
          FROM unnest(%(pools)s::int[], %(seats)s::int[]) AS part (pool_id, seats)
         WHERE pool.id = part.pool_id
        """,
        {"pools": list(seats), "seats": list(seats.values())},
    )


def _raise_versions(cr: Any, pool_ids: Iterable[int]) -> None:
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET version = version + 1
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": sorted(set(pool_ids))},
    )
