# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the seat engine reads: counters, the ledger, and what tickets take.

Nothing here locks or writes. See ``seat_ledger`` for the whole.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from . import quantities
from .seat_types import Hold


def free_seats(
    cr: Any, pool_ids: Collection[int], token: str | None = None
) -> dict[int, int | None]:
    """Seats that may be taken in each pool; see :func:`free_rows`."""
    return {row[0]: row[1] for row in free_rows(cr, pool_ids, token)}


def free_rows(
    cr: Any, pool_ids: Collection[int], token: str | None = None
) -> list[tuple[int, int | None, int]]:
    """Seats that may be taken in each pool, as of one snapshot; None: no limit.

    Rows of pool id, free seats and version.

    Seats of holds that ran out count as free, whether reclaimed yet or not; so do
    those that ``token`` itself has.
    """
    cr.execute(
        """
        WITH due AS (
            SELECT take.pool_id, SUM(take.seats) AS seats
              FROM museum_hold hold
              JOIN museum_hold_take take ON take.hold_id = hold.id
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
             GROUP BY take.pool_id
        ), mine AS (
            SELECT take.pool_id, take.seats
              FROM museum_hold hold
              JOIN museum_hold_take take ON take.hold_id = hold.id
             WHERE hold.token = %(token)s
               AND hold.state = 'active'
               AND hold.expires_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
        )
        SELECT pool.id,
               CASE WHEN pool.is_limited
                    THEN (pool.capacity - pool.taken - pool.blocked
                          + COALESCE(due.seats, 0) + COALESCE(mine.seats, 0))::int
               END,
               pool.version
          FROM museum_seat_pool pool
          LEFT JOIN due ON due.pool_id = pool.id
          LEFT JOIN mine ON mine.pool_id = pool.id
         WHERE pool.id = ANY(%(pools)s)
        """,
        {"pools": list(pool_ids), "token": token},
    )
    return cr.fetchall()


def read_pools(cr: Any, pool_ids: Collection[int]) -> dict[int, tuple]:
    """``{id: (is_limited, capacity, taken, blocked)}``, holds that ran out excluded."""
    free = free_seats(cr, pool_ids)
    cr.execute(
        """
        SELECT id, is_limited, capacity, taken, blocked
          FROM museum_seat_pool
         WHERE id = ANY(%(pools)s)
        """,
        {"pools": list(pool_ids)},
    )
    pools = {}
    for pool_id, is_limited, capacity, taken, blocked in cr.fetchall():
        if is_limited and free.get(pool_id) is not None:
            taken = capacity - blocked - free[pool_id]
        pools[pool_id] = (is_limited, capacity, taken, blocked)
    return pools


ON_SALE = """
        SELECT 1
          FROM museum_slot slot
          JOIN museum_exhibition exhibition ON exhibition.id = slot.exhibition_id
         CROSS JOIN (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) clock
         WHERE slot.id = %(slot)s
           AND slot.state = 'open'
           AND (slot.sale_starts_at IS NULL OR slot.sale_starts_at <= clock.now)
           AND slot.sale_ends_at > clock.now
           AND exhibition.is_on_sale
"""


def is_on_sale(cr: Any, slot_id: int) -> bool:
    """Whether the slot's exhibition sells, and its own sale has begun and not ended.

    By the database's clock. The same rule as in :func:`read_hold`.
    """
    cr.execute(ON_SALE, {"slot": slot_id})
    return cr.fetchone() is not None


def read_hold(cr: Any, token: str) -> Hold | None:
    """The ledger's row of ``token``, without locking it."""
    return read_holds(cr, [token]).get(token)


def read_holds(cr: Any, tokens: Collection[str]) -> dict[str, Hold]:
    """The ledger's rows of tokens, without locking them."""
    cr.execute(
        """
        SELECT hold.id, hold.token, hold.slot_id, hold.company_id, hold.state,
               COALESCE(hold.quantities, '{}'::jsonb), hold.seats,
               hold.taken_at, hold.expires_at,
               hold.state = 'active' AND hold.expires_at > clock.now,
               slot.state = 'open' AND slot.end_at > clock.now
                   AND exhibition.is_on_sale,
               slot.state = 'open' AND slot.sale_ends_at > clock.now
                   AND (slot.sale_starts_at IS NULL
                        OR slot.sale_starts_at <= clock.now)
                   AND exhibition.is_on_sale,
               slot.start_at, slot.venue_id,
               hold.promised_start_at, hold.promised_venue_id,
               ARRAY(SELECT ARRAY[take.pool_id, take.seats]
                       FROM museum_hold_take take
                      WHERE take.hold_id = hold.id)
          FROM museum_hold hold
          JOIN museum_slot slot ON slot.id = hold.slot_id
          JOIN museum_exhibition exhibition ON exhibition.id = slot.exhibition_id
         CROSS JOIN (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) clock
         WHERE hold.token = ANY(%(tokens)s)
        """,
        {"tokens": list(tokens)},
    )
    return {row[1]: Hold(*row[:-1], pools=dict(row[-1])) for row in cr.fetchall()}


def states(cr: Any, tokens: Collection[str]) -> dict[str, str]:
    """The state of each token that the ledger knows."""
    cr.execute(
        "SELECT token, state FROM museum_hold WHERE token = ANY(%(tokens)s)",
        {"tokens": list(tokens)},
    )
    return dict(cr.fetchall())


@dataclass(frozen=True)
class Demand:
    """What tickets for a slot take, and the rules that they have to keep."""

    company_id: int
    exhibition_id: int
    max_per_booking: int
    min_per_booking: int
    categories: Mapping[int, quantities.Category]
    seats: int
    pools: Mapping[int, int]
    versions: Mapping[int, int]
    """Of the slot's own pool: as of which version ``pools`` were looked up."""
    limited: Mapping[int, int]
    """The category of each pool of ``pools`` that is one category's."""


def read_demand(
    cr: Any,
    slot_id: int,
    wanted: Mapping[int, int],
    kept: Mapping[int, int] | None = None,
) -> Demand | None:
    """Seats by pool that some tickets take; None when there is no such slot.

    A ticket counts in the slot's own pool, in every further pool of the slot, and in
    the pool that its category may have there.

    :param wanted: tickets by category id; unknown categories take nothing
    :param kept: tickets that are held already: so many stay the visitor's, even of a
        category that is no longer sold
    """
    kept = kept or {}
    kept_ids = [key for key, count in wanted.items() if count <= kept.get(key, 0)]
    cr.execute(
        """
        SELECT slot.company_id, slot.exhibition_id, exhibition.max_per_booking,
               exhibition.min_per_booking, slot.pool_id, pool.version,
               ARRAY(SELECT pool_id
                       FROM museum_slot_extra_pool_rel
                      WHERE slot_id = slot.id),
               ARRAY(SELECT ARRAY[category_id, id]
                       FROM museum_seat_pool
                      WHERE slot_id = slot.id
                        AND kind = 'category'
                        AND category_id = ANY(%(categories)s)),
               ARRAY(SELECT ARRAY[id, seats_per_ticket, min_quantity, max_quantity,
                                  is_adult::int, needs_adult::int, per_adult,
                                  (id = ANY(%(kept)s)
                                   OR COALESCE(date_from <= slot.local_date, TRUE)
                                   AND COALESCE(slot.local_date <= date_to, TRUE))::int]
                       FROM museum_ticket_category category
                      WHERE id = ANY(%(categories)s)
                        AND (id = ANY(%(kept)s) OR active)
                        AND (id = ANY(%(kept)s)
                             OR exhibition_id = slot.exhibition_id
                             OR EXISTS (
                                SELECT 1
                                  FROM museum_exhibition_shared_category_rel shared
                                 WHERE shared.category_id = category.id
                                   AND shared.exhibition_id = slot.exhibition_id)))
          FROM museum_slot slot
          JOIN museum_seat_pool pool ON pool.id = slot.pool_id
          JOIN museum_exhibition exhibition ON exhibition.id = slot.exhibition_id
         WHERE slot.id = %(slot)s
        """,
        {"slot": slot_id, "categories": list(wanted), "kept": kept_ids},
    )
    row = cr.fetchone()
    if not row:
        return None
    company_id, exhibition_id, most, fewest, pool_id, version, extra, own, rules = row
    categories = {rule[0]: _category(*rule[1:]) for rule in rules}
    by_category = {
        category_id: category.seats_per_ticket * wanted[category_id]
        for category_id, category in categories.items()
    }
    seats = sum(by_category.values())
    pools = dict.fromkeys((pool_id, *extra), seats)
    pools.update({pool: by_category.get(category, 0) for category, pool in own})
    return Demand(
        company_id=company_id,
        exhibition_id=exhibition_id,
        max_per_booking=most,
        min_per_booking=fewest,
        categories=categories,
        seats=seats,
        pools={pool: count for pool, count in pools.items() if count},
        versions={pool_id: version},
        limited={pool: category for category, pool in own},
    )


def read_parts(
    cr: Any, slot_id: int, wanted: Mapping[int, int], seats: int
) -> tuple[dict[int, int], dict[int, int]]:
    """Seats by pool that tickets take which were sold before; and the version.

    Unlike :func:`read_demand` whatever became of their categories since.

    :param seats: those of all tickets
    """
    cr.execute(
        """
        SELECT slot.pool_id, pool.version,
               ARRAY(SELECT pool_id
                       FROM museum_slot_extra_pool_rel
                      WHERE slot_id = slot.id),
               ARRAY(SELECT ARRAY[part.id, part.category_id, category.seats_per_ticket]
                       FROM museum_seat_pool part
                       JOIN museum_ticket_category category
                         ON category.id = part.category_id
                      WHERE part.slot_id = slot.id
                        AND part.kind = 'category'
                        AND part.category_id = ANY(%(categories)s))
          FROM museum_slot slot
          JOIN museum_seat_pool pool ON pool.id = slot.pool_id
         WHERE slot.id = %(slot)s
        """,
        {"slot": slot_id, "categories": list(wanted)},
    )
    pool_id, version, extra, own = cr.fetchone()
    pools = dict.fromkeys((pool_id, *extra), seats)
    pools.update({pool: wanted[category] * each for pool, category, each in own})
    return pools, {pool_id: version}


def _category(
    seats: int, least: int, most: int, adult: int, needs: int, per: int, sold: int
) -> quantities.Category:
    """A row of small numbers, as an array of one type brings them."""
    return quantities.Category(
        seats, least, most, bool(adult), bool(needs), per, bool(sold)
    )
