# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models


class MuseumHold(models.Model):
    """What visitors are told when seats cannot be had."""

    _inherit = "museum.hold"

    @api.model
    def _full_words(self, seats_left):
        if not seats_left:
            return self.env._("This time is sold out. Choose another one.")
        if seats_left == 1:
            return self.env._(
                "Only 1 seat is left at this time. Choose another time or fewer"
                " tickets."
            )
        return self.env._(
            "Only %(seats)s seats are left at this time. Choose another time or"
            " fewer tickets.",
            seats=seats_left,
        )

    @api.model
    def _category_full(self, category, seats_left):
        tickets = seats_left // category.seats_per_ticket
        if not tickets:
            return self.env._(
                "%(category)s is sold out at this time. Choose another time or other"
                " tickets.",
                category=category.name,
            )
        if tickets == 1:
            return self.env._(
                "%(category)s: only 1 place is left at this time. Choose another time"
                " or fewer tickets.",
                category=category.name,
            )
        return self.env._(
            "%(category)s: only %(tickets)s places are left at this time. Choose"
            " another time or fewer tickets.",
            category=category.name,
            tickets=tickets,
        )
