# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Does the seat engine tell the truth? Looks only; nothing here mends anything.

Every finding is a dict with ``problem`` (a word) and the ids and numbers that tell
where. All queries take ``pool_ids`` or ``slot_ids``, or None for everything.
"""

from collections.abc import Collection
from typing import Any

Finding = dict[str, Any]

COUNTER = "counter"
"""A pool's counter differs from the ledger."""
ABOVE = "above"
"""More is taken and blocked in a pool than there is."""
TAKES = "takes"
"""A hold does not take exactly from the pools that it counts in."""
VENUE = "venue"
"""A slot to come does not count in the maximum of its venue while it lasts, or a
cancelled one does."""
SLOT = "slot"
"""A slot has seats that are not its own, or another venue, day, sale or company."""
CATEGORY = "category"
"""A category has no limit of its own in a slot to come."""


def audit(cr: Any, pool_ids: Collection[int] | None = None) -> list[Finding]:
    """The pools whose counter differs from the ledger: always none.

    :return: also pool_id, taken (the counter) and ledger (the sum of the holds)
    """
    cr.execute(
        """
        SELECT pool.id, pool.taken, COALESCE(held.seats, 0)::int
          FROM museum_seat_pool pool
          LEFT JOIN (SELECT take.pool_id, SUM(take.seats) AS seats
                       FROM museum_hold_take take
                       JOIN museum_hold hold ON hold.id = take.hold_id
                      WHERE hold.state IN ('active', 'sold')
                      GROUP BY take.pool_id) held ON held.pool_id = pool.id
         WHERE pool.taken <> COALESCE(held.seats, 0)
           AND (%(all)s OR pool.id = ANY(%(pools)s))
         ORDER BY pool.id
        """,
        {"all": pool_ids is None, "pools": list(pool_ids or [])},
    )
    return _found(cr, COUNTER, "pool_id", "taken", "ledger")


def above(cr: Any) -> list[Finding]:
    """Pools with more taken and blocked than there is: PostgreSQL refuses them too."""
    cr.execute(
        """
        SELECT id, taken, blocked, capacity
          FROM museum_seat_pool
         WHERE is_limited
           AND taken + blocked > capacity
         ORDER BY id
        """
    )
    return _found(cr, ABOVE, "pool_id", "taken", "blocked", "capacity")


def wrong_takes(cr: Any, slot_ids: Collection[int] | None = None) -> list[Finding]:
    """Active and sold holds that take from other pools than those of their slot.

    :return: also hold_id, slot_id and pool_id: a pool that it takes from wrongly, or
        does not take from, or not with all its seats
    """
    cr.execute(
        """
        WITH live AS (
            SELECT hold.id, hold.slot_id, hold.seats, hold.quantities, slot.pool_id
              FROM museum_hold hold
              JOIN museum_slot slot ON slot.id = hold.slot_id
             WHERE hold.state IN ('active', 'sold')
               AND (%(all)s OR hold.slot_id = ANY(%(slots)s))
        ), wanted AS (
            SELECT id AS hold_id, slot_id, pool_id, seats FROM live
            UNION ALL
            SELECT live.id, live.slot_id, rel.pool_id, live.seats
              FROM live
              JOIN museum_slot_extra_pool_rel rel ON rel.slot_id = live.slot_id
            UNION ALL
            -- The seats of a ticket may have been others when it was sold.
            SELECT live.id, live.slot_id, pool.id, NULL
              FROM live
              JOIN museum_seat_pool pool
                ON pool.slot_id = live.slot_id AND pool.kind = 'category'
             WHERE (live.quantities ->> pool.category_id::text)::int > 0
        ), taken AS (
            SELECT live.id AS hold_id, live.slot_id, take.pool_id, take.seats
              FROM live
              JOIN museum_hold_take take ON take.hold_id = live.id
        )
        SELECT hold_id, COALESCE(wanted.slot_id, taken.slot_id), pool_id
          FROM wanted
          FULL JOIN taken USING (hold_id, pool_id)
         WHERE taken.seats IS NULL
            OR wanted.slot_id IS NULL
            OR wanted.seats <> taken.seats
         ORDER BY hold_id, pool_id
        """,
        {"all": slot_ids is None, "slots": list(slot_ids or [])},
    )
    return _found(cr, TAKES, "hold_id", "slot_id", "pool_id")


def wrong_venues(cr: Any, slot_ids: Collection[int] | None = None) -> list[Finding]:
    """Slots to come that are not linked to each quarter of an hour that they touch.

    A slot that was cancelled is linked to none.

    :return: also slot_id, wanted and linked: how many quarters there are and should be
    """
    cr.execute(
        """
        SELECT slot.id, piece.wanted, piece.linked
          FROM museum_slot slot
          JOIN museum_venue venue ON venue.id = slot.venue_id
         CROSS JOIN LATERAL (
               SELECT COUNT(wanted.start_at) AS wanted,
                      COUNT(linked.start_at) AS linked,
                      COUNT(*) AS together
                 FROM (
                      SELECT start_at
                        FROM generate_series(
                                 TIMESTAMP 'epoch' + INTERVAL '15 minutes'
                                 * floor(EXTRACT(EPOCH FROM slot.start_at) / 900),
                                 slot.end_at - INTERVAL '1 microsecond',
                                 INTERVAL '15 minutes') AS piece (start_at)
                       WHERE slot.state <> 'cancelled') wanted
                 FULL JOIN (
                      SELECT pool.start_at
                        FROM museum_slot_extra_pool_rel rel
                        JOIN museum_seat_pool pool ON pool.id = rel.pool_id
                       WHERE rel.slot_id = slot.id
                         AND pool.kind = 'venue'
                         AND pool.venue_id = venue.id) linked
                   ON linked.start_at = wanted.start_at
               ) piece
         WHERE (venue.is_limited OR slot.state = 'cancelled')
           AND slot.end_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
           AND (piece.wanted <> piece.together OR piece.linked <> piece.together)
           AND (%(all)s OR slot.id = ANY(%(slots)s))
         ORDER BY slot.id
        """,
        {"all": slot_ids is None, "slots": list(slot_ids or [])},
    )
    return _found(cr, VENUE, "slot_id", "wanted", "linked")


def wrong_categories(cr: Any, slot_ids: Collection[int] | None = None) -> list[Finding]:
    """Categories on sale whose limit a slot to come does not know.

    Cancelled slots sell nothing any more, and get no limits.

    :return: also slot_id, category_id, wanted and limit (None: there is no pool)
    """
    cr.execute(
        """
        WITH sold AS (
            SELECT exhibition_id, id AS category_id,
                   slot_limit * seats_per_ticket AS seats
              FROM museum_ticket_category
             WHERE active AND slot_limit > 0 AND exhibition_id IS NOT NULL
            UNION ALL
            SELECT shared.exhibition_id, category.id,
                   category.slot_limit * category.seats_per_ticket
              FROM museum_exhibition_shared_category_rel shared
              JOIN museum_ticket_category category ON category.id = shared.category_id
             WHERE category.active AND category.slot_limit > 0
        )
        SELECT slot.id, sold.category_id, sold.seats,
               CASE WHEN pool.is_limited THEN pool.capacity END
          FROM museum_slot slot
          JOIN sold ON sold.exhibition_id = slot.exhibition_id
          LEFT JOIN museum_seat_pool pool
            ON pool.slot_id = slot.id
           AND pool.kind = 'category'
           AND pool.category_id = sold.category_id
         WHERE slot.end_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
           AND slot.state <> 'cancelled'
           AND (pool.id IS NULL
                OR NOT pool.is_limited
                OR pool.capacity <> sold.seats)
           AND (%(all)s OR slot.id = ANY(%(slots)s))
         ORDER BY slot.id, sold.category_id
        """,
        {"all": slot_ids is None, "slots": list(slot_ids or [])},
    )
    return _found(cr, CATEGORY, "slot_id", "category_id", "wanted", "limit")


def wrong_slots(cr: Any, slot_ids: Collection[int] | None = None) -> list[Finding]:
    """Slots whose pools are not theirs, or that do not say what they follow from.

    :return: also slot_id
    """
    cr.execute(
        """
        SELECT slot.id
          FROM museum_slot slot
          JOIN museum_exhibition exhibition ON exhibition.id = slot.exhibition_id
          JOIN museum_venue venue ON venue.id = exhibition.venue_id
          JOIN museum_seat_pool pool ON pool.id = slot.pool_id
         WHERE (%(all)s OR slot.id = ANY(%(slots)s))
           AND (pool.slot_id IS DISTINCT FROM slot.id
                OR pool.kind <> 'slot'
                OR slot.venue_id IS DISTINCT FROM venue.id
                OR NOT venue.company_id = ALL(ARRAY[
                       slot.company_id, exhibition.company_id, pool.company_id])
                OR slot.local_date IS DISTINCT FROM (
                       slot.start_at AT TIME ZONE 'UTC' AT TIME ZONE venue.tz)::date
                OR slot.sale_ends_at IS DISTINCT FROM LEAST(
                       slot.end_at,
                       slot.start_at
                       - exhibition.sales_end_minutes * INTERVAL '1 minute')
                OR EXISTS (
                       SELECT FROM museum_hold hold
                        WHERE hold.slot_id = slot.id
                          AND hold.company_id <> slot.company_id)
                OR EXISTS (
                       SELECT FROM museum_slot_extra_pool_rel rel
                         JOIN museum_seat_pool other ON other.id = rel.pool_id
                        WHERE rel.slot_id = slot.id
                          AND other.kind = 'venue'
                          AND slot.end_at > (
                                  SELECT clock_timestamp() AT TIME ZONE 'UTC')
                          AND other.venue_id <> venue.id)
                OR EXISTS (
                       SELECT FROM museum_slot_extra_pool_rel rel
                         JOIN museum_seat_pool other ON other.id = rel.pool_id
                        WHERE rel.slot_id = slot.id
                          AND other.kind = 'slot'))
         ORDER BY slot.id
        """,
        {"all": slot_ids is None, "slots": list(slot_ids or [])},
    )
    return _found(cr, SLOT, "slot_id")


def _found(cr: Any, problem: str, *names: str) -> list[Finding]:
    return [
        {"problem": problem, **dict(zip(names, row, strict=True))}
        for row in cr.fetchall()
    ]
