# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..lib import availability

# How far from a slot that is full others are offered.
ALTERNATIVE_DAYS = 14


class MuseumSlot(models.Model):
    """What visitors are told about seats: one query, however many slots."""

    _inherit = "museum.slot"

    def _availability(self, slots=None):
        """Seats of some slots, with those of holds that ran out counted as free.

        :param slots: default: these slots
        :return: {slot id: {capacity, seats_left, status}}; None stands for no limit
        :rtype: dict
        """
        slots = self if slots is None else slots
        if not slots.ids:
            return {}
        rows = self._availability_rows(SQL("slot.id = ANY(%s)", slots.ids))
        return {
            row["id"]: {key: row[key] for key in ("capacity", "seats_left", "status")}
            for row in rows
        }

    @api.model
    def _availability_rows(self, condition, order=None, limit=None):
        """Rows of the slots that match an SQL condition on ``slot``, with their seats.

        A slot has as many seats left as the tightest of all pools that it counts in.
        Reads the database alone: rights are the caller's business.

        :return: list of dicts: id, exhibition_id, start_at, end_at (UTC), local_date,
            state, on_sale, capacity, seats_left, status
        """
        self.env["museum.slot"].flush_model()
        self.env["museum.seat.pool"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH clock AS MATERIALIZED (
                    SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now
                )
                SELECT slot.id, slot.exhibition_id, slot.start_at, slot.end_at,
                       slot.local_date, slot.state,
                       slot.state = 'open'
                           AND slot.sale_ends_at > (SELECT now FROM clock) AS on_sale,
                       CASE WHEN pool.is_limited THEN pool.capacity END AS capacity,
                       LEAST(
                           CASE WHEN pool.is_limited
                                THEN pool.capacity - pool.taken - pool.blocked
                                     + due.seats
                           END,
                           extra.seats
                       ) AS seats_left
                  FROM museum_slot slot
                  JOIN museum_seat_pool pool ON pool.id = slot.pool_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(SUM(take.seats), 0) AS seats
                         FROM museum_hold hold
                         JOIN museum_hold_take take
                           ON take.hold_id = hold.id
                          AND take.pool_id = pool.id
                        WHERE hold.slot_id = slot.id
                          AND hold.state = 'active'
                          AND hold.expires_at <= (SELECT now FROM clock)
                       ) due
                 CROSS JOIN LATERAL (
                       SELECT MIN(other.capacity - other.taken - other.blocked + (
                              SELECT COALESCE(SUM(take.seats), 0)
                                FROM museum_slot_extra_pool_rel same
                                JOIN museum_hold hold ON hold.slot_id = same.slot_id
                                JOIN museum_hold_take take
                                  ON take.hold_id = hold.id
                                 AND take.pool_id = other.id
                               WHERE same.pool_id = other.id
                                 AND hold.state = 'active'
                                 AND hold.expires_at <= (SELECT now FROM clock)
                              )) AS seats
                         FROM museum_slot_extra_pool_rel rel
                         JOIN museum_seat_pool other ON other.id = rel.pool_id
                        WHERE rel.slot_id = slot.id
                          AND other.is_limited
                       ) extra
                 WHERE %(condition)s
                 ORDER BY %(order)s
                 LIMIT %(limit)s
                """,
                condition=condition,
                order=order or SQL("slot.start_at, slot.id"),
                limit=limit,
            )
        )
        rows = self.env.cr.dictfetchall()
        for row in rows:
            if row["seats_left"] is not None:
                row["seats_left"] = max(0, int(row["seats_left"]))
                if row["capacity"] is None:
                    row["capacity"] = row["seats_left"]
            row["status"] = availability.status(
                on_sale=row["on_sale"],
                capacity=row["capacity"],
                seats_left=row["seats_left"],
            )
        return rows

    def _alternatives(self, seats, limit=3):
        """Slots of the same exhibition, near in time, that have so many free seats.

        :return: at most ``limit`` rows of :meth:`_availability_rows`, nearest first
        :rtype: list[dict]
        """
        self.ensure_one()
        reach = timedelta(days=ALTERNATIVE_DAYS)
        condition = SQL(
            """
            slot.exhibition_id = %(exhibition)s
            AND slot.id <> %(slot)s
            AND slot.start_at BETWEEN %(first)s AND %(last)s
            AND slot.state = 'open'
            AND slot.sale_ends_at > (SELECT now FROM clock)
            AND (NOT pool.is_limited
                 OR pool.capacity - pool.taken - pool.blocked + due.seats >= %(seats)s)
            AND (extra.seats IS NULL OR extra.seats >= %(seats)s)
            """,
            exhibition=self.exhibition_id.id,
            slot=self.id,
            first=self.start_at - reach,
            last=self.start_at + reach,
            seats=seats,
        )
        order = SQL(
            "abs(extract(epoch FROM slot.start_at - %s)), slot.id", self.start_at
        )
        return self._availability_rows(condition, order=order, limit=limit)

    @api.model
    def _starts_between(self, exhibition, first, last):
        """The starts that any slot of an exhibition has between two instants (UTC).

        :rtype: set[datetime.datetime]
        """
        self.flush_model(["exhibition_id", "start_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT start_at
                  FROM museum_slot
                 WHERE exhibition_id = %(exhibition)s
                   AND start_at BETWEEN %(first)s AND %(last)s
                """,
                exhibition=exhibition.id,
                first=first,
                last=last,
            )
        )
        return {start for (start,) in rows}
