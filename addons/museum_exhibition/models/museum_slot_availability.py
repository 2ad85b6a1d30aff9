# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..lib import availability

# How far from a slot that is full others are offered, and how many neighbours on each
# side are looked at: a few, and many when those are full too.
ALTERNATIVE_DAYS = 14
NEIGHBOURS = (8, 150)


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
    def _availability_rows(self, condition):
        """Rows of the slots that match an SQL condition on ``slot``, in order of time.

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
                       LEAST(
                           CASE WHEN pool.is_limited THEN pool.capacity END,
                           extra.capacity
                       ) AS capacity,
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
                       SELECT MIN(other.capacity) AS capacity,
                              MIN(other.capacity - other.taken - other.blocked + (
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
                 ORDER BY slot.start_at, slot.id
                """,
                condition=condition,
            )
        )
        rows = self.env.cr.dictfetchall()
        for row in rows:
            if row["seats_left"] is not None:
                row["seats_left"] = max(0, int(row["seats_left"]))
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
        free = []
        for reach in NEIGHBOURS:
            nearest = self._neighbours(reach)
            rows = self._availability_rows(SQL("slot.id = ANY(%s)", nearest))
            free = [
                row
                for row in rows
                if row["on_sale"]
                and (row["seats_left"] is None or row["seats_left"] >= seats)
            ]
            if len(free) >= limit or len(nearest) < reach:
                break
        free.sort(key=lambda row: (abs(row["start_at"] - self.start_at), row["id"]))
        return free[:limit]

    def _neighbours(self, count):
        """Ids of the nearest open slots, so many before and so many after this one.

        Two walks along an index: asking for the distance would read every slot.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                (SELECT id
                   FROM museum_slot
                  WHERE exhibition_id = %(exhibition)s
                    AND start_at > %(start)s
                    AND start_at <= %(last)s
                    AND state = 'open'
                  ORDER BY start_at
                  LIMIT %(count)s)
                UNION ALL
                (SELECT id
                   FROM museum_slot
                  WHERE exhibition_id = %(exhibition)s
                    AND start_at < %(start)s
                    AND start_at >= GREATEST(
                            %(first)s,
                            now() AT TIME ZONE 'UTC' - INTERVAL '1 day')
                    AND state = 'open'
                  ORDER BY start_at DESC
                  LIMIT %(count)s)
                """,
                exhibition=self.exhibition_id.id,
                start=self.start_at,
                first=self.start_at - timedelta(days=ALTERNATIVE_DAYS),
                last=self.start_at + timedelta(days=ALTERNATIVE_DAYS),
                count=count,
            )
        )
        return [slot_id for (slot_id,) in rows]

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
