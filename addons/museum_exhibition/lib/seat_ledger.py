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
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from .seat_audit import audit
from .seat_blocking import Block, Blocked, NotBlocked, block
from .seat_counters import (
    add_all,
    add_locked,
    lock_and_reclaim,
    lock_pools,
    look,
    refuse_short,
    set_limit,
)
from .seat_giving import give_back, release, shrink_sold, sweep
from .seat_links import add_category, relink_venue
from .seat_reading import (
    ON_SALE,
    free_seats,
    is_on_sale,
    read_demand,
    read_hold,
    read_parts,
    read_pools,
    states,
)
from .seat_types import (
    ACTIVE,
    EXPIRED,
    SOLD,
    Again,
    BelowTaken,
    Closed,
    Full,
    Gone,
    Hold,
    Mismatch,
    Moved,
    Order,
    Relinked,
)

__all__ = [
    "ACTIVE",
    "SOLD",
    "Again",
    "BelowTaken",
    "Block",
    "Blocked",
    "Closed",
    "Full",
    "Gone",
    "Hold",
    "Mismatch",
    "Moved",
    "NotBlocked",
    "Order",
    "Relinked",
    "add_category",
    "audit",
    "block",
    "extend",
    "free_seats",
    "read_demand",
    "read_hold",
    "read_pools",
    "release",
    "relink_venue",
    "renew",
    "resize",
    "sell",
    "set_limit",
    "shrink_sold",
    "states",
    "sweep",
    "take",
]

# --- taking ----------------------------------------------------------------------


def take(cr: Any, order: Order, *, careful: bool = False) -> Hold:
    """Hold seats in all pools of the order, or in none.

    Idempotent by token: what is held or sold already is returned as it is; what ran
    out or was given back is taken anew.

    :param careful: lock the pools first and reclaim; for the call after Again
    :raise Full: one snapshot shows fewer seats than wanted
    :raise Closed: the slot is not on sale
    :raise Moved: the slot starts at another time than the order says
    :raise Mismatch: the token holds something else
    :raise Again: somebody came in between
    :raise Relinked: the slot counts in other pools than the order says
    """
    # The seats first, the token second: had another request with this token taken the
    # last seats, then the later statement sees its hold.
    full = None
    try:
        refuse_short(look(cr, order.pools, order.versions), order.pools)
    except Full as refusal:
        full = refusal
    known = read_hold(cr, order.token)
    if known and (known.is_live or known.state == SOLD):
        return same_or_mismatch(known, order)
    if full:
        raise full if is_on_sale(cr, order.slot_id) else Closed
    hold = _take_anew(cr, order, known, careful=careful)
    # Only now: whoever had the seats locked may have closed or moved the slot.
    if not hold.is_on_sale:
        raise Closed
    refuse_moved(hold, order.start_at)
    return hold


def refuse_moved(
    hold: Hold, start_at: datetime | None, venue_id: int | None = None
) -> None:
    """:raise Moved: the slot is at another time, or elsewhere, than the buyer was told

    None: he was not told.
    """
    if (start_at and hold.start_at != start_at) or (
        venue_id and hold.venue_id != venue_id
    ):
        raise Moved(hold.slot_id, hold.start_at)


def same_or_mismatch(known: Hold, order: Order) -> Hold:
    same = known.slot_id == order.slot_id and known.quantities == json.loads(
        order.quantities_json()
    )
    if not same:
        raise Mismatch
    return known


# With more pools, locking them all in one statement is the faster way.
FAST_POOLS = 3


def _take_anew(cr: Any, order: Order, known: Hold | None, *, careful: bool) -> Hold:
    if not careful and not known and len(order.pools) <= FAST_POOLS:
        # Fast path: no lock before the conditional UPDATE. It also fails when holds
        # that ran out must be reclaimed, and then the careful call decides.
        if not add_all(cr, order.pools, order.versions):
            raise Again
        return insert_hold(cr, order)
    mine = known.pools.keys() if known and known.state == ACTIVE else ()
    locked = lock_and_reclaim(cr, {*order.pools, *mine})
    if mine:
        give_back(cr, [order.token], ACTIVE, EXPIRED, locked)
    try:
        add_locked(cr, order.pools, locked, order.versions)
    except Full:
        now = read_hold(cr, order.token)
        if now and (now.is_live or now.state == SOLD):
            raise Again from None  # this very token has the seats meanwhile
        raise
    return hold_again(cr, order) if known else insert_hold(cr, order)


_INSERT_HOLD = """
        WITH hold AS (
            INSERT INTO museum_hold
                   (token, slot_id, company_id, quantities, seats, state,
                    taken_at, expires_at, promised_start_at, promised_venue_id)
            SELECT %(token)s, %(slot)s, %(company)s, %(quantities)s::jsonb,
                   %(seats)s, 'active',
                   clock.now, clock.now + %(seconds)s * INTERVAL '1 second',
                   slot.start_at, slot.venue_id
              FROM museum_slot slot
             CROSS JOIN (SELECT date_trunc(
                        'second', clock_timestamp() AT TIME ZONE 'UTC') AS now) clock
             WHERE slot.id = %(slot)s
                ON CONFLICT (token) DO NOTHING
         RETURNING id, taken_at, expires_at, promised_start_at, promised_venue_id
        ), takes AS (
            INSERT INTO museum_hold_take (hold_id, pool_id, seats)
            SELECT hold.id, part.pool_id, part.seats
              FROM hold
             CROSS JOIN unnest(%(pool_ids)s, %(pool_seats)s) AS part (pool_id, seats)
        )
        SELECT id, taken_at, expires_at, EXISTS ({on_sale}), promised_start_at,
               promised_venue_id
          FROM hold
""".replace("{on_sale}", ON_SALE)


def insert_hold(cr: Any, order: Order) -> Hold:
    """Write a hold whose seats were counted. The caller looks at ``is_on_sale``."""
    cr.execute(_INSERT_HOLD, _order_params(order))
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
        is_open=row[3],
        is_on_sale=row[3],
        start_at=row[4],
        venue_id=row[5],
        promised_start_at=row[4],
        promised_venue_id=row[5],
        pools=order.pools,
    )


def hold_again(cr: Any, order: Order) -> Hold:
    cr.execute(
        """
        UPDATE museum_hold hold
           SET slot_id = %(slot)s,
               company_id = %(company)s,
               quantities = %(quantities)s::jsonb,
               seats = %(seats)s,
               state = 'active',
               taken_at = clock.now,
               expires_at = clock.now + %(seconds)s * INTERVAL '1 second',
               promised_start_at = slot.start_at,
               promised_venue_id = slot.venue_id
          FROM (SELECT date_trunc(
                    'second', clock_timestamp() AT TIME ZONE 'UTC') AS now) clock,
               museum_slot slot
         WHERE hold.token = %(token)s
           AND slot.id = %(slot)s
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
    :raise Moved: the slot is at another time, or elsewhere, than when the seats were
        taken
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
    refuse_moved(known, known.promised_start_at, known.promised_venue_id)
    if known.state == ACTIVE:
        return _restart(cr, token, seconds)
    quantities = {int(key): qty for key, qty in known.quantities.items()}
    # Not the pools of then: the slot may have moved, or the venue got a maximum.
    pools, versions = read_parts(cr, known.slot_id, quantities, known.seats)
    order = Order(
        token=token,
        slot_id=known.slot_id,
        company_id=known.company_id,
        quantities=quantities,
        seats=known.seats,
        pools=pools,
        seconds=seconds,
        versions=versions,
    )
    refuse_short(look(cr, pools, versions), pools)
    hold = _take_anew(cr, order, known, careful=True)
    if not hold.is_open:
        raise Closed
    refuse_moved(hold, known.promised_start_at, known.promised_venue_id)
    return hold


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
    versions: Mapping[int, int] | None = None,
) -> Hold:
    """Change what a live hold holds, all of it or nothing. Its clock stays.

    :raise Gone: the token holds nothing (any more)
    :raise Closed: more seats are wanted of a slot that is not on sale
    :raise Full: the further seats are not free
    :raise Again: somebody came in between, or a seller has it locked
    :raise Relinked: the slot counts in other pools than ``pools`` says
    """
    versions = versions or {}
    known = read_hold(cr, token)
    if not known or not known.is_live:
        raise Gone
    is_more = any(pools[pool] > known.pools.get(pool, 0) for pool in pools)
    if is_more:
        if not known.is_on_sale:
            raise Closed
        free = look(cr, pools.keys(), versions, token)
        refuse_short(free, pools, mine=known.pools)
        locked = lock_and_reclaim(cr, {*pools, *known.pools})
    else:
        locked = lock_pools(cr, {*pools, *known.pools})
    _lock_live_hold(cr, token)
    now = read_hold(cr, token)
    if is_more and not now.is_on_sale:
        raise Closed
    held = now.pools
    if not set(held) <= set(locked):
        raise Again
    parts = {
        pool_id: pools.get(pool_id, 0) - held.get(pool_id, 0)
        for pool_id in {*pools, *held}
    }
    add_locked(cr, parts, locked, versions)
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
           SET expires_at = LEAST(
                   clock.now + %(seconds)s * INTERVAL '1 second',
                   taken_at + %(ceiling)s * INTERVAL '1 second')
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
           -- A write that changes nothing would still make every sale whose
           -- transaction is older run again.
           AND expires_at < LEAST(
                   clock.now + %(seconds)s * INTERVAL '1 second',
                   taken_at + %(ceiling)s * INTERVAL '1 second')
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


# --- selling ---------------------------------------------------------------------


def sell(cr: Any, tokens: Collection[str]) -> dict[str, int]:
    """Turn holds into sold seats, in the caller's own transaction. Moves no pool.

    A hold that ran out but was not reclaimed still owns its seats and may be sold.

    :return: ``{token: slot id}`` of those sold now, those sold before included
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
        SELECT token, slot_id
          FROM museum_hold
         WHERE token = ANY(%(tokens)s)
           AND state = 'sold'
        """,
        {"tokens": list(tokens)},
    )
    return dict(cr.fetchall())
