# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the planning of slots asks of the seat counters: only ever of empty slots."""

from collections.abc import Collection
from typing import Any

from .seat_counters import lock_and_reclaim


def resize_empty(
    cr: Any, pool_ids: Collection[int], *, is_limited: bool, capacity: int
) -> set[int]:
    """Give slots another number of seats, but only those without anybody in them.

    :return: the pools that were changed; the others have seats held, sold or blocked
    """
    lock_and_reclaim(cr, pool_ids)
    cr.execute(
        """
        UPDATE museum_seat_pool
           SET is_limited = %(is_limited)s, capacity = %(capacity)s
         WHERE id = ANY(%(pools)s)
           AND taken = 0
           AND blocked = 0
     RETURNING id
        """,
        {
            "pools": list(pool_ids),
            "is_limited": is_limited,
            "capacity": capacity,
        },
    )
    return {pool_id for (pool_id,) in cr.fetchall()}
