# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from itertools import groupby

from odoo import models
from odoo.tools import SQL

from ..lib import availability, quantities


class MuseumExhibition(models.Model):
    """Days and times to choose from, and what may be chosen."""

    _inherit = "museum.exhibition"

    def _available_dates(self, date_from, date_to):
        """The days with slots from one local date to another, both included.

        :return: list of dicts by date: date, status, seats_left (None: no limit),
            slots (how many are on sale), from_price (for one visitor)
        """
        self.ensure_one()
        rows = self.env["museum.slot"]._availability_rows(
            SQL(
                "slot.exhibition_id = %s AND slot.local_date BETWEEN %s AND %s"
                " AND slot.state <> 'cancelled'",
                self.id,
                date_from,
                date_to,
            )
        )
        return [
            self._day(day, list(slots))
            for day, slots in groupby(rows, key=lambda row: row["local_date"])
        ]

    def _day(self, day, slots):
        on_sale = [slot for slot in slots if slot["on_sale"]]
        unlimited = any(slot["seats_left"] is None for slot in on_sale)
        left = None if unlimited else sum(slot["seats_left"] for slot in on_sale)
        capacity = None if unlimited else sum(slot["capacity"] for slot in on_sale)
        return {
            "date": day,
            "status": availability.day_status(
                [slot["status"] for slot in slots], capacity, left
            ),
            "seats_left": left,
            "slots": len(on_sale),
            "from_price": self.price_from,
        }

    def _time_slots(self, date):
        """The slots of a local date: rows of ``museum.slot._availability_rows``.

        Closed ones are among them, cancelled ones are not.
        """
        self.ensure_one()
        return self.env["museum.slot"]._availability_rows(
            SQL(
                "slot.exhibition_id = %s AND slot.local_date = %s"
                " AND slot.state <> 'cancelled'",
                self.id,
                date,
            )
        )

    def _quantity_errors(self, slot, wanted):
        """The rules that wanted tickets break, for people and for programs.

        :param slot: the museum.slot that is visited; other addons may have rules for it
        :param dict wanted: tickets by category id
        :return: list of dicts: code, message, category_id (or None); empty when all is
            well
        """
        self.ensure_one()
        categories = {
            category.id: quantities.Category(
                category.seats_per_ticket,
                category.min_quantity,
                category.max_quantity,
            )
            for category in self.category_ids
        }
        broken = quantities.broken_rules(wanted, categories, self.max_per_booking)
        return [
            {
                "code": rule.code,
                "message": self._rule_message(rule),
                "category_id": rule.category_id,
            }
            for rule in broken
        ]

    def _rule_message(self, rule):
        category = self.env["museum.ticket.category"].browse(rule.category_id)
        if rule.code == quantities.ZERO:
            return self.env._("Choose at least one ticket.")
        if rule.code == quantities.MAX_PER_BOOKING:
            return self.env._(
                "At most %(limit)s tickets in one booking.", limit=rule.limit
            )
        if rule.code == quantities.MAX_QUANTITY:
            return self.env._(
                "%(category)s: at most %(limit)s in one booking.",
                category=category.name,
                limit=rule.limit,
            )
        if rule.code == quantities.MIN_QUANTITY:
            return self.env._(
                "%(category)s: at least %(limit)s in one booking.",
                category=category.name,
                limit=rule.limit,
            )
        return self.env._("This ticket is not sold here.")
