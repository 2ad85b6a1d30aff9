# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The seat engine: every rule by which seats move, as SQL over a DB-API cursor.

Two things are kept equal at every commit: ``museum_seat_pool.taken`` (a counter) and
the seats of the pool's ``active`` and ``sold`` rows in the ledger (``museum_hold`` with
its ``museum_hold_take``). Nothing else may write either.

What the caller provides: a cursor inside its own short transaction at READ COMMITTED,
committed when a function returns and rolled back when it raises, and nothing slow in
between. :func:`sell` alone runs in the caller's long transaction, at any level.

Why it neither oversells nor refuses a free seat:

* A counter grows by one conditional ``UPDATE``; under READ COMMITTED PostgreSQL
  evaluates the condition again on the newest row after it waited for a lock.
* A refusal is decided by ONE statement, hence one snapshot, that adds the seats of
  holds that ran out to those that are free (:func:`free_seats`). Deciding by two
  statements would let a reclaim commit in between, and refuse a seat that is free.
* Seats of holds that ran out are given back under the locks of all pools they touch,
  by whoever wants a seat next.

Order of locks, everywhere: pools by id, then holds by id. A seller keeps a hold's row
locked until his long transaction ends, so nobody who has a pool locked ever waits for a
hold: such rows are skipped (``SKIP LOCKED``), and their seats count as the seller's.

One clock: the database's, in UTC, read once per statement.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ACTIVE = "active"
SOLD = "sold"
EXPIRED = "expired"
RELEASED = "released"


class Again(Exception):
    """Another transaction came in between: roll back and call once more."""


class Full(Exception):
    """Fewer seats are free than wanted. ``seats_left``: how many are."""

    def __init__(self, seats_left: int):
        super().__init__(seats_left)
        self.seats_left = seats_left


class Closed(Exception):
    """The slot is not on sale."""


class Gone(Exception):
    """The token holds nothing (any more)."""


class Mismatch(Exception):
    """The token already holds something else."""


class BelowTaken(Exception):
    """A capacity would fall below what is taken and blocked."""

    def __init__(self, taken: int, blocked: int):
        super().__init__(taken, blocked)
        self.taken = taken
        self.blocked = blocked


@dataclass(frozen=True)
class Order:
    """What somebody wants to hold.

    ``pools`` maps the id of each pool that is touched to the seats to take there;
    ``quantities`` maps category ids to tickets and is only remembered.
    """

    token: str
    slot_id: int
    company_id: int
    quantities: Mapping[int, int]
    seats: int
    pools: Mapping[int, int]
    seconds: int

    def quantities_json(self) -> str:
        wanted = {str(key): qty for key, qty in sorted(self.quantities.items()) if qty}
        return json.dumps(wanted)


@dataclass(frozen=True)
class Hold:
    """A row of the ledger as this transaction sees it."""

    id: int
    token: str
    slot_id: int
    company_id: int
    state: str
    quantities: Mapping[str, int]
    seats: int
    taken_at: datetime
    expires_at: datetime
    is_live: bool
    """Held, and its clock has not run out."""
    is_open: bool
    """Its slot is open and has not ended."""
    is_on_sale: bool
    """Its slot is open and its sale has not ended."""
    pools: Mapping[int, int]


# --- reading ---------------------------------------------------------------------


def free_seats(
    cr: Any, pool_ids: Collection[int], token: str | None = None
) -> dict[int, int | None]:
    """Seats that may be taken in each pool, as of one snapshot; None: no limit.

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
                    THEN pool.capacity - pool.taken - pool.blocked
                         + COALESCE(due.seats, 0) + COALESCE(mine.seats, 0)
               END
          FROM museum_seat_pool pool
          LEFT JOIN due ON due.pool_id = pool.id
          LEFT JOIN mine ON mine.pool_id = pool.id
         WHERE pool.id = ANY(%(pools)s)
        """,
        {"pools": list(pool_ids), "token": token},
    )
    return {
        pool_id: None if free is None else int(free) for pool_id, free in cr.fetchall()
    }


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


def is_on_sale(cr: Any, slot_id: int) -> bool:
    """Whether the slot is open and its sale has not ended, by the database's clock."""
    cr.execute(
        """
        SELECT 1
          FROM museum_slot
         WHERE id = %(slot)s
           AND state = 'open'
           AND sale_ends_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
        """,
        {"slot": slot_id},
    )
    return cr.fetchone() is not None


def read_hold(cr: Any, token: str) -> Hold | None:
    """The ledger's row of ``token``, without locking it."""
    cr.execute(
        """
        SELECT hold.id, hold.token, hold.slot_id, hold.company_id, hold.state,
               COALESCE(hold.quantities, '{}'::jsonb), hold.seats,
               hold.taken_at, hold.expires_at,
               hold.state = 'active' AND hold.expires_at > clock.now,
               slot.state = 'open' AND slot.end_at > clock.now,
               slot.state = 'open' AND slot.sale_ends_at > clock.now,
               ARRAY(SELECT ARRAY[take.pool_id, take.seats]
                       FROM museum_hold_take take
                      WHERE take.hold_id = hold.id)
          FROM museum_hold hold
          JOIN museum_slot slot ON slot.id = hold.slot_id
         CROSS JOIN (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) clock
         WHERE hold.token = %(token)s
        """,
        {"token": token},
    )
    row = cr.fetchone()
    return Hold(*row[:-1], pools=dict(row[-1])) if row else None


# --- locking ---------------------------------------------------------------------


def _lock_pools(cr: Any, pool_ids: Collection[int]) -> list[int]:
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


def _pools_of_due(cr: Any, pool_ids: Collection[int]) -> set[int]:
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


def _give_back_due(cr: Any, locked: list[int]) -> int:
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


def _lock_and_reclaim(cr: Any, pool_ids: Collection[int]) -> list[int]:
    locked = _lock_pools(cr, {*pool_ids, *_pools_of_due(cr, pool_ids)})
    _give_back_due(cr, locked)
    return locked


# --- counters --------------------------------------------------------------------


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


def _add_all(cr: Any, parts: Mapping[int, int]) -> bool:
    return all(_add(cr, pool_id, parts[pool_id]) for pool_id in sorted(parts))


def _seats_left(free: Mapping[int, int | None], pool_ids: Iterable[int]) -> int:
    limits = [free[pool_id] for pool_id in pool_ids if free.get(pool_id) is not None]
    return max(0, min(limits, default=0))


def _refuse_when_short(cr: Any, parts: Mapping[int, int]) -> None:
    """Raise Full when one snapshot shows too few seats; read nothing but that."""
    free = free_seats(cr, parts.keys())
    if len(free) != len(parts):
        raise Closed  # a pool is gone, and its slot with it
    for pool_id, seats in parts.items():
        if free[pool_id] is not None and free[pool_id] < seats:
            raise Full(_seats_left(free, parts))


# --- taking ----------------------------------------------------------------------


def take(cr: Any, order: Order, *, careful: bool = False) -> Hold:
    """Hold seats in all pools of the order, or in none.

    Idempotent by token: what is held or sold already is returned as it is; what ran
    out or was given back is taken anew.

    :param careful: lock the pools first and reclaim; for the call after Again
    :raise Full: one snapshot shows fewer seats than wanted
    :raise Closed: the slot is not on sale
    :raise Mismatch: the token holds something else
    :raise Again: somebody came in between
    """
    # The seats first, the token second: had another request with this token taken the
    # last seats, then the later statement sees its hold.
    full = None
    try:
        _refuse_when_short(cr, order.pools)
    except Full as refusal:
        full = refusal
    known = read_hold(cr, order.token)
    if known and (known.is_live or known.state == SOLD):
        return _same_or_mismatch(known, order)
    if not is_on_sale(cr, order.slot_id):
        raise Closed
    if full:
        raise full
    return _take_anew(cr, order, known, careful=careful)


def _same_or_mismatch(known: Hold, order: Order) -> Hold:
    same = known.slot_id == order.slot_id and known.quantities == json.loads(
        order.quantities_json()
    )
    if not same:
        raise Mismatch
    return known


def _take_anew(cr: Any, order: Order, known: Hold | None, *, careful: bool) -> Hold:
    if not careful and not known:
        # Fast path: no lock before the conditional UPDATE. It also fails when holds
        # that ran out must be reclaimed, and then the careful call decides.
        if not _add_all(cr, order.pools):
            raise Again
        return _insert_hold(cr, order)
    mine = known.pools.keys() if known and known.state == ACTIVE else ()
    locked = _lock_and_reclaim(cr, {*order.pools, *mine})
    if mine:
        _give_back(cr, [order.token], ACTIVE, EXPIRED, locked)
    _add_locked(cr, order.pools, locked)
    return _revive_hold(cr, order) if known else _insert_hold(cr, order)


def _add_locked(cr: Any, parts: Mapping[int, int], locked: list[int]) -> None:
    """Move the counters of pools that are locked and reclaimed, or raise.

    Looks before it moves anything: its own first steps must not be what makes the
    last one fail.
    """
    free = _counted(cr, locked)
    wanted = {pool_id: seats for pool_id, seats in parts.items() if seats > 0}
    if not free.keys() >= wanted.keys():
        raise Closed  # a pool is gone, and its slot with it
    if any(free[pool] is not None and free[pool] < wanted[pool] for pool in wanted):
        if not _pools_of_due(cr, wanted) <= set(locked):
            raise Again  # more can be reclaimed, under more locks
        # What ran out and is still there is locked by a seller: it is his.
        raise Full(_seats_left(free, wanted))
    if not _add_all(cr, parts):
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


def _insert_hold(cr: Any, order: Order) -> Hold:
    cr.execute(
        """
        WITH hold AS (
            INSERT INTO museum_hold
                   (token, slot_id, company_id, quantities, seats, state,
                    taken_at, expires_at)
            SELECT %(token)s, %(slot)s, %(company)s, %(quantities)s::jsonb,
                   %(seats)s, 'active',
                   clock.now, clock.now + %(seconds)s * INTERVAL '1 second'
              FROM (SELECT date_trunc(
                        'second', clock_timestamp() AT TIME ZONE 'UTC') AS now) clock
                ON CONFLICT (token) DO NOTHING
         RETURNING id, taken_at, expires_at
        ), takes AS (
            INSERT INTO museum_hold_take (hold_id, pool_id, seats)
            SELECT hold.id, part.pool_id, part.seats
              FROM hold
             CROSS JOIN unnest(%(pool_ids)s, %(pool_seats)s) AS part (pool_id, seats)
        )
        SELECT id, taken_at, expires_at FROM hold
        """,
        _order_params(order),
    )
    row = cr.fetchone()
    if not row:
        raise Again  # the same token, at the same time
    return Hold(
        id=row[0],
        token=order.token,
        slot_id=order.slot_id,
        company_id=order.company_id,
        state=ACTIVE,
        quantities=json.loads(order.quantities_json()),
        seats=order.seats,
        taken_at=row[1],
        expires_at=row[2],
        is_live=True,
        is_open=True,
        is_on_sale=True,
        pools=order.pools,
    )


def _revive_hold(cr: Any, order: Order) -> Hold:
    cr.execute(
        """
        UPDATE museum_hold hold
           SET slot_id = %(slot)s,
               company_id = %(company)s,
               quantities = %(quantities)s::jsonb,
               seats = %(seats)s,
               state = 'active',
               taken_at = clock.now,
               expires_at = clock.now + %(seconds)s * INTERVAL '1 second'
          FROM (SELECT date_trunc(
                    'second', clock_timestamp() AT TIME ZONE 'UTC') AS now) clock
         WHERE hold.token = %(token)s
           AND hold.state IN ('expired', 'released')
     RETURNING hold.id
        """,
        _order_params(order),
    )
    row = cr.fetchone()
    if not row:
        raise Again
    _replace_takes(cr, row[0], order.pools)
    return read_hold(cr, order.token)


def _order_params(order: Order) -> dict[str, Any]:
    pool_ids = sorted(order.pools)
    return {
        "token": order.token,
        "slot": order.slot_id,
        "company": order.company_id,
        "quantities": order.quantities_json(),
        "seats": order.seats,
        "seconds": order.seconds,
        "pool_ids": pool_ids,
        "pool_seats": [order.pools[pool_id] for pool_id in pool_ids],
    }


def _replace_takes(cr: Any, hold_id: int, pools: Mapping[int, int]) -> None:
    cr.execute(
        "DELETE FROM museum_hold_take WHERE hold_id = %(hold)s", {"hold": hold_id}
    )
    pool_ids = sorted(pools)
    cr.execute(
        """
        INSERT INTO museum_hold_take (hold_id, pool_id, seats)
        SELECT %(hold)s, part.pool_id, part.seats
          FROM unnest(%(pool_ids)s, %(pool_seats)s) AS part (pool_id, seats)
        """,
        {
            "hold": hold_id,
            "pool_ids": pool_ids,
            "pool_seats": [pools[pool_id] for pool_id in pool_ids],
        },
    )


def renew(cr: Any, token: str, seconds: int, ceiling_seconds: int) -> Hold:
    """Make sure that the token holds its seats for ``seconds`` more.

    Held: the clock is moved on, up to ``ceiling_seconds`` after it was taken. Ran out
    or given back: taken anew. Sold: nothing to do.

    :raise Gone: the ledger does not know the token
    :raise Closed: the slot is no longer open, or has ended
    :raise Full: the seats went to others
    :raise Again: somebody came in between
    """
    known = read_hold(cr, token)
    if not known:
        raise Gone
    if known.state == SOLD:
        return known
    if known.is_live:
        extend(cr, [token], seconds, ceiling_seconds)
        return read_hold(cr, token)
    if not known.is_open:
        raise Closed
    if known.state == ACTIVE:
        return _restart(cr, token, seconds)
    order = Order(
        token=token,
        slot_id=known.slot_id,
        company_id=known.company_id,
        quantities={int(key): qty for key, qty in known.quantities.items()},
        seats=known.seats,
        pools=known.pools,
        seconds=seconds,
    )
    _refuse_when_short(cr, order.pools)
    return _take_anew(cr, order, known, careful=True)


def _restart(cr: Any, token: str, seconds: int) -> Hold:
    """A hold that ran out but that nobody reclaimed still has its seats: wind it up."""
    cr.execute(
        """
        UPDATE museum_hold
           SET taken_at = clock.now,
               expires_at = clock.now + %(seconds)s * INTERVAL '1 second'
          FROM (SELECT date_trunc(
                    'second', clock_timestamp() AT TIME ZONE 'UTC') AS now) clock
         WHERE id IN (
                   SELECT id
                     FROM museum_hold
                    WHERE token = %(token)s
                      AND state = 'active'
                      FOR NO KEY UPDATE SKIP LOCKED
               )
        """,
        {"token": token, "seconds": seconds},
    )
    if not cr.rowcount:
        raise Again
    return read_hold(cr, token)


# --- changing --------------------------------------------------------------------


def resize(
    cr: Any,
    token: str,
    quantities: Mapping[int, int],
    seats: int,
    pools: Mapping[int, int],
) -> Hold:
    """Change what a live hold holds, all of it or nothing. Its clock stays.

    :raise Gone: the token holds nothing (any more)
    :raise Closed: more seats are wanted of a slot that is not on sale
    :raise Full: the further seats are not free
    :raise Again: somebody came in between, or a seller has it locked
    """
    known = read_hold(cr, token)
    if not known or not known.is_live:
        raise Gone
    if any(pools[pool_id] > known.pools.get(pool_id, 0) for pool_id in pools):
        if not known.is_on_sale:
            raise Closed
        _refuse_larger(cr, token, known, pools)
        locked = _lock_and_reclaim(cr, {*pools, *known.pools})
    else:
        locked = _lock_pools(cr, {*pools, *known.pools})
    _lock_live_hold(cr, token)
    held = read_hold(cr, token).pools
    if not set(held) <= set(locked):
        raise Again
    parts = {
        pool_id: pools.get(pool_id, 0) - held.get(pool_id, 0)
        for pool_id in {*pools, *held}
    }
    _add_locked(cr, parts, locked)
    _replace_takes(cr, known.id, pools)
    cr.execute(
        """
        UPDATE museum_hold
           SET quantities = %(quantities)s::jsonb, seats = %(seats)s
         WHERE id = %(hold)s
        """,
        {
            "hold": known.id,
            "seats": seats,
            "quantities": json.dumps(
                {str(key): qty for key, qty in sorted(quantities.items()) if qty}
            ),
        },
    )
    return read_hold(cr, token)


def _refuse_larger(cr: Any, token: str, known: Hold, pools: Mapping[int, int]) -> None:
    """Raise Full when one snapshot shows too few seats beside those it has itself."""
    free = free_seats(cr, pools.keys(), token)
    short = [
        free[pool_id] - known.pools.get(pool_id, 0)
        for pool_id in pools
        if free[pool_id] is not None and free[pool_id] < pools[pool_id]
    ]
    if short:
        raise Full(max(0, min(short)))


def _lock_live_hold(cr: Any, token: str) -> None:
    cr.execute(
        """
        SELECT expires_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
          FROM museum_hold
         WHERE token = %(token)s
           AND state = 'active'
           FOR NO KEY UPDATE SKIP LOCKED
        """,
        {"token": token},
    )
    row = cr.fetchone()
    if not row:
        raise Again  # given back or sold meanwhile, or a seller has it
    if not row[0]:
        raise Gone


def extend(
    cr: Any, tokens: Collection[str], seconds: int, ceiling_seconds: int
) -> dict[str, datetime]:
    """Move the clock of live holds on, never back; return when each runs out.

    :param seconds: from now
    :param ceiling_seconds: the longest that a hold may last after it was taken
    :return: the live ones only. One that a seller has locked keeps its clock.
    """
    cr.execute(
        """
        UPDATE museum_hold
           SET expires_at = GREATEST(
                   expires_at,
                   LEAST(clock.now + %(seconds)s * INTERVAL '1 second',
                         taken_at + %(ceiling)s * INTERVAL '1 second'))
          FROM (SELECT date_trunc(
                    'second', clock_timestamp() AT TIME ZONE 'UTC') AS now) clock
         WHERE id IN (
                   SELECT id
                     FROM museum_hold
                    WHERE token = ANY(%(tokens)s)
                      AND state = 'active'
                      AND expires_at > (
                              SELECT clock_timestamp() AT TIME ZONE 'UTC')
                    ORDER BY id
                      FOR NO KEY UPDATE SKIP LOCKED
               )
        """,
        {"tokens": list(tokens), "seconds": seconds, "ceiling": ceiling_seconds},
    )
    cr.execute(
        """
        SELECT token, expires_at
          FROM museum_hold
         WHERE token = ANY(%(tokens)s)
           AND state = 'active'
           AND expires_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
        """,
        {"tokens": list(tokens)},
    )
    return dict(cr.fetchall())


# --- giving back -----------------------------------------------------------------


def release(cr: Any, tokens: Collection[str], state: str = ACTIVE) -> set[str]:
    """Give the seats of holds in ``state`` back, each at most once.

    :return: the tokens that were given back. Missing: those in another state, and
        those that a seller has locked.
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
        return set()
    return _give_back(cr, tokens, state, RELEASED, _lock_pools(cr, pool_ids))


def _give_back(
    cr: Any, tokens: Collection[str], old: str, new: str, locked: list[int]
) -> set[str]:
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
         RETURNING id, token
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
        SELECT token FROM gone
        """,
        {"tokens": list(tokens), "old": old, "new": new, "locked": locked},
    )
    return {token for (token,) in cr.fetchall()}


def states(cr: Any, tokens: Collection[str]) -> dict[str, str]:
    """The state of each token that the ledger knows."""
    cr.execute(
        "SELECT token, state FROM museum_hold WHERE token = ANY(%(tokens)s)",
        {"tokens": list(tokens)},
    )
    return dict(cr.fetchall())


def sweep(cr: Any, limit: int) -> int:
    """Reclaim up to about ``limit`` holds that ran out and that nobody asked for."""
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
    return _give_back_due(cr, _lock_pools(cr, pool_ids)) if pool_ids else 0


# --- selling ---------------------------------------------------------------------


def sell(cr: Any, tokens: Collection[str]) -> set[str]:
    """Turn holds into sold seats, in the caller's own transaction. Moves no pool.

    A hold that ran out but was not reclaimed still owns its seats and may be sold.

    :return: the tokens that are sold now, those sold before included
    :raise SerializationFailure: above READ COMMITTED, when a hold changed after the
        transaction began; the caller's transaction has to run again
    """
    cr.execute(
        """
        UPDATE museum_hold
           SET state = 'sold'
         WHERE id IN (
                   SELECT id
                     FROM museum_hold
                    WHERE token = ANY(%(tokens)s)
                      AND state = 'active'
                    ORDER BY id
                      FOR NO KEY UPDATE
               )
        """,
        {"tokens": list(tokens)},
    )
    cr.execute(
        """
        SELECT token
          FROM museum_hold
         WHERE token = ANY(%(tokens)s)
           AND state = 'sold'
        """,
        {"tokens": list(tokens)},
    )
    return {token for (token,) in cr.fetchall()}


# --- staff -----------------------------------------------------------------------


def set_limit(cr: Any, pool_id: int, *, is_limited: bool, capacity: int) -> bool:
    """Change how many seats a pool has; return False when there is no such pool.

    :raise BelowTaken: more are taken and blocked than there would be
    """
    return _set_counters(
        cr,
        pool_id,
        """
        UPDATE museum_seat_pool
           SET is_limited = %(is_limited)s, capacity = %(capacity)s
         WHERE id = %(pool)s
           AND (NOT %(is_limited)s OR taken + blocked <= %(capacity)s)
        """,
        {"is_limited": is_limited, "capacity": capacity},
    )


def set_blocked(cr: Any, pool_id: int, blocked: int) -> bool:
    """Keep so many seats back from sale; return False when there is no such pool.

    :raise BelowTaken: fewer seats are free than would be blocked
    """
    return _set_counters(
        cr,
        pool_id,
        """
        UPDATE museum_seat_pool
           SET blocked = %(blocked)s
         WHERE id = %(pool)s
           AND (NOT is_limited OR taken + %(blocked)s <= capacity)
        """,
        {"blocked": blocked},
    )


def _set_counters(cr: Any, pool_id: int, query: str, params: dict[str, Any]) -> bool:
    locked = _lock_and_reclaim(cr, [pool_id])
    if pool_id not in locked:
        return False
    cr.execute(query, {"pool": pool_id, **params})
    if not cr.rowcount:
        cr.execute(
            "SELECT taken, blocked FROM museum_seat_pool WHERE id = %(pool)s",
            {"pool": pool_id},
        )
        raise BelowTaken(*cr.fetchone())
    return True


# --- auditing --------------------------------------------------------------------


def audit(cr: Any, pool_ids: Collection[int] | None = None) -> list[dict[str, int]]:
    """The pools whose counter differs from the ledger: always none.

    :return: dicts of pool_id, taken (the counter) and ledger (the sum of the holds)
    """
    cr.execute(
        """
        SELECT pool.id, pool.taken, COALESCE(held.seats, 0)
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
    return [
        {"pool_id": pool_id, "taken": taken, "ledger": int(ledger)}
        for pool_id, taken, ledger in cr.fetchall()
    ]
