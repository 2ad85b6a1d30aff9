# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models
from odoo.tools import SQL

# ISO weekdays, as PostgreSQL's to_char(day, 'ID') says them.
WEEKDAYS = [
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
]


class MuseumSlotReport(models.Model):
    """Slots with the counters of their pool, for pivot tables and graphs."""

    _name = "museum.slot.report"
    _description = "Museum occupancy"
    _auto = False
    _order = "start_at desc, id desc"
    _rec_name = "slot_id"

    slot_id = fields.Many2one("museum.slot", readonly=True)
    exhibition_id = fields.Many2one("museum.exhibition", readonly=True)
    venue_id = fields.Many2one("museum.venue", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    start_at = fields.Datetime(string="Start", readonly=True)
    local_date = fields.Date(string="Day", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed"), ("cancelled", "Cancelled")],
        readonly=True,
    )
    is_limited = fields.Boolean(string="Limited seats", readonly=True)
    capacity = fields.Integer(string="Seats", readonly=True)
    taken = fields.Integer(
        string="Sold or held",
        readonly=True,
        help="Seats of visitors: sold, or kept in a cart.",
    )
    blocked = fields.Integer(readonly=True)
    seats_left = fields.Integer(string="Free seats", readonly=True)
    fill_percent = fields.Float(
        string="Filled (%)",
        readonly=True,
        aggregator="avg",
        help="Seats sold, held or blocked, of all seats of slots with a limit.",
    )
    occupancy = fields.Float(
        string="Sold or held (%)",
        readonly=True,
        aggregator="avg",
        help="Seats of visitors, of all seats of slots with a limit.",
    )
    weekday = fields.Selection(WEEKDAYS, readonly=True)
    hour = fields.Char(readonly=True, help="The start on the venue's clock.")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT slot.id, slot.id AS slot_id, slot.exhibition_id, slot.venue_id,
                   slot.company_id, slot.start_at, slot.local_date, slot.state,
                   pool.is_limited, seats.taken, seats.blocked, seats.capacity,
                   CASE WHEN seats.capacity IS NULL THEN NULL
                        WHEN slot.state = 'open'
                             AND slot.sale_ends_at
                                 > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
                        THEN seats.capacity - seats.taken - seats.blocked
                        ELSE 0
                   END AS seats_left,
                   100.0 * seats.taken / NULLIF(seats.capacity, 0) AS occupancy,
                   100.0 * (seats.taken + seats.blocked)
                       / NULLIF(seats.capacity, 0) AS fill_percent,
                   to_char(slot.local_date, 'ID') AS weekday,
                   to_char(
                       slot.start_at AT TIME ZONE 'UTC'
                           AT TIME ZONE COALESCE(venue.tz, 'UTC'), 'HH24:00'
                   ) AS hour
              FROM museum_slot slot
              JOIN museum_seat_pool pool ON pool.id = slot.pool_id
             -- A cancelled slot has no seats and no visitors, whoever waits for money.
             CROSS JOIN LATERAL (
                 SELECT CASE WHEN slot.state = 'cancelled' THEN 0 ELSE pool.taken
                        END AS taken,
                        CASE WHEN slot.state = 'cancelled' THEN 0 ELSE pool.blocked
                        END AS blocked,
                        CASE WHEN pool.is_limited AND slot.state != 'cancelled'
                             THEN pool.capacity END AS capacity
             ) seats
              LEFT JOIN museum_venue venue ON venue.id = slot.venue_id
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """The fill of several slots weighs by their seats."""
        if aggregate_spec in ("occupancy:avg", "fill_percent:avg"):
            gone = self._field_to_sql(self._table, "taken", query)
            if aggregate_spec == "fill_percent:avg":
                blocked = self._field_to_sql(self._table, "blocked", query)
                gone = SQL("%s + %s", gone, blocked)
            return SQL(
                """100.0 * SUM(%(gone)s) FILTER (WHERE %(limited)s)
                / NULLIF(SUM(%(capacity)s) FILTER (WHERE %(limited)s), 0)""",
                gone=gone,
                capacity=self._field_to_sql(self._table, "capacity", query),
                limited=self._field_to_sql(self._table, "is_limited", query),
            )
        return super()._read_group_select(aggregate_spec, query)
