# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from itertools import groupby

from odoo import models
from odoo.tools import SQL

from ..lib import availability


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

    def _quantity_errors(self, slot, quantities):
        """The rules that wanted tickets break, for people and for programs.

        :param slot: one museum.slot, or none
        :param dict quantities: tickets by category id
        :return: list of dicts: code, message, category_id (or None); empty when all is
            well
        """
        self.ensure_one()
        errors = []

        def add(code, message, category=None):
            errors.append({"code": code, "message": message, "category_id": category})

        tickets = sum(quantities.values())
        if any(qty < 0 for qty in quantities.values()) or tickets <= 0:
            add("zero", self.env._("Choose at least one ticket."))
        if tickets > self.max_per_booking:
            add(
                "max_per_booking",
                self.env._(
                    "At most %(limit)s tickets in one booking.",
                    limit=self.max_per_booking,
                ),
            )
        categories = {category.id: category for category in self.category_ids}
        for category_id, qty in quantities.items():
            category = categories.get(category_id)
            if not category:
                add(
                    "unknown_category",
                    self.env._("This ticket is not sold here."),
                    category_id,
                )
            elif qty > 0:
                self._check_category(category, qty, add)
        return errors

    def _check_category(self, category, qty, add):
        if category.max_quantity and qty > category.max_quantity:
            message = self.env._(
                "%(category)s: at most %(limit)s in one booking.",
                category=category.name,
                limit=category.max_quantity,
            )
            add("max_quantity", message, category.id)
        if qty < category.min_quantity:
            message = self.env._(
                "%(category)s: at least %(limit)s in one booking.",
                category=category.name,
                limit=category.min_quantity,
            )
            add("min_quantity", message, category.id)
