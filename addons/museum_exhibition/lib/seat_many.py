# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several slots in one move of the seat engine (see ``seat_ledger``), all or none."""

from collections.abc import Collection, Sequence
from typing import Any

from .seat_counters import add_locked, lock_and_reclaim, look, refuse_short
from .seat_giving import give_back
from .seat_ledger import hold_again, insert_hold, refuse_moved, same_or_mismatch
from .seat_reading import is_on_sale, read_holds
from .seat_types import ACTIVE, EXPIRED, SOLD, Again, Closed, Full, Hold, Order


def take_many(cr: Any, orders: Sequence[Order]) -> list[Hold]:
    """Hold the seats of all orders, or of none; the locks over all of them by id.

    Idempotent by the tokens of the orders, like ``take``: what is held or sold stays,
    the others are taken.

    :param orders: one for each slot, with a token of its own
    :return: the holds, in the order of the orders
    :raise Full: one snapshot shows fewer seats than all of them want together
    :raise Closed: a slot is not on sale; ``slot_id`` says which
    :raise Moved: a slot starts at another time than its order says
    :raise Mismatch: a token holds something else
    :raise Again, Relinked: as for ``take``
    """
    # The seats first, the tokens second: see ``take``.
    pools = {pool for order in orders for pool in order.pools}
    free = look(cr, pools, _versions(orders))
    known = read_holds(cr, [order.token for order in orders])
    fresh = []
    for order in orders:
        hold = known.get(order.token)
        if hold and (hold.is_live or hold.state == SOLD):
            same_or_mismatch(hold, order)
        else:
            fresh.append(order)
    if fresh:
        _refuse(cr, fresh, free)
        _take(cr, fresh, known)
        known = read_holds(cr, [order.token for order in orders])
    return [known[order.token] for order in orders]


def together(orders: Collection[Order]) -> dict[int, int]:
    """Seats by pool that orders take; slots may share a pool of their venue."""
    parts: dict[int, int] = {}
    for order in orders:
        for pool_id, seats in order.pools.items():
            parts[pool_id] = parts.get(pool_id, 0) + seats
    return parts


def _versions(orders: Collection[Order]) -> dict[int, int]:
    return {pool: number for order in orders for pool, number in order.versions.items()}


def _refuse(cr: Any, orders: list[Order], free: dict[int, int | None]) -> None:
    for order in orders:
        if not is_on_sale(cr, order.slot_id):
            raise Closed(order.slot_id)
    refuse_short(free, together(orders))


def _take(cr: Any, orders: list[Order], known: dict[str, Hold]) -> None:
    parts = together(orders)
    mine = [
        hold
        for order in orders
        if (hold := known.get(order.token)) and hold.state == ACTIVE
    ]
    locked = lock_and_reclaim(cr, {*parts, *(pool for h in mine for pool in h.pools)})
    if mine:
        give_back(cr, [hold.token for hold in mine], ACTIVE, EXPIRED, locked)
    try:
        # Those of the orders that are held already are not locked, nor looked at.
        add_locked(cr, parts, locked, _versions(orders))
    except Full:
        now = read_holds(cr, [order.token for order in orders]).values()
        if any(hold.is_live or hold.state == SOLD for hold in now):
            raise Again from None  # these very tokens have the seats meanwhile
        raise
    for order in orders:
        make = hold_again if order.token in known else insert_hold
        hold = make(cr, order)
        if not hold.is_on_sale:
            raise Closed(order.slot_id)
        refuse_moved(hold, order.start_at)
