# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# How many of the next slots are looked at when the next free ones are wanted; when
# all of them are full, so many are.
LOOK_AHEAD = 12
LOOK_FURTHER = 300

FREE = ("available", "limited")


class MuseumExhibition(models.Model):
    """What the public pages and the public API ask of an exhibition's times."""

    _inherit = "museum.exhibition"

    @api.model
    def _public_domain(self, website):
        """What visitors of a website may see: published there, of its company."""
        return (
            Domain("is_published", "=", True)
            & Domain(website.website_domain())
            & Domain("company_id", "=", website._get_cached("company_id"))
        )

    @api.model
    def _public_sql(self, website):
        """:meth:`_public_domain` as an SQL condition on ``exhibition``."""
        self.flush_model(["active", "is_published", "website_id", "company_id"])
        return SQL(
            """exhibition.active
               AND exhibition.is_published
               AND exhibition.company_id = %s
               AND (exhibition.website_id = %s OR exhibition.website_id IS NULL)""",
            website._get_cached("company_id"),
            website.id,
        )

    @api.model
    def _find_public(self, website, exhibition_id):
        """What :meth:`_public_domain` finds by id, in one narrow query.

        For the busiest routes, which need no record: a search would compile the domain
        and its rules anew each time, and the first field would fetch all the others.

        :return: the exhibition, and its time zone; (none, None) when visitors of the
            website may not see it
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT venue.tz
                  FROM museum_exhibition exhibition
                  JOIN museum_venue venue ON venue.id = exhibition.venue_id
                 WHERE exhibition.id = %s
                   AND %s
                """,
                exhibition_id,
                self._public_sql(website),
            )
        )
        for (tz,) in rows:
            return self.browse(exhibition_id), tz
        return self.browse(), None

    @api.constrains("website_id", "company_id")
    def _check_website(self):
        for exhibition in self:
            website = exhibition.website_id
            if website and website.company_id != exhibition.company_id:
                raise ValidationError(
                    self.env._(
                        "%(website)s is another museum's website: %(title)s would be on"
                        " none.",
                        website=website.name,
                        title=exhibition.name,
                    )
                )

    def can_access_from_current_website(self, website_id=False):
        """Also not another museum's, and not archived: asked for every public page."""
        website = self.env["website"].get_current_website()
        return super().can_access_from_current_website(website_id) and all(
            exhibition.active and exhibition.company_id == website.company_id
            for exhibition in self
        )

    def _local_today(self):
        """Today's date in the venue."""
        self.ensure_one()
        return datetime.now(ZoneInfo(self.tz or "UTC")).date()

    def _upcoming_rows(self, limit, day=None):
        """The next slots of each exhibition that can still be sold, free or not.

        Two queries however many exhibitions there are.

        :param int limit: slots per exhibition.
        :param date day: only those of this day (in the venue).
        :return: rows of ``museum.slot._availability_rows`` in order of time.
        """
        selling = self.filtered("is_on_sale")
        if not selling:
            return []
        slots = self.env["museum.slot"]
        slots.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT slot.id
                  FROM unnest(%(ids)s) AS wanted (id)
                 CROSS JOIN LATERAL (
                       SELECT s.id
                         FROM museum_slot s
                        WHERE s.exhibition_id = wanted.id
                          AND s.state = 'open'
                          AND s.local_date >= %(since)s
                          AND (%(day)s::date IS NULL OR s.local_date = %(day)s)
                          AND s.sale_ends_at > (
                                  SELECT clock_timestamp() AT TIME ZONE 'UTC')
                          AND (s.sale_starts_at IS NULL OR s.sale_starts_at <= (
                                  SELECT clock_timestamp() AT TIME ZONE 'UTC'))
                        ORDER BY s.local_date, s.start_at
                        LIMIT %(limit)s
                       ) slot
                """,
                ids=selling.ids,
                # A slot that runs over midnight may still be on sale.
                since=fields.Date.today() - timedelta(days=2),
                day=day,
                limit=limit,
            )
        )
        found = [row[0] for row in rows]
        return slots._availability_rows(SQL("slot.id = ANY(%s)", found))

    def _next_free_rows(self, limit=1, day=None):
        """The next slots with free seats, by exhibition.

        :param int limit: slots per exhibition.
        :param date day: only those of this day (in the venue).
        :return: ``{exhibition_id: rows}``; an exhibition with nothing on sale is
            missing, one whose slots are all full has an empty list.
        """
        return self._look_further(
            self._free_among(self._upcoming_rows(LOOK_AHEAD + limit, day), limit),
            limit,
            day,
        )

    def _next_free_and_upcoming(self, limit):
        """:meth:`_next_free_rows` and :meth:`_upcoming_rows` of one exhibition.

        The upcoming ones are the first of those among which free ones are found.
        """
        self.ensure_one()
        rows = self._upcoming_rows(LOOK_AHEAD + limit)
        free = self._look_further(self._free_among(rows, limit), limit)
        return free, rows[:limit]

    def _look_further(self, found, limit, day=None):
        """Look among many more slots where the next ones are all full.

        :param dict found: of :meth:`_free_among`; completed here
        """
        full = self.filtered(lambda exhibition: found.get(exhibition.id) == [])
        if full and day is None:
            found.update(self._free_among(full._upcoming_rows(LOOK_FURTHER), limit))
        return found

    def _free_among(self, rows, limit):
        zones = {exhibition.id: ZoneInfo(exhibition.tz or "UTC") for exhibition in self}
        found = {}
        for row in rows:
            free = found.setdefault(row["exhibition_id"], [])
            if len(free) < limit and row["status"] in FREE:
                free.append(self._with_clock(row, zones[row["exhibition_id"]]))
        return found

    @api.model
    def _with_clock(self, row, zone):
        """Add ``local_at`` to a row: its start on the venue's clock."""
        row["local_at"] = row["start_at"].replace(tzinfo=UTC).astimezone(zone)
        return row

    def _day_rows(self, day):
        """The slots of a day as visitors see them, each with ``local_at``."""
        self.ensure_one()
        zone = ZoneInfo(self.tz or "UTC")
        return [self._with_clock(row, zone) for row in self._time_slots(day)]

    def _slot_row(self, slot_id):
        """One slot of this exhibition by id, or None when it is not for visitors."""
        self.ensure_one()
        rows = self.env["museum.slot"]._availability_rows(
            SQL(
                "slot.id = %s AND slot.exhibition_id = %s AND slot.state = 'open'",
                slot_id,
                self.id,
            )
        )
        if not rows:
            return None
        return self._with_clock(rows[0], ZoneInfo(rows[0]["tz"] or "UTC"))

    def _last_bookable_day(self):
        """The day of the last open slot, or None; bounds the calendar."""
        self.ensure_one()
        ((day,),) = self.env.execute_query(
            SQL(
                """
                SELECT max(local_date)
                  FROM museum_slot
                 WHERE exhibition_id = %(exhibition_id)s
                   AND state = 'open'
                   AND sale_ends_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
                """,
                exhibition_id=self.id,
            )
        )
        return day

    def _nearest_days(self, day, limit=3):
        """Days with open slots of any of these exhibitions, nearest to ``day``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT local_date
                  FROM museum_slot
                 WHERE exhibition_id = ANY(%(ids)s)
                   AND state = 'open'
                   AND sale_ends_at > (SELECT clock_timestamp() AT TIME ZONE 'UTC')
                   AND (sale_starts_at IS NULL OR sale_starts_at <= (
                           SELECT clock_timestamp() AT TIME ZONE 'UTC'))
                 GROUP BY local_date
                 ORDER BY abs(local_date - %(day)s::date), local_date
                 LIMIT %(limit)s
                """,
                ids=self.filtered("is_on_sale").ids,
                day=day,
                limit=limit,
            )
        )
        return sorted(row[0] for row in rows)

    def _open_on(self, day):
        """Those that still have a slot on sale on this day (in the venue)."""
        open_ids = {row["exhibition_id"] for row in self._upcoming_rows(1, day)}
        return self.filtered(lambda exhibition: exhibition.id in open_ids)

    def _next_sale_starts(self):
        """When the next times that nobody can book yet go on sale.

        One query however many exhibitions there are.

        :return: ``{exhibition_id: moment on the venue's clock}``; exhibitions without
            such times are missing.
        """
        selling = self.filtered("is_on_sale")
        self.env["museum.slot"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.id, next.sale_starts_at
                  FROM unnest(%(ids)s) AS wanted (id)
                 CROSS JOIN LATERAL (
                       SELECT min(slot.sale_starts_at) AS sale_starts_at
                         FROM museum_slot slot
                        WHERE slot.exhibition_id = wanted.id
                          AND slot.state = 'open'
                          AND slot.local_date >= %(since)s
                          AND slot.sale_starts_at > (
                                  SELECT clock_timestamp() AT TIME ZONE 'UTC')
                       ) next
                 WHERE next.sale_starts_at IS NOT NULL
                """,
                ids=selling.ids or [0],
                since=fields.Date.today() - timedelta(days=2),
            )
        )
        zones = {found.id: ZoneInfo(found.tz or "UTC") for found in selling}
        return {
            found: start.replace(tzinfo=UTC).astimezone(zones[found])
            for found, start in rows
        }

    def _is_over(self):
        """Whether it sells nothing any more: closed, or its last day has passed."""
        self.ensure_one()
        return self.is_closed or bool(
            self.date_to and self.date_to < self._local_today()
        )

    def _sale_states(self, next_free):
        """How each exhibition stands with visitors.

        :param dict next_free: of :meth:`_next_free_rows`
        :return: ``{exhibition_id: (state, row or moment or None)}``: ``free`` with the
            row of the next free time, ``full``, ``later`` with the moment at which the
            sale begins, ``none`` (no times at all), ``over`` (its last day has passed),
            ``closed``
        """
        waiting = self.browse(
            exhibition.id for exhibition in self if not next_free.get(exhibition.id)
        )
        starts = waiting._next_sale_starts() if waiting else {}
        states = {}
        for exhibition in self:
            rows = next_free.get(exhibition.id)
            if exhibition.is_closed:
                state = ("closed", None)
            elif rows:
                state = ("free", rows[0])
            elif rows == []:
                state = ("full", None)
            elif exhibition._is_over():
                state = ("over", None)
            elif exhibition.id in starts:
                state = ("later", starts[exhibition.id])
            else:
                state = ("none", None)
            states[exhibition.id] = state
        return states
