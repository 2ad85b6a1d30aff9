# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# How many of the next slots are looked at when the next free ones are wanted. When
# all of them are full, a second look goes this many times further.
LOOK_AHEAD = 12
LOOK_FURTHER = 25


class MuseumExhibition(models.Model):
    """What the public pages and the public API ask of an exhibition."""

    _inherit = "museum.exhibition"

    @api.model
    def _public_domain(self, website):
        """What visitors of a website may see: published there, of its company."""
        return (
            Domain("is_published", "=", True)
            & Domain(website.website_domain())
            & Domain("company_id", "=", website.company_id.id)
        )

    @api.model
    def _search_get_detail(self, website, order, options):
        mapping = {
            "name": {"name": "name", "type": "text", "match": True},
            "website_url": {"name": "website_url", "type": "text", "truncate": False},
            "description": {"name": "summary", "type": "text", "match": True},
        }
        return {
            "model": "museum.exhibition",
            "base_domain": [self._public_domain(website)],
            "search_fields": ["name", "summary"],
            "fetch_fields": ["name", "website_url", "summary"],
            "mapping": mapping,
            "icon": "fa-ticket",
            "order": "sequence, name, id",
        }

    def _local_today(self):
        """Today's date in the venue."""
        return self._local_now().date()

    def _local_now(self):
        """The venue's clock."""
        self.ensure_one()
        return datetime.now(ZoneInfo(self.tz or "UTC"))

    def _upcoming_slots(self, limit, day=None):
        """The next slots of each exhibition that can still be sold, free or not.

        One query however many exhibitions there are.

        :param int limit: slots per exhibition.
        :param date day: only those of this day (in the venue).
        :return: museum.slot records in order of exhibition and time.
        """
        self.env["museum.slot"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT slot.id
                  FROM unnest(%(ids)s) WITH ORDINALITY AS wanted(id, position)
            CROSS JOIN LATERAL (
                       SELECT s.id, s.start_at
                         FROM museum_slot s
                        WHERE s.exhibition_id = wanted.id
                          AND s.state = 'open'
                          AND s.local_date >= %(since)s
                          AND (%(day)s::date IS NULL OR s.local_date = %(day)s)
                          AND s.sale_ends_at > clock_timestamp() AT TIME ZONE 'UTC'
                     ORDER BY s.local_date, s.start_at
                        LIMIT %(limit)s
                       ) slot
              ORDER BY wanted.position, slot.start_at
                """,
                ids=list(self.ids),
                since=fields.Date.today() - timedelta(days=1),
                day=day,
                limit=limit,
            )
        )
        return self.env["museum.slot"].browse(row[0] for row in rows)

    def _next_free_slots(self, limit=1, day=None):
        """The next slots with free seats, by exhibition.

        :param int limit: slots per exhibition.
        :param date day: only those of this day (in the venue).
        :return: ``{exhibition_id: [(museum.slot, its availability), ...]}``; an
            exhibition without any is missing, one whose slots are all full has [].
        """
        found = self._free_among(self._upcoming_slots(LOOK_AHEAD + limit, day), limit)
        full = self.filtered(lambda e: found.get(e.id) == [])
        if full and day is None:
            further = full._upcoming_slots(LOOK_AHEAD * LOOK_FURTHER)
            found.update(self._free_among(further, limit))
        return found

    @api.model
    def _free_among(self, slots, limit):
        seats = slots._availability()
        found = {}
        for slot in slots:
            free = found.setdefault(slot.exhibition_id.id, [])
            if len(free) < limit and seats[slot.id]["status"] in (
                "available",
                "limited",
            ):
                free.append((slot, seats[slot.id]))
        return found

    def _last_bookable_day(self):
        """The day of the last open slot, or None; bounds the calendar."""
        self.ensure_one()
        (row,) = self.env.execute_query(
            SQL(
                """
                SELECT max(local_date)
                  FROM museum_slot
                 WHERE exhibition_id = %(exhibition_id)s
                   AND state = 'open'
                   AND sale_ends_at > clock_timestamp() AT TIME ZONE 'UTC'
                """,
                exhibition_id=self.id,
            )
        )
        return row[0]

    def _nearest_days(self, day, limit=3):
        """Days with open slots of any of these exhibitions, nearest to ``day``."""
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT local_date
                    FROM museum_slot
                   WHERE exhibition_id = ANY(%(ids)s)
                     AND state = 'open'
                     AND sale_ends_at > clock_timestamp() AT TIME ZONE 'UTC'
                GROUP BY local_date
                ORDER BY abs(local_date - %(day)s::date), local_date
                   LIMIT %(limit)s
                """,
                ids=list(self.ids),
                day=day,
                limit=limit,
            )
        )
        return sorted(row[0] for row in rows)

    def _open_on(self, day):
        """Those that still have a slot on sale on this day (in the venue)."""
        slots = self._upcoming_slots(1, day)
        return slots.exhibition_id
