# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from typing import NamedTuple

from odoo import models

from ..lib import states

A_DAY = timedelta(days=1)


class Clash(NamedTuple):
    """Another visit that makes one questionable."""

    code: str
    """``same_time``: both at once; ``same_day``: the same exhibition twice in a day."""
    other: models.BaseModel
    message: str


class MuseumBooking(models.Model):
    """Visits of a cart that their visitor may not have meant."""

    _inherit = "museum.booking"

    def _clashes(self):
        """What to point out before paying; it forbids nothing.

        A visitor may come with two families, or send half of the class elsewhere.

        :return: {booking id: list of Clash}; for the visits of these that are in a
            cart, compared with each other and with what their visitor has bought
        """
        live = self.filtered(lambda booking: booking.state in states.BOOKING_IN_CART)
        if not live:
            return {}
        others = (live + live._bought_near()).sorted("start_at")
        return {
            booking.id: [
                clash
                for other in others
                if other != booking and (clash := booking._clash_with(other))
            ]
            for booking in live
        }

    def _bought_near(self):
        """Confirmed visits of the same visitor within a day of these visits."""
        visitor = self.partner_id[:1]
        if visitor.is_public:
            return self.browse()
        return self.search(
            [
                ("partner_id", "=", visitor.id),
                ("state", "=", states.CONFIRMED),
                ("is_visit_cancelled", "=", False),
                ("start_at", "<", max(self.mapped("end_at")) + A_DAY),
                ("end_at", ">", min(self.mapped("start_at")) - A_DAY),
            ]
        )

    def _clash_with(self, other):
        """The Clash with another visit; None when both make sense."""
        self.ensure_one()
        words = {
            "title": other.exhibition_id.name,
            "time": other._visit_words()["time"],
        }
        is_bought = other.state == states.CONFIRMED
        if self.start_at < other.end_at and other.start_at < self.end_at:
            return Clash(
                "same_time",
                other,
                self.env._("You have tickets for %(title)s then, at %(time)s.", **words)
                if is_bought
                else self.env._("At the same time as %(title)s, %(time)s.", **words),
            )
        if (
            self.exhibition_id == other.exhibition_id
            and self.visit_date == other.visit_date
        ):
            return Clash(
                "same_day",
                other,
                self.env._("You have tickets for it that day, at %(time)s.", **words)
                if is_bought
                else self.env._("Twice on one day: also at %(time)s.", **words),
            )
        return None
