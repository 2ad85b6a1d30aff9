# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..lib import availability

# Comparisons with one value; what is not here is refused, and Odoo says so.
COMPARISONS = {
    "=": SQL("="),
    "<": SQL("<"),
    ">": SQL(">"),
    "<=": SQL("<="),
    ">=": SQL(">="),
}
SEARCHABLE = frozenset(
    {
        "is_limited",
        "capacity",
        "taken",
        "blocked",
        "seats_left",
        "fill_percent",
        "status",
    }
)
SUMMED = frozenset({"taken", "blocked", "capacity", "seats_left"})

# Free seats of a further pool; holds of other slots that ran out may be in it too.
EXTRA_LEFT = SQL(
    """other.capacity - other.taken - other.blocked + (
        SELECT COALESCE(SUM(take.seats), 0)
          FROM museum_slot_extra_pool_rel same
          JOIN museum_hold hold ON hold.slot_id = same.slot_id
          JOIN museum_hold_take take
            ON take.hold_id = hold.id AND take.pool_id = other.id
         WHERE same.pool_id = other.id
           AND hold.state = 'active'
           AND hold.expires_at <= (SELECT clock_timestamp() AT TIME ZONE 'UTC')
    )"""
)


class MuseumSlot(models.Model):
    """Seats as SQL, so that lists of slots filter, sort, group and add them up.

    The counters are not columns of a slot. These expressions say the same as
    ``_compute_seats`` and ``_compute_status``; a test compares them.
    """

    _inherit = "museum.slot"

    is_limited = fields.Boolean(search="_search_is_limited")
    capacity = fields.Integer(search="_search_capacity")
    taken = fields.Integer(search="_search_taken")
    blocked = fields.Integer(search="_search_blocked")
    seats_left = fields.Integer(search="_search_seats_left")
    fill_percent = fields.Integer(search="_search_fill_percent", aggregator="avg")
    status = fields.Selection(search="_search_status")

    def _search_is_limited(self, operator, value):
        return self._search_seats("is_limited", operator, value)

    def _search_capacity(self, operator, value):
        return self._search_seats("capacity", operator, value)

    def _search_taken(self, operator, value):
        return self._search_seats("taken", operator, value)

    def _search_blocked(self, operator, value):
        return self._search_seats("blocked", operator, value)

    def _search_seats_left(self, operator, value):
        return self._search_seats("seats_left", operator, value)

    def _search_fill_percent(self, operator, value):
        return self._search_seats("fill_percent", operator, value)

    def _search_status(self, operator, value):
        return self._search_seats("status", operator, value)

    @api.model
    def _search_seats(self, name, operator, value):
        """A domain on what pools say, as SQL on the slots that are searched."""
        if operator == "in":
            values = list(value)
            return Domain.custom(
                to_sql=lambda model, alias, query: SQL(
                    "%s = ANY(%s)", model._field_to_sql(alias, name, query), values
                )
            )
        if operator not in COMPARISONS:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s %s %s",
                model._field_to_sql(alias, name, query),
                COMPARISONS[operator],
                value,
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in SEARCHABLE:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        self.env["museum.seat.pool"].flush_model()
        if field_expr in ("is_limited", "capacity", "blocked"):
            return self._pool_column(alias, field_expr, query)
        if field_expr == "taken":
            return self._taken_sql(alias, query)
        self.flush_model(
            ["pool_id", "extra_pool_ids", "state", "sale_starts_at", "sale_ends_at"]
        )
        self.env["museum.exhibition"].flush_model(["is_on_sale"])
        if field_expr == "fill_percent":
            return self._fill_sql(alias, query)
        if field_expr == "seats_left":
            return SQL("COALESCE(%s, -1)", self._left_sql(alias, query))
        return self._status_sql(alias, query)

    def _pool_column(self, alias, name, query=None):
        """A column of the slot's own pool."""
        if query is None:
            return SQL(
                "(SELECT pool.%s FROM museum_seat_pool pool WHERE pool.id = %s)",
                SQL.identifier(name),
                SQL.identifier(alias, "pool_id"),
            )
        pool = query.left_join(alias, "pool_id", "museum_seat_pool", "id", "pool_id")
        return SQL.identifier(pool, name)

    def _taken_sql(self, alias, query=None):
        """Held and sold seats, without those of holds that ran out."""
        return SQL(
            """(%(taken)s - CASE WHEN %(is_limited)s THEN (
                SELECT COALESCE(SUM(take.seats), 0)
                  FROM museum_hold hold
                  JOIN museum_hold_take take ON take.hold_id = hold.id
                 WHERE hold.slot_id = %(slot)s
                   AND take.pool_id = %(pool)s
                   AND hold.state = 'active'
                   AND hold.expires_at
                       <= (SELECT clock_timestamp() AT TIME ZONE 'UTC')
            ) ELSE 0 END)""",
            taken=self._pool_column(alias, "taken", query),
            is_limited=self._pool_column(alias, "is_limited", query),
            slot=SQL.identifier(alias, "id"),
            pool=SQL.identifier(alias, "pool_id"),
        )

    def _fill_sql(self, alias, query=None):
        return SQL(
            """CASE WHEN %(is_limited)s AND %(capacity)s > 0
                    THEN (100 * (%(taken)s + %(blocked)s) / %(capacity)s)::int
                    ELSE 0 END""",
            is_limited=self._pool_column(alias, "is_limited", query),
            capacity=self._pool_column(alias, "capacity", query),
            taken=self._taken_sql(alias, query),
            blocked=self._pool_column(alias, "blocked", query),
        )

    def _extra_sql(self, alias, value):
        """The least of something over the further pools with a limit; or NULL."""
        return SQL(
            """(SELECT MIN(%(value)s)
                  FROM museum_slot_extra_pool_rel rel
                  JOIN museum_seat_pool other ON other.id = rel.pool_id
                 WHERE rel.slot_id = %(slot)s
                   AND other.is_limited)""",
            value=value,
            slot=SQL.identifier(alias, "id"),
        )

    def _left_sql(self, alias, query=None):
        """As many as the tightest pool has, NULL: no limit."""
        return SQL(
            """LEAST(
                CASE WHEN %(is_limited)s
                     THEN %(capacity)s - %(taken)s - %(blocked)s END,
                %(extra)s)""",
            is_limited=self._pool_column(alias, "is_limited", query),
            capacity=self._pool_column(alias, "capacity", query),
            taken=self._taken_sql(alias, query),
            blocked=self._pool_column(alias, "blocked", query),
            extra=self._extra_sql(alias, EXTRA_LEFT),
        )

    def _on_sale_sql(self, alias):
        """The engine's rule, see ``lib/seat_reading.py``."""
        exhibition = SQL(
            "(SELECT is_on_sale FROM museum_exhibition WHERE id = %s)",
            SQL.identifier(alias, "exhibition_id"),
        )
        return SQL(
            """(%(state)s = 'open'
                AND (%(starts)s IS NULL OR %(starts)s <= %(now)s)
                AND %(ends)s > %(now)s
                AND COALESCE(%(exhibition)s, FALSE))""",
            state=SQL.identifier(alias, "state"),
            starts=SQL.identifier(alias, "sale_starts_at"),
            ends=SQL.identifier(alias, "sale_ends_at"),
            now=SQL("(SELECT clock_timestamp() AT TIME ZONE 'UTC')"),
            exhibition=exhibition,
        )

    def _status_sql(self, alias, query=None):
        """The word of ``lib/availability.py`` for the slot."""
        left = self._left_sql(alias, query)
        return SQL(
            """CASE WHEN %(state)s = 'cancelled' THEN 'cancelled'
                    WHEN NOT %(on_sale)s THEN %(closed)s
                    WHEN %(left)s IS NULL THEN %(available)s
                    WHEN %(left)s <= 0 THEN %(full)s
                    WHEN %(left)s * 2 <= LEAST(
                        CASE WHEN %(is_limited)s THEN %(capacity)s END, %(extra)s)
                    THEN %(few)s
                    ELSE %(available)s END""",
            state=SQL.identifier(alias, "state"),
            on_sale=self._on_sale_sql(alias),
            left=left,
            is_limited=self._pool_column(alias, "is_limited", query),
            capacity=self._pool_column(alias, "capacity", query),
            extra=self._extra_sql(alias, SQL("other.capacity")),
            closed=availability.CLOSED,
            available=availability.AVAILABLE,
            full=availability.FULL,
            few=availability.LIMITED,
        )

    def _read_group_select(self, aggregate_spec, query):
        """Sums leave out what is not there: nobody comes to cancelled slots.

        Seats count of slots with a limit alone, free ones of those that are or will be
        on sale; the fill weighs by seats.
        """
        name, _, function = aggregate_spec.partition(":")
        if (name, function) == ("fill_percent", "avg"):
            return SQL(
                """100.0 * SUM(%(taken)s + %(blocked)s) FILTER (WHERE %(counted)s)
                / NULLIF(SUM(%(capacity)s) FILTER (WHERE %(counted)s), 0)""",
                taken=self._field_to_sql(self._table, "taken", query),
                blocked=self._field_to_sql(self._table, "blocked", query),
                capacity=self._field_to_sql(self._table, "capacity", query),
                counted=self._counted_sql("capacity", query),
            )
        if function == "sum" and name in SUMMED:
            return SQL(
                "SUM(%s) FILTER (WHERE %s)",
                self._field_to_sql(self._table, name, query),
                self._counted_sql(name, query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def _counted_sql(self, name, query):
        """Which slots a sum of one of their numbers counts."""
        takes_place = SQL("%s != 'cancelled'", SQL.identifier(self._table, "state"))
        if name in ("taken", "blocked"):
            return takes_place
        limited = self._pool_column(self._table, "is_limited", query)
        if name == "capacity":
            return SQL("%s AND %s", limited, takes_place)
        return SQL(
            "%s AND %s = 'open' AND %s > (SELECT clock_timestamp() AT TIME ZONE 'UTC')",
            limited,
            SQL.identifier(self._table, "state"),
            SQL.identifier(self._table, "sale_ends_at"),
        )
