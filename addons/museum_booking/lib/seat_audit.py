# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Do bookings and sold seats say the same? Looks only; see museum_exhibition's."""

from collections.abc import Collection
from typing import Any

from . import states

BOOKING = "booking"
"""A confirmed booking has no sold seats, or others than it says."""
SOLD = "sold"
"""Seats are sold, but their booking is not, or there is none."""
LINES = "lines"
"""The order lines of a confirmed booking are not its tickets."""

# These visits have, or had, sold seats.
KEEPS_SEATS = (states.CONFIRMED, states.COMPLETED, states.NO_SHOW)
# Given back after the commit of the cancellation, or by the next sweep.
UNSOLD_AFTER = "1 hour"


def bookings_without_seats(
    cr: Any, slot_ids: Collection[int] | None = None
) -> list[dict]:
    """Confirmed bookings whose hold is not sold, or is of another slot or tickets.

    The seats of a part that was cancelled go back after the commit, or by the next
    sweep: until then the hold may have more.
    """
    cr.execute(
        """
        SELECT booking.id, booking.slot_id, COALESCE(hold.state, 'none')
          FROM museum_booking booking
          LEFT JOIN museum_hold hold ON hold.token = booking.hold_token
         WHERE booking.state = ANY(%(states)s)
           AND (hold.state IS DISTINCT FROM 'sold'
                OR hold.slot_id <> booking.slot_id
                OR hold.seats < booking.visitors
                OR (hold.quantities <> booking.quantities
                    AND (hold.seats <= booking.visitors
                         OR booking.write_date < now() AT TIME ZONE 'UTC'
                                                 - %(after)s::interval))
                OR (hold.seats <> booking.visitors
                    AND booking.write_date < now() AT TIME ZONE 'UTC'
                                             - %(after)s::interval))
           AND (%(all)s OR booking.slot_id = ANY(%(slots)s))
         ORDER BY booking.id
        """,
        _params(slot_ids),
    )
    return _found(cr, BOOKING, "booking_id", "slot_id", "hold")


def seats_without_booking(cr: Any) -> list[dict]:
    """Sold seats whose booking was not confirmed, or was cancelled for good."""
    cr.execute(
        """
        SELECT hold.id, hold.slot_id, booking.id
          FROM museum_hold hold
          LEFT JOIN museum_booking booking ON booking.hold_token = hold.token
         WHERE hold.state = 'sold'
           AND (booking.id IS NULL
                OR (booking.state <> ALL(%(states)s)
                    AND booking.write_date < now() AT TIME ZONE 'UTC'
                                             - %(after)s::interval))
         ORDER BY hold.id
        """,
        {"states": list(KEEPS_SEATS), "after": UNSOLD_AFTER},
    )
    return _found(cr, SOLD, "hold_id", "slot_id", "booking_id")


def lines_apart(cr: Any, slot_ids: Collection[int] | None = None) -> list[dict]:
    """Confirmed bookings whose order lines have other tickets than they say.

    Tickets that were cancelled stay on their line as long as nothing was given back
    for them: they stay sold.
    """
    cr.execute(
        """
        SELECT booking.id, booking.slot_id
          FROM museum_booking booking
         CROSS JOIN LATERAL (
               SELECT EXISTS (
                          SELECT 1
                            FROM museum_ticket ticket
                           WHERE ticket.booking_id = booking.id
                             AND ticket.state = 'cancelled'
                             AND NOT EXISTS (
                                     SELECT 1
                                       FROM museum_ticket other
                                      WHERE other.replaces_id = ticket.id)
                      ) AS is_fewer
               ) part
         CROSS JOIN LATERAL (
               SELECT COALESCE(jsonb_object_agg(line.category_id, line.quantity), '{}')
                      AS quantities
                 FROM (SELECT museum_category_id::text AS category_id,
                              SUM(product_uom_qty)::int AS quantity
                         FROM sale_order_line
                        WHERE museum_booking_id = booking.id
                          AND museum_category_id IS NOT NULL
                        GROUP BY museum_category_id
                       HAVING SUM(product_uom_qty) <> 0) line
               ) sold
         WHERE booking.state = ANY(%(states)s)
           AND sold.quantities <> booking.quantities
           AND NOT (part.is_fewer AND NOT EXISTS (
                        SELECT 1
                          FROM jsonb_each(booking.quantities) wanted
                         WHERE COALESCE((sold.quantities ->> wanted.key)::int, 0)
                               < wanted.value::int))
           AND (%(all)s OR booking.slot_id = ANY(%(slots)s))
         ORDER BY booking.id
        """,
        _params(slot_ids),
    )
    return _found(cr, LINES, "booking_id", "slot_id")


def _params(slot_ids: Collection[int] | None) -> dict[str, Any]:
    return {
        "states": list(KEEPS_SEATS),
        "all": slot_ids is None,
        "slots": list(slot_ids or []),
        "after": UNSOLD_AFTER,
    }


def _found(cr: Any, problem: str, *names: str) -> list[dict]:
    return [
        {"problem": problem, **dict(zip(names, row, strict=True))}
        for row in cr.fetchall()
    ]
