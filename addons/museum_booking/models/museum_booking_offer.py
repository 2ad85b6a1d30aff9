# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import Any, NamedTuple

from babel.dates import format_skeleton

from odoo import models
from odoo.tools.misc import babel_locale_parse

from odoo.addons.museum_exhibition.controllers.serializers import minor

from ..lib import states

OTHER_TIMES = 3


class OfferedTime(NamedTuple):
    """A time that an expired visit can have, and what it costs there now."""

    slot_id: int
    start_at: Any
    """UTC."""
    total: float
    total_minor: int


class Offer(NamedTuple):
    """What an expired visit can still have."""

    again: OfferedTime | None
    """Its own time; None: it is full, or not on sale."""
    others: list[OfferedTime]
    """Up to three times near it that have enough places, when its own has not."""
    is_on_sale: bool
    """Whether anything of the exhibition is sold at all."""


class MuseumBooking(models.Model):
    """The same once more: what an expired visit is offered, with the prices of now."""

    _inherit = "museum.booking"

    def _offers(self):
        """What the expired ones of these visits can still have.

        What is shown may be gone a moment later; the seat engine decides.

        :return: {booking id: Offer}
        """
        expired = self.filtered(lambda booking: booking.state == states.EXPIRED)
        return {booking.id: booking._offer() for booking in expired}

    def _offer(self):
        self.ensure_one()
        booking = self.sudo()
        slot, wanted = booking.slot_id, booking._wanted()
        exhibition = slot.exhibition_id
        is_on_sale = bool(
            exhibition.is_on_sale and exhibition.active and exhibition.is_published
        )
        if not is_on_sale:
            return Offer(None, [], False)
        if slot._has_room(booking.visitors, wanted):
            return Offer(booking._offered(slot), [], True)
        rows = slot._alternatives(booking.visitors, OTHER_TIMES, wanted)
        others = slot.browse(row["id"] for row in rows)
        return Offer(None, [booking._offered(other) for other in others], True)

    def _offered(self, slot):
        """A slot with the price that these tickets have there now, taxes as shown."""
        wanted = self._wanted()
        categories = self.env["museum.ticket.category"].browse(wanted).exists()
        quotes = categories._get_visitor_quotes(slot)
        total = sum(wanted[key] * quote.price for key, quote in quotes.items())
        currency = slot.company_id.currency_id
        total_minor = sum(
            wanted[key] * minor(quote.price, currency) for key, quote in quotes.items()
        )
        return OfferedTime(slot.id, slot.start_at, total, total_minor)

    def _offered_words(self, offered):
        """The day and the time of what is offered, on the venue's clock.

        :rtype: str
        """
        time = self._time_words(offered.start_at)
        start, own = self._local(offered.start_at), self._local(self.start_at)
        if start.date() == own.date():
            return time
        locale = babel_locale_parse(self.env.lang or self._ticket_lang())
        day = format_skeleton("MMMEd", start, locale=locale)
        return self.env._("%(day)s, %(time)s", day=day, time=time)
