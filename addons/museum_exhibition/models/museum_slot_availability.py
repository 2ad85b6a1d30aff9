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

        A slot has as many seats left as the tightest of all pools that it counts in,
        and no more than its tickets, when each sold on its day has its own limit.
        Reads the database alone: rights are the caller's business.

        :return: list of dicts: id, exhibition_id, start_at, end_at (UTC), local_date,
            state, tz, on_sale, sale_starts_at (UTC; None once it has begun, and
            when it will not), capacity, seats_left, status
        """
        self._flush_availability()
        self.env.cr.execute(
            SQL(
                "WITH %s SELECT * FROM seats ORDER BY start_at, id",
                self._seats_sql(condition),
            )
        )
        return self._fetch_availability()

    @api.model
    def _fetch_availability(self):
        rows = self.env.cr.dictfetchall()
        for row in rows:
            row["status"] = availability.status(
                on_sale=row["on_sale"],
                capacity=row["capacity"],
                seats_left=row["seats_left"],
            )
        return rows

    @api.model
    def _availability_days(self, condition):
        """What :meth:`_availability_rows` says, summed up by day inside the database.

        A month of a busy house is hundreds of slots, and a calendar shows thirty words.

        :return: list of dicts by day: date, slots (how many are on sale), capacity and
            seats_left of those (None: no limit), status, sale_starts_at (UTC; of the
            first slot to come on sale, when none is yet)
        """
        self._flush_availability()
        self.env.cr.execute(
            SQL(
                """
                WITH %s
                SELECT local_date AS date,
                       COUNT(*) FILTER (WHERE on_sale) AS slots,
                       SUM(capacity) FILTER (WHERE on_sale) AS capacity,
                       SUM(seats_left) FILTER (WHERE on_sale) AS seats_left,
                       bool_or(on_sale AND seats_left IS NULL) AS is_unlimited,
                       CASE WHEN NOT bool_or(on_sale)
                            THEN MIN(sale_starts_at)
                       END AS sale_starts_at
                  FROM seats
                 GROUP BY local_date
                 ORDER BY local_date
                """,
                self._seats_sql(condition),
            )
        )
        days = self.env.cr.dictfetchall()
        for day in days:
            unlimited = day.pop("is_unlimited")
            for key in ("capacity", "seats_left"):
                day[key] = None if unlimited else day[key] or 0
            day["status"] = availability.status(
                on_sale=day["slots"] > 0,
                capacity=day["capacity"],
                seats_left=day["seats_left"],
            )
        return days

    @api.model
    def _flush_availability(self):
        for model in (
            "museum.slot",
            "museum.seat.pool",
            "museum.exhibition",
            "museum.ticket.category",
        ):
            self.env[model].flush_model()

    @api.model
    def _seats_sql(self, condition):
        """WITH queries that end in ``seats``: one row for each slot of the condition.

        The seats of holds that ran out are looked up once (usually there are none), and
        kept as one JSON object: a join would be planned for one row and then meet
        thousands. OFFSET 0 keeps PostgreSQL from reading the whole ledger for them.
        Few joins, because planning takes longer than all the rest.

        :param condition: SQL on ``slot`` and ``exhibition``
        :return: SQL for the inside of WITH; in ``seats`` NULL stands for no limit
        """
        return SQL(
            """
            clock AS MATERIALIZED (
                SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now
            ), due AS MATERIALIZED (
                SELECT jsonb_object_agg(pool_id, seats) AS seats
                  FROM (SELECT take.pool_id, SUM(take.seats) AS seats
                          FROM museum_hold hold
                         CROSS JOIN LATERAL (
                               SELECT pool_id, seats
                                 FROM museum_hold_take
                                WHERE hold_id = hold.id
                               OFFSET 0
                               ) take
                         WHERE hold.state = 'active'
                           AND hold.expires_at <= (SELECT now FROM clock)
                         GROUP BY take.pool_id) ran_out
            ), seats AS (
                SELECT slot.id, slot.exhibition_id, slot.start_at, slot.end_at,
                       slot.local_date, slot.state,
                       (SELECT tz FROM museum_venue WHERE id = slot.venue_id) AS tz,
                       slot.state = 'open'
                           AND exhibition.is_on_sale
                           AND slot.sale_ends_at > clock.now
                           AND (slot.sale_starts_at IS NULL
                                OR slot.sale_starts_at <= clock.now) AS on_sale,
                       CASE WHEN slot.state = 'open'
                             AND exhibition.is_on_sale
                             AND slot.sale_starts_at > clock.now
                            THEN slot.sale_starts_at
                       END AS sale_starts_at,
                       LEAST(tightest.capacity, tickets.capacity) AS capacity,
                       LEAST(tightest.seats_left, tickets.seats_left) AS seats_left
                  FROM museum_slot slot
                 CROSS JOIN clock
                  JOIN museum_exhibition exhibition
                    ON exhibition.id = slot.exhibition_id
                 CROSS JOIN LATERAL (
                       SELECT MIN(pool.capacity) AS capacity,
                              MIN(GREATEST(0,
                                  pool.capacity - pool.taken - pool.blocked
                                  + COALESCE((due.seats ->> pool.id::text)::int, 0)
                              )) AS seats_left
                         FROM (SELECT slot.pool_id
                                UNION ALL
                               SELECT rel.pool_id
                                 FROM museum_slot_extra_pool_rel rel
                                WHERE rel.slot_id = slot.id) mine
                         JOIN museum_seat_pool pool ON pool.id = mine.pool_id
                        CROSS JOIN due
                        WHERE pool.is_limited
                       ) tightest
                 CROSS JOIN LATERAL %s tickets
                 WHERE %s
            )
            """,
            self._tickets_sql(),
            condition,
        )

    @api.model
    def _tickets_sql(self):
        """What all tickets of a slot may take together; NULL: one has no limit.

        Seats that are too few for one ticket (a family's) are not counted. Looked up
        only for exhibitions that may be so.
        """
        return SQL(
            """
            (SELECT CASE WHEN bool_and(pool.id IS NOT NULL)
                         THEN SUM(pool.capacity)::int
                    END AS capacity,
                    CASE WHEN bool_and(pool.id IS NOT NULL)
                         THEN SUM(GREATEST(0,
                                  pool.capacity - pool.taken - pool.blocked
                                  + COALESCE((due.seats ->> pool.id::text)::int, 0)
                              ) / category.seats_per_ticket
                                * category.seats_per_ticket)::int
                    END AS seats_left
               FROM museum_ticket_category category
              CROSS JOIN due
               LEFT JOIN museum_seat_pool pool
                 ON pool.slot_id = slot.id
                AND pool.category_id = category.id
                AND pool.kind = 'category'
                AND pool.is_limited
              WHERE exhibition.has_limits_only
                AND category.active
                AND COALESCE(category.date_from <= slot.local_date, TRUE)
                AND COALESCE(slot.local_date <= category.date_to, TRUE)
                AND (category.exhibition_id = slot.exhibition_id
                     OR category.id IN (
                        SELECT shared.category_id
                          FROM museum_exhibition_shared_category_rel shared
                         WHERE shared.exhibition_id = slot.exhibition_id)))
            """
        )

    def _alternatives(self, seats, limit=3, wanted=None):
        """Slots of the same exhibition, near in time, that have so many free seats.

        One query, unless the nearest are full too: refusals come by the hundred.

        :param dict wanted: tickets by category id that must find places there too,
            where a category has a limit of its own
        :return: at most ``limit`` rows of :meth:`_availability_rows`, nearest first
        :rtype: list[dict]
        """
        self.ensure_one()
        self._flush_availability()
        rows = []
        for reach in NEIGHBOURS:
            self.env.cr.execute(
                SQL(
                    """
                    WITH this AS MATERIALIZED (
                        SELECT exhibition_id, start_at FROM museum_slot WHERE id = %s
                    ), %s
                    SELECT seats.*
                      FROM seats
                     CROSS JOIN this
                     WHERE seats.on_sale
                       AND COALESCE(seats.seats_left >= %s, TRUE)
                       AND NOT EXISTS (%s)
                     ORDER BY GREATEST(seats.start_at - this.start_at,
                                       this.start_at - seats.start_at), seats.id
                     LIMIT %s
                    """,
                    self.id,
                    self._seats_sql(self._neighbours_sql(reach)),
                    seats,
                    self._short_category_sql(wanted or {}),
                    limit,
                )
            )
            rows = self._fetch_availability()
            if len(rows) >= limit:
                break
        return rows

    def _has_room(self, seats, wanted=None):
        """Whether this slot is on sale and has so many free seats.

        :param dict wanted: as for :meth:`_alternatives`
        :rtype: bool
        """
        self.ensure_one()
        self._flush_availability()
        self.env.cr.execute(
            SQL(
                """
                WITH %s
                SELECT seats.on_sale AND COALESCE(seats.seats_left >= %s, TRUE)
                       AND NOT EXISTS (%s)
                  FROM seats
                """,
                self._seats_sql(SQL("slot.id = %s", self.id)),
                seats,
                self._short_category_sql(wanted or {}),
            )
        )
        return bool((self.env.cr.fetchone() or [False])[0])

    @api.model
    def _short_category_sql(self, wanted):
        """Query for tickets that have too few places of their own in a row of seats."""
        return SQL(
            """
            SELECT FROM unnest(%s::int[], %s::int[]) AS part (id, quantity)
              JOIN museum_ticket_category category ON category.id = part.id
              JOIN museum_seat_pool pool
                ON pool.slot_id = seats.id
               AND pool.category_id = part.id
               AND pool.kind = 'category'
               AND pool.is_limited
             CROSS JOIN due
             WHERE pool.capacity - pool.taken - pool.blocked
                   + COALESCE((due.seats ->> pool.id::text)::int, 0)
                   < part.quantity * category.seats_per_ticket
            """,
            list(wanted),
            list(wanted.values()),
        )

    @api.model
    def _neighbours_sql(self, count):
        """Condition: the nearest open slots, so many before and so many after ``this``.

        Two walks along an index: asking for the distance would read every slot.
        """
        return SQL(
            """
            slot.id = ANY(ARRAY(
                (SELECT near.id
                   FROM museum_slot near
                  WHERE near.exhibition_id = (SELECT exhibition_id FROM this)
                    AND near.start_at > (SELECT start_at FROM this)
                    AND near.start_at <= (SELECT start_at FROM this) + %(reach)s
                    AND near.state = 'open'
                  ORDER BY near.start_at
                  LIMIT %(count)s)
                UNION ALL
                (SELECT near.id
                   FROM museum_slot near
                  WHERE near.exhibition_id = (SELECT exhibition_id FROM this)
                    AND near.start_at < (SELECT start_at FROM this)
                    AND near.start_at >= GREATEST(
                            (SELECT start_at FROM this) - %(reach)s,
                            now() AT TIME ZONE 'UTC' - INTERVAL '1 day')
                    AND near.state = 'open'
                  ORDER BY near.start_at DESC
                  LIMIT %(count)s)
            ))
            """,
            reach=timedelta(days=ALTERNATIVE_DAYS),
            count=count,
        )

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
